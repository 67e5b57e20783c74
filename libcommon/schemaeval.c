/* SPDX-License-Identifier: Apache-2.0 */
/* The evaluating half of schema.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "canon.h"
#include "number.h"
#include "schema.h"
#include "schemanode.h"
#include "utf8.h"

enum {
	STEPS_MAX = 256		/* schemas within each other: a file nests 500
				 * deep, and most take two */
};

/* Where in the document: a chain from the value to the root. */
struct place {
	const struct place *up;
	const struct json *v;
	struct slice key;	/* of an object's member */
	size_t index;		/* of an array's item */
	bool member;
};

/* The resources passed through, innermost first: the dynamic scope. */
struct scope {
	const struct scope *up;
	const struct resource *resource;
};

/* Which children of one value were evaluated, for unevaluated*: marks of the
 * run, which are a stack. */
struct seen {
	size_t at, count;
};

struct run {
	struct arena scratch;
	struct schema_report *report;	/* NULL: stop at the first error */
	struct err *e;
	unsigned depth;
	uint64_t calls;
	bool *mark;
	size_t marks, cap;
};

__extension__ typedef unsigned __int128 wide;

static enum status eval(struct run *r, const struct schema *n,
    const struct place *at, const struct scope *scope, struct seen *seen);

/* --- saying what is wrong ------------------------------------------------ */

static void
add_pointer(struct buf *out, struct slice token)
{
	buf_byte(out, '/');
	for (size_t i = 0; i < token.len; i++) {
		if (token.data[i] == '~')
			buf_text(out, "~0");
		else if (token.data[i] == '/')
			buf_text(out, "~1");
		else
			buf_byte(out, token.data[i]);
	}
}

static char *
instance_pointer(struct arena *a, const struct place *at, uint32_t *depth)
{
	const struct place **chain;
	struct buf out = { 0 };
	size_t n = 0;
	char *text;

	for (const struct place *p = at; p->up != NULL; p = p->up)
		n++;
	*depth = (uint32_t)n;
	chain = mem_array(NULL, n, sizeof(*chain));
	for (const struct place *p = at; p->up != NULL; p = p->up)
		chain[--n] = p;
	for (; n < *depth; n++) {
		if (chain[n]->member)
			add_pointer(&out, chain[n]->key);
		else
			buf_printf(&out, "/%zu", chain[n]->index);
	}
	mem_free(chain);
	text = arena_dup(a, buf_get(&out));
	buf_free(&out);
	return text;
}

/* The root of the resource n stands in, for a location counted from it. */
static void
node_location(struct buf *out, const struct schema *n)
{
	const struct schema *chain[STEPS_MAX];
	size_t count = 0;

	while (n->parent != NULL && n->parent->resource == n->resource &&
	    count < STEPS_MAX) {
		chain[count++] = n;
		n = n->parent;
	}
	buf_slice(out, n->resource->uri);
	buf_byte(out, '#');
	while (count-- > 0) {
		add_pointer(out, chain[count]->step[0]);
		if (chain[count]->step[1].data != NULL)
			add_pointer(out, chain[count]->step[1]);
	}
}

/* NULL where there are enough. */
static struct schema_error *
new_error(struct schema_report *rep)
{
	if (rep->count == SCHEMA_ERRORS_MAX) {
		rep->cut = true;
		return NULL;
	}
	if (rep->count == rep->cap) {
		rep->cap = rep->cap == 0 ? 8 : rep->cap * 2;
		rep->error = mem_array(rep->error, rep->cap,
		    sizeof(*rep->error));
	}
	return &rep->error[rep->count++];
}

/* Nothing is worth formatting where nobody will read it. */
#define wrong(r, ...) \
	((r)->report == NULL ? ERR_NO : say_wrong((r), __VA_ARGS__))

