/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context - all that a decision takes besides evidence and time (layer 3).
 *
 * Its digest is the policy component of the VeriKey.  prov.context/v1;
 * golden/schemas/prov.context.v1.schema.json.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "digest.h"

#define CONTEXT_KIND "prov.context/v1"
#define CONTEXT_DEFAULT "default"	/* the environment when none is named */

enum {
	CONTEXT_ENGINE = 1	/* raise it whenever the same inputs would
				 * give other bytes */
};

struct context {
	int64_t engine;
	struct digest policy;
	bool has_policy_jq, has_budget, has_keyring;
	struct digest policy_jq;	/* over the program's raw bytes */
	struct digest budget;
	struct digest keyring;
	struct slice jq;		/* libjq's version; no data: none */
	struct slice environment;
};

struct json context_json(struct arena *a, const struct context *c);
/* Strict; strings stay borrowed from doc. */
enum status context_read(const struct json *doc, struct context *c,
    struct err *e);

#endif
