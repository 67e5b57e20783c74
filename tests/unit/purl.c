/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "purl.h"
#include "tap.h"
#include "vectors.h"

static struct arena arena;

/* --- the suite of the purl specification -------------------------------- */

static const char *const suite[] = {
	"alpm", "bazel", "bitbucket", "bitnami", "brew", "chrome-extension",
	"composer", "conda", "cran", "deb", "generic", "git", "github",
	"golang", "hackage", "hex", "julia", "maven", "mlflow", "npm", "oci",
	"opam", "pub", "pypi", "qpkg", "specification", "swid", "vcpkg",
	"yocto", NULL
};

static bool
same_part(struct slice part, const struct json *want)
{
	struct slice text = json_text(want);

	return (part.data == NULL) == (text.data == NULL) &&
	    slice_eq(part, text);
}

static bool
same_parts(const struct purl *p, const struct json *want)
{
	const struct json *q = json_get(want, "qualifiers");
	size_t i;

	if (p->qualifiers != json_count(q))
		return false;
	for (i = 0; i < p->qualifiers; i++)
		if (!slice_eq(p->qualifier[i].value,
		    json_text(json_get_slice(q, p->qualifier[i].key))))
			return false;
	return same_part(p->type, json_get(want, "type")) &&
	    same_part(p->namespace, json_get(want, "namespace")) &&
	    same_part(p->name, json_get(want, "name")) &&
	    same_part(p->version, json_get(want, "version")) &&
	    same_part(p->subpath, json_get(want, "subpath"));
}

static enum status
build(const struct json *from, struct purl *p)
{
	const struct json *q = json_want(from, "qualifiers", JSON_OBJECT);
	struct err e;

	memset(p, 0, sizeof(*p));
	p->type = json_get_text(from, "type");
	p->namespace = json_get_text(from, "namespace");
	p->name = json_get_text(from, "name");
	p->version = json_get_text(from, "version");
	p->subpath = json_get_text(from, "subpath");
	if (q != NULL) {
		p->qualifier = arena_array(&arena, q->len,
		    sizeof(*p->qualifier));
		JSON_MEMBERS(m, q)
			p->qualifier[p->qualifiers++] =
			    (struct purl_qualifier){ { m->key, m->key_len },
			    json_text(&m->value) };
	}
	return purl_build(p, PURL_STRICT, &arena, &e);
}

static bool
run_case(const struct json *test)
{
	const struct json *input = json_get(test, "input");
	const struct json *want = json_get(test, "expected_output");
	bool fails = json_true(json_get(test, "expected_failure"));
	struct purl p;
	struct err e;
	enum status st;

	if (json_text(input).data != NULL)
		st = purl_parse(json_text(input), PURL_STRICT, &arena, &p, &e);
	else
		st = build(input, &p);
	if (fails || st != ERR_OK)
		return fails && st == ERR_INPUT;
	if (json_is(json_get(test, "test_type"), "parse"))
		return same_parts(&p, want);
	return slice_eq(purl_text(&arena, &p), json_text(want));
}

static void
test_suite(void)
{
	const struct json *tests;
	size_t i, passed;

	for (i = 0; suite[i] != NULL; i++) {
		tests = vectors_tests(&arena, arena_printf(&arena,
		    "purl/%s-test.json", suite[i]));
		if (tests == NULL) {
			skip("no ../shared test data here");
			continue;
		}
		passed = 0;
		JSON_EACH(test, tests) {
			if (run_case(test))
				passed++;
			else
				printf("# %.*s\n", (int)json_get_text(test,
				    "description").len, json_get_text(test,
				    "description").data);
		}
		ok(passed == tests->len && passed > 0,
		    "suite %s: %zu of %u cases", suite[i], passed,
		    tests->len);
	}
}

/* --- our own ------------------------------------------------------------ */

