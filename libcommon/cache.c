/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"
#include "cacheplace.h"
#include "counters.h"
#include "guard.h"

/* The map's first size: address space only.  It grows when it is full. */
#define MAP_FIRST (UINT64_C(1) << 30)
#define MAP_LEAST (UINT64_C(1) << 24)

enum {
	READERS = 1022,		/* processes that read at one time */
	READ_SECONDS = 2,	/* without a step forward that a read may
				 * take */
	WRITE_SECONDS = 10,	/* that a writer may wait in the queue */
	GROW_TRIES = 16,
	DAMAGED_TEXT = 128
};

struct cache {
	char *dir;		/* DIR/v1 */
	MDB_env *env;
	MDB_dbi dbi[CACHE_TABLES];
	MDB_txn *txn;		/* the transaction of cache_run */
	MDB_txn *reader;	/* kept to be renewed */
	MDB_cursor *cursor[CACHE_TABLES];
	int rc;			/* what LMDB said last */
	bool writable;
	bool broken;		/* a guard fired: LMDB's state is unknown */
	bool damaged;		/* by what was found */
	ino_t inode;		/* of the data file that was opened */
	bool renewed;		/* it was damaged when it was opened */
	bool unsynced;		/* CACHE_NOSYNC: close syncs */
	uint64_t map_size;
	struct counters *counters;	/* NULL: none */
	struct cache *next;	/* of those left behind */
};

/* Broken handles: what LMDB holds for them is in an unknown state, and stays
 * as it is until the process ends. */
static struct cache *left_behind;

static const char *const table_name[CACHE_TABLES] = {
	[CACHE_META] = "meta",
	[CACHE_GENERATION] = "generation",
	[CACHE_ENTRY] = "entry",
	[CACHE_TREE] = "tree",
	[CACHE_CHUNK] = "chunk",
	[CACHE_ENVELOPE] = "envelope",
	[CACHE_REFS] = "refs",
	[CACHE_OUTBOX] = "outbox",
	[CACHE_EVENT] = "event",
	[CACHE_NODE] = "node",
};

static void
on_assert(MDB_env *env, const char *text)
{
	(void)env;
	(void)text;
	(void)raise(SIGABRT);
}

/* Around every call of LMDB: the clock counts from here. */
#define LMDB(c, call) \
	(guard_enter(), (c)->rc = (call), guard_leave(), (c)->rc)

static void
path_of(const struct cache *c, const char *name, char out[4096])
{
	(void)snprintf(out, 4096, "%s/%s", c->dir, name);
}

