/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packfiles - a proof bundle out of the files that options name, and out of
 * records (layer 4).
 *
 * What is wrong with a file is said under its name, as input does it; an
 * option that is missing or too much ends the process (2).
 */
#ifndef PACKFILES_H
#define PACKFILES_H

#include "input.h"
#include "opt.h"
#include "packcheck.h"
#include "packout.h"
#include "packparts.h"
#include "packrecords.h"

struct packfiles {
	/* The names; the caller fills them. */
	const char *verdict, *decision, *inputs;
	const char *context;	/* NULL: the one in inputs */
	const char *part[MERKLEDOC_ROLES];
	const char *events;
	struct opt_list attestations, bundles, sources;
	/* What no option names is taken from here, if it was read. */
	struct packrecords records;
	/* What was read. */
	struct json doc_verdict, doc_decision, doc_inputs, doc_context, merkle;
	struct merkledoc_tree tree;
	struct packparts parts;
	struct input input[MERKLEDOC_ROLES];	/* whose bytes they are,
						 * if they are held */
	struct packcheck_documents documents;
	struct packout out;	/* all but density, key, zstd and sink */
};

/*
 * Reads everything, and checks that it is of one decision: ERR_NO when a
 * file is not what the decision took, or an attestation speaks of something
 * else.
 */
enum status packfiles_load(struct packfiles *f, struct arena *a);
/* Only envelopes, bundles, events and sources; out has the documents. */
enum status packfiles_add(struct packfiles *f, struct arena *a);
void packfiles_close(struct packfiles *f);

#endif
