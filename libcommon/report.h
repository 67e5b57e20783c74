/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - a verdict, for people and for other tools (layer 3).
 *
 * Pure: the same verdict gives the same bytes.  Every text of the verdict is
 * escaped for the form it goes into, since component names are whatever an
 * SBOM said.
 */
#ifndef REPORT_H
#define REPORT_H

#include "json.h"

enum report_form {
	REPORT_TEXT,		/* a terminal; control characters masked */
	REPORT_HTML,		/* one page, no script, nothing fetched */
	REPORT_MARKDOWN,	/* for a merge request's comment */
	REPORT_SARIF,		/* SARIF 2.1.0, canonical JSON and a LF */
	REPORT_JUNIT,		/* JUnit XML: a test case a gate */
	REPORT_BADGE		/* SVG: the status and the trust score */
};

/*
 * Appends the report of a prov.verdict/v1 (that verdict_read accepted).
 * note (may be NULL) says how far the verdict was checked; the forms for
 * people show it.
 */
void report_write(struct buf *out, const struct json *verdict,
    enum report_form form, const char *note);

#endif
