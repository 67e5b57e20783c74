/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpe.h"
#include "cvss.h"
#include "hex.h"
#include "nfc.h"
#include "part.h"
#include "purl.h"
#include "timefmt.h"
#include "utf8.h"
#include "vers.h"

enum {
	ARRAY_FIRST = 16
};

#define AMBIGUOUS UINT32_MAX	/* a label that was given twice */

void
part_init(struct part *p, struct arena *a, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->a = a;
	p->e = e;
	p->inventory = true;
	p->waiting = json_array();
}

void
part_free(struct part *p)
{
	arena_free(&p->scratch);
	arena_free(&p->key_texts);
	arena_free(&p->label_texts);
	mem_free(p->component);
	mem_free(p->edge);
	mem_free(p->root);
	mem_free(p->finding);
	mem_free(p->statement);
	mem_free(p->unknown);
	map_free(&p->keys);
	map_free(&p->labels);
	memset(p, 0, sizeof(*p));
}

void
part_inventory(struct part *p, bool inventory)
{
	if (p->inventory == inventory)
		return;
	p->inventory = inventory;
	p->edges = 0;
	for (uint32_t i = 0; i < p->components; i++) {
		p->component[i].inventory = inventory;
		p->component[i].edges_known = false;
	}
}

/* --- reading members of foreign documents ------------------------------- */

void
part_fault(struct part *p, const struct json *v, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (p->rc != ERR_OK)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->rc = err_input(p->e, v->offset, "%s", text);
}

/* A member if it is not null, and is of the type. */
static const struct json *
typed(struct part *p, const struct json *m, struct slice key,
    enum json_type type)
{
	if (m->type == type)
		return m;
	if (m->type != JSON_NULL)
		part_fault(p, m, "\"%.*s\" is %s, expected %s", (int)key.len,
		    key.data, json_type_name(m), type == JSON_ARRAY ?
		    "an array" : type == JSON_OBJECT ? "an object" :
		    "a string");
	return NULL;
}

static const struct json *
member(struct part *p, const struct json *v, const char *key,
    enum json_type type)
{
	const struct json *m = json_get(v, key);

	return m == NULL ? NULL : typed(p, m, slice_of(key), type);
}

void
part_members(struct part *p, const struct json *v,
    const struct part_want *want, size_t count, const struct json **got)
{
	size_t i = 0;

	memset(got, 0, count * sizeof(*got));
	JSON_MEMBERS(m, v) {
		struct slice key = { m->key, m->key_len };
		size_t k = i;

		/* No member is before one that was found. */
		while (k < count && !slice_eq(want[k].key, key))
			k++;
		if (k == count)
			continue;
		got[k] = typed(p, &m->value, key, want[k].type);
		i = k + 1;
	}
}

const struct json *
part_array(struct part *p, const struct json *v, const char *key)
{
	static struct json none;
	static const struct json empty = { .type = JSON_ARRAY,
		.u.item = &none };
	const struct json *m = member(p, v, key, JSON_ARRAY);

	return m != NULL ? m : &empty;
}

const struct json *
part_object(struct part *p, const struct json *v, const char *key)
{
	return member(p, v, key, JSON_OBJECT);
}

struct slice
part_text(struct part *p, const struct json *v, const char *key)
{
	return json_text(member(p, v, key, JSON_STRING));
}

bool
part_is_object(struct part *p, const struct json *v, const char *what)
{
	if (v->type == JSON_OBJECT)
		return true;
	part_fault(p, v, "%s is %s, expected an object", what,
	    json_type_name(v));
	return false;
}

struct slice
part_need(struct part *p, const struct json *v, const char *key,
    const char *what)
{
	struct slice s = part_text(p, v, key);

	if (s.len == 0)
		part_fault(p, v, "%s without \"%s\"", what, key);
	return s;
}

/* --- lists -------------------------------------------------------------- */

void
part_value(struct part *p, struct part_value **list, struct slice name,
    struct slice value)
{
	struct part_value *v;

