/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tlog - entries of transparency logs as bundles carry them (Rekor v1 and
 * v2, layer 3).
 *
 * What proves an entry: a signed entry timestamp (SET), which is also a
 * proof of time, or an inclusion proof up to a checkpoint that the log
 * signed.  tlog_match then holds the logged body against what the bundle
 * says was signed: an entry of somebody else's signature proves nothing.
 */
#ifndef TLOG_H
#define TLOG_H

#include "digest.h"
#include "checkpoint.h"
#include "proto.h"
#include "trustroot.h"

enum {
	TLOG_HASHES_MAX = 64,		/* levels of any tree */
	TLOG_BODY_MAX = 16 * 1024 * 1024
};

struct tlog_entry {
	int64_t index;			/* in the log as a whole */
	struct slice log_id;		/* 32 bytes */
	struct slice kind, version;
	bool has_time;
	int64_t time;			/* integratedTime; Rekor v2 has none */
	struct slice set;		/* signedEntryTimestamp, or no data */
	bool has_proof;
	int64_t proof_index;		/* in the tree of the proof */
	int64_t tree_size;
	struct digest root;
	struct digest *hashes;
	size_t hash_count;
	struct slice checkpoint;	/* the note; no data: none */
	struct slice body;		/* canonicalizedBody, decoded */
};

/* One TransparencyLogEntry; faults go to p. */
void tlog_read(struct proto *p, const struct json *o, struct tlog_entry *out);
/* The entry's kind is one of Rekor v2's: no integrated time, no shards. */
bool tlog_is_v2(const struct tlog_entry *t);

/* The SET verifies with this log's key. */
enum status tlog_verify_set(const struct tlog_entry *t,
    const struct trust_log *log, struct err *e);
/* The checkpoint is this log's and its root has the body at its index.  An
 * entry without a proof is ERR_NO. */
enum status tlog_verify_proof(const struct tlog_entry *t,
    const struct trust_log *log, struct arena *a, struct err *e);

/* What the body of an entry must say. */
struct tlog_claim {
	bool is_dsse;
	struct slice signature;		/* bytes */
	struct slice certificate;	/* DER; no data: the key below */
	const struct key *key;		/* the signer's, always */
	struct slice payload;		/* of the envelope */
	struct slice type;		/* its payload type */
	/* The digest of what was signed: the artifact, or the envelope's PAE.
	 * ERR_NO when it cannot be had. */
	enum status (*digest)(void *ctx, enum crypt_hash hash, uint8_t *out,
	    struct err *e);
	void *ctx;
};

/* The body is of a kind that is known, of the kind and version that the
 * entry names, and says what the claim says. */
enum status tlog_match(const struct tlog_entry *t,
    const struct tlog_claim *claim, struct arena *a, struct err *e);

#endif
