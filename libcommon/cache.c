/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cache.h"

/* The map's first size: address space only.  It grows when it is full. */
#define MAP_FIRST (UINT64_C(1) << 30)
#define MAP_LEAST (UINT64_C(1) << 24)

enum {
	READERS = 1022,		/* processes that read at one time */
	TICK = 1,		/* seconds */
	TICKS_READ = 2,		/* without a step forward that a read may
				 * take */
	TICKS_WRITE = 10,	/* that a writer may wait in the queue */
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
	bool locked;		/* others are kept out by a lock file */
	bool unsynced;		/* CACHE_NOSYNC: close syncs */
	int tries;		/* times cache_run grew the map */
	uint64_t map_size;
	uint64_t *counter;	/* mapped, or NULL */
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

/* --- the guard ---------------------------------------------------------- */

/*
 * One guard is active at a time.  The clock only ends what stands in LMDB
 * (a lock that is not given back), where nothing of ours is half done.
 */
static struct {
	sigjmp_buf jump;
	volatile sig_atomic_t active;
	volatile sig_atomic_t inside;	/* LMDB's code is running */
	volatile sig_atomic_t ticks;
	volatile sig_atomic_t limit;
	volatile sig_atomic_t armed;	/* the clock is running */
	unsigned users;		/* open handles: the actions stay for them */
	struct sigaction old_bus, old_segv, old_abrt, old_alarm;
} guard;

static void
on_fault(int sig)
{
	if (guard.active) {
		guard.active = 0;
		siglongjmp(guard.jump, sig);
	}
	/* Not ours: let it happen again under the action that was there. */
	(void)sigaction(sig, sig == SIGBUS ? &guard.old_bus :
	    sig == SIGSEGV ? &guard.old_segv : &guard.old_abrt, NULL);
}

static void
disarm(void)
{
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	guard.armed = 0;
	(void)setitimer(ITIMER_REAL, &never, NULL);
}

/* The clock runs on after a guard, for the next one; when it finds none, it
 * stops. */
static void
on_tick(int sig)
{
	if (!guard.active)
		disarm();
	if (!guard.active || ++guard.ticks <= guard.limit || !guard.inside)
		return;
	guard.active = 0;
	siglongjmp(guard.jump, sig);
}

static void
on_assert(MDB_env *env, const char *text)
{
	(void)env;
	(void)text;
	(void)raise(SIGABRT);
}

/* The actions stay from the first cache_open to the last cache_close; while
 * no guard is active they do what was done before. */
static void
guard_install(void)
{
	struct sigaction fault = { .sa_handler = on_fault,
		.sa_flags = SA_NODEFER };
	struct sigaction clock = { .sa_handler = on_tick,
		.sa_flags = SA_NODEFER | SA_RESTART };

	if (guard.users++ > 0)
		return;
	(void)sigaction(SIGBUS, &fault, &guard.old_bus);
	(void)sigaction(SIGSEGV, &fault, &guard.old_segv);
	(void)sigaction(SIGABRT, &fault, &guard.old_abrt);
	(void)sigaction(SIGALRM, &clock, &guard.old_alarm);
}

static void
guard_remove(void)
{
	if (--guard.users > 0)
		return;
	disarm();
	(void)sigaction(SIGBUS, &guard.old_bus, NULL);
	(void)sigaction(SIGSEGV, &guard.old_segv, NULL);
	(void)sigaction(SIGABRT, &guard.old_abrt, NULL);
	(void)sigaction(SIGALRM, &guard.old_alarm, NULL);
}

static void
guard_on(int ticks)
{
	struct itimerval tick = { { TICK, 0 }, { TICK, 0 } };

	guard.ticks = 0;
	guard.limit = ticks;
	guard.inside = 0;
	guard.active = 1;
	if (!guard.armed) {
		guard.armed = 1;
		(void)setitimer(ITIMER_REAL, &tick, NULL);
	}
}

static void
guard_off(void)
{
	guard.active = 0;
}

/* Around every call of LMDB: the clock counts from here. */
#define LMDB(c, call) \
	(guard.ticks = 0, guard.inside = 1, (c)->rc = (call), \
	    guard.inside = 0, (c)->rc)

static void
mark(const struct cache *c)
{
	char path[4096];
	int fd;

	if (!c->writable || snprintf(path, sizeof(path), "%s/damaged",
	    c->dir) >= (int)sizeof(path))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
}

enum status
cache_damaged(struct cache *c, struct err *e, const char *what)
{
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

/* --- where it may be ---------------------------------------------------- */

bool
cache_is_network(uint64_t f_type)
{
	static const uint64_t network[] = {
		0x6969,		/* NFS */
		0x517B,		/* SMB */
		0xFF534D42,	/* CIFS */
		0xFE534D42,	/* SMB2 */
		0x5346414F,	/* AFS */
		0x6B414653,	/* kAFS */
		0x73757245,	/* Coda */
		0x564C,		/* NCP */
		0x00C36400,	/* Ceph */
		0x01021997,	/* 9P */
		0x0BD00BD0,	/* Lustre */
		0x01161970,	/* GFS2 */
		0x7461636F,	/* OCFS2 */
		0x19830326,	/* BeeGFS */
		0x47504653,	/* GPFS */
		0x786F4256,	/* vboxsf */
		0xBACBACBC,	/* VMware's shared folders */
		0xAAD7AAEA,	/* Panasas */
		0x20030528,	/* PVFS2 */
	};

	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		if (network[i] == f_type)
			return true;
	return false;
}

/* FUSE may be anything: only the overlay of rootless containers is known to
 * be on this machine.  The type stands in mountinfo behind " - ". */
static bool
is_local_fuse(const struct stat *st)
{
	char line[8192], want[64];
	bool local = false;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (f == NULL)
		return false;
	(void)snprintf(want, sizeof(want), " %u:%u ", major(st->st_dev),
	    minor(st->st_dev));
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *type = strstr(line, " - ");

		if (type == NULL || strstr(line, want) == NULL ||
		    strstr(line, want) > type)
			continue;
		local = strncmp(type + 3, "fuse.fuse-overlayfs ", 20) == 0 ||
		    strncmp(type + 3, "fuseblk ", 8) == 0;
	}
	(void)fclose(f);
	return local;
}

static enum status
check_place(const char *dir, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (stat(dir, &st) != 0 || statfs(dir, &fs) != 0)
		return err_system(e, "cannot use the cache directory %s",
		    dir);
	if (!S_ISDIR(st.st_mode))
		return system_error(e, "the cache directory is no directory");
	if (st.st_uid != geteuid())
		return system_error(e,
		    "the cache directory belongs to somebody else");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return system_error(e,
		    "the cache directory is writable by others");
	if (cache_is_network((uint64_t)(unsigned long)fs.f_type &
	    UINT32_MAX) || ((unsigned long)fs.f_type == 0x65735546 &&
	    !is_local_fuse(&st)))
		return system_error(e,
		    "the cache directory is on a network file system");
	return ERR_OK;
}

/* mkdir -p, for the owner only. */
static enum status
make_directory(char *path, struct err *e)
{
	for (char *p = path + 1; ; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			(void)err_system(e, "cannot make %s", path);
			*p = c;
			return ERR_SYSTEM;
		}
		*p = c;
		if (c == '\0')
			return ERR_OK;
	}
}

