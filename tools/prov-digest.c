/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-digest - canonicalise JSON and address it by content.
 *
 * Without a tree, in one pass, but for --verdict-id and --decision.
 */
#include <string.h>

#include "checklist.h"
#include "decision.h"
#include "digester.h"
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
	struct digester d;	/* of the operand that is open */
	struct output out;
	uint64_t documents;	/* --canonical: of the operand, so far */
	struct arena run;
	struct decision decision;	/* what the options say of it */
	int64_t ttl;
};

/* Held back until the document is known to be good, which it is when it has
 * been counted. */
static enum status
to_output(void *ctx, struct slice piece, struct err *e)
{
	struct job *job = ctx;

	(void)e;
	if (job->d.in.stream.count > job->documents)
		output_bytes(&job->out, piece);
	else
		buf_slice(&job->out.pending, piece);
	return ERR_OK;
}

/* The DecisionDigest of a verdict, which must be the one its id names. */
static enum status
next_decision(struct job *job, bool *got)
{
	struct arena *a = &job->d.record;
	struct decision d = job->decision;
	struct verdict v;
	struct json doc, out;
	struct err e;
	enum status rc;

	arena_reset(a);
	rc = input_next(&job->d.in, a, &doc, got);
	if (rc != ERR_OK || !*got)
		return rc;
	rc = verdict_read(a, &doc, &v, &e);
	if (rc == ERR_OK && __builtin_add_overflow(v.at, job->ttl,
	    &d.expires_at))
		rc = err_bad(&e, "--ttl ends beyond all time");
	if (rc != ERR_OK)
		return input_fault(&job->d.in, &e);
	d.verdict = v.id;
	d.created_at = v.at;
	d.trust_score = decision_trust(v.trust);
	if (job->o.rules.count == 0)
		d.rule[d.rules++] = v.policy_digest;
	out = decision_json(a, &d);
	output_json(&job->out, &out);
	return ERR_OK;
}

static enum status
next_descriptor(struct job *job, bool *got)
{
	struct digest found;
	struct json v;
	enum status rc = digester_next(&job->d, &found, got);

	if (rc != ERR_OK || !*got)
		return rc;
	v = digester_descriptor(&job->d, &found);
	output_json(&job->out, &v);
	return ERR_OK;
}

static enum status
next_record(struct job *job, bool *got)
{
	enum status rc;

	if (job->o.decision)
		return next_decision(job, got);
	if (!job->o.canonical)
		return next_descriptor(job, got);
	job->documents = job->d.in.stream.count;
	rc = input_canon(&job->d.in, to_output, job, got);
	if (rc == ERR_OK && *got)
		output_bytes(&job->out, SLICE("\n"));
	return rc;
}

/* A refused operand takes back what it has printed, unless some of that was
 * written already: then its whole records stay. */
static enum status
do_operand(struct job *job, const char *name)
{
	uint64_t mark = output_mark(&job->out);
	bool got = true;
	enum status rc;

	if (name != NULL && !utf8_valid(slice_of(name))) {
		msg_say(name, "found a name that is not UTF-8, expected one "
		    "that JSON can hold");
		return ERR_INPUT;
	}
	rc = digester_open(&job->d, name);
	while (rc == ERR_OK && got) {
		rc = next_record(job, &got);
		if (rc == ERR_OK && mark < job->out.written)
			mark = output_mark(&job->out);
	}
	if (rc != ERR_OK)
		output_take_back(&job->out, mark);
	digester_close(&job->d);
	return rc;
}

/* Names that end in NUL, the last one perhaps without. */
static enum status
do_names(struct job *job, const char *list)
{
	struct arena a = { 0 };
	struct slice names = { NULL, 0 };
	enum status worst = input_file(list, NAMES_MAX, &a, &names);

	/* The arena's copy has a NUL behind it. */
	while (names.len > 0) {
		size_t n = slice_find(names, '\0');

		if (n == 0) {
			msg_say(strcmp(list, "-") == 0 ? "<stdin>" : list,
			    "found an empty name");
			worst = err_worst(worst, ERR_INPUT);
		} else {
			worst = err_worst(worst, do_operand(job, names.data));
		}
		names = slice_cut(names, n + 1, names.len);
	}
	arena_free(&a);
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
	struct job job = { .d.limits = json_foreign };
	enum status worst = ERR_OK;
	struct json feeds;
	int n;

	tool_start("prov-digest");
	n = parse_options(&job.o, argc, argv);
	feeds = feeds_of(&job.run, &job.o.feeds);
	if (job.o.decision)
		prepare_decision(&job, &feeds);
	job.d.of = job.o.raw ? DIGESTER_RAW : job.o.verdict_id ?
	    DIGESTER_VERDICT : DIGESTER_CANONICAL;
	job.d.limits.lossy = job.o.lossy;
	output_open(&job.out, job.o.output);
	if (job.o.check != NULL)
		worst = checklist_compare(job.o.check, &job.d, &job.out);
	else if (job.o.names_from != NULL)
		worst = do_names(&job, job.o.names_from);
	else if (n == 0)
		worst = do_operand(&job, NULL);
	for (int i = 0; i < n; i++)
		worst = err_worst(worst, do_operand(&job, argv[i]));
	if (worst > ERR_NO && job.out.to_file)
		output_abandon(&job.out);
	else
		output_commit(&job.out);
	digester_free(&job.d);
	arena_free(&job.run);
	mem_free(job.o.feeds.item);
	mem_free(job.o.rules.item);
	return (int)worst;
}
