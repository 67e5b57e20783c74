/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "document.h"
#include "format.h"
#include "intoto.h"
#include "shape.h"
#include "sidehash.h"

static const struct {
	const char *name;
	unsigned role;
} roles[] = {
	{ "sbom", ROLE_SBOM },
	{ "vex", ROLE_VEX },
	{ "findings", ROLE_FINDINGS },
	{ "attestation", ROLE_ATTESTATION }
};

enum {
	ROLES = sizeof(roles) / sizeof(roles[0])
};

bool
document_role(const char *name, unsigned *role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strcmp(name, roles[i].name) == 0) {
			*role = roles[i].role;
			return true;
		}
	return false;
}

static const char *
role_name(unsigned role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (role == roles[i].role)
			return roles[i].name;
	return "attestation";
}

enum status
document_options_check(const struct document_options *options, struct err *e)
{
	unsigned role;

	if (options->role != NULL && !document_role(options->role, &role))
		return err_bad(e, "--role %s: expected sbom, vex, findings "
		    "or attestation", options->role);
	if (options->format != NULL &&
	    format_named(slice_of(options->format)) == NULL)
		return err_bad(e, "--format %s: no such format",
		    options->format);
	for (size_t i = 0; i < options->feeds; i++) {
		const char *eq = strchr(options->feed[i], '=');

		if (eq == NULL || eq == options->feed[i] || eq[1] == '\0')
			return err_bad(e, "--feed %s: expected NAME=EPOCH",
			    options->feed[i]);
	}
	if (options->origin != NULL && options->origin[0] == '\0')
		return err_bad(e, "--origin is empty");
	return ERR_OK;
}

/* Documents that stand one object deeper than they should. */
static const struct json *
peel(const struct json *doc)
{
	static const char *const wrappers[] = { "Document", "sbom" };

	for (size_t i = 0; i < 2; i++) {
		const struct json *in = json_want(doc, wrappers[i],
		    JSON_OBJECT);

		if (in != NULL && json_get(in, "spdxVersion") != NULL &&
		    json_get(doc, "spdxVersion") == NULL)
			return in;
	}
	return doc;
}

static enum status
set_role(struct document *out, const struct document_options *options,
    const struct json *at, struct err *e)
{
	for (size_t i = 0; i < ROLES && out->role == 0; i++)
		if (out->serves & roles[i].role)
			out->role = roles[i].role;
	if (options->role == NULL)
		return ERR_OK;
	(void)document_role(options->role, &out->role);
	out->role_given = true;
	if (out->serves & out->role)
		return ERR_OK;
	return err_input(e, at->offset, "a %s document that does not serve "
	    "as %s", out->format->name, options->role);
}

enum status
document_recognise(const struct json *content,
    const struct document_options *options, struct arena *a,
    struct document *out, struct err *e)
{
	enum status rc;

	memset(out, 0, sizeof(*out));
	out->content = *content;
	out->signed_by = json_array();
	out->feeds = json_object();
	rc = intoto_unwrap(content, true, a, &out->inner, &out->subjects,
	    &out->lossy, e);
	if (rc != ERR_OK)
		return rc;
	out->inner = *peel(&out->inner);
	out->format = options->format != NULL ?
	    format_named(slice_of(options->format)) :
	    format_detect(&out->inner, e);
	if (out->format == NULL)
		return ERR_INPUT;
	rc = out->format->check(&out->inner, &out->version, &out->serves, e);
	if (rc == ERR_OK)
		rc = set_role(out, options, &out->inner, e);
	if (rc != ERR_OK)
		return rc;
	out->origin = slice_of(options->origin);
	for (size_t i = 0; i < options->feeds; i++) {
		const char *eq = strchr(options->feed[i], '=');

		json_set_slice(a, &out->feeds, (struct slice){
		    options->feed[i], (size_t)(eq - options->feed[i]) },
		    json_z(eq + 1));
	}
	return ERR_OK;
}

/* --- passing it on ------------------------------------------------------ */

static bool
wants(void *ctx, const struct json *object, struct slice key)
{
	int array;

	(void)ctx;
	/* Only of the document itself, which begins at offset 0. */
	return object->offset == 0 &&
	    format_wants(object, key, &array) != NULL;
}

static void
drop(void *ctx, const struct json *element, size_t count, struct arena *a)
{
	(void)ctx;
	(void)element;
	(void)count;
	(void)a;
}

const struct json_sieve document_sieve = { wants, drop, NULL };

void
document_write(const struct document *d, const struct digest *canonical,
    struct buf *before, struct buf *behind)
{
	struct arena a = { NULL, NULL, NULL };
	struct json o = json_object();
	char digest[DIGEST_TEXT + 1];
	struct slice rest;

	json_set(&a, &o, "digest", digest_value(&a, &d->digest));
	if (d->feeds.len > 0)
		json_set(&a, &o, "feeds", d->feeds);
	json_set_z(&a, &o, "format", d->format->name);
	json_set(&a, &o, "formatVersion", json_string(d->version));
	json_set_z(&a, &o, "kind", "prov.document/v1");
	if (d->lossy)
		json_set(&a, &o, "lossy", json_bool(true));
	json_set(&a, &o, "name", json_string(d->name));
	if (d->origin.len > 0)
		json_set(&a, &o, "origin", json_string(d->origin));
	json_set_z(&a, &o, "role", role_name(d->role));
	if (d->role_given)
		json_set(&a, &o, "roleGiven", json_bool(true));
	if (d->signed_by.len > 0)
		json_set(&a, &o, "signedBy", d->signed_by);
	json_set(&a, &o, "size", json_uint(&a, d->size));
	rest = canon_text(&a, &o);
	/* The two members that sort before all others. */
	digest_write(canonical, digest);
	buf_printf(before, "{\"canonicalDigest\":\"%s\",\"content\":", digest);
	buf_byte(behind, ',');
	buf_slice(behind, slice_cut(rest, 1, SIZE_MAX));
	arena_free(&a);
}