/* --- opening ------------------------------------------------------------ */

static void
path_of(const struct cache *c, const char *name, char out[4096])
{
	(void)snprintf(out, 4096, "%s/%s", c->dir, name);
}

/* A marked environment goes aside; one process at a time does it. */
static void
move_aside(const struct cache *c)
{
	char mark_path[4096], from[4096], to[4096];
	int fd;

	path_of(c, "damaged", mark_path);
	if (access(mark_path, F_OK) != 0)
		return;
	path_of(c, "aside", from);
	fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX) == 0 && access(mark_path, F_OK) == 0) {
		path_of(c, "data.mdb", from);
		path_of(c, "data.mdb.damaged", to);
		(void)rename(from, to);
		path_of(c, "lock.mdb", from);
		(void)unlink(from);
		(void)unlink(mark_path);
	}
	(void)close(fd);
}

static void
open_counters(struct cache *c)
{
	const off_t size = (CACHE_COUNTERS + 1) * sizeof(uint64_t);
	char path[4096];
	struct stat st;
	bool taken;
	void *p;
	int fd;

	path_of(c, "counters", path);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW |
	    (c->writable ? O_CREAT : 0), 0600);
	if (fd < 0)
		return;
	/* Blocks are taken now: a full disk must not be met in the map.  To
	 * ask for those that are there is as dear as the rest of a hit. */
	taken = fstat(fd, &st) == 0 && st.st_size >= size &&
	    st.st_blocks * 512 >= size;
	if (taken || posix_fallocate(fd, 0, size) == 0) {
		p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
		if (p != MAP_FAILED)
			c->counter = p;
	}
	(void)close(fd);
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
	int rc;

	path_of(c, "data.mdb", path);
	if (stat(path, &st) != 0 && errno == ENOENT && !c->writable)
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
		if (rc == 0)
			return ERR_OK;
		if (rc != EACCES && rc != EROFS && rc != EPERM)
			return translate(c, e);
		c->writable = false;
	}
	rc = open_env(c, base | MDB_RDONLY);
	if (rc == EACCES || rc == EROFS || rc == EPERM || rc == ENOENT ||
	    rc == ENOSPC) {
		rc = open_env(c, base | MDB_RDONLY | MDB_NOLOCK);
		c->locked = false;
	}
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

