/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cache.h"
#include "entrygen.h"
#include "entrystore.h"
#include "entrytree.h"
#include "epoch.h"
#include "metrics.h"

enum {
	KEY_SIZE = 1 + DIGEST_SIZE
};

_Static_assert((int)ENTRY_CAUSES == (int)METRICS_CAUSES,
    "what is counted is what ends entries");

static const struct slice generation_key = { "generation", 10 };

enum status
entrygen_now(struct cache *c, uint64_t *gen, struct err *e)
{
	return entrytree_get_number(c, CACHE_META, generation_key, gen, e);
}

static enum status
generation_in(struct cache *c, void *ctx, struct err *e)
{
	return entrygen_now(c, ctx, e);
}

enum status
entry_generation(struct entry_store *s, uint64_t *gen, struct err *e)
{
	return cache_run(entry_cache(s), false, generation_in, gen, e);
}

enum status
entrygen_stands(struct cache *c, const struct entryrec_dep *deps, size_t n,
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

/* A form that no signed event was of gives way to that of one: else whoever
 * comes first keeps a ledger out for good.  META holds whose form it is. */
static enum status
check_form(struct cache *c, struct slice key,
    const struct entry_invalidation *item, struct slice known, struct err *e)
{
	struct slice v;
	enum status rc;

	if (epoch_form(item->before) == epoch_form(known))
		return ERR_OK;
	rc = item->is_signed ? cache_get(c, CACHE_META, key, &v, e) : ERR_OK;
	if (rc == ERR_NO)
		return ERR_OK;
	return rc != ERR_OK ? rc : err_bad(e, "the feed's epoch, %.*s, is "
	    "not of the form of the one known, %.*s", (int)item->before.len,
	    item->before.data, (int)known.len, known.data);
}

static enum status
set_feed(struct cache *c, struct slice key,
    const struct entry_invalidation *item, struct err *e)
{
	struct slice known;
	bool later = true;
	enum status rc = cache_get(c, CACHE_GENERATION, key, &known, e);

	if (rc == ERR_OK) {
		rc = check_form(c, key, item, known, e);
		later = epoch_form(item->before) != epoch_form(known) ||
		    epoch_cmp(item->before, known) > 0;
	} else if (rc == ERR_NO) {
		rc = ERR_OK;
	}
	if (rc == ERR_OK && later)
		rc = cache_put(c, CACHE_GENERATION, key, item->before, e);
	if (rc == ERR_OK && item->is_signed)
		rc = cache_put(c, CACHE_META, key, SLICE("1"), e);
	return rc;
}

enum status
entry_invalidate_in(struct cache *c, const struct entry_invalidation *list,
    size_t n, struct err *e)
{
	static const char letter[ENTRY_CAUSES] = { 'k', 's', 'p', 'f', 'k',
		'k' };
	char key[CACHE_KEY_MAX];
	uint64_t gen;
	enum status rc = entrygen_now(c, &gen, e);

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
		    &list[i], e);
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
	struct cache *c = entry_cache(s);
	uint64_t start = entrystore_clock();
	enum status rc = cache_run(c, true, invalidate_in, &call, e);

	if (rc == ERR_OK) {
		for (size_t i = 0; i < n; i++)
			metrics_invalidation(c,
			    (enum metrics_cause)list[i].cause, 1);
		metrics_latency(c, METRICS_INVALIDATE, METRICS_LMDB,
		    entrystore_clock() - start);
	}
	return rc;
}
