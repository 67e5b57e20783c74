/* SPDX-License-Identifier: Apache-2.0 */
#include "field.h"

/* The compiler unrolls what it knows the length of. */
#define BY_LENGTH(f, what) \
	switch ((f)->n) { \
	case 256 / LIMB_BITS: { \
		const size_t n = 256 / LIMB_BITS; \
		what; \
		break; \
	} \
	case 384 / LIMB_BITS: { \
		const size_t n = 384 / LIMB_BITS; \
		what; \
		break; \
	} \
	default: { \
		const size_t n = FIELD_LIMBS; \
		what; \
		break; \
	} \
	}

void
field_load(struct element *out, const uint8_t *big_endian, size_t len)
{
	limb_load(out->at, FIELD_LIMBS, big_endian, len);
}

void
field_load_little(struct element *out, const uint8_t *bytes, size_t len)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < len; i++)
		out->at[i / LIMB_BYTES] |= (limb)bytes[i] <<
		    8 * (i % LIMB_BYTES);
}

bool
field_is_zero(const struct field *f, const struct element *a)
{
	limb any = 0;

	for (size_t i = 0; i < f->n; i++)
		any |= a->at[i];
	return any == 0;
}

bool
field_is_below(const struct field *f, const struct element *a)
{
	return limb_is_below(a->at, f->m.at, f->n);
}

bool
field_equal(const struct field *f, const struct element *a,
    const struct element *b)
{
	return memcmp(a, b, f->n * sizeof(limb)) == 0;
}

bool
field_bit(const struct element *a, size_t i)
{
	return (a->at[i / LIMB_BITS] >> i % LIMB_BITS & 1) != 0;
}

void
field_add(const struct field *f, struct element *out,
    const struct element *a, const struct element *b)
{
	limb scratch[FIELD_LIMBS];

	BY_LENGTH(f, limb_reduce(out->at, limb_add(out->at, a->at, b->at, n),
	    f->m.at, scratch, n));
}

void
field_double(const struct field *f, struct element *out,
    const struct element *a)
{
	field_add(f, out, a, a);
}

/* Without a branch: m is added, or nothing. */
LIMB_UNROLLED void
subtract(const struct field *f, limb *out, const limb *a, const limb *b,
    const size_t n)
{
	limb mask = (limb)0 - limb_sub(out, a, b, n), back[FIELD_LIMBS];

	for (size_t i = 0; i < n; i++)
		back[i] = f->m.at[i] & mask;
	(void)limb_add(out, out, back, n);
}

void
field_sub(const struct field *f, struct element *out,
    const struct element *a, const struct element *b)
{
	BY_LENGTH(f, subtract(f, out->at, a->at, b->at, n));
}

void
field_mul(const struct field *f, struct element *out,
    const struct element *a, const struct element *b)
{
	limb t[FIELD_LIMBS], scratch[FIELD_LIMBS];

	BY_LENGTH(f, limb_multiply(out->at, a->at, b->at, f->m.at, f->inverse,
	    t, scratch, n));
}

void
field_sqr(const struct field *f, struct element *out,
    const struct element *a)
{
	field_mul(f, out, a, a);
}

void
field_open(struct field *f, const uint8_t *m, size_t len)
{
	*f = (struct field){ .n = (len + LIMB_BYTES - 1) / LIMB_BYTES };
	field_load(&f->m, m, len);
	f->inverse = limb_inverse(f->m.at[0]);
	f->one.at[0] = 1;
	for (size_t i = 0; i < f->n * LIMB_BITS; i++)
		field_double(f, &f->one, &f->one);
	f->square = f->one;
	for (size_t i = 0; i < f->n * LIMB_BITS; i++)
		field_double(f, &f->square, &f->square);
}

void
field_enter(const struct field *f, struct element *out,
    const struct element *a)
{
	field_mul(f, out, a, &f->square);
}

void
field_leave(const struct field *f, struct element *out,
    const struct element *a)
{
	const struct element one = { { 1 } };

	field_mul(f, out, &one, a);
}

/* Four bits at a time. */
void
field_power(const struct field *f, struct element *out,
    const struct element *a, const struct element *e)
{
	struct element r = f->one, table[16];

	table[0] = f->one;
	for (size_t i = 1; i < 16; i++)
		field_mul(f, &table[i], &table[i - 1], a);
	for (size_t i = f->n * LIMB_BITS; i > 0; i -= 4) {
		size_t digit = e->at[(i - 4) / LIMB_BITS] >>
		    (i - 4) % LIMB_BITS & 15;

		for (int k = 0; k < 4; k++)
			field_sqr(f, &r, &r);
		if (digit != 0)
			field_mul(f, &r, &r, &table[digit]);
	}
	*out = r;
}

/* Fermat: a^(m - 2). */
void
field_invert(const struct field *f, struct element *out,
    const struct element *a)
{
	const struct element two = { { 2 } };
	struct element e = f->m;

	(void)limb_sub(e.at, e.at, two.at, f->n);
	field_power(f, out, a, &e);
}

size_t
field_digits(const struct field *f, const struct element *a,
    int8_t out[FIELD_BITS + 1])
{
	limb left[FIELD_LIMBS + 1] = { 0 };
	size_t count = 0;

	memcpy(left, a->at, f->n * sizeof(limb));
	memset(out, 0, FIELD_BITS + 1);
	for (size_t i = 0; i <= FIELD_BITS;) {
		size_t word = i / LIMB_BITS, shift = i % LIMB_BITS;
		limb window = left[word] >> shift;

		if (shift > LIMB_BITS - FIELD_WINDOW && word < FIELD_LIMBS)
			window |= left[word + 1] << (LIMB_BITS - shift);
		if ((window & 1) == 0) {
			i++;
			continue;
		}
		window &= (1 << FIELD_WINDOW) - 1;
		out[i] = (int8_t)window;
		if (window >= 1 << (FIELD_WINDOW - 1)) {
			/* Negative: the next window owes one. */
			size_t from = i + FIELD_WINDOW;
			limb carry = (limb)1 << from % LIMB_BITS;

			out[i] = (int8_t)((int)window - (1 << FIELD_WINDOW));
			for (size_t k = from / LIMB_BITS;
			    k <= FIELD_LIMBS && carry != 0; k++) {
				left[k] += carry;
				carry = left[k] < carry;
			}
		}
		count = i + 1;
		i += FIELD_WINDOW;
	}
	return count;
}
