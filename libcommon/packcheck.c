/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "bundlecheck.h"
#include "canon.h"
#include "context.h"
#include "decision.h"
#include "dsse.h"
#include "packcheck.h"
#include "statement.h"
#include "timefmt.h"
#include "verdict.h"
#include "verikey.h"

#define BUDGET_PREDICATE "https://stellaops.dev/predicates/budget-check@v1"

/* What one envelope says: all that is kept of it. */
struct fact {
	struct fact *next;
	char name[MANIFEST_NAME_MAX];
	bool statement;
	struct slice type;		/* predicateType */
	struct digest predicate;	/* of its RFC 8785 bytes */
	struct digest subject;		/* of the array's */
	size_t first, count;		/* its signers in judge.signer */
};

/* A good signature by a key that is trusted for the time it has. */
struct signer {
	struct digest id;
	int64_t at;		/* proven, else the time of the check */
};

struct judge {
	const struct packcheck *c;
	struct arena *arena;
	struct arena scratch;		/* of one envelope */
	struct err *first;		/* the first failure */
	enum status worst;
	/* All keys that may be tried: c->key, then the keyring's. */
	struct key *key;
	const struct keyring_key **ring;	/* NULL for c->key */
	size_t keys;
	struct fact *facts, **last;
	struct signer *signer;
	size_t signers;
	size_t untrusted;		/* good ones by keys that are not
					 * trusted now */
};

/* --- reporting ------------------------------------------------------------ */

static void
report(struct judge *j, const char *check, const char *entry,
    enum packcheck_result result, const char *detail)
{
	if (j->c->report != NULL)
		j->c->report(j->c->report_ctx, check, entry, result, detail);
}

__attribute__((format(printf, 5, 6))) static void
fail(struct judge *j, enum status rc, const char *check, const char *entry,
    const char *fmt, ...)
{
	char room[ERR_TEXT_MAX];
	const char *detail;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(room, sizeof(room), fmt, ap);
	va_end(ap);
	detail = arena_dup(j->arena, slice_of(room));
	if (j->worst == ERR_OK)
		(void)err_bad(j->first, "%s%s%s", entry != NULL ? entry : "",
		    entry != NULL ? ": " : "", detail);
	j->worst = err_worst(j->worst, rc);
	if (j->first != NULL)
		j->first->code = j->worst;
	report(j, check, entry, PACKCHECK_FAIL, detail);
}

/* One equation. */
static void
holds(struct judge *j, bool yes, const char *check, const char *no)
{
	if (yes)
		report(j, check, NULL, PACKCHECK_PASS, NULL);
	else
		fail(j, ERR_NO, check, NULL, "%s", no);
}

/* --- the documents -------------------------------------------------------- */

struct documents {
	struct verdict verdict;
	struct decision decision;
	struct verikey inputs;
	struct context context;
	struct digest verikey;
};

static void
document_fault(struct judge *j, const char *check, const char *entry,
    enum status rc, const struct err *e)
{
	fail(j, rc, check, entry, "%.400s", e->text);
}

static bool
read_documents(struct judge *j, const struct packcheck_documents *d,
    struct documents *out)
{
	struct err e;
	enum status rc;

	memset(out, 0, sizeof(*out));
	rc = verdict_read(j->arena, d->verdict, &out->verdict, &e);
	if (rc != ERR_OK)
		document_fault(j, "verdictId", "verdict.json", rc, &e);
	else
		report(j, "verdictId", NULL, PACKCHECK_PASS, NULL);
	rc = decision_read(j->arena, d->decision, &out->decision, &e);
	if (rc != ERR_OK)
		document_fault(j, "decision", "decision.json", rc, &e);
	else
		report(j, "decision", NULL, PACKCHECK_PASS, NULL);
	rc = verikey_read(j->arena, d->inputs, &out->inputs, &out->verikey,
	    &e);
	if (rc != ERR_OK)
		document_fault(j, "veriKey", "inputs.json", rc, &e);
	else
		report(j, "veriKey", NULL, PACKCHECK_PASS, NULL);
	rc = context_read(d->context, &out->context, &e);
	if (rc != ERR_OK)
		document_fault(j, "context", "context.json", rc, &e);
	else
		report(j, "context", NULL, PACKCHECK_PASS, NULL);
	return j->worst == ERR_OK;
}

