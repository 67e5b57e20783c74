/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tap.h"
#include "vectors.h"
#include "vers.h"

static struct arena arena;

/*
 * Cases that are not met, with the reason.  All are of test_group
 * "recommended".
 */
static const struct {
	const char *native;
	const char *why;
} known[] = {
	{ "", "an empty list of constraints is no range; the expected text "
	    "does not parse" },
	{ ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre", "~0.8.0-pre ends before 0.9.0; "
	    "the expected text ends it before 0.8.1" },
};

static bool
is_known(struct slice native)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_is(native, known[i].native)) {
			printf("# not met: \"%s\": %s\n", known[i].native,
			    known[i].why);
			return true;
		}
	return false;
}

static bool
run_native(const struct json *test)
{
	const struct json *input = json_get(test, "input");
	struct slice native = json_get_text(input, "native_range");
	struct vers v;
	struct err e;

	if (vers_from_native(json_get_text(input, "scheme"), native, &arena,
	    &v, &e) == ERR_OK && slice_eq(vers_text(&arena, &v),
	    json_get_text(test, "expected_output")))
		return true;
	return is_known(native);
}

static bool
same_constraints(const struct vers *v, const struct json *want)
{
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };
	size_t i;

	if (v->count != json_count(want))
		return false;
	for (i = 0; i < v->count; i++) {
		const struct json *pair = &want->u.item[i];

		if (json_count(pair) != 2 ||
		    !json_is(&pair->u.item[0], ops[v->item[i].op]) ||
		    !slice_eq(v->item[i].version,
		    json_text(&pair->u.item[1])))
			return false;
	}
	return true;
}

static bool
run_case(const struct json *test)
{
	struct slice input = json_text(json_get(test, "input"));
	const struct json *want = json_get(test, "expected_output");
	struct vers v;
	struct err e;

	if (input.data == NULL)
		return run_native(test);
	if (json_true(json_get(test, "expected_failure")))
		return vers_parse(input, VERS_STRICT, &arena, &v, NULL, &e) ==
		    ERR_INPUT;
	if (json_is(json_get(test, "test_type"), "parse"))
		return vers_parse(input, VERS_STRICT, &arena, &v, NULL, &e) ==
		    ERR_OK && slice_eq(v.type, json_get_text(want, "scheme")) &&
		    same_constraints(&v, json_get(want,
		    "version_constraints"));
	return vers_parse(input, VERS_LENIENT, &arena, &v, NULL, &e) ==
	    ERR_OK && slice_eq(vers_text(&arena, &v), json_text(want));
}

static void
test_vectors(void)
{
	static const char *const files[] = {
		"conan_range_from_native_basic_test",
		"conan_range_from_native_test", "npm_range_from_native_test",
		"nuget_range_from_native_test", "pypi_range_from_native_test",
		"pypi_range_validate_test", "vers_canonical_parse_test" };
	const struct json *tests;
	size_t i, passed;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		tests = vectors_tests(&arena, arena_printf(&arena,
		    "vers/%s.json", files[i]));
		if (tests == NULL) {
			skip("no ../shared test data here");
			continue;
		}
		passed = 0;
		JSON_EACH(test, tests)
			passed += run_case(test);
		ok(passed == tests->len && passed > 0, "%s: %zu of %u cases",
		    files[i], passed, tests->len);
	}
}

static enum vers_answer
ask(const char *range, const char *version)
{
	struct vers v;
	struct err e;

	if (vers_parse(slice_of(range), VERS_LENIENT, &arena, &v, NULL, &e) !=
	    ERR_OK)
		return (enum vers_answer)99;
	return vers_contains(&v, slice_of(version));
}

