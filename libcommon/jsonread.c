/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "json.h"
#include "keyorder.h"
#include "keytrail.h"
#include "lex.h"

const struct json_limits json_foreign = {
	.max_size = UINT64_C(1) << 30,
	.max_depth = 500
};

/* An own record may hold two foreign documents' worth and its frame. */
const struct json_limits json_own = {
	.max_size = (UINT64_C(2) << 30) + (1 << 20),
	.max_depth = 512
};

enum {
	SIEVE_DEPTH = 3,	/* the array, its object, and one around it */
	SIEVE_BATCH = 256 * 1024	/* bytes of the elements that are taken
				 * at once: what they become stays in a
				 * core's cache */
};

/* Where the children of empty containers are: arithmetic on NULL is not
 * defined.  Never written. */
static struct json_member no_children;

/*
 * What is read waits in the scratch, where it can grow, until the container
 * around it is complete and its children move to the arena.  The last value
 * there is the one that is being read: the document, an item, or the value of
 * a member; the children of an open container follow its own.
 */
struct frame {
	size_t start;		/* of its children in the scratch */
	struct keytrail_step *step;	/* an object's keys, or those of the
					 * one that an array stands in; NULL:
					 * off the trail */
	bool is_object;
	bool sifted;		/* only the first child stays */
};

struct reader {
	struct lex lex;
	struct arena *arena;	/* that the tree grows in */
	struct arena *kept;	/* the caller's */
	struct arena sifted;	/* of the elements that a sieve takes */
	uint64_t taken;		/* the offset up to which they were */
	struct buf scratch;	/* struct json and json_member */
	struct buf frames;
	struct frame *top;	/* NULL outside of containers */
	struct keytrail trail;
	struct keyorder order;
};

static struct slice
key_of(const struct json_member *m)
{
	return (struct slice){ m->key, m->key_len };
}

/* The value that is being read. */
static inline struct json *
last_value(struct reader *r)
{
	return (struct json *)(void *)(r->scratch.data + r->scratch.len) - 1;
}

static uint64_t
prefix_of(const struct json_member *m)
{
	uint64_t v = 0;

	if (m->key_len > 0)
		memcpy(&v, m->key, m->key_len < 8 ? m->key_len : 8);
	return keyorder_prefix(v, m->key_len);
}

static bool
is_sorted(const struct json_member *m, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (json_key_cmp(key_of(m + i - 1), key_of(m + i)) >= 0)
			return false;
	return true;
}

/* The order of the members of an object that ends here; NULL, and refused,
 * where a key is there twice. */
static const uint32_t *
order_of(struct reader *r, const struct json_member *m, size_t n)
{
	struct keyed *key = keyorder_keys(&r->order, n);
	const uint32_t *order;
	size_t twice;

	for (size_t i = 0; i < n; i++) {
		key[i].prefix = prefix_of(m + i);
		key[i].text = m[i].key;
		key[i].len = m[i].key_len;
	}
	order = keyorder_sort(&r->order, n, &twice);
	if (twice == n)
		return order;
	(void)lex_duplicate(&r->lex, key_of(m + twice), m[twice].key_offset);
	return NULL;
}

/* What the order is for all objects with the keys of a step. */
static void
learn_order(struct reader *r, struct keytrail_step *step,
    const struct json_member *m)
{
	size_t size = step->count * sizeof(uint32_t);

	step->sorted = is_sorted(m, step->count);
	/* No key is there twice, or there was no step. */
	step->order = memcpy(arena_alloc(&r->trail.arena, size),
	    order_of(r, m, step->count), size);
}

/* The children of the object that ends here to where they go, sorted; refuses
 * a key that is there twice. */