__attribute__((format(printf, 5, 6))) static enum status
say_wrong(struct run *r, const struct schema *n, const struct place *at,
    const char *keyword, const char *fmt, ...)
{
	struct schema_report *rep = r->report;
	struct schema_error *error;
	struct buf location = { 0 }, message = { 0 };
	char text[512];
	va_list ap;

	error = new_error(rep);
	if (error == NULL)
		return ERR_NO;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A text that was cut may end within a character. */
	buf_add(&message, text, utf8_valid_prefix(slice_of(text)));
	error->instance = instance_pointer(rep->arena, at, &error->depth);
	error->offset = at->v->offset;
	node_location(&location, n);
	if (keyword[0] != '\0')
		add_pointer(&location, slice_of(keyword));
	error->keyword = arena_dup(rep->arena, buf_get(&location));
	error->message = arena_dup(rep->arena, buf_get(&message));
	buf_free(&location);
	buf_free(&message);
	return ERR_NO;
}

/* A value for a message, cut where it is long. */
static const char *
show(struct run *r, const struct json *v)
{
	struct slice text = canon_text(&r->scratch, v);

	if (text.len <= 60)
		return arena_dup(&r->scratch, text);
	text.len = utf8_valid_prefix(slice_cut(text, 0, 57));
	return arena_printf(&r->scratch, "%.*s...", (int)text.len, text.data);
}

/* --- seen ---------------------------------------------------------------- */

/* Marks stay until the run's count is put back to where it was. */
static void
seen_start(struct run *r, struct seen *s, const struct json *v)
{
	*s = (struct seen){ r->marks, json_count(v) };
	r->marks += s->count;
	if (r->marks > r->cap) {
		r->cap = r->marks * 2;
		r->mark = mem_array(r->mark, r->cap, sizeof(*r->mark));
	}
	for (size_t i = s->at; i < r->marks; i++)
		r->mark[i] = false;
}

static void
seen_mark(struct run *r, const struct seen *s, size_t i)
{
	if (s != NULL)
		r->mark[s->at + i] = true;
}

static void
seen_merge(struct run *r, const struct seen *into, const struct seen *from)
{
	for (size_t i = 0; into != NULL && i < from->count; i++)
		r->mark[into->at + i] |= r->mark[from->at + i];
}

/* --- assertions ---------------------------------------------------------- */

/*
 * value is a multiple of divisor, both decimal texts: the digits of value,
 * brought to divisor's scale, are divided by its digits.
 */
struct decimal {
	struct slice text;
	long exponent;		/* of the last digit */
};

static struct decimal
decimal(struct slice s)
{
	struct decimal d = { s, 0 };
	size_t e = 0, dot;
	long power = 0;
	bool negative;

	while (e < s.len && s.data[e] != 'e' && s.data[e] != 'E')
		e++;
	if (e < s.len) {
		size_t i = e + 1;

		negative = s.data[i] == '-';
		i += s.data[i] == '-' || s.data[i] == '+';
		for (; i < s.len && power < 100000; i++)
			power = power * 10 + (s.data[i] - '0');
		d.exponent = negative ? -power : power;
	}
	d.text = slice_cut(s, 0, e);
	dot = slice_find(d.text, '.');
	if (dot < d.text.len)
		d.exponent -= (long)(d.text.len - dot - 1);
	return d;
}

/* False where the divisor has more digits than this can hold. */
static bool
is_multiple(struct slice value, struct slice divisor, bool *yes)
{
	struct decimal v = decimal(value), d = decimal(divisor);
	wide modulus = 0, rest = 0, limit = (wide)1 << 123;
	long shift = v.exponent - d.exponent;

	for (size_t i = 0; i < d.text.len; i++) {
		if (d.text.data[i] < '0' || d.text.data[i] > '9')
			continue;
		if (modulus > limit / 10)
			return false;
		modulus = modulus * 10 + (unsigned)(d.text.data[i] - '0');
	}
	if (modulus == 0)
		return false;
	/* Digits of the value below the divisor's last one must be zero
	 * after division; bring the divisor up instead. */
	for (; shift < 0; shift++) {
		if (modulus > limit / 10)
			return false;
		modulus *= 10;
	}
	for (size_t i = 0; i < v.text.len; i++)
		if (v.text.data[i] >= '0' && v.text.data[i] <= '9')
			rest = (rest * 10 + (unsigned)(v.text.data[i] - '0')) %
			    modulus;
	for (; shift > 0 && rest != 0; shift--)
		rest = rest * 10 % modulus;
	*yes = rest == 0;
	return true;
}