	if (value.len == 0)
		return;
	v = arena_alloc(p->a, sizeof(*v));
	*v = (struct part_value){ *list, name, arena_slice(p->a, value) };
	*list = v;
}

void
part_add(struct part *p, struct part_value **list, struct slice value)
{
	part_value(p, list, (struct slice){ NULL, 0 }, value);
}

/* One more element of an array that grows. */
#define GROW(array, count, cap) \
	do { \
		if ((count) == (cap)) { \
			(cap) = (cap) == 0 ? ARRAY_FIRST : (cap) * 2; \
			(array) = mem_array((array), (cap), \
			    sizeof(*(array))); \
		} \
	} while (0)

void
part_unknown(struct part *p, const char *reason, struct slice component,
    const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	struct part_unknown *u;
	va_list ap;
	size_t good;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(text))
		n = (int)sizeof(text) - 1;
	/* Quoted text may be cut within a character, or hold decoded bytes. */
	while ((good = utf8_valid_prefix((struct slice){ text, (size_t)n })) <
	    (size_t)n)
		text[good] = '?';
	GROW(p->unknown, p->unknowns, p->unknown_cap);
	u = &p->unknown[p->unknowns++];
	u->reason = reason;
	u->component = component;
	u->detail = nfc_text(p->a, arena_slice(p->a,
	    (struct slice){ text, (size_t)n }));
}

void
part_feed(struct part *p, const char *name, struct slice epoch)
{
	struct slice time = part_time(p, epoch);

	part_value(p, &p->feeds, slice_of(name), time.len > 0 ? time : epoch);
}

/* --- components --------------------------------------------------------- */

/* Does a purl hold anything that is not ASCII, encoded or not? */
static bool
beyond_ascii(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] >= 0x80)
			return true;
		if (text.data[i] == '%' && i + 1 < text.len &&
		    text.data[i + 1] >= '8')
			return true;
	}
	return false;
}

/* The key of what has no purl; empty without a name. */
static struct slice
name_key(struct part *p, const struct part_names *names)
{
	struct slice name = nfc_text(p->a, names->name);

	if (name.len == 0)
		return (struct slice){ NULL, 0 };
	return purl_name_key(p->a, nfc_text(p->a, names->group), name,
	    nfc_text(p->a, names->version));
}

/* Into the scratch arena, in NFC.  On failure an unknown of what has these
 * names. */
static bool
read_purl(struct part *p, struct slice text, struct purl *out,
    const struct part_names *names)
{
	struct err why;

	if (purl_parse(text, PURL_STRICT, &p->scratch, out, &why) != ERR_OK) {
		part_unknown(p, "Identity", name_key(p, names),
		    "purl \"%.*s\": %s",
		    (int)(text.len < 300 ? text.len : 300), text.data,
		    why.text);
		return false;
	}
	if (beyond_ascii(text)) {
		out->namespace = nfc_text(p->a, out->namespace);
		out->name = nfc_text(p->a, out->name);
		out->version = nfc_text(p->a, out->version);
	}
	return true;
}

static struct slice
join(struct arena *a, struct slice x, char between, struct slice y)
{
	char *out = arena_alloc(a, x.len + 1 + y.len);

	memcpy(out, x.data, x.len);
	out[x.len] = between;
	if (y.len > 0)
		memcpy(out + x.len + 1, y.data, y.len);
	return (struct slice){ out, x.len + 1 + y.len };
}

/* "namespace/name" as people write it: maven with a colon, and packages of
 * a distribution without its name. */
static struct slice
purl_title(struct part *p, const struct purl *purl)
{
	static const char *const distributions[] = {
		"alpm", "apk", "deb", "rpm"
	};
	bool alone = purl->namespace.len == 0;

	for (size_t i = 0; i < 4; i++)
		alone = alone || slice_is(purl->type, distributions[i]);
	if (alone)
		return arena_slice(p->a, purl->name);
	return join(p->a, purl->namespace, slice_is(purl->type, "maven") ?
	    ':' : '/', purl->name);
}

