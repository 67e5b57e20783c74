/* SPDX-License-Identifier: Apache-2.0 */
#include "differ.h"

static void
name_member(struct buf *path, const struct json_member *m)
{
	buf_byte(path, '/');
	buf_add(path, m->key, m->key_len);
}

static bool
step_array(struct buf *path, const struct json **a, const struct json **b)
{
	const struct json *l = *a, *r = *b;
	uint32_t i = 0;

	while (i < l->len && i < r->len &&
	    json_equal(&l->u.item[i], &r->u.item[i]))
		i++;
	buf_printf(path, "/%u", (unsigned)i);
	if (i >= l->len || i >= r->len)
		return false;
	*a = &l->u.item[i];
	*b = &r->u.item[i];
	return true;
}

static bool
step_object(struct buf *path, const struct json **a, const struct json **b)
{
	const struct json *l = *a, *r = *b;

	JSON_MEMBERS(m, l) {
		const struct json *other = json_get_slice(r, (struct slice){
		    m->key, m->key_len });

		if (other != NULL && json_equal(&m->value, other))
			continue;
		name_member(path, m);
		*a = &m->value;
		*b = other;
		return other != NULL;
	}
	JSON_MEMBERS(m, r)
		if (json_get_slice(l, (struct slice){ m->key, m->key_len }) ==
		    NULL) {
			name_member(path, m);
			break;
		}
	return false;
}

bool
differ(struct buf *path, const struct json *a, const struct json *b)
{
	bool deeper = true;

	if (json_equal(a, b))
		return false;
	while (deeper && a->type == b->type) {
		if (a->type == JSON_ARRAY)
			deeper = step_array(path, &a, &b);
		else if (a->type == JSON_OBJECT)
			deeper = step_object(path, &a, &b);
		else
			deeper = false;
	}
	return true;
}
