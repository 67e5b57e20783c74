/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cacheplace - where a cache may be (layer 0).
 *
 * A mapped file is only as good as what keeps it: it must be on this machine,
 * and nobody else may write to it.
 */
#ifndef CACHEPLACE_H
#define CACHEPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* ERR_SYSTEM with the reason: no directory, another owner, writable by
 * others, on a network file system. */
enum status cacheplace_check(const char *dir, struct err *e);
/* mkdir -p, for the owner only; path is as before when it returns. */
enum status cacheplace_make(char *path, struct err *e);
/* True for the f_type of statfs(2) of a network file system. */
bool cacheplace_is_network(uint64_t f_type);

#endif
