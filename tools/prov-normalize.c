/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-normalize - merge documents into one body of evidence
 *
 * Reads prov.document/v1 records or the files themselves, writes one
 * prov.evidence/v1.
 */
#include <string.h>

#include "docschema.h"
#include "doctrust.h"
#include "document.h"
#include "evidence.h"
#include "input.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

struct opts {
	struct document_options document;
	struct opt_list feed;
	struct doctrust trust;
	bool validate;
	struct docschema *schemas;	/* NULL unless validate */
	const char *subject;
	const char *subject_digest;
	bool lossy;
	const char *output;
};

/* The text of the document that was read last. */
static struct slice
text_of(const struct json_stream *s)
{
	return slice_cut((struct slice){ s->window, s->len },
	    (size_t)(s->start - s->base), s->pos);
}

/* A file is held to the limits of foreign documents; records are read with
 * wider ones. */
static enum status
check_limits(const struct json_stream *s, bool lossy, struct err *e)
{
	struct json_limits limits = json_foreign;
	struct arena a = { NULL, NULL, NULL };
	struct slice text = text_of(s);
	struct json v;
	enum status rc;

	limits.lossy = lossy;
	if (s->depth <= limits.max_depth && text.len <= limits.max_size)
		return ERR_OK;
	if (text.len > limits.max_size)
		return err_input(e, 0, "document larger than the limit of %llu"
		    " bytes", (unsigned long long)limits.max_size);
	/* Again, to say where. */
	rc = json_parse(text, &limits, &a, &v, e);
	arena_free(&a);
	return rc;
}

static enum status
add(struct evidence *ev, const struct json *v, const struct input *in,
    struct document_hash *hash, const struct opts *o, struct arena *a,
    struct err *e)
{
	struct document d;
	enum status rc;

	if (document_is_record(v)) {
		rc = document_read(v, a, &d, e);
		if (rc == ERR_OK)
			rc = document_check_content(v, text_of(&in->stream),
			    hash, e);
	} else {
		rc = check_limits(&in->stream, o->lossy, e);
		if (rc == ERR_OK)
			rc = document_recognise(v, &o->document, a, &d, e);
		if (rc == ERR_OK && o->schemas != NULL)
			rc = docschema_check(o->schemas, &d, e);
		if (rc == ERR_OK)
			rc = signers_of(v, &o->trust.trust, a, &d.signed_by,
			    e);
		if (rc == ERR_OK)
			d.lossy = d.lossy || in->stream.lossy;
	}
	return rc == ERR_OK ? evidence_add(ev, &d, e) : rc;
}

static enum status
one_document(struct evidence *ev, const struct json *v,
    const struct input *in, struct document_hash *hash, const struct opts *o,
    struct arena *a)
{
	struct err e;
	struct json whole;
	enum status rc = add(ev, v, in, hash, o, a, &e);

	if (rc != ERR_OK && evidence_sifted(ev)) {
		document_hash_free(hash);
		rc = json_parse(text_of(&in->stream), &in->limits, a, &whole,
		    &e);
		if (rc == ERR_OK)
			rc = add(ev, &whole, in, hash, o, a, &e);
	}
	return rc == ERR_OK ? ERR_OK : input_fault(in, &e);
}

static enum status
one_file(struct evidence *ev, const char *operand, const struct opts *o)
{
	/* A record may be larger and deeper than the file in it. */
	struct json_limits limits = json_own;
	struct document_hash hash = { .hash = NULL };
	struct arena a = { NULL, NULL, NULL };
	struct json v;
	struct input in;
	enum status rc;
	bool got = true;

	limits.lossy = o->lossy;
	rc = input_open(&in, operand, &limits);
	if (rc != ERR_OK)
		return rc;
	while (rc == ERR_OK && got) {
		/* A schema is for the whole. */
		in.stream.sieve = o->schemas != NULL ? NULL :
		    document_hash_sieve(&hash, evidence_sieve(ev),
		    &in.stream);
		rc = input_next(&in, &a, &v, &got);
		if (rc == ERR_OK && got)
			rc = one_document(ev, &v, &in, &hash, o, &a);
		arena_reset(&a);
	}
	/* Of a document that broke off threads may still read. */
	(void)evidence_sifted(ev);
	document_hash_free(&hash);
	arena_free(&a);
	input_close(&in);
	return rc;
}