static void
test_contains(void)
{
	static const struct {
		const char *range, *version;
		enum vers_answer want;
	} cases[] = {
		{ "vers:npm/>=1.0.0|<2.0.0", "1.5.0", VERS_IN },
		{ "vers:npm/>=1.0.0|<2.0.0", "2.0.0", VERS_OUT },
		{ "vers:npm/>=1.0.0|<2.0.0", "2.0.0-rc", VERS_IN },
		{ "vers:npm/>1", "2.0.0", VERS_IN },
		{ "vers:npm/>1", "1.0.0", VERS_OUT },
		{ "vers:npm/<2.0.0", "1.0.0", VERS_IN },
		{ "vers:npm/<2.0.0", "2.0.0", VERS_OUT },
		{ "vers:npm/<1.0.0|>=2.0.0", "0.1.0", VERS_IN },
		{ "vers:npm/<1.0.0|>=2.0.0", "1.0.0", VERS_OUT },
		{ "vers:npm/<1.0.0|>=2.0.0", "3.0.0", VERS_IN },
		{ "vers:npm/1.0.0|2.0.0", "2.0.0", VERS_IN },
		{ "vers:npm/1.0.0|2.0.0", "1.5.0", VERS_OUT },
		{ "vers:npm/!=1.0.0", "1.0.0", VERS_OUT },
		{ "vers:npm/!=1.0.0", "2.0.0", VERS_IN },
		{ "vers:npm/>=1.0.0|!=1.2.0|<2.0.0", "1.2.0", VERS_OUT },
		{ "vers:npm/>=1.0.0|!=1.2.0|<2.0.0", "1.3.0", VERS_IN },
		{ "vers:pypi/1.0", "1.0.0", VERS_IN },
		{ "vers:pypi/!=1.0", "1.0.0", VERS_OUT },
		{ "vers:npm/*", "anything", VERS_IN },
		{ "vers:all/*", "anything", VERS_IN },
		{ "vers:none/*", "anything", VERS_OUT },
		{ "vers:deb/<1%3C2", "1", VERS_IN },
		{ "vers:nobody/1|>2", "1", VERS_IN },
		{ "vers:nobody/1|>2", "3", VERS_UNKNOWN },
		{ "vers:nobody/1|2", "3", VERS_OUT },
		{ "vers:pypi/>0.0.0|>=0.0.1|0.0.2|<0.0.3|0.0.4|<0.0.5|"
		    ">=0.0.6", "0.0.1", VERS_IN },
		{ "VERS:PyPI/ >= 1.0 | | < 2.0 ", "1.5", VERS_IN },
		{ "vers:pypi/<2|>=1", "1.5", VERS_IN },
		{ "vers:pypi/<2|>=1", "0.5", VERS_OUT },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(ask(cases[i].range, cases[i].version) == cases[i].want,
		    "%s and %s", cases[i].range, cases[i].version);
}

static void
test_strict(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "vers:npm/1", true }, { "vers:npm/*", true },
		{ "vers:all/*", true }, { "vers:none/*", true },
		{ "vers:npm/>=1|<2|3|>=4|!=5", true },
		{ "vers:npm/>=1%7C2", true },
		{ "vers:npm/", false }, { "vers:npm", false },
		{ "vers:/1", false }, { "npm/1", false }, { "", false },
		{ "vers:NPM/1", false }, { "VERS:npm/1", false },
		{ "vers:npm/=1", false }, { "vers:npm/1|1", false },
		{ "vers:pypi/1|1.0", false }, { "vers:npm/>=1|>=2", false },
		{ "vers:npm/<1|<2", false }, { "vers:npm/1|<2", false },
		{ "vers:npm/*|1", false }, { "vers:all/1", false },
		{ "vers:npm/> 1", false }, { "vers:npm/1%3c", false },
		{ "vers:npm/1%2", false }, { "vers:npm/>", false },
		{ "vers:npm/1%41", false }, { "vers:npm/1<2", false },
		{ "vers:datetime/2024-01-01T00:00:00Z", true },
	};
	struct vers v;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok((vers_parse(slice_of(cases[i].text), VERS_STRICT, &arena,
		    &v, NULL, &e) == ERR_OK) == cases[i].good,
		    "\"%s\" is%s canonical", cases[i].text,
		    cases[i].good ? "" : " not");
}

