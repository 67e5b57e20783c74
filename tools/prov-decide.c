/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-decide - judge evidence by a trust lattice and a policy.
 *
 * Reads one prov.evidence/v1, writes one prov.verdict/v1, or prose about it.
 * Read-through: a decision that is cached is not made again.  Exit 1: the
 * verdict is fail.
 */
#include <string.h>

#include "asked.h"
#include "canon.h"
#include "decide.h"
#include "explain.h"
#include "jqrun.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "recall.h"
#include "replay.h"
#include "status.h"
#include "tool.h"
#include "verdict.h"

static const struct opt_usage usage = {
	"--policy FILE [OPTION]... [FILE]\n"
	"--policy FILE --explain [OPTION]... [FILE]\n"
	"--policy FILE --why COMPONENT ID [OPTION]... [FILE]\n"
	"--policy FILE --baseline UNTIL [OPTION]... [FILE]\n"
	"--replay PACK [--at TIME]",
	"judge evidence by a trust lattice and a policy"
};

struct opts {
	struct asked asked;
	const char *cache;
	bool no_cache, require_cached;
	const char *out;
	const char *decision_out, *inputs_out, *context_out, *status_out;
	const char *statement_out, *provcache_out;
	bool explain;
	const char *why, *why_id, *baseline;
	const char *replay;
};

/* What was decided: bytes as the cache keeps them, parsed where asked. */
struct result {
	struct slice verdict, decision, inputs;
	struct json verdict_doc, decision_doc;
	bool parsed;
	bool fail;
};

/* --- deciding ------------------------------------------------------------- */

static enum status
compute(struct arena *a, const struct request *r, struct result *out,
    struct slice part[MERKLEDOC_ROLES])
{
	struct err e = { 0 };
	struct decide d;
	enum status rc = decide_request(a, r, &d, &e);

	if (rc != ERR_OK)
		return msg_err(NULL, &e);
	*out = (struct result){ .verdict = canon_text(a, &d.verdict),
	    .decision = canon_text(a, &d.decision),
	    .inputs = canon_text(a, &r->verikey_json),
	    .verdict_doc = d.verdict, .decision_doc = d.decision,
	    .parsed = true,
	    .fail = json_is(json_get(&d.verdict, "status"), "fail") };
	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		part[i] = d.part[i];
	return ERR_OK;
}

/*
 * Canonical text escapes every quote within a string, so that these bytes
 * can only be the verdict's own members.
 */
static bool
is_fail(struct slice verdict)
{
	static const char member[] = "\"status\":\"fail\",\"subject\":";

	return memmem(verdict.data, verdict.len, member,
	    sizeof(member) - 1) != NULL;
}

static void
take_entry(const struct entry *entry, struct result *out)
{
	*out = (struct result){ .verdict = entry->verdict,
	    .decision = entry->decision, .inputs = entry->inputs,
	    .fail = is_fail(entry->verdict) };
}

static void
keep(struct recall *cache, const struct result *r,
    const struct slice part[MERKLEDOC_ROLES])
{
	struct entry entry = { .verdict = r->verdict,
	    .decision = r->decision, .inputs = r->inputs };

	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		entry.part[i] = part[i];
	recall_put(cache, &entry);
}

/* --- results -------------------------------------------------------------- */

static void
write_line(const char *path, struct slice text)
{
	struct output out;

	output_open(&out, path);
	output_bytes(&out, text);
	output_bytes(&out, slice_of("\n"));
	output_commit(&out);
}

static void
parse(struct arena *a, struct result *r)
{
	struct err e = { 0 };

	if (r->parsed)
		return;
	if (json_parse(r->verdict, &json_own, a, &r->verdict_doc, &e) !=
	    ERR_OK || json_parse(r->decision, &json_own, a, &r->decision_doc,
	    &e) != ERR_OK)
		msg_die_err("cached entry", &e);
	r->parsed = true;
}

static void
write_statements(struct arena *a, const struct opts *o, struct result *r)
{
	struct err e = { 0 };
	struct verdict v;
	struct json doc;

	if (o->statement_out == NULL && o->provcache_out == NULL)
		return;
	parse(a, r);
	if (verdict_read(a, &r->verdict_doc, &v, &e) != ERR_OK)
		msg_die_err("verdict", &e);
	if (o->statement_out != NULL) {
		doc = verdict_statement(a, &r->verdict_doc, &v);
		output_document(o->statement_out, &doc);
	}
	if (o->provcache_out != NULL) {
		doc = verdict_provcache_statement(a, &r->verdict_doc, &v,
		    &r->decision_doc, &o->asked.request.verikey_json);
		output_document(o->provcache_out, &doc);
	}
}

