/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>

#include "jobs.h"

struct run {
	atomic_size_t next;
	size_t count;
	void (*work)(void *ctx, size_t i);
	void *ctx;
};

static void *
run(void *arg)
{
	struct run *r = arg;
	size_t i;

	while ((i = atomic_fetch_add(&r->next, 1)) < r->count)
		r->work(r->ctx, i);
	return NULL;
}

void
jobs_run(unsigned threads, size_t count, void (*work)(void *ctx, size_t i),
    void *ctx)
{
	struct run r = { .count = count, .work = work, .ctx = ctx };
	pthread_t thread[JOBS_MAX];
	unsigned n = 0;

	if (threads > count)
		threads = (unsigned)count;
	if (threads > JOBS_MAX)
		threads = JOBS_MAX;
	while (n + 1 < threads &&
	    pthread_create(&thread[n], NULL, run, &r) == 0)
		n++;
	(void)run(&r);
	while (n > 0)
		(void)pthread_join(thread[--n], NULL);
}
