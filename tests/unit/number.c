/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number: with an argument, that many random doubles (ci/long-numbers).
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "tap.h"

static uint64_t state = 88172645463325252u;

static uint64_t
random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1du;
}

static double
from_bits(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static uint64_t
to_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits;
}

static struct slice
write(double d, char out[NUMBER_MAX])
{
	return (struct slice){ out, number_write(d, out) };
}

/* RFC 8785 appendix B, and what lies around the borders of the formats. */
static void
test_known(void)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} known[] = {
		{ 0x0000000000000000u, "0" },
		{ 0x8000000000000000u, "0" },
		{ 0x0000000000000001u, "5e-324" },
		{ 0x8000000000000001u, "-5e-324" },
		{ 0x7fefffffffffffffu, "1.7976931348623157e+308" },
		{ 0xffefffffffffffffu, "-1.7976931348623157e+308" },
		{ 0x4340000000000000u, "9007199254740992" },
		{ 0xc340000000000000u, "-9007199254740992" },
		{ 0x4430000000000000u, "295147905179352830000" },
		{ 0x44b52d02c7e14af5u, "9.999999999999997e+22" },
		{ 0x44b52d02c7e14af6u, "1e+23" },
		{ 0x44b52d02c7e14af7u, "1.0000000000000001e+23" },
		{ 0x444b1ae4d6e2ef4eu, "999999999999999700000" },
		{ 0x444b1ae4d6e2ef4fu, "999999999999999900000" },
		{ 0x444b1ae4d6e2ef50u, "1e+21" },
		{ 0x3eb0c6f7a0b5ed8cu, "9.999999999999997e-7" },
		{ 0x3eb0c6f7a0b5ed8du, "0.000001" },
		{ 0x41b3de4355555553u, "333333333.3333332" },
		{ 0x41b3de4355555555u, "333333333.3333333" },
		{ 0xbecbf647612f3696u, "-0.0000033333333333333333" },
		{ 0x43143ff3c1cb0959u, "1424953923781206.2" },
		{ 0x0010000000000000u, "2.2250738585072014e-308" },
		{ 0x000fffffffffffffu, "2.225073858507201e-308" },
		{ 0x3ff0000000000000u, "1" },
		{ 0xbff8000000000000u, "-1.5" },
	};
	char out[NUMBER_MAX];

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct slice got = write(from_bits(known[i].bits), out);

		ok(slice_is(got, known[i].text), "%s is written %.*s",
		    known[i].text, (int)got.len, got.data);
	}
}

static void
test_vectors(void)
{
	const char *shared = getenv("SHARED");
	char path[4096], hex[64], text[64], out[NUMBER_MAX];
	long lines = 0, bad = 0;
	FILE *f;
	double d;

	snprintf(path, sizeof(path), "%s/vectors/jcs/numbers.tsv",
	    shared == NULL ? "" : shared);
	f = fopen(path, "r");
	if (f == NULL) {
		skip("no ../shared test data here");
		return;
	}
	while (fscanf(f, "%63s %63s", hex, text) == 2) {
		uint64_t bits = strtoull(hex, NULL, 16);

		bad += !slice_is(write(from_bits(bits), out), text) ||
		    !number_read(slice_of(text), &d) ||
		    (to_bits(d) != bits && bits << 1 != 0);
		lines++;
	}
	fclose(f);
	ok(lines >= 20000 && bad == 0, "%ld published numbers, %ld wrong",
	    lines, bad);
}

/* Every double reads back from its text, and no shorter text does. */
static void
test_round_trip(long count)
{
	long bad = 0, long_ones = 0;
	char out[NUMBER_MAX], shorter[64];
	double d, back;

	for (long i = 0; i < count; i++) {
		struct slice s;
		int digits = 0;

		d = from_bits(random64());
		if (!isfinite(d))
			continue;
		s = write(d, out);
		if (!number_read(s, &back) || to_bits(back) != to_bits(d))
			bad++;
		if (i % 16 != 0)
			continue;
		for (size_t j = 0; j < s.len && s.data[j] != 'e'; j++)
			digits += s.data[j] >= '0' && s.data[j] <= '9';
		if (digits < 2 || digits > 17)
			continue;
		snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, d);
		long_ones += strtod(shorter, NULL) == d &&
		    memchr(out, 'e', s.len) != NULL;
	}
	ok(bad == 0, "%ld random doubles read back, %ld do not", count, bad);
	ok(long_ones == 0, "no shorter text would do, %ld times it would",
	    long_ones);
}

