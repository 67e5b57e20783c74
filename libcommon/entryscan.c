/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cache.h"
#include "entrygen.h"
#include "entrystore.h"
#include "entrytree.h"

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
	uint64_t now;
	enum status rc = entrygen_now(c, &now, e);

	for (s->n = 0; rc == ERR_OK && s->n < s->limit && !s->end; s->n++) {
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
		rc = entrystore_load(c, &key, s->arena, &s->entry[s->n],
		    &deps, &deps_n, e);
		if (rc == ERR_OK)
			rc = entrystore_judge(c, &s->entry[s->n], deps, deps_n,
			    now, s->at, &s->state[s->n], e);
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
	rc = cache_run(entry_cache(s), false, scan_in, &call, e);
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
		rc = entrystore_drop_envelopes(c, entry, NULL, e);
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
	rc = cache_run(entry_cache(s), true, prune_in, &call, e);
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
	enum status rc = cache_run(entry_cache(s), false, outbox_in, &o, e);

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

	return cache_run(entry_cache(s), true, sent_in, &o, e);
}
