/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-decide - judge evidence by a policy.
 *
 * Reads one prov.evidence/v1, writes one prov.verdict/v1.  Exit 1: the
 * verdict is fail.
 */
#include "asked.h"
#include "judge.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"
#include "verdict.h"

static const struct opt_usage usage = {
	"--policy FILE [OPTION]... [FILE]",
	"judge evidence by a trust lattice and a policy"
};

struct opts {
	struct asked asked;
	const char *out;
	const char *decision_out, *inputs_out, *context_out;
	const char *statement_out, *provcache_out;
};

/* --- results -------------------------------------------------------------- */

struct results {
	struct json verdict, decision;
	struct digest proof_root;
};

static enum status
compute(struct arena *a, const struct request *r, struct results *out)
{
	struct slice part[MERKLEDOC_ROLES];
	struct err e = { 0 };
	struct judge j;
	enum status rc;

	judge_begin(&j, a, r);
	rc = judge_end(&j, NULL, &out->verdict, &e);
	if (rc == ERR_OK) {
		request_parts(a, r, part);
		out->proof_root = merkledoc_proof_root(a, part, NULL);
		out->decision = judge_decision(a, r, &out->verdict,
		    &out->proof_root);
	} else {
		msg_err(NULL, &e);
	}
	judge_close(&j);
	return rc;
}

static void
write_beside(struct arena *a, const struct opts *o, const struct results *r)
{
	const struct request *q = &o->asked.request;
	struct json doc;
	struct verdict v;
	struct err e;

	if (o->inputs_out != NULL)
		output_document(o->inputs_out, &q->verikey_json);
	if (o->context_out != NULL)
		output_document(o->context_out, &q->context_json);
	if (o->decision_out != NULL)
		output_document(o->decision_out, &r->decision);
	if (o->statement_out == NULL && o->provcache_out == NULL)
		return;
	if (verdict_read(a, &r->verdict, &v, &e) != ERR_OK)
		msg_die_err(NULL, &e);
	if (o->statement_out != NULL) {
		doc = verdict_statement(a, &r->verdict, &v);
		output_document(o->statement_out, &doc);
	}
	if (o->provcache_out != NULL) {
		doc = verdict_provcache_statement(a, &r->verdict, &v,
		    &r->decision, &q->verikey_json);
		output_document(o->provcache_out, &doc);
	}
}

static enum status
decide(struct opts *o)
{
	struct arena a = { 0 };
	struct results r;
	enum status rc = asked_read(&a, &o->asked);

	if (rc == ERR_OK)
		rc = compute(&a, &o->asked.request, &r);
	if (rc == ERR_OK) {
		write_beside(&a, o, &r);
		output_document(o->out, &r.verdict);
		if (json_is(json_get(&r.verdict, "status"), "fail"))
			rc = ERR_NO;
	}
	arena_free(&a);
	return rc;
}

int
main(int argc, char **argv)
{
	struct opts o = { .out = NULL };
	const struct opt table[] = {
		{ 0, "policy", OPT_TEXT, &o.asked.policy, "FILE",
		    "the policy (prov.policy/v1), bare or in DSSE" },
		{ 0, "budget", OPT_TEXT, &o.asked.budget, "FILE",
		    "a budget to hold the counts against" },
		{ 0, "environment", OPT_TEXT, &o.asked.environment, "NAME",
		    "whose gates and limits are meant; default" },
		{ 0, "keyring", OPT_TEXT, &o.asked.keyring, "FILE",
		    "whose signatures are trusted" },
		{ 0, "at", OPT_TEXT, &o.asked.at, "TIME",
		    "judge for the window that holds this time" },
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
		{ 'o', "output", OPT_TEXT, &o.out, "FILE",
		    "write the verdict there" },
		OPT_END
	};
	int n;

	tool_start("prov-decide");
	n = opt_parse(&usage, table, argc, argv);
	if (n > 1)
		opt_usage_error("one operand at most, not %d", n);
	if (o.asked.policy == NULL)
		opt_usage_error("--policy is needed");
	if (n == 1)
		o.asked.evidence = argv[0];
	return (int)decide(&o);
}
