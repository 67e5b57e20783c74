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
