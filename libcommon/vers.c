/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vers.h"

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (is_upper(c))
		return c <= 'F' ? c - 'A' + 10 : -1;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct slice
skip(struct slice s, size_t n)
{
	return slice_cut(s, n, s.len);
}

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.data[0]))
		s = skip(s, 1);
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

static struct slice
lower(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len);
	size_t i;

	for (i = 0; i < s.len; i++)
		out[i] = is_upper(s.data[i]) ? (char)(s.data[i] + 32) :
		    s.data[i];
	return (struct slice){ out, s.len };
}

static int
cmp(const struct vers *v, struct slice a, struct slice b)
{
	return version_cmp(v->scheme, a, b);
}

static bool
is_lower_bound(const struct vers_constraint *c)
{
	return c->op == VERS_GT || c->op == VERS_GE;
}

static bool
is_upper_bound(const struct vers_constraint *c)
{
	return c->op == VERS_LT || c->op == VERS_LE;
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

static bool
is_sorted(const struct vers *v)
{
	size_t i;

	for (i = 1; i < v->count; i++)
		if (cmp(v, v->item[i - 1].version, v->item[i].version) > 0)
			return false;
	return true;
}

/* A merge sort: stable, so that what is equal stays as it was written. */
static void
sort(struct vers *v)
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

static struct slice
take_op(struct slice s, enum vers_op *op)
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
	rest = take_op(text, &c->op);
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
	sorted = is_sorted(out);
	if (!sorted || !is_well_formed(out) ||
	    (slice_is(out->type, "datetime") && has_small_time(out)))
		good = false;
	if (!sorted)
		sort(out);
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

/* --- intervals ---------------------------------------------------------- */

/*
 * A range as a set of intervals between cuts; a cut is just before or just
 * behind a version, or at an end of all versions.
 */
struct cut {
	struct slice version;
	int8_t end;		/* -1: before all, 1: behind all */
	bool behind;
};

struct interval {
	struct cut from, to;
};

struct intervals {
	const struct vers *vers;	/* for the scheme */
	struct interval *item;
	size_t count, room;
};

static const struct cut first_cut = { { NULL, 0 }, -1, false };
static const struct cut last_cut = { { NULL, 0 }, 1, false };

static struct cut
cut_at(struct slice version, bool behind)
{
	return (struct cut){ version, 0, behind };
}

static int
cut_cmp(const struct vers *v, const struct cut *a, const struct cut *b)
{
	int c;

	if (a->end != b->end || a->end != 0)
		return (a->end > b->end) - (a->end < b->end);
	c = cmp(v, a->version, b->version);
	return c != 0 ? c : (int)a->behind - (int)b->behind;
}

static void
push(struct intervals *s, struct cut from, struct cut to)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 16 : s->room * 2;
		s->item = mem_array(s->item, s->room, sizeof(*s->item));
	}
	s->item[s->count++] = (struct interval){ from, to };
}

static int
by_start(const void *a, const void *b, void *ctx)
{
	const struct interval *x = a, *y = b;
	int c = cut_cmp(ctx, &x->from, &y->from);

	/* Which spelling of a version stays must not depend on the sort. */
	if (c == 0)
		c = slice_cmp(x->from.version, y->from.version);
	if (c == 0)
		c = cut_cmp(ctx, &x->to, &y->to);
	return c != 0 ? c : slice_cmp(x->to.version, y->to.version);
}

/* Sorted, joined where they touch, empty ones gone. */
static void
merge(struct intervals *s)
{
	struct vers v = *s->vers;
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		if (cut_cmp(&v, &s->item[i].from, &s->item[i].to) < 0)
			s->item[n++] = s->item[i];
	s->count = n;
	if (n > 1)
		qsort_r(s->item, n, sizeof(*s->item), by_start, &v);
	for (i = 1, n = n > 0; i < s->count; i++) {
		struct interval *last = &s->item[n - 1];

		if (cut_cmp(&v, &s->item[i].from, &last->to) > 0)
			s->item[n++] = s->item[i];
		else if (cut_cmp(&v, &s->item[i].to, &last->to) > 0)
			last->to = s->item[i].to;
	}
	s->count = n;
}

