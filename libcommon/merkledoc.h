/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkledoc - the document of a Merkle tree (layer 3): prov.merkle/v1.
 *
 * A tree over parts is the proofRoot of a decision: each part is cut into
 * chunks of MERKLE_CHUNK bytes, each begins a new chunk, and the chunks' leaf
 * hashes in order are the tree.
 */
#ifndef MERKLEDOC_H
#define MERKLEDOC_H

#include "json.h"
#include "merkle.h"

/* --- writing a tree ----------------------------------------------------- */

enum {
	MERKLEDOC_RUN = 256	/* leaves that are appended at once */
};

/* Zero, then merkledoc_begin. */
struct merkledoc {
	struct arena *arena;
	struct merkle appended; /* behind it come the leaves of run */
	struct digest run[MERKLEDOC_RUN];
	size_t waiting;
	uint64_t chunk_size;	/* 0: leaves are not chunks of bytes */
	uint64_t total;		/* bytes so far */
	bool list;		/* write the chunk list */
	bool peaks;		/* write what appending needs */
	struct json parts;
	struct json chunks;
};

void merkledoc_begin(struct merkledoc *d, struct arena *a,
    uint64_t chunk_size, bool list);
/* The next chunk, by its leaf hash and size. */
void merkledoc_chunk(struct merkledoc *d, const struct digest *leaf,
    uint64_t size);
/* How many there are. */
uint64_t merkledoc_size(const struct merkledoc *d);
/* A whole part, in chunks. */
void merkledoc_part(struct merkledoc *d, const char *role,
    struct slice bytes);
/* The prov.merkle/v1 document. */
struct json merkledoc_end(struct merkledoc *d);

/* What a decision rests on, in this order, absent ones left out. */
enum merkledoc_role {
	MERKLEDOC_EVIDENCE,
	MERKLEDOC_POLICY,
	MERKLEDOC_POLICY_JQ,
	MERKLEDOC_BUDGET,
	MERKLEDOC_KEYRING,
	MERKLEDOC_ROLES
};

extern const char *const merkledoc_role_name[MERKLEDOC_ROLES];

/*
 * The proofRoot over these parts (a part with data NULL is absent; JSON in
 * its RFC 8785 bytes, jq raw) and, unless doc is NULL, the document with its
 * parts and chunks.
 */
struct digest merkledoc_proof_root(struct arena *a,
    const struct slice part[MERKLEDOC_ROLES], struct json *doc);

/* --- reading a tree ----------------------------------------------------- */

struct merkledoc_part {
	struct slice role;
	struct digest digest;	/* SHA-256 of the part's bytes */
	uint64_t size, first_chunk, chunks;
};

struct merkledoc_chunk {
	uint64_t offset, size;
	struct digest hash;	/* RFC 6962 leaf hash */
};

struct merkledoc_tree {
	struct digest root;
	uint64_t size;		/* leaves */
	uint64_t chunk_size, total;
	struct merkledoc_part *part;
	size_t parts;
	struct merkledoc_chunk *chunk;	/* NULL: no list */
	struct digest *peak;	/* NULL, or merkle_peaks(size) of them */
};

/*
 * Reads a prov.merkle/v1 strictly: offsets, sizes and parts must fit each
 * other, and where there is a chunk list the root must be its root.
 * ERR_INPUT with what does not fit.
 */
enum status merkledoc_read(const struct json *v, struct arena *a,
    struct merkledoc_tree *out, struct err *e);

/* The document of a tree that was read. */
struct json merkledoc_write(struct arena *a, const struct merkledoc_tree *t);
/* Goes on where a tree that was read with its peaks ended; d is as
 * merkledoc_begin left it.  ERR_INPUT without peaks, or when the last chunk
 * is not full. */
enum status merkledoc_resume(struct merkledoc *d,
    const struct merkledoc_tree *t, struct err *e);

/* --- members ------------------------------------------------------------ */

/* What the documents of trees and of proofs (proof.h) are made of: counts, 0
 * where the member is not there, and hashes in base64. */
enum status merkledoc_count(const struct json *v, const char *name,
    uint64_t *out, struct err *e);
enum status merkledoc_hash(const struct json *v, struct arena *a,
    struct digest *out, struct err *e);
struct json merkledoc_hash_text(struct arena *a, const struct digest *d);
struct json merkledoc_hashes(struct arena *a, const struct digest *hash,
    size_t n);

#endif
