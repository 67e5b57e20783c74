/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - an object that is canonical as it stands (layer 1).
 *
 * What our own tools write is RFC 8785 already: its digest is that of its
 * bytes, and a member's that of a run of them.  Who needs no more than that
 * needs neither a tree nor a copy, only to know that it is so.
 */
#ifndef MEMBERS_H
#define MEMBERS_H

#include "json.h"

enum {
	MEMBERS_MAX = 32	/* of one object; our documents have less */
};

struct members {
	struct slice text;	/* without the white space around it */
	struct members_one {
		struct slice key, value;
	} item[MEMBERS_MAX];	/* in order */
	size_t count;
};

/*
 * True only for one object, white space around it aside, that json_parse
 * takes with the limits of json_own and canon_write writes with these very
 * bytes, and that has no more than MEMBERS_MAX members.  False says nothing:
 * read it as a tree.  Slices point into text; keys that have escapes into a.
 */
bool members_read(struct slice text, struct arena *a, struct members *out);
/* The canonical text of a member's value; no data: it has none. */
struct slice members_get(const struct members *m, const char *key);

#endif
