/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "canon.h"
#include "io.h"
#include "pack.h"
#include "sidehash.h"
#include "ustar.h"
#include "zst.h"

enum {
	MAGIC = 4,		/* bytes that tell zstd from tar */
	MANIFEST_MAX = 16 * 1024 * 1024,	/* 60000 entries */
	DOCUMENT_MAX = 512 * 1024 * 1024	/* any entry that is held in
						 * memory whole */
};

struct reader {
	struct arena *arena;
	const struct pack_sink *sink;
	struct pack *out;
	struct ustar tar;
	/* The entry that is open. */
	enum manifest_entry kind;
	struct digest listed;		/* its digest, from the manifest */
	uint64_t index;			/* of a chunk */
	struct buf bytes;		/* what of it is held */
	struct sha256 source;	/* of an original file */
	char previous[USTAR_NAME_MAX + 1];
	uint64_t entries;		/* seen, of those the manifest lists */
	/* The chunks so far. */
	uint64_t expected;		/* chunks in the bundle */
	struct digest *leaf;
	uint64_t leaves, room;
	struct sidehash *part;		/* of the part that is open */
	uint64_t part_ticket;
	bool steady;			/* pieces stay while a window does */
	bool part_good[MERKLEDOC_ROLES];
};

/* --- own documents ------------------------------------------------------- */

/* Canonical JSON and one LF, so that a document has one form in a bundle;
 * what is read stays in the arena. */
static enum status
read_document(struct reader *r, struct json *out, struct err *e)
{
	struct slice text = arena_slice(r->arena, buf_get(&r->bytes));
	struct buf canonical = { 0 };
	enum status rc = json_parse(text, &json_own, r->arena, out, e);
	bool same;

	if (rc != ERR_OK) {
		struct err inner = *e;

		return err_input(e, r->tar.offset - text.len + inner.offset,
		    "%s: %.400s", r->tar.name, inner.text);
	}
	canon_write(&canonical, out);
	buf_byte(&canonical, '\n');
	same = slice_eq(buf_get(&canonical), text);
	buf_free(&canonical);
	return same ? ERR_OK : err_input(e, r->tar.offset - text.len,
	    "%s is not canonical JSON and one LF", r->tar.name);
}

static enum status
read_manifest(struct reader *r, struct err *e)
{
	struct json *doc = arena_alloc(r->arena, sizeof(*doc));
	enum status rc = read_document(r, doc, e);

	if (rc != ERR_OK)
		return rc;
	r->out->manifest_bytes = arena_slice(r->arena, buf_get(&r->bytes));
	r->out->id = digest_bytes(slice_cut(buf_get(&r->bytes), 0,
	    r->bytes.len - 1));
	rc = manifest_read(doc, &r->out->manifest, e);
	if (rc != ERR_OK)
		return rc;
	r->expected = manifest_kept(&r->out->manifest);
	return ERR_OK;
}

/* --- entries begin ------------------------------------------------------- */

static enum status
begin_chunk(struct reader *r, struct err *e)
{
	uint64_t want;
	size_t part;
	bool last;

	if (r->index >= r->expected)
		return err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s is extra: density %s has %" PRIu64 " of %" PRIu64
		    " chunks here", r->tar.name,
		    manifest_density_name[r->out->manifest.density],
		    r->expected, manifest_chunks(&r->out->manifest));
	if (r->index != r->leaves)
		return err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s where chunk %" PRIu64 " was expected", r->tar.name,
		    r->leaves);
	want = manifest_chunk(&r->out->manifest, r->index, &part, &last);
	if (r->tar.size != want)
		return err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s has %" PRIu64 " bytes, expected %" PRIu64,
		    r->tar.name, r->tar.size, want);
	return ERR_OK;
}

static enum status
begin_listed(struct reader *r, struct err *e)
{
	uint64_t size;

	if (!manifest_find(&r->out->manifest, slice_of(r->tar.name),
	    &r->listed, &size))
		return err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s is not in the manifest", r->tar.name);
	if (size != r->tar.size)
		return err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s has %" PRIu64 " bytes, the manifest says %" PRIu64,
		    r->tar.name, r->tar.size, size);
	r->entries++;
	return ERR_OK;
}

