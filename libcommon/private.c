/* SPDX-License-Identifier: Apache-2.0 */
#include <gcrypt.h>
#include <string.h>

#include "msg.h"
#include "private.h"
#include "secure.h"

enum {
	WIDTH_MAX = 66,		/* bytes of a P-521 field element */
	ED_WIDTH = 32,
	RSA_EXPONENT = 65537
};

/* --- numbers and points ------------------------------------------------- */

static gcry_mpi_t
number(const void *data, size_t len)
{
	gcry_mpi_t n = NULL;

	if (gcry_mpi_scan(&n, GCRYMPI_FMT_USG, data, len, NULL) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return n;
}

/* Big-endian, filled up with zeros on the left; false if it does not fit. */
static bool
number_put(gcry_mpi_t n, uint8_t *out, size_t width)
{
	size_t len;

	if (gcry_mpi_print(GCRYMPI_FMT_USG, out, width, &len, n) != 0)
		return false;
	memmove(out + (width - len), out, len);
	memset(out, 0, width - len);
	return true;
}

static void
reverse(uint8_t *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = in[n - 1 - i];
}

static const struct {
	const char *name;
	unsigned bits;
} curves[] = {
	[CRYPT_ED25519] = { "Ed25519", 256 },
	[CRYPT_P256] = { "NIST P-256", 256 },
	[CRYPT_P384] = { "NIST P-384", 384 },
	[CRYPT_P521] = { "NIST P-521", 521 },
};

/* One context a curve and process: making one costs more than the start of
 * everything else. */
static gcry_ctx_t
curve(enum crypt_type type)
{
	static gcry_ctx_t ctx[CRYPT_P521 + 1];

	secure_start();
	if (ctx[type] == NULL &&
	    gcry_mpi_ec_new(&ctx[type], NULL, curves[type].name) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return ctx[type];
}

/* Ed25519's group order, most significant byte first. */
static const uint8_t ed_order[ED_WIDTH] = {
	0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7,
	0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed
};

/* Writes the 32 bytes of a point. */
static bool
ed_encode(gcry_mpi_point_t p, uint8_t out[ED_WIDTH])
{
	gcry_mpi_t x = gcry_mpi_new(0), y = gcry_mpi_new(0);
	uint8_t bytes[ED_WIDTH];
	bool good;

	good = gcry_mpi_ec_get_affine(x, y, p, curve(CRYPT_ED25519)) == 0 &&
	    number_put(y, bytes, ED_WIDTH);
	if (good) {
		reverse(out, bytes, ED_WIDTH);
		if (gcry_mpi_test_bit(x, 0))
			out[ED_WIDTH - 1] |= 0x80;
	}
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	return good;
}

/* --- keys ---------------------------------------------------------------- */

/* Number of parts of a key of this type. */
static size_t
part_count(enum crypt_type type)
{
	return type == CRYPT_RSA ? PRIVATE_PARTS : 1;
}

static struct private *
private_copy(enum crypt_type type, const struct slice *part)
{
	size_t size = sizeof(struct private), count = part_count(type);
	struct private *k;
	char *at;

	for (size_t i = 0; i < count; i++)
		size += part[i].len;
	k = secure_alloc(size);
	k->type = type;
	at = (char *)(k + 1);
	for (size_t i = 0; i < count; i++) {
		memcpy(at, part[i].data, part[i].len);
		k->part[i] = (struct slice){ at, part[i].len };
		at += part[i].len;
	}
	return k;
}

/* A number in secure memory. */
static gcry_mpi_t
secret(struct slice s)
{
	gcry_mpi_t n = NULL;

	/* gcry_mpi_scan looks at where its input lies. */
	if (gcry_mpi_scan(&n, GCRYMPI_FMT_USG, s.data, s.len, NULL) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	return n;
}

/* The order of a curve's group; the caller releases it. */
static gcry_mpi_t
order_of(enum crypt_type type)
{
	return gcry_mpi_ec_get_mpi("n", curve(type), 1);
}

static bool
scalar_fits(enum crypt_type type, struct slice d)
{
	gcry_mpi_t n = order_of(type), x = secret(d);
	bool fits = gcry_mpi_cmp_ui(x, 0) > 0 && gcry_mpi_cmp(x, n) < 0;

	gcry_mpi_release(n);
	gcry_mpi_release(x);
	return fits;
}

/* RFC 8017 3.2: n = p q, and d, dP, dQ and qInv belong to p and q. */
static bool
rsa_fits(const struct slice part[PRIVATE_PARTS])
{
	gcry_mpi_t v[PRIVATE_PARTS], t = gcry_mpi_snew(0), u = gcry_mpi_snew(0);
	bool fits = true;

	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		v[i] = secret(part[i]);
	for (size_t i = 3; i < 5 && fits; i++)
		fits = gcry_mpi_cmp_ui(v[i], 1) > 0 &&
		    gcry_mpi_test_bit(v[i], 0);
	if (fits) {
		gcry_mpi_mul(t, v[3], v[4]);
		fits = gcry_mpi_cmp(t, v[0]) == 0;
	}
	for (size_t i = 0; i < 2 && fits; i++) {
		gcry_mpi_sub_ui(u, v[3 + i], 1);
		gcry_mpi_mod(t, v[2], u);
		fits = gcry_mpi_cmp(t, v[5 + i]) == 0;
		gcry_mpi_mulm(t, v[1], v[5 + i], u);
		fits = fits && gcry_mpi_cmp_ui(t, 1) == 0;
	}
	if (fits) {
		gcry_mpi_mulm(t, v[7], v[4], v[3]);
		fits = gcry_mpi_cmp_ui(t, 1) == 0;
	}
	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		gcry_mpi_release(v[i]);
	gcry_mpi_release(t);
	gcry_mpi_release(u);
	return fits;
}

enum status
private_open(enum crypt_type type, const struct slice part[PRIVATE_PARTS],
    struct private **out, struct err *e)
{
	struct crypt_public public;
	enum status st;

	secure_start();
	if (type == CRYPT_RSA) {
		st = crypt_public_rsa(part[0], part[1], &public, e);
		if (st != ERR_OK)
			return st;
		for (size_t i = 2; i < PRIVATE_PARTS; i++)
			if (part[i].len == 0 || part[i].len > part[0].len)
				return err_bad(e, "an RSA key whose parts do "
				    "not belong together");
		if (!rsa_fits(part))
			return err_bad(e, "an RSA key whose parts do not "
			    "belong together");
	} else if (part[0].len != crypt_width(type)) {
		return err_bad(e, "a private key of %zu bytes, expected %zu",
		    part[0].len, crypt_width(type));
	} else if (type != CRYPT_ED25519 && !scalar_fits(type, part[0])) {
		return err_bad(e, "a private key that is 0 or not below the "
		    "curve's order");
	}
	*out = private_copy(type, part);
	return ERR_OK;
}

/* A prime of that many bits, the first two of which are 1, so that a product
 * of two has all of theirs; p - 1 has no factor in common with e. */
static gcry_mpi_t
random_prime(unsigned bits, unsigned exponent)
{
	size_t len = bits / 8;
	uint8_t *bytes = secure_alloc(len);
	gcry_mpi_t p = NULL, rest = gcry_mpi_snew(0);
	gcry_mpi_t e = gcry_mpi_set_ui(NULL, exponent);

	do {
		gcry_mpi_release(p);
		secure_random(bytes, len);
		bytes[0] |= 0xc0;
		bytes[len - 1] |= 1;
		p = secret((struct slice){ (char *)bytes, len });
		gcry_mpi_mod(rest, p, e);
	} while (gcry_mpi_cmp_ui(rest, 1) == 0 ||
	    gcry_prime_check(p, 0) != 0);
	gcry_mpi_release(rest);
	gcry_mpi_release(e);
	secure_free(bytes);
	return p;
}

/* Whether p and q are further apart than 2^(bits - 100) (FIPS 186-5 A.1.3);
 * they are, unless the generator is broken. */
static bool
are_apart(gcry_mpi_t p, gcry_mpi_t q, unsigned bits)
{
	gcry_mpi_t d = gcry_mpi_snew(0);
	bool apart;

	if (gcry_mpi_cmp(p, q) < 0)
		gcry_mpi_sub(d, q, p);
	else
		gcry_mpi_sub(d, p, q);
	apart = gcry_mpi_get_nbits(d) > bits - 100;
	gcry_mpi_release(d);
	return apart;
}

/* d, d mod p-1, d mod q-1 and 1/q mod p, from n, e, p and q: v as in
 * struct private.  d is the inverse of e modulo lcm(p-1, q-1). */
static void
rsa_complete(gcry_mpi_t v[PRIVATE_PARTS])
{
	gcry_mpi_t a = gcry_mpi_snew(0), b = gcry_mpi_snew(0);
	gcry_mpi_t lcm = gcry_mpi_snew(0), gcd = gcry_mpi_snew(0);

	gcry_mpi_sub_ui(a, v[3], 1);
	gcry_mpi_sub_ui(b, v[4], 1);
	(void)gcry_mpi_gcd(gcd, a, b);
	gcry_mpi_mul(lcm, a, b);
	gcry_mpi_div(lcm, NULL, lcm, gcd, -1);
	(void)gcry_mpi_invm(v[2], v[1], lcm);
	gcry_mpi_mod(v[5], v[2], a);
	gcry_mpi_mod(v[6], v[2], b);
	(void)gcry_mpi_invm(v[7], v[4], v[3]);
	gcry_mpi_release(a);
	gcry_mpi_release(b);
	gcry_mpi_release(lcm);
	gcry_mpi_release(gcd);
}

/* Not gcry_pk_genkey: its expressions are copied to memory that is not
 * secure as soon as one looks into them. */
static enum status
rsa_generate(unsigned bits, struct private **out, struct err *e)
{
	size_t len = bits / 8, got;
	uint8_t *bytes = secure_alloc(PRIVATE_PARTS * len);
	struct slice part[PRIVATE_PARTS];
	gcry_mpi_t v[PRIVATE_PARTS];
	enum status st;

	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		v[i] = gcry_mpi_snew(0);
	gcry_mpi_set_ui(v[1], RSA_EXPONENT);
	do {
		gcry_mpi_release(v[3]);
		gcry_mpi_release(v[4]);
		v[3] = random_prime(bits / 2, RSA_EXPONENT);
		v[4] = random_prime(bits / 2, RSA_EXPONENT);
	} while (!are_apart(v[3], v[4], bits / 2));
	gcry_mpi_mul(v[0], v[3], v[4]);
	rsa_complete(v);
	for (size_t i = 0; i < PRIVATE_PARTS; i++) {
		gcry_mpi_print(GCRYMPI_FMT_USG, bytes + i * len, len, &got,
		    v[i]);
		part[i] = (struct slice){ (char *)bytes + i * len, got };
		gcry_mpi_release(v[i]);
	}
	st = private_open(CRYPT_RSA, part, out, e);
	secure_free(bytes);
	return st;
}

enum status
private_generate(enum crypt_type type, unsigned bits,
    struct private **out, struct err *e)
{
	struct slice part[PRIVATE_PARTS] = { { NULL, 0 } };
	size_t width = crypt_width(type);
	enum status st;
	uint8_t *bytes;

	secure_start();
	if (type == CRYPT_RSA)
		return rsa_generate(bits, out, e);
	bytes = secure_alloc(width);
	part[0] = (struct slice){ (char *)bytes, width };
	/* Uniform by rejection (FIPS 186-5 A.2.2). */
	do {
		secure_random(bytes, width);
		if (type == CRYPT_P521)
			bytes[0] &= 1;
	} while (type != CRYPT_ED25519 && !scalar_fits(type, part[0]));
	st = private_open(type, part, out, e);
	secure_free(bytes);
	return st;
}

/* RFC 8032 5.1.5: SHA-512 of the seed, in secure memory. */
static uint8_t *
ed_expand(struct slice seed)
{
	uint8_t *h = secure_alloc(CRYPT_HASH_MAX);
	gcry_md_hd_t md = NULL;

	if (gcry_md_open(&md, GCRY_MD_SHA512, GCRY_MD_FLAG_SECURE) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	gcry_md_write(md, seed.data, seed.len);
	memcpy(h, gcry_md_read(md, 0), CRYPT_HASH_MAX);
	gcry_md_close(md);
	return h;
}

/* The scalar in its first half. */
static gcry_mpi_t
ed_clamped(const uint8_t *h)
{
	uint8_t *s = secure_alloc(ED_WIDTH);
	gcry_mpi_t n;

	reverse(s, h, ED_WIDTH);
	s[ED_WIDTH - 1] &= 0xf8;
	s[0] = (uint8_t)((s[0] & 0x7f) | 0x40);
	n = secret((struct slice){ (char *)s, ED_WIDTH });
	secure_free(s);
	return n;
}

static gcry_mpi_t
ed_scalar(struct slice seed)
{
	uint8_t *h = ed_expand(seed);
	gcry_mpi_t n = ed_clamped(h);

	secure_free(h);
	return n;
}

enum status
private_public(const struct private *key, struct arena *a,
    struct crypt_public *out, struct err *e)
{
	size_t width = crypt_width(key->type);
	gcry_mpi_t d, x, y;
	gcry_mpi_point_t base, q;
	gcry_ctx_t ctx;
	uint8_t *bytes;
	bool good;

	if (key->type == CRYPT_RSA)
		return crypt_public_rsa(arena_slice(a, key->part[0]),
		    arena_slice(a, key->part[1]), out, e);
	ctx = curve(key->type);
	d = key->type == CRYPT_ED25519 ? ed_scalar(key->part[0]) :
	    secret(key->part[0]);
	base = gcry_mpi_ec_get_point("g", ctx, 1);
	q = gcry_mpi_point_new(0);
	gcry_mpi_ec_mul(q, d, base, ctx);
	gcry_mpi_release(d);
	gcry_mpi_point_release(base);
	bytes = arena_alloc(a, 1 + 2 * width);
	if (key->type == CRYPT_ED25519) {
		good = ed_encode(q, bytes);
		gcry_mpi_point_release(q);
		return good ? crypt_public_ed25519((struct slice){
		    (char *)bytes, width }, out, e) :
		    secure_fail(GPG_ERR_INTERNAL, e);
	}
	x = gcry_mpi_new(0);
	y = gcry_mpi_new(0);
	bytes[0] = 4;
	good = gcry_mpi_ec_get_affine(x, y, q, ctx) == 0 &&
	    number_put(x, bytes + 1, width) &&
	    number_put(y, bytes + 1 + width, width);
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	gcry_mpi_point_release(q);
	return good ? crypt_public_ec(key->type, (struct slice){
	    (char *)bytes, 1 + 2 * width }, out, e) :
	    secure_fail(GPG_ERR_INTERNAL, e);
}

void
private_close(struct private *key)
{
	secure_free(key);
}

/* --- signing ------------------------------------------------------------ */

/*
 * Elliptic-curve signatures are put together here: libgcrypt's expressions
 * hold no message above 64 KiB, and its RFC 6979 leaves the key behind in
 * freed memory.  Numbers made of secret ones are in secure memory; a
 * multiplication by a secret scalar there takes the same time for all.
 */

static struct slice
bytes_of(const void *data, size_t len)
{
	return (struct slice){ data, len };
}

/* HMAC (RFC 2104) of the pieces; out may be one of them. */
static void
hmac(enum crypt_hash hash, const uint8_t *key, const struct slice *piece,
    size_t pieces, uint8_t *out)
{
	gcry_md_hd_t h = NULL;

	if (gcry_md_open(&h, secure_hash(hash), GCRY_MD_FLAG_SECURE |
	    GCRY_MD_FLAG_HMAC) != 0 ||
	    gcry_md_setkey(h, key, crypt_hash_len(hash)) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	for (size_t i = 0; i < pieces; i++)
		gcry_md_write(h, piece[i].data, piece[i].len);
	memcpy(out, gcry_md_read(h, 0), crypt_hash_len(hash));
	gcry_md_close(h);
}

/* RFC 6979 3.2: the generator of nonces. */
struct nonces {
	enum crypt_hash hash;
	enum crypt_type type;
	uint8_t k[CRYPT_HASH_MAX];
	uint8_t v[CRYPT_HASH_MAX];
	uint8_t t[WIDTH_MAX + CRYPT_HASH_MAX];
};

static void
nonces_step(struct nonces *g, uint8_t tag, const struct slice *seed)
{
	size_t len = crypt_hash_len(g->hash);
	const struct slice piece[] = { bytes_of(g->v, len),
	    bytes_of(&tag, 1), seed != NULL ? seed[0] : bytes_of("", 0),
	    seed != NULL ? seed[1] : bytes_of("", 0) };

	hmac(g->hash, g->k, piece, 4, g->k);
	hmac(g->hash, g->k, piece, 1, g->v);
}

/* seed: the private key and the digest modulo the order, each as wide as the
 * order. */
static struct nonces *
nonces_open(enum crypt_type type, enum crypt_hash hash,
    const struct slice seed[2])
{
	struct nonces *g = secure_alloc(sizeof(*g));

	g->hash = hash;
	g->type = type;
	memset(g->v, 1, sizeof(g->v));
	nonces_step(g, 0, seed);
	nonces_step(g, 1, seed);
	return g;
}

/* The next number that may be a nonce: 0 < k < order is for the caller to
 * see to. */
static gcry_mpi_t
nonces_next(struct nonces *g)
{
	size_t len = crypt_hash_len(g->hash), width = crypt_width(g->type);
	const struct slice v = bytes_of(g->v, len);
	gcry_mpi_t k;

	for (size_t at = 0; at < width; at += len) {
		hmac(g->hash, g->k, &v, 1, g->v);
		memcpy(g->t + at, g->v, len);
	}
	k = secret(bytes_of(g->t, width));
	gcry_mpi_rshift(k, k, (unsigned)(8 * width) - curves[g->type].bits);
	nonces_step(g, 0, NULL);
	return k;
}

/*
 * FIPS 186-5 6.4.1: r is the x of k G, s = (e + r d) / k.  Inversion takes
 * its time, so it is given b k for a random b.  False if r or s is 0.
 */
static bool
ecdsa_parts(enum crypt_type type, gcry_mpi_t k, gcry_mpi_t d, gcry_mpi_t e,
    gcry_mpi_t order, gcry_mpi_t r, gcry_mpi_t s)
{
	gcry_ctx_t ctx = curve(type);
	gcry_mpi_point_t base = gcry_mpi_ec_get_point("g", ctx, 1);
	gcry_mpi_point_t p = gcry_mpi_point_new(0);
	uint8_t *random = secure_alloc(WIDTH_MAX);
	gcry_mpi_t b, t = gcry_mpi_snew(0);
	bool good;

	gcry_mpi_ec_mul(p, k, base, ctx);
	good = gcry_mpi_ec_get_affine(r, NULL, p, ctx) == 0;
	gcry_mpi_mod(r, r, order);
	secure_random(random, crypt_width(type));
	b = secret(bytes_of(random, crypt_width(type)));
	gcry_mpi_mod(b, b, order);
	if (gcry_mpi_cmp_ui(b, 0) == 0)
		gcry_mpi_set_ui(b, 1);
	gcry_mpi_mulm(t, b, k, order);
	good = gcry_mpi_invm(t, t, order) != 0 && good;
	gcry_mpi_mulm(s, r, d, order);
	gcry_mpi_mulm(s, s, b, order);
	gcry_mpi_mulm(b, b, e, order);
	gcry_mpi_addm(s, s, b, order);
	gcry_mpi_mulm(s, s, t, order);
	secure_free(random);
	gcry_mpi_release(b);
	gcry_mpi_release(t);
	gcry_mpi_point_release(base);
	gcry_mpi_point_release(p);
	return good && gcry_mpi_cmp_ui(r, 0) != 0 && gcry_mpi_cmp_ui(s, 0) != 0;
}

static bool
ecdsa_sign(const struct private *key, enum crypt_hash hash,
    const uint8_t *digest, uint8_t *out)
{
	size_t width = crypt_width(key->type);
	gcry_mpi_t order = order_of(key->type), d = secret(key->part[0]);
	gcry_mpi_t e = number(digest, crypt_ecdsa_used(key->type, hash));
	gcry_mpi_t r = gcry_mpi_new(0), s = gcry_mpi_snew(0), k = NULL;
	uint8_t h[WIDTH_MAX];
	struct nonces *g;
	bool good = false;

	gcry_mpi_mod(e, e, order);
	(void)number_put(e, h, width);
	g = nonces_open(key->type, hash, (const struct slice[]){
	    key->part[0], bytes_of(h, width) });
	while (!good) {
		gcry_mpi_release(k);
		k = nonces_next(g);
		good = gcry_mpi_cmp_ui(k, 0) > 0 &&
		    gcry_mpi_cmp(k, order) < 0 &&
		    ecdsa_parts(key->type, k, d, e, order, r, s);
	}
	good = number_put(r, out, width) && number_put(s, out + width, width);
	secure_free(g);
	gcry_mpi_release(order);
	gcry_mpi_release(d);
	gcry_mpi_release(e);
	gcry_mpi_release(r);
	gcry_mpi_release(s);
	gcry_mpi_release(k);
	return good;
}

/* SHA-512 of the pieces modulo Ed25519's order, as a secret. */
static gcry_mpi_t
ed_nonce(const struct slice *piece, size_t pieces)
{
	uint8_t *h = secure_alloc(CRYPT_HASH_MAX);
	gcry_mpi_t r, order = number(ed_order, sizeof(ed_order));
	gcry_md_hd_t md = NULL;

	if (gcry_md_open(&md, GCRY_MD_SHA512, GCRY_MD_FLAG_SECURE) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	for (size_t i = 0; i < pieces; i++)
		gcry_md_write(md, piece[i].data, piece[i].len);
	reverse(h, gcry_md_read(md, 0), CRYPT_HASH_MAX);
	gcry_md_close(md);
	r = secret(bytes_of(h, CRYPT_HASH_MAX));
	gcry_mpi_mod(r, r, order);
	gcry_mpi_release(order);
	secure_free(h);
	return r;
}

/* Writes n B. */
static bool
ed_base_times(gcry_mpi_t n, uint8_t out[ED_WIDTH])
{
	gcry_ctx_t ctx = curve(CRYPT_ED25519);
	gcry_mpi_point_t base = gcry_mpi_ec_get_point("g", ctx, 1);
	gcry_mpi_point_t p = gcry_mpi_point_new(0);
	bool good;

	gcry_mpi_ec_mul(p, n, base, ctx);
	good = ed_encode(p, out);
	gcry_mpi_point_release(base);
	gcry_mpi_point_release(p);
	return good;
}

/* RFC 8032 5.1.6; prehashed: message is its SHA-512. */
static bool
ed_sign(const struct private *key, bool prehashed,
    struct slice message, uint8_t out[2 * ED_WIDTH])
{
	uint8_t *h = ed_expand(key->part[0]), a[ED_WIDTH], s[ED_WIDTH];
	uint8_t digest[CRYPT_HASH_MAX], big[CRYPT_HASH_MAX];
	gcry_mpi_t scalar = ed_clamped(h), r, k, order;
	const struct slice piece[] = {
	    crypt_ed_domain(prehashed),
	    bytes_of(h + ED_WIDTH, ED_WIDTH), message };
	bool good;

	r = ed_nonce(piece, 3);
	good = ed_base_times(scalar, a) && ed_base_times(r, out);
	crypt_ed_challenge(prehashed, out, a, message, digest);
	reverse(big, digest, sizeof(big));
	k = number(big, sizeof(big));
	order = number(ed_order, sizeof(ed_order));
	gcry_mpi_mulm(scalar, scalar, k, order);
	gcry_mpi_addm(scalar, scalar, r, order);
	good = good && number_put(scalar, s, ED_WIDTH);
	reverse(out + ED_WIDTH, s, ED_WIDTH);
	secure_free(h);
	gcry_mpi_release(scalar);
	gcry_mpi_release(r);
	gcry_mpi_release(k);
	gcry_mpi_release(order);
	return good;
}

static bool
rsa_sign(const struct private *key, enum crypt_hash hash,
    const uint8_t *digest, uint8_t *out)
{
	gcry_mpi_t v[PRIVATE_PARTS], m, x = gcry_mpi_snew(0);
	gcry_mpi_t y = gcry_mpi_snew(0), b, c;
	size_t len = key->part[0].len;
	uint8_t *random = secure_alloc(len);
	bool good;

	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		v[i] = secret(key->part[i]);
	crypt_pkcs1(hash, digest, out, len);
	m = number(out, len);
	/* Blinded (RFC 8017 B is silent; Kocher 1996): c = m b^e. */
	secure_random(random, len);
	b = secret(bytes_of(random, len));
	gcry_mpi_mod(b, b, v[0]);
	c = gcry_mpi_snew(0);
	gcry_mpi_powm(c, b, v[1], v[0]);
	gcry_mpi_mulm(c, c, m, v[0]);
	/* RFC 8017 5.1.2, 2b */
	gcry_mpi_mod(x, c, v[3]);
	gcry_mpi_powm(x, x, v[5], v[3]);
	gcry_mpi_mod(y, c, v[4]);
	gcry_mpi_powm(y, y, v[6], v[4]);
	gcry_mpi_subm(x, x, y, v[3]);
	gcry_mpi_mulm(x, x, v[7], v[3]);
	gcry_mpi_mul(x, x, v[4]);
	gcry_mpi_add(x, x, y);
	good = gcry_mpi_invm(b, b, v[0]) != 0;
	gcry_mpi_mulm(x, x, b, v[0]);
	/* A fault above would give the key away (Boneh et al. 1997). */
	gcry_mpi_powm(y, x, v[1], v[0]);
	good = good && gcry_mpi_cmp(y, m) == 0 && number_put(x, out, len);
	for (size_t i = 0; i < PRIVATE_PARTS; i++)
		gcry_mpi_release(v[i]);
	gcry_mpi_release(m);
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	gcry_mpi_release(b);
	gcry_mpi_release(c);
	secure_free(random);
	return good;
}

enum status
private_sign_digest(const struct private *key, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct arena *a,
    struct slice *signature, struct err *e)
{
	size_t len = key->type == CRYPT_RSA ? key->part[0].len :
	    2 * crypt_width(key->type);
	uint8_t *out;
	bool good;

	if (!crypt_fits(key->type, scheme) || hash == CRYPT_SHA1 ||
	    scheme == CRYPT_PURE || scheme == CRYPT_PSS)
		return err_bad(e, "a signature scheme that does not fit the "
		    "key");
	out = arena_alloc(a, len);
	if (scheme == CRYPT_PREHASHED)
		good = ed_sign(key, true, bytes_of(digest, CRYPT_HASH_MAX),
		    out);
	else if (scheme == CRYPT_ECDSA)
		good = ecdsa_sign(key, hash, digest, out);
	else
		good = rsa_sign(key, hash, digest, out);
	*signature = bytes_of(out, len);
	return good ? ERR_OK : secure_fail(GPG_ERR_INTERNAL, e);
}

enum status
private_sign(const struct private *key, enum crypt_scheme scheme,
    enum crypt_hash hash, struct slice message, struct arena *a,
    struct slice *signature, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX], *out;

	if (scheme == CRYPT_PURE && key->type == CRYPT_ED25519) {
		out = arena_alloc(a, 2 * ED_WIDTH);
		*signature = bytes_of(out, 2 * ED_WIDTH);
		return ed_sign(key, false, message, out) ? ERR_OK :
		    secure_fail(GPG_ERR_INTERNAL, e);
	}
	if (scheme == CRYPT_PREHASHED)
		hash = CRYPT_SHA512;
	crypt_digest(hash, message, digest);
	return private_sign_digest(key, scheme, hash, digest, a, signature, e);
}
