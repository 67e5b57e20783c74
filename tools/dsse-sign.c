/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse-sign - sign a payload into a DSSE envelope.
 *
 * Reads a payload (or with --append an envelope), writes an envelope with a
 * signature of each key behind those that it had.
 */
#include <string.h>

#include "canon.h"
#include "digest.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "privatefile.h"
#include "sign.h"
#include "statement.h"
#include "tool.h"
#include "utf8.h"
#include "vsa.h"

static const struct opt_usage usage = {
	"-k KEY... [--type TYPE] [-o FILE] [FILE]\n"
	"-k KEY... --append [-o FILE] [FILE]\n"
	"-k KEY... --statement --predicate-type URI\n"
	"    (--subject NAME=DIGEST | --subjects FILE)... [-o FILE] [FILE]\n"
	"-k KEY... --vsa --verifier-id URI [--resource-uri URI]\n"
	"    [--policy-uri URI] [--level LEVEL]... [--subject NAME=DIGEST]...\n"
	"    [-o FILE] [FILE]",
	"sign a payload into a DSSE envelope"
};

struct opts {
	struct opt_list keys;
	const char *type;
	bool append;
	bool statement;
	const char *predicate_type;
	struct opt_list subject;
	struct opt_list subjects;
	bool vsa;
	const char *verifier, *resource, *policy;
	struct opt_list levels;
	const char *output;
};

static void
subject_option(struct arena *a, const char *text, struct json *subjects)
{
	struct statement_subject s;
	struct err e;

	if (statement_option(text, &s, &e) != ERR_OK)
		opt_usage_error("--subject %s: %s", text, e.text);
	if (s.name.len == 0 || !utf8_valid(s.name))
		opt_usage_error("--subject %s: expected a name, in UTF-8, "
		    "before the =", text);
	json_push(a, subjects, statement_named(a, &s));
}

/* Records of prov-digest, {"digest":{...},"name":...}. */
static enum status
subjects_file(struct arena *a, const char *path, struct json *subjects)
{
	struct input in;
	struct json doc;
	struct err e;
	bool got;
	enum status st = input_open(&in, path, &json_own);

	if (st != ERR_OK)
		return st;
	while ((st = input_next(&in, a, &doc, &got)) == ERR_OK && got) {
		if (json_count(json_want(&doc, "digest", JSON_OBJECT)) == 0) {
			err_input(&e, doc.offset, "a record without a digest, "
			    "expected what prov-digest writes");
			st = input_fault(&in, &e);
			break;
		}
		json_push(a, subjects, json_copy(a, &doc));
	}
	input_close(&in);
	return st;
}

static enum status
collect_subjects(const struct opts *o, struct arena *a, struct json *subjects)
{
	enum status st = ERR_OK;

	*subjects = json_array();
	for (size_t i = 0; i < o->subject.count; i++)
		subject_option(a, o->subject.item[i], subjects);
	for (size_t i = 0; i < o->subjects.count && st == ERR_OK; i++)
		st = subjects_file(a, o->subjects.item[i], subjects);
	return st;
}

/* The one document of in. */
static enum status
one_document(struct input *in, struct arena *a, struct json *doc)
{
	struct json next;
	struct err e;
	bool got;
	enum status st = input_next(in, a, &next, &got);

	if (st != ERR_OK)
		return st;
	/* The next call may move what the tree points to. */
	*doc = json_copy(a, &next);
	st = input_next(in, a, &next, &got);
	if (st != ERR_OK || !got)
		return st;
	err_input(&e, 0, "a second document, expected one");
	return input_fault(in, &e);
}

/* --- what is signed ----------------------------------------------------- */

/* A statement made here is read as strictly as anybody else's. */
static enum status
statement_payload(const struct opts *o, struct input *in, struct arena *a,
    struct dsse *d)
{
	const struct vsa vsa = { slice_of(o->verifier), slice_of(o->resource),
	    slice_of(o->policy), o->levels.item, o->levels.count };
	struct json doc, subjects, statement;
	struct statement check;
	struct err e;
	enum status st = collect_subjects(o, a, &subjects);

