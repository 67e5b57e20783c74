/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "dsse.h"
#include "msg.h"
#include "recall.h"
#include "statement.h"
#include "verdict.h"

/* Says it once and goes on without. */
static void
give_up(struct recall *r, const struct err *e)
{
	if (!r->troubled)
		msg_say(NULL, "going on without the cache: %s", e->text);
	r->troubled = true;
	entry_close(r->store);
	r->store = NULL;
}

void
recall_open(struct recall *r, const char *dir, bool write)
{
	struct err e = { 0 };
	enum status rc;

	*r = (struct recall){ .store = NULL };
	rc = entry_open(dir, write ? ENTRY_WRITE : ENTRY_READ, &r->store, &e);
	if (rc == ERR_OK)
		rc = entry_generation(r->store, &r->generation, &e);
	if (rc == ERR_OK && entry_renewed(r->store)) {
		msg_say(NULL, "the cache was damaged, and begins anew");
		r->troubled = true;
	}
	/* That a cache is not there yet is no trouble. */
	if (rc == ERR_NO)
		r->troubled = true;
	if (rc != ERR_OK)
		give_up(r, &e);
}

/* --- foreign entries ------------------------------------------------------ */

/* The decision that an envelope's payload speaks of: the document itself, or
 * a provcache statement of it. */
static bool
speaks_of(struct arena *a, struct slice payload, struct slice decision)
{
	struct json doc, want, said;
	const struct json *predicate, *inner;

	if (json_parse(payload, &json_own, a, &doc, NULL) != ERR_OK ||
	    json_parse(decision, &json_own, a, &want, NULL) != ERR_OK)
		return false;
	if (!statement_is(&doc))
		return json_equal(&doc, &want);
	predicate = json_get(&doc, "predicate");
	inner = json_want(predicate, "decision", JSON_OBJECT);
	if (!json_is(json_get(&doc, "predicateType"), PROVCACHE_PREDICATE) ||
	    inner == NULL)
		return false;
	said = json_copy(a, inner);
	json_set_opt(a, &said, "kind", json_get(&want, "kind"));
	json_set_opt(a, &said, "veriKey", json_get(predicate, "veriKey"));
	return json_equal(&said, &want);
}

struct trust {
	const struct keyring *keyring;
	const size_t *index;
	int64_t at;
};

static bool
is_usable(void *ctx, size_t key)
{
	const struct trust *t = ctx;

	return keyring_trusts(&t->keyring->keys[t->index[key]],
	    KEYRING_CACHE, t->at);
}

static bool
is_signed(struct arena *a, struct slice bytes, struct slice decision,
    const struct keyring *keyring, int64_t at)
{
	struct key *key = arena_array(a, keyring->count + 1, sizeof(*key));
	size_t *index = arena_array(a, keyring->count + 1, sizeof(*index));
	struct trust trust = { keyring, index, at };
	struct dsse_check check = { .keys = key, .threshold = 1,
	    .usable = is_usable, .ctx = &trust };
	struct json doc;
	struct dsse d;

	for (size_t i = 0; i < keyring->count; i++) {
		if (!keyring->keys[i].has_key)
			continue;
		index[check.count] = i;
		key[check.count++] = keyring->keys[i].key;
	}
	return check.count > 0 &&
	    json_parse(bytes, &json_own, a, &doc, NULL) == ERR_OK &&
	    dsse_read(&doc, a, &d, NULL) == ERR_OK &&
	    speaks_of(a, d.payload, decision) &&
	    dsse_verify(&d, &check, NULL, NULL) == ERR_OK;
}

static bool
is_vouched(struct recall *r, struct arena *a, const struct keyring *keyring,
    int64_t at)
{
	const struct entry *entry = &r->entry;
	struct slice bytes;

	if (!entry->foreign)
		return true;
	for (size_t i = 0; keyring != NULL && i < entry->envelopes; i++)
		if (entry_envelope(r->store, &entry->envelope[i].digest, a,
		    &bytes, NULL) == ERR_OK &&
		    is_signed(a, bytes, entry->decision, keyring, at))
			return true;
	return false;
}

/* --- asking --------------------------------------------------------------- */

void
recall_get(struct recall *r, struct arena *a, const struct digest *key,
    const struct keyring *keyring, int64_t at)
{
	enum entry_state state = ENTRY_MISSING;
	struct err e = { 0 };
	enum status rc;

	if (r->store == NULL)
		return;
	rc = entry_get(r->store, key, at, a, &r->entry, &state, &e);
	if (rc == ERR_OK)
		r->state = is_vouched(r, a, keyring, at) ? RECALL_HIT :
		    RECALL_MISS;
	else if (rc == ERR_NO)
		r->state = state == ENTRY_MISSING ? RECALL_MISS :
		    RECALL_STALE;
	else
		give_up(r, &e);
}

void
recall_put(struct recall *r, const struct entry *entry)
{
	struct err e = { 0 };
	enum status rc;

	if (r->store == NULL)
		return;
	rc = entry_put(r->store, entry, r->generation, &e);
	/* ERR_NO: invalidated in the meantime, so it must not be kept. */
	if (rc != ERR_OK && rc != ERR_NO)
		give_up(r, &e);
}

void
recall_close(struct recall *r)
{
	entry_close(r->store);
	r->store = NULL;
}