static void
put_piece(void *ctx, struct slice piece)
{
	output_bytes(ctx, piece);
}

static const struct opt_usage usage = {
	"[--subject NAME@VERSION] [--subject-digest DIGEST]\n"
	"[--role ROLE] [--format FORMAT] [--validate] [--keyring FILE]\n"
	"[--trusted-root FILE]... [--origin NAME] [--feed NAME=EPOCH]...\n"
	"[--lossy-numbers] [-o FILE] [FILE...]",
	"merge documents into one body of evidence"
};

static void
parse_options(struct opts *o, int argc, char **argv, int *operands)
{
	const struct opt table[] = {
		{ 0, "subject", OPT_TEXT, &o->subject, "NAME@VERSION",
		    "what the evidence is about (or a purl)" },
		{ 0, "subject-digest", OPT_TEXT, &o->subject_digest, "DIGEST",
		    "SHA-256 of the subject" },
		{ 0, "role", OPT_TEXT, &o->document.role, "ROLE",
		    "what the files are for: sbom, vex, findings or "
		    "attestation" },
		{ 0, "format", OPT_TEXT, &o->document.format, "FORMAT",
		    "the files' format, in place of detection" },
		{ 0, "validate", OPT_FLAG, &o->validate, NULL,
		    "hold the files against the schema of their format" },
		{ 0, "keyring", OPT_TEXT, &o->trust.keyring_file, "FILE",
		    "keys that envelopes are verified with" },
		{ 0, "trusted-root", OPT_LIST, &o->trust.root_files, "FILE",
		    "authorities and logs that bundles are verified with" },
		{ 0, "origin", OPT_TEXT, &o->document.origin, "NAME",
		    "where the files come from, in the operator's word" },
		{ 0, "feed", OPT_LIST, &o->feed, "NAME=EPOCH",
		    "state of a vulnerability feed that the files rest on" },
		{ 0, "lossy-numbers", OPT_FLAG, &o->lossy, NULL,
		    "accept whole numbers that a double would change" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write to FILE in place of standard output" },
		OPT_END
	};
	struct err e;

	*operands = opt_parse(&usage, table, argc, argv);
	o->document.feed = o->feed.item;
	o->document.feeds = o->feed.count;
	if (document_options_check(&o->document, &e) != ERR_OK)
		opt_usage_error("%s", e.text);
}

/* All files into one body of evidence. */
static enum status
normalize(const struct opts *o, const struct evidence_subject *subject,
    char **operand, int n)
{
	struct evidence *ev = evidence_open();
	struct output out;
	struct err e;
	enum status worst = ERR_OK;

	for (int i = 0; i < (n > 0 ? n : 1); i++)
		worst = err_worst(worst,
		    one_file(ev, n > 0 ? operand[i] : NULL, o));
	if (worst == ERR_OK) {
		output_open(&out, o->output);
		worst = evidence_write(ev, subject, put_piece, &out, &e);
		if (worst != ERR_OK) {
			output_abandon(&out);
			opt_usage_error("%s", e.text);
		}
		output_bytes(&out, SLICE("\n"));
		output_commit(&out);
	}
	evidence_close(ev);
	return worst;
}

int
main(int argc, char **argv)
{
	struct opts o = { .output = NULL };
	struct evidence_subject subject = { NULL, NULL };
	struct arena a = { NULL, NULL, NULL };
	struct digest digest;
	enum status worst;
	int n;

	tool_start("prov-normalize");
	parse_options(&o, argc, argv, &n);
	subject.name = o.subject;
	if (o.subject_digest != NULL) {
		if (!digest_option(slice_of(o.subject_digest), &digest))
			opt_usage_error("--subject-digest %s: expected 64 "
			    "hexadecimal digits", o.subject_digest);
		subject.digest = &digest;
	}
	worst = doctrust_load(&o.trust, &a);
	if (worst == ERR_OK && o.validate)
		o.schemas = docschema_open();
	if (worst == ERR_OK)
		worst = normalize(&o, &subject, argv, n);
	arena_free(&a);
	docschema_close(o.schemas);
	mem_free(o.feed.item);
	mem_free(o.trust.root_files.item);
	return (int)worst;
}
