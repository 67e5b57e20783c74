/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "part.h"

enum {
	ROOM = 512,	/* bytes that most elements have room in: a buffer
			 * that grows moves to where pages are small */
	AHEAD = 16,	/* edges whose memory is asked for before its turn */
	SIMPLE_FRAME = 160	/* bytes around the texts of a component or a
				 * dependency, and to spare */
};

bool
part_is_cve(struct slice id)
{
	return slice_starts(id, "CVE-");
}

static int
id_rank(struct slice id)
{
	return part_is_cve(id) ? 0 : slice_starts(id, "GHSA-") ? 1 : 2;
}

int
part_id_cmp(struct slice a, struct slice b)
{
	int x = id_rank(a), y = id_rank(b);

	return x != y ? x - y : slice_cmp(a, b);
}

struct slice
part_id(const struct part_value *ids)
{
	struct slice best = ids->value;

	for (const struct part_value *v = ids->next; v != NULL; v = v->next)
		if (part_id_cmp(v->value, best) < 0)
			best = v->value;
	return best;
}

const char *
part_id_text(struct part *p, const struct part_value *ids)
{
	return arena_dup(p->a, part_id(ids));
}

/* --- elements as JSON --------------------------------------------------- */

struct json
part_list_json(struct arena *a, const struct part_value *list)
{
	struct json array = json_array();

	for (; list != NULL; list = list->next)
		json_push(a, &array, json_string(list->value));
	if (array.len > 1)
		canon_sort(a, &array);
	return array;
}

/* {name: [value…]} */
static struct json
named_json(struct arena *a, const struct part_value *list)
{
	struct json object = json_object();

	for (; list != NULL; list = list->next) {
		struct json *old = (struct json *)(uintptr_t)
		    json_get_slice(&object, list->name);
		struct json one = json_array();

		if (old != NULL) {
			json_push(a, old, json_string(list->value));
			continue;
		}
		json_push(a, &one, json_string(list->value));
		json_set_slice(a, &object, list->name, one);
	}
	JSON_MEMBERS(m, &object)
		if (m->value.len > 1)
			canon_sort(a, (struct json *)(uintptr_t)&m->value);
	return object;
}

static void
set_text(struct arena *a, struct json *object, const char *key,
    struct slice text)
{
	if (text.len > 0)
		json_set(a, object, key, json_string(text));
}

/* Members are set in canonical order, which appends. */
static struct json
component_json(struct arena *a, const struct part_component *c)
{
	struct json o = json_object();

	json_set(a, &o, "hashes", named_json(a, c->hashes));
	json_set(a, &o, "key", json_string(c->key));
	json_set(a, &o, "licenses", part_list_json(a, c->licenses));
	json_set(a, &o, "name", json_string(c->name));
	set_text(a, &o, "purl", c->purl);
	if (c->qualifiers != NULL)
		json_set(a, &o, "qualifiers", named_json(a, c->qualifiers));
	if (c->scope != NULL)
		json_set_z(a, &o, "scope", c->scope);
	json_set(a, &o, "type", c->type.len > 0 ? json_string(c->type) :
	    json_z("library"));
	json_set(a, &o, "version", json_string(c->version.data != NULL ?
	    c->version : SLICE("")));
	return o;
}

static struct json
ids_without(struct arena *a, const struct part_value *ids, struct slice id)
{
	struct json array = json_array();

	for (; ids != NULL; ids = ids->next)
		if (!slice_eq(ids->value, id))
			json_push(a, &array, json_string(ids->value));
	canon_sort(a, &array);
	return array;
}

static struct json
finding_json(struct arena *a, const struct part *p,
    const struct part_finding *f)
{
	struct json o = json_object(), fix = json_object();
	struct slice id = part_id(f->ids);

	json_set(a, &o, "aliases", ids_without(a, f->ids, id));
	json_set(a, &o, "component",
	    json_string(p->component[f->component].key));
	if (f->cvss >= 0)
		json_set(a, &o, "cvss", json_int(a, f->cvss));
	json_set_z(a, &fix, "state", part_fix_name(f->fix));
	json_set(a, &fix, "versions", part_list_json(a, f->versions));
	json_set(a, &o, "fix", fix);
	json_set(a, &o, "id", json_string(id));
	json_set_z(a, &o, "severity", part_severity_name(f->severity));
	if (f->suppressed)
		json_set(a, &o, "suppressed", json_bool(true));
	set_text(a, &o, "vector", f->vector);
	return o;
}

