/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "number.h"
#include "schema.h"
#include "schemanode.h"
#include "uri.h"

enum {
	ENUM_MAP_FROM = 8,	/* values from which an enum is hashed */
	DISPATCH_FROM = 4,	/* branches from which a union is */
	FOLLOW_MAX = 16,	/* schemas between a branch and its const */
	VISITS_MAX = 100000	/* of schemas, looking for those of one union;
				 * beyond, it is not dispatched */
};

static const struct schema *compile(struct schema_set *set,
    const struct json *v, const struct resource *r,
    const struct schema *parent, struct slice keyword, struct slice name);

enum schema_draft
schema_draft(struct slice name)
{
	if (slice_is(name, "draft-04"))
		return SCHEMA_DRAFT4;
	if (slice_is(name, "draft-07"))
		return SCHEMA_DRAFT7;
	if (slice_is(name, "2020-12"))
		return SCHEMA_2020;
	return SCHEMA_UNKNOWN;
}

/* The draft of a $schema URI: a '#' at its end says nothing, nor does the
 * "s" that some write into the scheme. */
static enum schema_draft
known_draft(struct slice uri)
{
	if (uri.len > 0 && uri.data[uri.len - 1] == '#')
		uri.len--;
	if (slice_starts(uri, "http://"))
		uri = slice_cut(uri, strlen("http://"), uri.len);
	else if (slice_starts(uri, "https://"))
		uri = slice_cut(uri, strlen("https://"), uri.len);
	if (slice_is(uri, "json-schema.org/draft-04/schema"))
		return SCHEMA_DRAFT4;
	if (slice_is(uri, "json-schema.org/draft-07/schema"))
		return SCHEMA_DRAFT7;
	if (slice_is(uri, "json-schema.org/draft/2020-12/schema"))
		return SCHEMA_2020;
	return SCHEMA_UNKNOWN;
}

static bool
malformed(struct schema_set *set, const struct json *v, const char *keyword,
    const char *expected)
{
	if (set->e->code == ERR_OK)
		(void)err_input(set->e, v->offset, "\"%s\" is %s, expected %s",
		    keyword, json_type_name(v), expected);
	return false;
}

/* --- resources and identifiers ------------------------------------------ */

static struct slice
without_fragment(struct slice uri)
{
	return slice_cut(uri, 0, slice_find(uri, '#'));
}

static void
remember(struct map *m, struct schema_set *set, struct slice key, size_t index)
{
	bool fresh;
	size_t *at = map_put(m, arena_slice(&set->arena, key), &fresh);

	if (fresh)
		*at = index;
}

static void
remember_anchor(struct schema_set *set, const struct resource *r,
    struct slice name, size_t index)
{
	char *key = arena_printf(&set->arena, "%.*s#%.*s", (int)r->uri.len,
	    r->uri.data, (int)name.len, name.data);

	remember(&set->by_anchor, set, slice_of(key), index);
}

/* A vocabulary of 2020-12 by the last part of its name. */
static bool
known_vocabulary(struct slice uri, const char **name)
{
	static const char base[] =
	    "https://json-schema.org/draft/2020-12/vocab/";
	static const char *const names[] = { "core", "applicator",
		"unevaluated", "validation", "meta-data",
		"format-annotation", "format-assertion", "content", NULL };

	if (!slice_starts(uri, base))
		return false;
	uri = slice_cut(uri, strlen(base), uri.len);
	for (size_t i = 0; names[i] != NULL; i++)
		if (slice_is(uri, names[i])) {
			*name = names[i];
			return true;
		}
	return false;
}

/* What a metaschema of the user's own makes of the vocabularies (JSON Schema
 * Core 2020-12, 8.1.2): one that is required and not known refuses. */
static void
read_vocabulary(struct schema_set *set, const struct json *at,
    struct resource *r)
{
	struct json *meta = arena_zalloc(&set->arena, sizeof(*meta));
	struct slice uri = json_text(at);
	const struct json *vocabulary;
	const char *name;
	struct err e;

