/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "cipher.h"
#include "der.h"
#include "json.h"
#include "key.h"
#include "pem.h"
#include "secret.h"
#include "secure.h"

enum {
	SALT = 16,
	IV = 16,
	AES_KEY = 32,
	/* What OpenSSL reads without being told to take more memory: N = 2^14
	 * and r = 8 are 16 MiB; p = 5 makes up for the time. */
	SCRYPT_N = 1 << 14,
	SCRYPT_R = 8,
	SCRYPT_P = 5,
	COSIGN_N = 1 << 16,
	COSIGN_P = 1,
	COSIGN_SALT = 32,
	/* What a file may ask of us: 256 MiB, and a few seconds. */
	SCRYPT_N_MAX = 1 << 18,
	SCRYPT_P_MAX = 16,
	PBKDF2_MAX = 10 * 1000 * 1000
};

#define OID(text) { (text), sizeof(text) - 1 }

static const struct slice pbes2 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d");
static const struct slice pbkdf2 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c");
static const struct slice scrypt = OID("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b");

static const struct {
	struct slice oid;
	enum crypt_hash hash;
} prfs[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x02\x07"), CRYPT_SHA1 },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x02\x09"), CRYPT_SHA256 },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0a"), CRYPT_SHA384 },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0b"), CRYPT_SHA512 },
};

static const struct {
	struct slice oid;
	size_t key;
} ciphers[] = {
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), 16 },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), 24 },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), AES_KEY },
};

enum {
	PRFS = sizeof(prfs) / sizeof(prfs[0]),
	CIPHERS = sizeof(ciphers) / sizeof(ciphers[0])
};

/* --- keys in the clear -------------------------------------------------- */

static enum status
malformed(struct err *e)
{
	return err_bad(e, "a private key that is not strict DER of its kind");
}

static bool
is_version(struct der *d, uint64_t max, uint64_t *version)
{
	struct slice body;

	return der_take(d, DER_INTEGER, &body) && der_uint64(body, version) &&
	    *version <= max;
}

/* The public key that came along, if one did, is this key's. */
static enum status
check_public(const struct private *key, struct slice bits,
    struct err *e)
{
	struct arena a = { 0 };
	struct crypt_public public;
	enum status st;
	bool same;

	st = private_public(key, &a, &public, e);
	if (st == ERR_OK) {
		if (public.type != CRYPT_ED25519 && bits.len > 0)
			bits = bits.data[0] == 4 ? slice_cut(bits, 1,
			    bits.len) : (struct slice){ NULL, 0 };
		same = slice_eq(bits, public.point);
		if (!same)
			st = err_bad(e, "a private key beside a public key "
			    "that is not its own");
	}
	arena_free(&a);
	return st;
}

/* RFC 5915; type is known, or taken from the parameters. */
static enum status
read_sec1(struct slice der, bool known, enum crypt_type type,
    struct private **out, struct err *e)
{
	struct slice d, explicit, bits = { NULL, 0 };
	struct slice part[PRIVATE_PARTS] = { { NULL, 0 } };
	struct der key, inner;
	enum crypt_type named;
	uint64_t version;
	uint8_t *wide;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &key) ||
	    !is_version(&key, 1, &version) || version != 1 ||
	    !der_take(&key, DER_OCTET_STRING, &d) ||
	    !der_optional(&key, DER_CONTEXT(0), &explicit))
		return malformed(e);
	if (explicit.data != NULL) {
		inner = der_of(explicit);
		if (!der_take(&inner, DER_OID, &explicit) || !der_end(&inner))
			return malformed(e);
		if (!key_curve_read(explicit, &named) ||
		    (known && named != type))
			return err_bad(e, "an EC key of a curve that is not "
			    "supported, or not the one it says outside");
		type = named;
	} else if (!known) {
		return err_bad(e, "an EC key without the name of its curve");
	}
	if (!der_optional(&key, DER_CONTEXT(1), &explicit))
		return malformed(e);
	if (explicit.data != NULL) {
		inner = der_of(explicit);
		if (!der_take(&inner, DER_BIT_STRING, &bits) ||
		    !der_bytes(bits, &bits) || !der_end(&inner))
			return malformed(e);
	}
	if (!der_end(&key) || d.len == 0 || d.len > crypt_width(type))
		return malformed(e);
	wide = secure_alloc(crypt_width(type));
	memcpy(wide + (crypt_width(type) - d.len), d.data, d.len);
	part[0] = (struct slice){ (char *)wide, crypt_width(type) };
	st = private_open(type, part, out, e);
	secure_free(wide);
	if (st == ERR_OK && bits.data != NULL)
		st = check_public(*out, bits, e);
	return st;
}

