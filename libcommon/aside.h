/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - work that a second thread does, in the order it is given (layer 0).
 *
 * Where no thread can be had, the work is done where it is given.
 */
#ifndef ASIDE_H
#define ASIDE_H

#include <stddef.h>
#include <stdint.h>

struct aside;

enum {
	ASIDE_AHEAD = 256	/* pieces of work that may wait */
};

/* work is called for each piece: data and size are whatever was given. */
struct aside *aside_open(void (*work)(void *ctx, const void *data,
    size_t size), void *ctx);
/* Waits while ASIDE_AHEAD are waiting.  Returns a ticket. */
uint64_t aside_give(struct aside *s, const void *data, size_t size);
/* Until the piece with this ticket, and all before it, are done. */
void aside_wait(struct aside *s, uint64_t ticket);
/* Until all are. */
void aside_wait_all(struct aside *s);
/* The same, and the thread ends; NULL is fine. */
void aside_close(struct aside *s);

#endif
