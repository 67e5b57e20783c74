/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format - the table of readers (layer 3).
 *
 * A new format is one file with one struct format in it, and one row in
 * format.c.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "part.h"

struct format {
	const char *name;	/* as in prov.document's format */
	const char *mark;	/* what it is known by, for messages */
	/* Is it that?  Looks at a few members of an object. */
	bool (*is)(const struct json *doc);
	/* Its version (a version that is not supported is refused) and the
	 * roles it can serve. */
	enum status (*check)(const struct json *doc, struct slice *version,
	    unsigned *serves, struct err *e);
	/* All of it, into p.  A fault is in p->rc. */
	void (*read)(struct part *p, const struct json *doc);
	/* For documents with arrays that are too large for a tree, else NULL:
	 * a number of its own for the array of this name if it is one, in an
	 * object of which these members are known (see json_sieve), or 0.
	 * And reads elements, before all that read reads, which will see only
	 * the first one in the array. */
	int (*wants)(const struct json *object, struct slice key);
	void (*take)(struct part *p, int array, const struct json *element,
	    size_t count);
};

extern const struct format format_csaf;
extern const struct format format_cyclonedx;
extern const struct format format_grype;
extern const struct format format_intoto;
extern const struct format format_openvex;
extern const struct format format_osv;
extern const struct format format_sarif;
extern const struct format format_spdx;
extern const struct format format_trivy;

/* By content; NULL and a message that says what was looked for. */
const struct format *format_detect(const struct json *doc, struct err *e);
/* The format that wants the elements of an array, and its number for it; NULL
 * if none does. */
const struct format *format_wants(const struct json *object,
    struct slice key, int *array);
/* By name; NULL if there is none. */
const struct format *format_named(struct slice name);

#endif
