/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "der.h"

enum {
	LENGTH_BYTES = 4,	/* a length beyond 4 GiB is nobody's */
	FRACTION_DIGITS = 9,	/* of an instant; no authority has more */
	HIGH_TAG = 0x1f		/* tag number 31: more octets follow */
};

static uint8_t
byte_at(struct slice s, size_t i)
{
	return (uint8_t)s.data[i];
}

struct der
der_of(struct slice bytes)
{
	return (struct der){ bytes };
}

bool
der_end(const struct der *d)
{
	return d->rest.len == 0;
}

int
der_peek(const struct der *d)
{
	return d->rest.len == 0 ? -1 : byte_at(d->rest, 0);
}

size_t
der_offset(const struct der *d, struct slice whole)
{
	return (size_t)(d->rest.data - whole.data);
}

/* The header at s: bytes it takes, and the length of the contents, which are
 * all there. */
static bool
read_header(struct slice s, size_t *header, size_t *len)
{
	size_t n, value = 0;

	if (s.len < 2 || (byte_at(s, 0) & HIGH_TAG) == HIGH_TAG)
		return false;
	n = byte_at(s, 1);
	if (n < 0x80) {
		*header = 2;
		*len = n;
		return n <= s.len - 2;
	}
	n &= 0x7f;
	/* X.690 10.1: definite, and in the fewest octets. */
	if (n == 0 || n > LENGTH_BYTES || s.len - 2 < n || byte_at(s, 2) == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | byte_at(s, 2 + i);
	if (value < 0x80 || value > s.len - 2 - n)
		return false;
	*header = 2 + n;
	*len = value;
	return true;
}

bool
der_any(struct der *d, uint8_t *tag, struct slice *body, struct slice *whole)
{
	struct slice s = d->rest;
	size_t header, len;

	if (!read_header(s, &header, &len))
		return false;
	if (tag != NULL)
		*tag = byte_at(s, 0);
	if (body != NULL)
		*body = (struct slice){ s.data + header, len };
	if (whole != NULL)
		*whole = (struct slice){ s.data, header + len };
	d->rest = (struct slice){ s.data + header + len, s.len - header - len };
	return true;
}

bool
der_take(struct der *d, uint8_t tag, struct slice *body)
{
	return der_peek(d) == tag && der_any(d, NULL, body, NULL);
}

bool
der_whole(struct der *d, uint8_t tag, struct slice *whole)
{
	return der_peek(d) == tag && der_any(d, NULL, NULL, whole);
}

bool
der_enter(struct der *d, uint8_t tag, struct der *inner)
{
	return der_take(d, tag, &inner->rest);
}

bool
der_optional(struct der *d, uint8_t tag, struct slice *body)
{
	*body = (struct slice){ NULL, 0 };
	if (der_peek(d) != tag)
		return true;
	return der_any(d, NULL, body, NULL);
}

bool
der_skip(struct der *d)
{
	return der_any(d, NULL, NULL, NULL);
}

bool
der_only(struct slice bytes, uint8_t tag, struct der *inner)
{
	struct der d = der_of(bytes);

	return der_enter(&d, tag, inner) && der_end(&d);
}

/* --- contents ----------------------------------------------------------- */

bool
der_unsigned(struct slice body, struct slice *magnitude)
{
	if (body.len == 0 || (byte_at(body, 0) & 0x80) != 0)
		return false;
	if (body.len > 1 && byte_at(body, 0) == 0) {
		if ((byte_at(body, 1) & 0x80) == 0)
			return false;	/* a zero that is not needed */
		body = slice_cut(body, 1, body.len);
	}
	*magnitude = body;
	return true;
}

bool
der_uint64(struct slice body, uint64_t *out)
{
	struct slice m;
	uint64_t n = 0;

	if (!der_unsigned(body, &m) || m.len > sizeof(n))
		return false;
	for (size_t i = 0; i < m.len; i++)
		n = n << 8 | byte_at(m, i);
	*out = n;
	return true;
}

bool
der_boolean(struct slice body, bool *out)
{
	if (body.len != 1 ||
	    (byte_at(body, 0) != 0 && byte_at(body, 0) != 0xff))
		return false;
	*out = byte_at(body, 0) != 0;
	return true;
}

bool
der_bits(struct slice body, struct slice *bytes, unsigned *unused)
{
	unsigned n;

	if (body.len == 0)
		return false;
	n = byte_at(body, 0);
	if (n > 7 || (n > 0 && body.len == 1))
		return false;
	if (n > 0 && (byte_at(body, body.len - 1) & ((1U << n) - 1)) != 0)
		return false;
	*bytes = slice_cut(body, 1, body.len);
	*unused = n;
	return true;
}

bool
der_bytes(struct slice body, struct slice *bytes)
{
	unsigned unused;

	return der_bits(body, bytes, &unused) && unused == 0;
}

bool
der_is_oid(struct slice body)
{
	bool first = true;

	for (size_t i = 0; i < body.len; i++) {
		if (first && byte_at(body, i) == 0x80)
			return false;	/* an arc with a leading zero */
		first = (byte_at(body, i) & 0x80) == 0;
	}
	return body.len > 0 && first;
}

void
der_oid_text(struct buf *out, struct slice body)
{
	uint64_t arc = 0;
	bool first = true;

	for (size_t i = 0; i < body.len; i++) {
		if (arc >> 57 != 0) {
			buf_byte(out, '?');
			return;
		}
		arc = arc << 7 | (byte_at(body, i) & 0x7f);
		if ((byte_at(body, i) & 0x80) != 0)
			continue;
		if (first) {
			uint64_t top = arc < 80 ? arc / 40 : 2;

			buf_printf(out, "%llu", (unsigned long long)top);
			arc -= top * 40;
			first = false;
		}
		buf_printf(out, ".%llu", (unsigned long long)arc);
		arc = 0;
	}
}

/* n decimal digits at i, or -1. */
static int
digits(struct slice s, size_t i, size_t n)
{
	int value = 0;

	for (size_t k = i; k < i + n; k++) {
		if (s.data[k] < '0' || s.data[k] > '9')
			return -1;
		value = value * 10 + (s.data[k] - '0');
	}
	return value;
}

/* A fraction as RFC 3161 2.4.2 wants it: a dot, digits, no zero at the end. */
static bool
read_fraction(struct slice s, int32_t *nsec)
{
	int value = 0;

	if (s.len < 2 || s.len > 1 + FRACTION_DIGITS || s.data[0] != '.' ||
	    s.data[s.len - 1] == '0')
		return false;
	for (size_t i = 1; i <= FRACTION_DIGITS; i++) {
		int digit = i < s.len ? digits(s, i, 1) : 0;

		if (digit < 0)
			return false;
		value = value * 10 + digit;
	}
	*nsec = value;
	return true;
}

bool
der_time(uint8_t tag, struct slice body, bool fraction, struct instant *out)
{
	static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30,
	    31, 30, 31 };
	size_t at = tag == DER_UTC_TIME ? 2 : 4;
	size_t plain = at + 11;		/* digits and the Z */
	int year, month, day, hour, minute, second;
	int32_t nsec = 0;
	int64_t days, y;
	int m, d;

	if ((tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
	    body.len < plain || body.data[body.len - 1] != 'Z')
		return false;
	if (body.len > plain && (!fraction || tag == DER_UTC_TIME ||
	    !read_fraction(slice_cut(body, plain - 1, body.len - 1), &nsec)))
		return false;
	year = digits(body, 0, at);
	month = digits(body, at, 2);
	day = digits(body, at + 2, 2);
	hour = digits(body, at + 4, 2);
	minute = digits(body, at + 6, 2);
	second = digits(body, at + 8, 2);
	if (year < 0 || month < 1 || month > 12 || day < 1 ||
	    day > month_days[month - 1] || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	if (tag == DER_UTC_TIME)
		year += year >= 50 ? 1900 : 2000;	/* RFC 5280 4.1.2.5.1 */
	days = timefmt_days(year, month, day);
	timefmt_civil(days, &y, &m, &d);
	if (d != day)
		return false;		/* 29 February of a common year */
	out->sec = days * TIMEFMT_DAY + hour * 3600 + minute * 60 + second;
	out->nsec = nsec;
	return true;
}

/* --- writing ------------------------------------------------------------ */

/* The length octets of len; returns how many. */
static size_t
length_octets(size_t len, uint8_t out[1 + sizeof(size_t)])
{
	size_t n = 0;

	if (len < 0x80) {
		out[0] = (uint8_t)len;
		return 1;
	}
	for (size_t v = len; v != 0; v >>= 8)
		n++;
	out[0] = (uint8_t)(0x80 | n);
	for (size_t i = 0; i < n; i++)
		out[n - i] = (uint8_t)(len >> 8 * i);
	return 1 + n;
}

void
der_put(struct buf *out, uint8_t tag, struct slice body)
{
	uint8_t octets[1 + sizeof(size_t)];
	size_t n = length_octets(body.len, octets);

	buf_byte(out, (char)tag);
	buf_add(out, octets, n);
	buf_slice(out, body);
}

size_t
der_open(struct buf *out, uint8_t tag)
{
	buf_byte(out, (char)tag);
	return out->len;
}

void
der_close(struct buf *out, size_t mark)
{
	uint8_t octets[1 + sizeof(size_t)];
	size_t len = out->len - mark;
	size_t n = length_octets(len, octets);

	buf_room(out, n);
	if (len > 0)
		memmove(out->data + mark + n, out->data + mark, len);
	memcpy(out->data + mark, octets, n);
	out->len += n;
}

void
der_put_unsigned(struct buf *out, struct slice magnitude)
{
	size_t mark = der_open(out, DER_INTEGER);
	size_t i = 0;

	while (i < magnitude.len && magnitude.data[i] == 0)
		i++;
	if (i == magnitude.len || (byte_at(magnitude, i) & 0x80) != 0)
		buf_byte(out, 0);
	buf_slice(out, slice_cut(magnitude, i, magnitude.len));
	der_close(out, mark);
}

void
der_put_uint64(struct buf *out, uint64_t n)
{
	char bytes[sizeof(n)];

	for (size_t i = 0; i < sizeof(n); i++)
		bytes[sizeof(n) - 1 - i] = (char)(n >> 8 * i);
	der_put_unsigned(out, (struct slice){ bytes, sizeof(bytes) });
}

void
der_put_oid(struct buf *out, struct slice oid)
{
	der_put(out, DER_OID, oid);
}

void
der_put_bits(struct buf *out, struct slice bytes)
{
	size_t mark = der_open(out, DER_BIT_STRING);

	buf_byte(out, 0);
	buf_slice(out, bytes);
	der_close(out, mark);
}
