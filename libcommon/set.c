/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "set.h"

enum {
	SPANS_FIRST = 16
};

void
set_begin(struct set *s)
{
	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? SPANS_FIRST : s->cap * 2;
		s->item = mem_array(s->item, s->cap, sizeof(*s->item));
	}
	s->item[s->count] = (struct set_span){ 0, s->text.len, 0 };
}

void
set_end(struct set *s)
{
	struct set_span *span = &s->item[s->count++];

	span->len = s->text.len - span->offset;
}

struct slice
set_item(const struct set *s, size_t i)
{
	return (struct slice){ s->text.data + s->item[i].offset,
	    s->item[i].len };
}

/* Bytes that all elements begin with. */
static size_t
common_prefix(const struct set *s)
{
	struct slice first = set_item(s, 0);
	size_t n = first.len;

	for (size_t i = 1; i < s->count && n > 0; i++) {
		struct slice other = set_item(s, i);
		size_t k = 0;

		if (other.len < n)
			n = other.len;
		while (k < n && other.data[k] == first.data[k])
			k++;
		n = k;
	}
	return n;
}

static int
by_prefix(const void *x, const void *y)
{
	const struct set_span *a = x, *b = y;

	return a->prefix < b->prefix ? -1 : a->prefix > b->prefix;
}

/* A run of elements that are equal up to skip. */
struct run {
	size_t from, to, skip;
};

static void
sort_run(struct set *s, const struct run *r)
{
	for (size_t i = r->from; i < r->to; i++) {
		struct set_span *span = &s->item[i];
		const unsigned char *at = (const unsigned char *)s->text.data +
		    span->offset + r->skip;
		size_t left = span->len > r->skip ? span->len - r->skip : 0;
		uint64_t prefix = 0;

		if (left >= sizeof(prefix)) {
			memcpy(&prefix, at, sizeof(prefix));
			prefix = __builtin_bswap64(prefix);
		} else {
			for (size_t k = 0; k < sizeof(prefix); k++)
				prefix = prefix << 8 | (k < left ? at[k] : 0);
		}
		span->prefix = prefix;
	}
	qsort(&s->item[r->from], r->to - r->from, sizeof(*s->item),
	    by_prefix);
}

/* Drops elements that are equal to the one before them. */
static void
unite(struct set *s)
{
	size_t kept = 0;

	for (size_t i = 1; i < s->count; i++)
		if (!slice_eq(set_item(s, kept), set_item(s, i)))
			s->item[++kept] = s->item[i];
	s->count = kept + 1;
}

void
set_sort(struct set *s)
{
	struct run *stack = NULL;
	size_t depth = 0, cap = 0;

	if (s->count < 2)
		return;
	/* Eight bytes at a time, so that most comparisons need no look at the
	 * texts.  No element holds a NUL, which canonical JSON escapes: a
	 * shorter one sorts before those that it begins. */
	stack = mem_array(NULL, cap = SPANS_FIRST, sizeof(*stack));
	stack[depth++] = (struct run){ 0, s->count, common_prefix(s) };
	while (depth > 0) {
		struct run r = stack[--depth];
		size_t from = r.from;

		sort_run(s, &r);
		for (size_t i = from + 1; i <= r.to; i++) {
			if (i < r.to && s->item[i].prefix ==
			    s->item[from].prefix)
				continue;
			if (i - from > 1 && (s->item[from].prefix & 0xff)) {
				if (depth == cap)
					stack = mem_array(stack, cap *= 2,
					    sizeof(*stack));
				stack[depth++] = (struct run){ from, i,
				    r.skip + sizeof(s->item->prefix) };
			}
			from = i;
		}
	}
	mem_free(stack);
	unite(s);
}

void
set_free(struct set *s)
{
	buf_free(&s->text);
	mem_free(s->item);
	*s = (struct set){ { NULL, 0, 0 }, NULL, 0, 0 };
}
