/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "edwards.h"
#include "field.h"

enum {
	WIDTH = 32		/* bytes of a key, of R and of S */
};

/* x = X / Z, y = Y / Z, x y = T / Z */
struct edwards {
	struct element x, y, z, t;
};

static const uint8_t ed_prime[WIDTH] = {
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xed
};
static const uint8_t ed_order[WIDTH] = {
	0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7,
	0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed
};
/* -121665 / 121666 */
static const uint8_t ed_d[WIDTH] = {
	0x52, 0x03, 0x6c, 0xee, 0x2b, 0x6f, 0xfe, 0x73, 0x8c, 0xc7,
	0x40, 0x79, 0x77, 0x79, 0xe8, 0x98, 0x00, 0x70, 0x0a, 0x4d,
	0x41, 0x41, 0xd8, 0xab, 0x75, 0xeb, 0x4d, 0xca, 0x13, 0x59,
	0x78, 0xa3
};
/* 2^((p - 1) / 4), a root of -1 */
static const uint8_t ed_root[WIDTH] = {
	0x2b, 0x83, 0x24, 0x80, 0x4f, 0xc1, 0xdf, 0x0b, 0x2b, 0x4d,
	0x00, 0x99, 0x3d, 0xfb, 0xd7, 0xa7, 0x2f, 0x43, 0x18, 0x06,
	0xad, 0x2f, 0xe4, 0x78, 0xc4, 0xee, 0x1b, 0x27, 0x4a, 0x0e,
	0xa0, 0xb0
};
/* The base point: y is 4/5, x the even one. */
static const uint8_t ed_x[WIDTH] = {
	0x21, 0x69, 0x36, 0xd3, 0xcd, 0x6e, 0x53, 0xfe, 0xc0, 0xa4,
	0xe2, 0x31, 0xfd, 0xd6, 0xdc, 0x5c, 0x69, 0x2c, 0xc7, 0x60,
	0x95, 0x25, 0xa7, 0xb2, 0xc9, 0x56, 0x2d, 0x60, 0x8f, 0x25,
	0xd5, 0x1a
};
static const uint8_t ed_y[WIDTH] = {
	0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	0x66, 0x58
};

struct curve {
	bool open;
	struct field field, order;
	struct element d, d2;	/* d, 2 d */
	struct element root;	/* of -1 */
	struct edwards base[FIELD_TABLE];
};

/* dbl-2008-hwcd with a = -1 */
static void
ed_double(const struct curve *c, struct edwards *out,
    const struct edwards *p)
{
	const struct field *f = &c->field;
	struct element a = { { 0 } }, b = a, e = a, g = a, h = a, k = a;

	field_sqr(f, &a, &p->x);
	field_sqr(f, &b, &p->y);
	field_sqr(f, &k, &p->z);
	field_double(f, &k, &k);
	field_add(f, &e, &p->x, &p->y);
	field_sqr(f, &e, &e);
	field_sub(f, &e, &e, &a);
	field_sub(f, &e, &e, &b);
	field_sub(f, &g, &b, &a);
	field_sub(f, &k, &g, &k);
	field_add(f, &h, &a, &b);
	field_sub(f, &h, &f->m, &h);
	field_mul(f, &out->x, &e, &k);
	field_mul(f, &out->y, &g, &h);
	field_mul(f, &out->t, &e, &h);
	field_mul(f, &out->z, &k, &g);
}

/* add-2008-hwcd-3: complete, for d is no square */
static void
ed_add(const struct curve *c, struct edwards *out, const struct edwards *p,
    const struct edwards *q)
{
	const struct field *f = &c->field;
	struct element a = { { 0 } }, b = a, u = a, v = a, e = a, g = a, h = a;

	field_sub(f, &a, &p->y, &p->x);
	field_sub(f, &b, &q->y, &q->x);
	field_mul(f, &a, &a, &b);
	field_add(f, &b, &p->y, &p->x);
	field_add(f, &u, &q->y, &q->x);
	field_mul(f, &b, &b, &u);
	field_mul(f, &u, &p->t, &q->t);
	field_mul(f, &u, &u, &c->d2);
	field_mul(f, &v, &p->z, &q->z);
	field_double(f, &v, &v);
	field_sub(f, &e, &b, &a);
	field_add(f, &h, &b, &a);
	field_sub(f, &a, &v, &u);
	field_add(f, &g, &v, &u);
	field_mul(f, &out->x, &e, &a);
	field_mul(f, &out->y, &g, &h);
	field_mul(f, &out->t, &e, &h);
	field_mul(f, &out->z, &a, &g);
}

