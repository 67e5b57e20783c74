/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "b64.h"
#include "merkledoc.h"
#include "shape.h"

const char *const merkledoc_role_name[MERKLEDOC_ROLES] = {
	[MERKLEDOC_EVIDENCE] = "evidence",
	[MERKLEDOC_POLICY] = "policy",
	[MERKLEDOC_POLICY_JQ] = "policy-jq",
	[MERKLEDOC_BUDGET] = "budget",
	[MERKLEDOC_KEYRING] = "keyring",
};

/* --- writing a tree ----------------------------------------------------- */

void
merkledoc_begin(struct merkledoc *d, struct arena *a, uint64_t chunk_size,
    bool list)
{
	memset(d, 0, sizeof(*d));
	d->arena = a;
	d->chunk_size = chunk_size;
	d->list = list;
	d->parts = json_array();
	d->chunks = json_array();
}

static void
append_run(struct merkledoc *d)
{
	merkle_push_all(&d->appended, d->run, d->waiting);
	d->waiting = 0;
}

uint64_t
merkledoc_size(const struct merkledoc *d)
{
	return d->appended.size + d->waiting;
}

void
merkledoc_chunk(struct merkledoc *d, const struct digest *leaf, uint64_t size)
{
	struct json o;

	if (d->list) {
		o = json_object();
		json_set(d->arena, &o, "hash", digest_value(d->arena, leaf));
		json_set(d->arena, &o, "index",
		    json_uint(d->arena, merkledoc_size(d)));
		json_set(d->arena, &o, "offset",
		    json_uint(d->arena, d->total));
		json_set(d->arena, &o, "size", json_uint(d->arena, size));
		json_push(d->arena, &d->chunks, o);
	}
	d->run[d->waiting++] = *leaf;
	if (d->waiting == MERKLEDOC_RUN)
		append_run(d);
	d->total += size;
}

static void
list_part(struct merkledoc *d, struct slice role, const struct digest *digest,
    uint64_t size, uint64_t first, uint64_t chunks)
{
	struct json o = json_object();

	json_set(d->arena, &o, "chunks", json_uint(d->arena, chunks));
	json_set(d->arena, &o, "digest", digest_value(d->arena, digest));
	json_set(d->arena, &o, "firstChunk", json_uint(d->arena, first));
	json_set(d->arena, &o, "role", json_string(role));
	json_set(d->arena, &o, "size", json_uint(d->arena, size));
	json_push(d->arena, &d->parts, o);
}

void
merkledoc_part(struct merkledoc *d, const char *role, struct slice bytes)
{
	uint64_t first = merkledoc_size(d);
	struct digest digest = digest_bytes(bytes), leaf[2];
	size_t chunk = (size_t)d->chunk_size;

	for (size_t at = 0; at < bytes.len; at += 2 * chunk) {
		struct slice pair = slice_cut(bytes, at, at + 2 * chunk);

		merkle_cut(pair, chunk, leaf);
		merkledoc_chunk(d, &leaf[0], slice_cut(pair, 0, chunk).len);
		if (pair.len > chunk)
			merkledoc_chunk(d, &leaf[1], pair.len - chunk);
	}
	list_part(d, slice_of(role), &digest, bytes.len, first,
	    merkledoc_size(d) - first);
}

struct json
merkledoc_hash_text(struct arena *a, const struct digest *d)
{
	return json_string(b64_text(a, (struct slice){
	    (const char *)d->sha256, DIGEST_SIZE }));
}

struct json
merkledoc_hashes(struct arena *a, const struct digest *hash, size_t n)
{
	struct json list = json_array();

	for (size_t i = 0; i < n; i++)
		json_push(a, &list, merkledoc_hash_text(a, &hash[i]));
	return list;
}

struct json
merkledoc_end(struct merkledoc *d)
{
	struct json o = json_object();
	struct digest root;

	append_run(d);
	root = merkle_root(&d->appended);

	if (d->chunk_size != 0)
		json_set(d->arena, &o, "chunkSize",
		    json_uint(d->arena, d->chunk_size));
	if (json_count(&d->chunks) > 0)
		json_set(d->arena, &o, "chunks", d->chunks);
	json_set_z(d->arena, &o, "kind", "prov.merkle/v1");
	if (json_count(&d->parts) > 0)
		json_set(d->arena, &o, "parts", d->parts);
	if (d->peaks && d->appended.size > 0)
		json_set(d->arena, &o, "peaks", merkledoc_hashes(d->arena,
		    d->appended.peak, merkle_peaks(d->appended.size)));
	json_set(d->arena, &o, "root", digest_value(d->arena, &root));
	if (d->chunk_size != 0)
		json_set(d->arena, &o, "totalSize",
		    json_uint(d->arena, d->total));
	json_set(d->arena, &o, "treeSize",
	    json_uint(d->arena, d->appended.size));
	return o;
}

