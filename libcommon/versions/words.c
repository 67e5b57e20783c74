/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - lists of numbers and words: gem, Composer, Hackage, CRAN, Conan
 * (layer 1).
 */
#include "order.h"

/* --- gem ---------------------------------------------------------------- */

/*
 * Segments are runs of digits or of letters; "-" is ".pre.".  Zeros before
 * the first word and at the end are dropped.
 */
struct gem {
	struct slice rest;
	bool pre;		/* a "-" was passed: ".pre." comes next */
	bool word;		/* a word was passed */
	const char *kept;	/* zeros before this are known to count */
};

static bool
raw_gem(struct gem *g, struct slice *segment)
{
	struct slice *s = &g->rest;

	while (s->len > 0 && !g->pre && is_not_alnum(s->data[0])) {
		g->pre = s->data[0] == '-';
		*s = skip(*s, 1);
	}
	if (g->pre) {
		g->pre = false;
		*segment = SLICE("pre");
		return true;
	}
	if (s->len == 0)
		return false;
	*segment = is_digit(s->data[0]) ? take(s, is_digit) :
	    take(s, is_alpha);
	return true;
}

/* Zeros that only other zeros follow up to the end or (before the first
 * word) up to a word are no segments. */
static bool
next_gem(struct gem *g, struct slice *segment)
{
	struct gem ahead;
	struct slice next;
	bool more;

	while (raw_gem(g, segment)) {
		if (!is_digit(segment->data[0])) {
			g->word = true;
			return true;
		}
		if (strip_zeros(*segment).len > 0 || g->rest.data < g->kept)
			return true;
		ahead = *g;
		while ((more = raw_gem(&ahead, &next)) &&
		    is_digit(next.data[0]) && strip_zeros(next).len == 0)
			continue;
		if (!more)
			return false;
		if (is_digit(next.data[0]) || g->word) {
			g->kept = ahead.rest.data;
			return true;
		}
		/* A word follows: all zeros before it go. */
		while (ahead = *g, raw_gem(&ahead, &next) &&
		    is_digit(next.data[0]))
			*g = ahead;
	}
	return false;
}

int
version_cmp_gem(struct slice a, struct slice b)
{
	struct gem x = { a, false, false, a.data };
	struct gem y = { b, false, false, b.data };
	struct slice p, q;
	bool more_x, more_y, dx, dy;
	int c;

	for (;;) {
		more_x = next_gem(&x, &p);
		more_y = next_gem(&y, &q);
		if (!more_x && !more_y)
			return 0;
		if (!more_x)
			return is_digit(q.data[0]) ? -1 : 1;
		if (!more_y)
			return is_digit(p.data[0]) ? 1 : -1;
		dx = is_digit(p.data[0]);
		dy = is_digit(q.data[0]);
		if (dx != dy)
			return dx ? 1 : -1;
		c = dx ? cmp_numbers(p, q) : cmp_bytes(p, q);
		if (c != 0)
			return c;
	}
}

/* --- Composer ----------------------------------------------------------- */

static bool
is_php_word(char c)
{
	return !is_digit(c) && c != '.' && c != '-' && c != '_' && c != '+';
}

static bool
is_php_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '+';
}

static struct slice
next_php(struct slice *s)
{
	take(s, is_php_separator);
	return s->len > 0 && is_digit(s->data[0]) ? take(s, is_digit) :
	    take(s, is_php_word);
}

/* PHP's version_compare: other words < dev < alpha < beta < rc < a number or
 * "#" < pl. */
static int
php_rank(struct slice s)
{
	static const char *const words[] = { "dev", "alpha", "a", "beta", "b",
		"rc", "#", "pl", "p", NULL };
	static const int rank[] = { 1, 2, 2, 3, 3, 4, 5, 6, 6 };
	int i;

	if (is_digit(s.data[0]))
		return 5;
	i = word_index(s, words);
	return i < 0 ? 0 : rank[i];
}