/* RFC 8017 A.1.2 */
static enum status
read_pkcs1(struct slice der, struct private **out, struct err *e)
{
	struct slice part[PRIVATE_PARTS];
	uint64_t version;
	struct der key;

	if (!der_only(der, DER_SEQUENCE, &key) ||
	    !is_version(&key, 0, &version))
		return malformed(e);
	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		if (!der_take(&key, DER_INTEGER, &part[i]) ||
		    !der_unsigned(part[i], &part[i]))
			return malformed(e);
	if (!der_end(&key))
		return malformed(e);
	return private_open(CRYPT_RSA, part, out, e);
}

/* RFC 5958 */
static enum status
read_pkcs8(struct slice der, struct private **out, struct err *e)
{
	struct slice octets, skipped, bits;
	struct slice part[PRIVATE_PARTS] = { { NULL, 0 } };
	enum crypt_type type;
	uint64_t version;
	struct der key;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &key) ||
	    !is_version(&key, 1, &version))
		return malformed(e);
	st = key_algorithm_read(&key, &type, e);
	if (st != ERR_OK)
		return st;
	if (!der_take(&key, DER_OCTET_STRING, &octets) ||
	    !der_optional(&key, DER_CONTEXT(0), &skipped) ||
	    !der_optional(&key, DER_CONTEXT_PRIMITIVE(1), &bits) ||
	    !der_end(&key) || (bits.data != NULL && version == 0))
		return malformed(e);
	if (type == CRYPT_RSA) {
		st = read_pkcs1(octets, out, e);
	} else if (type == CRYPT_ED25519) {
		struct der inner = der_of(octets);

		if (!der_take(&inner, DER_OCTET_STRING, &part[0]) ||
		    !der_end(&inner))
			return malformed(e);
		st = private_open(type, part, out, e);
	} else {
		st = read_sec1(octets, true, type, out, e);
	}
	if (st == ERR_OK && bits.data != NULL && type != CRYPT_RSA) {
		if (!der_bytes(bits, &bits))
			return malformed(e);
		st = check_public(*out, bits, e);
	}
	return st;
}

/* --- PBES2 -------------------------------------------------------------- */

struct pbes2 {
	bool scrypt;
	enum crypt_hash hash;
	struct slice salt;
	uint64_t n, p;		/* PBKDF2: n iterations */
	uint64_t wanted;	/* key bytes named by the KDF, or 0 */
	size_t key;		/* bytes the cipher takes */
	struct slice iv;
};

static enum status
too_costly(struct err *e)
{
	return err_bad(e, "a key whose encryption asks for more work than the "
	    "limit");
}

static bool
take_uint(struct der *d, uint64_t *out)
{
	struct slice body;

	return der_take(d, DER_INTEGER, &body) && der_uint64(body, out);
}

/* keyLength INTEGER OPTIONAL */
static bool
take_length(struct der *d, uint64_t *out)
{
	*out = 0;
	return der_peek(d) != DER_INTEGER || take_uint(d, out);
}