/* As a canonical formatted string. */
static bool
read_cpe(struct part *p, struct slice text, struct slice *out,
    struct slice fallback)
{
	struct cpe cpe;
	struct err why;

	if (cpe_parse(text, &p->scratch, &cpe, &why) != ERR_OK) {
		part_unknown(p, "Identity", fallback, "cpe \"%.*s\": %s",
		    (int)(text.len < 300 ? text.len : 300), text.data,
		    why.text);
		return false;
	}
	*out = cpe_text(p->a, &cpe);
	return true;
}

static uint32_t
add_component(struct part *p, struct slice key, struct slice purl,
    struct slice name, struct slice version)
{
	bool fresh;
	size_t *at = map_put(&p->keys, key, &fresh);
	struct part_component *c;

	if (!fresh) {
		c = &p->component[*at];
		/* Of several spellings the smallest, whoever came first. */
		if (purl.len > 0 && slice_cmp(purl, c->purl) < 0)
			c->purl = purl;
		if (slice_cmp(name, c->name) < 0)
			c->name = name;
		if (slice_cmp(version, c->version) < 0)
			c->version = version;
		return (uint32_t)*at;
	}
	GROW(p->component, p->components, p->component_cap);
	*at = p->components;
	c = &p->component[p->components];
	memset(c, 0, sizeof(*c));
	c->key = key;
	c->purl = purl;
	c->name = name;
	c->version = version;
	return p->components++;
}

/* Most purls are canonical as they stand, and need no more than a copy. */
static uint32_t
component_of_plain(struct part *p, struct slice text,
    const struct purl_plain *plain)
{
	struct slice purl = arena_slice(&p->key_texts, text);
	struct slice title = slice_cut(purl, plain->type + 1, plain->name_end);

	if (plain->scoped) {
		/* "%40scope/name" */
		char *at = arena_dup(p->a, slice_cut(title, 2, SIZE_MAX));

		*at = '@';
		title = (struct slice){ at, title.len - 2 };
	} else if (slice_is(slice_cut(purl, 4, plain->type), "maven")) {
		title = arena_slice(p->a, title);
		((char *)(uintptr_t)title.data)[plain->name - plain->type -
		    2] = ':';
	}
	return add_component(p, purl, purl, title,
	    slice_cut(purl, plain->name_end + 1, SIZE_MAX));
}

static uint32_t
component_of_purl(struct part *p, const struct part_names *names)
{
	struct slice key, text, version;
	struct purl_plain plain;
	struct purl purl;
	uint32_t c;

	if (purl_plain(names->purl, &plain))
		return component_of_plain(p, names->purl, &plain);
	if (!read_purl(p, names->purl, &purl, names))
		return PART_NONE;
	version = purl.version.len > 0 ? arena_slice(p->a, purl.version) :
	    (struct slice){ NULL, 0 };
	/* A purl without version takes the component's: both state the same
	 * thing, only one of them whole. */
	if (version.len == 0 && names->version.len > 0) {
		version = nfc_text(p->a, arena_slice(p->a, names->version));
		purl.version = version;
	}
	key = purl_key(p->a, &purl);
	text = purl.qualifiers == 0 ? key : purl_text(p->a, &purl);
	c = add_component(p, key, text, purl_title(p, &purl), version);
	for (size_t i = 0; i < purl.qualifiers; i++)
		if (purl_is_context(&purl, purl.qualifier[i].key))
			part_value(p, &p->component[c].qualifiers,
			    arena_slice(p->a, purl.qualifier[i].key),
			    purl.qualifier[i].value);
	return c;
}

void
part_expect(struct part *p, size_t components)
{
	map_reserve(&p->keys, components);
	map_reserve(&p->labels, components);
}

