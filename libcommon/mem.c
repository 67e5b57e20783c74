/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

enum {
	BLOCK_FIRST = 16 * 1024,	/* a small run touches four pages */
	BLOCK_MAX = 32 * 1024 * 1024,	/* only what is touched takes memory */
	LARGE = 2 * 1024 * 1024	/* worth asking for large pages */
};

struct arena_block {
	struct arena_block *prev;
	size_t size;
};

_Static_assert(sizeof(struct arena_block) == ARENA_ALIGN,
    "blocks keep alignment");

static _Noreturn void
die(size_t wanted)
{
	msg_die(ERR_SYSTEM, NULL, "out of memory: %zu bytes wanted", wanted);
}

static void
want_large_pages(void *start, size_t size)
{
#ifdef MADV_HUGEPAGE
	(void)madvise(start, size, MADV_HUGEPAGE);
#else
	(void)start;
	(void)size;
#endif
}

/* Whole large pages spare a large allocation most of its page faults. */
static void *
alloc_large(size_t size)
{
	void *p;

	if (size > SIZE_MAX - LARGE)
		die(size);
	size = (size + LARGE - 1) & ~(size_t)(LARGE - 1);
	p = aligned_alloc(LARGE, size);
	if (p == NULL)
		die(size);
	want_large_pages(p, size);
	return p;
}

void *
mem_alloc(size_t size)
{
	void *p;

	if (size >= LARGE)
		return alloc_large(size);
	p = malloc(size > 0 ? size : 1);
	if (p == NULL)
		die(size);
	return p;
}

void *
mem_realloc(void *p, size_t size)
{
	if (p == NULL)
		return mem_alloc(size);
	p = realloc(p, size > 0 ? size : 1);
	if (p == NULL)
		die(size);
	if (size >= LARGE) {
		/* The whole of malloc's mapping, or realloc could not move
		 * it. */
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		uintptr_t start = (uintptr_t)p & ~(page - 1);
		uintptr_t end = ((uintptr_t)p + size + page - 1) & ~(page - 1);

		want_large_pages((void *)start, end - start);
	}
	return p;
}

void *
mem_array(void *p, size_t count, size_t size)
{
	void *old = p;
	size_t total, there;

	if (__builtin_mul_overflow(count, size, &total))
		die(SIZE_MAX);
	if (total < LARGE || old == NULL)
		return mem_realloc(old, total);
	/* What is used all over is worth a copy; realloc moves it to where
	 * pages are small. */
	p = alloc_large(total);
	there = malloc_usable_size(old);
	memcpy(p, old, there < total ? there : total);
	free(old);
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

bool
slice_ends(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n &&
	    (n == 0 || memcmp(s.data + s.len - n, suffix, n) == 0);
}

int
slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n == 0 ? 0 : memcmp(a.data, b.data, n);

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

size_t
slice_find(struct slice s, char c)
{
	const char *p = s.len == 0 ? NULL : memchr(s.data, c, s.len);

	return p == NULL ? s.len : (size_t)(p - s.data);
}

struct slice
slice_cut(struct slice s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct slice){ s.len == 0 ? s.data : s.data + from, to - from };
}

void *
arena_more(struct arena *a, size_t size)
{
	size_t want = a->head == NULL ? BLOCK_FIRST : a->head->size * 2;
	struct arena_block *b;

	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (size > SIZE_MAX / 2)
		die(size);
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (want < size + sizeof(*b))
		want = size + sizeof(*b);
	b = mem_alloc(want);
	b->prev = a->head;
	b->size = want;
	a->head = b;
	a->next = (char *)(b + 1) + size;
	a->end = (char *)b + want;
	return b + 1;
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	void *p = arena_alloc(a, size);

	memset(p, 0, size);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		die(SIZE_MAX);
	return arena_alloc(a, total);
}

char *
arena_dup(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.len + 1);

	if (s.len > 0)
		memcpy(p, s.data, s.len);
	p[s.len] = '\0';
	return p;
}

struct slice
arena_slice(struct arena *a, struct slice s)
{
	return (struct slice){ arena_dup(a, s), s.len };
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die(0);
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	if (b == NULL)
		return;
	while (b->prev != NULL) {
		struct arena_block *prev = b->prev;

		free(b);
		b = prev;
	}
	a->head = b;
	a->next = (char *)(b + 1);
	a->end = (char *)b + b->size;
}

void
arena_free(struct arena *a)
{
	while (a->head != NULL) {
		struct arena_block *prev = a->head->prev;

		free(a->head);
		a->head = prev;
	}
	a->next = a->end = NULL;
}

char *
buf_grow(struct buf *b, size_t n)
{
	size_t need;

	if (__builtin_add_overflow(b->len, n, &need) || need > SIZE_MAX / 2)
		die(SIZE_MAX);
	if (need > b->cap || b->data == NULL) {
		size_t cap = b->cap < 128 ? 128 : b->cap;

		while (cap < need)
			cap += cap / 2;
		b->data = mem_realloc(b->data, cap);
		b->cap = cap;
	}
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), data, n);
	b->len += n;
}

void
buf_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.data, s.len);
}

void
buf_text(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

void
buf_byte(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->len++;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die(0);
	(void)buf_room(b, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

struct slice
buf_get(const struct buf *b)
{
	return (struct slice){ b->data, b->len };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ NULL, 0, 0 };
}
