/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "versinner.h"

struct native {
	struct vers *out;
	struct arena *arena;
	struct err *err;
	size_t room;
	bool npm, conan;
};

static void
add(struct native *n, enum vers_op op, struct slice version)
{
	struct vers_constraint *grown;

	if (n->out->count == n->room) {
		n->room = n->room == 0 ? 8 : n->room * 2;
		grown = arena_array(n->arena, n->room, sizeof(*grown));
		if (n->out->count > 0)
			memcpy(grown, n->out->item,
			    n->out->count * sizeof(*grown));
		n->out->item = grown;
	}
	emit(n->out, op, version);
}

/* Digits plus one. */
static struct slice
increment(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t i;

	out[0] = '0';
	if (s.len > 0)
		memcpy(out + 1, s.data, s.len);
	for (i = s.len; out[i] == '9'; i--)
		out[i] = '0';
	out[i]++;
	return out[0] == '0' && s.len > 0 ?
	    (struct slice){ out + 1, s.len } :
	    (struct slice){ out, s.len + 1 };
}

enum { PARTS = 3 };

/* The first three dotted parts of a version's numbers; how many are there. */
static size_t
split_parts(struct slice version, struct slice part[PARTS])
{
	struct slice s = version;
	size_t n = 0, end, i;

	for (end = 0; end < s.len && s.data[end] != '-' && s.data[end] != '+';
	    end++)
		continue;
	s = slice_cut(s, 0, end);
	while (n < PARTS && s.len > 0) {
		i = slice_find(s, '.');
		part[n++] = slice_cut(s, 0, i);
		s = skip(s, i + 1);
	}
	return n;
}

static bool
is_wild(struct slice s)
{
	return slice_is(s, "x") || slice_is(s, "X") || slice_is(s, "*");
}

/* The version whose part i is one more and what follows is 0 (npm) or gone
 * with a "-" (conan: before its pre-releases). */
static struct slice
bump(const struct native *n, const struct slice part[PARTS], size_t i)
{
	struct buf b = { 0 };
	struct slice out;
	size_t j;

	for (j = 0; j <= i; j++) {
		if (j > 0)
			buf_byte(&b, '.');
		buf_slice(&b, j < i ? part[j] : increment(n->arena, part[j]));
	}
	if (n->conan)
		buf_byte(&b, '-');
	for (; n->npm && j < PARTS; j++)
		buf_text(&b, ".0");
	out = arena_slice(n->arena, buf_get(&b));
	buf_free(&b);
	return out;
}

static bool
is_zero(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] != '0')
			return false;
	return true;
}

/* npm writes three parts: 3.11 is 3.11.0.  conan drops a "-" at the end. */
static struct slice
complete(const struct native *n, struct slice version)
{
	struct slice part[PARTS];
	size_t parts;

	if (n->conan && version.len > 1 &&
	    version.data[version.len - 1] == '-')
		version.len--;
	if (!n->npm)
		return version;
	while (version.len > 0 && (version.data[0] == 'v' ||
	    version.data[0] == '='))
		version = skip(version, 1);
	parts = split_parts(version, part);
	if (parts == 0 || parts == PARTS ||
	    slice_find(version, '-') < version.len ||
	    slice_find(version, '+') < version.len)
		return version;
	return slice_of(arena_printf(n->arena, "%.*s%s", (int)version.len,
	    version.data, parts == 1 ? ".0.0" : ".0"));
}

static enum status
add_caret_or_tilde(struct native *n, char mark, struct slice version)
{
	struct slice part[PARTS];
	size_t parts, i;

	while (n->npm && version.len > 0 && (version.data[0] == 'v' ||
	    version.data[0] == '='))
		version = skip(version, 1);
	parts = split_parts(version, part);
	if (parts == 0 || part[0].len == 0 || !is_digit(part[0].data[0]))
		return err_bad(n->err, "\"%c\" is followed by a version", mark);
	if (mark == '~') {
		i = parts > 1 ? 1 : 0;
	} else {
		for (i = 0; i + 1 < parts && is_zero(part[i]); i++)
			continue;
	}
	add(n, VERS_GE, complete(n, version));
	add(n, VERS_LT, bump(n, part, i));
	return ERR_OK;
}

/* 1.2.x: false if there is no wildcard in it. */
static bool
add_wildcard(struct native *n, struct slice version)
{
	struct slice part[PARTS], low;
	size_t parts = split_parts(version, part), i;

	for (i = 0; i < parts && !is_wild(part[i]); i++)
		continue;
	if (i == parts)
		return false;
	if (i == 0) {
		n->out->all = true;
		return true;
	}
	low = slice_cut(version, 0,
	    (size_t)(part[i - 1].data + part[i - 1].len - version.data));
	add(n, VERS_GE, complete(n, low));
	add(n, VERS_LT, bump(n, part, i - 1));
	return true;
}

