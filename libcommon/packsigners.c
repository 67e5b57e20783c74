/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bundlecheck.h"
#include "canon.h"
#include "packsigners.h"
#include "statement.h"
#include "timefmt.h"
#include "verdict.h"

/* --- what is said --------------------------------------------------------- */

/* Reads what an envelope says; false: it is malformed, and *e says how. */
enum status
packsigners_fact(struct arena *a, const struct dsse *d,
    struct packjudge_fact *f, struct err *e)
{
	struct statement s;
	struct json *doc = arena_alloc(a, sizeof(*doc)), predicate;
	enum status rc;

	f->statement = slice_is(d->type, DSSE_INTOTO);
	if (!f->statement)
		return ERR_OK;
	rc = json_parse(d->payload, &json_own, a, doc, e);
	if (rc == ERR_OK)
		rc = statement_read(doc, &s, e);
	if (rc != ERR_OK)
		return rc;
	f->type = s.predicate_type;
	f->subject = digest_json(s.subject);
	predicate = s.predicate != NULL ? *s.predicate : json_null();
	/* The original repeats the type inside; we never do. */
	if (slice_is(f->type, PROVCACHE_PREDICATE) &&
	    json_get(&predicate, "_type") != NULL) {
		predicate = json_copy(a, &predicate);
		json_unset(a, &predicate, "_type");
	}
	f->predicate = digest_json(&predicate);
	return ERR_OK;
}

/* --- signatures ----------------------------------------------------------- */

void
packsigners_start(struct packjudge *j)
{
	const struct packcheck *c = j->c;
	size_t most = c->keys + (c->keyring != NULL ? c->keyring->count : 0);

	j->key = arena_array(j->arena, most, sizeof(*j->key));
	j->ring = arena_array(j->arena, most, sizeof(*j->ring));
	for (size_t i = 0; i < c->keys; i++) {
		j->ring[j->keys] = NULL;
		j->key[j->keys++] = c->key[i];
	}
	for (size_t i = 0; c->keyring != NULL && i < c->keyring->count; i++) {
		if (!c->keyring->keys[i].has_key)
			continue;
		j->ring[j->keys] = &c->keyring->keys[i];
		j->key[j->keys++] = c->keyring->keys[i].key;
	}
}

static bool
usable(void *ctx, size_t key)
{
	const struct packjudge *j = ctx;

	return j->ring[key] == NULL ||
	    keyring_trusts(j->ring[key], KEYRING_VERDICT, j->c->at);
}

/* The key an id names, or count. */
static size_t
key_named(const struct packjudge *j, struct slice keyid)
{
	struct digest id;
	size_t i;

	if (!digest_option(keyid, &id))
		return j->keys;
	for (i = 0; i < j->keys && !digest_equal(&j->key[i].id, &id); i++)
		;
	return i;
}

static void
add_signer(struct packjudge *j, const struct digest *id, int64_t at)
{
	struct packjudge_signer *more = arena_array(j->arena, j->signers + 1,
	    sizeof(*more));

	if (j->signers > 0)
		memcpy(more, j->signer, j->signers * sizeof(*more));
	more[j->signers++] = (struct packjudge_signer){ *id, at };
	j->signer = more;
}

/* What became of each signature: the good ones are noted, one that claims a
 * key we know and is not by it fails. */
static void
note_signatures(struct packjudge *j, const struct dsse *d,
    const struct dsse_result *result, struct packjudge_fact *f)
{
	size_t good = 0, unknown = 0;

	f->first = j->signers;
	for (size_t i = 0; i < d->count; i++) {
		const struct dsse_signature *s = &d->signatures[i];
		size_t named = key_named(j, s->keyid);

		if (result[i].verdict == DSSE_UNTRUSTED)
			j->untrusted++;
		if (result[i].verdict == DSSE_GOOD) {
			add_signer(j, &j->key[result[i].key].id, j->c->at);
			good++;
		} else if (result[i].verdict == DSSE_BAD &&
		    named < j->keys) {
			packjudge_fail(j, ERR_NO, "signature", f->name,
			    "the signature "
			    "said to be by %s is not",
			    digest_text(j->arena, &j->key[named].id));
		} else if (result[i].verdict == DSSE_BAD) {
			unknown++;
		}
	}
	f->count = j->signers - f->first;
	if (good > 0)
		packjudge_report(j, "signature", f->name, PACKCHECK_PASS, NULL);
	else if (unknown == d->count)
		packjudge_report(j, "signature", f->name, PACKCHECK_SKIP,
		    "signed by no key that was given");
	else if (f->count == 0)
		packjudge_report(j, "signature", f->name, PACKCHECK_SKIP,
		    "signed by a key that is not trusted for verdicts now");
}

