/* SPDX-License-Identifier: Apache-2.0 */
/* The cache's entries: what is put comes out, and what is invalidated does
 * not. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "cacheplace.h"
#include "entries.h"
#include "entrydoc.h"
#include "epoch.h"
#include "tap.h"

enum {
	EVIDENCE_SIZE = 150000	/* three chunks, the last not full */
};

static struct arena arena;
static char directory[] = "/tmp/prov-entry-XXXXXX";

static struct entry_store *
open_store(enum entry_mode mode)
{
	struct entry_store *s;
	struct err e;

	if (entry_open(directory, mode, &s, &e) != ERR_OK) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	return s;
}

static enum entry_state
state_of(struct entry_store *s, const struct entry *entry, int64_t at)
{
	struct entry out;
	enum entry_state state;
	struct err e;
	enum status rc = entry_get(s, &entry->verikey, at, &arena, &out,
	    &state, &e);

	if (rc != ERR_OK && rc != ERR_NO)
		printf("# %s\n", e.text);
	return rc == ERR_OK || rc == ERR_NO ? state : (enum entry_state)-1;
}

static enum status
invalidate(struct entry_store *s, enum entry_cause cause,
    const struct digest *id, const char *feed, const char *before)
{
	struct entry_invalidation i = { .cause = cause,
		.feed = slice_of(feed), .before = slice_of(before) };

	if (id != NULL)
		i.id = *id;
	return entry_invalidate(s, &i, 1, NULL);
}

static enum status
put(struct entry_store *s, const struct entry *entry)
{
	struct err e;
	uint64_t gen;
	enum status rc = entry_generation(s, &gen, &e);

	if (rc == ERR_OK)
		rc = entry_put(s, entry, gen, &e);
	if (rc != ERR_OK)
		printf("# %s\n", e.text);
	return rc;
}

static void
test_round_trip(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE);
	struct entry one = make(&arena, 1, 900, "5", EVIDENCE_SIZE);
	struct entry out;
	struct entry_envelope env = { .bytes = SLICE("{\"x\":1}") };
	struct slice bytes;
	struct json doc, tree;
	enum entry_state state;
	struct entry again;
	struct buf text = { 0 };
	struct err e;

	env.digest = digest_bytes(env.bytes);
	one.envelope = &env;
	one.envelopes = 1;
	ok(state_of(s, &one, NOW) == ENTRY_MISSING, "nothing is there");
	ok(put(s, &one) == ERR_OK, "an entry is put");
	ok(entry_get(s, &one.verikey, NOW, &arena, &out, &state, &e) ==
	    ERR_OK && state == ENTRY_HIT, "and got");
	ok(slice_eq(out.verdict, one.verdict) &&
	    slice_eq(out.decision, one.decision) &&
	    slice_eq(out.inputs, one.inputs) && !out.foreign,
	    "with its documents, byte for byte");
	ok(entry_part(s, &out, MERKLEDOC_EVIDENCE, &arena, &bytes, &e) ==
	    ERR_OK && slice_eq(bytes, one.part[MERKLEDOC_EVIDENCE]),
	    "its evidence is put together from chunks");
	ok(entry_part(s, &out, MERKLEDOC_BUDGET, &arena, &bytes, &e) ==
	    ERR_NO, "a part that was not put is not there");
	ok(out.envelopes == 1 && entry_envelope(s, &env.digest, &arena,
	    &bytes, &e) == ERR_OK && slice_eq(bytes, env.bytes),
	    "its envelope is there");
	ok(entry_tree(s, &out.proof_root, &arena, &tree, &e) == ERR_OK &&
	    json_count(json_get(&tree, "chunks")) == 4 &&
	    json_count(json_get(&tree, "parts")) == 2,
	    "its tree has four chunks in two parts");
	ok(entrydoc_write(s, &out, true, &text, &e) == ERR_OK &&
	    json_parse(buf_get(&text), &json_own, &arena, &doc, &e) ==
	    ERR_OK && slice_eq(canon_text(&arena, &doc), buf_get(&text)) &&
	    entrydoc_read(&doc, &arena, &again, &e) == ERR_OK &&
	    slice_eq(again.verdict, one.verdict) &&
	    slice_eq(again.part[0], one.part[0]) &&
	    again.envelopes == 1, "its document is canonical and reads back");
	buf_free(&text);
	ok(state_of(s, &one, NOW + LIFE - 1) == ENTRY_HIT &&
	    state_of(s, &one, NOW + LIFE) == ENTRY_EXPIRED,
	    "it expires with the decision, by the time that was given");
	entry_close(s);
}

