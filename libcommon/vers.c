/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "versinner.h"

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (is_upper(c))
		return c <= 'F' ? c - 'A' + 10 : -1;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- sorting ------------------------------------------------------------ */

/*
 * At one version an upper bound comes before a lower one: two ranges that
 * touch.  (">=1|<=1", one version, is left as it was written.)
 */
static int
order(const struct vers *v, const struct vers_constraint *a,
    const struct vers_constraint *b)
{
	static const int rank[] = { [VERS_LT] = 0, [VERS_LE] = 1,
		[VERS_EQ] = 2, [VERS_NE] = 2, [VERS_GE] = 3, [VERS_GT] = 4 };
	int c = cmp(v, a->version, b->version);

	return c != 0 ? c : rank[a->op] - rank[b->op];
}

bool
vers_is_sorted(const struct vers *v)
{
	size_t i;

	for (i = 1; i < v->count; i++)
		if (cmp(v, v->item[i - 1].version, v->item[i].version) > 0)
			return false;
	return true;
}

/* A merge sort: stable, so that what is equal stays as it was written. */
void
vers_sort(struct vers *v)
{
	struct vers_constraint *from = v->item, *to, *spare, *swap;
	size_t i, left, right, middle, end, width, n = v->count;

	if (n < 2)
		return;
	to = spare = mem_array(NULL, n, sizeof(*spare));
	for (width = 1; width < n; width *= 2) {
		for (i = 0; i < n;) {
			left = i;
			middle = right = width < n - i ? i + width : n;
			end = width < n - middle ? middle + width : n;
			while (i < end)
				to[i++] = left < middle && (right == end ||
				    order(v, &from[left],
				    &from[right]) <= 0) ?
				    from[left++] : from[right++];
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != v->item)
		memcpy(v->item, from, n * sizeof(*from));
	mem_free(spare);
}

/* --- reading ------------------------------------------------------------ */

static bool
must_encode(char c)
{
	return c != '\0' && strchr("><=!*|%", c) != NULL;
}

/* Decodes once.  *canonical is cleared where the text was not what the
 * writer would have written. */
static enum status
decode(struct slice s, uint64_t offset, struct arena *a, struct slice *out,
    bool *canonical, struct err *e)
{
	char *to;
	size_t i, n = 0;
	int high, low;

	to = arena_alloc(a, s.len);
	for (i = 0; i < s.len; i++) {
		if (s.data[i] != '%') {
			if (must_encode(s.data[i]))
				*canonical = false;
			to[n++] = s.data[i];
			continue;
		}
		high = i + 2 < s.len ? hex_value(s.data[i + 1]) : -1;
		low = i + 2 < s.len ? hex_value(s.data[i + 2]) : -1;
		if (high < 0 || low < 0)
			return err_input(e, offset + i, "\"%%\" is followed by "
			    "two hexadecimal digits");
		to[n] = (char)(high << 4 | low);
		if (!must_encode(to[n]) || s.data[i + 1] >= 'a' ||
		    s.data[i + 2] >= 'a')
			*canonical = false;
		n++;
		i += 2;
	}
	*out = (struct slice){ to, n };
	return ERR_OK;
}

struct slice
vers_take_op(struct slice s, enum vers_op *op)
{
	static const struct {
		const char *text;
		enum vers_op op;
	} ops[] = {
		{ "!=", VERS_NE }, { "<=", VERS_LE }, { ">=", VERS_GE },
		{ "<", VERS_LT }, { ">", VERS_GT }, { "=", VERS_EQ },
	};
	size_t i;

	*op = VERS_EQ;
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (slice_starts(s, ops[i].text)) {
			*op = ops[i].op;
			return skip(s, strlen(ops[i].text));
		}
	return s;
}

static enum status
parse_constraint(struct vers *v, struct slice s, uint64_t offset,
    struct arena *a, bool *canonical, struct err *e)
{
	struct vers_constraint *c = &v->item[v->count];
	struct slice text = trim(s), rest;
	enum status st;
	size_t i;

	if (text.len != s.len)
		*canonical = false;
	if (text.len == 0) {
		*canonical = false;
		return ERR_OK;
	}
	if (slice_is(text, "*")) {
		v->all = true;
		return ERR_OK;
	}
	rest = vers_take_op(text, &c->op);
	if (c->op == VERS_EQ && rest.len != text.len)
		*canonical = false;
	text = trim(rest);
	for (i = 0; i < text.len; i++)
		if (is_blank(text.data[i]))
			return err_input(e, offset, "a version with a blank "
			    "in it; \"|\" stands between constraints");
	if (text.len != rest.len)
		*canonical = false;
	if (text.len == 0)
		return err_input(e, offset, "a comparator without a version");
	st = decode(text, offset, a, &c->version, canonical, e);
	if (st == ERR_OK)
		v->count++;
	return st;
}

/* Versions differ, and bounds alternate as vers-spec orders them. */
static bool
is_well_formed(const struct vers *v)
{
	const struct vers_constraint *last = NULL, *bound = NULL, *c;
	size_t i;

	for (i = 0; i < v->count; i++) {
		c = &v->item[i];
		if (i > 0 && cmp(v, v->item[i - 1].version, c->version) == 0)
			return false;
		if (c->op == VERS_NE)
			continue;
		if (last != NULL && last->op == VERS_EQ && is_upper_bound(c))
			return false;
		last = c;
		if (c->op == VERS_EQ)
			continue;
		if (bound != NULL &&
		    is_lower_bound(bound) == is_lower_bound(c))
			return false;
		bound = c;
	}
	return true;
}

/* A canonical time has "T" and "Z". */
static bool
has_small_time(const struct vers *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (slice_find(v->item[i].version, 't') <
		    v->item[i].version.len ||
		    slice_find(v->item[i].version, 'z') <
		    v->item[i].version.len)
			return true;
	return false;
}

static bool
good_type(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!(s.data[i] >= 'a' && s.data[i] <= 'z') &&
		    !is_digit(s.data[i]) && s.data[i] != '.' &&
		    s.data[i] != '-' && s.data[i] != '_')
			return false;
	return s.len > 0;
}

