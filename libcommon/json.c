/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "json.h"
#include "number.h"

enum {
	LINEAR_MAX = 16	/* members that are looked through one by one */
};

/* Where the children of empty containers are: arithmetic on NULL is not
 * defined.  Never written. */
static struct json_member no_children;

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
json_room(struct arena *a, struct json *v, uint32_t n)
{
	v->cap = n;
	if (v->type == JSON_ARRAY)
		v->u.item = arena_array(a, n, sizeof(*v->u.item));
	else
		v->u.member = arena_array(a, n, sizeof(*v->u.member));
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
