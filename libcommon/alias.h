/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alias - which vulnerability ids mean the same (layer 3).
 *
 * Ids that stand in one finding are joined, transitively, but two CVE ids
 * are never aliases: where a chain of ids holds more than one CVE (an
 * advisory about several), a finding counts for each CVE that it names
 * itself, or else for each that its own ids stand beside elsewhere.  The
 * outcome does not depend on the order of the calls.
 */
#ifndef ALIAS_H
#define ALIAS_H

#include "part.h"

struct alias;

struct alias *alias_open(void);
void alias_close(struct alias *);

/* All ids of one finding; they must outlive the object. */
void alias_link(struct alias *, const struct part_value *ids);

/* The ids under which a finding with these ids counts, after every finding
 * was linked: one, or several CVEs.  In the arena. */
struct slice *alias_ids(struct alias *, const struct part_value *ids,
    struct arena *a, size_t *count);
/* All other ids of the vulnerability that alias_ids called id, a set. */
struct json alias_others(struct alias *, struct slice id, struct arena *a);

#endif
