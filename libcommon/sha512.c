/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sha512.h"

enum {
	ROUNDS = 80,
	SIZE_AT = SHA512_BLOCK - 16	/* where the last block has the
					 * message's length */
};

/* FIPS 180-4 5.3.4: of the square roots of the ninth to sixteenth prime */
static const uint64_t initial384[SHA512_SIZE / 8] = {
	0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
	0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
	0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4
};

/* 5.3.5: of those of the first 8 */
static const uint64_t initial512[SHA512_SIZE / 8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
	0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
	0x1f83d9abfb41bd6b, 0x5be0cd19137e2179
};

/* 4.2.3: of the cube roots of the first 80 */
static const uint64_t constant[ROUNDS] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f,
	0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
	0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242,
	0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
	0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
	0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275,
	0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f,
	0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
	0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc,
	0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6,
	0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
	0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
	0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99,
	0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
	0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc,
	0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915,
	0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
	0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba,
	0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
	0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
	0x5fcb6fab3ad6faec, 0x6c44198c4a475817
};

static inline uint64_t
rotr(uint64_t x, unsigned n)
{
	return x >> n | x << (64 - n);
}

static inline uint64_t
big(const uint8_t *p)
{
	uint64_t x = 0;

	for (size_t i = 0; i < 8; i++)
		x = x << 8 | p[i];
	return x;
}

static void
big_put(uint8_t *p, uint64_t x)
{
	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(x >> (56 - 8 * i));
}

/* 6.4.2, step 3 for one t: the letters move on by the order in which the
 * caller names them; kw is K and W of t. */
static inline void
one_round(uint64_t a, uint64_t b, uint64_t c, uint64_t *d, uint64_t e,
    uint64_t f, uint64_t g, uint64_t *h, uint64_t kw)
{
	uint64_t t1 = *h + (rotr(e, 14) ^ rotr(e, 18) ^ rotr(e, 41)) +
	    (g ^ (e & (f ^ g))) + kw;
	uint64_t t2 = (rotr(a, 28) ^ rotr(a, 34) ^ rotr(a, 39)) +
	    ((a & b) | (c & (a | b)));

	*d += t1;
	*h = t1 + t2;
}

/* Step 1: W, with K added to each. */
static void
schedule(const uint8_t *block, uint64_t kw[ROUNDS])
{
	uint64_t w[ROUNDS];

	for (size_t t = 0; t < 16; t++)
		w[t] = big(block + 8 * t);
	for (size_t t = 16; t < ROUNDS; t++) {
		uint64_t x = w[t - 15], y = w[t - 2];

		w[t] = (rotr(y, 19) ^ rotr(y, 61) ^ y >> 6) + w[t - 7] +
		    (rotr(x, 1) ^ rotr(x, 8) ^ x >> 7) + w[t - 16];
	}
	for (size_t t = 0; t < ROUNDS; t++)
		kw[t] = w[t] + constant[t];
}

static void
compress(uint64_t *state, const uint8_t *block)
{
	uint64_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint64_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint64_t kw[ROUNDS];

	schedule(block, kw);
	for (size_t t = 0; t < ROUNDS; t += 8) {
		one_round(a, b, c, &d, e, f, g, &h, kw[t]);
		one_round(h, a, b, &c, d, e, f, &g, kw[t + 1]);
		one_round(g, h, a, &b, c, d, e, &f, kw[t + 2]);
		one_round(f, g, h, &a, b, c, d, &e, kw[t + 3]);
		one_round(e, f, g, &h, a, b, c, &d, kw[t + 4]);
		one_round(d, e, f, &g, h, a, b, &c, kw[t + 5]);
		one_round(c, d, e, &f, g, h, a, &b, kw[t + 6]);
		one_round(b, c, d, &e, f, g, h, &a, kw[t + 7]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha512_init(struct sha512 *h)
{
	memcpy(h->state, initial512, sizeof(initial512));
	h->size = 0;
}

void
sha512_init_384(struct sha512 *h)
{
	memcpy(h->state, initial384, sizeof(initial384));
	h->size = 0;
}

void
sha512_add(struct sha512 *h, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t held = h->size % SHA512_BLOCK, room = SHA512_BLOCK - held;

	if (n == 0)
		return;
	h->size += n;
	if (held > 0) {
		size_t take = n < room ? n : room;

		memcpy(h->held + held, p, take);
		p += take;
		n -= take;
		if (take < room)
			return;
		compress(h->state, h->held);
	}
	for (; n >= SHA512_BLOCK; n -= SHA512_BLOCK, p += SHA512_BLOCK)
		compress(h->state, p);
	memcpy(h->held, p, n);
}

/* 5.1.2: a one bit, zeros, and the length in bits. */
void
sha512_finish(struct sha512 *h, uint8_t *out, size_t size)
{
	size_t held = h->size % SHA512_BLOCK;

	h->held[held++] = 0x80;
	if (held > SIZE_AT) {
		memset(h->held + held, 0, SHA512_BLOCK - held);
		compress(h->state, h->held);
		held = 0;
	}
	memset(h->held + held, 0, SHA512_BLOCK - 8 - held);
	big_put(h->held + SHA512_BLOCK - 8, h->size * 8);
	compress(h->state, h->held);
	for (size_t i = 0; i < size / 8; i++)
		big_put(out + 8 * i, h->state[i]);
}
