/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyorder - the order RFC 8785 3.2.3 wants an object's members in (layer 1).
 *
 * For the readers of whole objects: what comes in order already need not be
 * sorted.
 */
#ifndef KEYORDER_H
#define KEYORDER_H

#include <stddef.h>
#include <stdint.h>

#include "mem.h"

enum {
	KEYORDER_FEW = 24	/* keys that are sorted by insertion */
};

/* A key that is to be sorted. */
struct keyed {
	uint64_t prefix;	/* keyorder_prefix of it */
	const char *text;	/* unescaped */
	uint32_t len;
	uint32_t index;		/* keyorder_sort's own */
};

/* Zero it to begin. */
struct keyorder {
	struct buf keys;	/* struct keyed */
	struct buf many;	/* the order of more than few has room for */
	/* Objects of one size are often of one kind: where they have few
	 * keys, the order of the last one is what sorting begins with. */
	uint32_t few[KEYORDER_FEW + 1][KEYORDER_FEW];
};

/*
 * A key's first eight bytes as a number that sorts as RFC 8785 does: keys with
 * different ones need no other comparison.  v is the bytes as memory has them;
 * what it has behind a shorter key does not count.
 */
static inline uint64_t
keyorder_prefix(uint64_t v, size_t len)
{
	const uint64_t ones = 0x0101010101010101u;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	if (len < 8)
		v = len == 0 ? 0 : v & ~(uint64_t)0 << (64 - 8 * len);
	if ((v & ones << 7) != 0)
		for (int shift = 0; shift < 64; shift += 8) {
			uint64_t c = v >> shift & 0xff;

			if (c == 0xee || c == 0xef)	/* see json_key_cmp */
				v += (uint64_t)0x10 << shift;
		}
	return v;
}

/* Room for the n keys of an object, in the order they were read, to be filled
 * in each time. */
struct keyed *keyorder_keys(struct keyorder *o, size_t n);
/*
 * The indices of those keys in order, n of them, until the next call.  *twice
 * is the first key that was there before, or n.
 */
const uint32_t *keyorder_sort(struct keyorder *o, size_t n, size_t *twice);
void keyorder_free(struct keyorder *o);

#endif
