/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tap.h"
#include "vectors.h"
#include "version.h"

static struct arena arena;

static int
order(const struct version_scheme *s, struct slice a, struct slice b)
{
	int c = version_cmp(s, a, b);

	if (c != -version_cmp(s, b, a) || version_cmp(s, a, a) != 0)
		return 99;
	return c;
}

/* a TAB op TAB b */
static void
test_table(const char *file, const char *name)
{
	const struct version_scheme *s = version_scheme(slice_of(name));
	struct slice text, line, a, b;
	size_t n, rows = 0, failed = 0;
	int want, got;

	if (!vectors_read(&arena, arena_printf(&arena, "versions/%s.tsv",
	    file), &text)) {
		skip("no ../shared test data here");
		return;
	}
	for (; text.len > 0; text = slice_cut(text, line.len + 1, text.len)) {
		line = slice_cut(text, 0, slice_find(text, '\n'));
		n = slice_find(line, '\t');
		if (slice_starts(line, "#a") || n + 3 > line.len)
			continue;
		a = slice_cut(line, 0, n);
		b = slice_cut(line, n + 3, line.len);
		want = line.data[n + 1] == '<' ? -1 : line.data[n + 1] == '>';
		got = order(s, a, b);
		rows++;
		if (got == want)
			continue;
		failed++;
		printf("# %.*s: %d\n", (int)line.len, line.data, got);
	}
	ok(failed == 0 && rows > 0, "%s: %zu of %zu published pairs", file,
	    rows - failed, rows);
}

static bool
run_case(const struct json *test)
{
	const struct json *input = json_get(test, "input");
	const struct json *pair = json_want(input, "versions", JSON_ARRAY);
	const struct json *want = json_get(test, "expected_output");
	const struct version_scheme *s = version_scheme(json_get_text(input,
	    "input_scheme"));

	if (s == NULL || json_count(pair) != 2)
		return false;
	if (json_is(json_get(test, "test_type"), "equality"))
		return (order(s, json_text(&pair->u.item[0]),
		    json_text(&pair->u.item[1])) == 0) == json_true(want);
	return order(s, json_text(&want->u.item[0]),
	    json_text(&want->u.item[1])) <= 0;
}

static void
test_vers(const char *file)
{
	const struct json *tests = vectors_tests(&arena, arena_printf(&arena,
	    "vers/%s.json", file));
	size_t passed = 0;

	if (tests == NULL) {
		skip("no ../shared test data here");
		return;
	}
	JSON_EACH(test, tests)
		passed += run_case(test);
	ok(passed == tests->len && passed > 0, "%s: %zu of %u cases", file,
	    passed, tests->len);
}

