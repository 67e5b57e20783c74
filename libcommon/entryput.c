/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cache.h"
#include "entrygen.h"
#include "entrystore.h"
#include "entrytree.h"
#include "metrics.h"

struct put_call {
	const struct entry *given;
	struct entry entry;	/* with what was derived */
	struct entryrec_dep *deps;
	size_t n;
	struct entrytree tree;
	struct arena *arena;
	bool wrote;
};

/* The envelopes of the new entry and of the one that was there. */
static void
join_envelopes(struct entry *entry, const struct entry *old,
    struct arena *a)
{
	struct entry_envelope *all = arena_array(a, entry->envelopes +
	    old->envelopes + 1, sizeof(*all));
	size_t n = entry->envelopes;

	if (n > 0)
		memcpy(all, entry->envelope, n * sizeof(*all));
	for (size_t i = 0; i < old->envelopes; i++)
		if (!entrystore_has_envelope(entry, &old->envelope[i].digest))
			all[n++] = (struct entry_envelope){
				.digest = old->envelope[i].digest };
	entry->envelope = all;
	entry->envelopes = n;
}

static bool
same_documents(const struct entry *a, const struct entry *b)
{
	return slice_eq(a->verdict, b->verdict) &&
	    slice_eq(a->decision, b->decision) &&
	    slice_eq(a->inputs, b->inputs);
}

/* True when the old entry is as good as the new one, but for chunks. */
static bool
adds_nothing(const struct entry *entry, const struct entry *old)
{
	if (!same_documents(entry, old))
		return !old->foreign && entry->foreign;
	if (old->foreign && !entry->foreign)
		return false;
	for (size_t i = 0; i < entry->envelopes; i++)
		if (!entrystore_has_envelope(old, &entry->envelope[i].digest))
			return false;
	return true;
}

/* Writes the record; old is what it replaces, or NULL. */
static enum status
write_entry(struct cache *c, struct put_call *p, const struct entry *old,
    struct err *e)
{
	struct entry *entry = &p->entry;
	bool keep_tree = old != NULL && old->has_tree &&
	    digest_equal(&old->proof_root, &entry->proof_root);
	struct buf b = { 0 };
	enum status rc = ERR_OK;

	if (entry->has_tree)
		rc = keep_tree ? entrytree_extend(c, &p->tree, e) :
		    entrytree_hold(c, &p->tree, e);
	entry->has_parts |= keep_tree && old->has_parts;
	entry->has_tree |= keep_tree;
	if (rc == ERR_OK)
		rc = entrystore_hold_envelopes(c, entry, old, e);
	if (rc == ERR_OK) {
		entryrec_write(&b, entry, p->deps, p->n);
		rc = cache_put(c, CACHE_ENTRY, entrytree_key(&entry->verikey),
		    buf_get(&b), e);
		buf_free(&b);
	}
	if (rc == ERR_OK && old != NULL && old->has_tree && !keep_tree)
		rc = entrytree_drop(c, &old->proof_root, e);
	if (rc == ERR_OK && old != NULL)
		rc = entrystore_drop_envelopes(c, old, entry, e);
	/* What came from elsewhere is not sent back there. */
	if (rc == ERR_OK && !entry->foreign)
		rc = entrytree_put_number(c, CACHE_OUTBOX,
		    entrytree_key(&entry->verikey), entry->generation, e);
	p->wrote = rc == ERR_OK;
	return rc;
}

/* Whether there are chunks that the old entry's tree has not. */
static enum status
adds_chunks(struct cache *c, const struct put_call *p,
    const struct entry *old, bool *yes, struct err *e)
{
	struct entrytree t;
	enum status rc = ERR_OK;

	*yes = p->entry.has_tree && same_documents(&p->entry, old) &&
	    !old->has_parts;
	if (*yes && old->has_tree) {
		rc = entrytree_load(c, &old->proof_root, p->arena, &t, e);
		if (rc == ERR_NO)
			rc = cache_damaged(c, e, "a tree is missing");
		/* Where all are there, the record does not say so yet. */
		*yes = rc == ERR_OK && (t.kept < p->tree.kept ||
		    p->entry.has_parts);
	}
	return rc;
}

