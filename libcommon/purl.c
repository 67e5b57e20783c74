/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "purl.h"
#include "utf8.h"

/* The rules of a type, from the registered definitions of 2026-08. */
enum {
	NS_REQUIRED = 1 << 0,
	NS_NONE = 1 << 1,
	NS_LOWER = 1 << 2,
	NS_UPPER = 1 << 3,
	NAME_LOWER = 1 << 4,
	VERSION_LOWER = 1 << 5,
	SUBPATH_LOWER = 1 << 6,
	NAME_IS_PATH = 1 << 7	/* the namespace is the first segment alone,
				 * the name all others */
};

struct rule {
	const char *type;
	unsigned flags;
	const char *needs;	/* a qualifier that must be there */
};

/* Sorted by type for bsearch. */
static const struct rule rules[] = {
	{ "alpm", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "apk", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "bazel", NS_NONE, NULL },
	{ "bitbucket", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "bitnami", NS_NONE | NAME_LOWER, NULL },
	{ "brew", NS_LOWER | NAME_LOWER, NULL },
	{ "cargo", NS_NONE, NULL },
	{ "chrome-extension", NS_NONE | NAME_LOWER, NULL },
	{ "cocoapods", NS_NONE, NULL },
	{ "composer", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "conda", NS_NONE, NULL },
	{ "cpan", NS_REQUIRED | NS_UPPER, NULL },
	{ "cran", NS_NONE, NULL },
	{ "deb", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "gem", NS_NONE, NULL },
	{ "git", NS_REQUIRED | NAME_IS_PATH, NULL },
	{ "github", NS_REQUIRED | NS_LOWER | NAME_LOWER, NULL },
	{ "golang", NS_REQUIRED, NULL },
	{ "hackage", NS_NONE, NULL },
	{ "hex", NS_LOWER | NAME_LOWER, NULL },
	{ "huggingface", NS_REQUIRED | VERSION_LOWER, NULL },
	{ "julia", NS_NONE, "uuid" },
	{ "luarocks", NS_LOWER | NAME_LOWER, NULL },
	{ "maven", NS_REQUIRED, NULL },
	{ "mlflow", NS_NONE, NULL },
	{ "nuget", NS_NONE, NULL },
	{ "oci", NS_NONE | NAME_LOWER | VERSION_LOWER, NULL },
	{ "opam", NS_NONE, NULL },
	{ "otp", NS_NONE | NAME_LOWER | SUBPATH_LOWER, NULL },
	{ "pub", NS_NONE | NAME_LOWER, NULL },
	{ "pypi", NS_NONE | NAME_LOWER | VERSION_LOWER, NULL },
	{ "qpkg", NS_REQUIRED | NS_LOWER, NULL },
	{ "rpm", NS_REQUIRED | NS_LOWER, NULL },
	{ "swid", 0, "tag_id" },
	{ "swift", NS_REQUIRED, NULL },
	{ "vcpkg", NS_NONE, NULL },
	{ "vscode-extension",
	    NS_REQUIRED | NS_LOWER | NAME_LOWER | VERSION_LOWER, NULL },
	{ "yocto", NS_LOWER, NULL },
};

static const struct slice absent = { NULL, 0 };

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Maps every byte; copies only if one changes. */
static struct slice
map(struct arena *a, struct slice s, char (*f)(char))
{
	char *copy;
	size_t i = 0;

	while (i < s.len && f(s.data[i]) == s.data[i])
		i++;
	if (i == s.len)
		return s;
	copy = arena_alloc(a, s.len);
	memcpy(copy, s.data, i);
	for (; i < s.len; i++)
		copy[i] = f(s.data[i]);
	return (struct slice){ copy, s.len };
}

static char
pypi_char(char c)
{
	return c == '_' ? '-' : c;
}

static char
pub_char(char c)
{
	return is_alpha(c) || is_digit(c) ? c : '_';
}

