/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypt - libgcrypt, wrapped (layer 2).  The only module that includes
 * gcrypt.h.
 */
#ifndef CRYPT_H
#define CRYPT_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

enum crypt_hash {
	CRYPT_SHA256,
	CRYPT_SHA384,
	CRYPT_SHA512,
	CRYPT_SHA1		/* only to name things, never to trust them */
};

enum {
	CRYPT_HASH_MAX = 64	/* bytes of the longest digest */
};

/* Bytes of a digest: 32, 48, 64, 20. */
size_t crypt_hash_len(enum crypt_hash h);
void crypt_digest(enum crypt_hash h, struct slice bytes, uint8_t *out);
/* The digest of a, then b, without a copy of either. */
void crypt_digest_pair(enum crypt_hash h, struct slice a, struct slice b,
    uint8_t *out);

/* Incremental. */
struct crypt_hasher;
struct crypt_hasher *crypt_hasher_open(enum crypt_hash h);
void crypt_hasher_add(struct crypt_hasher *, const void *data, size_t n);
/* Writes the digest and starts again from nothing. */
void crypt_hasher_take(struct crypt_hasher *, uint8_t *out);
void crypt_hasher_close(struct crypt_hasher *);	/* NULL is fine */

#endif
