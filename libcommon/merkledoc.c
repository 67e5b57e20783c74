/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "b64.h"
#include "hex.h"
#include "merkledoc.h"
#include "shape.h"

const char *const merkledoc_role_name[MERKLEDOC_ROLES] = {
	[MERKLEDOC_EVIDENCE] = "evidence",
	[MERKLEDOC_POLICY] = "policy",
	[MERKLEDOC_POLICY_JQ] = "policy-jq",
	[MERKLEDOC_BUDGET] = "budget",
	[MERKLEDOC_KEYRING] = "keyring",
};

/* --- writing a tree ----------------------------------------------------- */

void
merkledoc_begin(struct merkledoc *d, struct arena *a, uint64_t chunk_size,
    bool list)
{
	memset(d, 0, sizeof(*d));
	d->arena = a;
	d->chunk_size = chunk_size;
	d->list = list;
	d->parts = json_array();
	d->chunks = json_array();
}

static void
append_run(struct merkledoc *d)
{
	merkle_push_all(&d->appended, d->run, d->waiting);
	d->waiting = 0;
}

uint64_t
merkledoc_size(const struct merkledoc *d)
{
	return d->appended.size + d->waiting;
}

void
merkledoc_chunk(struct merkledoc *d, const struct digest *leaf, uint64_t size)
{
	struct json o;

	if (d->list) {
		o = json_object();
		json_set(d->arena, &o, "hash", digest_value(d->arena, leaf));
		json_set(d->arena, &o, "index",
		    json_uint(d->arena, merkledoc_size(d)));
		json_set(d->arena, &o, "offset",
		    json_uint(d->arena, d->total));
		json_set(d->arena, &o, "size", json_uint(d->arena, size));
		json_push(d->arena, &d->chunks, o);
	}
	d->run[d->waiting++] = *leaf;
	if (d->waiting == MERKLEDOC_RUN)
		append_run(d);
	d->total += size;
}

static void
list_part(struct merkledoc *d, struct slice role, const struct digest *digest,
    uint64_t size, uint64_t first, uint64_t chunks)
{
	struct json o = json_object();

	json_set(d->arena, &o, "chunks", json_uint(d->arena, chunks));
	json_set(d->arena, &o, "digest", digest_value(d->arena, digest));
	json_set(d->arena, &o, "firstChunk", json_uint(d->arena, first));
	json_set(d->arena, &o, "role", json_string(role));
	json_set(d->arena, &o, "size", json_uint(d->arena, size));
	json_push(d->arena, &d->parts, o);
}

void
merkledoc_part(struct merkledoc *d, const char *role, struct slice bytes)
{
	uint64_t first = merkledoc_size(d);
	struct digest digest = digest_bytes(bytes), leaf[2];
	size_t chunk = (size_t)d->chunk_size;

	for (size_t at = 0; at < bytes.len; at += 2 * chunk) {
		struct slice pair = slice_cut(bytes, at, at + 2 * chunk);

		merkle_cut(pair, chunk, leaf);
		merkledoc_chunk(d, &leaf[0], slice_cut(pair, 0, chunk).len);
		if (pair.len > chunk)
			merkledoc_chunk(d, &leaf[1], pair.len - chunk);
	}
	list_part(d, slice_of(role), &digest, bytes.len, first,
	    merkledoc_size(d) - first);
}

static struct json
hash_text(struct arena *a, const struct digest *d)
{
	return json_string(b64_text(a, (struct slice){
	    (const char *)d->sha256, DIGEST_SIZE }));
}

static struct json
hash_list(struct arena *a, const struct digest *hash, size_t n)
{
	struct json list = json_array();

	for (size_t i = 0; i < n; i++)
		json_push(a, &list, hash_text(a, &hash[i]));
	return list;
}

