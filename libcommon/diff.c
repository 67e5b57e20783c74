/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "diff.h"
#include "digest.h"
#include "evidence.h"
#include "map.h"
#include "purl.h"

/* An element of either side, with its place in a chain of its like. */
struct entry {
	const struct json *v;
	struct entry *next;
	bool gone;		/* it has its counterpart */
};

/* Components of one key without version, or findings of one such key and
 * one id. */
struct pair {
	struct entry *base;
	struct entry *head;
};

struct pairs {
	struct pair *item;
	size_t count, cap;
	struct map keys;
};

static struct pair *
pair_of(struct pairs *p, struct slice key)
{
	bool fresh;
	size_t *at = map_put(&p->keys, key, &fresh);

	if (!fresh)
		return &p->item[*at];
	if (p->count == p->cap) {
		p->cap = p->cap == 0 ? 64 : p->cap * 2;
		p->item = mem_array(p->item, p->cap, sizeof(*p->item));
	}
	*at = p->count;
	p->item[p->count] = (struct pair){ NULL, NULL };
	return &p->item[p->count++];
}

static void
pairs_free(struct pairs *p)
{
	mem_free(p->item);
	map_free(&p->keys);
}

static struct entry *
new_entry(struct arena *a, const struct json *v, struct entry *next)
{
	struct entry *e = arena_alloc(a, sizeof(*e));

	*e = (struct entry){ v, next, false };
	return e;
}

static struct slice
key_of(const struct json *component)
{
	return json_get_text(component, "key");
}

static void
push_text(struct arena *a, struct json *array, struct slice s)
{
	json_push(a, array, json_string(s));
}

/* --- components --------------------------------------------------------- */

struct component_changes {
	struct json added, removed, changed;
	struct map touched;	/* keys in the head, added or changed */
};

static struct json
what_changed(struct arena *a, const struct json *base,
    const struct json *head)
{
	static const char *const members[] = {
		"hashes", "licenses", "name", "purl", "qualifiers", "scope",
		"type", "version"
	};
	struct json what = json_array();
	bool upgrade = !json_equal(json_get(base, "version"),
	    json_get(head, "version"));

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct json *x = json_get(base, members[i]);
		const struct json *y = json_get(head, members[i]);

		/* A purl changes with the version that is in it. */
		if (upgrade && strcmp(members[i], "purl") == 0)
			continue;
		if ((x == NULL) != (y == NULL) ||
		    (x != NULL && !json_equal(x, y)))
			push_text(a, &what, slice_of(members[i]));
	}
	/* Of one name and version, but with another epoch or classifier. */
	if (what.len == 0)
		push_text(a, &what, SLICE("qualifiers"));
	return what;
}

static void
changed(struct arena *a, struct component_changes *out, struct entry *base,
    struct entry *head)
{
	struct json o = json_object();
	bool fresh;

	json_set(a, &o, "from", json_string(key_of(base->v)));
	json_set(a, &o, "to", json_string(key_of(head->v)));
	json_set(a, &o, "what", what_changed(a, base->v, head->v));
	json_push(a, &out->changed, o);
	(void)map_put(&out->touched, key_of(head->v), &fresh);
	base->gone = head->gone = true;
}

static struct entry *
only_left(struct entry *list)
{
	struct entry *found = NULL;

	for (; list != NULL; list = list->next)
		if (!list->gone) {
			if (found != NULL)
				return NULL;
			found = list;
		}
	return found;
}

/* Chains are of one package: a few versions side by side.  Equal keys are
 * found by the map, so that a chain may be long. */
static void
match_equal(struct arena *a, struct component_changes *out, struct pair *p)
{
	struct map by_key = { 0 };
	bool fresh;

	for (struct entry *b = p->base; b != NULL; b = b->next)
		*map_put(&by_key, key_of(b->v), &fresh) = (size_t)b;
	for (struct entry *h = p->head; h != NULL; h = h->next) {
		size_t *at = map_find(&by_key, key_of(h->v));
		struct entry *b = at == NULL ? NULL : (struct entry *)*at;

		if (b == NULL)
			continue;
		if (json_equal(b->v, h->v))
			b->gone = h->gone = true;
		else
			changed(a, out, b, h);
	}
	map_free(&by_key);
}

static void
resolve_pair(struct arena *a, struct component_changes *out, struct pair *p)
{
	struct entry *b, *h;
	bool fresh;

	match_equal(a, out, p);
	b = only_left(p->base);
	h = only_left(p->head);
	if (b != NULL && h != NULL)
		changed(a, out, b, h);
	for (b = p->base; b != NULL; b = b->next)
		if (!b->gone)
			push_text(a, &out->removed, key_of(b->v));
	for (h = p->head; h != NULL; h = h->next)
		if (!h->gone) {
			push_text(a, &out->added, key_of(h->v));
			(void)map_put(&out->touched, key_of(h->v), &fresh);
		}
}

