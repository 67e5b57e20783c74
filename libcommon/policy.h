/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy - what a team lets through (layer 3).
 *
 * prov.policy/v1; golden/schemas/prov.policy.v1.schema.json.  Read strictly:
 * a typo in a member's name is an error, not a rule that never fires.
 */
#ifndef POLICY_H
#define POLICY_H

#include "digest.h"
#include "json.h"
#include "lattice.h"

#define POLICY_KIND "prov.policy/v1"

/* The greater the worse; unknown counts as high in gates. */
enum policy_severity {
	POLICY_NONE,
	POLICY_NEGLIGIBLE,
	POLICY_LOW,
	POLICY_MEDIUM,
	POLICY_HIGH,
	POLICY_CRITICAL,
	POLICY_UNKNOWN,
	POLICY_SEVERITIES
};

extern const char *const policy_severity_name[POLICY_SEVERITIES];
bool policy_severity(struct slice name, enum policy_severity *out);
/* Whether a finding of severity s is at or above limit. */
bool policy_at_or_above(enum policy_severity s, enum policy_severity limit);

enum policy_gate_id {
	POLICY_MAX_SEVERITY,
	POLICY_MINIMUM_CONFIDENCE,
	POLICY_SOURCE_QUOTA,
	POLICY_REACHABILITY,
	POLICY_VEX_TRUST,
	POLICY_REQUIRE_FIX,
	POLICY_UNDECIDED,
	POLICY_GATES
};

extern const char *const policy_gate_name[POLICY_GATES];

/* From when until when something holds: from <= at < until. */
struct policy_span {
	int64_t from, until;		/* INT64_MIN, INT64_MAX: always */
	struct slice from_text, until_text;	/* as written, or no data */
};

struct policy_gate {
	bool set;
	bool warn;		/* else block */
	struct policy_span span;
	enum policy_severity severity;	/* maxSeverity, reachability,
				 * requireFix, undecided */
	int limit;		/* minimumConfidence, maxShare, minimum */
	int delta;		/* corroborationDelta */
	bool require_signed;
	int64_t max_age;	/* days; -1: any */
	const struct json *bypass;	/* justifications, or NULL */
};

struct policy_source {
	bool has_signer, has_digest;
	struct digest signer, digest;
	struct slice origin;	/* no data: any */
	struct slice class;
	int p, c, r;		/* -1: derived */
};

struct policy_ignore {
	struct slice id;
	struct slice component;	/* no data: every */
	struct policy_span span;
	struct slice reason;
};

struct policy {
	struct slice name;
	const struct json *version;
	int64_t bucket, ttl;	/* seconds */
	struct lattice_rules rules;
	struct policy_source *source;
	size_t sources;
	bool honour_suppressed;
	struct policy_gate gate[POLICY_GATES];	/* of the environment */
	struct policy_ignore *ignore;
	size_t ignores;
};

/*
 * Reads a policy for one environment, whose gates replace the base gates
 * whole.  An environment the policy does not name is ERR_INPUT, unless it
 * names none at all or it is CONTEXT_DEFAULT.  Points into doc and a.
 */
enum status policy_read(struct arena *a, const struct json *doc,
    struct slice environment, struct policy *out, struct err *e);

/* A day (its first moment, UTC) or an RFC 3339 time. */
bool policy_moment(struct slice s, int64_t *sec);
bool policy_span_holds(const struct policy_span *span, int64_t at);

#endif
