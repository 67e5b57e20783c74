/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypt - hashes, public keys, and verifying with them (layer 1).
 *
 * For what everybody may know: nothing here is wiped, or takes the same time
 * for all arguments.  Private keys are private.h's.
 */
#ifndef CRYPT_H
#define CRYPT_H

#include <stdbool.h>
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

/* Bytes of a digest. */
static inline size_t
crypt_hash_len(enum crypt_hash h)
{
	return h == CRYPT_SHA256 ? 32 : h == CRYPT_SHA384 ? 48 :
	    h == CRYPT_SHA512 ? 64 : 20;
}

void crypt_digest(enum crypt_hash h, struct slice bytes, uint8_t *out);

/* Incremental. */
struct crypt_hasher;
struct crypt_hasher *crypt_hasher_open(enum crypt_hash h);
void crypt_hasher_add(struct crypt_hasher *, const void *data, size_t n);
/* Writes the digest and starts again from nothing. */
void crypt_hasher_take(struct crypt_hasher *, uint8_t *out);
void crypt_hasher_close(struct crypt_hasher *);	/* NULL is fine */

/* --- public keys -------------------------------------------------------- */

enum crypt_type {
	CRYPT_ED25519,
	CRYPT_P256,
	CRYPT_P384,
	CRYPT_P521,
	CRYPT_RSA
};

/*
 * A public key as big-endian bytes that somebody else owns; crypt_public_*
 * are the only way to make one, so that whoever holds one holds a good one.
 */
struct crypt_public {
	enum crypt_type type;
	unsigned bits;		/* of the modulus, the field or 256 */
	struct slice point;	/* Ed25519: 32 bytes as in RFC 8032; EC: X and
				 * Y, each as wide as the field */
	struct slice n, e;	/* RSA: no leading zeros */
};

enum {
	CRYPT_RSA_MIN = 2048,	/* bits: NIST SP 800-131A */
	CRYPT_RSA_MAX = 8192,	/* bits: above it a signature costs a
				 * verifier too much */
	CRYPT_SIGNATURE_MAX = CRYPT_RSA_MAX / 8
};

/* Bytes of a field element: 32, 32, 48, 66; 0 for RSA. */
size_t crypt_width(enum crypt_type type);

/*
 * Refused (ERR_INPUT): a wrong length, a point that is not on the curve, an
 * Ed25519 key that is not in its shortest form or of small order (RFC 8032
 * 5.1.3, 5.1.7), a modulus outside the limits or even, an exponent that is
 * even, below 3 or above 2^32.
 */
enum status crypt_public_ed25519(struct slice key, struct crypt_public *out,
    struct err *e);
/* point is 04 X Y (SEC 1, 2.3.3 without compression). */
enum status crypt_public_ec(enum crypt_type type, struct slice point,
    struct crypt_public *out, struct err *e);
enum status crypt_public_rsa(struct slice n, struct slice exponent,
    struct crypt_public *out, struct err *e);
/* The same key, whatever it is called. */
bool crypt_public_equal(const struct crypt_public *a,
    const struct crypt_public *b);

/*
 * How a signature is made.  Only what fits the key's type verifies.
 * Signature bytes: Ed25519 R and S; ECDSA r and s, each crypt_width bytes
 * (key.h takes DER); RSA as long as the modulus.
 */
enum crypt_scheme {
	CRYPT_PURE,		/* Ed25519: no hash but its own (RFC 8032) */
	CRYPT_PREHASHED,	/* Ed25519ph: SHA-512, empty context */
	CRYPT_ECDSA,		/* made deterministic by RFC 6979 */
	CRYPT_PKCS1,		/* RSASSA-PKCS1-v1_5 */
	CRYPT_PSS		/* RSASSA-PSS, MGF1 of the same hash, a salt of
				 * any length; verified, never made */
};

/*
 * Threads may verify at the same time with keys that were read before.
 * ERR_OK: it verifies; ERR_NO: it does not; ERR_INPUT: no such scheme for
 * this type of key.  hash is ignored for Ed25519.
 */
enum status crypt_verify(const struct crypt_public *key,
    enum crypt_scheme scheme, enum crypt_hash hash, struct slice message,
    struct slice signature, struct err *e);
/* The same with the message's digest (of length crypt_hash_len(hash)); not
 * possible for CRYPT_PURE. */
enum status crypt_verify_digest(const struct crypt_public *key,
    enum crypt_scheme scheme, enum crypt_hash hash, const uint8_t *digest,
    struct slice signature, struct err *e);

/* --- pieces that signing shares ----------------------------------------- */

/* Whether keys of this type sign so. */
bool crypt_fits(enum crypt_type type, enum crypt_scheme scheme);
/* Bytes of a digest that ECDSA takes: its leftmost bits, as many as the order
 * has (FIPS 186-5 6.4.2); for our curves these are whole bytes. */
size_t crypt_ecdsa_used(enum crypt_type type, enum crypt_hash hash);
/* The one encoded message of RFC 8017 9.2, to be compared whole. */
void crypt_pkcs1(enum crypt_hash hash, const uint8_t *digest, uint8_t *em,
    size_t len);
/* dom2 of RFC 8032 2, with an empty context; no bytes for CRYPT_PURE. */
struct slice crypt_ed_domain(bool prehashed);
/* SHA-512(dom R A M) of 5.1.7 */
void crypt_ed_challenge(bool prehashed, const uint8_t *r, const uint8_t *a,
    struct slice message, uint8_t out[CRYPT_HASH_MAX]);

#endif
