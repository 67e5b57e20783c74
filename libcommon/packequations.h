/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packequations - whether verdict, decision, inputs, context and tree are
 * those of one decision (layer 3).
 */
#ifndef PACKEQUATIONS_H
#define PACKEQUATIONS_H

#include "context.h"
#include "decision.h"
#include "packjudge.h"
#include "verdict.h"
#include "verikey.h"

/* The documents as they were read. */
struct packequations {
	struct verdict verdict;
	struct decision decision;
	struct verikey inputs;
	struct context context;
	struct digest verikey;
};

/* Reports every equation; false: a document is malformed, and d is not
 * filled. */
bool packequations_judge(struct packjudge *j,
    const struct packcheck_documents *doc, struct packequations *d);

#endif
