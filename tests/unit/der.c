/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "der.h"
#include "hex.h"
#include "tap.h"
#include "timefmt.h"

static struct buf scratch;

static struct slice
from_hex(const char *z)
{
	size_t n = strlen(z) / 2;

	buf_reset(&scratch);
	buf_room(&scratch, n + 1);
	hex_read((uint8_t *)scratch.data, n, slice_of(z));
	scratch.len = n;
	return buf_get(&scratch);
}

static void
headers(void)
{
	static const char *const bad[] = { "", "30", "3080", "308000000000",
	    "308101ff", "30820080", "3002ff", "30850000000000",
	    "308400000001ff",
	    "1f1f00", "bf1f00", "0481007f", "04817f", "0483010000" };
	struct slice s, body, whole;
	struct der d;
	uint8_t tag;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d = der_of(from_hex(bad[i]));
		ok(!der_any(&d, &tag, &body, &whole), "refused: %s", bad[i]);
	}
	s = from_hex("3003020105040141");
	d = der_of(s);
	ok(der_any(&d, &tag, &body, &whole) && tag == DER_SEQUENCE &&
	    body.len == 3 && whole.len == 5 && der_offset(&d, s) == 5,
	    "an element and its place");
	ok(!der_take(&d, DER_INTEGER, &body) && der_offset(&d, s) == 5,
	    "another tag leaves the cursor");
	ok(der_optional(&d, DER_INTEGER, &body) && body.data == NULL &&
	    der_take(&d, DER_OCTET_STRING, &body) && body.data[0] == 'A' &&
	    der_end(&d) && der_peek(&d) == -1, "absent, then there, then end");
	ok(!der_only(from_hex("300000"), DER_SEQUENCE, &d),
	    "bytes behind the one element are refused");
}

static bool
uint_is(const char *z, uint64_t want)
{
	uint64_t n;

	return der_uint64(from_hex(z), &n) && n == want;
}

static void
contents(void)
{
	struct slice m;
	unsigned unused;
	uint64_t n;
	bool b;

	ok(uint_is("00", 0) && uint_is("7f", 127) && uint_is("0080", 128) &&
	    uint_is("00ffffffffffffffff", UINT64_MAX), "integers");
	ok(!der_uint64(from_hex(""), &n) && !der_uint64(from_hex("80"), &n) &&
	    !der_uint64(from_hex("0001"), &n) && !der_uint64(from_hex("0000"),
	    &n) && !der_uint64(from_hex("010000000000000000"), &n),
	    "empty, negative, padded and too large integers");
	ok(der_boolean(from_hex("ff"), &b) && b && der_boolean(from_hex("00"),
	    &b) && !b && !der_boolean(from_hex("01"), &b) &&
	    !der_boolean(from_hex(""), &b), "booleans");
	ok(der_bits(from_hex("0780"), &m, &unused) && unused == 7 &&
	    m.len == 1 &&
	    der_bits(from_hex("00"), &m, &unused) && m.len == 0, "bit strings");
	ok(!der_bits(from_hex(""), &m, &unused) && !der_bits(from_hex("0781"),
	    &m, &unused) && !der_bits(from_hex("0800"), &m, &unused) &&
	    !der_bits(from_hex("01"), &m, &unused) && !der_bytes(
	    from_hex("0780"), &m), "bit strings that are refused");
}

static bool
oid_is(const char *hex, const char *want)
{
	struct buf b = { 0 };
	bool same;

	der_oid_text(&b, from_hex(hex));
	same = slice_is(buf_get(&b), want);
	buf_free(&b);
	return same;
}

static void
oids(void)
{
	ok(oid_is("2a864886f70d010701", "1.2.840.113549.1.7.1") &&
	    oid_is("550411", "2.5.4.17") && oid_is("883703", "2.999.3") &&
	    oid_is("2b", "1.3"), "object identifiers as text");
	ok(!der_is_oid(from_hex("")) && !der_is_oid(from_hex("2a80")) &&
	    !der_is_oid(from_hex("2a8001")) && der_is_oid(from_hex("2a8101")),
	    "malformed object identifiers");
}

