/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "entryrec.h"
#include "entrytree.h"

enum {
	KEY_SIZE = 1 + DIGEST_SIZE,
	TREE_HEAD = 3 * 8,	/* chunk size, total, parts and, in the
				 * higher bits, chunks that are missing */
	MISSING_SHIFT = 8,
	TREE_PART = 4 * 8 + DIGEST_SIZE
};

struct slice
entrytree_key(const struct digest *d)
{
	return (struct slice){ (const char *)d->sha256, DIGEST_SIZE };
}

/* --- numbers ------------------------------------------------------------ */

enum status
entrytree_get_number(struct cache *c, enum cache_table t, struct slice key,
    uint64_t *n, struct err *e)
{
	struct slice v;
	enum status rc = cache_get(c, t, key, &v, e);

	*n = 0;
	if (rc == ERR_NO)
		return ERR_OK;
	if (rc == ERR_OK && v.len != 8)
		return cache_damaged(c, e, "a number is none");
	if (rc == ERR_OK)
		*n = entryrec_get_u64(v.data);
	return rc;
}

enum status
entrytree_put_number(struct cache *c, enum cache_table t, struct slice key,
    uint64_t n, struct err *e)
{
	char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(n >> 8 * i & 0xff);
	return cache_put(c, t, key, (struct slice){ bytes, 8 }, e);
}

/* --- references --------------------------------------------------------- */

/* Adds to a count of references; at 0 it is gone. */
enum status
entrytree_refer(struct cache *c, char kind, const struct digest *d,
    int change, uint64_t *left, struct err *e)
{
	char key[KEY_SIZE];
	struct slice k = { key, sizeof(key) };
	uint64_t n;
	enum status rc;

	key[0] = kind;
	memcpy(key + 1, d->sha256, DIGEST_SIZE);
	rc = entrytree_get_number(c, CACHE_REFS, k, &n, e);
	if (rc != ERR_OK)
		return rc;
	if (change < 0 && n == 0)
		return cache_damaged(c, e, "a count of references is wrong");
	*left = change < 0 ? n - 1 : n + 1;
	return *left == 0 ? cache_del(c, CACHE_REFS, k, e) :
	    entrytree_put_number(c, CACHE_REFS, k, *left, e);
}

/* --- trees -------------------------------------------------------------- */

void
entrytree_build(const struct slice part[MERKLEDOC_ROLES], struct arena *a,
    struct entrytree *t)
{
	struct merkle m = { 0 };
	struct slice *piece;
	size_t chunks = 0;

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		chunks += part[i].len / MERKLE_CHUNK + 1;
	t->doc.chunk_size = MERKLE_CHUNK;
	t->doc.part = arena_zalloc(a, MERKLEDOC_ROLES *
	    sizeof(*t->doc.part));
	t->doc.chunk = arena_array(a, chunks, sizeof(*t->doc.chunk));
	t->piece = piece = arena_array(a, chunks, sizeof(*piece));
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++) {
		struct merkledoc_part *p = &t->doc.part[t->doc.parts];

		if (part[i].data == NULL)
			continue;
		t->doc.parts++;
		p->role = slice_of(merkledoc_role_name[i]);
		p->digest = digest_bytes(part[i]);
		p->size = part[i].len;
		p->first_chunk = m.size;
		for (size_t at = 0; at < part[i].len; at += MERKLE_CHUNK) {
			struct merkledoc_chunk *c = &t->doc.chunk[m.size];

			piece[m.size] = slice_cut(part[i], at,
			    at + MERKLE_CHUNK);
			c->offset = t->doc.total + at;
			c->size = piece[m.size].len;
			c->hash = merkle_leaf(piece[m.size]);
			(void)merkle_push(&m, &c->hash, NULL);
		}
		p->chunks = m.size - p->first_chunk;
		t->doc.total += part[i].len;
	}
	t->doc.size = t->kept = m.size;
	t->root = t->doc.root = merkle_root(&m);
}

unsigned
entrytree_role(struct slice name)
{
	unsigned i = 0;

	while (i < MERKLEDOC_ROLES && !slice_is(name, merkledoc_role_name[i]))
		i++;
	return i;
}

