/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk - Alpine and Gentoo: numbers, a letter, suffixes (layer 1).
 */
#include "order.h"

/* number{.number}{letter}{_suffix{number}}{~hash}{-rN} */
struct apk {
	struct slice numbers, letter_number, suffixes, hash, revision;
	char letter;
	bool has_revision;
	bool bad;		/* something that does not belong there */
};

static const char *const apk_suffixes[] = { "alpha", "beta", "pre", "rc",
	"", "cvs", "svn", "git", "hg", "p", NULL };
static const char *const gentoo_suffixes[] = { "alpha", "beta", "pre", "rc",
	"", "p", NULL };

static bool
is_hash(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static int
suffix_rank(struct slice name, const char *const *names)
{
	return name.len == 0 ? -1 : word_index(name, names);
}

static void
read_apk(struct slice s, const char *const *names, struct apk *v)
{
	struct slice t;
	size_t n;

	memset(v, 0, sizeof(*v));
	for (n = 0; n < s.len && (is_digit(s.data[n]) || s.data[n] == '.'); n++)
		continue;
	v->numbers = slice_cut(s, 0, n);
	s = skip(s, n);
	if (n == 0)
		v->bad = true;
	while (v->numbers.len > 0 &&
	    v->numbers.data[v->numbers.len - 1] == '.') {
		v->numbers.len--;
		v->bad = true;
	}
	if (s.len > 0 && is_lower(s.data[0])) {
		v->letter = s.data[0];
		s = skip(s, 1);
		v->letter_number = take(&s, is_digit);
	}
	t = s;
	while (take_byte(&t, '_') &&
	    suffix_rank(take(&t, is_lower), names) >= 0) {
		take(&t, is_digit);
		v->suffixes = (struct slice){ s.data,
		    (size_t)(t.data - s.data) };
	}
	s = skip(s, v->suffixes.len);
	t = s;
	if (take_byte(&t, '~')) {
		v->hash = take(&t, is_hash);
		if (v->hash.len > 0)
			s = t;
	}
	t = s;
	if (take_byte(&t, '-') && take_byte(&t, 'r') &&
	    (t.len == 0 || is_digit(t.data[0]))) {
		v->has_revision = true;
		v->revision = take(&t, is_digit);
		s = t;
	}
	if (s.len > 0)
		v->bad = true;
}

static int
cmp_suffixes(struct slice a, struct slice b, const char *const *names)
{
	int end = word_index(SLICE(""), names), x, y, c;

	while (a.len > 0 || b.len > 0) {
		x = take_byte(&a, '_') ?
		    word_index(take(&a, is_lower), names) : end;
		y = take_byte(&b, '_') ?
		    word_index(take(&b, is_lower), names) : end;
		if (x != y)
			return x < y ? -1 : 1;
		c = cmp_numbers(take(&a, is_digit), take(&b, is_digit));
		if (c != 0)
			return c;
	}
	return 0;
}

/* The first as a number; later ones with a leading zero as fractions. */
static int
cmp_components(struct slice a, struct slice b, bool fraction)
{
	struct slice x, y;
	bool first = true;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		if (!first && ((x.len > 0 && x.data[0] == '0') ||
		    (y.len > 0 && y.data[0] == '0')))
			c = fraction ? cmp_bytes(strip_tail_zeros(x),
			    strip_tail_zeros(y)) : cmp_bytes(x, y);
		else
			c = cmp_numbers(x, y);
		if (c != 0)
			return c;
		first = false;
	}
	return (a.len > 0) - (b.len > 0);
}

static int
cmp_apk_by(struct slice a, struct slice b, const char *const *names,
    bool gentoo)
{
	struct apk x, y;
	int c;

	read_apk(a, names, &x);
	read_apk(b, names, &y);
	c = cmp_components(x.numbers, y.numbers, gentoo);
	if (c == 0)
		c = (x.letter > y.letter) - (x.letter < y.letter);
	if (c == 0)
		c = cmp_numbers(x.letter_number, y.letter_number);
	if (c == 0)
		c = cmp_suffixes(x.suffixes, y.suffixes, names);
	if (c == 0 && (x.bad || y.bad))
		return (int)y.bad - (int)x.bad;
	if (c == 0)
		c = cmp_bytes(x.hash, y.hash);
	if (c == 0 && !gentoo && x.has_revision != y.has_revision)
		c = x.has_revision ? 1 : -1;
	return c != 0 ? c : cmp_numbers(x.revision, y.revision);
}

int
version_cmp_apk(struct slice a, struct slice b)
{
	return cmp_apk_by(a, b, apk_suffixes, false);
}

int
version_cmp_gentoo(struct slice a, struct slice b)
{
	return cmp_apk_by(a, b, gentoo_suffixes, true);
}