int
version_cmp_composer(struct slice a, struct slice b)
{
	struct slice p, q;
	int c;

	if (a.len > 1 && to_lower(a.data[0]) == 'v' && is_digit(a.data[1]))
		a = skip(a, 1);
	if (b.len > 1 && to_lower(b.data[0]) == 'v' && is_digit(b.data[1]))
		b = skip(b, 1);
	for (;;) {
		p = next_php(&a);
		q = next_php(&b);
		if (p.len == 0 && q.len == 0)
			return 0;
		if (p.len == 0 || q.len == 0) {
			/* A number more is greater; a word is held against
			 * "#". */
			c = p.len > 0 ? 1 : -1;
			if (is_digit((p.len > 0 ? p : q).data[0]))
				return c;
			c *= sign(php_rank(p.len > 0 ? p : q) - 5);
		} else if (is_digit(p.data[0]) && is_digit(q.data[0])) {
			c = cmp_numbers(p, q);
		} else {
			c = sign(php_rank(p) - php_rank(q));
		}
		if (c != 0)
			return c;
	}
}

/* --- lists of numbers --------------------------------------------------- */

/* Numbers with a mark between them; more of them are greater. */
static int
cmp_list(struct slice a, struct slice b, bool dash)
{
	struct slice x, y;
	size_t i;
	int c;

	while (a.len > 0 && b.len > 0) {
		for (i = 0; i < a.len && a.data[i] != '.' &&
		    !(dash && a.data[i] == '-'); i++)
			continue;
		x = slice_cut(a, 0, i);
		a = skip(a, i < a.len ? i + 1 : i);
		for (i = 0; i < b.len && b.data[i] != '.' &&
		    !(dash && b.data[i] == '-'); i++)
			continue;
		y = slice_cut(b, 0, i);
		b = skip(b, i < b.len ? i + 1 : i);
		if (all_digits(x) && all_digits(y))
			c = cmp_numbers(x, y);
		else if (all_digits(x) != all_digits(y))
			c = all_digits(x) ? 1 : -1;
		else
			c = cmp_bytes(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

int
version_cmp_hackage(struct slice a, struct slice b)
{
	return cmp_list(a, b, false);
}

int
version_cmp_cran(struct slice a, struct slice b)
{
	return cmp_list(a, b, true);
}

/* Dotted integers; what follows them does not count. */
int
version_cmp_intdot(struct slice a, struct slice b)
{
	size_t i, j;

	for (i = 0; i < a.len && (is_digit(a.data[i]) || a.data[i] == '.'); i++)
		continue;
	for (j = 0; j < b.len && (is_digit(b.data[j]) || b.data[j] == '.'); j++)
		continue;
	return cmp_dotted(slice_cut(a, 0, i), slice_cut(b, 0, j));
}

/* --- Conan -------------------------------------------------------------- */

/* Items between dots without the zeros at the end. */
static struct slice
conan_trim(struct slice s)
{
	size_t n;

	for (;;) {
		for (n = s.len; n > 0 && s.data[n - 1] == '0'; n--)
			continue;
		if (n == s.len || n == 0 || s.data[n - 1] != '.')
			return s;
		s.len = n - 1;
	}
}

static int
cmp_conan_items(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	a = conan_trim(a);
	b = conan_trim(b);
	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		c = all_digits(x) && all_digits(y) ? cmp_numbers(x, y) :
		    cmp_bytes(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

int
version_cmp_conan(struct slice a, struct slice b)
{
	struct slice ba = { NULL, 0 }, bb = { NULL, 0 }, pa, pb;
	bool has_a, has_b;
	int c;

	ba = split_last(&a, '+');
	bb = split_last(&b, '+');
	has_a = slice_find(a, '-') < a.len;
	has_b = slice_find(b, '-') < b.len;
	pa = a;
	pb = b;
	c = cmp_conan_items(take_until(&pa, '-'), take_until(&pb, '-'));
	if (c == 0 && has_a != has_b)
		c = has_a ? -1 : 1;
	if (c == 0)
		c = cmp_conan_items(pa, pb);
	if (c == 0 && (ba.data != NULL) != (bb.data != NULL))
		c = ba.data != NULL ? 1 : -1;
	return c != 0 ? c : cmp_conan_items(ba, bb);
}
