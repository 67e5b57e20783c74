/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ecma - ECMA-262 regular expressions (with the u flag) written as PCRE2
 * reads them (layer 1).
 *
 * What the two read alike passes through; white space classes, the dot,
 * property names, escapes of code units and brackets within classes are
 * rewritten; what ECMA-262 does not have (\a, possessive quantifiers, inline
 * flags and comments, (?P<name>)) is refused.
 */
#ifndef ECMA_H
#define ECMA_H

#include "err.h"
#include "mem.h"

/* Appends the translation to out; ERR_INPUT with the offset in pattern. */
enum status ecma_translate(struct slice pattern, struct buf *out,
    struct err *e);

#endif
