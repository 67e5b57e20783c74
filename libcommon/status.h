/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status - how a decision was come by: prov.status/v1 (layer 4).
 *
 * For badges and metrics; golden/schemas/prov.status.v1.schema.json.
 */
#ifndef STATUS_H
#define STATUS_H

#include "asked.h"
#include "recall.h"

enum status_phase {
	STATUS_READ,
	STATUS_LOOKUP,
	STATUS_DECIDE,
	STATUS_PHASES
};

struct status_clock {
	int64_t start, last;		/* microseconds */
	int64_t phase[STATUS_PHASES];	/* -1: did not happen */
};

void status_start(struct status_clock *c);
/* What came since the last call was this. */
void status_lap(struct status_clock *c, enum status_phase phase);
/* decision: its canonical bytes; no data: there is none. */
void status_write(const char *path, struct arena *a,
    const struct status_clock *c, const struct asked *asked,
    enum recall_state state, struct slice decision);

#endif
