/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is ours beside libgcrypt: SHA-1, SHA-384 and SHA-512 (and FIPS 180-4's
 * published vectors), RSA with a public key, and ECDSA and Ed25519 over
 * random messages and keys.
 */
#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "private.h"
#include "rsa.h"
#include "secure.h"
#include "tap.h"

enum {
	LENGTHS = 301,		/* 0 to 300: every place in a block, and the
				 * padding that takes a block of its own */
	SPLITS = 500,
	TEXT = 5000,
	MODULI = 60,
	KEYS = 12
};

static const struct hash {
	const char *name;
	enum crypt_hash hash;
	int oracle;
	const char *empty, *abc, *million;
} hashes[] = {
	{ "SHA-1", CRYPT_SHA1, GCRY_MD_SHA1,
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "a9993e364706816aba3e25717850c26c9cd0d89d",
	    "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
	{ "SHA-384", CRYPT_SHA384, GCRY_MD_SHA384,
	    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743"
	    "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
	    "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
	    "9d0e1809716474cb086e834e310a4a1ced149e9c00f24852"
	    "7972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985" },
	{ "SHA-512", CRYPT_SHA512, GCRY_MD_SHA512,
	    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
	    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"
	},
};

static uint8_t text[TEXT];
static uint32_t seed = 1;
static struct arena arena;

/* The same numbers on every machine (Marsaglia's xorshift). */
static uint32_t
number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static struct slice
bytes(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

static void
published(const struct hash *h, const char *name, struct slice message,
    const char *digits)
{
	uint8_t want[CRYPT_HASH_MAX], got[CRYPT_HASH_MAX];
	size_t len = crypt_hash_len(h->hash);

	crypt_digest(h->hash, message, got);
	ok(hex_read(want, len, slice_of(digits)) &&
	    memcmp(want, got, len) == 0, "%s: %s", h->name, name);
}

static void
hash_as_oracle(const struct hash *h)
{
	static char million[1000000];
	size_t len = crypt_hash_len(h->hash), equal = 0;
	uint8_t want[CRYPT_HASH_MAX], got[CRYPT_HASH_MAX];
	struct crypt_hasher *c = crypt_hasher_open(h->hash);

	memset(million, 'a', sizeof(million));
	published(h, "no bytes", SLICE(""), h->empty);
	published(h, "abc", SLICE("abc"), h->abc);
	published(h, "a million a", bytes(million, sizeof(million)),
	    h->million);
	for (size_t n = 0; n < LENGTHS; n++) {
		gcry_md_hash_buffer(h->oracle, want, text, n);
		crypt_digest(h->hash, bytes(text, n), got);
		equal += memcmp(want, got, len) == 0;
	}
	ok(equal == LENGTHS, "%s: 0 to 300 bytes", h->name);
	equal = 0;
	for (int i = 0; i < SPLITS; i++) {
		size_t n = number() % TEXT, at = 0;

		gcry_md_hash_buffer(h->oracle, want, text, n);
		while (at < n) {
			size_t take = number() % (n - at + 1) %
			    (number() % 400 + 1);

			crypt_hasher_add(c, text + at, take);
			at += take;
		}
		crypt_hasher_add(c, NULL, 0);
		crypt_hasher_take(c, got);
		equal += memcmp(want, got, len) == 0;
	}
	ok(equal == SPLITS, "%s: random pieces, one message after another",
	    h->name);
	crypt_hasher_close(c);
}

static gcry_mpi_t
scanned(const void *p, size_t n)
{
	gcry_mpi_t x = NULL;

	if (gcry_mpi_scan(&x, GCRYMPI_FMT_USG, p, n, NULL) != 0)
		abort();
	return x;
}

/* signature^e mod n as libgcrypt has it; false where it is not below n. */
static bool
rsa_oracle(struct slice n, struct slice e, struct slice s, uint8_t *out)
{
	gcry_mpi_t m = scanned(n.data, n.len), x = scanned(s.data, s.len);
	gcry_mpi_t y = scanned(e.data, e.len);
	bool below = gcry_mpi_cmp(x, m) < 0;
	size_t got;

	gcry_mpi_powm(x, x, y, m);
	if (gcry_mpi_print(GCRYMPI_FMT_USG, out, n.len, &got, x) != 0)
		abort();
	memmove(out + (n.len - got), out, got);
	memset(out, 0, n.len - got);
	gcry_mpi_release(m);
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	return below;
}

/* Odd numbers of 2041 to 8192 bits, any of their lengths, with the
 * exponents that keys have and the greatest that we take. */
static void
rsa_as_oracle(void)
{
	static const char *const exponents[] = { "\x03", "\x11",
	    "\x01\x00\x01", "\xff\xff\xff\xff", "\x80\x00\x00\x01" };
	static const size_t lengths[] = { 1, 1, 3, 4, 4 };
	uint8_t n[RSA_MAX], s[RSA_MAX], want[RSA_MAX], got[RSA_MAX];
	size_t equal = 0, above = 0;

	for (int i = 0; i < MODULI; i++) {
		size_t len = i < 8 ? 256 : i < 12 ? RSA_MAX :
		    256 + number() % (RSA_MAX - 255);
		struct slice e = bytes(exponents[i % 5], lengths[i % 5]);
		bool below;

		for (size_t k = 0; k < len; k++) {
			n[k] = i % 7 == 1 ? 0xff : (uint8_t)number();
			s[k] = i % 7 == 2 ? 0 : (uint8_t)number();
		}
		n[0] = (uint8_t)(1 << i % 8 | n[0] % (1 << i % 8));
		n[len - 1] |= 1;
		if (i % 7 != 2)
			s[0] = (uint8_t)(number() % (2U * n[0]));
		below = rsa_oracle(bytes(n, len), e, bytes(s, len), want);
		above += !below;
		equal += rsa_public(bytes(n, len), e, bytes(s, len), got) ==
		    below && (!below || memcmp(want, got, len) == 0);
	}
	ok(equal == MODULI && above > 5 && above < MODULI - 5,
	    "RSA: %d moduli, %zu numbers not below them", MODULI, above);
}

/* What libgcrypt's arithmetic signs, ours verifies; and nothing beside it. */
static void
signatures(enum crypt_type type, const char *name)
{
	size_t good = 0, refused = 0;

	for (int i = 0; i < KEYS; i++) {
		struct crypt_public public;
		struct private *k;
		struct slice m = bytes(text, number() % 200), s;
		enum crypt_scheme scheme = type == CRYPT_ED25519 ?
		    CRYPT_PURE : CRYPT_ECDSA;
		char *bad;

		if (private_generate(type, 0, &k, NULL) != ERR_OK ||
		    private_public(k, &arena, &public, NULL) != ERR_OK ||
		    private_sign(k, scheme, CRYPT_SHA256, m, &arena, &s,
		    NULL) != ERR_OK)
			abort();
		good += crypt_verify(&public, scheme, CRYPT_SHA256, m, s,
		    NULL) == ERR_OK;
		bad = arena_dup(&arena, s);
		bad[number() % s.len] ^= (char)(1 << number() % 8);
		refused += crypt_verify(&public, scheme, CRYPT_SHA256, m,
		    bytes(bad, s.len), NULL) == ERR_NO;
		private_close(k);
	}
	ok(good == KEYS && refused == KEYS, "%s: %d random keys", name, KEYS);
}

int
main(void)
{
	secure_free(secure_alloc(1));
	for (size_t i = 0; i < TEXT; i++)
		text[i] = (uint8_t)number();
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		hash_as_oracle(&hashes[i]);
	rsa_as_oracle();
	signatures(CRYPT_ED25519, "Ed25519");
	signatures(CRYPT_P256, "P-256");
	signatures(CRYPT_P384, "P-384");
	signatures(CRYPT_P521, "P-521");
	arena_free(&arena);
	return done();
}
