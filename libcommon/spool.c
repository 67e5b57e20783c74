/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "merkle.h"
#include "spool.h"

enum status
spool_file(int *fd, struct err *e)
{
	const char *dir = getenv("TMPDIR");

	*fd = open(dir != NULL && dir[0] == '/' ? dir : "/tmp",
	    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return *fd >= 0 ? ERR_OK :
	    err_system(e, "cannot make a temporary file");
}

enum status
spool_put(struct spool *s, uint64_t index, struct slice bytes, struct err *e)
{
	off_t at = (off_t)(index * MERKLE_CHUNK);
	ssize_t n;

	if (!s->open && spool_file(&s->fd, e) != ERR_OK)
		return ERR_SYSTEM;
	s->open = true;
	for (size_t done = 0; done < bytes.len; done += (size_t)n) {
		n = pwrite(s->fd, bytes.data + done, bytes.len - done,
		    at + (off_t)done);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return err_system(e, "cannot write a temporary file");
	}
	if (index >= s->chunks)
		s->chunks = index + 1;
	return ERR_OK;
}

enum status
spool_get(const struct spool *s, uint64_t index, char *out, size_t size,
    struct err *e)
{
	off_t at = (off_t)(index * MERKLE_CHUNK);
	ssize_t n;

	for (size_t done = 0; done < size; done += (size_t)n) {
		n = pread(s->fd, out + done, size - done, at + (off_t)done);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return err_system(e, "cannot read a temporary file");
	}
	return ERR_OK;
}

enum status
spool_map(struct spool *s, const char **out, struct err *e)
{
	size_t size = (size_t)s->chunks * MERKLE_CHUNK;
	char *map;

	*out = s->map;
	if (s->map != NULL || size == 0)
		return ERR_OK;
	/* The last chunk may be shorter; what is behind it stays unread. */
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED)
		return err_system(e, "cannot map a temporary file");
	*out = s->map = map;
	return ERR_OK;
}

void
spool_close(struct spool *s)
{
	if (s->map != NULL)
		(void)munmap(s->map, (size_t)s->chunks * MERKLE_CHUNK);
	if (s->open)
		(void)close(s->fd);
	*s = (struct spool){ .open = false };
}