static void
judge_signatures(struct packjudge *j, const struct dsse *d,
    struct packjudge_fact *f)
{
	struct dsse_check check = { .keys = j->key, .count = j->keys,
	    .threshold = 1, .usable = usable, .ctx = j };
	struct dsse_result *result = arena_array(&j->scratch, d->count,
	    sizeof(*result));
	struct err e;

	if (j->keys == 0)
		return;
	if (dsse_verify(d, &check, result, &e) > ERR_NO)
		packjudge_fail(j, ERR_INPUT, "signature", f->name, "%.400s",
		    e.text);
	else
		note_signatures(j, d, result, f);
}

static struct packjudge_fact *
new_fact(struct packjudge *j, const char *name)
{
	struct packjudge_fact *f = arena_zalloc(j->arena, sizeof(*f));

	memcpy(f->name, name, strlen(name) + 1);
	*j->last = f;
	j->last = &f->next;
	return f;
}

enum status
packsigners_envelope(struct arena *a, struct slice bytes, struct dsse *d,
    struct err *e)
{
	struct json *doc = arena_alloc(a, sizeof(*doc));
	struct buf again = { 0 };
	enum status rc = json_parse(bytes, &json_own, a, doc, e);
	bool same;

	if (rc == ERR_OK)
		rc = dsse_read(doc, a, d, e);
	if (rc != ERR_OK)
		return rc;
	canon_write(&again, doc);
	buf_byte(&again, '\n');
	same = slice_eq(buf_get(&again), bytes);
	buf_free(&again);
	return same ? ERR_OK : err_bad(e, "not canonical JSON and one LF");
}

static void
keep_fact(struct packjudge *j, struct packjudge_fact *f,
    const struct packjudge_fact *read)
{
	f->statement = read->statement;
	f->type = arena_slice(j->arena, read->type);
	f->predicate = read->predicate;
	f->subject = read->subject;
}

static enum status
take_attestation(struct packjudge *j, const char *name, struct slice bytes,
    struct err *e)
{
	struct packjudge_fact read = { 0 }, *f;
	struct dsse d;
	enum status rc = packsigners_envelope(&j->scratch, bytes, &d, e);

	if (rc == ERR_OK)
		rc = packsigners_fact(&j->scratch, &d, &read, e);
	if (rc != ERR_OK)
		return rc;
	f = new_fact(j, name);
	keep_fact(j, f, &read);
	judge_signatures(j, &d, f);
	return ERR_OK;
}

/* --- Sigstore bundles ----------------------------------------------------- */

/* One way to believe a bundle: a key, or an identity of the keyring. */
struct believer {
	const struct key *key;
	const struct keyring_key *ring;	/* NULL: a key from the command
					 * line */
};

static bool
hinted(struct packjudge *j, const struct bundle *b, const struct key *k)
{
	return slice_eq(b->hint, key_hint(&j->scratch, k));
}

/* The earliest moment the signature is known to have existed. */
static int64_t
proven(const struct packjudge *j, const struct bundle_result *r)
{
	int64_t at = j->c->at;

	for (size_t i = 0; i < r->time_count; i++)
		if (r->times[i] < at)
			at = r->times[i];
	return at;
}

static enum status
believe(struct packjudge *j, const struct bundle *b, const struct believer *who,
    struct packjudge_fact *f, struct err *e)
{
	struct bundle_policy policy = { .root = j->c->root,
	    .key = who->key };
	struct bundle_result r;
	enum status rc;
	int64_t at;

