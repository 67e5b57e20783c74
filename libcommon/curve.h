/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve - verifying ECDSA on NIST's curves (layer 1).
 *
 * For public numbers only: everything here takes a time that depends on its
 * arguments, so nothing secret may come in.  Made because libgcrypt's
 * arithmetic, kept constant for secrets, takes five to ten times as long as a
 * verifier needs.
 *
 * Jacobian points, interleaved non-adjacent forms.  No allocation; the table
 * of a base point is made at first use.  Threads may verify at the same time
 * on curves that one of them used before the others began (a key that was
 * read did that).
 */
#ifndef CURVE_H
#define CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum curve_id {
	CURVE_P256,
	CURVE_P384,
	CURVE_P521
};

/* Bytes of a coordinate, and of a scalar: 32, 48, 66. */
size_t curve_width(enum curve_id id);

/* x and y (big-endian, width bytes each) are below the prime
 * and on the curve. */
bool curve_has_point(enum curve_id id, const uint8_t *xy);
/*
 * FIPS 186-5 6.4.2: r and s as wide as the order, e the digest, cut to at
 * most that many bytes.  xy is a point of the curve.
 */
bool curve_ecdsa(enum curve_id id, const uint8_t *xy, const uint8_t *e,
    size_t e_len, const uint8_t *r, const uint8_t *s);

#endif