static struct json
product_json(struct arena *a, const struct part_product *product, bool whole)
{
	struct json o = json_object(), parts = json_array();

	set_text(a, &o, "cpe", product->cpe);
	set_text(a, &o, "digest", product->digest);
	set_text(a, &o, "key", product->key);
	set_text(a, &o, "purl", product->purl);
	for (const struct part_product *s = product->parts; s != NULL;
	    s = s->next)
		if (!part_product_empty(s))
			json_push(a, &parts, product_json(a, s, false));
	canon_sort(a, &parts);
	if (whole)
		json_set(a, &o, "subcomponents", parts);
	set_text(a, &o, "versions", product->versions);
	return o;
}

struct json
part_statement_json(struct arena *a, const struct part_statement *s)
{
	struct json o = json_object(), products = json_array();
	struct slice id = part_id(s->ids);

	for (const struct part_product *t = s->products; t != NULL;
	    t = t->next)
		if (!part_product_empty(t))
			json_push(a, &products, product_json(a, t, true));
	canon_sort(a, &products);
	set_text(a, &o, "action", s->action);
	json_set(a, &o, "aliases", ids_without(a, s->ids, id));
	json_set(a, &o, "author", json_string(s->author.data != NULL ?
	    s->author : SLICE("")));
	if (s->cvss >= 0)
		json_set(a, &o, "cvss", json_int(a, s->cvss));
	json_set(a, &o, "id", json_string(id));
	set_text(a, &o, "impact", s->impact);
	set_text(a, &o, "justification", s->justification);
	set_text(a, &o, "nativeJustification", s->native);
	json_set(a, &o, "products", products);
	if (s->severity != SEVERITY_UNKNOWN)
		json_set_z(a, &o, "severity", part_severity_name(s->severity));
	json_set_z(a, &o, "status", part_status_name(s->status));
	set_text(a, &o, "timestamp", s->timestamp);
	set_text(a, &o, "updated", s->updated);
	set_text(a, &o, "vector", s->vector);
	return o;
}

/* --- sets --------------------------------------------------------------- */

static void
set_json(struct set *set, const struct json *v)
{
	set_begin(set);
	canon_write(&set->text, v);
	set_end(set);
}

/* Is it in the evidence, or only there to resolve references? */
static bool
counts(const struct part_component *c)
{
	return c->inventory || c->found;
}

/* Room for what follows is there. */
static char *
put(char *to, struct slice s)
{
	memcpy(to, s.data, s.len);
	return to + s.len;
}

/* Nothing in it needs sorting. */
static bool
is_simple(const struct part_component *c)
{
	return (c->hashes == NULL || c->hashes->next == NULL) &&
	    (c->licenses == NULL || c->licenses->next == NULL) &&
	    c->qualifiers == NULL;
}

/* What nearly every component is: building a tree to write would take longer
 * than all else. */
static void
put_simple_component(struct buf *out, const struct part_component *c)
{
	const struct part_value *h = c->hashes, *l = c->licenses;
	char *to = buf_room(out, SIMPLE_FRAME + CANON_ROOM(c->key.len +
	    c->name.len + c->purl.len + c->type.len + c->version.len +
	    (h != NULL ? h->name.len + h->value.len : 0) +
	    (l != NULL ? l->value.len : 0)));

	to = put(to, SLICE("{\"hashes\":{"));
	if (h != NULL) {
		to = canon_string(to, h->name);
		to = put(to, SLICE(":["));
		to = canon_string(to, h->value);
		to = put(to, SLICE("]"));
	}
	to = canon_string(put(to, SLICE("},\"key\":")), c->key);
	to = put(to, SLICE(",\"licenses\":["));
	if (l != NULL)
		to = canon_string(to, l->value);
	to = canon_string(put(to, SLICE("],\"name\":")), c->name);
	if (c->purl.len > 0)
		to = canon_string(put(to, SLICE(",\"purl\":")), c->purl);
	if (c->scope != NULL)
		to = canon_string(put(to, SLICE(",\"scope\":")),
		    slice_of(c->scope));
	to = canon_string(put(to, SLICE(",\"type\":")), c->type.len > 0 ?
	    c->type : SLICE("library"));
	to = canon_string(put(to, SLICE(",\"version\":")), c->version);
	to = put(to, SLICE("}"));
	out->len = (size_t)(to - out->data);
}

