/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-cache - the provenance cache: look into it, fill it, invalidate.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "entrycheck.h"
#include "entrydoc.h"
#include "epoch.h"
#include "eventcmd.h"
#include "input.h"
#include "ledger.h"
#include "metrics.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

enum {
	GET_BATCH = 64,		/* keys of one read transaction */
	SCAN_BATCH = 64,	/* entries of one read transaction */
	PRUNE_BATCH = 1000	/* entries of one write transaction: readers
				 * and other writers come in between */
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
	bool foreign;
	bool no_sync;
	const char *verikey;
	const char *signer;
	const char *policy;
	const char *feed;
	const char *before;
	const char *pattern;
	bool expired;
};

#define CACHE_OPTION(o) \
	{ 0, "cache", OPT_TEXT, &(o)->cache, "DIR", \
	    "the cache's directory" }
#define AT_OPTION(o) \
	{ 0, "at", OPT_TEXT, &(o)->at, "TIME", \
	    "the time to judge expiry at (now)" }
#define OUTPUT_OPTION(o) \
	{ 'o', "output", OPT_TEXT, &(o)->output, "FILE", \
	    "write the result to FILE" }

static enum status
store_open(const char *dir, enum entry_mode mode, struct entry_store **out)
{
	struct err e;
	enum status rc = entry_open(dir, mode, out, &e);

	return rc == ERR_OK ? ERR_OK : msg_err(dir, &e);
}

/* For what needs no cache to be there: *out is NULL then. */
static enum status
store_look(const char *dir, struct entry_store **out)
{
	struct err e;
	enum status rc = entry_open(dir, ENTRY_READ, out, &e);

	return rc == ERR_OK || rc == ERR_NO ? ERR_OK : msg_err(dir, &e);
}

static void
no_operands(int n)
{
	if (n > 0)
		opt_usage_error("too many operands");
}

/* --- get ---------------------------------------------------------------- */

struct getter {
	const struct opts *o;
	struct entry_store *store;
	int64_t at;
	struct arena arena;	/* of one batch */
	struct buf line;
	struct output out;
	struct digest key[GET_BATCH];
	struct entry_found found[GET_BATCH];
	size_t n;
};

static enum status
print_found(struct getter *g, const struct entry_found *f,
    const struct digest *key)
{
	char text[DIGEST_TEXT + 1];
	struct err e;
	enum status rc = entry_state_status(f->state, &e);

	buf_reset(&g->line);
	if (rc == ERR_OK && g->o->verdict)
		buf_slice(&g->line, f->entry.verdict);
	else if (rc == ERR_OK && g->o->decision)
		buf_slice(&g->line, f->entry.decision);
	else if (rc == ERR_OK && g->o->inputs)
		buf_slice(&g->line, f->entry.inputs);
	else if (rc == ERR_OK)
		rc = entrydoc_write(NULL, &f->entry, false, &g->line, &e);
	if (rc != ERR_OK) {
		digest_write(key, text);
		return msg_err(text, &e);
	}
	buf_byte(&g->line, '\n');
	output_bytes(&g->out, buf_get(&g->line));
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
	return ++g->n == GET_BATCH ? get_batch(g) : ERR_OK;
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

static int
do_get(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--at TIME] [--verdict | --decision | "
		"--inputs] [KEY...]\n"
		"[--cache DIR] --root R [--first I [--count N]]",
		"print entries, or the chunks of their evidence"
	};
	struct opts o = { .count = 1 };
	const struct opt table[] = {
		CACHE_OPTION(&o), AT_OPTION(&o), OUTPUT_OPTION(&o),
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
	rc = store_open(o.cache, ENTRY_READ, &g.store);
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

/* --- put, import, export ------------------------------------------------ */

/* What was made elsewhere: nothing it rests on was ever invalidated here. */
static enum status
put_file(struct entry_store *s, const char *name, bool all_foreign)
{
	struct arena a = { 0 };
	struct input in;
	struct json doc;
	struct entry entry;
	struct err e;
	bool got;
	enum status worst = ERR_OK, rc = input_open(&in, name, &json_own);

	if (rc != ERR_OK)
		return rc;
	while ((rc = input_next(&in, &a, &doc, &got)) == ERR_OK && got) {
		rc = entrydoc_read(&doc, &a, &entry, &e);
		entry.foreign = entry.foreign || all_foreign;
		if (rc == ERR_OK)
			rc = entry_put(s, &entry, 0, &e);
		if (rc != ERR_OK) {
			e.has_offset = true;
			worst = err_worst(worst, input_fault(&in, &e));
		}
		arena_reset(&a);
		if (rc == ERR_SYSTEM)
			break;
	}
	input_close(&in);
	arena_free(&a);
	return err_worst(worst, rc == ERR_NO ? ERR_OK : rc);
}

static int
put_files(int argc, char **argv, const struct opt_usage *usage, bool import)
{
	struct opts o = { .foreign = !import };
	const struct opt put_table[] = { CACHE_OPTION(&o), OPT_END };
	const struct opt import_table[] = {
		CACHE_OPTION(&o),
		{ 0, "foreign", OPT_FLAG, &o.foreign, NULL,
		    "take all entries for made elsewhere" },
		{ 0, "no-sync", OPT_FLAG, &o.no_sync, NULL,
		    "make them durable at the end only" },
		OPT_END
	};
	int n = opt_parse(usage, import ? import_table : put_table, argc,
	    argv);
	struct entry_store *s;
	enum status rc = store_open(o.cache, o.no_sync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &s);

	if (rc != ERR_OK)
		return (int)rc;
	if (n == 0)
		rc = put_file(s, NULL, o.foreign);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, put_file(s, argv[i], o.foreign));
	entry_close(s);
	return (int)rc;
}

static int
do_put(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [FILE...]",
		"put entries that were made elsewhere"
	};

	return put_files(argc, argv, &usage, false);
}

