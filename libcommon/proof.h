/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof - the documents that prove something of a Merkle tree (layer 3):
 * prov.inclusion/v1 and prov.consistency/v1, and those of others.
 */
#ifndef PROOF_H
#define PROOF_H

#include "json.h"
#include "merkle.h"

struct json proof_inclusion(struct arena *a, uint64_t index,
    uint64_t size, const struct digest *leaf, const struct digest *hash,
    size_t n, const struct digest *root);
/* Several leaves in one document: see merkle_prove_batch. */
struct json proof_batch(struct arena *a, uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    const struct digest *hash, size_t n, const struct digest *root);
struct json proof_consistency(struct arena *a, uint64_t size1,
    uint64_t size2, const struct digest *root1, const struct digest *root2,
    const struct digest *hash, size_t n);

/* A proof as it was read, of whichever kind. */
struct proof {
	enum proof_kind {
		PROOF_INCLUSION,
		PROOF_BATCH,
		PROOF_CONSISTENCY
	} kind;
	uint64_t size1, size2;	/* size2 is the tree's size */
	struct digest root1, root2;
	bool has_root1, has_root2;
	struct merkle_leaf_at *leaf;
	size_t leaves;
	bool has_leaf;		/* a foreign proof may come without */
	struct digest *hash;
	size_t hashes;
	struct slice checkpoint; /* the signed note it came with, or empty */
};

/*
 * Reads our own two kinds strictly, and loosely what others write: Rekor's
 * inclusionProof (bare, in a log entry, in a bundle's tlogEntries element;
 * hashes in hex or base64) and transparency-dev's test documents.
 */
enum status proof_read(const struct json *v, struct arena *a,
    struct proof *out, struct err *e);
/* ERR_OK, ERR_NO with the reason, or ERR_INPUT when something it needs (a
 * leaf, a root) is not there. */
enum status proof_check(const struct proof *p, struct err *e);

#endif