static enum status
parse_head(struct slice *rest, struct arena *a, struct vers *out,
    bool *canonical, struct err *e)
{
	struct slice text = *rest, type, name;
	size_t n = slice_find(text, ':');

	name = lower(a, slice_cut(text, 0, n));
	if (!slice_is(name, "vers") || n == text.len)
		return err_input(e, 0, "a range begins with \"vers:\"");
	text = skip(text, n + 1);
	n = slice_find(text, '/');
	if (n == text.len)
		return err_input(e, (uint64_t)(text.data - rest->data),
		    "a range is vers:TYPE/CONSTRAINTS");
	type = slice_cut(text, 0, n);
	out->type = lower(a, trim(type));
	if (!slice_eq(type, out->type) || !slice_starts(*rest, "vers:"))
		*canonical = false;
	if (!good_type(out->type))
		return err_input(e, (uint64_t)(text.data - rest->data),
		    "a range's type has lower-case letters, digits, \".\", "
		    "\"-\" and \"_\"");
	*rest = skip(text, n + 1);
	return ERR_OK;
}

enum status
vers_parse(struct slice text, enum vers_mode mode, struct arena *a,
    struct vers *out, bool *canonical, struct err *e)
{
	struct slice rest = trim(text), part;
	bool good = rest.len == text.len, sorted;
	size_t i, n, count = 1, given = 0;
	uint64_t at;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = parse_head(&rest, a, out, &good, e);
	if (st != ERR_OK)
		return st;
	out->scheme = version_scheme(out->type);
	for (i = 0; i < rest.len; i++)
		count += rest.data[i] == '|';
	out->item = arena_array(a, count, sizeof(*out->item));
	for (i = 0; i <= rest.len; i += n + 1) {
		n = slice_find(skip(rest, i), '|');
		part = slice_cut(rest, i, i + n);
		at = (uint64_t)(rest.data - text.data) + i;
		given += trim(part).len > 0;
		st = parse_constraint(out, part, at, a, &good, e);
		if (st != ERR_OK)
			return st;
	}
	at = (uint64_t)(rest.data - text.data);
	if (given == 0)
		return err_input(e, at, "a range without constraints");
	if (out->all && given > 1)
		return err_input(e, at, "\"*\" stands alone");
	if ((slice_is(out->type, "all") || slice_is(out->type, "none")) &&
	    !out->all)
		return err_input(e, at, "vers:all and vers:none take \"*\" "
		    "alone");
	if (slice_is(out->type, "none"))
		out->all = false;
	sorted = vers_is_sorted(out);
	if (!sorted || !is_well_formed(out) ||
	    (slice_is(out->type, "datetime") && has_small_time(out)))
		good = false;
	if (!sorted)
		vers_sort(out);
	if (canonical != NULL)
		*canonical = good;
	if (mode == VERS_STRICT && !good)
		return err_input(e, at, "the range is not canonical: sorted, "
		    "each version once, bounds alternating, no blanks, only "
		    "> < = ! * | %% encoded");
	return ERR_OK;
}