struct json
merkledoc_end(struct merkledoc *d)
{
	struct json o = json_object();
	struct digest root;

	append_run(d);
	root = merkle_root(&d->appended);

	if (d->chunk_size != 0)
		json_set(d->arena, &o, "chunkSize",
		    json_uint(d->arena, d->chunk_size));
	if (json_count(&d->chunks) > 0)
		json_set(d->arena, &o, "chunks", d->chunks);
	json_set_z(d->arena, &o, "kind", "prov.merkle/v1");
	if (json_count(&d->parts) > 0)
		json_set(d->arena, &o, "parts", d->parts);
	if (d->peaks && d->appended.size > 0)
		json_set(d->arena, &o, "peaks", hash_list(d->arena,
		    d->appended.peak, merkle_peaks(d->appended.size)));
	json_set(d->arena, &o, "root", digest_value(d->arena, &root));
	if (d->chunk_size != 0)
		json_set(d->arena, &o, "totalSize",
		    json_uint(d->arena, d->total));
	json_set(d->arena, &o, "treeSize",
	    json_uint(d->arena, d->appended.size));
	return o;
}

struct digest
merkledoc_proof_root(struct arena *a, const struct slice part[MERKLEDOC_ROLES],
    struct json *doc)
{
	struct merkledoc d;

	merkledoc_begin(&d, a, MERKLE_CHUNK, doc != NULL);
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		if (part[i].data != NULL)
			merkledoc_part(&d, merkledoc_role_name[i], part[i]);
	if (doc != NULL)
		*doc = merkledoc_end(&d);
	append_run(&d);
	return merkle_root(&d.appended);
}

/* --- reading a tree ----------------------------------------------------- */

