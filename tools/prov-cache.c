/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-cache - the provenance cache: look into it, fill it, invalidate.
 */
#include "cachecmd.h"
#include "entrycheck.h"
#include "eventcmd.h"
#include "ledger.h"
#include "metrics.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

enum {
	BATCH = 1000		/* entries of one write transaction: readers
				 * and other writers come in between */
};

static int
do_prune(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--at TIME] [--no-sync]",
		"remove what expired or is no longer valid"
	};
	const char *cache = NULL, *time = NULL;
	bool no_sync = false;
	const struct opt table[] = {
		CACHECMD_DIR(&cache), CACHECMD_AT(&time),
		{ 0, "no-sync", OPT_FLAG, &no_sync, NULL,
		    "make it durable at the end only" },
		OPT_END
	};
	struct digest from = { { 0 } };
	struct entry_store *s;
	struct err e;
	uint64_t removed;
	int64_t at;
	enum status rc;

	cachecmd_no_operands(opt_parse(&usage, table, argc, argv));
	at = tool_at(time, TOOL_VERIFIES);
	rc = cachecmd_open(cache, no_sync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &s);
	if (rc != ERR_OK)
		return (int)rc;
	do {
		rc = entry_prune(s, &from, BATCH, at, &removed, &e);
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
	const char *cache = NULL, *output = NULL;
	const struct opt table[] = {
		CACHECMD_DIR(&cache), CACHECMD_OUTPUT(&output), OPT_END
	};
	struct entry_store *s;
	struct output out;
	struct err e;
	enum status rc;

	cachecmd_no_operands(opt_parse(usage, table, argc, argv));
	rc = cachecmd_look(cache, &s);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&out, output);
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
		{ "get", cachecmd_get,
		    "print entries, or the chunks of their evidence" },
		{ "put", cachecmd_put, "put entries that were made elsewhere" },
		{ "export", cachecmd_export,
		    "write all valid entries, their evidence and the ledgers" },
		{ "import", cachecmd_import, "bring back what export wrote" },
		{ "invalidate", cachecmd_invalidate,
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