static enum status
add_token(struct native *n, struct slice token)
{
	struct slice version;
	enum vers_op op;
	char mark = token.data[0];

	if (mark == '~' || mark == '^') {
		version = skip(token, 1);
		if (version.len > 0 && mark == '~' && version.data[0] == '>')
			version = skip(version, 1);
		return add_caret_or_tilde(n, mark, trim(version));
	}
	version = vers_take_op(token, &op);
	if (op == VERS_EQ && slice_starts(version, "="))
		version = skip(version, 1);
	version = trim(version);
	if (version.len == 0)
		return err_bad(n->err, "a comparator without a version");
	if (n->conan && (slice_is(version, "*") || slice_is(version, "*-"))) {
		add(n, VERS_GE, SLICE("0.0.0"));
		return ERR_OK;
	}
	if ((n->npm || slice_is(version, "*")) && add_wildcard(n, version))
		return ERR_OK;
	add(n, op, complete(n, version));
	return ERR_OK;
}

static bool
is_op_byte(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!' || c == '~' ||
	    c == '^';
}

/* ">=1 <=1" is one version; from is where the group's constraints begin. */
static void
join_equal(struct native *n, size_t from)
{
	struct vers_constraint *c = n->out->item;
	size_t count = n->out->count;

	if (count != from + 2 || c[from].op == c[from + 1].op ||
	    cmp(n->out, c[from].version, c[from + 1].version) != 0 ||
	    (c[from].op != VERS_GE && c[from].op != VERS_LE) ||
	    (c[from + 1].op != VERS_GE && c[from + 1].op != VERS_LE))
		return;
	c[from].op = VERS_EQ;
	n->out->count--;
}

/* Comparators with blanks or commas between them; blanks may follow an
 * operator. */
static enum status
add_comparators(struct native *n, struct slice s)
{
	size_t i, start, first = n->out->count;
	enum status st;

	for (i = 0; i < s.len;) {
		if (is_blank(s.data[i]) || s.data[i] == ',') {
			i++;
			continue;
		}
		start = i;
		while (i < s.len && is_op_byte(s.data[i]))
			i++;
		while (i > start && i < s.len && is_blank(s.data[i]))
			i++;
		while (i < s.len && !is_blank(s.data[i]) &&
		    s.data[i] != ',' && (i == start ||
		    !is_op_byte(s.data[i]) || is_op_byte(s.data[i - 1])))
			i++;
		st = add_token(n, slice_cut(s, start, i));
		if (st != ERR_OK)
			return st;
	}
	join_equal(n, first);
	return ERR_OK;
}

static enum status
add_alternatives(struct native *n, struct slice s)
{
	struct slice part, low, high;
	size_t i, start = 0;
	const char *dash;
	enum status st;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.data[i] != '|')
			continue;
		part = trim(slice_cut(s, start, i));
		start = i + 1;
		if (part.len == 0)
			continue;
		dash = memmem(part.data, part.len, " - ", 3);
		if (dash != NULL && n->npm) {
			low = trim(slice_cut(part, 0,
			    (size_t)(dash - part.data)));
			high = trim(skip(part,
			    (size_t)(dash - part.data) + 3));
			if (low.len == 0 || high.len == 0)
				return err_bad(n->err, "\" - \" stands "
				    "between two versions");
			add(n, VERS_GE, complete(n, low));
			add(n, VERS_LE, complete(n, high));
			continue;
		}
		st = add_comparators(n, part);
		if (st != ERR_OK)
			return st;
	}
	return ERR_OK;
}

/* Intervals of NuGet and Maven: [1.0,2.0), (,1.0], [1.0]; several with commas
 * between them.  A bare version is a minimum (NuGet) or that one (Maven). */
static enum status
add_brackets(struct native *n, struct slice s, enum vers_op bare)
{
	struct slice body, low, high;
	size_t end, comma, first;
	bool open_low, open_high;

	for (s = trim(s); s.len > 0; s = trim(s)) {
		if (s.data[0] == ',') {
			s = skip(s, 1);
			continue;
		}
		if (s.data[0] != '[' && s.data[0] != '(') {
			end = slice_find(s, ',');
			add(n, bare, trim(slice_cut(s, 0, end)));
			s = skip(s, end);
			continue;
		}
		for (end = 1; end < s.len && s.data[end] != ']' &&
		    s.data[end] != ')'; end++)
			continue;
		if (end == s.len)
			return err_bad(n->err, "an interval that is not "
			    "closed");
		open_low = s.data[0] == '(';
		open_high = s.data[end] == ')';
		body = slice_cut(s, 1, end);
		s = skip(s, end + 1);
		comma = slice_find(body, ',');
		low = trim(slice_cut(body, 0, comma));
		if (comma == body.len) {
			if (low.len == 0 || open_low || open_high)
				return err_bad(n->err, "an interval of one "
				    "version is [VERSION]");
			add(n, VERS_EQ, low);
			continue;
		}
		high = trim(skip(body, comma + 1));
		first = n->out->count;
		if (low.len > 0)
			add(n, open_low ? VERS_GT : VERS_GE, low);
		if (high.len > 0)
			add(n, open_high ? VERS_LT : VERS_LE, high);
		if (low.len == 0 && high.len == 0)
			n->out->all = true;
		join_equal(n, first);
	}
	return ERR_OK;
}

