/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-digest - canonicalise JSON and address it by content.
 *
 * Without a tree, in one pass, but for --verdict-id.
 */
#include <string.h>

#include "digest.h"
#include "err.h"
#include "hex.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"
#include "utf8.h"

static const struct opt_usage usage = {
	"[--canonical | --raw | --verdict-id] [--lossy-numbers] [-o FILE]\n"
	"    [-0 | --files0-from FILE | FILE...]\n"
	"--check FILE [--raw | --verdict-id] [--lossy-numbers] [-o FILE]",
	"canonicalise JSON and address it by content"
};

static const uint64_t NAMES_MAX = UINT64_C(1) << 30;

struct opts {
	bool canonical, raw, verdict_id;
	bool lossy;
	bool names_from_stdin;
	const char *names_from;
	const char *check;
	const char *output;
};

struct job {
	struct opts o;
	struct json_limits limits;
	struct output out;
	struct digester *digester;
	struct arena record;	/* reset after each document */
};

/* An operand: its documents one by one, or all its bytes. */
struct source {
	struct input in;
	bool open;
	bool done;		/* --raw: the bytes were read */
	struct buf name;	/* --check: the list's */
};

static enum status
source_open(const struct job *job, struct source *s, const char *name)
{
	enum status rc = input_open(&s->in, name, &job->limits);

	s->open = rc == ERR_OK;
	s->done = false;
	return rc;
}

static void
source_close(struct source *s)
{
	if (s->open)
		input_close(&s->in);
	s->open = false;
}

static enum status
to_digester(void *ctx, struct slice piece, struct err *e)
{
	struct job *job = ctx;

	(void)e;
	digester_add(job->digester, piece);
	return ERR_OK;
}

/* Held back until the document is known to be good. */
static enum status
to_output(void *ctx, struct slice piece, struct err *e)
{
	struct job *job = ctx;

	(void)e;
	buf_slice(&job->out.pending, piece);
	return ERR_OK;
}

static enum status
raw_digest(struct job *job, struct source *s, struct digest *d, bool *got)
{
	struct slice piece;
	enum status rc;

	*got = !s->done;
	if (s->done)
		return ERR_OK;
	do {
		rc = input_chunk(&s->in, &piece);
		if (rc != ERR_OK)
			return rc;
		digester_add(job->digester, piece);
	} while (piece.len > 0);
	s->done = true;
	*d = digester_take(job->digester);
	return ERR_OK;
}

/* The digest of a verdict without what is not part of its identity. */
static enum status
verdict_digest(struct job *job, struct source *s, struct digest *d, bool *got)
{
	struct json doc;
	struct err e;
	enum status rc = input_next(&s->in, &job->record, &doc, got);

	if (rc != ERR_OK || !*got)
		return rc;
	if (!json_is(json_get(&doc, "kind"), "prov.verdict/v1")) {
		(void)err_input(&e, 0, "found %s, expected a prov.verdict/v1",
		    json_get(&doc, "kind") == NULL ? "no kind" :
		    "another kind");
		return input_fault(&s->in, &e);
	}
	json_unset(&job->record, &doc, "verdictId");
	json_unset(&job->record, &doc, "at");
	*d = digest_json(&doc);
	return ERR_OK;
}

static enum status
next_digest(struct job *job, struct source *s, struct digest *d, bool *got)
{
	enum status rc;

	if (job->o.raw)
		return raw_digest(job, s, d, got);
	if (job->o.verdict_id)
		return verdict_digest(job, s, d, got);
	rc = input_canon(&s->in, to_digester, job, got);
	*d = digester_take(job->digester);	/* also after a failure */
	return rc;
}

/* in-toto's ResourceDescriptor. */
static void
print_descriptor(struct job *job, const struct source *s,
    const struct digest *d)
{
	struct arena *a = &job->record;
	struct json v = json_object(), note = json_object();

	if (s->in.stream.lossy) {
		json_set(a, &note, "lossy", json_bool(true));
		json_set(a, &v, "annotations", note);
	}
	json_set(a, &v, "digest", digest_set(a, d));
	if (s->in.fd != 0)
		json_set_z(a, &v, "name", s->in.name);
	output_json(&job->out, &v);
}

