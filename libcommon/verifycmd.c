/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact.h"
#include "input.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "rootfile.h"
#include "verifycmd.h"

struct verify {
	struct opt_list roots;
	const char *key, *identity, *pattern, *issuer;
	const char *artifact, *digest, *output;
	bool report, payload;
};

struct job {
	const struct verify *o;
	struct bundle_policy policy;
	struct trustroot root;
	struct key key;
	struct regex *pattern;
	struct artifact artifact;
	struct output out;
	struct arena run, record;
};

static bool
is_empty(const char *z)
{
	return z != NULL && *z == '\0';
}

static void
check_options(const struct verify *o)
{
	bool names = o->identity != NULL || o->pattern != NULL;

	if (o->key != NULL && (names || o->issuer != NULL))
		opt_usage_error("-k and an identity exclude each other");
	if (o->identity != NULL && o->pattern != NULL)
		opt_usage_error("--identity and --identity-regexp exclude "
		    "each other");
	if (o->key == NULL && (!names || o->issuer == NULL))
		opt_usage_error("who must have signed? give -k, or "
		    "--identity (or --identity-regexp) and --issuer");
	/* What a shell makes of a variable that is not set. */
	if (is_empty(o->identity) || is_empty(o->pattern) ||
	    is_empty(o->issuer))
		opt_usage_error("an empty --identity, --identity-regexp or "
		    "--issuer names nobody");
	if (o->key == NULL && o->roots.count == 0)
		opt_usage_error("an identity needs --trusted-root");
	if ((o->artifact != NULL) == (o->digest != NULL))
		opt_usage_error("give one of --artifact and "
		    "--artifact-digest");
	if (o->report && o->payload)
		opt_usage_error("--report and --payload exclude each other");
}

static enum status
load_policy(struct job *j)
{
	const struct verify *o = j->o;
	struct digest d;
	struct err e;
	enum status rc = ERR_OK;

	for (size_t i = 0; i < o->roots.count && rc == ERR_OK; i++)
		rc = rootfile_add(&j->root, o->roots.item[i], &j->run);
	if (rc == ERR_OK && o->key != NULL)
		rc = keyfile_public(o->key, &j->run, &j->key);
	if (rc == ERR_OK && o->pattern != NULL &&
	    regex_open(slice_of(o->pattern), REGEX_WHOLE, &j->pattern, &e) !=
	    ERR_OK)
		rc = msg_err("--identity-regexp", &e);
	if (rc != ERR_OK)
		return rc;
	if (o->digest != NULL && !digest_option(slice_of(o->digest), &d))
		opt_usage_error("--artifact-digest is 64 hex digits of "
		    "SHA-256");
	if (o->artifact != NULL)
		artifact_file(&j->artifact, o->artifact);
	else
		artifact_digest(&j->artifact, CRYPT_SHA256, d.sha256);
	j->policy = (struct bundle_policy){
		.root = o->roots.count > 0 ? &j->root : NULL,
		.key = o->key != NULL ? &j->key : NULL,
		.identity = slice_of(o->identity),
		.pattern = j->pattern,
		.issuer = slice_of(o->issuer),
		.artifact = &j->artifact.as
	};
	return ERR_OK;
}

/* What was passed over may have been meant to count. */
static void
say_ignored(const struct input *in, const struct json *paths)
{
	struct buf b = { 0 };

	JSON_EACH(it, paths) {
		buf_text(&b, it > paths->u.item ? ", " : "");
		buf_slice(&b, json_text(it));
	}
	msg_say(in->name, "verified; members that no version of the format "
	    "has were ignored: %.*s", (int)b.len, b.data);
	buf_free(&b);
}