/* ~> 2.0.8 and ~= 2.0.8: the last part may grow.  With a wildcard
 * (==1.2.*) the prefix is kept. */
static enum status
add_compatible(struct native *n, struct slice version, bool wildcard)
{
	struct slice base, last;
	size_t i, dots = 0;

	for (base = version, i = 0; i < base.len; i++)
		if (!is_digit(base.data[i]) && base.data[i] != '.')
			base.len = i;
	while (base.len > 0 && base.data[base.len - 1] == '.')
		base.len--;
	for (i = 0; i < base.len; i++)
		dots += base.data[i] == '.';
	if (base.len == 0 || (dots == 0 && !wildcard && !n->out->scheme))
		return err_bad(n->err, "a version with numbers is wanted");
	add(n, VERS_GE, wildcard ? base : version);
	if (!wildcard && dots > 0) {
		while (base.data[base.len - 1] != '.')
			base.len--;
		base.len--;
	}
	for (i = base.len; i > 0 && base.data[i - 1] != '.'; i--)
		continue;
	last = increment(n->arena, skip(base, i));
	add(n, VERS_LT, slice_of(arena_printf(n->arena, "%.*s%.*s", (int)i,
	    base.data, (int)last.len, last.data)));
	return ERR_OK;
}

/* gem and pypi: comparators with commas between them. */
static enum status
add_requirements(struct native *n, struct slice s)
{
	struct slice token, version;
	size_t i, start = 0;
	enum vers_op op;
	enum status st = ERR_OK;

	for (i = 0; i <= s.len && st == ERR_OK; i++) {
		if (i < s.len && s.data[i] != ',')
			continue;
		token = trim(slice_cut(s, start, i));
		start = i + 1;
		if (token.len == 0)
			continue;
		if (slice_starts(token, "~>") || slice_starts(token, "~=")) {
			st = add_compatible(n, trim(skip(token, 2)), false);
			continue;
		}
		version = vers_take_op(token, &op);
		while (op == VERS_EQ && slice_starts(version, "="))
			version = skip(version, 1);
		version = trim(version);
		if (version.len == 0)
			st = err_bad(n->err, "a comparator without a version");
		else if (slice_is(version, "*"))
			n->out->all = true;
		else if (slice_ends(version, ".*") && op == VERS_EQ)
			st = add_compatible(n, version, true);
		else
			add(n, op, version);
	}
	return st;
}

/* nginx: "1.5.0+, 1.4.1+", "0.6.18-1.20.0", "all", "none".  From a stable
 * release (even second part) on, its series is meant. */
static enum status
add_nginx(struct native *n, struct slice s)
{
	struct slice token, part[PARTS], second;
	size_t i, start = 0, dash;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.data[i] != ',')
			continue;
		token = trim(slice_cut(s, start, i));
		start = i + 1;
		dash = slice_find(token, '-');
		if (slice_is(token, "all"))
			n->out->all = true;
		else if (token.len == 0 || slice_is(token, "none"))
			continue;
		else if (dash < token.len) {
			add(n, VERS_GE, trim(slice_cut(token, 0, dash)));
			add(n, VERS_LE, trim(skip(token, dash + 1)));
		} else if (slice_ends(token, "+")) {
			token.len--;
			add(n, VERS_GE, token);
			if (split_parts(token, part) < 2)
				continue;
			second = part[1];
			if (second.len > 0 &&
			    (second.data[second.len - 1] - '0') % 2 == 0)
				add(n, VERS_LT, slice_of(arena_printf(n->arena,
				    "%.*s.%.*s.0", (int)part[0].len,
				    part[0].data,
				    (int)increment(n->arena, second).len,
				    increment(n->arena, second).data)));
		} else {
			add(n, VERS_EQ, token);
		}
	}
	return ERR_OK;
}

enum status
vers_from_native(struct slice type, struct slice range, struct arena *a,
    struct vers *out, struct err *e)
{
	struct native n = { out, a, e, 0, false, false };
	const char *option;
	enum status st;

	memset(out, 0, sizeof(*out));
	out->type = lower(a, type);
	out->scheme = version_scheme(type);
	n.npm = slice_is(out->type, "npm");
	n.conan = slice_is(out->type, "conan");
	range = trim(range);
	if (n.conan && range.len > 0 && (option = memmem(range.data,
	    range.len, ", include_prerelease", 20)) != NULL)
		range.len = (size_t)(option - range.data);
	if (slice_is(out->type, "nuget"))
		st = add_brackets(&n, range, VERS_GE);
	else if (slice_is(out->type, "maven"))
		st = add_brackets(&n, range, VERS_EQ);
	else if (slice_is(out->type, "pypi") || slice_is(out->type, "gem"))
		st = add_requirements(&n, range);
	else if (slice_is(out->type, "nginx"))
		st = add_nginx(&n, range);
	else
		st = add_alternatives(&n, range);
	if (st != ERR_OK)
		return st;
	if (out->all)
		out->count = 0;
	else if (out->count == 0)
		return err_bad(e, "a range without constraints");
	vers_sort(out);
	return ERR_OK;
}
