/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "number.h"
#include "powers.h"

_Static_assert(sizeof(double) == 8, "IEEE 754 binary64");

/* binary64: value = significand * 2^exponent, the significand whole. */
enum {
	FRACTION_BITS = 52,
	EXPONENT_MIN = -1074,	/* of subnormal and the least normal numbers */
	EXPONENT_FIELD_MAX = 0x7ff
};

static const uint64_t hidden_bit = UINT64_C(1) << FRACTION_BITS;
static const uint64_t infinity = (uint64_t)EXPONENT_FIELD_MAX << FRACTION_BITS;

struct wide {
	uint64_t high, low;
};

static struct wide
multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 uint128;
	uint128 product = (uint128)a * b;

	return (struct wide){ (uint64_t)(product >> 64), (uint64_t)product };
#else
	uint64_t a1 = a >> 32, a0 = a & UINT32_MAX;
	uint64_t b1 = b >> 32, b0 = b & UINT32_MAX;
	uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32);
	uint64_t cross = a0 * b1 + (mid & UINT32_MAX);

	return (struct wide){ a1 * b1 + (mid >> 32) + (cross >> 32),
	    cross << 32 | (low & UINT32_MAX) };
#endif
}

/* floor(log2(10^q)) for |q| below 1200. */
static int
log2_of_power10(int q)
{
	return q * 1741647 >> 19;
}

/* --- text as digits ----------------------------------------------------- */

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

/* --- reading ------------------------------------------------------------ */

enum {
	WORD_DIGITS = 19,	/* always fit 64 bits */
	/* A point half way between two doubles has at most 767 significant
	 * digits; of those that follow it only matters if one is not 0. */
	EXACT_DIGITS = 770,
	/* 5^1112 times a significand, the largest product in compare_half, has
	 * 2636 bits; the largest shift is by 1385 of 1030. */
	BIG_WORDS = 128
};

/* A whole number, least word first. */
struct big {
	int used;
	uint32_t word[BIG_WORDS];
};

static void
big_multiply_add(struct big *b, uint32_t factor, uint32_t carry)
{
	uint64_t sum = carry;

	for (int i = 0; i < b->used; i++) {
		sum += (uint64_t)b->word[i] * factor;
		b->word[i] = (uint32_t)sum;
		sum >>= 32;
	}
	if (sum > 0) {
		assert(b->used < BIG_WORDS);
		b->word[b->used++] = (uint32_t)sum;
	}
}

static void
big_times_power5(struct big *b, int n)
{
	for (; n >= 13; n -= 13)
		big_multiply_add(b, 1220703125, 0);	/* 5^13 */
	for (; n > 0; n--)
		big_multiply_add(b, 5, 0);
}

static void
big_shift_left(struct big *b, int bits)
{
	int words = bits / 32;

	if (b->used == 0)
		return;
	big_multiply_add(b, UINT32_C(1) << bits % 32, 0);
	assert(b->used + words <= BIG_WORDS);
	memmove(b->word + words, b->word, (size_t)b->used * sizeof(uint32_t));
	memset(b->word, 0, (size_t)words * sizeof(uint32_t));
	b->used += words;
}

static int
big_cmp(const struct big *a, const struct big *b)
{
	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	for (int i = a->used - 1; i >= 0; i--)
		if (a->word[i] != b->word[i])
			return a->word[i] < b->word[i] ? -1 : 1;
	return 0;
}

/* Compares a number, exactly, with the point half way between the double of
 * these bits and the next. */
