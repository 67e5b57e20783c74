/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webchunk - chunks from a server into a folder (layer 3).
 *
 * The server has the folder that prov-merkle store wrote: BASE/00000000.chunk
 * and so on.  Each chunk is hashed on arrival and gets its name only then,
 * so that what was fetched stays fetched when the rest fails.
 */
#ifndef WEBCHUNK_H
#define WEBCHUNK_H

#include "digest.h"
#include "err.h"

struct webchunk {
	const char *base;	/* URL, without a slash at the end */
	const char *dir;
	/* Told after each chunk; may be NULL. */
	void (*progress)(void *ctx, uint64_t done);
	void *ctx;
};

/* list has a line for each chunk: its index, a space, its leaf hash as a
 * digest.  ERR_NO: the server has not all of them, or other ones. */
enum status webchunk_run(const struct webchunk *w, struct slice list,
    struct err *e);

#endif
