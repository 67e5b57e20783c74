/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key - public keys as files and certificates hold them (layer 3).
 *
 * A key is read from a SubjectPublicKeyInfo (RFC 5280 4.1.2.7) in the one
 * encoding DER allows for it: named curves, points that are not compressed,
 * the NULL that RSA wants (RFC 3279 2.3.1).  So one key has one encoding, and
 * its id, the SHA-256 of that encoding, is the same for everyone.
 */
#ifndef KEY_H
#define KEY_H

#include "crypt.h"
#include "digest.h"
#include "err.h"
#include "json.h"
#include "mem.h"

struct key {
	struct crypt_public public;
	struct slice spki;	/* DER */
	struct digest id;
};

enum {
	KEY_FILE_MAX = 64 * 1024	/* bytes of a key file: an RSA key of
					 * 8192 bits takes 7 KiB */
};

/* From SPKI DER; what key holds points into der. */
enum status key_read(struct slice der, struct key *out, struct err *e);
/* From DER, or the only PEM block "PUBLIC KEY" or "RSA PUBLIC KEY" (PKCS#1) of
 * a text; the bytes are put in the arena. */
enum status key_read_file(struct slice text, struct arena *a,
    struct key *out, struct err *e);
/* A bare RSAPublicKey (PKCS#1), as some trusted roots have it. */
enum status key_read_pkcs1(struct slice der, struct arena *a, struct key *out,
    struct err *e);
/* The SPKI of what crypt has, in the arena. */
enum status key_of(const struct crypt_public *public, struct arena *a,
    struct key *out, struct err *e);

/* "-----BEGIN PUBLIC KEY-----", lines of 64. */
struct slice key_pem(struct arena *a, const struct key *k);
/* "ed25519", "ecdsa-p256", "rsa-3072". */
const char *key_type_text(struct arena *a, const struct key *k);
/* base64(SHA-256(SPKI)): the hint of a Sigstore bundle. */
struct slice key_hint(struct arena *a, const struct key *k);
bool key_equal(const struct key *a, const struct key *b);

/* The AlgorithmIdentifier of a key, as it stands in SPKI and PKCS#8. */
struct der;
enum status key_algorithm_read(struct der *d, enum crypt_type *type,
    struct err *e);
void key_algorithm_write(struct buf *out, enum crypt_type type);
/* The curve that an OID's contents name. */
bool key_curve_read(struct slice oid, enum crypt_type *type);

/* --- signatures --------------------------------------------------------- */

/* The scheme and hash that a key's type stands for in DSSE: Ed25519 pure,
 * ECDSA with the hash of the curve's size, PKCS#1 v1.5 with SHA-256. */
enum crypt_scheme key_scheme(const struct key *k);
enum crypt_hash key_hash(const struct key *k);

/*
 * Verifies signature over message: ERR_OK, ERR_NO with the reason.  ECDSA
 * signatures are strict DER.
 */
enum status key_verify_as(const struct key *k, enum crypt_scheme scheme,
    enum crypt_hash hash, struct slice message, struct slice signature,
    struct err *e);
/* The same for a digest (not CRYPT_PURE). */
enum status key_verify_digest(const struct key *k, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct slice signature,
    struct err *e);
/* A message, and its digests once somebody asked for them; zeros behind the
 * bytes to begin.  For one thread. */
struct key_message {
	struct slice bytes;
	bool have[CRYPT_SHA512 + 1];
	uint8_t digest[CRYPT_SHA512 + 1][CRYPT_HASH_MAX];
};

/*
 * As an envelope's signature: the key's own scheme and hash; RSA also PSS
 * with SHA-256; ECDSA also r || s, each as wide as the field, where the
 * bytes are not DER of the shape SEQUENCE.
 */
enum status key_verify(const struct key *k, struct key_message *message,
    struct slice signature, struct err *e);
/* Whether the signature has a form that key_verify takes, which costs
 * nothing to ask. */
bool key_fits(const struct key *k, struct slice signature);

/* r || s of crypt to strict DER and back; false when it is not that. */
struct slice key_ecdsa_der(struct arena *a, struct slice raw);
bool key_ecdsa_raw(struct slice der, size_t width,
    uint8_t out[CRYPT_SIGNATURE_MAX]);

#endif
