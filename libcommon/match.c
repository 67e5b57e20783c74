/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "vers.h"

const char *const match_kind_name[MATCH_NONE] = {
	"digest", "version", "range", "product", "family"
};

int
match_coverage(enum match_kind kind)
{
	static const int points[] = { 10000, 10000, 7500, 5000, 2500, 0 };

	return points[kind];
}

/* --- multi-maps ----------------------------------------------------------- */

void
match_multi_add(struct match_multi *m, struct slice key, size_t value)
{
	bool fresh;
	size_t *head = map_put(&m->map, key, &fresh);

	if ((m->count & (m->count - 1)) == 0)
		m->link = mem_array(m->link, m->count > 0 ? m->count * 2 : 1,
		    sizeof(*m->link));
	m->link[m->count] = (struct match_link){ value, *head };
	*head = ++m->count;
}

const struct match_link *
match_multi_find(const struct match_multi *m, struct slice key)
{
	const size_t *head = map_find(&m->map, key);

	return head != NULL ? &m->link[*head - 1] : NULL;
}

const struct match_link *
match_multi_next(const struct match_multi *m, const struct match_link *l)
{
	return l->next > 0 ? &m->link[l->next - 1] : NULL;
}

void
match_multi_free(struct match_multi *m)
{
	map_free(&m->map);
	mem_free(m->link);
	*m = (struct match_multi){ 0 };
}

struct slice
match_pair(struct arena *a, struct slice component, struct slice id)
{
	const size_t n = component.len + 1 + id.len;
	char *p = arena_alloc(a, n);

	if (component.len > 0)
		memcpy(p, component.data, component.len);
	p[component.len] = '\0';
	if (id.len > 0)
		memcpy(p + component.len + 1, id.data, id.len);
	return (struct slice){ p, n };
}

/* --- the index ------------------------------------------------------------ */

/* Lower case, runs of "-_." as one '-': coarser than any type's rule, so that
 * what purl_match calls equal has one key. */
static void
fold(struct buf *out, struct slice s)
{
	bool run = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		bool mark = c == '-' || c == '_' || c == '.';

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!mark)
			buf_byte(out, c);
		else if (!run)
			buf_byte(out, '-');
		run = mark;
	}
}

static struct slice
folded_name(struct arena *a, const struct purl *p)
{
	struct buf b = { 0 };
	struct slice s;

	fold(&b, p->type);
	buf_byte(&b, '\0');
	/* Some types keep a part of the name in the namespace. */
	fold(&b, p->namespace);
	buf_byte(&b, '\0');
	fold(&b, p->name);
	s = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return s;
}

static struct slice
folded_bare(struct arena *a, struct slice name)
{
	struct buf b = { 0 };
	struct slice s;

	fold(&b, name);
	s = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return s;
}

/* NULL: it is none. */
static const struct cpe *
read_cpe(struct arena *a, struct slice text)
{
	struct cpe *cpe;

	if (!slice_starts(text, "cpe:"))
		return NULL;
	cpe = arena_alloc(a, sizeof(*cpe));
	return cpe_parse(text, a, cpe, NULL) == ERR_OK ? cpe : NULL;
}

/* No data: a wildcard is in it. */
static struct slice
cpe_product(struct arena *a, const struct cpe *cpe)
{
	struct slice vendor = cpe->value[CPE_VENDOR];
	struct slice product = cpe->value[CPE_PRODUCT];

	if (cpe_is_open(vendor) || cpe_is_open(product))
		return (struct slice){ NULL, 0 };
	return slice_of(arena_printf(a, "%.*s:%.*s", (int)vendor.len,
	    vendor.data, (int)product.len, product.data));
}

static void
read_component(struct match_index *m, const struct json *v,
    struct match_component *c)
{
	struct slice text = json_get_text(v, "purl");

	c->json = v;
	c->key = json_get_text(v, "key");
	if (text.data == NULL)
		text = c->key;
	c->has_purl = slice_starts(text, "pkg:") && purl_parse(text,
	    PURL_LENIENT, m->arena, &c->purl, NULL) == ERR_OK;
	c->version = (struct slice){ NULL, 0 };
	if (c->has_purl)
		c->version = purl_version(m->arena, &c->purl);
	if (c->version.len == 0)
		c->version = json_get_text(v, "version");
	c->cpe = read_cpe(m->arena, c->key);
}

