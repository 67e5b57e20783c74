/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "document.h"
#include "format.h"
#include "intoto.h"
#include "shape.h"

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
	struct document_sieve *s = ctx;
	int array;

	/* Only of the document itself, which begins at offset 0. */
	if (object->offset != 0 || s->key.data != NULL ||
	    format_wants(object, key, &array) == NULL)
		return false;
	s->key = key;
	return true;
}

static void
take(void *ctx, const struct json *element, size_t count, struct arena *a)
{
	struct document_sieve *s = ctx;

	(void)a;
	for (size_t i = 0; i < count; i++) {
		if (s->text.len > 0)
			buf_byte(&s->text, ',');
		canon_write(&s->text, element + i);
	}
}

const struct json_sieve *
document_sift(struct document_sieve *s)
{
	s->sieve = (struct json_sieve){ wants, take, s };
	s->key = (struct slice){ NULL, 0 };
	buf_reset(&s->text);
	return &s->sieve;
}

void
document_sieve_free(struct document_sieve *s)
{
	buf_free(&s->text);
}

/* The content, with what was taken of it behind its array's first element. */
static void
write_whole(const struct json *content, const struct document_sieve *s,
    struct buf *out)
{
	char before = '{';

	if (s == NULL || s->text.len == 0) {
		canon_write(out, content);
		return;
	}
	JSON_MEMBERS(m, content) {
		struct slice key = { m->key, m->key_len };
		struct json name = json_string(key);

		buf_byte(out, before);
		canon_write(out, &name);
		buf_byte(out, ':');
		canon_write(out, &m->value);
		if (slice_eq(key, s->key)) {
			out->data[out->len - 1] = ',';
			buf_slice(out, buf_get(&s->text));
			buf_byte(out, ']');
		}
		before = ',';
	}
	buf_byte(out, '}');
}

/* The two members that sort before all others.  The content is large: it is
 * written where it stays, and its digest put in front of it afterwards. */
static void
write_content(const struct document *d, const struct document_sieve *sieve,
    struct buf *out)
{
	char digest[DIGEST_TEXT + 1];
	struct digest canonical;
	size_t place, start;

	buf_text(out, "{\"canonicalDigest\":\"");
	place = out->len;
	memset(buf_room(out, DIGEST_TEXT), ' ', DIGEST_TEXT);
	out->len += DIGEST_TEXT;
	buf_text(out, "\",\"content\":");
	start = out->len;
	write_whole(&d->content, sieve, out);
	canonical = digest_bytes(slice_cut(buf_get(out), start, out->len));
	digest_write(&canonical, digest);
	memcpy(out->data + place, digest, DIGEST_TEXT);
}

void
document_write(const struct document *d, const struct document_sieve *sieve,
    struct buf *out)
{
	struct arena a = { NULL, NULL, NULL };
	struct json o = json_object();
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
	write_content(d, sieve, out);
	buf_byte(out, ',');
	buf_slice(out, slice_cut(rest, 1, SIZE_MAX));
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

enum status
document_check_content(const struct json *record, struct slice text,
    struct err *e)
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
			found = digest_bytes(slice_cut(text, content->offset,
			    m->key_offset - 1));
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