static bool
sort_members(struct reader *r, struct json_member *to,
    const struct json_member *m, size_t n)
{
	struct keytrail_step *step = r->top->step;
	const uint32_t *order;

	if (step != NULL && step->order == NULL)
		learn_order(r, step, m);
	if (step != NULL ? step->sorted : is_sorted(m, n)) {
		memcpy(to, m, n * sizeof(*m));
		return true;
	}
	order = step != NULL ? step->order : order_of(r, m, n);
	if (order == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		to[i] = m[order[i]];
	return true;
}

/* Does the sieve want the array that opens, as a member of the top? */
static bool
is_sifted(struct reader *r)
{
	const struct json_sieve *sieve = r->lex.s->sieve;
	const struct json_member *m;
	struct json object;

	if (sieve == NULL || r->lex.depth >= SIEVE_DEPTH || r->top == NULL ||
	    !r->top->is_object)
		return false;
	m = (const struct json_member *)(void *)(r->scratch.data +
	    r->scratch.len) - 1;
	object = *(const struct json *)(void *)(r->scratch.data +
	    r->top->start - sizeof(object));
	object.u.member = (struct json_member *)(void *)(r->scratch.data +
	    r->top->start);
	object.len = (uint32_t)(m - object.u.member);
	return sieve->wants(sieve->ctx, &object, key_of(m));
}

static bool
open_container(struct reader *r, bool is_object)
{
	bool sifted = !is_object && is_sifted(r);
	struct keytrail_step *step;

	last_value(r)->type = is_object ? JSON_OBJECT : JSON_ARRAY;
	if (!lex_open(&r->lex))
		return false;
	step = r->top == NULL ? &r->trail.start : r->top->step;
	if (step != NULL && is_object && r->top != NULL)
		step = keytrail_inside(&r->trail, step);
	r->top = buf_push(&r->frames, sizeof(*r->top));
	r->top->start = r->scratch.len;
	r->top->step = step;
	r->top->is_object = is_object;
	r->top->sifted = sifted;
	return true;
}

/* What has been read of the sifted array, but for its first element, goes to
 * who wants it. */
static void
hand_over(struct reader *r)
{
	const struct json_sieve *sieve = r->lex.s->sieve;
	size_t first = r->top->start + sizeof(struct json);

	if (r->scratch.len <= first)
		return;
	sieve->take(sieve->ctx, (const struct json *)(const void *)
	    (r->scratch.data + first), (r->scratch.len - first) /
	    sizeof(struct json), &r->sifted);
	r->scratch.len = first;
	arena_reset(&r->sifted);
}

/* The children of the innermost container move to the arena. */
static bool
close_container(struct reader *r)
{
	const struct frame *f = r->top;
	const char *children;
	void *to = &no_children;
	struct json *v;
	size_t bytes, n;

	if (f->sifted) {
		hand_over(r);
		r->arena = r->kept;
	}
	children = r->scratch.data + f->start;
	bytes = r->scratch.len - f->start;
	n = f->is_object ? bytes / sizeof(struct json_member) :
	    bytes / sizeof(struct json);
	if (n > 0) {
		to = arena_alloc(r->arena, bytes);
		if (!f->is_object)
			memcpy(to, children, bytes);
		else if (!sort_members(r, to, (const struct json_member *)
		    (const void *)children, n))
			return false;
	}
	r->scratch.len = f->start;
	v = last_value(r);
	v->flag = f->sifted;
	v->len = (uint32_t)n;
	v->u.item = to;
	r->frames.len -= sizeof(*f);
	r->top = r->frames.len == 0 ? NULL : r->top - 1;
	lex_close(&r->lex);
	return true;
}

static inline bool
read_text(struct reader *r, struct slice *text, bool *escaped)
{
	char *copy;

	if (!lex_string(&r->lex, text, escaped))
		return false;
	if (*escaped) {
		copy = arena_alloc(r->arena, text->len);
		*text = (struct slice){ copy, lex_unescape(copy, *text) };
	}
	return true;
}

/* A key that does not stand on the trail yet, and may leave it. */
static bool
read_new_key(struct reader *r, struct slice *key)
{
	struct frame *f = r->top;
	bool escaped;

	if (!read_text(r, key, &escaped))
		return false;
	if (f->step != NULL)
		f->step = escaped ? NULL :
		    keytrail_add(&r->trail, f->step, *key);
	return true;
}

/* A key and its colon; the member's value comes next. */
static bool
read_key(struct reader *r)
{
	struct frame *f = r->top;
	struct keytrail_step *step = NULL;
	struct json_member *m;
	struct slice key;
	const char *at;

	if (lex_space(&r->lex) != '"')
		return lex_expected(&r->lex, "a key in quotes");
	at = r->lex.p;
	if (f->step != NULL)
		step = keytrail_follow(f->step, at, r->lex.end);
	if (step != NULL) {
		f->step = step;
		key = (struct slice){ at + 1, step->len - 2 };
		r->lex.p += step->len;
	} else if (!read_new_key(r, &key)) {
		return false;
	}
	m = buf_push(&r->scratch, sizeof(*m));
	m->key = key.data;
	m->key_len = (uint32_t)key.len;
	m->key_offset = (uint32_t)lex_offset(&r->lex, at);
	if (lex_space(&r->lex) != ':')
		return lex_expected(&r->lex, "':'");
	r->lex.p++;
	return true;
}

static bool
read_scalar(struct reader *r, int c, struct json *v)
{
	struct slice text = { NULL, 0 };
	bool canonical = false, escaped;

	if (c == '"') {
		v->type = JSON_STRING;
		if (!read_text(r, &text, &escaped))
			return false;
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		v->type = JSON_NUMBER;
		if (!lex_number(&r->lex, &text, &canonical))
			return false;
		v->flag = canonical;
	} else if (c == 't' || c == 'f') {
		v->type = JSON_BOOL;
		v->flag = c == 't';
		return lex_literal(&r->lex, c == 't' ? "true" : "false");
	} else if (c == 'n') {
		v->type = JSON_NULL;
		return lex_literal(&r->lex, "null");
	} else {
		return lex_expected(&r->lex, "a JSON value");
	}
	v->u.text = text.data;
	v->len = (uint32_t)text.len;
	return true;
}

/* An element of a sifted array is complete. */
static void
sift(struct reader *r)
{
	uint64_t here = lex_offset(&r->lex, r->lex.p);

	if (r->arena == r->kept) {	/* the first */
		r->arena = &r->sifted;
		r->taken = here;
	} else if (here - r->taken >= SIEVE_BATCH) {
		hand_over(r);
		r->taken = here;
	}
}

/* At the comma behind the first element of a sifted array: over all that is
 * known to be right. */
static void
leap(struct reader *r)
{
	const struct json_stream *s = r->lex.s;
	uint64_t here = lex_offset(&r->lex, r->lex.p);

	for (size_t i = 0; i < s->spans; i++)
		if (s->span[i].from == here)
			r->lex.p += s->span[i].to - here;
}

/*
 * Behind a value: over the comma to the next one, or out of the containers
 * that end here.  *more is false when what ended is the document.
 */
static bool
read_behind(struct reader *r, bool *more)
{
	while (r->top != NULL) {
		int c;

		bool first = r->top->sifted && r->arena == r->kept;

		if (r->top->sifted)
			sift(r);
		c = lex_space(&r->lex);
		if (first && c == ',' && r->lex.s->spans > 0) {
			leap(r);
			c = lex_space(&r->lex);
		}
		if (c == ',') {
			r->lex.p++;
			return !r->top->is_object || read_key(r);
		}
		if (c != (r->top->is_object ? '}' : ']'))
			return lex_expected(&r->lex, r->top->is_object ?
			    "',' or '}'" : "',' or ']'");
		if (!close_container(r))
			return false;
	}
	*more = false;
	return true;
}

static bool
read_document(struct reader *r)
{
	bool more = true;

	while (more) {
		int c = lex_space(&r->lex);
		struct json *v;

		/* A member's value has its place behind the key. */
		if (r->top == NULL || !r->top->is_object)
			(void)buf_push(&r->scratch, sizeof(*v));
		v = last_value(r);
		v->flag = 0;
		v->spare = 0;
		v->len = 0;
		v->cap = 0;
		v->offset = (uint32_t)lex_offset(&r->lex, r->lex.p);
		v->u.text = NULL;
		if (c == '{' || c == '[') {
			if (!open_container(r, c == '{'))
				return false;
			if (lex_space(&r->lex) != (c == '{' ? '}' : ']')) {
				if (c == '{' && !read_key(r))
					return false;
				continue;
			}
			if (!close_container(r))
				return false;
		} else if (!read_scalar(r, c, v)) {
			return false;
		}
		if (!read_behind(r, &more))
			return false;
	}
	return lex_finish(&r->lex);
}

enum status
json_next(struct json_stream *s, const struct json_limits *limits,
    struct arena *a, struct json *out, bool *got, struct err *e)
{
	struct reader r = { .arena = a, .kept = a };

	if (!lex_begin(&r.lex, s, limits, got, e))
		return r.lex.rc;
	*got = read_document(&r);
	if (*got)
		*out = *last_value(&r);
	buf_free(&r.scratch);
	buf_free(&r.frames);
	arena_free(&r.sifted);
	keytrail_free(&r.trail);
	keyorder_free(&r.order);
	return r.lex.rc;
}

enum status
json_parse_lossy(struct slice text, const struct json_limits *limits,
    struct arena *a, struct json *out, bool *lossy, struct err *e)
{
	struct json_stream s = {
		.window = text.data,
		.len = text.len,
		.eof = true
	};
	struct lex rest;
	bool got;
	enum status rc = json_next(&s, limits, a, out, &got, e);

	*lossy = s.lossy;
	if (rc != ERR_OK)
		return rc;
	rest = (struct lex){
		.s = &s,
		.limits = limits,
		.e = e,
		.p = s.window + s.pos,
		.end = s.window + s.len
	};
	s.count = 0;	/* no record numbers in messages */
	if (lex_space(&rest) >= 0)
		(void)lex_expected(&rest, "the end of the input");
	return rest.rc;
}

enum status
json_parse(struct slice text, const struct json_limits *limits,
    struct arena *a, struct json *out, struct err *e)
{
	bool lossy;

	return json_parse_lossy(text, limits, a, out, &lossy, e);
}