static enum status
check_order(struct reader *r, struct err *e)
{
	uint64_t start = r->tar.offset - USTAR_BLOCK;
	int order = strcmp(r->previous, r->tar.name);
	bool first = r->previous[0] == '\0';

	if (first != (r->kind == MANIFEST_SELF))
		return first ? err_input(e, start,
		    "%s comes first, not manifest.json", r->tar.name) :
		    err_input(e, start, "manifest.json stands twice");
	if (r->kind == MANIFEST_UNKNOWN)
		return err_input(e, start, "a bundle has no entry '%s'",
		    r->tar.name);
	if (!first && order == 0)
		return err_input(e, start, "%s stands twice", r->tar.name);
	/* The manifest is the one entry out of order. */
	if (!first && order > 0 && strcmp(r->previous, "manifest.json") != 0)
		return err_input(e, start, "%s comes after %s", r->tar.name,
		    r->previous);
	memcpy(r->previous, r->tar.name, r->tar.name_len + 1);
	return ERR_OK;
}

static enum status
begin_entry(struct reader *r, struct err *e)
{
	const struct pack_sink *sink = r->sink;
	uint64_t most = DOCUMENT_MAX;
	enum status rc;

	buf_reset(&r->bytes);
	r->kind = manifest_entry(slice_of(r->tar.name), &r->listed, &r->index);
	rc = check_order(r, e);
	if (rc != ERR_OK)
		return rc;
	if (r->kind == MANIFEST_CHUNK)
		rc = begin_chunk(r, e);
	else if (r->kind == MANIFEST_SELF)
		most = MANIFEST_MAX;
	else if (r->kind != MANIFEST_ENVELOPE)
		rc = begin_listed(r, e);
	if (rc == ERR_OK && r->tar.size > most && r->kind != MANIFEST_SOURCE)
		rc = err_input(e, r->tar.offset - USTAR_BLOCK,
		    "%s has %" PRIu64 " bytes, the limit is %" PRIu64,
		    r->tar.name, r->tar.size, most);
	if (rc == ERR_OK && sink->begin != NULL)
		rc = sink->begin(sink->ctx, r->kind, r->tar.name, r->tar.size,
		    e);
	if (rc == ERR_OK && r->kind == MANIFEST_SOURCE && sink->source != NULL)
		rc = sink->source(sink->ctx, &r->listed,
		    (struct slice){ NULL, 0 }, e);
	return rc;
}

/* --- entries end --------------------------------------------------------- */

static enum status
take_chunk(struct reader *r, struct slice bytes, struct err *e)
{
	struct digest leaf = merkle_leaf(bytes), digest;
	size_t part;
	bool last;

	(void)manifest_chunk(&r->out->manifest, r->index, &part, &last);
	if (r->leaves == r->room) {
		r->room = r->room == 0 ? 64 : r->room * 2;
		r->leaf = mem_array(r->leaf, r->room, sizeof(*r->leaf));
	}
	r->leaf[r->leaves++] = leaf;
	if (last) {
		sidehash_take(r->part, digest.sha256);
		r->part_good[part] = digest_equal(&digest,
		    &r->out->manifest.part[part].digest);
	}
	if (r->sink->chunk == NULL)
		return ERR_OK;
	return r->sink->chunk(r->sink->ctx, r->index, &leaf, bytes, e);
}

static enum status
end_document(struct reader *r, struct err *e)
{
	struct pack *p = r->out;

	switch (r->kind) {
	case MANIFEST_CONTEXT:
		return read_document(r, &p->context, e);
	case MANIFEST_DECISION:
		return read_document(r, &p->decision, e);
	case MANIFEST_INPUTS:
		return read_document(r, &p->inputs, e);
	case MANIFEST_MERKLE:
		return read_document(r, &p->merkle, e);
	case MANIFEST_VERDICT:
		return read_document(r, &p->verdict, e);
	case MANIFEST_EVENTS:
		p->events = arena_slice(r->arena, buf_get(&r->bytes));
		return ERR_OK;
	default:
		if (r->sink->entry == NULL)
			return ERR_OK;
		return r->sink->entry(r->sink->ctx, r->kind, r->tar.name,
		    buf_get(&r->bytes), e);
	}
}

