/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache - LMDB, wrapped (layer 2).  The only module that includes lmdb.h.
 *
 * One environment of named tables in DIR/v1 (a program of another format
 * has another folder beside it).  All work is done in a function that
 * cache_run calls inside a transaction and under a guard: SIGBUS, SIGSEGV,
 * SIGABRT, LMDB's assertions and standing still end in ERR_SYSTEM, never in
 * a dead or a stuck process.  After that the handle answers ERR_SYSTEM to
 * everything.
 *
 * What is found damaged is marked; who opens the environment for writing then
 * moves it aside and begins anew.
 */
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

struct cache;

enum cache_table {
	CACHE_META,
	CACHE_GENERATION,
	CACHE_ENTRY,
	CACHE_TREE,
	CACHE_CHUNK,
	CACHE_ENVELOPE,
	CACHE_REFS,
	CACHE_OUTBOX,
	CACHE_EVENT,
	CACHE_NODE,
	CACHE_TABLES
};

enum {
	CACHE_WRITE = 1,	/* make what is not there */
	CACHE_NOSYNC = 2,	/* durable only when closed */
	CACHE_KEY_MAX = 511	/* bytes of a key */
};

/*
 * ERR_NO: not there, and CACHE_WRITE was not asked for.  ERR_SYSTEM with the
 * reason when it cannot be used: another owner, writable by others, on a
 * network file system, not ours, no room, locked.  With CACHE_WRITE a
 * directory that can only be read is opened for reading.
 */
enum status cache_open(const char *dir, unsigned flags, struct cache **out,
    struct err *e);
void cache_close(struct cache *c);	/* NULL is fine */
/* It was damaged, was moved aside, and is empty. */
bool cache_renewed(const struct cache *c);

/*
 * Calls fn in a transaction, which is committed if fn returns ERR_OK and
 * aborted otherwise.  A write may call fn again after the map was grown, so
 * fn begins from nothing each time.  fn allocates, but keeps nothing that
 * only fn itself would release.
 */
enum status cache_run(struct cache *c, bool write,
    enum status (*fn)(struct cache *c, void *ctx, struct err *e), void *ctx,
    struct err *e);

/*
 * In fn only.  Values point into the map: they are good until the next
 * write, and their bytes are whatever the disk holds.  ERR_NO: no such key.
 */
enum status cache_get(struct cache *c, enum cache_table t, struct slice key,
    struct slice *value, struct err *e);
enum status cache_put(struct cache *c, enum cache_table t, struct slice key,
    struct slice value, struct err *e);
/* Gone afterwards, there or not. */
enum status cache_del(struct cache *c, enum cache_table t, struct slice key,
    struct err *e);
/* The first key that is after (or, with at, not before) this one. */
enum status cache_next(struct cache *c, enum cache_table t, struct slice from,
    bool at, struct slice *key, struct slice *value, struct err *e);
enum status cache_count(struct cache *c, enum cache_table t, uint64_t *n,
    struct err *e);
/* Marks the environment, for what only the caller can see is wrong; returns
 * ERR_SYSTEM with the text. */
enum status cache_damaged(struct cache *c, struct err *e, const char *what);

struct cache_usage {
	uint64_t file_bytes;	/* of the data file */
	uint64_t used_bytes;	/* pages that are not free */
	uint64_t readers;	/* slots taken */
};

enum status cache_usage(struct cache *c, struct cache_usage *out,
    struct err *e);

/* Counters (counters.h) in a file beside the environment.  Without it (read
 * only, disk full; c NULL) adding does nothing and reading gives 0. */
enum {
	CACHE_COUNTERS = 511
};

void cache_add(struct cache *c, unsigned counter, uint64_t n);
uint64_t cache_counter(struct cache *c, unsigned counter);

#endif