	if (st == ERR_OK)
		st = one_document(in, a, &doc);
	if (st != ERR_OK)
		return st;
	if (o->vsa)
		st = vsa_write(a, &doc, &vsa, subjects, &statement, &e);
	else
		statement = statement_write(a, subjects,
		    slice_of(o->predicate_type), doc);
	if (st == ERR_OK)
		st = statement_read(&statement, &check, &e);
	if (st != ERR_OK)
		return input_fault(in, &e);
	d->type = SLICE(DSSE_INTOTO);
	d->payload = canon_text(a, &statement);
	return ERR_OK;
}

/* Without --type only a Statement says what it is. */
static enum status
plain_payload(const struct opts *o, struct input *in, struct arena *a,
    struct dsse *d)
{
	struct statement s;
	struct json doc;
	struct err e;
	enum status st = input_all(in, &d->payload);

	if (st != ERR_OK)
		return st;
	if (o->type != NULL) {
		d->type = slice_of(o->type);
		return ERR_OK;
	}
	if (json_parse(d->payload, &json_foreign, a, &doc, &e) != ERR_OK ||
	    !statement_is(&doc))
		opt_usage_error("--type is needed: the payload is not an "
		    "in-toto Statement");
	st = statement_read(&doc, &s, &e);
	if (st != ERR_OK)
		return input_fault(in, &e);
	d->type = SLICE(DSSE_INTOTO);
	return ERR_OK;
}

/* --- signing ------------------------------------------------------------ */

static enum status
sign_all(const struct opts *o, struct passphrase *pass, struct arena *a,
    struct dsse *d)
{
	for (size_t i = 0; i < o->keys.count; i++) {
		const char *path = o->keys.item[i];
		struct private *key;
		struct err e;
		enum status st = privatefile_read(path, pass, &key);

		if (st != ERR_OK)
			return st;
		st = sign_envelope(d, a, key, &e);
		privatefile_close(key);
		if (st != ERR_OK)
			return msg_err(path, &e);
	}
	return ERR_OK;
}

/* Members of the envelope that we do not know stay, and so do the texts of
 * those that we do. */
static enum status
append(const struct opts *o, struct passphrase *pass, struct input *in,
    struct arena *a, struct json *out)
{
	struct json signatures;
	struct dsse d;
	struct err e;
	size_t had;
	enum status st = one_document(in, a, out);

	if (st != ERR_OK)
		return st;
	st = dsse_read(out, a, &d, &e);
	if (st != ERR_OK)
		return input_fault(in, &e);
	had = d.count;
	st = sign_all(o, pass, a, &d);
	signatures = *json_get(out, "signatures");
	for (size_t i = had; i < d.count && st == ERR_OK; i++)
		json_push(a, &signatures, dsse_write_signature(a,
		    &d.signatures[i]));
	json_set(a, out, "signatures", signatures);
	return st;
}

static enum status
run(const struct opts *o, struct passphrase *pass, const char *operand,
    struct arena *a, struct json *envelope)
{
	struct dsse d = { .count = 0 };
	struct input in;
	enum status st = input_open(&in, operand, &json_foreign);

	if (st != ERR_OK)
		return st;
	if (o->append) {
		st = append(o, pass, &in, a, envelope);
		input_close(&in);
		return st;
	}
	st = o->statement || o->vsa ? statement_payload(o, &in, a, &d) :
	    plain_payload(o, &in, a, &d);
	if (st == ERR_OK)
		st = sign_all(o, pass, a, &d);
	if (st == ERR_OK)
		*envelope = dsse_write(a, &d);
	input_close(&in);
	return st;
}

static bool
is_text(const char *s)
{
	return s != NULL && *s != '\0' && utf8_valid(slice_of(s));
}

