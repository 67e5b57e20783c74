/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "cache.h"
#include "canon.h"
#include "entryrec.h"
#include "ledger.h"
#include "metrics.h"
#include "proof.h"
#include "shape.h"
#include "timefmt.h"

enum {
	STATE_KEY = 1 + DIGEST_SIZE,		/* l, id */
	EVENT_KEY = DIGEST_SIZE + 8,		/* id, sequence */
	NODE_KEY = DIGEST_SIZE + 1 + 8,		/* id, level, index */
	UNSIGNED_KEY = 1 + DIGEST_SIZE		/* u, of the event's bytes */
};

/* --- reading an event --------------------------------------------------- */

static const struct shape event_shape[] = {
	{ "effectiveAt", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "epoch", SHAPE_STRING, NULL },
	{ "event", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "feed", SHAPE_STRING, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "ledger", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "policy", SHAPE_STRING, NULL },
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "sequence", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "signer", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct {
	const char *name;
	enum entry_cause cause;
	const char *member;	/* what it must have; the others not */
} event_kind[] = {
	{ "SignerRevoked", ENTRY_BY_SIGNER, "signer" },
	{ "SignerRotated", ENTRY_BY_SIGNER, "signer" },
	{ "PolicyUpdated", ENTRY_BY_POLICY, "policy" },
	{ "FeedEpochAdvanced", ENTRY_BY_FEED, "feed" },
};

static enum status
read_ends(const struct json *doc, struct arena *a,
    struct entry_invalidation *out, struct err *e)
{
	static const char *const members[] = { "signer", "policy", "feed" };
	struct slice name = json_get_text(doc, "event");
	size_t i = 0;

	while (i < 4 && !slice_is(name, event_kind[i].name))
		i++;
	if (i == 4)
		return err_input(e, json_get(doc, "event")->offset,
		    "an event of an unknown kind");
	out->cause = event_kind[i].cause;
	for (size_t m = 0; m < 3; m++)
		if ((json_get(doc, members[m]) != NULL) !=
		    (strcmp(members[m], event_kind[i].member) == 0))
			return err_input(e, doc->offset,
			    "%s is not what %s has", members[m],
			    event_kind[i].name);
	if ((json_get(doc, "epoch") != NULL) != (out->cause == ENTRY_BY_FEED))
		return err_input(e, doc->offset, "epoch is not what %s has",
		    event_kind[i].name);
	if (out->cause == ENTRY_BY_FEED) {
		out->feed = arena_slice(a, json_get_text(doc, "feed"));
		out->before = arena_slice(a, json_get_text(doc, "epoch"));
		if (out->feed.len == 0 || out->before.len == 0 ||
		    out->feed.len > ENTRYREC_FEED_MAX)
			return err_input(e, doc->offset,
			    "a feed or epoch is empty or too long");
		return ERR_OK;
	}
	if (!digest_read(json_get_text(doc, event_kind[i].member), &out->id))
		return err_input(e, doc->offset, "%s is no digest",
		    event_kind[i].member);
	return ERR_OK;
}

enum status
ledger_read(const struct json *doc, struct arena *a, struct ledger_event *out,
    struct err *e)
{
	const struct json *at = json_get(doc, "effectiveAt");
	struct instant t;
	int64_t sequence;
	enum status rc = shape_check(doc, event_shape, LEDGER_KIND, e);

	memset(out, 0, sizeof(*out));
	if (rc != ERR_OK)
		return rc;
	if (!digest_read(json_get_text(doc, "ledger"), &out->ledger))
		return err_input(e, doc->offset, "ledger is no digest");
	if (!timefmt_rfc3339(json_text(at), &t))
		return err_input(e, at->offset, "effectiveAt is no time");
	if (!json_int64(json_get(doc, "sequence"), &sequence) ||
	    sequence < 0 || json_get_text(doc, "reason").len == 0)
		return err_input(e, doc->offset,
		    "sequence is negative, or reason empty");
	out->sequence = (uint64_t)sequence;
	out->bytes = canon_text(a, doc);
	return read_ends(doc, a, &out->ends, e);
}

/* --- the store ---------------------------------------------------------- */

static void
big_endian(char *p, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		p[i] = (char)(n >> (56 - 8 * i) & 0xff);
}

static struct slice
state_key(const struct digest *id, char key[STATE_KEY])
{
	key[0] = 'l';
	memcpy(key + 1, id->sha256, DIGEST_SIZE);
	return (struct slice){ key, STATE_KEY };
}

static struct slice
event_key(const struct digest *id, uint64_t sequence, char key[EVENT_KEY])
{
	memcpy(key, id->sha256, DIGEST_SIZE);
	big_endian(key + DIGEST_SIZE, sequence);
	return (struct slice){ key, EVENT_KEY };
}

static struct slice
node_key(const struct digest *id, unsigned level, uint64_t index,
    char key[NODE_KEY])
{
	memcpy(key, id->sha256, DIGEST_SIZE);
	key[DIGEST_SIZE] = (char)level;
	big_endian(key + DIGEST_SIZE + 1, index);
	return (struct slice){ key, NODE_KEY };
}

static struct slice
unsigned_key(const struct ledger_event *event, char key[UNSIGNED_KEY])
{
	struct digest d = digest_bytes(event->bytes);

	key[0] = 'u';
	memcpy(key + 1, d.sha256, DIGEST_SIZE);
	return (struct slice){ key, UNSIGNED_KEY };
}

/* Size and peaks; a ledger that is not known is empty. */
static enum status
load_state(struct cache *c, const struct digest *id, struct merkle *m,
    struct err *e)
{
	char key[STATE_KEY];
	struct slice v;
	enum status rc = cache_get(c, CACHE_META, state_key(id, key), &v, e);

	memset(m, 0, sizeof(*m));
	if (rc != ERR_OK)
		return rc;
	if (v.len >= 8)
		m->size = entryrec_get_u64(v.data);
	if (v.len != 8 + merkle_peaks(m->size) * DIGEST_SIZE || m->size == 0)
		return cache_damaged(c, e, "a ledger's state is none");
	memcpy(m->peak, v.data + 8, v.len - 8);
	return ERR_OK;
}

static enum status
save_state(struct cache *c, const struct digest *id, const struct merkle *m,
    struct err *e)
{
	char key[STATE_KEY];
	struct buf b = { 0 };
	enum status rc;

	entryrec_u64(&b, m->size);
	buf_add(&b, m->peak, merkle_peaks(m->size) * DIGEST_SIZE);
	rc = cache_put(c, CACHE_META, state_key(id, key), buf_get(&b), e);
	buf_free(&b);
	return rc;
}

/* A ledger's tree in the store, as merkle_source asks for it. */
struct nodes {
	struct cache *cache;
	const struct digest *id;
};

static enum status
node_in(void *ctx, unsigned level, uint64_t index, struct digest *out,
    struct err *e)
{
	const struct nodes *t = ctx;
	char key[NODE_KEY];
	struct slice v;
	enum status rc = cache_get(t->cache, CACHE_NODE, node_key(t->id, level,
	    index, key), &v, e);

	if (rc == ERR_NO || (rc == ERR_OK && v.len != DIGEST_SIZE))
		return cache_damaged(t->cache, e, "a ledger's node is none");
	if (rc == ERR_OK)
		memcpy(out->sha256, v.data, DIGEST_SIZE);
	return rc;
}

/* --- applying ----------------------------------------------------------- */

struct apply_call {
	const struct ledger_event *event;
	size_t n;
	uint64_t ended[ENTRY_CAUSES];	/* events that were new */
};

static enum status
end_validity(struct cache *c, struct apply_call *call,
    const struct ledger_event *event, struct err *e)
{
	call->ended[event->ends.cause]++;
	return entry_invalidate_in(c, &event->ends, 1, e);
}

/* The bytes of a known event; ERR_NO when its ledger does not go so far. */
static enum status
known_event(struct cache *c, const struct ledger_event *event,
    const struct merkle *m, struct slice *bytes, struct err *e)
{
	char key[EVENT_KEY];
	enum status rc;

	if (event->sequence >= m->size)
		return err_no(e, "not in the ledger");
	rc = cache_get(c, CACHE_EVENT, event_key(&event->ledger,
	    event->sequence, key), bytes, e);
	return rc == ERR_NO ? cache_damaged(c, e, "an event is missing") : rc;
}

static enum status
apply_unsigned(struct cache *c, struct apply_call *call,
    const struct ledger_event *event, const struct merkle *m, struct err *e)
{
	char key[UNSIGNED_KEY];
	struct slice k = unsigned_key(event, key), known;
	enum status rc = known_event(c, event, m, &known, e);

	if (rc == ERR_OK && slice_eq(known, event->bytes))
		return ERR_OK;
	if (rc == ERR_OK || rc == ERR_NO)
		rc = cache_get(c, CACHE_META, k, &known, e);
	if (rc != ERR_NO)
		return rc;
	rc = cache_put(c, CACHE_META, k, SLICE("1"), e);
	return rc == ERR_OK ? end_validity(c, call, event, e) : rc;
}

static enum status
append(struct cache *c, struct apply_call *call,
    const struct ledger_event *event, struct merkle *m, struct err *e)
{
	struct digest node[MERKLE_LEVELS], leaf = merkle_leaf(event->bytes);
	unsigned levels = merkle_push(m, &leaf, node);
	char key[NODE_KEY], name[UNSIGNED_KEY];
	struct slice k = unsigned_key(event, name), known;
	enum status rc = cache_put(c, CACHE_EVENT, event_key(&event->ledger,
	    event->sequence, key), event->bytes, e);

	for (unsigned i = 0; i < levels && rc == ERR_OK; i++)
		rc = cache_put(c, CACHE_NODE, node_key(&event->ledger, i,
		    event->sequence >> i, key), (struct slice){
		    (const char *)node[i].sha256, DIGEST_SIZE }, e);
	if (rc == ERR_OK)
		rc = save_state(c, &event->ledger, m, e);
	if (rc != ERR_OK)
		return rc;
	/* What it ends may have ended before, when it came unsigned. */
	rc = cache_get(c, CACHE_META, k, &known, e);
	return rc == ERR_OK ? cache_del(c, CACHE_META, k, e) :
	    rc == ERR_NO ? end_validity(c, call, event, e) : rc;
}

/* The roots at the event's size of the ledger known, and of the other. */
static enum status
refuse_fork(struct cache *c, const struct ledger_event *event,
    const struct merkle *m, struct err *e)
{
	struct nodes nodes = { c, &event->ledger };
	struct merkle_source s = { m->size, node_in, &nodes };
	struct merkle other = { 0 };
	struct digest root, leaf = merkle_leaf(event->bytes);
	char ours[DIGEST_TEXT + 1], theirs[DIGEST_TEXT + 1];
	enum status rc = merkle_range_root(&s, 0, event->sequence + 1, &root,
	    e);

	for (unsigned level = MERKLE_LEVELS; rc == ERR_OK && level-- > 0;) {
		if ((event->sequence >> level & 1) == 0)
			continue;
		rc = node_in(&nodes, level, other.size >> level,
		    &other.peak[merkle_peaks(other.size)], e);
		other.size += UINT64_C(1) << level;
	}
	if (rc != ERR_OK)
		return rc;
	digest_write(&root, ours);
	(void)merkle_push(&other, &leaf, NULL);
	root = merkle_root(&other);
	digest_write(&root, theirs);
	return err_no(e, "event %" PRIu64 " is another than the one known: "
	    "this ledger of %" PRIu64 " events has the root %s, the one known "
	    "%s", event->sequence, event->sequence + 1, theirs, ours);
}

static enum status
apply_one(struct cache *c, struct apply_call *call,
    const struct ledger_event *event, struct err *e)
{
	struct slice known;
	struct merkle m;
	enum status rc = load_state(c, &event->ledger, &m, e);

	if (rc != ERR_OK && rc != ERR_NO)
		return rc;
	if (!event->ends.is_signed)
		return apply_unsigned(c, call, event, &m, e);
	if (event->sequence > m.size)
		return err_no(e, "event %" PRIu64 " does not follow: the "
		    "ledger known ends at %" PRIu64, event->sequence, m.size);
	if (event->sequence == m.size)
		return append(c, call, event, &m, e);
	rc = known_event(c, event, &m, &known, e);
	return rc == ERR_OK && !slice_eq(known, event->bytes) ?
	    refuse_fork(c, event, &m, e) : rc;
}

static enum status
apply_in(struct cache *c, void *ctx, struct err *e)
{
	struct apply_call *call = ctx;
	enum status rc = ERR_OK;

	memset(call->ended, 0, sizeof(call->ended));
	for (size_t i = 0; i < call->n && rc == ERR_OK; i++)
		rc = apply_one(c, call, &call->event[i], e);
	return rc;
}

enum status
ledger_apply(struct entry_store *s, const struct ledger_event *event,
    size_t n, struct err *e)
{
	struct apply_call call = { .event = event, .n = n };
	enum status rc = cache_run(entry_cache(s), true, apply_in, &call, e);

	for (unsigned i = 0; rc == ERR_OK && i < ENTRY_CAUSES; i++)
		metrics_invalidation(entry_cache(s), (enum metrics_cause)i,
		    call.ended[i]);
	return rc;
}

/* --- asking ------------------------------------------------------------- */

struct ledger_call {
	struct digest id;
	struct arena *arena;
	struct merkle tree;
	uint64_t first, size1, size2;
	size_t limit, n;
	struct slice *bytes;
	struct digest *ids;
	struct json *doc;
	struct nodes nodes;
};

static enum status
list_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;
	char key[STATE_KEY] = { 'l' };
	struct slice from = { key, 1 }, k, v;
	enum status rc;
	size_t cap = 0;

	for (l->n = 0; ; l->n++) {
		rc = cache_next(c, CACHE_META, from, false, &k, &v, e);
		if (rc == ERR_NO || (rc == ERR_OK && k.data[0] != 'l'))
			return ERR_OK;
		if (rc != ERR_OK)
			return rc;
		if (k.len != STATE_KEY)
			return cache_damaged(c, e, "a ledger's key is none");
		if (l->n == cap) {
			struct digest *more = arena_array(l->arena,
			    cap = 2 * cap + 4, sizeof(*more));

			if (l->n > 0)
				memcpy(more, l->ids, l->n * sizeof(*more));
			l->ids = more;
		}
		memcpy(l->ids[l->n].sha256, k.data + 1, DIGEST_SIZE);
		memcpy(key, k.data, STATE_KEY);
		from.len = STATE_KEY;
	}
}

