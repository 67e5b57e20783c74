/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lattice - how far claims are trusted, and who wins (layer 3).
 *
 * Scores are basis points in integers.  Claims on one (component,
 * vulnerability) meet in Belnap's four values; merging is the union of the
 * claims, and scores, winner and penalty are computed once, from the union:
 * commutative, associative, idempotent.
 */
#ifndef LATTICE_H
#define LATTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "timefmt.h"

enum {
	LATTICE_ONE = 10000,		/* basis points in one */
	LATTICE_HALF_LIFE_MAX = 3650	/* days; bounds the exact arithmetic */
};

/* The more cautious first. */
enum lattice_status {
	LATTICE_AFFECTED,
	LATTICE_UNDER_INVESTIGATION,
	LATTICE_FIXED,
	LATTICE_NOT_AFFECTED,
	LATTICE_STATUSES
};

/* As documents write them: "affected" ... */
extern const char *const lattice_status_name[LATTICE_STATUSES];
bool lattice_status(struct slice name, enum lattice_status *out);

struct lattice_rules {
	int weight_p, weight_c, weight_r;	/* sum to LATTICE_ONE */
	int half_life;				/* days */
	int floor;				/* of freshness */
	int penalty;				/* off a winner in conflict */
	int margin;				/* nearer scores conflict */
};

extern const struct lattice_rules lattice_default;

/* Why a claim could not win. */
enum lattice_aside {
	LATTICE_IN,
	LATTICE_LOWER_PROVENANCE,	/* an affected claim has a higher P */
	LATTICE_INVESTIGATING,		/* an affected claim exists */
	LATTICE_SUPERSEDED		/* the same signer spoke later */
};

struct lattice_claim {
	enum lattice_status status;
	int p, c, r;		/* provenance, coverage, replayability */
	int strength;		/* of what is said */
	int freshness;
	struct digest source;
	bool has_signer;
	struct digest signer;	/* the trusted key, or none: the document
				 * speaks for itself */
	bool has_time;
	struct instant time;
	size_t order;		/* the caller's number of the statement */
	/* lattice_merge's: */
	int base, score;
	enum lattice_aside aside;
};

struct lattice_result {
	size_t winner;		/* index */
	int score;		/* the penalty taken off */
	bool conflict;
};

/* The weighted vector. */
int lattice_base(const struct lattice_rules *rules, int p, int c, int r);
/* base * strength / 10000 * freshness / 10000, dividing after each product. */
int lattice_score(int base, int strength, int freshness);
/*
 * max(floor, the largest integer x with x^H * 2^days <= 10000^H), exactly;
 * days >= 0, 1 <= half_life <= LATTICE_HALF_LIFE_MAX.
 */
int lattice_freshness(int64_t days, int half_life, int floor);

/*
 * Sorts the claims into an order that does not depend on theirs, drops equal
 * ones (*count shrinks), sets their base, score and aside, and names the
 * winner.  *count must be at least 1.
 */
void lattice_merge(struct lattice_claim *claim, size_t *count,
    const struct lattice_rules *rules, struct lattice_result *out);

#endif