static const struct rule *
find_rule(struct slice type)
{
	static const struct rule none = { "", 0, NULL };
	size_t low = 0, high = sizeof(rules) / sizeof(rules[0]), mid;
	int c;

	while (low < high) {
		mid = (low + high) / 2;
		c = slice_cmp(type, slice_of(rules[mid].type));
		if (c == 0)
			return &rules[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return &none;
}

/* --- building ----------------------------------------------------------- */

/* '/' at both ends and doubled is gone; in a subpath also "." and "..". */
static struct slice
clean_path(struct arena *a, struct slice s, bool dots)
{
	struct slice seg, out = { NULL, 0 };
	char *to = NULL;
	size_t i = 0, n;

	while (i < s.len) {
		n = slice_find(slice_cut(s, i, s.len), '/');
		seg = slice_cut(s, i, i + n);
		i += n + 1;
		if (n == 0 || (dots && (slice_is(seg, ".") ||
		    slice_is(seg, ".."))))
			continue;
		if (to == NULL)
			to = arena_alloc(a, s.len);
		if (out.len > 0)
			to[out.len++] = '/';
		memcpy(to + out.len, seg.data, n);
		out.len += n;
	}
	out.data = to;
	return out;
}

static bool
path_is_clean(struct slice s, bool dots)
{
	size_t i, start = 0;

	if (s.len == 0)
		return true;
	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.data[i] != '/')
			continue;
		if (i == start || (dots && s.data[start] == '.' &&
		    (i == start + 1 ||
		    (i == start + 2 && s.data[start + 1] == '.'))))
			return false;
		start = i + 1;
	}
	return true;
}

/* The host of a git purl whose paths are known to be case-insensitive. */
static bool
host_folds_case(struct slice host)
{
	return slice_is(host, "github") || slice_is(host, "github.com") ||
	    slice_is(host, "bitbucket") || slice_is(host, "bitbucket.org");
}

static bool
contains(struct slice s, const char *needle)
{
	return s.len > 0 && memmem(s.data, s.len, needle, strlen(needle)) !=
	    NULL;
}

static void
normalise(struct purl *p, const struct rule *rule, struct arena *a)
{
	size_t n;
	char *joined;

	if (rule->flags & NAME_IS_PATH) {
		n = slice_find(p->namespace, '/');
		if (n < p->namespace.len) {
			struct slice rest = slice_cut(p->namespace, n + 1,
			    p->namespace.len);

			joined = arena_alloc(a, rest.len + 1 + p->name.len);
			memcpy(joined, rest.data, rest.len);
			joined[rest.len] = '/';
			memcpy(joined + rest.len + 1, p->name.data,
			    p->name.len);
			p->name = (struct slice){ joined,
			    rest.len + 1 + p->name.len };
			p->namespace.len = n;
		}
		n = slice_find(p->name, '/');
		if (p->namespace.len == 0 && n < p->name.len) {
			p->namespace = slice_cut(p->name, 0, n);
			p->name = slice_cut(p->name, n + 1, p->name.len);
		}
		if (host_folds_case(p->namespace))
			p->name = map(a, p->name, to_lower);
	}
	if (rule->flags & NS_LOWER)
		p->namespace = map(a, p->namespace, to_lower);
	if (rule->flags & NS_UPPER)
		p->namespace = map(a, p->namespace, to_upper);
	if (rule->flags & NAME_LOWER)
		p->name = map(a, p->name, to_lower);
	if (rule->flags & VERSION_LOWER)
		p->version = map(a, p->version, to_lower);
	if (rule->flags & SUBPATH_LOWER)
		p->subpath = map(a, p->subpath, to_lower);
	if (slice_is(p->type, "pypi"))
		p->name = map(a, p->name, pypi_char);
	else if (slice_is(p->type, "pub"))
		p->name = map(a, p->name, pub_char);
	else if (slice_is(p->type, "mlflow") &&
	    contains(purl_qualifier(p, "repository_url"), "databricks"))
		p->name = map(a, p->name, to_lower);
}

/* One to four runs of digits between dots. */
static bool
is_chrome_version(struct slice s)
{
	size_t i, dots = 0, run = 0;

	for (i = 0; i < s.len; i++) {
		if (is_digit(s.data[i])) {
			run++;
		} else if (s.data[i] == '.' && run > 0) {
			dots++;
			run = 0;
		} else {
			return false;
		}
	}
	return run > 0 && dots <= 3;
}

