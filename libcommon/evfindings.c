/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "alias.h"
#include "canon.h"
#include "evinner.h"

enum {
	GROUPS_FIRST = 64
};

struct opinion {
	struct opinion *next;
	const struct source *source;
	enum severity severity;
	int cvss;
	struct slice vector;
	bool suppressed;
};

struct group {
	struct slice component;
	struct slice id;
	enum fix_state fix;
	struct part_value *versions;
	struct opinion *opinions;
};

struct groups {
	struct group *item;
	size_t count, cap;
	struct map keys;
};

static struct group *
group_of(struct evidence *ev, struct groups *g, struct slice component,
    struct slice id)
{
	/* No key and no id holds a NUL that would not be escaped here: the
	 * length of the first part keeps the two apart. */
	char *key = arena_alloc(&ev->a, component.len + id.len + 32);
	size_t n = (size_t)snprintf(key, 32, "%zu:", component.len);
	size_t *at;
	bool fresh;

	memcpy(key + n, component.data, component.len);
	memcpy(key + n + component.len, id.data, id.len);
	at = map_put(&g->keys,
	    (struct slice){ key, n + component.len + id.len }, &fresh);
	if (!fresh)
		return &g->item[*at];
	if (g->count == g->cap) {
		g->cap = g->cap == 0 ? GROUPS_FIRST : g->cap * 2;
		g->item = mem_array(g->item, g->cap, sizeof(*g->item));
	}
	*at = g->count;
	memset(&g->item[g->count], 0, sizeof(*g->item));
	g->item[g->count].component = component;
	g->item[g->count].id = id;
	return &g->item[g->count++];
}

static void
add_opinion(struct evidence *ev, struct group *g, const struct source *s,
    const struct part_finding *f)
{
	struct opinion *o = g->opinions;

	/* Sources come one after the other: a repeated one is on top. */
	if (o == NULL || o->source != s) {
		o = arena_alloc(&ev->a, sizeof(*o));
		*o = (struct opinion){ g->opinions, s, f->severity, f->cvss,
		    f->vector, f->suppressed };
		g->opinions = o;
	}
	if (f->severity > o->severity)
		o->severity = f->severity;
	part_cvss(ev->all, f->vector, f->cvss, &o->cvss, &o->vector);
	o->suppressed = o->suppressed && f->suppressed;
	if (f->fix > g->fix)
		g->fix = f->fix;
	for (const struct part_value *v = f->versions; v != NULL; v = v->next)
		part_add(ev->all, &g->versions, v->value);
}

static struct json
opinion_json(struct arena *a, const struct opinion *o)
{
	struct json v = json_object();

	if (o->cvss >= 0)
		json_set(a, &v, "cvss", json_int(a, o->cvss));
	json_set_z(a, &v, "severity", part_severity_name(o->severity));
	json_set_z(a, &v, "source", o->source->digest);
	if (o->suppressed)
		json_set(a, &v, "suppressed", json_bool(true));
	if (o->vector.len > 0)
		json_set(a, &v, "vector", json_string(o->vector));
	return v;
}

static void
write_group(struct evidence *ev, struct alias *aliases, const struct group *g,
    struct arena *a, struct set *out)
{
	struct json v = json_object(), fix = json_object();
	struct json sources = json_array();
	enum severity severity = SEVERITY_UNKNOWN;
	struct slice vector = { NULL, 0 };
	bool suppressed = true;
	int cvss = -1;

	for (const struct opinion *o = g->opinions; o != NULL; o = o->next) {
		if (o->severity > severity)
			severity = o->severity;
		part_cvss(ev->all, o->vector, o->cvss, &cvss, &vector);
		suppressed = suppressed && o->suppressed;
		json_push(a, &sources, opinion_json(a, o));
	}
	canon_sort(a, &sources);
	json_set(a, &v, "aliases", alias_others(aliases, g->id, a));
	json_set(a, &v, "component", json_string(g->component));
	if (cvss >= 0)
		json_set(a, &v, "cvss", json_int(a, cvss));
	json_set_z(a, &fix, "state", part_fix_name(g->fix));
	json_set(a, &fix, "versions", part_list_json(a, g->versions));
	json_set(a, &v, "fix", fix);
	json_set(a, &v, "id", json_string(g->id));
	json_set_z(a, &v, "severity", part_severity_name(severity));
	json_set(a, &v, "sources", sources);
	if (suppressed)
		json_set(a, &v, "suppressed", json_bool(true));
	if (vector.len > 0)
		json_set(a, &v, "vector", json_string(vector));
	set_begin(out);
	canon_write(&out->text, &v);
	set_end(out);
}

void
evidence_findings(struct evidence *ev, struct set *out)
{
	struct alias *aliases = alias_open();
	struct groups groups = { 0 };
	struct arena a = { NULL, NULL, NULL };

	for (const struct source *s = ev->first; s != NULL; s = s->next)
		for (size_t i = 0; !s->repeated && i < s->part.findings; i++)
			alias_link(aliases, s->part.finding[i].ids);
	for (const struct source *s = ev->first; s != NULL; s = s->next)
		for (size_t i = 0; !s->repeated && i < s->part.findings;
		    i++) {
			const struct part_finding *f = &s->part.finding[i];
			struct slice *ids;
			size_t n;

			ids = alias_ids(aliases, f->ids, &ev->a, &n);
			for (size_t k = 0; k < n; k++)
				add_opinion(ev, group_of(ev, &groups,
				    s->part.component[f->component].key,
				    ids[k]), s, f);
		}
	for (size_t i = 0; i < groups.count; i++) {
		arena_reset(&a);
		write_group(ev, aliases, &groups.item[i], &a, out);
	}
	set_sort(out);
	arena_free(&a);
	mem_free(groups.item);
	map_free(&groups.keys);
	alias_close(aliases);
}