static void
test_own(void)
{
	/* what the tables do not ask */
	static const struct {
		const char *scheme, *a, *b;
		int want;
	} cases[] = {
		{ "golang", "1.2.3", "v1.2.3", 0 },
		{ "golang", "v1.2.3+incompatible", "1.2.3", 0 },
		{ "golang", "0.0.0-20200101000000-abcdef", "0.0.1", -1 },
		{ "golang", "nonsense", "0.0.0-a", -1 },
		{ "cargo", "1.0.0-alpha", "1.0.0", -1 },
		{ "Debian", "1.0~rc1", "1.0", -1 },
		{ "redhat", "1.0^git1", "1.0", 1 },
		{ "pypi", "1.0c1", "1.0rc1", 0 },
		{ "pypi", "V1.0", "1.0.0", 0 },
		{ "pypi", "1.0.post1", "1.0-1", 0 },
		{ "maven", "1.0-rc1", "1.0-cr1", 0 },
		{ "maven", "1.0-SNAPSHOT", "1.0", -1 },
		{ "maven", "1.0-sp", "1.0", 1 },
		{ "apk", "1.2_p1-r0", "1.2", 1 },
		{ "datetime", "2024-01-01T00:00:00Z",
		    "2024-01-01T01:00:00+01:00", 0 },
		{ "datetime", "2024-02-28T23:59:60Z", "2024-02-29T00:00:00Z",
		    -1 },
		{ "datetime", "2024-01-01T00:00:00.5Z",
		    "2024-01-01T00:00:00.50Z", 0 },
		{ "datetime", "2024-01-01", "2024-01-01T00:00:01Z", -1 },
		{ "intdot", "1.10", "1.9", 1 },
		{ "intdot", "1.2.3-pre", "1.2.3", 0 },
		{ "nginx", "1.20.0", "1.3.9", 1 },
		{ "openssl", "1.0.2z", "1.0.2za", -1 },
		{ "openssl", "3.0.0-beta2", "3.0.0", -1 },
		{ "openssl", "3.0.0-alpha9", "3.0.0-alpha10", -1 },
		{ "generic", "1.0rc1", "1.0", -1 },
		{ "generic", "1.10", "1.9", 1 },
		{ "semver", "99999999999999999999999999.0.0",
		    "99999999999999999999999998.0.0", 1 },
		{ "conan", "18446744073709551617", "18446744073709551616", 1 },
		{ "gentoo", "1.0_p", "1.0_p0", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(order(version_scheme(slice_of(cases[i].scheme)),
		    slice_of(cases[i].a), slice_of(cases[i].b)) ==
		    cases[i].want, "%s: %s against %s", cases[i].scheme,
		    cases[i].a, cases[i].b);
	ok(version_scheme(SLICE("swid")) == NULL, "no order is made up");
	ok(version_cmp(NULL, SLICE("1"), SLICE("1")) == 0 &&
	    version_cmp(NULL, SLICE("1"), SLICE("1.0")) != 0,
	    "without an order, equality is of bytes");
}

/* All pairs and triples of hard words: total, and no cycle. */
static void
test_preorder(void)
{
	static const char *const words[] = { "", "0", "1", "1.0", "1.0.0",
		"1.00", "01", "1.1", "1.01", "1.10", "1.0a", "1.0-a", "1.0.a",
		"1.0~a", "1.0^a", "1.0_alpha1", "1.0_p1", "1.0-r1", "1.0-1",
		"1:1.0", "0:1.0", "a", "1.a", "1.a.1", "1!0", "1.0+b",
		"1.0rc1", "1.0.dev1", "1.0.post1", "v1.0", "-", ".", "..1",
		"1..", "1-ga", "1-sp", "1-snapshot", "1.0-SNAPSHOT", "_", "~",
		"99999999999999999999", "1.99999999999999999999" };
	enum { COUNT = sizeof(words) / sizeof(words[0]) };
	static int c[COUNT][COUNT];
	size_t row, i, j, k, bad;
	const char *name;

	for (row = 0; (name = version_name(row)) != NULL; row++) {
		const struct version_scheme *s = version_scheme(
		    slice_of(name));

		/* their own rules are not transitive (see version.h) */
		if (strcmp(version_scheme_name(s), "conan") == 0 ||
		    strcmp(version_scheme_name(s), "composer") == 0 ||
		    strcmp(version_scheme_name(s), "alpm") == 0)
			continue;
		for (i = 0, bad = 0; i < COUNT; i++)
			for (j = 0; j < COUNT; j++) {
				c[i][j] = order(s, slice_of(words[i]),
				    slice_of(words[j]));
				bad += c[i][j] > 1;
			}
		for (i = 0; i < COUNT; i++)
			for (j = 0; j < COUNT; j++)
				for (k = 0; k < COUNT; k++)
					bad += c[i][j] <= 0 && c[j][k] <= 0 &&
					    (c[i][k] > 0 || ((c[i][j] < 0 ||
					    c[j][k] < 0) && c[i][k] == 0));
		ok(bad == 0, "%s is a total preorder", name);
	}
}

int
main(void)
{
	static const char *const tables[][2] = {
		{ "apk", "apk" }, { "composer", "composer" },
		{ "cran", "cran" }, { "deb", "deb" }, { "gem", "gem" },
		{ "golang", "golang" }, { "hackage", "hackage" },
		{ "maven", "maven" }, { "npm-loose", "npm" },
		{ "npm", "npm" }, { "nuget", "nuget" }, { "pub", "pub" },
		{ "pypi", "pypi" }, { "rpm", "rpm" }, { "semver", "semver" },
	};
	static const char *const vers[] = { "alpine_version_cmp_test",
		"alpm_version_cmp_test", "conan_version_cmp_test",
		"gentoo_version_cmp_test", "lexicographic-test",
		"nuget_version_cmp_test", "openssl_version_cmp_test" };
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		test_table(tables[i][0], tables[i][1]);
	for (i = 0; i < sizeof(vers) / sizeof(vers[0]); i++)
		test_vers(vers[i]);
	test_own();
	test_preorder();
	arena_free(&arena);
	return done();
}