struct slice
vers_text(struct arena *a, const struct vers *v)
{
	static const char *const ops[] = { "", "!=", "<", "<=", ">", ">=" };
	static const char digits[] = "0123456789ABCDEF";
	struct buf b = { 0 };
	struct slice out;
	size_t i, j;

	buf_text(&b, "vers:");
	if (v->count == 0 && !v->all && !slice_is(v->type, "none")) {
		buf_text(&b, "none/*");
	} else {
		buf_slice(&b, v->type);
		buf_byte(&b, '/');
		if (v->count == 0)
			buf_byte(&b, '*');
	}
	for (i = 0; i < v->count; i++) {
		struct slice s = v->item[i].version;

		if (i > 0)
			buf_byte(&b, '|');
		buf_text(&b, ops[v->item[i].op]);
		for (j = 0; j < s.len; j++) {
			unsigned char c = (unsigned char)s.data[j];

			if (!must_encode(s.data[j])) {
				buf_byte(&b, s.data[j]);
				continue;
			}
			buf_byte(&b, '%');
			buf_byte(&b, digits[c >> 4]);
			buf_byte(&b, digits[c & 15]);
		}
	}
	out = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return out;
}

/* --- asking ------------------------------------------------------------- */

/* Is version on the inner side of the bound c? */
static bool
within(const struct vers *v, const struct vers_constraint *c,
    struct slice version)
{
	int d;

	if (c == NULL)
		return true;
	d = cmp(v, version, c->version);
	switch (c->op) {
	case VERS_LT:
		return d < 0;
	case VERS_LE:
		return d <= 0;
	case VERS_GT:
		return d > 0;
	case VERS_GE:
		return d >= 0;
	case VERS_EQ:
	case VERS_NE:
		break;
	}
	return d == 0;
}

/*
 * Walks the intervals that the bounds make: of neighbouring lower bounds the
 * first counts, of neighbouring upper bounds the last, a lone bound is open on
 * its other side.
 */
static bool
in_intervals(const struct vers *v, struct slice version)
{
	const struct vers_constraint *low = NULL, *high = NULL, *c;
	size_t i;

	for (i = 0; i < v->count; i++) {
		c = &v->item[i];
		if (is_lower_bound(c)) {
			if (high != NULL && within(v, low, version) &&
			    within(v, high, version))
				return true;
			if (high != NULL)
				low = high = NULL;
			if (low == NULL)
				low = c;
		} else if (is_upper_bound(c)) {
			high = c;
		}
	}
	return (low != NULL || high != NULL) && within(v, low, version) &&
	    within(v, high, version);
}

enum vers_answer
vers_contains(const struct vers *v, struct slice version)
{
	const struct vers_constraint *c;
	bool named = false, excluded = false, bounds = false, ne = false;
	bool eq = false, same;
	size_t i;

	if (v->all)
		return VERS_IN;
	for (i = 0; i < v->count; i++) {
		c = &v->item[i];
		same = cmp(v, version, c->version) == 0;
		eq = eq || c->op == VERS_EQ;
		ne = ne || c->op == VERS_NE;
		bounds = bounds || is_lower_bound(c) || is_upper_bound(c);
		if (!same)
			continue;
		if (c->op == VERS_NE)
			excluded = true;
		else if (c->op == VERS_EQ || c->op == VERS_LE ||
		    c->op == VERS_GE)
			named = true;
	}
	if (named)
		return VERS_IN;
	if (excluded)
		return VERS_OUT;
	if (!bounds)
		return ne && !eq ? VERS_IN : VERS_OUT;
	if (v->scheme == NULL)
		return VERS_UNKNOWN;
	return in_intervals(v, version) ? VERS_IN : VERS_OUT;
}
