/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cvss - scores of CVSS vectors, in integers (layer 1).
 *
 * Scores are hundredths: 9.8 is 980.  v2, v3.0 and v3.1 give the base score
 * (temporal and environmental metrics are checked and do not count), v4.0 the
 * one score its specification defines, threat and environmental metrics
 * included.  No floating point.
 */
#ifndef CVSS_H
#define CVSS_H

#include <stdbool.h>

#include "err.h"
#include "mem.h"

enum cvss_version {
	CVSS_20 = 20,
	CVSS_30 = 30,
	CVSS_31 = 31,
	CVSS_40 = 40
};

struct cvss {
	enum cvss_version version;
	int score;		/* hundredths, 0 to 1000 */
};

/*
 * Reads a vector: "CVSS:3.1/AV:N/...", "CVSS:4.0/...", and for v2 the bare
 * metrics, in parentheses or not.  Metrics may come in any order; an unknown
 * one, one that is there twice and a missing base metric are ERR_INPUT.
 */
enum status cvss_parse(struct slice vector, struct cvss *out, struct err *e);

/* "none", "low", "medium", "high" or "critical" by the version's own scale
 * (v2, as NVD reads it, has no critical and no none). */
const char *cvss_severity(const struct cvss *c);

/* A score as text ("9.8", "10", "7.5"): digits with an optional fraction, at
 * most 10; more than two decimals are rounded half up. */
bool cvss_decimal(struct slice text, int *hundredths);

#endif