enum status
ledger_list(struct entry_store *s, struct arena *a, struct digest **id,
    size_t *n, struct err *e)
{
	struct ledger_call l = { .arena = a };
	enum status rc = cache_run(entry_cache(s), false, list_in, &l, e);

	*id = l.ids;
	*n = l.n;
	return rc;
}

static enum status
tree_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;

	return load_state(c, &l->id, &l->tree, e);
}

enum status
ledger_tree(struct entry_store *s, const struct digest *id,
    struct merkle *out, struct err *e)
{
	struct ledger_call l = { .id = *id };
	enum status rc = cache_run(entry_cache(s), false, tree_in, &l, e);

	*out = l.tree;
	return rc == ERR_NO ? err_no(e, "this ledger is not known") : rc;
}

static enum status
events_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;
	char key[EVENT_KEY];
	struct slice v;

	for (l->n = 0; l->n < l->limit; l->n++) {
		enum status rc = cache_get(c, CACHE_EVENT, event_key(&l->id,
		    l->first + l->n, key), &v, e);

		if (rc == ERR_NO)
			break;
		if (rc != ERR_OK)
			return rc;
		l->bytes[l->n] = arena_slice(l->arena, v);
	}
	return ERR_OK;
}

enum status
ledger_events(struct entry_store *s, const struct digest *id, uint64_t first,
    size_t limit, struct arena *a, struct slice *bytes, size_t *n,
    struct err *e)
{
	struct ledger_call l = { .id = *id, .arena = a, .first = first,
		.limit = limit, .bytes = bytes };
	enum status rc = cache_run(entry_cache(s), false, events_in, &l, e);

