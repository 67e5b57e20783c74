/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "alias.h"
#include "canon.h"
#include "evidence.h"
#include "format.h"
#include "hex.h"
#include "purl.h"

enum {
	GROUPS_FIRST = 64,
	PIECE = 64 * 1024,	/* bytes handed on at once */
	AHEAD = 8,		/* elements that memory is asked for */
	LINE = 64		/* bytes that memory gives at once */
};

/* One document's contribution and what stands beside it. */
struct source {
	struct source *next;
	struct part part;
	unsigned serves;
	const char *format;
	struct slice version;
	struct slice origin;
	struct json signed_by;
	struct json feeds;	/* {name: epoch} */
	struct json subjects;	/* ["alg:hex"] */
	char digest[DIGEST_TEXT + 1];
	bool repeated;		/* another source contributes the same */
};

/* The document that is being parsed, of which a sieve takes elements. */
struct early {
	struct json_sieve sieve;
	struct source *source;		/* NULL: nothing was wanted */
	const struct format *format;	/* that wanted them */
	uint32_t offset;		/* of the object they are in */
};

struct evidence {
	struct arena a;
	struct source *first;
	struct err e;
	struct early early;
	/* The merged inventory: merged, or the only document's own. */
	struct part merged;
	struct part *all;
	bool has_sbom;
};

struct evidence *
evidence_open(void)
{
	struct evidence *ev = mem_alloc(sizeof(*ev));

	memset(ev, 0, sizeof(*ev));
	part_init(&ev->merged, &ev->a, &ev->e);
	ev->all = &ev->merged;
	return ev;
}

void
evidence_close(struct evidence *ev)
{
	if (ev == NULL)
		return;
	for (struct source *s = ev->first; s != NULL; s = s->next)
		part_free(&s->part);
	(void)evidence_sifted(ev);
	part_free(&ev->merged);
	arena_free(&ev->a);
	mem_free(ev);
}

/* --- while it is parsed ------------------------------------------------- */

static struct source *
new_source(struct evidence *ev, struct err *e)
{
	struct source *s = arena_zalloc(&ev->a, sizeof(*s));

	part_init(&s->part, &ev->a, e);
	return s;
}

static bool
wants(void *ctx, const struct json *object, struct slice key)
{
	struct evidence *ev = ctx;
	const struct format *format = format_wants(object, key);

	/* One array a document: a second one stays in the tree. */
	if (format == NULL || ev->early.source != NULL)
		return false;
	ev->early.source = new_source(ev, &ev->e);
	ev->early.format = format;
	ev->early.offset = object->offset;
	return true;
}

static void
take(void *ctx, const struct json *element)
{
	struct evidence *ev = ctx;

	ev->early.format->take(&ev->early.source->part, element);
}

const struct json_sieve *
evidence_sieve(struct evidence *ev)
{
	(void)evidence_sifted(ev);
	ev->early.sieve = (struct json_sieve){ wants, take, ev };
	return &ev->early.sieve;
}

bool
evidence_sifted(struct evidence *ev)
{
	bool sifted = ev->early.source != NULL;

	if (sifted)
		part_free(&ev->early.source->part);
	ev->early.source = NULL;
	return sifted;
}

/* --- one document ------------------------------------------------------- */

static struct json
subject_digests(struct part *p, struct arena *a, const struct json *subjects)
{
	struct json out = json_array();

	if (subjects->type != JSON_ARRAY)
		return out;
	JSON_EACH(subject, subjects) {
		const struct json *digests = json_want(subject, "digest",
		    JSON_OBJECT);

		if (digests == NULL)
			continue;
		JSON_MEMBERS(m, digests) {
			struct part_product one;

			memset(&one, 0, sizeof(one));
			part_product_digest(p, &one, (struct slice){ m->key,
			    m->key_len }, json_text(&m->value));
			if (one.digest.len > 0)
				json_push(a, &out, json_string(one.digest));
		}
	}
	canon_sort(a, &out);
	return out;
}

/* The source that d will be, with what was taken of it. */
static struct source *
source_of(struct evidence *ev, const struct document *d, struct err *e)
{
	struct source *s = ev->early.source;

	if (s == NULL) {
		s = new_source(ev, e);
	} else if (ev->early.format != d->format ||
	    ev->early.offset != d->inner.offset || s->part.rc != ERR_OK) {
		(void)err_input(e, d->inner.offset, "read it again");
		return NULL;
	}
	s->part.e = e;
	part_inventory(&s->part, d->role == ROLE_SBOM);
	ev->early.source = NULL;
	return s;
}

