/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "b64.h"
#include "proto.h"

void
proto_fault(struct proto *p, const struct json *v, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (p->status != ERR_OK)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->status = v != NULL ? err_input(p->e, v->offset, "%s", text) :
	    err_bad(p->e, "%s", text);
}

static const struct json *
want(struct proto *p, const struct json *o, const char *name,
    enum json_type type, const char *called)
{
	const struct json *v = p->status == ERR_OK ? json_get(o, name) : NULL;

	if (v == NULL || v->type == JSON_NULL)
		return NULL;
	if (v->type != type) {
		proto_fault(p, v, "\"%s\" is %s, expected %s", name,
		    json_type_name(v), called);
		return NULL;
	}
	return v;
}

const struct json *
proto_object(struct proto *p, const struct json *o, const char *name)
{
	return want(p, o, name, JSON_OBJECT, "an object");
}

const struct json *
proto_array(struct proto *p, const struct json *o, const char *name)
{
	return want(p, o, name, JSON_ARRAY, "an array");
}

struct slice
proto_text(struct proto *p, const struct json *o, const char *name)
{
	struct slice s = json_text(want(p, o, name, JSON_STRING, "a string"));

	return s.len > 0 ? s : (struct slice){ NULL, 0 };
}

struct slice
proto_bytes(struct proto *p, const struct json *o, const char *name)
{
	const struct json *v = want(p, o, name, JSON_STRING, "base64");
	struct slice bytes = { NULL, 0 };

	if (v != NULL && !b64_bytes(p->arena, json_text(v), &bytes))
		proto_fault(p, v, "\"%s\" is not base64", name);
	return bytes.len > 0 ? bytes : (struct slice){ NULL, 0 };
}

/* Decimal, as the mapping writes it. */
static bool
read_int64(struct slice s, int64_t *out)
{
	bool negative = s.len > 0 && s.data[0] == '-';
	size_t i = negative ? 1 : 0;
	uint64_t n = 0;

	/* Nobody writes "00", "-0" or "-05". */
	if (i == s.len || (s.data[i] == '0' && s.len > 1))
		return false;
	for (; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';

		if (digit > 9 || n > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

bool
proto_int64(struct proto *p, const struct json *o, const char *name,
    int64_t *out)
{
	const struct json *v = p->status == ERR_OK ? json_get(o, name) : NULL;

	*out = 0;
	if (v == NULL || v->type == JSON_NULL)
		return false;
	if (v->type == JSON_STRING ? read_int64(json_text(v), out) :
	    json_int64(v, out))
		return true;
	proto_fault(p, v, "\"%s\" is not a whole number of 64 bits", name);
	return false;
}

/* --- members ------------------------------------------------------------ */

/* "log_index" is camel "logIndex". */
static bool
is_snake(struct slice snake, const char *camel)
{
	size_t i = 0;

	for (; *camel != '\0'; camel++) {
		char c = *camel;

		if (c >= 'A' && c <= 'Z') {
			if (i == snake.len || snake.data[i++] != '_')
				return false;
			c = (char)(c - 'A' + 'a');
		}
		if (i == snake.len || snake.data[i++] != c)
			return false;
	}
	return i == snake.len;
}

static const struct proto_field *
find_field(struct proto *p, const struct json_member *m,
    const struct proto_field *fields)
{
	struct slice key = { m->key, m->key_len };

	for (const struct proto_field *f = fields; f->name != NULL; f++) {
		if (slice_is(key, f->name))
			return f;
		if (is_snake(key, f->name))
			proto_fault(p, &m->value, "the member \"%.*s\" is "
			    "written \"%s\" in JSON", (int)key.len, key.data,
			    f->name);
	}
	return NULL;
}

static void
walk(struct proto *p, const struct json *o, const struct proto_field *fields,
    struct buf *path, struct json *unknown)
{
	size_t mark = path->len;

	if (o->type == JSON_ARRAY) {
		for (uint32_t i = 0; i < o->len && p->status == ERR_OK; i++) {
			buf_printf(path, "[%u]", i);
			walk(p, &o->u.item[i], fields, path, unknown);
			path->len = mark;
		}
		return;
	}
	if (o->type != JSON_OBJECT)
		return;
	JSON_MEMBERS(m, o) {
		const struct proto_field *f = find_field(p, m, fields);

		if (p->status != ERR_OK)
			return;
		if (mark > 0)
			buf_byte(path, '.');
		buf_add(path, m->key, m->key_len);
		if (f != NULL && f->message != NULL)
			walk(p, &m->value, f->message, path, unknown);
		else if (f == NULL && unknown->len < PROTO_UNKNOWN_MAX)
			json_push(p->arena, unknown, json_string(arena_slice(
			    p->arena, buf_get(path))));
		path->len = mark;
	}
}

void
proto_members(struct proto *p, const struct json *o,
    const struct proto_field *fields, struct json *unknown)
{
	struct buf path = { 0 };

	walk(p, o, fields, &path, unknown);
	buf_free(&path);
}
