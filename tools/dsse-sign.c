/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse-sign - sign a payload into a DSSE envelope.
 *
 * Reads a payload (or with --append an envelope), writes an envelope with a
 * signature of each key behind those that it had.
 */
#include <string.h>

#include "digest.h"
#include "dsse.h"
#include "input.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "statement.h"
#include "timefmt.h"
#include "tool.h"
#include "vsa.h"

enum {
	KEYS_MAX = DSSE_SIGNATURES_MAX
};

static const struct opt_usage usage = {
	"-k KEY... [--type TYPE] [-o FILE] [FILE]\n"
	"-k KEY... --append [-o FILE] [FILE]\n"
	"-k KEY... --statement --predicate-type URI\n"
	"    (--subject NAME=DIGEST | --subjects FILE)... [-o FILE] [FILE]\n"
	"-k KEY... --vsa --verifier-id URI [--subject NAME=DIGEST]...\n"
	"    [--resource-uri URI] [--policy-uri URI] [--level LEVEL]...\n"
	"    [-o FILE] [FILE]",
	"sign a payload into a DSSE envelope"
};

struct opts {
	struct opt_list keys;
	struct keyfile_pass pass;
	const char *type;
	bool append;
	bool statement;
	const char *predicate_type;
	struct opt_list subject;
	struct opt_list subjects;
	bool vsa;
	struct vsa vsa_options;
	const char *output;
};

/* NAME=DIGEST: the digest is what follows the last '='. */
static void
subject_option(struct arena *a, const char *text, struct json *subjects)
{
	const char *equals = strrchr(text, '=');
	struct digest d;

	if (equals == NULL || equals == text ||
	    !digest_option(slice_of(equals + 1), &d))
		opt_usage_error("--subject %s: expected NAME=DIGEST, a "
		    "SHA-256 digest", text);
	json_push(a, subjects, statement_resource(a, (struct slice){ text,
	    (size_t)(equals - text) }, &d));
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

/* --- what is signed ----------------------------------------------------- */

/* A statement made here is read as strictly as anybody else's. */
static enum status
statement_payload(const struct opts *o, struct input *in, struct arena *a,
    struct dsse *d)
{
	struct json doc, subjects, statement;
	struct statement check;
	struct err e;
	bool got;
	enum status st = collect_subjects(o, a, &subjects);

	if (st == ERR_OK)
		st = input_next(in, a, &doc, &got);
	if (st != ERR_OK)
		return st;
	if (o->vsa)
		st = vsa_write(&doc, &o->vsa_options, &subjects, a,
		    &statement, &e);
	else
		statement = statement_write(a, subjects,
		    slice_of(o->predicate_type), doc);
	if (st == ERR_OK)
		st = statement_read(&statement, &check, &e);
	if (st != ERR_OK)
		return input_fault(in, &e);
	d->type = SLICE(DSSE_INTOTO);
	d->payload = canon_text(a, &statement);
	st = input_next(in, a, &doc, &got);
	if (st == ERR_OK && got) {
		err_input(&e, 0, "a second document, expected one");
		st = input_fault(in, &e);
	}
	return st;
}
