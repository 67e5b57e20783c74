/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - a request decided: claims, jq policy, gates, proof root (layer 4).
 */
#ifndef DECIDE_H
#define DECIDE_H

#include "merkledoc.h"
#include "request.h"

struct decide {
	struct json verdict;			/* prov.verdict/v1 */
	struct json decision;			/* prov.decision/v1 */
	struct slice part[MERKLEDOC_ROLES];	/* what proofRoot is over */
};

/* Of a request that was made and checked; everything lives in a. */
enum status decide_request(struct arena *a, const struct request *r,
    struct decide *out, struct err *e);

#endif
