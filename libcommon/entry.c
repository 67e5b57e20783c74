/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "entry.h"
#include "entryrec.h"
#include "metrics.h"

enum {
	KEY_SIZE = 1 + DIGEST_SIZE,
	TREE_HEAD = 3 * 8,	/* chunk size, total, parts */
	TREE_PART = 4 * 8 + DIGEST_SIZE
};

struct entry_store {
	struct cache *cache;
	char *dir;
};

static const struct slice generation_key = { "generation", 10 };

static struct slice
key_of(const struct digest *d)
{
	return (struct slice){ (const char *)d->sha256, DIGEST_SIZE };
}

/* --- opening ------------------------------------------------------------ */

static char *
default_dir(struct arena *a)
{
	const char *z = getenv("PROV_CACHE");

	if (z != NULL && z[0] != '\0')
		return arena_dup(a, slice_of(z));
	z = getenv("XDG_CACHE_HOME");
	if (z != NULL && z[0] == '/')
		return arena_printf(a, "%s/provkit", z);
	z = getenv("HOME");
	if (z != NULL && z[0] == '/')
		return arena_printf(a, "%s/.cache/provkit", z);
	return NULL;
}

enum status
entry_open(const char *dir, enum entry_mode mode, struct entry_store **out,
    struct err *e)
{
	unsigned flags = mode == ENTRY_READ ? 0 : mode == ENTRY_WRITE ?
	    CACHE_WRITE : CACHE_WRITE | CACHE_NOSYNC;
	struct arena a = { 0 };
	struct cache *c;
	enum status rc;

	*out = NULL;
	if (dir == NULL)
		dir = default_dir(&a);
	if (dir == NULL) {
		(void)err_bad(e, "no cache directory: HOME is not set");
		return e->code = ERR_SYSTEM;
	}
	rc = cache_open(dir, flags, &c, e);
	if (rc == ERR_OK) {
		*out = mem_alloc(sizeof(**out));
		(*out)->cache = c;
		(*out)->dir = mem_alloc(strlen(dir) + 1);
		strcpy((*out)->dir, dir);
	}
	arena_free(&a);
	return rc;
}

void
entry_close(struct entry_store *s)
{
	if (s == NULL)
		return;
	cache_close(s->cache);
	mem_free(s->dir);
	mem_free(s);
}

const char *
entry_dir(const struct entry_store *s)
{
	return s->dir;
}

struct cache *
entry_cache(struct entry_store *s)
{
	return s->cache;
}

static uint64_t
nanoseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- generations -------------------------------------------------------- */

/* A number in the store; 0 when there is none. */
static enum status
get_number(struct cache *c, enum cache_table t, struct slice key, uint64_t *n,
    struct err *e)
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

static enum status
put_number(struct cache *c, enum cache_table t, struct slice key, uint64_t n,
    struct err *e)
{
	char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(n >> 8 * i & 0xff);
	return cache_put(c, t, key, (struct slice){ bytes, 8 }, e);
}

static enum status
generation_in(struct cache *c, void *ctx, struct err *e)
{
	return get_number(c, CACHE_META, generation_key, ctx, e);
}

enum status
entry_generation(struct entry_store *s, uint64_t *gen, struct err *e)
{
	return cache_run(s->cache, false, generation_in, gen, e);
}

/* Whether all that an entry of this generation depends on still stands. */
static enum status
stands(struct cache *c, const struct entryrec_dep *deps, size_t n,
    uint64_t gen, bool *yes, struct err *e)
{
	enum status rc;
	struct slice v;
	uint64_t g;

	*yes = true;
	for (size_t i = 0; i < n && *yes; i++) {
		if (deps[i].key.data[0] != 'f') {
			rc = get_number(c, CACHE_GENERATION, deps[i].key, &g,
			    e);
			if (rc != ERR_OK)
				return rc;
			*yes = g <= gen;
			continue;
		}
		rc = cache_get(c, CACHE_GENERATION, deps[i].key, &v, e);
		if (rc == ERR_OK)
			*yes = entryrec_epoch_cmp(deps[i].epoch, v) >= 0;
		else if (rc != ERR_NO)
			return rc;
	}
	return ERR_OK;
}

static enum status
set_feed(struct cache *c, struct slice key, struct slice epoch,
    struct err *e)
{
	struct slice old;
	enum status rc = cache_get(c, CACHE_GENERATION, key, &old, e);

	if (rc == ERR_OK && entryrec_epoch_cmp(epoch, old) <= 0)
		return ERR_OK;
	if (rc != ERR_OK && rc != ERR_NO)
		return rc;
	return cache_put(c, CACHE_GENERATION, key, epoch, e);
}

