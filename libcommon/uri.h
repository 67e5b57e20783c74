/* SPDX-License-Identifier: Apache-2.0 */
/* uri - RFC 3986 references, and RFC 3987's wider characters (layer 1). */
#ifndef URI_H
#define URI_H

#include <stdbool.h>

#include "mem.h"

/* The parts of a reference (RFC 3986 3, appendix B); data is NULL where the
 * part is absent, which is not the same as empty.  path is never absent. */
struct uri {
	struct slice scheme;	/* without ":" */
	struct slice authority;	/* without "//" */
	struct slice path;
	struct slice query;	/* without "?" */
	struct slice fragment;	/* without "#" */
};

enum {
	URI_REFERENCE = 1,	/* a relative reference is valid too */
	URI_INTERNATIONAL = 2	/* RFC 3987: characters above ASCII */
};

/* Splits any bytes; says nothing about validity. */
void uri_split(struct slice s, struct uri *u);
/* Follows the grammar of RFC 3986 (or 3987). */
bool uri_valid(struct slice s, unsigned flags);
/* ref resolved against base (RFC 3986 5.2); base may be empty. */
struct slice uri_resolve(struct arena *a, struct slice base,
    struct slice ref);
/* A host name as RFC 1123 has it: letters, digits, inner hyphens. */
bool uri_hostname(struct slice s);
bool uri_ipv4(struct slice s);
bool uri_ipv6(struct slice s);
/* Percent-decoded into the arena; false on a bad escape. */
bool uri_decode(struct arena *a, struct slice s, struct slice *out);

#endif
