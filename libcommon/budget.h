/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget - thresholds by environment, and what was counted (layer 3).
 *
 * prov.budget/v1 and the budget-check predicate; golden/schemas/
 * prov.budget.v1.schema.json and budget-check.v1.schema.json.  Decimals are
 * kept in units of 1/10000, so that every sum is exact.
 */
#ifndef BUDGET_H
#define BUDGET_H

#include "digest.h"
#include "json.h"
#include "policy.h"

#define BUDGET_KIND "prov.budget/v1"
#define BUDGET_PREDICATE "https://stellaops.dev/predicates/budget-check@v1"

enum {
	BUDGET_UNIT = 10000,		/* units of 1 */
	BUDGET_WEIGHT = 2500		/* units: 0.25, of a reason without a
					 * weight */
};

struct budget_waiver {
	const struct json *json;
	struct slice reason, component, id;	/* no data: any */
	int64_t until;
};

/* A budget for one environment. */
struct budget {
	struct slice environment;
	struct json config;		/* what is in force, as attested */
	bool warn;			/* else block */
	struct budget_waiver *waiver;	/* sorted as config has them */
	size_t waivers;
};

/*
 * Reads a budget and merges its environment over its default.  An
 * environment that it does not name, without a default, is ERR_INPUT.
 * Points into doc and a.
 */
enum status budget_read(struct arena *a, const struct json *doc,
    struct slice environment, struct budget *out, struct err *e);

/* What a budget is held against. */
struct budget_facts {
	const struct json *unknowns;	/* array of {reason,component?,id?} */
	const struct json *claims;	/* a verdict's claims[] */
	bool has_base;			/* claims say which are new; else all
				 * findings are */
	const struct json *feeds;	/* {name: epoch}, or NULL */
	/* Counts that come without a verdict; NULL: none. */
	const struct json *counts;	/* {byReason,bySeverity,newFindings,
					 * conflicts,feeds} */
};

/* The facts of a verdict that verdict_read said yes to. */
void budget_facts(const struct json *verdict, struct budget_facts *out);
/* Reads bare counts strictly. */
enum status budget_counts(const struct json *doc, struct budget_facts *out,
    struct err *e);

/*
 * The budget-check predicate without evaluatedAt.  ERR_INPUT when counts and
 * weights do not fit (sums of 10^11 and more).
 */
enum status budget_check(struct arena *a, const struct budget *b,
    const struct budget_facts *facts, int64_t at, struct json *out,
    struct err *e);

/* A JSON number of at most four decimal places, no exponent, below 10^9. */
bool budget_decimal(const struct json *v, int64_t *units);
/* 25000 -> 2.5 */
struct json budget_number(struct arena *a, int64_t units);

#endif
