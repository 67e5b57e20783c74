/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "manifest.h"
#include "shape.h"
#include "ustar.h"

enum {
	STANDARD_SHARE = 10,	/* standard holds the first of each ten */
	HEX = 2 * DIGEST_SIZE,
	INDEX_DIGITS = 8
};

const char *const manifest_density_name[] = {
	[MANIFEST_LITE] = "lite",
	[MANIFEST_STANDARD] = "standard",
	[MANIFEST_STRICT] = "strict",
	NULL
};

struct fixed_name {
	enum manifest_entry kind;
	const char *name;
};

static const struct fixed_name fixed_names[] = {
	{ MANIFEST_SELF, "manifest.json" },
	{ MANIFEST_ENVELOPE, "manifest.dsse.json" },
	{ MANIFEST_CONTEXT, "context.json" },
	{ MANIFEST_DECISION, "decision.json" },
	{ MANIFEST_INPUTS, "inputs.json" },
	{ MANIFEST_MERKLE, "merkle.json" },
	{ MANIFEST_VERDICT, "verdict.json" },
	{ MANIFEST_EVENTS, "events.ndjson" },
	{ MANIFEST_UNKNOWN, NULL }
};

struct hashed_name {
	enum manifest_entry kind;
	const char *folder;
	const char *suffix;
};

static const struct hashed_name hashed_names[] = {
	{ MANIFEST_ATTESTATION, "attestations/", ".dsse.json" },
	{ MANIFEST_BUNDLE, "bundles/", ".sigstore.json" },
	{ MANIFEST_SOURCE, "sources/", "" },
	{ MANIFEST_UNKNOWN, NULL, NULL }
};

bool
manifest_density_read(struct slice s, enum manifest_density *out)
{
	for (int i = 0; manifest_density_name[i] != NULL; i++) {
		if (!slice_is(s, manifest_density_name[i]))
			continue;
		*out = (enum manifest_density)i;
		return true;
	}
	return false;
}

/* --- names --------------------------------------------------------------- */

static bool
chunk_index(struct slice name, uint64_t *index)
{
	static const char folder[] = "chunks/", suffix[] = ".chunk";
	size_t at = sizeof(folder) - 1;

	if (name.len != at + INDEX_DIGITS + sizeof(suffix) - 1 ||
	    !slice_starts(name, folder) || !slice_ends(name, suffix))
		return false;
	*index = 0;
	for (size_t i = at; i < at + INDEX_DIGITS; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return false;
		*index = *index * 10 + (uint64_t)(name.data[i] - '0');
	}
	return true;
}

/* Lower-case digits only: one digest has one name. */
static bool
lower_hex(struct slice s, struct digest *out)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'F')
			return false;
	return hex_read(out->sha256, DIGEST_SIZE, s);
}

enum manifest_entry
manifest_entry(struct slice name, struct digest *digest, uint64_t *index)
{
	for (const struct fixed_name *f = fixed_names; f->name != NULL; f++)
		if (slice_is(name, f->name))
			return f->kind;
	if (chunk_index(name, index))
		return MANIFEST_CHUNK;
	for (const struct hashed_name *h = hashed_names; h->folder != NULL;
	    h++) {
		size_t at = strlen(h->folder);

		if (name.len == at + HEX + strlen(h->suffix) &&
		    slice_starts(name, h->folder) &&
		    slice_ends(name, h->suffix) &&
		    lower_hex(slice_cut(name, at, at + HEX), digest))
			return h->kind;
	}
	return MANIFEST_UNKNOWN;
}

void
manifest_entry_name(enum manifest_entry kind, const struct digest *digest,
    uint64_t index, char out[MANIFEST_NAME_MAX])
{
	char hex[HEX];

	for (const struct fixed_name *f = fixed_names; f->name != NULL; f++)
		if (f->kind == kind)
			(void)snprintf(out, MANIFEST_NAME_MAX, "%s", f->name);
	if (kind == MANIFEST_CHUNK)
		(void)snprintf(out, MANIFEST_NAME_MAX,
		    "chunks/%08" PRIu64 ".chunk", index);
	for (const struct hashed_name *h = hashed_names; h->folder != NULL;
	    h++) {
		if (h->kind != kind)
			continue;
		hex_write(hex, digest->sha256, DIGEST_SIZE);
		(void)snprintf(out, MANIFEST_NAME_MAX, "%s%.*s%s", h->folder,
		    (int)HEX, hex, h->suffix);
	}
}

