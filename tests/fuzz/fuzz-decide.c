/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz-decide: {"evidence","policy","keyring"?,"budget"?,"rules"?} as a
 * request.  Whatever evidence is let through is judged and explained without
 * a fault, twice alike, and what is written reads back as a verdict.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "canon.h"
#include "explain.h"
#include "judge.h"
#include "verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static enum status
judge(struct arena *a, const struct request *r, const struct json *rules,
    struct json *verdict)
{
	struct err e;
	struct judge j;
	enum status rc;

	judge_begin(&j, a, r);
	rc = judge_end(&j, rules, verdict, &e);
	judge_close(&j);
	return rc;
}

static void
explain(struct arena *a, const struct json *verdict,
    const struct lattice_rules *rules)
{
	const struct json *claims = json_get(verdict, "claims");
	struct buf text = { 0 };
	size_t left;

	explain_verdict(&text, a, verdict, rules);
	JSON_EACH(c, claims)
		must(explain_claim(&text, a, verdict, rules, json_get_text(c,
		    "component"), json_get_text(c, "id")),
		    "each claim is explained");
	(void)explain_baseline(a, verdict, SLICE("2030-01-01"), &left);
	buf_free(&text);
}

static void
decide(struct arena *a, const struct json *input)
{
	const struct json *evidence = json_get(input, "evidence");
	const struct json *rules = json_get(input, "rules");
	struct request r = {
		.policy_doc = json_get(input, "policy"),
		.budget_doc = json_get(input, "budget"),
		.keyring_doc = json_get(input, "keyring"),
		.asked_at = 1772366400
	};
	struct json verdict, again;
	struct verdict v;
	const char *fault;
	struct err e;

	if (evidence == NULL || r.policy_doc == NULL)
		return;
	r.evidence_bytes = canon_text(a, evidence);
	if (request_make(a, &r, &fault, &e) != ERR_OK ||
	    request_check(a, &r, &e) != ERR_OK ||
	    judge(a, &r, rules, &verdict) != ERR_OK)
		return;
	must(judge(a, &r, rules, &again) == ERR_OK && slice_eq(canon_text(a,
	    &verdict), canon_text(a, &again)), "the same is judged alike");
	must(verdict_read(a, &verdict, &v, &e) == ERR_OK, e.text);
	explain(a, &verdict, &r.policy.rules);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = { .max_size = 1 << 16,
	    .max_depth = 40 };
	struct arena a = { 0 };
	struct json input;
	struct err e;

	if (json_parse((struct slice){ (const char *)data, size }, &limits,
	    &a, &input, &e) == ERR_OK)
		decide(&a, &input);
	arena_free(&a);
	return 0;
}