static enum status
read_prf(struct der *d, enum crypt_hash *hash, struct err *e)
{
	struct slice oid, null;
	struct der prf;

	*hash = CRYPT_SHA1;		/* the default of RFC 8018 A.2 */
	if (der_end(d))
		return ERR_OK;
	if (!der_enter(d, DER_SEQUENCE, &prf) ||
	    !der_take(&prf, DER_OID, &oid) ||
	    !der_optional(&prf, DER_NULL, &null) || !der_end(&prf) ||
	    !der_end(d))
		return malformed(e);
	for (size_t i = 0; i < PRFS; i++)
		if (slice_eq(oid, prfs[i].oid)) {
			*hash = prfs[i].hash;
			return ERR_OK;
		}
	return err_bad(e, "a key encrypted with a PRF that is not HMAC with "
	    "SHA-1, SHA-256, SHA-384 or SHA-512");
}

static enum status
read_kdf(struct der *d, struct pbes2 *out, struct err *e)
{
	struct der kdf, parameters;
	struct slice oid;
	uint64_t r;

	if (!der_enter(d, DER_SEQUENCE, &kdf) ||
	    !der_take(&kdf, DER_OID, &oid) ||
	    !der_enter(&kdf, DER_SEQUENCE, &parameters) || !der_end(&kdf) ||
	    !der_take(&parameters, DER_OCTET_STRING, &out->salt) ||
	    !take_uint(&parameters, &out->n))
		return malformed(e);
	out->scrypt = slice_eq(oid, scrypt);
	if (!out->scrypt) {
		if (!slice_eq(oid, pbkdf2))
			return err_bad(e, "a key encrypted with a KDF that is "
			    "neither PBKDF2 nor scrypt");
		if (out->n == 0 || out->n > PBKDF2_MAX)
			return too_costly(e);
		if (!take_length(&parameters, &out->wanted))
			return malformed(e);
		return read_prf(&parameters, &out->hash, e);
	}
	if (!take_uint(&parameters, &r) || !take_uint(&parameters, &out->p) ||
	    !take_length(&parameters, &out->wanted) || !der_end(&parameters))
		return malformed(e);
	if (r != SCRYPT_R)
		return err_bad(e, "a key encrypted with scrypt and r = %llu, "
		    "expected 8", (unsigned long long)r);
	if (out->n > SCRYPT_N_MAX || out->p > SCRYPT_P_MAX)
		return too_costly(e);
	return ERR_OK;
}

static enum status
read_cipher(struct der *d, struct pbes2 *out, struct err *e)
{
	struct der cipher;
	struct slice oid;

	if (!der_enter(d, DER_SEQUENCE, &cipher) ||
	    !der_take(&cipher, DER_OID, &oid))
		return malformed(e);
	for (size_t i = 0; i < CIPHERS; i++) {
		if (!slice_eq(oid, ciphers[i].oid))
			continue;
		out->key = ciphers[i].key;
		if (!der_take(&cipher, DER_OCTET_STRING, &out->iv) ||
		    !der_end(&cipher) || out->iv.len != IV)
			return malformed(e);
		return ERR_OK;
	}
	return err_bad(e, "a key encrypted with a cipher that is not AES-CBC");
}

static enum status
derive_key(const struct pbes2 *p, struct slice passphrase, uint8_t *key,
    struct err *e)
{
	if (p->scrypt)
		return cipher_scrypt(passphrase, p->salt, p->n, p->p, key,
		    p->key, e);
	return cipher_pbkdf2(p->hash, passphrase, p->salt, p->n, key, p->key,
	    e);
}

/* Bytes of PKCS#7 padding, 0 when there is no such padding. */
static size_t
padding(const uint8_t *text, size_t size)
{
	uint8_t n = text[size - 1], differ = 0;

	if (n == 0 || n > IV)
		return 0;
	for (size_t i = 1; i <= n; i++)
		differ |= (uint8_t)(text[size - i] ^ n);
	return differ == 0 ? n : 0;
}

static enum status
wrong_passphrase(struct err *e)
{
	return err_bad(e, "a wrong passphrase, or a damaged key");
}