/* --- writing ------------------------------------------------------------- */

void
manifest_list(struct arena *a, struct manifest *m, const char *name,
    const struct digest *digest, uint64_t size)
{
	struct json o = json_object();

	json_set(a, &o, "digest", digest_value(a, digest));
	json_set(a, &o, "size", json_uint(a, size));
	json_set_slice(a, &m->entries, arena_slice(a, slice_of(name)), o);
}

struct json
manifest_json(struct arena *a, const struct manifest *m)
{
	struct json o = json_object(), parts = json_array();

	for (size_t i = 0; i < m->parts; i++) {
		const struct manifest_part *p = &m->part[i];
		struct json v = json_object();

		json_set(a, &v, "digest", digest_value(a, &p->digest));
		json_set_z(a, &v, "role", merkledoc_role_name[p->role]);
		json_set(a, &v, "size", json_uint(a, p->size));
		json_push(a, &parts, v);
	}
	json_set(a, &o, "decision", digest_value(a, &m->decision));
	json_set_z(a, &o, "density", manifest_density_name[m->density]);
	json_set(a, &o, "entries", m->entries);
	json_set_z(a, &o, "kind", MANIFEST_KIND);
	json_set(a, &o, "parts", parts);
	json_set(a, &o, "status", json_string(m->status));
	json_set(a, &o, "subject", *m->subject);
	return o;
}

/* --- reading ------------------------------------------------------------- */

static const struct shape part_shape[] = {
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape entry_shape[] = {
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape manifest_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "density", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "subject", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "decision", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "parts", SHAPE_ARRAY | SHAPE_NEEDED, part_shape },
	{ "entries", SHAPE_MAP | SHAPE_OBJECT | SHAPE_NEEDED, entry_shape },
	SHAPE_END
};

static enum status
read_size(const struct json *v, uint64_t max, uint64_t *out, struct err *e)
{
	const struct json *size = json_get(v, "size");
	int64_t n;

	if (!json_int64(size, &n) || n < 0 || (uint64_t)n > max)
		return err_input(e, size->offset,
		    "manifest: size %.*s is out of range", (int)size->len,
		    size->u.text);
	*out = (uint64_t)n;
	return ERR_OK;
}

static enum status
read_parts(const struct json *parts, struct manifest *out, struct err *e)
{
	int role = -1;

	if (json_count(parts) == 0 || json_count(parts) > MERKLEDOC_ROLES)
		return err_input(e, parts->offset,
		    "manifest: %zu parts, expected 1 to %d",
		    json_count(parts), MERKLEDOC_ROLES);
	JSON_EACH(v, parts) {
		struct manifest_part *p = &out->part[out->parts++];
		struct slice name = json_get_text(v, "role");
		enum status rc = digest_member(json_get(v, "digest"),
		    "digest", &p->digest, e);

		if (rc == ERR_OK)
			rc = read_size(v, MANIFEST_CHUNKS_MAX *
			    (uint64_t)MERKLE_CHUNK, &p->size, e);
		if (rc != ERR_OK)
			return rc;
		while (++role < MERKLEDOC_ROLES &&
		    !slice_is(name, merkledoc_role_name[role]))
			;
		if (role >= MERKLEDOC_ROLES)
			return err_input(e, v->offset, "manifest: part "
			    "'%.*s' is unknown, repeated or out of order",
			    (int)name.len, name.data);
		p->role = (enum merkledoc_role)role;
	}
	if (manifest_chunks(out) > MANIFEST_CHUNKS_MAX)
		return err_input(e, parts->offset,
		    "manifest: more than %d chunks", MANIFEST_CHUNKS_MAX);
	return ERR_OK;
}

