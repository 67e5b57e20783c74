/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-diff - say what changed between two bodies of evidence
 *
 * Reads prov.evidence/v1, writes the same evidence with a diff member, or
 * the prov.diff/v1 alone.  Exit 1: --exit-code, and there is a difference.
 */
#include "diff.h"
#include "evidence.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

struct opts {
	const char *base;
	bool only;
	bool exit_code;
	const char *output;
};

/* The one evidence in a file, checked; its bytes stay with in. */
static enum status
read_evidence(const char *operand, struct input *in, struct arena *a,
    struct json *v)
{
	struct json second;
	struct slice all;
	struct err e;
	enum status rc = input_open(in, operand, &json_own);
	bool got;

	if (rc != ERR_OK)
		return rc;
	rc = input_all(in, &all);
	in->stream.discard = NULL;
	if (rc == ERR_OK)
		rc = input_next(in, a, v, &got);
	if (rc != ERR_OK)
		return rc;
	if (evidence_check(v, &e) != ERR_OK)
		return input_fault(in, &e);
	rc = input_next(in, a, &second, &got);
	if (rc != ERR_OK || !got)
		return rc;
	(void)err_input(&e, 0, "more than one document, expected one");
	return input_fault(in, &e);
}

static const struct opt_usage usage = {
	"--base FILE [--only] [--exit-code] [-o FILE] [FILE]",
	"say what changed between two bodies of evidence"
};

int
main(int argc, char **argv)
{
	struct opts o = { NULL, false, false, NULL };
	const struct opt table[] = {
		{ 0, "base", OPT_TEXT, &o.base, "FILE",
		    "evidence to compare with" },
		{ 0, "only", OPT_FLAG, &o.only, NULL,
		    "write the diff alone" },
		{ 0, "exit-code", OPT_FLAG, &o.exit_code, NULL,
		    "exit 1 when there is a difference" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write to FILE in place of standard output" },
		OPT_END
	};
	struct arena a = { NULL, NULL, NULL };
	struct input base_in = { .fd = -1 }, head_in = { .fd = -1 };
	struct json base, head, diff, result;
	enum status rc;
	int n;

	tool_start("prov-diff");
	n = opt_parse(&usage, table, argc, argv);
	if (o.base == NULL)
		opt_usage_error("--base is missing");
	if (n > 1)
		opt_usage_error("more than one operand");
	rc = read_evidence(o.base, &base_in, &a, &base);
	if (rc == ERR_OK)
		rc = read_evidence(n > 0 ? argv[0] : NULL, &head_in, &a,
		    &head);
	if (rc == ERR_OK) {
		diff = diff_evidence(&a, &base, &head);
		result = o.only ? diff : diff_attach(&a, &head, &diff);
		output_document(o.output, &result);
		if (o.exit_code && !diff_is_empty(&diff))
			rc = ERR_NO;
	}
	arena_free(&a);
	input_close(&base_in);
	input_close(&head_in);
	return (int)rc;
}
