/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrygen - generations: what the validity of entries rests on (layer 3).
 * Inside cache_run; entry.h tells the story.
 */
#ifndef ENTRYGEN_H
#define ENTRYGEN_H

#include "cache.h"
#include "entryrec.h"

/* The store's generation. */
enum status entrygen_now(struct cache *c, uint64_t *gen, struct err *e);
/* Whether all that an entry of generation gen depends on still stands. */
enum status entrygen_stands(struct cache *c, const struct entryrec_dep *deps,
    size_t n, uint64_t gen, bool *yes, struct err *e);

#endif
