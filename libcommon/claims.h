/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims - what findings and statements come to (layer 3).
 *
 * One claim for each (component, vulnerability) that a finding or a matching
 * statement speaks of, with the vector of every voice, the winner and the
 * score.  Linear in the evidence but for sorting.
 */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "digest.h"
#include "json.h"
#include "keyring.h"
#include "lattice.h"
#include "match.h"
#include "policy.h"

/* A statement, or a scanner, as it speaks in one claim. */
struct claims_voice {
	const struct json *statement;	/* NULL: a scanner */
	enum match_kind match;
	const struct policy_source *rule;	/* of the policy, or NULL */
	struct slice origin;		/* no data: none */
	bool proof;			/* brings a signed reachability proof */
	int64_t age;			/* whole days; -1: no time */
};

struct claim {
	struct slice component;		/* key */
	struct slice id;
	const struct json *finding;	/* NULL: only statements speak */
	enum policy_severity severity;	/* of the finding */
	bool undecided;			/* a finding no statement speaks of */
	bool suppressed;		/* by the scanner */
	bool is_new;			/* introduced since the base */
	struct lattice_claim *source;	/* order: index of the voice */
	size_t sources;
	struct lattice_result result;
};

struct claims {
	struct claim *claim;		/* sorted by component, then id */
	size_t count;
	struct claims_voice *voice;
	struct json unmatched;		/* array of the verdict's */
	struct json unknowns;		/* FutureStatement, VexConflict */
	size_t conflicts;
	struct match_index index;
};

struct claims_input {
	const struct json *evidence;
	const struct policy *policy;
	const struct keyring *keyring;	/* NULL: nobody is trusted */
	int64_t at;			/* the window's start */
};

/* What evidence_check leaves open: that the words and digests a claim is made
 * of are such. */
enum status claims_check(const struct json *evidence, struct err *e);
void claims_make(struct claims *out, struct arena *a,
    const struct claims_input *in);
void claims_close(struct claims *c);

/* The winning source and its voice. */
const struct lattice_claim *claims_winner(const struct claim *c);
const struct claims_voice *claims_voice(const struct claims *all,
    const struct lattice_claim *source);
/* Affected, or under investigation: what the severity gates ask about. */
bool claims_open(const struct claim *c);
/* A member of the verdict's claims[]; excluded may be NULL. */
struct json claims_json(struct arena *a, const struct claims *all,
    const struct claim *c, const char *excluded);

#endif
