/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tarout - writes the canonical ustar through libarchive (layer 2).  The
 * only module that includes archive.h.  What it writes is what ustar reads;
 * tests/unit/ustar.c holds the two together.
 */
#ifndef TAROUT_H
#define TAROUT_H

#include <stdint.h>

#include "err.h"
#include "mem.h"

enum {
	/* What is handed to the sink at a time: a multiple of USTAR_RECORD,
	 * so that the last block alone decides the padding. */
	TAROUT_BLOCK = 128 * 10240
};

struct tarout;

/* sink gets the archive in order; its error ends the writing. */
struct tarout *tarout_open(enum status (*sink)(void *ctx, struct slice bytes,
    struct err *e), void *ctx);
/* Entries: begin, exactly size bytes in pieces, next begin or finish.  The
 * name must be one that ustar_name accepts, the size within
 * USTAR_SIZE_MAX. */
enum status tarout_begin(struct tarout *t, const char *name, uint64_t size,
    struct err *e);
enum status tarout_data(struct tarout *t, struct slice bytes, struct err *e);
/* The end blocks.  Anything after this but close is a mistake. */
enum status tarout_finish(struct tarout *t, struct err *e);
void tarout_close(struct tarout *t);	/* NULL is fine */

#endif