	r->draft = SCHEMA_UNKNOWN;
	if (set->options.load != NULL &&
	    set->options.load(set->options.ctx, without_fragment(uri),
	    &set->arena, meta, &e) == ERR_OK)
		r->draft = known_draft(json_get_text(meta, "$schema"));
	if (r->draft == SCHEMA_UNKNOWN) {
		(void)err_input(&r->refused, at->offset,
		    "\"$schema\" is none of draft-04, draft-07 and 2020-12: "
		    "%.*s", (int)uri.len, uri.data);
		return;
	}
	vocabulary = json_want(meta, "$vocabulary", JSON_OBJECT);
	if (vocabulary == NULL)
		return;
	r->validates = false;
	JSON_MEMBERS(m, vocabulary) {
		if (!known_vocabulary((struct slice){ m->key, m->key_len },
		    &name)) {
			if (json_true(&m->value))
				(void)err_input(&r->refused, at->offset,
				    "\"$schema\" requires a vocabulary that is "
				    "not known: %.*s", (int)m->key_len,
				    m->key);
			continue;
		}
		r->validates |= strcmp(name, "validation") == 0;
		r->assert_format |= strcmp(name, "format-assertion") == 0;
	}
}

/* given: the draft to take whatever $schema says, or SCHEMA_UNKNOWN. */
static struct resource *
new_resource(struct schema_set *set, const struct json *v, struct slice uri,
    const struct resource *outer, enum schema_draft given)
{
	struct resource *r = arena_zalloc(&set->arena, sizeof(*r));
	const struct json *meta = json_want(v, "$schema", JSON_STRING);

	r->uri = uri;
	r->draft = outer != NULL ? outer->draft : set->options.draft;
	r->validates = outer == NULL || outer->validates;
	r->assert_format = set->options.assert_format;
	if (meta != NULL && given == SCHEMA_UNKNOWN) {
		r->draft = known_draft(json_text(meta));
		if (r->draft == SCHEMA_UNKNOWN)
			read_vocabulary(set, meta, r);
	}
	if (r->draft == SCHEMA_UNKNOWN)
		r->draft = SCHEMA_2020;
	return r;
}

/* Whether what stands in r can be read at all. */
static void
accept(struct schema_set *set, const struct resource *r)
{
	if (r->refused.code != ERR_OK && set->e->code == ERR_OK)
		*set->e = r->refused;
}

static const char *
id_keyword(const struct resource *r)
{
	return r->draft == SCHEMA_DRAFT4 ? "id" : "$id";
}

/*
 * The resource v belongs to: a new one if it has an identifier.  *anchor is
 * the plain name that an older draft puts into the identifier's fragment.
 */
static const struct resource *
resource_of(struct schema_set *set, const struct json *v,
    const struct resource *outer, struct slice *anchor)
{
	struct resource *fresh = new_resource(set, v, outer->uri, outer,
	    SCHEMA_UNKNOWN);
	struct slice id = json_get_text(v, id_keyword(fresh)), uri;
	bool old = fresh->draft != SCHEMA_2020;
	size_t hash;

	*anchor = (struct slice){ NULL, 0 };
	/* Before 2020-12, what stands beside $ref does not count. */
	if (id.data == NULL || (old && json_get(v, "$ref") != NULL))
		return outer;
	hash = slice_find(id, '#');
	if (old && hash + 1 < id.len && id.data[hash + 1] != '/')
		*anchor = slice_cut(id, hash + 1, id.len);
	if (hash == 0)
		return outer;
	uri = uri_resolve(&set->arena, outer->uri, without_fragment(id));
	fresh->uri = uri;
	accept(set, fresh);
	return fresh;
}

/* --- one schema ---------------------------------------------------------- */

static bool
read_types(struct schema_set *set, struct schema *n, const struct json *v)
{
	static const struct {
		const char *name;
		unsigned bits;
	} types[] = {
		{ "null", 1u << JSON_NULL },
		{ "boolean", 1u << JSON_BOOL },
		{ "string", 1u << JSON_STRING },
		{ "array", 1u << JSON_ARRAY },
		{ "object", 1u << JSON_OBJECT },
	};
	struct json one = *v;
	const struct json *list = v;
	size_t count = 1;

	if (v->type == JSON_ARRAY) {
		list = v->u.item;
		count = v->len;
	} else {
		list = &one;
	}
	for (; count > 0; count--, list++) {
		size_t i = 0;

		if (json_is(list, "number")) {
			n->number = true;
			continue;
		}
		if (json_is(list, "integer")) {
			n->integer = true;
			continue;
		}
		while (i < 5 && !json_is(list, types[i].name))
			i++;
		if (i == 5)
			return malformed(set, list, "type",
			    "the name of a type");
		n->types |= types[i].bits;
	}
	return true;
}

