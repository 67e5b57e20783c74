/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-digest - canonicalise JSON and address it by content.
 */
#include <string.h>

#include "digest.h"
#include "err.h"
#include "input.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

static const struct opt_usage usage = {
	"[--canonical] [--lossy-numbers] [FILE...]",
	"canonicalise and content-address JSON documents and files"
};

struct opts {
	bool canonical;
	bool lossy;
};

static enum status
do_file(const struct opts *o, const char *name, struct output *out)
{
	struct json_limits limits = json_foreign;
	struct arena a = { 0 };
	struct input in;
	struct json doc;
	bool got = true;
	enum status rc;

	limits.lossy = o->lossy;
	rc = input_open(&in, name, &limits);
	if (rc != ERR_OK)
		return rc;
	for (;;) {
		rc = input_next(&in, &a, &doc, &got);
		if (rc != ERR_OK || !got)
			break;
		if (o->canonical) {
			output_json(out, &doc);
		} else {
			struct digest d = digest_json(&doc);
			struct json v = json_object();

			json_set(&a, &v, "digest", digest_set(&a, &d));
			if (name != NULL && strcmp(name, "-") != 0)
				json_set_z(&a, &v, "name", name);
			output_json(out, &v);
		}
		arena_reset(&a);
	}
	arena_free(&a);
	input_close(&in);
	return rc;
}

int
main(int argc, char **argv)
{
	struct opts o = { 0 };
	const struct opt table[] = {
		{ 0, "canonical", OPT_FLAG, &o.canonical, NULL,
		    "print the canonical form itself" },
		{ 0, "lossy-numbers", OPT_FLAG, &o.lossy, NULL,
		    "accept whole numbers that a double changes" },
		OPT_END
	};
	struct output out;
	enum status worst = ERR_OK;
	int n;

	tool_start("prov-digest");
	n = opt_parse(&usage, table, argc, argv);
	output_open(&out, NULL);
	if (n == 0)
		worst = do_file(&o, NULL, &out);
	for (int i = 0; i < n; i++)
		worst = err_worst(worst, do_file(&o, argv[i], &out));
	output_commit(&out);
	return (int)worst;
}
