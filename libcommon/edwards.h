/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edwards - verifying Ed25519 (layer 1).
 *
 * What curve.h says of numbers and threads holds here too.
 */
#ifndef EDWARDS_H
#define EDWARDS_H

#include <stdbool.h>
#include <stdint.h>

/* 32 bytes that are a point in its one form (RFC 8032 5.1.3), and not of
 * small order. */
bool edwards_has_point(const uint8_t key[32]);
/*
 * RFC 8032 5.1.7 without the cofactor: signature's R is, byte for byte, the
 * encoding of S B - k A, with S below the order.  k is the SHA-512 digest.
 */
bool edwards_verify(const uint8_t key[32], const uint8_t signature[64],
    const uint8_t k[64]);

#endif
