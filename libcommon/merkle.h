/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle - RFC 6962 SHA-256 trees (layer 3).
 *
 * Leaf hashes are SHA-256(0x00 data), nodes SHA-256(0x01 left right), the
 * root of no leaves SHA-256 of nothing; a tree of n > 1 leaves splits at the
 * largest power of two below n (RFC 6962 2.1, RFC 9162 2.1).  All arithmetic
 * is 64 bit.  Nothing here recurses, allocates or reads.
 */
#ifndef MERKLE_H
#define MERKLE_H

#include "digest.h"
#include "err.h"
#include "mem.h"

enum {
	MERKLE_LEVELS = 64,	/* of a tree of 2^63 leaves and more */
	MERKLE_PROOF_MAX = 2 * MERKLE_LEVELS, /* hashes of any one proof */
	MERKLE_CHUNK = 64 * 1024 /* bytes of evidence in one leaf */
};

struct digest merkle_empty(void);
struct digest merkle_leaf(struct slice data);
struct digest merkle_node(const struct digest *left,
    const struct digest *right);

/*
 * Several at once, which is faster.  Of two leaves that are not of one size
 * each is hashed alone; a pair of nodes is given by its four children.
 */
void merkle_leaf_two(struct slice a, struct slice b, struct digest out[2]);
void merkle_node_two(const struct digest child[4], struct digest out[2]);
/* The leaf hashes of bytes in chunks of this size; the last may have fewer. */
void merkle_cut(struct slice bytes, size_t chunk, struct digest *out);

/* --- growing ------------------------------------------------------------ */

/*
 * All that is needed to append: the roots of the complete subtrees, one per
 * set bit of size, leftmost (largest) first.  Zero it to begin.
 */
struct merkle {
	uint64_t size;
	struct digest peak[MERKLE_LEVELS];
};

/*
 * Appends a leaf hash.  node (may be NULL) receives the complete subtrees
 * that the leaf finished: node[0] is the leaf, node[k] the subtree of 2^k
 * leaves that ends with it; returns how many.
 */
unsigned merkle_push(struct merkle *m, const struct digest *leaf,
    struct digest node[MERKLE_LEVELS]);
/* Appends n leaf hashes.  They are used up: what stands in leaf afterwards is
 * nobody's. */
void merkle_push_all(struct merkle *m, struct digest *leaf, size_t n);
struct digest merkle_root(const struct merkle *m);
/* How many peaks a tree of this size has. */
unsigned merkle_peaks(uint64_t size);

/* --- proving ------------------------------------------------------------ */

/* Leaves [begin, end). */
struct merkle_range {
	uint64_t begin, end;
};

/*
 * Which subtrees a proof is made of, in its order; returns how many.
 * Inclusion: index < size.  Consistency: 0 < size1 <= size2.
 */
size_t merkle_inclusion_ranges(uint64_t index, uint64_t size,
    struct merkle_range out[MERKLE_PROOF_MAX]);
size_t merkle_consistency_ranges(uint64_t size1, uint64_t size2,
    struct merkle_range out[MERKLE_PROOF_MAX]);

/* Where hashes come from: node() gives the root of the complete subtree of
 * the leaves [index << level, (index + 1) << level). */
struct merkle_source {
	uint64_t size;		/* leaves */
	enum status (*node)(void *ctx, unsigned level, uint64_t index,
	    struct digest *out, struct err *e);
	void *ctx;
};

/* A source over leaf hashes in memory, which it borrows. */
struct merkle_source merkle_leaves(const struct digest *leaf, uint64_t n);

/* The root of the leaves [begin, end): a subtree as proofs have them, or
 * begin 0 and any end: the root at an earlier size. */
enum status merkle_range_root(const struct merkle_source *s, uint64_t begin,
    uint64_t end, struct digest *out, struct err *e);
/* Each writes its hashes and *n.  An index or size beyond the source, and
 * consistency with the empty tree, are ERR_INPUT. */
enum status merkle_prove_inclusion(const struct merkle_source *s,
    uint64_t index, uint64_t size, struct digest out[MERKLE_PROOF_MAX],
    size_t *n, struct err *e);
enum status merkle_prove_consistency(const struct merkle_source *s,
    uint64_t size1, uint64_t size2, struct digest out[MERKLE_PROOF_MAX],
    size_t *n, struct err *e);

/* --- verifying ---------------------------------------------------------- */

/*
 * ERR_OK: it holds; ERR_NO: it does not, with the reason.  Whatever does not
 * fit (an index beyond the tree, hashes too few or too many) is ERR_NO.
 */
enum status merkle_check_inclusion(const struct digest *leaf, uint64_t index,
    uint64_t size, const struct digest *hash, size_t n,
    const struct digest *root, struct err *e);
enum status merkle_check_consistency(uint64_t size1, uint64_t size2,
    const struct digest *root1, const struct digest *root2,
    const struct digest *hash, size_t n, struct err *e);

/* --- several leaves at once --------------------------------------------- */

/*
 * A batch proof is the roots of the largest subtrees that hold none of its
 * leaves, from left to right: what several inclusion proofs share stands
 * once.  Indexes are strictly rising.
 */
struct merkle_leaf_at {
	uint64_t index;
	struct digest hash;
};

/* sink is given each hash in order. */
enum status merkle_prove_batch(const struct merkle_source *s, uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    void (*sink)(void *ctx, const struct digest *hash), void *ctx,
    struct err *e);
enum status merkle_check_batch(uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    const struct digest *hash, size_t n, const struct digest *root,
    struct err *e);

#endif
