/* SPDX-License-Identifier: Apache-2.0 */
#include "aside.h"
#include "mem.h"
#include "sha256.h"
#include "sidehash.h"

enum {
	FEW = 256 * 1024	/* bytes that are not worth a thread */
};

struct sidehash {
	struct sha256 hasher;
	struct aside *aside;	/* NULL: there were few bytes so far */
	size_t few;
};

static void
work(void *ctx, const void *data, size_t size)
{
	struct sidehash *s = ctx;

	sha256_add(&s->hasher, data, size);
}

struct sidehash *
sidehash_open(void)
{
	struct sidehash *s = mem_alloc(sizeof(*s));

	sha256_init(&s->hasher);
	s->aside = NULL;
	s->few = 0;
	return s;
}

uint64_t
sidehash_add(struct sidehash *s, const void *data, size_t size)
{
	if (s->aside == NULL && s->few < FEW) {
		s->few += size;
		work(s, data, size);
		return 0;
	}
	if (s->aside == NULL)
		s->aside = aside_open(work, s);
	return aside_give(s->aside, data, size);
}

void
sidehash_wait(struct sidehash *s, uint64_t ticket)
{
	if (s->aside != NULL)
		aside_wait(s->aside, ticket);
}

void
sidehash_take(struct sidehash *s, uint8_t *out)
{
	if (s->aside != NULL)
		aside_wait_all(s->aside);
	sha256_finish(&s->hasher, out);
}

void
sidehash_close(struct sidehash *s)
{
	if (s == NULL)
		return;
	aside_close(s->aside);
	mem_free(s);
}
