/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"
#include "version.h"

/* --- OpenSSL, times, bytes ---------------------------------------------- */

/* Segments of digits or of letters; digits above letters, letters below the
 * end ("1.0rc1" < "1.0"), separators equal. */
static int
cmp_generic(struct slice a, struct slice b)
{
	int c;

	for (;;) {
		take(&a, is_not_alnum);
		take(&b, is_not_alnum);
		if (a.len == 0 || b.len == 0)
			break;
		if (is_digit(a.data[0]) != is_digit(b.data[0]))
			return is_digit(a.data[0]) ? 1 : -1;
		c = is_digit(a.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_fold(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
	if (a.len == 0 && b.len == 0)
		return 0;
	if (a.len == 0)
		return is_digit(b.data[0]) ? -1 : 1;
	return is_digit(a.data[0]) ? 1 : -1;
}

/* 1.0.2zh: numbers, letters, then perhaps "-beta1", which comes before. */
static int
cmp_openssl(struct slice a, struct slice b)
{
	struct slice pa = { NULL, 0 }, pb = { NULL, 0 }, na, nb;
	bool has_a = slice_find(a, '-') < a.len;
	bool has_b = slice_find(b, '-') < b.len;
	size_t n;
	int c;

	pa = a;
	a = take_until(&pa, '-');
	pb = b;
	b = take_until(&pb, '-');
	for (n = a.len; n > 0 && is_alpha(a.data[n - 1]); n--)
		continue;
	na = slice_cut(a, 0, n);
	a = skip(a, n);
	for (n = b.len; n > 0 && is_alpha(b.data[n - 1]); n--)
		continue;
	nb = slice_cut(b, 0, n);
	b = skip(b, n);
	c = cmp_dotted(na, nb);
	if (c == 0)
		c = cmp_fold(a, b);
	if (c == 0 && has_a != has_b)
		c = has_a ? -1 : 1;
	return c != 0 ? c : cmp_generic(pa, pb);
}

struct instant {
	int64_t minute;		/* since 0000-03-01 */
	struct slice seconds, fraction;
};

static bool
take_fixed(struct slice *s, size_t digits, int *out)
{
	size_t i;

	*out = 0;
	if (s->len < digits)
		return false;
	for (i = 0; i < digits; i++) {
		if (!is_digit(s->data[i]))
			return false;
		*out = *out * 10 + (s->data[i] - '0');
	}
	*s = skip(*s, digits);
	return true;
}

/* RFC 3339, with a bare date as its midnight in UTC. */
static bool
read_instant(struct slice s, struct instant *t)
{
	int year, month, day, hour = 0, minute = 0, second, zh, zm;
	int direction;

	memset(t, 0, sizeof(*t));
	if (!take_fixed(&s, 4, &year) || !take_byte(&s, '-') ||
	    !take_fixed(&s, 2, &month) || !take_byte(&s, '-') ||
	    !take_fixed(&s, 2, &day) || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	if (month <= 2) {
		year--;
		month += 12;
	}
	t->minute = 365 * (int64_t)year + year / 4 - year / 100 + year / 400 +
	    (153 * (month - 3) + 2) / 5 + day;
	t->minute *= 24 * 60;
	if (s.len == 0)
		return true;
	if (to_lower(s.data[0]) != 't' && s.data[0] != ' ')
		return false;
	s = skip(s, 1);
	if (!take_fixed(&s, 2, &hour) || !take_byte(&s, ':') ||
	    !take_fixed(&s, 2, &minute) || !take_byte(&s, ':'))
		return false;
	t->seconds = slice_cut(s, 0, 2);
	if (!take_fixed(&s, 2, &second))
		return false;
	if (take_byte(&s, '.'))
		t->fraction = strip_tail_zeros(take(&s, is_digit));
	t->minute += hour * 60 + minute;
	if (s.len == 1 && to_lower(s.data[0]) == 'z')
		return true;
	if (s.len == 0 || (s.data[0] != '+' && s.data[0] != '-'))
		return false;
	direction = s.data[0] == '+' ? -1 : 1;
	s = skip(s, 1);
	if (!take_fixed(&s, 2, &zh) || !take_byte(&s, ':') ||
	    !take_fixed(&s, 2, &zm) || s.len > 0)
		return false;
	t->minute += direction * (zh * 60 + zm);
	return true;
}

static int
cmp_datetime(struct slice a, struct slice b)
{
	struct instant x, y;
	bool good_x = read_instant(a, &x), good_y = read_instant(b, &y);
	int c;

	if (!good_x || !good_y)
		return good_x != good_y ? (int)good_x - (int)good_y :
		    cmp_bytes(a, b);
	if (x.minute != y.minute)
		return x.minute < y.minute ? -1 : 1;
	c = cmp_numbers(x.seconds, y.seconds);
	return c != 0 ? c : cmp_bytes(x.fraction, y.fraction);
}

/* --- the table ---------------------------------------------------------- */

struct version_scheme {
	const char *name;
	int (*cmp)(struct slice, struct slice);
};

static const struct version_scheme schemes[] = {
	{ "alpm", version_cmp_alpm },
	{ "apk", version_cmp_apk },
	{ "composer", version_cmp_composer },
	{ "conan", version_cmp_conan },
	{ "cran", version_cmp_cran },
	{ "datetime", cmp_datetime },
	{ "deb", version_cmp_deb },
	{ "gem", version_cmp_gem },
	{ "generic", cmp_generic },
	{ "gentoo", version_cmp_gentoo },
	{ "golang", version_cmp_golang },
	{ "hackage", version_cmp_hackage },
	{ "intdot", version_cmp_intdot },
	{ "lexicographic", cmp_bytes },
	{ "maven", version_cmp_maven },
	{ "npm", version_cmp_semver },
	{ "nuget", version_cmp_nuget },
	{ "openssl", cmp_openssl },
	{ "pub", version_cmp_pub },
	{ "pypi", version_cmp_pypi },
	{ "rpm", version_cmp_rpm },
	{ "semver", version_cmp_semver },
};

/* What else a scheme is called: purl types and ecosystems of OSV. */
static const struct {
	const char *name, *scheme;
} names[] = {
	{ "alpine", "apk" }, { "alpm", "alpm" }, { "apk", "apk" },
	{ "arch", "alpm" }, { "bazel", "semver" }, { "bitnami", "semver" },
	{ "cargo", "semver" }, { "chrome-extension", "intdot" },
	{ "cocoapods", "gem" },
	{ "composer", "composer" }, { "conan", "conan" }, { "conda", "pypi" },
	{ "cran", "cran" }, { "datetime", "datetime" }, { "deb", "deb" },
	{ "debian", "deb" }, { "ebuild", "gentoo" }, { "gem", "gem" },
	{ "generic", "generic" }, { "gentoo", "gentoo" },
	{ "github", "semver" }, { "githubactions", "semver" },
	{ "golang", "golang" }, { "hackage", "hackage" }, { "hex", "semver" },
	{ "intdot", "intdot" }, { "julia", "semver" },
	{ "lexicographic", "lexicographic" }, { "luarocks", "generic" },
	{ "maven", "maven" }, { "nginx", "intdot" }, { "npm", "npm" },
	{ "nuget", "nuget" }, { "opam", "deb" }, { "openssl", "openssl" },
	{ "otp", "intdot" }, { "packagist", "composer" }, { "pub", "pub" },
	{ "pypi", "pypi" }, { "redhat", "rpm" }, { "rpm", "rpm" },
	{ "rubygems", "gem" }, { "semver", "semver" }, { "swift", "semver" },
	{ "vcpkg", "generic" }, { "vscode-extension", "semver" },
};

const char *
version_name(size_t i)
{
	return i < sizeof(names) / sizeof(names[0]) ? names[i].name : NULL;
}

const struct version_scheme *
version_scheme(struct slice name)
{
	size_t i, j;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!is_word(name, names[i].name))
			continue;
		for (j = 0; j < sizeof(schemes) / sizeof(schemes[0]); j++)
			if (strcmp(names[i].scheme, schemes[j].name) == 0)
				return &schemes[j];
	}
	return NULL;
}

const char *
version_scheme_name(const struct version_scheme *s)
{
	return s->name;
}

int
version_cmp(const struct version_scheme *s, struct slice a, struct slice b)
{
	return s == NULL ? cmp_bytes(a, b) : s->cmp(a, b);
}