static enum status
read_entries(const struct json *entries, struct err *e)
{
	size_t envelopes = 0;

	JSON_MEMBERS(m, entries) {
		struct slice name = { m->key, m->key_len };
		struct digest digest, hex;
		uint64_t size, index;
		enum manifest_entry kind = manifest_entry(name, &hex, &index);
		enum status rc = digest_member(json_get(&m->value,
		    "digest"), "digest", &digest, e);

		if (rc == ERR_OK)
			rc = read_size(&m->value, USTAR_SIZE_MAX, &size, e);
		if (rc != ERR_OK)
			return rc;
		if (kind == MANIFEST_UNKNOWN || kind == MANIFEST_SELF ||
		    kind == MANIFEST_ENVELOPE || kind == MANIFEST_CHUNK)
			return err_input(e, m->key_offset,
			    "manifest lists '%.*s', which it may not",
			    (int)name.len, name.data);
		if ((kind == MANIFEST_ATTESTATION ||
		    kind == MANIFEST_BUNDLE || kind == MANIFEST_SOURCE) &&
		    !digest_equal(&hex, &digest))
			return err_input(e, m->key_offset,
			    "manifest: '%.*s' is listed with another digest",
			    (int)name.len, name.data);
		if ((kind == MANIFEST_ATTESTATION ||
		    kind == MANIFEST_BUNDLE) &&
		    ++envelopes > MANIFEST_ENVELOPES_MAX)
			return err_input(e, m->key_offset,
			    "manifest: more than %d attestations and Sigstore "
			    "bundles", MANIFEST_ENVELOPES_MAX);
	}
	return ERR_OK;
}

enum status
manifest_read(const struct json *doc, struct manifest *out, struct err *e)
{
	struct slice density = json_get_text(doc, "density");
	enum status rc = shape_check(doc, manifest_shape, MANIFEST_KIND, e);

	memset(out, 0, sizeof(*out));
	if (rc == ERR_OK && !manifest_density_read(density, &out->density))
		rc = err_input(e, json_get(doc, "density")->offset,
		    "manifest: density '%.*s' is none of lite, standard and "
		    "strict", (int)density.len, density.data);
	if (rc == ERR_OK)
		rc = digest_member(json_get(doc, "decision"), "decision",
		    &out->decision, e);
	if (rc == ERR_OK)
		rc = read_parts(json_get(doc, "parts"), out, e);
	if (rc == ERR_OK)
		rc = read_entries(json_get(doc, "entries"), e);
	if (rc != ERR_OK)
		return rc;
	out->subject = json_get(doc, "subject");
	out->status = json_get_text(doc, "status");
	out->entries = *json_get(doc, "entries");
	return ERR_OK;
}

bool
manifest_find(const struct manifest *m, struct slice name,
    struct digest *digest, uint64_t *size)
{
	const struct json *v = json_get_slice(&m->entries, name);
	int64_t n;

	if (v == NULL || !digest_read(json_get_text(v, "digest"), digest) ||
	    !json_int64(json_get(v, "size"), &n))
		return false;
	*size = (uint64_t)n;
	return true;
}

/* --- chunks -------------------------------------------------------------- */

static uint64_t
chunks_of(uint64_t size)
{
	return size / MERKLE_CHUNK + (size % MERKLE_CHUNK != 0);
}

uint64_t
manifest_chunks(const struct manifest *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->parts; i++)
		n += chunks_of(m->part[i].size);
	return n;
}

uint64_t
manifest_kept(const struct manifest *m)
{
	uint64_t n = manifest_chunks(m);

	switch (m->density) {
	case MANIFEST_LITE:
		return 0;
	case MANIFEST_STANDARD:
		return n / STANDARD_SHARE + (n % STANDARD_SHARE != 0);
	default:
		return n;
	}
}

uint64_t
manifest_chunk(const struct manifest *m, uint64_t index, size_t *part,
    bool *last)
{
	uint64_t rest;
	size_t i;

	for (i = 0; index >= chunks_of(m->part[i].size); i++)
		index -= chunks_of(m->part[i].size);
	rest = m->part[i].size - index * MERKLE_CHUNK;
	*part = i;
	*last = rest <= MERKLE_CHUNK;
	return *last ? rest : MERKLE_CHUNK;
}