	*n = rc == ERR_OK ? l.n : 0;
	return rc;
}

static enum status
source(struct cache *c, struct ledger_call *l, struct merkle_source *s,
    struct err *e)
{
	enum status rc = load_state(c, &l->id, &l->tree, e);

	l->nodes = (struct nodes){ c, &l->id };
	*s = (struct merkle_source){ l->tree.size, node_in, &l->nodes };
	if (l->size2 == 0)
		l->size2 = l->tree.size;
	return rc == ERR_NO ? err_no(e, "this ledger is not known") : rc;
}

static enum status
inclusion_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;
	struct digest hash[MERKLE_PROOF_MAX], root, leaf;
	struct merkle_source s;
	size_t n;
	enum status rc;

	if ((rc = source(c, l, &s, e)) != ERR_OK ||
	    (rc = merkle_prove_inclusion(&s, l->first, l->size2, hash, &n,
	    e)) != ERR_OK ||
	    (rc = merkle_range_root(&s, 0, l->size2, &root, e)) != ERR_OK ||
	    (rc = node_in(&l->nodes, 0, l->first, &leaf, e)) != ERR_OK)
		return rc;
	*l->doc = proof_inclusion(l->arena, l->first, l->size2, &leaf,
	    hash, n, &root);
	return ERR_OK;
}

