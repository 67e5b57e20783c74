/* SPDX-License-Identifier: Apache-2.0 */
#include "limb.h"
#include "rsa.h"

enum {
	LIMBS = RSA_MAX / LIMB_BYTES
};

struct modulus {
	size_t n;		/* limbs */
	limb m[LIMBS];
	limb inverse;		/* -1/m mod 2^LIMB_BITS */
	limb square[LIMBS];	/* R^2 mod m */
};

/* out = a b / R mod m; out may be either. */
static void
multiply(const struct modulus *f, limb *out, const limb *a, const limb *b)
{
	limb t[LIMBS], scratch[LIMBS];

	limb_multiply(out, a, b, f->m, f->inverse, t, scratch, f->n);
}

static void
twice(const struct modulus *f, limb *a)
{
	limb scratch[LIMBS];

	limb_reduce(a, limb_add(a, a, a, f->n), f->m, scratch, f->n);
}

static void
modulus_open(struct modulus *f, struct slice n)
{
	size_t bits = n.len * 8;

	f->n = (n.len + LIMB_BYTES - 1) / LIMB_BYTES;
	limb_load(f->m, f->n, (const uint8_t *)n.data, n.len);
	f->inverse = limb_inverse(f->m[0]);
	for (uint8_t first = (uint8_t)n.data[0]; first < 0x80;
	    first = (uint8_t)(first << 1))
		bits--;
	/* From a power of 2 below m to R, which is Montgomery's form of 1;
	 * to 2^n in that form; and to its power of LIMB_BITS, which is R. */
	memset(f->square, 0, f->n * sizeof(limb));
	f->square[(bits - 1) / LIMB_BITS] = (limb)1 << (bits - 1) % LIMB_BITS;
	for (size_t i = bits - 1; i < f->n * LIMB_BITS + f->n; i++)
		twice(f, f->square);
	for (int i = 1; i < LIMB_BITS; i *= 2)
		multiply(f, f->square, f->square, f->square);
}

/* Making one takes a third of the time of a verification: the last is
 * remembered. */
static const struct modulus *
modulus_of(struct slice n)
{
	static _Thread_local struct modulus last;
	static _Thread_local uint8_t bytes[RSA_MAX];
	static _Thread_local size_t len;

	if (len != n.len || memcmp(bytes, n.data, n.len) != 0) {
		modulus_open(&last, n);
		memcpy(bytes, n.data, n.len);
		len = n.len;
	}
	return &last;
}

static void
put(uint8_t *out, size_t len, const limb *a)
{
	for (size_t i = 0; i < len; i++)
		out[len - 1 - i] = (uint8_t)(a[i / LIMB_BYTES] >>
		    8 * (i % LIMB_BYTES));
}

bool
rsa_public(struct slice n, struct slice exponent, struct slice signature,
    uint8_t *out)
{
	const struct modulus *f = modulus_of(n);
	limb s[LIMBS], form[LIMBS], power[LIMBS], e;
	int bit = LIMB_BITS - 1;

	limb_load(s, f->n, (const uint8_t *)signature.data, signature.len);
	if (!limb_is_below(s, f->m, f->n))
		return false;
	limb_load(&e, 1, (const uint8_t *)exponent.data, exponent.len);
	multiply(f, form, s, f->square);
	memcpy(power, form, f->n * sizeof(limb));
	while ((e >> bit & 1) == 0)
		bit--;
	while (--bit > 0) {
		multiply(f, power, power, power);
		if ((e >> bit & 1) != 0)
			multiply(f, power, power, form);
	}
	/* The last bit is 1, and the number itself takes the form off. */
	multiply(f, power, power, power);
	multiply(f, power, power, s);
	put(out, n.len, power);
	return true;
}