static void
test_simplify(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "vers:npm/>=1|>=2|<3|<4", "vers:npm/>=1|<4" },
		{ "vers:npm/1|>=1|<2", "vers:npm/>=1|<2" },
		{ "vers:npm/<1|1", "vers:npm/<=1" },
		{ "vers:npm/1|>1", "vers:npm/>=1" },
		{ "vers:npm/<1|>1", "vers:npm/!=1" },
		{ "vers:npm/<1|>=1", "vers:npm/*" },
		{ "vers:npm/>=1|<2|>=2|<3", "vers:npm/>=1|<3" },
		{ "vers:npm/>=1|<1.5|>1.5|<2", "vers:npm/>=1|!=1.5|<2" },
		{ "vers:npm/>=1|<=1.0.0", "vers:npm/1" },
		{ "vers:npm/!=3|>=1|<2", "vers:npm/>=1|<2" },
		{ "vers:npm/!=2|!=1", "vers:npm/!=1|!=2" },
		{ "vers:nobody/2|1|2", "vers:nobody/1|2" },
	};
	struct vers v;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)vers_parse(slice_of(cases[i].in), VERS_LENIENT, &arena,
		    &v, NULL, &e);
		vers_simplify(&arena, &v);
		ok(slice_is(vers_text(&arena, &v), cases[i].out), "%s is %s",
		    cases[i].in, cases[i].out);
	}
}

/* i: introduced, f: fixed, l: last_affected, m: limit; v: a version. */
static void
test_osv(void)
{
	static const struct {
		const char *events, *out;
	} cases[] = {
		{ "i0", "vers:npm/*" },
		{ "i0 f1.0.0", "vers:npm/<1.0.0" },
		{ "i1.0.0", "vers:npm/>=1.0.0" },
		{ "i1.0.0 f2.0.0", "vers:npm/>=1.0.0|<2.0.0" },
		{ "f2.0.0 i1.0.0", "vers:npm/>=1.0.0|<2.0.0" },
		{ "i1.0.0 l1.9.0", "vers:npm/>=1.0.0|<=1.9.0" },
		{ "i1.0.0 m1.9.0", "vers:npm/>=1.0.0|<1.9.0" },
		{ "i0 f1.0.0 i2.0.0 f2.1.0",
		    "vers:npm/<1.0.0|>=2.0.0|<2.1.0" },
		{ "f10.0.0 f2.0.0 i9.0.0 i1.0.0",
		    "vers:npm/>=1.0.0|<2.0.0|>=9.0.0|<10.0.0" },
		{ "i1.0.0 f2.0.0 i2.0.0 f3.0.0", "vers:npm/>=1.0.0|<3.0.0" },
		{ "i1.0.0 f1.0.0", "vers:none/*" },
		{ "i1.0.0 l1.0.0", "vers:npm/1.0.0" },
		{ "f1.0.0", "vers:none/*" },
		{ "", "vers:none/*" },
		{ "v1.0.0 v0.1.0", "vers:npm/0.1.0|1.0.0" },
		{ "i1.0.0 f2.0.0 v1.5.0 v3.0.0",
		    "vers:npm/>=1.0.0|<2.0.0|3.0.0" },
		{ "i0 f1.0.0 v1.0.0", "vers:npm/<=1.0.0" },
	};
	struct vers_event event[8];
	struct slice version[8], rest, word;
	struct vers out;
	size_t i, events, versions;
	const char *kinds = "iflm";

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		events = versions = 0;
		for (rest = slice_of(cases[i].events); rest.len > 0;
		    rest = slice_cut(rest, word.len + 1, rest.len)) {
			word = slice_cut(rest, 0, slice_find(rest, ' '));
			if (word.data[0] == 'v') {
				version[versions++] = slice_cut(word, 1,
				    word.len);
				continue;
			}
			event[events].kind = (enum vers_event_kind)(strchr(
			    kinds, word.data[0]) - kinds);
			event[events++].version = slice_cut(word, 1,
			    word.len);
		}
		vers_from_osv(SLICE("npm"), event, events, version, versions,
		    &arena, &out);
		ok(slice_is(vers_text(&arena, &out), cases[i].out),
		    "OSV \"%s\" is %s", cases[i].events, cases[i].out);
	}
}

