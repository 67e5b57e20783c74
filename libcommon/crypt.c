/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "crypt.h"
#include "curve.h"
#include "edwards.h"
#include "rsa.h"
#include "sha1.h"
#include "sha256.h"
#include "sha512.h"

enum {
	ED_WIDTH = 32
};

/* --- hashes ------------------------------------------------------------- */

struct crypt_hasher {
	enum crypt_hash hash;
	union {
		struct sha1 sha1;
		struct sha256 sha256;
		struct sha512 sha512;	/* and SHA-384 */
	} u;
};

static void
hasher_init(struct crypt_hasher *c, enum crypt_hash h)
{
	c->hash = h;
	if (h == CRYPT_SHA256)
		sha256_init(&c->u.sha256);
	else if (h == CRYPT_SHA384)
		sha512_init_384(&c->u.sha512);
	else if (h == CRYPT_SHA512)
		sha512_init(&c->u.sha512);
	else
		sha1_init(&c->u.sha1);
}

struct crypt_hasher *
crypt_hasher_open(enum crypt_hash h)
{
	struct crypt_hasher *c = mem_alloc(sizeof(*c));

	hasher_init(c, h);
	return c;
}

void
crypt_hasher_add(struct crypt_hasher *c, const void *data, size_t n)
{
	if (c->hash == CRYPT_SHA256)
		sha256_add(&c->u.sha256, data, n);
	else if (c->hash == CRYPT_SHA1)
		sha1_add(&c->u.sha1, data, n);
	else
		sha512_add(&c->u.sha512, data, n);
}

void
crypt_hasher_take(struct crypt_hasher *c, uint8_t *out)
{
	if (c->hash == CRYPT_SHA256)
		sha256_finish(&c->u.sha256, out);
	else if (c->hash == CRYPT_SHA1)
		sha1_finish(&c->u.sha1, out);
	else
		sha512_finish(&c->u.sha512, out, crypt_hash_len(c->hash));
	hasher_init(c, c->hash);
}

void
crypt_hasher_close(struct crypt_hasher *c)
{
	mem_free(c);
}

void
crypt_digest(enum crypt_hash h, struct slice bytes, uint8_t *out)
{
	struct crypt_hasher c;

	hasher_init(&c, h);
	crypt_hasher_add(&c, bytes.data, bytes.len);
	crypt_hasher_take(&c, out);
}

/* --- public keys -------------------------------------------------------- */

static const struct {
	const char *name;
	size_t width;		/* bytes */
	unsigned bits;
	enum curve_id id;
} curves[] = {
	[CRYPT_ED25519] = { .name = "Ed25519", .width = ED_WIDTH,
	    .bits = 256 },
	[CRYPT_P256] = { "NIST P-256", 32, 256, CURVE_P256 },
	[CRYPT_P384] = { "NIST P-384", 48, 384, CURVE_P384 },
	[CRYPT_P521] = { "NIST P-521", 66, 521, CURVE_P521 },
};

size_t
crypt_width(enum crypt_type type)
{
	return type == CRYPT_RSA ? 0 : curves[type].width;
}

enum status
crypt_public_ed25519(struct slice key, struct crypt_public *out,
    struct err *e)
{
	if (key.len != ED_WIDTH)
		return err_bad(e, "an Ed25519 key of %zu bytes, expected 32",
		    key.len);
	if (!edwards_has_point((const uint8_t *)key.data))
		return err_bad(e, "an Ed25519 key that is no point of the "
		    "curve in its shortest form, or of small order");
	*out = (struct crypt_public){ .type = CRYPT_ED25519, .bits = 256,
	    .point = key };
	return ERR_OK;
}

enum status
crypt_public_ec(enum crypt_type type, struct slice point,
    struct crypt_public *out, struct err *e)
{
	const char *name = curves[type].name;

	if (point.len != 1 + 2 * curves[type].width || point.data[0] != 4)
		return err_bad(e, "a key that is no uncompressed point of %s",
		    name);
	point = slice_cut(point, 1, point.len);
	if (!curve_has_point(curves[type].id, (const uint8_t *)point.data))
		return err_bad(e, "a key that is no point of %s", name);
	*out = (struct crypt_public){ .type = type,
	    .bits = curves[type].bits, .point = point };
	return ERR_OK;
}

/* Bits of a big-endian number without leading zeros. */
static unsigned
bits_of(struct slice s)
{
	unsigned bits = (unsigned)s.len * 8;

	if (s.len == 0)
		return 0;
	for (unsigned char c = (unsigned char)s.data[0]; c < 0x80;
	    c = (unsigned char)(c << 1 | 1))
		bits--;
	return bits;
}

enum status
crypt_public_rsa(struct slice n, struct slice exponent,
    struct crypt_public *out, struct err *e)
{
	unsigned bits;

