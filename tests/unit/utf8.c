/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tap.h"
#include "utf8.h"

/* How the definition reads: decode, then judge the code point. */
static bool
slow_valid(const unsigned char *p, size_t n)
{
	while (n > 0) {
		static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
		uint32_t cp;
		size_t len;

		if (p[0] < 0x80)
			len = 1, cp = p[0];
		else if (p[0] >> 5 == 6)
			len = 2, cp = p[0] & 31;
		else if (p[0] >> 4 == 14)
			len = 3, cp = p[0] & 15;
		else if (p[0] >> 3 == 30)
			len = 4, cp = p[0] & 7;
		else
			return false;
		if (len > n)
			return false;
		for (size_t i = 1; i < len; i++) {
			if (p[i] >> 6 != 2)
				return false;
			cp = cp << 6 | (p[i] & 63);
		}
		if (cp < least[len] || cp > 0x10ffff ||
		    (cp >= 0xd800 && cp <= 0xdfff))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

static void
test_all_scalars(void)
{
	bool good = true;
	char text[8];

	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		size_t n, pos = 0;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = utf8_write(text, cp);
		good = good && utf8_valid((struct slice){ text, n }) &&
		    utf8_next((struct slice){ text, n }, &pos) == cp &&
		    pos == n && utf8_count((struct slice){ text, n }) == 1 &&
		    !utf8_valid((struct slice){ text, n - 1 }) == (n > 1);
	}
	ok(good, "every scalar value is written, valid and read back");
}

/* Every sequence of up to three bytes, and of four with a last one from the
 * borders of its range. */
static void
test_all_bytes(void)
{
	static const unsigned char last[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0,
	    0xff };
	bool good = true;

	for (uint32_t v = 0; v < 1 << 24; v++) {
		unsigned char b[4] = { (unsigned char)(v >> 16),
		    (unsigned char)(v >> 8), (unsigned char)v, 0 };

		good = good && utf8_valid((struct slice){ (char *)b, 3 }) ==
		    slow_valid(b, 3);
		for (size_t i = 0; b[0] >= 0xf0 && i < sizeof(last); i++) {
			b[3] = last[i];
			good = good && utf8_valid((struct slice){ (char *)b,
			    4 }) == slow_valid(b, 4);
		}
	}
	ok(good, "three and four bytes are judged as the definition does");
}

int
main(void)
{
	struct slice s = SLICE("plain text of some length\xc3\xa9"
	    "and on\xed\xa0\x80");

	test_all_scalars();
	test_all_bytes();
	ok(utf8_valid_prefix(s) == s.len - 3,
	    "the valid prefix ends before a surrogate");
	ok(utf8_count(slice_cut(s, 0, s.len - 3)) == 32,
	    "characters are counted, not bytes");
	ok(utf8_valid((struct slice){ NULL, 0 }), "nothing is valid");
	return done();
}