static enum status
check_number(struct run *r, const struct schema *n, const struct place *at)
{
	struct slice s = { at->v->u.text, at->v->len };
	bool yes = true;

#define BOUND(limit, keyword, op, what) \
	if ((limit) != NULL && !(number_cmp(s, (struct slice){ \
	    (limit)->u.text, (limit)->len }) op 0)) \
		return wrong(r, n, at, keyword, "%.*s is not " what " %.*s", \
		    (int)s.len, s.data, (int)(limit)->len, (limit)->u.text)
	BOUND(n->minimum, "minimum", >=, "at least");
	BOUND(n->maximum, "maximum", <=, "at most");
	BOUND(n->above, "exclusiveMinimum", >, "greater than");
	BOUND(n->below, "exclusiveMaximum", <, "less than");
#undef BOUND
	if (n->multiple_of == NULL)
		return ERR_OK;
	if (!is_multiple(s, (struct slice){ n->multiple_of->u.text,
	    n->multiple_of->len }, &yes))
		return err_bad(r->e, "\"multipleOf\" %.*s has too many "
		    "digits", (int)n->multiple_of->len,
		    n->multiple_of->u.text);
	return yes ? ERR_OK : wrong(r, n, at, "multipleOf",
	    "%.*s is no multiple of %.*s", (int)s.len, s.data,
	    (int)n->multiple_of->len, n->multiple_of->u.text);
}

static enum status
check_string(struct run *r, const struct schema *n, const struct place *at)
{
	struct slice s = json_text(at->v);
	enum status rc;

	if (n->min_length > 0 || n->max_length < (int64_t)s.len) {
		int64_t length = (int64_t)utf8_count(s);

		if (length < n->min_length)
			return wrong(r, n, at, "minLength", "%" PRId64
			    " characters, expected at least %" PRId64, length,
			    n->min_length);
		if (length > n->max_length)
			return wrong(r, n, at, "maxLength", "%" PRId64
			    " characters, expected at most %" PRId64, length,
			    n->max_length);
	}
	if (n->pattern != NULL) {
		struct err e;

		rc = regex_match(n->pattern, s, &e);
		if (rc == ERR_NO)
			return wrong(r, n, at, "pattern",
			    "%s does not match %s", show(r, at->v),
			    show(r, json_get(n->src, "pattern")));
		if (rc != ERR_OK)
			return err_input(r->e, at->v->offset,
			    "pattern %s: %s", show(r, json_get(n->src,
			    "pattern")), e.text);
	}
	if (n->format != NULL && !n->format(s))
		return wrong(r, n, at, "format", "%s is no %.*s",
		    show(r, at->v), (int)n->format_name.len,
		    n->format_name.data);
	if (n->format_regex) {
		struct regex *regex;
		struct err e;

		if (regex_open(s, REGEX_ECMA, &regex, &e) != ERR_OK)
			return wrong(r, n, at, "format", "%s is no regex: %s",
			    show(r, at->v), e.text);
		regex_close(regex);
	}
	return ERR_OK;
}

static bool
has_type(const struct schema *n, const struct json *v)
{
	int64_t whole;
	bool yes = false;

	if (v->type != JSON_NUMBER)
		return (n->types >> v->type & 1) != 0;
	if (n->number)
		return true;
	if (!n->integer)
		return false;
	if (n->resource->draft == SCHEMA_DRAFT4) {
		/* There 1.0 is not an integer: the text decides. */
		for (uint32_t i = 0; i < v->len; i++)
			if (strchr(".eE", v->u.text[i]) != NULL)
				return false;
		return true;
	}
	if (json_int64(v, &whole))
		return true;
	return is_multiple((struct slice){ v->u.text, v->len }, SLICE("1"),
	    &yes) && yes;
}