static void
write_beside(struct arena *a, const struct opts *o, struct result *r)
{
	if (o->inputs_out != NULL)
		write_line(o->inputs_out, r->inputs);
	if (o->context_out != NULL)
		output_document(o->context_out,
		    &o->asked.request.context_json);
	if (o->decision_out != NULL)
		write_line(o->decision_out, r->decision);
	write_statements(a, o, r);
}

/* Prose in place of the verdict. */
static enum status
write_prose(struct arena *a, const struct opts *o, struct result *r)
{
	const struct lattice_rules *rules = &o->asked.request.policy.rules;
	enum status rc = r->fail ? ERR_NO : ERR_OK;
	struct buf text = { 0 };
	struct json list;
	size_t left = 0;

	parse(a, r);
	if (o->baseline != NULL) {
		list = explain_baseline(a, &r->verdict_doc,
		    slice_of(o->baseline), &left);
		output_document(o->out, &list);
		if (left > 0)
			msg_say(NULL, "%zu violations name no vulnerability: "
			    "no ignore entry lets them through", left);
		return left > 0 ? ERR_NO : ERR_OK;
	}
	if (o->explain)
		explain_verdict(&text, a, &r->verdict_doc, rules);
	else if (!explain_claim(&text, a, &r->verdict_doc, rules,
	    slice_of(o->why), request_id(a, &o->asked.request,
	    slice_of(o->why_id))))
		msg_die(ERR_NO, NULL, "nothing is said of %s in %s",
		    o->why_id, o->why);
	else
		rc = ERR_OK;
	write_line(o->out, slice_cut(buf_get(&text), 0, text.len - 1));
	buf_free(&text);
	return rc;
}

static enum status
write_result(struct arena *a, const struct opts *o, struct result *r)
{
	write_beside(a, o, r);
	if (o->explain || o->why != NULL || o->baseline != NULL)
		return write_prose(a, o, r);
	write_line(o->out, r->verdict);
	return r->fail ? ERR_NO : ERR_OK;
}

/* --- one decision --------------------------------------------------------- */

static void
write_status(struct arena *a, const struct opts *o,
    const struct status_clock *clock, const struct recall *cache,
    const struct result *r)
{
	if (o->status_out != NULL)
		status_write(o->status_out, a, clock, &o->asked, cache->state,
		    r->decision);
}

/* What ends before it begins lets nothing through. */
static void
check_baseline(const struct opts *o)
{
	int64_t until;

	if (o->baseline != NULL && policy_moment(slice_of(o->baseline),
	    &until) && until <= o->asked.request.verikey.window)
		msg_die(ERR_INPUT, NULL, "--baseline %s is over at the time "
		    "judged at", o->baseline);
}

/* What the cache holds, else what is computed; ERR_NO: --require-cached, and
 * there is none. */
static enum status
find_or_make(struct arena *a, struct opts *o, struct recall *cache,
    struct status_clock *clock, struct result *out)
{
	struct slice part[MERKLEDOC_ROLES] = { { NULL, 0 } };
	const struct request *r = &o->asked.request;
	enum status rc = asked_read(a, &o->asked);

	status_lap(clock, STATUS_READ);
	if (rc != ERR_OK)
		return rc;
	check_baseline(o);
	recall_get(cache, a, &r->key, r->has_keyring ? &r->keyring : NULL,
	    o->asked.now);
	status_lap(clock, STATUS_LOOKUP);
	if (cache->state == RECALL_HIT) {
		take_entry(&cache->entry, out);
		return ERR_OK;
	}
	if (o->require_cached) {
		write_status(a, o, clock, cache, out);
		msg_say(NULL, "not in the cache: %s", digest_text(a,
		    &r->key));
		return ERR_NO;
	}
	rc = asked_check(a, &o->asked);
	if (rc == ERR_OK)
		rc = compute(a, r, out, part);
	status_lap(clock, STATUS_DECIDE);
	if (rc == ERR_OK && !o->no_cache)
		keep(cache, out, part);
	return rc;
}

static enum status
decide(struct opts *o)
{
	struct arena a = { 0 };
	struct recall cache = { .store = NULL };
	struct result result = { .parsed = false };
	struct status_clock clock;
	enum status rc;

	status_start(&clock);
	if (!o->no_cache)
		recall_open(&cache, o->cache, !o->require_cached);
	if (o->asked.policy_jq != NULL) {
		struct err e = { 0 };

		rc = jqrun_version(&a, &o->asked.request.jq_version, &e);
		if (rc != ERR_OK)
			msg_die_err(NULL, &e);
	}
	rc = find_or_make(&a, o, &cache, &clock, &result);
	if (rc == ERR_OK) {
		write_status(&a, o, &clock, &cache, &result);
		rc = write_result(&a, o, &result);
	}
	recall_close(&cache);
	asked_close(&o->asked);
	arena_free(&a);
	return rc;
}