/* EncryptedPrivateKeyInfo, RFC 5958 3 */
static enum status
read_encrypted(struct slice der, const struct slice *passphrase,
    struct private **out, struct err *e)
{
	struct der info, algorithm, parameters;
	struct pbes2 p = { 0 };
	struct slice oid, text;
	uint8_t *memory, *plain;
	size_t pad;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &info) ||
	    !der_enter(&info, DER_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm, DER_OID, &oid))
		return malformed(e);
	if (!slice_eq(oid, pbes2))
		return err_bad(e, "a key encrypted with a scheme that is not "
		    "PBES2");
	if (!der_enter(&algorithm, DER_SEQUENCE, &parameters) ||
	    !der_end(&algorithm) ||
	    !der_take(&info, DER_OCTET_STRING, &text) || !der_end(&info) ||
	    text.len == 0 || text.len % IV != 0)
		return malformed(e);
	st = read_kdf(&parameters, &p, e);
	if (st == ERR_OK)
		st = read_cipher(&parameters, &p, e);
	if (st != ERR_OK)
		return st;
	if (!der_end(&parameters) || (p.wanted != 0 && p.wanted != p.key))
		return malformed(e);
	if (passphrase == NULL)
		return err_bad(e, "an encrypted key, and no passphrase");
	memory = secure_alloc(AES_KEY + text.len);
	plain = memory + AES_KEY;
	memcpy(plain, text.data, text.len);
	st = derive_key(&p, *passphrase, memory, e);
	if (st == ERR_OK)
		st = cipher_aes_cbc(false, (struct slice){ (char *)memory,
		    p.key }, (const uint8_t *)p.iv.data, plain, text.len, e);
	if (st == ERR_OK) {
		pad = padding(plain, text.len);
		if (pad == 0 || plain[0] != DER_SEQUENCE)
			st = wrong_passphrase(e);
		else
			st = read_pkcs8((struct slice){ (char *)plain,
			    text.len - pad }, out, e);
	}
	secure_free(memory);
	return st;
}

/* --- cosign's form ------------------------------------------------------ */

struct box {
	struct slice salt;
	uint64_t n, p;
	struct slice nonce;
	struct slice text;
};

static enum status
read_box(const struct json *doc, struct arena *a, struct box *out,
    struct err *e)
{
	const struct json *kdf = json_get(doc, "kdf");
	const struct json *cipher = json_get(doc, "cipher");
	const struct json *parameters = json_get(kdf, "params");
	int64_t n, r, p;

	if (!json_is(json_get(kdf, "name"), "scrypt") ||
	    !json_is(json_get(cipher, "name"), "nacl/secretbox") ||
	    !json_int64(json_get(parameters, "N"), &n) ||
	    !json_int64(json_get(parameters, "r"), &r) ||
	    !json_int64(json_get(parameters, "p"), &p) ||
	    !b64_bytes(a, json_get_text(kdf, "salt"), &out->salt) ||
	    !b64_bytes(a, json_get_text(cipher, "nonce"), &out->nonce) ||
	    !b64_bytes(a, json_get_text(doc, "ciphertext"), &out->text) ||
	    out->nonce.len != CIPHER_BOX_NONCE || n < 2 || p < 1 ||
	    out->text.len <= CIPHER_BOX_TAG || r != SCRYPT_R)
		return err_bad(e, "a key that is not scrypt (r = 8) and "
		    "nacl/secretbox as cosign writes them");
	if (n > SCRYPT_N_MAX || p > SCRYPT_P_MAX)
		return too_costly(e);
	out->n = (uint64_t)n;
	out->p = (uint64_t)p;
	return ERR_OK;
}

static enum status
open_box(const struct box *box, struct slice passphrase,
    struct private **out, struct err *e)
{
	uint8_t *memory = secure_alloc(CIPHER_BOX_KEY + box->text.len);
	uint8_t *text = memory + CIPHER_BOX_KEY;
	enum status st;

