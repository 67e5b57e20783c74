/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "entry.h"
#include "entryrec.h"
#include "entrytree.h"
#include "epoch.h"
#include "metrics.h"

enum {
	KEY_SIZE = 1 + DIGEST_SIZE
};

struct entry_store {
	struct cache *cache;
	char *dir;
};

static const struct slice generation_key = { "generation", 10 };

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

static enum status
generation_in(struct cache *c, void *ctx, struct err *e)
{
	return entrytree_get_number(c, CACHE_META, generation_key, ctx, e);
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
			rc = entrytree_get_number(c, CACHE_GENERATION,
			    deps[i].key, &g, e);
			if (rc != ERR_OK)
				return rc;
			*yes = g <= gen;
			continue;
		}
		rc = cache_get(c, CACHE_GENERATION, deps[i].key, &v, e);
		/* Of another form than the feed's it is before any. */
		if (rc == ERR_OK)
			*yes = epoch_form(deps[i].epoch) == epoch_form(v) &&
			    epoch_cmp(deps[i].epoch, v) >= 0;
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

	if (rc == ERR_OK && epoch_form(epoch) != epoch_form(old))
		return err_bad(e, "the feed's epoch, %.*s, is not of the form "
		    "of the one known, %.*s", (int)epoch.len, epoch.data,
		    (int)old.len, old.data);
	if (rc == ERR_OK && epoch_cmp(epoch, old) <= 0)
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
	enum status rc = entrytree_get_number(c, CACHE_META, generation_key,
	    &gen, e);

	gen++;
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		key[0] = letter[list[i].cause];
		if (list[i].cause != ENTRY_BY_FEED) {
			memcpy(key + 1, list[i].id.sha256, DIGEST_SIZE);
			rc = entrytree_put_number(c, CACHE_GENERATION,
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
		rc = entrytree_put_number(c, CACHE_META, generation_key, gen,
		    e);
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
	enum status rc = entrytree_get_number(c, CACHE_META, generation_key,
	    &now, e);

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
	enum status rc = cache_get(c, CACHE_ENTRY, entrytree_key(verikey),
	    &v, e);

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

/* --- putting ------------------------------------------------------------ */

struct put_call {
	const struct entry *given;
	struct entry entry;	/* with what was derived */
	struct entryrec_dep *deps;
	size_t n;
	struct entrytree tree;
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

/* True when the old entry is as good as the new one, but for chunks. */
static bool
adds_nothing(const struct entry *entry, const struct entry *old)
{
	if (!same_documents(entry, old))
		return !old->foreign && entry->foreign;
	if (old->foreign && !entry->foreign)
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
		rc = entrytree_refer(c, 'e', &v->digest, 1, &left, e);
		if (rc == ERR_OK && left == 1)
			rc = cache_put(c, CACHE_ENVELOPE,
			    entrytree_key(&v->digest), v->bytes, e);
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
		rc = entrytree_refer(c, 'e', d, -1, &left, e);
		if (rc == ERR_OK && left == 0)
			rc = cache_del(c, CACHE_ENVELOPE, entrytree_key(d), e);
	}
	return rc;
}

/* Writes the record; old is what it replaces, or NULL. */
static enum status
write_entry(struct cache *c, struct put_call *p, const struct entry *old,
    struct err *e)
{
	struct entry *entry = &p->entry;
	bool keep_tree = old != NULL && old->has_tree &&
	    digest_equal(&old->proof_root, &entry->proof_root);
	struct buf b = { 0 };
	enum status rc = ERR_OK;

	if (entry->has_tree)
		rc = keep_tree ? entrytree_extend(c, &p->tree, e) :
		    entrytree_hold(c, &p->tree, e);
	entry->has_parts |= keep_tree && old->has_parts;
	entry->has_tree |= keep_tree;
	if (rc == ERR_OK)
		rc = hold_envelopes(c, entry, old, e);
	if (rc == ERR_OK) {
		entryrec_write(&b, entry, p->deps, p->n);
		rc = cache_put(c, CACHE_ENTRY, entrytree_key(&entry->verikey),
		    buf_get(&b), e);
		buf_free(&b);
	}
	if (rc == ERR_OK && old != NULL && old->has_tree && !keep_tree)
		rc = entrytree_drop(c, &old->proof_root, e);
	if (rc == ERR_OK && old != NULL)
		rc = drop_envelopes(c, old, entry, e);
	/* What came from elsewhere is not sent back there. */
	if (rc == ERR_OK && !entry->foreign)
		rc = entrytree_put_number(c, CACHE_OUTBOX,
		    entrytree_key(&entry->verikey), entry->generation, e);
	p->wrote = rc == ERR_OK;
	return rc;
}

/* Whether there are chunks that the old entry's tree has not. */
static enum status
adds_chunks(struct cache *c, const struct put_call *p,
    const struct entry *old, bool *yes, struct err *e)
{
	struct entrytree t;
	enum status rc = ERR_OK;

	*yes = p->entry.has_tree && same_documents(&p->entry, old) &&
	    !old->has_parts;
	if (*yes && old->has_tree) {
		rc = entrytree_load(c, &old->proof_root, p->arena, &t, e);
		if (rc == ERR_NO)
			rc = cache_damaged(c, e, "a tree is missing");
		/* Where all are there, the record does not say so yet. */
		*yes = rc == ERR_OK && (t.kept < p->tree.kept ||
		    p->entry.has_parts);
	}
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
	p->entry.has_tree = p->tree.doc.parts > 0;
	p->entry.has_parts = p->entry.has_tree &&
	    p->tree.kept == p->tree.doc.size;
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
	if (state == ENTRY_HIT && adds_nothing(&p->entry, &old)) {
		rc = adds_chunks(c, p, &old, &yes, e);
		if (rc != ERR_OK || !yes)
			return rc;
	}
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
	if (rc == ERR_OK && entry->partial != NULL) {
		rc = entrytree_given(entry->partial, &p.entry.proof_root, &a,
		    &p.tree, e);
	} else if (rc == ERR_OK && parts) {
		entrytree_build(entry->part, &a, &p.tree);
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
	struct entrytree tree;
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
		if (call->count > 0 && call->first >= call->tree.kept &&
		    call->tree.kept < t->size)
			return err_no(e, "the cache has only %" PRIu64 " of %"
			    PRIu64 " chunks of the evidence", call->tree.kept,
			    t->size);
		if (call->count > call->tree.kept - call->first)
			call->count = call->tree.kept - call->first;
		return ERR_OK;
	}
	for (size_t i = 0; i < t->parts; i++)
		if (entrytree_role(t->part[i].role) == call->role) {
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
	enum status rc = entrytree_load(c, call->root, call->arena, &call->tree,
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

		rc = cache_get(c, CACHE_CHUNK, entrytree_key(hash), chunk, e);
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
	enum status rc = cache_get(c, CACHE_ENVELOPE,
	    entrytree_key(call->digest), &call->bytes, e);

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
		rc = cache_next(c, CACHE_ENTRY, entrytree_key(&key), true, &k,
		    &v, e);
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
	enum status rc = cache_del(c, CACHE_ENTRY,
	    entrytree_key(&entry->verikey), e);

	if (rc == ERR_OK && entry->has_tree)
		rc = entrytree_drop(c, &entry->proof_root, e);
	if (rc == ERR_OK)
		rc = drop_envelopes(c, entry, NULL, e);
	if (rc == ERR_OK)
		rc = cache_del(c, CACHE_OUTBOX,
		    entrytree_key(&entry->verikey), e);
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

/* --- the outbox --------------------------------------------------------- */

struct outbox_call {
	struct digest from;
	size_t limit;
	struct entry_note *note;
	const struct entry_note *sent;
	size_t n;
};

static enum status
outbox_in(struct cache *c, void *ctx, struct err *e)
{
	struct outbox_call *o = ctx;
	struct digest key = o->from;
	struct slice k, v;
	enum status rc = ERR_OK;

	for (o->n = 0; o->n < o->limit; o->n++) {
		rc = cache_next(c, CACHE_OUTBOX, entrytree_key(&key),
		    o->n == 0, &k, &v, e);
		if (rc == ERR_NO)
			return ERR_OK;
		if (rc == ERR_OK && (k.len != DIGEST_SIZE || v.len != 8))
			rc = cache_damaged(c, e, "a note is none");
		if (rc != ERR_OK)
			return rc;
		memcpy(key.sha256, k.data, DIGEST_SIZE);
		o->note[o->n].verikey = key;
		o->note[o->n].generation = entryrec_get_u64(v.data);
	}
	return rc;
}

enum status
entry_outbox(struct entry_store *s, struct digest *from, size_t limit,
    struct entry_note *note, size_t *n, struct err *e)
{
	struct outbox_call o = { .from = *from, .limit = limit,
		.note = note };
	enum status rc = cache_run(s->cache, false, outbox_in, &o, e);

	*n = rc == ERR_OK ? o.n : 0;
	if (*n == 0)
		return rc;
	*from = note[*n - 1].verikey;
	if (!increment(from))
		memset(from, 0xff, sizeof(*from));
	return ERR_OK;
}

static enum status
sent_in(struct cache *c, void *ctx, struct err *e)
{
	struct outbox_call *o = ctx;
	uint64_t generation;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < o->n && rc == ERR_OK; i++) {
		struct slice key = entrytree_key(&o->sent[i].verikey);

		rc = entrytree_get_number(c, CACHE_OUTBOX, key, &generation, e);
		if (rc == ERR_OK && generation == o->sent[i].generation)
			rc = cache_del(c, CACHE_OUTBOX, key, e);
	}
	return rc;
}

enum status
entry_sent(struct entry_store *s, const struct entry_note *note, size_t n,
    struct err *e)
{
	struct outbox_call o = { .sent = note, .n = n };

	return cache_run(s->cache, true, sent_in, &o, e);
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
	enum status rc = entrytree_get_number(c, CACHE_META, generation_key,
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
