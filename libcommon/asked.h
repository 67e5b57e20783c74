/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked - the files a request is made of, read (layer 4).
 *
 * For the tools that take evidence, policy, budget and keyring alike.  What
 * goes wrong has been said, under the file's name, before a status is
 * returned.
 */
#ifndef ASKED_H
#define ASKED_H

#include "request.h"

struct asked {
	/* The command line's, set by the caller. */
	const char *evidence;		/* operand; NULL or "-": stdin */
	const char *policy, *policy_jq, *budget, *keyring, *environment;
	const char *at;			/* --at's text, or NULL */

	struct request request;
	struct json evidence_doc, policy_doc, budget_doc, keyring_doc;
	int64_t now;			/* the time that was asked for */
};

/* Reads everything and makes the request; evidence is not checked yet. */
enum status asked_read(struct arena *a, struct asked *asked);
/* Checks the evidence. */
enum status asked_check(const struct asked *asked);

#endif