struct digest
merkledoc_proof_root(struct arena *a, const struct slice part[MERKLEDOC_ROLES],
    struct json *doc)
{
	struct merkledoc d;

	merkledoc_begin(&d, a, MERKLE_CHUNK, doc != NULL);
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		if (part[i].data != NULL)
			merkledoc_part(&d, merkledoc_role_name[i], part[i]);
	if (doc != NULL)
		*doc = merkledoc_end(&d);
	append_run(&d);
	return merkle_root(&d.appended);
}

/* --- reading a tree ----------------------------------------------------- */

static const struct shape chunk_shape[] = {
	{ "hash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "index", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "offset", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape part_shape[] = {
	{ "chunks", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "firstChunk", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape tree_shape[] = {
	{ "chunkSize", SHAPE_INT, NULL },
	{ "chunks", SHAPE_ARRAY, chunk_shape },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "parts", SHAPE_ARRAY, part_shape },
	{ "peaks", SHAPE_ARRAY, NULL },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "totalSize", SHAPE_INT, NULL },
	{ "treeSize", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

/* A member that is a count: shape_check saw that it is a whole number. */
enum status
merkledoc_count(const struct json *v, const char *name, uint64_t *out,
    struct err *e)
{
	const struct json *member = json_get(v, name);
	int64_t n;

	*out = 0;
	if (member == NULL)
		return ERR_OK;
	if (!json_int64(member, &n) || n < 0)
		return err_input(e, member->offset,
		    "%s is not a count", name);
	*out = (uint64_t)n;
	return ERR_OK;
}

static enum status
read_part(const struct json *v, struct merkledoc_part *p, struct err *e)
{
	enum status rc;

	p->role = json_get_text(v, "role");
	if ((rc = digest_member(json_get(v, "digest"), "digest", &p->digest,
	    e)) != ERR_OK ||
	    (rc = merkledoc_count(v, "size", &p->size, e)) != ERR_OK ||
	    (rc = merkledoc_count(v, "firstChunk", &p->first_chunk, e)) !=
	    ERR_OK)
		return rc;
	return merkledoc_count(v, "chunks", &p->chunks, e);
}

/* Parts follow each other, each in as many chunks as its size takes. */
static enum status
read_parts(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	uint64_t next = 0, total = 0;
	enum status rc;

	if (t->chunk_size == 0)
		return err_input(e, list->offset, "parts without chunkSize");
	t->part = arena_array(a, json_count(list), sizeof(*t->part));
	JSON_EACH(v, list) {
		struct merkledoc_part *p = &t->part[t->parts++];

		if ((rc = read_part(v, p, e)) != ERR_OK)
			return rc;
		if (p->first_chunk != next || p->size > t->total - total ||
		    p->chunks != p->size / t->chunk_size +
		    (p->size % t->chunk_size != 0))
			return err_input(e, v->offset,
			    "part does not follow from the parts before it");
		next += p->chunks;
		total += p->size;
	}
	if (next != t->size || total != t->total)
		return err_input(e, list->offset,
		    "parts do not add up to the tree");
	return ERR_OK;
}

/* How many bytes the chunk at this offset has, given where its part ends. */
static uint64_t
chunk_bytes(const struct merkledoc_tree *t, uint64_t left)
{
	return left < t->chunk_size ? left : t->chunk_size;
}

static enum status
read_chunks(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	struct merkle m = { 0 };
	uint64_t offset = 0, left = t->total, index;
	size_t part = 0;
	struct digest root;
	enum status rc;

	if (json_count(list) != t->size || t->chunk_size == 0)
		return err_input(e, list->offset,
		    "%zu chunks in a tree of %" PRIu64, json_count(list),
		    t->size);
	t->chunk = arena_array(a, json_count(list), sizeof(*t->chunk));
	if (t->parts > 0)
		left = 0;
	JSON_EACH(v, list) {
		struct merkledoc_chunk *c = &t->chunk[m.size];

		while (left == 0 && part < t->parts)
			left = t->part[part++].size;
		if ((rc = merkledoc_count(v, "index", &index, e)) != ERR_OK ||
		    (rc = merkledoc_count(v, "offset", &c->offset, e)) !=
		    ERR_OK ||
		    (rc = merkledoc_count(v, "size", &c->size, e)) != ERR_OK ||
		    (rc = digest_member(json_get(v, "hash"), "hash", &c->hash,
		    e)) != ERR_OK)
			return rc;
		if (index != m.size || c->offset != offset || c->size == 0 ||
		    c->size != chunk_bytes(t, left))
			return err_input(e, v->offset,
			    "chunk does not follow from the chunks before it");
		(void)merkle_push(&m, &c->hash, NULL);
		offset += c->size;
		left -= c->size;
	}
	root = merkle_root(&m);
	if (!digest_equal(&root, &t->root))
		return err_input(e, list->offset,
		    "root is not the root of the chunks");
	return ERR_OK;
}

enum status
merkledoc_hash(const struct json *v, struct arena *a, struct digest *out,
    struct err *e)
{
	struct slice bytes;

	if (v->type != JSON_STRING || !b64_bytes(a, json_text(v), &bytes) ||
	    bytes.len != DIGEST_SIZE)
		return err_input(e, v->offset,
		    "not the base64 of a SHA-256 hash");
	memcpy(out->sha256, bytes.data, DIGEST_SIZE);
	return ERR_OK;
}

static enum status
read_peaks(const struct json *list, struct arena *a,
    struct merkledoc_tree *t, struct err *e)
{
	struct merkle m = { .size = t->size };
	struct digest root;
	size_t n = 0;

	if (json_count(list) != merkle_peaks(t->size))
		return err_input(e, list->offset,
		    "%zu peaks of a tree of %" PRIu64, json_count(list),
		    t->size);
	JSON_EACH(v, list) {
		enum status rc = merkledoc_hash(v, a, &m.peak[n++], e);

		if (rc != ERR_OK)
			return rc;
	}
	root = merkle_root(&m);
	if (!digest_equal(&root, &t->root))
		return err_input(e, list->offset,
		    "root is not the root of the peaks");
	t->peak = arena_array(a, n + 1, sizeof(*t->peak));
	memcpy(t->peak, m.peak, n * sizeof(*t->peak));
	return ERR_OK;
}

/* An optional list that is empty is left out. */
static enum status
no_empty_list(const struct json *v, struct err *e)
{
	JSON_MEMBERS(m, v)
		if (m->value.type == JSON_ARRAY && m->value.len == 0)
			return err_input(e, m->value.offset,
			    "an empty list, which is left out");
	return ERR_OK;
}

enum status
merkledoc_read(const struct json *v, struct arena *a,
    struct merkledoc_tree *out, struct err *e)
{
	const struct json *list;
	enum status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = shape_check(v, tree_shape, "prov.merkle/v1", e)) != ERR_OK ||
	    (rc = no_empty_list(v, e)) != ERR_OK ||
	    (rc = digest_member(json_get(v, "root"), "root", &out->root, e)) !=
	    ERR_OK ||
	    (rc = merkledoc_count(v, "treeSize", &out->size, e)) != ERR_OK ||
	    (rc = merkledoc_count(v, "chunkSize", &out->chunk_size, e)) !=
	    ERR_OK ||
	    (rc = merkledoc_count(v, "totalSize", &out->total, e)) != ERR_OK)
		return rc;
	if ((json_get(v, "chunkSize") == NULL) !=
	    (json_get(v, "totalSize") == NULL) ||
	    (out->chunk_size == 0 && json_get(v, "chunkSize") != NULL))
		return err_input(e, v->offset,
		    "chunkSize and totalSize do not fit each other");
	list = json_get(v, "parts");
	if (list != NULL && (rc = read_parts(list, a, out, e)) != ERR_OK)
		return rc;
	list = json_get(v, "peaks");
	if (list != NULL && (rc = read_peaks(list, a, out, e)) != ERR_OK)
		return rc;
	list = json_get(v, "chunks");
	if (list == NULL)
		return ERR_OK;
	return read_chunks(list, a, out, e);
}

struct json
merkledoc_write(struct arena *a, const struct merkledoc_tree *t)
{
	struct merkledoc d;

	merkledoc_begin(&d, a, t->chunk_size, true);
	for (uint64_t i = 0; t->chunk != NULL && i < t->size; i++)
		merkledoc_chunk(&d, &t->chunk[i].hash, t->chunk[i].size);
	for (size_t i = 0; i < t->parts; i++)
		list_part(&d, t->part[i].role, &t->part[i].digest,
		    t->part[i].size, t->part[i].first_chunk,
		    t->part[i].chunks);
	return merkledoc_end(&d);
}

enum status
merkledoc_resume(struct merkledoc *d, const struct merkledoc_tree *t,
    struct err *e)
{
	if (t->peak == NULL && t->size > 0)
		return err_bad(e, "the tree comes without its peaks");
	if (t->parts > 0)
		return err_bad(e, "a tree over parts is complete");
	if (t->chunk_size != 0 && t->total % t->chunk_size != 0)
		return err_bad(e, "the tree's last chunk is not full");
	d->chunk_size = t->chunk_size;
	d->total = t->total;
	d->appended.size = t->size;
	if (t->size > 0)
		memcpy(d->appended.peak, t->peak,
		    merkle_peaks(t->size) * sizeof(*t->peak));
	return ERR_OK;
}
