/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "io.h"
#include "msg.h"
#include "oci.h"
#include "opt.h"
#include "output.h"
#include "packcache.h"
#include "packcheck.h"
#include "packtrust.h"
#include "packverify.h"
#include "tool.h"
#include "wrapped.h"

/* --- verify --------------------------------------------------------------- */

struct verify {
	struct packtrust trust;
	const char *require, *subject, *artifact, *policy, *environment, *at;
	const char *output, *name;
	bool current, report;
	bool failed;		/* and it was said */
	struct digest want_subject, want_policy;
	struct output out;
	struct arena lines;
};

/* A sentence per failure; with --report a line per check. */
static void
on_check(void *ctx, const char *check, const char *entry,
    enum packcheck_result result, const char *detail)
{
	static const char *const word[] = { "pass", "fail", "skip" };
	struct verify *o = ctx;
	struct json line = json_object();

	o->failed |= result == PACKCHECK_FAIL;
	if (result == PACKCHECK_FAIL)
		msg_say(o->name, "%s%s%s", entry != NULL ? entry : "",
		    entry != NULL ? ": " : "", detail);
	if (!o->report)
		return;
	json_set_z(&o->lines, &line, "check", check);
	if (detail != NULL)
		json_set_z(&o->lines, &line, "detail", detail);
	if (entry != NULL)
		json_set_z(&o->lines, &line, "entry", entry);
	json_set_z(&o->lines, &line, "kind", "prov.packreport/v1");
	json_set_z(&o->lines, &line, "result", word[result]);
	output_json(&o->out, &line);
	arena_reset(&o->lines);
}

