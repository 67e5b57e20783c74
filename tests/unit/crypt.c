/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published vectors: RFC 8032 (Ed25519, Ed25519ph), RFC 6979 (ECDSA), RFC
 * 7914 (scrypt), RFC 6070 (PBKDF2), NaCl's secretbox; and that what
 * is not a good key is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "cipher.h"
#include "crypt.h"
#include "hex.h"
#include "private.h"
#include "secure.h"
#include "tap.h"

static struct arena arena;

static struct slice
unhex(const char *digits)
{
	size_t n = strlen(digits) / 2;
	uint8_t *out = arena_alloc(&arena, n + 1);

	if (!hex_read(out, n, slice_of(digits)))
		abort();
	return (struct slice){ (char *)out, n };
}

static struct private *
private_key(enum crypt_type type, const char *digits)
{
	struct slice part[PRIVATE_PARTS] = { unhex(digits) };
	struct private *k = NULL;
	struct err e;

	if (private_open(type, part, &k, &e) != ERR_OK)
		abort();
	return k;
}

static void
known_answer(const char *name, enum crypt_type type, enum crypt_scheme scheme,
    enum crypt_hash hash, const char *secret, struct slice message,
    const char *signature)
{
	struct private *k = private_key(type, secret);
	struct slice want = unhex(signature), got;
	struct crypt_public public;
	uint8_t digest[CRYPT_HASH_MAX];
	char bad[CRYPT_SIGNATURE_MAX];
	size_t refused = 0;
	struct err e;

	ok(private_sign(k, scheme, hash, message, &arena, &got, &e) == ERR_OK &&
	    slice_eq(got, want), "%s: the published signature", name);
	ok(private_public(k, &arena, &public, &e) == ERR_OK &&
	    crypt_verify(&public, scheme, hash, message, want, &e) == ERR_OK,
	    "%s: verifies", name);
	crypt_digest(hash, message, digest);
	if (scheme != CRYPT_PURE)
		ok(crypt_verify_digest(&public, scheme, hash, digest, want,
		    &e) == ERR_OK, "%s: verifies by digest", name);
	for (size_t i = 0; i < want.len * 8; i++) {
		memcpy(bad, want.data, want.len);
		bad[i / 8] = (char)(bad[i / 8] ^ 1 << i % 8);
		refused += crypt_verify(&public, scheme, hash, message,
		    (struct slice){ bad, want.len }, &e) == ERR_NO;
		if (type != CRYPT_ED25519)
			i += 16;	/* P-521 takes its time */
	}
	ok(refused == (type == CRYPT_ED25519 ? want.len * 8 :
	    (want.len * 8 + 16) / 17), "%s: no other bit pattern does", name);
	private_close(k);
}

