/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limb - long numbers, a machine word at a time (layer 1).
 *
 * Arrays of limbs, the least significant first.  For public numbers only:
 * what is here takes a time that depends on them.
 */
#ifndef LIMB_H
#define LIMB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SIZEOF_INT128__
#define LIMB_BITS 64
typedef uint64_t limb;
__extension__ typedef unsigned __int128 wide_limb;
#else
#define LIMB_BITS 32
typedef uint32_t limb;
typedef uint64_t wide_limb;
#endif

/* For what the compiler is to unroll, n being known where it is called: half
 * the time of a multiplication. */
#define LIMB_UNROLLED static inline __attribute__((always_inline))
#if defined(__GNUC__)
#define LIMB_LOOP _Pragma("GCC unroll 9")
#else
#define LIMB_LOOP
#endif

enum {
	LIMB_BYTES = LIMB_BITS / 8
};

/* len bytes, the most significant first, into n limbs that they fit. */
static inline void
limb_load(limb *out, size_t n, const uint8_t *bytes, size_t len)
{
	memset(out, 0, n * sizeof(*out));
	for (size_t i = 0; i < len; i++)
		out[i / LIMB_BYTES] |= (limb)bytes[len - 1 - i] <<
		    8 * (i % LIMB_BYTES);
}

static inline bool
limb_is_below(const limb *a, const limb *b, size_t n)
{
	for (size_t i = n; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

/* out = a + b, returning the carry; out may be either. */
LIMB_UNROLLED limb
limb_add(limb *out, const limb *a, const limb *b, const size_t n)
{
	limb carry = 0;

	LIMB_LOOP
	for (size_t i = 0; i < n; i++) {
		wide_limb s = (wide_limb)a[i] + b[i] + carry;

		out[i] = (limb)s;
		carry = (limb)(s >> LIMB_BITS);
	}
	return carry;
}

/* out = a - b, returning the borrow; out may be either. */
LIMB_UNROLLED limb
limb_sub(limb *out, const limb *a, const limb *b, const size_t n)
{
	limb borrow = 0;

	LIMB_LOOP
	for (size_t i = 0; i < n; i++) {
		wide_limb d = (wide_limb)a[i] - b[i] - borrow;

		out[i] = (limb)d;
		borrow = (limb)(d >> LIMB_BITS) & 1;
	}
	return borrow;
}

/* a with a carry, which is below 2 m, modulo m.  Without a branch, which
 * nobody could predict. */
LIMB_UNROLLED void
limb_reduce(limb *a, limb carry, const limb *m, limb *scratch, const size_t n)
{
	limb keep = (limb)0 - (limb)(limb_sub(scratch, a, m, n) > carry);

	LIMB_LOOP
	for (size_t i = 0; i < n; i++)
		a[i] = (a[i] & keep) | (scratch[i] & ~keep);
}

/* -1 / m modulo 2^LIMB_BITS, of an odd m, by Newton: each step doubles the
 * bits that are right. */
static inline limb
limb_inverse(limb m)
{
	limb inverse = 1;

	for (int i = 0; i < 6; i++)
		inverse = (limb)(inverse * (2 - m * inverse));
	return (limb)(0 - inverse);
}

/*
 * out = a b / R modulo m, R = 2^(n LIMB_BITS), for a < R and b < m (Koc,
 * Acar, Kaliski 1996).  Both products in one loop: neither has to wait for
 * the other's carries.  t and scratch have room for n.
 */
LIMB_UNROLLED void
limb_multiply(limb *out, const limb *a, const limb *b, const limb *m,
    limb inverse, limb *t, limb *scratch, const size_t n)
{
	limb top = 0;

	LIMB_LOOP
	for (size_t i = 0; i < n; i++)
		t[i] = 0;
	LIMB_LOOP
	for (size_t i = 0; i < n; i++) {
		wide_limb x = (wide_limb)a[i] * b[0] + t[0];
		limb q = (limb)((limb)x * inverse);
		wide_limb y = (wide_limb)q * m[0] + (limb)x;

		LIMB_LOOP
		for (size_t j = 1; j < n; j++) {
			x = (wide_limb)a[i] * b[j] + t[j] +
			    (limb)(x >> LIMB_BITS);
			y = (wide_limb)q * m[j] + (limb)x +
			    (limb)(y >> LIMB_BITS);
			t[j - 1] = (limb)y;
		}
		x = (x >> LIMB_BITS) + (y >> LIMB_BITS) + top;
		t[n - 1] = (limb)x;
		top = (limb)(x >> LIMB_BITS);
	}
	limb_reduce(t, top, m, scratch, n);
	LIMB_LOOP
	for (size_t i = 0; i < n; i++)
		out[i] = t[i];
}

#endif
