/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "keyorder.h"
#include "lex.h"
#include "number.h"

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
	LINEAR_MAX = 16,	/* members that are looked through one by one */
	SIEVE_DEPTH = 3		/* the array, its object, and one around it */
};

/* Where the children of empty containers are: arithmetic on NULL is not
 * defined.  Never written. */
static struct json_member no_children;

/* --- reading ------------------------------------------------------------ */

/*
 * What is read waits in the scratch, where it can grow, until the container
 * around it is complete and its children move to the arena.  The last value
 * there is the one that is being read: the document, an item, or the value of
 * a member; the children of an open container follow its own.
 */
struct frame {
	size_t start;		/* of its children in the scratch */
	size_t keys;		/* keys outside of it */
	bool is_object;
	bool unsorted;
	bool sifted;		/* only the first child stays */
};

struct reader {
	struct lex lex;
	struct arena *arena;	/* that the tree grows in */
	struct arena *kept;	/* the caller's */
	struct arena sifted;	/* of an element that a sieve takes */
	struct buf scratch;	/* struct json and json_member */
	struct buf keys;	/* keyorder_prefix of each in the scratch */
	struct buf frames;
	struct frame *top;	/* NULL outside of containers */
	struct keyorder order;
};

int
json_key_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;
	uint64_t va, vb;

	for (; n - i >= 8; i += 8) {
		memcpy(&va, a.data + i, 8);
		memcpy(&vb, b.data + i, 8);
		if (va != vb)
			break;
	}
	while (i < n && a.data[i] == b.data[i])
		i++;
	if (i == n)
		return (a.len > b.len) - (a.len < b.len);
	/*
	 * UTF-16 puts surrogates (lead bytes F0 to F4) below U+E000 to U+FFFF
	 * (EE and EF); all else is in the order of UTF-8.
	 */
	unsigned ca = (unsigned char)a.data[i], cb = (unsigned char)b.data[i];

	if (ca >= 0xee && cb >= 0xee) {
		ca += ca < 0xf0 ? 0x10 : 0;
		cb += cb < 0xf0 ? 0x10 : 0;
	}
	return ca < cb ? -1 : 1;
}

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

/* The children of the object that ends here to where they go, sorted; refuses
 * a key that is there twice. */
static bool
sort_members(struct reader *r, struct json_member *to,
    const struct json_member *m, size_t n)
{
	struct keyed *key = keyorder_keys(&r->order, n);
	const uint64_t *prefix = (const uint64_t *)(const void *)r->keys.data +
	    r->top->keys;
	const uint32_t *order;
	size_t twice;

	for (size_t i = 0; i < n; i++) {
		key[i].prefix = prefix[i];
		key[i].text = m[i].key;
		key[i].len = m[i].key_len;
	}
	order = keyorder_sort(&r->order, n, &twice);
	if (twice < n)
		return lex_duplicate(&r->lex, key_of(m + twice),
		    m[twice].key_offset);
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

	last_value(r)->type = is_object ? JSON_OBJECT : JSON_ARRAY;
	if (!lex_open(&r->lex))
		return false;
	r->top = buf_push(&r->frames, sizeof(*r->top));
	r->top->start = r->scratch.len;
	r->top->keys = r->keys.len / sizeof(uint64_t);
	r->top->is_object = is_object;
	r->top->unsorted = false;
	r->top->sifted = sifted;
	return true;
}

/* The children of the innermost container move to the arena. */
static bool
close_container(struct reader *r)
{
	const struct frame *f = r->top;
	const char *children = r->scratch.data + f->start;
	size_t bytes = r->scratch.len - f->start;
	size_t n = bytes / (f->is_object ? sizeof(struct json_member) :
	    sizeof(struct json));
	void *to = &no_children;
	struct json *v;

	if (f->sifted)
		r->arena = r->kept;
	if (n > 0)
		to = arena_alloc(r->arena, bytes);
	if (!f->unsorted)
		memcpy(to, children, bytes);
	else if (!sort_members(r, to, (const struct json_member *)
	    (const void *)children, n))
		return false;
	r->scratch.len = f->start;
	r->keys.len = f->keys * sizeof(uint64_t);
	v = last_value(r);
	v->len = (uint32_t)n;
	v->u.item = to;
	r->frames.len -= sizeof(*f);
	r->top = r->frames.len == 0 ? NULL : r->top - 1;
	lex_close(&r->lex);
	return true;
}