static enum status
hash_file(const char *path, struct digest *out)
{
	struct packout_item item;
	struct err e;
	int fd;
	enum status rc = io_open_read(path, &fd, &e);

	if (rc != ERR_OK)
		return msg_err(path, &e);
	rc = packout_hash(fd, &item, &e);
	(void)close(fd);
	*out = item.digest;
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

/* An envelope stands for what is in it: whose policy it is was for the
 * decision to ask, here it is the caller's own. */
static enum status
policy_digest(const char *path, struct arena *a, struct digest *out)
{
	struct json doc;
	struct dsse d;
	struct err e;
	enum status rc = input_document(path, &json_own, a, &doc);

	if (rc == ERR_OK && wrapped_is(&doc)) {
		rc = dsse_read(&doc, a, &d, &e);
		if (rc == ERR_OK)
			rc = json_parse(d.payload, &json_own, a, &doc, &e);
		if (rc != ERR_OK)
			return msg_err(path, &e);
	}
	if (rc == ERR_OK)
		*out = digest_json(&doc);
	return rc;
}

/* What is asked of the bundle beyond that it holds. */
static enum status
load_questions(struct verify *o, struct arena *a, struct packcheck *check)
{
	enum status rc = ERR_OK;

	if (o->require != NULL && strcmp(o->require, "pass") != 0 &&
	    strcmp(o->require, "warn") != 0)
		opt_usage_error("--require wants pass or warn");
	if (o->subject != NULL && o->artifact != NULL)
		opt_usage_error("--subject and --artifact ask the same");
	if (o->subject != NULL && !digest_option(slice_of(o->subject),
	    &o->want_subject))
		opt_usage_error("--subject wants a SHA-256 digest");
	check->require = slice_of(o->require);
	check->environment = slice_of(o->environment);
	check->current = o->current;
	if (o->artifact != NULL)
		rc = hash_file(o->artifact, &o->want_subject);
	if (o->subject != NULL || o->artifact != NULL)
		check->subject = &o->want_subject;
	if (rc != ERR_OK || o->policy == NULL)
		return rc;
	check->policy = &o->want_policy;
	return policy_digest(o->policy, a, &o->want_policy);
}

enum status
packverify_open(const char *operand, int *fd)
{
	struct err e;

	*fd = STDIN_FILENO;
	if (operand == NULL || strcmp(operand, "-") == 0)
		return ERR_OK;
	return io_open_read(operand, fd, &e) == ERR_OK ? ERR_OK :
	    msg_err(operand, &e);
}

static const struct opt_usage verify_usage = {
	"(-k PUB... | --keyring FILE | --integrity-only) [OPTION]... [FILE]",
	"verify a proof bundle"
};

static const char *
verify_options(struct verify *o, int argc, char **argv)
{
	const struct opt table[] = {
		PACKTRUST_OPTIONS(o->trust),
		{ 0, "integrity-only", OPT_FLAG, &o->trust.integrity_only,
		    NULL, "ask for no signature at all" },
		{ 0, "require", OPT_TEXT, &o->require, "STATUS",
		    "pass, or warn: at least this verdict" },
		{ 0, "subject", OPT_TEXT, &o->subject, "DIGEST",
		    "the artifact the verdict must be about" },
		{ 0, "artifact", OPT_TEXT, &o->artifact, "FILE",
		    "the same, by the file itself" },
		{ 0, "policy", OPT_TEXT, &o->policy, "FILE",
		    "the policy it must have been made under" },
		{ 0, "environment", OPT_TEXT, &o->environment, "NAME",
		    "the environment it must be for" },
		{ 0, "require-current", OPT_FLAG, &o->current, NULL,
		    "the decision must not have expired" },
		{ 0, "at", OPT_TEXT, &o->at, "TIME",
		    "judge at this time; default: now" },
		{ 0, "report", OPT_FLAG, &o->report, NULL,
		    "write a line for every check" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write there" },
		OPT_END
	};
	int n = opt_parse(&verify_usage, table, argc, argv);

	if (n > 1)
		opt_usage_error("one bundle at a time");
	o->name = n == 1 && strcmp(argv[0], "-") != 0 ? argv[0] : "<stdin>";
	return n == 1 ? argv[0] : NULL;
}

int
packverify_run(int argc, char **argv)
{
	struct verify o = { .name = NULL };
	struct packcheck check = { .report = on_check, .report_ctx = &o };
	struct arena a = { 0 };
	struct json answer;
	struct pack pack;
	struct err e;
	const char *operand = verify_options(&o, argc, argv);
	enum status rc = packtrust_load(&o.trust, &a, &check);
	int fd;

	check.at = tool_at(o.at, TOOL_VERIFIES);
	if (rc == ERR_OK)
		rc = load_questions(&o, &a, &check);
	if (rc == ERR_OK)
		rc = packverify_open(operand, &fd);
	if (rc == ERR_OK) {
		output_open(&o.out, o.output);
		rc = packcheck_run(fd, &a, &check, &pack, &answer, &e);
		if (rc == ERR_OK)
			output_json(&o.out, &answer);
		if (rc == ERR_OK || o.report)
			output_commit(&o.out);
		else
			output_abandon(&o.out);
	}
	packtrust_close(&o.trust);
	arena_free(&o.lines);
	arena_free(&a);
	return (int)rc;
}

/* --- import --------------------------------------------------------------- */

struct import {
	struct verify judge;
	struct packcheck check;
	const char *cache, *oci;
	struct arena arena;
};

static enum status
import_one(void *ctx, int fd, const char *name, struct err *e)
{
	struct import *o = ctx;
	struct digest verikey;
	enum status rc;

	o->judge.name = name;
	rc = packcache_import(fd, o->cache, &o->arena, &o->check, &verikey, e);
	/* What is wrong with the bundle was said; this is the cache's. */
	if (rc != ERR_OK && !o->judge.failed)
		(void)msg_err(name, e);
	o->judge.failed |= rc != ERR_OK;
	return rc;
}

static const struct opt_usage import_usage = {
	"(-k PUB... | --keyring FILE) [--cache DIR] [OPTION]... "
	"[FILE | --oci DIR]",
	"verify a proof bundle and put it into the cache"
};

int
packverify_import(int argc, char **argv)
{
	struct import o = { .cache = NULL };
	struct verify *v = &o.judge;
	const struct opt table[] = {
		PACKTRUST_OPTIONS(v->trust),
		{ 0, "cache", OPT_TEXT, &o.cache, "DIR",
		    "the provenance cache" },
		{ 0, "oci", OPT_TEXT, &o.oci, "DIR",
		    "take the bundles of an OCI image layout" },
		{ 0, "at", OPT_TEXT, &v->at, "TIME",
		    "judge at this time; default: now" },
		OPT_END
	};
	struct err e = { .text = "" };
	int n = opt_parse(&import_usage, table, argc, argv), fd;
	enum status rc;

	if (n > 1 || (n == 1 && o.oci != NULL))
		opt_usage_error("one bundle at a time");
	rc = packtrust_load(&v->trust, &o.arena, &o.check);
	o.check.report = on_check;
	o.check.report_ctx = v;
	o.check.at = tool_at(v->at, TOOL_VERIFIES);
	if (rc == ERR_OK && o.oci != NULL) {
		rc = oci_each(o.oci, &o.arena, import_one, &o, &e);
		if (rc != ERR_OK && !v->failed)
			(void)msg_err(o.oci, &e);
	} else if (rc == ERR_OK) {
		rc = packverify_open(n == 1 ? argv[0] : NULL, &fd);
		if (rc == ERR_OK)
			rc = import_one(&o, fd, n == 1 ? argv[0] : "<stdin>",
			    &e);
	}
	packtrust_close(&v->trust);
	arena_free(&v->lines);
	arena_free(&o.arena);
	return (int)rc;
}
