/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - what the files of this folder share: cursors over versions, and the
 * comparators that version.c has in its table (layer 1).
 *
 * One file for each family of schemes.  Comparators return -1, 0 or 1; they
 * walk both strings in step with cursors and keep no lists, so that a
 * comparison allocates nothing.  A cursor is a slice that shrinks from the
 * left.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ascii.h"
#include "mem.h"

/* semver.c */
int version_cmp_semver(struct slice a, struct slice b);
int version_cmp_golang(struct slice a, struct slice b);
int version_cmp_nuget(struct slice a, struct slice b);
int version_cmp_pub(struct slice a, struct slice b);
/* pypi.c */
int version_cmp_pypi(struct slice a, struct slice b);
/* maven.c */
int version_cmp_maven(struct slice a, struct slice b);
/* distro.c */
int version_cmp_deb(struct slice a, struct slice b);
int version_cmp_rpm(struct slice a, struct slice b);
int version_cmp_alpm(struct slice a, struct slice b);
/* apk.c */
int version_cmp_apk(struct slice a, struct slice b);
int version_cmp_gentoo(struct slice a, struct slice b);
/* words.c */
int version_cmp_gem(struct slice a, struct slice b);
int version_cmp_composer(struct slice a, struct slice b);
int version_cmp_hackage(struct slice a, struct slice b);
int version_cmp_cran(struct slice a, struct slice b);
int version_cmp_intdot(struct slice a, struct slice b);
int version_cmp_conan(struct slice a, struct slice b);

/* --- cursors ------------------------------------------------------------ */

static inline int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static inline struct slice
skip(struct slice s, size_t n)
{
	return slice_cut(s, n, s.len);
}

/* The prefix of bytes that f accepts; *s moves behind it. */
static inline struct slice
take(struct slice *s, bool (*f)(char))
{
	struct slice run;
	size_t n = 0;

	while (n < s->len && f(s->data[n]))
		n++;
	run = slice_cut(*s, 0, n);
	*s = skip(*s, n);
	return run;
}

static inline bool
take_byte(struct slice *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	*s = skip(*s, 1);
	return true;
}

/* Up to c (or the end); *s moves behind c. */
static inline struct slice
take_until(struct slice *s, char c)
{
	size_t n = slice_find(*s, c);
	struct slice part = slice_cut(*s, 0, n);

	*s = skip(*s, n < s->len ? n + 1 : n);
	return part;
}

static inline bool
all_digits(struct slice s)
{
	return s.len > 0 && take(&s, is_digit).len > 0 && s.len == 0;
}

static inline struct slice
strip_zeros(struct slice s)
{
	while (s.len > 0 && s.data[0] == '0')
		s = skip(s, 1);
	return s;
}

/* Runs of digits of any length; an empty one is 0. */
static inline int
cmp_numbers(struct slice a, struct slice b)
{
	a = strip_zeros(a);
	b = strip_zeros(b);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return sign(slice_cmp(a, b));
}

static inline int
cmp_bytes(struct slice a, struct slice b)
{
	return sign(slice_cmp(a, b));
}

static inline int
cmp_fold(struct slice a, struct slice b)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)to_lower(a.data[i]);
		unsigned char y = (unsigned char)to_lower(b.data[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static inline bool
is_word(struct slice s, const char *word)
{
	return cmp_fold(s, slice_of(word)) == 0;
}

/* Index of s in words (NULL ends them), case folded; -1: not there. */
static inline int
word_index(struct slice s, const char *const *words)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (is_word(s, words[i]))
			return i;
	return -1;
}

/* Dotted numbers; a missing one is 0. */
static inline int
cmp_dotted(struct slice a, struct slice b)
{
	int c;

	while (a.len > 0 || b.len > 0) {
		c = cmp_numbers(take_until(&a, '.'), take_until(&b, '.'));
		if (c != 0)
			return c;
	}
	return 0;
}

static inline struct slice
split_last(struct slice *s, char c)
{
	struct slice tail = { NULL, 0 };
	size_t i;

	for (i = s->len; i > 0; i--)
		if (s->data[i - 1] == c) {
			tail = skip(*s, i);
			s->len = i - 1;
			break;
		}
	return tail;
}

static inline bool
is_not_alnum(char c)
{
	return !is_alpha(c) && !is_digit(c);
}

static inline struct slice
strip_tail_zeros(struct slice s)
{
	while (s.len > 0 && s.data[s.len - 1] == '0')
		s.len--;
	return s;
}

#endif
