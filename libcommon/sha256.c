/* SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "sha256.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_X86
#include <immintrin.h>
#if defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#define HAVE_PLATFORM
#include <sys/platform/x86.h>
#endif
#endif
#ifndef HAVE_PLATFORM
#include <cpuid.h>
#endif
#endif

enum {
	ROUNDS = 64,
	SIZE_AT = SHA256_BLOCK - 8	/* where the last block has the
					 * message's length */
};

/* FIPS 180-4 5.3.3: of the square roots of the first 8 primes */
static const uint32_t initial[SHA256_SIZE / 4] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
};

/* 4.2.2: of the cube roots of the first 64 */
static const uint32_t constant[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

/* --- plain C ------------------------------------------------------------ */

static inline uint32_t
rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static inline uint32_t
big(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return be32toh(x);
}

static void
big_put(uint8_t *p, uint32_t x)
{
	x = htobe32(x);
	memcpy(p, &x, sizeof(x));
}

/* 6.2.2, step 3 for one t: the letters move on by the order in which the
 * caller names them; kw is K and W of t. */
static inline void
one_round(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e,
    uint32_t f, uint32_t g, uint32_t *h, uint32_t kw)
{
	uint32_t t1 = *h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +
	    (g ^ (e & (f ^ g))) + kw;
	uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +
	    ((a & b) | (c & (a | b)));

	*d += t1;
	*h = t1 + t2;
}

/* Step 1: W, with K added to each. */
static void
schedule(const uint8_t *block, uint32_t kw[ROUNDS])
{
	uint32_t w[ROUNDS];

	for (size_t t = 0; t < 16; t++)
		w[t] = big(block + 4 * t);
	for (size_t t = 16; t < ROUNDS; t++) {
		uint32_t x = w[t - 15], y = w[t - 2];

		w[t] = (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10) + w[t - 7] +
		    (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[t - 16];
	}
	for (size_t t = 0; t < ROUNDS; t++)
		kw[t] = w[t] + constant[t];
}

static void
compress_portable(uint32_t *state, const uint8_t *block, size_t blocks)
{
	for (; blocks > 0; blocks--, block += SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2];
		uint32_t d = state[3], e = state[4], f = state[5];
		uint32_t g = state[6], h = state[7], kw[ROUNDS];

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
}

/* --- x86's SHA extensions ----------------------------------------------- */

#ifdef HAVE_X86
#define X86 __attribute__((target("sha,sse4.1")))

X86 static inline __m128i
load(const void *p)
{
	return _mm_loadu_si128(p);
}

/* A message on its way: the state as the instructions want it, words A B E F
 * and C D G H from the highest down, and sixteen words of W. */
struct lane {
	__m128i abef, cdgh, w0, w1, w2, w3;
};

X86 static inline void
lane_open(struct lane *l, const uint32_t *state)
{
	__m128i cdab = _mm_shuffle_epi32(load(state), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(load(state + 4), 0x1b);

	l->abef = _mm_alignr_epi8(cdab, efgh, 8);
	l->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

X86 static inline void
lane_close(const struct lane *l, uint32_t *state)
{
	__m128i cdab = _mm_shuffle_epi32(l->cdgh, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(l->abef, 0x1b);

	_mm_storeu_si128((void *)state, _mm_blend_epi16(efgh, cdab, 0xf0));
	_mm_storeu_si128((void *)(state + 4),
	    _mm_alignr_epi8(cdab, efgh, 8));
}

X86 static inline void
lane_block(struct lane *l, const uint8_t *block)
{
	const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b,
	    0x0405060700010203);

	l->w0 = _mm_shuffle_epi8(load(block), order);
	l->w1 = _mm_shuffle_epi8(load(block + 16), order);
	l->w2 = _mm_shuffle_epi8(load(block + 32), order);
	l->w3 = _mm_shuffle_epi8(load(block + 48), order);
}

X86 static inline void
lane_sum(struct lane *l, const struct lane *before)
{
	l->abef = _mm_add_epi32(l->abef, before->abef);
	l->cdgh = _mm_add_epi32(l->cdgh, before->cdgh);
}

/* Rounds t to t + 3, of which w has the words. */
X86 static inline void
four_rounds(struct lane *l, __m128i w, size_t t)
{
	__m128i kw = _mm_add_epi32(w, load(constant + t));

	l->cdgh = _mm_sha256rnds2_epu32(l->cdgh, l->abef, kw);
	l->abef = _mm_sha256rnds2_epu32(l->abef, l->cdgh,
	    _mm_shuffle_epi32(kw, 0x0e));
}

/* Of sixteen words of W, four each, the four that follow take a's place. */
X86 static inline void
extend(__m128i *a, __m128i b, __m128i c, __m128i d)
{
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*a, b),
	    _mm_alignr_epi8(d, c, 4));

	*a = _mm_sha256msg2_epu32(sum, d);
}

X86 static void
compress_x86(uint32_t *state, const uint8_t *block, size_t blocks)
{
	struct lane l, before;

	lane_open(&l, state);
	for (; blocks > 0; blocks--, block += SHA256_BLOCK) {
		before = l;
		lane_block(&l, block);
		for (size_t t = 0;; t += 16) {
			four_rounds(&l, l.w0, t);
			four_rounds(&l, l.w1, t + 4);
			four_rounds(&l, l.w2, t + 8);
			four_rounds(&l, l.w3, t + 12);
			if (t == ROUNDS - 16)
				break;
			extend(&l.w0, l.w1, l.w2, l.w3);
			extend(&l.w1, l.w2, l.w3, l.w0);
			extend(&l.w2, l.w3, l.w0, l.w1);
			extend(&l.w3, l.w0, l.w1, l.w2);
		}
		lane_sum(&l, &before);
	}
	lane_close(&l, state);
}

/*
 * Two messages: a round waits for the one before it, and meanwhile the other
 * message's goes on.  The steps stand side by side and not in a loop, so that
 * the compiler keeps both in registers.
 */

X86 static inline void
four_rounds_two(struct lane *a, __m128i wa, struct lane *b, __m128i wb,
    size_t t)
{
	const __m128i k = load(constant + t);

	wa = _mm_add_epi32(wa, k);
	wb = _mm_add_epi32(wb, k);
	a->cdgh = _mm_sha256rnds2_epu32(a->cdgh, a->abef, wa);
	b->cdgh = _mm_sha256rnds2_epu32(b->cdgh, b->abef, wb);
	a->abef = _mm_sha256rnds2_epu32(a->abef, a->cdgh,
	    _mm_shuffle_epi32(wa, 0x0e));
	b->abef = _mm_sha256rnds2_epu32(b->abef, b->cdgh,
	    _mm_shuffle_epi32(wb, 0x0e));
}

X86 static inline void
sixteen_rounds_two(struct lane *a, struct lane *b, size_t t)
{
	four_rounds_two(a, a->w0, b, b->w0, t);
	four_rounds_two(a, a->w1, b, b->w1, t + 4);
	four_rounds_two(a, a->w2, b, b->w2, t + 8);
	four_rounds_two(a, a->w3, b, b->w3, t + 12);
}

X86 static inline void
extend_two(struct lane *a, struct lane *b)
{
	extend(&a->w0, a->w1, a->w2, a->w3);
	extend(&b->w0, b->w1, b->w2, b->w3);
	extend(&a->w1, a->w2, a->w3, a->w0);
	extend(&b->w1, b->w2, b->w3, b->w0);
	extend(&a->w2, a->w3, a->w0, a->w1);
	extend(&b->w2, b->w3, b->w0, b->w1);
	extend(&a->w3, a->w0, a->w1, a->w2);
	extend(&b->w3, b->w0, b->w1, b->w2);
}

X86 static void
compress_x86_two(uint32_t *state_a, const uint8_t *a, uint32_t *state_b,
    const uint8_t *b, size_t blocks)
{
	struct lane la, lb, before_a, before_b;

	lane_open(&la, state_a);
	lane_open(&lb, state_b);
	for (; blocks > 0; blocks--, a += SHA256_BLOCK, b += SHA256_BLOCK) {
		before_a = la;
		before_b = lb;
		lane_block(&la, a);
		lane_block(&lb, b);
		sixteen_rounds_two(&la, &lb, 0);
		extend_two(&la, &lb);
		sixteen_rounds_two(&la, &lb, 16);
		extend_two(&la, &lb);
		sixteen_rounds_two(&la, &lb, 32);
		extend_two(&la, &lb);
		sixteen_rounds_two(&la, &lb, 48);
		lane_sum(&la, &before_a);
		lane_sum(&lb, &before_b);
	}
	lane_close(&la, state_a);
	lane_close(&lb, state_b);
}

/* The C library knows; to ask the processor makes a virtual machine's
 * monitor answer, which takes longer than many a digest. */
static bool
ask_processor(void)
{
#ifdef HAVE_PLATFORM
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSSE3) &&
	    CPU_FEATURE_ACTIVE(SSE4_1);
#else
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) &&
	    (c & bit_SSE4_1) && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
	    (b & bit_SHA);
#endif
}

