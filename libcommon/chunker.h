/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunker - an operand as the leaves of a Merkle tree (layer 4).
 *
 * Bytes are cut into chunks of one size, or text into records; each is
 * hashed (RFC 6962) and handed on in order.  Memory is one read, whatever
 * the input's size.  Chunks of a regular file are read and hashed by several
 * threads; the order in which leaves are handed on does not change.  Where a
 * sparse file stores nothing, nothing is read.
 */
#ifndef CHUNKER_H
#define CHUNKER_H

#include "merkle.h"

enum chunker_kind {
	CHUNKER_BYTES,	/* chunks of chunk_size bytes */
	CHUNKER_LINES,	/* records end with LF, which is not part of them */
	CHUNKER_NUL,	/* records end with NUL */
	CHUNKER_HEX	/* lines of 64 hex digits: the leaf hashes */
};

struct chunker {
	enum chunker_kind kind;
	uint64_t chunk_size;
	unsigned jobs;		/* threads; 0: as many as there are cores */
	void (*leaf)(void *ctx, const struct digest *hash, uint64_t size);
	void *ctx;
};

/* operand as input_open takes it.  Problems have been said. */
enum status chunker_run(const struct chunker *c, const char *operand);

#endif
