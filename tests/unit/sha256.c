/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256: FIPS 180-4's published vectors for the plain C path; that path
 * then judges the processor's instructions, and libgcrypt, through PBKDF2 of
 * one iteration (RFC 8018 5.2: HMAC of the salt and 00000001), judges both.
 */
#include <string.h>

#include "cipher.h"
#include "crypt.h"
#include "hex.h"
#include "sha256.h"
#include "tap.h"

enum {
	LENGTHS = 301,		/* 0 to 300: every place in a block, and the
				 * padding that takes a block of its own */
	LONG = 100000,
	SPLITS = 2000
};

static uint8_t text[LONG];
static uint32_t seed = 1;

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
start_of_text(size_t n)
{
	return (struct slice){ (char *)text, n };
}

static void
oracle(struct slice bytes, uint8_t out[SHA256_SIZE])
{
	struct sha256 h;

	sha256_init_portable(&h);
	sha256_add(&h, bytes.data, bytes.len);
	sha256_finish(&h, out);
}

static bool
same(const uint8_t a[SHA256_SIZE], const uint8_t b[SHA256_SIZE])
{
	return memcmp(a, b, SHA256_SIZE) == 0;
}

static void
published(const char *name, struct slice message, const char *digits)
{
	uint8_t want[SHA256_SIZE], got[SHA256_SIZE];

	ok(hex_read(want, sizeof(want), slice_of(digits)), "%s: digits",
	    name);
	oracle(message, got);
	ok(same(got, want), "%s: plain C", name);
	sha256_bytes(message, got);
	ok(same(got, want), "%s: as the machine does it", name);
	crypt_digest(CRYPT_SHA256, message, got);
	ok(same(got, want), "%s: through crypt", name);
}

