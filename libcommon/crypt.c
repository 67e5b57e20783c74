/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <gcrypt.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypt.h"
#include "curve.h"
#include "msg.h"
#include "sha256.h"

enum {
	WIDTH_MAX = 66,		/* bytes of a P-521 field element */
	ED_WIDTH = 32,
	SECURE_MIN = 64 * 1024,	/* what old systems let a process lock */
	SECURE_MAX = 256 * 1024	/* what making RSA keys takes */
};

struct crypt_hasher {
	struct sha256 sha256;	/* our own; the others are libgcrypt's */
	gcry_md_hd_t md;
	enum crypt_hash hash;
};

static const int hashes[] = {
	[CRYPT_SHA256] = GCRY_MD_SHA256,
	[CRYPT_SHA384] = GCRY_MD_SHA384,
	[CRYPT_SHA512] = GCRY_MD_SHA512,
	[CRYPT_SHA1] = GCRY_MD_SHA1,
};

/* libgcrypt wants to be asked for its version before anything else. */
static void
initialise(void)
{
	if (gcry_check_version("1.10.0") == NULL)
		msg_die(ERR_SYSTEM, NULL, "libgcrypt is older than 1.10.0");
	/* Secure memory waits for the first secret: most runs have none. */
	gcry_control(GCRYCTL_DISABLE_SECMEM_WARN, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

/* Whichever thread comes first; the others wait until it is done. */
static void
start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, initialise);
}

void
crypt_digest(enum crypt_hash h, struct slice bytes, uint8_t *out)
{
	if (h == CRYPT_SHA256) {
		sha256_bytes(bytes, out);
		return;
	}
	start();
	gcry_md_hash_buffer(hashes[h], out, bytes.data, bytes.len);
}