static enum status
end_entry(struct reader *r, struct err *e)
{
	struct digest digest;

	if (r->kind == MANIFEST_SELF)
		return read_manifest(r, e);
	if (r->kind == MANIFEST_ENVELOPE) {
		r->out->envelope = arena_slice(r->arena, buf_get(&r->bytes));
		return ERR_OK;
	}
	if (r->kind == MANIFEST_CHUNK)
		return r->bytes.len == 0 ? ERR_OK :
		    take_chunk(r, buf_get(&r->bytes), e);
	if (r->kind == MANIFEST_SOURCE)
		digest = digest_take(&r->source);
	else
		digest = digest_bytes(buf_get(&r->bytes));
	if (!digest_equal(&digest, &r->listed))
		return err_no(e, "%s is not the file the manifest lists: its "
		    "digest differs", r->tar.name);
	return r->kind == MANIFEST_SOURCE ? ERR_OK : end_document(r, e);
}

/* The part's own hash, beside the chunk's. */
static void
hash_part(struct reader *r, struct slice piece)
{
	if (r->part == NULL)
		r->part = sidehash_open();
	r->part_ticket = sidehash_add(r->part, piece.data, piece.len);
	if (!r->steady)
		sidehash_wait(r->part, r->part_ticket);
}

static enum status
entry_data(struct reader *r, struct slice piece, struct err *e)
{
	if (r->kind == MANIFEST_SOURCE) {
		sha256_add(&r->source, piece.data, piece.len);
		return r->sink->source == NULL ? ERR_OK :
		    r->sink->source(r->sink->ctx, &r->listed, piece, e);
	}
	if (r->kind == MANIFEST_CHUNK)
		hash_part(r, piece);
	/* A whole chunk within one read needs no copy. */
	if (r->kind == MANIFEST_CHUNK && piece.len == r->tar.size)
		return take_chunk(r, piece, e);
	buf_slice(&r->bytes, piece);
	return ERR_OK;
}

/* --- the stream ---------------------------------------------------------- */

static enum status
feed_tar(struct reader *r, struct slice in, struct err *e)
{
	enum ustar_event event;
	struct slice data;
	enum status rc;

	do {
		rc = ustar_next(&r->tar, &in, &event, &data, e);
		if (rc == ERR_OK && event == USTAR_ENTRY)
			rc = begin_entry(r, e);
		else if (rc == ERR_OK && event == USTAR_DATA)
			rc = entry_data(r, data, e);
		else if (rc == ERR_OK && event == USTAR_END)
			rc = end_entry(r, e);
	} while (rc == ERR_OK && event != USTAR_MORE);
	return rc;
}

static enum status
feed_zstd(struct reader *r, struct zst_reader *z, struct slice in,
    struct err *e)
{
	struct slice out;
	enum status rc;

	do {
		rc = zst_read(z, &in, &out, e);
		if (rc == ERR_OK && out.len > 0)
			rc = feed_tar(r, out, e);
	} while (rc == ERR_OK && (in.len > 0 || out.len > 0));
	return rc;
}

/* Enough to tell what it is. */
static enum status
read_head(int fd, char *window, size_t *have, struct err *e)
{
	enum status rc = ERR_OK;
	size_t got = 1;

	for (*have = 0; rc == ERR_OK && *have < MAGIC && got > 0; *have += got)
		rc = io_read(fd, window + *have, IO_READ_SIZE - *have, &got,
		    e);
	return rc;
}

/* Two windows in turn: while one is read and cut up, the part's hash may
 * still be busy with the other. */