static struct json
diff_components(struct arena *a, const struct json *base,
    const struct json *head, struct map *touched)
{
	struct component_changes out = { json_array(), json_array(),
	    json_array(), { .count = 0 } };
	struct pairs pairs = { 0 };
	struct json o = json_object();

	JSON_EACH(c, base) {
		struct pair *p = pair_of(&pairs,
		    purl_key_unversioned(a, key_of(c)));

		p->base = new_entry(a, c, p->base);
	}
	JSON_EACH(c, head) {
		struct pair *p = pair_of(&pairs,
		    purl_key_unversioned(a, key_of(c)));

		p->head = new_entry(a, c, p->head);
	}
	for (size_t i = 0; i < pairs.count; i++)
		resolve_pair(a, &out, &pairs.item[i]);
	pairs_free(&pairs);
	canon_sort(a, &out.added);
	canon_sort(a, &out.changed);
	canon_sort(a, &out.removed);
	json_set(a, &o, "added", out.added);
	json_set(a, &o, "changed", out.changed);
	json_set(a, &o, "removed", out.removed);
	*touched = out.touched;
	return o;
}

/* --- findings ----------------------------------------------------------- */

static bool
is_cve(struct slice id)
{
	return slice_starts(id, "CVE-");
}

/* (component without version, id), told apart by the first one's length */
static struct slice
finding_key(struct arena *a, const struct json *finding, struct slice id)
{
	struct slice component = purl_key_unversioned(a,
	    json_get_text(finding, "component"));

	return slice_of(arena_printf(a, "%zu:%.*s%.*s", component.len,
	    (int)component.len, component.data, (int)id.len, id.data));
}

static struct json
finding_json(struct arena *a, const struct json *finding)
{
	struct json o = json_object();

	json_set(a, &o, "component", *json_get(finding, "component"));
	json_set(a, &o, "id", *json_get(finding, "id"));
	json_set(a, &o, "severity", *json_get(finding, "severity"));
	return o;
}

/* The pair that a finding of the head belongs to: by its id, or by an alias
 * where one side had not heard of the other's id.  Two CVEs are two. */
static struct pair *
counterpart(struct arena *a, struct pairs *pairs, struct map *by_alias,
    const struct json *finding)
{
	struct slice id = json_get_text(finding, "id");
	size_t *at = map_find(&pairs->keys, finding_key(a, finding, id));

	if (at != NULL)
		return &pairs->item[*at];
	at = map_find(by_alias, finding_key(a, finding, id));
	if (at != NULL && !(is_cve(id) && is_cve(json_get_text(
	    pairs->item[*at].base->v, "id"))))
		return &pairs->item[*at];
	JSON_EACH(alias, json_get(finding, "aliases")) {
		struct slice key = finding_key(a, finding, json_text(alias));

		at = map_find(&pairs->keys, key);
		if (at != NULL && pairs->item[*at].base != NULL &&
		    !(is_cve(id) && is_cve(json_get_text(
		    pairs->item[*at].base->v, "id"))))
			return &pairs->item[*at];
	}
	return NULL;
}

static void
compare_findings(struct arena *a, struct json *out, const struct json *base,
    const struct json *head)
{
	static const char *const members[] = {
		"component", "cvss", "fix", "severity", "suppressed"
	};
	struct json what = json_array(), o = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct json *x = json_get(base, members[i]);
		const struct json *y = json_get(head, members[i]);

		if ((x == NULL) != (y == NULL) ||
		    (x != NULL && !json_equal(x, y)))
			push_text(a, &what, slice_of(members[i]));
	}
	if (what.len == 0)
		return;
	json_set(a, &o, "component", *json_get(head, "component"));
	if (!json_equal(json_get(base, "severity"),
	    json_get(head, "severity"))) {
		json_set(a, &o, "from", *json_get(base, "severity"));
		json_set(a, &o, "to", *json_get(head, "severity"));
	}
	json_set(a, &o, "id", *json_get(head, "id"));
	json_set(a, &o, "what", what);
	json_push(a, out, o);
}

static bool
has_findings(const struct json *evidence)
{
	JSON_EACH(d, json_get(evidence, "documents"))
		if (json_is(json_get(d, "role"), "findings"))
			return true;
	return json_count(json_get(evidence, "findings")) > 0;
}

/* Without knowledge of the base's findings: those on what came in. */
static void
presume(struct arena *a, const struct json *findings, struct map *touched,
    struct json *introduced)
{
	JSON_EACH(f, findings)
		if (map_find(touched, json_get_text(f, "component")) != NULL)
			json_push(a, introduced, finding_json(a, f));
}

static void
match_findings(struct arena *a, const struct json *base,
    const struct json *head, struct json *introduced, struct json *resolved,
    struct json *altered)
{
	struct pairs pairs = { 0 };
	struct map by_alias = { 0 };
	bool fresh;