static inline bool
read_text(struct reader *r, struct slice *text)
{
	bool escaped;
	char *copy;

	if (!lex_string(&r->lex, text, &escaped))
		return false;
	if (escaped) {
		copy = arena_alloc(r->arena, text->len);
		*text = (struct slice){ copy, lex_unescape(copy, *text) };
	}
	return true;
}

static inline uint64_t
prefix_of(const struct reader *r, const char *raw, struct slice key)
{
	uint64_t v = 0;

	/* Eight bytes at once where so many are there. */
	if (raw == key.data && r->lex.end - key.data >= 8)
		memcpy(&v, key.data, 8);
	else if (key.len > 0)
		memcpy(&v, key.data, key.len < 8 ? key.len : 8);
	return keyorder_prefix(v, key.len);
}

/* A key and its colon; the member's value comes next. */
static bool
read_key(struct reader *r)
{
	struct frame *f = r->top;
	struct json_member *m;
	struct slice key;
	uint64_t *prefix;
	bool first = r->scratch.len == f->start;
	const char *at;

	if (lex_space(&r->lex) != '"')
		return lex_expected(&r->lex, "a key in quotes");
	at = r->lex.p;
	if (!read_text(r, &key))
		return false;
	m = buf_push(&r->scratch, sizeof(*m));
	m->key = key.data;
	m->key_len = (uint32_t)key.len;
	m->key_offset = (uint32_t)lex_offset(&r->lex, at);
	prefix = buf_push(&r->keys, sizeof(*prefix));
	*prefix = prefix_of(r, at + 1, key);
	if (!first && !f->unsorted)
		f->unsorted = prefix[-1] > *prefix ||
		    (prefix[-1] == *prefix &&
		    json_key_cmp(key_of(m - 1), key) >= 0);
	if (lex_space(&r->lex) != ':')
		return lex_expected(&r->lex, "':'");
	r->lex.p++;
	return true;
}

static bool
read_scalar(struct reader *r, int c, struct json *v)
{
	struct slice text = { NULL, 0 };
	bool canonical = false;

	if (c == '"') {
		v->type = JSON_STRING;
		if (!read_text(r, &text))
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
	const struct json_sieve *sieve = r->lex.s->sieve;

	if (r->arena == r->kept) {	/* the first */
		r->arena = &r->sifted;
		return;
	}
	sieve->take(sieve->ctx, last_value(r));
	r->scratch.len -= sizeof(struct json);
	arena_reset(&r->sifted);
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

		if (r->top->sifted)
			sift(r);
		c = lex_space(&r->lex);
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
	buf_free(&r.keys);
	buf_free(&r.frames);
	arena_free(&r.sifted);
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

/* --- asking ------------------------------------------------------------- */

/* Where the member is, or where it would be. */
static size_t
find(const struct json *v, struct slice key, bool *there)
{
	size_t low = 0, high = v->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = json_key_cmp(key_of(v->u.member + mid), key);

		if (c == 0) {
			*there = true;
			return mid;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*there = false;
	return low;
}

const struct json *
json_get_slice(const struct json *v, struct slice key)
{
	bool there;
	size_t i;

	if (v == NULL || v->type != JSON_OBJECT)
		return NULL;
	if (v->len <= LINEAR_MAX) {
		JSON_MEMBERS(m, v)
			if (slice_eq(key_of(m), key))
				return &m->value;
		return NULL;
	}
	i = find(v, key, &there);
	return there ? &v->u.member[i].value : NULL;
}

const struct json *
json_get(const struct json *v, const char *key)
{
	return json_get_slice(v, slice_of(key));
}

const struct json *
json_want(const struct json *v, const char *key, enum json_type type)
{
	const struct json *m = json_get(v, key);

	return m != NULL && m->type == type ? m : NULL;
}

struct slice
json_text(const struct json *v)
{
	if (v == NULL || v->type != JSON_STRING)
		return (struct slice){ NULL, 0 };
	return (struct slice){ v->u.text, v->len };
}

struct slice
json_get_text(const struct json *v, const char *key)
{
	return json_text(json_get(v, key));
}

bool
json_is(const struct json *v, const char *text)
{
	return v != NULL && v->type == JSON_STRING &&
	    slice_is(json_text(v), text);
}

bool
json_true(const struct json *v)
{
	return v != NULL && v->type == JSON_BOOL && v->flag == 1;
}

static struct slice
number_text(const struct json *v)
{
	return (struct slice){ v->u.text, v->len };
}

bool
json_int64(const struct json *v, int64_t *out)
{
	return v != NULL && v->type == JSON_NUMBER &&
	    number_int64(number_text(v), out);
}

size_t
json_count(const struct json *v)
{
	if (v == NULL || (v->type != JSON_ARRAY && v->type != JSON_OBJECT))
		return 0;
	return v->len;
}

const char *
json_type_name(const struct json *v)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "boolean",
		[JSON_NUMBER] = "number",
		[JSON_STRING] = "string",
		[JSON_ARRAY] = "array",
		[JSON_OBJECT] = "object"
	};

	return v == NULL ? "nothing" : names[v->type];
}

/* Two nodes but for their children. */
static bool
equal_node(const struct json *a, const struct json *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a->flag == b->flag;
	case JSON_NUMBER:
		return number_cmp(number_text(a), number_text(b)) == 0;
	case JSON_STRING:
		return slice_eq(json_text(a), json_text(b));
	default:
		return a->len == b->len;
	}
}