enum status
entry_invalidate_in(struct cache *c, const struct entry_invalidation *list,
    size_t n, struct err *e)
{
	static const char letter[ENTRY_CAUSES] = { 'k', 's', 'p', 'f' };
	char key[CACHE_KEY_MAX];
	uint64_t gen;
	enum status rc = get_number(c, CACHE_META, generation_key, &gen, e);

	gen++;
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		key[0] = letter[list[i].cause];
		if (list[i].cause != ENTRY_BY_FEED) {
			memcpy(key + 1, list[i].id.sha256, DIGEST_SIZE);
			rc = put_number(c, CACHE_GENERATION,
			    (struct slice){ key, KEY_SIZE }, gen, e);
			continue;
		}
		if (list[i].feed.len > ENTRYREC_FEED_MAX ||
		    list[i].before.len == 0 ||
		    list[i].before.len > UINT16_MAX)
			return err_bad(e, "a feed's name or epoch is empty "
			    "or too long");
		memcpy(key + 1, list[i].feed.data, list[i].feed.len);
		rc = set_feed(c, (struct slice){ key, 1 + list[i].feed.len },
		    list[i].before, e);
	}
	if (rc == ERR_OK)
		rc = put_number(c, CACHE_META, generation_key, gen, e);
	return rc;
}

struct invalidate_call {
	const struct entry_invalidation *list;
	size_t n;
};

static enum status
invalidate_in(struct cache *c, void *ctx, struct err *e)
{
	struct invalidate_call *call = ctx;

	return entry_invalidate_in(c, call->list, call->n, e);
}

enum status
entry_invalidate(struct entry_store *s, const struct entry_invalidation *list,
    size_t n, struct err *e)
{
	struct invalidate_call call = { list, n };
	uint64_t start = nanoseconds();
	enum status rc = cache_run(s->cache, true, invalidate_in, &call, e);

	if (rc == ERR_OK) {
		for (size_t i = 0; i < n; i++)
			metrics_invalidation(s->cache,
			    (enum metrics_cause)list[i].cause, 1);
		metrics_latency(s->cache, METRICS_INVALIDATE, METRICS_LMDB,
		    nanoseconds() - start);
	}
	return rc;
}

/* --- getting ------------------------------------------------------------ */

struct get_call {
	const struct digest *key;
	size_t n;
	int64_t at;
	struct arena *arena;
	struct entry_found *found;
};

/* What the record says at that time. */
static enum status
judge(struct cache *c, const struct entry *entry,
    const struct entryrec_dep *deps, size_t n, int64_t at,
    enum entry_state *state, struct err *e)
{
	uint64_t now;
	bool yes = true;
	enum status rc = get_number(c, CACHE_META, generation_key, &now, e);

	/* Most of the time nothing at all was invalidated since. */
	if (rc == ERR_OK && now != entry->generation)
		rc = stands(c, deps, n, entry->generation, &yes, e);
	if (rc == ERR_OK)
		*state = !yes ? ENTRY_INVALIDATED : at >= entry->expires ?
		    ENTRY_EXPIRED : ENTRY_HIT;
	return rc;
}

static enum status
load(struct cache *c, const struct digest *verikey, struct arena *a,
    struct entry *out, struct entryrec_dep **deps, size_t *n, struct err *e)
{
	struct slice v;
	struct err why;
	enum status rc = cache_get(c, CACHE_ENTRY, key_of(verikey), &v, e);

	if (rc != ERR_OK)
		return rc;
	v = arena_slice(a, v);
	if (entryrec_read(v, a, out, deps, n, &why) != ERR_OK)
		return cache_damaged(c, e, why.text);
	if (!digest_equal(&out->verikey, verikey))
		return cache_damaged(c, e, "an entry has another's key");
	return ERR_OK;
}

static enum status
get_one(struct cache *c, const struct get_call *g, size_t i, struct err *e)
{
	struct entry_found *found = &g->found[i];
	struct entryrec_dep *deps;
	size_t n;
	enum status rc = load(c, &g->key[i], g->arena, &found->entry, &deps,
	    &n, e);

	found->state = ENTRY_MISSING;
	if (rc == ERR_NO)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	return judge(c, &found->entry, deps, n, g->at, &found->state, e);
}

static enum status
get_in(struct cache *c, void *ctx, struct err *e)
{
	struct get_call *g = ctx;
	uint64_t before = nanoseconds(), now;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < g->n && rc == ERR_OK; i++) {
		rc = get_one(c, g, i, e);
		now = nanoseconds();
		g->found[i].nanoseconds = now - before;
		before = now;
	}
	return rc;
}

enum status
entry_get_many(struct entry_store *s, const struct digest *key, size_t n,
    int64_t at, struct arena *a, struct entry_found *found, struct err *e)
{
	static const enum metrics_result result[] = {
		[ENTRY_HIT] = METRICS_HIT,
		[ENTRY_MISSING] = METRICS_NOT_FOUND,
		[ENTRY_EXPIRED] = METRICS_EXPIRED,
		[ENTRY_INVALIDATED] = METRICS_INVALIDATED,
	};
	struct get_call g = { key, n, at, a, found };
	enum status rc = cache_run(s->cache, false, get_in, &g, e);

	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		metrics_request(s->cache, METRICS_LMDB,
		    result[found[i].state]);
		metrics_latency(s->cache, METRICS_GET, METRICS_LMDB,
		    found[i].nanoseconds);
	}
	return rc;
}

enum status
entry_get(struct entry_store *s, const struct digest *verikey, int64_t at,
    struct arena *a, struct entry *out, enum entry_state *state,
    struct err *e)
{
	struct entry_found found;
	enum status rc = entry_get_many(s, verikey, 1, at, a, &found, e);

