/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "versinner.h"

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
	if (!vers_is_sorted(v))
		vers_sort(v);
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