static bool
same_feeds(const struct json *a, const struct json *b)
{
	if (json_count(a) == 0 || json_count(b) == 0)
		return json_count(a) == json_count(b);
	return json_equal(a, b);
}

/* The decision's rules are the policy and, if there is one, the jq
 * program. */
static bool
same_rules(const struct decision *d, const struct context *c)
{
	size_t want = c->has_policy_jq &&
	    !digest_equal(&c->policy, &c->policy_jq) ? 2 : 1;
	bool policy = false, program = !c->has_policy_jq;

	for (size_t i = 0; i < d->rules; i++) {
		policy |= digest_equal(&d->rule[i], &c->policy);
		program |= c->has_policy_jq &&
		    digest_equal(&d->rule[i], &c->policy_jq);
	}
	return policy && program && d->rules == want;
}

static void
check_equations(struct judge *j, const struct packcheck_documents *doc,
    const struct documents *d)
{
	struct digest context = digest_json(doc->context);

	holds(j, digest_equal(&d->verdict.id, &d->decision.verdict),
	    "verdictHash", "the decision is over another verdict");
	holds(j, digest_equal(&d->verikey, &d->decision.verikey),
	    "decisionVeriKey", "inputs.json is of another decision: the "
	    "VeriKey differs");
	holds(j, digest_equal(&d->inputs.source, &d->verdict.evidence),
	    "source", "inputs.json and the verdict name different evidence");
	holds(j, digest_equal(&d->inputs.sbom, &d->verdict.sbom), "sbom",
	    "inputs.json and the verdict name different SBOMs");
	holds(j, digest_equal(&context, &d->inputs.policy), "contextDigest",
	    "context.json is not the context that inputs.json names");
	holds(j, digest_equal(&d->context.policy, &d->verdict.policy_digest),
	    "policy", "the verdict's policy is not the context's");
	holds(j, slice_eq(d->context.environment, d->verdict.environment),
	    "environment", "the verdict's environment is not the context's");
	holds(j, d->verdict.at == d->decision.created_at &&
	    d->verdict.at == d->inputs.window, "window", "verdict, decision "
	    "and inputs.json are of different times");
	holds(j, d->decision.expires_at > d->decision.created_at, "expiry",
	    "the decision expires before it is made");
	holds(j, d->decision.trust_score == decision_trust(d->verdict.trust),
	    "trustScore", "the decision's trust score is not the verdict's");
	holds(j, same_feeds(d->decision.feeds, d->inputs.feeds), "feeds",
	    "the decision's feeds are not those of inputs.json");
	holds(j, same_rules(&d->decision, &d->context), "rules", "the "
	    "decision's rules are not the context's policy and program");
	holds(j, digest_equal(&d->decision.proof_root, &doc->tree->root),
	    "proofRoot", "the decision's proofRoot is not the root of "
	    "merkle.json");
}

/* A part stands for a digest that the documents name, or for none. */
static void
check_part(struct judge *j, const struct merkledoc_tree *t,
    enum merkledoc_role role, const struct digest *want)
{
	const char *name = merkledoc_role_name[role];
	const struct merkledoc_part *found = NULL;

	for (size_t i = 0; i < t->parts; i++)
		if (slice_is(t->part[i].role, name))
			found = &t->part[i];
	if (want == NULL && found != NULL)
		fail(j, ERR_NO, "parts", NULL,
		    "there is a part %s, and the decision took none", name);
	else if (want != NULL && found == NULL)
		fail(j, ERR_NO, "parts", NULL,
		    "the decision took a %s, and there is no such part", name);
	else if (want != NULL && !digest_equal(&found->digest, want))
		fail(j, ERR_NO, "parts", NULL,
		    "part %s is not the one the decision took", name);
}

