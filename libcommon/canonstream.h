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

#endif
