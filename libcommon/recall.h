/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recall - the provenance cache as a decision uses it (layer 4).
 *
 * Read-through: a hit gives the bytes that a miss would have computed.  A
 * cache that is damaged, full, read-only, locked or missing never changes a
 * result: that is said once on standard error, and everything here then
 * answers as if there were none.
 */
#ifndef RECALL_H
#define RECALL_H

#include "entry.h"
#include "keyring.h"

enum recall_state {
	RECALL_NONE,		/* no cache was asked, or it cannot be */
	RECALL_HIT,
	RECALL_MISS,
	RECALL_STALE		/* an entry was there, expired or invalidated */
};

struct recall {
	struct entry_store *store;	/* NULL: no cache */
	uint64_t generation;
	bool troubled;			/* said so already */
	enum recall_state state;
	struct entry entry;		/* on a hit */
};

/* Before any other input is read.  write: the result will be put. */
void recall_open(struct recall *r, const char *dir, bool write);
/* Looks the key up.  A foreign entry is a hit only when a key of the keyring
 * (may be NULL) with the role cache signed its decision. */
void recall_get(struct recall *r, struct arena *a, const struct digest *key,
    const struct keyring *keyring, int64_t at);
/* Puts what was computed. */
void recall_put(struct recall *r, const struct entry *entry);
void recall_close(struct recall *r);

#endif
