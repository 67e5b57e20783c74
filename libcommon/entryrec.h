/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entryrec - an entry as bytes, and what it depends on (layer 3).
 *
 *	"PVE1" flags generation created expires proofRoot
 *	verdict decision inputs envelopes dependencies
 *	SHA-256 of all that
 *
 * Numbers are 64 bits, little end first; each of the five has its length
 * before it.  A dependency is the key of a generation: a letter (k VeriKey,
 * s signer, p policy) and 32 bytes, or f and a feed's name, with its epoch.
 */
#ifndef ENTRYREC_H
#define ENTRYREC_H

#include "entry.h"

enum {
	ENTRYREC_FEED_MAX = 500	/* bytes of a feed's name: with its letter
				 * it is a key */
};

struct entryrec_dep {
	struct slice key;
	struct slice epoch;	/* of a feed */
};

/* Fills what entry.h says is derived, from the three documents; ERR_INPUT
 * when they do not fit each other.  deps in the arena. */
enum status entryrec_derive(struct entry *entry, struct arena *a,
    struct entryrec_dep **deps, size_t *count, struct err *e);

void entryrec_write(struct buf *out, const struct entry *entry,
    const struct entryrec_dep *deps, size_t count);
/* ERR_INPUT when the bytes are not what entryrec_write wrote.  What is found
 * points into bytes; deps in the arena. */
enum status entryrec_read(struct slice bytes, struct arena *a,
    struct entry *out, struct entryrec_dep **deps, size_t *count,
    struct err *e);

/* Little-endian numbers, as the store's values hold them. */
void entryrec_u64(struct buf *out, uint64_t n);
uint64_t entryrec_get_u64(const char *p);

#endif
