/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "set.h"

enum {
	SPANS_FIRST = 16,
	INSERT_MAX = 16,	/* elements that are sorted by insertion */
	AHEAD = 8		/* elements that memory is asked for */
};

void
set_reserve(struct set *s, size_t count, size_t bytes)
{
	if (s->cap < count) {
		s->item = mem_array(s->item, count, sizeof(*s->item));
		s->cap = count;
	}
	(void)buf_room(&s->text, bytes);
}

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

		/* It gets shorter a few times only. */
		if (other.len >= n && memcmp(other.data, first.data, n) == 0)
			continue;
		if (other.len < n)
			n = other.len;
		while (k < n && other.data[k] == first.data[k])
			k++;
		n = k;
	}
	return n;
}

/* A run of elements that are equal up to skip. */
struct run {
	size_t from, to, skip;
};

static uint64_t
prefix_of(struct slice text, size_t skip)
{
	const unsigned char *at = (const unsigned char *)text.data + skip;
	size_t left = text.len > skip ? text.len - skip : 0;
	uint64_t prefix = 0;

	if (left >= sizeof(prefix)) {
		memcpy(&prefix, at, sizeof(prefix));
		return __builtin_bswap64(prefix);
	}
	for (size_t k = 0; k < sizeof(prefix); k++)
		prefix = prefix << 8 | (k < left ? at[k] : 0);
	return prefix;
}

static void
insert(struct set_span *item, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++) {
		struct set_span span = item[i];
		size_t k = i;

		for (; k > from && item[k - 1].prefix > span.prefix; k--)
			item[k] = item[k - 1];
		item[k] = span;
	}
}

/* Two neighbours, [from, middle) and [middle, to), to the other array. */
static void
merge(const struct set_span *item, struct set_span *out, size_t from,
    size_t middle, size_t to)
{
	size_t a = from, b = middle, n = from;

	/* Which one comes next nobody can guess: no branch asks. */
	while (a < middle && b < to) {
		bool second = item[b].prefix < item[a].prefix;

		out[n++] = item[second ? b : a];
		a += !second;
		b += second;
	}
	memcpy(out + n, item + a, (middle - a) * sizeof(*out));
	n += middle - a;
	memcpy(out + n, item + b, (to - b) * sizeof(*out));
}

/* By prefix: a merge sort, whose time no input can make worse.  spare is as
 * long as the set. */
static void
sort_run(struct set *s, const struct run *r, struct set_span *spare)
{
	struct set_span *item = s->item, *other = spare;
	size_t step = INSERT_MAX;

	for (size_t i = r->from; i < r->to; i++) {
		if (i + AHEAD < r->to)
			__builtin_prefetch(s->text.data +
			    item[i + AHEAD].offset + r->skip);
		item[i].prefix = prefix_of(set_item(s, i), r->skip);
	}
	for (size_t i = r->from; i < r->to; i += step)
		insert(item, i, r->to - i < step ? r->to : i + step);
	for (; step < r->to - r->from; step *= 2) {
		struct set_span *out = other;

		for (size_t i = r->from; i < r->to; i += 2 * step) {
			size_t left = r->to - i;

			merge(item, out, i, i + (left < step ? left : step),
			    i + (left < 2 * step ? left : 2 * step));
		}
		other = item;
		item = out;
	}
	if (item != s->item)
		memcpy(s->item + r->from, item + r->from,
		    (r->to - r->from) * sizeof(*item));
}

/* Drops elements that are equal to the one before them, with which they have
 * been sorted by every prefix. */
static void
unite(struct set *s)
{
	size_t kept = 0;

	for (size_t i = 1; i < s->count; i++)
		if (s->item[kept].prefix != s->item[i].prefix ||
		    !slice_eq(set_item(s, kept), set_item(s, i)))
			s->item[++kept] = s->item[i];
	s->count = kept + 1;
}

void
set_sort(struct set *s)
{
	struct set_span *spare;
	struct run *stack;
	size_t depth = 0, cap = SPANS_FIRST;

	if (s->count < 2)
		return;
	spare = mem_array(NULL, s->count, sizeof(*spare));
	/* Eight bytes at a time, so that most comparisons need no look at the
	 * texts.  No element holds a NUL, which canonical JSON escapes: a
	 * shorter one sorts before those that it begins. */
	stack = mem_array(NULL, cap, sizeof(*stack));
	stack[depth++] = (struct run){ 0, s->count, common_prefix(s) };
	while (depth > 0) {
		struct run r = stack[--depth];
		size_t from = r.from;

		sort_run(s, &r, spare);
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
	mem_free(spare);
	unite(s);
}

void
set_free(struct set *s)
{
	buf_free(&s->text);
	mem_free(s->item);
	*s = (struct set){ { NULL, 0, 0 }, NULL, 0, 0 };
}