/* Two containers, how far their children have been looked at. */
struct pair {
	const struct json *a, *b;
	uint32_t next;
};

static struct pair *
last_pair(struct buf *stack)
{
	return (struct pair *)(void *)(stack->data + stack->len) - 1;
}

bool
json_equal(const struct json *a, const struct json *b)
{
	struct buf stack = { 0 };
	struct pair p;
	bool equal = true;

	if (a == NULL || b == NULL)
		return a == b;
	for (;;) {
		equal = equal_node(a, b);
		if (equal && json_count(a) > 0) {
			p = (struct pair){ a, b, 0 };
			buf_add(&stack, &p, sizeof(p));
		}
		while (stack.len > 0 && last_pair(&stack)->next ==
		    last_pair(&stack)->a->len)
			stack.len -= sizeof(p);
		if (!equal || stack.len == 0)
			break;
		struct pair *top = last_pair(&stack);
		uint32_t i = top->next++;

		if (top->a->type == JSON_ARRAY) {
			a = top->a->u.item + i;
			b = top->b->u.item + i;
			continue;
		}
		const struct json_member *ma = top->a->u.member + i;
		const struct json_member *mb = top->b->u.member + i;

		if (!slice_eq(key_of(ma), key_of(mb))) {
			equal = false;
			break;
		}
		a = &ma->value;
		b = &mb->value;
	}
	buf_free(&stack);
	return equal;
}

/* --- making ------------------------------------------------------------- */

struct json
json_null(void)
{
	return (struct json){ .type = JSON_NULL };
}

struct json
json_bool(bool b)
{
	return (struct json){ .type = JSON_BOOL, .flag = b };
}

struct json
json_string(struct slice s)
{
	struct json v = { .type = JSON_STRING, .len = (uint32_t)s.len };

	v.u.text = s.data;
	return v;
}

struct json
json_z(const char *z)
{
	return json_string(slice_of(z));
}

static struct json
whole(struct arena *a, bool negative, uint64_t n)
{
	struct json v = { .type = JSON_NUMBER };
	char digits[24], *p = digits + sizeof(digits);

	v.flag = n <= UINT64_C(1) << 53;
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	if (negative)
		*--p = '-';
	v.len = (uint32_t)(digits + sizeof(digits) - p);
	v.u.text = arena_dup(a, (struct slice){ p, v.len });
	return v;
}

