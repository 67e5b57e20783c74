/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "feed.h"
#include "json.h"
#include "tap.h"

static struct arena arena;

static enum status
parse(const char *text, struct json *v, struct err *e)
{
	return json_parse(slice_of(text), &json_foreign, &arena, v, e);
}

static bool
is_written(const struct json *v, const char *want)
{
	return slice_is(canon_text(&arena, v), want);
}

static void
test_refusals(void)
{
	static const struct {
		const char *text;
		uint64_t offset;
		const char *message;
	} bad[] = {
		{ "", 0, "found the end of the input, expected a JSON "
		    "document" },
		{ "[1,]", 3, "found ']', expected a JSON value" },
		{ "[1 2]", 3, "found '2', expected ',' or ']'" },
		{ "{\"a\":1 \"b\":2}", 7, "found '\"', expected ',' or '}'" },
		{ "{a:1}", 1, "found 'a', expected a key in quotes" },
		{ "{\"a\"=1}", 4, "found '=', expected ':'" },
		{ "[] x", 3, "found 'x', expected the end of the input" },
		{ "\"\\x\"", 2, "found 'x', expected one of \" \\ / b f n r "
		    "t u behind a backslash" },
		{ "\"\\u12g4\"", 5, "found 'g', expected four hexadecimal "
		    "digits behind \\u" },
		{ "\"\\ud800x\"", 1, "found the lone surrogate \\uD800, "
		    "expected a pair" },
		{ "\"\\udc00\"", 1, "found the lone surrogate \\uDC00, "
		    "expected a pair" },
		{ "\"a\tb\"", 2, "found byte 0x09, expected control "
		    "characters in strings to be escaped" },
		{ "\"\xc3(\"", 1, "found byte 0xC3, expected valid UTF-8" },
		{ "\"abc", 4, "found the end of the input, expected the "
		    "rest of a string" },
		{ "01", 0, "found a number with a leading zero" },
		{ "-", 1, "found the end of the input, expected a digit" },
		{ "1.e3", 2, "found 'e', expected a digit behind the "
		    "decimal point" },
		{ "1e+", 3, "found the end of the input, expected a digit "
		    "in the exponent" },
		{ "1e309", 0, "found a number too large for a double" },
		{ "[9007199254740993]", 1, "found whole number "
		    "9007199254740993, expected one that a double can hold" },
		{ "trve", 2, "found 'v', expected true, false or null" },
		{ "{\"b\":1,\"a\":2,\"\\u0062\":3,\"a\":4}", 13,
		    "found key 'b' twice in one object" },
		{ "{\"a\":1,\"a\":2}", 7, "found key 'a' twice in one "
		    "object" },
		{ "\xef\xbb\xbf{}", 0, "found a byte order mark, expected a "
		    "JSON document without one" },
	};
	struct json v;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		bool good = parse(bad[i].text, &v, &e) == ERR_INPUT &&
		    e.has_offset && e.offset == bad[i].offset &&
		    strcmp(e.text, bad[i].message) == 0;

		ok(good, "refusal %zu: %s", i, bad[i].message);
		if (!good)
			printf("# got %d at %d: %s\n", (int)e.code,
			    (int)e.offset, e.text);
	}
}

static void
test_limits(void)
{
	struct json_limits limits = { .max_size = 10, .max_depth = 2 };
	struct json v;
	struct err e;
	bool lossy;

	ok(json_parse(SLICE("[[1,2345]]"), &limits, &arena, &v, &e) ==
	    ERR_OK, "a document at both limits is read");
	ok(json_parse(SLICE("[[1,23456]]"), &limits, &arena, &v, &e) ==
	    ERR_INPUT, "one byte more is refused");
	ok(json_parse(SLICE("[[[]]]"), &limits, &arena, &v, &e) ==
	    ERR_INPUT && e.offset == 2, "one level more is refused");
	limits = json_foreign;
	limits.lossy = true;
	ok(json_parse_lossy(SLICE("9007199254740993"), &limits, &arena, &v,
	    &lossy, &e) == ERR_OK && lossy && is_written(&v,
	    "9007199254740992"), "a lossy number is read and told of");
	ok(json_parse_lossy(SLICE("9007199254740992"), &limits, &arena, &v,
	    &lossy, &e) == ERR_OK && !lossy, "others are not lossy");
}

static void
test_asking(void)
{
	struct json v, w;
	struct err e;
	int64_t n = 0;

	ok(parse(" {\"b\": [true, 1e1, null],\n \"a\\u0000c\": \"x\\ny\","
	    "\"a\":{}}", &v, &e) == ERR_OK && v.offset == 0 &&
	    json_count(&v) == 3, "an object is read");
	ok(json_get(&v, "b")->offset == 6 &&
	    v.u.member[0].key_offset == 45, "offsets are where bytes stood");
	ok(json_true(&json_get(&v, "b")->u.item[0]) &&
	    json_int64(&json_get(&v, "b")->u.item[1], &n) && n == 10 &&
	    json_get(&v, "b")->u.item[2].type == JSON_NULL,
	    "items have their types and values");
	ok(slice_is(json_text(json_get_slice(&v, SLICE("a\0c"))), "x\ny"),
	    "a key with NUL in it is found, its value unescaped");
	ok(json_want(&v, "b", JSON_OBJECT) == NULL &&
	    json_want(&v, "b", JSON_ARRAY) != NULL &&
	    json_get(&v, "c") == NULL && json_get(NULL, "a") == NULL,
	    "what is not there, or of another type, is NULL");
	ok(strcmp(json_type_name(&v), "object") == 0 &&
	    !json_is(&v, "x") && json_text(&v).data == NULL,
	    "an object is no string");
	ok(parse("{\"a\":[1,{\"x\":2.0}],\"b\":\"\\u00e9\"}", &v, &e) ==
	    ERR_OK && parse("{\"b\":\"\xc3\xa9\",\"a\":[1.0,{\"x\":2}]}", &w,
	    &e) == ERR_OK && json_equal(&v, &w), "equal values are equal");
	ok(parse("{\"b\":\"\xc3\xa9\",\"a\":[1.0,{\"y\":2}]}", &w, &e) ==
	    ERR_OK && !json_equal(&v, &w) && !json_equal(&v, NULL),
	    "others are not");
}

