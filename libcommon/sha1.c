/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sha1.h"

enum {
	ROUNDS = 80,
	SIZE_AT = SHA1_BLOCK - 8	/* where the last block has the
					 * message's length */
};

static uint32_t
rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* FIPS 180-4 4.1.1 and 4.2.1: f and K of round t */
static uint32_t
mixed(size_t t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return (d ^ (b & (c ^ d))) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

/* 6.1.2 */
static void
compress(uint32_t *state, const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], w[ROUNDS];

	for (size_t t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 |
		    (uint32_t)block[4 * t + 1] << 16 |
		    (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
	for (size_t t = 16; t < ROUNDS; t++)
		w[t] = rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (size_t t = 0; t < ROUNDS; t++) {
		uint32_t x = rotl(a, 5) + mixed(t, b, c, d) + e + w[t];

		e = d;
		d = c;
		c = rotl(b, 30);
		b = a;
		a = x;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void
sha1_init(struct sha1 *h)
{
	/* 5.3.1 */
	static const uint32_t initial[] = { 0x67452301, 0xefcdab89,
	    0x98badcfe, 0x10325476, 0xc3d2e1f0 };

	memcpy(h->state, initial, sizeof(initial));
	h->size = 0;
}

void
sha1_add(struct sha1 *h, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n > 0) {
		size_t held = h->size % SHA1_BLOCK;
		size_t take = n < SHA1_BLOCK - held ? n : SHA1_BLOCK - held;

		memcpy(h->held + held, p, take);
		h->size += take;
		p += take;
		n -= take;
		if (held + take == SHA1_BLOCK)
			compress(h->state, h->held);
	}
}

/* 5.1.1: a one bit, zeros, and the length in bits. */
void
sha1_finish(struct sha1 *h, uint8_t out[SHA1_SIZE])
{
	static const uint8_t padding[SHA1_BLOCK] = { 0x80 };
	uint64_t bits = h->size * 8;
	size_t held = h->size % SHA1_BLOCK;
	uint8_t length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha1_add(h, padding, held < SIZE_AT ? SIZE_AT - held :
	    SHA1_BLOCK + SIZE_AT - held);
	sha1_add(h, length, sizeof(length));
	for (size_t i = 0; i < SHA1_SIZE; i++)
		out[i] = (uint8_t)(h->state[i / 4] >> (24 - 8 * (i % 4)));
}
