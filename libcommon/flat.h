/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flat - a document as lines for people (layer 1): "a.b[0].c: value" for each
 * value that is no container, in canonical order.  Bytes that are not
 * printable ASCII, and backslashes, are \xNN: a hostile document can neither
 * drive a terminal nor forge a line.
 */
#ifndef FLAT_H
#define FLAT_H

#include "json.h"

enum {
	FLAT_DEPTH = 16		/* what is nested deeper is shown as "..." */
};

void flat_write(struct buf *out, const struct json *v);

#endif
