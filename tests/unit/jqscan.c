/* SPDX-License-Identifier: Apache-2.0 */
/* Which tokens of a jq program are calls of what a policy may not use. */
#include <string.h>

#include "jqscan.h"
#include "tap.h"

static const struct {
	const char *program;
	const char *word;	/* refused for it; NULL: let through */
	unsigned offset;
} cases[] = {
	/* calls */
	{ "now", "'now'", 0 },
	{ "[.claims[] | now]", "'now'", 13 },
	{ "env.HOME", "'env'", 0 },
	{ "$ENV.HOME", "'$ENV'", 1 },
	{ "$ ENV", "'$ENV'", 2 },
	{ "$__loc__", "'$__loc__'", 1 },
	{ "$__prog_args", "'$__prog_args'", 1 },
	{ "input", "'input'", 0 },
	{ "[inputs]", "'inputs'", 1 },
	{ "1|debug", "'debug'", 2 },
	{ "import \"a\" as a; 1", "'import'", 0 },
	{ "include \"a\"; 1", "'include'", 0 },
	{ "modulemeta", "'modulemeta'", 0 },
	{ "halt_error(1)", "'halt_error'", 0 },
	{ "strftime(\"%Y\")", "'strftime'", 0 },
	{ "pow(2; 3)", "'pow'", 0 },
	{ "1 as $x | log", "'log'", 10 },
	{ "..|now", "'now'", 3 },
	{ ".. now", "'now'", 3 },
	{ ".|now", "'now'", 2 },
	{ ". now", "'now'", 2 },
	{ ".[now]", "'now'", 2 },
	{ ".a.[now]", "'now'", 4 },
	{ "reduce now as $x (0; .)", "'now'", 7 },
	{ "def f: now; f", "'now'", 7 },
	/* definitions and keys would hide a call that comes later */
	{ "def now: 1; []", "'now'", 4 },
	{ "{now: 1}", "'now'", 1 },
	/* within strings only what is interpolated is a program */
	{ "\"now\"", NULL, 0 },
	{ "\"\\(now)\"", "'now'", 3 },
	{ "\"a\\(\"b\\(now)\")c\"", "'now'", 8 },
	{ "\"\\(1)now\"", NULL, 0 },
	{ "\"\\((1)|now)\"", "'now'", 7 },
	{ "\"\\\"\\(now)\"", "'now'", 5 },
	{ "\"\\\\(now)\"", NULL, 0 },
	{ "@base64 \"x\\(now)\"", "'now'", 12 },
	{ "\"a\" | now", "'now'", 6 },
	{ "\"\\(\"", "the program ends within a string", 4 },
	{ "\"now", "the program ends within a string", 4 },
	{ "\"now\\", "the program ends within a string", 5 },
	/* no calls */
	{ "", NULL, 0 },
	{ ".now", NULL, 0 },
	{ ".a.now?", NULL, 0 },
	{ ".[\"now\"]", NULL, 0 },
	{ ".\"now\"", NULL, 0 },
	{ "{\"now\": 1}", NULL, 0 },
	{ "# now\n[]", NULL, 0 },
	{ "[] # now", NULL, 0 },
	{ "$now", NULL, 0 },
	{ ". as {a: $env} | $env", NULL, 0 },
	{ "nowhere, know, now_, now2, environment", NULL, 0 },
	{ "1.5 | floor, ceil, round, fabs, sqrt", NULL, 0 },
	{ ")", NULL, 0 },
	{ "[.claims[] | select(.score < 5000)]", NULL, 0 },
	/* names begin where a name can */
	{ "1now", "'now'", 1 },
	{ "a::now", "'now'", 3 }
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = { .offset = 0 };
		enum status rc = jqscan(slice_of(cases[i].program), &e);
		bool good = cases[i].word == NULL ? rc == ERR_OK :
		    rc == ERR_INPUT && slice_starts(slice_of(e.text),
		    cases[i].word) && e.offset == cases[i].offset;

		ok(good, "%s%s", cases[i].word != NULL ? "refused: " : "",
		    strchr(cases[i].program, '\n') != NULL ?
		    "a comment ends with its line" : cases[i].program);
		if (!good)
			printf("# said %s at %u\n", e.text,
			    (unsigned)e.offset);
	}
}

static void
test_limits(void)
{
	struct buf b = { 0 };
	struct err e;

	ok(jqscan(SLICE("[\0]"), &e) == ERR_INPUT && e.offset == 1,
	    "a NUL byte is refused where it stands");
	for (int i = 0; i < 257; i++)
		buf_text(&b, "\"\\(");
	ok(jqscan(buf_get(&b), &e) == ERR_INPUT && e.offset == 257 * 3 &&
	    slice_starts(slice_of(e.text), "strings nest more than 256"),
	    "strings within strings have a limit");
	b.len = 256 * 3;
	for (int i = 0; i < 256; i++)
		buf_text(&b, ")\"");
	ok(jqscan(buf_get(&b), &e) == ERR_OK, "and are let through below it");
	buf_free(&b);
}

int
main(void)
{
	test_cases();
	test_limits();
	return done();
}