static void
index_hashes(struct match_index *m, const struct json *hashes, size_t at)
{
	if (hashes == NULL)
		return;
	JSON_MEMBERS(name, hashes)
		JSON_EACH(value, &name->value) {
			struct slice text = json_text(value);

			match_multi_add(&m->by_digest, slice_of(arena_printf(
			    m->arena, "%.*s:%.*s", (int)name->key_len,
			    name->key, (int)text.len, text.data)), at);
		}
}

static void
index_component(struct match_index *m, size_t at)
{
	struct match_component *c = &m->item[at];
	bool fresh;

	*map_put(&m->by_key, c->key, &fresh) = at;
	if (c->has_purl) {
		match_multi_add(&m->by_name, folded_name(m->arena, &c->purl),
		    at);
		match_multi_add(&m->by_bare, folded_bare(m->arena,
		    c->purl.name), at);
	} else {
		match_multi_add(&m->by_name, purl_key_unversioned(m->arena,
		    c->key), at);
		match_multi_add(&m->by_bare, folded_bare(m->arena,
		    json_get_text(c->json, "name")), at);
	}
	if (c->cpe != NULL) {
		struct slice product = cpe_product(m->arena, c->cpe);

		match_multi_add(&m->by_cpe, slice_of(""), at);
		if (product.data != NULL)
			match_multi_add(&m->by_cpe, product, at);
	}
	index_hashes(m, json_get(c->json, "hashes"), at);
}

void
match_open(struct match_index *m, struct arena *a, const struct json *evidence)
{
	const struct json *list = json_get(evidence, "components");
	size_t at = 0;

	*m = (struct match_index){ .arena = a, .evidence = evidence };
	m->count = json_count(list);
	m->item = arena_array(a, m->count + 1, sizeof(*m->item));
	map_reserve(&m->by_key, m->count);
	if (list != NULL)
		JSON_EACH(v, list) {
			read_component(m, v, &m->item[at]);
			index_component(m, at++);
		}
	read_component(m, json_get(evidence, "subject"), &m->item[m->count]);
}

void
match_close(struct match_index *m)
{
	map_free(&m->by_key);
	match_multi_free(&m->by_name);
	match_multi_free(&m->by_bare);
	match_multi_free(&m->by_digest);
	match_multi_free(&m->by_cpe);
	match_multi_free(&m->dependents);
	mem_free(m->found);
}

const struct match_component *
match_find(const struct match_index *m, struct slice key)
{
	const size_t *at = map_find(&m->by_key, key);

	if (at != NULL)
		return &m->item[*at];
	return slice_eq(key, m->item[m->count].key) ? &m->item[m->count] :
	    NULL;
}

/* --- one identity against one component ----------------------------------- */

/* A product or subcomponent as a statement names it. */
struct part {
	const struct json *json;
	struct slice key, digest;
	const struct cpe *cpe;
	bool has_purl, has_versions;
	struct purl purl;
	const struct vers *versions;	/* NULL: none, or not readable */
};

static const struct vers *
read_range(struct arena *a, struct slice text)
{
	struct vers *v;

	if (text.len == 0)
		return NULL;
	v = arena_alloc(a, sizeof(*v));
	return vers_parse(text, VERS_LENIENT, a, v, NULL, NULL) == ERR_OK ?
	    v : NULL;
}

static void
read_part(struct match_index *m, const struct json *v, struct part *p)
{
	struct slice text = json_get_text(v, "purl");
	struct slice cpe = json_get_text(v, "cpe");
	struct slice versions = json_get_text(v, "versions");

	p->json = v;
	p->key = json_get_text(v, "key");
	p->digest = json_get_text(v, "digest");
	p->cpe = read_cpe(m->arena, cpe.data != NULL ? cpe : p->key);
	p->has_versions = versions.len > 0;
	p->versions = read_range(m->arena, versions);
	if (text.data == NULL && slice_starts(p->key, "pkg:"))
		text = p->key;
	p->has_purl = text.data != NULL && purl_parse(text, PURL_LENIENT,
	    m->arena, &p->purl, NULL) == ERR_OK;
}

