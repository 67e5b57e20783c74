/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-fetch - fetch chunks of evidence from a server into a folder
 *
 * The helper of prov-pack fetch, apart from it so that no other tool links a
 * network library.  Reads lines "INDEX HASH"; writes DIR/00000000.chunk and
 * so on.  Exit 1: the server lacks one, or has another.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "msg.h"
#include "opt.h"
#include "tool.h"
#include "webchunk.h"

enum {
	LIST_MAX = 1024 * 1024 * 1024	/* ten million lines */
};

static void
show(void *ctx, uint64_t done)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "\r%" PRIu64 " of %" PRIu64
	    " chunks", done, *(const uint64_t *)ctx);

	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		return;
	if (done == *(const uint64_t *)ctx &&
	    write(STDERR_FILENO, "\n", 1) < 0)
		return;
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"URL DIR",
		"fetch chunks of evidence from a server into a folder"
	};
	static const struct opt none[] = { OPT_END };
	struct webchunk w = { .base = NULL };
	struct arena a = { 0 };
	struct slice list;
	struct err e;
	uint64_t lines = 0;
	char *base;
	enum status rc;

	tool_start("prov-fetch");
	if (opt_parse(&usage, none, argc, argv) != 2)
		opt_usage_error("a URL and a folder are needed");
	base = arena_dup(&a, slice_of(argv[0]));
	while (base[0] != '\0' && base[strlen(base) - 1] == '/')
		base[strlen(base) - 1] = '\0';
	w.base = base;
	w.dir = argv[1];
	rc = input_file("-", LIST_MAX, &a, &list);
	if (rc != ERR_OK)
		return (int)rc;
	for (size_t i = 0; i < list.len; i++)
		lines += list.data[i] == '\n';
	if (isatty(STDERR_FILENO)) {
		w.progress = show;
		w.ctx = &lines;
	}
	rc = webchunk_run(&w, list, &e);
	if (rc != ERR_OK)
		(void)msg_err(argv[0], &e);
	arena_free(&a);
	return (int)rc;
}