uint32_t
part_component(struct part *p, const struct part_names *names)
{
	uint32_t c = PART_NONE;

	arena_reset(&p->scratch);
	if (names->purl.len > 0)
		c = component_of_purl(p, names);
	if (c == PART_NONE && names->name.len == 0 && names->cpe.len == 0)
		return PART_NONE;
	if (c == PART_NONE) {
		struct slice group = nfc_text(p->a, names->group);
		struct slice name = nfc_text(p->a, names->name);
		struct slice version = nfc_text(p->a, names->version);
		struct slice title = group.len == 0 ?
		    arena_slice(p->a, name) : join(p->a, group, '/', name);
		struct slice key = name_key(p, names), cpe;

		if (names->cpe.len > 0 && read_cpe(p, names->cpe, &cpe, key))
			key = cpe;
		if (key.len == 0)
			return PART_NONE;
		c = add_component(p, key, (struct slice){ NULL, 0 }, title,
		    arena_slice(p->a, version));
	}
	if (p->inventory)
		p->component[c].inventory = true;
	return c;
}

uint32_t
part_take(struct part *p, const struct part_component *from)
{
	return add_component(p, from->key, from->purl, from->name,
	    from->version);
}

void
part_type(struct part *p, uint32_t c, struct slice type)
{
	struct part_component *at = &p->component[c];

	/* "library" is what a package is that says nothing more. */
	if (type.len == 0 || slice_is(type, "library"))
		return;
	if (at->type.len == 0 || slice_cmp(type, at->type) < 0)
		at->type = arena_slice(p->a, type);
}

/* Are all eight bytes hexadecimal digits?  Adding 128 - c to an ASCII byte sets
 * its top bit if it is not below c. */
static bool
is_hex8(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t w = v | ones * 0x20, digit, letter;

	digit = (v + ones * (0x80 - '0')) & ~(v + ones * (0x80 - '9' - 1));
	letter = (w + ones * (0x80 - 'a')) & ~(w + ones * (0x80 - 'f' - 1));
	return ((digit | letter) & ~v & ones * 0x80) == ones * 0x80;
}

/* A copy with lower-case letters; NULL if it is not hexadecimal. */
static char *
lower_hex(struct arena *a, struct slice hex)
{
	char *out = arena_alloc(a, hex.len);
	uint64_t v;
	size_t i = 0;

	/* Only upper-case letters have the bit of 0x20 clear. */
	for (; hex.len - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, hex.data + i, sizeof(v));
		if (!is_hex8(v))
			return NULL;
		v |= UINT64_C(0x2020202020202020);
		memcpy(out + i, &v, sizeof(v));
	}
	for (; i < hex.len; i++) {
		if (hex_digit(hex.data[i]) < 0)
			return NULL;
		out[i] = (char)(hex.data[i] | 0x20);
	}
	return out;
}

void
part_hash(struct part *p, uint32_t c, struct slice algorithm, struct slice hex)
{
	struct slice name;
	struct part_value *v;
	char *digits;

	if (!slice_eq(algorithm, p->algorithm)) {
		p->algorithm = arena_slice(p->a, algorithm);
		p->hash_name = part_hash_name(algorithm);
	}
	name = p->hash_name;
	if (slice_is(name, "adler32"))
		return;		/* a checksum against accidents */
	digits = lower_hex(p->a, hex);
	if (digits == NULL || name.len == 0 || hex.len == 0 ||
	    hex.len % 2 != 0) {
		part_unknown(p, "Identity", p->component[c].key,
		    "a hash that is not hexadecimal");
		return;
	}
	v = arena_alloc(p->a, sizeof(*v));
	*v = (struct part_value){ p->component[c].hashes, name,
	    { digits, hex.len } };
	p->component[c].hashes = v;
}

void
part_license(struct part *p, uint32_t c, struct slice text)
{
	part_add(p, &p->component[c].licenses, nfc_text(p->a, text));
}

