/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jqrule.h"
#include "jqscan.h"
#include "query.h"

/* A sanitizer reserves far more address space than it uses, opens files when
 * the process ends, and needs its own system calls. */
#if defined(__SANITIZE_ADDRESS__)
#define JQRULE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define JQRULE_SANITIZED 1
#endif
#endif

#if defined(__x86_64__)
#define JQRULE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define JQRULE_ARCH AUDIT_ARCH_AARCH64
#endif

struct slice
jqrule_version(struct arena *a)
{
	return query_version(a);
}

static void
out_of_memory(void *ctx)
{
	(void)ctx;
	_exit(JQRULE_NO_MEMORY);
}

static enum status
set_limit(int what, rlim_t value, struct err *e)
{
	struct rlimit limit = { value, value };

	return setrlimit((__rlimit_resource_t)what, &limit) == 0 ? ERR_OK :
	    err_system(e, "cannot set a limit");
}

#if defined(JQRULE_SANITIZED)
/* No filter. */
#elif defined(JQRULE_ARCH)
/* All that computing and writing to an open descriptor needs; the rest fails
 * with EPERM. */
static const int allowed[] = {
	SYS_read, SYS_write, SYS_writev, SYS_brk, SYS_mmap, SYS_munmap,
	SYS_mremap, SYS_mprotect, SYS_madvise, SYS_exit, SYS_exit_group,
	SYS_futex, SYS_getrandom, SYS_rt_sigprocmask, SYS_rt_sigaction,
	SYS_rt_sigreturn, SYS_clock_gettime, SYS_gettid, SYS_getpid,
	SYS_tgkill, SYS_fstat, SYS_close
};

static enum status
filter_calls(struct err *e)
{
	enum { CALLS = sizeof(allowed) / sizeof(allowed[0]) };
	struct sock_filter code[CALLS + 6];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    JQRULE_ARCH, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (int i = 0; i < CALLS; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, (unsigned)allowed[i], (unsigned char)(CALLS - i),
		    0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | EPERM);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 &&
	    errno != EINVAL)
		return err_system(e, "cannot filter system calls");
	return ERR_OK;
}
#else
static enum status
filter_calls(struct err *e)
{
	(void)e;
	return ERR_OK;
}
#endif

enum status
jqrule_confine(struct err *e)
{
	enum status rc = set_limit(RLIMIT_CPU, JQRULE_CPU, e);

	if (rc == ERR_OK)
		rc = set_limit(RLIMIT_CORE, 0, e);
	if (rc == ERR_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		rc = err_system(e, "cannot give up privileges");
#ifndef JQRULE_SANITIZED
	if (rc == ERR_OK)
		rc = set_limit(RLIMIT_NOFILE, 3, e);
	if (rc == ERR_OK)
		rc = set_limit(RLIMIT_AS, JQRULE_MEMORY, e);
	if (rc == ERR_OK)
		rc = filter_calls(e);
#endif
	return rc;
}

enum status
jqrule_run(struct slice program, struct slice input, struct buf *out,
    struct err *e)
{
	enum status rc = jqscan(program, e);

	if (rc != ERR_OK)
		return rc;
	if (input.len > JQRULE_INPUT)
		return err_bad(e, "the input is too large for jq");
	query_on_no_memory(out_of_memory);
	return query_run(program, input, out, e);
}
