/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gates - the policy's gates over the claims (layer 3).
 *
 * All gates are evaluated, none hides another.  What is let through (by an
 * ignore, by a suppression the policy honours) stands in the verdict all the
 * same.
 */
#ifndef GATES_H
#define GATES_H

#include "claims.h"

struct gates {
	struct arena *arena;
	const struct claims *claims;
	const struct policy *policy;
	int64_t at;
	const char **excluded;		/* per claim: "ignored", "suppressed"
					 * or NULL */
	size_t ignored, suppressed;
	struct json list;		/* the verdict's gates[] */
	struct json violations;		/* the verdict's violations[] */
	bool warns, fails;		/* some violation does */
	struct match_multi by_ignore;	/* id -> index of an ignore */
};

/* Finds out which claims are let through. */
void gates_begin(struct gates *g, struct arena *a, const struct claims *claims,
    const struct policy *policy, int64_t at);
/* Evaluates all gates of the policy. */
void gates_judge(struct gates *g);
/*
 * Takes in what a jq policy found: an array that gates_check_rules said yes
 * to.  An ignore lets its violations through where they name an id.
 */
void gates_rules(struct gates *g, const struct json *rules);
enum status gates_check_rules(const struct json *rules, struct err *e);
/* Takes in a budget check. */
void gates_budget(struct gates *g, const struct json *check);
/* "pass", "warn", "fail"; sorts the lists. */
const char *gates_end(struct gates *g);
void gates_close(struct gates *g);

#endif
