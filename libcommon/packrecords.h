/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packrecords - what a proof bundle carries, as a stream (layer 4).
 *
 * The tools' own outputs one after the other, in any order: a verdict, its
 * decision, inputs and context, the evidence, policy, budget and keyring,
 * events, DSSE envelopes and Sigstore bundles.  Each is known by its "kind",
 * "payloadType" or "mediaType"; any other record is refused.
 */
#ifndef PACKRECORDS_H
#define PACKRECORDS_H

#include "input.h"
#include "merkledoc.h"
#include "packout.h"

enum packrecords_document {
	PACKRECORDS_VERDICT,
	PACKRECORDS_DECISION,
	PACKRECORDS_INPUTS,
	PACKRECORDS_CONTEXT,
	PACKRECORDS_DOCUMENTS
};

/* Canonical bytes in the arena; no data: it was not there. */
struct packrecords {
	struct slice document[PACKRECORDS_DOCUMENTS];
	struct slice part[MERKLEDOC_ROLES];	/* never the jq program */
	struct buf events;
	struct packout_item *item;	/* envelopes and Sigstore bundles */
	size_t items;
};

/* Adds to what out has.  operand NULL or "-": standard input. */
enum status packrecords_read(const char *operand, struct arena *a,
    struct packrecords *out);
void packrecords_close(struct packrecords *r);

#endif