	if (who->key == NULL) {
		policy.identity = who->ring->identity;
		policy.issuer = who->ring->issuer;
	}
	rc = bundle_check(b, &policy, &j->scratch, &r, e);
	if (rc != ERR_OK)
		return rc;
	at = proven(j, &r);
	if (who->ring != NULL &&
	    !keyring_trusts(who->ring, KEYRING_VERDICT, at)) {
		j->untrusted++;
		return err_no(e, "its signer is not trusted for verdicts "
		    "then");
	}
	add_signer(j, who->ring != NULL ? &who->ring->id : &who->key->id, at);
	f->count++;
	return ERR_OK;
}

/* Every key or identity that may have signed it, until one has. */
static void
judge_bundle(struct packjudge *j, const struct bundle *b,
    struct packjudge_fact *f)
{
	const struct keyring *ring = j->c->keyring;
	struct err e = { .text = "signed by nobody who was given" };
	bool known = false;

	f->first = j->signers;
	for (size_t i = 0; b->chain_count == 0 && i < j->keys &&
	    f->count == 0; i++) {
		struct believer who = { &j->key[i], j->ring[i] };
		size_t before = j->untrusted;

		if (!hinted(j, b, &j->key[i]))
			continue;
		known = believe(j, b, &who, f, &e) != ERR_OK &&
		    j->untrusted == before;
	}
	if (b->chain_count > 0 && j->c->root == NULL)
		(void)err_no(&e, "no trusted root was given");
	for (size_t i = 0; b->chain_count > 0 && j->c->root != NULL &&
	    ring != NULL && i < ring->count && f->count == 0; i++) {
		struct believer who = { NULL, &ring->keys[i] };

		if (!ring->keys[i].has_key)
			(void)believe(j, b, &who, f, &e);
	}
	if (f->count > 0)
		packjudge_report(j, "bundle", f->name, PACKCHECK_PASS, NULL);
	else if (known)
		packjudge_fail(j, ERR_NO, "bundle", f->name, "%.400s", e.text);
	else
		packjudge_report(j, "bundle", f->name, PACKCHECK_SKIP,
		    arena_dup(j->arena, slice_of(e.text)));
}

static enum status
take_bundle(struct packjudge *j, const char *name, struct slice bytes,
    struct err *e)
{
	struct json *doc = arena_alloc(&j->scratch, sizeof(*doc));
	struct packjudge_fact read = { 0 }, *f;
	struct bundle b;
	enum status rc = json_parse(bytes, &bundle_limits, &j->scratch, doc,
	    e);

	if (rc == ERR_OK)
		rc = bundle_read(doc, &j->scratch, &b, e);
	if (rc == ERR_OK && b.is_dsse)
		rc = packsigners_fact(&j->scratch, &b.envelope, &read, e);
	if (rc != ERR_OK)
		return rc;
	f = new_fact(j, name);
	keep_fact(j, f, &read);
	judge_bundle(j, &b, f);
	return ERR_OK;
}

/* pack_read's sink: an attestation or a Sigstore bundle. */
enum status
packsigners_take(void *ctx, enum manifest_entry kind, const char *name,
    struct slice bytes, struct err *e)
{
	struct packjudge *j = ctx;
	struct err inner;
	enum status rc = j->c->sink.entry == NULL ? ERR_OK :
	    j->c->sink.entry(j->c->sink.ctx, kind, name, bytes, e);

	if (rc != ERR_OK)
		return rc;
	rc = kind == MANIFEST_BUNDLE ? take_bundle(j, name, bytes, &inner) :
	    take_attestation(j, name, bytes, &inner);
	arena_reset(&j->scratch);
	return rc == ERR_OK ? ERR_OK : err_bad(e, "%s: %.400s", name,
	    inner.text);
}

/* --- the manifest's envelope ---------------------------------------------- */

/* manifest.dsse.json is the one entry whose bytes nothing lists: it must be
 * exactly what export writes. */
