/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canon - the one writer: RFC 8785 canonical JSON (layer 1).
 *
 * Keys in UTF-16 code-unit order, the shortest escapes, numbers as
 * ECMAScript writes them, no white space, no LF at the end.
 */
#ifndef CANON_H
#define CANON_H

#include "json.h"

/* Appends v's canonical bytes to out. */
void canon_write(struct buf *out, const struct json *v);
/*
 * The same bytes in order, in pieces of CANON_PIECE or, where one string is
 * longer, more; the last may have less, or nothing.  Only a piece is held.
 */
enum {
	CANON_PIECE = 32 * 1024
};

void canon_pieces(const struct json *v, void (*sink)(void *ctx,
    struct slice piece), void *ctx);
/* The same as a slice in the arena. */
struct slice canon_text(struct arena *a, const struct json *v);
/*
 * Makes an array a set: elements sorted by the bytes of their canonical
 * form, equal ones once.
 */
void canon_sort(struct arena *a, struct json *array);
/* The order canon_sort sorts by. */
int canon_cmp(const struct json *a, const struct json *b);

/* RFC 8785 3.2.2.2: writes quotes, backslashes and control characters of s the
 * shortest way and all else as it is, at most 6 bytes for one; returns the
 * end. */
char *canon_escape(char *p, struct slice s);
/* Writes s as a string, quotes and all; there is room for CANON_ROOM(s.len)
 * bytes.  Returns the end. */
#define CANON_ROOM(len) (6 * (len) + 32)
char *canon_string(char *p, struct slice s);

#endif