static void
test_many_keys(void)
{
	struct buf text = { 0 };
	struct json v;
	struct err e;
	bool good = true;

	buf_byte(&text, '{');
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "%s\"k%d\":%d", i > 0 ? "," : "",
		    i * 7919 % 5000, i);
	buf_byte(&text, '}');
	ok(json_parse(buf_get(&text), &json_foreign, &arena, &v, &e) ==
	    ERR_OK, "5000 keys in no order are read");
	for (int i = 0; i < 5000; i++) {
		int64_t n;
		const struct json *m = json_get(&v,
		    arena_printf(&arena, "k%d", i * 7919 % 5000));

		good = good && json_int64(m, &n) && n == i;
	}
	ok(good, "and all found");
	buf_free(&text);
}

static void
test_making(void)
{
	struct json o = json_object(), a = json_array(), v, copy;
	struct err e;

	json_set_z(&arena, &o, "zeta", "last");
	json_set(&arena, &o, "alpha", json_int(&arena, -5));
	json_set(&arena, &o, "mid", json_uint(&arena, 7));
	json_set(&arena, &o, "alpha", json_bool(false));
	json_set_opt(&arena, &o, "none", NULL);
	for (int i = 0; i < 20; i++)
		json_push(&arena, &a, json_int(&arena, i % 3));
	canon_sort(&arena, &a);
	json_set(&arena, &o, "set", a);
	ok(is_written(&o, "{\"alpha\":false,\"mid\":7,\"set\":[0,1,2],"
	    "\"zeta\":\"last\"}"), "an object is made in order");
	json_unset(&arena, &o, "mid");
	json_unset(&arena, &o, "nothing");
	ok(is_written(&o, "{\"alpha\":false,\"set\":[0,1,2],"
	    "\"zeta\":\"last\"}"), "a member is taken out");

	ok(parse("{\"a\":1,\"c\":[1]}", &v, &e) == ERR_OK, "one is read");
	copy = v;
	json_set(&arena, &copy, "a", json_null());
	json_set(&arena, &copy, "b", json_null());
	json_unset(&arena, &copy, "c");
	ok(is_written(&v, "{\"a\":1,\"c\":[1]}") &&
	    is_written(&copy, "{\"a\":null,\"b\":null}"),
	    "changing a copy of what was read leaves that as it was");
	v = json_copy(&arena, &o);
	json_set(&arena, &v, "zeta", json_null());
	ok(is_written(&o, "{\"alpha\":false,\"set\":[0,1,2],"
	    "\"zeta\":\"last\"}"), "a deep copy is apart");
}

/* A stream in pieces of every size is the same documents. */
static void
test_stream(void)
{
	static const char text[] = " {\"b\\n\":\"\xe2\x82\xac\\ud83d\\ude00\","
	    "\"a\": [1.50, -0, 12345678901234567890e-3]}\n\n \"two\" \n3\n"
	    "[true,false,null,\"\\\\\\\"\",{\"z\":{},\"y\":[[]]}]\n4.0";
	static const char *const want[] = {
		("{\"a\":[1.5,0,12345678901234568],"
		    "\"b\\n\":\"\xe2\x82\xac\xf0\x9f\x98\x80\"}"),
		"\"two\"", "3",
		"[true,false,null,\"\\\\\\\"\",{\"y\":[[]],\"z\":{}}]", "4"
	};
	static const uint64_t start[] = { 1, 70, 77, 79, 122 };
	bool good = true;

	for (size_t step = 1; step < sizeof(text); step++) {
		struct feed f;
		struct json_stream *s = feed_open(&f, SLICE(text), step);
		struct json v;
		struct err e;
		bool got;

		for (size_t i = 0; i < 5; i++)
			good = good && json_next(s, &json_own, &arena, &v,
			    &got, &e) == ERR_OK && got && s->count == i + 1 &&
			    is_written(&v, want[i]) && s->start == start[i];
		good = good && json_next(s, &json_own, &arena, &v, &got,
		    &e) == ERR_OK && !got;
		feed_close(&f);
	}
	ok(good, "documents in pieces of any size are the same");
}

static void
test_key_order(void)
{
	/* UTF-16: D83D DE00 is below E000 and FFFF. */
	static const char *const order[] = { "", "a", "a\x01", "aa", "b",
	    "\xc3\xa9", "\xed\x9f\xbf", "\xf0\x90\x80\x80",
	    "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xee\x80\x80",
	    "\xef\xbf\xbf" };
	bool good = true;

	for (int i = 0; i < 12; i++)
		for (int j = 0; j < 12; j++)
			good = good && json_key_cmp(slice_of(order[i]),
			    slice_of(order[j])) == (i > j) - (i < j);
	ok(good, "keys compare by UTF-16 code units");
}

int
main(void)
{
	test_refusals();
	test_limits();
	test_asking();
	test_many_keys();
	test_making();
	test_stream();
	test_key_order();
	arena_free(&arena);
	return done();
}