static enum status
next_record(struct job *job, struct source *s, bool *got)
{
	struct digest d;
	enum status rc;

	if (job->o.canonical) {
		rc = input_canon(&s->in, to_output, job, got);
		if (rc == ERR_OK && *got)
			buf_byte(&job->out.pending, '\n');
		return rc;
	}
	rc = next_digest(job, s, &d, got);
	if (rc == ERR_OK && *got)
		print_descriptor(job, s, &d);
	arena_reset(&job->record);
	return rc;
}

/* A refused operand takes back what it has printed, as long as it is still
 * here: less than OUTPUT_HOLD, or else whole records. */
static enum status
do_operand(struct job *job, const char *name)
{
	struct source s;
	size_t mark = job->out.pending.len;
	bool got = true;
	enum status rc;

	if (name != NULL && !utf8_valid(slice_of(name))) {
		msg_say(name, "found a name that is not UTF-8, expected one "
		    "that JSON can hold");
		return ERR_INPUT;
	}
	rc = source_open(job, &s, name);
	while (rc == ERR_OK && got) {
		rc = next_record(job, &s, &got);
		if (rc == ERR_OK && job->out.pending.len >= OUTPUT_HOLD) {
			output_flush(&job->out);
			mark = 0;
		}
	}
	if (rc != ERR_OK)
		job->out.pending.len = mark;
	source_close(&s);
	return rc;
}

/* Names that end in NUL, the last one perhaps without. */
static enum status
do_names(struct job *job, const char *list)
{
	struct arena a = { 0 };
	struct slice names;
	enum status worst = input_file(list, NAMES_MAX, &a, &names);

	/* The arena's copy has a NUL behind it. */
	while (worst != ERR_SYSTEM && names.len > 0) {
		size_t n = slice_find(names, '\0');

		if (n == 0) {
			msg_say(list, "found an empty name");
			worst = err_worst(worst, ERR_INPUT);
		} else {
			worst = err_worst(worst, do_operand(job, names.data));
		}
		names = slice_cut(names, n + 1, names.len);
	}
	arena_free(&a);
	return worst;
}

/* --- --check ------------------------------------------------------------ */

static enum status
differs(struct job *job, const struct source *s, const struct digest *found,
    const struct digest *expected)
{
	char is[DIGEST_TEXT + 1], was[DIGEST_TEXT + 1];

	digest_write(found, is);
	digest_write(expected, was);
	msg_say(s->in.name, "found %s, expected %s", is, was);
	print_descriptor(job, s, found);
	return ERR_NO;
}

/* The file is done with: all its documents must have been in the list. */
static enum status
finish(struct job *job, struct source *s)
{
	struct digest d;
	bool got = false;
	enum status rc = ERR_OK;

	if (!s->open)
		return ERR_OK;
	rc = next_digest(job, s, &d, &got);
	if (rc == ERR_OK && got) {
		msg_say(s->in.name, "found more documents than the list has");
		print_descriptor(job, s, &d);
		rc = ERR_NO;
	}
	source_close(s);
	return rc;
}

static enum status
check_descriptor(struct job *job, struct source *s, struct slice name,
    const struct digest *expected)
{
	enum status worst = ERR_OK, rc;
	struct digest found;
	bool got = false;

	if (s->open && !slice_is(name, s->in.name))
		worst = finish(job, s);
	if (!s->open) {
		buf_reset(&s->name);
		buf_slice(&s->name, name);
		buf_byte(&s->name, '\0');
	}
	for (int tries = 0; tries < 2; tries++) {
		if (!s->open) {
			rc = source_open(job, s, s->name.data);
			if (rc != ERR_OK)
				return err_worst(worst, rc);
		}
		rc = next_digest(job, s, &found, &got);
		if (rc != ERR_OK || got)
			break;
		/* Listed once more, from its beginning. */
		source_close(s);
	}
	if (rc == ERR_OK && !digest_equal(&found, expected))
		rc = differs(job, s, &found, expected);
	if (rc == ERR_INPUT || rc == ERR_SYSTEM)
		source_close(s);
	return err_worst(worst, rc);
}