static enum status
open_guarded(struct cache *c, unsigned flags, struct err *e)
{
	enum status rc;
	int sig;

	guard_on(c->writable ? TICKS_WRITE : TICKS_READ);
	sig = sigsetjmp(guard.jump, 0);
	if (sig == 0) {
		rc = open_some_way(c, flags, e);
		if (rc == ERR_OK)
			rc = open_tables(c, e);
	} else {
		rc = broken(c, sig, e);
	}
	guard_off();
	return rc;
}

enum status
cache_open(const char *dir, unsigned flags, struct cache **out, struct err *e)
{
	struct cache *c;
	struct arena a = { 0 };
	char *path = arena_printf(&a, "%s/v1", dir);
	enum status rc = ERR_OK;

	*out = NULL;
	if (strlen(path) > 4000)
		return arena_free(&a), system_error(e,
		    "the cache directory's name is too long");
	if ((flags & CACHE_WRITE) != 0 && access(path, F_OK) != 0)
		rc = make_directory(path, e);
	else if (access(path, F_OK) != 0)
		rc = err_no(e, "there is no cache yet");
	if (rc == ERR_OK)
		rc = check_place(dir, e);
	if (rc == ERR_OK)
		rc = check_place(path, e);
	if (rc != ERR_OK)
		return arena_free(&a), rc;
	c = mem_alloc(sizeof(*c));
	memset(c, 0, sizeof(*c));
	c->dir = mem_alloc(strlen(path) + 1);
	strcpy(c->dir, path);
	arena_free(&a);
	c->locked = true;
	c->writable = (flags & CACHE_WRITE) != 0;
	c->unsynced = c->writable && (flags & CACHE_NOSYNC) != 0;
	guard_install();
	if (c->writable)
		move_aside(c);
	rc = open_guarded(c, flags, e);
	if (rc != ERR_OK)
		return cache_close(c), rc;
	open_counters(c);
	*out = c;
	return ERR_OK;
}

bool
cache_writable(const struct cache *c)
{
	return c->writable && !c->broken;
}

static void
close_env(struct cache *c)
{
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
	if (c->env != NULL && !c->broken) {
		guard_on(TICKS_WRITE);
		if (sigsetjmp(guard.jump, 0) == 0)
			close_env(c);
		guard_off();
	}
	if (c->counter != NULL)
		(void)munmap(c->counter,
		    (CACHE_COUNTERS + 1) * sizeof(uint64_t));
	guard_remove();
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

enum status
cache_run(struct cache *c, bool write,
    enum status (*fn)(struct cache *c, void *ctx, struct err *e), void *ctx,
    struct err *e)
{
	enum status rc;
	int sig;

	c->tries = 0;
	if (c->broken)
		return system_error(e, "the cache failed before");
	if (write && !c->writable)
		return system_error(e, "the cache is read-only");
	guard_on(write ? TICKS_WRITE : TICKS_READ);
	sig = sigsetjmp(guard.jump, 0);
	if (sig == 0) {
		do {
			c->rc = 0;
			rc = attempt(c, write, fn, ctx, e);
		} while (rc == ERR_SYSTEM && c->rc == MDB_MAP_FULL &&
		    c->tries++ < GROW_TRIES && grow(c));
	} else {
		c->txn = NULL;
		rc = broken(c, sig, e);
	}
	guard_off();
	return rc;
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
cache_last(struct cache *c, enum cache_table t, struct slice *key,
    struct slice *value, struct err *e)
{
	MDB_val k, v;

	return move(c, t, MDB_LAST, &k, &v, key, value, e);
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

static enum status
clear_in(struct cache *c, void *ctx, struct err *e)
{
	uint64_t *cleared = ctx;
	int dead = 0;

	(void)LMDB(c, mdb_reader_check(c->env, &dead));
	*cleared = (uint64_t)dead;
	return translate(c, e);
}

enum status
cache_clear_readers(struct cache *c, uint64_t *cleared, struct err *e)
{
	return cache_run(c, false, clear_in, cleared, e);
}

/* A file that somebody cut short faults: then there are no counters. */
void
cache_add(struct cache *c, unsigned counter, uint64_t n)
{
	if (c == NULL || c->counter == NULL || counter >= CACHE_COUNTERS)
		return;
	guard.inside = 0;
	guard.active = 1;
	if (sigsetjmp(guard.jump, 0) == 0)
		(void)__atomic_fetch_add(&c->counter[1 + counter], n,
		    __ATOMIC_RELAXED);
	else
		c->counter = NULL;
	guard.active = 0;
}

uint64_t
cache_counter(struct cache *c, unsigned counter)
{
	volatile uint64_t n = 0;

	if (c == NULL || c->counter == NULL || counter >= CACHE_COUNTERS)
		return 0;
	guard.inside = 0;
	guard.active = 1;
	if (sigsetjmp(guard.jump, 0) == 0)
		n = __atomic_load_n(&c->counter[1 + counter],
		    __ATOMIC_RELAXED);
	else
		c->counter = NULL;
	guard.active = 0;
	return n;
}