	*state = ENTRY_MISSING;
	if (rc != ERR_OK)
		return rc;
	*state = found.state;
	*out = found.entry;
	return entry_state_status(found.state, e);
}

enum status
entry_state_status(enum entry_state state, struct err *e)
{
	switch (state) {
	case ENTRY_HIT:
		return ERR_OK;
	case ENTRY_EXPIRED:
		return err_no(e, "expired");
	case ENTRY_INVALIDATED:
		return err_no(e, "invalidated");
	default:
		return err_no(e, "not in the cache");
	}
}

/* --- references --------------------------------------------------------- */

/* Adds to a count of references; at 0 it is gone. */
static enum status
refer(struct cache *c, char kind, const struct digest *d, int change,
    uint64_t *left, struct err *e)
{
	char key[KEY_SIZE];
	struct slice k = { key, sizeof(key) };
	uint64_t n;
	enum status rc;

	key[0] = kind;
	memcpy(key + 1, d->sha256, DIGEST_SIZE);
	rc = get_number(c, CACHE_REFS, k, &n, e);
	if (rc != ERR_OK)
		return rc;
	if (change < 0 && n == 0)
		return cache_damaged(c, e, "a count of references is wrong");
	*left = change < 0 ? n - 1 : n + 1;
	return *left == 0 ? cache_del(c, CACHE_REFS, k, e) :
	    put_number(c, CACHE_REFS, k, *left, e);
}

/* --- trees -------------------------------------------------------------- */

/* The value of a tree: what merkledoc has, in binary. */
struct tree {
	struct merkledoc_tree doc;
	struct digest root;
	struct slice *piece;	/* the chunks' bytes, when it is written */
};

static void
build_tree(const struct slice part[MERKLEDOC_ROLES], struct arena *a,
    struct tree *t)
{
	struct merkle m = { 0 };
	size_t chunks = 0;

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		chunks += part[i].len / MERKLE_CHUNK + 1;
	t->doc.chunk_size = MERKLE_CHUNK;
	t->doc.part = arena_zalloc(a, MERKLEDOC_ROLES *
	    sizeof(*t->doc.part));
	t->doc.chunk = arena_array(a, chunks, sizeof(*t->doc.chunk));
	t->piece = arena_array(a, chunks, sizeof(*t->piece));
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

			t->piece[m.size] = slice_cut(part[i], at,
			    at + MERKLE_CHUNK);
			c->offset = t->doc.total + at;
			c->size = t->piece[m.size].len;
			c->hash = merkle_leaf(t->piece[m.size]);
			(void)merkle_push(&m, &c->hash, NULL);
		}
		p->chunks = m.size - p->first_chunk;
		t->doc.total += part[i].len;
	}
	t->doc.size = m.size;
	t->root = t->doc.root = merkle_root(&m);
}

static unsigned
role_number(struct slice name)
{
	unsigned i = 0;

	while (i < MERKLEDOC_ROLES && !slice_is(name, merkledoc_role_name[i]))
		i++;
	return i;
}