static enum status
put_in(struct cache *c, void *ctx, struct err *e)
{
	struct put_call *p = ctx;
	struct arena *a = p->arena;
	struct entryrec_dep *deps;
	struct entry old;
	enum entry_state state = ENTRY_INVALIDATED;
	size_t n;
	uint64_t now;
	bool yes;
	enum status rc;

	/* A second attempt begins from what was given. */
	p->entry.envelope = p->given->envelope;
	p->entry.envelopes = p->given->envelopes;
	p->entry.foreign = p->given->foreign;
	p->entry.has_tree = p->tree.doc.parts > 0;
	p->entry.has_parts = p->entry.has_tree &&
	    p->tree.kept == p->tree.doc.size;
	rc = entrygen_stands(c, p->deps, p->n, p->entry.generation, &yes, e);
	if (rc != ERR_OK)
		return rc;
	if (!yes)
		return err_no(e, "what the entry depends on was invalidated "
		    "while it was made");
	rc = entrystore_load(c, &p->entry.verikey, a, &old, &deps, &n, e);
	if (rc == ERR_NO)
		return write_entry(c, p, NULL, e);
	if (rc == ERR_OK)
		rc = entrygen_now(c, &now, e);
	if (rc == ERR_OK)
		rc = entrystore_judge(c, &old, deps, n, now, INT64_MIN,
		    &state, e);
	if (rc != ERR_OK)
		return rc;
	if (state == ENTRY_HIT && adds_nothing(&p->entry, &old)) {
		rc = adds_chunks(c, p, &old, &yes, e);
		if (rc != ERR_OK || !yes)
			return rc;
	}
	if (same_documents(&p->entry, &old)) {
		join_envelopes(&p->entry, &old, a);
		p->entry.foreign = p->entry.foreign && (old.foreign ||
		    state != ENTRY_HIT);
	}
	return write_entry(c, p, &old, e);
}

static enum status
check_envelopes(const struct entry *entry, struct err *e)
{
	for (size_t i = 0; i < entry->envelopes; i++) {
		struct digest d = digest_bytes(entry->envelope[i].bytes);

		if (!digest_equal(&d, &entry->envelope[i].digest))
			return err_bad(e,
			    "an envelope's digest is not its bytes'");
		for (size_t k = 0; k < i; k++)
			if (digest_equal(&d, &entry->envelope[k].digest))
				return err_bad(e,
				    "an envelope is there twice");
	}
	return ERR_OK;
}

enum status
entry_put(struct entry_store *s, const struct entry *entry, uint64_t gen,
    struct err *e)
{
	struct arena a = { 0 };
	struct put_call p = { .given = entry, .entry = *entry, .arena = &a };
	uint64_t start = entrystore_clock();
	bool parts = false;
	enum status rc = entryrec_derive(&p.entry, &a, &p.deps, &p.n, e);

	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		parts = parts || entry->part[i].data != NULL;
	if (rc == ERR_OK && entry->partial != NULL) {
		rc = entrytree_given(entry->partial, &p.entry.proof_root, &a,
		    &p.tree, e);
	} else if (rc == ERR_OK && parts) {
		entrytree_build(entry->part, &a, &p.tree);
		if (!digest_equal(&p.tree.root, &p.entry.proof_root))
			rc = err_bad(e,
			    "proofRoot is not the root of the parts");
	}
	if (rc == ERR_OK)
		rc = check_envelopes(entry, e);
	p.entry.generation = gen;
	if (rc == ERR_OK)
		rc = cache_run(entry_cache(s), true, put_in, &p, e);
	if (rc == ERR_OK && p.wrote)
		metrics_latency(entry_cache(s), METRICS_SET, METRICS_LMDB,
		    entrystore_clock() - start);
	arena_free(&a);
	return rc;
}