static void
test_refusals(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE);
	struct entry one = make(&arena, 1, 900, "5", EVIDENCE_SIZE);
	struct entry two = make(&arena, 2, 900, "5", EVIDENCE_SIZE);
	struct entry bad = two;

	bad.decision = one.decision;
	ok(put(s, &bad) == ERR_INPUT, "a decision of another key is refused");
	bad = two;
	bad.verdict = one.verdict;
	ok(put(s, &bad) == ERR_INPUT, "another verdict is refused");
	bad = two;
	bad.part[MERKLEDOC_POLICY] = SLICE("{}");
	ok(put(s, &bad) == ERR_INPUT, "parts of another root are refused");
	ok(state_of(s, &two, NOW) == ENTRY_MISSING, "nothing came of it");
	entry_close(s);
}

static void
test_invalidation(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE);
	struct entry a = make(&arena, 10, 901, "7", EVIDENCE_SIZE);
	struct entry b = make(&arena, 11, 902, "9", EVIDENCE_SIZE);
	struct digest signer = number(901), policy = number(77);
	uint64_t before;

	(void)put(s, &a);
	(void)put(s, &b);
	(void)entry_generation(s, &before, NULL);
	ok(invalidate(s, ENTRY_BY_SIGNER, &signer, NULL, NULL) == ERR_OK &&
	    state_of(s, &a, NOW) == ENTRY_INVALIDATED &&
	    state_of(s, &b, NOW) == ENTRY_HIT,
	    "a signer's entries are invalidated, others are not");
	ok(entry_put(s, &a, before, NULL) == ERR_NO,
	    "what was computed from before is not put");
	ok(put(s, &a) == ERR_OK && state_of(s, &a, NOW) == ENTRY_HIT,
	    "what was computed after is");
	ok(invalidate(s, ENTRY_BY_FEED, NULL, "nvd", "10") == ERR_OK &&
	    state_of(s, &a, NOW) == ENTRY_INVALIDATED &&
	    state_of(s, &b, NOW) == ENTRY_INVALIDATED,
	    "a feed's epoch goes by value: 9 is before 10");
	ok(put(s, &b) == ERR_NO, "an entry of an old epoch is not put");
	b = make(&arena, 11, 902, "10", EVIDENCE_SIZE);
	ok(put(s, &b) == ERR_OK && state_of(s, &b, NOW) == ENTRY_HIT,
	    "an entry of the new epoch is");
	ok(invalidate(s, ENTRY_BY_FEED, NULL, "nvd", "8") == ERR_OK &&
	    put(s, &a) == ERR_NO, "an epoch never goes back");
	ok(invalidate(s, ENTRY_BY_VERIKEY, &b.verikey, NULL, NULL) ==
	    ERR_OK && state_of(s, &b, NOW) == ENTRY_INVALIDATED,
	    "one entry is invalidated by its veriKey");
	(void)put(s, &b);
	ok(invalidate(s, ENTRY_BY_POLICY, &policy, NULL, NULL) == ERR_OK &&
	    state_of(s, &b, NOW) == ENTRY_INVALIDATED,
	    "entries are invalidated by policy");
	entry_close(s);
}

static void
test_origin(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE);
	struct entry a = make(&arena, 20, 903, "10", EVIDENCE_SIZE);
	struct entry out;
	enum entry_state state;

	a.foreign = true;
	(void)put(s, &a);
	(void)entry_get(s, &a.verikey, NOW, &arena, &out, &state, NULL);
	ok(state == ENTRY_HIT && out.foreign, "a foreign entry says so");
	a.foreign = false;
	(void)put(s, &a);
	(void)entry_get(s, &a.verikey, NOW, &arena, &out, &state, NULL);
	ok(!out.foreign, "computing it makes it our own");
	a.foreign = true;
	(void)put(s, &a);
	(void)entry_get(s, &a.verikey, NOW, &arena, &out, &state, NULL);
	ok(!out.foreign, "and it stays so");
	entry_close(s);
}

