/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sidehash - a SHA-256 on a thread of its own (layer 3).
 *
 * Some bytes are hashed twice, as a chunk and as a part; the second hash is
 * made beside the first.  Bytes that are added are borrowed until they were
 * waited for.  The first are hashed in the call, as there may not be many;
 * where no thread can be had, all are.
 */
#ifndef SIDEHASH_H
#define SIDEHASH_H

#include <stddef.h>
#include <stdint.h>

struct sidehash;

struct sidehash *sidehash_open(void);
/* Returns a ticket: after sidehash_wait of it the bytes are free again. */
uint64_t sidehash_add(struct sidehash *s, const void *data, size_t size);
void sidehash_wait(struct sidehash *s, uint64_t ticket);
/* The digest of all that was added (32 bytes); starts again from nothing. */
void sidehash_take(struct sidehash *s, uint8_t *out);
/* Waits for all; NULL is fine. */
void sidehash_close(struct sidehash *s);

#endif
