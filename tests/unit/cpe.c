/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cpe.h"
#include "tap.h"

static struct arena arena;

static void
test_text(void)
{
	static const struct {
		const char *in, *out;	/* NULL: refused */
	} cases[] = {
		{ "cpe:2.3:a:OpenSSL:openssl:1.1.1k:*:*:*:*:*:*:*",
		    "cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*" },
		{ "cpe:/a:openssl:openssl:1.1.1k",
		    "cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*" },
		{ "cpe:/o:redhat:enterprise_linux:8::baseos",
		    "cpe:2.3:o:redhat:enterprise_linux:8:*:baseos:*:*:*:*:*" },
		{ "cpe:/a:hp:insight:7.4.0.1570:-:~~online~win2003~x64~",
		    "cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:"
		    "*" },
		{ "cpe:/a:microsoft:internet_explorer:8.%02:sp%01",
		    "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:"
		    "*" },
		{ "cpe:/a:foo%5cbar:big%24money_2010%07", NULL },
		{ "cpe:/a:v:p:1%012", NULL },
		{ "cpe:/a:v:p:1%5c%02",
		    "cpe:2.3:a:v:p:1\\\\*:*:*:*:*:*:*:*" },
		{ "cpe:/a:foo%5cbar:big%24money",
		    "cpe:2.3:a:foo\\\\bar:big\\$money:*:*:*:*:*:*:*:*" },
		{ "cpe:2.3:a:foo\\.bar:b\\_c:1\\:2:*:*:*:*:*:*:*",
		    "cpe:2.3:a:foo.bar:b_c:1\\:2:*:*:*:*:*:*:*" },
		{ "cpe:2.3:a:v:p:\\-:-:*:*:*:*:*:*",
		    "cpe:2.3:a:v:p:\\-:-:*:*:*:*:*:*" },
		{ "cpe:2.3:a:v:c++:1:*:*:*:*:*:*:*",
		    "cpe:2.3:a:v:c\\+\\+:1:*:*:*:*:*:*:*" },
		{ "cpe:2.3:a:v:p:1.*:*:*:*:*:*:*:*",
		    "cpe:2.3:a:v:p:1.*:*:*:*:*:*:*:*" },
		{ "cpe:2.3:a:v:p:1*2:*:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:a:v:p:??1??:*:*:*:*:*:*:*",
		    "cpe:2.3:a:v:p:??1??:*:*:*:*:*:*:*" },
		{ "cpe:2.3:a:v:p:1:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:a:v::1:*:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:x:v:p:1:*:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:a:v p:p:1:*:*:*:*:*:*:*", NULL },
		{ "cpe:2.3:a:v:p:1:*:*:*:*:*:*:\\", NULL },
		{ "cpe:/a:v:p:1:u:e:l:more", NULL },
		{ "cpe:/a:v:p:%4", NULL },
		{ "CPE:/a:v:p", "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*" },
		{ "cpe:/", "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*" },
		{ "", NULL }, { "cpe:2.3", NULL }, { "pkg:npm/a", NULL },
	};
	struct cpe c;
	struct err e;
	size_t i;
	bool good;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		good = cpe_parse(slice_of(cases[i].in), &arena, &c, &e) ==
		    ERR_OK;
		if (cases[i].out == NULL)
			ok(!good, "\"%s\" is refused", cases[i].in);
		else
			ok(good && slice_is(cpe_text(&arena, &c),
			    cases[i].out), "%s is %s", cases[i].in,
			    cases[i].out);
	}
	(void)cpe_parse(SLICE("cpe:2.3:a:v:c\\+\\+:-:*:*:*:*:*:*:*"), &arena,
	    &c, &e);
	ok(slice_is(cpe_plain(&arena, &c, CPE_PRODUCT), "c++"),
	    "an attribute without its quoting");
	ok(cpe_plain(&arena, &c, CPE_VERSION).data == NULL,
	    "NA has no text");
}

static void
test_match(void)
{
	static const struct {
		const char *statement, *component;
		enum cpe_match want;
	} cases[] = {
		{ "cpe:/a:v:p:1.0", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*",
		    CPE_EQUAL },
		{ "cpe:/a:v:p", "cpe:/a:v:p:1.0", CPE_SUPERSET },
		{ "cpe:/a:v:p:1.0", "cpe:/a:v:p", CPE_DISJOINT },
		{ "cpe:/a:v:p:1.0", "cpe:/a:v:p:1.1", CPE_DISJOINT },
		{ "cpe:/a:v:p:1.0", "cpe:/o:v:p:1.0", CPE_DISJOINT },
		{ "cpe:/a:v:p:1.%02", "cpe:/a:v:p:1.12", CPE_SUPERSET },
		{ "cpe:/a:v:p:1.%02", "cpe:/a:v:p:2.1.1", CPE_DISJOINT },
		{ "cpe:/a:v:p:%021", "cpe:/a:v:p:2.1.1", CPE_SUPERSET },
		{ "cpe:/a:v:p:%02.1.%02", "cpe:/a:v:p:2.1.1", CPE_SUPERSET },
		{ "cpe:/a:v:p:1.%01", "cpe:/a:v:p:1.2", CPE_SUPERSET },
		{ "cpe:/a:v:p:1.%01", "cpe:/a:v:p:1.", CPE_SUPERSET },
		{ "cpe:/a:v:p:1.%01", "cpe:/a:v:p:1.22", CPE_DISJOINT },
		{ "cpe:2.3:a:v:p:1.\\*:*:*:*:*:*:*:*",
		    "cpe:2.3:a:v:p:1.2:*:*:*:*:*:*:*", CPE_DISJOINT },
		{ "cpe:/a:v:p:-", "cpe:/a:v:p:1", CPE_DISJOINT },
		{ "cpe:2.3:a:v:p:1:*:*:*:*:linux:*:*", "cpe:/a:v:p:1",
		    CPE_SUPERSET },
		{ "cpe:2.3:a:v:p:1:*:*:*:*:linux:*:*",
		    "cpe:2.3:a:v:p:1:*:*:*:*:macos:*:*", CPE_DISJOINT },
		{ "cpe:/a:V:P:1", "cpe:/a:v:p:1", CPE_EQUAL },
	};
	struct cpe s, c;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)cpe_parse(slice_of(cases[i].statement), &arena, &s, &e);
		(void)cpe_parse(slice_of(cases[i].component), &arena, &c, &e);
		ok(cpe_match(&s, &c) == cases[i].want, "%s about %s",
		    cases[i].statement, cases[i].component);
	}
}

int
main(void)
{
	test_text();
	test_match();
	arena_free(&arena);
	return done();
}
