/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECMA-262 patterns: what is translated compiles or is refused, and a match
 * ends within its limits; a literal text matches itself.  The input is a
 * pattern and, behind the first NUL, a subject.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ecma.h"
#include "regex.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A pattern of letters alone is the text it looks like. */
static bool
is_literal(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] | 32) < 'a' || (s.data[i] | 32) > 'z')
			return false;
	return s.len > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = { (const char *)data, size };
	struct slice pattern = slice_cut(all, 0, slice_find(all, '\0'));
	struct slice subject = slice_cut(all, pattern.len + 1, size);
	struct buf translated = { 0 };
	struct regex *regex;
	struct err e;

	/* Both come out of JSON. */
	if (size > 4096 || !utf8_valid(pattern) || !utf8_valid(subject))
		return 0;
	if (ecma_translate(pattern, &translated, &e) == ERR_OK &&
	    !utf8_valid(buf_get(&translated)))
		abort();
	buf_free(&translated);
	if (regex_open(pattern, REGEX_ECMA, &regex, &e) != ERR_OK)
		return 0;
	(void)regex_match(regex, subject, &e);
	if (is_literal(pattern) && regex_match(regex, pattern, &e) != ERR_OK)
		abort();
	regex_close(regex);
	return 0;
}
