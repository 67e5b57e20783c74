/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkreport - what was found in documents, for people and for other tools
 * (layer 3).
 */
#ifndef CHECKREPORT_H
#define CHECKREPORT_H

#include "rules.h"
#include "sariflog.h"
#include "schemastore.h"

enum checkreport_form {
	CHECKREPORT_JSON,	/* one prov.check/v1 a document */
	CHECKREPORT_TEXT,	/* lines for people; controls masked */
	CHECKREPORT_SARIF,	/* one SARIF 2.1.0 log of all documents */
	CHECKREPORT_JUNIT	/* JUnit XML: a test case a document */
};

struct checkreport_document {
	const char *name;	/* valid UTF-8 */
	uint64_t start;		/* where it begins in its stream */
	struct schemastore_kind kind;
	struct slice schema;
	bool valid;
	bool holds;		/* valid, and no rule says no */
	struct schema_report report;
	struct rules_report rules;
};

/* Zero it and set the form. */
struct checkreport {
	enum checkreport_form form;
	struct arena arena;	/* of forms that are written at the end */
	struct sariflog log;
	struct buf cases;
	size_t documents, failures;
};

/* Appends what can be written at once; a is scratch. */
void checkreport_add(struct checkreport *r,
    const struct checkreport_document *d, struct arena *a, struct buf *out);
/* Appends the rest, and releases r. */
void checkreport_end(struct checkreport *r, struct buf *out);

#endif
