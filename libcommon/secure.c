/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <gcrypt.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "msg.h"
#include "secure.h"

enum {
	POOL_MIN = 64 * 1024,	/* what old systems let a process lock */
	POOL_MAX = 256 * 1024,	/* what making RSA keys takes */
	STACK_WIPED = 16 * 1024
};

/* A limit of 1, unlike 0, also keeps a core from a program that core_pattern
 * names (core(5)).  PR_SET_DUMPABLE would do as well, but takes /dev/stdin
 * and /dev/fd away. */
static void
no_core(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max > 0) {
		core.rlim_cur = 1;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
}

/* Bytes of the pool: what may be locked, since one above the limit would not
 * be locked at all. */
static size_t
pool_size(void)
{
	struct rlimit lockable;

	if (getrlimit(RLIMIT_MEMLOCK, &lockable) != 0)
		return POOL_MAX;
	if (lockable.rlim_cur < lockable.rlim_max) {
		lockable.rlim_cur = lockable.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &lockable);
	}
	return lockable.rlim_cur > POOL_MAX ? POOL_MAX :
	    lockable.rlim_cur < POOL_MIN ? POOL_MIN :
	    (size_t)lockable.rlim_cur;
}

/* What functions that have returned left on the stack: registers that were
 * saved, and such. */
static __attribute__((noinline)) void
wipe_stack(void)
{
	char used[STACK_WIPED];

	explicit_bzero(used, sizeof(used));
}

/* libgcrypt wants to be asked for its version before anything else. */
static void
initialise(void)
{
	size_t pool = pool_size();
	uintptr_t page;
	void *first;

	if (gcry_check_version("1.10.0") == NULL)
		msg_die(ERR_SYSTEM, NULL, "libgcrypt is older than 1.10.0");
	no_core();
	gcry_control(GCRYCTL_DISABLE_SECMEM_WARN, 0);
	gcry_control(GCRYCTL_INIT_SECMEM, (unsigned)pool, 0);
	gcry_control(GCRYCTL_AUTO_EXPAND_SECMEM, POOL_MIN, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	first = gcry_malloc_secure(1);
	page = (uintptr_t)first & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	(void)madvise((void *)page, pool, MADV_DONTDUMP);
	gcry_free(first);
	/* Its first call looks up the C library's function, which saves the
	 * registers on the stack: better before they hold a secret. */
	wipe_stack();
}

/* Whichever thread comes first; the others wait until it is done. */
void
secure_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, initialise);
}

void *
secure_alloc(size_t size)
{
	void *p;

	secure_start();
	p = gcry_calloc_secure(1, size > 0 ? size : 1);
	if (p == NULL)
		msg_die(ERR_SYSTEM, NULL, "out of secure memory");
	return p;
}

void
secure_free(void *p)
{
	gcry_free(p);	/* wipes what is secure */
	wipe_stack();
}

void
secure_random(void *out, size_t size)
{
	char *to = out;

	while (size > 0) {
		ssize_t n = getrandom(to, size, 0);

		if (n < 0 && errno != EINTR)
			msg_die(ERR_SYSTEM, NULL, "getrandom: %s",
			    strerror(errno));
		if (n > 0) {
			to += n;
			size -= (size_t)n;
		}
	}
}

int
secure_hash(enum crypt_hash h)
{
	static const int hashes[] = {
		[CRYPT_SHA256] = GCRY_MD_SHA256,
		[CRYPT_SHA384] = GCRY_MD_SHA384,
		[CRYPT_SHA512] = GCRY_MD_SHA512,
		[CRYPT_SHA1] = GCRY_MD_SHA1,
	};

	return hashes[h];
}

enum status
secure_fail(unsigned code, struct err *e)
{
	errno = gcry_err_code_to_errno(gcry_err_code(code));
	if (errno != 0)
		return err_system(e, "libgcrypt");
	err_bad(e, "libgcrypt: %s", gcry_strerror(code));
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}