	memcpy(text, box->text.data, box->text.len);
	st = cipher_scrypt(passphrase, box->salt, box->n, box->p, memory,
	    CIPHER_BOX_KEY, e);
	if (st == ERR_OK)
		st = cipher_box(false, memory,
		    (const uint8_t *)box->nonce.data, text, box->text.len, e);
	if (st == ERR_NO)
		st = wrong_passphrase(e);
	else if (st == ERR_OK)
		st = read_pkcs8((struct slice){ (char *)text + CIPHER_BOX_TAG,
		    box->text.len - CIPHER_BOX_TAG }, out, e);
	secure_free(memory);
	return st;
}

static enum status
read_cosign(struct slice text, const struct slice *passphrase,
    struct private **out, struct err *e)
{
	struct arena a = { 0 };
	struct json doc;
	struct box box;
	enum status st;

	st = json_parse(text, &json_own, &a, &doc, e);
	if (st == ERR_OK)
		st = read_box(&doc, &a, &box, e);
	if (st == ERR_OK && passphrase == NULL)
		st = err_bad(e, "an encrypted key, and no passphrase");
	if (st == ERR_OK)
		st = open_box(&box, *passphrase, out, e);
	arena_free(&a);
	return st;
}

/* --- files -------------------------------------------------------------- */

static const struct {
	const char *label;
	enum form { PKCS8, SEC1, PKCS1, ENCRYPTED, COSIGN } form;
} labels[] = {
	{ "PRIVATE KEY", PKCS8 },
	{ "EC PRIVATE KEY", SEC1 },
	{ "RSA PRIVATE KEY", PKCS1 },
	{ "ENCRYPTED PRIVATE KEY", ENCRYPTED },
	{ "ENCRYPTED SIGSTORE PRIVATE KEY", COSIGN },
	{ "ENCRYPTED COSIGN PRIVATE KEY", COSIGN },
};

enum {
	LABELS = sizeof(labels) / sizeof(labels[0])
};

/* The first block that is a private key, or at least says so. */
static bool
find_block(struct slice text, struct pem *block, size_t *at)
{
	*at = 0;
	while (pem_next(text, at, block))
		if (slice_ends(block->label, "PRIVATE KEY"))
			return true;
	return false;
}

/* Which kind of private key DER is, told by its first elements. */
static enum form
form_of(struct slice der)
{
	struct der key;
	struct slice body;

	if (!der_only(der, DER_SEQUENCE, &key))
		return PKCS8;
	if (der_peek(&key) == DER_SEQUENCE)
		return ENCRYPTED;
	if (!der_take(&key, DER_INTEGER, &body))
		return PKCS8;
	return der_peek(&key) == DER_OCTET_STRING ? SEC1 :
	    der_peek(&key) == DER_INTEGER ? PKCS1 : PKCS8;
}

bool
secret_is(struct slice text)
{
	struct pem block;
	struct der key;
	struct slice body;
	size_t at;

	if (text.len == 0 || text.data[0] != DER_SEQUENCE)
		return find_block(text, &block, &at);
	/* All but the encrypted form begin with a version; a public key and
	 * an encrypted private one both begin with an algorithm. */
	if (!der_only(text, DER_SEQUENCE, &key))
		return false;
	if (der_peek(&key) == DER_SEQUENCE)
		return der_skip(&key) && der_peek(&key) == DER_OCTET_STRING;
	/* A bare RSAPublicKey is two integers. */
	return der_take(&key, DER_INTEGER, &body) && body.len == 1;
}

bool
secret_is_encrypted(struct slice text)
{
	struct pem block;
	size_t at;

	if (text.len > 0 && text.data[0] == DER_SEQUENCE)
		return form_of(text) == ENCRYPTED;
	return find_block(text, &block, &at) &&
	    slice_starts(block.label, "ENCRYPTED ");
}