static bool
is_chrome_id(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] < 'a' || s.data[i] > 'p')
			return false;
	return s.len == 32;
}

static enum status
check_rules(const struct purl *p, const struct rule *rule, struct err *e)
{
	int n = (int)(p->type.len < 64 ? p->type.len : 64);

	if ((rule->flags & NS_REQUIRED) && p->namespace.len == 0)
		return err_bad(e, "a %.*s purl needs a namespace", n,
		    p->type.data);
	if ((rule->flags & NS_NONE) && p->namespace.len > 0)
		return err_bad(e, "a %.*s purl has no namespace", n,
		    p->type.data);
	if (rule->needs != NULL && purl_qualifier(p, rule->needs).len == 0)
		return err_bad(e, "a %.*s purl needs the qualifier %s", n,
		    p->type.data, rule->needs);
	if (slice_is(p->type, "cpan") && contains(p->name, "::"))
		return err_bad(e, "a cpan name is a distribution, not a "
		    "module with \"::\"");
	if (slice_is(p->type, "chrome-extension")) {
		if (!is_chrome_id(p->name))
			return err_bad(e, "a chrome-extension name is 32 "
			    "letters from a to p");
		if (p->version.len > 0 && !is_chrome_version(p->version))
			return err_bad(e, "a chrome-extension version is one "
			    "to four numbers");
	}
	return ERR_OK;
}

static enum status
check_type(struct slice type, struct err *e)
{
	size_t i;

	if (type.len == 0)
		return err_bad(e, "a purl needs a type");
	if (!is_alpha(type.data[0]))
		return err_bad(e, "a purl type begins with a letter");
	for (i = 1; i < type.len; i++)
		if (!is_alpha(type.data[i]) && !is_digit(type.data[i]) &&
		    type.data[i] != '.' && type.data[i] != '-')
			return err_input(e, i, "a purl type has letters, "
			    "digits, \".\" and \"-\" alone");
	return ERR_OK;
}

static enum status
check_key(struct slice key, struct err *e)
{
	size_t i;

	if (key.len == 0 || !is_alpha(key.data[0]))
		return err_bad(e, "a qualifier's key begins with a letter");
	for (i = 1; i < key.len; i++)
		if (!is_alpha(key.data[i]) && !is_digit(key.data[i]) &&
		    key.data[i] != '.' && key.data[i] != '-' &&
		    key.data[i] != '_')
			return err_bad(e, "a qualifier's key has letters, "
			    "digits, \".\", \"-\" and \"_\" alone");
	return ERR_OK;
}

static int
by_key(const void *a, const void *b)
{
	const struct purl_qualifier *x = a, *y = b;

	return slice_cmp(x->key, y->key);
}

static enum status
build_qualifiers(struct purl *p, struct arena *a, struct err *e)
{
	struct purl_qualifier *q = p->qualifier;
	size_t i, n = 0;
	enum status st;

	for (i = 0; i < p->qualifiers; i++) {
		st = check_key(q[i].key, e);
		if (st != ERR_OK)
			return st;
		q[i].key = map(a, q[i].key, to_lower);
	}
	if (p->qualifiers > 1)
		qsort(q, p->qualifiers, sizeof(*q), by_key);
	for (i = 1; i < p->qualifiers; i++)
		if (slice_eq(q[i].key, q[i - 1].key))
			return err_bad(e, "the qualifier %.*s is there twice",
			    (int)(q[i].key.len < 64 ? q[i].key.len : 64),
			    q[i].key.data);
	for (i = 0; i < p->qualifiers; i++)
		if (q[i].value.len > 0)
			q[n++] = q[i];
	p->qualifiers = n;
	if (n == 0)
		p->qualifier = NULL;
	return ERR_OK;
}