static bool
time_is(uint8_t tag, const char *z, bool fraction, const char *want)
{
	struct arena a = { 0 };
	struct instant at;
	bool same;

	if (!der_time(tag, slice_of(z), fraction, &at))
		return want == NULL;
	same = want != NULL && strcmp(timefmt_exact(&a, at), want) == 0;
	arena_free(&a);
	return same;
}

static void
times(void)
{
	const uint8_t u = DER_UTC_TIME, g = DER_GENERALIZED_TIME;

	ok(time_is(u, "491231235959Z", false, "2049-12-31T23:59:59Z") &&
	    time_is(u, "500101000000Z", false, "1950-01-01T00:00:00Z") &&
	    time_is(g, "20240229120000Z", false, "2024-02-29T12:00:00Z"),
	    "times");
	ok(time_is(g, "20240229120000.5Z", true, "2024-02-29T12:00:00.5Z") &&
	    time_is(g, "20240229120000.000000001Z", true,
	    "2024-02-29T12:00:00.000000001Z") &&
	    time_is(g, "20240229120000.0000000001Z", true, NULL),
	    "a fraction where it may stand");
	ok(time_is(g, "20240229120000.5Z", false, NULL) &&
	    time_is(g, "20240229120000.50Z", true, NULL) &&
	    time_is(g, "20240229120000.Z", true, NULL) &&
	    time_is(g, "20230229120000Z", true, NULL) &&
	    time_is(g, "20241301120000Z", true, NULL) &&
	    time_is(g, "20240229120000+0100", true, NULL) &&
	    time_is(u, "4912312359Z", false, NULL) &&
	    time_is(u, "20240229120000Z", false, NULL) &&
	    time_is(g, "2024022912000aZ", true, NULL), "times refused");
}

static void
writing(void)
{
	char big[300] = { 1 };
	struct buf b = { 0 };
	struct slice body, inner;
	struct der d, seq;
	size_t outer, mark;
	uint64_t n;

	outer = der_open(&b, DER_SEQUENCE);
	der_put_uint64(&b, 0);
	der_put_uint64(&b, 255);
	der_put_uint64(&b, UINT64_MAX);
	mark = der_open(&b, DER_CONTEXT(3));
	der_put(&b, DER_OCTET_STRING, (struct slice){ big, sizeof(big) });
	der_close(&b, mark);
	der_put_oid(&b, SLICE("\x55\x04\x11"));
	der_put_bits(&b, SLICE("key"));
	der_put_unsigned(&b, (struct slice){ "\0\0\x80", 3 });
	der_close(&b, outer);
	ok(der_only(buf_get(&b), DER_SEQUENCE, &d) &&
	    der_take(&d, DER_INTEGER, &body) && der_uint64(body, &n) &&
	    n == 0 &&
	    der_take(&d, DER_INTEGER, &body) && der_uint64(body, &n) &&
	    n == 255 && der_take(&d, DER_INTEGER, &body) &&
	    der_uint64(body, &n) && n == UINT64_MAX, "integers read back");
	ok(der_enter(&d, DER_CONTEXT(3), &seq) &&
	    der_take(&seq, DER_OCTET_STRING, &body) && der_end(&seq) &&
	    body.len == 300 && memcmp(body.data, big, 300) == 0,
	    "a long string within an open element");
	ok(der_take(&d, DER_OID, &body) && der_is_oid(body) &&
	    der_take(&d, DER_BIT_STRING, &body) && der_bytes(body, &inner) &&
	    slice_is(inner, "key") && der_take(&d, DER_INTEGER, &body) &&
	    der_uint64(body, &n) && n == 128 && der_end(&d),
	    "identifier, bits and integer read back");
	buf_free(&b);
}

int
main(void)
{
	headers();
	contents();
	oids();
	times();
	writing();
	buf_free(&scratch);
	return done();
}