/* A count: a whole number that is not negative. */
static bool
read_count(struct schema_set *set, const struct json *v, const char *keyword,
    int64_t *out)
{
	const struct json *limit = json_get(v, keyword);

	if (limit == NULL)
		return true;
	if (limit->type != JSON_NUMBER)
		return malformed(set, limit, keyword, "a whole number");
	/* Beyond 64 bits no document can be. */
	if (!json_int64(limit, out))
		*out = INT64_MAX;
	return *out >= 0 || malformed(set, limit, keyword,
	    "a number that is not negative");
}

static bool
read_number(struct schema_set *set, const struct json *v, const char *keyword,
    const struct json **out)
{
	const struct json *limit = json_get(v, keyword);

	if (limit != NULL && limit->type != JSON_NUMBER)
		return malformed(set, limit, keyword, "a number");
	*out = limit;
	return true;
}

static bool
read_bounds(struct schema_set *set, struct schema *n, const struct json *v)
{
	if (!read_number(set, v, "minimum", &n->minimum) ||
	    !read_number(set, v, "maximum", &n->maximum) ||
	    !read_number(set, v, "multipleOf", &n->multiple_of))
		return false;
	if (n->multiple_of != NULL && number_cmp((struct slice){
	    n->multiple_of->u.text, n->multiple_of->len }, SLICE("0")) <= 0)
		return malformed(set, n->multiple_of, "multipleOf",
		    "a number above zero");
	if (n->resource->draft == SCHEMA_DRAFT4) {
		/* A boolean there, that makes the limit itself too much. */
		if (json_true(json_get(v, "exclusiveMinimum"))) {
			n->above = n->minimum;
			n->minimum = NULL;
		}
		if (json_true(json_get(v, "exclusiveMaximum"))) {
			n->below = n->maximum;
			n->maximum = NULL;
		}
		return true;
	}
	return read_number(set, v, "exclusiveMinimum", &n->above) &&
	    read_number(set, v, "exclusiveMaximum", &n->below);
}

static bool
read_regex(struct schema_set *set, struct slice pattern,
    const struct json *where, struct regex **out)
{
	struct err e;

	if (regex_open(pattern, REGEX_ECMA, out, &e) == ERR_OK)
		return true;
	if (set->e->code == ERR_OK)
		(void)err_input(set->e, where->offset, "pattern '%.*s': %s",
		    (int)(pattern.len < 80 ? pattern.len : 80), pattern.data,
		    e.text);
	return false;
}

static bool
read_enum(struct schema_set *set, struct schema *n, const struct json *v)
{
	bool fresh;

	if (v->type != JSON_ARRAY)
		return malformed(set, v, "enum", "an array");
	n->enumeration = v;
	if (v->len < ENUM_MAP_FROM)
		return true;
	JSON_EACH(value, v)
		if (value->type != JSON_STRING)
			return true;
	n->enum_strings = arena_zalloc(&set->arena, sizeof(struct map));
	JSON_EACH(value, v)
		*map_put(n->enum_strings, json_text(value), &fresh) = 1;
	return true;
}

static bool
is_names(struct schema_set *set, const struct json *v, const char *keyword)
{
	if (v->type != JSON_ARRAY)
		return malformed(set, v, keyword, "an array of names");
	JSON_EACH(name, v)
		if (name->type != JSON_STRING)
			return malformed(set, name, keyword,
			    "an array of names");
	return true;
}