enum status
purl_build(struct purl *p, enum purl_mode mode, struct arena *a, struct err *e)
{
	const struct rule *rule;
	enum status st;

	st = check_type(p->type, e);
	if (st != ERR_OK)
		return st;
	p->type = map(a, p->type, to_lower);
	rule = find_rule(p->type);
	if (!path_is_clean(p->namespace, false))
		p->namespace = clean_path(a, p->namespace, false);
	if (!path_is_clean(p->subpath, true))
		p->subpath = clean_path(a, p->subpath, true);
	if (rule->flags & NAME_IS_PATH && !path_is_clean(p->name, false))
		p->name = clean_path(a, p->name, false);
	if (p->name.len == 0)
		return err_bad(e, "a purl needs a name");
	if (p->namespace.len == 0)
		p->namespace = absent;
	if (p->version.len == 0)
		p->version = absent;
	if (p->subpath.len == 0)
		p->subpath = absent;
	st = build_qualifiers(p, a, e);
	if (st != ERR_OK)
		return st;
	normalise(p, rule, a);
	return mode == PURL_STRICT ? check_rules(p, rule, e) : ERR_OK;
}

/* --- parsing ------------------------------------------------------------ */

struct parser {
	struct slice text;	/* for offsets */
	struct arena *arena;
	struct err *err;
};

static uint64_t
offset_of(const struct parser *ps, struct slice part)
{
	return part.data == NULL ? 0 :
	    (uint64_t)(part.data - ps->text.data);
}

/* One part, percent-decoded once. */
static enum status
decode(const struct parser *ps, struct slice s, struct slice *out)
{
	size_t i = slice_find(s, '%'), n;
	int high, low;
	char *to;

	*out = s;
	if (i < s.len) {
		to = arena_alloc(ps->arena, s.len);
		memcpy(to, s.data, i);
		for (n = i; i < s.len; n++) {
			if (s.data[i] != '%') {
				to[n] = s.data[i++];
				continue;
			}
			high = low = -1;
			if (i + 2 < s.len) {
				high = hex_value(s.data[i + 1]);
				low = hex_value(s.data[i + 2]);
			}
			if (high < 0 || low < 0)
				return err_input(ps->err, offset_of(ps, s) + i,
				    "\"%%\" is followed by two hexadecimal "
				    "digits");
			to[n] = (char)(high << 4 | low);
			i += 3;
		}
		*out = (struct slice){ to, n };
	}
	if (!utf8_valid(*out))
		return err_input(ps->err, offset_of(ps, s),
		    "a purl's parts are UTF-8");
	return ERR_OK;
}

/* Path segments, each decoded; none may hold an encoded '/'. */
static enum status
decode_path(const struct parser *ps, struct slice s, struct slice *out)
{
	struct slice seg, plain;
	char *to;
	size_t i = 0, n, len = 0;
	enum status st;

	*out = s;
	if (slice_find(s, '%') == s.len)
		return decode(ps, s, out);
	to = arena_alloc(ps->arena, s.len);
	while (i <= s.len) {
		n = slice_find(slice_cut(s, i, s.len), '/');
		seg = slice_cut(s, i, i + n);
		i += n + 1;
		st = decode(ps, seg, &plain);
		if (st != ERR_OK)
			return st;
		if (slice_find(plain, '/') < plain.len)
			return err_input(ps->err, offset_of(ps, seg),
			    "a segment holds an encoded \"/\"");
		memcpy(to + len, plain.data, plain.len);
		len += plain.len;
		if (i <= s.len)
			to[len++] = '/';
	}
	*out = (struct slice){ to, len };
	return ERR_OK;
}

static enum status
parse_qualifiers(const struct parser *ps, struct slice s, enum purl_mode mode,
    struct purl *p)
{
	struct slice pair;
	size_t i, n, count = 1;
	enum status st;

	for (i = 0; i < s.len; i++)
		count += s.data[i] == '&';
	p->qualifier = arena_array(ps->arena, count, sizeof(*p->qualifier));
	for (i = 0; i < s.len; i += pair.len + 1) {
		n = slice_find(slice_cut(s, i, s.len), '&');
		pair = slice_cut(s, i, i + n);
		if (pair.len == 0)
			continue;
		n = slice_find(pair, '=');
		if (n == pair.len) {
			if (mode == PURL_LENIENT)
				continue;
			return err_input(ps->err, offset_of(ps, pair),
			    "a qualifier is key=value");
		}
		p->qualifier[p->qualifiers].key = slice_cut(pair, 0, n);
		st = decode(ps, slice_cut(pair, n + 1, pair.len),
		    &p->qualifier[p->qualifiers].value);
		if (st != ERR_OK)
			return st;
		p->qualifiers++;
	}
	return ERR_OK;
}

