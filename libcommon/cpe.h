/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpe - Common Platform Enumeration names (layer 1).
 *
 * NIST IR 7695 (naming) and 7696 (matching): reads a formatted string
 * ("cpe:2.3:a:...") or a URI ("cpe:/a:...", CPE 2.2 and the packed form of
 * 2.3), writes the canonical formatted string, and compares a source name
 * with a target.
 */
#ifndef CPE_H
#define CPE_H

#include <stdbool.h>

#include "err.h"
#include "mem.h"

enum cpe_attribute {
	CPE_PART,
	CPE_VENDOR,
	CPE_PRODUCT,
	CPE_VERSION,
	CPE_UPDATE,
	CPE_EDITION,
	CPE_LANGUAGE,
	CPE_SW_EDITION,
	CPE_TARGET_SW,
	CPE_TARGET_HW,
	CPE_OTHER,
	CPE_ATTRIBUTES
};

/* Each value as it stands in a canonical formatted string: lower-case, with
 * "\" before what needs it; "*" is ANY and "-" is NA. */
struct cpe {
	struct slice value[CPE_ATTRIBUTES];
};

enum status cpe_parse(struct slice text, struct arena *a, struct cpe *out,
    struct err *e);

/* The canonical formatted string: eleven attributes, lower-case, quoted where
 * it must be and nowhere else. */
struct slice cpe_text(struct arena *a, const struct cpe *c);

/* An attribute's bytes without quoting; data NULL for ANY and NA. */
struct slice cpe_plain(struct arena *a, const struct cpe *c,
    enum cpe_attribute which);

/* Whether a value stands for more than one: ANY, or wildcards in it. */
bool cpe_is_open(struct slice value);

enum cpe_match {
	CPE_DISJOINT,	/* the names exclude each other */
	CPE_SUPERSET,	/* the statement is the wider one: it speaks of a
			 * family the component is in */
	CPE_EQUAL	/* attribute by attribute the same */
};

/*
 * Does a statement about a CPE (with "*" and "?" wildcards) speak of a
 * component?  What a component leaves open (ANY) is held to be met by any
 * value of the attributes behind the product; an open version is met only by
 * an open one.
 */
enum cpe_match cpe_match(const struct cpe *statement,
    const struct cpe *component);

#endif