static bool
has_x86(void)
{
	static atomic_int known;	/* 0: nobody asked; threads that ask at
					 * once find the same */
	int answer = atomic_load_explicit(&known, memory_order_relaxed);

	if (answer == 0) {
		answer = ask_processor() ? 1 : -1;
		atomic_store_explicit(&known, answer, memory_order_relaxed);
	}
	return answer > 0;
}
#endif

/* --- messages ----------------------------------------------------------- */

static void
restart(struct sha256 *h)
{
	memcpy(h->state, initial, sizeof(initial));
	h->size = 0;
}

void
sha256_init_portable(struct sha256 *h)
{
	restart(h);
	h->compress = compress_portable;
}

void
sha256_init(struct sha256 *h)
{
	sha256_init_portable(h);
#ifdef HAVE_X86
	if (has_x86())
		h->compress = compress_x86;
#endif
}

/* Blocks of one message, or of two that are at the same place. */
static inline void
compress(struct sha256 *h, size_t lanes, const uint8_t *const block[],
    size_t blocks)
{
#ifdef HAVE_X86
	if (lanes == 2 && h->compress == compress_x86) {
		compress_x86_two(h[0].state, block[0], h[1].state, block[1],
		    blocks);
		return;
	}
#endif
	for (size_t i = 0; i < lanes; i++)
		h[i].compress(h[i].state, block[i], blocks);
}

