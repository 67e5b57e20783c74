/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters - a small file of numbers that every process maps and adds to
 * (layer 0).  They survive kill -9 and never go back.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

struct counters;

/* n numbers in the file, which make makes where there is none; NULL when it
 * cannot be mapped.  Between guard_hold and guard_release. */
struct counters *counters_open(const char *path, bool make, unsigned n);
void counters_close(struct counters *c);	/* NULL is fine */
/* Without a file (NULL), or when somebody cut it short, adding does nothing
 * and reading gives 0. */
void counters_add(struct counters *c, unsigned i, uint64_t n);
uint64_t counters_get(struct counters *c, unsigned i);

#endif
