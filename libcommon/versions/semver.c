/* SPDX-License-Identifier: Apache-2.0 */
/*
 * semver - SemVer 2.0.0 and its relatives: npm, pub, NuGet, Go (layer 1).
 */
#include "order.h"

/* Pre-release or build identifiers: numeric ones first, more are greater. */
static int
cmp_identifiers(struct slice a, struct slice b,
    int (*words)(struct slice, struct slice))
{
	struct slice x, y;
	bool dx, dy;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		dx = all_digits(x);
		dy = all_digits(y);
		if (dx != dy)
			return dx ? -1 : 1;
		c = dx ? cmp_numbers(x, y) : words(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

struct semver {
	struct slice core, pre, build;
	bool has_pre;
};

/*
 * Loose reading: blanks, "=" and "v" before it are skipped; a pre-release
 * begins at the first "-" or where the core stops being digits and dots.
 */
static struct semver
read_semver(struct slice s)
{
	struct semver v = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, false };
	size_t n;

	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '=' ||
	    s.data[0] == '\t'))
		s = skip(s, 1);
	if (s.len > 0 && (s.data[0] == 'v' || s.data[0] == 'V'))
		s = skip(s, 1);
	while (s.len > 0 && s.data[0] == ' ')
		s = skip(s, 1);
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	n = slice_find(s, '+');
	v.build = skip(s, n < s.len ? n + 1 : n);
	s = slice_cut(s, 0, n);
	for (n = 0; n < s.len && (is_digit(s.data[n]) || s.data[n] == '.'); n++)
		continue;
	v.core = slice_cut(s, 0, n);
	v.has_pre = n < s.len;
	if (n < s.len && s.data[n] == '-')
		n++;
	v.pre = skip(s, n);
	return v;
}

static int
cmp_semver_by(struct slice a, struct slice b, bool build,
    int (*words)(struct slice, struct slice))
{
	struct semver x = read_semver(a), y = read_semver(b);
	int c = cmp_dotted(x.core, y.core);

	if (c == 0 && x.has_pre != y.has_pre)
		c = x.has_pre ? -1 : 1;
	if (c == 0)
		c = cmp_identifiers(x.pre, y.pre, words);
	if (c == 0 && build)
		c = cmp_identifiers(x.build, y.build, words);
	return c;
}

int
version_cmp_semver(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, false, cmp_bytes);
}

/* Dart orders build metadata too. */
int
version_cmp_pub(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, true, cmp_bytes);
}

int
version_cmp_nuget(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, false, cmp_fold);
}

/* Identifiers of semver's alphabet; numeric ones of a pre-release have no
 * leading zero. */
static bool
good_identifiers(struct slice s, bool pre)
{
	struct slice id;
	size_t i;
	bool more = true;

	while (more) {
		more = slice_find(s, '.') < s.len;
		id = take_until(&s, '.');
		if (id.len == 0)
			return false;
		for (i = 0; i < id.len; i++)
			if (!is_alpha(id.data[i]) && !is_digit(id.data[i]) &&
			    id.data[i] != '-')
				return false;
		if (pre && id.len > 1 && id.data[0] == '0' && all_digits(id))
			return false;
	}
	return true;
}

/* As golang.org/x/mod/semver, but the "v" may be missing, as in OSV data. */
static bool
good_golang(struct slice s)
{
	struct slice number, rest;
	size_t parts = 0, n;
	bool pre = false;

	if (s.len > 0 && s.data[0] == 'v')
		s = skip(s, 1);
	n = slice_find(s, '+');
	if (n < s.len) {
		if (!good_identifiers(skip(s, n + 1), false))
			return false;
		pre = true;
		s = slice_cut(s, 0, n);
	}
	n = slice_find(s, '-');
	if (n < s.len) {
		if (!good_identifiers(skip(s, n + 1), true))
			return false;
		pre = true;
		s = slice_cut(s, 0, n);
	}
	rest = s;
	do {
		number = take(&rest, is_digit);
		if (number.len == 0 ||
		    (number.len > 1 && number.data[0] == '0'))
			return false;
		parts++;
	} while (take_byte(&rest, '.'));
	return rest.len == 0 && (parts == 3 || (parts < 3 && !pre));
}

int
version_cmp_golang(struct slice a, struct slice b)
{
	bool x = good_golang(a), y = good_golang(b);

	if (!x || !y)
		return (int)x - (int)y;
	return version_cmp_semver(a, b);
}