/* The intervals of the bounds and the named versions, without "!=". */
static void
read_intervals(const struct vers *v, struct intervals *s)
{
	const struct vers_constraint *c;
	struct cut low = first_cut, high = last_cut;
	bool has_low = false, has_high = false, ne = false, other = false;
	size_t i;

	if (v->all)
		push(s, first_cut, last_cut);
	for (i = 0; i < v->count; i++) {
		c = &v->item[i];
		ne = ne || c->op == VERS_NE;
		other = other || c->op != VERS_NE;
		if (c->op == VERS_EQ || c->op == VERS_GE || c->op == VERS_LE)
			push(s, cut_at(c->version, false),
			    cut_at(c->version, true));
		if (is_lower_bound(c)) {
			if (has_high) {
				push(s, low, high);
				has_low = has_high = false;
				low = first_cut;
				high = last_cut;
			}
			if (!has_low)
				low = cut_at(c->version, c->op == VERS_GT);
			has_low = true;
		} else if (is_upper_bound(c)) {
			high = cut_at(c->version, c->op == VERS_LE);
			has_high = true;
		}
	}
	if (has_low || has_high || (ne && !other))
		push(s, low, high);
}

/* Is the version of "!=" constraint i also named by a "=", "<=" or ">="? */
static bool
is_named(const struct vers *v, size_t i)
{
	struct slice version = v->item[i].version;
	size_t j;

	for (j = i; j > 0 && cmp(v, v->item[j - 1].version, version) == 0; j--)
		continue;
	for (; j < v->count && cmp(v, v->item[j].version, version) == 0; j++)
		if (v->item[j].op == VERS_EQ || v->item[j].op == VERS_LE ||
		    v->item[j].op == VERS_GE)
			return true;
	return false;
}

/* Takes the versions out that "!=" names and nothing names otherwise; both
 * lists are sorted. */
static void
exclude(const struct vers *v, struct intervals *s)
{
	struct intervals out = { s->vers, NULL, 0, 0 };
	struct cut from, before, behind;
	size_t i, j = 0, last = v->count;	/* the "!=" asked about last */
	bool named = false;

	for (i = 0; i < s->count; i++) {
		from = s->item[i].from;
		for (; j < v->count; j++) {
			if (v->item[j].op != VERS_NE)
				continue;
			if (last == v->count || cmp(v, v->item[last].version,
			    v->item[j].version) != 0)
				named = is_named(v, j);
			last = j;
			if (named)
				continue;
			before = cut_at(v->item[j].version, false);
			behind = cut_at(v->item[j].version, true);
			if (cut_cmp(v, &before, &s->item[i].to) >= 0)
				break;
			if (cut_cmp(v, &before, &from) < 0)
				continue;
			push(&out, from, before);
			from = behind;
		}
		push(&out, from, s->item[i].to);
	}
	mem_free(s->item);
	*s = out;
	merge(s);
}

static void
emit(struct vers *v, enum vers_op op, struct slice version)
{
	v->item[v->count++] = (struct vers_constraint){ op, version };
}

static void
write_intervals(const struct intervals *s, struct arena *a, struct vers *v)
{
	const struct interval *it, *next;
	bool open = false;	/* the last interval's start stands already */
	size_t i;

	v->item = arena_array(a, 2 * s->count + 1, sizeof(*v->item));
	v->count = 0;
	v->all = s->count == 1 && s->item[0].from.end < 0 &&
	    s->item[0].to.end > 0;
	if (v->all)
		return;
	for (i = 0; i < s->count; i++) {
		it = &s->item[i];
		next = i + 1 < s->count ? &s->item[i + 1] : NULL;
		if (!open && it->from.end == 0 && it->to.end == 0 &&
		    cmp(v, it->from.version, it->to.version) == 0) {
			emit(v, VERS_EQ, it->from.version);
			continue;
		}
		if (!open && it->from.end == 0)
			emit(v, it->from.behind ? VERS_GT : VERS_GE,
			    it->from.version);
		open = false;
		if (it->to.end != 0)
			continue;
		if (next != NULL && !it->to.behind && next->from.behind &&
		    cmp(v, it->to.version, next->from.version) == 0) {
			emit(v, VERS_NE, it->to.version);
			open = true;
			continue;
		}
		emit(v, it->to.behind ? VERS_LE : VERS_LT, it->to.version);
	}
}

void
vers_union(const struct vers *x, const struct vers *y, struct arena *a,
    struct vers *out)
{
	struct intervals sx = { x, NULL, 0, 0 }, sy = { x, NULL, 0, 0 };
	size_t i;