static void
tree_write(struct buf *out, const struct tree *t)
{
	entryrec_u64(out, t->doc.chunk_size);
	entryrec_u64(out, t->doc.total);
	entryrec_u64(out, t->doc.parts);
	for (size_t i = 0; i < t->doc.parts; i++) {
		const struct merkledoc_part *p = &t->doc.part[i];

		entryrec_u64(out, role_number(p->role));
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
tree_lay_out(struct tree *t)
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
    struct tree *t)
{
	struct merkle m = { 0 };
	const char *p = v.data + TREE_HEAD;
	struct digest made;
	uint64_t parts;

	memset(t, 0, sizeof(*t));
	if (v.len < TREE_HEAD)
		return false;
	t->doc.chunk_size = entryrec_get_u64(v.data);
	t->doc.total = entryrec_get_u64(v.data + 8);
	parts = entryrec_get_u64(v.data + 16);
	if (t->doc.chunk_size == 0 || parts > MERKLEDOC_ROLES ||
	    v.len - TREE_HEAD < parts * TREE_PART ||
	    (v.len - TREE_HEAD - parts * TREE_PART) % DIGEST_SIZE != 0)
		return false;
	t->doc.parts = (size_t)parts;
	t->doc.size = (v.len - TREE_HEAD - parts * TREE_PART) / DIGEST_SIZE;
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

static enum status
load_tree(struct cache *c, const struct digest *root, struct arena *a,
    struct tree *t, struct err *e)
{
	struct slice v;
	enum status rc = cache_get(c, CACHE_TREE, key_of(root), &v, e);

	if (rc != ERR_OK)
		return rc;
	v = arena_slice(a, v);
	if (!tree_read(v, root, a, t))
		return cache_damaged(c, e, "a tree is not its root's");
	return ERR_OK;
}

static enum status
hold_tree(struct cache *c, const struct tree *t, struct err *e)
{
	struct buf b = { 0 };
	uint64_t left;
	enum status rc = refer(c, 't', &t->root, 1, &left, e);

	if (rc != ERR_OK || left > 1)
		return rc;
	tree_write(&b, t);
	rc = cache_put(c, CACHE_TREE, key_of(&t->root), buf_get(&b), e);
	buf_free(&b);
	for (uint64_t i = 0; i < t->doc.size && rc == ERR_OK; i++) {
		const struct digest *hash = &t->doc.chunk[i].hash;

		rc = refer(c, 'c', hash, 1, &left, e);
		if (rc == ERR_OK && left == 1)
			rc = cache_put(c, CACHE_CHUNK, key_of(hash),
			    t->piece[i], e);
	}
	return rc;
}

static enum status
drop_tree(struct cache *c, const struct digest *root, struct err *e)
{
	struct arena a = { 0 };
	struct tree t;
	uint64_t left;
	enum status rc = refer(c, 't', root, -1, &left, e);

	if (rc != ERR_OK || left > 0)
		return rc;
	rc = load_tree(c, root, &a, &t, e);
	if (rc == ERR_NO)
		rc = cache_damaged(c, e, "a tree is missing");
	for (uint64_t i = 0; rc == ERR_OK && i < t.doc.size; i++) {
		rc = refer(c, 'c', &t.doc.chunk[i].hash, -1, &left, e);
		if (rc == ERR_OK && left == 0)
			rc = cache_del(c, CACHE_CHUNK,
			    key_of(&t.doc.chunk[i].hash), e);
	}
	arena_free(&a);
	return rc == ERR_OK ? cache_del(c, CACHE_TREE, key_of(root), e) : rc;
}

/* --- putting ------------------------------------------------------------ */

struct put_call {
	const struct entry *given;
	struct entry entry;	/* with what was derived */
	struct entryrec_dep *deps;
	size_t n;
	struct tree tree;
	struct arena *arena;
	bool wrote;
};

static bool
has_envelope(const struct entry *entry, const struct digest *d)
{
	for (size_t i = 0; i < entry->envelopes; i++)
		if (digest_equal(&entry->envelope[i].digest, d))
			return true;
	return false;
}

/* The envelopes of the new entry and of the one that was there. */
static void
join_envelopes(struct entry *entry, const struct entry *old,
    struct arena *a)
{
	struct entry_envelope *all = arena_array(a, entry->envelopes +
	    old->envelopes + 1, sizeof(*all));
	size_t n = entry->envelopes;

	if (n > 0)
		memcpy(all, entry->envelope, n * sizeof(*all));
	for (size_t i = 0; i < old->envelopes; i++)
		if (!has_envelope(entry, &old->envelope[i].digest))
			all[n++] = (struct entry_envelope){
				.digest = old->envelope[i].digest };
	entry->envelope = all;
	entry->envelopes = n;
}

static bool
same_documents(const struct entry *a, const struct entry *b)
{
	return slice_eq(a->verdict, b->verdict) &&
	    slice_eq(a->decision, b->decision) &&
	    slice_eq(a->inputs, b->inputs);
}

/* True when the old entry is as good as the new one. */
static bool
adds_nothing(const struct entry *entry, const struct entry *old)
{
	if (!same_documents(entry, old))
		return !old->foreign && entry->foreign;
	if ((old->foreign && !entry->foreign) ||
	    (entry->has_parts && !old->has_parts))
		return false;
	for (size_t i = 0; i < entry->envelopes; i++)
		if (!has_envelope(old, &entry->envelope[i].digest))
			return false;
	return true;
}

static enum status
hold_envelopes(struct cache *c, const struct entry *entry,
    const struct entry *old, struct err *e)
{
	uint64_t left;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		const struct entry_envelope *v = &entry->envelope[i];

		if (old != NULL && has_envelope(old, &v->digest))
			continue;
		rc = refer(c, 'e', &v->digest, 1, &left, e);
		if (rc == ERR_OK && left == 1)
			rc = cache_put(c, CACHE_ENVELOPE, key_of(&v->digest),
			    v->bytes, e);
	}
	return rc;
}

static enum status
drop_envelopes(struct cache *c, const struct entry *entry,
    const struct entry *kept, struct err *e)
{
	uint64_t left;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		const struct digest *d = &entry->envelope[i].digest;

		if (kept != NULL && has_envelope(kept, d))
			continue;
		rc = refer(c, 'e', d, -1, &left, e);
		if (rc == ERR_OK && left == 0)
			rc = cache_del(c, CACHE_ENVELOPE, key_of(d), e);
	}
	return rc;
}

/* Writes the record; old is what it replaces, or NULL. */
static enum status
write_entry(struct cache *c, struct put_call *p, const struct entry *old,
    struct err *e)
{
	struct entry *entry = &p->entry;
	bool keep_tree = old != NULL && old->has_parts &&
	    digest_equal(&old->proof_root, &entry->proof_root);
	struct buf b = { 0 };
	enum status rc = ERR_OK;