static void
check_parts(struct judge *j, const struct merkledoc_tree *t,
    const struct documents *d)
{
	const struct context *c = &d->context;
	enum status before = j->worst;

	check_part(j, t, MERKLEDOC_EVIDENCE, &d->verdict.evidence);
	check_part(j, t, MERKLEDOC_POLICY, &c->policy);
	check_part(j, t, MERKLEDOC_POLICY_JQ,
	    c->has_policy_jq ? &c->policy_jq : NULL);
	check_part(j, t, MERKLEDOC_BUDGET, c->has_budget ? &c->budget : NULL);
	check_part(j, t, MERKLEDOC_KEYRING,
	    c->has_keyring ? &c->keyring : NULL);
	if (j->worst == before)
		report(j, "parts", NULL, PACKCHECK_PASS, NULL);
}

static bool
judge_documents(struct judge *j, const struct packcheck_documents *doc,
    struct documents *d)
{
	if (!read_documents(j, doc, d))
		return false;
	check_equations(j, doc, d);
	check_parts(j, doc->tree, d);
	return true;
}

/* --- statements ----------------------------------------------------------- */

/* Reads what an envelope says; false: it is malformed, and *e says how. */
static enum status
read_fact(struct arena *a, const struct dsse *d, struct fact *f,
    struct err *e)
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

/* The budget-check predicate is the verdict's, and its time. */
static bool
budget_predicate(struct arena *a, const struct json *verdict,
    struct digest *out)
{
	const struct json *check = json_get(verdict, "budgetCheck");
	const struct json *at = json_get(verdict, "at");
	struct json predicate;

	if (check == NULL || at == NULL)
		return false;
	predicate = json_copy(a, check);
	json_set(a, &predicate, "evaluatedAt", *at);
	*out = digest_json(&predicate);
	return true;
}

/*
 * What a statement is to this verdict: NULL when it speaks of it, else what
 * is wrong.  *vouches: it repeats the verdict or the decision.
 */
static const char *
relate(struct arena *a, const struct packcheck_documents *doc,
    const struct verdict *v, const struct fact *f, bool *vouches)
{
	struct json subject = verdict_subject(a, v), predicate;
	struct digest want = digest_json(&subject);

	*vouches = false;
	if (!digest_equal(&want, &f->subject))
		return "it is about another subject than the verdict";
	if (slice_is(f->type, VERDICT_PREDICATE)) {
		want = digest_json(doc->verdict);
		*vouches = digest_equal(&want, &f->predicate);
		return *vouches ? NULL : "it attests another verdict";
	}
	if (slice_is(f->type, PROVCACHE_PREDICATE)) {
		predicate = verdict_provcache(a, doc->verdict, doc->decision,
		    doc->inputs);
		want = digest_json(&predicate);
		*vouches = digest_equal(&want, &f->predicate);
		return *vouches ? NULL : "it attests another decision";
	}
	if (slice_is(f->type, BUDGET_PREDICATE) &&
	    (!budget_predicate(a, doc->verdict, &want) ||
	    !digest_equal(&want, &f->predicate)))
		return "it attests another budget check";
	return NULL;
}

/* --- signatures ----------------------------------------------------------- */

static void
gather_keys(struct judge *j)
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
	const struct judge *j = ctx;

	return j->ring[key] == NULL ||
	    keyring_trusts(j->ring[key], KEYRING_VERDICT, j->c->at);
}