/* Texts of any length against the C library, which is exact. */
static void
test_read(void)
{
	static char text[2400];
	long bad = 0;
	double d;

	for (int i = 0; i < 60000; i++) {
		int digits = 1 + (int)(random64() % (i % 100 == 0 ? 900 : 40));
		int n = 0;
		bool finite;

		text[n++] = (char)('1' + random64() % 9);
		while (n < digits)
			text[n++] = (char)('0' + random64() % 10);
		snprintf(text + n, 16, "e%d", (int)(random64() % 700) - 350 -
		    digits);
		finite = number_read(slice_of(text), &d);
		bad += finite != (bool)isfinite(strtod(text, NULL)) ||
		    (finite && d != strtod(text, NULL));
	}
	ok(bad == 0, "random texts read as strtod reads them, %ld do not", bad);

	/* Half way between two doubles, and the least bit above it. */
	bad = 0;
	for (int i = 0; i < 1500; i++) {
		double a = from_bits(random64() >> 1 & ~(UINT64_C(1) << 62));
		long double half = ((long double)a +
		    (long double)from_bits(to_bits(a) + 1)) / 2;
		char *e;

		if (!isfinite(a) || sizeof(half) == sizeof(a))
			continue;
		snprintf(text, sizeof(text), "%.1100Le", half);
		bad += !number_read(slice_of(text), &d) ||
		    d != strtod(text, NULL);
		e = strchr(text, 'e');
		memmove(e + 1, e, strlen(e) + 1);
		*e = '1';
		bad += !number_read(slice_of(text), &d) ||
		    d != from_bits(to_bits(a) + 1);
	}
	ok(bad == 0, "ties go to even and all digits count, %ld do not", bad);
	ok(!number_read(slice_of("1.7976931348623159e308"), &d) &&
	    !number_read(slice_of("1e99999999999999999999999"), &d) &&
	    !number_read(slice_of("-2e308"), &d), "what is too large is said");
	ok(number_read(slice_of("1e-99999999999999999999999"), &d) && d == 0 &&
	    number_read(slice_of("2e-324"), &d) && d == 0 &&
	    number_read(slice_of("3e-324"), &d) && to_bits(d) == 1,
	    "what is too small is zero, or the least");
	ok(number_read(slice_of("0e99999999999999999999"), &d) && d == 0 &&
	    number_read(slice_of("-0.000"), &d) && to_bits(d) == 0,
	    "zero has no exponent and no sign");
}

static void
test_exact(void)
{
	static const struct {
		const char *a, *b;
		int order;
	} pair[] = {
		{ "1", "1.0", 0 }, { "1e2", "100", 0 }, { "-0", "0e5", 0 },
		{ "0.1", "1e-1", 0 }, { "123e-2", "1.230", 0 },
		{ "9007199254740993", "9007199254740992", 1 },
		{ "0.1", "0.10000000000000000000000000000000000001", -1 },
		{ "-2", "1", -1 }, { "-2", "-3", 1 }, { "0", "-1e-400", 1 },
		{ "1e400", "1e401", -1 }, { "-1e400", "-1e401", 1 },
		{ "0.00012", "0.0002", -1 }, { "12", "2", 1 },
	};
	static const struct {
		const char *text;
		bool fits;
		int64_t n;
	} whole[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "1.0", true, 1 },
		{ "1e2", true, 100 }, { "1.50", false, 0 },
		{ "120e-1", true, 12 }, { "125e-1", false, 0 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 },
		{ "1e18", true, 1000000000000000000 }, { "1e19", false, 0 },
		{ "0.000", true, 0 }, { "1e999999999999", false, 0 },
		{ "0.0001e4", true, 1 }, { "100e-2", true, 1 },
	};
	static const struct {
		const char *text;
		bool kept;
	} kept[] = {
		{ "9007199254740992", true }, { "9007199254740993", false },
		{ "-9007199254740993", false }, { "9007199254740994", true },
		{ "18446744073709551615", false },
		{ "18446744073709551616", true },	/* 2^64 */
		{ "18446744073709552000", true },	/* as it is written */
		{ "18446744073709552001", false },
		{ "100000000000000000000000", true },	/* 1e+23 */
		{ "100000000000000000000001", false },
	};
	int64_t n;

	for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++)
		ok(number_cmp(slice_of(pair[i].a), slice_of(pair[i].b)) ==
		    pair[i].order && number_cmp(slice_of(pair[i].b),
		    slice_of(pair[i].a)) == -pair[i].order,
		    "%s and %s compare %d", pair[i].a, pair[i].b,
		    pair[i].order);
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		ok(number_int64(slice_of(whole[i].text), &n) ==
		    whole[i].fits && (!whole[i].fits || n == whole[i].n),
		    "%s %s a whole number of 64 bits", whole[i].text,
		    whole[i].fits ? "is" : "is not");
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		ok(number_kept(slice_of(kept[i].text)) == kept[i].kept,
		    "%s %s as a double", kept[i].text,
		    kept[i].kept ? "survives" : "changes");
}

int
main(int argc, char **argv)
{
	test_round_trip(argc > 1 ? atol(argv[1]) : 200000);
	test_known();
	test_vectors();
	test_read();
	test_exact();
	return done();
}