static int
compare_half(const struct parts *p, uint64_t bits)
{
	struct big number = { 0 }, half = { 0 };
	uint64_t field = bits >> FRACTION_BITS;
	uint64_t significand = bits & (hidden_bit - 1);
	int binary = EXPONENT_MIN, decimal, shift;
	size_t n = p->a.len + p->b.len;

	if (field > 0) {
		significand |= hidden_bit;
		binary += (int)field - 1;
	}
	significand = 2 * significand + 1;
	binary--;
	half.word[0] = (uint32_t)significand;
	half.word[1] = (uint32_t)(significand >> 32);
	half.used = half.word[1] != 0 ? 2 : 1;

	for (size_t i = 0; i < n && i < EXACT_DIGITS; i++)
		big_multiply_add(&number, 10,
		    (uint32_t)(digit_at(p, i) - '0'));
	decimal = (int)p->exponent + 1 - (int)(n < EXACT_DIGITS ? n :
	    EXACT_DIGITS);
	if (n > EXACT_DIGITS) {
		big_multiply_add(&number, 10, 1);
		decimal--;
	}
	/* number * 10^decimal against half * 2^binary */
	if (decimal >= 0)
		big_times_power5(&number, decimal);
	else
		big_times_power5(&half, -decimal);
	shift = decimal - binary;
	if (shift >= 0)
		big_shift_left(&number, shift);
	else
		big_shift_left(&half, -shift);
	return big_cmp(&number, &half);
}

/*
 * The double nearest to (w * 10^q), or, when above is set, to what lies as
 * much above the product with the cut-off power as cutting may have lost.
 * The bits; infinity when it is too large.
 */
static uint64_t
nearest(uint64_t w, int q, bool above)
{
	const uint64_t *power = powers[q - POWERS_FIRST];
	int zeros = __builtin_clzll(w);
	struct wide top, bottom;
	uint64_t p2, p1, p0, mantissa, bits;
	int exponent = log2_of_power10(q) - 127 - zeros;
	int keep;	/* bits of the significand */
	bool half, rest;

	/* p2:p1:p0 * 2^exponent, first bit set */
	w <<= zeros;
	top = multiply(w, power[0]);
	bottom = multiply(w, power[1]);
	p0 = bottom.low;
	p1 = top.low + bottom.high;
	p2 = top.high + (p1 < top.low);
	if (above && (q < 0 || q > 55)) {
		p0 += w;
		p1 += p0 < w;
		p2 += p0 < w && p1 == 0;
	}
	if (p2 >> 63 == 0) {
		p2 = p2 << 1 | p1 >> 63;
		p1 = p1 << 1 | p0 >> 63;
		p0 <<= 1;
		exponent--;
	}
	exponent += 191;	/* now of the first bit */
	if (exponent > 1023)
		return infinity;
	keep = exponent >= -1022 ? 53 : exponent + 1075;
	if (keep < 0)
		return 0;
	mantissa = keep == 0 ? 0 : p2 >> (64 - keep);
	half = p2 >> (63 - keep) & 1;
	rest = (p2 & ((UINT64_C(1) << (63 - keep)) - 1)) != 0 || p1 != 0 ||
	    p0 != 0;
	bits = mantissa;
	if (exponent >= -1022)
		bits += (uint64_t)(exponent + 1022) << FRACTION_BITS;
	return bits + (half && (rest || (mantissa & 1)));
}

static uint64_t
read_bits(const struct parts *p)
{
	size_t n = p->a.len + p->b.len;
	uint64_t w = 0, low, high;
	int used = n < WORD_DIGITS ? (int)n : WORD_DIGITS, q, c;

	if (n == 0 || p->exponent < -330)
		return 0;	/* below half of the least, 4.9e-324 */
	if (p->exponent > 309)
		return infinity;
	for (int i = 0; i < used; i++)
		w = w * 10 + (uint64_t)(digit_at(p, (size_t)i) - '0');
	q = (int)p->exponent + 1 - used;
	if (q < POWERS_FIRST)
		return 0;
	/* The number lies between w * 10^q and that of w + 1, cut off powers
	 * included; mostly both are nearest to the same double. */
	low = nearest(w, q, false);
	high = nearest(w + (n > WORD_DIGITS), q, true);
	if (low == high)
		return low;
	c = compare_half(p, low);
	return low + (c > 0 || (c == 0 && (low & 1)));
}

bool
number_read(struct slice s, double *out)
{
	struct parts p = split(s);
	uint64_t bits = read_bits(&p);

	if (bits >= infinity)
		return false;
	/* split() takes the sign off a zero, which RFC 8785 does not write. */
	bits |= (uint64_t)p.negative << 63;
	memcpy(out, &bits, sizeof(bits));
	return true;
}

