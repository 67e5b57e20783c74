/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packsigners - who signed what in a bundle, and who of them is believed
 * (layer 3).
 */
#ifndef PACKSIGNERS_H
#define PACKSIGNERS_H

#include "dsse.h"
#include "packjudge.h"

/* An envelope as a bundle has it: canonical JSON and one LF. */
enum status packsigners_envelope(struct arena *a, struct slice bytes,
    struct dsse *d, struct err *e);
/* What an envelope says; ERR_INPUT when it is malformed. */
enum status packsigners_fact(struct arena *a, const struct dsse *d,
    struct packjudge_fact *f, struct err *e);

/* All keys that may be tried. */
void packsigners_start(struct packjudge *j);
/* pack_read's sink for attestations and Sigstore bundles; ctx is the judge. */
enum status packsigners_take(void *ctx, enum manifest_entry kind,
    const char *name, struct slice bytes, struct err *e);
/* manifest.dsse.json; *out its fact, NULL: it cannot be one. */
void packsigners_manifest(struct packjudge *j, const struct pack *p,
    struct packjudge_fact **out);
/* Which signers, by index, an event of the bundle ends. */
enum status packsigners_events(struct packjudge *j, struct slice events,
    bool *ended);

#endif