static int
parse_options(struct opts *o, struct passphrase *pass, int argc,
    char **argv)
{
	const struct opt table[] = {
		{ 'k', "key", OPT_LIST, &o->keys, "FILE",
		    "sign with this private key" },
		PASSPHRASE_OPTIONS(*pass),
		{ 0, "type", OPT_TEXT, &o->type, "TYPE",
		    "the payload's type; an in-toto Statement's is known" },
		{ 0, "append", OPT_FLAG, &o->append, NULL,
		    "FILE is an envelope: add signatures to it" },
		{ 0, "statement", OPT_FLAG, &o->statement, NULL,
		    "FILE is a predicate: wrap it in a Statement" },
		{ 0, "predicate-type", OPT_TEXT, &o->predicate_type, "URI",
		    "the Statement's predicateType" },
		{ 0, "subject", OPT_LIST, &o->subject, "NAME=DIGEST",
		    "a subject of the Statement" },
		{ 0, "subjects", OPT_LIST, &o->subjects, "FILE",
		    "subjects of the Statement, as prov-digest writes them" },
		{ 0, "vsa", OPT_FLAG, &o->vsa, NULL,
		    "FILE is a verdict: write it as a SLSA VSA" },
		{ 0, "verifier-id", OPT_TEXT, &o->verifier, "URI",
		    "who verified, for the VSA" },
		{ 0, "resource-uri", OPT_TEXT, &o->resource, "URI",
		    "the VSA's resourceUri (the subject's purl or key)" },
		{ 0, "policy-uri", OPT_TEXT, &o->policy, "URI",
		    "the VSA's policy.uri (a URN of its name and version)" },
		{ 0, "level", OPT_LIST, &o->levels, "LEVEL",
		    "one of the VSA's verifiedLevels" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write the envelope to FILE" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	bool subjects = o->subject.count + o->subjects.count > 0;

	if (n > 1)
		opt_usage_error("more than one FILE");
	if (o->keys.count == 0)
		opt_usage_error("no key: -k is needed");
	if (o->append + o->statement + o->vsa + (o->type != NULL) > 1)
		opt_usage_error("--append, --type, --statement and --vsa "
		    "exclude each other");
	if (o->statement && (!is_text(o->predicate_type) || !subjects))
		opt_usage_error("--statement wants --predicate-type and a "
		    "subject");
	if (o->vsa && !is_text(o->verifier))
		opt_usage_error("--vsa wants --verifier-id");
	if (!o->statement && (o->predicate_type != NULL ||
	    (subjects && !o->vsa)))
		opt_usage_error("--predicate-type and subjects go with "
		    "--statement");
	if (!o->vsa && (o->verifier != NULL || o->resource != NULL ||
	    o->policy != NULL || o->levels.count > 0))
		opt_usage_error("--verifier-id, --resource-uri, --policy-uri "
		    "and --level go with --vsa");
	if (o->type != NULL && (!is_text(o->type) ||
	    strlen(o->type) > DSSE_TYPE_MAX))
		opt_usage_error("--type: expected UTF-8 of 1 to %d bytes",
		    DSSE_TYPE_MAX);
	return n;
}

int
main(int argc, char **argv)
{
	struct opts o = { .append = false };
	struct passphrase pass = { .file = NULL };
	struct arena a = { 0 };
	struct json envelope;
	struct output out;
	enum status st;
	int n;

	tool_start("dsse-sign");
	n = parse_options(&o, &pass, argc, argv);
	st = run(&o, &pass, n > 0 ? argv[0] : NULL, &a, &envelope);
	passphrase_close(&pass);
	if (st == ERR_OK) {
		output_open(&out, o.output);
		output_json(&out, &envelope);
		output_commit(&out);
	}
	arena_free(&a);
	mem_free(o.keys.item);
	mem_free(o.subject.item);
	mem_free(o.subjects.item);
	mem_free(o.levels.item);
	return (int)st;
}