static enum match_kind
in_range(const struct part *p, const struct match_component *c)
{
	return p->versions != NULL && vers_contains(p->versions,
	    c->version) == VERS_IN ? MATCH_RANGE : MATCH_NONE;
}

static enum match_kind
match_purl(const struct part *p, const struct match_component *c)
{
	switch (purl_match(&p->purl, &c->purl)) {
	case PURL_MATCH_VERSION:
		return MATCH_VERSION;
	case PURL_MATCH_PRODUCT:
		return p->has_versions ? in_range(p, c) : MATCH_PRODUCT;
	case PURL_MATCH_NO:
		break;
	}
	return MATCH_NONE;
}

/* Exact where the statement leaves nothing open up to the version, and says
 * nothing behind it that the component does not say too. */
static enum match_kind
match_cpe(const struct cpe *said, const struct cpe *have)
{
	enum match_kind kind = MATCH_VERSION;

	if (cpe_match(said, have) == CPE_DISJOINT)
		return MATCH_NONE;
	for (int i = 0; i < CPE_ATTRIBUTES; i++) {
		bool open = cpe_is_open(said->value[i]);

		if (i <= CPE_VERSION ? open : !open &&
		    !slice_eq(said->value[i], have->value[i]))
			kind = MATCH_FAMILY;
	}
	return kind;
}

/* A name: key has no context; one without a version names a family. */
static enum match_kind
match_name(struct match_index *m, const struct part *p,
    const struct match_component *c)
{
	if (slice_eq(p->key, c->key) &&
	    (!p->has_versions ||
	    purl_key_version(m->arena, p->key).data != NULL))
		return purl_key_version(m->arena, p->key).data != NULL ?
		    MATCH_VERSION : MATCH_FAMILY;
	if (purl_key_version(m->arena, p->key).data != NULL ||
	    !slice_eq(purl_key_unversioned(m->arena, c->key), p->key))
		return MATCH_NONE;
	return p->has_versions ? in_range(p, c) : MATCH_FAMILY;
}

static enum match_kind
best(enum match_kind a, enum match_kind b)
{
	return a < b ? a : b;
}

static bool
has_digest(const struct match_component *c, struct slice digest)
{
	const struct json *hashes = json_get(c->json, "hashes"), *list;
	size_t colon = slice_find(digest, ':');

	if (slice_eq(json_get_text(c->json, "digest"), digest))
		return true;
	list = json_get_slice(hashes, slice_cut(digest, 0, colon));
	if (list != NULL)
		JSON_EACH(v, list)
			if (slice_eq(json_text(v), slice_cut(digest,
			    colon + 1, digest.len)))
				return true;
	return false;
}

static enum match_kind
match_part(struct match_index *m, const struct part *p,
    const struct match_component *c)
{
	enum match_kind kind = MATCH_NONE;

	if (p->digest.len > 0 && has_digest(c, p->digest))
		return MATCH_DIGEST;
	if (p->has_purl && c->has_purl)
		kind = match_purl(p, c);
	if (p->cpe != NULL && c->cpe != NULL)
		kind = best(kind, match_cpe(p->cpe, c->cpe));
	if (!p->has_purl && p->key.len > 0 && p->cpe == NULL)
		kind = best(kind, match_name(m, p, c));
	return kind;
}

/* --- all components of a part --------------------------------------------- */

static void
found_add(struct match_index *m, size_t component, enum match_kind kind,
    bool by_digest)
{
	if (m->found_count == m->found_room) {
		m->found_room = m->found_room > 0 ? m->found_room * 2 : 64;
		m->found = mem_array(m->found, m->found_room,
		    sizeof(*m->found));
	}
	m->found[m->found_count++] = (struct match){ component, kind,
	    by_digest };
}

static void
try_chain(struct match_index *m, const struct match_multi *in,
    struct slice key, const struct part *p)
{
	for (const struct match_link *l = match_multi_find(in, key);
	    l != NULL; l = match_multi_next(in, l)) {
		enum match_kind kind = match_part(m, p, &m->item[l->value]);

		if (kind != MATCH_NONE)
			found_add(m, l->value, kind, kind == MATCH_DIGEST);
	}
}