	if (entry->has_parts && !keep_tree)
		rc = hold_tree(c, &p->tree, e);
	entry->has_parts = entry->has_parts || keep_tree;
	if (rc == ERR_OK)
		rc = hold_envelopes(c, entry, old, e);
	if (rc == ERR_OK) {
		entryrec_write(&b, entry, p->deps, p->n);
		rc = cache_put(c, CACHE_ENTRY, key_of(&entry->verikey),
		    buf_get(&b), e);
		buf_free(&b);
	}
	if (rc == ERR_OK && old != NULL && old->has_parts && !keep_tree)
		rc = drop_tree(c, &old->proof_root, e);
	if (rc == ERR_OK && old != NULL)
		rc = drop_envelopes(c, old, entry, e);
	/* What came from elsewhere is not sent back there. */
	if (rc == ERR_OK && !entry->foreign)
		rc = put_number(c, CACHE_OUTBOX, key_of(&entry->verikey),
		    entry->generation, e);
	p->wrote = rc == ERR_OK;
	return rc;
}

static enum status
put_in(struct cache *c, void *ctx, struct err *e)
{
	struct put_call *p = ctx;
	struct arena *a = p->arena;
	struct entryrec_dep *deps;
	struct entry old;
	enum entry_state state = ENTRY_INVALIDATED;
	size_t n;
	bool yes;
	enum status rc;

	/* A second attempt begins from what was given. */
	p->entry.envelope = p->given->envelope;
	p->entry.envelopes = p->given->envelopes;
	p->entry.foreign = p->given->foreign;
	p->entry.has_parts = p->tree.doc.parts > 0;
	rc = stands(c, p->deps, p->n, p->entry.generation, &yes, e);
	if (rc != ERR_OK)
		return rc;
	if (!yes)
		return err_no(e, "what the entry depends on was invalidated "
		    "while it was made");
	rc = load(c, &p->entry.verikey, a, &old, &deps, &n, e);
	if (rc == ERR_NO)
		return write_entry(c, p, NULL, e);
	if (rc == ERR_OK)
		rc = judge(c, &old, deps, n, INT64_MIN, &state, e);
	if (rc != ERR_OK)
		return rc;
	if (state == ENTRY_HIT && adds_nothing(&p->entry, &old))
		return ERR_OK;
	if (same_documents(&p->entry, &old)) {
		join_envelopes(&p->entry, &old, a);
		p->entry.foreign = p->entry.foreign && (old.foreign ||
		    state != ENTRY_HIT);
	}
	return write_entry(c, p, &old, e);
}

static enum status
check_envelopes(const struct entry *entry, struct err *e)
{
	for (size_t i = 0; i < entry->envelopes; i++) {
		struct digest d = digest_bytes(entry->envelope[i].bytes);

		if (!digest_equal(&d, &entry->envelope[i].digest))
			return err_bad(e,
			    "an envelope's digest is not its bytes'");
		for (size_t k = 0; k < i; k++)
			if (digest_equal(&d, &entry->envelope[k].digest))
				return err_bad(e,
				    "an envelope is there twice");
	}
	return ERR_OK;
}

enum status
entry_put(struct entry_store *s, const struct entry *entry, uint64_t gen,
    struct err *e)
{
	struct arena a = { 0 };
	struct put_call p = { .given = entry, .entry = *entry, .arena = &a };
	uint64_t start = nanoseconds();
	bool parts = false;
	enum status rc = entryrec_derive(&p.entry, &a, &p.deps, &p.n, e);

	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		parts = parts || entry->part[i].data != NULL;
	if (rc == ERR_OK && parts) {
		build_tree(entry->part, &a, &p.tree);
		if (!digest_equal(&p.tree.root, &p.entry.proof_root))
			rc = err_bad(e,
			    "proofRoot is not the root of the parts");
	}
	if (rc == ERR_OK)
		rc = check_envelopes(entry, e);
	p.entry.generation = gen;
	if (rc == ERR_OK)
		rc = cache_run(s->cache, true, put_in, &p, e);
	if (rc == ERR_OK && p.wrote)
		metrics_latency(s->cache, METRICS_SET, METRICS_LMDB,
		    nanoseconds() - start);
	arena_free(&a);
	return rc;
}

/* --- parts and envelopes ------------------------------------------------ */

struct chunk_call {
	const struct digest *root;
	uint64_t first, count;
	unsigned role;		/* MERKLEDOC_ROLES: by first and count */
	struct arena *arena;
	struct tree tree;
	struct slice *chunk;	/* of the range */
	uint64_t got;
};

static enum status
chunk_range(struct chunk_call *call, struct err *e)
{
	const struct merkledoc_tree *t = &call->tree.doc;

	if (call->role == MERKLEDOC_ROLES) {
		if (call->first > t->size)
			return err_no(e, "chunk %" PRIu64
			    " is not in a tree of %" PRIu64, call->first,
			    t->size);
		if (call->count > t->size - call->first)
			call->count = t->size - call->first;
		return ERR_OK;
	}
	for (size_t i = 0; i < t->parts; i++)
		if (role_number(t->part[i].role) == call->role) {
			call->first = t->part[i].first_chunk;
			call->count = t->part[i].chunks;
			return ERR_OK;
		}
	return err_no(e, "there is no such part");
}

