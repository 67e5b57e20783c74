/* SPDX-License-Identifier: Apache-2.0 */
#include "cachecmd.h"
#include "entrydoc.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"

enum {
	BATCH = 64		/* entries of one read transaction */
};

/* --- put, import -------------------------------------------------------- */

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
	const char *cache = NULL;
	bool foreign = !import, no_sync = false;
	const struct opt put_table[] = { CACHECMD_DIR(&cache), OPT_END };
	const struct opt import_table[] = {
		CACHECMD_DIR(&cache),
		{ 0, "foreign", OPT_FLAG, &foreign, NULL,
		    "take all entries for made elsewhere" },
		{ 0, "no-sync", OPT_FLAG, &no_sync, NULL,
		    "make them durable at the end only" },
		OPT_END
	};
	int n = opt_parse(usage, import ? import_table : put_table, argc,
	    argv);
	struct entry_store *s;
	enum status rc = cachecmd_open(cache, no_sync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &s);

	if (rc != ERR_OK)
		return (int)rc;
	if (n == 0)
		rc = put_file(s, NULL, foreign);
	for (int i = 0; i < n; i++)
		rc = err_worst(rc, put_file(s, argv[i], foreign));
	entry_close(s);
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

int
cachecmd_export(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] [-o FILE]",
		"write all valid entries, with their evidence"
	};
	const char *cache = NULL, *output = NULL;
	const struct opt table[] = {
		CACHECMD_DIR(&cache), CACHECMD_OUTPUT(&output), OPT_END
	};
	struct exporter x = { 0 };
	struct digest from = { { 0 } };
	struct err e;
	enum status rc;

	cachecmd_no_operands(opt_parse(&usage, table, argc, argv));
	rc = cachecmd_look(cache, &x.store);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&x.out, output);
	do {
		rc = x.store == NULL ? ERR_NO : entry_scan(x.store, &from,
		    BATCH, INT64_MIN, export_one, &x, &e);
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