static int
do_import(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--foreign] [--no-sync] [FILE...]",
		"bring back what export wrote"
	};

	return put_files(argc, argv, &usage, true);
}

struct exporter {
	struct entry_store *store;
	struct output out;
	struct buf line;
};

/* What is invalidated is not carried over: its generations are not. */
static enum status
export_one(void *ctx, const struct entry *entry, enum entry_state state,
    struct err *e)
{
	struct exporter *x = ctx;
	enum status rc;

	if (state == ENTRY_INVALIDATED)
		return ERR_OK;
	buf_reset(&x->line);
	rc = entrydoc_write(x->store, entry, true, &x->line, e);
	buf_byte(&x->line, '\n');
	if (rc == ERR_OK)
		output_bytes(&x->out, buf_get(&x->line));
	return rc == ERR_NO ? ERR_OK : rc;
}

static int
do_export(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [-o FILE]",
		"write all valid entries, with their evidence"
	};
	struct opts o = { 0 };
	const struct opt table[] = {
		CACHE_OPTION(&o), OUTPUT_OPTION(&o), OPT_END
	};
	struct exporter x = { 0 };
	struct digest from = { { 0 } };
	struct err e;
	enum status rc;

	no_operands(opt_parse(&usage, table, argc, argv));
	rc = store_look(o.cache, &x.store);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&x.out, o.output);
	do {
		rc = x.store == NULL ? ERR_NO : entry_scan(x.store, &from,
		    SCAN_BATCH, INT64_MIN, export_one, &x, &e);
	} while (rc == ERR_OK);
	if (rc == ERR_NO) {
		output_commit(&x.out);
		rc = ERR_OK;
	} else {
		output_abandon(&x.out);
		rc = msg_err(entry_dir(x.store), &e);
	}
	buf_free(&x.line);
	entry_close(x.store);
	return (int)rc;
}

/* --- invalidate --------------------------------------------------------- */

/* The veriKeys that a scan chose. */
struct chosen {
	const struct opts *o;
	struct entry_invalidation item[SCAN_BATCH];
	size_t n;
};

static enum status
choose(void *ctx, const struct entry *entry, enum entry_state state,
    struct err *e)
{
	struct chosen *c = ctx;
	char text[DIGEST_TEXT + 1];
	bool with = c->o->pattern != NULL &&
	    strncmp(c->o->pattern, "sha256:", 7) == 0;

	(void)e;
	if (state == ENTRY_INVALIDATED)
		return ERR_OK;
	digest_write(&entry->verikey, text);
	if (c->o->pattern != NULL ? fnmatch(c->o->pattern, with ? text :
	    text + 7, 0) != 0 : state != ENTRY_EXPIRED)
		return ERR_OK;
	c->item[c->n++] = (struct entry_invalidation){
		.cause = ENTRY_BY_VERIKEY, .id = entry->verikey };
	return ERR_OK;
}

static enum status
invalidate_scan(struct entry_store *s, const struct opts *o, int64_t at,
    struct err *e)
{
	struct digest from = { { 0 } };
	struct chosen c = { .o = o };
	enum status rc, scan;