void
part_scope(struct part *p, uint32_t c, const char *scope)
{
	struct part_component *at = &p->component[c];

	/* required, then optional, then excluded */
	if (!at->scoped)
		at->scope = scope;
	else if (scope == NULL || (at->scope != NULL &&
	    strcmp(scope, "optional") == 0))
		at->scope = scope;
	at->scoped = true;
}

void
part_root(struct part *p, uint32_t c)
{
	if (!p->inventory || c == PART_NONE)
		return;
	for (size_t i = 0; i < p->roots; i++)
		if (p->root[i] == c)
			return;
	GROW(p->root, p->roots, p->root_cap);
	p->root[p->roots++] = c;
}

void
part_edges_known(struct part *p, uint32_t c)
{
	if (p->inventory)
		p->component[c].edges_known = true;
}

void
part_depends(struct part *p, uint32_t from, uint32_t to)
{
	part_edges_known(p, from);
	if (!p->inventory)
		return;
	GROW(p->edge, p->edges, p->edge_cap);
	p->edge[p->edges++] = (struct part_edge){ from, to };
}

void
part_label(struct part *p, struct slice label, uint32_t c)
{
	bool fresh;
	size_t *at;

	if (label.len == 0)
		return;
	at = map_put_copy(&p->labels, label, &p->label_texts, &fresh);
	if (fresh) {
		*at = c;
	} else if (*at != c) {
		if (p->labels_used && p->rc == ERR_OK)
			p->rc = err_input(p->e, 0, "a label that was used "
			    "means nothing");
		if (*at != AMBIGUOUS)
			part_unknown(p, "Identity", p->component[*at].key,
			    "another component has the same reference");
		if (c != PART_NONE)
			part_unknown(p, "Identity", p->component[c].key,
			    "another component has the same reference");
		*at = AMBIGUOUS;
	}
}

uint32_t
part_labelled(struct part *p, struct slice label)
{
	size_t *at = map_find(&p->labels, label);

	return at == NULL ? PART_NONE : (uint32_t)*at;
}

uint32_t
part_labelled_next(struct part *p, struct slice label, size_t *next)
{
	size_t *at = map_find_next(&p->labels, label, next);

	return at == NULL ? PART_NONE : (uint32_t)*at;
}

void
part_labelled_many(struct part *p, const struct slice *label, size_t count,
    uint32_t *c)
{
	size_t *at[MAP_MANY];

	for (size_t i = 0; i < count; i += MAP_MANY) {
		size_t n = count - i < MAP_MANY ? count - i : MAP_MANY;

		map_find_many(&p->labels, label + i, n, at);
		for (size_t k = 0; k < n; k++)
			c[i + k] = at[k] == NULL ? PART_NONE :
			    (uint32_t)*at[k];
	}
}

/* --- findings and statements -------------------------------------------- */

struct part_finding *
part_finding(struct part *p, uint32_t component)
{
	struct part_finding *f;

	GROW(p->finding, p->findings, p->finding_cap);
	f = &p->finding[p->findings++];
	memset(f, 0, sizeof(*f));
	f->component = component;
	f->cvss = -1;
	if (component != PART_NONE)
		p->component[component].found = true;
	return f;
}

struct part_statement *
part_statement(struct part *p, enum vex_status status)
{
	struct part_statement *s;

	GROW(p->statement, p->statements, p->statement_cap);
	s = &p->statement[p->statements++];
	memset(s, 0, sizeof(*s));
	s->status = status;
	s->cvss = -1;
	return s;
}

struct part_product *
part_product(struct part *p, struct part_product **list)
{
	struct part_product *product = arena_zalloc(p->a, sizeof(*product));

	product->next = *list;
	*list = product;
	return product;
}

bool
part_product_empty(const struct part_product *product)
{
	return product->key.len == 0 && product->purl.len == 0 &&
	    product->cpe.len == 0 && product->digest.len == 0 &&
	    product->link.len == 0;
}

