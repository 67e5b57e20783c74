/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve - verifying on elliptic curves (layer 1).
 *
 * Ed25519 and the NIST curves, for public numbers only: everything here takes
 * a time that depends on its arguments, so nothing secret may come in.  Made
 * because libgcrypt's arithmetic, kept constant for secrets, takes five to
 * ten times as long as a verifier needs.
 *
 * Montgomery multiplication (CIOS), Jacobian and extended Edwards points,
 * interleaved non-adjacent forms.  No allocation; tables of the base points
 * are made at first use.  Threads may verify at the same time on curves that
 * one of them used before the others began (a key that was read did that).
 */
#ifndef CURVE_H
#define CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum curve_id {
	CURVE_ED25519,
	CURVE_P256,
	CURVE_P384,
	CURVE_P521
};

enum {
	CURVE_WIDTH_MAX = 66
};

/* Bytes of a coordinate, and of a scalar: 32, 32, 48, 66. */
size_t curve_width(enum curve_id id);

/* NIST curves: x and y (big-endian, width bytes each) are below the prime
 * and on the curve. */
bool curve_has_point(enum curve_id id, const uint8_t *xy);
/*
 * FIPS 186-5 6.4.2: r and s as wide as the order, e the digest, cut to at
 * most that many bytes.  xy is a point of the curve.
 */
bool curve_ecdsa(enum curve_id id, const uint8_t *xy, const uint8_t *e,
    size_t e_len, const uint8_t *r, const uint8_t *s);

/* Ed25519: 32 bytes that are a point in its one form (RFC 8032 5.1.3), and
 * not of small order. */
bool curve_ed_has_point(const uint8_t key[32]);
/*
 * RFC 8032 5.1.7 without the cofactor: signature's R is, byte for byte, the
 * encoding of S B - k A, with S below the order.  k is the SHA-512 digest.
 */
bool curve_eddsa(const uint8_t key[32], const uint8_t signature[64],
    const uint8_t k[64]);

#endif
