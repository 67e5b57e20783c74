/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff - what changed between two evidences: prov.diff/v1 (layer 3).
 */
#ifndef DIFF_H
#define DIFF_H

#include "json.h"

/*
 * The diff from base to head, both prov.evidence/v1 that evidence_check
 * passed; a diff member in either is left out of account.  Linear but for
 * sorting.  The result borrows from both.
 */
struct json diff_evidence(struct arena *a, const struct json *base,
    const struct json *head);
/* Is there no difference at all? */
bool diff_is_empty(const struct json *diff);
/* head with diff as its diff member. */
struct json diff_attach(struct arena *a, const struct json *head,
    const struct json *diff);

#endif
