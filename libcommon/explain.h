/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain - a verdict in words (layer 3).
 *
 * Everything comes from the verdict itself, but for the policy's weights; the
 * wording is free to change, for no id is made of it.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "json.h"
#include "lattice.h"

/* The whole verdict, which verdict_read said yes to. */
void explain_verdict(struct buf *out, struct arena *a,
    const struct json *verdict, const struct lattice_rules *rules);
/*
 * What is said of one vulnerability in one component, and why.  component is
 * a key or a purl, with or without its version.  False: nothing is.
 */
bool explain_claim(struct buf *out, struct arena *a,
    const struct json *verdict, const struct lattice_rules *rules,
    struct slice component, struct slice id);
/*
 * The ignore entries, until then, that would let today's violations through;
 * *left counts those that no ignore can.
 */
struct json explain_baseline(struct arena *a, const struct json *verdict,
    struct slice until, size_t *left);

#endif