static bool
in_enum(const struct schema *n, const struct json *v)
{
	if (n->enum_strings != NULL)
		return v->type == JSON_STRING &&
		    map_find(n->enum_strings, json_text(v)) != NULL;
	JSON_EACH(value, n->enumeration)
		if (json_equal(value, v))
			return true;
	return false;
}

static enum status
check_any(struct run *r, const struct schema *n, const struct place *at)
{
	if ((n->types != 0 || n->integer || n->number) &&
	    !has_type(n, at->v))
		return wrong(r, n, at, "type", "%s, expected %s",
		    json_type_name(at->v), show(r, json_get(n->src, "type")));
	if (n->constant != NULL && !json_equal(n->constant, at->v))
		return wrong(r, n, at, "const", "%s, expected %s",
		    show(r, at->v), show(r, n->constant));
	if (n->enumeration != NULL && !in_enum(n, at->v))
		return wrong(r, n, at, "enum", "%s, expected one of %s",
		    show(r, at->v), show(r, n->enumeration));
	return ERR_OK;
}

/* --- applying schemas ---------------------------------------------------- */

/* Keeps the worst of the keywords' answers; true when it is time to stop. */
static bool
worse(struct run *r, enum status rc, enum status *all)
{
	*all = err_worst(*all, rc);
	return rc == ERR_INPUT || (rc == ERR_NO && r->report == NULL);
}

/* Like eval, but neither errors nor marks stay if it fails. */
static enum status
attempt(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	struct schema_report *report = r->report;
	struct seen mine;
	size_t marks = r->marks;
	enum status rc;

	r->report = NULL;
	if (seen != NULL)
		seen_start(r, &mine, at->v);
	rc = eval(r, n, at, scope, seen != NULL ? &mine : NULL);
	r->report = report;
	if (rc == ERR_OK && seen != NULL)
		seen_merge(r, seen, &mine);
	r->marks = marks;
	return rc;
}

static const struct branches *
candidates(const struct nodes *u, const struct json *v)
{
	const struct json *member;
	const size_t *at;

	if (u->dispatch == NULL || v->type != JSON_OBJECT)
		return NULL;
	member = json_get_slice(v, u->dispatch->member);
	if (member == NULL || member->type != JSON_STRING)
		return NULL;
	at = map_find(&u->dispatch->values, json_text(member));
	return at == NULL ? &u->dispatch->others : &u->dispatch->list[*at];
}

/*
 * Explains a union that failed by the branch that came nearest: whose
 * shallowest error lies deepest in the document, then with the fewest.
 */
static enum status
explain(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, const struct nodes *u, const char *keyword)
{
	const struct branches *some = candidates(u, at->v);
	size_t count = some != NULL ? some->count : u->count;
	struct schema_report *report = r->report;
	struct schema_report best = { 0 };
	uint32_t best_depth = 0;
	size_t best_branch = 0;
	enum status rc;

	if (report == NULL)
		return ERR_NO;
	for (size_t i = 0; i < count; i++) {
		size_t branch = some != NULL ? some->branch[i] : i;
		struct schema_report mine = { .arena = report->arena };
		uint32_t depth = UINT32_MAX;

		r->report = &mine;
		rc = eval(r, u->item[branch], at, scope, NULL);
		r->report = report;
		if (rc == ERR_INPUT) {
			mem_free(mine.error);
			mem_free(best.error);
			return rc;
		}
		for (size_t k = 0; k < mine.count; k++)
			if (mine.error[k].depth < depth)
				depth = mine.error[k].depth;
		if (best.error == NULL || depth > best_depth ||
		    (depth == best_depth && mine.count < best.count)) {
			mem_free(best.error);
			best = mine;
			best_depth = depth;
			best_branch = branch;
		} else {
			mem_free(mine.error);
		}
	}
	if (count == 0 && u->dispatch != NULL)
		(void)wrong(r, n, at, keyword, "\"%.*s\" is %s, which none of "
		    "the %zu branches has", (int)u->dispatch->member.len,
		    u->dispatch->member.data, show(r, json_get_slice(at->v,
		    u->dispatch->member)), u->count);
	else
		(void)wrong(r, n, at, keyword, "none of the %zu branches "
		    "holds; branch %zu comes nearest", u->count, best_branch);
	for (size_t k = 0; k < best.count; k++) {
		struct schema_error *copy = new_error(report);

		if (copy != NULL)
			*copy = best.error[k];
	}
	mem_free(best.error);
	return ERR_NO;
}

