/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io - descriptors done right (layer 0).
 *
 * Calls restart on EINTR, finish short writes, and take a write of zero
 * bytes for a full disk.  Results are ERR_OK or ERR_SYSTEM with *e filled;
 * texts name no file (the caller does).
 */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "mem.h"

enum {
	IO_READ_SIZE = 1024 * 1024	/* one large read; whole pages */
};

/* Reopens closed descriptors 0, 1 and 2, in the wrong direction: a data file
 * can never become one of them, and using them still fails. */
void io_guard_std(void);

/* O_CLOEXEC always.  A directory is refused at once. */
enum status io_open_read(const char *path, int *fd, struct err *e);
/* Up to size bytes into data; *got 0 at the end. */
enum status io_read(int fd, void *data, size_t size, size_t *got,
    struct err *e);
enum status io_write(int fd, const void *data, size_t size, struct err *e);
/* All of fd, appended to b; more than max bytes is ERR_INPUT. */
enum status io_read_all(int fd, struct buf *b, uint64_t max, struct err *e);
/* The same by name; "-" is not special here. */
enum status io_slurp(const char *path, struct buf *b, uint64_t max,
    struct err *e);

/*
 * A file that appears whole or not at all: written beside its final name,
 * fsynced, renamed, the directory fsynced.  An unfinished one is removed at
 * exit and on SIGHUP, SIGINT and SIGTERM.  What is there and is no regular
 * file (/dev/null, a FIFO) is written directly.  A symbolic link is followed
 * to the file it names, which is replaced.
 */
struct io_file {
	int fd;
	bool direct;		/* written in place */
	bool exclusive;		/* the final name must not exist */
	char *path;		/* final name */
	char *temp;		/* name until io_file_commit */
};

/* mode is what open(2) takes; exclusive refuses to replace. */
enum status io_file_create(struct io_file *f, const char *path, mode_t mode,
    bool exclusive, struct err *e);
enum status io_file_commit(struct io_file *f, struct err *e);
void io_file_abandon(struct io_file *f);

#endif
