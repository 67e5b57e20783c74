/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse - Dead Simple Signing Envelopes, version 1.0.2 (layer 3).
 *
 * What is signed is PAE = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
 * with byte lengths in decimal.  Key ids are hints that decide nothing: each
 * signature is tried with the key of its id first and then with all others,
 * and what counts is how many different keys signed.
 */
#ifndef DSSE_H
#define DSSE_H

#include "digest.h"
#include "json.h"
#include "key.h"

#define DSSE_INTOTO "application/vnd.in-toto+json"

enum {
	DSSE_SIGNATURES_MAX = 64,	/* each may be tried with every key */
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

/* Whether a key id is this key's: the id, with or without its prefix. */
bool dsse_hints(struct slice keyid, const struct key *k);

/* What became of one signature. */
enum dsse_verdict {
	DSSE_GOOD,		/* verifies, and its key counts */
	DSSE_REPEATED,		/* verifies, by a key that counted already */
	DSSE_BAD,		/* no key verifies it */
	DSSE_UNTRUSTED		/* its key is known, and not trusted: the
				 * caller's word (see dsse_check.usable) */
};

struct dsse_result {
	enum dsse_verdict verdict;
	size_t key;		/* index; count of keys when DSSE_BAD */
};

struct dsse_check {
	const struct key *keys;
	size_t count;
	size_t threshold;	/* different keys wanted; at least 1 */
	/* May be NULL: all.  False: this key may not count (revoked, out of
	 * its time, of another role). */
	bool (*usable)(void *ctx, size_t key);
	void *ctx;
};

/*
 * ERR_OK: at least threshold different usable keys signed d.  ERR_NO: not.
 * result (may be NULL) has room for d->count and is filled either way.
 * ERR_INPUT: a threshold of 0 or above the count of different keys.
 */
enum status dsse_verify(const struct dsse *d, const struct dsse_check *check,
    struct dsse_result *result, struct err *e);

#endif