static enum status
counts_in(struct cache *c, void *ctx, struct err *e)
{
	uint64_t *n = ctx;

	return cache_count(c, CACHE_ENTRY, &n[0], e) == ERR_OK &&
	    cache_count(c, CACHE_CHUNK, &n[1], e) == ERR_OK &&
	    cache_count(c, CACHE_ENVELOPE, &n[2], e) == ERR_OK &&
	    cache_count(c, CACHE_REFS, &n[3], e) == ERR_OK ?
	    ERR_OK : ERR_SYSTEM;
}

static void
test_outbox(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE);
	struct digest from = { { 0 } }, signer = number(999);
	struct entry a = make(&arena, 20, 903, "10", EVIDENCE_SIZE);
	struct entry_note note[8];
	size_t n, more;

	ok(entry_outbox(s, &from, 8, note, &n, NULL) == ERR_OK && n == 4 &&
	    entry_outbox(s, &from, 8, note + n, &more, NULL) == ERR_OK &&
	    more == 0, "four entries wait to be sent");
	/* Put anew, under another generation. */
	(void)invalidate(s, ENTRY_BY_SIGNER, &signer, NULL, NULL);
	(void)invalidate(s, ENTRY_BY_VERIKEY, &a.verikey, NULL, NULL);
	(void)put(s, &a);
	ok(entry_sent(s, note, n, NULL) == ERR_OK, "they are sent");
	memset(&from, 0, sizeof(from));
	ok(entry_outbox(s, &from, 8, note, &n, NULL) == ERR_OK && n == 1 &&
	    digest_equal(&note[0].verikey, &a.verikey),
	    "but for the one that was put anew meanwhile");
	entry_close(s);
}

static void
test_prune(void)
{
	struct entry_store *s = open_store(ENTRY_WRITE_NOSYNC);
	struct digest from = { { 0 } };
	uint64_t removed, all = 0, n[4];
	enum status rc;

	(void)cache_run(entry_cache(s), false, counts_in, n, NULL);
	ok(n[0] == 4 && n[1] > 4 && n[2] == 1,
	    "four entries, their chunks and an envelope are there");
	do {
		rc = entry_prune(s, &from, 1, NOW + LIFE, &removed, NULL);
		all += rc == ERR_OK || rc == ERR_NO ? removed : 0;
	} while (rc == ERR_OK);
	(void)cache_run(entry_cache(s), false, counts_in, n, NULL);
	ok(rc == ERR_NO && all == 4 && n[0] == 0 && n[1] == 0 && n[2] == 0 &&
	    n[3] == 0, "nothing is left of them when they are pruned");
	entry_close(s);
}

static void
test_epochs(void)
{
	static const struct {
		const char *a, *b;
		int want;
	} row[] = {
		{ "9", "10", -1 }, { "010", "10", 0 }, { "b", "a", 1 },
		{ "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+01:00", 0 },
		{ "2026-01-02T00:00:00Z", "2025-12-31T23:59:59Z", 1 },
		{ "2026-01-02", "2026-01-10", -1 },
	};
	bool right = true;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		right = right && epoch_cmp(slice_of(row[i].a),
		    slice_of(row[i].b)) == row[i].want;
	ok(right, "epochs compare as times, numbers or bytes");
}

static void
test_places(void)
{
	ok(cacheplace_is_network(0x6969) &&
	    cacheplace_is_network(0xFF534D42) &&
	    !cacheplace_is_network(0xEF53) &&
	    !cacheplace_is_network(0x01021994) &&
	    !cacheplace_is_network(0x794c7630),
	    "NFS and CIFS are networks; ext4, tmpfs and overlay are not");
}

int
main(void)
{
	char command[64];

	if (mkdtemp(directory) == NULL)
		return 1;
	test_round_trip();
	test_refusals();
	test_invalidation();
	test_origin();
	test_outbox();
	test_prune();
	test_epochs();
	test_places();
	arena_free(&arena);
	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command) != 0 || done();
}