static inline void
add(struct sha256 *h, size_t lanes, const uint8_t *const data[], size_t n)
{
	const uint8_t *at[2] = { h[0].held, h[lanes - 1].held };
	size_t held = h->size % SHA256_BLOCK, take = 0;

	if (n == 0)
		return;
	if (held > 0) {
		take = SHA256_BLOCK - held;
		take = n < take ? n : take;
	}
	for (size_t i = 0; i < lanes; i++) {
		h[i].size += n;
		if (take > 0)
			memcpy(h[i].held + held, data[i], take);
	}
	if (take > 0) {
		if (held + take < SHA256_BLOCK)
			return;
		compress(h, lanes, at, 1);
	}
	n -= take;
	for (size_t i = 0; i < lanes; i++)
		at[i] = data[i] + take;
	if (n >= SHA256_BLOCK)
		compress(h, lanes, at, n / SHA256_BLOCK);
	for (size_t i = 0; i < lanes; i++)
		memcpy(h[i].held, at[i] + (n - n % SHA256_BLOCK),
		    n % SHA256_BLOCK);
}

/* 5.1.1: a one bit, zeros, and the length in bits; which may take a block
 * more. */
static inline void
finish(struct sha256 *h, size_t lanes, uint8_t *const out[])
{
	const uint8_t *const block[2] = { h[0].held, h[lanes - 1].held };
	size_t held = h->size % SHA256_BLOCK;
	uint64_t bits = h->size * 8;

	for (size_t i = 0; i < lanes; i++)
		h[i].held[held] = 0x80;
	held++;
	if (held > SIZE_AT) {
		for (size_t i = 0; i < lanes; i++)
			memset(h[i].held + held, 0, SHA256_BLOCK - held);
		compress(h, lanes, block, 1);
		held = 0;
	}
	for (size_t i = 0; i < lanes; i++) {
		memset(h[i].held + held, 0, SIZE_AT - held);
		big_put(h[i].held + SIZE_AT, (uint32_t)(bits >> 32));
		big_put(h[i].held + SIZE_AT + 4, (uint32_t)bits);
	}
	compress(h, lanes, block, 1);
	for (size_t i = 0; i < lanes; i++) {
		for (size_t k = 0; k < SHA256_SIZE / 4; k++)
			big_put(out[i] + 4 * k, h[i].state[k]);
		restart(&h[i]);
	}
}

void
sha256_add(struct sha256 *h, const void *data, size_t n)
{
	const uint8_t *const p[] = { data };

	add(h, 1, p, n);
}

void
sha256_finish(struct sha256 *h, uint8_t out[SHA256_SIZE])
{
	uint8_t *const p[] = { out };

	finish(h, 1, p);
}

void
sha256_add_two(struct sha256 h[2], const void *a, const void *b, size_t n)
{
	const uint8_t *const p[] = { a, b };

	add(h, 2, p, n);
}

void
sha256_finish_two(struct sha256 h[2], uint8_t a[SHA256_SIZE],
    uint8_t b[SHA256_SIZE])
{
	uint8_t *const p[] = { a, b };

	finish(h, 2, p);
}

void
sha256_bytes(struct slice bytes, uint8_t out[SHA256_SIZE])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes.data, bytes.len);
	sha256_finish(&h, out);
}

void
sha256_pair(struct slice a, struct slice b, uint8_t out[SHA256_SIZE])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, a.data, a.len);
	sha256_add(&h, b.data, b.len);
	sha256_finish(&h, out);
}