/* The key an id names, or count. */
static size_t
key_named(const struct judge *j, struct slice keyid)
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
add_signer(struct judge *j, const struct digest *id, int64_t at)
{
	struct signer *more = arena_array(j->arena, j->signers + 1,
	    sizeof(*more));

	if (j->signers > 0)
		memcpy(more, j->signer, j->signers * sizeof(*more));
	more[j->signers++] = (struct signer){ *id, at };
	j->signer = more;
}

/* What became of each signature: the good ones are noted, one that claims a
 * key we know and is not by it fails. */
static void
note_signatures(struct judge *j, const struct dsse *d,
    const struct dsse_result *result, struct fact *f)
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
			fail(j, ERR_NO, "signature", f->name, "the signature "
			    "said to be by %s is not",
			    digest_text(j->arena, &j->key[named].id));
		} else if (result[i].verdict == DSSE_BAD) {
			unknown++;
		}
	}
	f->count = j->signers - f->first;
	if (good > 0)
		report(j, "signature", f->name, PACKCHECK_PASS, NULL);
	else if (unknown == d->count)
		report(j, "signature", f->name, PACKCHECK_SKIP,
		    "signed by no key that was given");
	else if (f->count == 0)
		report(j, "signature", f->name, PACKCHECK_SKIP,
		    "signed by a key that is not trusted for verdicts now");
}

static void
judge_signatures(struct judge *j, const struct dsse *d, struct fact *f)
{
	struct dsse_check check = { .keys = j->key, .count = j->keys,
	    .threshold = 1, .usable = usable, .ctx = j };
	struct dsse_result *result = arena_array(&j->scratch, d->count,
	    sizeof(*result));
	struct err e;

	if (j->keys == 0)
		return;
	if (dsse_verify(d, &check, result, &e) > ERR_NO)
		fail(j, ERR_INPUT, "signature", f->name, "%.400s", e.text);
	else
		note_signatures(j, d, result, f);
}

static struct fact *
new_fact(struct judge *j, const char *name)
{
	struct fact *f = arena_zalloc(j->arena, sizeof(*f));

	memcpy(f->name, name, strlen(name) + 1);
	*j->last = f;
	j->last = &f->next;
	return f;
}

static enum status
parse_envelope(struct arena *a, struct slice bytes, struct dsse *d,
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
keep_fact(struct judge *j, struct fact *f, const struct fact *read)
{
	f->statement = read->statement;
	f->type = arena_slice(j->arena, read->type);
	f->predicate = read->predicate;
	f->subject = read->subject;
}

static enum status
take_attestation(struct judge *j, const char *name, struct slice bytes,
    struct err *e)
{
	struct fact read = { 0 }, *f;
	struct dsse d;
	enum status rc = parse_envelope(&j->scratch, bytes, &d, e);

	if (rc == ERR_OK)
		rc = read_fact(&j->scratch, &d, &read, e);
	if (rc != ERR_OK)
		return rc;
	f = new_fact(j, name);
	keep_fact(j, f, &read);
	judge_signatures(j, &d, f);
	return ERR_OK;
}

/* --- Sigstore bundles ------------------------------------------------------ */

/* One way to believe a bundle: a key, or an identity of the keyring. */
struct believer {
	const struct key *key;
	const struct keyring_key *ring;	/* NULL: a key from the command
					 * line */
};

static bool
hinted(struct judge *j, const struct bundle *b, const struct key *k)
{
	return slice_eq(b->hint, key_hint(&j->scratch, k));
}

/* The earliest moment the signature is known to have existed. */
static int64_t
proven(const struct judge *j, const struct bundle_result *r)
{
	int64_t at = j->c->at;

	for (size_t i = 0; i < r->time_count; i++)
		if (r->times[i] < at)
			at = r->times[i];
	return at;
}

static enum status
believe(struct judge *j, const struct bundle *b, const struct believer *who,
    struct fact *f, struct err *e)
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
judge_bundle(struct judge *j, const struct bundle *b, struct fact *f)
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
		report(j, "bundle", f->name, PACKCHECK_PASS, NULL);
	else if (known)
		fail(j, ERR_NO, "bundle", f->name, "%.400s", e.text);
	else
		report(j, "bundle", f->name, PACKCHECK_SKIP,
		    arena_dup(j->arena, slice_of(e.text)));
}

