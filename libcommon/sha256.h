/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256 - SHA-256 of FIPS 180-4 (layer 1).
 *
 * Every content address is one, so it starts at no cost: nothing is loaded,
 * allocated or set up.  Where the processor has instructions for it (x86's
 * SHA extensions) these do the work.  Not for secrets: nothing is wiped.
 */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "mem.h"

enum {
	SHA256_SIZE = 32,	/* bytes of a digest */
	SHA256_BLOCK = 64	/* bytes that are compressed at once */
};

/* A value: copied, it goes on from where the other was. */
struct sha256 {
	uint32_t state[SHA256_SIZE / 4];
	uint64_t size;			/* bytes so far, below 2^61 */
	uint8_t held[SHA256_BLOCK];	/* the last size % 64 of them */
	void (*compress)(uint32_t *state, const uint8_t *block, size_t blocks);
};

void sha256_init(struct sha256 *h);
/* n may be 0, and data then NULL. */
void sha256_add(struct sha256 *h, const void *data, size_t n);
/* Writes the digest and starts again from nothing. */
void sha256_finish(struct sha256 *h, uint8_t out[SHA256_SIZE]);

/* Two messages that have had as many bytes, and are given as many: where the
 * processor has instructions for it, both take little longer than one. */
void sha256_add_two(struct sha256 h[2], const void *a, const void *b,
    size_t n);
void sha256_finish_two(struct sha256 h[2], uint8_t a[SHA256_SIZE],
    uint8_t b[SHA256_SIZE]);

/* At once: of bytes, and of a, then b. */
void sha256_bytes(struct slice bytes, uint8_t out[SHA256_SIZE]);
void sha256_pair(struct slice a, struct slice b, uint8_t out[SHA256_SIZE]);

/* As sha256_init, but only ever in plain C: what the tests hold the
 * processor's instructions against. */
void sha256_init_portable(struct sha256 *h);

#endif
