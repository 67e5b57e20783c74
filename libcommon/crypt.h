/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypt - libgcrypt, wrapped (layer 2).  The only module that includes
 * gcrypt.h.  SHA-256 alone is sha256.h's, here only for who chooses among
 * hashes: libgcrypt does not start for it.
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

/* Bytes of a digest.  Here, so that who only reads digests of others does not
 * load libgcrypt. */
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

/* --- secrets ------------------------------------------------------------ */

/*
 * Memory that is locked where the system allows it, is left out of core
 * dumps, and is wiped when freed.  The first call turns off core dumps.
 */
void *crypt_secure_alloc(size_t size);
void crypt_secure_free(void *p);	/* NULL is fine */
/* A memset that is not optimised away. */
void crypt_wipe(void *p, size_t size);
/* From the system's generator. */
void crypt_random(void *out, size_t size);

/*
 * A private key.  part[]: Ed25519 the seed; EC the scalar, as wide as the
 * field; RSA n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p, without leading
 * zeros (RFC 8017 A.1.2).  All parts are in secure memory.
 */
enum {
	CRYPT_PARTS = 8
};

struct crypt_private {
	enum crypt_type type;
	struct slice part[CRYPT_PARTS];
};

/* Copies the parts; ERR_INPUT when they do not make a key. */
enum status crypt_private_open(enum crypt_type type,
    const struct slice part[CRYPT_PARTS], struct crypt_private **out,
    struct err *e);
/* bits is for RSA only. */
enum status crypt_private_generate(enum crypt_type type, unsigned bits,
    struct crypt_private **out, struct err *e);
/* The public half, its bytes in the arena. */
enum status crypt_private_public(const struct crypt_private *key,
    struct arena *a, struct crypt_public *out, struct err *e);
void crypt_private_close(struct crypt_private *key);	/* NULL is fine */

/* A signature in the form above; deterministic.  Not CRYPT_PSS. */
enum status crypt_sign(const struct crypt_private *key,
    enum crypt_scheme scheme, enum crypt_hash hash, struct slice message,
    struct arena *a, struct slice *signature, struct err *e);
/* The same with the message's digest; not CRYPT_PURE. */
enum status crypt_sign_digest(const struct crypt_private *key,
    enum crypt_scheme scheme, enum crypt_hash hash, const uint8_t *digest,
    struct arena *a, struct slice *signature, struct err *e);

/* --- passwords ---------------------------------------------------------- */

/* RFC 8018 5.2.  out is secure memory. */
enum status crypt_pbkdf2(enum crypt_hash hash, struct slice passphrase,
    struct slice salt, uint64_t iterations, uint8_t *out, size_t size,
    struct err *e);
/* RFC 7914 with r = 8, the only one libgcrypt knows and anybody uses. */
enum status crypt_scrypt(struct slice passphrase, struct slice salt,
    uint64_t n, uint64_t p, uint8_t *out, size_t size, struct err *e);
/* AES-CBC, key of 16, 24 or 32 bytes, iv of 16, in place; size a multiple of
 * 16.  Padding is the caller's. */
enum status crypt_aes_cbc(bool encrypt, struct slice key, const uint8_t *iv,
    uint8_t *data, size_t size, struct err *e);
/* NaCl's secretbox (XSalsa20, Poly1305), in place: box is a tag of
 * CRYPT_BOX_TAG bytes and the text.  Opening a box that was not made with
 * this key is ERR_NO, and leaves the text as it was. */
enum {
	CRYPT_BOX_KEY = 32,
	CRYPT_BOX_NONCE = 24,
	CRYPT_BOX_TAG = 16
};
enum status crypt_box(bool seal, const uint8_t *key, const uint8_t *nonce,
    uint8_t *box, size_t size, struct err *e);

#endif
