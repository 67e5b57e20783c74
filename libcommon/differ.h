/* SPDX-License-Identifier: Apache-2.0 */
/* differ - where two JSON values first differ (layer 1). */
#ifndef DIFFER_H
#define DIFFER_H

#include "json.h"

/*
 * True if they differ as JSON values; appends the path of the innermost first
 * difference as a JSON Pointer without its escapes ("/claims/3/score"), empty
 * for the values themselves.  A member that only one of them has is named.
 */
bool differ(struct buf *path, const struct json *a, const struct json *b);

#endif