static bool
read_assertions(struct schema_set *set, struct schema *n)
{
	const struct json *v = n->src, *m;

	n->max_length = n->max_items = n->max_properties = INT64_MAX;
	n->max_contains = INT64_MAX;
	n->min_contains = 1;
	if (n->resource->assert_format) {
		n->format_name = json_get_text(v, "format");
		n->format = textformat_find(n->format_name);
		n->format_regex = slice_is(n->format_name, "regex");
	}
	if (!n->resource->validates)
		return true;
	if (((m = json_get(v, "type")) != NULL && !read_types(set, n, m)) ||
	    ((m = json_get(v, "enum")) != NULL && !read_enum(set, n, m)) ||
	    !read_bounds(set, n, v) ||
	    !read_count(set, v, "minLength", &n->min_length) ||
	    !read_count(set, v, "maxLength", &n->max_length) ||
	    !read_count(set, v, "minItems", &n->min_items) ||
	    !read_count(set, v, "maxItems", &n->max_items) ||
	    !read_count(set, v, "minProperties", &n->min_properties) ||
	    !read_count(set, v, "maxProperties", &n->max_properties))
		return false;
	if (n->resource->draft != SCHEMA_DRAFT4)
		n->constant = json_get(v, "const");
	if (n->resource->draft == SCHEMA_2020 &&
	    (!read_count(set, v, "minContains", &n->min_contains) ||
	    !read_count(set, v, "maxContains", &n->max_contains)))
		return false;
	if ((m = json_get(v, "pattern")) != NULL &&
	    (m->type != JSON_STRING ||
	    !read_regex(set, json_text(m), m, &n->pattern)))
		return malformed(set, m, "pattern", "a string");
	n->unique = json_true(json_get(v, "uniqueItems"));
	n->required = json_get(v, "required");
	return n->required == NULL ||
	    is_names(set, n->required, "required");
}

static const struct schema *
sub(struct schema_set *set, struct schema *n, const char *keyword)
{
	const struct json *v = json_get(n->src, keyword);

	return v == NULL ? NULL : compile(set, v, n->resource, n,
	    slice_of(keyword), (struct slice){ NULL, 0 });
}

static void
subs(struct schema_set *set, struct schema *n, const char *keyword,
    struct nodes *out)
{
	const struct json *v = json_get(n->src, keyword);
	size_t i = 0;

	if (v == NULL)
		return;
	if (v->type != JSON_ARRAY) {
		(void)malformed(set, v, keyword, "an array");
		return;
	}
	out->item = arena_array(&set->arena, v->len, sizeof(*out->item));
	JSON_EACH(item, v) {
		out->item[i] = compile(set, item, n->resource, n,
		    slice_of(keyword), slice_of(arena_printf(&set->arena,
		    "%zu", i)));
		i++;
	}
	out->count = i;
}

/* The object of schemas that a keyword has, or NULL. */
static const struct json *
schemas_of(struct schema_set *set, struct schema *n, const char *keyword)
{
	const struct json *v = json_get(n->src, keyword);

	if (v != NULL && v->type != JSON_OBJECT) {
		(void)malformed(set, v, keyword, "an object");
		return NULL;
	}
	return v;
}

/* Definitions are compiled for their identifiers' sake. */
static void
sub_map(struct schema_set *set, struct schema *n, const char *keyword)
{
	const struct json *v = schemas_of(set, n, keyword);

	if (v == NULL)
		return;
	JSON_MEMBERS(m, v)
		(void)compile(set, &m->value, n->resource, n,
		    slice_of(keyword), (struct slice){ m->key, m->key_len });
}

static void
read_properties(struct schema_set *set, struct schema *n)
{
	const struct json *v = schemas_of(set, n, "properties");

	if (v != NULL) {
		n->property = arena_array(&set->arena, v->len,
		    sizeof(*n->property));
		JSON_MEMBERS(m, v) {
			struct property *p = &n->property[n->properties++];

			p->key = (struct slice){ m->key, m->key_len };
			p->node = compile(set, &m->value, n->resource, n,
			    SLICE("properties"), p->key);
		}
	}
	v = schemas_of(set, n, "patternProperties");
	if (v == NULL)
		return;
	n->pattern_property = arena_array(&set->arena, v->len,
	    sizeof(*n->pattern_property));
	JSON_MEMBERS(m, v) {
		struct pattern_property *p =
		    &n->pattern_property[n->pattern_properties];
		struct slice key = { m->key, m->key_len };

		if (!read_regex(set, key, &m->value, &p->regex))
			return;
		n->pattern_properties++;
		p->node = compile(set, &m->value, n->resource, n,
		    SLICE("patternProperties"), key);
	}
}

