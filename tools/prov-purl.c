/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-purl - parse package URLs, compare versions, ask version ranges.
 *
 * The identities and orders that the other tools see, for the shell.  The
 * answer "no" of contains is exit 1.
 */
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "purl.h"
#include "tool.h"
#include "vers.h"
#include "version.h"

enum {
	LINE_MAX_SIZE = 1024 * 1024,	/* no purl or version is longer */
	SHOWN_MAX = 64			/* bytes of an operand in a message */
};

static const struct opt_usage usage = {
	"parse [--lenient] [-o FILE] [PURL...]\n"
	"compare SCHEME [A B]\n"
	"contains VERS VERSION\n"
	"range VERS | SCHEME RANGE",
	"parse package URLs, compare versions, ask version ranges"
};

struct job {
	struct output out;
	struct arena arena;	/* reset after each line */
	enum purl_mode mode;
	const struct version_scheme *scheme;
	bool keep_going;	/* a bad line does not end the run */
	enum status (*line)(struct job *, struct slice, struct err *);
};

/* --- lines -------------------------------------------------------------- */

/* Says what is wrong with an operand, under the operand itself. */
static enum status
operand_fault(const char *operand, const struct err *e)
{
	char shown[SHOWN_MAX + 4];
	size_t n = strlen(operand);

	if (n > SHOWN_MAX) {
		memcpy(shown, operand, SHOWN_MAX);
		memcpy(shown + SHOWN_MAX, "...", 4);
		operand = shown;
	}
	return msg_err(operand, e);
}

static enum status
line_fault(const struct input *in, const struct err *e, uint64_t offset,
    uint64_t number)
{
	struct err at = *e;
	size_t n;

	at.has_offset = true;
	at.offset = offset + (e->has_offset ? e->offset : 0);
	n = strlen(at.text);
	(void)snprintf(at.text + n, sizeof(at.text) - n, " (record %llu)",
	    (unsigned long long)number);
	return msg_err(in->name, &at);
}

/* Each line of standard input, without its LF. */
static enum status
each_line(struct job *job)
{
	struct input in;
	struct buf pending = { 0 };
	struct slice piece, line;
	struct err e;
	uint64_t offset = 0, number = 0;
	size_t start, n;
	enum status rc, worst = ERR_OK;

	rc = input_open(&in, NULL, &json_foreign);
	if (rc != ERR_OK)
		return rc;
	do {
		rc = input_chunk(&in, &piece);
		if (rc != ERR_OK)
			break;
		buf_slice(&pending, piece);
		for (start = 0; start < pending.len; start += line.len + 1) {
			line = buf_get(&pending);
			line = slice_cut(line, start, line.len);
			n = slice_find(line, '\n');
			if (n == line.len && piece.len > 0)
				break;
			line.len = n;
			memset(&e, 0, sizeof(e));
			rc = job->line(job, line, &e);
			arena_reset(&job->arena);
			number++;
			if (rc != ERR_OK)
				worst = err_worst(worst, line_fault(&in, &e,
				    offset, number));
			if (rc != ERR_OK && !job->keep_going)
				break;
			rc = ERR_OK;
			offset += line.len + 1;
		}
		if (rc != ERR_OK)
			break;
		if (start > pending.len)
			start = pending.len;
		if (start > 0)
			memmove(pending.data, pending.data + start,
			    pending.len - start);
		pending.len -= start;
		if (pending.len > LINE_MAX_SIZE) {
			(void)err_bad(&e, "a line of more than %d bytes",
			    LINE_MAX_SIZE);
			rc = line_fault(&in, &e, offset, number + 1);
		}
	} while (rc == ERR_OK && piece.len > 0);
	buf_free(&pending);
	input_close(&in);
	return err_worst(worst, rc);
}

/* --- parse -------------------------------------------------------------- */

static struct json
text_or_null(struct slice s)
{
	return s.data == NULL ? json_null() : json_string(s);
}

static enum status
parse_purl(struct job *job, struct slice text, struct err *e)
{
	struct arena *a = &job->arena;
	struct json doc = json_object(), qualifiers = json_object();
	struct purl p;
	enum status st = purl_parse(text, job->mode, a, &p, e);
	size_t i;

	if (st != ERR_OK)
		return st;
	for (i = 0; i < p.qualifiers; i++)
		json_set_slice(a, &qualifiers, p.qualifier[i].key,
		    json_string(p.qualifier[i].value));
	json_set(a, &doc, "kind", json_z("prov.purl/v1"));
	json_set(a, &doc, "purl", json_string(purl_text(a, &p)));
	json_set(a, &doc, "key", json_string(purl_key(a, &p)));
	json_set(a, &doc, "type", json_string(p.type));
	json_set(a, &doc, "namespace", text_or_null(p.namespace));
	json_set(a, &doc, "name", json_string(p.name));
	json_set(a, &doc, "version", text_or_null(p.version));
	json_set(a, &doc, "qualifiers", qualifiers);
	json_set(a, &doc, "subpath", text_or_null(p.subpath));
	output_json(&job->out, &doc);
	return ERR_OK;
}

