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
by_bytes(const void *x, const void *y, void *text)
{
	const struct set_span *a = x, *b = y;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return slice_cmp(
	    (struct slice){ (const char *)text + a->offset, a->len },
	    (struct slice){ (const char *)text + b->offset, b->len });
}

void
set_sort(struct set *s)
{
	size_t skip, kept = 0;

	if (s->count < 2)
		return;
	/* The eight bytes behind what is common decide most comparisons
	 * without a look at the texts. */
	skip = common_prefix(s);
	for (size_t i = 0; i < s->count; i++) {
		struct slice rest = slice_cut(set_item(s, i), skip, SIZE_MAX);
		uint64_t prefix = 0;

		for (size_t k = 0; k < sizeof(prefix); k++)
			prefix = prefix << 8 | (k < rest.len ?
			    (unsigned char)rest.data[k] : 0);
		s->item[i].prefix = prefix;
	}
	qsort_r(s->item, s->count, sizeof(*s->item), by_bytes, s->text.data);
	for (size_t i = 1; i < s->count; i++)
		if (by_bytes(&s->item[kept], &s->item[i], s->text.data) != 0)
			s->item[++kept] = s->item[i];
	s->count = kept + 1;
}

void
set_write(const struct set *s, struct buf *out)
{
	buf_room(out, s->text.len + s->count + 2);
	buf_byte(out, '[');
	for (size_t i = 0; i < s->count; i++) {
		if (i > 0)
			buf_byte(out, ',');
		buf_slice(out, set_item(s, i));
	}
	buf_byte(out, ']');
}

void
set_free(struct set *s)
{
	buf_free(&s->text);
	mem_free(s->item);
	*s = (struct set){ { NULL, 0, 0 }, NULL, 0, 0 };
}
