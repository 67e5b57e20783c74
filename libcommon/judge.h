/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge - from a request to a verdict (layer 3).
 *
 *	judge_begin	claims and scores
 *	judge_input	what a jq policy is given, when there is one
 *	judge_end	gates, budget, trust; the verdict
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "claims.h"
#include "gates.h"
#include "request.h"

struct judge {
	struct arena *arena;
	const struct request *request;
	struct claims claims;
	struct gates gates;
	struct json claims_json;
};

void judge_begin(struct judge *j, struct arena *a, const struct request *r);
/* {"evidence","claims","diff"}; evidence without its diff. */
struct json judge_input(struct judge *j);
/* rules is the jq policy's output, or NULL without one.  ERR_INPUT when it is
 * no array of violations, or a budget cannot be weighed. */
enum status judge_end(struct judge *j, const struct json *rules,
    struct json *verdict, struct err *e);
void judge_close(struct judge *j);

/* The DecisionDigest of a verdict that judge_end made. */
struct json judge_decision(struct arena *a, const struct request *r,
    const struct json *verdict, const struct digest *proof_root);

#endif
