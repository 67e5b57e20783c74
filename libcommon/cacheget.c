/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cachecmd.h"
#include "entrydoc.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

enum {
	BATCH = 64		/* keys of one read transaction */
};

struct opts {
	const char *cache;
	const char *at;
	const char *output;
	bool verdict;
	bool decision;
	bool inputs;
	const char *root;
	const char *first;
	uint64_t count;
};

struct getter {
	const struct opts *o;
	struct entry_store *store;
	int64_t at;
	struct arena arena;	/* of one batch */
	struct buf line;
	struct output out;
	struct digest key[BATCH];
	struct entry_found found[BATCH];
	size_t n;
};

static enum status
print_found(struct getter *g, const struct entry_found *f,
    const struct digest *key)
{
	const struct opts *o = g->o;
	char text[DIGEST_TEXT + 1];
	struct err e;
	enum status rc = entry_state_status(f->state, &e);

	buf_reset(&g->line);
	if (rc == ERR_OK && !o->verdict && !o->decision && !o->inputs)
		rc = entrydoc_write(NULL, &f->entry, false, &g->line, &e);
	if (rc != ERR_OK) {
		digest_write(key, text);
		return msg_err(text, &e);
	}
	output_bytes(&g->out, o->verdict ? f->entry.verdict :
	    o->decision ? f->entry.decision :
	    o->inputs ? f->entry.inputs : buf_get(&g->line));
	output_bytes(&g->out, SLICE("\n"));
	return ERR_OK;
}

/* Looks up the keys that were collected. */
static enum status
get_batch(struct getter *g)
{
	struct err e;
	size_t n = g->n;
	enum status worst = ERR_OK;

	g->n = 0;
	if (n == 0)
		return ERR_OK;
	if (entry_get_many(g->store, g->key, n, g->at, &g->arena, g->found,
	    &e) != ERR_OK)
		return msg_err(entry_dir(g->store), &e);
	for (size_t i = 0; i < n; i++)
		worst = err_worst(worst, print_found(g, &g->found[i],
		    &g->key[i]));
	arena_reset(&g->arena);
	return worst;
}

static enum status
get_one(struct getter *g, struct slice key)
{
	struct err e;

	if (!digest_option(key, &g->key[g->n])) {
		(void)err_bad(&e, "not a veriKey: want 64 hex digits");
		return msg_err(arena_dup(&g->arena, slice_cut(key, 0, 80)),
		    &e);
	}
	return ++g->n == BATCH ? get_batch(g) : ERR_OK;
}

/* Keys on the lines of standard input. */
static enum status
get_lines(struct getter *g)
{
	const struct json_limits limits = { .max_size = IO_READ_SIZE };
	struct buf rest = { 0 };
	struct input in;
	struct slice s;
	enum status worst = ERR_OK, rc = input_open(&in, NULL, &limits);

	while (rc == ERR_OK && (rc = input_chunk(&in, &s)) == ERR_OK &&
	    s.len > 0) {
		while (s.len > 0) {
			size_t n = slice_find(s, '\n');

			buf_slice(&rest, slice_cut(s, 0, n));
			if (n == s.len)
				break;
			worst = err_worst(worst, get_one(g, buf_get(&rest)));
			buf_reset(&rest);
			s = slice_cut(s, n + 1, s.len);
		}
		/* One who asks key by key gets an answer to each. */
		worst = err_worst(worst, get_batch(g));
		output_flush(&g->out);
	}
	if (rc == ERR_OK && rest.len > 0)
		worst = err_worst(worst, get_one(g, buf_get(&rest)));
	buf_free(&rest);
	input_close(&in);
	return err_worst(worst, rc);
}

static enum status
print_chunk(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e)
{
	struct getter *g = ctx;

	(void)index;
	(void)hash;
	(void)e;
	output_bytes(&g->out, bytes);
	return ERR_OK;
}

/* A tree's document, or chunks of it, one read transaction each. */
static enum status
get_tree(struct getter *g, const struct digest *root, uint64_t first)
{
	struct json doc;
	struct err e;
	uint64_t left = g->o->count;
	enum status rc;

	rc = entry_tree(g->store, root, &g->arena, &doc, &e);
	if (rc == ERR_OK && g->o->first == NULL)
		output_json(&g->out, &doc);
	for (; rc == ERR_OK && g->o->first != NULL && left > 0; left--) {
		arena_reset(&g->arena);
		rc = entry_chunks(g->store, root, first++, 1, &g->arena,
		    print_chunk, g, &e);
	}
	return rc == ERR_OK ? ERR_OK : msg_err(g->o->root, &e);
}

int
cachecmd_get(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--at TIME] [--verdict | --decision | "
		"--inputs] [KEY...]\n"
		"[--cache DIR] --root R [--first I [--count N]]",
		"print entries, or the chunks of their evidence"
	};
	struct opts o = { .count = 1 };
	const struct opt table[] = {
		CACHECMD_DIR(&o.cache), CACHECMD_AT(&o.at),
		CACHECMD_OUTPUT(&o.output),
		{ 0, "verdict", OPT_FLAG, &o.verdict, NULL,
		    "print the verdict alone" },
		{ 0, "decision", OPT_FLAG, &o.decision, NULL,
		    "print the decision alone" },
		{ 0, "inputs", OPT_FLAG, &o.inputs, NULL,
		    "print the inputs alone" },
		{ 0, "root", OPT_TEXT, &o.root, "R",
		    "print the tree of this proofRoot" },
		{ 0, "first", OPT_TEXT, &o.first, "I",
		    "print the bytes of its chunks from I on" },
		{ 0, "count", OPT_UINT, &o.count, "N",
		    "how many chunks (1)" },
		OPT_END
	};
	struct getter g = { .o = &o };
	int n = opt_parse(&usage, table, argc, argv);
	uint64_t first = 0;
	struct digest root;
	enum status rc;

	if (o.verdict + o.decision + o.inputs > 1)
		opt_usage_error("--verdict, --decision and --inputs exclude "
		    "each other");
	if (o.first != NULL && (strlen(o.first) > 15 || strspn(o.first,
	    "0123456789") != strlen(o.first) || o.root == NULL))
		opt_usage_error("--first is a number, and needs --root");
	for (const char *p = o.first; p != NULL && *p != '\0'; p++)
		first = first * 10 + (uint64_t)(*p - '0');
	if (o.root != NULL && n > 0)
		opt_usage_error("--root takes no veriKeys");
	if (o.root != NULL && !digest_option(slice_of(o.root), &root))
		opt_usage_error("--root is 64 hex digits");
	g.at = tool_at(o.at, TOOL_VERIFIES);
	rc = cachecmd_open(o.cache, ENTRY_READ, &g.store);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&g.out, o.output);
	if (o.root != NULL)
		rc = get_tree(&g, &root, first);
	else if (n == 0)
		rc = get_lines(&g);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, get_one(&g, slice_of(argv[i])));
	rc = err_worst(rc, get_batch(&g));
	if (rc == ERR_OK || rc == ERR_NO)
		output_commit(&g.out);
	else
		output_abandon(&g.out);
	entry_close(g.store);
	buf_free(&g.line);
	arena_free(&g.arena);
	return (int)rc;
}