	while (n.len > 0 && n.data[0] == 0)
		n = slice_cut(n, 1, n.len);
	while (exponent.len > 0 && exponent.data[0] == 0)
		exponent = slice_cut(exponent, 1, exponent.len);
	if (n.len > CRYPT_RSA_MAX / 8)
		return err_bad(e, "an RSA key above the limit of %d bits",
		    CRYPT_RSA_MAX);
	bits = bits_of(n);
	if (bits < CRYPT_RSA_MIN)
		return err_bad(e, "an RSA key of %u bits, expected %d or "
		    "more", bits, CRYPT_RSA_MIN);
	if ((n.data[n.len - 1] & 1) == 0)
		return err_bad(e, "an RSA key with an even modulus");
	if (exponent.len == 0 || exponent.len > 4 ||
	    (exponent.data[exponent.len - 1] & 1) == 0 ||
	    (exponent.len == 1 && exponent.data[0] == 1))
		return err_bad(e, "an RSA key with a public exponent that is "
		    "even, below 3 or above 32 bits");
	*out = (struct crypt_public){ .type = CRYPT_RSA, .bits = bits,
	    .n = n, .e = exponent };
	return ERR_OK;
}

bool
crypt_public_equal(const struct crypt_public *a, const struct crypt_public *b)
{
	return a->type == b->type && slice_eq(a->point, b->point) &&
	    slice_eq(a->n, b->n) && slice_eq(a->e, b->e);
}

/* --- verifying ---------------------------------------------------------- */

static enum status
refused(struct err *e)
{
	return err_no(e, "the signature does not verify");
}

struct slice
crypt_ed_domain(bool prehashed)
{
	/* Its NUL is the context's length. */
	static const char domain[] = "SigEd25519 no Ed25519 collisions\1";

	return (struct slice){ domain, prehashed ? sizeof(domain) : 0 };
}

void
crypt_ed_challenge(bool prehashed, const uint8_t *r, const uint8_t *a,
    struct slice message, uint8_t out[CRYPT_HASH_MAX])
{
	struct slice domain = crypt_ed_domain(prehashed);
	struct sha512 h;

	sha512_init(&h);
	sha512_add(&h, domain.data, domain.len);
	sha512_add(&h, r, ED_WIDTH);
	sha512_add(&h, a, ED_WIDTH);
	sha512_add(&h, message.data, message.len);
	sha512_finish(&h, out, SHA512_SIZE);
}

static enum status
ed_verify(const struct crypt_public *key, bool prehashed,
    struct slice message, struct slice signature, struct err *e)
{
	const uint8_t *a = (const uint8_t *)key->point.data;
	const uint8_t *sig = (const uint8_t *)signature.data;
	uint8_t k[CRYPT_HASH_MAX];

	if (signature.len != 2 * ED_WIDTH)
		return err_no(e, "an Ed25519 signature of %zu bytes, "
		    "expected 64", signature.len);
	crypt_ed_challenge(prehashed, sig, a, message, k);
	return edwards_verify(a, sig, k) ? ERR_OK : refused(e);
}

size_t
crypt_ecdsa_used(enum crypt_type type, enum crypt_hash hash)
{
	size_t len = crypt_hash_len(hash), width = crypt_width(type);

	return len < width ? len : width;
}

static enum status
ecdsa_verify(const struct crypt_public *key, enum crypt_hash hash,
    const uint8_t *digest, struct slice signature, struct err *e)
{
	size_t width = crypt_width(key->type);
	const uint8_t *sig = (const uint8_t *)signature.data;

	if (signature.len != 2 * width)
		return err_no(e, "an ECDSA signature of %zu bytes, expected "
		    "%zu", signature.len, 2 * width);
	return curve_ecdsa(curves[key->type].id, (const uint8_t *)
	    key->point.data, digest, crypt_ecdsa_used(key->type, hash), sig,
	    sig + width) ? ERR_OK : refused(e);
}

/* DigestInfo with its digest left out (RFC 8017 9.2, note 1). */
static const struct {
	uint8_t bytes[19];
	size_t len;
} digest_info[] = {
	[CRYPT_SHA256] = { { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
	    0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	    0x20 }, 19 },
	[CRYPT_SHA384] = { { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
	    0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04,
	    0x30 }, 19 },
	[CRYPT_SHA512] = { { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
	    0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04,
	    0x40 }, 19 },
};

void
crypt_pkcs1(enum crypt_hash hash, const uint8_t *digest, uint8_t *em,
    size_t len)
{
	size_t tail = digest_info[hash].len + crypt_hash_len(hash);

	memset(em, 0xff, len);
	em[0] = 0;
	em[1] = 1;
	em[len - tail - 1] = 0;
	memcpy(em + (len - tail), digest_info[hash].bytes,
	    digest_info[hash].len);
	memcpy(em + (len - crypt_hash_len(hash)), digest,
	    crypt_hash_len(hash));
}

