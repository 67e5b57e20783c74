/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"
#include "timefmt.h"

/* Which of the SHAPE_ types v has, as a set. */
static unsigned
types_of(const struct json *v)
{
	int64_t n;

	switch ((enum json_type)v->type) {
	case JSON_NULL:
		return SHAPE_NULL;
	case JSON_BOOL:
		return SHAPE_BOOL;
	case JSON_NUMBER:
		return SHAPE_NUMBER | (json_int64(v, &n) ? SHAPE_INT : 0u);
	case JSON_STRING:
		return SHAPE_STRING;
	case JSON_ARRAY:
		return SHAPE_ARRAY;
	case JSON_OBJECT:
		return SHAPE_OBJECT | SHAPE_MAP;
	}
	return 0;
}

static enum status check_object(const struct json *v,
    const struct shape *shape, struct err *e);

static const char *
wanted(unsigned types)
{
	if ((types & SHAPE_STRING) != 0)
		return "a string";
	if ((types & SHAPE_INT) != 0)
		return "a whole number";
	if ((types & SHAPE_NUMBER) != 0)
		return "a number";
	if ((types & SHAPE_BOOL) != 0)
		return "true or false";
	if ((types & SHAPE_ARRAY) != 0)
		return "an array";
	return "an object";
}

/* An element of an array or a value of a map. */
static enum status
check_inner(const struct json *v, const char *name, unsigned types,
    const struct shape *of, struct err *e)
{
	if (of != NULL && v->type == JSON_OBJECT)
		return check_object(v, of, e);
	if (types == 0)
		types = of != NULL ? SHAPE_OBJECT : SHAPE_STRING;
	if (of == NULL && (types & types_of(v)) != 0)
		return ERR_OK;
	return err_input(e, v->offset, "'%s' holds %s, expected %s", name,
	    json_type_name(v), wanted(of != NULL ? SHAPE_OBJECT : types));
}

static enum status
check_member(const struct json *v, const struct shape *s, struct err *e)
{
	unsigned have = types_of(v);
	enum status rc = ERR_OK;

	if ((s->types & SHAPE_ANY) != 0)
		return ERR_OK;
	if ((s->types & SHAPE_MAP) != 0 && v->type == JSON_OBJECT) {
		JSON_MEMBERS(m, v) {
			rc = check_inner(&m->value, s->name, s->types &
			    ~(unsigned)(SHAPE_MAP | SHAPE_NEEDED), s->of, e);
			if (rc != ERR_OK)
				break;
		}
		return rc;
	}
	if ((s->types & have) == 0 || (s->types & SHAPE_MAP) != 0)
		return err_input(e, v->offset, "'%s' is %s, expected %s",
		    s->name, json_type_name(v), wanted(s->types &
		    ~(unsigned)SHAPE_NEEDED));
	if (v->type == JSON_ARRAY) {
		JSON_EACH(item, v) {
			rc = check_inner(item, s->name, 0, s->of, e);
			if (rc != ERR_OK)
				break;
		}
	} else if (v->type == JSON_OBJECT && s->of != NULL) {
		rc = check_object(v, s->of, e);
	}
	return rc;
}

/* Recursion follows the tables, which are ours, not the input. */
static enum status
check_object(const struct json *v, const struct shape *shape, struct err *e)
{
	enum status rc;

	JSON_MEMBERS(m, v) {
		const struct shape *s = shape;

		while (s->name != NULL && !slice_is((struct slice){ m->key,
		    m->key_len }, s->name))
			s++;
		if (s->name == NULL)
			return err_input(e, m->key_offset,
			    "unknown member '%.*s'", (int)(m->key_len < 64 ?
			    m->key_len : 64), m->key);
		rc = check_member(&m->value, s, e);
		if (rc != ERR_OK)
			return rc;
	}
	for (const struct shape *s = shape; s->name != NULL; s++)
		if ((s->types & SHAPE_NEEDED) != 0 &&
		    json_get(v, s->name) == NULL)
			return err_input(e, v->offset, "member '%s' is missing",
			    s->name);
	return ERR_OK;
}

enum status
shape_check(const struct json *v, const struct shape *shape, const char *kind,
    struct err *e)
{
	if (v->type != JSON_OBJECT)
		return err_input(e, v->offset, "%s, expected an object",
		    json_type_name(v));
	if (kind != NULL && !json_is(json_get(v, "kind"), kind)) {
		struct slice found = json_get_text(v, "kind");

		if (found.data == NULL)
			return err_input(e, v->offset,
			    "no \"kind\", expected \"%s\"", kind);
		return err_input(e, v->offset,
		    "kind \"%.*s\", expected \"%s\"", (int)(found.len < 64 ?
		    found.len : 64), found.data, kind);
	}
	return check_object(v, shape, e);
}

enum status
shape_time(const struct json *v, const char *name, int64_t *sec,
    struct err *e)
{
	char again[TIMEFMT_LEN + 1];
	struct instant t;

	if (timefmt_rfc3339(json_text(v), &t)) {
		timefmt_write(t.sec, again);
		if (json_is(v, again)) {
			*sec = t.sec;
			return ERR_OK;
		}
	}
	return err_input(e, v->offset,
	    "'%s' is no time, expected YYYY-MM-DDTHH:MM:SSZ", name);
}
