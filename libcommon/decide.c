/* SPDX-License-Identifier: Apache-2.0 */
#include "decide.h"
#include "jqrun.h"
#include "judge.h"

enum status
decide_request(struct arena *a, const struct request *r, struct decide *out,
    struct err *e)
{
	bool has_rules = r->policy_jq.data != NULL;
	struct json input, rules;
	struct digest root;
	struct judge j;
	enum status rc = ERR_OK;

	judge_begin(&j, a, r);
	if (has_rules) {
		input = judge_input(&j);
		rc = jqrun(a, r->policy_jq, &input, &rules, e);
	}
	if (rc == ERR_OK)
		rc = judge_end(&j, has_rules ? &rules : NULL, &out->verdict,
		    e);
	judge_close(&j);
	if (rc != ERR_OK)
		return rc;
	request_parts(a, r, out->part);
	root = merkledoc_proof_root(a, out->part, NULL);
	out->decision = judge_decision(a, r, &out->verdict, &root);
	return ERR_OK;
}