/* Unless somebody moved it aside meanwhile: what is there now is whole. */
static void
mark(const struct cache *c)
{
	char path[4096];
	struct stat st;
	int fd;

	path_of(c, "data.mdb", path);
	if (!c->writable || stat(path, &st) != 0 || st.st_ino != c->inode)
		return;
	path_of(c, "damaged", path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
}

enum status
cache_damaged(struct cache *c, struct err *e, const char *what)
{
	c->damaged = true;
	mark(c);
	(void)err_bad(e, "the cache is damaged: %s", what);
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}

static enum status
broken(struct cache *c, int sig, struct err *e)
{
	c->broken = true;
	if (sig != SIGALRM)
		return cache_damaged(c, e, sig == SIGBUS ?
		    "its file is shorter than it says" :
		    "its pages make no sense");
	(void)err_bad(e, "the cache is locked by another process");
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}

static enum status
system_error(struct err *e, const char *what)
{
	(void)err_bad(e, "%s", what);
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}

/* LMDB says EIO for a write that a full disk cut short. */
static bool
is_full(const struct cache *c)
{
	struct statfs fs;

	return statfs(c->dir, &fs) == 0 && fs.f_bavail < 16;
}

/* The one table of LMDB's codes. */
static enum status
translate(struct cache *c, struct err *e)
{
	switch (c->rc) {
	case MDB_SUCCESS:
		return ERR_OK;
	case MDB_NOTFOUND:
		return err_no(e, "not in the cache");
	case MDB_PAGE_NOTFOUND:
	case MDB_CORRUPTED:
	case MDB_PANIC:
	case MDB_INVALID:
	case MDB_CURSOR_FULL:
	case MDB_BAD_TXN:
	case MDB_INCOMPATIBLE:
	case MDB_BAD_DBI:
		return cache_damaged(c, e, mdb_strerror(c->rc));
	default:
		if (c->rc > 0) {
			errno = c->rc == EIO && is_full(c) ? ENOSPC : c->rc;
			return err_system(e, "the cache does not work");
		}
		return system_error(e, mdb_strerror(c->rc));
	}
}

/* --- opening ------------------------------------------------------------ */

/* Not waited for longer than a writer waits: its holder may be stopped. */
static bool
lock_within(int fd, int how)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };

	for (int i = 0; flock(fd, how | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK || i == WRITE_SECONDS * 100)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

/* A marked environment goes aside.  Nobody opens one for writing meanwhile,
 * or it would have the old lock file and the new data: so each holds the file
 * that is returned while it opens (-1: there is none). */
static int
move_aside(const struct cache *c)
{
	char marked[4096], from[4096], to[4096];
	int fd;

	path_of(c, "damaged", marked);
	path_of(c, "aside", from);
	fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (access(marked, F_OK) == 0 && lock_within(fd, LOCK_EX) &&
	    access(marked, F_OK) == 0) {
		path_of(c, "data.mdb", from);
		path_of(c, "data.mdb.damaged", to);
		(void)rename(from, to);
		path_of(c, "lock.mdb", from);
		(void)unlink(from);
		(void)unlink(marked);
	}
	(void)lock_within(fd, LOCK_SH);
	return fd;
}

static int
open_env(struct cache *c, unsigned flags)
{
	int rc = LMDB(c, mdb_env_create(&c->env));

	if (rc != 0)
		return rc;
	(void)mdb_env_set_assert(c->env, on_assert);
	(void)mdb_env_set_maxdbs(c->env, CACHE_TABLES);
	(void)mdb_env_set_maxreaders(c->env, READERS);
	rc = mdb_env_set_mapsize(c->env, (size_t)c->map_size);
	if (rc == 0)
		rc = LMDB(c, mdb_env_open(c->env, c->dir, flags, 0600));
	if (rc != 0) {
		mdb_env_close(c->env);
		c->env = NULL;
		c->rc = rc;
	}
	return rc;
}

/* Writing; else reading; else reading without a lock file, where hashes
 * alone guard against a writer elsewhere. */
static enum status
open_some_way(struct cache *c, unsigned flags, struct err *e)
{
	unsigned base = MDB_NOTLS | (flags & CACHE_NOSYNC ? MDB_NOSYNC : 0);
	struct stat st = { 0 };
	char path[4096];
	bool none;
	int rc;

	path_of(c, "data.mdb", path);
	/* A file without a byte is one whose maker was killed. */
	none = stat(path, &st) != 0 ? errno == ENOENT : st.st_size == 0;
	c->inode = st.st_ino;
	if (none && !c->writable)
		return err_no(e, "there is no cache yet");
	c->map_size = MAP_FIRST;
	while (c->map_size < (uint64_t)st.st_size)
		c->map_size *= 2;
	if (c->writable) {
		rc = open_env(c, base);
		/* No address space for a generous map: a smaller one. */
		while (rc == ENOMEM && c->map_size > MAP_LEAST) {
			c->map_size /= 4;
			rc = open_env(c, base);
		}
		if (rc == 0 && none && stat(path, &st) == 0)
			c->inode = st.st_ino;
		if (rc == 0)
			return ERR_OK;
		if (rc != EACCES && rc != EROFS && rc != EPERM)
			return translate(c, e);
		c->writable = false;
		if (none)
			return err_no(e, "there is no cache yet");
	}
	rc = open_env(c, base | MDB_RDONLY);
	if (rc == EACCES || rc == EROFS || rc == EPERM || rc == ENOENT ||
	    rc == ENOSPC)
		rc = open_env(c, base | MDB_RDONLY | MDB_NOLOCK);
	return rc == 0 ? ERR_OK : translate(c, e);
}

/* A reader's transaction.  Only a writer that comes clears the slots of
 * readers that were killed; where none does, the one who finds them all taken
 * clears them. */
static int
begin_reader(struct cache *c, MDB_txn **txn)
{
	int dead, rc = LMDB(c, mdb_txn_begin(c->env, NULL, MDB_RDONLY, txn));

	if (rc == MDB_READERS_FULL &&
	    LMDB(c, mdb_reader_check(c->env, &dead)) == 0)
		rc = LMDB(c, mdb_txn_begin(c->env, NULL, MDB_RDONLY, txn));
	return rc;
}

static enum status
open_tables(struct cache *c, struct err *e)
{
	MDB_txn *txn;
	int dead;

	if (c->writable)
		(void)LMDB(c, mdb_reader_check(c->env, &dead));
	if (begin_reader(c, &txn) != 0)
		return translate(c, e);
	for (unsigned i = 0; i < CACHE_TABLES && c->rc == 0; i++)
		(void)LMDB(c, mdb_dbi_open(txn, table_name[i], 0,
		    &c->dbi[i]));
	if (c->rc == 0) {
		(void)LMDB(c, mdb_txn_commit(txn));
		return translate(c, e);
	}
	mdb_txn_abort(txn);
	if (c->rc != MDB_NOTFOUND)
		return translate(c, e);
	if (!c->writable)
		return err_no(e, "there is no cache yet");
	if (LMDB(c, mdb_txn_begin(c->env, NULL, 0, &txn)) != 0)
		return translate(c, e);
	for (unsigned i = 0; i < CACHE_TABLES && c->rc == 0; i++)
		(void)LMDB(c, mdb_dbi_open(txn, table_name[i], MDB_CREATE,
		    &c->dbi[i]));
	if (c->rc != 0)
		mdb_txn_abort(txn);
	else
		(void)LMDB(c, mdb_txn_commit(txn));
	return translate(c, e);
}

struct open_call {
	struct cache *cache;
	unsigned flags;
	struct err *e;
	enum status rc;
};

static void
open_guarded(void *ctx)
{
	struct open_call *call = ctx;

	call->rc = open_some_way(call->cache, call->flags, call->e);
	if (call->rc == ERR_OK)
		call->rc = open_tables(call->cache, call->e);
}

/* path is DIR/v1, which is there. */
static enum status
open_at(const char *path, unsigned flags, struct cache **out, bool *damaged,
    struct err *e)
{
	struct cache *c = mem_alloc(sizeof(*c));
	struct open_call call = { c, flags, e, ERR_OK };
	char counters[4096];
	enum status rc;
	int sig, aside = -1;

	*c = (struct cache){ .writable = (flags & CACHE_WRITE) != 0 };
	c->dir = mem_alloc(strlen(path) + 1);
	strcpy(c->dir, path);
	c->unsynced = c->writable && (flags & CACHE_NOSYNC) != 0;
	guard_hold();
	if (c->writable)
		aside = move_aside(c);
	sig = guard_run(c->writable ? WRITE_SECONDS : READ_SECONDS,
	    open_guarded, &call);
	if (aside >= 0)
		(void)close(aside);
	rc = sig == 0 ? call.rc : broken(c, sig, e);
	*damaged = c->damaged;
	if (rc != ERR_OK)
		return cache_close(c), rc;
	path_of(c, "counters", counters);
	c->counters = counters_open(counters, c->writable, CACHE_COUNTERS);
	*out = c;
	return ERR_OK;
}

enum status
cache_open(const char *dir, unsigned flags, struct cache **out, struct err *e)
{
	struct arena a = { 0 };
	char *path = arena_printf(&a, "%s/v1", dir);
	bool write = (flags & CACHE_WRITE) != 0, damaged = false;
	enum status rc = ERR_OK;

	*out = NULL;
	if (strlen(path) > 4000)
		return arena_free(&a), system_error(e,
		    "the cache directory's name is too long");
	if (access(path, F_OK) != 0)
		rc = write ? cacheplace_make(path, e) :
		    err_no(e, "there is no cache yet");
	if (rc == ERR_OK)
		rc = cacheplace_check(dir, e);
	if (rc == ERR_OK)
		rc = cacheplace_check(path, e);
	if (rc == ERR_OK)
		rc = open_at(path, flags, out, &damaged, e);
	/* The writer who finds the damage begins anew, and not the next. */
	if (rc == ERR_SYSTEM && write && damaged) {
		rc = open_at(path, flags, out, &damaged, e);
		if (rc == ERR_OK)
			(*out)->renewed = true;
	}
	arena_free(&a);
	return rc;
}

bool
cache_renewed(const struct cache *c)
{
	return c->renewed;
}

static void
close_env(void *ctx)
{
	struct cache *c = ctx;

	if (c->reader != NULL)
		mdb_txn_abort(c->reader);
	if (c->unsynced)
		(void)LMDB(c, mdb_env_sync(c->env, 1));
	mdb_env_close(c->env);
}

void
cache_close(struct cache *c)
{
	if (c == NULL)
		return;
	if (c->env != NULL && !c->broken)
		(void)guard_run(WRITE_SECONDS, close_env, c);
	counters_close(c->counters);
	guard_release();
	if (c->broken) {
		c->next = left_behind;
		left_behind = c;
		return;
	}
	mem_free(c->dir);
	mem_free(c);
}

/* --- transactions ------------------------------------------------------- */

static uint64_t
map_size(struct cache *c)
{
	MDB_envinfo info;

	return mdb_env_info(c->env, &info) == 0 ? info.me_mapsize :
	    c->map_size;
}

static int
begin(struct cache *c, bool write)
{
	int rc;

	if (write)
		rc = LMDB(c, mdb_txn_begin(c->env, NULL, 0, &c->txn));
	else if (c->reader == NULL)
		rc = begin_reader(c, &c->reader);
	else
		rc = LMDB(c, mdb_txn_renew(c->reader));
	/* Another process made the map larger. */
	if (rc == MDB_MAP_RESIZED && mdb_env_set_mapsize(c->env, 0) == 0) {
		if (!write && c->reader != NULL) {
			mdb_txn_abort(c->reader);
			c->reader = NULL;
		}
		c->map_size = map_size(c);
		rc = write ? LMDB(c, mdb_txn_begin(c->env, NULL, 0,
		    &c->txn)) : begin_reader(c, &c->reader);
	}
	if (rc == 0 && !write)
		c->txn = c->reader;
	return rc;
}

static void
close_cursors(struct cache *c)
{
	for (unsigned i = 0; i < CACHE_TABLES; i++) {
		if (c->cursor[i] != NULL)
			mdb_cursor_close(c->cursor[i]);
		c->cursor[i] = NULL;
	}
}

static enum status
attempt(struct cache *c, bool write,
    enum status (*fn)(struct cache *, void *, struct err *), void *ctx,
    struct err *e)
{
	enum status rc;

	if (begin(c, write) != 0)
		return translate(c, e);
	rc = fn(c, ctx, e);
	close_cursors(c);
	if (!write) {
		mdb_txn_reset(c->reader);
	} else if (rc == ERR_OK) {
		if (LMDB(c, mdb_txn_commit(c->txn)) != 0)
			rc = translate(c, e);
	} else {
		mdb_txn_abort(c->txn);
	}
	c->txn = NULL;
	return rc;
}

/* Doubles the map; LMDB takes the size it finds when others did already. */
static bool
grow(struct cache *c)
{
	MDB_envinfo info;

	if (mdb_env_info(c->env, &info) != 0 ||
	    mdb_env_set_mapsize(c->env, info.me_mapsize * 2) != 0)
		return false;
	c->map_size = info.me_mapsize * 2;
	return true;
}

struct run_call {
	struct cache *cache;
	bool write;
	enum status (*fn)(struct cache *, void *, struct err *);
	void *ctx;
	struct err *e;
	enum status rc;
};

static void
run(void *ctx)
{
	struct run_call *r = ctx;
	struct cache *c = r->cache;
	int tries = 0;

	do {
		c->rc = 0;
		r->rc = attempt(c, r->write, r->fn, r->ctx, r->e);
	} while (r->rc == ERR_SYSTEM && c->rc == MDB_MAP_FULL &&
	    tries++ < GROW_TRIES && grow(c));
}

enum status
cache_run(struct cache *c, bool write,
    enum status (*fn)(struct cache *c, void *ctx, struct err *e), void *ctx,
    struct err *e)
{
	struct run_call r = { c, write, fn, ctx, e, ERR_OK };
	int sig;

	if (c->broken)
		return system_error(e, "the cache failed before");
	if (write && !c->writable)
		return system_error(e, "the cache is read-only");
	sig = guard_run(write ? WRITE_SECONDS : READ_SECONDS, run, &r);
	if (sig == 0)
		return r.rc;
	c->txn = NULL;
	return broken(c, sig, e);
}

static MDB_val
val(struct slice s)
{
	/* LMDB takes keys and values as not const, and does not write. */
	return (MDB_val){ s.len, (void *)(uintptr_t)s.data };
}

/* No value is longer than the map; a length that is comes from damage. */
static enum status
check_value(struct cache *c, const MDB_val *v, struct slice *out,
    struct err *e)
{
	if (v->mv_size > c->map_size * 2)
		return cache_damaged(c, e, "a value has no end");
	*out = (struct slice){ v->mv_data, v->mv_size };
	return ERR_OK;
}

enum status
cache_get(struct cache *c, enum cache_table t, struct slice key,
    struct slice *value, struct err *e)
{
	MDB_val k = val(key), v;

	if (LMDB(c, mdb_get(c->txn, c->dbi[t], &k, &v)) != 0)
		return translate(c, e);
	return check_value(c, &v, value, e);
}

enum status
cache_put(struct cache *c, enum cache_table t, struct slice key,
    struct slice value, struct err *e)
{
	MDB_val k = val(key), v = val(value);

	(void)LMDB(c, mdb_put(c->txn, c->dbi[t], &k, &v, 0));
	return translate(c, e);
}

enum status
cache_del(struct cache *c, enum cache_table t, struct slice key,
    struct err *e)
{
	MDB_val k = val(key);

	(void)LMDB(c, mdb_del(c->txn, c->dbi[t], &k, NULL));
	return c->rc == MDB_NOTFOUND ? ERR_OK : translate(c, e);
}

static enum status
move(struct cache *c, enum cache_table t, MDB_cursor_op op, MDB_val *k,
    MDB_val *v, struct slice *key, struct slice *value, struct err *e)
{
	enum status rc;

	if (c->cursor[t] == NULL && LMDB(c, mdb_cursor_open(c->txn, c->dbi[t],
	    &c->cursor[t])) != 0)
		return translate(c, e);
	if (LMDB(c, mdb_cursor_get(c->cursor[t], k, v, op)) != 0)
		return translate(c, e);
	if (k->mv_size > CACHE_KEY_MAX)
		return cache_damaged(c, e, "a key has no end");
	rc = check_value(c, v, value, e);
	*key = (struct slice){ k->mv_data, k->mv_size };
	return rc;
}

enum status
cache_next(struct cache *c, enum cache_table t, struct slice from, bool at,
    struct slice *key, struct slice *value, struct err *e)
{
	MDB_val k = val(from), v;
	enum status rc;

	if (from.len == 0)
		return move(c, t, MDB_FIRST, &k, &v, key, value, e);
	rc = move(c, t, MDB_SET_RANGE, &k, &v, key, value, e);
	if (rc != ERR_OK || at || !slice_eq(*key, from))
		return rc;
	return move(c, t, MDB_NEXT, &k, &v, key, value, e);
}

enum status
cache_count(struct cache *c, enum cache_table t, uint64_t *n, struct err *e)
{
	MDB_stat st;

	if (LMDB(c, mdb_stat(c->txn, c->dbi[t], &st)) != 0)
		return translate(c, e);
	*n = st.ms_entries;
	return ERR_OK;
}

/* --- upkeep ------------------------------------------------------------- */

/* A line for each reader, after one that names the columns; or one alone
 * that says that there is none, in brackets. */
static int
count_reader(const char *line, void *ctx)
{
	uint64_t *n = ctx;

	if (line[0] != '(' && strstr(line, "pid") == NULL)
		++*n;
	return 0;
}

static enum status
usage_in(struct cache *c, void *ctx, struct err *e)
{
	struct cache_usage *u = ctx;
	MDB_stat st;
	struct stat file;
	char path[4096];

	path_of(c, "data.mdb", path);
	u->file_bytes = stat(path, &file) == 0 ? (uint64_t)file.st_size : 0;
	u->used_bytes = 0;
	for (unsigned i = 0; i < CACHE_TABLES; i++) {
		if (LMDB(c, mdb_stat(c->txn, c->dbi[i], &st)) != 0)
			return translate(c, e);
		u->used_bytes += (st.ms_branch_pages + st.ms_leaf_pages +
		    st.ms_overflow_pages) * (uint64_t)st.ms_psize;
	}
	u->readers = 0;
	(void)LMDB(c, mdb_reader_list(c->env, count_reader, &u->readers));
	return translate(c, e);
}

enum status
cache_usage(struct cache *c, struct cache_usage *out, struct err *e)
{
	return cache_run(c, false, usage_in, out, e);
}

void
cache_add(struct cache *c, unsigned counter, uint64_t n)
{
	if (c != NULL)
		counters_add(c->counters, counter, n);
}

uint64_t
cache_counter(struct cache *c, unsigned counter)
{
	return c != NULL ? counters_get(c->counters, counter) : 0;
}