static void
read_dependents(struct schema_set *set, struct schema *n, const char *keyword)
{
	const struct json *v = schemas_of(set, n, keyword);
	struct dependent *old = n->dependent;

	if (v == NULL)
		return;
	n->dependent = arena_array(&set->arena, n->dependents + v->len,
	    sizeof(*n->dependent));
	if (old != NULL)
		memcpy(n->dependent, old, n->dependents * sizeof(*old));
	JSON_MEMBERS(m, v) {
		struct dependent *d = &n->dependent[n->dependents++];

		*d = (struct dependent){ .key = { m->key, m->key_len } };
		if (m->value.type == JSON_ARRAY) {
			if (!is_names(set, &m->value, keyword))
				return;
			d->required = &m->value;
		} else {
			d->node = compile(set, &m->value, n->resource, n,
			    slice_of(keyword), d->key);
		}
	}
}

static void
read_items(struct schema_set *set, struct schema *n)
{
	if (n->resource->draft == SCHEMA_2020) {
		subs(set, n, "prefixItems", &n->prefix);
		n->items = sub(set, n, "items");
		n->unevaluated_items = sub(set, n, "unevaluatedItems");
	} else if (json_want(n->src, "items", JSON_ARRAY) != NULL) {
		subs(set, n, "items", &n->prefix);
		n->items = sub(set, n, "additionalItems");
	} else {
		n->items = sub(set, n, "items");
		if (json_get(n->src, "additionalItems") != NULL)
			(void)sub(set, n, "additionalItems");
	}
}

static void
read_applicators(struct schema_set *set, struct schema *n)
{
	enum schema_draft draft = n->resource->draft;

	sub_map(set, n, "definitions");
	if (draft == SCHEMA_2020)
		sub_map(set, n, "$defs");
	read_properties(set, n);
	n->additional = sub(set, n, "additionalProperties");
	read_items(set, n);
	subs(set, n, "allOf", &n->all_of);
	subs(set, n, "anyOf", &n->any_of);
	subs(set, n, "oneOf", &n->one_of);
	n->negated = sub(set, n, "not");
	/* 2020-12 split the keyword in two, but old schemas go on using it. */
	read_dependents(set, n, "dependencies");
	if (draft == SCHEMA_DRAFT4)
		return;
	n->names = sub(set, n, "propertyNames");
	n->contains = sub(set, n, "contains");
	n->condition = sub(set, n, "if");
	n->then = sub(set, n, "then");
	n->otherwise = sub(set, n, "else");
	if (draft != SCHEMA_2020)
		return;
	n->unevaluated_properties = sub(set, n, "unevaluatedProperties");
	read_dependents(set, n, "dependentSchemas");
	read_dependents(set, n, "dependentRequired");
}

static void
read_anchors(struct schema_set *set, struct schema *n, struct resource *r,
    size_t index)
{
	struct slice name = json_get_text(n->src, "$anchor");
	struct dynamic_anchor *d;

	if (r->draft != SCHEMA_2020)
		return;
	if (name.data != NULL)
		remember_anchor(set, r, name, index);
	name = json_get_text(n->src, "$dynamicAnchor");
	if (name.data == NULL)
		return;
	remember_anchor(set, r, name, index);
	d = arena_alloc(&set->arena, sizeof(*d));
	*d = (struct dynamic_anchor){ r->dynamic, name, n };
	r->dynamic = d;
}

static struct schema *
new_node(struct schema_set *set, const struct json *v)
{
	struct schema *n = arena_zalloc(&set->arena, sizeof(*n));
	bool fresh;

	if (set->count == set->cap) {
		set->cap = set->cap == 0 ? 64 : set->cap * 2;
		set->node = mem_array(set->node, set->cap,
		    sizeof(*set->node));
	}
	n->src = v;
	n->set = set;
	*map_put(&set->by_source, (struct slice){ (const char *)&n->src,
	    sizeof(n->src) }, &fresh) = set->count;
	set->node[set->count++] = n;
	return n;
}

static struct schema *
by_source(struct schema_set *set, const struct json *v)
{
	size_t *at = map_find(&set->by_source,
	    (struct slice){ (const char *)&v, sizeof(v) });

	return at == NULL ? NULL : set->node[*at];
}

/* Recursion follows the schema document, at most its nesting limit deep. */
static const struct schema *
compile(struct schema_set *set, const struct json *v,
    const struct resource *r, const struct schema *parent,
    struct slice keyword, struct slice name)
{
	struct schema *n = by_source(set, v);
	struct slice anchor = { NULL, 0 };
	size_t index = set->count;