static void
signatures(void)
{
	known_answer("RFC 8032 7.1 test 1", CRYPT_ED25519, CRYPT_PURE,
	    CRYPT_SHA512, "9d61b19deffd5a60ba844af492ec2cc4"
	    "4449c5697b326919703bac031cae7f60", SLICE(""),
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	known_answer("RFC 8032 7.1 test 3", CRYPT_ED25519, CRYPT_PURE,
	    CRYPT_SHA512, "c5aa8df43f9f837bedb7442f31dcb7b1"
	    "66d38535076f094b85ce3a2e0b4458f7", SLICE("\xaf\x82"),
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
	known_answer("RFC 8032 7.3", CRYPT_ED25519, CRYPT_PREHASHED,
	    CRYPT_SHA512, "833fe62409237b9d62ec77587520911e"
	    "9a759cec1d19755b7da901b96dca3d42", SLICE("abc"),
	    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
	    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
	known_answer("RFC 6979 A.2.5", CRYPT_P256, CRYPT_ECDSA, CRYPT_SHA256,
	    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
	    SLICE("sample"),
	    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
	known_answer("RFC 6979 A.2.6", CRYPT_P384, CRYPT_ECDSA, CRYPT_SHA384,
	    "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
	    "96d5724e4c70a825f872c9ea60d2edf5", SLICE("sample"),
	    "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
	    "81a648152e44acf96e36dd1e80fabe46"
	    "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
	    "a329c145786e679e7b82c71a38628ac8");
	known_answer("RFC 6979 A.2.7", CRYPT_P521, CRYPT_ECDSA, CRYPT_SHA512,
	    "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75"
	    "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b8"
	    "3538", SLICE("sample"),
	    "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f"
	    "174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e3"
	    "77fa"
	    "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af"
	    "282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4"
	    "a67a");
	/* A digest longer than the order, and one shorter. */
	known_answer("RFC 6979 A.2.5 with SHA-512", CRYPT_P256, CRYPT_ECDSA,
	    CRYPT_SHA512,
	    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
	    SLICE("sample"),
	    "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00"
	    "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe");
	known_answer("RFC 6979 A.2.6 with SHA-256", CRYPT_P384, CRYPT_ECDSA,
	    CRYPT_SHA256,
	    "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
	    "96d5724e4c70a825f872c9ea60d2edf5", SLICE("sample"),
	    "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33"
	    "bde1e888e63355d92fa2b3c36d8fb2cd"
	    "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb"
	    "efdc63eccd1ac42ec0cb8668a4fa0ab0");
}

/* Ed25519 keys that are no keys: RFC 8032 5.1.3, and small order. */
static void
bad_keys(void)
{
	static const char *const ed[] = {
		/* the points of order 1, 2, 4, 8 */
		"01000000000000000000000000000000"
		    "00000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f",
		"00000000000000000000000000000000"
		    "00000000000000000000000000000000",
		"00000000000000000000000000000000"
		    "00000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0"
		    "d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0"
		    "d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f"
		    "2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f"
		    "2a2053fa2c39ccc64ec7fd7792ac03fa",
		/* y not below p: p, p + 1, 2^255 - 1 */
		"edffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f",
		"ffffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffffff",
		/* x = 0 with its sign set */
		"01000000000000000000000000000000"
		    "00000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffffff",
		/* no x */
		"02000000000000000000000000000000"
		    "00000000000000000000000000000000",
	};
	struct crypt_public p;
	struct err e;

	for (size_t i = 0; i < sizeof(ed) / sizeof(ed[0]); i++)
		ok(crypt_public_ed25519(unhex(ed[i]), &p, &e) == ERR_INPUT,
		    "Ed25519: %.8s...%s is no key", ed[i], ed[i] + 60);
	ok(crypt_public_ec(CRYPT_P256, unhex("04"
	    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"),
	    &p, &e) == ERR_OK, "P-256: RFC 6979's key");
	ok(crypt_public_ec(CRYPT_P256, unhex("04"
	    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462298"),
	    &p, &e) == ERR_INPUT, "P-256: a point beside the curve");
	ok(crypt_public_ec(CRYPT_P256, unhex("03"
	    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
	    &p, &e) == ERR_INPUT, "P-256: a compressed point");
	ok(crypt_public_ec(CRYPT_P256, unhex("00"), &p, &e) == ERR_INPUT,
	    "P-256: the point at infinity");
	ok(crypt_public_ec(CRYPT_P256, unhex("04"
	    "0000000000000000000000000000000000000000000000000000000000000000"
	    "0000000000000000000000000000000000000000000000000000000000000000"),
	    &p, &e) == ERR_INPUT, "P-256: zero");
}

/*
 * On every NIST curve: r and s of 0 and of the order; the order above; and
 * s and r swapped or replaced by their negatives, of which only -s verifies.
 */
static void
edges(void)
{
	static const struct {
		enum crypt_type type;
		const char *order;
	} curve[] = {
		{ CRYPT_P256, "ffffffff00000000ffffffffffffffff"
		    "bce6faada7179e84f3b9cac2fc632551" },
		{ CRYPT_P384, "ffffffffffffffffffffffffffffffff"
		    "ffffffffffffffffc7634d81f4372ddf"
		    "581a0db248b0a77aecec196accc52973" },
		{ CRYPT_P521, "01ffffffffffffffffffffffffffffffff"
		    "fffffffffffffffffffffffffffffffffa"
		    "51868783bf2f966b7fcc0148f709a5d03b"
		    "b5c9b8899c47aebb6fb71e91386409" },
	};

	for (size_t i = 0; i < 3; i++) {
		enum crypt_type type = curve[i].type;
		size_t w = crypt_width(type), refused = 0;
		struct slice order = unhex(curve[i].order), sig;
		struct slice message = SLICE("edge");
		struct private *k;
		struct crypt_public public;
		char bad[2 * 66];
		struct err e;

		if (private_generate(type, 0, &k, &e) != ERR_OK ||
		    private_public(k, &arena, &public, &e) != ERR_OK ||
		    private_sign(k, CRYPT_ECDSA, CRYPT_SHA256, message, &arena,
		    &sig, &e) != ERR_OK)
			abort();
		for (int change = 0; change < 6; change++) {
			char *part = bad + (change % 2 == 0 ? 0 : w);
			int borrow = 0;

			memcpy(bad, sig.data, 2 * w);
			if (change < 2)
				memset(part, 0, w);
			else if (change < 4)
				memcpy(part, order.data, w);
			for (size_t n = w; change >= 4 && n-- > 0;) {
				int d = (uint8_t)order.data[n] -
				    (uint8_t)part[n] - borrow;

				borrow = d < 0;
				part[n] = (char)d;
			}
			refused += crypt_verify(&public, CRYPT_ECDSA,
			    CRYPT_SHA256, message, (struct slice){ bad,
			    2 * w }, &e) == ERR_NO;
		}
		ok(refused == 5, "edges of curve %zu: %zu refused", i,
		    refused);
		private_close(k);
	}
}

static void
passwords(void)
{
	uint8_t *out = secure_alloc(64);
	struct slice box = unhex("f3ffc7703f9400e52a7dfb4b3d3305d9"
	    "8e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
	    "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738"
	    "b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da"
	    "99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74"
	    "e355a5");
	const uint8_t *key = (const uint8_t *)unhex("1b27556473e985d462cd5119"
	    "7a9a46c76009549eac6474f206c4ee0844f68389").data;
	const uint8_t *nonce = (const uint8_t *)unhex("69696ee955b62b73cd62bd"
	    "a875fc73d68219e0036b7a0b37").data;
	uint8_t *b = secure_alloc(box.len);
	struct err e;

	ok(cipher_scrypt(SLICE("pleaseletmein"), SLICE("SodiumChloride"),
	    16384, 1, out, 64, &e) == ERR_OK && memcmp(out, unhex(
	    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
	    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")
	    .data, 64) == 0, "scrypt: RFC 7914 12");
	ok(cipher_pbkdf2(CRYPT_SHA1, SLICE("password"), SLICE("salt"), 4096,
	    out, 20, &e) == ERR_OK && memcmp(out, unhex(
	    "4b007901b765489abead49d926f721d065a429c1").data, 20) == 0,
	    "PBKDF2: RFC 6070");
	memcpy(b, box.data, box.len);
	ok(cipher_box(false, key, nonce, b, box.len, &e) == ERR_OK &&
	    memcmp(b + CIPHER_BOX_TAG, unhex("be075fc53c81f2d5cf141316ebeb0c7b")
	    .data, 16) == 0, "secretbox: NaCl's vector opens");
	ok(cipher_box(true, key, nonce, b, box.len, &e) == ERR_OK &&
	    memcmp(b, box.data, box.len) == 0, "secretbox: and closes again");
	b[20] ^= 1;
	ok(cipher_box(false, key, nonce, b, box.len, &e) == ERR_NO,
	    "secretbox: a changed byte");
	secure_free(b);
	secure_free(out);
}

int
main(void)
{
	signatures();
	bad_keys();
	edges();
	passwords();
	arena_free(&arena);
	return done();
}
