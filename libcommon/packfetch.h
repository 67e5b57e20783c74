/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packfetch - the chunks that a bundle left out (layer 3).
 *
 * A lite or standard bundle lists the hash of every chunk of its evidence.
 * They may be in a folder (as prov-merkle store leaves them), in another
 * bundle, or in a cache; whatever comes is believed by its hash alone.  What
 * was found is spooled into an unlinked file, so that memory does not grow
 * with the evidence.
 */
#ifndef PACKFETCH_H
#define PACKFETCH_H

#include "entry.h"
#include "pack.h"
#include "packout.h"
#include "spool.h"

struct packfetch {
	struct arena *arena;
	struct pack pack;
	struct spool spool;
	unsigned char *have;	/* by chunk */
	uint64_t missing;
	struct packout_item *item;
	size_t items;
	char chunk[MERKLE_CHUNK];
};

/* Reads the bundle to complete; to be closed whatever it returns. */
enum status packfetch_open(struct packfetch *f, int fd, struct arena *a,
    struct err *e);
void packfetch_close(struct packfetch *f);

/* Each takes what it finds of what is missing.  A chunk that is another is
 * ERR_NO; one that is not there is no error. */
enum status packfetch_folder(struct packfetch *f, const char *dir,
    struct err *e);
enum status packfetch_bundle(struct packfetch *f, int fd, struct err *e);
enum status packfetch_store(struct packfetch *f, struct entry_store *s,
    struct err *e);

/* The next chunk that is missing, from *index on; false: none. */
bool packfetch_next(const struct packfetch *f, uint64_t *index);
/* Fills out: the same bundle with all its chunks.  Signatures over the old
 * manifest are left out.  Borrows f. */
void packfetch_fill(struct packfetch *f, struct packout *out);

#endif