/* XORs MGF1 (RFC 8017 B.2.1) of seed onto out. */
static void
mgf1(enum crypt_hash hash, const uint8_t *seed, uint8_t *out, size_t n)
{
	size_t len = crypt_hash_len(hash);
	uint8_t block[CRYPT_HASH_MAX + 4], mask[CRYPT_HASH_MAX];

	memcpy(block, seed, len);
	memset(block + len, 0, 4);
	for (size_t at = 0; at < n; at += len) {
		crypt_digest(hash, (struct slice){ (char *)block, len + 4 },
		    mask);
		for (size_t i = 0; i < len && at + i < n; i++)
			out[at + i] ^= mask[i];
		if (++block[len + 3] == 0)
			block[len + 2]++;
	}
}

/* RFC 8017 9.1.2, the salt as long as it is; em is changed. */
static bool
pss_fits(enum crypt_hash hash, const uint8_t *digest, uint8_t *em, size_t len,
    unsigned bits)
{
	static const uint8_t zeros[8];
	size_t hlen = crypt_hash_len(hash), db, at = 0;
	struct crypt_hasher h;
	uint8_t got[CRYPT_HASH_MAX];

	/* em is bits - 1 bits long: of a modulus of 8k + 1 bits, one byte
	 * less than the modulus. */
	if (bits % 8 == 1) {
		if (em[0] != 0)
			return false;
		em++;
		len--;
	}
	if (len < hlen + 2 || em[len - 1] != 0xbc)
		return false;
	db = len - hlen - 1;
	bits = (unsigned)(8 * len) - (bits - 1);
	if ((em[0] & ~(0xff >> bits)) != 0)
		return false;
	mgf1(hash, em + db, em, db);
	em[0] &= (uint8_t)(0xff >> bits);
	while (at < db && em[at] == 0)
		at++;
	if (at == db || em[at] != 1)
		return false;
	at++;
	hasher_init(&h, hash);
	crypt_hasher_add(&h, zeros, sizeof(zeros));
	crypt_hasher_add(&h, digest, hlen);
	crypt_hasher_add(&h, em + at, db - at);
	crypt_hasher_take(&h, got);
	return memcmp(got, em + db, hlen) == 0;
}

static enum status
rsa_verify(const struct crypt_public *key, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct slice signature,
    struct err *e)
{
	uint8_t em[CRYPT_SIGNATURE_MAX], want[CRYPT_SIGNATURE_MAX];

	if (signature.len != key->n.len)
		return err_no(e, "an RSA signature of %zu bytes, expected "
		    "%zu", signature.len, key->n.len);
	if (!rsa_public(key->n, key->e, signature, em))
		return refused(e);
	if (scheme == CRYPT_PSS)
		return pss_fits(hash, digest, em, signature.len, key->bits) ?
		    ERR_OK : refused(e);
	crypt_pkcs1(hash, digest, want, signature.len);
	return memcmp(em, want, signature.len) == 0 ? ERR_OK : refused(e);
}

bool
crypt_fits(enum crypt_type type, enum crypt_scheme scheme)
{
	switch (scheme) {
	case CRYPT_PURE:
	case CRYPT_PREHASHED:
		return type == CRYPT_ED25519;
	case CRYPT_ECDSA:
		return type != CRYPT_ED25519 && type != CRYPT_RSA;
	case CRYPT_PKCS1:
	case CRYPT_PSS:
		return type == CRYPT_RSA;
	}
	return false;
}

enum status
crypt_verify_digest(const struct crypt_public *key, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct slice signature,
    struct err *e)
{
	if (!crypt_fits(key->type, scheme) || scheme == CRYPT_PURE ||
	    hash == CRYPT_SHA1)
		return err_bad(e, "a signature scheme that does not fit the "
		    "key");
	if (scheme == CRYPT_PREHASHED)
		return ed_verify(key, true, (struct slice){ (const char *)
		    digest, crypt_hash_len(CRYPT_SHA512) }, signature, e);
	if (scheme == CRYPT_ECDSA)
		return ecdsa_verify(key, hash, digest, signature, e);
	return rsa_verify(key, scheme, hash, digest, signature, e);
}

enum status
crypt_verify(const struct crypt_public *key, enum crypt_scheme scheme,
    enum crypt_hash hash, struct slice message, struct slice signature,
    struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX];

	if (scheme == CRYPT_PURE && key->type == CRYPT_ED25519)
		return ed_verify(key, false, message, signature, e);
	if (scheme == CRYPT_PREHASHED)
		hash = CRYPT_SHA512;
	crypt_digest(hash, message, digest);
	return crypt_verify_digest(key, scheme, hash, digest, signature, e);
}
