/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pem.h"

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char dashes[] = "-----";

enum {
	LINE = 64,		/* digits of a line, RFC 7468 2 */
	BEGIN_LEN = sizeof(begin) - 1,
	END_LEN = sizeof(end) - 1,
	DASHES_LEN = sizeof(dashes) - 1
};

/* Where z begins in s at or after from; s.len if nowhere. */
static size_t
find(struct slice s, size_t from, const char *z)
{
	const char *p;

	if (from >= s.len)
		return s.len;
	p = memmem(s.data + from, s.len - from, z, strlen(z));
	return p == NULL ? s.len : (size_t)(p - s.data);
}

static bool
line_end(struct slice s, size_t at)
{
	return at == s.len || s.data[at] == '\n' || s.data[at] == '\r';
}

bool
pem_next(struct slice text, size_t *at, struct pem *out)
{
	size_t from = find(text, *at, begin), label, stop, foot, tail;

	*at = from;
	if (from == text.len)
		return false;
	label = from + BEGIN_LEN;
	stop = find(text, label, dashes);
	if (stop == text.len || !line_end(text, stop + DASHES_LEN))
		return false;
	out->label = slice_cut(text, label, stop);
	out->offset = from;
	stop += DASHES_LEN;
	foot = find(text, stop, end);
	tail = foot + END_LEN + out->label.len;
	if (foot == text.len || foot == 0 || text.data[foot - 1] != '\n' ||
	    tail > text.len ||
	    !slice_eq(slice_cut(text, foot + END_LEN, tail), out->label) ||
	    !slice_starts(slice_cut(text, tail, text.len), dashes) ||
	    !line_end(text, tail + DASHES_LEN))
		return false;
	out->body = slice_cut(text, stop, foot);
	*at = tail + DASHES_LEN;
	return true;
}

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
pem_decode(struct slice body, uint8_t *out, size_t *size)
{
	uint32_t group = 0;
	unsigned have = 0, pads = 0;
	size_t n = 0;

	for (size_t i = 0; i < body.len; i++) {
		char c = body.data[i];
		int d = digit(c);

		if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
			continue;
		if (c == '=' && have >= 2)
			pads++;
		else if (d < 0 || pads > 0)
			return false;
		group = group << 6 | (d < 0 ? 0 : (uint32_t)d);
		if (++have < 4)
			continue;
		/* Bits that padding leaves over are zero. */
		if ((pads == 1 && (group & 0xff) != 0) ||
		    (pads == 2 && (group & 0xffff) != 0))
			return false;
		for (unsigned k = 0; k < 3 - pads; k++)
			out[n++] = (uint8_t)(group >> (16 - 8 * k));
		group = 0;
		have = 0;
		if (pads > 0) {
			/* Nothing but line ends may follow. */
			pads = 3;
		}
	}
	*size = n;
	return have == 0;
}

size_t
pem_size(const char *label, size_t size)
{
	size_t digits = (size + 2) / 3 * 4;

	return BEGIN_LEN + END_LEN + 2 * (strlen(label) + DASHES_LEN + 1) +
	    digits + (digits + LINE - 1) / LINE;
}

static char *
put(char *to, const char *z)
{
	size_t n = strlen(z);

	memcpy(to, z, n);
	return to + n;
}

void
pem_encode(const char *label, const uint8_t *bytes, size_t size, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t column = 0;

	out = put(put(put(out, begin), label), dashes);
	*out++ = '\n';
	for (size_t i = 0; i < size; i += 3) {
		uint32_t g = (uint32_t)bytes[i] << 16;

		if (i + 1 < size)
			g |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < size)
			g |= bytes[i + 2];
		*out++ = alphabet[g >> 18];
		*out++ = alphabet[g >> 12 & 63];
		*out++ = i + 1 < size ? alphabet[g >> 6 & 63] : '=';
		*out++ = i + 2 < size ? alphabet[g & 63] : '=';
		column += 4;
		if (column == LINE || i + 3 >= size) {
			*out++ = '\n';
			column = 0;
		}
	}
	out = put(put(put(out, end), label), dashes);
	*out = '\n';
}
