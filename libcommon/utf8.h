/* SPDX-License-Identifier: Apache-2.0 */
/* utf8 - validation and code points (layer 1). */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

/* Bytes of the longest valid UTF-8 prefix (Unicode 15, table 3-7: no
 * surrogates, nothing overlong, nothing above U+10FFFF). */
size_t utf8_valid_prefix(struct slice s);
bool utf8_valid(struct slice s);
/* Bytes of the valid sequence at p, n (at least 1) being there; 0 if there is
 * none. */
size_t utf8_sequence(const char *p, size_t n);
/* Code points of valid UTF-8. */
size_t utf8_count(struct slice s);
/* Writes 1 to 4 bytes, returns how many; cp must be a scalar value. */
size_t utf8_write(char *out, uint32_t cp);
/* The code point at s[*pos], which must be valid; moves *pos past it. */
uint32_t utf8_next(struct slice s, size_t *pos);

#endif