static void
put_component(struct set *set, struct arena *a, const struct part_component *c)
{
	struct json o;

	if (is_simple(c)) {
		set_begin(set);
		put_simple_component(&set->text, c);
		set_end(set);
		return;
	}
	arena_reset(a);
	o = component_json(a, c);
	set_json(set, &o);
}

static int
by_key(const void *x, const void *y)
{
	return slice_cmp(*(const struct slice *)x, *(const struct slice *)y);
}

/* In the order of their canonical forms: their own, as in all keys but those
 * that are CPEs nothing is escaped and no byte is below the quotation mark. */
static void
sort_keys(struct slice *key, size_t count)
{
	if (count == 2 && slice_cmp(key[0], key[1]) > 0) {
		struct slice first = key[1];

		key[1] = key[0];
		key[0] = first;
	} else if (count > 2) {
		qsort(key, count, sizeof(*key), by_key);
	}
}

static void
put_dependency(struct set *set, struct arena *a, struct slice ref,
    struct slice *on, size_t count)
{
	struct json o = json_object(), array = json_array();
	size_t len = ref.len;
	bool simple = true;
	char *to;

	for (size_t i = 0; i < count; i++) {
		simple = simple && !slice_starts(on[i], "cpe:");
		len += on[i].len + 3;
	}
	if (!simple) {
		arena_reset(a);
		for (size_t i = 0; i < count; i++)
			json_push(a, &array, json_string(on[i]));
		canon_sort(a, &array);
		json_set(a, &o, "dependsOn", array);
		json_set(a, &o, "ref", json_string(ref));
		set_json(set, &o);
		return;
	}
	sort_keys(on, count);
	set_begin(set);
	to = put(buf_room(&set->text, SIMPLE_FRAME + CANON_ROOM(len)),
	    SLICE("{\"dependsOn\":["));
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && slice_eq(on[i], on[i - 1]))
			continue;
		if (i > 0)
			*to++ = ',';
		to = canon_string(to, on[i]);
	}
	to = canon_string(put(to, SLICE("],\"ref\":")), ref);
	*to++ = '}';
	set->text.len = (size_t)(to - set->text.data);
	set_end(set);
}

void
part_write_dependencies(struct part *p, struct set *out)
{
	struct arena a = { NULL, NULL, NULL };
	size_t *start = mem_array(NULL, (size_t)p->components + 1,
	    sizeof(*start));
	struct slice *to = mem_array(NULL, p->edges + 1, sizeof(*to));

	set_reserve(out, p->components,
	    (p->components + p->edges) * (size_t)ROOM / 2);
	/* A counting sort by the edge's origin. */
	memset(start, 0, ((size_t)p->components + 1) * sizeof(*start));
	for (size_t i = 0; i < p->edges; i++)
		start[p->edge[i].from + 1]++;
	for (size_t i = 0; i < p->components; i++)
		start[i + 1] += start[i];
	for (size_t i = 0; i < p->edges; i++) {
		if (i + AHEAD < p->edges)
			__builtin_prefetch(
			    &p->component[p->edge[i + AHEAD].to].key);
		to[start[p->edge[i].from]++] =
		    p->component[p->edge[i].to].key;
	}
	for (uint32_t c = 0; c < p->components; c++) {
		size_t from = c == 0 ? 0 : start[c - 1];

		for (size_t i = from; i < start[c]; i++)
			if (i + AHEAD < p->edges)
				__builtin_prefetch(to[i + AHEAD].data);
		if (p->component[c].edges_known && counts(&p->component[c]))
			put_dependency(out, &a, p->component[c].key,
			    &to[from], start[c] - from);
	}
	mem_free(start);
	mem_free(to);
	arena_free(&a);
	set_sort(out);
}