enum status
evidence_add(struct evidence *ev, const struct document *d, struct err *e)
{
	struct source *s = source_of(ev, d, e);
	struct part *p;

	if (s == NULL)
		return ERR_INPUT;
	p = &s->part;
	p->subjects = d->subjects.type == JSON_ARRAY ? &d->subjects : NULL;
	s->serves = d->role_given && d->role != ROLE_SBOM ?
	    (d->serves & ~(unsigned)ROLE_SBOM) | d->role : d->serves;
	s->format = d->format->name;
	s->version = arena_slice(&ev->a, d->version);
	s->origin = arena_slice(&ev->a, d->origin);
	s->signed_by = json_copy(&ev->a, &d->signed_by);
	s->feeds = json_copy(&ev->a, &d->feeds);
	s->subjects = subject_digests(p, &ev->a, &d->subjects);
	d->format->read(p, &d->inner);
	if (p->rc != ERR_OK) {
		enum status rc = p->rc;

		part_free(p);
		return rc;
	}
	if (d->lossy)
		part_unknown(p, "AnalyzerLimit", (struct slice){ NULL, 0 },
		    "a whole number was changed by reading it as a double");
	for (const struct part_value *f = p->feeds; f != NULL; f = f->next)
		if (json_get_slice(&s->feeds, f->name) == NULL)
			json_set_slice(&ev->a, &s->feeds, f->name,
			    json_string(f->value));
	p->subjects = NULL;
	arena_free(&p->scratch);
	s->next = ev->first;
	ev->first = s;
	return ERR_OK;
}

/* --- BOM-Links ---------------------------------------------------------- */

/* The fragment is the percent-encoded bom-ref. */
static struct slice
decode(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int high, low;

		if (s.data[i] == '%' && i + 2 < s.len &&
		    (high = hex_digit(s.data[i + 1])) >= 0 &&
		    (low = hex_digit(s.data[i + 2])) >= 0) {
			out[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[n++] = s.data[i];
		}
	}
	return (struct slice){ out, n };
}

static void
resolve_link(struct evidence *ev, struct part *p,
    struct part_product *product)
{
	size_t hash = slice_find(product->link, '#');
	struct slice serial = slice_cut(product->link, 0, hash);
	struct slice ref = slice_cut(product->link, hash + 1, SIZE_MAX);

	for (struct source *s = ev->first; s != NULL; s = s->next) {
		struct part_product found;
		uint32_t c;

		if (!slice_eq(s->part.serial, serial))
			continue;
		c = hash < product->link.len ?
		    part_labelled(&s->part, decode(&ev->a, ref)) :
		    s->part.roots == 1 ? s->part.root[0] : PART_NONE;
		if (c == PART_NONE)
			continue;
		memset(&found, 0, sizeof(found));
		part_product_component(&s->part, &found, c);
		product->key = found.key;
		product->purl = found.purl;
		product->cpe = found.cpe;
		product->link = (struct slice){ NULL, 0 };
		if (product->versions.len > 0)
			part_product_version(p, product, product->versions,
			    true);
		return;
	}
	product->link = (struct slice){ NULL, 0 };
	part_unknown(p, "Identity", (struct slice){ NULL, 0 },
	    "a statement names a component of a BOM that is not here");
}

static void
resolve_links(struct evidence *ev)
{
	for (struct source *s = ev->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->part.statements; i++)
			for (struct part_product *t =
			    s->part.statement[i].products; t != NULL;
			    t = t->next)
				if (t->link.len > 0)
					resolve_link(ev, &s->part, t);
}

/* --- writing in pieces -------------------------------------------------- */

struct sink {
	void (*put)(void *ctx, struct slice piece);	/* NULL: nobody */
	void *ctx;
	struct sha256 *hash;				/* NULL: no digest */
	struct buf held;
};

static void
flush(struct sink *k)
{
	if (k->hash != NULL)
		sha256_add(k->hash, k->held.data, k->held.len);
	if (k->put != NULL)
		k->put(k->ctx, buf_get(&k->held));
	buf_reset(&k->held);
}

static void
prefetch(struct slice s)
{
	for (size_t i = 0; i < s.len && i < 8 * LINE; i += LINE)
		__builtin_prefetch(s.data + i);
}

static void
put_set(struct sink *k, const char *before, const struct set *s)
{
	buf_text(&k->held, before);
	buf_byte(&k->held, '[');
	for (size_t i = 0; i < s->count; i++) {
		/* Sorted, they are all over the memory. */
		if (i + AHEAD < s->count)
			prefetch(set_item(s, i + AHEAD));
		if (i > 0)
			buf_byte(&k->held, ',');
		buf_slice(&k->held, set_item(s, i));
		if (k->held.len >= PIECE)
			flush(k);
	}
	buf_byte(&k->held, ']');
}

