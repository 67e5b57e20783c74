/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set - a large set of canonical texts (layer 0).
 *
 * Elements are RFC 8785 texts, kept one behind the other in one buffer;
 * sorting moves only their positions.  Order is by bytes, equal elements
 * stay once: what "sets are sorted" means in every document of ours.
 */
#ifndef SET_H
#define SET_H

#include <stddef.h>
#include <stdint.h>

#include "mem.h"

struct set_span {
	uint64_t prefix;	/* eight bytes behind what all begin with */
	size_t offset;
	size_t len;
};

/* Zero it to begin.  An element is written to text by its maker, between
 * set_begin and set_end. */
struct set {
	struct buf text;
	struct set_span *item;
	size_t count;
	size_t cap;
	size_t common;		/* bytes that all elements begin with */
	size_t stale;		/* elements whose prefix was taken when more
				 * bytes were common */
};

/* Room for so many elements and bytes: what is not used takes no memory. */
void set_reserve(struct set *s, size_t count, size_t bytes);
void set_begin(struct set *s);
void set_end(struct set *s);
void set_sort(struct set *s);
struct slice set_item(const struct set *s, size_t i);
void set_free(struct set *s);

#endif