static const char *
canonical(const char *text)
{
	struct purl p;
	struct err e;

	if (purl_parse(slice_of(text), PURL_STRICT, &arena, &p, &e) != ERR_OK)
		return "refused";
	return arena_dup(&arena, purl_text(&arena, &p));
}

static void
test_canonical(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		/* types the suite's files here do not cover */
		{ "pkg:apk/Alpine/CURL@7.83.0-r0?arch=x86",
		    "pkg:apk/alpine/curl@7.83.0-r0?arch=x86" },
		{ "pkg:cargo/Rand@0.7.2", "pkg:cargo/Rand@0.7.2" },
		{ "pkg:cargo/a/rand@1", "refused" },
		{ "pkg:cocoapods/GoogleUtilities@7.5.2#NSData+zlib",
		    "pkg:cocoapods/GoogleUtilities@7.5.2#NSData%2Bzlib" },
		{ "pkg:cpan/oalders/libwww-perl@6.76",
		    "pkg:cpan/OALDERS/libwww-perl@6.76" },
		{ "pkg:cpan/GDT/URI::PackageURL", "refused" },
		{ "pkg:cpan/DateTime@1.55", "refused" },
		{ "pkg:docker/Customer/Image@sha256%3A244fd",
		    "pkg:docker/Customer/Image@sha256:244fd" },
		{ "pkg:gem/jruby-launcher@1.1.2?Platform=java",
		    "pkg:gem/jruby-launcher@1.1.2?platform=java" },
		{ "pkg:huggingface/a/B@ABCDEF", "pkg:huggingface/a/B@abcdef" },
		{ "pkg:huggingface/distilbert@1", "refused" },
		{ "pkg:luarocks/Hisham/LuaFileSystem@1.8.0-1",
		    "pkg:luarocks/hisham/luafilesystem@1.8.0-1" },
		{ "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
		    "pkg:nuget/EnterpriseLibrary.Common@6.0.1304" },
		{ "pkg:otp/Crypto@1#A/B", "pkg:otp/crypto@1#a/b" },
		{ "pkg:rpm/Fedora/Curl@7.50.3-1.fc25?epoch=1",
		    "pkg:rpm/fedora/Curl@7.50.3-1.fc25?epoch=1" },
		{ "pkg:swift/github.com/Alamofire/Alamofire@5.4.3",
		    "pkg:swift/github.com/Alamofire/Alamofire@5.4.3" },
		{ "pkg:swift/github.com/Alamofire/@5.4.3", "refused" },
		{ "pkg:swift/Alamofire@5.4.3", "refused" },
		{ "pkg:vscode-extension/MS-Python/Python@2023.25.A",
		    "pkg:vscode-extension/ms-python/python@2023.25.a" },
		{ "pkg:golang/stdlib@1.22.3", "refused" },
		{ "pkg:golang/github.com/BurntSushi/toml@v1.2.0",
		    "pkg:golang/github.com/BurntSushi/toml@v1.2.0" },
		/* a type nobody registered */
		{ "pkg:x-mine/A/b@1", "pkg:x-mine/A/b@1" },
		{ "PKG:npm/a", "pkg:npm/a" },
		{ "pkg:npm/a@", "pkg:npm/a" },
		{ "pkg:npm/a@1?", "pkg:npm/a@1" },
		{ "pkg:npm/a@1?b=", "pkg:npm/a@1" },
		{ "pkg:npm/a@1?c=1&b=2&&d=", "pkg:npm/a@1?b=2&c=1" },
		{ "pkg:npm/a?a-b=1&a=2", "pkg:npm/a?a=2&a-b=1" },
		{ "pkg:npm/a?B=1&b=2", "refused" },
		{ "pkg:npm/a?b", "refused" },
		{ "pkg:npm/a?9b=1", "refused" },
		{ "pkg:npm/%40scope%2Fa/b", "refused" },
		{ "pkg:generic/a%2Fb@1", "pkg:generic/a%2Fb@1" },
		{ "pkg:generic/a%2525b", "pkg:generic/a%2525b" },
		{ "pkg:generic/a%2", "refused" },
		{ "pkg:generic/a%zz", "refused" },
		{ "pkg:generic/%C3%A9", "pkg:generic/%C3%A9" },
		{ "pkg:generic/%c3%a9", "pkg:generic/%C3%A9" },
		{ "pkg:generic/%C3", "refused" },
		{ "pkg:generic/\xc3\xa9", "refused" },
		{ "pkg:generic/a b", "refused" },
		{ "pkg:generic//a//b@1#/./x/../y/", "pkg:generic/a/b@1#x/y" },
		{ "pkg:generic/a#x%2Fy", "refused" },
		{ "pkg:g+x/a", "refused" },
		{ "pkg:%6epm/a", "refused" },
		{ "pkg:", "refused" },
		{ "pkg:npm", "refused" },
		{ "pkg:npm/", "refused" },
		{ "pkg:npm/@1", "refused" },
		{ "pkg:npm/%40@1", "pkg:npm/%40@1" },
		{ "", "refused" },
	};
	size_t i, failed = 0;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(canonical(cases[i].in), cases[i].out) != 0) {
			printf("# %s: %s, not %s\n", cases[i].in,
			    canonical(cases[i].in), cases[i].out);
			failed++;
		}
	ok(failed == 0, "%zu purls are canonical or refused", i);
}