	JSON_EACH(f, base) {
		struct pair *p = pair_of(&pairs, finding_key(a, f,
		    json_get_text(f, "id")));

		p->base = new_entry(a, f, p->base);
		JSON_EACH(alias, json_get(f, "aliases")) {
			size_t *at = map_put(&by_alias, finding_key(a, f,
			    json_text(alias)), &fresh);

			if (fresh)
				*at = (size_t)(p - pairs.item);
		}
	}
	JSON_EACH(f, head) {
		struct pair *p = counterpart(a, &pairs, &by_alias, f);

		if (p == NULL)
			json_push(a, introduced, finding_json(a, f));
		else
			p->head = new_entry(a, f, p->head);
	}
	for (size_t i = 0; i < pairs.count; i++) {
		struct pair *p = &pairs.item[i];

		if (p->head != NULL && p->head->next == NULL &&
		    p->base->next == NULL)
			compare_findings(a, altered, p->base->v, p->head->v);
		for (struct entry *b = p->base; p->head == NULL && b != NULL;
		    b = b->next)
			json_push(a, resolved, finding_json(a, b->v));
	}
	pairs_free(&pairs);
	map_free(&by_alias);
}

static struct json
diff_findings(struct arena *a, const struct json *base,
    const struct json *head, struct map *touched)
{
	struct json introduced = json_array(), resolved = json_array();
	struct json altered = json_array(), o = json_object();

	if (has_findings(base))
		match_findings(a, json_get(base, "findings"),
		    json_get(head, "findings"), &introduced, &resolved,
		    &altered);
	else
		presume(a, json_get(head, "findings"), touched, &introduced);
	canon_sort(a, &altered);
	canon_sort(a, &introduced);
	canon_sort(a, &resolved);
	json_set(a, &o, "changed", altered);
	json_set(a, &o, "introduced", introduced);
	json_set(a, &o, "resolved", resolved);
	return o;
}

/* --- statements, unknowns ----------------------------------------------- */

/* A statement by what it says: a document that was edited elsewhere has a
 * new source, and its other statements are the same. */
static struct json
statements(struct arena *a, const struct json *list)
{
	struct json out = json_array();

	JSON_EACH(s, list) {
		struct json plain = json_object(), o = json_object();
		struct digest d;

		JSON_MEMBERS(m, s)
			if (!slice_is((struct slice){ m->key, m->key_len },
			    "source"))
				json_set_slice(a, &plain, (struct slice){
				    m->key, m->key_len }, m->value);
		d = digest_json(&plain);
		json_set(a, &o, "id", *json_get(s, "id"));
		json_set(a, &o, "statement", digest_value(a, &d));
		json_set(a, &o, "status", *json_get(s, "status"));
		json_push(a, &out, o);
	}
	canon_sort(a, &out);
	return out;
}

/* What of two sorted sets is only in one of them. */
static struct json
diff_sets(struct arena *a, const struct json *base, const struct json *head)
{
	struct json added = json_array(), removed = json_array();
	struct json o = json_object();
	size_t i = 0, k = 0;

	while (i < base->len || k < head->len) {
		int order = i == base->len ? 1 : k == head->len ? -1 :
		    canon_cmp(&base->u.item[i], &head->u.item[k]);

		if (order < 0)
			json_push(a, &removed, base->u.item[i]);
		if (order > 0)
			json_push(a, &added, head->u.item[k]);
		i += order <= 0;
		k += order >= 0;
	}
	json_set(a, &o, "added", added);
	json_set(a, &o, "removed", removed);
	return o;
}

static struct json
sorted(struct arena *a, const struct json *list)
{
	struct json out = json_array();

	JSON_EACH(v, list)
		json_push(a, &out, *v);
	canon_sort(a, &out);
	return out;
}

struct json
diff_evidence(struct arena *a, const struct json *base,
    const struct json *head)
{
	struct digest from = evidence_digest(base, false);
	struct digest to = evidence_digest(head, false);
	struct json o = json_object(), x, y;
	struct map touched;

	json_set(a, &o, "base", digest_value(a, &from));
	json_set(a, &o, "components", diff_components(a,
	    json_get(base, "components"), json_get(head, "components"),
	    &touched));
	json_set(a, &o, "findings", diff_findings(a, base, head, &touched));
	json_set(a, &o, "head", digest_value(a, &to));
	json_set_z(a, &o, "kind", "prov.diff/v1");
	x = sorted(a, json_get(base, "unknowns"));
	y = sorted(a, json_get(head, "unknowns"));
	json_set(a, &o, "unknowns", diff_sets(a, &x, &y));
	x = statements(a, json_get(base, "vex"));
	y = statements(a, json_get(head, "vex"));
	json_set(a, &o, "vex", diff_sets(a, &x, &y));
	map_free(&touched);
	return o;
}

bool
diff_is_empty(const struct json *diff)
{
	JSON_MEMBERS(group, diff)
		if (group->value.type == JSON_OBJECT)
			JSON_MEMBERS(list, &group->value)
				if (list->value.len > 0)
					return false;
	return true;
}

struct json
diff_attach(struct arena *a, const struct json *head,
    const struct json *diff)
{
	struct json o = json_object();

	JSON_MEMBERS(m, head)
		json_set_slice(a, &o, (struct slice){ m->key, m->key_len },
		    m->value);
	json_set(a, &o, "diff", *diff);
	return o;
}
