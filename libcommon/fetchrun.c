/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetchrun.h"
#include "io.h"
#include "msg.h"

extern char **environ;	/* proxies are named there */

enum {
	PATH_SIZE = 4096
};

/* Beside the running tool, as in a build tree; else where it is installed. */
static const char *
helper_path(struct arena *a)
{
	char self[PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	const char *beside, *slash;

	if (n > 0 && (size_t)n < sizeof(self)) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		beside = slash == NULL ? NULL : arena_printf(a,
		    "%.*s/prov-fetch", (int)(slash - self), self);
		if (beside != NULL && access(beside, X_OK) == 0)
			return beside;
	}
	return PROVKIT_LIBEXEC "/prov-fetch";
}

static enum status
run(const char *path, const char *url, const char *dir, int in,
    struct arena *a, struct err *e)
{
	char *argv[] = { arena_dup(a, slice_of("prov-fetch")),
	    arena_dup(a, slice_of("--")), arena_dup(a, slice_of(url)),
	    arena_dup(a, slice_of(dir)), NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid, done;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	errno = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errno != 0)
		return err_system(e, "cannot run '%.300s'", path);
	do
		done = waitpid(pid, &status, 0);
	while (done < 0 && errno == EINTR);
	if (done != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > ERR_SYSTEM) {
		errno = EIO;
		return err_system(e, "prov-fetch was ended");
	}
	return (enum status)WEXITSTATUS(status);
}

enum status
fetchrun(const char *url, const char *dir, struct slice list)
{
	struct arena a = { 0 };
	struct err e = { .text = "" };
	int in = memfd_create("chunks", MFD_CLOEXEC);
	enum status rc;

	if (in < 0)
		rc = err_system(&e, "cannot make a temporary file");
	else
		rc = io_write(in, list.data, list.len, &e);
	if (rc == ERR_OK && lseek(in, 0, SEEK_SET) != 0)
		rc = err_system(&e, "cannot read a temporary file");
	if (rc == ERR_OK)
		rc = run(helper_path(&a), url, dir, in, &a, &e);
	if (rc != ERR_OK && e.text[0] != '\0')
		(void)msg_err(NULL, &e);
	if (in >= 0)
		(void)close(in);
	arena_free(&a);
	return rc;
}
