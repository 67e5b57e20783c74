/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "b64.h"
#include "canon.h"
#include "entrydoc.h"
#include "entryrec.h"
#include "shape.h"
#include "timefmt.h"

/* --- writing ------------------------------------------------------------ */

/*
 * The three documents are canonical as they are, so the whole is put
 * together from them, in the order of its keys, and not parsed again.
 */

static int
compare_envelopes(const void *a, const void *b)
{
	const struct entry_envelope *x = a, *y = b;

	return digest_cmp(&x->digest, &y->digest);
}

static void
member(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, "\"%s\":", name);
	buf_slice(out, value);
	buf_byte(out, ',');
}

static void
text_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "\"%s\":\"%s\",", name, value);
}

static void
bytes_member(struct buf *out, struct slice bytes)
{
	buf_text(out, "\"bytes\":\"");
	b64_write(out, bytes);
	buf_text(out, "\",");
}

static enum status
write_envelopes(struct entry_store *s, const struct entry *entry, bool full,
    struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct entry_envelope *list = arena_array(&a, entry->envelopes + 1,
	    sizeof(*list));
	char text[DIGEST_TEXT + 1];
	enum status rc = ERR_OK;

	if (entry->envelopes == 0)
		return arena_free(&a), ERR_OK;
	memcpy(list, entry->envelope, entry->envelopes * sizeof(*list));
	qsort(list, entry->envelopes, sizeof(*list), compare_envelopes);
	buf_text(out, "\"envelopes\":[");
	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		struct slice bytes = { "", 0 };

		if (full)
			rc = entry_envelope(s, &list[i].digest, &a, &bytes, e);
		buf_byte(out, '{');
		if (full && rc == ERR_OK)
			bytes_member(out, bytes);
		digest_write(&list[i].digest, text);
		buf_printf(out, "\"digest\":\"%s\"}%s", text,
		    i + 1 < entry->envelopes ? "," : "],");
	}
	arena_free(&a);
	return rc;
}

static enum status
write_parts(struct entry_store *s, const struct entry *entry, struct buf *out,
    struct err *e)
{
	struct arena a = { 0 };
	const char *open = "\"parts\":[";
	enum status rc = ERR_OK;

	for (unsigned i = 0; i < MERKLEDOC_ROLES && rc == ERR_OK; i++) {
		struct slice bytes;

		rc = entry_part(s, entry, i, &a, &bytes, e);
		if (rc == ERR_NO) {
			rc = ERR_OK;
			continue;
		}
		if (rc != ERR_OK)
			break;
		buf_text(out, open);
		open = ",";
		buf_byte(out, '{');
		bytes_member(out, bytes);
		buf_printf(out, "\"role\":\"%s\"}", merkledoc_role_name[i]);
	}
	if (open[0] == ',')
		buf_text(out, "],");
	arena_free(&a);
	return rc;
}

static enum status
write_chunk(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e)
{
	struct buf *out = ctx;

	(void)hash;
	(void)e;
	buf_text(out, index == 0 ? "\"chunks\":[\"" : ",\"");
	b64_write(out, bytes);
	buf_byte(out, '"');
	return ERR_OK;
}

/* Of a tree whose end is missing, the chunks that are there. */
static enum status
write_chunks(struct entry_store *s, const struct entry *entry,
    struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	size_t before = out->len;
	enum status rc = entry_chunks(s, &entry->proof_root, 0, UINT64_MAX, &a,
	    write_chunk, out, e);

	if (out->len > before)
		buf_text(out, "],");
	arena_free(&a);
	return rc == ERR_NO ? ERR_OK : rc;
}

static enum status
write_tree(struct entry_store *s, const struct entry *entry, struct buf *out,
    struct err *e)
{
	struct arena a = { 0 };
	struct json doc;
	enum status rc = entry_tree(s, &entry->proof_root, &a, &doc, e);

	if (rc == ERR_OK)
		member(out, "tree", canon_text(&a, &doc));
	arena_free(&a);
	return rc;
}

enum status
entrydoc_write(struct entry_store *s, const struct entry *entry, bool full,
    struct buf *out, struct err *e)
{
	char key[DIGEST_TEXT + 1], expires[TIMEFMT_LEN + 1];
	bool partial = full && entry->has_tree && !entry->has_parts;
	enum status rc;

	digest_write(&entry->verikey, key);
	timefmt_write(entry->expires, expires);
	buf_byte(out, '{');
	if (partial && (rc = write_chunks(s, entry, out, e)) != ERR_OK)
		return rc;
	member(out, "decision", entry->decision);
	rc = write_envelopes(s, entry, full, out, e);
	if (rc != ERR_OK)
		return rc;
	text_member(out, "expiresAt", expires);
	member(out, "inputs", entry->inputs);
	text_member(out, "kind", ENTRYDOC_KIND);
	text_member(out, "origin", entry->foreign ? "foreign" : "computed");
	if (full && entry->has_parts) {
		rc = write_parts(s, entry, out, e);
		if (rc != ERR_OK)
			return rc;
	}
	if (partial && (rc = write_tree(s, entry, out, e)) != ERR_OK)
		return rc;
	member(out, "verdict", entry->verdict);
	text_member(out, "veriKey", key);
	out->data[out->len - 1] = '}';
	return ERR_OK;
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
	{ "chunks", SHAPE_ARRAY, NULL },
	{ "decision", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "envelopes", SHAPE_ARRAY, envelope_shape },
	{ "expiresAt", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "inputs", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "origin", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "parts", SHAPE_ARRAY, part_shape },
	{ "tree", SHAPE_OBJECT, NULL },
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

/* Of a tree whose end is missing. */
static enum status
read_partial(const struct json *tree, const struct json *chunks,
    struct arena *a, struct entry *out, struct err *e)
{
	struct entry_partial *p = arena_zalloc(a, sizeof(*p));
	struct merkledoc_tree *t = arena_zalloc(a, sizeof(*t));
	struct slice *piece = arena_array(a, json_count(chunks) + 1,
	    sizeof(*piece));
	enum status rc = merkledoc_read(tree, a, t, e);

	if (rc != ERR_OK)
		return rc;
	*p = (struct entry_partial){ .tree = t, .piece = piece };
	out->partial = p;
	if (chunks == NULL)
		return ERR_OK;
	JSON_EACH(v, chunks)
		if (!b64_bytes(a, json_text(v), &piece[p->kept++]))
			return err_input(e, v->offset,
			    "a chunk's bytes are not base64");
	return ERR_OK;
}

enum status
entrydoc_read(const struct json *doc, struct arena *a, struct entry *out,
    struct err *e)
{
	struct slice origin = json_get_text(doc, "origin");
	const struct json *tree = json_get(doc, "tree");
	const struct json *chunks = json_get(doc, "chunks");
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
	if (tree == NULL ? chunks != NULL : json_get(doc, "parts") != NULL)
		return err_input(e, doc->offset, "want parts, or a tree and "
		    "what there is of its chunks");
	if (tree != NULL &&
	    (rc = read_partial(tree, chunks, a, out, e)) != ERR_OK)
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
