/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto - messages in the JSON mapping of Protocol Buffers (layer 1).
 *
 * Members are lowerCamelCase, null is absent, 64-bit integers are strings or
 * numbers, bytes are base64 of either alphabet, and a member at its default
 * (an empty text, no bytes, 0) is the same as none.  The first fault is kept
 * and later questions answer "not there", so that a reader asks for all it
 * wants and looks at status once.
 */
#ifndef PROTO_H
#define PROTO_H

#include "json.h"

struct proto {
	struct arena *arena;
	struct err *e;			/* may be NULL */
	enum status status;		/* ERR_OK to begin */
};

/* Keeps a fault of the reader's own: the member at v, or v NULL. */
void proto_fault(struct proto *p, const struct json *v, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* All take NULL for o. */
const struct json *proto_object(struct proto *p, const struct json *o,
    const char *name);
const struct json *proto_array(struct proto *p, const struct json *o,
    const char *name);
/* data is NULL when it is not there. */
struct slice proto_text(struct proto *p, const struct json *o,
    const char *name);
struct slice proto_bytes(struct proto *p, const struct json *o,
    const char *name);
/* False when it is not there. */
bool proto_int64(struct proto *p, const struct json *o, const char *name,
    int64_t *out);

/* The members of a message; a repeated message is told as one. */
struct proto_field {
	const char *name;			/* NULL: the end */
	const struct proto_field *message;	/* NULL: not a message */
};

enum {
	PROTO_UNKNOWN_MAX = 16	/* names that are kept */
};

/* Adds the paths of members that no table has to *unknown, an array.  A name
 * of the table in snake_case is a fault: some parsers take it, and would then
 * read another document than this one.  As deep as the tables are. */
void proto_members(struct proto *p, const struct json *o,
    const struct proto_field *fields, struct json *unknown);

#endif