static enum status
chunks_in(struct cache *c, void *ctx, struct err *e)
{
	struct chunk_call *call = ctx;
	struct digest made;
	enum status rc = load_tree(c, call->root, call->arena, &call->tree,
	    e);

	if (rc == ERR_OK)
		rc = chunk_range(call, e);
	if (rc != ERR_OK)
		return rc;
	call->chunk = arena_array(call->arena, (size_t)call->count + 1,
	    sizeof(*call->chunk));
	for (call->got = 0; call->got < call->count; call->got++) {
		struct digest *hash = &call->tree.doc.chunk[call->first +
		    call->got].hash;
		struct slice *chunk = &call->chunk[call->got];

		rc = cache_get(c, CACHE_CHUNK, key_of(hash), chunk, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "a chunk is missing");
		if (rc != ERR_OK)
			return rc;
		*chunk = arena_slice(call->arena, *chunk);
		made = merkle_leaf(*chunk);
		if (!digest_equal(&made, hash))
			return cache_damaged(c, e, "a chunk's hash is another");
	}
	return ERR_OK;
}

enum status
entry_part(struct entry_store *s, const struct entry *entry, unsigned role,
    struct arena *a, struct slice *bytes, struct err *e)
{
	struct chunk_call call = { .root = &entry->proof_root, .role = role,
		.arena = a };
	struct buf b = { 0 };
	enum status rc;

	if (!entry->has_parts || role >= MERKLEDOC_ROLES)
		return err_no(e, "the entry comes without its parts");
	rc = cache_run(s->cache, false, chunks_in, &call, e);
	if (rc != ERR_OK)
		return rc;
	for (uint64_t i = 0; i < call.got; i++)
		buf_slice(&b, call.chunk[i]);
	*bytes = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return ERR_OK;
}

enum status
entry_chunks(struct entry_store *s, const struct digest *root, uint64_t first,
    uint64_t count, struct arena *a,
    enum status (*sink)(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e), void *ctx, struct err *e)
{
	struct chunk_call call = { .root = root, .first = first,
		.count = count, .role = MERKLEDOC_ROLES, .arena = a };
	enum status rc = cache_run(s->cache, false, chunks_in, &call, e);

	for (uint64_t i = 0; rc == ERR_OK && i < call.got; i++)
		rc = sink(ctx, first + i,
		    &call.tree.doc.chunk[first + i].hash, call.chunk[i], e);
	return rc;
}

enum status
entry_tree(struct entry_store *s, const struct digest *root, struct arena *a,
    struct json *doc, struct err *e)
{
	struct chunk_call call = { .root = root, .role = MERKLEDOC_ROLES,
		.arena = a };
	enum status rc = cache_run(s->cache, false, chunks_in, &call, e);

	if (rc == ERR_OK)
		*doc = merkledoc_write(a, &call.tree.doc);
	return rc;
}

struct envelope_call {
	const struct digest *digest;
	struct arena *arena;
	struct slice bytes;
};

static enum status
envelope_in(struct cache *c, void *ctx, struct err *e)
{
	struct envelope_call *call = ctx;
	struct digest made;
	enum status rc = cache_get(c, CACHE_ENVELOPE, key_of(call->digest),
	    &call->bytes, e);

	if (rc != ERR_OK)
		return rc;
	call->bytes = arena_slice(call->arena, call->bytes);
	made = digest_bytes(call->bytes);
	if (!digest_equal(&made, call->digest))
		return cache_damaged(c, e, "an envelope's hash is another");
	return ERR_OK;
}

enum status
entry_envelope(struct entry_store *s, const struct digest *digest,
    struct arena *a, struct slice *bytes, struct err *e)
{
	struct envelope_call call = { digest, a, { NULL, 0 } };
	enum status rc = cache_run(s->cache, false, envelope_in, &call, e);

	*bytes = call.bytes;
	return rc;
}

/* --- scanning ----------------------------------------------------------- */

/* The number one higher; false after the last. */
static bool
increment(struct digest *d)
{
	for (int i = DIGEST_SIZE - 1; i >= 0; i--)
		if (++d->sha256[i] != 0)
			return true;
	return false;
}

struct scan_call {
	struct digest *from;
	struct digest at_key;	/* where this call is */
	size_t limit;
	int64_t at;
	struct arena *arena;
	struct entry *entry;
	enum entry_state *state;
	size_t n;
	bool end;
	uint64_t removed;
};

static enum status
scan_in(struct cache *c, void *ctx, struct err *e)
{
	struct scan_call *s = ctx;
	struct digest key = *s->from;
	struct entryrec_dep *deps;
	struct slice k, v;
	size_t deps_n;
	enum status rc = ERR_OK;

	for (s->n = 0; s->n < s->limit && !s->end; s->n++) {
		rc = cache_next(c, CACHE_ENTRY, key_of(&key), true, &k, &v, e);
		if (rc == ERR_NO) {
			s->end = true;
			rc = ERR_OK;
			break;
		}
		if (rc == ERR_OK && k.len != DIGEST_SIZE)
			rc = cache_damaged(c, e, "a key is no veriKey");
		if (rc != ERR_OK)
			return rc;
		memcpy(key.sha256, k.data, DIGEST_SIZE);
		rc = load(c, &key, s->arena, &s->entry[s->n], &deps, &deps_n,
		    e);
		if (rc == ERR_OK)
			rc = judge(c, &s->entry[s->n], deps, deps_n, s->at,
			    &s->state[s->n], e);
		if (rc != ERR_OK)
			return rc;
		s->end = !increment(&key);
	}
	s->at_key = key;
	return rc;
}