struct crypt_hasher *
crypt_hasher_open(enum crypt_hash h)
{
	struct crypt_hasher *c = mem_alloc(sizeof(*c));

	c->hash = h;
	c->md = NULL;
	sha256_init(&c->sha256);
	if (h == CRYPT_SHA256)
		return c;
	start();
	if (gcry_md_open(&c->md, hashes[h], 0) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return c;
}

void
crypt_hasher_add(struct crypt_hasher *c, const void *data, size_t n)
{
	if (c->hash == CRYPT_SHA256)
		sha256_add(&c->sha256, data, n);
	else
		gcry_md_write(c->md, data, n);
}

void
crypt_hasher_take(struct crypt_hasher *c, uint8_t *out)
{
	if (c->hash == CRYPT_SHA256) {
		sha256_finish(&c->sha256, out);
		return;
	}
	memcpy(out, gcry_md_read(c->md, 0), crypt_hash_len(c->hash));
	gcry_md_reset(c->md);
}

void
crypt_hasher_close(struct crypt_hasher *c)
{
	if (c == NULL)
		return;
	gcry_md_close(c->md);
	mem_free(c);
}

/* --- shared pieces ------------------------------------------------------ */

/* libgcrypt fails here only for want of memory, or where what we gave it was
 * checked before: neither is the input's fault. */
static enum status
fail(struct err *e, gcry_error_t code)
{
	errno = gcry_err_code_to_errno(gcry_err_code(code));
	if (errno != 0)
		return err_system(e, "libgcrypt");
	err_bad(e, "libgcrypt: %s", gcry_strerror(code));
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}

static gcry_mpi_t
number(const void *data, size_t len)
{
	gcry_mpi_t n = NULL;

	if (gcry_mpi_scan(&n, GCRYMPI_FMT_USG, data, len, NULL) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return n;
}

static gcry_mpi_t
number_of(struct slice s)
{
	return number(s.data, s.len);
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

static const struct curve {
	const char *name;
	size_t width;
	unsigned bits;
} curves[] = {
	[CRYPT_ED25519] = { "Ed25519", ED_WIDTH, 256 },
	[CRYPT_P256] = { "NIST P-256", 32, 256 },
	[CRYPT_P384] = { "NIST P-384", 48, 384 },
	[CRYPT_P521] = { "NIST P-521", 66, 521 },
};

size_t
crypt_width(enum crypt_type type)
{
	return type == CRYPT_RSA ? 0 : curves[type].width;
}

/* One context a curve and process: making one costs more than the start of
 * everything else. */
static gcry_ctx_t
curve(enum crypt_type type)
{
	static gcry_ctx_t ctx[CRYPT_P521 + 1];

	start();
	if (ctx[type] == NULL &&
	    gcry_mpi_ec_new(&ctx[type], NULL, curves[type].name) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return ctx[type];
}

/* --- public keys -------------------------------------------------------- */

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

/* curve.h numbers them as we do, so that RSA comes behind. */
static enum curve_id
curve_of(enum crypt_type type)
{
	return (enum curve_id)type;
}

enum status
crypt_public_ed25519(struct slice key, struct crypt_public *out,
    struct err *e)
{
	if (key.len != ED_WIDTH)
		return err_bad(e, "an Ed25519 key of %zu bytes, expected 32",
		    key.len);
	if (!curve_ed_has_point((const uint8_t *)key.data))
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
	const struct curve *c = &curves[type];

	if (point.len != 1 + 2 * c->width || point.data[0] != 4)
		return err_bad(e, "a key that is no uncompressed point of %s",
		    c->name);
	point = slice_cut(point, 1, point.len);
	if (!curve_has_point(curve_of(type), (const uint8_t *)point.data))
		return err_bad(e, "a key that is no point of %s", c->name);
	*out = (struct crypt_public){ .type = type, .bits = c->bits,
	    .point = point };
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

/* dom2(1, "") of RFC 8032 2; its NUL is the context's length. */
static const char ed_domain[] = "SigEd25519 no Ed25519 collisions\1";

/* SHA-512(dom R A M) of RFC 8032 5.1.7 */
static void
ed_challenge(bool prehashed, const uint8_t *r, const uint8_t *a,
    struct slice message, uint8_t out[CRYPT_HASH_MAX])
{
	struct crypt_hasher *h = crypt_hasher_open(CRYPT_SHA512);

	if (prehashed)
		crypt_hasher_add(h, ed_domain, sizeof(ed_domain));
	crypt_hasher_add(h, r, ED_WIDTH);
	crypt_hasher_add(h, a, ED_WIDTH);
	crypt_hasher_add(h, message.data, message.len);
	crypt_hasher_take(h, out);
	crypt_hasher_close(h);
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
	ed_challenge(prehashed, sig, a, message, k);
	return curve_eddsa(a, sig, k) ? ERR_OK : refused(e);
}

/* ECDSA takes the leftmost bits of a digest that is longer than the order
 * (FIPS 186-5 6.4.2); for our curves these are whole bytes. */
static size_t
digest_used(enum crypt_type type, enum crypt_hash hash)
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
	return curve_ecdsa(curve_of(key->type), (const uint8_t *)
	    key->point.data, digest, digest_used(key->type, hash), sig,
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

/* The one encoded message there is (RFC 8017 9.2), to be compared whole. */
static void
pkcs1_encode(enum crypt_hash hash, const uint8_t *digest, uint8_t *em,
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
	struct crypt_hasher *h;
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
	h = crypt_hasher_open(hash);
	crypt_hasher_add(h, zeros, sizeof(zeros));
	crypt_hasher_add(h, digest, hlen);
	crypt_hasher_add(h, em + at, db - at);
	crypt_hasher_take(h, got);
	crypt_hasher_close(h);
	return memcmp(got, em + db, hlen) == 0;
}

static enum status
rsa_verify(const struct crypt_public *key, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct slice signature,
    struct err *e)
{
	uint8_t em[CRYPT_SIGNATURE_MAX], want[CRYPT_SIGNATURE_MAX];
	gcry_mpi_t n, x, s;
	bool good;

	if (signature.len != key->n.len)
		return err_no(e, "an RSA signature of %zu bytes, expected "
		    "%zu", signature.len, key->n.len);
	start();
	n = number_of(key->n);
	x = number_of(key->e);
	s = number_of(signature);
	good = gcry_mpi_cmp(s, n) < 0;
	if (good) {
		gcry_mpi_powm(s, s, x, n);
		good = number_put(s, em, signature.len);
	}
	gcry_mpi_release(n);
	gcry_mpi_release(x);
	gcry_mpi_release(s);
	if (!good)
		return refused(e);
	if (scheme == CRYPT_PSS)
		return pss_fits(hash, digest, em, signature.len, key->bits) ?
		    ERR_OK : refused(e);
	pkcs1_encode(hash, digest, want, signature.len);
	return memcmp(em, want, signature.len) == 0 ? ERR_OK : refused(e);
}

static bool
scheme_fits(enum crypt_type type, enum crypt_scheme scheme)
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
	if (!scheme_fits(key->type, scheme) || scheme == CRYPT_PURE ||
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

/* --- secrets ------------------------------------------------------------ */

static void
secure_start(void)
{
	static bool started;
	struct rlimit core, lockable;
	uintptr_t page;
	size_t pool;
	void *first;

	if (started)
		return;
	started = true;
	start();
	/* Best effort, each of them: a system that refuses one still has
	 * the others.  A limit of 1, unlike 0, also keeps a core from a
	 * program that core_pattern names (core(5)).  PR_SET_DUMPABLE would
	 * do as well, but takes /dev/stdin and /dev/fd away. */
	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max > 0) {
		core.rlim_cur = 1;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	/* A pool above the limit would not be locked at all. */
	pool = SECURE_MAX;
	if (getrlimit(RLIMIT_MEMLOCK, &lockable) == 0 &&
	    lockable.rlim_cur < SECURE_MAX)
		pool = lockable.rlim_cur < SECURE_MIN ? SECURE_MIN :
		    (size_t)lockable.rlim_cur;
	gcry_control(GCRYCTL_INIT_SECMEM, (unsigned)pool, 0);
	gcry_control(GCRYCTL_AUTO_EXPAND_SECMEM, SECURE_MIN, 0);
	first = gcry_malloc_secure(1);
	page = (uintptr_t)first & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	(void)madvise((void *)page, pool, MADV_DONTDUMP);
	gcry_free(first);
}

void *
crypt_secure_alloc(size_t size)
{
	void *p;

	secure_start();
	p = gcry_calloc_secure(1, size > 0 ? size : 1);
	if (p == NULL)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	return p;
}

void
crypt_secure_free(void *p)
{
	gcry_free(p);	/* wipes what is secure */
}

void
crypt_wipe(void *p, size_t size)
{
	explicit_bzero(p, size);
}

void
crypt_random(void *out, size_t size)
{
	char *to = out;

	while (size > 0) {
		ssize_t n = getrandom(to, size, 0);

		if (n < 0 && errno != EINTR)
			msg_die(ERR_SYSTEM, NULL, "getrandom: %s",
			    strerror(errno));
		if (n > 0) {
			to += n;
			size -= (size_t)n;
		}
	}
}

/* Number of parts of a key of this type. */
static size_t
part_count(enum crypt_type type)
{
	return type == CRYPT_RSA ? CRYPT_PARTS : 1;
}

static struct crypt_private *
private_copy(enum crypt_type type, const struct slice *part)
{
	size_t size = sizeof(struct crypt_private), count = part_count(type);
	struct crypt_private *k;
	char *at;

	for (size_t i = 0; i < count; i++)
		size += part[i].len;
	k = crypt_secure_alloc(size);
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
rsa_fits(const struct slice part[CRYPT_PARTS])
{
	gcry_mpi_t v[CRYPT_PARTS], t = gcry_mpi_snew(0), u = gcry_mpi_snew(0);
	bool fits = true;

	for (size_t i = 0; i < CRYPT_PARTS; i++)
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
	for (size_t i = 0; i < CRYPT_PARTS; i++)
		gcry_mpi_release(v[i]);
	gcry_mpi_release(t);
	gcry_mpi_release(u);
	return fits;
}

enum status
crypt_private_open(enum crypt_type type, const struct slice part[CRYPT_PARTS],
    struct crypt_private **out, struct err *e)
{
	struct crypt_public public;
	enum status st;

	secure_start();
	if (type == CRYPT_RSA) {
		st = crypt_public_rsa(part[0], part[1], &public, e);
		if (st != ERR_OK)
			return st;
		for (size_t i = 2; i < CRYPT_PARTS; i++)
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

static enum status
rsa_generate(unsigned bits, struct crypt_private **out, struct err *e)
{
	size_t len = bits / 8, got;
	uint8_t *bytes = crypt_secure_alloc(CRYPT_PARTS * len);
	gcry_sexp_t parameters = NULL, pair = NULL, key = NULL;
	gcry_mpi_t v[CRYPT_PARTS] = { NULL }, t;
	struct slice part[CRYPT_PARTS];
	gcry_error_t code;
	enum status st;

	code = gcry_sexp_build(&parameters, NULL,
	    "(genkey(rsa(nbits %d)(rsa-use-e 5:65537)))", (int)bits);
	if (code == 0)
		code = gcry_pk_genkey(&pair, parameters);
	/* libgcrypt has u = 1/p mod q: its p is the standard's q. */
	if (code == 0)
		code = gcry_sexp_extract_param(key = gcry_sexp_find_token(pair,
		    "private-key", 0), NULL, "nedpqu", &v[0], &v[1], &v[2],
		    &v[4], &v[3], &v[7], NULL);
	gcry_sexp_release(parameters);
	gcry_sexp_release(pair);
	gcry_sexp_release(key);
	if (code != 0) {
		crypt_secure_free(bytes);
		return fail(e, code);
	}
	t = gcry_mpi_snew(0);
	for (size_t i = 0; i < 2; i++) {
		v[5 + i] = gcry_mpi_snew(0);
		gcry_mpi_sub_ui(t, v[3 + i], 1);
		gcry_mpi_mod(v[5 + i], v[2], t);
	}
	gcry_mpi_release(t);
	for (size_t i = 0; i < CRYPT_PARTS; i++) {
		gcry_mpi_print(GCRYMPI_FMT_USG, bytes + i * len, len, &got,
		    v[i]);
		part[i] = (struct slice){ (char *)bytes + i * len, got };
		gcry_mpi_release(v[i]);
	}
	st = crypt_private_open(CRYPT_RSA, part, out, e);
	crypt_secure_free(bytes);
	return st;
}

enum status
crypt_private_generate(enum crypt_type type, unsigned bits,
    struct crypt_private **out, struct err *e)
{
	struct slice part[CRYPT_PARTS] = { { NULL, 0 } };
	size_t width = crypt_width(type);
	enum status st;
	uint8_t *bytes;

	secure_start();
	if (type == CRYPT_RSA)
		return rsa_generate(bits, out, e);
	bytes = crypt_secure_alloc(width);
	part[0] = (struct slice){ (char *)bytes, width };
	/* Uniform by rejection (FIPS 186-5 A.2.2). */
	do {
		crypt_random(bytes, width);
		if (type == CRYPT_P521)
			bytes[0] &= 1;
	} while (type != CRYPT_ED25519 && !scalar_fits(type, part[0]));
	st = crypt_private_open(type, part, out, e);
	crypt_secure_free(bytes);
	return st;
}

/* RFC 8032 5.1.5: SHA-512 of the seed, in secure memory. */
static uint8_t *
ed_expand(struct slice seed)
{
	uint8_t *h = crypt_secure_alloc(CRYPT_HASH_MAX);
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
	uint8_t *s = crypt_secure_alloc(ED_WIDTH);
	gcry_mpi_t n;

	reverse(s, h, ED_WIDTH);
	s[ED_WIDTH - 1] &= 0xf8;
	s[0] = (uint8_t)((s[0] & 0x7f) | 0x40);
	n = secret((struct slice){ (char *)s, ED_WIDTH });
	crypt_secure_free(s);
	return n;
}

static gcry_mpi_t
ed_scalar(struct slice seed)
{
	uint8_t *h = ed_expand(seed);
	gcry_mpi_t n = ed_clamped(h);

	crypt_secure_free(h);
	return n;
}

enum status
crypt_private_public(const struct crypt_private *key, struct arena *a,
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
		    fail(e, gcry_error(GPG_ERR_INTERNAL));
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
	    fail(e, gcry_error(GPG_ERR_INTERNAL));
}

void
crypt_private_close(struct crypt_private *key)
{
	crypt_secure_free(key);
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

	if (gcry_md_open(&h, hashes[hash], GCRY_MD_FLAG_SECURE |
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
	struct nonces *g = crypt_secure_alloc(sizeof(*g));

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
	uint8_t *random = crypt_secure_alloc(WIDTH_MAX);
	gcry_mpi_t b, t = gcry_mpi_snew(0);
	bool good;

	gcry_mpi_ec_mul(p, k, base, ctx);
	good = gcry_mpi_ec_get_affine(r, NULL, p, ctx) == 0;
	gcry_mpi_mod(r, r, order);
	crypt_random(random, crypt_width(type));
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
	crypt_secure_free(random);
	gcry_mpi_release(b);
	gcry_mpi_release(t);
	gcry_mpi_point_release(base);
	gcry_mpi_point_release(p);
	return good && gcry_mpi_cmp_ui(r, 0) != 0 && gcry_mpi_cmp_ui(s, 0) != 0;
}

static bool
ecdsa_sign(const struct crypt_private *key, enum crypt_hash hash,
    const uint8_t *digest, uint8_t *out)
{
	size_t width = crypt_width(key->type);
	gcry_mpi_t order = order_of(key->type), d = secret(key->part[0]);
	gcry_mpi_t e = number(digest, digest_used(key->type, hash));
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
	crypt_secure_free(g);
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
	uint8_t *h = crypt_secure_alloc(CRYPT_HASH_MAX);
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
	crypt_secure_free(h);
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
ed_sign(const struct crypt_private *key, bool prehashed,
    struct slice message, uint8_t out[2 * ED_WIDTH])
{
	uint8_t *h = ed_expand(key->part[0]), a[ED_WIDTH], s[ED_WIDTH];
	uint8_t digest[CRYPT_HASH_MAX], big[CRYPT_HASH_MAX];
	gcry_mpi_t scalar = ed_clamped(h), r, k, order;
	const struct slice piece[] = {
	    bytes_of(ed_domain, prehashed ? sizeof(ed_domain) : 0),
	    bytes_of(h + ED_WIDTH, ED_WIDTH), message };
	bool good;

	r = ed_nonce(piece, 3);
	good = ed_base_times(scalar, a) && ed_base_times(r, out);
	ed_challenge(prehashed, out, a, message, digest);
	reverse(big, digest, sizeof(big));
	k = number(big, sizeof(big));
	order = number(ed_order, sizeof(ed_order));
	gcry_mpi_mulm(scalar, scalar, k, order);
	gcry_mpi_addm(scalar, scalar, r, order);
	good = good && number_put(scalar, s, ED_WIDTH);
	reverse(out + ED_WIDTH, s, ED_WIDTH);
	crypt_secure_free(h);
	gcry_mpi_release(scalar);
	gcry_mpi_release(r);
	gcry_mpi_release(k);
	gcry_mpi_release(order);
	return good;
}

static bool
rsa_sign(const struct crypt_private *key, enum crypt_hash hash,
    const uint8_t *digest, uint8_t *out)
{
	gcry_mpi_t v[CRYPT_PARTS], m, x = gcry_mpi_snew(0);
	gcry_mpi_t y = gcry_mpi_snew(0), b, c;
	size_t len = key->part[0].len;
	uint8_t *random = crypt_secure_alloc(len);
	bool good;

	for (size_t i = 0; i < CRYPT_PARTS; i++)
		v[i] = secret(key->part[i]);
	pkcs1_encode(hash, digest, out, len);
	m = number(out, len);
	/* Blinded (RFC 8017 B is silent; Kocher 1996): c = m b^e. */
	crypt_random(random, len);
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
	for (size_t i = 0; i < CRYPT_PARTS; i++)
		gcry_mpi_release(v[i]);
	gcry_mpi_release(m);
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	gcry_mpi_release(b);
	gcry_mpi_release(c);
	crypt_secure_free(random);
	return good;
}

enum status
crypt_sign_digest(const struct crypt_private *key, enum crypt_scheme scheme,
    enum crypt_hash hash, const uint8_t *digest, struct arena *a,
    struct slice *signature, struct err *e)
{
	size_t len = key->type == CRYPT_RSA ? key->part[0].len :
	    2 * crypt_width(key->type);
	uint8_t *out;
	bool good;

	if (!scheme_fits(key->type, scheme) || hash == CRYPT_SHA1 ||
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
	return good ? ERR_OK : fail(e, gcry_error(GPG_ERR_INTERNAL));
}

enum status
crypt_sign(const struct crypt_private *key, enum crypt_scheme scheme,
    enum crypt_hash hash, struct slice message, struct arena *a,
    struct slice *signature, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX], *out;

	if (scheme == CRYPT_PURE && key->type == CRYPT_ED25519) {
		out = arena_alloc(a, 2 * ED_WIDTH);
		*signature = bytes_of(out, 2 * ED_WIDTH);
		return ed_sign(key, false, message, out) ? ERR_OK :
		    fail(e, gcry_error(GPG_ERR_INTERNAL));
	}
	if (scheme == CRYPT_PREHASHED)
		hash = CRYPT_SHA512;
	crypt_digest(hash, message, digest);
	return crypt_sign_digest(key, scheme, hash, digest, a, signature, e);
}

/* --- passwords ---------------------------------------------------------- */

static enum status
derive(int algo, int subalgo, struct slice passphrase, struct slice salt,
    unsigned long iterations, uint8_t *out, size_t size, struct err *e)
{
	gcry_error_t code;

	secure_start();
	/* An empty passphrase is one, too; libgcrypt wants a pointer. */
	code = gcry_kdf_derive(passphrase.data != NULL ? passphrase.data : "",
	    passphrase.len, algo, subalgo, salt.data != NULL ? salt.data : "",
	    salt.len, iterations, size, out);
	return code == 0 ? ERR_OK : fail(e, code);
}

enum status
crypt_pbkdf2(enum crypt_hash hash, struct slice passphrase, struct slice salt,
    uint64_t iterations, uint8_t *out, size_t size, struct err *e)
{
	if (iterations == 0 || iterations > LONG_MAX)
		return err_bad(e, "PBKDF2 with %llu iterations",
		    (unsigned long long)iterations);
	return derive(GCRY_KDF_PBKDF2, hashes[hash], passphrase, salt,
	    (unsigned long)iterations, out, size, e);
}

enum status
crypt_scrypt(struct slice passphrase, struct slice salt, uint64_t n,
    uint64_t p, uint8_t *out, size_t size, struct err *e)
{
	if (n < 2 || n > INT_MAX || (n & (n - 1)) != 0 || p == 0 ||
	    p > LONG_MAX)
		return err_bad(e, "scrypt with N not a power of two or p of "
		    "nothing");
	return derive(GCRY_KDF_SCRYPT, (int)n, passphrase, salt,
	    (unsigned long)p, out, size, e);
}

enum status
crypt_aes_cbc(bool encrypt, struct slice key, const uint8_t *iv,
    uint8_t *data, size_t size, struct err *e)
{
	int algo = key.len == 16 ? GCRY_CIPHER_AES128 :
	    key.len == 24 ? GCRY_CIPHER_AES192 : GCRY_CIPHER_AES256;
	gcry_cipher_hd_t h = NULL;
	gcry_error_t code;

	secure_start();
	code = gcry_cipher_open(&h, algo, GCRY_CIPHER_MODE_CBC,
	    GCRY_CIPHER_SECURE);
	if (code == 0)
		code = gcry_cipher_setkey(h, key.data, key.len);
	if (code == 0)
		code = gcry_cipher_setiv(h, iv, 16);
	if (code == 0)
		code = encrypt ? gcry_cipher_encrypt(h, data, size, NULL, 0) :
		    gcry_cipher_decrypt(h, data, size, NULL, 0);
	gcry_cipher_close(h);
	return code == 0 ? ERR_OK : fail(e, code);
}

static uint32_t
rotated(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
little(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
quarter(uint32_t x[16], int a, int b, int c, int d)
{
	x[b] ^= rotated(x[a] + x[d], 7);
	x[c] ^= rotated(x[b] + x[a], 9);
	x[d] ^= rotated(x[c] + x[b], 13);
	x[a] ^= rotated(x[d] + x[c], 18);
}

/* HSalsa20: Salsa20's rounds without the last addition, of the nonce's first
 * 16 bytes; the result is the key of the Salsa20 that follows. */
static void
hsalsa20(const uint8_t key[CRYPT_BOX_KEY], const uint8_t nonce[16],
    uint8_t out[CRYPT_BOX_KEY])
{
	static const uint8_t sigma[] = "expand 32-byte k";
	static const int taken[8] = { 0, 5, 10, 15, 6, 7, 8, 9 };
	uint32_t *x = crypt_secure_alloc(16 * sizeof(*x));

	for (int i = 0; i < 4; i++) {
		x[5 * i] = little(sigma + 4 * i);
		x[1 + i] = little(key + 4 * i);
		x[11 + i] = little(key + 16 + 4 * i);
		x[6 + i] = little(nonce + 4 * i);
	}
	for (int i = 0; i < 10; i++) {
		quarter(x, 0, 4, 8, 12);
		quarter(x, 5, 9, 13, 1);
		quarter(x, 10, 14, 2, 6);
		quarter(x, 15, 3, 7, 11);
		quarter(x, 0, 1, 2, 3);
		quarter(x, 5, 6, 7, 4);
		quarter(x, 10, 11, 8, 9);
		quarter(x, 15, 12, 13, 14);
	}
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 4; j++)
			out[4 * i + j] = (uint8_t)(x[taken[i]] >> 8 * j);
	crypt_secure_free(x);
}

/* Writes Poly1305 of the text under the one-time key. */
static gcry_error_t
poly1305(const uint8_t *key, const uint8_t *text, size_t size,
    uint8_t tag[CRYPT_BOX_TAG])
{
	gcry_mac_hd_t mac = NULL;
	size_t len = CRYPT_BOX_TAG;
	gcry_error_t code;

	code = gcry_mac_open(&mac, GCRY_MAC_POLY1305, GCRY_MAC_FLAG_SECURE,
	    NULL);
	if (code == 0)
		code = gcry_mac_setkey(mac, key, CRYPT_BOX_KEY);
	if (code == 0)
		code = gcry_mac_write(mac, text, size);
	if (code == 0)
		code = gcry_mac_read(mac, tag, &len);
	gcry_mac_close(mac);
	return code;
}

enum status
crypt_box(bool seal, const uint8_t *key, const uint8_t *nonce, uint8_t *box,
    size_t size, struct err *e)
{
	uint8_t *text = box + CRYPT_BOX_TAG, tag[CRYPT_BOX_TAG], differ = 0;
	size_t len = size - CRYPT_BOX_TAG;
	uint8_t *keys;
	gcry_cipher_hd_t h = NULL;
	gcry_error_t code;

	if (size < CRYPT_BOX_TAG)
		return err_bad(e, "a box of %zu bytes, expected %d or more",
		    size, CRYPT_BOX_TAG);
	keys = crypt_secure_alloc(2 * CRYPT_BOX_KEY);
	hsalsa20(key, nonce, keys);
	code = gcry_cipher_open(&h, GCRY_CIPHER_SALSA20,
	    GCRY_CIPHER_MODE_STREAM, GCRY_CIPHER_SECURE);
	if (code == 0)
		code = gcry_cipher_setkey(h, keys, CRYPT_BOX_KEY);
	if (code == 0)
		code = gcry_cipher_setiv(h, nonce + 16, 8);
	/* The key stream's first 32 bytes are Poly1305's key. */
	if (code == 0)
		code = gcry_cipher_encrypt(h, keys + CRYPT_BOX_KEY,
		    CRYPT_BOX_KEY, NULL, 0);
	if (code == 0 && seal)
		code = gcry_cipher_encrypt(h, text, len, NULL, 0);
	if (code == 0)
		code = poly1305(keys + CRYPT_BOX_KEY, text, len, tag);
	if (code == 0 && seal)
		memcpy(box, tag, CRYPT_BOX_TAG);
	for (size_t i = 0; i < CRYPT_BOX_TAG; i++)
		differ |= (uint8_t)(box[i] ^ tag[i]);
	if (code == 0 && !seal && differ == 0)
		code = gcry_cipher_decrypt(h, text, len, NULL, 0);
	gcry_cipher_close(h);
	crypt_secure_free(keys);
	if (code != 0)
		return fail(e, code);
	return differ == 0 ? ERR_OK : err_no(e, "the box was made with "
	    "another key or was changed");
}
