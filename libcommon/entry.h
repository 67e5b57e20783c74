/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry - the provenance cache's entries, prov.entry/v1 (layer 3).
 *
 * A store is one LMDB environment on this machine.  It is an accelerator
 * and nothing else: every function here may answer ERR_SYSTEM (damaged, full,
 * read-only, locked, gone), after which the caller says so once, computes,
 * and exits as it would have.  Every call runs under a guard for SIGBUS,
 * SIGSEGV, SIGABRT and time.  What comes out was hashed again on the way.
 *
 * Invalidation is by generations.  The store has one number that rises with
 * every invalidation, and remembers for each signer, policy and VeriKey the
 * number at which it was last invalidated, and for each feed the epoch below
 * which it no longer counts.  An entry holds the number that stood before
 * its inputs were read, and is valid only if nothing it depends on was
 * invalidated after that.
 *
 *	entry_open(dir, ...)            prov-decide, in this order:
 *	entry_generation(store, &gen)   before any other input is read
 *	... read inputs, compute the VeriKey ...
 *	entry_get(store, &verikey, at, ...) == ERR_OK: a hit
 *	... compute, commit the output ...
 *	entry_put(store, &entry, gen)
 */
#ifndef ENTRY_H
#define ENTRY_H

#include "digest.h"
#include "err.h"
#include "json.h"
#include "merkledoc.h"

struct entry_store;

enum entry_mode {
	ENTRY_READ,		/* never creates, never writes */
	ENTRY_WRITE,
	ENTRY_WRITE_NOSYNC	/* bulk work: durable only when closed */
};

/*
 * dir NULL: $PROV_CACHE, else $XDG_CACHE_HOME/provkit, else
 * ~/.cache/provkit.  ENTRY_READ on a directory that is not there is ERR_NO.
 * A directory of somebody else, writable by others or on a network file
 * system is ERR_SYSTEM with that reason.  ENTRY_WRITE falls back to reading
 * when the directory cannot be written; entry_put says so then.
 */
enum status entry_open(const char *dir, enum entry_mode mode,
    struct entry_store **out, struct err *e);
/* NULL is fine. */
void entry_close(struct entry_store *s);
/* True when it was found damaged, moved aside and begun anew: the caller says
 * so, since what was there is lost. */
bool entry_renewed(const struct entry_store *s);
/* The directory it is in. */
const char *entry_dir(const struct entry_store *s);

/* The generation now. */
enum status entry_generation(struct entry_store *s, uint64_t *gen,
    struct err *e);

/* Bytes in a DSSE envelope that speak of an entry. */
struct entry_envelope {
	struct digest digest;	/* of bytes */
	struct slice bytes;
};

/* Evidence of which the end may be missing, as bundles have it. */
struct entry_partial {
	const struct merkledoc_tree *tree;	/* with all its hashes */
	uint64_t kept;			/* chunks that are there: the first */
	const struct slice *piece;	/* their bytes */
};

/* Everything an entry holds.  The caller of entry_put fills what is above
 * the line; the rest is derived from inputs and decision. */
struct entry {
	struct slice verdict;	/* RFC 8785 bytes, no LF */
	struct slice decision;	/* prov.decision/v1, the same */
	struct slice inputs;	/* prov.verikey/v1, the same */
	bool foreign;		/* not computed on this machine's word */
	/* What proofRoot is over; data NULL where absent, all NULL: not
	 * stored.  entry_get leaves them NULL: see entry_part. */
	struct slice part[MERKLEDOC_ROLES];
	/* Instead of part; NULL: there is none. */
	const struct entry_partial *partial;
	struct entry_envelope *envelope; /* entry_get gives digests only */
	size_t envelopes;
	/* ------ */
	struct digest verikey;
	struct digest proof_root;
	int64_t created;	/* seconds, the decision's */
	int64_t expires;
	uint64_t generation;
	bool has_parts;		/* entry_part works */
	bool has_tree;		/* entry_tree works; true if has_parts */
};

/* Why there was no hit. */
enum entry_state {
	ENTRY_HIT,
	ENTRY_MISSING,
	ENTRY_EXPIRED,		/* at is expires or later */
	ENTRY_INVALIDATED
};

/*
 * ERR_OK: *out in the arena, and *state ENTRY_HIT.  ERR_NO: no valid entry,
 * *state says why (for the last two *out is filled all the same).  A foreign
 * entry is a hit like any other: the caller checks its signature or
 * computes.  Counts the request for the metrics.
 */
enum status entry_get(struct entry_store *s, const struct digest *verikey,
    int64_t at, struct arena *a, struct entry *out, enum entry_state *state,
    struct err *e);

/* ERR_OK for a hit; ERR_NO, in words, for the others. */
enum status entry_state_status(enum entry_state state, struct err *e);

/* What became of one key. */
struct entry_found {
	struct entry entry;
	enum entry_state state;
	uint64_t nanoseconds;	/* that it took */
};