static void
tree_write(struct buf *out, const struct entrytree *t)
{
	entryrec_u64(out, t->doc.chunk_size);
	entryrec_u64(out, t->doc.total);
	entryrec_u64(out, t->doc.parts |
	    (t->doc.size - t->kept) << MISSING_SHIFT);
	for (size_t i = 0; i < t->doc.parts; i++) {
		const struct merkledoc_part *p = &t->doc.part[i];

		entryrec_u64(out, entrytree_role(p->role));
		entryrec_u64(out, p->size);
		entryrec_u64(out, p->first_chunk);
		entryrec_u64(out, p->chunks);
		buf_add(out, p->digest.sha256, DIGEST_SIZE);
	}
	for (uint64_t i = 0; i < t->doc.size; i++)
		buf_add(out, t->doc.chunk[i].hash.sha256, DIGEST_SIZE);
}

static void
tree_read_part(const char *p, struct merkledoc_part *part)
{
	uint64_t role = entryrec_get_u64(p);

	part->role = slice_of(role < MERKLEDOC_ROLES ?
	    merkledoc_role_name[role] : NULL);
	part->size = entryrec_get_u64(p + 8);
	part->first_chunk = entryrec_get_u64(p + 16);
	part->chunks = entryrec_get_u64(p + 24);
	memcpy(part->digest.sha256, p + 32, DIGEST_SIZE);
}

/* Offsets and sizes of the chunks, from the parts. */
static bool
tree_lay_out(struct entrytree *t)
{
	uint64_t next = 0, total = 0;

	for (size_t i = 0; i < t->doc.parts; i++) {
		struct merkledoc_part *p = &t->doc.part[i];
		uint64_t left = p->size;

		if (p->role.len == 0 || p->first_chunk != next ||
		    p->chunks > t->doc.size - next ||
		    p->chunks != left / t->doc.chunk_size +
		    (left % t->doc.chunk_size != 0))
			return false;
		for (; left > 0; next++) {
			struct merkledoc_chunk *c = &t->doc.chunk[next];

			c->offset = total;
			c->size = left < t->doc.chunk_size ? left :
			    t->doc.chunk_size;
			total += c->size;
			left -= c->size;
		}
	}
	return next == t->doc.size && total == t->doc.total;
}

/* The tree is believed because its chunks give its root. */
static bool
tree_read(struct slice v, const struct digest *root, struct arena *a,
    struct entrytree *t)
{
	struct merkle m = { 0 };
	const char *p = v.data + TREE_HEAD;
	struct digest made;
	uint64_t parts, missing;

	memset(t, 0, sizeof(*t));
	if (v.len < TREE_HEAD)
		return false;
	t->doc.chunk_size = entryrec_get_u64(v.data);
	t->doc.total = entryrec_get_u64(v.data + 8);
	missing = entryrec_get_u64(v.data + 16) >> MISSING_SHIFT;
	parts = entryrec_get_u64(v.data + 16) & ((1u << MISSING_SHIFT) - 1);
	if (t->doc.chunk_size == 0 || parts > MERKLEDOC_ROLES ||
	    v.len - TREE_HEAD < parts * TREE_PART ||
	    (v.len - TREE_HEAD - parts * TREE_PART) % DIGEST_SIZE != 0)
		return false;
	t->doc.parts = (size_t)parts;
	t->doc.size = (v.len - TREE_HEAD - parts * TREE_PART) / DIGEST_SIZE;
	if (missing > t->doc.size)
		return false;
	t->kept = t->doc.size - missing;
	t->doc.part = arena_array(a, MERKLEDOC_ROLES, sizeof(*t->doc.part));
	t->doc.chunk = arena_array(a, (size_t)t->doc.size + 1,
	    sizeof(*t->doc.chunk));
	for (size_t i = 0; i < t->doc.parts; i++, p += TREE_PART)
		tree_read_part(p, &t->doc.part[i]);
	for (uint64_t i = 0; i < t->doc.size; i++, p += DIGEST_SIZE) {
		memcpy(t->doc.chunk[i].hash.sha256, p, DIGEST_SIZE);
		(void)merkle_push(&m, &t->doc.chunk[i].hash, NULL);
	}
	made = merkle_root(&m);
	t->root = t->doc.root = *root;
	return digest_equal(&made, root) && tree_lay_out(t);
}