	if (n != NULL)
		return n;
	n = new_node(set, v);
	n->parent = parent;
	n->step[0] = keyword;
	n->step[1] = name;
	n->resource = r;
	if (v->type == JSON_BOOL) {
		n->boolean = true;
		n->value = json_true(v);
		return n;
	}
	if (v->type != JSON_OBJECT) {
		(void)malformed(set, v, keyword.data != NULL ? keyword.data :
		    "schema", "a schema: an object, true or false");
		return n;
	}
	n->resource = resource_of(set, v, r, &anchor);
	if (n->resource != r)
		remember(&set->by_uri, set, n->resource->uri, index);
	if (anchor.data != NULL)
		remember_anchor(set, n->resource, anchor, index);
	/* The set owns its resources; anchors are added while it grows. */
	read_anchors(set, n, (struct resource *)n->resource, index);
	n->ref_text = json_get_text(v, "$ref");
	if (n->resource->draft == SCHEMA_2020)
		n->dynamic_text = json_get_text(v, "$dynamicRef");
	if (n->ref_text.data != NULL && n->resource->draft != SCHEMA_2020) {
		sub_map(set, n, "definitions");
		n->max_length = n->max_items = n->max_properties = INT64_MAX;
		n->max_contains = INT64_MAX;
		return n;
	}
	if (read_assertions(set, n))
		read_applicators(set, n);
	return n;
}

/* --- references ---------------------------------------------------------- */

static const struct schema *
load(struct schema_set *set, struct slice uri)
{
	struct json *doc = arena_zalloc(&set->arena, sizeof(*doc));
	struct resource *r;
	const struct schema *n;
	struct err e;
	size_t index = set->count;

	if (set->options.load == NULL)
		return NULL;
	switch (set->options.load(set->options.ctx, uri, &set->arena, doc,
	    &e)) {
	case ERR_OK:
		break;
	case ERR_NO:
		return NULL;
	default:
		if (set->e->code == ERR_OK)
			*set->e = e;
		return NULL;
	}
	r = new_resource(set, doc, arena_slice(&set->arena, uri), NULL,
	    SCHEMA_UNKNOWN);
	accept(set, r);
	n = compile(set, doc, r, NULL, (struct slice){ NULL, 0 },
	    (struct slice){ NULL, 0 });
	remember(&set->by_uri, set, uri, index);
	return n;
}