static int
run_parse(int argc, char **argv)
{
	struct job job = { .line = parse_purl, .keep_going = true };
	bool lenient = false;
	const char *path = NULL;
	const struct opt table[] = {
		{ 0, "lenient", OPT_FLAG, &lenient, NULL,
		    "do not hold a purl against the rules of its type" },
		{ 'o', "output", OPT_TEXT, &path, "FILE",
		    "write to FILE instead of standard output" },
		OPT_END
	};
	const struct opt_usage verb = { "[--lenient] [-o FILE] [PURL...]",
		"canonical purls and their parts" };
	struct err e;
	enum status worst = ERR_OK, rc;
	int i, n = opt_parse(&verb, table, argc, argv);

	job.mode = lenient ? PURL_LENIENT : PURL_STRICT;
	output_open(&job.out, path);
	if (n == 0)
		worst = each_line(&job);
	for (i = 0; i < n; i++) {
		if (strcmp(argv[i], "-") == 0) {
			rc = each_line(&job);
		} else {
			rc = parse_purl(&job, slice_of(argv[i]), &e);
			if (rc != ERR_OK)
				(void)operand_fault(argv[i], &e);
			arena_reset(&job.arena);
		}
		worst = err_worst(worst, rc);
	}
	output_commit(&job.out);
	arena_free(&job.arena);
	return (int)worst;
}

/* --- compare ------------------------------------------------------------ */

static void
print_order(struct job *job, struct slice a, struct slice b)
{
	int c = version_cmp(job->scheme, a, b);

	output_bytes(&job->out, c < 0 ? SLICE("-1\n") :
	    c > 0 ? SLICE("1\n") : SLICE("0\n"));
}

static enum status
compare_line(struct job *job, struct slice line, struct err *e)
{
	size_t n = slice_find(line, '\t');

	if (n == line.len)
		return err_bad(e, "found no tab, expected two versions with a "
		    "tab between them");
	if (slice_find(slice_cut(line, n + 1, line.len), '\t') + n + 1 <
	    line.len)
		return err_bad(e, "found a second tab, expected two versions");
	print_order(job, slice_cut(line, 0, n),
	    slice_cut(line, n + 1, line.len));
	return ERR_OK;
}

static int
run_compare(int argc, char **argv)
{
	struct job job = { .line = compare_line };
	const struct opt table[] = { OPT_END };
	const struct opt_usage verb = { "SCHEME [A B]",
		"-1, 0 or 1: how a scheme orders two versions" };
	enum status rc = ERR_OK;
	int n = opt_parse(&verb, table, argc, argv);

	if (n != 1 && n != 3)
		opt_usage_error("compare takes a scheme and two versions, or "
		    "the scheme alone");
	job.scheme = version_scheme(slice_of(argv[0]));
	if (job.scheme == NULL)
		opt_usage_error("no order is known for '%.40s'", argv[0]);
	output_open(&job.out, NULL);
	if (n == 3)
		print_order(&job, slice_of(argv[1]), slice_of(argv[2]));
	else
		rc = each_line(&job);
	if (rc == ERR_OK)
		output_commit(&job.out);
	else
		output_abandon(&job.out);
	arena_free(&job.arena);
	return (int)rc;
}

/* --- contains, range ---------------------------------------------------- */

static enum status
read_vers(const char *text, struct arena *a, struct vers *v)
{
	struct err e;
	bool canonical;
	enum status rc = vers_parse(slice_of(text), VERS_LENIENT, a, v,
	    &canonical, &e);

	if (rc != ERR_OK)
		return operand_fault(text, &e);
	if (!canonical) {
		(void)err_bad(&e, "not canonical vers, read leniently");
		(void)operand_fault(text, &e);
	}
	return ERR_OK;
}

static int
run_contains(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct vers v;
	struct err e;
	const struct opt table[] = { OPT_END };
	const struct opt_usage verb = { "VERS VERSION",
		"does a range hold a version? exit 0 or 1" };
	enum status rc;
	int n = opt_parse(&verb, table, argc, argv);

	if (n != 2)
		opt_usage_error("contains takes a range and a version");
	rc = read_vers(argv[0], &arena, &v);
	if (rc == ERR_OK) {
		switch (vers_contains(&v, slice_of(argv[1]))) {
		case VERS_IN:
			break;
		case VERS_OUT:
			rc = ERR_NO;
			break;
		case VERS_UNKNOWN:
			rc = err_bad(&e, "no order is known for this type, and "
			    "the range does not name the version");
			(void)operand_fault(argv[0], &e);
			break;
		}
	}
	arena_free(&arena);
	return (int)rc;
}

static int
run_range(int argc, char **argv)
{
	struct output out;
	struct arena arena = { 0 };
	struct vers v;
	struct err e;
	const struct opt table[] = { OPT_END };
	const struct opt_usage verb = { "VERS\nSCHEME RANGE",
		"the canonical range of a vers or a native notation" };
	enum status rc;
	int n = opt_parse(&verb, table, argc, argv);

	if (n != 1 && n != 2)
		opt_usage_error("range takes a vers, or a scheme and a range");
	if (n == 1) {
		rc = read_vers(argv[0], &arena, &v);
	} else {
		rc = vers_from_native(slice_of(argv[0]), slice_of(argv[1]),
		    &arena, &v, &e);
		if (rc != ERR_OK)
			(void)operand_fault(argv[1], &e);
	}
	if (rc == ERR_OK) {
		vers_simplify(&arena, &v);
		output_open(&out, NULL);
		output_bytes(&out, vers_text(&arena, &v));
		output_bytes(&out, SLICE("\n"));
		output_commit(&out);
	}
	arena_free(&arena);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	static const struct opt_verb verbs[] = {
		{ "parse", run_parse, "canonical purls and their parts" },
		{ "compare", run_compare, "order two versions: -1, 0 or 1" },
		{ "contains", run_contains, "does a range hold a version?" },
		{ "range", run_range, "a range in canonical vers" },
		{ NULL, NULL, NULL }
	};

	tool_start("prov-purl");
	return opt_verb(&usage, verbs, argc, argv);
}
