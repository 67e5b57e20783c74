/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha1 - SHA-1 of FIPS 180-4 (layer 1).
 *
 * Broken: for what old formats name with it, never for what is trusted.
 */
#ifndef SHA1_H
#define SHA1_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHA1_SIZE = 20,		/* bytes of a digest */
	SHA1_BLOCK = 64
};

struct sha1 {
	uint32_t state[SHA1_SIZE / 4];
	uint64_t size;		/* bytes so far, below 2^61 */
	uint8_t held[SHA1_BLOCK];
};

void sha1_init(struct sha1 *h);
/* n may be 0, and data then NULL. */
void sha1_add(struct sha1 *h, const void *data, size_t n);
void sha1_finish(struct sha1 *h, uint8_t out[SHA1_SIZE]);

#endif
