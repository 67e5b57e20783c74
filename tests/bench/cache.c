/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache - speed of the cache beside bare LMDB and SHA-256 on the same data,
 * in one process; see ci/bench/cache.  Prints JSON lines.
 *
 *	cache fill DIR N SIZE	N entries whose verdicts have SIZE bytes
 *	cache get DIR N		gets, beside mdb_get and a hash of the value
 *	cache bump DIR		one invalidation, beside an empty transaction
 *	cache prune DIR [nosync] invalidates all and removes it
 */
#include <gcrypt.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "entry.h"
#include "entryrec.h"
#include "../unit/entries.h"

enum {
	BATCH = 50,	/* as prov-cache get does, about */
	GETS = 100000,
	TRIES = 4,	/* of which the best counts */
	ROUNDS = 2,
	BUMPS = 50
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct entry_store *
open_store(const char *dir, enum entry_mode mode)
{
	struct entry_store *s;
	struct err e;

	if (entry_open(dir, mode, &s, &e) != ERR_OK) {
		fprintf(stderr, "%s\n", e.text);
		exit(3);
	}
	return s;
}

/* The key of entry n here: spread, as hashes are. */
static struct digest
key_of(unsigned n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "key %u", n);
	return digest_bytes(slice_of(text));
}

struct fill {
	unsigned from, to;
	struct slice verdict;
};

/* Records as entry_put writes them, many to a transaction. */
static enum status
fill_in(struct cache *c, void *ctx, struct err *e)
{
	struct fill *f = ctx;
	struct buf b = { 0 };
	enum status rc = ERR_OK;

	for (unsigned n = f->from; n < f->to && rc == ERR_OK; n++) {
		struct digest key = key_of(n), signer = number(n % 3);
		struct entryrec_dep dep[2] = { { .epoch = { NULL, 0 } } };
		char k[33], s[33];
		struct entry entry = { .verdict = f->verdict,
			.decision = SLICE("{}"), .inputs = SLICE("{}"),
			.expires = NOW + LIFE };

		k[0] = 'k';
		memcpy(k + 1, key.sha256, 32);
		s[0] = 's';
		memcpy(s + 1, signer.sha256, 32);
		dep[0].key = (struct slice){ k, 33 };
		dep[1].key = (struct slice){ s, 33 };
		buf_reset(&b);
		entryrec_write(&b, &entry, dep, 2);
		rc = cache_put(c, CACHE_ENTRY, (struct slice){
		    (char *)key.sha256, 32 }, buf_get(&b), e);
	}
	buf_free(&b);
	return rc;
}

static void
fill(const char *dir, unsigned n, size_t size)
{
	struct entry_store *s = open_store(dir, ENTRY_WRITE_NOSYNC);
	char *text = mem_alloc(size);
	struct fill f = { .verdict = { text, size } };
	struct err e;

	memset(text, 'v', size);
	for (f.from = 0; f.from < n; f.from = f.to) {
		f.to = f.from + 10000 < n ? f.from + 10000 : n;
		if (cache_run(entry_cache(s), true, fill_in, &f, &e) !=
		    ERR_OK) {
			fprintf(stderr, "%s\n", e.text);
			exit(3);
		}
	}
	mem_free(text);
	entry_close(s);
}

/* Processor time: what else the machine does stays out of it. */
static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct bare {
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
};

static void
bare_open(struct bare *b, const char *dir)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/v1", dir);
	if (mdb_env_create(&b->env) != 0 ||
	    mdb_env_set_maxdbs(b->env, 16) != 0 ||
	    mdb_env_set_mapsize(b->env, (size_t)16 << 30) != 0 ||
	    mdb_env_open(b->env, path, MDB_RDONLY | MDB_NOTLS, 0600) != 0 ||
	    mdb_txn_begin(b->env, NULL, MDB_RDONLY, &b->txn) != 0 ||
	    mdb_dbi_open(b->txn, "entry", 0, &b->dbi) != 0)
		exit(3);
}

static double
bare_get(struct bare *b, const struct digest *key)
{
	unsigned char out[32];
	double start = cpu_seconds();
	MDB_val k, v;

	for (unsigned i = 0; i < GETS; i++) {
		k = (MDB_val){ 32, (void *)(uintptr_t)key[i].sha256 };
		if (mdb_get(b->txn, b->dbi, &k, &v) != 0)
			exit(3);
		gcry_md_hash_buffer(GCRY_MD_SHA256, out, v.mv_data,
		    v.mv_size);
	}
	return cpu_seconds() - start;
}