	do {
		c.n = 0;
		scan = entry_scan(s, &from, SCAN_BATCH, at, choose, &c, e);
		if (scan != ERR_OK && scan != ERR_NO)
			return scan;
		rc = c.n > 0 ? entry_invalidate(s, c.item, c.n, e) : ERR_OK;
	} while (rc == ERR_OK && scan == ERR_OK);
	return rc;
}

static struct entry_invalidation
one_invalidation(const struct opts *o)
{
	struct entry_invalidation i = { .feed = slice_of(o->feed),
		.before = slice_of(o->before) };
	const char *id = o->verikey != NULL ? o->verikey :
	    o->signer != NULL ? o->signer : o->policy;

	i.cause = o->verikey != NULL ? ENTRY_BY_VERIKEY :
	    o->signer != NULL ? ENTRY_BY_SIGNER :
	    o->policy != NULL ? ENTRY_BY_POLICY : ENTRY_BY_FEED;
	if (id != NULL && !digest_option(slice_of(id), &i.id))
		opt_usage_error("not 64 hex digits: '%.80s'", id);
	if ((o->feed != NULL) != (o->before != NULL))
		opt_usage_error("--feed and --before go together");
	return i;
}

static int
do_invalidate(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] (--verikey K | --signer ID | --policy D |\n"
		"--feed NAME --before EPOCH | --pattern GLOB | --expired "
		"[--at TIME])",
		"end the validity of entries"
	};
	struct opts o = { 0 };
	const struct opt table[] = {
		CACHE_OPTION(&o), AT_OPTION(&o),
		{ 0, "verikey", OPT_TEXT, &o.verikey, "K", "of this entry" },
		{ 0, "signer", OPT_TEXT, &o.signer, "ID",
		    "of all that trusted this key" },
		{ 0, "policy", OPT_TEXT, &o.policy, "D",
		    "of all with this digest in their context" },
		{ 0, "feed", OPT_TEXT, &o.feed, "NAME", "of all from a feed" },
		{ 0, "before", OPT_TEXT, &o.before, "EPOCH",
		    "whose epoch is before this one" },
		{ 0, "pattern", OPT_TEXT, &o.pattern, "GLOB",
		    "of all whose veriKey matches" },
		{ 0, "expired", OPT_FLAG, &o.expired, NULL,
		    "of all that expired" },
		OPT_END
	};
	struct entry_invalidation one;
	struct entry_store *s;
	struct err e;
	int64_t at;
	enum status rc;

	no_operands(opt_parse(&usage, table, argc, argv));
	if ((o.verikey != NULL) + (o.signer != NULL) + (o.policy != NULL) +
	    (o.feed != NULL || o.before != NULL) + (o.pattern != NULL) +
	    o.expired != 1)
		opt_usage_error("want one of --verikey, --signer, --policy, "
		    "--feed, --pattern and --expired");
	one = one_invalidation(&o);
	at = tool_at(o.at, TOOL_VERIFIES);
	if (o.before != NULL && epoch_check(one.before, at, &e) != ERR_OK)
		return (int)msg_err("--before", &e);
	rc = store_open(o.cache, ENTRY_WRITE, &s);
	if (rc != ERR_OK)
		return (int)rc;
	rc = o.pattern != NULL || o.expired ?
	    invalidate_scan(s, &o, at, &e) : entry_invalidate(s, &one, 1, &e);
	if (rc != ERR_OK)
		rc = msg_err(entry_dir(s), &e);
	entry_close(s);
	return (int)rc;
}

/* --- upkeep ------------------------------------------------------------- */

static int
do_prune(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--at TIME] [--no-sync]",
		"remove what expired or is no longer valid"
	};
	struct opts o = { 0 };
	const struct opt table[] = {
		CACHE_OPTION(&o), AT_OPTION(&o),
		{ 0, "no-sync", OPT_FLAG, &o.no_sync, NULL,
		    "make it durable at the end only" },
		OPT_END
	};
	struct digest from = { { 0 } };
	struct entry_store *s;
	struct err e;
	uint64_t removed;
	int64_t at;
	enum status rc;

	no_operands(opt_parse(&usage, table, argc, argv));
	at = tool_at(o.at, TOOL_VERIFIES);
	rc = store_open(o.cache, o.no_sync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &s);
	if (rc != ERR_OK)
		return (int)rc;
	do {
		rc = entry_prune(s, &from, PRUNE_BATCH, at, &removed, &e);
	} while (rc == ERR_OK);
	rc = rc == ERR_NO ? ERR_OK : msg_err(entry_dir(s), &e);
	entry_close(s);
	return (int)rc;
}

