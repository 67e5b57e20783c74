/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool - chunks of evidence in an unlinked file (layer 3).
 *
 * A bundle is read once and may come from a pipe, and its evidence is larger
 * than what should be in memory: what is wanted of it again is written here.
 * The file is in $TMPDIR, or /tmp, and gone when the process is.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

/* Zero it: the file is made when there is something to put. */
struct spool {
	bool open;
	int fd;			/* chunk i at i * MERKLE_CHUNK */
	uint64_t chunks;	/* the last of them, and one */
	char *map;		/* spool_map's */
};

/* An empty file without a name, for whoever wants one. */
enum status spool_file(int *fd, struct err *e);

/* At most MERKLE_CHUNK bytes. */
enum status spool_put(struct spool *s, uint64_t index, struct slice bytes,
    struct err *e);
/* size bytes of a chunk that was put, into out. */
enum status spool_get(const struct spool *s, uint64_t index, char *out,
    size_t size, struct err *e);
/* All of it as memory that the kernel may take back; nothing may be put
 * then.  Chunk i is at *out + i * MERKLE_CHUNK. */
enum status spool_map(struct spool *s, const char **out, struct err *e);
void spool_close(struct spool *s);

#endif
