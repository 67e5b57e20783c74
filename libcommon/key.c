/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "der.h"
#include "key.h"
#include "pem.h"

/* What an AlgorithmIdentifier says of a key (RFC 5480, 8410, 3279). */
static const struct {
	enum crypt_type type;
	struct slice oid;
	struct slice curve;	/* no data: not a curve's OID */
	const char *text;
} algorithms[] = {
	{ CRYPT_ED25519, { "\x2b\x65\x70", 3 }, { NULL, 0 }, "ed25519" },
	{ CRYPT_P256, { "\x2a\x86\x48\xce\x3d\x02\x01", 7 },
	    { "\x2a\x86\x48\xce\x3d\x03\x01\x07", 8 }, "ecdsa-p256" },
	{ CRYPT_P384, { "\x2a\x86\x48\xce\x3d\x02\x01", 7 },
	    { "\x2b\x81\x04\x00\x22", 5 }, "ecdsa-p384" },
	{ CRYPT_P521, { "\x2a\x86\x48\xce\x3d\x02\x01", 7 },
	    { "\x2b\x81\x04\x00\x23", 5 }, "ecdsa-p521" },
	{ CRYPT_RSA, { "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9 },
	    { NULL, 0 }, "rsa" },
};

enum {
	ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0])
};

static enum status
unknown_algorithm(struct slice oid, struct err *e)
{
	struct buf text = { 0 };

	der_oid_text(&text, oid);
	err_bad(e, "a key of the algorithm or curve %.*s, expected Ed25519, "
	    "P-256, P-384, P-521 or RSA", (int)text.len, text.data);
	buf_free(&text);
	return ERR_INPUT;
}

enum status
key_algorithm_read(struct der *d, enum crypt_type *type, struct err *e)
{
	struct slice oid, curve = { NULL, 0 };
	struct der algorithm;

	if (!der_enter(d, DER_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm, DER_OID, &oid) || !der_is_oid(oid))
		return err_bad(e, "a key without an algorithm");
	for (size_t i = 0; i < ALGORITHMS; i++) {
		struct der parameters = algorithm;
		struct slice body;

		if (!slice_eq(oid, algorithms[i].oid))
			continue;
		*type = algorithms[i].type;
		if (*type == CRYPT_ED25519 && der_end(&parameters))
			return ERR_OK;
		if (*type == CRYPT_RSA &&
		    der_take(&parameters, DER_NULL, &body) && body.len == 0 &&
		    der_end(&parameters))
			return ERR_OK;
		if (algorithms[i].curve.data == NULL)
			return err_bad(e, "a key with parameters that %s does "
			    "not have", algorithms[i].text);
		if (!der_take(&parameters, DER_OID, &curve) ||
		    !der_is_oid(curve) || !der_end(&parameters))
			return err_bad(e, "an EC key without the name of a "
			    "curve");
		if (slice_eq(curve, algorithms[i].curve))
			return ERR_OK;
	}
	return unknown_algorithm(curve.data != NULL ? curve : oid, e);
}

bool
key_curve_read(struct slice oid, enum crypt_type *type)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (algorithms[i].curve.data == NULL ||
		    !slice_eq(oid, algorithms[i].curve))
			continue;
		*type = algorithms[i].type;
		return true;
	}
	return false;
}

void
key_algorithm_write(struct buf *out, enum crypt_type type)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		size_t mark;

		if (algorithms[i].type != type)
			continue;
		mark = der_open(out, DER_SEQUENCE);
		der_put_oid(out, algorithms[i].oid);
		if (algorithms[i].curve.data != NULL)
			der_put_oid(out, algorithms[i].curve);
		if (type == CRYPT_RSA)
			der_put(out, DER_NULL, (struct slice){ "", 0 });
		der_close(out, mark);
	}
}

/* RSAPublicKey, RFC 8017 A.1.1 */
static enum status
read_rsa(struct slice der, struct crypt_public *out, struct err *e)
{
	struct slice n, exponent;
	struct der pair;

	if (!der_only(der, DER_SEQUENCE, &pair) ||
	    !der_take(&pair, DER_INTEGER, &n) || !der_unsigned(n, &n) ||
	    !der_take(&pair, DER_INTEGER, &exponent) ||
	    !der_unsigned(exponent, &exponent) || !der_end(&pair))
		return err_bad(e, "an RSA key that is not DER of a modulus "
		    "and an exponent");
	return crypt_public_rsa(n, exponent, out, e);
}