static enum status
print_stats(struct entry_store *s, struct output *out, struct err *e)
{
	struct arena a = { 0 };
	struct entry_stats n = { 0 };
	struct json o = json_object();
	enum status rc = s != NULL ? entry_stats(s, &n, e) : ERR_OK;

	if (rc == ERR_OK) {
		json_set(&a, &o, "bytes", json_uint(&a, n.used_bytes));
		json_set(&a, &o, "chunks", json_uint(&a, n.chunks));
		json_set(&a, &o, "entries", json_uint(&a, n.entries));
		json_set(&a, &o, "envelopes", json_uint(&a, n.envelopes));
		json_set(&a, &o, "events", json_uint(&a, n.events));
		json_set(&a, &o, "fileBytes", json_uint(&a, n.file_bytes));
		json_set(&a, &o, "generation", json_uint(&a, n.generation));
		json_set_z(&a, &o, "kind", "prov.cachestats/v1");
		json_set(&a, &o, "outbox", json_uint(&a, n.outbox));
		json_set(&a, &o, "readers", json_uint(&a, n.readers));
		json_set(&a, &o, "trees", json_uint(&a, n.trees));
		output_json(out, &o);
	}
	arena_free(&a);
	return rc;
}

static enum status
print_metrics(struct entry_store *s, struct output *out, struct err *e)
{
	struct buf text = { 0 };
	struct entry_stats n = { 0 };
	struct metrics_gauges g;
	enum status rc = s != NULL ? entry_stats(s, &n, e) : ERR_OK;

	if (rc == ERR_OK) {
		g = (struct metrics_gauges){ n.entries, n.used_bytes,
			n.outbox };
		metrics_text(s != NULL ? entry_cache(s) : NULL, &g, &text);
		output_bytes(out, buf_get(&text));
	}
	buf_free(&text);
	return rc;
}

static enum status
check_all(struct entry_store *s, struct output *out, struct err *e)
{
	struct arena a = { 0 };
	struct digest *id;
	size_t n = 0;
	enum status rc = s != NULL ? entrycheck_run(s, e) : ERR_OK;

	(void)out;
	if (rc == ERR_OK && s != NULL)
		rc = ledger_list(s, &a, &id, &n, e);
	for (size_t i = 0; rc == ERR_OK && i < n; i++)
		rc = ledger_check(s, &id[i], e);
	arena_free(&a);
	return rc;
}

static int
report(int argc, char **argv, const struct opt_usage *usage,
    enum status (*print)(struct entry_store *s, struct output *out,
    struct err *e), bool damage_is_no)
{
	struct opts o = { 0 };
	const struct opt table[] = {
		CACHE_OPTION(&o), OUTPUT_OPTION(&o), OPT_END
	};
	struct entry_store *s;
	struct output out;
	struct err e;
	enum status rc;

	no_operands(opt_parse(usage, table, argc, argv));
	rc = store_look(o.cache, &s);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&out, o.output);
	rc = print(s, &out, &e);
	if (rc == ERR_OK) {
		output_commit(&out);
	} else {
		output_abandon(&out);
		rc = msg_err(entry_dir(s), &e);
	}
	entry_close(s);
	return (int)(rc != ERR_OK && damage_is_no ? ERR_NO : rc);
}

static int
do_stats(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [-o FILE]", "print how much there is of what"
	};

	return report(argc, argv, &usage, print_stats, false);
}

static int
do_metrics(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [-o FILE]", "print the counters for Prometheus"
	};

	return report(argc, argv, &usage, print_metrics, false);
}

static int
do_check(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR]", "read and hash everything there is"
	};

	return report(argc, argv, &usage, check_all, true);
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"VERB ...",
		"the provenance cache: look into it, fill it, invalidate"
	};
	static const struct opt_verb verbs[] = {
		{ "get", do_get,
		    "print entries, or the chunks of their evidence" },
		{ "put", do_put, "put entries that were made elsewhere" },
		{ "export", do_export,
		    "write all valid entries, with their evidence" },
		{ "import", do_import, "bring back what export wrote" },
		{ "invalidate", do_invalidate,
		    "end the validity of entries" },
		{ "events", eventcmd_run,
		    "apply and print what ended validity" },
		{ "prune", do_prune,
		    "remove what expired or is no longer valid" },
		{ "check", do_check, "read and hash everything there is" },
		{ "stats", do_stats, "print how much there is of what" },
		{ "metrics", do_metrics, "print the counters for Prometheus" },
		{ NULL, NULL, NULL }
	};

	tool_start("prov-cache");
	return opt_verb(&usage, verbs, argc, argv);
}