enum status
ledger_inclusion(struct entry_store *s, const struct digest *id,
    uint64_t index, uint64_t size, struct arena *a, struct json *doc,
    struct err *e)
{
	struct ledger_call l = { .id = *id, .arena = a, .first = index,
		.size2 = size, .doc = doc };

	return cache_run(entry_cache(s), false, inclusion_in, &l, e);
}

static enum status
consistency_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;
	struct digest hash[MERKLE_PROOF_MAX], root1, root2;
	struct merkle_source s;
	size_t n;
	enum status rc;

	if ((rc = source(c, l, &s, e)) != ERR_OK ||
	    (rc = merkle_prove_consistency(&s, l->size1, l->size2, hash, &n,
	    e)) != ERR_OK ||
	    (rc = merkle_range_root(&s, 0, l->size1, &root1, e)) != ERR_OK ||
	    (rc = merkle_range_root(&s, 0, l->size2, &root2, e)) != ERR_OK)
		return rc;
	*l->doc = proof_consistency(l->arena, l->size1, l->size2, &root1,
	    &root2, hash, n);
	return ERR_OK;
}

enum status
ledger_consistency(struct entry_store *s, const struct digest *id,
    uint64_t size1, uint64_t size2, struct arena *a, struct json *doc,
    struct err *e)
{
	struct ledger_call l = { .id = *id, .arena = a, .size1 = size1,
		.size2 = size2, .doc = doc };

