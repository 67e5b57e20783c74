/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field - arithmetic modulo a prime of up to 521 bits (layer 1).
 *
 * For the coordinates and scalars of elliptic curves, and for public numbers
 * only (see limb.h).  Elements are below the modulus and, but where it says
 * otherwise, in Montgomery's form: x R modulo m.  out may be an argument.
 */
#ifndef FIELD_H
#define FIELD_H

#include "limb.h"

enum {
	FIELD_WIDTH = 66,	/* bytes */
	FIELD_LIMBS = (FIELD_WIDTH + LIMB_BYTES - 1) / LIMB_BYTES,
	FIELD_BITS = FIELD_LIMBS * LIMB_BITS,
	FIELD_WINDOW = 5,	/* bits of a non-adjacent form's digits */
	FIELD_TABLE = 1 << (FIELD_WINDOW - 2)	/* odd multiples: 1 ... 15 */
};

/* Limbs above those of the modulus have no meaning. */
struct element {
	limb at[FIELD_LIMBS];
};

struct field {
	size_t n;		/* limbs */
	struct element m;
	struct element one;	/* R mod m */
	struct element square;	/* R^2 mod m */
	limb inverse;		/* -1/m mod 2^LIMB_BITS */
};

/* m: an odd prime of len bytes, the most significant first. */
void field_open(struct field *f, const uint8_t *m, size_t len);

/* Plain numbers, which may be above the modulus. */
void field_load(struct element *out, const uint8_t *big_endian, size_t len);
void field_load_little(struct element *out, const uint8_t *bytes, size_t len);
bool field_is_below(const struct field *f, const struct element *a);
bool field_bit(const struct element *a, size_t i);
/*
 * The non-adjacent form of a plain number: digits odd or 0, between -15 and
 * 15, non-zero ones at least FIELD_WINDOW apart.  Returns how many there are.
 */
size_t field_digits(const struct field *f, const struct element *a,
    int8_t out[FIELD_BITS + 1]);

/* Into the form, and out of it; a is below R. */
void field_enter(const struct field *f, struct element *out,
    const struct element *a);
void field_leave(const struct field *f, struct element *out,
    const struct element *a);

bool field_is_zero(const struct field *f, const struct element *a);
bool field_equal(const struct field *f, const struct element *a,
    const struct element *b);
void field_add(const struct field *f, struct element *out,
    const struct element *a, const struct element *b);
void field_double(const struct field *f, struct element *out,
    const struct element *a);
void field_sub(const struct field *f, struct element *out,
    const struct element *a, const struct element *b);
void field_mul(const struct field *f, struct element *out,
    const struct element *a, const struct element *b);
void field_sqr(const struct field *f, struct element *out,
    const struct element *a);
/* a^e; e is a plain number. */
void field_power(const struct field *f, struct element *out,
    const struct element *a, const struct element *e);
/* 1/a, and 0 of 0. */
void field_invert(const struct field *f, struct element *out,
    const struct element *a);

#endif
