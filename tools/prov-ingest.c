/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-ingest - recognise SBOMs, VEX statements and findings
 *
 * Reads files of any supported format, writes one prov.document/v1 record
 * for each.
 */
#include <string.h>

#include "digest.h"
#include "docschema.h"
#include "doctrust.h"
#include "document.h"
#include "input.h"
#include "mem.h"
#include "opt.h"
#include "output.h"
#include "tool.h"
#include "utf8.h"

struct opts {
	struct document_options document;
	struct opt_list feed;
	struct doctrust trust;
	bool validate;
	struct docschema *schemas;	/* NULL unless validate */
	bool lossy;
	const char *output;
};

/* The operand as it may stand in JSON. */
static struct slice
name_of(const char *operand)
{
	struct slice name = slice_of(operand == NULL ? "-" : operand);

	return utf8_valid(name) ? name : SLICE("?");
}

/* The bytes that a document's digest is over: the whole file, or where it
 * holds several documents this one's. */
static struct slice
bytes_of(const struct input *in)
{
	struct slice all = { in->stream.window, in->stream.len };
	size_t after = in->stream.pos;

	if (in->stream.count > 1)
		return slice_cut(all, (size_t)in->stream.start, after);
	while (after < all.len && strchr(" \t\r\n", all.data[after]) != NULL)
		after++;
	return after == all.len ? all :
	    slice_cut(all, (size_t)in->stream.start, in->stream.pos);
}

static enum status
one_document(const struct json *content, const char *operand,
    const struct input *in, const struct opts *o,
    const struct document_sieve *sieve, struct buf *out, struct arena *a)
{
	struct slice bytes = bytes_of(in);
	struct document d;
	struct err e;
	enum status rc = document_recognise(content, &o->document, a, &d, &e);

	if (rc == ERR_OK && o->schemas != NULL)
		rc = docschema_check(o->schemas, &d, &e);
	if (rc == ERR_OK)
		rc = signers_of(content, &o->trust.trust, a, &d.signed_by,
		    &e);
	if (rc != ERR_OK)
		return input_fault(in, &e);
	d.lossy = d.lossy || in->stream.lossy;
	d.name = name_of(operand);
	d.size = bytes.len;
	d.digest = digest_bytes(bytes);
	document_write(&d, sieve, out);
	buf_byte(out, '\n');
	return ERR_OK;
}

/* All documents of a file, or none of them. */
static enum status
one_file(const char *operand, const struct opts *o, struct output *out)
{
	struct json_limits limits = json_foreign;
	struct arena a = { NULL, NULL, NULL };
	struct buf records = { NULL, 0, 0 };
	struct document_sieve sieve = { .text = { NULL, 0, 0 } };
	struct json content;
	struct slice all;
	struct input in;
	enum status rc;
	bool got = true;

	limits.lossy = o->lossy;
	rc = input_open(&in, operand, &limits);
	if (rc != ERR_OK)
		return rc;
	rc = input_all(&in, &all);
	/* What was read stays where it is. */
	in.stream.discard = NULL;
	while (rc == ERR_OK && got) {
		/* A schema is for the whole. */
		in.stream.sieve = o->schemas == NULL ?
		    document_sift(&sieve) : NULL;
		rc = input_next(&in, &a, &content, &got);
		if (rc == ERR_OK && got)
			rc = one_document(&content, operand, &in, o, &sieve,
			    &records, &a);
		arena_reset(&a);
	}
	if (rc == ERR_OK)
		output_bytes(out, buf_get(&records));
	buf_free(&records);
	document_sieve_free(&sieve);
	arena_free(&a);
	input_close(&in);
	return rc;
}

static enum status
ingest(const struct opts *o, char **operand, int n)
{
	struct output out;
	enum status worst = ERR_OK;

	output_open(&out, o->output);
	for (int i = 0; i < (n > 0 ? n : 1); i++)
		worst = err_worst(worst,
		    one_file(n > 0 ? operand[i] : NULL, o, &out));
	if (worst != ERR_OK && o->output != NULL)
		output_abandon(&out);
	else
		output_commit(&out);
	return worst;
}

static const struct opt_usage usage = {
	"[--role ROLE] [--format FORMAT] [--validate] [--keyring FILE]\n"
	"[--trusted-root FILE]... [--origin NAME] [--feed NAME=EPOCH]...\n"
	"[--lossy-numbers] [-o FILE] [FILE...]",
	"recognise SBOMs, VEX statements and findings"
};

int
main(int argc, char **argv)
{
	struct opts o = { .output = NULL };
	const struct opt table[] = {
		{ 0, "role", OPT_TEXT, &o.document.role, "ROLE",
		    "what the files are for: sbom, vex, findings or "
		    "attestation" },
		{ 0, "format", OPT_TEXT, &o.document.format, "FORMAT",
		    "the files' format, in place of detection" },
		{ 0, "validate", OPT_FLAG, &o.validate, NULL,
		    "hold the files against the schema of their format" },
		{ 0, "keyring", OPT_TEXT, &o.trust.keyring_file, "FILE",
		    "keys that envelopes are verified with" },
		{ 0, "trusted-root", OPT_LIST, &o.trust.root_files, "FILE",
		    "authorities and logs that bundles are verified with" },
		{ 0, "origin", OPT_TEXT, &o.document.origin, "NAME",
		    "where the files come from, in the operator's word" },
		{ 0, "feed", OPT_LIST, &o.feed, "NAME=EPOCH",
		    "state of a vulnerability feed that the files rest on" },
		{ 0, "lossy-numbers", OPT_FLAG, &o.lossy, NULL,
		    "accept whole numbers that a double would change" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write to FILE in place of standard output" },
		OPT_END
	};
	struct arena a = { NULL, NULL, NULL };
	struct err e;
	enum status worst;
	int n;

	tool_start("prov-ingest");
	n = opt_parse(&usage, table, argc, argv);
	o.document.feed = o.feed.item;
	o.document.feeds = o.feed.count;
	if (document_options_check(&o.document, &e) != ERR_OK)
		opt_usage_error("%s", e.text);
	worst = doctrust_load(&o.trust, &a);
	if (worst == ERR_OK && o.validate)
		o.schemas = docschema_open();
	if (worst == ERR_OK)
		worst = ingest(&o, argv, n);
	arena_free(&a);
	docschema_close(o.schemas);
	mem_free(o.feed.item);
	mem_free(o.trust.root_files.item);
	return (int)worst;
}
