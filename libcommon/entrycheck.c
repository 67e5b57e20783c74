/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cache.h"
#include "entrycheck.h"
#include "entryrec.h"
#include "entrytree.h"

enum {
	KEY_SIZE = 1 + DIGEST_SIZE
};

/* What a walk over everything adds up. */
struct check_call {
	struct arena arena;
	uint64_t trees, envelopes, chunks;	/* held, from above */
	uint64_t refs[3];			/* counted, from below */
	uint64_t kinds[3];
};

static enum status
check_entry(struct cache *c, struct check_call *k, struct slice key,
    struct err *e)
{
	struct entryrec_dep *deps, *made;
	struct entry entry, again;
	struct digest id;
	struct slice v;
	struct err why;
	size_t n, m;
	enum status rc = cache_get(c, CACHE_ENTRY, key, &v, e);

	if (rc != ERR_OK)
		return rc;
	if (key.len != DIGEST_SIZE)
		return cache_damaged(c, e, "a key is no veriKey");
	memcpy(id.sha256, key.data, DIGEST_SIZE);
	if (entryrec_read(arena_slice(&k->arena, v), &k->arena, &entry, &deps,
	    &n, &why) != ERR_OK)
		return cache_damaged(c, e, why.text);
	again = entry;
	if (entryrec_derive(&again, &k->arena, &made, &m, &why) != ERR_OK)
		return cache_damaged(c, e, why.text);
	if (m != n || !digest_equal(&again.verikey, &id))
		return cache_damaged(c, e, "an entry's record is another's");
	for (size_t i = 0; i < entry.envelopes; i++) {
		rc = cache_get(c, CACHE_ENVELOPE,
		    entrytree_key(&entry.envelope[i].digest), &v, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "an envelope is missing");
		if (rc != ERR_OK)
			return rc;
	}
	k->envelopes += entry.envelopes;
	if (!entry.has_tree)
		return ERR_OK;
	k->trees++;
	rc = cache_get(c, CACHE_TREE, entrytree_key(&entry.proof_root), &v, e);
	return rc == ERR_NO ? cache_damaged(c, e, "a tree is missing") : rc;
}

static enum status
check_tree(struct cache *c, struct check_call *k, struct slice key,
    struct err *e)
{
	struct digest root;
	struct entrytree t;
	struct slice v;
	enum status rc;

	if (key.len != DIGEST_SIZE)
		return cache_damaged(c, e, "a key is no root");
	memcpy(root.sha256, key.data, DIGEST_SIZE);
	rc = entrytree_load(c, &root, &k->arena, &t, e);
	for (uint64_t i = 0; rc == ERR_OK && i < t.kept; i++) {
		rc = cache_get(c, CACHE_CHUNK,
		    entrytree_key(&t.doc.chunk[i].hash), &v, e);
		if (rc == ERR_NO)
			return cache_damaged(c, e, "a chunk is missing");
		k->chunks++;
	}
	return rc;
}

static enum status
check_value(struct cache *c, enum cache_table t, struct slice key,
    struct slice value, struct err *e)
{
	struct digest d = t == CACHE_CHUNK ? merkle_leaf(value) :
	    digest_bytes(value);

	if (!slice_eq(key, entrytree_key(&d)))
		return cache_damaged(c, e, t == CACHE_CHUNK ?
		    "a chunk's hash is another" :
		    "an envelope's hash is another");
	return ERR_OK;
}

static enum status
check_refs(struct cache *c, struct check_call *k, struct slice key,
    struct slice value, struct err *e)
{
	static const enum cache_table table[] = { CACHE_TREE, CACHE_CHUNK,
		CACHE_ENVELOPE };
	static const char letters[] = "tce";
	const char *at = key.len == KEY_SIZE ? strchr(letters, key.data[0]) :
	    NULL;
	struct slice v;
	enum status rc;

	if (at == NULL || *at == '\0' || value.len != 8)
		return cache_damaged(c, e, "a count of references is none");
	k->kinds[at - letters]++;
	k->refs[at - letters] += entryrec_get_u64(value.data);
	rc = cache_get(c, table[at - letters], slice_cut(key, 1, key.len), &v,
	    e);
	return rc == ERR_NO ? cache_damaged(c, e,
	    "a count is of what is not there") : rc;
}

static enum status
check_table(struct cache *c, struct check_call *k, enum cache_table t,
    struct err *e)
{
	char last[CACHE_KEY_MAX];
	struct slice from = { last, 0 }, key, v;
	enum status rc;

	while ((rc = cache_next(c, t, from, false, &key, &v, e)) == ERR_OK) {
		memcpy(last, key.data, key.len);
		from.len = key.len;
		rc = t == CACHE_ENTRY ? check_entry(c, k, key, e) :
		    t == CACHE_TREE ? check_tree(c, k, key, e) :
		    t == CACHE_REFS ? check_refs(c, k, key, v, e) :
		    check_value(c, t, key, v, e);
		if (rc != ERR_OK)
			return rc == ERR_NO ? ERR_SYSTEM : rc;
		arena_reset(&k->arena);
	}
	return rc == ERR_NO ? ERR_OK : rc;
}

static enum status
check_in(struct cache *c, void *ctx, struct err *e)
{
	static const enum cache_table tables[] = { CACHE_ENTRY, CACHE_TREE,
		CACHE_CHUNK, CACHE_ENVELOPE, CACHE_REFS };
	struct check_call *k = ctx;
	uint64_t n[3];
	enum status rc = ERR_OK;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) &&
	    rc == ERR_OK; i++)
		rc = check_table(c, k, tables[i], e);
	if (rc != ERR_OK ||
	    (rc = cache_count(c, CACHE_TREE, &n[0], e)) != ERR_OK ||
	    (rc = cache_count(c, CACHE_CHUNK, &n[1], e)) != ERR_OK ||
	    (rc = cache_count(c, CACHE_ENVELOPE, &n[2], e)) != ERR_OK)
		return rc;
	if (k->refs[0] != k->trees || k->refs[1] != k->chunks ||
	    k->refs[2] != k->envelopes || memcmp(n, k->kinds, sizeof(n)) != 0)
		return cache_damaged(c, e,
		    "the counts of references do not add up");
	return ERR_OK;
}

enum status
entrycheck_run(struct entry_store *s, struct err *e)
{
	struct check_call k = { .trees = 0 };
	enum status rc = cache_run(entry_cache(s), false, check_in, &k, e);

	arena_free(&k.arena);
	return rc;
}
