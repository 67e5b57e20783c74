/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counters.h"
#include "guard.h"
#include "mem.h"

struct counters {
	uint64_t *number;	/* mapped; NULL when it was cut short */
	size_t count;
	unsigned at;		/* what is being asked for */
	uint64_t add, found;
};

struct counters *
counters_open(const char *path, bool make, unsigned n)
{
	const off_t size = (off_t)(n * sizeof(uint64_t));
	struct counters *c = NULL;
	struct stat st;
	bool taken;
	void *p;
	int fd;

	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT :
	    0), 0600);
	if (fd < 0)
		return NULL;
	/* Blocks are taken now: a full disk must not be met in the map.  To
	 * ask for those that are there is as dear as the rest of a hit. */
	taken = fstat(fd, &st) == 0 && st.st_size >= size &&
	    st.st_blocks * 512 >= size;
	if (taken || posix_fallocate(fd, 0, size) == 0) {
		p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
		if (p != MAP_FAILED) {
			c = mem_alloc(sizeof(*c));
			*c = (struct counters){ .number = p, .count = n };
		}
	}
	(void)close(fd);
	return c;
}

void
counters_close(struct counters *c)
{
	if (c == NULL)
		return;
	if (c->number != NULL)
		(void)munmap(c->number, c->count * sizeof(*c->number));
	mem_free(c);
}

static void
add(void *ctx)
{
	struct counters *c = ctx;

	c->found = __atomic_fetch_add(&c->number[c->at], c->add,
	    __ATOMIC_RELAXED);
}

/* The number before n was added. */
static uint64_t
reach(struct counters *c, unsigned i, uint64_t n)
{
	if (c == NULL || c->number == NULL || i >= c->count)
		return 0;
	c->at = i;
	c->add = n;
	c->found = 0;
	if (guard_run(0, add, c) != 0)
		c->number = NULL;
	return c->found;
}

void
counters_add(struct counters *c, unsigned i, uint64_t n)
{
	(void)reach(c, i, n);
}

uint64_t
counters_get(struct counters *c, unsigned i)
{
	return reach(c, i, 0);
}
