/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "entrygen.h"
#include "entrystore.h"
#include "entrytree.h"

uint64_t
entrystore_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- records ------------------------------------------------------------ */

enum status
entrystore_load(struct cache *c, const struct digest *verikey,
    struct arena *a, struct entry *out, struct entryrec_dep **deps,
    size_t *n, struct err *e)
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

enum status
entrystore_judge(struct cache *c, const struct entry *entry,
    const struct entryrec_dep *deps, size_t n, uint64_t now, int64_t at,
    enum entry_state *state, struct err *e)
{
	bool yes = true;
	enum status rc = ERR_OK;

	/* Most of the time nothing at all was invalidated since. */
	if (now != entry->generation)
		rc = entrygen_stands(c, deps, n, entry->generation, &yes, e);
	if (rc == ERR_OK)
		*state = !yes ? ENTRY_INVALIDATED : at >= entry->expires ?
		    ENTRY_EXPIRED : ENTRY_HIT;
	return rc;
}

/* --- envelopes ---------------------------------------------------------- */

bool
entrystore_has_envelope(const struct entry *entry, const struct digest *d)
{
	for (size_t i = 0; i < entry->envelopes; i++)
		if (digest_equal(&entry->envelope[i].digest, d))
			return true;
	return false;
}

enum status
entrystore_hold_envelopes(struct cache *c, const struct entry *entry,
    const struct entry *old, struct err *e)
{
	uint64_t left;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		const struct entry_envelope *v = &entry->envelope[i];

		if (old != NULL && entrystore_has_envelope(old, &v->digest))
			continue;
		rc = entrytree_refer(c, 'e', &v->digest, 1, &left, e);
		if (rc == ERR_OK && left == 1)
			rc = cache_put(c, CACHE_ENVELOPE,
			    entrytree_key(&v->digest), v->bytes, e);
	}
	return rc;
}

enum status
entrystore_drop_envelopes(struct cache *c, const struct entry *entry,
    const struct entry *kept, struct err *e)
{
	uint64_t left;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		const struct digest *d = &entry->envelope[i].digest;

		if (kept != NULL && entrystore_has_envelope(kept, d))
			continue;
		rc = entrytree_refer(c, 'e', d, -1, &left, e);
		if (rc == ERR_OK && left == 0)
			rc = cache_del(c, CACHE_ENVELOPE, entrytree_key(d), e);
	}
	return rc;
}
