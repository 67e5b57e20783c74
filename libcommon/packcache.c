/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "merkle.h"
#include "packcache.h"
#include "spool.h"

enum {
	BATCH = 512	/* chunks of one read: 32 MiB */
};

/* --- import --------------------------------------------------------------- */

struct collector {
	struct arena *arena;
	const struct pack *pack;
	struct spool spool;	/* the chunks, as they came */
	struct entry_envelope *envelope;
	size_t envelopes;
};

static void
add_envelope(struct collector *c, struct slice bytes)
{
	struct entry_envelope *e;

	c->envelope = mem_array(c->envelope, c->envelopes + 1,
	    sizeof(*c->envelope));
	e = &c->envelope[c->envelopes++];
	e->bytes = arena_slice(c->arena, bytes);
	e->digest = digest_bytes(bytes);
}

static enum status
take_entry(void *ctx, enum manifest_entry kind, const char *name,
    struct slice bytes, struct err *e)
{
	(void)kind;
	(void)name;
	(void)e;
	add_envelope(ctx, bytes);
	return ERR_OK;
}

static enum status
take_chunk(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	struct collector *c = ctx;

	(void)leaf;
	return spool_put(&c->spool, index, bytes, e);
}

/* Where each chunk is, so that the cache may take it. */
static enum status
map_chunks(struct collector *c, struct entry_partial *out, struct err *e)
{
	const struct pack *p = c->pack;
	struct slice *piece = arena_array(c->arena, (size_t)p->kept + 1,
	    sizeof(*piece));
	const char *map;
	enum status rc = spool_map(&c->spool, &map, e);

	for (uint64_t i = 0; rc == ERR_OK && i < p->kept; i++)
		piece[i] = (struct slice){ map + i * MERKLE_CHUNK,
		    (size_t)p->tree.chunk[i].size };
	*out = (struct entry_partial){ &p->tree, p->kept, piece };
	return rc;
}

/* inputs.json with the context, which may stand in context.json alone: an
 * entry has no other place for it. */
static struct slice
whole_inputs(struct arena *a, const struct pack *p)
{
	const struct json *in = json_get(&p->inputs, "inputs");
	struct json doc, inner;

	if (json_get(in, "context") != NULL)
		return canon_text(a, &p->inputs);
	doc = json_copy(a, &p->inputs);
	inner = json_copy(a, in);
	json_set(a, &inner, "context", p->context);
	json_set(a, &doc, "inputs", inner);
	return canon_text(a, &doc);
}

static enum status
put(struct collector *c, const char *dir, struct err *e)
{
	const struct pack *p = c->pack;
	struct entry_partial partial;
	struct entry entry = { .verdict = canon_text(c->arena, &p->verdict),
	    .decision = canon_text(c->arena, &p->decision),
	    .inputs = whole_inputs(c->arena, p), .foreign = true,
	    .partial = &partial, .envelope = c->envelope,
	    .envelopes = c->envelopes };
	struct entry_store *store;
	enum status rc = map_chunks(c, &partial, e);

	if (rc == ERR_OK)
		rc = entry_open(dir, ENTRY_WRITE, &store, e);
	if (rc != ERR_OK)
		return rc;
	/* It was made elsewhere: nothing it rests on may ever have been
	 * invalidated here. */
	rc = entry_put(store, &entry, 0, e);
	entry_close(store);
	return rc;
}

enum status
packcache_import(int fd, const char *dir, struct arena *a,
    const struct packcheck *check, struct digest *verikey, struct err *e)
{
	struct pack pack;
	struct collector c = { .arena = a, .pack = &pack };
	struct packcheck with = *check;
	struct json answer;
	enum status rc;

	with.sink = (struct pack_sink){ .entry = take_entry,
	    .chunk = take_chunk, .ctx = &c };
	rc = packcheck_run(fd, a, &with, &pack, &answer, e);
	if (rc == ERR_OK && pack.envelope.data != NULL)
		add_envelope(&c, pack.envelope);
	if (rc == ERR_OK)
		rc = put(&c, dir, e);
	if (rc == ERR_OK)
		(void)digest_read(json_get_text(&pack.inputs, "veriKey"),
		    verikey);
	spool_close(&c.spool);
	mem_free(c.envelope);
	return rc;
}

/* --- export --------------------------------------------------------------- */