/* Of one line of the list. */
static enum status
read_descriptor(const struct json *v, struct slice *name, struct digest *d,
    struct err *e)
{
	const struct json *set = json_want(v, "digest", JSON_OBJECT);
	const struct json *hash = json_want(set, "sha256", JSON_STRING);

	*name = json_get_text(v, "name");
	if (name->len == 0 || memchr(name->data, '\0', name->len) != NULL)
		return err_input(e, 0, "found a descriptor without a file's "
		    "name, expected {\"digest\":{\"sha256\":...},"
		    "\"name\":...}");
	if (hash == NULL || !hex_read(d->sha256, DIGEST_SIZE, json_text(hash)))
		return err_input(e, set == NULL ? 0 : set->offset,
		    "found no sha256 of 64 hexadecimal digits");
	return ERR_OK;
}

/*
 * Descriptors of one name that follow each other are the documents of that
 * file in their order, as prov-digest prints them.
 */
static enum status
do_check(struct job *job, const char *list)
{
	struct source s = { .open = false };
	struct arena a = { 0 };
	struct input in;
	struct json v;
	bool got;
	enum status worst, rc;

	worst = input_open(&in, list, &json_own);
	if (worst != ERR_OK)
		return worst;
	while ((rc = input_next(&in, &a, &v, &got)) == ERR_OK && got) {
		struct digest expected;
		struct slice name;
		struct err e;

		rc = read_descriptor(&v, &name, &expected, &e);
		if (rc != ERR_OK) {
			rc = input_fault(&in, &e);
			break;
		}
		worst = err_worst(worst, check_descriptor(job, &s, name,
		    &expected));
		arena_reset(&job->record);
		arena_reset(&a);
	}
	worst = err_worst(worst, rc);
	worst = err_worst(worst, finish(job, &s));
	buf_free(&s.name);
	arena_free(&a);
	input_close(&in);
	return worst;
}

static int
parse_options(struct opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ 0, "canonical", OPT_FLAG, &o->canonical, NULL,
		    "print the canonical form itself" },
		{ 0, "raw", OPT_FLAG, &o->raw, NULL,
		    "digest the bytes, which may be anything" },
		{ 0, "verdict-id", OPT_FLAG, &o->verdict_id, NULL,
		    "digest verdicts without verdictId and at" },
		{ 0, "lossy-numbers", OPT_FLAG, &o->lossy, NULL,
		    "accept whole numbers that a double changes" },
		{ 0, "check", OPT_TEXT, &o->check, "FILE",
		    "compare the files a list names with the list" },
		{ '0', "files0", OPT_FLAG, &o->names_from_stdin, NULL,
		    "read NUL-terminated names from standard input" },
		{ 0, "files0-from", OPT_TEXT, &o->names_from, "FILE",
		    "read NUL-terminated names from FILE" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write to FILE, whole or not at all" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);

	if (o->canonical + o->raw + o->verdict_id > 1)
		opt_usage_error("--canonical, --raw and --verdict-id exclude "
		    "each other");
	if ((n > 0) + (o->check != NULL) + o->names_from_stdin +
	    (o->names_from != NULL) > 1)
		opt_usage_error("operands, -0, --files0-from and --check "
		    "exclude each other");
	if (o->check != NULL && o->canonical)
		opt_usage_error("--check compares digests, not --canonical");
	if (o->names_from_stdin)
		o->names_from = "-";
	return n;
}

int
main(int argc, char **argv)
{
	struct job job = { .limits = json_foreign };
	enum status worst = ERR_OK;
	int n;

	tool_start("prov-digest");
	n = parse_options(&job.o, argc, argv);
	job.limits.lossy = job.o.lossy;
	job.digester = digester_open();
	output_open(&job.out, job.o.output);
	if (job.o.check != NULL)
		worst = do_check(&job, job.o.check);
	else if (job.o.names_from != NULL)
		worst = do_names(&job, job.o.names_from);
	else if (n == 0)
		worst = do_operand(&job, NULL);
	for (int i = 0; i < n; i++)
		worst = err_worst(worst, do_operand(&job, argv[i]));
	output_commit(&job.out);
	digester_close(job.digester);
	arena_free(&job.record);
	return (int)worst;
}