/* Its body is no base64: why. */
static enum status
not_base64(const struct pem *block, struct err *e)
{
	if (slice_find(block->body, ':') < block->body.len)
		return err_input(e, block->offset, "a PEM block with headers, "
		    "as OpenSSL once encrypted keys: \"openssl pkcs8 -topk8\" "
		    "converts it");
	return err_input(e, block->offset, "a PEM block that is not base64");
}

static enum status
read_form(enum form form, struct slice bytes, const struct slice *passphrase,
    struct private **out, struct err *e)
{
	struct private *key = NULL;
	enum status st = ERR_OK;

	switch (form) {
	case PKCS8:
		st = read_pkcs8(bytes, &key, e);
		break;
	case SEC1:
		st = read_sec1(bytes, false, CRYPT_P256, &key, e);
		break;
	case PKCS1:
		st = read_pkcs1(bytes, &key, e);
		break;
	case ENCRYPTED:
		st = read_encrypted(bytes, passphrase, &key, e);
		break;
	case COSIGN:
		st = read_cosign(bytes, passphrase, &key, e);
		break;
	}
	if (st != ERR_OK)
		private_close(key);
	else
		*out = key;
	return st;
}

enum status
secret_read(struct slice text, const struct slice *passphrase,
    struct private **out, struct err *e)
{
	struct pem block, other;
	uint8_t *bytes;
	size_t at, size;
	enum status st;

	if (text.len > 0 && text.data[0] == DER_SEQUENCE)
		return read_form(form_of(text), text, passphrase, out, e);
	if (!find_block(text, &block, &at))
		return err_bad(e, "no private key: neither DER nor PEM of "
		    "one");
	while (pem_next(text, &at, &other))
		if (slice_ends(other.label, "PRIVATE KEY"))
			return err_input(e, other.offset, "a second private "
			    "key, expected one in a file");
	for (size_t i = 0; i < LABELS; i++) {
		if (!slice_is(block.label, labels[i].label))
			continue;
		bytes = secure_alloc(block.body.len);
		if (pem_decode(block.body, bytes, &size))
			st = read_form(labels[i].form, (struct slice){
			    (char *)bytes, size }, passphrase, out, e);
		else
			st = not_base64(&block, e);
		secure_free(bytes);
		return st;
	}
	return err_input(e, block.offset, "a private key in a form that is "
	    "not supported, \"%.*s\"", (int)(block.label.len < 64 ?
	    block.label.len : 64), block.label.data);
}

/* --- writing ------------------------------------------------------------ */

/* DER from its end to its beginning, in memory of the caller's. */
struct back {
	uint8_t *at;		/* the first byte so far */
	uint8_t *end;
};

static void
back_bytes(struct back *b, struct slice s)
{
	b->at -= s.len;
	memcpy(b->at, s.data, s.len);
}

static void
back_byte(struct back *b, size_t c)
{
	*--b->at = (uint8_t)c;
}

/* The header of what begins at b->at and ends at end. */
static void
back_head(struct back *b, uint8_t tag, const uint8_t *end)
{
	size_t len = (size_t)(end - b->at), octets = 0;

	if (len < 0x80) {
		back_byte(b, len);
	} else {
		for (size_t n = len; n > 0; n >>= 8, octets++)
			back_byte(b, n & 0xff);
		back_byte(b, 0x80 | octets);
	}
	back_byte(b, tag);
}

static void
back_integer(struct back *b, struct slice magnitude)
{
	const uint8_t *end = b->at;

	back_bytes(b, magnitude);
	if ((*b->at & 0x80) != 0)
		back_byte(b, 0);
	back_head(b, DER_INTEGER, end);
}

static void
back_version(struct back *b, uint8_t version)
{
	back_integer(b, (struct slice){ (char *)&version, 1 });
}