struct json
json_int(struct arena *a, int64_t n)
{
	return whole(a, n < 0, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

struct json
json_uint(struct arena *a, uint64_t n)
{
	return whole(a, false, n);
}

struct json
json_array(void)
{
	return (struct json){ .type = JSON_ARRAY, .u.member = &no_children };
}

struct json
json_object(void)
{
	return (struct json){ .type = JSON_OBJECT, .u.member = &no_children };
}

/* Room for one more child; children that are shared (cap 0) are copied. */
static void
make_room(struct arena *a, struct json *v, uint32_t extra, size_t size)
{
	void *old = v->u.item, *children;
	uint32_t cap = v->len < 2 ? 4 : v->len * 2;

	if (v->cap >= v->len + extra && v->cap > 0)
		return;
	if (v->len >= UINT32_MAX / 2)
		children = arena_array(a, SIZE_MAX, size);	/* ends here */
	else
		children = arena_array(a, cap, size);
	if (v->len > 0)
		memcpy(children, old, v->len * size);
	v->u.item = children;
	v->cap = cap;
}

void
json_push(struct arena *a, struct json *array, struct json v)
{
	make_room(a, array, 1, sizeof(v));
	array->u.item[array->len++] = v;
}

void
json_set_slice(struct arena *a, struct json *object, struct slice key,
    struct json v)
{
	struct json_member m = { .key = key.data, .value = v };
	bool there = false;
	size_t i = object->len;

	m.key_len = (uint32_t)key.len;
	if (i > 0 && json_key_cmp(key_of(object->u.member + i - 1), key) >= 0)
		i = find(object, key, &there);
	make_room(a, object, !there, sizeof(m));
	if (!there) {
		memmove(object->u.member + i + 1, object->u.member + i,
		    (object->len - i) * sizeof(m));
		object->len++;
	}
	object->u.member[i] = m;
}

void
json_set(struct arena *a, struct json *object, const char *key, struct json v)
{
	json_set_slice(a, object, slice_of(key), v);
}

void
json_set_z(struct arena *a, struct json *object, const char *key,
    const char *z)
{
	json_set(a, object, key, json_z(z));
}

void
json_set_opt(struct arena *a, struct json *object, const char *key,
    const struct json *v)
{
	if (v != NULL)
		json_set(a, object, key, *v);
}

void
json_unset(struct arena *a, struct json *object, const char *key)
{
	bool there = false;
	size_t i = find(object, slice_of(key), &there);

	if (!there)
		return;
	make_room(a, object, 0, sizeof(struct json_member));
	memmove(object->u.member + i, object->u.member + i + 1,
	    (object->len - i - 1) * sizeof(struct json_member));
	object->len--;
}

/* v's own children or text, in a; the children still point to the old. */
static void
copy_node(struct arena *a, struct json *v)
{
	const struct json old = *v;

	v->cap = 0;
	switch (v->type) {
	case JSON_NUMBER:
	case JSON_STRING:
		v->u.text = arena_dup(a, number_text(&old));
		break;
	case JSON_ARRAY:
		v->u.item = arena_array(a, v->len, sizeof(struct json));
		if (v->len > 0)
			memcpy(v->u.item, old.u.item,
			    v->len * sizeof(struct json));
		break;
	case JSON_OBJECT:
		v->u.member = arena_array(a, v->len,
		    sizeof(struct json_member));
		for (uint32_t i = 0; i < v->len; i++) {
			v->u.member[i] = old.u.member[i];
			v->u.member[i].key = arena_dup(a,
			    key_of(old.u.member + i));
		}
		break;
	default:
		break;
	}
}

struct json
json_copy(struct arena *a, const struct json *v)
{
	struct json root = *v, *node = &root;
	struct buf todo = { 0 };

	for (;;) {
		copy_node(a, node);
		for (uint32_t i = 0; i < json_count(node); i++) {
			struct json *child = node->type == JSON_ARRAY ?
			    node->u.item + i : &node->u.member[i].value;

			buf_add(&todo, &child, sizeof(child));
		}
		if (todo.len == 0)
			break;
		todo.len -= sizeof(node);
		memcpy(&node, todo.data + todo.len, sizeof(node));
	}
	buf_free(&todo);
	return root;
}
