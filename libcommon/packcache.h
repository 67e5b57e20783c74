/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packcache - proof bundles into and out of the provenance cache (layer 3).
 *
 * An entry holds the documents, the chunks that the bundle has, and every
 * envelope, the manifest's among them.  Original files and events are
 * not kept.
 */
#ifndef PACKCACHE_H
#define PACKCACHE_H

#include "entry.h"
#include "packcheck.h"
#include "packout.h"

/*
 * Verifies the bundle on fd as packcheck_run does, and only then puts it
 * into the store, as a foreign entry, in one transaction.  The store is
 * opened once the bundle is known to be good.  *verikey receives its key.
 */
enum status packcache_import(int fd, const char *dir, struct arena *a,
    const struct packcheck *c, struct digest *verikey, struct err *e);

/* An entry as packout wants it. */
struct packcache {
	struct entry_store *store;
	struct arena *arena;
	struct json verdict, decision, inputs, context, merkle;
	struct digest root;
	uint64_t chunks;	/* of the tree */
	/* The batch of chunks at hand. */
	struct arena batch;
	struct slice *chunk;
	uint64_t first, count;
};

/*
 * The entry of a VeriKey into out: documents, envelopes (added to out's
 * items, and out's chunk function.  ERR_NO: there is none, it was
 * invalidated, or it came without its evidence.  Borrows s and p until
 * packcache_close.
 */
enum status packcache_load(struct packcache *p, struct entry_store *s,
    const struct digest *verikey, int64_t at, struct arena *a,
    struct packout *out, struct err *e);
void packcache_close(struct packcache *p);

#endif