static const struct shape chunk_shape[] = {
	{ "hash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "index", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "offset", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape part_shape[] = {
	{ "chunks", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "firstChunk", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape tree_shape[] = {
	{ "chunkSize", SHAPE_INT, NULL },
	{ "chunks", SHAPE_ARRAY, chunk_shape },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "parts", SHAPE_ARRAY, part_shape },
	{ "peaks", SHAPE_ARRAY, NULL },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "totalSize", SHAPE_INT, NULL },
	{ "treeSize", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

/* A member that is a count: shape_check saw that it is a whole number. */
static enum status
read_count(const struct json *v, const char *name, uint64_t *out,
    struct err *e)
{
	const struct json *member = json_get(v, name);
	int64_t n;

	*out = 0;
	if (member == NULL)
		return ERR_OK;
	if (!json_int64(member, &n) || n < 0)
		return err_input(e, member->offset,
		    "%s is not a count", name);
	*out = (uint64_t)n;
	return ERR_OK;
}

static enum status
read_digest(const struct json *v, const char *name, struct digest *out,
    struct err *e)
{
	const struct json *member = json_get(v, name);

	if (member == NULL || !digest_read(json_text(member), out))
		return err_input(e, member != NULL ? member->offset :
		    v->offset, "%s is not sha256: and 64 hex digits", name);
	return ERR_OK;
}

static enum status
read_part(const struct json *v, struct merkledoc_part *p, struct err *e)
{
	enum status rc;

	p->role = json_get_text(v, "role");
	if ((rc = read_digest(v, "digest", &p->digest, e)) != ERR_OK ||
	    (rc = read_count(v, "size", &p->size, e)) != ERR_OK ||
	    (rc = read_count(v, "firstChunk", &p->first_chunk, e)) != ERR_OK)
		return rc;
	return read_count(v, "chunks", &p->chunks, e);
}

/* Parts follow each other, each in as many chunks as its size takes. */
static enum status
read_parts(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	uint64_t next = 0, total = 0;
	enum status rc;

	if (t->chunk_size == 0)
		return err_input(e, list->offset, "parts without chunkSize");
	t->part = arena_array(a, json_count(list), sizeof(*t->part));
	JSON_EACH(v, list) {
		struct merkledoc_part *p = &t->part[t->parts++];

		if ((rc = read_part(v, p, e)) != ERR_OK)
			return rc;
		if (p->first_chunk != next || p->size > t->total - total ||
		    p->chunks != p->size / t->chunk_size +
		    (p->size % t->chunk_size != 0))
			return err_input(e, v->offset,
			    "part does not follow from the parts before it");
		next += p->chunks;
		total += p->size;
	}
	if (next != t->size || total != t->total)
		return err_input(e, list->offset,
		    "parts do not add up to the tree");
	return ERR_OK;
}

/* How many bytes the chunk at this offset has, given where its part ends. */
static uint64_t
chunk_bytes(const struct merkledoc_tree *t, uint64_t left)
{
	return left < t->chunk_size ? left : t->chunk_size;
}

static enum status
read_chunks(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	struct merkle m = { 0 };
	uint64_t offset = 0, left = t->total, index;
	size_t part = 0;
	struct digest root;
	enum status rc;

	if (json_count(list) != t->size || t->chunk_size == 0)
		return err_input(e, list->offset,
		    "%zu chunks in a tree of %" PRIu64, json_count(list),
		    t->size);
	t->chunk = arena_array(a, json_count(list), sizeof(*t->chunk));
	if (t->parts > 0)
		left = 0;
	JSON_EACH(v, list) {
		struct merkledoc_chunk *c = &t->chunk[m.size];

		while (left == 0 && part < t->parts)
			left = t->part[part++].size;
		if ((rc = read_count(v, "index", &index, e)) != ERR_OK ||
		    (rc = read_count(v, "offset", &c->offset, e)) != ERR_OK ||
		    (rc = read_count(v, "size", &c->size, e)) != ERR_OK ||
		    (rc = read_digest(v, "hash", &c->hash, e)) != ERR_OK)
			return rc;
		if (index != m.size || c->offset != offset || c->size == 0 ||
		    c->size != chunk_bytes(t, left))
			return err_input(e, v->offset,
			    "chunk does not follow from the chunks before it");
		(void)merkle_push(&m, &c->hash, NULL);
		offset += c->size;
		left -= c->size;
	}
	root = merkle_root(&m);
	if (!digest_equal(&root, &t->root))
		return err_input(e, list->offset,
		    "root is not the root of the chunks");
	return ERR_OK;
}

/* 32 bytes in base64; foreign documents also write hex. */
static enum status
read_hash(const struct json *v, bool hex, struct arena *a,
    struct digest *out, struct err *e)
{
	struct slice bytes, text = json_text(v);

	if (hex && hex_read(out->sha256, DIGEST_SIZE, text))
		return ERR_OK;
	if (v->type != JSON_STRING || !b64_bytes(a, text, &bytes) ||
	    bytes.len != DIGEST_SIZE)
		return err_input(e, v->offset,
		    "not the base64 of a SHA-256 hash");
	memcpy(out->sha256, bytes.data, DIGEST_SIZE);
	return ERR_OK;
}

static enum status
read_peaks(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	struct merkle m = { .size = t->size };
	struct digest root;
	size_t n = 0;

	if (json_count(list) != merkle_peaks(t->size))
		return err_input(e, list->offset,
		    "%zu peaks of a tree of %" PRIu64, json_count(list),
		    t->size);
	JSON_EACH(v, list) {
		enum status rc = read_hash(v, false, a, &m.peak[n++], e);

		if (rc != ERR_OK)
			return rc;
	}
	root = merkle_root(&m);
	if (!digest_equal(&root, &t->root))
		return err_input(e, list->offset,
		    "root is not the root of the peaks");
	t->peak = arena_array(a, n + 1, sizeof(*t->peak));
	memcpy(t->peak, m.peak, n * sizeof(*t->peak));
	return ERR_OK;
}

/* An optional list that is empty is left out. */
static enum status
no_empty_list(const struct json *v, struct err *e)
{
	JSON_MEMBERS(m, v)
		if (m->value.type == JSON_ARRAY && m->value.len == 0)
			return err_input(e, m->value.offset,
			    "an empty list, which is left out");
	return ERR_OK;
}

enum status
merkledoc_read(const struct json *v, struct arena *a,
    struct merkledoc_tree *out, struct err *e)
{
	const struct json *list;
	enum status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = shape_check(v, tree_shape, "prov.merkle/v1", e)) != ERR_OK ||
	    (rc = no_empty_list(v, e)) != ERR_OK ||
	    (rc = read_digest(v, "root", &out->root, e)) != ERR_OK ||
	    (rc = read_count(v, "treeSize", &out->size, e)) != ERR_OK ||
	    (rc = read_count(v, "chunkSize", &out->chunk_size, e)) != ERR_OK ||
	    (rc = read_count(v, "totalSize", &out->total, e)) != ERR_OK)
		return rc;
	if ((json_get(v, "chunkSize") == NULL) !=
	    (json_get(v, "totalSize") == NULL) ||
	    (out->chunk_size == 0 && json_get(v, "chunkSize") != NULL))
		return err_input(e, v->offset,
		    "chunkSize and totalSize do not fit each other");
	list = json_get(v, "parts");
	if (list != NULL && (rc = read_parts(list, a, out, e)) != ERR_OK)
		return rc;
	list = json_get(v, "peaks");
	if (list != NULL && (rc = read_peaks(list, a, out, e)) != ERR_OK)
		return rc;
	list = json_get(v, "chunks");
	if (list == NULL)
		return ERR_OK;
	return read_chunks(list, a, out, e);
}

struct json
merkledoc_write(struct arena *a, const struct merkledoc_tree *t)
{
	struct merkledoc d;

	merkledoc_begin(&d, a, t->chunk_size, true);
	for (uint64_t i = 0; t->chunk != NULL && i < t->size; i++)
		merkledoc_chunk(&d, &t->chunk[i].hash, t->chunk[i].size);
	for (size_t i = 0; i < t->parts; i++)
		list_part(&d, t->part[i].role, &t->part[i].digest,
		    t->part[i].size, t->part[i].first_chunk,
		    t->part[i].chunks);
	return merkledoc_end(&d);
}

enum status
merkledoc_resume(struct merkledoc *d, const struct merkledoc_tree *t,
    struct err *e)
{
	if (t->peak == NULL && t->size > 0)
		return err_bad(e, "the tree comes without its peaks");
	if (t->parts > 0)
		return err_bad(e, "a tree over parts is complete");
	if (t->chunk_size != 0 && t->total % t->chunk_size != 0)
		return err_bad(e, "the tree's last chunk is not full");
	d->chunk_size = t->chunk_size;
	d->total = t->total;
	d->appended.size = t->size;
	if (t->size > 0)
		memcpy(d->appended.peak, t->peak,
		    merkle_peaks(t->size) * sizeof(*t->peak));
	return ERR_OK;
}

/* --- writing proofs ----------------------------------------------------- */

struct json
merkledoc_inclusion(struct arena *a, uint64_t index, uint64_t size,
    const struct digest *leaf, const struct digest *hash, size_t n,
    const struct digest *root)
{
	struct json o = json_object();

	json_set(a, &o, "hashes", hash_list(a, hash, n));
	json_set_z(a, &o, "kind", "prov.inclusion/v1");
	json_set(a, &o, "leafHash", hash_text(a, leaf));
	json_set(a, &o, "leafIndex", json_uint(a, index));
	json_set(a, &o, "root", digest_value(a, root));
	json_set(a, &o, "treeSize", json_uint(a, size));
	return o;
}

struct json
merkledoc_batch(struct arena *a, uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    const struct digest *hash, size_t n, const struct digest *root)
{
	struct json o = json_object(), list = json_array();

	for (size_t i = 0; i < leaves; i++) {
		struct json l = json_object();

		json_set(a, &l, "leafHash", hash_text(a, &leaf[i].hash));
		json_set(a, &l, "leafIndex", json_uint(a, leaf[i].index));
		json_push(a, &list, l);
	}
	json_set(a, &o, "hashes", hash_list(a, hash, n));
	json_set_z(a, &o, "kind", "prov.inclusion/v1");
	json_set(a, &o, "leaves", list);
	json_set(a, &o, "root", digest_value(a, root));
	json_set(a, &o, "treeSize", json_uint(a, size));
	return o;
}

struct json
merkledoc_consistency(struct arena *a, uint64_t size1, uint64_t size2,
    const struct digest *root1, const struct digest *root2,
    const struct digest *hash, size_t n)
{
	struct json o = json_object();

	json_set(a, &o, "hashes", hash_list(a, hash, n));
	json_set_z(a, &o, "kind", "prov.consistency/v1");
	json_set(a, &o, "root1", digest_value(a, root1));
	json_set(a, &o, "root2", digest_value(a, root2));
	json_set(a, &o, "size1", json_uint(a, size1));
	json_set(a, &o, "size2", json_uint(a, size2));
	return o;
}

/* --- reading proofs ----------------------------------------------------- */

static const struct shape leaf_shape[] = {
	{ "leafHash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "leafIndex", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape inclusion_shape[] = {
	{ "hashes", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "leafHash", SHAPE_STRING, NULL },
	{ "leafIndex", SHAPE_INT, NULL },
	{ "leaves", SHAPE_ARRAY, leaf_shape },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "treeSize", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape consistency_shape[] = {
	{ "hashes", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "root1", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "root2", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size1", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "size2", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static enum status
read_hashes(const struct json *list, bool hex, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	p->hash = arena_array(a, json_count(list), sizeof(*p->hash));
	JSON_EACH(v, list) {
		enum status rc = read_hash(v, hex, a, &p->hash[p->hashes], e);

		if (rc != ERR_OK)
			return rc;
		p->hashes++;
	}
	return ERR_OK;
}

static enum status
read_leaf(const struct json *v, struct arena *a, struct merkle_leaf_at *leaf,
    struct err *e)
{
	const struct json *hash = json_get(v, "leafHash");
	enum status rc = read_count(v, "leafIndex", &leaf->index, e);

	return rc != ERR_OK ? rc : read_hash(hash, false, a, &leaf->hash, e);
}

static enum status
read_inclusion(const struct json *v, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	const struct json *leaves = json_get(v, "leaves");
	bool one = json_get(v, "leafHash") != NULL;
	enum status rc;

	if ((rc = shape_check(v, inclusion_shape, "prov.inclusion/v1", e)) !=
	    ERR_OK ||
	    (rc = read_digest(v, "root", &p->root2, e)) != ERR_OK ||
	    (rc = read_count(v, "treeSize", &p->size2, e)) != ERR_OK ||
	    (rc = read_hashes(json_get(v, "hashes"), false, a, p, e)) !=
	    ERR_OK)
		return rc;
	if (one != (json_get(v, "leafIndex") != NULL) ||
	    one == (leaves != NULL))
		return err_input(e, v->offset,
		    "want leafIndex and leafHash, or leaves");
	p->has_root2 = p->has_leaf = true;
	p->kind = one ? MERKLEDOC_INCLUSION : MERKLEDOC_BATCH;
	p->leaf = arena_array(a, one ? 1 : json_count(leaves),
	    sizeof(*p->leaf));
	if (one) {
		p->leaves = 1;
		return read_leaf(v, a, p->leaf, e);
	}
	JSON_EACH(l, leaves)
		if ((rc = read_leaf(l, a, &p->leaf[p->leaves++], e)) != ERR_OK)
			return rc;
	return ERR_OK;
}

static enum status
read_consistency(const struct json *v, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	enum status rc;

	p->kind = MERKLEDOC_CONSISTENCY;
	p->has_root1 = p->has_root2 = true;
	if ((rc = shape_check(v, consistency_shape, "prov.consistency/v1",
	    e)) != ERR_OK ||
	    (rc = read_digest(v, "root1", &p->root1, e)) != ERR_OK ||
	    (rc = read_digest(v, "root2", &p->root2, e)) != ERR_OK ||
	    (rc = read_count(v, "size1", &p->size1, e)) != ERR_OK ||
	    (rc = read_count(v, "size2", &p->size2, e)) != ERR_OK)
		return rc;
	return read_hashes(json_get(v, "hashes"), false, a, p, e);
}

/* --- what others write -------------------------------------------------- */

/* A whole number, or (ProtoJSON) its digits in a string; up to 2^63 - 1. */
static enum status
foreign_count(const struct json *v, const char *name, uint64_t *out,
    struct err *e)
{
	const struct json *member = json_get(v, name);
	struct slice s = json_text(member);
	int64_t n;

	*out = 0;
	if (member == NULL)
		return ERR_OK;	/* ProtoJSON leaves zero out */
	if (member->type == JSON_NUMBER)
		return read_count(v, name, out, e);
	if (member->type != JSON_STRING || s.len == 0 || s.len > 19)
		return err_input(e, member->offset, "%s is not a count", name);
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return err_input(e, member->offset,
			    "%s is not a count", name);
		*out = *out * 10 + (uint64_t)(s.data[i] - '0');
	}
	n = (int64_t)*out;
	return n >= 0 ? ERR_OK : err_input(e, member->offset,
	    "%s is not a count", name);
}

/* The hashes of a foreign proof: a list, null or not there. */
static enum status
foreign_hashes(const struct json *list, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	if (list == NULL || list->type == JSON_NULL)
		return ERR_OK;
	if (list->type != JSON_ARRAY)
		return err_input(e, list->offset, "hashes are no list");
	return read_hashes(list, true, a, p, e);
}

static enum status
foreign_root(const struct json *v, const char *name, struct arena *a,
    struct digest *out, bool *has, struct err *e)
{
	const struct json *member = json_get(v, name);

	if (member == NULL)
		return ERR_OK;
	*has = true;
	return read_hash(member, true, a, out, e);
}

/* Rekor: {logIndex, treeSize, rootHash, hashes, checkpoint}; the body is the
 * leaf. */
static enum status
read_rekor(const struct json *proof, const struct json *body,
    struct arena *a, struct merkledoc_proof *p, struct err *e)
{
	const struct json *note = json_get(proof, "checkpoint");
	struct slice data;
	enum status rc;

	p->kind = MERKLEDOC_INCLUSION;
	p->leaf = arena_zalloc(a, sizeof(*p->leaf));
	p->leaves = 1;
	if (note != NULL && note->type == JSON_OBJECT)
		note = json_get(note, "envelope");
	p->checkpoint = json_text(note);
	if ((rc = foreign_count(proof, "logIndex", &p->leaf->index, e)) !=
	    ERR_OK ||
	    (rc = foreign_count(proof, "treeSize", &p->size2, e)) != ERR_OK ||
	    (rc = foreign_root(proof, "rootHash", a, &p->root2, &p->has_root2,
	    e)) != ERR_OK ||
	    (rc = foreign_hashes(json_get(proof, "hashes"), a, p, e)) !=
	    ERR_OK)
		return rc;
	if (body == NULL)
		return ERR_OK;
	if (body->type != JSON_STRING || !b64_bytes(a, json_text(body), &data))
		return err_input(e, body->offset, "entry is not base64");
	p->leaf->hash = merkle_leaf(data);
	p->has_leaf = true;
	return ERR_OK;
}

/* Roots of one size are only compared with each other, so their vectors have
 * some that are no hashes: the hash of such bytes stands for them. */
static enum status
opaque_roots(const struct json *v, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	struct digest *root[] = { &p->root1, &p->root2 };
	static const char *const name[] = { "root1", "root2" };
	struct slice bytes;

	for (size_t i = 0; i < 2; i++) {
		const struct json *member = json_get(v, name[i]);

		if (member == NULL || !b64_bytes(a, json_text(member), &bytes))
			return err_input(e, v->offset, "%s is not base64",
			    name[i]);
		if (bytes.len == DIGEST_SIZE)
			memcpy(root[i]->sha256, bytes.data, DIGEST_SIZE);
		else
			*root[i] = digest_bytes(bytes);
	}
	p->has_root1 = p->has_root2 = true;
	return ERR_OK;
}

/* transparency-dev: {leafIdx, treeSize, root, leafHash, proof} or {size1,
 * size2, root1, root2, proof}. */
static enum status
read_testdata(const struct json *v, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	bool inclusion = json_get(v, "leafIdx") != NULL;
	enum status rc = foreign_hashes(json_get(v, "proof"), a, p, e);

	if (rc != ERR_OK)
		return rc;
	p->kind = inclusion ? MERKLEDOC_INCLUSION : MERKLEDOC_CONSISTENCY;
	p->leaf = arena_zalloc(a, sizeof(*p->leaf));
	p->leaves = 1;
	if (inclusion) {
		if ((rc = foreign_count(v, "leafIdx", &p->leaf->index, e)) !=
		    ERR_OK || (rc = foreign_count(v, "treeSize", &p->size2,
		    e)) != ERR_OK || (rc = foreign_root(v, "leafHash", a,
		    &p->leaf->hash, &p->has_leaf, e)) != ERR_OK)
			return rc;
		return foreign_root(v, "root", a, &p->root2, &p->has_root2, e);
	}
	if ((rc = foreign_count(v, "size1", &p->size1, e)) != ERR_OK ||
	    (rc = foreign_count(v, "size2", &p->size2, e)) != ERR_OK)
		return rc;
	if (p->size1 == p->size2)
		return opaque_roots(v, a, p, e);
	if ((rc = foreign_root(v, "root1", a, &p->root1, &p->has_root1, e)) !=
	    ERR_OK)
		return rc;
	return foreign_root(v, "root2", a, &p->root2, &p->has_root2, e);
}

/* Rekor's API answers {uuid: {body, verification: {inclusionProof}}}. */
static const struct json *
rekor_entry(const struct json *v)
{
	if (json_count(v) != 1)
		return NULL;
	v = &v->u.member[0].value;
	if (json_want(json_want(v, "verification", JSON_OBJECT),
	    "inclusionProof", JSON_OBJECT) == NULL)
		return NULL;
	return v;
}

static enum status
read_foreign(const struct json *v, struct arena *a,
    struct merkledoc_proof *p, struct err *e)
{
	const struct json *proof = json_want(v, "inclusionProof", JSON_OBJECT);
	const struct json *entry = rekor_entry(v);

	if (entry != NULL)
		return read_rekor(json_get(json_get(entry, "verification"),
		    "inclusionProof"), json_get(entry, "body"), a, p, e);
	if (proof != NULL)
		return read_rekor(proof, json_get(v, "canonicalizedBody"), a,
		    p, e);
	if (json_get(v, "hashes") != NULL || json_get(v, "rootHash") != NULL)
		return read_rekor(v, NULL, a, p, e);
	if (json_get(v, "leafIdx") != NULL || json_get(v, "size1") != NULL)
		return read_testdata(v, a, p, e);
	return err_input(e, v->offset, "not a proof: looked for "
	    "prov.inclusion/v1, prov.consistency/v1 and a log's proof");
}

enum status
merkledoc_read_proof(const struct json *v, struct arena *a,
    struct merkledoc_proof *out, struct err *e)
{
	struct slice kind = json_get_text(v, "kind");

	memset(out, 0, sizeof(*out));
	if (v->type != JSON_OBJECT)
		return err_input(e, v->offset, "a proof is an object, not %s",
		    json_type_name(v));
	if (slice_is(kind, "prov.inclusion/v1"))
		return read_inclusion(v, a, out, e);
	if (slice_is(kind, "prov.consistency/v1"))
		return read_consistency(v, a, out, e);
	return read_foreign(v, a, out, e);
}

enum status
merkledoc_check(const struct merkledoc_proof *p, struct err *e)
{
	if (!p->has_root2 ||
	    (p->kind == MERKLEDOC_CONSISTENCY && !p->has_root1))
		return err_bad(e, "the proof comes without a root");
	if (p->kind == MERKLEDOC_CONSISTENCY)
		return merkle_check_consistency(p->size1, p->size2, &p->root1,
		    &p->root2, p->hash, p->hashes, e);
	if (!p->has_leaf)
		return err_bad(e, "the proof comes without a leaf");
	if (p->kind == MERKLEDOC_BATCH)
		return merkle_check_batch(p->size2, p->leaf, p->leaves,
		    p->hash, p->hashes, &p->root2, e);
	return merkle_check_inclusion(&p->leaf[0].hash, p->leaf[0].index,
	    p->size2, p->hash, p->hashes, &p->root2, e);
}
