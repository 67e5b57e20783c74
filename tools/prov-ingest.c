/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-ingest - recognise SBOMs, VEX statements and findings
 *
 * Reads files of any supported format, writes one prov.document/v1 record
 * for each.
 */
#include <string.h>

#include "aside.h"
#include "canonstream.h"
#include "digest.h"
#include "docschema.h"
#include "doctrust.h"
#include "document.h"
#include "input.h"
#include "lex.h"
#include "mem.h"
#include "opt.h"
#include "output.h"
#include "sidehash.h"
#include "tool.h"
#include "utf8.h"

enum {
	LARGE = 1024 * 1024	/* bytes that are worth a thread */
};

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

/* One file; what was read of it stays in memory. */
struct file {
	const char *operand;
	struct input in;
	struct slice bytes;
	struct sidehash *hash;		/* of them */
	struct buf records;		/* of all documents but the last */
};

static void
add_bytes(void *ctx, struct slice bytes)
{
	struct file *f = ctx;

	(void)sidehash_add(f->hash, bytes.data, bytes.len);
}

/* The document that was read last. */
static struct slice
text_of(const struct file *f)
{
	return slice_cut(f->bytes, (size_t)f->in.stream.start,
	    f->in.stream.pos);
}

static bool
is_last(const struct file *f)
{
	const char *end = f->bytes.data + f->bytes.len;

	return lex_skip_space(f->bytes.data + f->in.stream.pos, end) == end;
}

/* What a document's digest and size are of: the whole file, or where it holds
 * several documents this one's bytes. */
static void
measure(struct file *f, struct document *d)
{
	struct slice bytes = text_of(f);

	if (f->in.stream.count > 1 || !is_last(f)) {
		d->size = bytes.len;
		d->digest = digest_bytes(bytes);
	} else {
		d->size = f->bytes.len;
		sidehash_take(f->hash, d->digest.sha256);
	}
}

static void
hash_held(void *ctx, const void *held, size_t size)
{
	struct err e;

	(void)size;
	(void)canon_held_pieces((struct canon_held *)(uintptr_t)held,
	    digest_piece, ctx, &e);
}

static enum status
put_piece(void *ctx, struct slice piece, struct err *e)
{
	(void)e;
	output_bytes(ctx, piece);
	return ERR_OK;
}

static enum status
keep_piece(void *ctx, struct slice piece, struct err *e)
{
	(void)e;
	buf_slice(ctx, piece);
	return ERR_OK;
}

/* Only the last document of a file is known to be followed by none that is
 * refused. */
static void
put_record(struct file *f, const struct document *d,
    const struct digest *canonical, struct canon_held *held,
    struct output *out)
{
	struct buf behind = { NULL, 0, 0 };
	struct err e;

	document_write(d, canonical, &f->records, &behind);
	buf_byte(&behind, '\n');
	if (is_last(f)) {
		output_bytes(out, buf_get(&f->records));
		(void)canon_held_pieces(held, put_piece, out, &e);
		output_bytes(out, buf_get(&behind));
	} else {
		(void)canon_held_pieces(held, keep_piece, &f->records, &e);
		buf_slice(&f->records, buf_get(&behind));
	}
	buf_free(&behind);
}

/* What there is to know about a document. */
static enum status
look_at(struct file *f, const struct canon_held *held, const struct opts *o,
    struct arena *a, struct document *d, struct err *e)
{
	struct json content;
	struct slice text = text_of(f);
	struct json_stream s = { .window = text.data, .len = text.len,
	    .eof = true };
	enum status rc;
	bool got;

	/* A schema is for the whole. */
	if (o->schemas == NULL) {
		s.sieve = &document_sieve;
		s.span = canon_held_spans(held, &s.spans);
	}
	rc = json_next(&s, &f->in.limits, a, &content, &got, e);
	if (rc == ERR_OK)
		rc = document_recognise(&content, &o->document, a, d, e);
	if (rc == ERR_OK && o->schemas != NULL)
		rc = docschema_check(o->schemas, d, e);
	if (rc == ERR_OK)
		rc = signers_of(&content, &o->trust.trust, a, &d->signed_by,
		    e);
	return rc;
}

static enum status
one_document(struct file *f, struct canon_held *held, const struct opts *o,
    struct output *out, struct arena *a)
{
	struct aside *aside = NULL;
	struct document d;
	struct digest canonical;
	struct sha256 h;
	struct err e;
	enum status rc;

	sha256_init(&h);
	if (text_of(f).len >= LARGE) {
		aside = aside_open(hash_held, &h);
		(void)aside_give(aside, held, 0);
	} else {
		hash_held(&h, held, 0);
	}
	rc = look_at(f, held, o, a, &d, &e);
	if (rc == ERR_OK) {
		d.lossy = d.lossy || f->in.stream.lossy;
		d.name = name_of(f->operand);
		measure(f, &d);
	}
	aside_close(aside);
	if (rc != ERR_OK)
		return input_fault(&f->in, &e);
	canonical = digest_take(&h);
	put_record(f, &d, &canonical, held, out);
	return ERR_OK;
}

/* All documents of a file, or none of them. */
static enum status
one_file(const char *operand, const struct opts *o, struct output *out)
{
	struct json_limits limits = json_foreign;
	struct arena a = { NULL, NULL, NULL };
	struct file f = { .operand = operand };
	struct canon_held *held = NULL;
	enum status rc;

	limits.lossy = o->lossy;
	rc = input_open(&f.in, operand, &limits);
	if (rc != ERR_OK)
		return rc;
	f.hash = sidehash_open();
	f.in.tap = add_bytes;
	f.in.tap_ctx = &f;
	input_keep(&f.in);
	while (rc == ERR_OK) {
		rc = input_hold(&f.in, &held);
		if (held == NULL)
			break;
		/* All, to know whether it is the last. */
		if (f.bytes.data == NULL)
			rc = input_all(&f.in, &f.bytes);
		if (rc == ERR_OK)
			rc = one_document(&f, held, o, out, &a);
		canon_held_free(held);
		arena_reset(&a);
	}
	buf_free(&f.records);
	sidehash_close(f.hash);
	arena_free(&a);
	input_close(&f.in);
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
