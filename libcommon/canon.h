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

/*
 * Canonicalises the next document of a stream without a tree: memory is the
 * output of the largest object that is open, and the input is let go of while
 * it is read (s->discard).  sink receives the bytes in order, in pieces, and
 * may return an error to stop.  *got as json_next.  On an error the sink may
 * have had a part of the document.
 */
enum status canon_stream(struct json_stream *s,
    const struct json_limits *limits,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, bool *got, struct err *e);

#endif