static void
test_keys(void)
{
	static const struct {
		const char *in, *key, *bare, *version;
	} cases[] = {
		{ "pkg:deb/debian/curl@1:7.50-1%2Bb1?arch=i386&distro=jessie&"
		    "upstream=x&package-id=0", "pkg:deb/debian/curl@1:7.50-1"
		    "%2Bb1", "pkg:deb/debian/curl", "1:7.50-1+b1" },
		{ "pkg:rpm/rhel/bash@5.1-2?arch=x86_64&epoch=1",
		    "pkg:rpm/rhel/bash@5.1-2?epoch=1",
		    "pkg:rpm/rhel/bash?epoch=1", "5.1-2" },
		{ "pkg:rpm/rhel/bash@5.1-2?epoch=0", "pkg:rpm/rhel/bash@5.1-2",
		    "pkg:rpm/rhel/bash", "5.1-2" },
		{ "pkg:maven/g/a@1?type=jar", "pkg:maven/g/a@1",
		    "pkg:maven/g/a", "1" },
		{ "pkg:maven/g/a@1?type=pom&classifier=x&repository_url=y",
		    "pkg:maven/g/a@1?classifier=x&type=pom",
		    "pkg:maven/g/a?classifier=x&type=pom", "1" },
		{ "pkg:golang/a.b/c@v1?type=module&goos=linux#d",
		    "pkg:golang/a.b/c@v1#d", "pkg:golang/a.b/c#d", "v1" },
		{ "pkg:npm/%40a/b?checksum=sha1:00&download_url=u&vcs_url=v",
		    "pkg:npm/%40a/b", "pkg:npm/%40a/b", NULL },
		{ "pkg:julia/D@1?uuid=u", "pkg:julia/D@1?uuid=u",
		    "pkg:julia/D?uuid=u", "1" },
	};
	struct purl p;
	struct err e;
	struct slice key;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)purl_parse(slice_of(cases[i].in), PURL_STRICT, &arena,
		    &p, &e);
		key = purl_key(&arena, &p);
		ok(slice_is(key, cases[i].key), "the key of %s",
		    cases[i].in);
		ok(slice_is(purl_key_unversioned(&arena, key),
		    cases[i].bare), "and without its version");
		ok(slice_eq(purl_key_version(&arena, key),
		    slice_of(cases[i].version)), "and the version");
	}
	key = purl_name_key(&arena, SLICE("org/x"), SLICE("a/b@c"),
	    SLICE("1 2"));
	ok(slice_is(key, "name:org/x/a%2Fb%40c@1%202"),
	    "a name's key is encoded like a purl");
	ok(slice_is(purl_key_unversioned(&arena, key),
	    "name:org/x/a%2Fb%40c"), "and loses its version");
	ok(slice_is(purl_name_key(&arena, SLICE(""), SLICE("a"), SLICE("")),
	    "name:a"), "a name alone");
	key = SLICE("cpe:2.3:a:v:p\\:q:1.2:*:*:*:*:*:*:*");
	ok(slice_is(purl_key_unversioned(&arena, key),
	    "cpe:2.3:a:v:p\\:q:*:*:*:*:*:*:*:*"),
	    "a CPE without version has \"*\" there");
	ok(slice_is(purl_key_version(&arena, key), "1.2"),
	    "a CPE's version");
}

