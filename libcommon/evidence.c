/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "aside.h"
#include "canon.h"
#include "evinner.h"
#include "format.h"
#include "hex.h"
#include "sidehash.h"

enum {
	PIECE = 1024 * 1024,	/* bytes handed on at once */
	MANY = 4096,		/* components that are worth a thread */
	AHEAD = 8,		/* elements that memory is asked for */
	LINE = 64		/* bytes that memory gives at once */
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
	struct early *early = &ev->early;
	const struct format *format;
	int array;

	format = format_wants(object, key, &array);
	if (format == NULL)
		return false;
	if (early->source == NULL) {
		early->source = new_source(ev, &ev->e);
		early->format = format;
		early->offset = object->offset;
	} else if (early->format != format ||
	    early->offset != object->offset) {
		return false;	/* only one object can be the document */
	}
	early->array = array;
	return true;
}

static void
read_batch(void *ctx, const void *batch, size_t size)
{
	struct evidence *ev = ctx;
	const struct batch *b = batch;

	(void)size;
	ev->early.format->take(&ev->early.source->part, b->array, b->element,
	    b->count);
}

/* The first elements are read at once: most documents have no more. */
static void
take(void *ctx, const struct json *element, size_t count, struct arena *a)
{
	struct evidence *ev = ctx;
	struct early *early = &ev->early;
	struct batch *b = &early->batch[early->batches % BATCHES];
	const struct batch now = { .array = early->array, .element = element,
		.count = count };
	struct json *copy;
	struct arena spare;

	if (early->batches == 1)
		early->aside = aside_open(read_batch, ev);
	if (early->batches++ == 0) {
		read_batch(ev, &now, sizeof(now));
		return;
	}
	copy = arena_array(a, count, sizeof(*copy));
	memcpy(copy, element, count * sizeof(*copy));
	/* The batch takes the arena, and gives the one it had. */
	aside_wait(early->aside, b->ticket);
	spare = b->a;
	b->a = *a;
	*a = spare;
	b->array = early->array;
	b->element = copy;
	b->count = count;
	b->ticket = aside_give(early->aside, b, sizeof(*b));
}