enum status
key_read(struct slice der, struct key *out, struct err *e)
{
	struct der spki;
	enum crypt_type type;
	struct slice bits;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &spki))
		return err_bad(e, "no DER of a SubjectPublicKeyInfo");
	st = key_algorithm_read(&spki, &type, e);
	if (st != ERR_OK)
		return st;
	if (!der_take(&spki, DER_BIT_STRING, &bits) ||
	    !der_bytes(bits, &bits) || !der_end(&spki))
		return err_bad(e, "no DER of a SubjectPublicKeyInfo");
	if (type == CRYPT_ED25519)
		st = crypt_public_ed25519(bits, &out->public, e);
	else if (type == CRYPT_RSA)
		st = read_rsa(bits, &out->public, e);
	else
		st = crypt_public_ec(type, bits, &out->public, e);
	if (st != ERR_OK)
		return st;
	out->spki = der;
	out->id = digest_bytes(der);
	return ERR_OK;
}

static void
put_rsa(struct buf *out, const struct crypt_public *p)
{
	size_t mark = der_open(out, DER_SEQUENCE);

	der_put_unsigned(out, p->n);
	der_put_unsigned(out, p->e);
	der_close(out, mark);
}

enum status
key_of(const struct crypt_public *public, struct arena *a, struct key *out,
    struct err *e)
{
	struct buf spki = { 0 }, bits = { 0 };
	struct slice der;
	size_t mark;

	if (public->type == CRYPT_RSA)
		put_rsa(&bits, public);
	else if (public->type != CRYPT_ED25519)
		buf_byte(&bits, 4);
	buf_slice(&bits, public->point);
	mark = der_open(&spki, DER_SEQUENCE);
	key_algorithm_write(&spki, public->type);
	der_put_bits(&spki, buf_get(&bits));
	der_close(&spki, mark);
	der = arena_slice(a, buf_get(&spki));
	buf_free(&bits);
	buf_free(&spki);
	return key_read(der, out, e);
}

enum status
key_read_pkcs1(struct slice der, struct arena *a, struct key *out,
    struct err *e)
{
	struct crypt_public public;
	enum status st = read_rsa(der, &public, e);

	return st == ERR_OK ? key_of(&public, a, out, e) : st;
}

/* A block that is or holds the only key of a text; others, such as
 * certificates, are passed over. */
static enum status
only_block(struct slice text, struct pem *out, struct err *e)
{
	struct pem block;
	bool found = false;
	size_t at = 0;

	*out = (struct pem){ .offset = 0 };
	while (pem_next(text, &at, &block)) {
		if (slice_ends(block.label, "PRIVATE KEY"))
			return err_input(e, block.offset, "a private key, "
			    "expected a public one");
		if (!slice_is(block.label, "PUBLIC KEY") &&
		    !slice_is(block.label, "RSA PUBLIC KEY"))
			continue;
		if (found)
			return err_input(e, block.offset, "a second key, "
			    "expected one in a file");
		*out = block;
		found = true;
	}
	if (!found && at < text.len)
		return err_input(e, at, "a PEM block that does not end");
	return found ? ERR_OK : err_bad(e, "no public key: neither DER nor "
	    "PEM of one");
}

enum status
key_read_file(struct slice text, struct arena *a, struct key *out,
    struct err *e)
{
	struct slice der;
	struct der inner;
	struct pem block;
	enum status st;
	uint8_t *bytes;
	size_t size;

	if (text.len > 0 && text.data[0] == DER_SEQUENCE) {
		der = arena_slice(a, text);
		if (der_only(der, DER_SEQUENCE, &inner) &&
		    der_peek(&inner) == DER_INTEGER)
			return key_read_pkcs1(der, a, out, e);
		return key_read(der, out, e);
	}
	st = only_block(text, &block, e);
	if (st != ERR_OK)
		return st;
	bytes = arena_alloc(a, block.body.len);
	if (!pem_decode(block.body, bytes, &size))
		return err_input(e, block.offset, "a PEM block that is not "
		    "base64");
	der = (struct slice){ (char *)bytes, size };
	return slice_is(block.label, "PUBLIC KEY") ? key_read(der, out, e) :
	    key_read_pkcs1(der, a, out, e);
}

struct slice
key_pem(struct arena *a, const struct key *k)
{
	static const char label[] = "PUBLIC KEY";
	size_t size = pem_size(label, k->spki.len);
	char *text = arena_alloc(a, size);

	pem_encode(label, (const uint8_t *)k->spki.data, k->spki.len, text);
	return (struct slice){ text, size };
}

const char *
key_type_text(struct arena *a, const struct key *k)
{
	if (k->public.type == CRYPT_RSA)
		return arena_printf(a, "rsa-%u", k->public.bits);
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (algorithms[i].type == k->public.type)
			return algorithms[i].text;
	return "";
}

struct slice
key_hint(struct arena *a, const struct key *k)
{
	return b64_text(a, (struct slice){ (const char *)k->id.sha256,
	    DIGEST_SIZE });
}

bool
key_equal(const struct key *a, const struct key *b)
{
	return digest_equal(&a->id, &b->id);
}

/* --- signatures --------------------------------------------------------- */