static struct slice
strip_slashes(struct slice s)
{
	while (s.len > 0 && s.data[0] == '/')
		s = slice_cut(s, 1, s.len);
	while (s.len > 0 && s.data[s.len - 1] == '/')
		s.len--;
	return s;
}

/* Position of the last c in s, or s.len. */
static size_t
find_last(struct slice s, char c)
{
	size_t i;

	for (i = s.len; i > 0; i--)
		if (s.data[i - 1] == c)
			return i - 1;
	return s.len;
}

/* What an URL cannot hold; the lenient reader takes it as if encoded. */
static enum status
check_bytes(struct slice text, struct err *e)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return err_input(e, i, "a purl is printable ASCII "
			    "without blanks");
	return ERR_OK;
}

/* namespace/name@version */
static enum status
parse_path(const struct parser *ps, struct slice rest, struct purl *p)
{
	size_t at = find_last(rest, '@'), slash = find_last(rest, '/');
	struct slice name;
	enum status st;

	/* A "@" that begins a segment belongs to it, as in "@scope/name"; the
	 * last segment of such a purl is a version without a name. */
	if (at < rest.len && (at == 0 || rest.data[at - 1] == '/')) {
		if (slash == rest.len || slash < at)
			return err_input(ps->err, offset_of(ps, rest) + at,
			    "a purl needs a name before \"@\"");
	} else if (at < rest.len) {
		st = decode(ps, slice_cut(rest, at + 1, rest.len),
		    &p->version);
		if (st != ERR_OK)
			return st;
		rest = strip_slashes(slice_cut(rest, 0, at));
	}
	slash = find_last(rest, '/');
	name = slash < rest.len ? slice_cut(rest, slash + 1, rest.len) : rest;
	if (slash < rest.len) {
		st = decode_path(ps, slice_cut(rest, 0, slash),
		    &p->namespace);
		if (st != ERR_OK)
			return st;
	}
	return decode(ps, name, &p->name);
}

enum status
purl_parse(struct slice text, enum purl_mode mode, struct arena *a,
    struct purl *out, struct err *e)
{
	struct parser ps = { text, a, e };
	struct slice rest = text;
	size_t i;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = mode == PURL_STRICT ? check_bytes(text, e) : ERR_OK;
	if (st != ERR_OK)
		return st;
	if (rest.len < 4 || to_lower(rest.data[0]) != 'p' ||
	    to_lower(rest.data[1]) != 'k' || to_lower(rest.data[2]) != 'g' ||
	    rest.data[3] != ':')
		return err_input(e, 0, "a purl begins with \"pkg:\"");
	rest = slice_cut(rest, 4, rest.len);
	i = find_last(rest, '#');
	if (i < rest.len) {
		st = decode_path(&ps, slice_cut(rest, i + 1, rest.len),
		    &out->subpath);
		if (st != ERR_OK)
			return st;
		rest = slice_cut(rest, 0, i);
	}
	i = find_last(rest, '?');
	if (i < rest.len) {
		st = parse_qualifiers(&ps, slice_cut(rest, i + 1, rest.len),
		    mode, out);
		if (st != ERR_OK)
			return st;
		rest = slice_cut(rest, 0, i);
	}
	rest = strip_slashes(rest);
	i = slice_find(rest, '/');
	out->type = slice_cut(rest, 0, i);
	st = check_type(out->type, e);
	if (st != ERR_OK) {
		if (e != NULL && e->has_offset)
			e->offset += offset_of(&ps, rest);
		return st;
	}
	if (i == rest.len)
		return err_input(e, offset_of(&ps, rest) + i,
		    "a purl needs a name after its type");
	st = parse_path(&ps, strip_slashes(slice_cut(rest, i + 1, rest.len)),
	    out);
	if (st != ERR_OK)
		return st;
	return purl_build(out, mode, a, e);
}