enum status
entry_scan(struct entry_store *s, struct digest *from, size_t limit,
    int64_t at, enum status (*fn)(void *ctx, const struct entry *entry,
    enum entry_state state, struct err *e), void *ctx, struct err *e)
{
	struct arena a = { 0 };
	struct scan_call call = { .from = from, .limit = limit, .at = at,
		.arena = &a };
	enum status rc;

	call.entry = arena_array(&a, limit, sizeof(*call.entry));
	call.state = arena_array(&a, limit, sizeof(*call.state));
	rc = cache_run(s->cache, false, scan_in, &call, e);
	for (size_t i = 0; rc == ERR_OK && i < call.n; i++)
		rc = fn(ctx, &call.entry[i], call.state[i], e);
	*from = call.at_key;
	arena_free(&a);
	if (rc == ERR_OK && call.end)
		return err_no(e, "no more entries");
	return rc;
}

static enum status
remove_entry(struct cache *c, const struct entry *entry, struct err *e)
{
	enum status rc = cache_del(c, CACHE_ENTRY, key_of(&entry->verikey), e);

	if (rc == ERR_OK && entry->has_parts)
		rc = drop_tree(c, &entry->proof_root, e);
	if (rc == ERR_OK)
		rc = drop_envelopes(c, entry, NULL, e);
	if (rc == ERR_OK)
		rc = cache_del(c, CACHE_OUTBOX, key_of(&entry->verikey), e);
	return rc;
}

static enum status
prune_in(struct cache *c, void *ctx, struct err *e)
{
	struct scan_call *s = ctx;
	enum status rc = scan_in(c, s, e);

	s->removed = 0;
	for (size_t i = 0; rc == ERR_OK && i < s->n; i++) {
		if (s->state[i] == ENTRY_HIT)
			continue;
		rc = remove_entry(c, &s->entry[i], e);
		s->removed++;
	}
	return rc;
}

enum status
entry_prune(struct entry_store *s, struct digest *from, size_t limit,
    int64_t at, uint64_t *removed, struct err *e)
{
	struct arena a = { 0 };
	struct scan_call call = { .from = from, .limit = limit, .at = at,
		.arena = &a };
	enum status rc;

	call.entry = arena_array(&a, limit, sizeof(*call.entry));
	call.state = arena_array(&a, limit, sizeof(*call.state));
	rc = cache_run(s->cache, true, prune_in, &call, e);
	arena_free(&a);
	if (rc != ERR_OK)
		return rc;
	*from = call.at_key;
	*removed = call.removed;
	return call.end ? err_no(e, "no more entries") : ERR_OK;
}

/* --- upkeep ------------------------------------------------------------- */

static enum status
stats_in(struct cache *c, void *ctx, struct err *e)
{
	struct entry_stats *s = ctx;
	const struct {
		enum cache_table table;
		uint64_t *n;
	} row[] = {
		{ CACHE_ENTRY, &s->entries }, { CACHE_TREE, &s->trees },
		{ CACHE_CHUNK, &s->chunks },
		{ CACHE_ENVELOPE, &s->envelopes },
		{ CACHE_OUTBOX, &s->outbox }, { CACHE_EVENT, &s->events },
	};
	enum status rc = get_number(c, CACHE_META, generation_key,
	    &s->generation, e);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]) && rc == ERR_OK;
	    i++)
		rc = cache_count(c, row[i].table, row[i].n, e);
	return rc;
}

enum status
entry_stats(struct entry_store *s, struct entry_stats *out, struct err *e)
{
	struct cache_usage u;
	enum status rc = cache_run(s->cache, false, stats_in, out, e);

	if (rc == ERR_OK)
		rc = cache_usage(s->cache, &u, e);
	if (rc == ERR_OK) {
		out->file_bytes = u.file_bytes;
		out->used_bytes = u.used_bytes;
		out->readers = u.readers;
	}
	return rc;
}

/* What a walk over everything adds up. */
struct check_call {
	struct arena arena;
	uint64_t trees, envelopes, chunks;	/* held, from above */
	uint64_t refs[3];			/* counted, from below */
	uint64_t kinds[3];
};

static enum status
check_entry(struct cache *c, struct check_call *k, struct slice key,
    struct err *e)
{
	struct entryrec_dep *deps, *made;
	struct entry entry, again;
	struct digest id;
	struct slice v;
	struct err why;
	size_t n, m;
	enum status rc;

