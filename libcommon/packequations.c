/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "packequations.h"

static void
document_fault(struct packjudge *j, const char *check, const char *entry,
    enum status rc, const struct err *e)
{
	packjudge_fail(j, rc, check, entry, "%.400s", e->text);
}

static bool
read_documents(struct packjudge *j, const struct packcheck_documents *d,
    struct packequations *out)
{
	struct err e;
	enum status rc;

	memset(out, 0, sizeof(*out));
	rc = verdict_read(j->arena, d->verdict, &out->verdict, &e);
	if (rc != ERR_OK)
		document_fault(j, "verdictId", "verdict.json", rc, &e);
	else
		packjudge_report(j, "verdictId", NULL, PACKCHECK_PASS, NULL);
	rc = decision_read(j->arena, d->decision, &out->decision, &e);
	if (rc != ERR_OK)
		document_fault(j, "decision", "decision.json", rc, &e);
	else
		packjudge_report(j, "decision", NULL, PACKCHECK_PASS, NULL);
	rc = verikey_read(j->arena, d->inputs, &out->inputs, &out->verikey,
	    &e);
	if (rc != ERR_OK)
		document_fault(j, "veriKey", "inputs.json", rc, &e);
	else
		packjudge_report(j, "veriKey", NULL, PACKCHECK_PASS, NULL);
	rc = context_read(d->context, &out->context, &e);
	if (rc != ERR_OK)
		document_fault(j, "context", "context.json", rc, &e);
	else
		packjudge_report(j, "context", NULL, PACKCHECK_PASS, NULL);
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
check_equations(struct packjudge *j, const struct packcheck_documents *doc,
    const struct packequations *d)
{
	struct digest context = digest_json(doc->context);

	packjudge_holds(j, digest_equal(&d->verdict.id, &d->decision.verdict),
	    "verdictHash", "the decision is over another verdict");
	packjudge_holds(j, digest_equal(&d->verikey, &d->decision.verikey),
	    "decisionVeriKey", "inputs.json is of another decision: the "
	    "VeriKey differs");
	packjudge_holds(j, digest_equal(&d->inputs.source,
	    &d->verdict.evidence),
	    "source", "inputs.json and the verdict name different evidence");
	packjudge_holds(j, digest_equal(&d->inputs.sbom, &d->verdict.sbom),
	    "sbom", "inputs.json and the verdict name different SBOMs");
	packjudge_holds(j, digest_equal(&context, &d->inputs.policy),
	    "contextDigest",
	    "context.json is not the context that inputs.json names");
	packjudge_holds(j, digest_equal(&d->context.policy,
	    &d->verdict.policy_digest),
	    "policy", "the verdict's policy is not the context's");
	packjudge_holds(j, slice_eq(d->context.environment,
	    d->verdict.environment),
	    "environment", "the verdict's environment is not the context's");
	packjudge_holds(j, d->verdict.at == d->decision.created_at &&
	    d->verdict.at == d->inputs.window, "window", "verdict, decision "
	    "and inputs.json are of different times");
	packjudge_holds(j, d->decision.expires_at > d->decision.created_at,
	    "expiry", "the decision expires before it is made");
	packjudge_holds(j,
	    d->decision.trust_score == decision_trust(d->verdict.trust),
	    "trustScore", "the decision's trust score is not the verdict's");
	packjudge_holds(j, same_feeds(d->decision.feeds, d->inputs.feeds),
	    "feeds", "the decision's feeds are not those of inputs.json");
	packjudge_holds(j, same_rules(&d->decision, &d->context), "rules",
	    "the "
	    "decision's rules are not the context's policy and program");
	packjudge_holds(j, digest_equal(&d->decision.proof_root,
	    &doc->tree->root),
	    "proofRoot", "the decision's proofRoot is not the root of "
	    "merkle.json");
}

/* A part stands for a digest that the documents name, or for none. */
static void
check_part(struct packjudge *j, const struct merkledoc_tree *t,
    enum merkledoc_role role, const struct digest *want)
{
	const char *name = merkledoc_role_name[role];
	const struct merkledoc_part *found = NULL;

	for (size_t i = 0; i < t->parts; i++)
		if (slice_is(t->part[i].role, name))
			found = &t->part[i];
	if (want == NULL && found != NULL)
		packjudge_fail(j, ERR_NO, "parts", NULL,
		    "there is a part %s, and the decision took none", name);
	else if (want != NULL && found == NULL)
		packjudge_fail(j, ERR_NO, "parts", NULL,
		    "the decision took a %s, and there is no such part", name);
	else if (want != NULL && !digest_equal(&found->digest, want))
		packjudge_fail(j, ERR_NO, "parts", NULL,
		    "part %s is not the one the decision took", name);
}

static void
check_parts(struct packjudge *j, const struct merkledoc_tree *t,
    const struct packequations *d)
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
		packjudge_report(j, "parts", NULL, PACKCHECK_PASS, NULL);
}

bool
packequations_judge(struct packjudge *j, const struct packcheck_documents *doc,
    struct packequations *d)
{
	if (!read_documents(j, doc, d))
		return false;
	check_equations(j, doc, d);
	check_parts(j, doc->tree, d);
	return true;
}