static enum status
take_bundle(struct judge *j, const char *name, struct slice bytes,
    struct err *e)
{
	struct json *doc = arena_alloc(&j->scratch, sizeof(*doc));
	struct fact read = { 0 }, *f;
	struct bundle b;
	enum status rc = json_parse(bytes, &bundle_limits, &j->scratch, doc,
	    e);

	if (rc == ERR_OK)
		rc = bundle_read(doc, &j->scratch, &b, e);
	if (rc == ERR_OK && b.is_dsse)
		rc = read_fact(&j->scratch, &b.envelope, &read, e);
	if (rc != ERR_OK)
		return rc;
	f = new_fact(j, name);
	keep_fact(j, f, &read);
	judge_bundle(j, &b, f);
	return ERR_OK;
}

/* pack_read's sink: an attestation or a Sigstore bundle. */
static enum status
take_entry(void *ctx, enum manifest_entry kind, const char *name,
    struct slice bytes, struct err *e)
{
	struct judge *j = ctx;
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

/* --- the manifest's envelope ------------------------------------------------ */

/* manifest.dsse.json is the one entry whose bytes nothing lists: it must be
 * exactly what export writes. */
static void
judge_manifest(struct judge *j, const struct pack *p, struct fact **out)
{
	static const char name[] = "manifest.dsse.json";
	struct dsse d;
	struct err e;
	struct json again;
	struct buf text = { 0 };
	enum status rc = parse_envelope(j->arena, p->envelope, &d, &e);

	*out = NULL;
	if (rc != ERR_OK) {
		fail(j, ERR_INPUT, "manifest", name, "%.400s", e.text);
		return;
	}
	again = dsse_write(j->arena, &d);
	canon_write(&text, &again);
	buf_byte(&text, '\n');
	if (!slice_eq(buf_get(&text), p->envelope))
		fail(j, ERR_INPUT, "manifest", name,
		    "not the envelope that export writes");
	buf_free(&text);
	if (!slice_is(d.type, MANIFEST_TYPE) ||
	    !slice_eq(d.payload, p->manifest_bytes)) {
		fail(j, ERR_NO, "manifest", name,
		    "signs something else than this manifest");
		return;
	}
	for (size_t i = 0; i < d.count; i++) {
		struct digest id;

		if (!digest_read(d.signatures[i].keyid, &id))
			fail(j, ERR_INPUT, "manifest", name,
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
			    digest_equal(&id,
			    &j->signer[(*out)->first + i].id);
		}
		if (!named)
			fail(j, ERR_NO, "manifest", name,
			    "a signature stands under another key's id");
	}
}

/* --- events ---------------------------------------------------------------- */

/* True if an event of the bundle ends this signer by then. */
static bool
ended_by(const struct json *event, const struct signer *signer)
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

static enum status
apply_events(struct judge *j, struct slice events, bool *ended)
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
		fail(j, ERR_INPUT, "events", "events.ndjson", "%.400s",
		    e.text);
	return rc;
}

/* --- the answer ------------------------------------------------------------ */

static void
vouch(struct judge *j, const struct fact *f, const bool *ended,
    struct json *signers)
{
	for (size_t i = f->first; i < f->first + f->count; i++)
		if (!ended[i])
			json_push(j->arena, signers,
			    digest_value(j->arena,
			    &j->signer[i].id));
}