static enum status
verify_one(struct job *j, const struct input *in, const struct json *doc)
{
	struct bundle_result result;
	struct bundle b;
	struct err e = { 0 };
	enum status rc = bundle_read(doc, &j->record, &b, &e);

	if (rc == ERR_OK)
		rc = bundle_check(&b, &j->policy, &j->record, &result, &e);
	else
		result.report = bundle_refused(&j->record, &e);
	if (rc != ERR_SYSTEM && j->o->report) {
		json_set_z(&j->record, &result.report, "name", in->name);
		output_json(&j->out, &result.report);
	}
	if (rc == ERR_OK && j->o->payload)
		output_bytes(&j->out, result.payload);
	if (rc == ERR_OK && b.unknown.len > 0)
		say_ignored(in, &b.unknown);
	return rc == ERR_OK ? ERR_OK : err_worst(rc, input_fault(in, &e));
}

/* A report of what is not even JSON; input has said why. */
static void
report_refused(struct job *j, const struct input *in)
{
	struct json report;
	struct err e;

	err_bad(&e, "not strict JSON");
	report = bundle_refused(&j->record, &e);
	json_set_z(&j->record, &report, "name", in->name);
	output_json(&j->out, &report);
}

static enum status
verify_operand(struct job *j, const char *name)
{
	struct input in;
	struct json doc;
	bool got;
	enum status worst = ERR_OK, rc = input_open(&in, name,
	    &bundle_limits);

	if (rc != ERR_OK)
		return rc;
	while ((rc = input_next(&in, &j->record, &doc, &got)) == ERR_OK &&
	    got) {
		worst = err_worst(worst, verify_one(j, &in, &doc));
		arena_reset(&j->record);
	}
	if (rc == ERR_INPUT && j->o->report)
		report_refused(j, &in);
	input_close(&in);
	return err_worst(worst, rc);
}

static enum status
verify_all(struct job *j, int n, char **names)
{
	enum status rc = ERR_OK;

	output_open(&j->out, j->o->output);
	if (n == 0)
		rc = verify_operand(j, NULL);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, verify_operand(j, names[i]));
	/* Payloads of a run with a failure in it are not let out. */
	if (rc == ERR_OK || j->o->report)
		output_commit(&j->out);
	else
		output_abandon(&j->out);
	return rc;
}

int
verifycmd_verify(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--trusted-root FILE]... (-k PUB | (--identity S | "
		"--identity-regexp R) --issuer S)\n"
		"    (--artifact FILE | --artifact-digest D) "
		"[--report | --payload] [-o FILE] [BUNDLE...]",
		"verify bundles against an artifact"
	};
	struct verify o = { 0 };
	const struct opt table[] = {
		{ 0, "trusted-root", OPT_LIST, &o.roots, "FILE",
		    "logs and authorities to believe; may be repeated" },
		{ 'k', "key", OPT_TEXT, &o.key, "PUB",
		    "the public key that must have signed" },
		{ 0, "identity", OPT_TEXT, &o.identity, "S",
		    "the signer's subject alternative name" },
		{ 0, "identity-regexp", OPT_TEXT, &o.pattern, "R",
		    "an expression that matches all of that name" },
		{ 0, "issuer", OPT_TEXT, &o.issuer, "S",
		    "who vouched for the identity (OIDC issuer)" },
		{ 0, "artifact", OPT_TEXT, &o.artifact, "FILE",
		    "what must have been signed" },
		{ 0, "artifact-digest", OPT_TEXT, &o.digest, "D",
		    "its SHA-256 in place of the file" },
		{ 0, "report", OPT_FLAG, &o.report, NULL,
		    "print every check of every bundle" },
		{ 0, "payload", OPT_FLAG, &o.payload, NULL,
		    "print the verified payload of envelopes" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write there instead of standard output" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct job j = { .o = &o };
	enum status rc;

	check_options(&o);
	rc = load_policy(&j);
	if (rc == ERR_OK)
		rc = verify_all(&j, n, argv);
	mem_free(o.roots.item);
	artifact_close(&j.artifact);
	regex_close(j.pattern);
	arena_free(&j.record);
	arena_free(&j.run);
	return (int)rc;
}