static enum status
read_stream(struct reader *r, int fd, struct buf window[2], struct err *e)
{
	struct zst_reader *z = NULL;
	uint64_t ticket[2] = { 0, 0 };
	unsigned turn = 0;
	size_t have;
	enum status rc = read_head(fd, buf_room(&window[0], IO_READ_SIZE),
	    &have, e);

	if (rc != ERR_OK)
		return rc;
	(void)buf_room(&window[1], IO_READ_SIZE);
	r->out->compressed = have >= MAGIC &&
	    zst_is_frame((struct slice){ window[0].data, have });
	if (r->out->compressed)
		z = zst_reader_open();
	r->steady = z == NULL;
	while (rc == ERR_OK && have > 0) {
		struct slice in = { window[turn].data, have };

		rc = z != NULL ? feed_zstd(r, z, in, e) : feed_tar(r, in, e);
		ticket[turn] = r->part_ticket;
		turn ^= 1;
		if (r->part != NULL)
			sidehash_wait(r->part, ticket[turn]);
		if (rc == ERR_OK)
			rc = io_read(fd, window[turn].data, IO_READ_SIZE,
			    &have, e);
	}
	if (rc == ERR_OK && z != NULL)
		rc = zst_read_finish(z, e);
	zst_reader_close(z);
	return rc == ERR_OK ? ustar_finish(&r->tar, e) : rc;
}

/* --- the whole ----------------------------------------------------------- */

/* Every entry that was seen is listed, so that the counts decide. */
static enum status
check_missing(const struct reader *r, struct err *e)
{
	const struct json *entries = &r->out->manifest.entries;

	if (r->leaves < r->expected)
		return err_bad(e, "chunk %" PRIu64 " of %" PRIu64
		    " is missing", r->leaves, r->expected);
	if (r->entries < json_count(entries))
		return err_bad(e, "%zu entries of the manifest are missing",
		    json_count(entries) - (size_t)r->entries);
	if (r->out->context.type != JSON_OBJECT ||
	    r->out->decision.type != JSON_OBJECT ||
	    r->out->inputs.type != JSON_OBJECT ||
	    r->out->merkle.type != JSON_OBJECT ||
	    r->out->verdict.type != JSON_OBJECT)
		return err_bad(e, "context.json, decision.json, inputs.json, "
		    "merkle.json or verdict.json is missing, or no object");
	return ERR_OK;
}

/* What the manifest repeats is what the documents say. */
static enum status
check_manifest(struct pack *p, struct err *e)
{
	struct digest decision = digest_json(&p->decision);
	const struct json *subject = json_get(&p->verdict, "subject");
	struct slice status = json_get_text(&p->verdict, "status");

	if (!digest_equal(&decision, &p->manifest.decision))
		return err_no(e, "the manifest names another decision");
	if (subject == NULL || !json_equal(subject, p->manifest.subject))
		return err_no(e, "the manifest's subject is not the "
		    "verdict's");
	if (!slice_eq(status, p->manifest.status))
		return err_no(e, "the manifest's status is not the verdict's");
	return ERR_OK;
}

static enum status
check_parts(const struct pack *p, struct err *e)
{
	const struct merkledoc_tree *t = &p->tree;

	if (t->chunk_size != MERKLE_CHUNK || t->parts != p->manifest.parts ||
	    (t->chunk == NULL && t->size > 0))
		return err_bad(e, "merkle.json has not the manifest's parts "
		    "in chunks of %d bytes", MERKLE_CHUNK);
	for (size_t i = 0; i < t->parts; i++) {
		const struct manifest_part *m = &p->manifest.part[i];

		if (!slice_is(t->part[i].role, merkledoc_role_name[m->role]) ||
		    !digest_equal(&t->part[i].digest, &m->digest) ||
		    t->part[i].size != m->size)
			return err_no(e, "part %s of merkle.json is not the "
			    "manifest's", merkledoc_role_name[m->role]);
	}
	return ERR_OK;
}

