/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "aside.h"
#include "mem.h"

enum {
	STACK = 256 * 1024
};

struct piece {
	const void *data;
	size_t size;
};

struct aside {
	void (*work)(void *ctx, const void *data, size_t size);
	void *ctx;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;		/* given or ended */
	pthread_cond_t less;		/* done */
	struct piece piece[ASIDE_AHEAD];
	uint64_t given, done;		/* pieces so far: ring positions */
	bool ended;
};

static void *
run(void *arg)
{
	struct aside *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		struct piece piece;

		while (s->done == s->given && !s->ended)
			(void)pthread_cond_wait(&s->more, &s->lock);
		if (s->done == s->given)
			break;
		piece = s->piece[s->done % ASIDE_AHEAD];
		(void)pthread_mutex_unlock(&s->lock);
		s->work(s->ctx, piece.data, piece.size);
		(void)pthread_mutex_lock(&s->lock);
		s->done++;
		(void)pthread_cond_signal(&s->less);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

static bool
start(struct aside *s)
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
	good = pthread_create(&s->thread, &attr, run, s) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return good;
}

struct aside *
aside_open(void (*work)(void *ctx, const void *data, size_t size), void *ctx)
{
	struct aside *s = mem_alloc(sizeof(*s));

	*s = (struct aside){ .work = work, .ctx = ctx };
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->more, NULL);
	(void)pthread_cond_init(&s->less, NULL);
	s->threaded = start(s);
	return s;
}

uint64_t
aside_give(struct aside *s, const void *data, size_t size)
{
	uint64_t ticket;

	if (!s->threaded) {
		s->work(s->ctx, data, size);
		return 0;
	}
	(void)pthread_mutex_lock(&s->lock);
	while (s->given - s->done == ASIDE_AHEAD)
		(void)pthread_cond_wait(&s->less, &s->lock);
	s->piece[s->given % ASIDE_AHEAD] = (struct piece){ data, size };
	ticket = ++s->given;
	(void)pthread_cond_signal(&s->more);
	(void)pthread_mutex_unlock(&s->lock);
	return ticket;
}

void
aside_wait(struct aside *s, uint64_t ticket)
{
	if (!s->threaded)
		return;
	(void)pthread_mutex_lock(&s->lock);
	while (s->done < ticket)
		(void)pthread_cond_wait(&s->less, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
}

void
aside_wait_all(struct aside *s)
{
	aside_wait(s, s->given);
}

void
aside_close(struct aside *s)
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