static void
judge_statements(struct judge *j, const struct packcheck_documents *doc,
    const struct documents *d, const struct fact *manifest,
    const bool *ended, struct json *signers)
{
	for (const struct fact *f = j->facts; f != NULL; f = f->next) {
		bool vouches = false;
		const char *wrong;

		if (f == manifest) {
			vouch(j, f, ended, signers);
			continue;
		}
		if (!f->statement) {
			report(j, "statement", f->name, PACKCHECK_SKIP,
			    "no in-toto statement");
			continue;
		}
		wrong = relate(&j->scratch, doc, &d->verdict, f, &vouches);
		arena_reset(&j->scratch);
		if (wrong != NULL)
			fail(j, ERR_NO, "statement", f->name, "%s", wrong);
		else
			report(j, "statement", f->name, PACKCHECK_PASS, NULL);
		if (vouches)
			vouch(j, f, ended, signers);
	}
	canon_sort(j->arena, signers);
}

static void
judge_signers(struct judge *j, const struct json *signers, const bool *ended)
{
	size_t gone = 0;

	if (j->c->integrity_only) {
		report(j, "signers", NULL, PACKCHECK_SKIP,
		    "only integrity was asked for");
		return;
	}
	for (size_t i = 0; i < j->signers; i++)
		gone += ended[i];
	if (json_count(signers) > 0)
		report(j, "signers", NULL, PACKCHECK_PASS, NULL);
	else if (gone > 0)
		fail(j, ERR_NO, "signers", NULL, "no accepted key vouches for "
		    "this verdict: an event in the bundle ended its signer");
	else if (j->untrusted > 0)
		fail(j, ERR_NO, "signers", NULL, "no accepted key vouches for "
		    "this verdict: its signer is revoked, out of its time, or "
		    "has not the role verdict");
	else
		fail(j, ERR_NO, "signers", NULL,
		    "no accepted key vouches for this verdict");
}

static int
rank(struct slice status)
{
	return slice_is(status, "pass") ? 2 : slice_is(status, "warn") ? 1 :
	    0;
}

static void
judge_questions(struct judge *j, const struct documents *d)
{
	const struct packcheck *c = j->c;
	struct digest subject;

	if (c->require.data != NULL)
		holds(j, rank(d->verdict.status) >= rank(c->require),
		    "require", "the verdict's status is below the required "
		    "one");
	if (c->subject != NULL)
		holds(j, digest_read(json_get_text(d->verdict.subject,
		    "digest"), &subject) && digest_equal(&subject, c->subject),
		    "askedSubject", "the verdict is about another artifact, "
		    "or names none");
	if (c->policy != NULL)
		holds(j, digest_equal(&d->verdict.policy_digest, c->policy),
		    "askedPolicy", "the verdict was made under another "
		    "policy");
	if (c->environment.data != NULL)
		holds(j, slice_eq(d->verdict.environment, c->environment),
		    "askedEnvironment", "the verdict is for another "
		    "environment");
	if (c->current)
		holds(j, d->decision.created_at <= c->at &&
		    c->at < d->decision.expires_at, "current",
		    "the decision is not current: it has expired, or is of "
		    "the future");
}

static struct json
make_answer(struct judge *j, const struct pack *p, const struct documents *d,
    struct json signers)
{
	struct arena *a = j->arena;
	struct json o = json_object();

	json_set(a, &o, "bundle", digest_value(a, &p->id));
	json_set_z(a, &o, "density",
	    manifest_density_name[p->manifest.density]);
	json_set(a, &o, "environment", json_string(d->verdict.environment));
	json_set_z(a, &o, "expiresAt",
	    timefmt_text(a, d->decision.expires_at));
	json_set_z(a, &o, "kind", "prov.packcheck/v1");
	json_set(a, &o, "policy", *d->verdict.policy);
	json_set(a, &o, "signers", signers);
	json_set(a, &o, "status", json_string(d->verdict.status));
	json_set(a, &o, "subject", *d->verdict.subject);
	return o;
}

