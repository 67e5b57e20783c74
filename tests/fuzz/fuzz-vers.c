/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input: a range, LF, a version, LF, another.  What parses leniently is
 * written and read back the same; simplified, it reads strictly and holds the
 * same versions.  Every order is antisymmetric.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static struct slice
line(struct slice *s)
{
	size_t n = slice_find(*s, '\n');
	struct slice out = slice_cut(*s, 0, n);

	*s = slice_cut(*s, n < s->len ? n + 1 : n, s->len);
	return out;
}

/* Their own rules are not transitive, so nothing can be said of ranges. */
static bool
has_cycles(const struct version_scheme *s)
{
	const char *name = s == NULL ? "" : version_scheme_name(s);

	return strcmp(name, "conan") == 0 || strcmp(name, "composer") == 0 ||
	    strcmp(name, "alpm") == 0;
}

static void
check_range(struct vers *v, struct slice x, struct arena *a)
{
	struct vers w;
	enum vers_answer answer = vers_contains(v, x);
	struct slice text;
	struct err e;

	vers_simplify(a, v);
	must(vers_contains(v, x) == answer, "simplified, the same answer");
	text = vers_text(a, v);
	if (v->scheme == NULL || slice_starts(v->type, "datetime"))
		return;
	must(vers_parse(text, VERS_STRICT, a, &w, NULL, &e) == ERR_OK,
	    "simplified, it reads strictly");
	must(slice_eq(vers_text(a, &w), text), "and is written the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size }, range, x, y;
	struct arena a = { 0 };
	struct vers v;
	struct err e;
	const char *name;
	size_t i;

	if (size > 4096)
		return 0;
	range = line(&rest);
	x = line(&rest);
	y = line(&rest);
	if (vers_parse(range, VERS_LENIENT, &a, &v, NULL, &e) == ERR_OK &&
	    !has_cycles(v.scheme))
		check_range(&v, x, &a);
	for (i = 0; (name = version_name(i)) != NULL; i++) {
		const struct version_scheme *s = version_scheme(
		    slice_of(name));

		must(version_cmp(s, x, y) == -version_cmp(s, y, x),
		    "an order is antisymmetric");
		must(version_cmp(s, x, x) == 0, "a version equals itself");
		if (vers_from_native(slice_of(name), range, &a, &v, &e) ==
		    ERR_OK)
			(void)vers_contains(&v, x);
	}
	arena_free(&a);
	return 0;
}