/* Appends the components a part speaks of; the same one may come twice. */
static void
find_part(struct match_index *m, const struct part *p)
{
	if (p->digest.len > 0)
		try_chain(m, &m->by_digest, p->digest, p);
	if (p->has_purl)
		try_chain(m, &m->by_name, folded_name(m->arena, &p->purl), p);
	else if (p->key.len > 0 && p->cpe == NULL)
		try_chain(m, &m->by_name, purl_key_unversioned(m->arena,
		    p->key), p);
	if (p->cpe != NULL)
		try_chain(m, &m->by_cpe, cpe_product(m->arena, p->cpe), p);
}

static int
by_component(const void *left, const void *right)
{
	const struct match *a = left, *b = right;

	if (a->component != b->component)
		return a->component < b->component ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (int)b->by_digest - (int)a->by_digest;
}

/* Each component once, with the best that was found. */
static void
found_sort(struct match_index *m)
{
	size_t kept = 0;

	if (m->found_count < 2)
		return;
	qsort(m->found, m->found_count, sizeof(*m->found), by_component);
	for (size_t i = 1; i < m->found_count; i++) {
		if (m->found[kept].component != m->found[i].component)
			m->found[++kept] = m->found[i];
		else
			m->found[kept].by_digest |= m->found[i].by_digest;
	}
	m->found_count = kept + 1;
}

/* --- products with subcomponents ------------------------------------------ */

static void
index_dependents(struct match_index *m)
{
	const struct json *list = json_get(m->evidence, "dependencies");

	if (m->has_dependents)
		return;
	m->has_dependents = true;
	if (list == NULL)
		return;
	JSON_EACH(entry, list) {
		const size_t *from = map_find(&m->by_key,
		    json_get_text(entry, "ref"));
		const struct json *on = json_get(entry, "dependsOn");

		if (on == NULL)
			continue;
		JSON_EACH(to, on)
			match_multi_add(&m->dependents, json_text(to),
			    from != NULL ? *from : m->count);
	}
}

/* A part of a product that is itself a component: the statement holds where
 * that product is the only one that uses the part. */
static bool
used_only_by(struct match_index *m, const struct match_component *c,
    const struct part *product)
{
	const struct match_link *l;

	index_dependents(m);
	l = match_multi_find(&m->dependents, c->key);
	if (l == NULL)
		return false;
	for (; l != NULL; l = match_multi_next(&m->dependents, l))
		if (match_part(m, product, &m->item[l->value]) == MATCH_NONE)
			return false;
	return true;
}

/*
 * The components of one product with subcomponents, from `from` on in
 * m->found.  The looser of the two identities counts; true when the product
 * itself is here.
 */
static bool
find_subcomponents(struct match_index *m, const struct part *product)
{
	const struct json *list = json_get(product->json, "subcomponents");
	enum match_kind whole = match_part(m, product, &m->item[m->count]);
	size_t from = m->found_count, kept;
	bool present = whole != MATCH_NONE;

	if (!present) {
		find_part(m, product);
		present = m->found_count > from;
		m->found_count = from;
	}
	if (!present)
		return false;
	JSON_EACH(v, list) {
		struct part sub;

		read_part(m, v, &sub);
		find_part(m, &sub);
	}
	kept = from;
	for (size_t i = from; i < m->found_count; i++) {
		struct match *f = &m->found[i];
		enum match_kind kind = whole;

		if (whole == MATCH_NONE) {
			if (!used_only_by(m, &m->item[f->component], product))
				continue;
			kind = f->kind;
		}
		f->by_digest |= whole == MATCH_DIGEST;
		f->kind = f->kind > kind ? f->kind : kind;
		m->found[kept++] = *f;
	}
	m->found_count = kept;
	return true;
}

/* --- statements ----------------------------------------------------------- */

static struct slice
part_name(const struct part *p)
{
	static const char *const member[] = { "purl", "key", "cpe", "digest" };

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++) {
		struct slice s = json_get_text(p->json, member[i]);

		if (s.data != NULL)
			return s;
	}
	return slice_of("");
}

