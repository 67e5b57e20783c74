/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canon.h"
#include "io.h"
#include "jqrule.h"
#include "jqrun.h"
#include "jqscan.h"

enum {
	PATH_SIZE = 4096,
	COMPLAINT = 4096	/* bytes of its standard error that are kept */
};

/* Beside the running tool, as in a build tree; else where it is installed. */
static const char *
helper_path(struct arena *a)
{
	char self[PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	const char *beside;
	char *slash;

	if (n > 0 && (size_t)n < sizeof(self)) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL) {
			beside = arena_printf(a, "%.*s/prov-jq",
			    (int)(slash - self), self);
			if (access(beside, X_OK) == 0)
				return beside;
		}
	}
	return PROVKIT_LIBEXEC "/prov-jq";
}

struct child {
	pid_t pid;
	int out, err;		/* ends to read from */
};

static enum status
start(struct arena *a, const char *argument, int in, struct child *c,
    struct err *e)
{
	const char *path = helper_path(a);
	char *argv[] = { arena_dup(a, slice_of("prov-jq")),
	    arena_dup(a, slice_of(argument)), NULL };
	char *empty[] = { NULL };
	posix_spawn_file_actions_t actions;
	int out[2], complaint[2], failed;

	if (pipe2(out, O_CLOEXEC) != 0)
		return err_system(e, "cannot make a pipe");
	if (pipe2(complaint, O_CLOEXEC) != 0) {
		close(out[0]);
		close(out[1]);
		return err_system(e, "cannot make a pipe");
	}
	posix_spawn_file_actions_init(&actions);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, complaint[1],
	    STDERR_FILENO);
	failed = posix_spawn(&c->pid, path, &actions, NULL, argv, empty);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(complaint[1]);
	c->out = out[0];
	c->err = complaint[0];
	if (failed == 0)
		return ERR_OK;
	close(out[0]);
	close(complaint[0]);
	errno = failed;
	return err_system(e, "cannot run %s", path);
}

/* Reads once; false at the end. */
static bool
read_some(int fd, struct buf *to, size_t most)
{
	char piece[16384];
	ssize_t n;

	do
		n = read(fd, piece, sizeof(piece));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	if (to->len < most)
		buf_add(to, piece, (size_t)n < most - to->len ? (size_t)n :
		    most - to->len);
	return true;
}

/* Both streams to their ends, in step; true when the output was too long and
 * the child was stopped. */
static bool
listen_to(struct child *c, struct buf *out, struct buf *complaint)
{
	struct pollfd fd[] = { { c->out, POLLIN, 0 }, { c->err, POLLIN, 0 } };
	const size_t most = JQRULE_OUTPUT + 2;
	bool stopped = false;

	while (fd[0].fd >= 0 || fd[1].fd >= 0) {
		if (poll(fd, 2, -1) < 0 && errno != EINTR)
			break;
		if (fd[0].fd >= 0 && fd[0].revents != 0 &&
		    !read_some(fd[0].fd, out, most))
			fd[0].fd = -1;
		if (fd[1].fd >= 0 && fd[1].revents != 0 &&
		    !read_some(fd[1].fd, complaint, COMPLAINT))
			fd[1].fd = -1;
		if (out->len > JQRULE_OUTPUT + 1 && !stopped) {
			kill(c->pid, SIGKILL);
			stopped = true;
		}
	}
	close(c->out);
	close(c->err);
	return stopped;
}

static int
wait_for(const struct child *c)
{
	int status = 0;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* What became of it, in the words of the limits. */
static enum status
judge_end(int status, bool stopped, struct buf *complaint, struct err *e)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	struct slice said;

	if (stopped || code == JQRULE_TOO_LONG)
		return err_bad(e, "the jq policy was stopped: more than %d "
		    "MiB of output", JQRULE_OUTPUT / (1024 * 1024));
	if (sig == SIGXCPU || sig == SIGKILL)
		return err_bad(e, "the jq policy was stopped: more than %d s "
		    "of CPU", JQRULE_CPU);
	if (code == JQRULE_NO_MEMORY || sig == SIGABRT || sig == SIGSEGV)
		return err_bad(e, "the jq policy was stopped: more than %d "
		    "MiB of memory", (int)(JQRULE_MEMORY / (1024 * 1024)));
	if (code == 0)
		return ERR_OK;
	/* Its own message, without its name and the end of line. */
	said = buf_get(complaint);
	if (slice_starts(said, "prov-jq: "))
		said = slice_cut(said, sizeof("prov-jq: ") - 1, said.len);
	said = slice_cut(said, 0, slice_find(said, '\n'));
	if (code == ERR_INPUT)
		return err_bad(e, "the jq policy: %.*s", (int)said.len,
		    said.data);
	errno = EIO;
	return err_system(e, "prov-jq failed: %.*s", (int)said.len,
	    said.data);
}

static enum status
converse(struct arena *a, const char *argument, int in, struct buf *out,
    struct err *e)
{
	struct buf complaint = { 0 };
	struct child c;
	enum status rc = start(a, argument, in, &c, e);
	bool stopped;

	if (rc != ERR_OK)
		return rc;
	stopped = listen_to(&c, out, &complaint);
	rc = judge_end(wait_for(&c), stopped, &complaint, e);
	buf_free(&complaint);
	return rc;
}

enum status
jqrun_version(struct arena *a, struct slice *version, struct err *e)
{
	struct buf out = { 0 };
	enum status rc = converse(a, "--version-of-jq", -1, &out, e);

	if (rc == ERR_OK)
		*version = arena_slice(a, slice_cut(buf_get(&out), 0,
		    slice_find(buf_get(&out), '\n')));
	buf_free(&out);
	return rc;
}

/* The program and its input, as one file that has no name. */
static enum status
prepare(struct slice program, const struct json *input, int *fd,
    struct err *e)
{
	struct buf text = { 0 };
	enum status rc;

	*fd = memfd_create("prov-jq", MFD_CLOEXEC);
	if (*fd < 0)
		return err_system(e, "cannot make a file in memory");
	buf_slice(&text, program);
	canon_write(&text, input);
	rc = io_write(*fd, text.data, text.len, e);
	buf_free(&text);
	if (rc == ERR_OK && lseek(*fd, 0, SEEK_SET) != 0)
		rc = err_system(e, "cannot go back in a file in memory");
	if (rc != ERR_OK)
		close(*fd);
	return rc;
}

enum status
jqrun(struct arena *a, struct slice program, const struct json *input,
    struct json *rules, struct err *e)
{
	struct buf out = { 0 };
	enum status rc = jqscan(program, e);
	char size[24];
	int fd;

	if (rc == ERR_OK)
		rc = prepare(program, input, &fd, e);
	if (rc != ERR_OK)
		return rc;
	(void)snprintf(size, sizeof(size), "%zu", program.len);
	rc = converse(a, size, fd, &out, e);
	close(fd);
	if (rc == ERR_OK && json_parse(arena_slice(a, buf_get(&out)),
	    &json_own, a, rules, e) != ERR_OK)
		rc = err_bad(e, "the jq policy gave no JSON");
	buf_free(&out);
	return rc;
}