void
part_write_components(struct part *p, struct set *out)
{
	struct arena a = { NULL, NULL, NULL };

	set_reserve(out, p->components, p->components * (size_t)ROOM);
	for (uint32_t i = 0; i < p->components; i++)
		if (counts(&p->component[i]))
			put_component(out, &a, &p->component[i]);
	arena_free(&a);
	set_sort(out);
}

void
part_write_unknowns(struct part *p, struct set *out)
{
	struct arena a = { NULL, NULL, NULL };

	for (size_t i = 0; i < p->unknowns; i++) {
		const struct part_unknown *u = &p->unknown[i];
		struct json o = json_object();

		arena_reset(&a);
		set_text(&a, &o, "component", u->component);
		json_set(&a, &o, "detail", json_string(u->detail));
		json_set_z(&a, &o, "reason", u->reason);
		set_json(out, &o);
	}
	set_sort(out);
	arena_free(&a);
}

void
part_write(struct part *p, struct part_sets *sets)
{
	struct arena a = { NULL, NULL, NULL };
	struct json v;

	for (size_t i = 0; i < p->findings; i++) {
		arena_reset(&a);
		v = finding_json(&a, p, &p->finding[i]);
		set_json(&sets->findings, &v);
	}
	set_sort(&sets->findings);
	for (size_t i = 0; i < p->statements; i++) {
		arena_reset(&a);
		v = part_statement_json(&a, &p->statement[i]);
		set_json(&sets->vex, &v);
	}
	set_sort(&sets->vex);
	part_write_unknowns(p, &sets->unknowns);
	for (size_t i = 0; i < p->roots; i++) {
		v = json_string(p->component[p->root[i]].key);
		set_json(&sets->roots, &v);
	}
	set_sort(&sets->roots);
	arena_free(&a);
}

void
part_sets_free(struct part_sets *sets)
{
	set_free(&sets->findings);
	set_free(&sets->vex);
	set_free(&sets->unknowns);
	set_free(&sets->roots);
}

/* --- merging ------------------------------------------------------------ */

static void
merge_values(struct part *p, struct part_value **list,
    const struct part_value *more)
{
	for (; more != NULL; more = more->next) {
		struct part_value *v = arena_alloc(p->a, sizeof(*v));

		*v = (struct part_value){ *list, more->name, more->value };
		*list = v;
	}
}

void
part_merge(struct part *p, const struct part *other)
{
	uint32_t *to = mem_array(NULL, (size_t)other->components + 1,
	    sizeof(*to));

	for (uint32_t i = 0; i < other->components; i++) {
		const struct part_component *from = &other->component[i];
		struct part_component *c;

		to[i] = PART_NONE;
		if (!counts(from))
			continue;
		to[i] = part_take(p, from);
		c = &p->component[to[i]];
		part_type(p, to[i], from->type);
		if (from->scoped)
			part_scope(p, to[i], from->scope);
		merge_values(p, &c->hashes, from->hashes);
		merge_values(p, &c->licenses, from->licenses);
		merge_values(p, &c->qualifiers, from->qualifiers);
		c->inventory = c->inventory || from->inventory;
		c->found = c->found || from->found;
		c->edges_known = c->edges_known || from->edges_known;
	}
	/* Edges and roots are an inventory's, whose components all count. */
	for (size_t i = 0; i < other->edges; i++)
		part_depends(p, to[other->edge[i].from],
		    to[other->edge[i].to]);
	for (size_t i = 0; i < other->roots; i++)
		part_root(p, to[other->root[i]]);
	for (size_t i = 0; i < other->unknowns; i++)
		part_unknown(p, other->unknown[i].reason,
		    other->unknown[i].component, "%.*s",
		    (int)other->unknown[i].detail.len,
		    other->unknown[i].detail.data);
	mem_free(to);
}