static void
judge_pack(struct judge *j, const struct pack *p, struct json *answer)
{
	struct packcheck_documents doc = { &p->verdict, &p->decision,
	    &p->inputs, &p->context, &p->tree };
	struct json signers = json_array();
	struct fact *manifest = NULL;
	struct documents d;
	bool *ended;

	if (p->envelope.data != NULL)
		judge_manifest(j, p, &manifest);
	if (!judge_documents(j, &doc, &d))
		return;
	ended = arena_zalloc(j->arena, j->signers + 1);
	if (apply_events(j, p->events, ended) != ERR_OK)
		return;
	judge_statements(j, &doc, &d, manifest, ended, &signers);
	judge_signers(j, &signers, ended);
	judge_questions(j, &d);
	if (j->worst == ERR_OK)
		*answer = make_answer(j, p, &d, signers);
}

/* The caller's sink, behind ours. */
static enum status
pass_begin(void *ctx, enum manifest_entry kind, const char *name,
    uint64_t size, struct err *e)
{
	const struct pack_sink *s = &((struct judge *)ctx)->c->sink;

	return s->begin(s->ctx, kind, name, size, e);
}

static enum status
pass_chunk(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	const struct pack_sink *s = &((struct judge *)ctx)->c->sink;

	return s->chunk(s->ctx, index, leaf, bytes, e);
}

static enum status
pass_source(void *ctx, const struct digest *digest, struct slice piece,
    struct err *e)
{
	const struct pack_sink *s = &((struct judge *)ctx)->c->sink;

	return s->source(s->ctx, digest, piece, e);
}

static void
start(struct judge *j, struct arena *a, const struct packcheck *c,
    struct err *e)
{
	memset(j, 0, sizeof(*j));
	memset(e, 0, sizeof(*e));
	j->c = c;
	j->arena = a;
	j->first = e;
	j->last = &j->facts;
}

enum status
packcheck_run(int fd, struct arena *a, const struct packcheck *c,
    struct pack *out, struct json *answer, struct err *e)
{
	struct judge j;
	struct pack_sink sink = { .entry = take_entry, .ctx = &j,
	    .begin = c->sink.begin != NULL ? pass_begin : NULL,
	    .chunk = c->sink.chunk != NULL ? pass_chunk : NULL,
	    .source = c->sink.source != NULL ? pass_source : NULL };
	struct err read;
	enum status rc;

	start(&j, a, c, e);
	gather_keys(&j);
	rc = pack_read(fd, a, &sink, out, &read);
	if (rc != ERR_OK)
		report(&j, rc == ERR_NO ? "digests" : "structure", NULL,
		    PACKCHECK_FAIL, read.text);
	if (rc != ERR_OK && (j.worst == ERR_OK || rc > j.worst)) {
		*e = read;
		j.worst = rc;
	}
	if (rc == ERR_OK) {
		report(&j, "structure", NULL, PACKCHECK_PASS, NULL);
		report(&j, "digests", NULL, PACKCHECK_PASS, NULL);
		judge_pack(&j, out, answer);
	}
	arena_free(&j.scratch);
	return j.worst;
}

enum status
packcheck_documents(const struct packcheck_documents *d, struct arena *a,
    const struct packcheck *c, struct err *e)
{
	struct documents read;
	struct judge j;

	start(&j, a, c, e);
	(void)judge_documents(&j, d, &read);
	return j.worst;
}

enum status
packcheck_attestation(const struct packcheck_documents *d, struct arena *a,
    struct slice envelope, struct err *e)
{
	struct verdict v;
	struct fact f = { .next = NULL };
	struct dsse read;
	bool vouches;
	const char *wrong;
	enum status rc = parse_envelope(a, envelope, &read, e);

	if (rc == ERR_OK)
		rc = read_fact(a, &read, &f, e);
	if (rc == ERR_OK)
		rc = verdict_read(a, d->verdict, &v, e);
	if (rc != ERR_OK || !f.statement)
		return rc;
	wrong = relate(a, d, &v, &f, &vouches);
	return wrong == NULL ? ERR_OK : err_no(e, "%s", wrong);
}
