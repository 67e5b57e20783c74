/* SPDX-License-Identifier: Apache-2.0 */
#include "cachecmd.h"
#include "entrydoc.h"
#include "epoch.h"
#include "eventcmd.h"
#include "input.h"
#include "ledger.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

enum {
	BATCH = 64		/* entries of one read transaction */
};

/* --- put, import -------------------------------------------------------- */

struct putter {
	struct entry_store *store;
	bool foreign;		/* all of them, whatever they say */
	bool import;		/* events too */
	int64_t now;
};

/* What was made elsewhere: nothing it rests on was ever invalidated here. */
static enum status
put_entry(const struct putter *p, const struct json *doc, struct arena *a,
    struct err *e)
{
	struct entry entry;
	enum status rc = entrydoc_read(doc, a, &entry, e);

	entry.foreign = entry.foreign || p->foreign;
	return rc == ERR_OK ? entry_put(p->store, &entry, 0, e) : rc;
}

/* Of the ledger in one's own backup; from elsewhere it is one that nobody
 * signed. */
static enum status
put_event(const struct putter *p, const struct json *doc, struct arena *a,
    struct err *e)
{
	struct ledger_event event;
	enum status rc = ledger_read(doc, a, &event, e);

	event.ends.is_signed = !p->foreign;
	if (rc == ERR_OK && event.ends.cause == ENTRY_BY_FEED)
		rc = epoch_check(event.ends.before, p->now, e);
	return rc == ERR_OK ? ledger_apply(p->store, &event, 1, e) : rc;
}

static enum status
put_file(const struct putter *p, const char *name)
{
	struct arena a = { 0 };
	struct input in;
	struct json doc;
	struct err e;
	bool got;
	enum status worst = ERR_OK, rc = input_open(&in, name, &json_own);

	if (rc != ERR_OK)
		return rc;
	while ((rc = input_next(&in, &a, &doc, &got)) == ERR_OK && got) {
		rc = p->import && json_is(json_get(&doc, "kind"), LEDGER_KIND) ?
		    put_event(p, &doc, &a, &e) : put_entry(p, &doc, &a, &e);
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
	struct putter p = { .foreign = !import, .import = import,
		.now = tool_at(NULL, TOOL_VERIFIES) };
	const char *cache = NULL;
	bool no_sync = false;
	const struct opt put_table[] = { CACHECMD_DIR(&cache), OPT_END };
	const struct opt import_table[] = {
		CACHECMD_DIR(&cache),
		{ 0, "foreign", OPT_FLAG, &p.foreign, NULL,
		    "take all entries for made elsewhere" },
		{ 0, "no-sync", OPT_FLAG, &no_sync, NULL,
		    "make them durable at the end only" },
		OPT_END
	};
	int n = opt_parse(usage, import ? import_table : put_table, argc,
	    argv);
	enum status rc = cachecmd_open(cache, no_sync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &p.store);

	if (rc != ERR_OK)
		return (int)rc;
	if (n == 0)
		rc = put_file(&p, NULL);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, put_file(&p, argv[i]));
	entry_close(p.store);
	return (int)rc;
}

int
cachecmd_put(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [FILE...]",
		"put entries that were made elsewhere"
	};

	return put_files(argc, argv, &usage, false);
}

int
cachecmd_import(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [--foreign] [--no-sync] [FILE...]",
		"bring back what export wrote"
	};

	return put_files(argc, argv, &usage, true);
}

/* --- export ------------------------------------------------------------- */

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

/* Last, so that they do not keep out what was put after them; what rests on
 * a signer or feed that they end is computed anew. */
static enum status
export_events(struct exporter *x, struct err *e)
{
	struct arena a = { 0 };
	struct digest *id;
	size_t n = 0;
	enum status rc = ledger_list(x->store, &a, &id, &n, e);

	for (size_t i = 0; rc == ERR_OK && i < n; i++)
		rc = eventcmd_print(x->store, &id[i], &x->out, e);
	arena_free(&a);
	return rc;
}

static enum status
export_all(struct exporter *x, struct err *e)
{
	struct digest from = { { 0 } };
	enum status rc;

	if (x->store == NULL)
		return ERR_OK;
	do {
		rc = entry_scan(x->store, &from, BATCH, INT64_MIN, export_one,
		    x, e);
	} while (rc == ERR_OK);
	return rc == ERR_NO ? export_events(x, e) : rc;
}

int
cachecmd_export(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [-o FILE]",
		"write all valid entries, their evidence and the ledgers"
	};
	const char *cache = NULL, *output = NULL;
	const struct opt table[] = {
		CACHECMD_DIR(&cache), CACHECMD_OUTPUT(&output), OPT_END
	};
	struct exporter x = { 0 };
	struct err e;
	enum status rc;

	cachecmd_no_operands(opt_parse(&usage, table, argc, argv));
	rc = cachecmd_look(cache, &x.store);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&x.out, output);
	rc = export_all(&x, &e);
	if (rc == ERR_OK) {
		output_commit(&x.out);
	} else {
		output_abandon(&x.out);
		rc = msg_err(entry_dir(x.store), &e);
	}
	buf_free(&x.line);
	entry_close(x.store);
	return (int)rc;
}
