/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigbundle - create, verify, inspect and convert Sigstore bundles.
 *
 * One command in one process, and no socket: what is believed comes from the
 * files that options name.  "create" is createcmd's, "verify" verifycmd's.
 */
#include "bundle.h"
#include "bundlemake.h"
#include "createcmd.h"
#include "flat.h"
#include "input.h"
#include "keyfile.h"
#include "opt.h"
#include "output.h"
#include "rootfile.h"
#include "tool.h"
#include "verifycmd.h"

/* --- inspect, convert --------------------------------------------------- */

/* What one of these commands does with a document. */
struct filter {
	enum status (*run)(const struct filter *, const struct json *,
	    struct arena *, struct json *, struct err *);
	const char *output;
	const struct key *key;
	bool text;		/* lines for people in place of JSON */
};

static enum status
inspect(const struct filter *f, const struct json *doc, struct arena *a,
    struct json *out, struct err *e)
{
	struct bundle b;
	enum status rc = bundle_read(doc, a, &b, e);

	(void)f;
	if (rc == ERR_OK)
		*out = bundle_show(&b, a);
	return rc;
}

static enum status
convert(const struct filter *f, const struct json *doc, struct arena *a,
    struct json *out, struct err *e)
{
	return bundle_convert(doc, f->key, a, out, e);
}

static void
write_result(const struct filter *f, struct output *out,
    const struct json *result)
{
	struct buf b = { 0 };

	if (!f->text) {
		output_json(out, result);
		return;
	}
	flat_write(&b, result);
	output_bytes(out, buf_get(&b));
	buf_free(&b);
}

static enum status
filter_operand(const struct filter *f, const char *name, struct output *out)
{
	struct arena a = { 0 };
	struct input in;
	struct json doc, result;
	struct err e;
	bool got;
	enum status worst = ERR_OK, rc = input_open(&in, name,
	    &bundle_limits);

	if (rc != ERR_OK)
		return rc;
	while ((rc = input_next(&in, &a, &doc, &got)) == ERR_OK && got) {
		rc = f->run(f, &doc, &a, &result, &e);
		if (rc == ERR_OK)
			write_result(f, out, &result);
		else
			worst = err_worst(worst, err_worst(rc,
			    input_fault(&in, &e)));
		arena_reset(&a);
	}
	input_close(&in);
	arena_free(&a);
	return err_worst(worst, rc);
}

static int
filter_all(const struct filter *f, int n, char **names)
{
	struct output out;
	enum status rc = ERR_OK;

	output_open(&out, f->output);
	if (n == 0)
		rc = filter_operand(f, NULL, &out);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, filter_operand(f, names[i], &out));
	if (rc == ERR_OK || f->output == NULL)
		output_commit(&out);
	else
		output_abandon(&out);
	return (int)rc;
}

static int
do_inspect(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--text] [-o FILE] [BUNDLE...]",
		"show what bundles say, without verifying it"
	};
	struct filter f = { .run = inspect };
	const struct opt table[] = {
		{ 0, "text", OPT_FLAG, &f.text, NULL,
		    "as lines for people, in place of JSON" },
		{ 'o', "output", OPT_TEXT, &f.output, "FILE",
		    "write there instead of standard output" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);

	return filter_all(&f, n, argv);
}

static int
do_convert(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[-k PUB] [-o FILE] [BUNDLE...]",
		"bring older bundles to the newest version they allow"
	};
	struct filter f = { .run = convert };
	const char *path = NULL;
	const struct opt table[] = {
		{ 'k', "key", OPT_TEXT, &path, "PUB",
		    "the public key, where the bundle names none" },
		{ 'o', "output", OPT_TEXT, &f.output, "FILE",
		    "write there instead of standard output" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct arena a = { 0 };
	struct key key;
	int rc = 0;

	if (path != NULL) {
		rc = (int)keyfile_public(path, &a, &key);
		f.key = &key;
	}
	if (rc == 0)
		rc = filter_all(&f, n, argv);
	arena_free(&a);
	return rc;
}

/* --- root --------------------------------------------------------------- */

static int
do_root(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--at TIME] [-o FILE] [FILE...]",
		"check trusted roots and show what they hold"
	};
	const char *at = NULL, *output = NULL;
	const struct opt table[] = {
		{ 0, "at", OPT_TEXT, &at, "TIME",
		    "the time that validity is judged at (default now)" },
		{ 'o', "output", OPT_TEXT, &output, "FILE",
		    "write there instead of standard output" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	int64_t now = tool_at(at, TOOL_VERIFIES);
	struct trustroot root = { 0 };
	struct arena a = { 0 };
	struct json shown;
	enum status rc = ERR_OK;

	if (n == 0)
		rc = rootfile_add(&root, "-", &a);
	for (int i = 0; i < n && rc == ERR_OK; i++)
		rc = rootfile_add(&root, argv[i], &a);
	if (rc == ERR_OK) {
		shown = trustroot_show(&root, &a, now);
		output_document(output, &shown);
	}
	arena_free(&a);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"COMMAND ...",
		"create, verify, inspect and convert Sigstore bundles"
	};
	static const struct opt_verb verbs[] = {
		{ "create", createcmd_create,
		    "make a bundle of an envelope, or sign an artifact" },
		{ "verify", verifycmd_verify,
		    "verify bundles against an artifact" },
		{ "inspect", do_inspect,
		    "show what bundles say, without verifying it" },
		{ "convert", do_convert,
		    "bring older bundles to the newest version they allow" },
		{ "root", do_root,
		    "check trusted roots and show what they hold" },
		{ NULL, NULL, NULL }
	};

	tool_start("sigbundle");
	return opt_verb(&usage, verbs, argc, argv);
}