	return cache_run(entry_cache(s), false, consistency_in, &l, e);
}

static enum status
check_in(struct cache *c, void *ctx, struct err *e)
{
	struct ledger_call *l = ctx;
	struct digest node[MERKLE_LEVELS], leaf, kept;
	struct merkle m = { 0 };
	struct merkle_source s;
	char key[EVENT_KEY];
	struct slice v;
	enum status rc = source(c, l, &s, e);

	while (rc == ERR_OK && m.size < l->tree.size) {
		uint64_t at = m.size;
		unsigned levels;

		rc = cache_get(c, CACHE_EVENT, event_key(&l->id, at, key), &v,
		    e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "an event is missing");
		if (rc != ERR_OK)
			return rc;
		leaf = merkle_leaf(v);
		levels = merkle_push(&m, &leaf, node);
		for (unsigned i = 0; i < levels && rc == ERR_OK; i++) {
			rc = node_in(&l->nodes, i, at >> i, &kept, e);
			if (rc == ERR_OK && !digest_equal(&kept, &node[i]))
				return cache_damaged(c, e,
				    "a ledger's node is another");
		}
	}
	if (rc == ERR_OK && memcmp(m.peak, l->tree.peak,
	    merkle_peaks(m.size) * DIGEST_SIZE) != 0)
		return cache_damaged(c, e, "a ledger's state is another");
	return rc;
}

enum status
ledger_check(struct entry_store *s, const struct digest *id, struct err *e)
{
	struct ledger_call l = { .id = *id };

	return cache_run(entry_cache(s), false, check_in, &l, e);
}