/* All that was taken is read. */
static void
end_taking(struct early *early)
{
	aside_close(early->aside);
	early->aside = NULL;
	early->batches = 0;
	for (size_t i = 0; i < BATCHES; i++)
		arena_free(&early->batch[i].a);
	memset(early->batch, 0, sizeof(early->batch));
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

	end_taking(&ev->early);
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

/* Is it in this object that elements were taken?  An envelope or Statement
 * may have an array of that name beside what it holds. */
static bool
is_sifted(const struct json *doc)
{
	if (doc->type != JSON_OBJECT)
		return false;
	JSON_MEMBERS(m, doc)
		if (m->value.type == JSON_ARRAY && m->value.flag)
			return true;
	return false;
}

/* The source that d will be, with what was taken of it. */
static struct source *
source_of(struct evidence *ev, const struct document *d, struct err *e)
{
	struct source *s = ev->early.source;

	end_taking(&ev->early);
	if (s == NULL) {
		s = new_source(ev, e);
	} else if (ev->early.format != d->format || !is_sifted(&d->inner) ||
	    s->part.rc != ERR_OK) {
		(void)err_input(e, d->inner.offset, "read it again");
		return NULL;
	}
	s->part.e = e;
	part_inventory(&s->part, d->role == ROLE_SBOM);
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

		if (s != ev->early.source)
			part_free(p);
		return rc;
	}
	ev->early.source = NULL;
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

enum {
	PIECES = 4		/* that may not be hashed yet */
};

struct sink {
	void (*put)(void *ctx, struct slice piece);	/* NULL: nobody */
	void *ctx;
	struct sidehash *hash;				/* NULL: no digest */
	struct buf piece[PIECES];			/* a ring */
	uint64_t ticket[PIECES];
	struct buf *held;				/* one of them */
};

static void
sink_init(struct sink *k, void (*put)(void *ctx, struct slice piece),
    void *ctx, struct sidehash *hash)
{
	memset(k, 0, sizeof(*k));
	k->put = put;
	k->ctx = ctx;
	k->hash = hash;
	k->held = k->piece;
}

/* The pieces are hashed. */
static void
sink_free(struct sink *k)
{
	for (size_t i = 0; i < PIECES; i++)
		buf_free(&k->piece[i]);
}

static void
flush(struct sink *k)
{
	size_t now = (size_t)(k->held - k->piece), next = (now + 1) % PIECES;

	if (k->hash != NULL)
		k->ticket[now] = sidehash_add(k->hash, k->held->data,
		    k->held->len);
	if (k->put != NULL)
		k->put(k->ctx, buf_get(k->held));
	if (k->hash != NULL) {
		sidehash_wait(k->hash, k->ticket[next]);
		k->held = k->piece + next;
	}
	buf_reset(k->held);
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
	buf_text(k->held, before);
	buf_byte(k->held, '[');
	for (size_t i = 0; i < s->count; i++) {
		/* Sorted, they are all over the memory. */
		if (i + AHEAD < s->count)
			prefetch(set_item(s, i + AHEAD));
		if (i > 0)
			buf_byte(k->held, ',');
		buf_slice(k->held, set_item(s, i));
		if (k->held->len >= PIECE)
			flush(k);
	}
	buf_byte(k->held, ']');
}

static void
put_json(struct sink *k, const char *before, const struct json *v)
{
	buf_text(k->held, before);
	canon_write(k->held, v);
}

/* --- what each document contributes ------------------------------------- */

static void
write_dependencies(void *ctx, const void *dependencies, size_t size)
{
	(void)size;
	part_write_dependencies(ctx, (struct set *)(uintptr_t)dependencies);
}

/* The members that evidence and a contribution begin with. */
static void
put_inventory(struct sink *k, struct part *p)
{
	struct set components = { .count = 0 }, dependencies = { .count = 0 };
	struct aside *aside = NULL;

	/* Both only read the part, and have nothing else in common. */
	if (p->components >= MANY) {
		aside = aside_open(write_dependencies, p);
		(void)aside_give(aside, &dependencies, 0);
	} else {
		part_write_dependencies(p, &dependencies);
	}
	part_write_components(p, &components);
	put_set(k, "{\"components\":", &components);
	set_free(&components);
	aside_close(aside);
	put_set(k, ",\"dependencies\":", &dependencies);
	set_free(&dependencies);
	flush(k);
}

/* The digest of what s contributes, of which the inventory is in it. */
static void
digest_source(struct source *s, const struct part_sets *sets,
    struct sidehash *hash)
{
	struct sink k;
	struct json target = json_string(s->part.target.data != NULL ?
	    s->part.target : SLICE(""));
	struct digest d;

	sink_init(&k, NULL, NULL, hash);
	if (s->part.extra.len > 0) {
		buf_text(k.held, ",\"extra\":");
		buf_slice(k.held, s->part.extra);
	}
	put_set(&k, ",\"findings\":", &sets->findings);
	put_set(&k, ",\"roots\":", &sets->roots);
	put_json(&k, ",\"target\":", &target);
	put_set(&k, ",\"unknowns\":", &sets->unknowns);
	put_set(&k, ",\"vex\":", &sets->vex);
	buf_byte(k.held, '}');
	flush(&k);
	sidehash_take(hash, d.sha256);
	sink_free(&k);
	digest_write(&d, s->digest);
}

/* Fills every digest. */
static void
digest_sources(struct evidence *ev)
{
	struct sidehash *hash = sidehash_open();
	struct map seen = { 0 };
	struct sink k;

	sink_init(&k, NULL, NULL, hash);
	for (struct source *s = ev->first; s != NULL; s = s->next) {
		struct part_sets sets;
		bool fresh;

		memset(&sets, 0, sizeof(sets));
		part_write(&s->part, &sets);
		put_inventory(&k, &s->part);
		digest_source(s, &sets, hash);
		part_sets_free(&sets);
		(void)map_put(&seen, slice_of(s->digest), &fresh);
		s->repeated = !fresh;
	}
	sidehash_close(hash);
	sink_free(&k);
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
merge(struct evidence *ev)
{
	digest_sources(ev);
	for (const struct source *s = ev->first; s != NULL; s = s->next) {
		if (s->serves & ROLE_SBOM)
			ev->has_sbom = true;
		if (!s->repeated)
			part_merge(ev->all, &s->part);
	}
}

/* All behind the inventory, which may say more than the documents did. */
static void
put_others(struct evidence *ev, struct part_sets *sets,
    const struct json *feeds, const struct json *subject, struct sink *k)
{
	struct set documents = { .count = 0 };

	set_free(&sets->findings);
	evidence_findings(ev, &sets->findings);
	set_free(&sets->vex);
	write_statements(ev, &sets->vex);
	set_free(&sets->unknowns);
	part_write_unknowns(ev->all, &sets->unknowns);
	write_documents(ev, &documents);
	put_set(k, ",\"documents\":", &documents);
	put_json(k, ",\"feeds\":", feeds);
	put_set(k, ",\"findings\":", &sets->findings);
	buf_text(k->held, ",\"kind\":\"prov.evidence/v1\"");
	put_json(k, ",\"subject\":", subject);
	put_set(k, ",\"unknowns\":", &sets->unknowns);
	put_set(k, ",\"vex\":", &sets->vex);
	buf_byte(k->held, '}');
	flush(k);
	set_free(&documents);
}

enum status
evidence_write(struct evidence *ev, const struct evidence_subject *subject,
    void (*put)(void *ctx, struct slice piece), void *ctx, struct err *e)
{
	bool alone = ev->first != NULL && ev->first->next == NULL;
	struct sidehash *hash = alone ? sidehash_open() : NULL;
	struct part_sets sets;
	struct json feeds, about;
	struct sink k;
	enum status rc;

	memset(&sets, 0, sizeof(sets));
	sink_init(&k, put, ctx, hash);
	resolve_links(ev);
	if (alone)
		take_one(ev, &sets);
	else
		merge(ev);
	feeds = merge_feeds(ev);
	rc = evidence_about(ev, subject, &about, e);
	if (rc == ERR_OK) {
		/* One document's inventory is put and hashed at once. */
		put_inventory(&k, ev->all);
		if (alone)
			digest_source(ev->first, &sets, hash);
		k.hash = NULL;
		find_strangers(ev);
		put_others(ev, &sets, &feeds, &about, &k);
	}
	part_sets_free(&sets);
	sidehash_close(hash);
	sink_free(&k);
	return rc;
}