/* One step of a JSON Pointer (RFC 6901). */
static const struct json *
step(struct schema_set *set, const struct json *v, struct slice token)
{
	char *key = arena_alloc(&set->arena, token.len + 1);
	size_t n = 0, index = 0;

	for (size_t i = 0; i < token.len; i++) {
		if (token.data[i] == '~' && i + 1 < token.len &&
		    (token.data[i + 1] == '0' || token.data[i + 1] == '1'))
			key[n++] = token.data[++i] == '0' ? '~' : '/';
		else
			key[n++] = token.data[i];
	}
	if (v->type == JSON_OBJECT)
		return json_get_slice(v, (struct slice){ key, n });
	if (v->type != JSON_ARRAY || n == 0 || n > 9)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (key[i] < '0' || key[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(key[i] - '0');
	}
	return index < v->len ? &v->u.item[index] : NULL;
}

static const struct schema *
by_pointer(struct schema_set *set, const struct schema *root,
    struct slice pointer)
{
	const struct json *v = root->src;
	const struct schema *last = root, *n;

	while (pointer.len > 0) {
		struct slice rest = slice_cut(pointer, 1, pointer.len);
		size_t end = slice_find(rest, '/');

		v = step(set, v, slice_cut(rest, 0, end));
		if (v == NULL)
			return NULL;
		n = by_source(set, v);
		if (n != NULL)
			last = n;
		pointer = slice_cut(rest, end, rest.len);
	}
	/* It may stand below a keyword that nobody knows. */
	return compile(set, v, last->resource, last, SLICE("$ref"),
	    (struct slice){ NULL, 0 });
}

static const struct schema *
resolve(struct schema_set *set, const struct schema *n, struct slice text)
{
	struct slice uri = uri_resolve(&set->arena, n->resource->uri, text);
	struct slice base = without_fragment(uri), fragment;
	const struct schema *root = NULL;
	size_t *at = map_find(&set->by_uri, base);

	if (at != NULL)
		root = set->node[*at];
	else
		root = load(set, base);
	if (root != NULL && !uri_decode(&set->arena, slice_cut(uri,
	    base.len + 1, uri.len), &fragment))
		root = NULL;
	if (root != NULL && fragment.len > 0) {
		if (fragment.data[0] == '/') {
			root = by_pointer(set, root, fragment);
		} else {
			at = map_find(&set->by_anchor,
			    slice_of(arena_printf(&set->arena, "%.*s#%.*s",
			    (int)root->resource->uri.len,
			    root->resource->uri.data, (int)fragment.len,
			    fragment.data)));
			root = at == NULL ? NULL : set->node[*at];
		}
	}
	if (root == NULL && set->e->code == ERR_OK)
		(void)err_input(set->e, n->src->offset,
		    "reference '%.*s' leads nowhere (looked for %.*s)",
		    (int)(text.len < 120 ? text.len : 120), text.data,
		    (int)(uri.len < 160 ? uri.len : 160), uri.data);
	return root;
}

static void
link_node(struct schema_set *set, struct schema *n)
{
	struct slice name;

	if (n->ref_text.data != NULL)
		n->ref = resolve(set, n, n->ref_text);
	if (n->dynamic_text.data == NULL)
		return;
	n->dynamic_ref = resolve(set, n, n->dynamic_text);
	if (n->dynamic_ref == NULL || n->dynamic_ref->boolean)
		return;
	/* Dynamic only where the first target is a dynamic anchor of that
	 * name (2020-12 Core 8.2.3.2). */
	name = slice_cut(n->dynamic_text, slice_find(n->dynamic_text, '#') +
	    1, n->dynamic_text.len);
	if (name.len > 0 && slice_eq(name, json_get_text(n->dynamic_ref->src,
	    "$dynamicAnchor")))
		n->dynamic_name = name;
}

/* --- unions -------------------------------------------------------------- */

/* The texts a schema allows, when it allows only certain ones. */
static bool
allowed_texts(struct schema_set *set, const struct schema *n,
    const struct json ***texts, size_t *count, int follow)
{
	const struct nodes *branches;

	if (n == NULL || n->boolean || follow == 0 || set->visits == 0)
		return false;
	set->visits--;
	if (n->constant != NULL && n->constant->type == JSON_STRING) {
		*texts = mem_array(*texts, *count + 1, sizeof(**texts));
		(*texts)[(*count)++] = n->constant;
		return true;
	}
	if (n->enumeration != NULL) {
		JSON_EACH(value, n->enumeration) {
			if (value->type != JSON_STRING)
				continue;
			*texts = mem_array(*texts, *count + 1,
			    sizeof(**texts));
			(*texts)[(*count)++] = value;
		}
		return true;
	}
	if (n->ref != NULL)
		return allowed_texts(set, n->ref, texts, count, follow - 1);
	branches = n->one_of.count > 0 ? &n->one_of : &n->any_of;
	for (size_t i = 0; i < branches->count; i++)
		if (!allowed_texts(set, branches->item[i], texts, count,
		    follow - 1))
			return false;
	return branches->count > 0;
}

/* The schema that a branch has for a member, wherever it hides it. */
static const struct schema *
member_schema(struct schema_set *set, const struct schema *n,
    struct slice member, int follow)
{
	const struct schema *found = NULL;

	if (n == NULL || n->boolean || follow == 0 || set->visits == 0)
		return NULL;
	set->visits--;
	for (size_t i = 0; i < n->properties; i++)
		if (slice_eq(n->property[i].key, member))
			return n->property[i].node;
	if (n->ref != NULL)
		found = member_schema(set, n->ref, member, follow - 1);
	for (size_t i = 0; i < n->all_of.count && found == NULL; i++)
		found = member_schema(set, n->all_of.item[i], member,
		    follow - 1);
	return found;
}

static void
add_branch(struct arena *a, struct branches *b, size_t branch)
{
	/* Powers of two are where the room ends. */
	if ((b->count & (b->count - 1)) == 0) {
		uint32_t *old = b->branch;

		b->branch = arena_array(a, b->count == 0 ? 1 : b->count * 2,
		    sizeof(*b->branch));
		if (b->count > 0)
			memcpy(b->branch, old, b->count * sizeof(*old));
	}
	b->branch[b->count++] = (uint32_t)branch;
}

/*
 * A branch that allows only certain texts for a member fails for any other
 * text: for each text, keep the branches that are left.
 */
static void
make_dispatch(struct schema_set *set, struct nodes *u, struct slice member)
{
	struct dispatch *d = arena_zalloc(&set->arena, sizeof(*d));
	struct arena *a = &set->arena;
	const struct json ***texts = arena_zalloc(a,
	    u->count * sizeof(*texts));
	size_t *counts = arena_zalloc(a, u->count * sizeof(*counts));
	size_t bound = 0, lists = 0;
	bool fresh;

	for (size_t i = 0; i < u->count; i++) {
		const struct schema *m = member_schema(set, u->item[i],
		    member, FOLLOW_MAX);

		if (!allowed_texts(set, m, &texts[i], &counts[i],
		    FOLLOW_MAX)) {
			mem_free(texts[i]);
			texts[i] = NULL;
			add_branch(a, &d->others, i);
			continue;
		}
		bound++;
		for (size_t k = 0; k < counts[i]; k++) {
			size_t *at = map_put(&d->values,
			    json_text(texts[i][k]), &fresh);

			if (fresh)
				*at = lists++;
		}
	}
	if (bound * 2 >= u->count) {
		d->member = member;
		d->list = arena_zalloc(a, lists * sizeof(*d->list));
		/* In order of the branches, those without a say included. */
		for (size_t i = 0; i < u->count; i++) {
			if (texts[i] == NULL) {
				for (size_t k = 0; k < lists; k++)
					add_branch(a, &d->list[k], i);
				continue;
			}
			for (size_t k = 0; k < counts[i]; k++) {
				struct branches *b = &d->list[*map_find(
				    &d->values, json_text(texts[i][k]))];

				if (b->count == 0 ||
				    b->branch[b->count - 1] != i)
					add_branch(a, b, i);
			}
		}
		u->dispatch = d;
	} else {
		map_free(&d->values);
	}
	for (size_t i = 0; i < u->count; i++)
		mem_free(texts[i]);
}

static void
index_union(struct schema_set *set, struct nodes *u)
{
	static const char *const members[] = { "type", "kind", "@type" };

	if (u->count < DISPATCH_FROM)
		return;
	for (size_t i = 0; i < 3 && u->dispatch == NULL; i++) {
		set->visits = VISITS_MAX;
		make_dispatch(set, u, slice_of(members[i]));
	}
}

/* --- the set ------------------------------------------------------------- */

struct schema_set *
schema_open(const struct schema_options *o)
{
	struct schema_set *set = mem_alloc(sizeof(*set));

	memset(set, 0, sizeof(*set));
	set->options = *o;
	if (o->calls_max == 0)
		set->options.calls_max = SCHEMA_CALLS_MAX;
	return set;
}

void
schema_close(struct schema_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++) {
		struct schema *n = set->node[i];

		regex_close(n->pattern);
		for (size_t k = 0; k < n->pattern_properties; k++)
			regex_close(n->pattern_property[k].regex);
		if (n->enum_strings != NULL)
			map_free(n->enum_strings);
		if (n->any_of.dispatch != NULL)
			map_free(&n->any_of.dispatch->values);
		if (n->one_of.dispatch != NULL)
			map_free(&n->one_of.dispatch->values);
	}
	map_free(&set->by_source);
	map_free(&set->by_uri);
	map_free(&set->by_anchor);
	mem_free(set->node);
	arena_free(&set->arena);
	mem_free(set);
}

enum status
schema_compile(struct schema_set *set, const struct json *doc,
    struct slice uri, const struct schema **out, struct err *e)
{
	size_t first = set->count;
	struct resource *r;
	struct slice none = { NULL, 0 };

	*e = (struct err){ .code = ERR_OK };
	set->e = e;
	r = new_resource(set, doc, arena_slice(&set->arena, uri), NULL,
	    set->options.draft);
	accept(set, r);
	*out = compile(set, doc, r, NULL, none, none);
	remember(&set->by_uri, set, uri, first);
	/* Resolving may load documents, which may refer to more. */
	for (; set->linked < set->count && e->code == ERR_OK; set->linked++)
		link_node(set, set->node[set->linked]);
	for (size_t i = first; i < set->count && e->code == ERR_OK; i++) {
		index_union(set, &set->node[i]->any_of);
		index_union(set, &set->node[i]->one_of);
	}
	return e->code;
}