static const char *
differs(const struct part *p, const struct match_component *c)
{
	if (!p->has_purl && p->cpe != NULL)
		return c->cpe == NULL ? "type" : slice_eq(
		    p->cpe->value[CPE_VERSION], c->cpe->value[CPE_VERSION]) ?
		    "qualifiers" : "version";
	if (!p->has_purl || !c->has_purl)
		return p->has_versions || (p->key.len > 0 &&
		    slice_find(p->key, '@') < p->key.len) ? "version" : "type";
	if (!slice_eq(p->purl.type, c->purl.type))
		return "type";
	if (!slice_eq(p->purl.namespace, c->purl.namespace))
		return "namespace";
	if (!slice_eq(p->purl.name, c->purl.name))
		return "name";
	if (p->has_versions || (p->purl.version.len > 0 &&
	    !slice_eq(p->purl.version, c->purl.version)))
		return "version";
	if (p->purl.subpath.len > 0 &&
	    !slice_eq(p->purl.subpath, c->purl.subpath))
		return "subpath";
	return "qualifiers";
}

static size_t
first_of(const struct match_multi *in, struct slice key, size_t none)
{
	for (const struct match_link *l = match_multi_find(in, key);
	    l != NULL; l = match_multi_next(in, l))
		if (l->value < none)
			none = l->value;
	return none;
}

/* The nearest component by name: same type and namespace first. */
static void
find_nearest(struct match_index *m, const struct part *p,
    struct match_miss *miss)
{
	struct slice bare = { NULL, 0 };
	size_t at = m->count;

	if (p->has_purl) {
		at = first_of(&m->by_name, folded_name(m->arena, &p->purl),
		    at);
		bare = p->purl.name;
	} else if (slice_starts(p->key, "name:")) {
		struct slice name = purl_key_unversioned(m->arena, p->key);

		at = first_of(&m->by_name, name, at);
		bare = slice_cut(name, sizeof("name:") - 1, name.len);
	} else if (p->cpe != NULL) {
		struct slice product = cpe_product(m->arena, p->cpe);

		if (product.data != NULL)
			at = first_of(&m->by_cpe, product, at);
		bare = cpe_plain(m->arena, p->cpe, CPE_PRODUCT);
	}
	if (at == m->count && bare.len > 0)
		at = first_of(&m->by_bare, folded_bare(m->arena, bare), at);
	if (at == m->count)
		return;
	miss->nearest = &m->item[at];
	miss->differs = differs(p, miss->nearest);
	miss->reason = "Identity";
}

static void
explain_miss(struct match_index *m, const struct json *products,
    bool product_here, struct match_miss *miss)
{
	struct part p;

	*miss = (struct match_miss){ .reason = "NoProduct",
	    .product = slice_of("") };
	if (products == NULL || products->len == 0)
		return;
	read_part(m, &products->u.item[0], &p);
	miss->product = part_name(&p);
	miss->reason = product_here ? "Subcomponent" : "NoComponent";
	for (uint32_t i = 0; !product_here && i < products->len &&
	    miss->nearest == NULL; i++) {
		read_part(m, &products->u.item[i], &p);
		find_nearest(m, &p, miss);
		if (miss->nearest != NULL)
			miss->product = part_name(&p);
	}
}

void
match_statement(struct match_index *m, const struct json *statement,
    struct match_miss *miss)
{
	const struct json *products = json_get(statement, "products");
	bool product_here = false;

	m->found_count = 0;
	if (products != NULL)
		JSON_EACH(v, products) {
			struct part p;
			enum match_kind kind;

			read_part(m, v, &p);
			if (json_count(json_get(v, "subcomponents")) > 0) {
				product_here |= find_subcomponents(m, &p);
				continue;
			}
			find_part(m, &p);
			kind = match_part(m, &p, &m->item[m->count]);
			if (kind != MATCH_NONE)
				found_add(m, m->count, kind,
				    kind == MATCH_DIGEST);
		}
	found_sort(m);
	if (m->found_count == 0)
		explain_miss(m, products, product_here, miss);
}