static double
our_get(struct entry_store *s, const struct digest *key)
{
	struct arena a = { 0 };
	struct entry_found found[BATCH];
	double start = cpu_seconds();

	for (unsigned i = 0; i < GETS; i += BATCH) {
		if (entry_get_many(s, &key[i], BATCH, NOW, &a, found, NULL) !=
		    ERR_OK || found[0].state != ENTRY_HIT)
			exit(3);
		arena_reset(&a);
	}
	start = cpu_seconds() - start;
	arena_free(&a);
	return start;
}

/* Each is opened once, as SQLite is in ci/bench/cache: the map's pages are
 * met in the first of the tries.  LMDB wants a file opened once in a process,
 * so that one is closed before the other comes. */
static int
get(const char *dir, unsigned n)
{
	struct digest *key = mem_array(NULL, GETS, sizeof(*key));
	double bare = 0, ours = 0, t;
	struct entry_store *s;
	struct bare b;
	uint64_t seed = 1;

	for (unsigned i = 0; i < GETS; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		key[i] = key_of((unsigned)((seed >> 33) % n));
	}
	for (int round = 0; round < ROUNDS; round++) {
		bare_open(&b, dir);
		for (int i = 0; i < TRIES; i++) {
			t = bare_get(&b, key);
			bare = round + i == 0 || t < bare ? t : bare;
		}
		mdb_txn_abort(b.txn);
		mdb_env_close(b.env);
		s = open_store(dir, ENTRY_READ);
		for (int i = 0; i < TRIES; i++) {
			t = our_get(s, key);
			ours = round + i == 0 || t < ours ? t : ours;
		}
		entry_close(s);
	}
	printf("{\"bench\":\"cache-get\",\"bareMicroseconds\":%.2f,"
	    "\"ourMicroseconds\":%.2f,\"ofBare\":%.2f}\n",
	    bare * 1e6 / GETS, ours * 1e6 / GETS, bare / ours);
	mem_free(key);
	return bare / ours >= 0.7 ? 0 : 1;
}

/* The smallest durable change there is. */
static enum status
touch_in(struct cache *c, void *ctx, struct err *e)
{
	return cache_put(c, CACHE_META, SLICE("bench"), (struct slice){ ctx,
	    8 }, e);
}

static int
bump(const char *dir)
{
	struct entry_store *s = open_store(dir, ENTRY_WRITE);
	struct entry_invalidation i = { .cause = ENTRY_BY_SIGNER };
	double empty = 0, ours = 0, start;
	uint64_t n = 0;

	for (; n < BUMPS; n++) {
		start = seconds();
		if (cache_run(entry_cache(s), true, touch_in, &n, NULL) !=
		    ERR_OK)
			return 3;
		empty += seconds() - start;
		i.id = number((unsigned)n + 1000);
		start = seconds();
		if (entry_invalidate(s, &i, 1, NULL) != ERR_OK)
			return 3;
		ours += seconds() - start;
	}
	printf("{\"bench\":\"cache-bump\",\"emptyMicroseconds\":%.1f,"
	    "\"ourMicroseconds\":%.1f,\"times\":%.2f}\n", empty * 1e6 / BUMPS,
	    ours * 1e6 / BUMPS, ours / empty);
	entry_close(s);
	return ours / empty <= 1.5 ? 0 : 1;
}

static int
prune(const char *dir, bool nosync)
{
	struct entry_store *s = open_store(dir, nosync ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE);
	struct digest from = { { 0 } };
	struct err e;
	uint64_t removed, n = 0;
	double start = seconds(), rate;
	enum status rc;

	do {
		rc = entry_prune(s, &from, 1000, INT64_MAX, &removed, &e);
		n += rc == ERR_OK || rc == ERR_NO ? removed : 0;
	} while (rc == ERR_OK);
	entry_close(s);
	rate = (double)n / (seconds() - start);
	printf("{\"bench\":\"cache-prune\",\"sync\":%s,\"entries\":%llu,"
	    "\"perSecond\":%.0f}\n", nosync ? "false" : "true",
	    (unsigned long long)n, rate);
	return rc == ERR_NO && rate >= (nosync ? 100000 : 20000) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	(void)merkle_empty();
	if (argc == 5 && strcmp(argv[1], "fill") == 0) {
		fill(argv[2], (unsigned)atoi(argv[3]),
		    (size_t)atol(argv[4]));
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "get") == 0)
		return get(argv[2], (unsigned)atoi(argv[3]));
	if (argc == 3 && strcmp(argv[1], "bump") == 0)
		return bump(argv[2]);
	if (argc >= 3 && strcmp(argv[1], "prune") == 0)
		return prune(argv[2], argc == 4);
	return 2;
}