void
part_product_component(struct part *p, struct part_product *to, uint32_t c)
{
	const struct part_component *from = &p->component[c];

	to->key = from->key;
	if (from->purl.len > 0)
		to->purl = from->purl;
	if (slice_starts(from->key, "cpe:"))
		to->cpe = from->key;
}

static const struct part_names no_names = { .purl = { NULL, 0 } };

bool
part_product_purl(struct part *p, struct part_product *to, struct slice text)
{
	struct purl purl;

	arena_reset(&p->scratch);
	if (!read_purl(p, text, &purl, &no_names))
		return false;
	to->purl = purl_text(p->a, &purl);
	if (purl.version.len > 0)
		to->key = purl_key(p->a, &purl);
	return true;
}

void
part_product_cpe(struct part *p, struct part_product *to, struct slice text)
{
	struct slice cpe;

	arena_reset(&p->scratch);
	if (read_cpe(p, text, &cpe, (struct slice){ NULL, 0 }))
		to->cpe = cpe;
}

void
part_product_digest(struct part *p, struct part_product *to,
    struct slice algorithm, struct slice hex)
{
	struct slice name = part_hash_name(algorithm);
	char *digits = lower_hex(p->a, hex);

	if (digits == NULL || name.len == 0 || hex.len == 0)
		return;
	to->digest = join(p->a, name, ':', (struct slice){ digits, hex.len });
}

void
part_product_name(struct part *p, struct part_product *to, struct slice group,
    struct slice name, struct slice version)
{
	to->key = purl_name_key(p->a, nfc_text(p->a, group),
	    nfc_text(p->a, name), nfc_text(p->a, version));
}

/* A range in canonical vers; published ones often are not. */
static bool
read_range(struct part *p, struct slice text, struct slice *out)
{
	struct vers v;
	struct err why;

	if (vers_parse(text, VERS_LENIENT, &p->scratch, &v, NULL, &why) !=
	    ERR_OK) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "range \"%.*s\": %s",
		    (int)(text.len < 300 ? text.len : 300), text.data,
		    why.text);
		return false;
	}
	vers_simplify(&p->scratch, &v);
	*out = vers_text(p->a, &v);
	if (utf8_valid(*out))
		return true;
	part_unknown(p, "Identity", (struct slice){ NULL, 0 },
	    "a range that is not UTF-8");
	return false;
}

bool
part_in_range(struct part *p, struct slice range, struct slice version)
{
	struct vers v;

	arena_reset(&p->scratch);
	return vers_parse(range, VERS_LENIENT, &p->scratch, &v, NULL, NULL) ==
	    ERR_OK && vers_contains(&v, version) == VERS_IN;
}

void
part_product_version(struct part *p, struct part_product *to,
    struct slice version, bool range)
{
	struct slice key = to->key.len > 0 ? to->key : to->purl;
	struct purl purl;
	struct err ignored;

	arena_reset(&p->scratch);
	if (range && !read_range(p, version, &to->versions)) {
		/* Not known which versions: it must not speak of all. */
		struct part_product *next = to->next;

		memset(to, 0, sizeof(*to));
		to->next = next;
		return;
	}
	if (to->purl.len > 0 && purl_parse(to->purl, PURL_LENIENT, &p->scratch,
	    &purl, &ignored) == ERR_OK) {
		purl.version = range ? (struct slice){ NULL, 0 } :
		    nfc_text(p->a, version);
		to->purl = purl_text(p->a, &purl);
		to->key = range ? (struct slice){ NULL, 0 } :
		    purl_key(p->a, &purl);
	} else if (slice_starts(key, "name:")) {
		struct buf text = { NULL, 0, 0 };

		buf_slice(&text, purl_key_unversioned(p->a, key));
		if (!range) {
			buf_byte(&text, '@');
			purl_encode(&text, nfc_text(p->a, version), false);
		}
		to->key = arena_slice(p->a, buf_get(&text));
		buf_free(&text);
	}
}
