/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secure - memory for secrets, and random bytes (layer 2, libgcrypt).
 *
 * Memory that is left out of core dumps, is wiped when freed, and is locked
 * so that it is not swapped out.  The first call turns off core dumps of the
 * process.  A system may refuse each of these; locking, for one, where
 * RLIMIT_MEMLOCK is 0: the work is then done all the same, as gpg and
 * OpenSSL do theirs, and the secret may reach the swap.
 */
#ifndef SECURE_H
#define SECURE_H

#include <stddef.h>

#include "crypt.h"
#include "err.h"

/* Zeros; ends the process when there is no memory. */
void *secure_alloc(size_t size);
/* NULL is fine.  Wipes the memory, and the stack below the caller. */
void secure_free(void *p);
/* From the system's generator. */
void secure_random(void *out, size_t size);

/* --- for the other modules of libgcrypt --------------------------------- */

/* Starts the library; secure_alloc does it too. */
void secure_start(void);
/* The library's number of a hash. */
int secure_hash(enum crypt_hash h);
/* It fails only for want of memory, or where what we gave it was checked
 * before: neither is the input's fault (ERR_SYSTEM). */
enum status secure_fail(unsigned code, struct err *e);

#endif