static enum status
check_union(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen, bool exactly)
{
	const struct nodes *u = exactly ? &n->one_of : &n->any_of;
	const struct branches *some = candidates(u, at->v);
	size_t count = some != NULL ? some->count : u->count, held = 0;
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		size_t branch = some != NULL ? some->branch[i] : i;
		enum status rc = attempt(r, u->item[branch], at, scope, seen);

		if (rc == ERR_INPUT)
			return rc;
		if (rc == ERR_NO)
			continue;
		if (exactly && held++ > 0)
			return wrong(r, n, at, "oneOf",
			    "branches %zu and %zu both hold, expected one",
			    first, branch);
		first = branch;
		/* All branches run where somebody asks what they saw. */
		if (!exactly) {
			held++;
			if (seen == NULL)
				return ERR_OK;
		}
	}
	return held > 0 ? ERR_OK : explain(r, n, at, scope, u, exactly ?
	    "oneOf" : "anyOf");
}

static enum status
check_contains(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	int64_t found = 0;
	size_t i = 0;

	JSON_EACH(item, at->v) {
		struct place child = { .up = at, .v = item, .index = i };
		enum status rc = attempt(r, n->contains, &child, scope, NULL);

		if (rc == ERR_INPUT)
			return rc;
		if (rc == ERR_OK) {
			found++;
			if (n->resource->draft == SCHEMA_2020)
				seen_mark(r, seen, i);
		}
		i++;
	}
	if (found < n->min_contains)
		return wrong(r, n, at, n->min_contains == 1 ? "contains" :
		    "minContains", "%" PRId64 " items fit \"contains\", "
		    "expected at least %" PRId64, found, n->min_contains);
	if (found > n->max_contains)
		return wrong(r, n, at, "maxContains", "%" PRId64 " items fit "
		    "\"contains\", expected at most %" PRId64, found,
		    n->max_contains);
	return ERR_OK;
}

/* By the hash of the canonical form: 10^4 items are not 5*10^7 pairs. */
static enum status
check_unique(struct run *r, const struct schema *n, const struct place *at)
{
	struct map values = { 0 };
	struct arena texts = { 0 };
	enum status rc = ERR_OK;
	size_t i = 0;

	JSON_EACH(item, at->v) {
		bool fresh;
		size_t *other = map_put(&values, canon_text(&texts, item),
		    &fresh);

		if (!fresh) {
			rc = wrong(r, n, at, "uniqueItems",
			    "items %zu and %zu are equal", *other, i);
			break;
		}
		*other = i++;
	}
	map_free(&values);
	arena_free(&texts);
	return rc;
}

static enum status
check_items(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	enum status all = ERR_OK;
	size_t i = 0;

	JSON_EACH(item, at->v) {
		struct place child = { .up = at, .v = item, .index = i };
		const struct schema *s = i < n->prefix.count ?
		    n->prefix.item[i] : n->items;

		if (s != NULL) {
			if (worse(r, eval(r, s, &child, scope, NULL), &all))
				return all;
			seen_mark(r, seen, i);
		}
		i++;
	}
	return all;
}