static void
ed_negate(const struct curve *c, struct edwards *p)
{
	const struct element zero = { { 0 } };

	field_sub(&c->field, &p->x, &zero, &p->x);
	field_sub(&c->field, &p->t, &zero, &p->t);
}

static void
ed_table(const struct curve *c, const struct edwards *p,
    struct edwards out[FIELD_TABLE])
{
	struct edwards twice = *p;

	ed_double(c, &twice, p);
	out[0] = *p;
	for (size_t i = 1; i < FIELD_TABLE; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		ed_add(c, &out[i], &out[i - 1], &twice);
	}
}

static void
ed_digit(const struct curve *c, struct edwards *p, int digit,
    const struct edwards table[FIELD_TABLE])
{
	struct edwards q;

	if (digit == 0)
		return;
	q = table[(digit < 0 ? -digit : digit) / 2];
	if (digit < 0)
		ed_negate(c, &q);
	ed_add(c, p, p, &q);
}

static void
ed_constant(const struct field *f, struct element *out,
    const uint8_t bytes[WIDTH])
{
	struct element t;

	field_load(&t, bytes, WIDTH);
	memset(out, 0, sizeof(*out));
	field_enter(f, out, &t);
}

static const struct curve *
curve_open(void)
{
	static struct curve c;
	struct edwards base;

	if (c.open)
		return &c;
	field_open(&c.field, ed_prime, WIDTH);
	field_open(&c.order, ed_order, WIDTH);
	ed_constant(&c.field, &c.d, ed_d);
	field_double(&c.field, &c.d2, &c.d);
	ed_constant(&c.field, &c.root, ed_root);
	ed_constant(&c.field, &base.x, ed_x);
	ed_constant(&c.field, &base.y, ed_y);
	base.z = c.field.one;
	field_mul(&c.field, &base.t, &base.x, &base.y);
	ed_table(&c, &base, c.base);
	c.open = true;
	return &c;
}

/*
 * RFC 8032 5.1.3: x^2 = u / v with u = y^2 - 1, v = d y^2 + 1; the root is
 * u v^3 (u v^7)^((p - 5) / 8), perhaps times that of -1.
 */
static bool
ed_decode(const struct curve *c, const uint8_t key[WIDTH],
    struct edwards *out)
{
	const struct field *f = &c->field;
	const struct element zero = { { 0 } }, five = { { 5 } };
	struct element y = zero, u = zero, v = zero, x = zero, t = zero, e;
	uint8_t bytes[WIDTH];
	bool sign = (key[WIDTH - 1] & 0x80) != 0;

	memcpy(bytes, key, WIDTH);
	bytes[WIDTH - 1] &= 0x7f;
	field_load_little(&y, bytes, WIDTH);
	if (!field_is_below(f, &y))
		return false;
	field_enter(f, &y, &y);
	field_sqr(f, &t, &y);
	field_sub(f, &u, &t, &f->one);
	field_mul(f, &v, &t, &c->d);
	field_add(f, &v, &v, &f->one);
	e = f->m;
	(void)limb_sub(e.at, e.at, five.at, f->n);
	for (size_t i = 0; i < FIELD_LIMBS; i++)
		e.at[i] = (limb)(e.at[i] >> 3 | (i + 1 < FIELD_LIMBS ?
		    e.at[i + 1] << (LIMB_BITS - 3) : 0));
	field_sqr(f, &t, &v);
	field_mul(f, &t, &t, &v);	/* v^3 */
	field_mul(f, &x, &u, &t);	/* u v^3 */
	field_sqr(f, &t, &t);
	field_mul(f, &t, &t, &v);	/* v^7 */
	field_mul(f, &t, &t, &u);
	field_power(f, &t, &t, &e);
	field_mul(f, &x, &x, &t);
	field_sqr(f, &t, &x);
	field_mul(f, &t, &t, &v);
	if (!field_equal(f, &t, &u)) {
		field_sub(f, &u, &zero, &u);
		if (!field_equal(f, &t, &u))
			return false;
		field_mul(f, &x, &x, &c->root);
	}
	field_leave(f, &t, &x);
	if (field_is_zero(f, &t) && sign)
		return false;
	if (field_bit(&t, 0) != sign)
		field_sub(f, &x, &zero, &x);
	out->x = x;
	out->y = y;
	out->z = f->one;
	out->t = zero;
	field_mul(f, &out->t, &x, &y);
	return true;
}

