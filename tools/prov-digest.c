/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-digest - canonicalise JSON and address it by content.
 *
 * Without a tree, in one pass, but for --verdict-id and --decision.
 */
#include <string.h>

#include "decision.h"
#include "digest.h"
#include "err.h"
#include "hex.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "timefmt.h"
#include "tool.h"
#include "utf8.h"
#include "verdict.h"

static const struct opt_usage usage = {
	"[--canonical | --raw | --verdict-id] [--lossy-numbers] [-o FILE]\n"
	"    [-0 | --files0-from FILE | FILE...]\n"
	"--check FILE [--raw | --verdict-id] [--lossy-numbers] [-o FILE]\n"
	"--decision --verikey DIGEST --proof-root DIGEST [--ttl SPAN]\n"
	"    [--feed NAME=EPOCH]... [--rule DIGEST]... [FILE...]",
	"canonicalise JSON and address it by content"
};

static const uint64_t NAMES_MAX = UINT64_C(1) << 30;

static const int64_t TTL_DEFAULT = TIMEFMT_DAY;	/* a policy's, too */

struct opts {
	bool canonical, raw, verdict_id, decision;
	const char *verikey, *proof_root, *ttl;
	struct opt_list feeds, rules;
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
	struct sha256 digester;
	struct arena record;	/* reset after each document */
	struct arena run;
	struct decision decision;	/* what the options say of it */
	int64_t ttl;
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
	sha256_add(&job->digester, piece.data, piece.len);
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
		sha256_add(&job->digester, piece.data, piece.len);
	} while (piece.len > 0);
	s->done = true;
	*d = digest_take(&job->digester);
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
	if (!json_is(json_get(&doc, "kind"), VERDICT_KIND)) {
		(void)err_input(&e, 0, "found %s, expected a " VERDICT_KIND,
		    json_get(&doc, "kind") == NULL ? "no kind" :
		    "another kind");
		return input_fault(&s->in, &e);
	}
	*d = verdict_id(&job->record, &doc);
	return ERR_OK;
}

/* The DecisionDigest of a verdict, which must be the one its id names. */
static enum status
next_decision(struct job *job, struct source *s, bool *got)
{
	struct decision d = job->decision;
	struct verdict v;
	struct json doc, out;
	struct err e;
	enum status rc = input_next(&s->in, &job->record, &doc, got);

	if (rc != ERR_OK || !*got)
		return rc;
	rc = verdict_read(&job->record, &doc, &v, &e);
	if (rc == ERR_OK && __builtin_add_overflow(v.at, job->ttl,
	    &d.expires_at))
		rc = err_bad(&e, "--ttl ends beyond all time");
	if (rc != ERR_OK)
		return input_fault(&s->in, &e);
	d.verdict = v.id;
	d.created_at = v.at;
	d.trust_score = decision_trust(v.trust);
	if (job->o.rules.count == 0)
		d.rule[d.rules++] = v.policy_digest;
	out = decision_json(&job->record, &d);
	output_json(&job->out, &out);
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
	*d = digest_take(&job->digester);	/* also after a failure */
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
	if (job->o.decision) {
		rc = next_decision(job, s, got);
		arena_reset(&job->record);
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

/* --- the command line --------------------------------------------------- */

static struct digest
digest_of(const char *name, const char *text)
{
	struct digest d;

	if (text == NULL)
		opt_usage_error("--decision needs --%s", name);
	if (!digest_option(slice_of(text), &d))
		opt_usage_error("--%s wants 64 hexadecimal digits, not "
		    "'%.80s'", name, text);
	return d;
}

static struct json
feeds_of(struct arena *a, const struct opt_list *list)
{
	struct json feeds = json_object();

	for (size_t i = 0; i < list->count; i++) {
		struct slice s = slice_of(list->item[i]), name;
		size_t n = slice_find(s, '=');

		name = slice_cut(s, 0, n);
		if (n == 0 || n + 1 >= s.len || !utf8_valid(s))
			opt_usage_error("--feed wants NAME=EPOCH, not '%.80s'",
			    s.data);
		if (json_get_slice(&feeds, name) != NULL)
			opt_usage_error("--feed '%.80s': the feed has an "
			    "epoch already", s.data);
		json_set_slice(a, &feeds, name,
		    json_string(slice_cut(s, n + 1, s.len)));
	}
	return feeds;
}

static void
prepare_decision(struct job *job, const struct json *feeds)
{
	const struct opts *o = &job->o;
	struct decision *d = &job->decision;

	d->verikey = digest_of("verikey", o->verikey);
	d->proof_root = digest_of("proof-root", o->proof_root);
	d->feeds = feeds;
	job->ttl = TTL_DEFAULT;
	if (o->ttl != NULL && !timefmt_span(slice_of(o->ttl), &job->ttl))
		opt_usage_error("--ttl wants a length of time such as 24h, "
		    "not '%.40s'", o->ttl);
	if (o->rules.count > DECISION_RULES)
		opt_usage_error("--rule: at most %d, the policy and the jq "
		    "program", DECISION_RULES);
	for (size_t i = 0; i < o->rules.count; i++)
		d->rule[d->rules++] = digest_of("rule", o->rules.item[i]);
}

static void
check_options(const struct opts *o, int operands)
{
	bool details = o->verikey != NULL || o->proof_root != NULL ||
	    o->ttl != NULL || o->feeds.count > 0 || o->rules.count > 0;

	if (o->canonical + o->raw + o->verdict_id + o->decision > 1)
		opt_usage_error("--canonical, --raw, --verdict-id and "
		    "--decision exclude each other");
	if ((operands > 0) + (o->check != NULL) + o->names_from_stdin +
	    (o->names_from != NULL) > 1)
		opt_usage_error("operands, -0, --files0-from and --check "
		    "exclude each other");
	if (o->check != NULL && (o->canonical || o->decision))
		opt_usage_error("--check compares digests");
	if (details && !o->decision)
		opt_usage_error("--verikey, --proof-root, --ttl, --feed and "
		    "--rule go with --decision");
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
		{ 0, "decision", OPT_FLAG, &o->decision, NULL,
		    "print the prov.decision/v1 of verdicts" },
		{ 0, "verikey", OPT_TEXT, &o->verikey, "DIGEST",
		    "--decision: the VeriKey" },
		{ 0, "proof-root", OPT_TEXT, &o->proof_root, "DIGEST",
		    "--decision: the Merkle root of the evidence" },
		{ 0, "ttl", OPT_TEXT, &o->ttl, "SPAN",
		    "--decision: how long it holds (24h)" },
		{ 0, "feed", OPT_LIST, &o->feeds, "NAME=EPOCH",
		    "--decision: a feed's epoch" },
		{ 0, "rule", OPT_LIST, &o->rules, "DIGEST",
		    "--decision: rules' digest (the verdict's policy)" },
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

	check_options(o, n);
	if (o->names_from_stdin)
		o->names_from = "-";
	return n;
}

int
main(int argc, char **argv)
{
	struct job job = { .limits = json_foreign };
	enum status worst = ERR_OK;
	struct json feeds;
	int n;

	tool_start("prov-digest");
	n = parse_options(&job.o, argc, argv);
	feeds = feeds_of(&job.run, &job.o.feeds);
	if (job.o.decision)
		prepare_decision(&job, &feeds);
	job.limits.lossy = job.o.lossy;
	sha256_init(&job.digester);
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
	arena_free(&job.record);
	arena_free(&job.run);
	mem_free(job.o.feeds.item);
	mem_free(job.o.rules.item);
	return (int)worst;
}