static void
put_json(struct sink *k, const char *before, const struct json *v)
{
	buf_text(&k->held, before);
	canon_write(&k->held, v);
}

/* --- what each document contributes ------------------------------------- */

/* The members that evidence and a contribution begin with. */
static void
put_inventory(struct sink *k, const struct part_sets *sets)
{
	put_set(k, "{\"components\":", &sets->components);
	put_set(k, ",\"dependencies\":", &sets->dependencies);
	flush(k);
}

/* The digest of what s contributes, of which the inventory is in it. */
static void
digest_source(struct source *s, const struct part_sets *sets,
    struct sha256 *hash)
{
	struct sink k = { NULL, NULL, hash, { NULL, 0, 0 } };
	struct json target = json_string(s->part.target.data != NULL ?
	    s->part.target : SLICE(""));
	struct digest d;

	if (s->part.extra.len > 0) {
		buf_text(&k.held, ",\"extra\":");
		buf_slice(&k.held, s->part.extra);
	}
	put_set(&k, ",\"findings\":", &sets->findings);
	put_set(&k, ",\"roots\":", &sets->roots);
	put_json(&k, ",\"target\":", &target);
	put_set(&k, ",\"unknowns\":", &sets->unknowns);
	put_set(&k, ",\"vex\":", &sets->vex);
	buf_byte(&k.held, '}');
	flush(&k);
	buf_free(&k.held);
	d = digest_take(hash);
	digest_write(&d, s->digest);
}

/* Fills every digest. */
static void
digest_sources(struct evidence *ev)
{
	struct sha256 hash;
	struct sink k = { NULL, NULL, &hash, { NULL, 0, 0 } };
	struct map seen = { NULL, 0, 0 };

	sha256_init(&hash);
	for (struct source *s = ev->first; s != NULL; s = s->next) {
		struct part_sets sets;
		bool fresh;

		memset(&sets, 0, sizeof(sets));
		part_write(&s->part, &sets);
		put_inventory(&k, &sets);
		digest_source(s, &sets, &hash);
		part_sets_free(&sets);
		(void)map_put(&seen, slice_of(s->digest), &fresh);
		s->repeated = !fresh;
	}
	buf_free(&k.held);
	map_free(&seen);
}

/* --- documents, feeds --------------------------------------------------- */

static void
write_document(struct set *out, const struct source *s, const char *role,
    struct arena *a)
{
	struct json o = json_object(), feeds = json_array();

	json_set_z(a, &o, "source", s->digest);
	json_set_z(a, &o, "format", s->format);
	json_set(a, &o, "formatVersion", json_string(s->version));
	json_set_z(a, &o, "role", role);
	json_set(a, &o, "signedBy", s->signed_by.type == JSON_ARRAY ?
	    s->signed_by : json_array());
	if (s->origin.len > 0)
		json_set(a, &o, "origin", json_string(s->origin));
	if (s->subjects.len > 0)
		json_set(a, &o, "subjects", s->subjects);
	JSON_MEMBERS(m, &s->feeds)
		json_push(a, &feeds, json_string((struct slice){ m->key,
		    m->key_len }));
	canon_sort(a, &feeds);
	if (feeds.len > 0 && strcmp(role, "findings") == 0)
		json_set(a, &o, "feeds", feeds);
	set_begin(out);
	canon_write(&out->text, &o);
	set_end(out);
}

static void
write_documents(struct evidence *ev, struct set *out)
{
	static const char *const roles[] = {
		"sbom", "vex", "findings", "attestation"
	};

	for (const struct source *s = ev->first; s != NULL; s = s->next)
		for (int i = 0; i < 4; i++)
			if (s->serves & 1u << i)
				write_document(out, s, roles[i], &ev->a);
	set_sort(out);
}

/* Of two epochs of one feed the smaller text: the older. */
static struct json
merge_feeds(struct evidence *ev)
{
	struct json out = json_object();

	for (const struct source *s = ev->first; s != NULL; s = s->next)
		JSON_MEMBERS(m, &s->feeds) {
			struct slice name = { m->key, m->key_len };
			const struct json *old = json_get_slice(&out, name);

			if (old != NULL && !json_equal(old, &m->value))
				part_unknown(ev->all, "FeedGap",
				    (struct slice){ NULL, 0 },
				    "two documents rest on different epochs "
				    "of feed %.*s", (int)name.len, name.data);
			if (old == NULL || slice_cmp(json_text(&m->value),
			    json_text(old)) < 0)
				json_set_slice(&ev->a, &out, name, m->value);
		}
	return out;
}