static enum purl_match
match(const char *statement, const char *component)
{
	struct purl s, c;
	struct err e;

	(void)purl_parse(slice_of(statement), PURL_LENIENT, &arena, &s, &e);
	(void)purl_parse(slice_of(component), PURL_LENIENT, &arena, &c, &e);
	return purl_match(&s, &c);
}

static void
test_match(void)
{
	static const struct {
		const char *statement, *component;
		enum purl_match want;
	} cases[] = {
		{ "pkg:npm/a@1", "pkg:npm/a@1", PURL_MATCH_VERSION },
		{ "pkg:npm/a", "pkg:npm/a@1", PURL_MATCH_PRODUCT },
		{ "pkg:npm/a@1", "pkg:npm/a", PURL_MATCH_NO },
		{ "pkg:npm/a@1", "pkg:npm/a@2", PURL_MATCH_NO },
		{ "pkg:npm/a@1", "pkg:pypi/a@1", PURL_MATCH_NO },
		{ "pkg:npm/%40s/a@1", "pkg:npm/a@1", PURL_MATCH_NO },
		{ "pkg:deb/debian/a@1?arch=amd64", "pkg:deb/debian/a@1",
		    PURL_MATCH_VERSION },
		{ "pkg:deb/debian/a@1?arch=amd64",
		    "pkg:deb/debian/a@1?arch=i386", PURL_MATCH_NO },
		{ "pkg:deb/debian/a@1?package-id=1",
		    "pkg:deb/debian/a@1?package-id=2", PURL_MATCH_VERSION },
		{ "pkg:deb/debian/a@1", "pkg:deb/ubuntu/a@1", PURL_MATCH_NO },
		{ "pkg:maven/g/a@1?classifier=x", "pkg:maven/g/a@1",
		    PURL_MATCH_NO },
		{ "pkg:maven/g/a@1?type=jar", "pkg:maven/g/a@1",
		    PURL_MATCH_VERSION },
		{ "pkg:maven/g/a@1", "pkg:maven/g/a@1?type=pom",
		    PURL_MATCH_VERSION },
		{ "pkg:rpm/r/a@1?epoch=1", "pkg:rpm/r/a@1?epoch=2",
		    PURL_MATCH_NO },
		{ "pkg:golang/github.com/BurntSushi/toml@1.0.0",
		    "pkg:golang/github.com/burntsushi/toml@v1.0.0",
		    PURL_MATCH_VERSION },
		{ "pkg:pypi/a.b_c@1", "pkg:pypi/A-b--c@1",
		    PURL_MATCH_VERSION },
		{ "pkg:pypi/ab@1", "pkg:pypi/a-b@1", PURL_MATCH_NO },
		{ "pkg:golang/a/b#c", "pkg:golang/a/b", PURL_MATCH_NO },
		{ "pkg:golang/a/b", "pkg:golang/a/b#c", PURL_MATCH_PRODUCT },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(match(cases[i].statement, cases[i].component) ==
		    cases[i].want, "%s about %s", cases[i].statement,
		    cases[i].component);
}

static void
test_others(void)
{
	struct purl p;
	struct err e;

	ok(purl_parse(SLICE("pkg:golang/stdlib@1"), PURL_LENIENT, &arena, &p,
	    &e) == ERR_OK && slice_is(p.name, "stdlib"),
	    "lenient: a missing namespace is no error");
	ok(purl_parse(SLICE("pkg:generic/a b?c&d=e f"), PURL_LENIENT, &arena,
	    &p, &e) == ERR_OK && slice_is(purl_text(&arena, &p),
	    "pkg:generic/a%20b?d=e%20f"), "lenient: blanks and lone keys");
	(void)purl_parse(SLICE("pkg:rpm/r/a@1-2?epoch=3"), PURL_STRICT, &arena,
	    &p, &e);
	ok(slice_is(purl_version(&arena, &p), "3:1-2"),
	    "rpm: the epoch is before the version");
	(void)purl_parse(SLICE("pkg:deb/d/a@3:1-2"), PURL_STRICT, &arena, &p,
	    &e);
	ok(slice_is(purl_version(&arena, &p), "3:1-2"),
	    "deb: the epoch is inside the version");
	ok(purl_parse(SLICE("pkg:npm/a%zz"), PURL_STRICT, &arena, &p, &e) ==
	    ERR_INPUT && e.has_offset && e.offset == 9,
	    "an error tells its offset");
}

/* --- canonical as they stand -------------------------------------------- */

static void
test_plain(void)
{
	static const struct {
		const char *text;
		bool plain;
	} cases[] = {
		{ "pkg:npm/a@1", true },
		{ "pkg:npm/%40s/a@1.0.0-rc.1", true },
		{ "pkg:npm/%40s@1", false },
		{ "pkg:npm/@s/a@1", false },
		{ "pkg:npm/%40s/%40a@1", false },
		{ "pkg:npm/a", false },
		{ "pkg:npm/a@", false },
		{ "pkg:npm/@1", false },
		{ "pkg:npm/a@1@2", false },
		{ "pkg:npm/a@1/2", false },
		{ "pkg:npm/a@1+2", false },
		{ "pkg:npm/a@1?x=y", false },
		{ "pkg:npm/a@1#x", false },
		{ "pkg:npm//a@1", false },
		{ "pkg:npm/s//a@1", false },
		{ "pkg:npm/s/@1", false },
		{ "PKG:npm/a@1", false },
		{ "pkg:NPM/a@1", false },
		{ "pkg:/npm/a@1", false },
		{ "pkg:maven/g/a@1", true },
		{ "pkg:maven/a@1", false },
		{ "pkg:golang/github.com/A/b@v1.2.3", true },
		{ "pkg:pypi/a-b@1", true },
		{ "pkg:pypi/a_b@1", false },
		{ "pkg:pypi/A@1", false },
		{ "pkg:pypi/a@1RC", false },
		{ "pkg:cargo/x/a@1", false },
		{ "pkg:composer/A/b@1", false },
		{ "pkg:deb/debian/a@1", false },
		{ "pkg:generic/a@1:2~3_4", true },
		{ "pkg:generic/a\xc3\xa9@1", false },
		{ "pkg", false },
		{ "", false }
	};
	struct purl_plain plain;
	struct purl p;
	struct err e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice text = slice_of(cases[i].text);
		bool got = purl_plain(text, &plain);

		ok(got == cases[i].plain && (!got || (purl_parse(text,
		    PURL_STRICT, &arena, &p, &e) == ERR_OK &&
		    slice_eq(purl_key(&arena, &p), text) &&
		    slice_eq(purl_text(&arena, &p), text) &&
		    slice_eq(p.name, slice_cut(text, plain.name,
		    plain.name_end)))), "%s is %splain", cases[i].text,
		    cases[i].plain ? "" : "not ");
	}
}

int
main(void)
{
	test_suite();
	test_canonical();
	test_keys();
	test_match();
	test_plain();
	test_others();
	arena_free(&arena);
	return done();
}
