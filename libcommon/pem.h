/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pem - textual encodings of keys and certificates, RFC 7468 (layer 1).
 *
 * Works in the caller's memory, since what it carries may be secret.  Text
 * around the blocks is passed over; inside a block there is only base64 in
 * lines, no headers (RFC 1421's encryption is not read).
 */
#ifndef PEM_H
#define PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"

struct pem {
	struct slice label;	/* "PUBLIC KEY" */
	struct slice body;	/* base64 with its line ends */
	size_t offset;		/* of "-----BEGIN" in the text */
};

/* The next block from *at, which is moved behind it.  False when there is no
 * other, or when it has no end of the same label: *at is then the length of
 * the text, or where that block begins. */
bool pem_next(struct slice text, size_t *at, struct pem *out);
/* Decodes a body into out, which has room for body.len / 4 * 3 bytes; false
 * unless it is padded base64 of the standard alphabet in lines. */
bool pem_decode(struct slice body, uint8_t *out, size_t *size);

/* Bytes that pem_encode writes. */
size_t pem_size(const char *label, size_t size);
void pem_encode(const char *label, const uint8_t *bytes, size_t size,
    char *out);

#endif