	memset(out, 0, sizeof(*out));
	out->type = x->type;
	out->scheme = x->scheme;
	if (x->scheme == NULL) {
		out->all = x->all || y->all;
		out->item = arena_array(a, x->count + y->count + 1,
		    sizeof(*out->item));
		for (i = 0; i < x->count; i++)
			out->item[out->count++] = x->item[i];
		for (i = 0; i < y->count; i++)
			out->item[out->count++] = y->item[i];
		vers_simplify(a, out);
		return;
	}
	read_intervals(x, &sx);
	merge(&sx);
	exclude(x, &sx);
	read_intervals(y, &sy);
	merge(&sy);
	exclude(y, &sy);
	for (i = 0; i < sy.count; i++)
		push(&sx, sy.item[i].from, sy.item[i].to);
	merge(&sx);
	write_intervals(&sx, a, out);
	mem_free(sx.item);
	mem_free(sy.item);
}

void
vers_simplify(struct arena *a, struct vers *v)
{
	struct intervals s = { v, NULL, 0, 0 };
	size_t i, n = 1;

	if (v->all)
		v->count = 0;
	if (v->count == 0)
		return;
	if (!is_sorted(v))
		sort(v);
	if (v->scheme == NULL) {
		for (i = 1; i < v->count; i++)
			if (v->item[i].op != v->item[n - 1].op ||
			    !slice_eq(v->item[i].version,
			    v->item[n - 1].version))
				v->item[n++] = v->item[i];
		v->count = n;
		return;
	}
	read_intervals(v, &s);
	merge(&s);
	exclude(v, &s);
	write_intervals(&s, a, v);
	mem_free(s.item);
}

/* --- OSV ---------------------------------------------------------------- */

static bool
is_start(const struct vers_event *e)
{
	return e->kind == VERS_INTRODUCED && slice_is(e->version, "0");
}

static int
event_cmp(const struct vers *v, const struct vers_event *x,
    const struct vers_event *y)
{
	if (is_start(x) || is_start(y))
		return (int)is_start(y) - (int)is_start(x);
	return cmp(v, x->version, y->version);
}

static int
by_event(const void *a, const void *b, void *ctx)
{
	const struct vers_event *x = a, *y = b;

	int c = event_cmp(ctx, x, y);

	if (c == 0)
		c = slice_cmp(x->version, y->version);
	return c != 0 ? c : (int)x->kind - (int)y->kind;
}

void
vers_from_osv(struct slice type, struct vers_event *event, size_t events,
    const struct slice *version, size_t versions, struct arena *a,
    struct vers *out)
{
	struct vers self = { 0 };
	struct intervals s = { &self, NULL, 0, 0 };
	struct cut from = first_cut, at;
	bool open = false, was_open;
	size_t i, j, k;

	self.type = lower(a, type);
	self.scheme = version_scheme(type);
	if (events > 1)
		qsort_r(event, events, sizeof(*event), by_event, &self);
	for (i = 0; i < events; i = j) {
		for (j = i + 1; j < events &&
		    event_cmp(&self, &event[i], &event[j]) == 0; j++)
			continue;
		/* At one version: what was open ends, then what begins there
		 * begins; what was not open begins, then ends. */
		was_open = open;
		for (k = i; !was_open && !open && k < j; k++)
			if (event[k].kind == VERS_INTRODUCED) {
				from = is_start(&event[k]) ? first_cut :
				    cut_at(event[k].version, false);
				open = true;
			}
		for (k = i; open && k < j; k++) {
			if (event[k].kind == VERS_INTRODUCED)
				continue;
			at = cut_at(event[k].version,
			    event[k].kind == VERS_LAST_AFFECTED);
			push(&s, from, at);
			open = false;
		}
		for (k = i; was_open && !open && k < j; k++)
			if (event[k].kind == VERS_INTRODUCED) {
				from = cut_at(event[k].version, false);
				open = true;
			}
	}
	if (open)
		push(&s, from, last_cut);
	for (i = 0; i < versions; i++)
		push(&s, cut_at(version[i], false), cut_at(version[i], true));
	merge(&s);
	*out = self;
	write_intervals(&s, a, out);
	mem_free(s.item);
}

/* --- native notations --------------------------------------------------- */

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
	version = take_op(token, &op);
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
		version = take_op(token, &op);
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
	sort(out);
	return ERR_OK;
}