enum status
entrytree_load(struct cache *c, const struct digest *root, struct arena *a,
    struct entrytree *t, struct err *e)
{
	struct slice v;
	enum status rc = cache_get(c, CACHE_TREE, entrytree_key(root), &v, e);

	if (rc != ERR_OK)
		return rc;
	v = arena_slice(a, v);
	if (!tree_read(v, root, a, t))
		return cache_damaged(c, e, "a tree is not its root's");
	return ERR_OK;
}

enum status
entrytree_given(const struct entry_partial *given, const struct digest *root,
    struct arena *a, struct entrytree *t, struct err *e)
{
	struct entrytree made = { .doc = *given->tree, .kept = given->kept };
	struct buf b = { 0 };
	bool good;

	if (given->tree->chunk == NULL || given->kept > given->tree->size ||
	    given->tree->parts > MERKLEDOC_ROLES)
		return err_bad(e, "a tree that cannot be kept");
	tree_write(&b, &made);
	good = tree_read(buf_get(&b), root, a, t);
	buf_free(&b);
	if (!good)
		return err_bad(e, "proofRoot is not the root of the tree");
	t->piece = given->piece;
	for (uint64_t i = 0; i < t->kept; i++) {
		struct digest leaf = merkle_leaf(t->piece[i]);

		if (!digest_equal(&leaf, &t->doc.chunk[i].hash))
			return err_bad(e, "a chunk's hash is another");
	}
	return ERR_OK;
}

/* The tree's value, and its chunks from first on. */
static enum status
put_tree(struct cache *c, const struct entrytree *t, uint64_t first,
    struct err *e)
{
	struct buf b = { 0 };
	uint64_t left;
	enum status rc;

	tree_write(&b, t);
	rc = cache_put(c, CACHE_TREE, entrytree_key(&t->root), buf_get(&b), e);
	buf_free(&b);
	for (uint64_t i = first; i < t->kept && rc == ERR_OK; i++) {
		const struct digest *hash = &t->doc.chunk[i].hash;

		rc = entrytree_refer(c, 'c', hash, 1, &left, e);
		if (rc == ERR_OK && left == 1)
			rc = cache_put(c, CACHE_CHUNK, entrytree_key(hash),
			    t->piece[i], e);
	}
	return rc;
}

enum status
entrytree_extend(struct cache *c, const struct entrytree *t, struct err *e)
{
	struct arena a = { 0 };
	struct entrytree old;
	enum status rc = entrytree_load(c, &t->root, &a, &old, e);

	if (rc == ERR_NO)
		rc = cache_damaged(c, e, "a tree is missing");
	if (rc == ERR_OK && old.kept < t->kept)
		rc = put_tree(c, t, old.kept, e);
	arena_free(&a);
	return rc;
}

enum status
entrytree_hold(struct cache *c, const struct entrytree *t, struct err *e)
{
	uint64_t left;
	enum status rc = entrytree_refer(c, 't', &t->root, 1, &left, e);

	if (rc != ERR_OK)
		return rc;
	return left == 1 ? put_tree(c, t, 0, e) : entrytree_extend(c, t, e);
}

enum status
entrytree_drop(struct cache *c, const struct digest *root, struct err *e)
{
	struct arena a = { 0 };
	struct entrytree t;
	uint64_t left;
	enum status rc = entrytree_refer(c, 't', root, -1, &left, e);

	if (rc != ERR_OK || left > 0)
		return rc;
	rc = entrytree_load(c, root, &a, &t, e);
	if (rc == ERR_NO)
		rc = cache_damaged(c, e, "a tree is missing");
	for (uint64_t i = 0; rc == ERR_OK && i < t.kept; i++) {
		rc = entrytree_refer(c, 'c', &t.doc.chunk[i].hash, -1, &left,
		    e);
		if (rc == ERR_OK && left == 0)
			rc = cache_del(c, CACHE_CHUNK,
			    entrytree_key(&t.doc.chunk[i].hash), e);
	}
	arena_free(&a);
	return rc == ERR_OK ? cache_del(c, CACHE_TREE, entrytree_key(root),
	    e) : rc;
}
