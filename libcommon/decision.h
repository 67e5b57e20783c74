/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision - the DecisionDigest (layer 3).
 *
 * One pure function makes it, for prov-decide and prov-digest --decision.
 * prov.decision/v1; golden/schemas/prov.decision.v1.schema.json.
 */
#ifndef DECISION_H
#define DECISION_H

#include "digest.h"

#define DECISION_KIND "prov.decision/v1"

enum {
	DECISION_RULES = 2	/* the policy, and the jq program */
};

struct decision {
	struct digest verikey;
	struct digest verdict;		/* the verdictId */
	struct digest proof_root;
	const struct json *feeds;	/* {name: epoch}; NULL: none */
	struct digest rule[DECISION_RULES];	/* any order */
	size_t rules;
	int trust_score;		/* 0 to 100 */
	int64_t created_at;		/* seconds: the verdict's at */
	int64_t expires_at;
};

/* 0 to 100 from basis points, rounded half up. */
int decision_trust(int64_t basis_points);
struct json decision_json(struct arena *a, const struct decision *d);
/* Strict.  feeds is made anew as an object in a, from replaySeed. */
enum status decision_read(struct arena *a, const struct json *doc,
    struct decision *d, struct err *e);

#endif
