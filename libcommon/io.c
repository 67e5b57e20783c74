/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

enum {
	TEMP_FILES = 16,	/* unfinished files at one time in a tool */
	TEMP_TRIES = 100
};

/* Unfinished files, for the exit and signal handlers. */
static char *volatile unfinished[TEMP_FILES];
static bool handlers_installed;

void
io_guard_std(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* open(2) gives the lowest free number: this one. */
		if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			_exit(ERR_SYSTEM);
	}
}

enum status
io_open_read(const char *path, int *fd, struct err *e)
{
	struct stat st;

	do
		*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (*fd < 0 && errno == EINTR);
	if (*fd < 0)
		return err_system(e, "cannot open");
	if (fstat(*fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)close(*fd);
		*fd = -1;
		errno = EISDIR;
		return err_system(e, "cannot read");
	}
	return ERR_OK;
}

enum status
io_read(int fd, void *data, size_t size, size_t *got, struct err *e)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_system(e, "cannot read");
	*got = (size_t)n;
	return ERR_OK;
}

enum status
io_write(int fd, const void *data, size_t size, struct err *e)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return err_system(e, "cannot write");
		p += n;
		size -= (size_t)n;
	}
	return ERR_OK;
}

enum status
io_read_all(int fd, struct buf *b, uint64_t max, struct err *e)
{
	size_t start = b->len, got = 0, step = 16 * 1024;
	struct stat st;
	enum status rc;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uint64_t)st.st_size > max)
			return err_bad(e, "larger than the limit of %llu bytes",
			    (unsigned long long)max);
		(void)buf_room(b, (size_t)st.st_size + 1);
	}
	for (;;) {
		size_t room = b->cap - b->len;

		if (room < step) {
			(void)buf_room(b, step);
			room = b->cap - b->len;
			if (step < IO_READ_SIZE)
				step *= 2;
		}
		if (room > IO_READ_SIZE)
			room = IO_READ_SIZE;
		rc = io_read(fd, b->data + b->len, room, &got, e);
		if (rc != ERR_OK)
			return rc;
		if (got == 0)
			return ERR_OK;
		b->len += got;
		if (b->len - start > max)
			return err_bad(e, "larger than the limit of %llu bytes",
			    (unsigned long long)max);
	}
}

enum status
io_slurp(const char *path, struct buf *b, uint64_t max, struct err *e)
{
	int fd;
	enum status rc = io_open_read(path, &fd, e);

	if (rc != ERR_OK)
		return rc;
	rc = io_read_all(fd, b, max, e);
	(void)close(fd);
	return rc;
}

static void
remove_unfinished(void)
{
	for (int i = 0; i < TEMP_FILES; i++)
		if (unfinished[i] != NULL)
			(void)unlink(unfinished[i]);
}

static void
on_signal(int sig)
{
	remove_unfinished();
	/* The handler was reset on entry: the parent sees the real cause. */
	(void)raise(sig);
}

static void
install_handlers(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };
	struct sigaction sa, old;

	if (handlers_installed)
		return;
	handlers_installed = true;
	(void)atexit(remove_unfinished);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sa.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &sa, NULL);
}

static void
forget(struct io_file *f)
{
	for (int i = 0; i < TEMP_FILES; i++)
		if (unfinished[i] == f->temp && f->temp != NULL)
			unfinished[i] = NULL;
	mem_free(f->temp);
	mem_free(f->path);
	f->temp = f->path = NULL;
	f->fd = -1;
}

static void
fsync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;

	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else if (slash == path)
		(void)snprintf(dir, sizeof(dir), "/");
	else if ((size_t)(slash - path) < sizeof(dir))
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path),
		    path);
	else
		return;
	/* Best effort: some file systems cannot sync a directory. */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static enum status
create_temp(struct io_file *f, mode_t mode, struct err *e)
{
	size_t size = strlen(f->path) + 32;
	int slot;

	for (slot = 0; slot < TEMP_FILES && unfinished[slot] != NULL; slot++)
		;
	if (slot == TEMP_FILES) {
		errno = EMFILE;
		return err_system(e, "cannot create");
	}
	install_handlers();
	f->temp = mem_alloc(size);
	for (int try = 0; try < TEMP_TRIES; try++) {
		(void)snprintf(f->temp, size, "%s.%ld.%d.tmp", f->path,
		    (long)getpid(), try);
		f->fd = open(f->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, mode);
		if (f->fd >= 0) {
			unfinished[slot] = f->temp;
			return ERR_OK;
		}
		if (errno != EEXIST)
			break;
	}
	return err_system(e, "cannot create");
}

enum status
io_file_create(struct io_file *f, const char *path, mode_t mode,
    bool exclusive, struct err *e)
{
	struct stat st;
	enum status rc = ERR_OK;
	char *real = NULL;

	*f = (struct io_file){ .fd = -1, .exclusive = exclusive };
	if (stat(path, &st) == 0) {
		if (exclusive) {
			errno = EEXIST;
			return err_system(e, "refusing to replace");
		}
		if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return err_system(e, "cannot write");
		}
		if (!S_ISREG(st.st_mode)) {
			f->direct = true;
			f->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
			return f->fd < 0 ?
			    err_system(e, "cannot open for writing") : ERR_OK;
		}
		real = realpath(path, NULL);
	}
	f->path = mem_alloc(strlen(real != NULL ? real : path) + 1);
	strcpy(f->path, real != NULL ? real : path);
	free(real);
	rc = create_temp(f, mode, e);
	if (rc != ERR_OK)
		forget(f);
	return rc;
}

enum status
io_file_commit(struct io_file *f, struct err *e)
{
	int rc;

	if (f->direct) {
		rc = close(f->fd);
		f->fd = -1;
		return rc != 0 ? err_system(e, "cannot write") : ERR_OK;
	}
	if (fsync(f->fd) != 0 && errno != EINVAL && errno != ENOTSUP) {
		(void)err_system(e, "cannot write");
		io_file_abandon(f);
		return ERR_SYSTEM;
	}
	rc = close(f->fd);
	f->fd = -1;
	if (rc == 0 && f->exclusive) {
		/* link(2) fails where rename(2) would replace. */
		rc = link(f->temp, f->path);
		if (rc == 0)
			(void)unlink(f->temp);
	} else if (rc == 0) {
		rc = rename(f->temp, f->path);
	}
	if (rc != 0) {
		(void)err_system(e, "cannot write");
		io_file_abandon(f);
		return ERR_SYSTEM;
	}
	fsync_directory(f->path);
	forget(f);
	return ERR_OK;
}

void
io_file_abandon(struct io_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	if (f->temp != NULL)
		(void)unlink(f->temp);
	forget(f);
}
