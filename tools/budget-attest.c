/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget-attest - hold a verdict's counts against a budget.
 *
 * Reads a prov.verdict/v1 or bare counts, writes the budget-check predicate
 * or, with --statement, the in-toto statement over the verdict's subject.
 * Exit 1: over budget, and the action is block.
 */
#include <string.h>

#include "budget.h"
#include "context.h"
#include "differ.h"
#include "dsse.h"
#include "input.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "statement.h"
#include "timefmt.h"
#include "tool.h"
#include "utf8.h"
#include "verdict.h"
#include "wrapped.h"

static const struct opt_usage usage = {
	"--budget FILE [--environment NAME] [OPTION]... [FILE]\n"
	"--verify STATEMENT --budget FILE [-k PUB... | --keyring FILE]\n"
	"[OPTION]... [FILE]",
	"attest that unknowns and findings stay within a budget"
};

struct opts {
	const char *budget, *environment, *keyring, *at, *out, *verify;
	bool statement, require_signed;
	struct opt_list subject, keys;
};

/* What the counts come from. */
struct source {
	const char *name;		/* for messages */
	struct json doc;
	bool is_verdict;
	struct verdict verdict;
	struct budget_facts facts;
	int64_t at;
};

static enum status
read_source(struct arena *a, const char *operand, struct source *s)
{
	struct err e = { 0 };
	enum status rc = input_document(operand, &json_own, a, &s->doc);

	if (rc != ERR_OK)
		return rc;
	s->name = strcmp(operand, "-") == 0 ? "<stdin>" : operand;
	s->is_verdict = json_get(&s->doc, "kind") != NULL;
	if (s->is_verdict) {
		rc = verdict_read(a, &s->doc, &s->verdict, &e);
		budget_facts(&s->doc, &s->facts);
	} else {
		rc = budget_counts(&s->doc, &s->facts, &e);
	}
	return rc == ERR_OK ? rc : msg_err(s->name, &e);
}

static enum status
read_keyring(struct arena *a, const char *path, int64_t at,
    struct keyring *out)
{
	struct json doc;
	struct err e = { 0 };
	enum status rc = input_document(path, &json_own, a, &doc);

	if (rc != ERR_OK)
		return rc;
	rc = wrapped_keyring(a, at, &doc, &e);
	if (rc == ERR_OK)
		rc = keyring_read(&doc, a, out, &e);
	return rc == ERR_OK ? rc : msg_err(path, &e);
}

/* The environment that was named, else the verdict's, else the default. */
static struct slice
environment_of(const struct opts *o, const struct source *s)
{
	if (o->environment != NULL)
		return slice_of(o->environment);
	return s->is_verdict ? s->verdict.environment :
	    slice_of(CONTEXT_DEFAULT);
}

static enum status
read_budget(struct arena *a, const struct opts *o, const struct source *s,
    struct budget *out)
{
	struct keyring keyring, *trusted = NULL;
	struct err e = { 0 };
	enum status rc = ERR_OK;
	struct json *doc = arena_alloc(a, sizeof(*doc));

	if (o->keyring != NULL) {
		rc = read_keyring(a, o->keyring, s->at, &keyring);
		trusted = &keyring;
	}
	if (rc == ERR_OK)
		rc = input_document(o->budget, &json_own, a, doc);
	if (rc != ERR_OK)
		return rc;
	rc = wrapped_open(a, trusted, s->at, doc, &e);
	if (rc == ERR_OK)
		rc = budget_read(a, doc, environment_of(o, s), out, &e);
	return rc == ERR_OK ? rc : msg_err(o->budget, &e);
}

/* NAME=DIGEST as statements name a subject. */
static struct json
given_subjects(struct arena *a, const struct opts *o)
{
	struct json list = json_array();

	for (size_t i = 0; i < o->subject.count; i++) {
		struct statement_subject s;
		struct err e;

		if (statement_option(o->subject.item[i], &s, &e) != ERR_OK)
			opt_usage_error("--subject %.80s: %s",
			    o->subject.item[i], e.text);
		if (s.name.len == 0 || !utf8_valid(s.name))
			opt_usage_error("--subject %.80s: expected a name, in "
			    "UTF-8, before the =", o->subject.item[i]);
		json_push(a, &list, statement_named(a, &s));
	}
	return list;
}

