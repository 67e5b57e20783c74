/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem - arenas, growing buffers and byte slices (layer 0).
 *
 * A pointer is borrowed unless it is an arena, a buffer or a handle; only
 * those are released.  Allocation never returns NULL: when memory runs out
 * the process says so and exits 3, through a hook that tests may replace.
 * Callers check limits first, so that hostile input is refused (2) rather
 * than running into this.  Secrets never live here (see crypt.h).
 */
#ifndef MEM_H
#define MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A run of bytes somebody else owns; may hold NUL. */
struct slice {
	const char *data;
	size_t len;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

/* The small ones are here, so that the length of a literal is known when it is
 * compiled, and most comparisons end at the lengths. */
static inline struct slice
slice_of(const char *z)		/* z may be NULL: empty */
{
	return (struct slice){ z, z == NULL ? 0 : strlen(z) };
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool
slice_is(struct slice s, const char *z)
{
	return slice_eq(s, slice_of(z));
}

static inline bool
slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && (n == 0 || memcmp(s.data, prefix, n) == 0);
}

bool slice_ends(struct slice s, const char *suffix);
int slice_cmp(struct slice a, struct slice b);	/* by bytes, then length */
/* Position of byte c in s, or s.len. */
size_t slice_find(struct slice s, char c);
/* s[from, to), clamped. */
struct slice slice_cut(struct slice s, size_t from, size_t to);

/* An arena: zero it to begin, everything is released at once. */
struct arena {
	struct arena_block *head;
	char *next;
	char *end;
};

enum {
	ARENA_ALIGN = 16
};

/* What arena_alloc does where the last block has no room. */
void *arena_more(struct arena *a, size_t size);

static inline void *		/* aligned to ARENA_ALIGN */
arena_alloc(struct arena *a, size_t size)
{
	void *p = a->next;

	/* The room there is, a multiple of ARENA_ALIGN, bounds the sum. */
	if (a->head == NULL || size > (size_t)(a->end - a->next))
		return arena_more(a, size);
	a->next += (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	return p;
}

void *arena_zalloc(struct arena *a, size_t size);
/* count * size bytes; an overflow ends the process like want of memory. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy with a NUL behind it. */
char *arena_dup(struct arena *a, struct slice s);
struct slice arena_slice(struct arena *a, struct slice s);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Keep the first block, forget the rest. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

/* A growing buffer: zero it to begin. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

/* Makes room for n more bytes; see buf_room. */
char *buf_grow(struct buf *b, size_t n);

/* Room for n more bytes behind data + len; does not change len. */
static inline char *
buf_room(struct buf *b, size_t n)
{
	return b->data != NULL && n <= b->cap - b->len ? b->data + b->len :
	    buf_grow(b, n);
}

/* n bytes more, to be filled in; good until the buffer grows. */
static inline void *
buf_push(struct buf *b, size_t n)
{
	void *p = buf_room(b, n);

	b->len += n;
	return p;
}

void buf_add(struct buf *b, const void *data, size_t n);
void buf_slice(struct buf *b, struct slice s);
void buf_text(struct buf *b, const char *z);
void buf_byte(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct slice buf_get(const struct buf *b);
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

void *mem_alloc(size_t size);
void *mem_realloc(void *p, size_t size);
void *mem_array(void *p, size_t count, size_t size);
void mem_free(void *p);

#endif