static enum status
check_array(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	enum status all = ERR_OK;
	int64_t len = (int64_t)at->v->len;

	if (len < n->min_items && worse(r, wrong(r, n, at, "minItems",
	    "%" PRId64 " items, expected at least %" PRId64, len,
	    n->min_items), &all))
		return all;
	if (len > n->max_items && worse(r, wrong(r, n, at, "maxItems",
	    "%" PRId64 " items, expected at most %" PRId64, len,
	    n->max_items), &all))
		return all;
	if (n->unique && len > 1 && worse(r, check_unique(r, n, at), &all))
		return all;
	if ((n->items != NULL || n->prefix.count > 0) &&
	    worse(r, check_items(r, n, at, scope, seen), &all))
		return all;
	if (n->contains != NULL)
		(void)worse(r, check_contains(r, n, at, scope, seen), &all);
	return all;
}

/* One member against properties, patternProperties, additionalProperties;
 * p is its schema among properties, or NULL. */
static enum status
check_member(struct run *r, const struct schema *n, const struct place *at,
    const struct place *child, const struct property *p,
    const struct scope *scope, bool *known)
{
	enum status all = ERR_OK, rc;
	struct err e;

	*known = p != NULL;
	if (p != NULL && worse(r, eval(r, p->node, child, scope, NULL), &all))
		return all;
	for (size_t k = 0; k < n->pattern_properties; k++) {
		rc = regex_match(n->pattern_property[k].regex, child->key, &e);
		if (rc == ERR_NO)
			continue;
		if (rc != ERR_OK)
			return err_input(r->e, child->v->offset,
			    "patternProperties: %s", e.text);
		*known = true;
		if (worse(r, eval(r, n->pattern_property[k].node, child,
		    scope, NULL), &all))
			return all;
	}
	if (!*known && n->additional != NULL) {
		*known = true;
		if (n->additional->boolean && !n->additional->value)
			return wrong(r, n, at, "additionalProperties",
			    "unknown member \"%.*s\"",
			    (int)(child->key.len < 80 ? child->key.len : 80),
			    child->key.data);
		(void)worse(r, eval(r, n->additional, child, scope, NULL),
		    &all);
	}
	return all;
}

static enum status
check_members(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	enum status all = ERR_OK;
	size_t i = 0, k = 0;

	JSON_MEMBERS(m, at->v) {
		struct slice key = { m->key, m->key_len };
		struct place child = { .up = at, .v = &m->value, .key = key,
			.member = true };
		const struct property *p = NULL;
		bool known;
		int c = 1;

		/* Both are in canonical order: one walk through the two. */
		while (k < n->properties &&
		    (c = json_key_cmp(n->property[k].key, key)) < 0)
			k++;
		if (k < n->properties && c == 0)
			p = &n->property[k];
		if (worse(r, check_member(r, n, at, &child, p, scope, &known),
		    &all))
			return all;
		if (known)
			seen_mark(r, seen, i);
		i++;
	}
	return all;
}

static enum status
check_names(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope)
{
	enum status all = ERR_OK;

	JSON_MEMBERS(m, at->v) {
		struct json name = json_string((struct slice){ m->key,
		    m->key_len });
		struct place child = { .up = at, .v = &name,
			.key = { m->key, m->key_len }, .member = true };

		name.offset = m->key_offset;
		if (worse(r, eval(r, n->names, &child, scope, NULL), &all))
			break;
	}
	return all;
}

static enum status
check_required(struct run *r, const struct schema *n, const struct place *at,
    const struct json *required, const char *keyword, struct slice because)
{
	enum status all = ERR_OK;

	JSON_EACH(name, required) {
		struct slice key = json_text(name);
		enum status rc;

		if (json_get_slice(at->v, key) != NULL)
			continue;
		if (because.data == NULL)
			rc = wrong(r, n, at, keyword,
			    "member \"%.*s\" is missing", (int)key.len,
			    key.data);
		else
			rc = wrong(r, n, at, keyword,
			    "member \"%.*s\" is missing beside \"%.*s\"",
			    (int)key.len, key.data, (int)because.len,
			    because.data);
		if (worse(r, rc, &all))
			break;
	}
	return all;
}