/* The same for n keys in one read transaction; ERR_OK whatever the states. */
enum status entry_get_many(struct entry_store *s, const struct digest *key,
    size_t n, int64_t at, struct arena *a, struct entry_found *found,
    struct err *e);

/*
 * Puts, in one durable transaction, the entry, its parts in chunks, its
 * envelopes and the note in the outbox.  gen is entry_generation's answer
 * from before the inputs were read, or 0 for an entry that was made elsewhere
 * (nothing it depends on may ever have been invalidated here).
 *
 * ERR_NO: something the entry depends on
 * was invalidated since, so nothing was written.  ERR_INPUT: the documents
 * do not fit each other.  Putting what is there already writes nothing; an
 * entry that is computed is never replaced by a foreign one that is valid
 * alike; envelopes, and chunks that were missing, are added to those there
 * are.
 */
enum status entry_put(struct entry_store *s, const struct entry *entry,
    uint64_t gen, struct err *e);

/* The bytes of a part (an enum merkledoc_role), each chunk verified.  ERR_NO
 * when the entry has none. */
enum status entry_part(struct entry_store *s, const struct entry *entry,
    unsigned role, struct arena *a, struct slice *bytes, struct err *e);
/* The bytes of an envelope by digest, verified. */
enum status entry_envelope(struct entry_store *s, const struct digest *digest,
    struct arena *a, struct slice *bytes, struct err *e);
/* The prov.merkle/v1 of a tree that an entry's proofRoot names, and of its
 * chunks [first, first + count) those that are there, each verified; ERR_NO
 * when the first is not. */
enum status entry_tree(struct entry_store *s, const struct digest *root,
    struct arena *a, struct json *doc, struct err *e);
enum status entry_chunks(struct entry_store *s, const struct digest *root,
    uint64_t first, uint64_t count, struct arena *a,
    enum status (*sink)(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e), void *ctx, struct err *e);

/* --- invalidating ------------------------------------------------------- */

struct entry_invalidation {
	enum entry_cause {
		ENTRY_BY_VERIKEY,
		ENTRY_BY_SIGNER,
		ENTRY_BY_POLICY,
		ENTRY_BY_FEED,
		ENTRY_BY_PATTERN,	/* by VeriKey too, which a scan */
		ENTRY_BY_EXPIRY,	/* chose: counted apart */
		ENTRY_CAUSES
	} cause;
	struct digest id;	/* of all but a feed */
	struct slice feed;	/* its name, and the epoch below which it no
				 * longer counts */
	struct slice before;
	bool is_signed;		/* it is an event with a good signature */
};

/* All of them in one small durable transaction, however many entries they
 * hit.  A feed's epoch never goes back; ERR_INPUT for one of another form
 * than the one known, but for the first that is signed. */
enum status entry_invalidate(struct entry_store *s,
    const struct entry_invalidation *list, size_t n, struct err *e);

/*
 * Entries in the order of their VeriKeys, from the first that is not before
 * *from: up to limit of them are given to fn, *from moves behind the last;
 * ERR_NO when there are no more.  Each call is one short read transaction.
 * An entry that is damaged ends it with ERR_SYSTEM.
 */
enum status entry_scan(struct entry_store *s, struct digest *from,
    size_t limit, int64_t at,
    enum status (*fn)(void *ctx, const struct entry *entry,
    enum entry_state state, struct err *e), void *ctx, struct err *e);
/* Removes up to limit entries that are expired at that time or invalidated,
 * from *from on, with what only they held; ERR_NO when there are no more. */
enum status entry_prune(struct entry_store *s, struct digest *from,
    size_t limit, int64_t at, uint64_t *removed, struct err *e);

/* --- the outbox --------------------------------------------------------- */

/* What entry_put left for prov-sync: a VeriKey and the generation of its
 * entry. */
struct entry_note {
	struct digest verikey;
	uint64_t generation;
};

/* Up to limit notes in the order of VeriKeys, from *from on; *n of them, 0
 * at the end.  *from moves behind the last. */
enum status entry_outbox(struct entry_store *s, struct digest *from,
    size_t limit, struct entry_note *note, size_t *n, struct err *e);
/* Takes out, in one durable transaction, the notes that are still as they
 * were: an entry that was put again meanwhile keeps its own. */
enum status entry_sent(struct entry_store *s, const struct entry_note *note,
    size_t n, struct err *e);

/* --- upkeep ------------------------------------------------------------- */

struct entry_stats {
	uint64_t entries, trees, chunks, envelopes, outbox, events;
	uint64_t generation;
	uint64_t file_bytes;	/* of the data file */
	uint64_t used_bytes;	/* of them, in use */
	uint64_t readers;	/* reader slots taken */
};

enum status entry_stats(struct entry_store *s, struct entry_stats *out,
    struct err *e);

/* --- for the modules beside this one ------------------------------------ */

struct cache;
struct cache *entry_cache(struct entry_store *s);
/* entry_invalidate inside a write that is under way (see cache_run). */
enum status entry_invalidate_in(struct cache *c,
    const struct entry_invalidation *list, size_t n, struct err *e);

#endif
