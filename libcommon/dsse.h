/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse - Dead Simple Signing Envelopes, version 1.0.2 (layer 3).
 *
 * What is signed is PAE = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
 * with byte lengths in decimal.  Key ids are hints that decide nothing: each
 * signature is tried with the key of its id first and then with all others
 * that could have made it, and what counts is how many different keys signed.
 * Such trials have a limit (DSSE_TRIALS_MAX), so that an envelope does not
 * cost the product of its signatures and a large keyring.
 */
#ifndef DSSE_H
#define DSSE_H

#include "digest.h"
#include "json.h"
#include "key.h"

#define DSSE_INTOTO "application/vnd.in-toto+json"

enum {
	DSSE_SIGNATURES_MAX = 64,
	DSSE_TRIALS_MAX = 8192,	/* of keys that no id pointed to, by all
					 * signatures of an envelope: twice
					 * the largest keyring, 1 s of
					 * Ed25519 */
	DSSE_TRIAL_BYTES = 1024 * 1024,	/* of payload, for each of which an
					 * Ed25519 trial counts once more: it
					 * reads them all */
	DSSE_TYPE_MAX = 1024		/* bytes of a payload type */
};

struct dsse_signature {
	struct slice keyid;	/* as written; empty: none */
	struct slice sig;	/* bytes */
};

struct dsse {
	struct slice type;
	struct slice payload;
	struct dsse_signature *signatures;
	size_t count;		/* 1 or more after dsse_read */
};

/*
 * Strict about what it knows (types, base64 of either alphabet, at least one
 * signature, limits), silent about members it does not know.
 */
enum status dsse_read(const struct json *doc, struct arena *a,
    struct dsse *out, struct err *e);
/* Signatures in the order they have; standard base64. */
struct json dsse_write(struct arena *a, const struct dsse *d);
struct json dsse_write_signature(struct arena *a,
    const struct dsse_signature *s);
/* The bytes that are signed. */
void dsse_pae(struct buf *out, struct slice type, struct slice payload);

/* What became of one signature. */
enum dsse_verdict {
	DSSE_GOOD,		/* verifies, and its key counts */
	DSSE_REPEATED,		/* verifies, by a key that counted already */
	DSSE_BAD,		/* no key verifies it */
	DSSE_UNTRUSTED,		/* its key is known, and not trusted: the
				 * caller's word (see dsse_check.usable) */
	DSSE_UNTRIED		/* others were enough, and the limit on trials
				 * was reached before a key was found */
};

struct dsse_result {
	enum dsse_verdict verdict;
	size_t key;		/* index; count of keys when DSSE_BAD or
				 * DSSE_UNTRIED */
};

/* Keys by their ids, to be made once for many envelopes. */
struct dsse_index {
	size_t *by_id;		/* of all keys */
	size_t *first;		/* of each key, the first that is the same */
	size_t different;
};

void dsse_index_open(struct dsse_index *out, const struct key *keys,
    size_t count, struct arena *a);

struct dsse_check {
	const struct key *keys;
	size_t count;
	const struct dsse_index *index;	/* of keys; NULL: made for this one */
	size_t threshold;	/* different keys wanted; at least 1 */
	/* May be NULL: all.  False: this key may not count (revoked, out of
	 * its time, of another role). */
	bool (*usable)(void *ctx, size_t key);
	void *ctx;
};

/*
 * ERR_OK: at least threshold different usable keys signed d.  ERR_NO: not.
 * result has room for d->count and is filled either way; without it (NULL)
 * nothing is tried once the threshold is reached.  ERR_INPUT: a threshold of
 * 0 or above the count of different keys, or the limit on trials.
 */
enum status dsse_verify(const struct dsse *d, const struct dsse_check *check,
    struct dsse_result *result, struct err *e);

#endif
