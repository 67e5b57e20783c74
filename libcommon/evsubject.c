/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "evinner.h"
#include "purl.h"

struct subject {
	struct slice key, name, version, purl, digest;
};

static void
subject_of(struct subject *out, const struct part_component *c)
{
	const struct part_value *sha256 = NULL;
	size_t n = 0;

	out->key = c->key;
	out->name = c->name;
	out->version = c->version;
	out->purl = c->purl;
	for (const struct part_value *h = c->hashes; h != NULL; h = h->next)
		if (slice_is(h->name, "sha256") &&
		    (sha256 == NULL || !slice_eq(h->value, sha256->value))) {
			sha256 = h;
			n++;
		}
	if (n == 1)
		out->digest = sha256->value;
}

/* NAME@VERSION, or a purl.  The component it is, where there is one. */
static enum status
subject_named(struct evidence *ev, const char *given, struct subject *out,
    struct err *e)
{
	struct slice text = slice_of(given);
	struct part_names names = { .purl = { NULL, 0 } };
	struct part *all = ev->all;
	uint32_t before = all->components, c;
	size_t at = text.len;

	if (slice_starts(text, "pkg:")) {
		struct purl purl;

		if (purl_parse(text, PURL_STRICT, &ev->a, &purl, e) != ERR_OK)
			return ERR_INPUT;
		names.purl = text;
	} else {
		while (at > 1 && text.data[at - 1] != '@')
			at--;
		if (at <= 1)
			at = text.len + 1;
		names.name = slice_cut(text, 0, at - 1);
		names.version = slice_cut(text, at, SIZE_MAX);
		if (names.name.len == 0)
			return err_bad(e, "--subject \"%s\": expected "
			    "NAME@VERSION", given);
		for (uint32_t i = 0; i < before; i++)
			if (slice_eq(all->component[i].name, names.name) &&
			    slice_eq(all->component[i].version,
			    names.version) && (out->key.len == 0 ||
			    slice_cmp(all->component[i].key, out->key) < 0)) {
				memset(out, 0, sizeof(*out));
				subject_of(out, &all->component[i]);
			}
		if (out->key.len > 0)
			return ERR_OK;
	}
	all->inventory = false;
	c = part_component(all, &names);
	all->inventory = true;
	subject_of(out, &all->component[c]);
	return ERR_OK;
}

/* What the documents are about: roots, or what a scanner looked at. */
static void
subject_found(struct evidence *ev, struct subject *out)
{
	struct json keys = json_array(), targets = json_array();
	struct part *all = ev->all;
	size_t n = 0;

	for (size_t i = 0; i < all->roots; i++)
		json_push(&ev->a, &keys,
		    json_string(all->component[all->root[i]].key));
	canon_sort(&ev->a, &keys);
	for (const struct source *s = ev->first; s != NULL; s = s->next)
		if (s->part.target.len > 0 && (!ev->has_sbom ||
		    s->serves & ROLE_SBOM))
			json_push(&ev->a, &targets,
			    json_string(s->part.target));
	canon_sort(&ev->a, &targets);
	if (keys.len > 0) {
		size_t *at = map_find(&all->keys, json_text(keys.u.item));

		subject_of(out, &all->component[*at]);
		n = keys.len;
	} else {
		out->name = targets.len > 0 ?
		    json_text(targets.u.item) : SLICE("unknown");
		out->key = purl_name_key(&ev->a, (struct slice){ NULL, 0 },
		    out->name, (struct slice){ NULL, 0 });
		n = targets.len;
		keys = targets;
	}
	if (n == 0)
		part_unknown(all, "Identity", (struct slice){ NULL, 0 },
		    "no document names its subject");
	if (n > 1) {
		struct slice list = canon_text(&ev->a, &keys);

		part_unknown(all, "Identity", out->key,
		    "the documents are about several subjects: %.*s",
		    (int)(list.len < 400 ? list.len : 400), list.data);
	}
}

enum status
evidence_about(struct evidence *ev, const struct evidence_subject *given,
    struct json *out, struct err *e)
{
	struct subject s;
	struct json v = json_object();
	enum status rc = ERR_OK;

	memset(&s, 0, sizeof(s));
	if (given->name != NULL)
		rc = subject_named(ev, given->name, &s, e);
	else
		subject_found(ev, &s);
	if (rc != ERR_OK)
		return rc;
	if (given->digest != NULL)
		json_set(&ev->a, &v, "digest",
		    digest_value(&ev->a, given->digest));
	else if (s.digest.len == DIGEST_SIZE * 2)
		json_set(&ev->a, &v, "digest", json_z(arena_printf(&ev->a,
		    "sha256:%.*s", (int)s.digest.len, s.digest.data)));
	json_set(&ev->a, &v, "key", json_string(s.key));
	json_set(&ev->a, &v, "name", json_string(s.name));
	if (s.purl.len > 0)
		json_set(&ev->a, &v, "purl", json_string(s.purl));
	json_set(&ev->a, &v, "version", json_string(s.version.data != NULL ?
	    s.version : SLICE("")));
	*out = v;
	return ERR_OK;
}
