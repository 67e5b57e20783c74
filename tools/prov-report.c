/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-report - show a verdict to people and to other tools
 *
 * usage: prov-report [--text|--html|--markdown|--sarif|--junit|--badge] [FILE]
 * Reads a prov.verdict/v1, a signed policy-verdict statement or a proof
 * bundle; writes the report.
 * Exit: 0 written, 1 the verdict is not what its id says, 2 refused input,
 * 3 system.
 */
#include <string.h>
#include <unistd.h>

#include "b64.h"
#include "input.h"
#include "io.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "pack.h"
#include "report.h"
#include "tool.h"
#include "verdict.h"

static const char unchecked[] = "Signatures were not checked.";

struct opts {
	bool text, html, markdown, sarif, junit, badge;
	const char *output;
};

static enum report_form
form_of(const struct opts *o)
{
	int chosen = o->text + o->html + o->markdown + o->sarif + o->junit +
	    o->badge;

	if (chosen > 1)
		opt_usage_error("one form at a time");
	return o->html ? REPORT_HTML : o->markdown ? REPORT_MARKDOWN :
	    o->sarif ? REPORT_SARIF : o->junit ? REPORT_JUNIT :
	    o->badge ? REPORT_BADGE : REPORT_TEXT;
}

/* A bundle is a tar, or one zstd frame (RFC 8878 3.1.1). */
static bool
is_bundle(struct slice start)
{
	return slice_starts(start, "manifest.json") ||
	    slice_starts(start, "\x28\xb5\x2f\xfd");
}

static enum status
from_bundle(const char *operand, struct arena *a, struct json *doc)
{
	struct pack pack;
	struct err e;
	int fd;
	enum status rc = io_open_read(operand, &fd, &e);

	if (rc == ERR_OK) {
		rc = pack_read(fd, a, NULL, &pack, &e);
		(void)close(fd);
	}
	if (rc != ERR_OK)
		return msg_err(operand, &e);
	*doc = pack.verdict;
	return ERR_OK;
}

/* The verdict in a statement, in a DSSE envelope or not, in a Sigstore
 * bundle or not; *note says what that leaves open. */
static enum status
unwrap(struct arena *a, struct json *doc, const char **note, struct err *e)
{
	const struct json *envelope = json_get(doc, "dsseEnvelope");
	const struct json *predicate;
	struct slice payload;

	if (envelope == NULL)
		envelope = doc;
	if (json_want(envelope, "payload", JSON_STRING) != NULL) {
		if (!b64_bytes(a, json_get_text(envelope, "payload"),
		    &payload))
			return err_bad(e, "the payload is not Base64");
		if (json_parse(payload, &json_own, a, doc, e) != ERR_OK)
			return ERR_INPUT;
		*note = unchecked;
	}
	predicate = json_get(doc, "predicate");
	if (json_is(json_get(doc, "predicateType"), VERDICT_PREDICATE) &&
	    predicate != NULL)
		*doc = *predicate;
	return ERR_OK;
}

static enum status
read_verdict(const char *operand, struct arena *a, struct json *doc,
    const char **note)
{
	struct slice bytes;
	struct verdict v;
	struct err e;
	enum status rc = input_file(operand == NULL ? "-" : operand,
	    json_own.max_size, a, &bytes);

	if (rc != ERR_OK)
		return rc;
	if (operand == NULL || strcmp(operand, "-") == 0)
		operand = "<stdin>";
	if (is_bundle(bytes)) {
		*note = unchecked;
		if (strcmp(operand, "<stdin>") == 0)
			return msg_say(NULL, "a bundle is read from a file, "
			    "not from standard input"), ERR_INPUT;
		rc = from_bundle(operand, a, doc);
		if (rc != ERR_OK)
			return rc;
	} else if (json_parse(bytes, &json_own, a, doc, &e) != ERR_OK ||
	    unwrap(a, doc, note, &e) != ERR_OK) {
		return msg_err(operand, &e);
	}
	rc = verdict_read(a, doc, &v, &e);
	return rc == ERR_OK ? ERR_OK : msg_err(operand, &e);
}

static int
parse_options(struct opts *o, int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[OPTION]... [FILE]",
		"show a verdict to people and to other tools"
	};
	const struct opt table[] = {
		{ 0, "text", OPT_FLAG, &o->text, NULL,
		    "lines for a terminal (the default)" },
		{ 0, "html", OPT_FLAG, &o->html, NULL, "a page" },
		{ 0, "markdown", OPT_FLAG, &o->markdown, NULL,
		    "for a merge request" },
		{ 0, "sarif", OPT_FLAG, &o->sarif, NULL, "SARIF 2.1.0" },
		{ 0, "junit", OPT_FLAG, &o->junit, NULL, "JUnit XML" },
		{ 0, "badge", OPT_FLAG, &o->badge, NULL, "an SVG badge" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write there, whole or not at all" },
		OPT_END
	};

	return opt_parse(&usage, table, argc, argv);
}

int
main(int argc, char **argv)
{
	struct opts o = { 0 };
	struct arena run = { 0 };
	struct buf text = { 0 };
	struct output out;
	struct json doc;
	const char *note = NULL;
	enum report_form form;
	enum status rc;
	int n;

	tool_start("prov-report");
	n = parse_options(&o, argc, argv);
	if (n > 1)
		opt_usage_error("extra operand '%.80s'", argv[1]);
	form = form_of(&o);
	rc = read_verdict(n == 1 ? argv[0] : NULL, &run, &doc, &note);
	if (rc == ERR_OK) {
		report_write(&text, &doc, form, note);
		output_open(&out, o.output);
		output_bytes(&out, buf_get(&text));
		output_commit(&out);
	}
	buf_free(&text);
	arena_free(&run);
	return (int)rc;
}