/* What NIST publishes with FIPS 180-4. */
static void
vectors(void)
{
	static char million[1000000];

	memset(million, 'a', sizeof(million));
	published("no bytes", SLICE(""),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	published("abc", SLICE("abc"),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	published("448 bits", SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklm"
	    "klmnlmnomnopnopq"),
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	published("896 bits", SLICE("abcdefghbcdefghicdefghijdefghijkefghijkl"
	    "fghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
	    "nopqrstu"),
	    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	published("a million a", (struct slice){ million, sizeof(million) },
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every length, and every length cut in two at every place. */
static void
lengths(void)
{
	size_t equal = 0, paired = 0;

	for (size_t n = 0; n < LENGTHS; n++) {
		uint8_t want[SHA256_SIZE], got[SHA256_SIZE];
		struct slice s = start_of_text(n);
		size_t good = 0;

		oracle(s, want);
		sha256_bytes(s, got);
		equal += same(got, want);
		for (size_t i = 0; i <= n; i++) {
			sha256_pair(slice_cut(s, 0, i), slice_cut(s, i, n),
			    got);
			good += same(got, want);
		}
		paired += good == n + 1;
	}
	ok(equal == LENGTHS, "0 to 300 bytes: the same by both paths");
	ok(paired == LENGTHS, "0 to 300 bytes: the same cut in two anywhere");
}

static void
splits(void)
{
	struct sha256 h, fork;
	size_t equal = 0, forked = 0;

	sha256_init(&h);
	for (int round = 0; round < SPLITS; round++) {
		size_t n = number() % 2000, begin = number() % 64, at = 0;
		struct slice s = slice_cut(start_of_text(LONG), begin,
		    begin + n);
		uint8_t want[SHA256_SIZE], got[SHA256_SIZE];

		oracle(s, want);
		while (at < n) {
			size_t take = number() % (n - at + 1) %
			    (number() % 200 + 1);

			sha256_add(&h, s.data + at, take);
			at += take;
		}
		fork = h;
		sha256_finish(&h, got);
		equal += same(got, want);
		sha256_add(&fork, NULL, 0);
		sha256_finish(&fork, got);
		forked += same(got, want);
	}
	ok(equal == SPLITS, "random pieces at any address, one after another");
	ok(forked == SPLITS, "a copy goes on from where the other was");
}

/* Two messages of every length, begun together or after a common start, at
 * different addresses. */
static void
two_at_once(void)
{
	size_t equal = 0, again = 0, started = 0;

	for (size_t n = 0; n < LENGTHS; n++) {
		struct slice a = start_of_text(n);
		struct slice b = slice_cut(start_of_text(LONG), 7 * n + 1,
		    8 * n + 1);
		uint8_t want[2][SHA256_SIZE], got[2][SHA256_SIZE];
		size_t cut = n == 0 ? 0 : number() % n;
		struct sha256 h[2];

		oracle(a, want[0]);
		oracle(b, want[1]);
		sha256_init(&h[0]);
		sha256_init(&h[1]);
		sha256_add_two(h, a.data, b.data, n);
		sha256_finish_two(h, got[0], got[1]);
		equal += same(got[0], want[0]) && same(got[1], want[1]);
		sha256_add_two(h, a.data, b.data, cut);
		sha256_add_two(h, a.data + cut, b.data + cut, n - cut);
		sha256_finish_two(h, got[1], got[0]);
		again += same(got[1], want[0]) && same(got[0], want[1]);
		sha256_add(&h[0], text, cut);
		h[1] = h[0];
		sha256_add_two(h, text + cut, b.data, n);
		oracle(start_of_text(cut + n), want[0]);
		sha256_finish_two(h, got[0], got[1]);
		sha256_init_portable(h);
		sha256_add(h, text, cut);
		sha256_add(h, b.data, n);
		sha256_finish(h, want[1]);
		started += same(got[0], want[0]) && same(got[1], want[1]);
	}
	ok(equal == LENGTHS, "two of 0 to 300 bytes at once");
	ok(again == LENGTHS, "two at once, in pieces, where others ended");
	ok(started == LENGTHS, "two at once, from a common start");
}

/* Two in plain C, and longer than the processor does in one go. */
static void
two_long(void)
{
	uint8_t want[2][SHA256_SIZE], got[2][SHA256_SIZE];
	struct sha256 h[2];
	size_t n = LONG - 1;

	oracle(start_of_text(n), want[0]);
	oracle(slice_cut(start_of_text(LONG), 1, LONG), want[1]);
	sha256_init(&h[0]);
	h[1] = h[0];
	sha256_add_two(h, text, text + 1, n);
	sha256_finish_two(h, got[0], got[1]);
	ok(same(got[0], want[0]) && same(got[1], want[1]),
	    "two of %zu bytes at once", n);
	sha256_init_portable(&h[0]);
	h[1] = h[0];
	sha256_add_two(h, text, text + 1, n);
	sha256_finish_two(h, got[0], got[1]);
	ok(same(got[0], want[0]) && same(got[1], want[1]),
	    "two at once in plain C");
}

static void
hmac(struct slice key, struct slice message, uint8_t out[SHA256_SIZE])
{
	uint8_t inner[SHA256_BLOCK] = { 0 }, outer[SHA256_BLOCK];
	struct sha256 h;

	memcpy(inner, key.data, key.len);
	for (size_t i = 0; i < SHA256_BLOCK; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	sha256_init(&h);
	sha256_add(&h, inner, sizeof(inner));
	sha256_add(&h, message.data, message.len);
	sha256_add(&h, "\0\0\0\1", 4);
	sha256_finish(&h, out);
	sha256_add(&h, outer, sizeof(outer));
	sha256_add(&h, out, SHA256_SIZE);
	sha256_finish(&h, out);
}

static void
libgcrypt(void)
{
	size_t equal = 0, tried = 0;

	for (size_t n = 1; n <= LONG; n += n < LENGTHS ? 1 : n / 3) {
		uint8_t want[SHA256_SIZE], got[SHA256_SIZE];
		struct slice s = start_of_text(n);

		tried++;
		if (cipher_pbkdf2(CRYPT_SHA256, SLICE("a key of ours"), s, 1,
		    want, sizeof(want), NULL) != ERR_OK)
			continue;
		hmac(SLICE("a key of ours"), s, got);
		equal += same(got, want);
	}
	ok(equal == tried, "HMAC of 1 to %d bytes: as libgcrypt has it",
	    LONG);
}

int
main(void)
{
	struct sha256 plain, machine;

	for (size_t i = 0; i < LONG; i++)
		text[i] = (uint8_t)number();
	sha256_init_portable(&plain);
	sha256_init(&machine);
	printf("# %s\n", plain.compress == machine.compress ?
	    "plain C only: this machine has no instructions for SHA-256" :
	    "plain C beside the processor's instructions");
	vectors();
	lengths();
	splits();
	two_at_once();
	two_long();
	libgcrypt();
	return done();
}
