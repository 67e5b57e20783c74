/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

bool
number_read(struct slice s, double *out)
{
	char small[128], *z = small;

	if (s.len >= sizeof(small))
		z = mem_alloc(s.len + 1);
	memcpy(z, s.data, s.len);
	z[s.len] = '\0';
	*out = strtod(z, NULL);
	if (z != small)
		mem_free(z);
	return isfinite(*out);
}

/*
 * Lays out n digits (no trailing zeros) whose decimal point stands behind
 * the first "point" of them, as ECMAScript's Number::toString does.
 */
static size_t
lay_out(char *out, const char *digits, int n, int point)
{
	char *p = out;
	int e = point - 1;

	if (n <= point && point <= 21) {
		memcpy(p, digits, (size_t)n);
		memset(p + n, '0', (size_t)(point - n));
		return (size_t)point;
	}
	if (0 < point && point <= 21) {
		memcpy(p, digits, (size_t)point);
		p[point] = '.';
		memcpy(p + point + 1, digits + point, (size_t)(n - point));
		return (size_t)n + 1;
	}
	if (-6 < point && point <= 0) {
		*p++ = '0';
		*p++ = '.';
		memset(p, '0', (size_t)-point);
		p += -point;
		memcpy(p, digits, (size_t)n);
		return (size_t)(p - out) + (size_t)n;
	}
	*p++ = digits[0];
	if (n > 1) {
		*p++ = '.';
		memcpy(p, digits + 1, (size_t)n - 1);
		p += n - 1;
	}
	*p++ = 'e';
	*p++ = e < 0 ? '-' : '+';
	if (e < 0)
		e = -e;
	if (e >= 100)
		*p++ = (char)('0' + e / 100);
	if (e >= 10)
		*p++ = (char)('0' + e / 10 % 10);
	*p++ = (char)('0' + e % 10);
	return (size_t)(p - out);
}

size_t
number_write(double d, char out[NUMBER_MAX])
{
	char text[40], digits[24];
	size_t sign = 0;
	int n = 0, point;

	if (d == 0) {
		out[0] = '0';
		return 1;
	}
	if (d < 0) {
		out[sign++] = '-';
		d = -d;
	}
	for (int precision = 0; precision < 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, d);
		if (strtod(text, NULL) == d)
			break;
	}
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	point = atoi(strchr(text, 'e') + 1) + 1;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return sign + lay_out(out + sign, digits, n, point);
}

/* A number as digits without leading or trailing zeros, in two runs (before
 * and behind the point), and the power of ten of the first digit. */
struct parts {
	bool negative;
	struct slice a, b;
	int64_t exponent;
};

/* What an exponent beyond any double is cut to; far above the length of a
 * text in memory, far below overflow. */
static const int64_t exponent_cap = INT64_C(1) << 50;

static void
trim_left(struct slice *s)
{
	while (s->len > 0 && s->data[0] == '0') {
		s->data++;
		s->len--;
	}
}

static void
trim_right(struct slice *s)
{
	while (s->len > 0 && s->data[s->len - 1] == '0')
		s->len--;
}

static int64_t
read_exponent(struct slice s)
{
	size_t i = 0;
	int64_t n = 0;
	bool negative = false;

	if (i < s.len && (s.data[i] == '+' || s.data[i] == '-'))
		negative = s.data[i++] == '-';
	for (; i < s.len; i++)
		if (n < exponent_cap)
			n = n * 10 + (s.data[i] - '0');
	if (n > exponent_cap)
		n = exponent_cap;
	return negative ? -n : n;
}

