/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "utf8.h"

/* Unicode table 3-7: only the second byte's range depends on the lead. */
size_t
utf8_sequence(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;	/* else overlong */
	else if (p[0] == 0xed)
		high = 0x9f;	/* else a surrogate */
	else if (p[0] == 0xf0)
		low = 0x90;	/* else overlong */
	else if (p[0] == 0xf4)
		high = 0x8f;	/* else above U+10FFFF */
	if (len > n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t
utf8_valid_prefix(struct slice s)
{
	size_t i = 0, n;
	uint64_t word;

	while (i < s.len) {
		if (s.len - i >= sizeof(word)) {
			memcpy(&word, s.data + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		n = utf8_sequence(s.data + i, s.len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

bool
utf8_valid(struct slice s)
{
	return utf8_valid_prefix(s) == s.len;
}

size_t
utf8_count(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.data[i] & 0xc0) != 0x80;
	return n;
}

size_t
utf8_write(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

uint32_t
utf8_next(struct slice s, size_t *pos)
{
	const unsigned char *p = (const unsigned char *)s.data + *pos;
	uint32_t cp;
	size_t n;

	if (p[0] < 0x80) {
		*pos += 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		n = 2;
		cp = p[0] & 0x1f;
	} else if (p[0] < 0xf0) {
		n = 3;
		cp = p[0] & 0x0f;
	} else {
		n = 4;
		cp = p[0] & 0x07;
	}
	for (size_t i = 1; i < n; i++)
		cp = cp << 6 | (p[i] & 0x3f);
	*pos += n;
	return cp;
}
