/* SPDX-License-Identifier: Apache-2.0 */
/* b64 - Base64 (RFC 4648), strict (layer 1). */
#ifndef B64_H
#define B64_H

#include <stdbool.h>

#include "mem.h"

/* Standard alphabet, padded. */
void b64_write(struct buf *out, struct slice bytes);
struct slice b64_text(struct arena *a, struct slice bytes);
/*
 * Standard or URL-safe alphabet (not both in one text), padded or not; no
 * white space, no junk, unused bits zero.  False if s is anything else.
 */
bool b64_read(struct buf *out, struct slice s);
/* The same into the arena. */
bool b64_bytes(struct arena *a, struct slice s, struct slice *out);

#endif
