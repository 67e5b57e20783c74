/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vers - version ranges (layer 1).
 *
 * The vers notation of package-url/vers-spec: "vers:npm/>=1.0.0|<2.0.0".  A
 * range is a list of constraints sorted by version; equality is the scheme's
 * (pypi 1.0 = 1.0.0), not the string's.
 */
#ifndef VERS_H
#define VERS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "mem.h"
#include "version.h"

enum vers_op {
	VERS_EQ,
	VERS_NE,
	VERS_LT,
	VERS_LE,
	VERS_GT,
	VERS_GE
};

struct vers_constraint {
	enum vers_op op;
	struct slice version;	/* decoded */
};

struct vers {
	struct slice type;	/* lower-case */
	const struct version_scheme *scheme;	/* NULL: only equality */
	bool all;		/* "*": every version */
	struct vers_constraint *item;	/* sorted */
	size_t count;		/* 0 and not all: no version */
};

enum vers_mode {
	VERS_STRICT,	/* canonical text alone, as vers-spec wants today:
			 * sorted, each version once, no blanks, nothing
			 * encoded that need not be, bounds that alternate */
	VERS_LENIENT	/* blanks, unsorted and repeated constraints, any
			 * encoding and case; empty constraints are skipped */
};

/*
 * Reads a range.  *canonical (may be NULL) says whether the text was what
 * strict reading accepts; the caller of a lenient read notes it.  Parts point
 * into text or into the arena.
 */
enum status vers_parse(struct slice text, enum vers_mode mode, struct arena *a,
    struct vers *out, bool *canonical, struct err *e);

/* The text of a range, sorted, canonically encoded. */
struct slice vers_text(struct arena *a, const struct vers *v);

/*
 * Drops what says nothing: repeated constraints, versions that a bound holds
 * already, bounds within bounds.  The result holds the same versions, and its
 * text reads strictly.  A range whose scheme is not known is only sorted.
 */
void vers_simplify(struct arena *a, struct vers *v);

enum vers_answer {
	VERS_OUT,
	VERS_IN,
	VERS_UNKNOWN	/* the scheme's order is not known and the version is
			 * not named */
};

enum vers_answer vers_contains(const struct vers *v, struct slice version);

/* --- ranges of others --------------------------------------------------- */

enum vers_event_kind {
	VERS_INTRODUCED,	/* "0" is the start of all versions */
	VERS_FIXED,
	VERS_LAST_AFFECTED,
	VERS_LIMIT
};

struct vers_event {
	enum vers_event_kind kind;
	struct slice version;
};

/*
 * OSV: the events of one range in any order (they are sorted in place) and
 * the enumerated versions, a union.  type is the purl type.  SEMVER and
 * ECOSYSTEM ranges only; GIT ranges have no order.
 */
void vers_from_osv(struct slice type, struct vers_event *event, size_t events,
    const struct slice *version, size_t versions, struct arena *a,
    struct vers *out);

/* a or b, of one type. */
void vers_union(const struct vers *a, const struct vers *b, struct arena *arena,
    struct vers *out);

/*
 * An ecosystem's own notation: npm, conan, nuget, maven, pypi, gem, nginx,
 * openssl, and for every other scheme comparators with blanks or commas
 * between them and "||" between alternatives.
 */
enum status vers_from_native(struct slice type, struct slice range,
    struct arena *a, struct vers *out, struct err *e);

#endif
