/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "regex.h"
#include "tap.h"

static int
try(const char *pattern, unsigned flags, const char *subject)
{
	struct regex *r;
	enum status status;

	if (regex_open(slice_of(pattern), flags, &r, NULL) != ERR_OK)
		return -1;
	status = regex_match(r, slice_of(subject), NULL);
	regex_close(r);
	return (int)status;
}

int
main(void)
{
	struct err e;
	struct regex *r;

	ok(try("b", 0, "abc") == ERR_OK && try("b", REGEX_WHOLE, "abc") ==
	    ERR_NO, "found anywhere, or the whole subject");
	ok(try("a|ab", REGEX_WHOLE, "ab") == ERR_OK && try("a|b", REGEX_WHOLE,
	    "ax") == ERR_NO, "alternatives are held to both ends");
	ok(try("a$", 0, "a\n") == ERR_NO, "$ is the very end");
	ok(try("^\\u0041\\u{1F600}$", REGEX_ECMA, "A\xf0\x9f\x98\x80") ==
	    ERR_OK, "escapes of ECMA-262");
	ok(try("[]", REGEX_ECMA, "a") == ERR_NO && try("[]", 0, "a") == -1,
	    "an empty class");
	ok(try("\\d", REGEX_ECMA, "\xd9\xa3") == ERR_NO, "digits are ASCII");
	ok(try("(a)?\\1b", REGEX_ECMA, "b") == ERR_OK,
	    "a group that took no part");
	ok(try("(a+)+$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") ==
	    ERR_INPUT, "too much work is an error, not a no");
	ok(try(".", 0, "\xff") == ERR_INPUT, "a subject that is not UTF-8");
	memset(&e, 0, sizeof(e));
	ok(regex_open(SLICE("ab(c"), 0, &r, &e) == ERR_INPUT && e.has_offset &&
	    e.offset == 4, "a pattern that does not compile, and where");
	return done();
}
