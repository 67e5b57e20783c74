/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema and the documents behind it: compiling and checking end, the
 * answer with a report is the answer without one, a no has a reason, and all
 * that is said is text.  The input is two or more JSON documents, the first
 * of which is the schema.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "utf8.h"

enum {
	DEPTH_MAX = 64,		/* levels; hostile depths have their tests */
	SIZE_MAX_BYTES = 2048	/* schemas that branch much are only slow */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct schema *schema, const struct json *doc, struct arena *a)
{
	struct schema_report report = { .arena = a };
	struct err e;
	enum status rc = schema_check(schema, doc, NULL, &e);

	if (schema_check(schema, doc, &report, &e) != rc)
		abort();
	/* A no has a reason, and a yes has none. */
	if ((rc == ERR_NO && report.count == 0) ||
	    (rc == ERR_OK && report.count > 0))
		abort();
	for (size_t i = 0; i < report.count; i++)
		if (!utf8_valid(slice_of(report.error[i].instance)) ||
		    !utf8_valid(slice_of(report.error[i].keyword)) ||
		    !utf8_valid(slice_of(report.error[i].message)))
			abort();
	mem_free(report.error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = { 1 << 16, DEPTH_MAX, true };
	struct json_stream stream = { .window = (const char *)data,
		.len = size, .eof = true };
	struct schema_options options = { .assert_format = true,
		.calls_max = 200000 };
	struct arena a = { 0 }, keep = { 0 };
	struct schema_set *set = schema_open(&options);
	const struct schema *schema;
	struct json root, doc;
	struct err e;
	bool got;

	if (size <= SIZE_MAX_BYTES && json_next(&stream, &limits, &keep,
	    &root, &got, &e) == ERR_OK && got && schema_compile(set, &root,
	    (struct slice){ "", 0 }, &schema, &e) == ERR_OK)
		while (json_next(&stream, &limits, &a, &doc, &got, &e) ==
		    ERR_OK && got)
			check(schema, &doc, &a);
	schema_close(set);
	arena_free(&keep);
	arena_free(&a);
	return 0;
}