static void
check_options(struct opts *o, int n, char **operand)
{
	int modes = o->explain + (o->why != NULL) + (o->baseline != NULL);

	if (o->no_cache && (o->require_cached || o->cache != NULL))
		opt_usage_error("--no-cache excludes --cache and "
		    "--require-cached");
	if (modes > 1)
		opt_usage_error("one of --explain, --why and --baseline at "
		    "most");
	if (o->baseline != NULL) {
		int64_t until;

		if (!policy_moment(slice_of(o->baseline), &until))
			opt_usage_error("--baseline wants a date or an RFC "
			    "3339 time, not '%.40s'", o->baseline);
	}
	if (o->why != NULL) {
		if (n == 0)
			opt_usage_error("--why wants COMPONENT and ID");
		o->why_id = operand[0];
		n--;
		operand++;
	}
	if (n > 1)
		opt_usage_error("one operand at most, not %d", n);
	if (n == 1)
		o->asked.evidence = operand[0];
	if (o->replay != NULL && (o->asked.policy != NULL || n > 0 ||
	    modes > 0))
		opt_usage_error("--replay takes everything but --at from the "
		    "bundle");
	if (o->replay == NULL && o->asked.policy == NULL)
		opt_usage_error("--policy is needed");
}

int
main(int argc, char **argv)
{
	struct opts o = { .out = NULL };
	const struct opt table[] = {
		{ 0, "policy", OPT_TEXT, &o.asked.policy, "FILE",
		    "the policy (prov.policy/v1), bare or in DSSE" },
		{ 0, "policy-jq", OPT_TEXT, &o.asked.policy_jq, "FILE",
		    "a jq program that finds further violations" },
		{ 0, "budget", OPT_TEXT, &o.asked.budget, "FILE",
		    "a budget to hold the counts against" },
		{ 0, "environment", OPT_TEXT, &o.asked.environment, "NAME",
		    "whose gates and limits are meant; default" },
		{ 0, "keyring", OPT_TEXT, &o.asked.keyring, "FILE",
		    "whose signatures are trusted" },
		{ 0, "at", OPT_TEXT, &o.asked.at, "TIME",
		    "judge for the window that holds this time" },
		{ 0, "cache", OPT_TEXT, &o.cache, "DIR",
		    "the provenance cache" },
		{ 0, "no-cache", OPT_FLAG, &o.no_cache, NULL,
		    "neither ask nor fill the cache" },
		{ 0, "require-cached", OPT_FLAG, &o.require_cached, NULL,
		    "exit 1 when it is not cached" },
		{ 0, "decision-out", OPT_TEXT, &o.decision_out, "FILE",
		    "write the decision digest (prov.decision/v1)" },
		{ 0, "inputs-out", OPT_TEXT, &o.inputs_out, "FILE",
		    "write the key and its inputs (prov.verikey/v1)" },
		{ 0, "context-out", OPT_TEXT, &o.context_out, "FILE",
		    "write the context (prov.context/v1)" },
		{ 0, "statement-out", OPT_TEXT, &o.statement_out, "FILE",
		    "write the policy-verdict statement, to be signed" },
		{ 0, "provcache-out", OPT_TEXT, &o.provcache_out, "FILE",
		    "write the provcache statement, to be signed" },
		{ 0, "status", OPT_TEXT, &o.status_out, "FILE",
		    "write how it was come by (prov.status/v1)" },
		{ 0, "explain", OPT_FLAG, &o.explain, NULL,
		    "explain the verdict in prose" },
		{ 0, "why", OPT_TEXT, &o.why, "COMPONENT ID",
		    "explain one claim in prose" },
		{ 0, "baseline", OPT_TEXT, &o.baseline, "UNTIL",
		    "print the ignore entries that would make it pass" },
		{ 0, "replay", OPT_TEXT, &o.replay, "PACK",
		    "judge a proof bundle again and compare" },
		{ 'o', "output", OPT_TEXT, &o.out, "FILE",
		    "write the verdict there" },
		OPT_END
	};
	int n;

	tool_start("prov-decide");
	n = opt_parse(&usage, table, argc, argv);
	check_options(&o, n, argv);
	return (int)(o.replay != NULL ? replay(o.replay, o.asked.at) :
	    decide(&o));
}