/* --- writing ------------------------------------------------------------ */

/* A number digits * 10^exponent. */
struct decimal {
	uint64_t digits;
	int exponent;
};

/* The first 64 of the 192 bits of (power * n), and a last bit 1 if what is
 * cut off is not (nearly) zero: enough to compare exactly. */
static uint64_t
times_power(const struct wide *power, uint64_t n)
{
	struct wide bottom = multiply(power->low, n);
	struct wide top = multiply(power->high, n);
	uint64_t middle = top.low + bottom.high;

	return (top.high + (middle < top.low)) | (middle > 1);
}

/*
 * The shortest decimal that is nearer to significand * 2^exponent than to
 * any other double, after R. Giulietti, "The Schubfach way to render
 * doubles" (2021): the interval of such decimals is scaled by a power of ten
 * so that its width is between 1 and 10 (times 4, to keep two bits more);
 * the wanted one is then among four whole numbers.
 */
static struct decimal
shortest(uint64_t significand, int exponent, bool closer_below)
{
	bool odd = significand & 1;
	int k = (exponent * 1262611 - (closer_below ? 524031 : 0)) >> 22;
	int shift = exponent + log2_of_power10(-k) + 1;
	const uint64_t *entry = powers[-k - POWERS_FIRST];
	struct wide power = { entry[0], entry[1] };
	uint64_t c = significand << 2, lower, value, upper, s, tens;
	bool low_fits, high_fits;

	/* The scale must not be below the true power. */
	if (-k < 0 || -k > 55) {
		power.low++;
		power.high += power.low == 0;
	}
	/* A bound belongs to the interval if ties go to this double. */
	lower = times_power(&power, (c - 2 + closer_below) << shift) + odd;
	value = times_power(&power, c << shift);
	upper = times_power(&power, (c + 2) << shift) - odd;

	s = value / 4;
	if (s >= 10) {
		tens = s / 10 * 40;
		low_fits = lower <= tens;
		high_fits = tens + 40 <= upper;
		if (low_fits != high_fits)
			return (struct decimal){ s / 10 + high_fits, k + 1 };
	}
	low_fits = lower <= 4 * s;
	high_fits = 4 * s + 4 <= upper;
	if (low_fits != high_fits)
		return (struct decimal){ s + high_fits, k };
	/* Both: the nearer one, the even one of two as near. */
	s += value > 4 * s + 2 || (value == 4 * s + 2 && (s & 1));
	return (struct decimal){ s, k };
}

static struct decimal
decimal_of(uint64_t bits)
{
	uint64_t fraction = bits & (hidden_bit - 1);
	int field = (int)(bits >> FRACTION_BITS & EXPONENT_FIELD_MAX);
	int exponent = EXPONENT_MIN;

	if (field > 0) {
		exponent += field - 1;
		fraction |= hidden_bit;
	}
	/* A whole number below 2^53 is all its digits. */
	if (exponent <= 0 && exponent >= -FRACTION_BITS &&
	    (fraction & ((UINT64_C(1) << -exponent) - 1)) == 0)
		return (struct decimal){ fraction >> -exponent, 0 };
	/* The neighbour below a power of two is at half the distance. */
	return shortest(fraction, exponent,
	    fraction == hidden_bit && field > 1);
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
	char text[20], *end = text + sizeof(text), *p = end;
	struct decimal v;
	uint64_t bits;
	size_t sign = 0;

	memcpy(&bits, &d, sizeof(bits));
	if (bits << 1 == 0) {
		out[0] = '0';
		return 1;
	}
	if (bits >> 63 != 0)
		out[sign++] = '-';
	v = decimal_of(bits);
	while (v.digits % 10 == 0) {
		v.digits /= 10;
		v.exponent++;
	}
	for (; v.digits > 0; v.digits /= 10)
		*--p = (char)('0' + v.digits % 10);
	return sign + lay_out(out + sign, p, (int)(end - p),
	    (int)(end - p) + v.exponent);
}

/* --- exact questions ---------------------------------------------------- */

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
