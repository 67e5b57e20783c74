/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "set.h"

enum {
	SPANS_FIRST = 16,
	INSERT_MAX = 16,	/* elements that are sorted by insertion */
	HEAD = 16,		/* bits of a prefix that they are dealt by */
	DEAL_MIN = 4096,	/* elements that are worth it */
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

struct slice
set_item(const struct set *s, size_t i)
{
	return (struct slice){ s->text.data + s->item[i].offset,
	    s->item[i].len };
}

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

/* What all elements begin with, with a new one. */
static void
keep_common(struct set *s, struct slice text)
{
	const char *first = s->text.data + s->item[0].offset;
	size_t n = s->common, k = 0;

	/* It gets shorter a few times only. */
	if (text.len >= n && memcmp(text.data, first, n) == 0)
		return;
	while (k < n && k < text.len && text.data[k] == first[k])
		k++;
	s->common = k;
	s->stale = s->count;
}

/* The text is still at hand: when it is sorted, it will not be. */
void
set_end(struct set *s)
{
	struct set_span *span = &s->item[s->count];
	struct slice text = slice_cut(buf_get(&s->text), span->offset,
	    s->text.len);

	span->len = text.len;
	if (s->count == 0)
		s->common = text.len;
	keep_common(s, text);
	span->prefix = prefix_of(text, s->common);
	s->count++;
}

/* --- sorting ------------------------------------------------------------ */

/* Elements that are equal up to skip. */
struct run {
	size_t from, to, skip;
};

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

static bool
is_sorted(const struct set_span *item, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
		if (item[i - 1].prefix > item[i].prefix)
			return false;
	return true;
}

/* By prefix: a merge sort, whose time no input can make worse.  spare is as
 * long as the set. */
static void
merge_sort(struct set *s, size_t from, size_t to, struct set_span *spare)
{
	struct set_span *item = s->item, *other = spare;
	size_t step = INSERT_MAX;

	if (is_sorted(item, from, to))
		return;
	for (size_t i = from; i < to; i += step)
		insert(item, i, to - i < step ? to : i + step);
	for (; step < to - from; step *= 2) {
		struct set_span *out = other;

		for (size_t i = from; i < to; i += 2 * step) {
			size_t left = to - i;

			merge(item, out, i, i + (left < step ? left : step),
			    i + (left < 2 * step ? left : 2 * step));
		}
		other = item;
		item = out;
	}
	if (item != s->item)
		memcpy(s->item + from, item + from,
		    (to - from) * sizeof(*item));
}

/* The same for many elements: dealt out by the head of their prefixes first,
 * they are sorted where the core has them at hand. */
static void
deal_and_sort(struct set *s, size_t from, size_t to, struct set_span *spare)
{
	const unsigned shift = 64 - HEAD;
	const size_t heads = (size_t)1 << HEAD;
	size_t *end = mem_array(NULL, heads, sizeof(*end)), at = from;

	memset(end, 0, heads * sizeof(*end));
	for (size_t i = from; i < to; i++)
		end[s->item[i].prefix >> shift]++;
	for (size_t head = 0; head < heads; head++) {
		at += end[head];
		end[head] = at - end[head];	/* its start, so far */
	}
	for (size_t i = from; i < to; i++)
		spare[end[s->item[i].prefix >> shift]++] = s->item[i];
	memcpy(s->item + from, spare + from, (to - from) * sizeof(*spare));
	for (size_t head = 0; head < heads; head++) {
		if (end[head] > from)
			merge_sort(s, from, end[head], spare);
		from = end[head];
	}
	mem_free(end);
}

/* Elements [from, to), by prefix. */
static void
sort_part(struct set *s, size_t from, size_t to, struct set_span *spare)
{
	if (to - from < DEAL_MIN)
		merge_sort(s, from, to, spare);
	else
		deal_and_sort(s, from, to, spare);
}

static void
take_prefixes(struct set *s, size_t from, size_t to, size_t skip)
{
	for (size_t i = from; i < to; i++) {
		if (i + AHEAD < to)
			__builtin_prefetch(s->text.data +
			    s->item[i + AHEAD].offset + skip);
		s->item[i].prefix = prefix_of(set_item(s, i), skip);
	}
}

/* Bytes that all prefixes of a run begin with, if it is worth the time to look
 * behind them; 0: they tell something. */
static size_t
shared(const struct set *s, const struct run *r)
{
	uint64_t low = UINT64_MAX, high = 0;
	size_t bytes = sizeof(low);

	for (size_t i = r->from; i < r->to; i++) {
		uint64_t prefix = s->item[i].prefix;

		low = prefix < low ? prefix : low;
		high = prefix > high ? prefix : high;
	}
	if (low != high)
		bytes = (size_t)__builtin_clzll(low ^ high) / 8;
	else if ((low & 0xff) == 0)
		return 0;		/* here the texts end */
	return bytes < sizeof(low) && r->to - r->from < DEAL_MIN ? 0 : bytes;
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
	take_prefixes(s, 0, s->stale, s->common);
	stack[depth++] = (struct run){ 0, s->count, s->common };
	while (depth > 0) {
		struct run r = stack[--depth];
		size_t from = r.from, more;

		if (r.skip > s->common)
			take_prefixes(s, r.from, r.to, r.skip);
		while ((more = shared(s, &r)) > 0)
			take_prefixes(s, r.from, r.to, r.skip += more);
		sort_part(s, r.from, r.to, spare);
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
	*s = (struct set){ .count = 0 };
}