static void
test_native(void)
{
	static const struct {
		const char *type, *in, *out;
	} cases[] = {
		{ "maven", "[1.0,2.0)", "vers:maven/>=1.0|<2.0" },
		{ "maven", "(,1.0],[1.2,)", "vers:maven/<=1.0|>=1.2" },
		{ "maven", "[1.5]", "vers:maven/1.5" },
		{ "maven", "1.5", "vers:maven/1.5" },
		{ "npm", ">=1.0.0 <=1.0.0", "vers:npm/1.0.0" },
		{ "maven", "[1,1.0]", "vers:maven/1" },
		{ "nuget", "1.5", "vers:nuget/>=1.5" },
		{ "nuget", "(1.0,)", "vers:nuget/>1.0" },
		{ "gem", "~> 2.0.8", "vers:gem/>=2.0.8|<2.1" },
		{ "gem", "~> 2.9", "vers:gem/>=2.9|<3" },
		{ "gem", ">= 1.0, != 1.5, < 2",
		    "vers:gem/>=1.0|!=1.5|<2" },
		{ "pypi", "~=1.4.2", "vers:pypi/>=1.4.2|<1.5" },
		{ "pypi", "==1.4.*", "vers:pypi/>=1.4|<1.5" },
		{ "pypi", ">=1,<2,!=1.5", "vers:pypi/>=1|!=1.5|<2" },
		{ "nginx", "1.5.0+, 1.4.1+",
		    "vers:nginx/>=1.4.1|<1.5.0|>=1.5.0" },
		{ "nginx", "0.6.18-1.20.0", "vers:nginx/>=0.6.18|<=1.20.0" },
		{ "nginx", "all", "vers:nginx/*" },
		{ "openssl", "1.0.1g, 1.0.1f", "vers:openssl/1.0.1f|1.0.1g" },
		{ "deb", "<1.2-3", "vers:deb/<1.2-3" },
		{ "rpm", ">=1,<2 || =3", "vers:rpm/>=1|<2|3" },
		{ "npm", "^0.0.3", "vers:npm/>=0.0.3|<0.0.4" },
		{ "npm", "~1", "vers:npm/>=1.0.0|<2.0.0" },
		{ "npm", "^0", "vers:npm/>=0.0.0|<1.0.0" },
		{ "npm", "^0.0", "vers:npm/>=0.0.0|<0.1.0" },
		{ "npm", "^9.99.999", "vers:npm/>=9.99.999|<10.0.0" },
	};
	struct vers v;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(vers_from_native(slice_of(cases[i].type),
		    slice_of(cases[i].in), &arena, &v, &e) == ERR_OK &&
		    slice_is(vers_text(&arena, &v), cases[i].out),
		    "%s %s is %s", cases[i].type, cases[i].in, cases[i].out);
	ok(vers_from_native(SLICE("npm"), SLICE("^"), &arena, &v, &e) ==
	    ERR_INPUT, "a caret alone is refused");
	ok(vers_from_native(SLICE("maven"), SLICE("[1,2"), &arena, &v, &e) ==
	    ERR_INPUT, "an open interval is refused");
}

static void
test_union(void)
{
	struct vers a, b, out;
	struct err e;

	(void)vers_parse(SLICE("vers:npm/>=1|<2"), VERS_STRICT, &arena, &a,
	    NULL, &e);
	(void)vers_parse(SLICE("vers:npm/>=1.5|!=1.7|<3"), VERS_STRICT, &arena,
	    &b, NULL, &e);
	vers_union(&a, &b, &arena, &out);
	ok(slice_is(vers_text(&arena, &out), "vers:npm/>=1|<3"),
	    "a union has what either has");
}

int
main(void)
{
	test_vectors();
	test_contains();
	test_strict();
	test_simplify();
	test_osv();
	test_native();
	test_union();
	arena_free(&arena);
	return done();
}
