/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrytree - evidence in the store: trees, their chunks, and how many hold
 * them (layer 3).  For entry and entrycheck, inside cache_run.
 */
#ifndef ENTRYTREE_H
#define ENTRYTREE_H

#include "cache.h"
#include "entry.h"

/* The key of a digest, which it borrows. */
struct slice entrytree_key(const struct digest *d);

/* A number in the store; 0 when there is none. */
enum status entrytree_get_number(struct cache *c, enum cache_table t,
    struct slice key, uint64_t *n, struct err *e);
enum status entrytree_put_number(struct cache *c, enum cache_table t,
    struct slice key, uint64_t n, struct err *e);

/* Adds change (1 or -1) to the count of those that hold a tree (kind t), a
 * chunk (c) or an envelope (e); *left is the count then. */
enum status entrytree_refer(struct cache *c, char kind,
    const struct digest *d, int change, uint64_t *left, struct err *e);

/* The value of a tree: what merkledoc has, in binary. */
struct entrytree {
	struct merkledoc_tree doc;
	struct digest root;
	/* Chunks that are there: all, or the first ones of a bundle that left
	 * the others out.  Their hashes are all there. */
	uint64_t kept;
	const struct slice *piece;	/* their bytes, when it is written */
};

/* The tree over the parts whose data is not NULL. */
void entrytree_build(const struct slice part[MERKLEDOC_ROLES],
    struct arena *a, struct entrytree *t);
/* The tree of a bundle; ERR_INPUT when it is not that of root, or the bytes
 * are not its chunks.  Borrows given. */
enum status entrytree_given(const struct entry_partial *given,
    const struct digest *root, struct arena *a, struct entrytree *t,
    struct err *e);
/* The place of a role's name; MERKLEDOC_ROLES when it is none. */
unsigned entrytree_role(struct slice name);
/* The chunks' hashes give the root, or it is damaged. */
enum status entrytree_load(struct cache *c, const struct digest *root,
    struct arena *a, struct entrytree *t, struct err *e);
/* One entry more, or one less, holds the tree; chunks that were missing and
 * are in t are added.  The second adds them alone. */
enum status entrytree_hold(struct cache *c, const struct entrytree *t,
    struct err *e);
enum status entrytree_extend(struct cache *c, const struct entrytree *t,
    struct err *e);
enum status entrytree_drop(struct cache *c, const struct digest *root,
    struct err *e);

#endif
