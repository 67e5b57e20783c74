/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versinner - what the three files of vers share: vers.c reads, writes and
 * asks, versset.c joins and simplifies, versnative.c reads what is not vers
 * (layer 1).
 */
#ifndef VERSINNER_H
#define VERSINNER_H

#include "ascii.h"
#include "vers.h"
#include "version.h"

/* By version; what is equal stays as it was written. */
void vers_sort(struct vers *v);
bool vers_is_sorted(const struct vers *v);
/* The comparator that s begins with, "=" where it has none; what follows. */
struct slice vers_take_op(struct slice s, enum vers_op *op);

static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline struct slice
skip(struct slice s, size_t n)
{
	return slice_cut(s, n, s.len);
}

static inline struct slice
trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.data[0]))
		s = skip(s, 1);
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

static inline struct slice
lower(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len);
	size_t i;

	for (i = 0; i < s.len; i++)
		out[i] = is_upper(s.data[i]) ? (char)(s.data[i] + 32) :
		    s.data[i];
	return (struct slice){ out, s.len };
}

static inline int
cmp(const struct vers *v, struct slice a, struct slice b)
{
	return version_cmp(v->scheme, a, b);
}

static inline bool
is_lower_bound(const struct vers_constraint *c)
{
	return c->op == VERS_GT || c->op == VERS_GE;
}

static inline bool
is_upper_bound(const struct vers_constraint *c)
{
	return c->op == VERS_LT || c->op == VERS_LE;
}

static inline void
emit(struct vers *v, enum vers_op op, struct slice version)
{
	v->item[v->count++] = (struct vers_constraint){ op, version };
}

#endif
