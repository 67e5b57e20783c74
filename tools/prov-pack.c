/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-pack - write, verify and import proof bundles
 *
 * Reads the documents of a decision, or a bundle; writes a bundle, or what a
 * bundle was found to be.  Exit 1: a digest, an equation or a signature does
 * not hold, or the answer to a question is no.
 */
#include <inttypes.h>
#include <string.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "packexport.h"
#include "packfetch.h"
#include "packout.h"
#include "packsources.h"
#include "packverify.h"
#include "tool.h"

/* --- list ----------------------------------------------------------------- */

struct list {
	bool json;
	const char *output;
	struct output out;
	struct arena lines;
};

static enum status
on_entry(void *ctx, enum manifest_entry kind, const char *name,
    uint64_t size, struct err *e)
{
	struct list *o = ctx;
	struct json line = json_object();
	struct buf text = { 0 };

	(void)kind;
	(void)e;
	if (o->json) {
		json_set_z(&o->lines, &line, "name", name);
		json_set(&o->lines, &line, "size",
		    json_uint(&o->lines, size));
		output_json(&o->out, &line);
		arena_reset(&o->lines);
		return ERR_OK;
	}
	buf_printf(&text, "%12" PRIu64 " %s\n", size, name);
	output_bytes(&o->out, buf_get(&text));
	buf_free(&text);
	return ERR_OK;
}

static const struct opt_usage list_usage = {
	"[--json] [FILE]",
	"list what is in a proof bundle"
};

static int
do_list(int argc, char **argv)
{
	struct list o = { .json = false };
	const struct opt table[] = {
		{ 0, "json", OPT_FLAG, &o.json, NULL,
		    "a JSON object for each entry" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write there" },
		OPT_END
	};
	struct pack_sink sink = { .begin = on_entry, .ctx = &o };
	struct arena a = { 0 };
	struct pack pack;
	struct err e;
	int n = opt_parse(&list_usage, table, argc, argv), fd;
	enum status rc;

	if (n > 1)
		opt_usage_error("one bundle at a time");
	rc = packverify_open(n == 1 ? argv[0] : NULL, &fd);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&o.out, o.output);
	rc = pack_read(fd, &a, &sink, &pack, &e);
	if (rc == ERR_OK) {
		output_commit(&o.out);
	} else {
		(void)msg_err(n == 1 ? argv[0] : "<stdin>", &e);
		output_abandon(&o.out);
	}
	arena_free(&o.lines);
	arena_free(&a);
	return (int)rc;
}

/* --- fetch ---------------------------------------------------------------- */

struct fetch {
	struct packsources sources;
	const char *output;
	bool zstd;
	struct output out;
	struct packfetch pack;
};

static enum status
to_file(void *ctx, struct slice bytes, struct err *e)
{
	(void)e;
	output_bytes(ctx, bytes);
	return ERR_OK;
}

static enum status
write_complete(struct fetch *o, struct arena *a)
{
	struct packout out = { .zstd = o->zstd, .sink = to_file,
	    .sink_ctx = &o->out };
	struct err e;
	enum status rc;

	packfetch_fill(&o->pack, &out);
	output_open(&o->out, o->output);
	rc = packout_write(&out, a, NULL, &e);
	o->pack.items = out.items;
	if (rc != ERR_OK) {
		output_abandon(&o->out);
		return msg_err(o->output, &e);
	}
	output_commit(&o->out);
	return ERR_OK;
}

static const struct opt_usage fetch_usage = {
	"[--from PATH]... [--cache DIR] [--url URL --into DIR [--offline]] "
	"[--zstd] -o FILE [BUNDLE]",
	"complete a bundle with the evidence it left out"
};

static int
do_fetch(int argc, char **argv)
{
	struct fetch o = { .output = NULL };
	const struct opt table[] = {
		{ 0, "from", OPT_LIST, &o.sources.from, "PATH",
		    "a folder of chunks, or another bundle (repeat)" },
		{ 0, "cache", OPT_TEXT, &o.sources.cache, "DIR",
		    "the provenance cache" },
		{ 0, "url", OPT_TEXT, &o.sources.url, "URL",
		    "a server that has the folder of chunks" },
		{ 0, "into", OPT_TEXT, &o.sources.into, "DIR",
		    "keep what the server gives there" },
		{ 0, "offline", OPT_FLAG, &o.sources.offline, NULL,
		    "ask no server" },
		{ 0, "zstd", OPT_FLAG, &o.zstd, NULL,
		    "compress the bundle" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "the bundle; - is standard output" },
		OPT_END
	};
	struct arena a = { 0 };
	struct err e;
	int n = opt_parse(&fetch_usage, table, argc, argv), fd;
	const char *name = n == 1 ? argv[0] : "<stdin>";
	enum status rc;

	if (n > 1)
		opt_usage_error("one bundle at a time");
	if (o.output == NULL)
		opt_usage_error("--output is needed");
	if ((o.sources.url != NULL) != (o.sources.into != NULL))
		opt_usage_error("--url and --into need each other");
	rc = packverify_open(n == 1 ? argv[0] : NULL, &fd);
	if (rc != ERR_OK)
		return (int)rc;
	rc = packfetch_open(&o.pack, fd, &a, &e);
	if (rc != ERR_OK)
		(void)msg_err(name, &e);
	if (rc == ERR_OK)
		rc = packsources_take(&o.sources, &o.pack, name);
	if (rc == ERR_OK)
		rc = write_complete(&o, &a);
	packfetch_close(&o.pack);
	mem_free(o.sources.from.item);
	arena_free(&a);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"COMMAND [OPTION]... [FILE]",
		"write, verify and import proof bundles"
	};
	static const struct opt_verb verbs[] = {
		{ "export", packexport_run, "write a bundle of a decision" },
		{ "verify", packverify_run, "verify a bundle" },
		{ "fetch", do_fetch, "complete a bundle's evidence" },
		{ "import", packverify_import,
		    "verify, and put into the cache" },
		{ "list", do_list, "list what is in a bundle" },
		{ NULL, NULL, NULL }
	};

	tool_start("prov-pack");
	return opt_verb(&usage, verbs, argc, argv);
}
