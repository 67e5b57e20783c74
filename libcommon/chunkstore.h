/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunkstore - a tree's chunks as files (layer 4).
 *
 *	DIR/manifest.json	prov.merkle/v1 with its chunk list, written last
 *	DIR/00000000.chunk	chunk 0, and so on; eight digits or more
 *
 * Problems are said on standard error under the file's name.
 */
#ifndef CHUNKSTORE_H
#define CHUNKSTORE_H

#include "digest.h"

/*
 * DIR is made.  Chunks that are there already stay, bad and missing ones are
 * written: a run that was interrupted goes on, a stored tree is mended.  One
 * that holds the manifest of another tree is refused.
 */
enum status chunkstore_write(const char *operand, const char *dir,
    uint64_t chunk_size);

struct chunkstore_check {
	const struct digest *root;	/* NULL: the manifest's word */
	uint64_t *chunk;		/* only these; none: all, and nothing
					 * else may be there */
	size_t chunks;
	uint64_t from;			/* of all: those from here on */
	const char *resume;		/* of all: NULL, or the file that keeps
					 * how far the check came
					 * (prov.merklecheck/v1) */
};

/*
 * ERR_NO if a chunk is missing, too many or other than listed; every one is
 * named.  With resume a check that was interrupted goes on: what it found bad
 * is looked at again, what it found good is not; the file goes away with the
 * last bad chunk.
 */
enum status chunkstore_verify(const char *dir,
    const struct chunkstore_check *c);

#endif
