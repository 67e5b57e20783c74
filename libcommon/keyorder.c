/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "json.h"
#include "keyorder.h"

struct keyed *
keyorder_keys(struct keyorder *o, size_t n)
{
	buf_reset(&o->keys);
	return (struct keyed *)(void *)buf_room(&o->keys,
	    n * sizeof(struct keyed));
}

/* Equal keys keep the order they were read in. */
static inline int
compare(const struct keyed *a, const struct keyed *b)
{
	int c;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	c = json_key_cmp((struct slice){ a->text, a->len },
	    (struct slice){ b->text, b->len });
	return c != 0 ? c : (a->index > b->index) - (a->index < b->index);
}

static int
compare_keyed(const void *a, const void *b)
{
	return compare(a, b);
}

static const uint32_t *
sort_few(struct keyorder *o, const struct keyed *key, size_t n)
{
	uint32_t *order = o->few[n];

	if (n > 1 && order[0] == order[1])	/* the first of this size */
		for (size_t i = 0; i < n; i++)
			order[i] = (uint32_t)i;
	for (size_t i = 1; i < n; i++) {
		uint32_t v = order[i];
		size_t j = i;

		for (; j > 0 && compare(key + order[j - 1], key + v) > 0; j--)
			order[j] = order[j - 1];
		order[j] = v;
	}
	return order;
}

/* Two keys that follow each other in the order. */
static inline void
look_for_twice(const struct keyed *a, const struct keyed *b, size_t *twice)
{
	if (a->prefix == b->prefix && a->len == b->len && b->index < *twice &&
	    memcmp(a->text, b->text, a->len) == 0)
		*twice = b->index;
}

const uint32_t *
keyorder_sort(struct keyorder *o, size_t n, size_t *twice)
{
	struct keyed *key = (struct keyed *)(void *)o->keys.data;
	const uint32_t *few;
	uint32_t *many;

	for (size_t i = 0; i < n; i++)
		key[i].index = (uint32_t)i;
	*twice = n;
	if (n <= KEYORDER_FEW) {
		few = sort_few(o, key, n);
		for (size_t i = 1; i < n; i++)
			look_for_twice(key + few[i - 1], key + few[i], twice);
		return few;
	}
	qsort(key, n, sizeof(*key), compare_keyed);
	buf_reset(&o->many);
	many = (uint32_t *)(void *)buf_room(&o->many, n * sizeof(*many));
	for (size_t i = 0; i < n; i++) {
		many[i] = key[i].index;
		if (i > 0)
			look_for_twice(key + i - 1, key + i, twice);
	}
	return many;
}

void
keyorder_free(struct keyorder *o)
{
	buf_free(&o->keys);
	buf_free(&o->many);
}
