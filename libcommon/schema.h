/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema - JSON Schema, drafts 04, 07 and 2020-12 (layer 3).
 *
 * A set holds schema documents by URI.  A schema is compiled once and then
 * checks any number of documents.  $schema decides the draft of each schema
 * resource; references are resolved among the documents of the set and those
 * that the caller's loader brings, never from a network.  Unknown keywords
 * are annotations.  Patterns are ECMA-262 (regex.h), and a match over its
 * limits is an error, never "valid".
 *
 * Numbers are compared as decimals, not as doubles; 1 and 1.0 are equal.
 * Evaluation recurses along schema and document together, at most
 * SCHEMA_DEPTH_MAX calls deep; a schema that refers to itself without end is
 * refused there.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "json.h"

enum schema_draft {
	SCHEMA_UNKNOWN,
	SCHEMA_DRAFT4,
	SCHEMA_DRAFT7,
	SCHEMA_2020
};

enum {
	SCHEMA_DEPTH_MAX = 3000,	/* 500 levels, six schemas each */
	SCHEMA_CALLS_MAX = 1000 * 1000 * 1000,	/* a minute or so; the
				 * largest document takes some ten calls a
				 * value */
	SCHEMA_ERRORS_MAX = 100		/* of one document; the rest is cut */
};

struct schema_options {
	enum schema_draft draft;	/* of what is compiled, whatever its
					 * $schema says, and of what it refers
					 * to where that says nothing; 0: as
					 * $schema says, else the latest */
	bool assert_format;
	uint64_t calls_max;		/* 0: SCHEMA_CALLS_MAX */
	/* Brings the document of an absolute URI without fragment: ERR_OK, or
	 * ERR_NO if there is none.  May be NULL. */
	enum status (*load)(void *ctx, struct slice uri, struct arena *a,
	    struct json *out, struct err *e);
	void *ctx;
};

/* "draft-04", "draft-07", "2020-12"; SCHEMA_UNKNOWN for anything else. */
enum schema_draft schema_draft(struct slice name);

struct schema_set;
struct schema;		/* lives as long as its set */

struct schema_set *schema_open(const struct schema_options *o);
void schema_close(struct schema_set *set);	/* NULL is fine */
/*
 * Compiles doc, which must outlive the set, with uri (may be empty) as its
 * base where it has no $id.  ERR_INPUT: a malformed keyword (the offset is
 * doc's) or a reference that leads nowhere.
 */
enum status schema_compile(struct schema_set *set, const struct json *doc,
    struct slice uri, const struct schema **out, struct err *e);

struct schema_error {
	char *instance;		/* JSON Pointer of what is wrong */
	uint32_t offset;	/* where that begins in the document */
	char *keyword;		/* location of the keyword, as a URI */
	char *message;
	uint32_t depth;		/* steps of the pointer */
};

struct schema_report {
	struct arena *arena;	/* set by the caller */
	struct schema_error *error;
	size_t count, cap;
	bool cut;		/* there were more */
};

/* ERR_OK: valid; ERR_NO: not; ERR_INPUT: over a limit.  report may be NULL;
 * else it gets the errors of an invalid document. */
enum status schema_check(const struct schema *schema, const struct json *v,
    struct schema_report *report, struct err *e);

#endif