static struct json
make_statement(struct arena *a, const struct opts *o, const struct source *s,
    const struct json *check)
{
	struct json subject = o->subject.count > 0 ? given_subjects(a, o) :
	    verdict_subject(a, &s->verdict);

	return statement_write(a, subject, slice_of(BUDGET_PREDICATE),
	    *check);
}

/* --- verifying ------------------------------------------------------------ */

/* Whether somebody who may signed it: one of the keys given, or the keyring's
 * with the role verdict.  Problems have been said. */
static enum status
check_signature(struct arena *a, const struct opts *o, const struct dsse *d)
{
	struct dsse_check check = { .count = o->keys.count, .threshold = 1 };
	struct keyring keyring;
	struct err e = { 0 };
	struct key *keys;
	int64_t at = tool_at(o->at, TOOL_VERIFIES);
	enum status rc;

	if (o->keys.count > 0) {
		rc = keyfile_public_list(&o->keys, a, &keys);
		if (rc != ERR_OK)
			return rc;
		check.keys = keys;
		rc = dsse_verify(d, &check, NULL, &e);
	} else {
		rc = read_keyring(a, o->keyring, at, &keyring);
		if (rc != ERR_OK)
			return rc;
		rc = wrapped_verify(a, d, &keyring, "verdict", at, &e);
	}
	return rc == ERR_OK ? rc : msg_err(o->verify, &e);
}

/* The statement that is held against what is derived: bare, or the payload of
 * an envelope. */
static enum status
read_statement(struct arena *a, const struct opts *o, struct json *out)
{
	struct err e = { 0 };
	enum status rc = input_document(o->verify, &json_own, a, out);
	struct dsse d;

	if (rc != ERR_OK)
		return rc;
	if (!wrapped_is(out)) {
		if (!o->require_signed && o->keys.count == 0)
			return ERR_OK;
		rc = err_no(&e, "it is not signed");
		return msg_err(o->verify, &e);
	}
	rc = dsse_read(out, a, &d, &e);
	if (rc == ERR_OK && !slice_is(d.type, DSSE_INTOTO))
		rc = err_bad(&e, "a payload of type \"%.*s\", expected \""
		    DSSE_INTOTO "\"", (int)d.type.len, d.type.data);
	if (rc == ERR_OK && (o->keys.count > 0 || o->keyring != NULL)) {
		rc = check_signature(a, o, &d);
		if (rc != ERR_OK)
			return rc;
	}
	if (rc == ERR_OK && json_parse(d.payload, &json_own, a, out, &e) !=
	    ERR_OK)
		rc = err_bad(&e, "the envelope's payload is no JSON document");
	return rc == ERR_OK ? rc : msg_err(o->verify, &e);
}

static enum status
verify(struct arena *a, const struct opts *o, const struct json *derived)
{
	struct buf path = { 0 };
	struct json said;
	enum status rc = read_statement(a, o, &said);

	if (rc == ERR_OK && differ(&path, &said, derived)) {
		msg_say(o->verify, "%.*s is not what the verdict and the "
		    "budget give", (int)path.len, path.len > 0 ? path.data :
		    "the statement");
		rc = ERR_NO;
	}
	buf_free(&path);
	return rc;
}

