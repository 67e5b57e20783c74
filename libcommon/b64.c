/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "b64.h"

void
b64_write(struct buf *out, struct slice bytes)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = (const uint8_t *)bytes.data;
	size_t left = bytes.len;
	char *o = buf_room(out, bytes.len / 3 * 4 + 4);
	char *start = o;

	for (; left >= 3; left -= 3, p += 3) {
		*o++ = alphabet[p[0] >> 2];
		*o++ = alphabet[(p[0] & 3) << 4 | p[1] >> 4];
		*o++ = alphabet[(p[1] & 15) << 2 | p[2] >> 6];
		*o++ = alphabet[p[2] & 63];
	}
	if (left > 0) {
		uint8_t second = left == 2 ? p[1] : 0;

		*o++ = alphabet[p[0] >> 2];
		*o++ = alphabet[(p[0] & 3) << 4 | second >> 4];
		*o++ = left == 2 ? alphabet[(second & 15) << 2] : '=';
		*o++ = '=';
	}
	out->len += (size_t)(o - start);
}

struct slice
b64_text(struct arena *a, struct slice bytes)
{
	struct buf b = { 0 };
	struct slice s;

	b64_write(&b, bytes);
	s = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return s;
}

enum {
	STANDARD = 0x40,	/* only the standard alphabet has it */
	URL_SAFE = 0x80,	/* only the URL-safe alphabet has it */
	JUNK = 0xff
};

static unsigned
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0' + 52);
	switch (c) {
	case '+':
		return 62 | STANDARD;
	case '/':
		return 63 | STANDARD;
	case '-':
		return 62 | URL_SAFE;
	case '_':
		return 63 | URL_SAFE;
	default:
		return JUNK;
	}
}

/* The bytes of s (padding taken off) behind out; false on junk. */
static bool
decode(struct buf *out, struct slice s)
{
	unsigned alphabets = 0, group = 0, have = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned v = value(s.data[i]);

		if (v == JUNK)
			return false;
		alphabets |= v;
		group = (group << 6 | (v & 63)) & 0xffffff;
		if (++have == 4) {
			buf_byte(out, (char)(group >> 16 & 255));
			buf_byte(out, (char)(group >> 8 & 255));
			buf_byte(out, (char)(group & 255));
			have = 0;
		}
	}
	if ((alphabets & STANDARD) != 0 && (alphabets & URL_SAFE) != 0)
		return false;
	/* Bits that no byte uses are zero: one text for one value. */
	if (have == 2) {
		buf_byte(out, (char)(group >> 4 & 255));
		return (group & 15) == 0;
	}
	if (have == 3) {
		buf_byte(out, (char)(group >> 10 & 255));
		buf_byte(out, (char)(group >> 2 & 255));
		return (group & 3) == 0;
	}
	return have == 0;
}

bool
b64_read(struct buf *out, struct slice s)
{
	size_t start = out->len, pad = 0;

	while (pad < 2 && pad < s.len && s.data[s.len - 1 - pad] == '=')
		pad++;
	if (pad > 0 && s.len % 4 != 0)
		return false;
	(void)buf_room(out, s.len / 4 * 3 + 3);
	if (decode(out, slice_cut(s, 0, s.len - pad)))
		return true;
	out->len = start;
	return false;
}

bool
b64_bytes(struct arena *a, struct slice s, struct slice *out)
{
	struct buf b = { 0 };
	bool fine = b64_read(&b, s);

	if (fine)
		*out = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return fine;
}
