/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrystore - an entry in the store, for the modules that get, put and scan
 * (layer 3).  Inside cache_run but for the first.
 */
#ifndef ENTRYSTORE_H
#define ENTRYSTORE_H

#include "cache.h"
#include "entryrec.h"

/* Nanoseconds, for how long something took. */
uint64_t entrystore_clock(void);

/* The record of a VeriKey, verified, in the arena; ERR_NO when there is
 * none. */
enum status entrystore_load(struct cache *c, const struct digest *verikey,
    struct arena *a, struct entry *out, struct entryrec_dep **deps,
    size_t *n, struct err *e);
/* What it says at that time; now is entrygen_now's answer. */
enum status entrystore_judge(struct cache *c, const struct entry *entry,
    const struct entryrec_dep *deps, size_t n, uint64_t now, int64_t at,
    enum entry_state *state, struct err *e);

bool entrystore_has_envelope(const struct entry *entry,
    const struct digest *d);
/* One entry more holds its envelopes but for those that old (may be NULL)
 * holds already; one less, but for those that kept holds. */
enum status entrystore_hold_envelopes(struct cache *c,
    const struct entry *entry, const struct entry *old, struct err *e);
enum status entrystore_drop_envelopes(struct cache *c,
    const struct entry *entry, const struct entry *kept, struct err *e);

#endif
