/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canonstream - RFC 8785 canonical JSON without a tree (layer 1).
 *
 * What canon writes of the tree that json reads, this writes of the text.
 */
#ifndef CANONSTREAM_H
#define CANONSTREAM_H

#include "json.h"

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

/*
 * The same of a document whose bytes are held, for who has to see them more
 * than once; its memory is released by canon_held_free.  The spans of its
 * large arrays are those that a sieve can want (see json_stream).
 */
struct canon_held;

/* *out is NULL at the end of the stream, and on an error. */
enum status canon_hold(struct json_stream *s, const struct json_limits *limits,
    struct canon_held **out, struct err *e);
enum status canon_held_pieces(struct canon_held *h,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, struct err *e);
const struct json_span *canon_held_spans(const struct canon_held *h,
    size_t *count);
void canon_held_free(struct canon_held *h);	/* NULL is fine */

#endif