static struct parts
split(struct slice s)
{
	struct parts p = { 0 };
	size_t i = 0;

	if (s.len > 0 && s.data[0] == '-') {
		p.negative = true;
		s = slice_cut(s, 1, s.len);
	}
	while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
		i++;
	p.a = slice_cut(s, 0, i);
	s = slice_cut(s, i, s.len);
	if (s.len > 0 && s.data[0] == '.') {
		for (i = 1; i < s.len && s.data[i] >= '0' &&
		    s.data[i] <= '9'; i++)
			;
		p.b = slice_cut(s, 1, i);
		s = slice_cut(s, i, s.len);
	}
	if (s.len > 0)
		p.exponent = read_exponent(slice_cut(s, 1, s.len));
	trim_left(&p.a);
	if (p.a.len == 0) {
		size_t before = p.b.len;

		trim_left(&p.b);
		p.exponent -= (int64_t)(before - p.b.len) + 1;
	} else {
		p.exponent += (int64_t)p.a.len - 1;
	}
	trim_right(&p.b);
	if (p.b.len == 0)
		trim_right(&p.a);
	if (p.a.len == 0 && p.b.len == 0) {
		p.negative = false;
		p.exponent = 0;
	}
	return p;
}

static char
digit_at(const struct parts *p, size_t i)
{
	return i < p->a.len ? p->a.data[i] : p->b.data[i - p->a.len];
}

int
number_cmp(struct slice sa, struct slice sb)
{
	struct parts a = split(sa), b = split(sb);
	size_t na = a.a.len + a.b.len, nb = b.a.len + b.b.len;
	int sign;

	if (na == 0 || nb == 0) {
		if (na == nb)
			return 0;
		return na == 0 ? (b.negative ? 1 : -1) : a.negative ? -1 : 1;
	}
	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	sign = a.negative ? -1 : 1;
	if (a.exponent != b.exponent)
		return a.exponent < b.exponent ? -sign : sign;
	for (size_t i = 0; i < na && i < nb; i++) {
		char ca = digit_at(&a, i), cb = digit_at(&b, i);

		if (ca != cb)
			return ca < cb ? -sign : sign;
	}
	return na == nb ? 0 : na < nb ? -sign : sign;
}

bool
number_int64(struct slice s, int64_t *out)
{
	struct parts p = split(s);
	size_t n = p.a.len + p.b.len;
	int64_t v = 0;

	if (n == 0) {
		*out = 0;
		return true;
	}
	/* Digits left of the point: exponent + 1, at most 19 of them. */
	if (p.exponent < 0 || p.exponent > 18 || (int64_t)n > p.exponent + 1)
		return false;
	for (size_t i = 0; i <= (size_t)p.exponent; i++) {
		int digit = i < n ? digit_at(&p, i) - '0' : 0;

		/* Downwards, so that the least value fits. */
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, digit, &v))
			return false;
	}
	if (!p.negative && __builtin_sub_overflow(0, v, &v))
		return false;
	*out = v;
	return true;
}

enum {
	WHOLE_DIGITS = 309,	/* of the largest double */
	WHOLE_WORDS = 33	/* 10^309 < 2^1056 */
};

/* A whole number is a double if no more than 53 bits lie between its first
 * and last 1. */
static bool
is_double(struct slice digits)
{
	uint32_t word[WHOLE_WORDS] = { 0 };
	int used = 0, low = 0;
	int bits;

	if (digits.len > WHOLE_DIGITS)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		uint64_t carry = (uint64_t)(digits.data[i] - '0');

		for (int j = 0; j < used; j++) {
			carry += (uint64_t)word[j] * 10;
			word[j] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry > 0)
			word[used++] = (uint32_t)carry;
	}
	if (used == 0)
		return true;
	while (word[low] == 0)
		low++;
	bits = 32 * used - __builtin_clz(word[used - 1]);
	return bits <= 1024 && bits - 32 * low - __builtin_ctz(word[low]) <= 53;
}

bool
number_kept(struct slice s)
{
	char text[NUMBER_MAX];
	double d;

	if (is_double(slice_cut(s, slice_starts(s, "-"), s.len)))
		return true;
	return number_read(s, &d) && number_cmp(s,
	    (struct slice){ text, number_write(d, text) }) == 0;
}