static enum status
check_object(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	struct slice none = { NULL, 0 };
	enum status all = ERR_OK;
	int64_t len = (int64_t)at->v->len;

	if (len < n->min_properties && worse(r, wrong(r, n, at,
	    "minProperties", "%" PRId64 " members, expected at least %" PRId64,
	    len, n->min_properties), &all))
		return all;
	if (len > n->max_properties && worse(r, wrong(r, n, at,
	    "maxProperties", "%" PRId64 " members, expected at most %" PRId64,
	    len, n->max_properties), &all))
		return all;
	if (n->required != NULL && worse(r, check_required(r, n, at,
	    n->required, "required", none), &all))
		return all;
	if ((n->properties > 0 || n->pattern_properties > 0 ||
	    n->additional != NULL) &&
	    worse(r, check_members(r, n, at, scope, seen), &all))
		return all;
	if (n->names != NULL && worse(r, check_names(r, n, at, scope), &all))
		return all;
	for (size_t i = 0; i < n->dependents; i++) {
		const struct dependent *d = &n->dependent[i];
		enum status rc;

		if (json_get_slice(at->v, d->key) == NULL)
			continue;
		rc = d->required != NULL ? check_required(r, n, at,
		    d->required, n->resource->draft == SCHEMA_2020 ?
		    "dependentRequired" : "dependencies", d->key) :
		    eval(r, d->node, at, scope, seen);
		if (worse(r, rc, &all))
			return all;
	}
	return all;
}

static enum status
check_condition(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	enum status rc = attempt(r, n->condition, at, scope, seen);
	const struct schema *next = rc == ERR_OK ? n->then : n->otherwise;

	if (rc == ERR_INPUT || next == NULL)
		return rc == ERR_INPUT ? rc : ERR_OK;
	return eval(r, next, at, scope, seen);
}

/* The outermost resource passed through that has the anchor decides
 * (2020-12 Core 8.2.3.2). */
static const struct schema *
dynamic_target(const struct schema *n, const struct scope *scope)
{
	const struct schema *target = n->dynamic_ref;

	if (n->dynamic_name.len == 0)
		return target;
	for (; scope != NULL; scope = scope->up)
		for (const struct dynamic_anchor *d =
		    scope->resource->dynamic; d != NULL; d = d->next)
			if (slice_eq(d->name, n->dynamic_name))
				target = d->node;
	return target;
}

static enum status
check_in_place(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	enum status all = ERR_OK, rc;

	if (n->ref != NULL &&
	    worse(r, eval(r, n->ref, at, scope, seen), &all))
		return all;
	if (n->dynamic_ref != NULL && worse(r, eval(r, dynamic_target(n,
	    scope), at, scope, seen), &all))
		return all;
	for (size_t i = 0; i < n->all_of.count; i++)
		if (worse(r, eval(r, n->all_of.item[i], at, scope, seen),
		    &all))
			return all;
	if (n->any_of.count > 0 &&
	    worse(r, check_union(r, n, at, scope, seen, false), &all))
		return all;
	if (n->one_of.count > 0 &&
	    worse(r, check_union(r, n, at, scope, seen, true), &all))
		return all;
	if (n->negated != NULL) {
		rc = attempt(r, n->negated, at, scope, NULL);
		if (rc == ERR_OK)
			rc = wrong(r, n, at, "not",
			    "%s fits a schema that it must not fit",
			    show(r, at->v));
		else if (rc == ERR_NO)
			rc = ERR_OK;
		if (worse(r, rc, &all))
			return all;
	}
	if (n->condition != NULL)
		(void)worse(r, check_condition(r, n, at, scope, seen), &all);
	return all;
}

