/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "packequations.h"
#include "packjudge.h"
#include "packsigners.h"
#include "statement.h"
#include "timefmt.h"

#define BUDGET_PREDICATE "https://stellaops.dev/predicates/budget-check@v1"

/* --- statements ----------------------------------------------------------- */

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
    const struct verdict *v, const struct packjudge_fact *f, bool *vouches)
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

/* --- the answer ----------------------------------------------------------- */

static void
vouch(struct packjudge *j, const struct packjudge_fact *f, const bool *ended,
    struct json *signers)
{
	for (size_t i = f->first; i < f->first + f->count; i++)
		if (!ended[i])
			json_push(j->arena, signers,
			    digest_value(j->arena, &j->signer[i].id));
}

static void
judge_statements(struct packjudge *j, const struct packcheck_documents *doc,
    const struct packequations *d, const struct packjudge_fact *manifest,
    const bool *ended, struct json *signers)
{
	for (const struct packjudge_fact *f = j->facts; f != NULL;
	    f = f->next) {
		bool vouches = false;
		const char *wrong;

		if (f == manifest) {
			vouch(j, f, ended, signers);
			continue;
		}
		if (!f->statement) {
			packjudge_report(j, "statement", f->name,
			    PACKCHECK_SKIP, "no in-toto statement");
			continue;
		}
		wrong = relate(&j->scratch, doc, &d->verdict, f, &vouches);
		arena_reset(&j->scratch);
		if (wrong != NULL)
			packjudge_fail(j, ERR_NO, "statement", f->name, "%s",
			    wrong);
		else
			packjudge_report(j, "statement", f->name,
			    PACKCHECK_PASS, NULL);
		if (vouches)
			vouch(j, f, ended, signers);
	}
	canon_sort(j->arena, signers);
}

static void
judge_signers(struct packjudge *j, const struct json *signers,
    const bool *ended)
{
	size_t gone = 0;

	if (j->c->integrity_only) {
		packjudge_report(j, "signers", NULL, PACKCHECK_SKIP,
		    "only integrity was asked for");
		return;
	}
	for (size_t i = 0; i < j->signers; i++)
		gone += ended[i];
	if (json_count(signers) > 0)
		packjudge_report(j, "signers", NULL, PACKCHECK_PASS, NULL);
	else if (gone > 0)
		packjudge_fail(j, ERR_NO, "signers", NULL,
		    "no accepted key vouches for this verdict: an event in "
		    "the bundle ended its signer");
	else if (j->untrusted > 0)
		packjudge_fail(j, ERR_NO, "signers", NULL,
		    "no accepted key vouches for this verdict: its signer is "
		    "revoked, out of its time, or has not the role verdict");
	else
		packjudge_fail(j, ERR_NO, "signers", NULL,
		    "no accepted key vouches for this verdict");
}

static int
rank(struct slice status)
{
	return slice_is(status, "pass") ? 2 : slice_is(status, "warn") ? 1 :
	    0;
}

static void
judge_questions(struct packjudge *j, const struct packequations *d)
{
	const struct packcheck *c = j->c;
	struct digest subject;

	if (c->require.data != NULL)
		packjudge_holds(j, rank(d->verdict.status) >= rank(c->require),
		    "require", "the verdict's status is below the required "
		    "one");
	if (c->subject != NULL)
		packjudge_holds(j, digest_read(json_get_text(d->verdict.subject,
		    "digest"), &subject) && digest_equal(&subject, c->subject),
		    "askedSubject", "the verdict is about another artifact, "
		    "or names none");
	if (c->policy != NULL)
		packjudge_holds(j, digest_equal(&d->verdict.policy_digest,
		    c->policy),
		    "askedPolicy", "the verdict was made under another "
		    "policy");
	if (c->environment.data != NULL)
		packjudge_holds(j, slice_eq(d->verdict.environment,
		    c->environment),
		    "askedEnvironment", "the verdict is for another "
		    "environment");
	if (c->current)
		packjudge_holds(j, d->decision.created_at <= c->at &&
		    c->at < d->decision.expires_at, "current",
		    "the decision is not current: it has expired, or is of "
		    "the future");
}

static struct json
make_answer(struct packjudge *j, const struct pack *p,
    const struct packequations *d, struct json signers)
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
judge_pack(struct packjudge *j, const struct pack *p, struct json *answer)
{
	struct packcheck_documents doc = { &p->verdict, &p->decision,
	    &p->inputs, &p->context, &p->tree };
	struct json signers = json_array();
	struct packjudge_fact *manifest = NULL;
	struct packequations d;
	bool *ended;

	if (p->envelope.data != NULL)
		packsigners_manifest(j, p, &manifest);
	if (!packequations_judge(j, &doc, &d))
		return;
	ended = arena_zalloc(j->arena, j->signers + 1);
	if (packsigners_events(j, p->events, ended) != ERR_OK)
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
	const struct pack_sink *s = &((struct packjudge *)ctx)->c->sink;

	return s->begin(s->ctx, kind, name, size, e);
}

static enum status
pass_chunk(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	const struct pack_sink *s = &((struct packjudge *)ctx)->c->sink;

	return s->chunk(s->ctx, index, leaf, bytes, e);
}

static enum status
pass_source(void *ctx, const struct digest *digest, struct slice piece,
    struct err *e)
{
	const struct pack_sink *s = &((struct packjudge *)ctx)->c->sink;

	return s->source(s->ctx, digest, piece, e);
}

static void
start(struct packjudge *j, struct arena *a, const struct packcheck *c,
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
	struct packjudge j;
	struct pack_sink sink = { .entry = packsigners_take, .ctx = &j,
	    .begin = c->sink.begin != NULL ? pass_begin : NULL,
	    .chunk = c->sink.chunk != NULL ? pass_chunk : NULL,
	    .source = c->sink.source != NULL ? pass_source : NULL };
	struct err read;
	enum status rc;

	start(&j, a, c, e);
	packsigners_start(&j);
	rc = pack_read(fd, a, &sink, out, &read);
	if (rc != ERR_OK)
		packjudge_report(&j, rc == ERR_NO ? "digests" : "structure",
		    NULL, PACKCHECK_FAIL, read.text);
	if (rc != ERR_OK && (j.worst == ERR_OK || rc > j.worst)) {
		*e = read;
		j.worst = rc;
	}
	if (rc == ERR_OK) {
		packjudge_report(&j, "structure", NULL, PACKCHECK_PASS, NULL);
		packjudge_report(&j, "digests", NULL, PACKCHECK_PASS, NULL);
		judge_pack(&j, out, answer);
	}
	arena_free(&j.scratch);
	return j.worst;
}

enum status
packcheck_documents(const struct packcheck_documents *d, struct arena *a,
    const struct packcheck *c, struct err *e)
{
	struct packequations read;
	struct packjudge j;

	start(&j, a, c, e);
	(void)packequations_judge(&j, d, &read);
	return j.worst;
}

enum status
packcheck_attestation(const struct packcheck_documents *d, struct arena *a,
    struct slice envelope, struct err *e)
{
	struct verdict v;
	struct packjudge_fact f = { .next = NULL };
	struct dsse read;
	bool vouches;
	const char *wrong;
	enum status rc = packsigners_envelope(a, envelope, &read, e);

	if (rc == ERR_OK)
		rc = packsigners_fact(a, &read, &f, e);
	if (rc == ERR_OK)
		rc = verdict_read(a, d->verdict, &v, e);
	if (rc != ERR_OK || !f.statement)
		return rc;
	wrong = relate(a, d, &v, &f, &vouches);
	return wrong == NULL ? ERR_OK : err_no(e, "%s", wrong);
}
