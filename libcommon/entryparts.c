/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cache.h"
#include "entrytree.h"

/* --- chunks ------------------------------------------------------------- */

struct chunk_call {
	const struct digest *root;
	uint64_t first, count;
	unsigned role;		/* MERKLEDOC_ROLES: by first and count */
	struct arena *arena;
	struct entrytree tree;
	struct slice *chunk;	/* of the range */
	uint64_t got;
};

static enum status
chunk_range(struct chunk_call *call, struct err *e)
{
	const struct merkledoc_tree *t = &call->tree.doc;

	if (call->role == MERKLEDOC_ROLES) {
		if (call->first > t->size)
			return err_no(e, "chunk %" PRIu64
			    " is not in a tree of %" PRIu64, call->first,
			    t->size);
		if (call->count > 0 && call->first >= call->tree.kept &&
		    call->tree.kept < t->size)
			return err_no(e, "the cache has only %" PRIu64 " of %"
			    PRIu64 " chunks of the evidence", call->tree.kept,
			    t->size);
		if (call->count > call->tree.kept - call->first)
			call->count = call->tree.kept - call->first;
		return ERR_OK;
	}
	for (size_t i = 0; i < t->parts; i++)
		if (entrytree_role(t->part[i].role) == call->role) {
			call->first = t->part[i].first_chunk;
			call->count = t->part[i].chunks;
			return ERR_OK;
		}
	return err_no(e, "there is no such part");
}

static enum status
chunks_in(struct cache *c, void *ctx, struct err *e)
{
	struct chunk_call *call = ctx;
	struct digest made;
	enum status rc = entrytree_load(c, call->root, call->arena, &call->tree,
	    e);

	if (rc == ERR_OK)
		rc = chunk_range(call, e);
	if (rc != ERR_OK)
		return rc;
	call->chunk = arena_array(call->arena, (size_t)call->count + 1,
	    sizeof(*call->chunk));
	for (call->got = 0; call->got < call->count; call->got++) {
		struct digest *hash = &call->tree.doc.chunk[call->first +
		    call->got].hash;
		struct slice *chunk = &call->chunk[call->got];

		rc = cache_get(c, CACHE_CHUNK, entrytree_key(hash), chunk, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "a chunk is missing");
		if (rc != ERR_OK)
			return rc;
		*chunk = arena_slice(call->arena, *chunk);
		made = merkle_leaf(*chunk);
		if (!digest_equal(&made, hash))
			return cache_damaged(c, e, "a chunk's hash is another");
	}
	return ERR_OK;
}

enum status
entry_part(struct entry_store *s, const struct entry *entry, unsigned role,
    struct arena *a, struct slice *bytes, struct err *e)
{
	struct chunk_call call = { .root = &entry->proof_root, .role = role,
		.arena = a };
	struct buf b = { 0 };
	enum status rc;

	if (!entry->has_parts || role >= MERKLEDOC_ROLES)
		return err_no(e, "the entry comes without its parts");
	rc = cache_run(entry_cache(s), false, chunks_in, &call, e);
	if (rc != ERR_OK)
		return rc;
	for (uint64_t i = 0; i < call.got; i++)
		buf_slice(&b, call.chunk[i]);
	*bytes = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return ERR_OK;
}

enum status
entry_chunks(struct entry_store *s, const struct digest *root, uint64_t first,
    uint64_t count, struct arena *a,
    enum status (*sink)(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e), void *ctx, struct err *e)
{
	struct chunk_call call = { .root = root, .first = first,
		.count = count, .role = MERKLEDOC_ROLES, .arena = a };
	enum status rc = cache_run(entry_cache(s), false, chunks_in, &call, e);

	for (uint64_t i = 0; rc == ERR_OK && i < call.got; i++)
		rc = sink(ctx, first + i,
		    &call.tree.doc.chunk[first + i].hash, call.chunk[i], e);
	return rc;
}

enum status
entry_tree(struct entry_store *s, const struct digest *root, struct arena *a,
    struct json *doc, struct err *e)
{
	struct chunk_call call = { .root = root, .role = MERKLEDOC_ROLES,
		.arena = a };
	enum status rc = cache_run(entry_cache(s), false, chunks_in, &call, e);

	if (rc == ERR_OK)
		*doc = merkledoc_write(a, &call.tree.doc);
	return rc;
}

/* --- envelopes ---------------------------------------------------------- */

struct envelope_call {
	const struct digest *digest;
	struct arena *arena;
	struct slice bytes;
};

static enum status
envelope_in(struct cache *c, void *ctx, struct err *e)
{
	struct envelope_call *call = ctx;
	struct digest made;
	enum status rc = cache_get(c, CACHE_ENVELOPE,
	    entrytree_key(call->digest), &call->bytes, e);

	if (rc != ERR_OK)
		return rc;
	call->bytes = arena_slice(call->arena, call->bytes);
	made = digest_bytes(call->bytes);
	if (!digest_equal(&made, call->digest))
		return cache_damaged(c, e, "an envelope's hash is another");
	return ERR_OK;
}

enum status
entry_envelope(struct entry_store *s, const struct digest *digest,
    struct arena *a, struct slice *bytes, struct err *e)
{
	struct envelope_call call = { digest, a, { NULL, 0 } };
	enum status rc = cache_run(entry_cache(s), false, envelope_in, &call,
	    e);

	*bytes = call.bytes;
	return rc;
}