static enum status
attest(const struct opts *o, const char *operand)
{
	struct arena a = { 0 };
	struct source s = { .name = NULL };
	struct budget budget;
	struct json check, out;
	struct err e = { 0 };
	enum status rc = read_source(&a, operand, &s);

	if (rc != ERR_OK)
		goto out;
	if ((o->statement || o->verify != NULL) && !s.is_verdict &&
	    o->subject.count == 0)
		opt_usage_error("bare counts have no subject: --subject is "
		    "needed");
	if (s.is_verdict && o->at != NULL && o->verify == NULL)
		opt_usage_error("--at is for bare counts: a verdict has its "
		    "own time");
	s.at = s.is_verdict ? s.verdict.at : tool_at(o->at, TOOL_PRODUCES);
	rc = read_budget(&a, o, &s, &budget);
	if (rc == ERR_OK) {
		rc = budget_check(&a, &budget, &s.facts, s.at, &check, &e);
		if (rc != ERR_OK)
			msg_err(s.name, &e);
	}
	if (rc == ERR_OK) {
		json_set_z(&a, &check, "evaluatedAt", timefmt_text(&a, s.at));
		out = o->statement || o->verify != NULL ?
		    make_statement(&a, o, &s, &check) : check;
		if (o->verify != NULL)
			rc = verify(&a, o, &out);
		else
			output_document(o->out, &out);
		if (o->verify == NULL && json_is(json_get(&check, "result"),
		    "fail"))
			rc = ERR_NO;
	}
out:
	arena_free(&a);
	return rc;
}

static bool
is_stdin(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

static void
check_options(const struct opts *o, int n, const char *operand)
{
	if (n > 1)
		opt_usage_error("one operand at most, not %d", n);
	if (o->budget == NULL)
		opt_usage_error("--budget is needed");
	if (o->subject.count > 0 && !o->statement && o->verify == NULL)
		opt_usage_error("--subject goes with --statement or "
		    "--verify");
	if (o->verify != NULL && (o->statement || o->out != NULL))
		opt_usage_error("--verify writes nothing: it goes without "
		    "--statement and -o");
	if (o->verify == NULL && (o->keys.count > 0 || o->require_signed))
		opt_usage_error("-k and --require-signed go with --verify");
	if (o->keys.count == 0 && o->keyring == NULL && o->require_signed)
		opt_usage_error("--require-signed: by whom? -k or --keyring "
		    "is needed");
	if (o->environment != NULL && (o->environment[0] == '\0' ||
	    !utf8_valid(slice_of(o->environment))))
		opt_usage_error("--environment %.64s: expected a name, in "
		    "UTF-8", o->environment);
	if (is_stdin(operand) + is_stdin(o->budget) + is_stdin(o->keyring) +
	    is_stdin(o->verify) > 1)
		opt_usage_error("standard input is named twice");
}

int
main(int argc, char **argv)
{
	struct opts o = { .budget = NULL };
	const struct opt table[] = {
		{ 0, "budget", OPT_TEXT, &o.budget, "FILE",
		    "the budget (prov.budget/v1), bare or in DSSE" },
		{ 0, "environment", OPT_TEXT, &o.environment, "NAME",
		    "whose limits; the verdict's, else default" },
		{ 0, "keyring", OPT_TEXT, &o.keyring, "FILE",
		    "who may sign the budget, and the statement" },
		{ 'k', "key", OPT_LIST, &o.keys, "PUB",
		    "a key that may have signed the statement" },
		{ 0, "require-signed", OPT_FLAG, &o.require_signed, NULL,
		    "a statement that is not signed is refused" },
		{ 0, "statement", OPT_FLAG, &o.statement, NULL,
		    "write the in-toto statement" },
		{ 0, "subject", OPT_LIST, &o.subject, "NAME=DIGEST",
		    "its subject, in place of the verdict's" },
		{ 0, "at", OPT_TEXT, &o.at, "TIME",
		    "the time bare counts are judged at, and signers" },
		{ 0, "verify", OPT_TEXT, &o.verify, "STATEMENT",
		    "derive everything again and compare" },
		{ 'o', "output", OPT_TEXT, &o.out, "FILE",
		    "write the result there" },
		OPT_END
	};
	enum status rc;
	int n;

	tool_start("budget-attest");
	n = opt_parse(&usage, table, argc, argv);
	check_options(&o, n, n == 1 ? argv[0] : "-");
	rc = attest(&o, n == 1 ? argv[0] : "-");
	mem_free(o.subject.item);
	mem_free(o.keys.item);
	return (int)rc;
}