static enum status
on_chunk(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e)
{
	struct packcache *p = ctx;

	(void)hash;
	(void)e;
	p->chunk[index - p->first] = bytes;
	p->count = index - p->first + 1;
	return ERR_OK;
}

static enum status
next_chunk(void *ctx, uint64_t index, struct slice *bytes, struct err *e)
{
	struct packcache *p = ctx;
	enum status rc = ERR_OK;

	if (index < p->first || index >= p->first + p->count) {
		uint64_t left = p->chunks - index;

		arena_free(&p->batch);
		p->first = index;
		p->count = 0;
		rc = entry_chunks(p->store, &p->root, index,
		    left < BATCH ? left : BATCH, &p->batch, on_chunk, p, e);
	}
	if (rc == ERR_OK && index >= p->first + p->count)
		rc = err_no(e, "the cache has lost a chunk");
	if (rc == ERR_OK)
		*bytes = p->chunk[index - p->first];
	return rc;
}

static enum status
load_envelopes(struct packcache *p, const struct entry *entry,
    struct packout *out, struct err *e)
{
	enum status rc = ERR_OK;

	for (size_t i = 0; i < entry->envelopes && rc == ERR_OK; i++) {
		struct json *doc = arena_alloc(p->arena, sizeof(*doc));
		struct packout_item item;
		struct slice bytes;

		rc = entry_envelope(p->store, &entry->envelope[i].digest,
		    p->arena, &bytes, e);
		if (rc == ERR_OK)
			rc = json_parse(bytes, &json_own, p->arena, doc, e);
		if (rc == ERR_OK)
			rc = packout_envelope(p->arena, doc, &item, e);
		if (rc != ERR_OK)
			break;
		out->item = mem_array(out->item, out->items + 1,
		    sizeof(*out->item));
		out->item[out->items++] = item;
	}
	return rc;
}

static enum status
load_documents(struct packcache *p, const struct entry *entry,
    struct err *e)
{
	const struct json *context;
	struct arena *a = p->arena;
	enum status rc = json_parse(entry->verdict, &json_own, a, &p->verdict,
	    e);

	if (rc == ERR_OK)
		rc = json_parse(entry->decision, &json_own, a, &p->decision,
		    e);
	if (rc == ERR_OK)
		rc = json_parse(entry->inputs, &json_own, a, &p->inputs, e);
	if (rc != ERR_OK)
		return rc;
	context = json_get(json_get(&p->inputs, "inputs"), "context");
	if (context == NULL)
		return err_no(e, "the entry has no context");
	p->context = *context;
	if (!entry->has_tree)
		return err_no(e, "the entry came without its evidence");
	return entry_tree(p->store, &entry->proof_root, a, &p->merkle, e);
}

enum status
packcache_load(struct packcache *p, struct entry_store *s,
    const struct digest *verikey, int64_t at, struct arena *a,
    struct packout *out, struct err *e)
{
	enum entry_state state;
	struct entry entry;
	int64_t chunks = 0;
	enum status rc;

	memset(p, 0, sizeof(*p));
	p->store = s;
	p->arena = a;
	rc = entry_get(s, verikey, at, a, &entry, &state, e);
	/* A bundle says itself until when it holds. */
	if (rc == ERR_NO && state == ENTRY_EXPIRED)
		rc = ERR_OK;
	else if (rc == ERR_NO)
		return err_no(e, state == ENTRY_INVALIDATED ?
		    "the entry was invalidated" : "not in the cache");
	if (rc == ERR_OK)
		rc = load_documents(p, &entry, e);
	if (rc == ERR_OK)
		rc = load_envelopes(p, &entry, out, e);
	if (rc != ERR_OK)
		return rc;
	p->root = entry.proof_root;
	(void)json_int64(json_get(&p->merkle, "treeSize"), &chunks);
	p->chunks = (uint64_t)chunks;
	p->chunk = arena_array(a, BATCH, sizeof(*p->chunk));
	out->verdict = &p->verdict;
	out->decision = &p->decision;
	out->inputs = &p->inputs;
	out->context = &p->context;
	out->merkle = &p->merkle;
	out->chunk = next_chunk;
	out->chunk_ctx = p;
	return ERR_OK;
}

void
packcache_close(struct packcache *p)
{
	arena_free(&p->batch);
}