/* What PKCS#8 holds: RFC 8410 7, RFC 5915 3 or RFC 8017 A.1.2. */
static enum status
back_key(struct back *b, const struct private *key, struct arena *a,
    struct err *e)
{
	const uint8_t *end = b->at, *inner;
	struct crypt_public public;
	enum status st;

	if (key->type == CRYPT_ED25519) {
		back_bytes(b, key->part[0]);
		back_head(b, DER_OCTET_STRING, end);
		return ERR_OK;
	}
	if (key->type == CRYPT_RSA) {
		for (size_t i = PRIVATE_PARTS; i-- > 0;)
			back_integer(b, key->part[i]);
		back_version(b, 0);
		back_head(b, DER_SEQUENCE, end);
		return ERR_OK;
	}
	st = private_public(key, a, &public, e);
	if (st != ERR_OK)
		return st;
	back_bytes(b, public.point);
	back_byte(b, 4);		/* not compressed */
	back_byte(b, 0);		/* no unused bits */
	back_head(b, DER_BIT_STRING, end);
	back_head(b, DER_CONTEXT(1), end);
	inner = b->at;
	back_bytes(b, key->part[0]);
	back_head(b, DER_OCTET_STRING, inner);
	back_version(b, 1);
	back_head(b, DER_SEQUENCE, end);
	return ERR_OK;
}

/* All of the key and its headers fit in this. */
static size_t
room(const struct private *key)
{
	size_t size = 256 + 3 * crypt_width(key->type);

	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		size += key->part[i].len + 8;
	return size;
}

/* PKCS#8 DER, at the end of memory of room(key) bytes. */
static enum status
write_pkcs8(const struct private *key, uint8_t *memory,
    struct slice *der, struct err *e)
{
	uint8_t *end = memory + room(key);
	struct back b = { end, end };
	struct buf algorithm = { 0 };
	struct arena a = { 0 };
	enum status st = back_key(&b, key, &a, e);

	if (st == ERR_OK) {
		back_head(&b, DER_OCTET_STRING, end);
		key_algorithm_write(&algorithm, key->type);
		back_bytes(&b, buf_get(&algorithm));
		back_version(&b, 0);
		back_head(&b, DER_SEQUENCE, end);
		*der = (struct slice){ (char *)b.at, (size_t)(end - b.at) };
	}
	buf_free(&algorithm);
	arena_free(&a);
	return st;
}

static void
armour(const char *label, struct slice bytes, struct slice *pem)
{
	size_t size = pem_size(label, bytes.len);
	char *text = secure_alloc(size);

	pem_encode(label, (const uint8_t *)bytes.data, bytes.len, text);
	*pem = (struct slice){ text, size };
}

/* AES-256-CBC under PBES2 with scrypt (RFC 7914 7), around text. */
static void
put_encrypted(struct buf *out, struct slice salt, struct slice iv,
    struct slice text)
{
	size_t info = der_open(out, DER_SEQUENCE), scheme, parameters, kdf;

	scheme = der_open(out, DER_SEQUENCE);
	der_put_oid(out, pbes2);
	parameters = der_open(out, DER_SEQUENCE);
	kdf = der_open(out, DER_SEQUENCE);
	der_put_oid(out, scrypt);
	{
		size_t mark = der_open(out, DER_SEQUENCE);

		der_put(out, DER_OCTET_STRING, salt);
		der_put_uint64(out, SCRYPT_N);
		der_put_uint64(out, SCRYPT_R);
		der_put_uint64(out, SCRYPT_P);
		der_close(out, mark);
	}
	der_close(out, kdf);
	kdf = der_open(out, DER_SEQUENCE);
	der_put_oid(out, ciphers[CIPHERS - 1].oid);
	der_put(out, DER_OCTET_STRING, iv);
	der_close(out, kdf);
	der_close(out, parameters);
	der_close(out, scheme);
	der_put(out, DER_OCTET_STRING, text);
	der_close(out, info);
}

