/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "mem.h"
#include "sha256.h"
#include "sidehash.h"

enum {
	JOBS = 256,		/* a window of pieces as tar gives them */
	STACK = 256 * 1024
};

struct job {
	const void *data;
	size_t size;
};

struct sidehash {
	struct sha256 hasher;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;		/* added or ended */
	pthread_cond_t less;		/* done */
	struct job job[JOBS];
	uint64_t added, done;		/* jobs so far: ring positions */
	bool ended;
};

static void *
work(void *arg)
{
	struct sidehash *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		struct job job;

		while (s->done == s->added && !s->ended)
			(void)pthread_cond_wait(&s->more, &s->lock);
		if (s->done == s->added)
			break;
		job = s->job[s->done % JOBS];
		(void)pthread_mutex_unlock(&s->lock);
		sha256_add(&s->hasher, job.data, job.size);
		(void)pthread_mutex_lock(&s->lock);
		s->done++;
		(void)pthread_cond_signal(&s->less);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

static bool
start(struct sidehash *s)
{
	pthread_attr_t attr;
	sigset_t all, old;
	bool good;

	if (pthread_attr_init(&attr) != 0)
		return false;
	(void)pthread_attr_setstacksize(&attr, STACK);
	/* Signals are the main thread's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
	good = pthread_create(&s->thread, &attr, work, s) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return good;
}

struct sidehash *
sidehash_open(void)
{
	struct sidehash *s = mem_alloc(sizeof(*s));

	*s = (struct sidehash){ .added = 0 };
	sha256_init(&s->hasher);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->more, NULL);
	(void)pthread_cond_init(&s->less, NULL);
	s->threaded = start(s);
	return s;
}

uint64_t
sidehash_add(struct sidehash *s, const void *data, size_t size)
{
	uint64_t ticket;

	if (!s->threaded) {
		sha256_add(&s->hasher, data, size);
		return 0;
	}
	(void)pthread_mutex_lock(&s->lock);
	while (s->added - s->done == JOBS)
		(void)pthread_cond_wait(&s->less, &s->lock);
	s->job[s->added % JOBS] = (struct job){ data, size };
	ticket = ++s->added;
	(void)pthread_cond_signal(&s->more);
	(void)pthread_mutex_unlock(&s->lock);
	return ticket;
}

void
sidehash_wait(struct sidehash *s, uint64_t ticket)
{
	if (!s->threaded)
		return;
	(void)pthread_mutex_lock(&s->lock);
	while (s->done < ticket)
		(void)pthread_cond_wait(&s->less, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
}

void
sidehash_take(struct sidehash *s, uint8_t *out)
{
	sidehash_wait(s, s->added);
	sha256_finish(&s->hasher, out);
}

void
sidehash_close(struct sidehash *s)
{
	if (s == NULL)
		return;
	if (s->threaded) {
		(void)pthread_mutex_lock(&s->lock);
		s->ended = true;
		(void)pthread_cond_signal(&s->more);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL);
	}
	(void)pthread_cond_destroy(&s->less);
	(void)pthread_cond_destroy(&s->more);
	(void)pthread_mutex_destroy(&s->lock);
	mem_free(s);
}
