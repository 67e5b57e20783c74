/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex - regular expressions by PCRE2 (layer 2).  The only module that
 * includes pcre2.h.
 *
 * Pattern and subject are UTF-8.  Work is bounded: a match that would take
 * more steps or memory than the limits is an error, never a "no".
 */
#ifndef REGEX_H
#define REGEX_H

#include <stdbool.h>

#include "err.h"
#include "mem.h"

enum {
	REGEX_WHOLE = 1,	/* must match the subject from end to end */
	REGEX_ECMA = 2		/* ECMA-262 with the u flag: \uXXXX and
				 * \u{X}, [] matches nothing, a group that took
				 * no part matches empty, \d and \w are ASCII,
				 * $ is the very end */
};

enum {
	REGEX_PATTERN_MAX = 64 * 1024,
	REGEX_STEPS_MAX = 1000 * 1000,	/* some 20 ms */
	REGEX_HEAP_MAX = 20 * 1024	/* KiB */
};

struct regex;

/* ERR_INPUT, with the offset in the pattern: it does not compile. */
enum status regex_open(struct slice pattern, unsigned flags,
    struct regex **out, struct err *e);
/* ERR_OK: it matches; ERR_NO (e untouched): it does not; ERR_INPUT: over a
 * limit, or a subject that is not UTF-8. */
enum status regex_match(const struct regex *r, struct slice subject,
    struct err *e);
void regex_close(struct regex *r);	/* NULL is fine */

#endif
