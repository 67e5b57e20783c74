/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private - private keys, and signing with them (layer 2, libgcrypt).
 */
#ifndef PRIVATE_H
#define PRIVATE_H

#include "crypt.h"
#include "err.h"
#include "mem.h"

/*
 * A private key.  part[]: Ed25519 the seed; EC the scalar, as wide as the
 * field; RSA n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p, without leading
 * zeros (RFC 8017 A.1.2).  All parts are in secure memory.
 */
enum {
	PRIVATE_PARTS = 8
};

struct private {
	enum crypt_type type;
	struct slice part[PRIVATE_PARTS];
};

/* Copies the parts; ERR_INPUT when they do not make a key. */
enum status private_open(enum crypt_type type,
    const struct slice part[PRIVATE_PARTS], struct private **out,
    struct err *e);
/* bits is for RSA only. */
enum status private_generate(enum crypt_type type, unsigned bits,
    struct private **out, struct err *e);
/* The public half, its bytes in the arena. */
enum status private_public(const struct private *key,
    struct arena *a, struct crypt_public *out, struct err *e);
void private_close(struct private *key);	/* NULL is fine */

/* A signature in the form of crypt.h; deterministic.  Not CRYPT_PSS. */
enum status private_sign(const struct private *key,
    enum crypt_scheme scheme, enum crypt_hash hash, struct slice message,
    struct arena *a, struct slice *signature, struct err *e);
/* The same with the message's digest; not CRYPT_PURE. */
enum status private_sign_digest(const struct private *key,
    enum crypt_scheme scheme, enum crypt_hash hash, const uint8_t *digest,
    struct arena *a, struct slice *signature, struct err *e);

#endif
