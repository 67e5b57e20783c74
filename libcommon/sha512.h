/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha512 - SHA-384 and SHA-512 of FIPS 180-4 (layer 1).
 *
 * Like sha256 it starts at no cost.  Not for secrets: nothing is wiped.
 */
#ifndef SHA512_H
#define SHA512_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHA512_SIZE = 64,	/* bytes of a digest */
	SHA384_SIZE = 48,
	SHA512_BLOCK = 128	/* bytes that are compressed at once */
};

/* A value: copied, it goes on from where the other was. */
struct sha512 {
	uint64_t state[SHA512_SIZE / 8];
	uint64_t size;			/* bytes so far, below 2^61 */
	uint8_t held[SHA512_BLOCK];	/* the last size % 128 of them */
};

void sha512_init(struct sha512 *h);
void sha512_init_384(struct sha512 *h);
/* n may be 0, and data then NULL. */
void sha512_add(struct sha512 *h, const void *data, size_t n);
/* Writes the first size bytes of the digest: SHA512_SIZE or SHA384_SIZE. */
void sha512_finish(struct sha512 *h, uint8_t *out, size_t size);

#endif
