/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "alias.h"
#include "canon.h"

enum {
	NODES_FIRST = 64
};

struct node {
	struct slice id;
	size_t parent;
	size_t next;		/* ring of all members of the chain */
	size_t cves;		/* in the chain; kept at its root */
	size_t best;		/* the preferred of them, at the root */
	struct part_value *beside;	/* ids it stands beside; only of the
					 * other sort, CVE or not */
};

struct alias {
	struct arena a;
	struct node *node;
	size_t count, cap;
	struct map ids;
};

struct alias *
alias_open(void)
{
	struct alias *s = mem_alloc(sizeof(*s));

	memset(s, 0, sizeof(*s));
	return s;
}

void
alias_close(struct alias *s)
{
	if (s == NULL)
		return;
	arena_free(&s->a);
	mem_free(s->node);
	map_free(&s->ids);
	mem_free(s);
}

static size_t
node_of(struct alias *s, struct slice id)
{
	bool fresh;
	size_t *at = map_put(&s->ids, id, &fresh);

	if (!fresh)
		return *at;
	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? NODES_FIRST : s->cap * 2;
		s->node = mem_array(s->node, s->cap, sizeof(*s->node));
	}
	*at = s->count;
	s->node[s->count] = (struct node){ id, s->count, s->count,
	    part_is_cve(id), s->count, NULL };
	return s->count++;
}

static size_t
root_of(struct alias *s, size_t i)
{
	while (s->node[i].parent != i) {
		s->node[i].parent = s->node[s->node[i].parent].parent;
		i = s->node[i].parent;
	}
	return i;
}

static void
join(struct alias *s, size_t x, size_t y)
{
	size_t a = root_of(s, x), b = root_of(s, y), next;

	if (a == b)
		return;
	s->node[b].parent = a;
	s->node[a].cves += s->node[b].cves;
	if (part_id_cmp(s->node[s->node[b].best].id,
	    s->node[s->node[a].best].id) < 0)
		s->node[a].best = s->node[b].best;
	next = s->node[a].next;
	s->node[a].next = s->node[b].next;
	s->node[b].next = next;
}

static void
stand_beside(struct alias *s, size_t at, struct slice id)
{
	struct part_value *v = arena_alloc(&s->a, sizeof(*v));

	*v = (struct part_value){ s->node[at].beside, { NULL, 0 }, id };
	s->node[at].beside = v;
}

void
alias_link(struct alias *s, const struct part_value *ids)
{
	size_t first = node_of(s, ids->value);

	for (const struct part_value *v = ids; v != NULL; v = v->next) {
		if (v != ids)
			join(s, first, node_of(s, v->value));
		if (!part_is_cve(v->value))
			continue;
		for (const struct part_value *w = ids; w != NULL; w = w->next)
			if (!part_is_cve(w->value)) {
				stand_beside(s, node_of(s, v->value),
				    w->value);
				stand_beside(s, node_of(s, w->value),
				    v->value);
			}
	}
}

struct slice *
alias_ids(struct alias *s, const struct part_value *ids, struct arena *a,
    size_t *count)
{
	size_t root = root_of(s, node_of(s, ids->value));
	struct json found = json_array();
	struct slice *out;

	if (s->node[root].cves > 1) {
		for (const struct part_value *v = ids; v != NULL; v = v->next)
			if (part_is_cve(v->value))
				json_push(a, &found, json_string(v->value));
		for (const struct part_value *v = ids;
		    v != NULL && found.len == 0; v = v->next)
			for (const struct part_value *w =
			    s->node[node_of(s, v->value)].beside; w != NULL;
			    w = w->next)
				json_push(a, &found, json_string(w->value));
		canon_sort(a, &found);
	}
	*count = found.len > 0 ? found.len : 1;
	out = arena_array(a, *count, sizeof(*out));
	out[0] = s->node[root].cves > 1 ? part_id(ids) :
	    s->node[s->node[root].best].id;
	for (size_t i = 0; i < found.len; i++)
		out[i] = json_text(&found.u.item[i]);
	return out;
}

struct json
alias_others(struct alias *s, struct slice id, struct arena *a)
{
	size_t at = node_of(s, id), root = root_of(s, at);
	struct json others = json_array();

	if (s->node[root].cves > 1) {
		if (part_is_cve(id))
			for (const struct part_value *v = s->node[at].beside;
			    v != NULL; v = v->next)
				json_push(a, &others, json_string(v->value));
	} else {
		for (size_t i = s->node[at].next; i != at;
		    i = s->node[i].next)
			json_push(a, &others, json_string(s->node[i].id));
	}
	canon_sort(a, &others);
	return others;
}