void
packsigners_manifest(struct packjudge *j, const struct pack *p,
    struct packjudge_fact **out)
{
	static const char name[] = "manifest.dsse.json";
	struct dsse d;
	struct err e;
	struct json again;
	struct buf text = { 0 };
	enum status rc = packsigners_envelope(j->arena, p->envelope, &d, &e);

	*out = NULL;
	if (rc != ERR_OK) {
		packjudge_fail(j, ERR_INPUT, "manifest", name, "%.400s",
		    e.text);
		return;
	}
	again = dsse_write(j->arena, &d);
	canon_write(&text, &again);
	buf_byte(&text, '\n');
	if (!slice_eq(buf_get(&text), p->envelope))
		packjudge_fail(j, ERR_INPUT, "manifest", name,
		    "not the envelope that export writes");
	buf_free(&text);
	if (!slice_is(d.type, MANIFEST_TYPE) ||
	    !slice_eq(d.payload, p->manifest_bytes)) {
		packjudge_fail(j, ERR_NO, "manifest", name,
		    "signs something else than this manifest");
		return;
	}
	for (size_t i = 0; i < d.count; i++) {
		struct digest id;

		if (!digest_read(d.signatures[i].keyid, &id))
			packjudge_fail(j, ERR_INPUT, "manifest", name,
			    "a signature without the id of its key");
	}
	*out = new_fact(j, name);
	judge_signatures(j, &d, *out);
	/* A good signature under another key's id was tampered with. */
	for (size_t i = 0; i < (*out)->count; i++) {
		bool named = false;

		for (size_t k = 0; k < d.count; k++) {
			struct digest id;

			named |= digest_read(d.signatures[k].keyid, &id) &&
			    digest_equal(&id, &j->signer[(*out)->first + i].id);
		}
		if (!named)
			packjudge_fail(j, ERR_NO, "manifest", name,
			    "a signature stands under another key's id");
	}
}

/* --- events --------------------------------------------------------------- */

/* True if an event of the bundle ends this signer by then. */
static bool
ended_by(const struct json *event, const struct packjudge_signer *signer)
{
	struct slice what = json_get_text(event, "event");
	struct digest id;
	struct instant t;

	return (slice_is(what, "SignerRevoked") ||
	    slice_is(what, "SignerRotated")) &&
	    digest_read(json_get_text(event, "signer"), &id) &&
	    digest_equal(&id, &signer->id) &&
	    timefmt_rfc3339(json_get_text(event, "effectiveAt"), &t) &&
	    t.sec <= signer->at;
}

/* An event restricts whoever wrote it: its signature, if it has one, is not
 * asked for. */
static const struct json *
event_of(struct arena *a, const struct json *doc, struct err *e)
{
	struct json *inner;
	struct dsse d;

	if (json_get(doc, "payloadType") == NULL)
		return doc;
	inner = arena_alloc(a, sizeof(*inner));
	if (dsse_read(doc, a, &d, e) != ERR_OK ||
	    json_parse(d.payload, &json_own, a, inner, e) != ERR_OK)
		return NULL;
	return inner;
}

enum status
packsigners_events(struct packjudge *j, struct slice events, bool *ended)
{
	struct json_stream s = { .window = events.data, .len = events.len,
	    .eof = true };
	bool got = events.len > 0;
	struct err e = { .text = "" };
	enum status rc = ERR_OK;

	while (rc == ERR_OK && got) {
		const struct json *event;
		struct json doc;

		rc = json_next(&s, &json_own, &j->scratch, &doc, &got, &e);
		if (rc != ERR_OK || !got)
			break;
		event = event_of(&j->scratch, &doc, &e);
		if (event == NULL ||
		    !json_is(json_get(event, "kind"), "prov.event/v1"))
			rc = err_bad(&e, "not a prov.event/v1");
		for (size_t i = 0; rc == ERR_OK && i < j->signers; i++)
			ended[i] |= ended_by(event, &j->signer[i]);
		arena_reset(&j->scratch);
	}
	if (rc != ERR_OK)
		packjudge_fail(j, ERR_INPUT, "events", "events.ndjson",
		    "%.400s", e.text);
	return rc;
}
