/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "entry.h"
#include "entrygen.h"
#include "entrystore.h"
#include "metrics.h"

struct entry_store {
	struct cache *cache;
	char *dir;
};

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

bool
entry_renewed(const struct entry_store *s)
{
	return cache_renewed(s->cache);
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

/* --- getting ------------------------------------------------------------ */

struct get_call {
	const struct digest *key;
	size_t n;
	int64_t at;
	uint64_t now;		/* the store's generation */
	struct arena *arena;
	struct entry_found *found;
};

static enum status
get_one(struct cache *c, const struct get_call *g, size_t i, struct err *e)
{
	struct entry_found *found = &g->found[i];
	struct entryrec_dep *deps;
	size_t n;
	enum status rc = entrystore_load(c, &g->key[i], g->arena,
	    &found->entry, &deps, &n, e);

	found->state = ENTRY_MISSING;
	if (rc == ERR_NO)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	return entrystore_judge(c, &found->entry, deps, n, g->now, g->at,
	    &found->state, e);
}

static enum status
get_in(struct cache *c, void *ctx, struct err *e)
{
	struct get_call *g = ctx;
	uint64_t before = entrystore_clock(), now;
	enum status rc = entrygen_now(c, &g->now, e);

	for (size_t i = 0; i < g->n && rc == ERR_OK; i++) {
		rc = get_one(c, g, i, e);
		now = entrystore_clock();
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
	struct get_call g = { .key = key, .n = n, .at = at, .arena = a,
		.found = found };
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
	enum status rc = entrygen_now(c, &s->generation, e);

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
