/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs - one function over many items, by several threads (layer 0).
 */
#ifndef JOBS_H
#define JOBS_H

#include <stddef.h>

enum {
	JOBS_MAX = 64	/* threads */
};

/*
 * Calls work(ctx, i) once for each i below count, in no order, by up to that
 * many threads of which the caller is one; returns when all is done.  Where
 * the system gives fewer threads, those do it.
 */
void jobs_run(unsigned threads, size_t count,
    void (*work)(void *ctx, size_t i), void *ctx);

#endif