static void
ed_encode(const struct curve *c, const struct edwards *p,
    uint8_t out[WIDTH])
{
	struct element z = { { 0 } }, x = z, y = z;

	field_invert(&c->field, &z, &p->z);
	field_mul(&c->field, &x, &p->x, &z);
	field_mul(&c->field, &y, &p->y, &z);
	field_leave(&c->field, &x, &x);
	field_leave(&c->field, &y, &y);
	for (size_t i = 0; i < WIDTH; i++)
		out[i] = (uint8_t)(y.at[i / LIMB_BYTES] >>
		    8 * (i % LIMB_BYTES));
	if (field_bit(&x, 0))
		out[WIDTH - 1] |= 0x80;
}

/* Decoding takes a tenth of the time of a verification: the last key is
 * remembered, which was looked at when it was read. */
static bool
key_point(const struct curve *c, const uint8_t key[WIDTH],
    struct edwards *out)
{
	static _Thread_local uint8_t last[WIDTH];
	static _Thread_local struct edwards point;
	static _Thread_local bool have;

	if (!have || memcmp(last, key, WIDTH) != 0) {
		have = ed_decode(c, key, &point);
		memcpy(last, key, WIDTH);
	}
	*out = point;
	return have;
}

bool
edwards_has_point(const uint8_t key[32])
{
	const struct curve *c = curve_open();
	struct edwards p;

	if (!key_point(c, key, &p))
		return false;
	for (int i = 0; i < 3; i++)
		ed_double(c, &p, &p);
	/* 8 P is the neutral element (0, 1) for a P of small order. */
	return !field_is_zero(&c->field, &p.x) ||
	    !field_equal(&c->field, &p.y, &p.z);
}

bool
edwards_verify(const uint8_t key[32], const uint8_t signature[64],
    const uint8_t k[64])
{
	const struct curve *c = curve_open();
	const struct field *n = &c->order;
	int8_t digit1[FIELD_BITS + 1], digit2[FIELD_BITS + 1];
	struct element s, high, low;
	struct edwards a, table[FIELD_TABLE], p;
	uint8_t got[WIDTH];
	size_t d1, d2;

	field_load_little(&s, signature + WIDTH, WIDTH);
	if (!field_is_below(n, &s) || !key_point(c, key, &a))
		return false;
	/* k = high R + low modulo the order. */
	field_load_little(&low, k, WIDTH);
	field_load_little(&high, k + WIDTH, WIDTH);
	field_mul(n, &high, &high, &n->square);
	field_mul(n, &low, &low, &n->square);
	field_leave(n, &low, &low);
	field_add(n, &high, &high, &low);
	ed_negate(c, &a);
	ed_table(c, &a, table);
	d1 = field_digits(n, &s, digit1);
	d2 = field_digits(n, &high, digit2);
	memset(&p, 0, sizeof(p));
	p.y = c->field.one;
	p.z = c->field.one;
	for (size_t i = d1 > d2 ? d1 : d2; i-- > 0;) {
		ed_double(c, &p, &p);
		ed_digit(c, &p, digit1[i], c->base);
		ed_digit(c, &p, digit2[i], table);
	}
	ed_encode(c, &p, got);
	return memcmp(got, signature, WIDTH) == 0;
}