static enum status
check_unevaluated(struct run *r, const struct schema *n,
    const struct place *at, const struct scope *scope, struct seen *seen)
{
	bool object = at->v->type == JSON_OBJECT;
	const struct schema *s = object ? n->unevaluated_properties :
	    n->unevaluated_items;
	enum status all = ERR_OK, rc;

	for (size_t i = 0; s != NULL && i < seen->count; i++) {
		struct place child = { .up = at, .index = i,
			.member = object };

		if (r->mark[seen->at + i])
			continue;
		child.v = object ? &at->v->u.member[i].value :
		    &at->v->u.item[i];
		if (object)
			child.key = (struct slice){ at->v->u.member[i].key,
			    at->v->u.member[i].key_len };
		if (s->boolean && !s->value && object)
			rc = wrong(r, n, at, "unevaluatedProperties",
			    "unknown member \"%.*s\"", (int)(child.key.len <
			    80 ? child.key.len : 80), child.key.data);
		else
			rc = eval(r, s, &child, scope, NULL);
		if (worse(r, rc, &all))
			break;
		seen_mark(r, seen, i);
	}
	return all;
}

static enum status
eval_node(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	bool container = at->v->type == JSON_ARRAY ||
	    at->v->type == JSON_OBJECT;
	bool unevaluated = (at->v->type == JSON_OBJECT &&
	    n->unevaluated_properties != NULL) ||
	    (at->v->type == JSON_ARRAY && n->unevaluated_items != NULL);
	enum status all = ERR_OK;
	struct seen mine, *marks = container ? seen : NULL;

	if (unevaluated) {
		seen_start(r, &mine, at->v);
		marks = &mine;
	}
	if (worse(r, check_any(r, n, at), &all))
		return all;
	switch ((enum json_type)at->v->type) {
	case JSON_NUMBER:
		(void)worse(r, check_number(r, n, at), &all);
		break;
	case JSON_STRING:
		(void)worse(r, check_string(r, n, at), &all);
		break;
	case JSON_ARRAY:
		(void)worse(r, check_array(r, n, at, scope, marks), &all);
		break;
	case JSON_OBJECT:
		(void)worse(r, check_object(r, n, at, scope, marks), &all);
		break;
	default:
		break;
	}
	if (all == ERR_INPUT || (all == ERR_NO && r->report == NULL))
		return all;
	if (worse(r, check_in_place(r, n, at, scope, marks), &all))
		return all;
	if (unevaluated) {
		/* After a failure nobody knows what was evaluated. */
		if (all == ERR_OK)
			(void)worse(r, check_unevaluated(r, n, at, scope,
			    &mine), &all);
		seen_merge(r, seen, &mine);
	}
	return all;
}

static enum status
eval(struct run *r, const struct schema *n, const struct place *at,
    const struct scope *scope, struct seen *seen)
{
	struct scope here = { scope, n->resource };
	size_t marks = r->marks;
	enum status rc;

	if (n->boolean)
		return n->value ? ERR_OK : wrong(r, n, at, "",
		    "nothing is allowed here");
	if (r->depth == SCHEMA_DEPTH_MAX)
		return err_input(r->e, at->v->offset, "schema and document "
		    "nest deeper than %d calls together", SCHEMA_DEPTH_MAX);
	if (r->calls++ >= n->set->options.calls_max)
		return err_input(r->e, at->v->offset, "schema and document "
		    "together take more than %" PRIu64 " calls",
		    n->set->options.calls_max);
	r->depth++;
	if (scope == NULL || scope->resource != n->resource)
		scope = &here;
	rc = eval_node(r, n, at, scope, seen);
	r->depth--;
	r->marks = marks;
	return rc;
}

enum status
schema_check(const struct schema *schema, const struct json *v,
    struct schema_report *report, struct err *e)
{
	struct place at = { .v = v };
	struct run r = { .e = e };
	/* First the quick question; only a "no" is worth explaining. */
	enum status rc = eval(&r, schema, &at, NULL, NULL);

	if (rc == ERR_NO && report != NULL) {
		r.report = report;
		rc = eval(&r, schema, &at, NULL, NULL);
		/* Explaining looks further than the answer had to; a limit
		 * there does not change it. */
		if (rc == ERR_INPUT) {
			rc = ERR_NO;
			if (report->count == 0)
				(void)wrong(&r, schema, &at, "", "not valid, "
				    "and why goes over a limit: %s", e->text);
			report->cut = true;
		}
	}
	arena_free(&r.scratch);
	mem_free(r.mark);
	return rc;
}
