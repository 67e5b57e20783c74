/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "canon.h"
#include "entrydoc.h"
#include "entryrec.h"
#include "shape.h"
#include "timefmt.h"

/* --- writing ------------------------------------------------------------ */

/* Put in the document as JSON; canonical bytes come out as they went in. */
static enum status
embed(struct json *o, const char *name, struct slice text, struct arena *a,
    struct err *e)
{
	struct json v;
	enum status rc = json_parse(text, &json_own, a, &v, e);

	if (rc == ERR_OK)
		json_set(a, o, name, v);
	return rc;
}

static enum status
write_envelopes(struct entry_store *s, const struct entry *entry, bool full,
    struct arena *a, struct json *list, struct err *e)
{
	*list = json_array();
	for (size_t i = 0; i < entry->envelopes; i++) {
		const struct digest *d = &entry->envelope[i].digest;
		struct json o = json_object();
		struct slice bytes;
		enum status rc;

		if (full) {
			rc = entry_envelope(s, d, a, &bytes, e);
			if (rc != ERR_OK)
				return rc;
			json_set(a, &o, "bytes", json_string(b64_text(a,
			    bytes)));
		}
		json_set(a, &o, "digest", digest_value(a, d));
		json_push(a, list, o);
	}
	canon_sort(a, list);
	return ERR_OK;
}

static enum status
write_parts(struct entry_store *s, const struct entry *entry, struct arena *a,
    struct json *list, struct err *e)
{
	*list = json_array();
	if (!entry->has_parts)
		return ERR_OK;
	for (unsigned i = 0; i < MERKLEDOC_ROLES; i++) {
		struct json o = json_object();
		struct slice bytes;
		enum status rc = entry_part(s, entry, i, a, &bytes, e);

		if (rc == ERR_NO)
			continue;
		if (rc != ERR_OK)
			return rc;
		json_set(a, &o, "bytes", json_string(b64_text(a, bytes)));
		json_set_z(a, &o, "role", merkledoc_role_name[i]);
		json_push(a, list, o);
	}
	return ERR_OK;
}

enum status
entrydoc_write(struct entry_store *s, const struct entry *entry, bool full,
    struct arena *a, struct json *out, struct err *e)
{
	struct json o = json_object(), list;
	enum status rc;

	if ((rc = embed(&o, "decision", entry->decision, a, e)) != ERR_OK ||
	    (rc = write_envelopes(s, entry, full, a, &list, e)) != ERR_OK)
		return rc;
	if (json_count(&list) > 0)
		json_set(a, &o, "envelopes", list);
	json_set_z(a, &o, "expiresAt", timefmt_text(a, entry->expires));
	if ((rc = embed(&o, "inputs", entry->inputs, a, e)) != ERR_OK)
		return rc;
	json_set_z(a, &o, "kind", ENTRYDOC_KIND);
	json_set_z(a, &o, "origin", entry->foreign ? "foreign" : "computed");
	if (full) {
		rc = write_parts(s, entry, a, &list, e);
		if (rc != ERR_OK)
			return rc;
		if (json_count(&list) > 0)
			json_set(a, &o, "parts", list);
	}
	json_set(a, &o, "veriKey", digest_value(a, &entry->verikey));
	rc = embed(&o, "verdict", entry->verdict, a, e);
	*out = o;
	return rc;
}

/* --- reading ------------------------------------------------------------ */

static const struct shape envelope_shape[] = {
	{ "bytes", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape part_shape[] = {
	{ "bytes", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape entry_shape[] = {
	{ "decision", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "envelopes", SHAPE_ARRAY, envelope_shape },
	{ "expiresAt", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "inputs", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "origin", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "parts", SHAPE_ARRAY, part_shape },
	{ "verdict", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "veriKey", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static enum status
read_envelopes(const struct json *list, struct arena *a, struct entry *out,
    struct err *e)
{
	out->envelope = arena_zalloc(a, (json_count(list) + 1) *
	    sizeof(*out->envelope));
	if (list == NULL)
		return ERR_OK;
	JSON_EACH(v, list) {
		struct entry_envelope *env = &out->envelope[out->envelopes];
		const struct json *bytes = json_get(v, "bytes");

		if (!digest_read(json_get_text(v, "digest"), &env->digest))
			return err_input(e, v->offset,
			    "an envelope's digest is none");
		if (bytes == NULL)
			continue;	/* the line names it, no more */
		if (!b64_bytes(a, json_text(bytes), &env->bytes))
			return err_input(e, bytes->offset,
			    "an envelope's bytes are not base64");
		out->envelopes++;
	}
	return ERR_OK;
}

static enum status
read_parts(const struct json *list, struct arena *a, struct entry *out,
    struct err *e)
{
	if (list == NULL)
		return ERR_OK;
	JSON_EACH(v, list) {
		struct slice role = json_get_text(v, "role");
		unsigned i = 0;

		while (i < MERKLEDOC_ROLES &&
		    !slice_is(role, merkledoc_role_name[i]))
			i++;
		if (i == MERKLEDOC_ROLES || out->part[i].data != NULL)
			return err_input(e, v->offset,
			    "a part's role is unknown or there twice");
		if (!b64_bytes(a, json_get_text(v, "bytes"), &out->part[i]))
			return err_input(e, v->offset,
			    "a part's bytes are not base64");
		if (out->part[i].data == NULL)
			out->part[i].data = "";
	}
	return ERR_OK;
}

enum status
entrydoc_read(const struct json *doc, struct arena *a, struct entry *out,
    struct err *e)
{
	struct slice origin = json_get_text(doc, "origin");
	struct entryrec_dep *deps;
	struct digest key;
	char expires[TIMEFMT_LEN + 1];
	size_t n;
	enum status rc = shape_check(doc, entry_shape, ENTRYDOC_KIND, e);

	memset(out, 0, sizeof(*out));
	if (rc != ERR_OK)
		return rc;
	out->verdict = canon_text(a, json_get(doc, "verdict"));
	out->decision = canon_text(a, json_get(doc, "decision"));
	out->inputs = canon_text(a, json_get(doc, "inputs"));
	out->foreign = slice_is(origin, "foreign");
	if (!out->foreign && !slice_is(origin, "computed"))
		return err_input(e, json_get(doc, "origin")->offset,
		    "origin is neither computed nor foreign");
	if ((rc = read_envelopes(json_get(doc, "envelopes"), a, out, e)) !=
	    ERR_OK || (rc = read_parts(json_get(doc, "parts"), a, out, e)) !=
	    ERR_OK || (rc = entryrec_derive(out, a, &deps, &n, e)) != ERR_OK)
		return rc;
	timefmt_write(out->expires, expires);
	if (!digest_read(json_get_text(doc, "veriKey"), &key) ||
	    !digest_equal(&key, &out->verikey))
		return err_input(e, doc->offset,
		    "veriKey is not that of inputs");
	if (!slice_is(json_get_text(doc, "expiresAt"), expires))
		return err_input(e, doc->offset,
		    "expiresAt is not that of decision");
	return ERR_OK;
}
