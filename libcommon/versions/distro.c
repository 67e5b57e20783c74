/* SPDX-License-Identifier: Apache-2.0 */
/*
 * distro - Debian, RPM and Arch: an epoch, a version, a release (layer 1).
 */
#include "order.h"

/* Rank of a byte among non-digits: "~" below the end, letters above it, all
 * others above letters. */
static int
deb_rank(struct slice s)
{
	if (s.len == 0 || is_digit(s.data[0]))
		return 0;
	if (s.data[0] == '~')
		return -1;
	if (is_alpha(s.data[0]))
		return (unsigned char)s.data[0];
	return 256 + (unsigned char)s.data[0];
}

static int
cmp_deb_part(struct slice a, struct slice b)
{
	int x, y, c;

	while (a.len > 0 || b.len > 0) {
		for (;;) {
			x = deb_rank(a);
			y = deb_rank(b);
			if (x != y)
				return x < y ? -1 : 1;
			if (x == 0)
				break;
			a = skip(a, 1);
			b = skip(b, 1);
		}
		c = cmp_numbers(take(&a, is_digit), take(&b, is_digit));
		if (c != 0)
			return c;
	}
	return 0;
}

/* The part before the first ":", taken off. */
static struct slice
split_epoch(struct slice *s)
{
	struct slice epoch = { NULL, 0 };

	if (slice_find(*s, ':') < s->len)
		epoch = take_until(s, ':');
	return epoch;
}

int
version_cmp_deb(struct slice a, struct slice b)
{
	struct slice ra, rb;
	int c = cmp_deb_part(split_epoch(&a), split_epoch(&b));

	if (c != 0)
		return c;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_deb_part(a, b);
	return c != 0 ? c : cmp_deb_part(ra, rb);
}

static bool
is_rpm_separator(char c)
{
	return !is_alpha(c) && !is_digit(c) && c != '~' && c != '^';
}

static int
cmp_rpm_part(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	for (;;) {
		take(&a, is_rpm_separator);
		take(&b, is_rpm_separator);
		x = slice_cut(a, 0, 1);
		y = slice_cut(b, 0, 1);
		if (slice_is(x, "~") || slice_is(y, "~")) {
			if (!slice_eq(x, y))
				return slice_is(x, "~") ? -1 : 1;
			a = skip(a, 1);
			b = skip(b, 1);
			continue;
		}
		if (slice_is(x, "^") || slice_is(y, "^")) {
			/* above the end, below any further segment */
			if (x.len == 0)
				return -1;
			if (y.len == 0)
				return 1;
			if (!slice_eq(x, y))
				return slice_is(x, "^") ? -1 : 1;
			a = skip(a, 1);
			b = skip(b, 1);
			continue;
		}
		if (x.len == 0 || y.len == 0)
			return (int)x.len - (int)y.len;
		if (is_digit(x.data[0]) != is_digit(y.data[0]))
			return is_digit(x.data[0]) ? 1 : -1;
		c = is_digit(x.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_bytes(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
}

int
version_cmp_rpm(struct slice a, struct slice b)
{
	struct slice x = split_epoch(&a), y = split_epoch(&b), ra, rb;
	size_t alen, blen;
	int c;

	c = cmp_rpm_part(strip_zeros(x), strip_zeros(y));
	if (c != 0)
		return c;
	alen = a.len;
	blen = b.len;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_rpm_part(a, b);
	if (c != 0)
		return c;
	if ((a.len == alen) != (b.len == blen))
		return a.len == alen ? -1 : 1;
	return cmp_rpm_part(ra, rb);
}

/* pacman's: separators count by their length, and letters that remain make
 * a version older. */
static int
cmp_alpm_part(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take(&a, is_not_alnum);
		y = take(&b, is_not_alnum);
		if (a.len == 0 || b.len == 0)
			break;
		if (x.len != y.len)
			return x.len < y.len ? -1 : 1;
		if (is_digit(a.data[0]) != is_digit(b.data[0]))
			return is_digit(a.data[0]) ? 1 : -1;
		c = is_digit(a.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_bytes(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
	if (a.len == 0 && b.len == 0)
		return 0;
	if (a.len == 0)
		return is_alpha(b.data[0]) ? 1 : -1;
	return is_alpha(a.data[0]) ? -1 : 1;
}

/* An epoch is digits alone; any other ":" is a part of the version. */
static struct slice
split_alpm_epoch(struct slice *s)
{
	struct slice t = *s, epoch = take(&t, is_digit);

	if (!take_byte(&t, ':'))
		return (struct slice){ NULL, 0 };
	*s = t;
	return epoch;
}

int
version_cmp_alpm(struct slice a, struct slice b)
{
	struct slice ra, rb;
	int c = cmp_numbers(split_alpm_epoch(&a), split_alpm_epoch(&b));

	if (c != 0)
		return c;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_alpm_part(a, b);
	if (c != 0 || ra.data == NULL || rb.data == NULL)
		return c;
	return cmp_alpm_part(ra, rb);
}