/* --- findings ----------------------------------------------------------- */

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

static void
write_findings(struct evidence *ev, struct set *out)
{
	struct alias *aliases = alias_open();
	struct groups groups = { NULL, 0, 0, { NULL, 0, 0 } };
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

/* --- statements, unknowns ----------------------------------------------- */

static void
write_statements(struct evidence *ev, struct set *out)
{
	struct arena a = { NULL, NULL, NULL };

	for (const struct source *s = ev->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->part.statements; i++) {
			struct json v;

			arena_reset(&a);
			v = part_statement_json(&a, &s->part.statement[i]);
			json_set_z(&a, &v, "source", s->digest);
			set_begin(out);
			canon_write(&out->text, &v);
			set_end(out);
		}
	set_sort(out);
	arena_free(&a);
}

/* --- the subject -------------------------------------------------------- */

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

static enum status
subject_json(struct evidence *ev, const struct evidence_subject *given,
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

/* --- all ---------------------------------------------------------------- */

/* A finding on something that no SBOM lists says that one of them is wrong
 * about what is there. */
static void
find_strangers(struct evidence *ev)
{
	for (uint32_t i = 0; ev->has_sbom && i < ev->all->components; i++)
		if (ev->all->component[i].found &&
		    !ev->all->component[i].inventory)
			part_unknown(ev->all, "Identity",
			    ev->all->component[i].key,
			    "a finding names a component that no SBOM lists");
}

/* One document's part is all there is. */
static void
take_one(struct evidence *ev, struct part_sets *sets)
{
	ev->all = &ev->first->part;
	ev->has_sbom = ev->first->serves & ROLE_SBOM;
	part_write(ev->all, sets);
}

static void
merge(struct evidence *ev, struct part_sets *sets)
{
	digest_sources(ev);
	for (const struct source *s = ev->first; s != NULL; s = s->next) {
		if (s->serves & ROLE_SBOM)
			ev->has_sbom = true;
		if (!s->repeated)
			part_merge(ev->all, &s->part);
	}
	part_write_inventory(ev->all, &sets->components,
	    &sets->dependencies);
}

/* All behind the inventory, which may say more than the documents did. */
static void
put_others(struct evidence *ev, struct part_sets *sets,
    const struct json *feeds, const struct json *subject, struct sink *k)
{
	struct set documents = { { NULL, 0, 0 }, NULL, 0, 0 };

	set_free(&sets->findings);
	write_findings(ev, &sets->findings);
	set_free(&sets->vex);
	write_statements(ev, &sets->vex);
	set_free(&sets->unknowns);
	part_write_unknowns(ev->all, &sets->unknowns);
	write_documents(ev, &documents);
	put_set(k, ",\"documents\":", &documents);
	put_json(k, ",\"feeds\":", feeds);
	put_set(k, ",\"findings\":", &sets->findings);
	buf_text(&k->held, ",\"kind\":\"prov.evidence/v1\"");
	put_json(k, ",\"subject\":", subject);
	put_set(k, ",\"unknowns\":", &sets->unknowns);
	put_set(k, ",\"vex\":", &sets->vex);
	buf_byte(&k->held, '}');
	flush(k);
	set_free(&documents);
}

enum status
evidence_write(struct evidence *ev, const struct evidence_subject *subject,
    void (*put)(void *ctx, struct slice piece), void *ctx, struct err *e)
{
	bool alone = ev->first != NULL && ev->first->next == NULL;
	struct part_sets sets;
	struct sha256 hash;
	struct sink k = { put, ctx, alone ? &hash : NULL, { NULL, 0, 0 } };
	struct json feeds, about;
	enum status rc;

	memset(&sets, 0, sizeof(sets));
	resolve_links(ev);
	if (alone)
		take_one(ev, &sets);
	else
		merge(ev, &sets);
	feeds = merge_feeds(ev);
	rc = subject_json(ev, subject, &about, e);
	if (rc == ERR_OK) {
		/* One document's inventory is put and hashed at once. */
		sha256_init(&hash);
		put_inventory(&k, &sets);
		if (alone)
			digest_source(ev->first, &sets, &hash);
		k.hash = NULL;
		find_strangers(ev);
		put_others(ev, &sets, &feeds, &about, &k);
	}
	part_sets_free(&sets);
	buf_free(&k.held);
	return rc;
}
