/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "flat.h"

/* One open container: which child is next, and where its path ends. */
struct level {
	const struct json *v;
	uint32_t next;
	size_t path;
};

static void
add_text(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x20 && c < 0x7f && c != '\\')
			buf_byte(out, (char)c);
		else
			buf_printf(out, "\\x%02x", c);
	}
}

static void
add_line(struct buf *out, struct slice path, const struct json *v)
{
	add_text(out, path);
	buf_text(out, ": ");
	if (v->type == JSON_STRING)
		add_text(out, json_text(v));
	else if (v->type == JSON_ARRAY || v->type == JSON_OBJECT)
		buf_text(out, json_count(v) == 0 ? "none" : "...");
	else
		canon_write(out, v);
	buf_byte(out, '\n');
}

/* The next child of the container, its name added to the path. */
static const struct json *
step(struct level *l, struct buf *path)
{
	uint32_t i = l->next++;

	path->len = l->path;
	if (l->v->type == JSON_ARRAY) {
		buf_printf(path, "[%u]", i);
		return &l->v->u.item[i];
	}
	if (path->len > 0)
		buf_byte(path, '.');
	buf_add(path, l->v->u.member[i].key, l->v->u.member[i].key_len);
	return &l->v->u.member[i].value;
}

static bool
is_open(const struct json *v, size_t depth)
{
	return (v->type == JSON_ARRAY || v->type == JSON_OBJECT) &&
	    v->len > 0 && depth < FLAT_DEPTH;
}

void
flat_write(struct buf *out, const struct json *v)
{
	struct level stack[FLAT_DEPTH];
	struct buf path = { 0 };
	size_t depth = 0;

	if (is_open(v, 0))
		stack[depth++] = (struct level){ v, 0, 0 };
	else
		add_line(out, SLICE("value"), v);
	while (depth > 0) {
		struct level *top = &stack[depth - 1];
		const struct json *child;

		if (top->next == top->v->len) {
			depth--;
			continue;
		}
		child = step(top, &path);
		if (is_open(child, depth))
			stack[depth++] = (struct level){ child, 0, path.len };
		else
			add_line(out, buf_get(&path), child);
	}
	buf_free(&path);
}