enum crypt_scheme
key_scheme(const struct key *k)
{
	switch (k->public.type) {
	case CRYPT_ED25519:
		return CRYPT_PURE;
	case CRYPT_RSA:
		return CRYPT_PKCS1;
	default:
		return CRYPT_ECDSA;
	}
}

enum crypt_hash
key_hash(const struct key *k)
{
	switch (k->public.type) {
	case CRYPT_P384:
		return CRYPT_SHA384;
	case CRYPT_P521:
	case CRYPT_ED25519:
		return CRYPT_SHA512;
	default:
		return CRYPT_SHA256;
	}
}

struct slice
key_ecdsa_der(struct arena *a, struct slice raw)
{
	struct buf out = { 0 };
	struct slice der;
	size_t mark = der_open(&out, DER_SEQUENCE);

	der_put_unsigned(&out, slice_cut(raw, 0, raw.len / 2));
	der_put_unsigned(&out, slice_cut(raw, raw.len / 2, raw.len));
	der_close(&out, mark);
	der = arena_slice(a, buf_get(&out));
	buf_free(&out);
	return der;
}

bool
key_ecdsa_raw(struct slice der, size_t width, uint8_t out[CRYPT_SIGNATURE_MAX])
{
	struct slice part[2];
	struct der pair;

	if (!der_only(der, DER_SEQUENCE, &pair) ||
	    !der_take(&pair, DER_INTEGER, &part[0]) ||
	    !der_unsigned(part[0], &part[0]) ||
	    !der_take(&pair, DER_INTEGER, &part[1]) ||
	    !der_unsigned(part[1], &part[1]) || !der_end(&pair))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (part[i].len > width)
			return false;
		memset(out, 0, width - part[i].len);
		memcpy(out + (width - part[i].len), part[i].data,
		    part[i].len);
		out += width;
	}
	return true;
}

/* What crypt wants of a signature: r || s where it is DER. */
static enum status
raw_signature(const struct key *k, enum crypt_scheme scheme,
    struct slice *signature, uint8_t raw[CRYPT_SIGNATURE_MAX], struct err *e)
{
	size_t width = crypt_width(k->public.type);

	if (scheme != CRYPT_ECDSA || width == 0)
		return ERR_OK;
	if (!key_ecdsa_raw(*signature, width, raw))
		return err_no(e, "an ECDSA signature that is not strict DER");
	*signature = (struct slice){ (char *)raw, 2 * width };
	return ERR_OK;
}

enum status
key_verify_as(const struct key *k, enum crypt_scheme scheme,
    enum crypt_hash hash, struct slice message, struct slice signature,
    struct err *e)
{
	uint8_t raw[CRYPT_SIGNATURE_MAX];
	enum status st = raw_signature(k, scheme, &signature, raw, e);

	return st != ERR_OK ? st : crypt_verify(&k->public, scheme, hash,
	    message, signature, e);
}

enum status
key_verify_digest(const struct key *k, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct slice signature,
    struct err *e)
{
	uint8_t raw[CRYPT_SIGNATURE_MAX];
	enum status st = raw_signature(k, scheme, &signature, raw, e);

	return st != ERR_OK ? st : crypt_verify_digest(&k->public, scheme,
	    hash, digest, signature, e);
}

bool
key_fits(const struct key *k, struct slice signature)
{
	size_t width = crypt_width(k->public.type);
	struct der inner;

	switch (key_scheme(k)) {
	case CRYPT_PURE:
		return signature.len == 2 * width;
	case CRYPT_ECDSA:
		return signature.len == 2 * width ||
		    der_only(signature, DER_SEQUENCE, &inner);
	default:
		return signature.len == k->public.n.len;
	}
}

static const uint8_t *
digest_of(struct key_message *m, enum crypt_hash hash)
{
	if (!m->have[hash])
		crypt_digest(hash, m->bytes, m->digest[hash]);
	m->have[hash] = true;
	return m->digest[hash];
}

enum status
key_verify(const struct key *k, struct key_message *message,
    struct slice signature, struct err *e)
{
	enum crypt_scheme scheme = key_scheme(k);
	enum crypt_hash hash = key_hash(k);
	size_t width = crypt_width(k->public.type);
	const uint8_t *digest;
	struct der inner;
	enum status st;

	if (scheme == CRYPT_PURE)
		return crypt_verify(&k->public, scheme, hash, message->bytes,
		    signature, e);
	digest = digest_of(message, hash);
	if (scheme == CRYPT_ECDSA && signature.len == 2 * width &&
	    !der_only(signature, DER_SEQUENCE, &inner))
		return crypt_verify_digest(&k->public, scheme, hash, digest,
		    signature, e);
	st = key_verify_digest(k, scheme, hash, digest, signature, e);
	if (st == ERR_NO && scheme == CRYPT_PKCS1)
		st = crypt_verify_digest(&k->public, CRYPT_PSS, hash, digest,
		    signature, e);
	return st;
}