static enum status
write_encrypted(struct slice der, struct slice passphrase, struct slice *pem,
    struct err *e)
{
	size_t pad = IV - der.len % IV, size = der.len + pad;
	uint8_t *memory = secure_alloc(AES_KEY + size);
	uint8_t *text = memory + AES_KEY, random[SALT + IV];
	struct slice salt = { (char *)random, SALT };
	struct slice iv = { (char *)random + SALT, IV };
	struct buf out = { 0 };
	enum status st;

	secure_random(random, sizeof(random));
	memcpy(text, der.data, der.len);
	memset(text + der.len, (int)pad, pad);
	st = cipher_scrypt(passphrase, salt, SCRYPT_N, SCRYPT_P, memory,
	    AES_KEY, e);
	if (st == ERR_OK)
		st = cipher_aes_cbc(true, (struct slice){ (char *)memory,
		    AES_KEY }, random + SALT, text, size, e);
	if (st == ERR_OK) {
		put_encrypted(&out, salt, iv, (struct slice){ (char *)text,
		    size });
		armour("ENCRYPTED PRIVATE KEY", buf_get(&out), pem);
	}
	secure_free(memory);
	buf_free(&out);
	return st;
}

/* The JSON that cosign's PEM holds. */
static void
put_box(struct buf *out, struct slice salt, struct slice nonce,
    struct slice box)
{
	buf_printf(out, "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":%d,"
	    "\"r\":%d,\"p\":%d},\"salt\":\"", COSIGN_N, SCRYPT_R, COSIGN_P);
	b64_write(out, salt);
	buf_text(out, "\"},\"cipher\":{\"name\":\"nacl/secretbox\","
	    "\"nonce\":\"");
	b64_write(out, nonce);
	buf_text(out, "\"},\"ciphertext\":\"");
	b64_write(out, box);
	buf_text(out, "\"}");
}

static enum status
write_cosign(struct slice der, struct slice passphrase, struct slice *pem,
    struct err *e)
{
	size_t size = CIPHER_BOX_TAG + der.len;
	uint8_t *memory = secure_alloc(CIPHER_BOX_KEY + size);
	uint8_t *box = memory + CIPHER_BOX_KEY;
	uint8_t random[COSIGN_SALT + CIPHER_BOX_NONCE];
	struct slice salt = { (char *)random, COSIGN_SALT };
	struct slice nonce = { (char *)random + COSIGN_SALT,
	    CIPHER_BOX_NONCE };
	struct buf out = { 0 };
	enum status st;

	secure_random(random, sizeof(random));
	memcpy(box + CIPHER_BOX_TAG, der.data, der.len);
	st = cipher_scrypt(passphrase, salt, COSIGN_N, COSIGN_P, memory,
	    CIPHER_BOX_KEY, e);
	if (st == ERR_OK)
		st = cipher_box(true, memory, random + COSIGN_SALT, box, size,
		    e);
	if (st == ERR_OK) {
		put_box(&out, salt, nonce, (struct slice){ (char *)box,
		    size });
		armour("ENCRYPTED SIGSTORE PRIVATE KEY", buf_get(&out), pem);
	}
	secure_free(memory);
	buf_free(&out);
	return st;
}

enum status
secret_write(const struct private *key, enum secret_form form,
    const struct slice *passphrase, struct slice *pem, struct err *e)
{
	uint8_t *memory;
	struct slice der;
	enum status st;

	if (form == SECRET_COSIGN && passphrase == NULL)
		return err_bad(e, "cosign's form is always encrypted");
	memory = secure_alloc(room(key));
	st = write_pkcs8(key, memory, &der, e);
	if (st == ERR_OK && passphrase == NULL)
		armour("PRIVATE KEY", der, pem);
	else if (st == ERR_OK && form == SECRET_COSIGN)
		st = write_cosign(der, *passphrase, pem, e);
	else if (st == ERR_OK)
		st = write_encrypted(der, *passphrase, pem, e);
	secure_free(memory);
	return st;
}