static enum status
check_tree(struct reader *r, struct err *e)
{
	struct pack *p = r->out;
	enum status rc = merkledoc_read(&p->merkle, r->arena, &p->tree, e);
	struct digest root;

	if (rc != ERR_OK) {
		struct err inner = *e;

		return err_bad(e, "merkle.json: %.400s", inner.text);
	}
	rc = check_parts(p, e);
	if (rc != ERR_OK)
		return rc;
	for (uint64_t i = 0; i < r->leaves; i++)
		if (!digest_equal(&r->leaf[i], &p->tree.chunk[i].hash))
			return err_no(e, "chunk %" PRIu64 " is not the one "
			    "that merkle.json lists", i);
	for (size_t i = 0; i < p->tree.parts; i++) {
		const struct merkledoc_part *m = &p->tree.part[i];

		if (m->chunks > 0 && m->first_chunk + m->chunks <= r->leaves &&
		    !r->part_good[i])
			return err_no(e, "the chunks of part %.*s have not "
			    "its digest", (int)m->role.len, m->role.data);
	}
	if (!digest_read(json_get_text(&p->decision, "proofRoot"), &root) ||
	    !digest_equal(&root, &p->tree.root))
		return err_no(e, "the decision's proofRoot is not the root of "
		    "merkle.json");
	p->kept = r->leaves;
	return ERR_OK;
}

enum status
pack_read(int fd, struct arena *a, const struct pack_sink *sink,
    struct pack *out, struct err *e)
{
	static const struct pack_sink nowhere;
	struct reader r = { .arena = a, .out = out };
	struct buf window[2] = { { 0 }, { 0 } };
	enum status rc;

	memset(out, 0, sizeof(*out));
	r.sink = sink != NULL ? sink : &nowhere;
	sha256_init(&r.source);
	ustar_init(&r.tar);
	rc = read_stream(&r, fd, window, e);
	if (rc == ERR_OK)
		rc = check_missing(&r, e);
	if (rc == ERR_OK)
		rc = check_manifest(out, e);
	if (rc == ERR_OK)
		rc = check_tree(&r, e);
	sidehash_close(r.part);
	mem_free(r.leaf);
	buf_free(&r.bytes);
	buf_free(&window[0]);
	buf_free(&window[1]);
	return rc;
}

/* --- replay -------------------------------------------------------------- */

/* Parts grow with what really comes, not with what the manifest promises. */
struct collector {
	const struct pack *pack;
	struct buf part[MERKLEDOC_ROLES];	/* by place in the manifest */
};

static enum status
collect(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	struct collector *c = ctx;
	size_t part;
	bool last;

	(void)leaf;
	(void)e;
	(void)manifest_chunk(&c->pack->manifest, index, &part, &last);
	buf_slice(&c->part[part], bytes);
	return ERR_OK;
}

static enum status
say_missing(const struct pack *p, struct err *e)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < p->tree.parts; i++) {
		const struct merkledoc_part *m = &p->tree.part[i];

		if (m->first_chunk + m->chunks > p->kept)
			buf_printf(&list, "%s%.*s", list.len > 0 ? ", " : "",
			    (int)m->role.len, m->role.data);
	}
	(void)err_no(e, "the bundle's density is %s: %.*s %s not in it, or "
	    "not whole", manifest_density_name[p->manifest.density],
	    (int)list.len, list.data,
	    memchr(list.data, ',', list.len) != NULL ? "are" : "is");
	buf_free(&list);
	return ERR_NO;
}

enum status
pack_replay(int fd, struct arena *a, struct pack_replay *out, struct err *e)
{
	struct collector c = { .pack = &out->pack };
	struct pack_sink sink = { .chunk = collect, .ctx = &c };
	enum status rc;

	memset(out->part, 0, sizeof(out->part));
	rc = pack_read(fd, a, &sink, &out->pack, e);
	if (rc == ERR_OK && out->pack.kept < out->pack.tree.size)
		rc = say_missing(&out->pack, e);
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++) {
		const struct manifest *m = &out->pack.manifest;

		if (rc == ERR_OK && i < m->parts)
			out->part[m->part[i].role] = arena_slice(a,
			    buf_get(&c.part[i]));
		buf_free(&c.part[i]);
	}
	return rc;
}