static const struct shape signer[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "provenAt", SHAPE_STRING, NULL },
	{ "logged", SHAPE_BOOL | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape record_shape[] = {
	{ "canonicalDigest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "content", SHAPE_ANY | SHAPE_NEEDED, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "feeds", SHAPE_MAP | SHAPE_STRING, NULL },
	{ "format", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "formatVersion", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "lossy", SHAPE_BOOL, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "origin", SHAPE_STRING, NULL },
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "roleGiven", SHAPE_BOOL, NULL },
	{ "signedBy", SHAPE_ARRAY, signer },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

bool
document_is_record(const struct json *v)
{
	return json_is(json_get(v, "kind"), "prov.document/v1");
}

static bool
hash_wants(void *ctx, const struct json *object, struct slice key)
{
	struct document_hash *h = ctx;

	if (!h->behind->wants(h->behind->ctx, object, key))
		return false;
	/* A record's content does not begin with the record. */
	if (h->hash == NULL && object->offset > 0) {
		h->hash = sidehash_open();
		h->from = h->upto = object->offset;
	}
	return true;
}

static void
hash_more(struct document_hash *h, struct slice text, uint32_t upto)
{
	(void)sidehash_add(h->hash, text.data + h->upto, upto - h->upto);
	h->upto = upto;
}

static void
hash_take(void *ctx, const struct json *element, size_t count, struct arena *a)
{
	struct document_hash *h = ctx;
	const struct json_stream *s = h->stream;

	if (h->hash != NULL)
		hash_more(h, slice_cut((struct slice){ s->window, s->len },
		    (size_t)(s->start - s->base), s->len),
		    element[count - 1].offset);
	h->behind->take(h->behind->ctx, element, count, a);
}

const struct json_sieve *
document_hash_sieve(struct document_hash *h, const struct json_sieve *behind,
    const struct json_stream *stream)
{
	document_hash_free(h);
	h->sieve = (struct json_sieve){ hash_wants, hash_take, h };
	h->behind = behind;
	h->stream = stream;
	return &h->sieve;
}

void
document_hash_free(struct document_hash *h)
{
	sidehash_close(h->hash);
	h->hash = NULL;
}

/* Of the content, which stands in text up to end. */
static struct digest
content_digest(struct document_hash *h, struct slice text, uint32_t from,
    uint32_t end)
{
	struct digest d;

	if (h->hash == NULL || h->from != from)
		return digest_bytes(slice_cut(text, from, end));
	hash_more(h, text, end);
	sidehash_take(h->hash, d.sha256);
	return d;
}

enum status
document_check_content(const struct json *record, struct slice text,
    struct document_hash *h, struct err *e)
{
	const struct json *content = json_get(record, "content");
	const struct json *stated = json_get(record, "canonicalDigest");
	struct digest expected, found;

	if (content == NULL || !digest_read(json_text(stated), &expected))
		return err_input(e, stated != NULL ? stated->offset :
		    record->offset, "prov.document/v1: canonicalDigest is no "
		    "digest");
	/* In canonical order the digest of the file comes next. */
	JSON_MEMBERS(m, record)
		if (m->key_offset > content->offset &&
		    slice_is((struct slice){ m->key, m->key_len },
		    "digest")) {
			found = content_digest(h, text, content->offset,
			    m->key_offset - 1);
			if (digest_equal(&found, &expected))
				return ERR_OK;
		}
	found = digest_json(content);
	if (digest_equal(&found, &expected))
		return ERR_OK;
	return err_input(e, content->offset, "prov.document/v1: the content "
	    "does not have the canonicalDigest that the record states");
}

enum status
document_read(const struct json *record, struct arena *a,
    struct document *out, struct err *e)
{
	struct document_options options = { NULL, NULL, NULL, NULL, 0 };
	enum status rc = shape_check(record, record_shape, "prov.document/v1",
	    e);
	const struct json *list;

	if (rc != ERR_OK)
		return rc;
	options.format = arena_dup(a, json_get_text(record, "format"));
	if (json_true(json_get(record, "roleGiven")))
		options.role = arena_dup(a, json_get_text(record, "role"));
	if (json_get(record, "origin") != NULL)
		options.origin = arena_dup(a,
		    json_get_text(record, "origin"));
	rc = document_options_check(&options, e);
	if (rc == ERR_OK)
		rc = document_recognise(json_get(record, "content"), &options,
		    a, out, e);
	if (rc != ERR_OK)
		return rc;
	out->name = json_get_text(record, "name");
	out->lossy = out->lossy || json_true(json_get(record, "lossy"));
	list = json_get(record, "signedBy");
	if (list != NULL)
		out->signed_by = *list;
	list = json_get(record, "feeds");
	if (list != NULL)
		out->feeds = *list;
	return ERR_OK;
}
