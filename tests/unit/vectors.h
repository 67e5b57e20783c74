/* SPDX-License-Identifier: Apache-2.0 */
/* vectors - published test cases under $SHARED/vectors, for unit tests. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdio.h>
#include <stdlib.h>

#include "io.h"
#include "json.h"

/* The bytes of a file below $SHARED/vectors; false when it is not there. */
__attribute__((unused)) static bool
vectors_read(struct arena *a, const char *name, struct slice *out)
{
	const char *shared = getenv("SHARED");
	struct buf b = { 0 };
	struct err e;
	bool found = shared != NULL && io_slurp(arena_printf(a,
	    "%s/vectors/%s", shared, name), &b, 1 << 26, &e) == ERR_OK;

	if (found)
		*out = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return found;
}

/* Member "tests" of a file of package-url cases; NULL when it is not there. */
__attribute__((unused)) static const struct json *
vectors_tests(struct arena *a, const char *name)
{
	struct json *doc = arena_alloc(a, sizeof(*doc));
	struct slice text;
	struct err e;

	if (!vectors_read(a, name, &text))
		return NULL;
	if (json_parse(text, &json_foreign, a, doc, &e) != ERR_OK) {
		fprintf(stderr, "%s: %s\n", name, e.text);
		exit(1);
	}
	return json_want(doc, "tests", JSON_ARRAY);
}

#endif