	if (key.len != DIGEST_SIZE)
		return cache_damaged(c, e, "a key is no veriKey");
	memcpy(id.sha256, key.data, DIGEST_SIZE);
	rc = load(c, &id, &k->arena, &entry, &deps, &n, e);
	if (rc != ERR_OK)
		return rc;
	again = entry;
	if (entryrec_derive(&again, &k->arena, &made, &m, &why) != ERR_OK)
		return cache_damaged(c, e, why.text);
	if (m != n || !digest_equal(&again.verikey, &id))
		return cache_damaged(c, e, "an entry's record is another's");
	for (size_t i = 0; i < entry.envelopes; i++) {
		rc = cache_get(c, CACHE_ENVELOPE,
		    key_of(&entry.envelope[i].digest), &v, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "an envelope is missing");
		if (rc != ERR_OK)
			return rc;
	}
	k->envelopes += entry.envelopes;
	if (!entry.has_parts)
		return ERR_OK;
	k->trees++;
	rc = cache_get(c, CACHE_TREE, key_of(&entry.proof_root), &v, e);
	return rc == ERR_NO ? cache_damaged(c, e, "a tree is missing") : rc;
}

static enum status
check_tree(struct cache *c, struct check_call *k, struct slice key,
    struct err *e)
{
	struct digest root;
	struct tree t;
	struct slice v;
	enum status rc;

	if (key.len != DIGEST_SIZE)
		return cache_damaged(c, e, "a key is no root");
	memcpy(root.sha256, key.data, DIGEST_SIZE);
	rc = load_tree(c, &root, &k->arena, &t, e);
	for (uint64_t i = 0; rc == ERR_OK && i < t.doc.size; i++) {
		rc = cache_get(c, CACHE_CHUNK,
		    key_of(&t.doc.chunk[i].hash), &v, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "a chunk is missing");
		k->chunks++;
	}
	return rc;
}

static enum status
check_value(struct cache *c, enum cache_table t, struct slice key,
    struct slice value, struct err *e)
{
	struct digest d = t == CACHE_CHUNK ? merkle_leaf(value) :
	    digest_bytes(value);

	if (!slice_eq(key, key_of(&d)))
		return cache_damaged(c, e, t == CACHE_CHUNK ?
		    "a chunk's hash is another" :
		    "an envelope's hash is another");
	return ERR_OK;
}

static enum status
check_refs(struct cache *c, struct check_call *k, struct slice key,
    struct slice value, struct err *e)
{
	static const enum cache_table table[] = { CACHE_TREE, CACHE_CHUNK,
		CACHE_ENVELOPE };
	static const char letters[] = "tce";
	const char *at = key.len == KEY_SIZE ? strchr(letters, key.data[0]) :
	    NULL;
	struct slice v;
	enum status rc;

	if (at == NULL || *at == '\0' || value.len != 8)
		return cache_damaged(c, e, "a count of references is none");
	k->kinds[at - letters]++;
	k->refs[at - letters] += entryrec_get_u64(value.data);
	rc = cache_get(c, table[at - letters], slice_cut(key, 1, key.len), &v,
	    e);
	return rc == ERR_NO ? cache_damaged(c, e,
	    "a count is of what is not there") : rc;
}

static enum status
check_table(struct cache *c, struct check_call *k, enum cache_table t,
    struct err *e)
{
	char last[CACHE_KEY_MAX];
	struct slice from = { last, 0 }, key, v;
	enum status rc;

	while ((rc = cache_next(c, t, from, false, &key, &v, e)) == ERR_OK) {
		memcpy(last, key.data, key.len);
		from.len = key.len;
		rc = t == CACHE_ENTRY ? check_entry(c, k, key, e) :
		    t == CACHE_TREE ? check_tree(c, k, key, e) :
		    t == CACHE_REFS ? check_refs(c, k, key, v, e) :
		    check_value(c, t, key, v, e);
		if (rc != ERR_OK)
			return rc == ERR_NO ? ERR_SYSTEM : rc;
		arena_reset(&k->arena);
	}
	return rc == ERR_NO ? ERR_OK : rc;
}

static enum status
check_in(struct cache *c, void *ctx, struct err *e)
{
	static const enum cache_table tables[] = { CACHE_ENTRY, CACHE_TREE,
		CACHE_CHUNK, CACHE_ENVELOPE, CACHE_REFS };
	struct check_call *k = ctx;
	uint64_t n[3];
	enum status rc = ERR_OK;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) &&
	    rc == ERR_OK; i++)
		rc = check_table(c, k, tables[i], e);
	if (rc != ERR_OK ||
	    (rc = cache_count(c, CACHE_TREE, &n[0], e)) != ERR_OK ||
	    (rc = cache_count(c, CACHE_CHUNK, &n[1], e)) != ERR_OK ||
	    (rc = cache_count(c, CACHE_ENVELOPE, &n[2], e)) != ERR_OK)
		return rc;
	if (k->refs[0] != k->trees || k->refs[1] != k->chunks ||
	    k->refs[2] != k->envelopes || memcmp(n, k->kinds, sizeof(n)) != 0)
		return cache_damaged(c, e,
		    "the counts of references do not add up");
	return ERR_OK;
}

enum status
entry_check(struct entry_store *s, struct err *e)
{
	struct check_call k = { .trees = 0 };
	enum status rc = cache_run(s->cache, false, check_in, &k, e);

	arena_free(&k.arena);
	return rc;
}
