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

#include "input.h"
#include "request.h"

struct asked {
	/* The command line's, set by the caller. */
	const char *evidence;		/* operand; NULL or "-": stdin */
	const char *policy, *policy_jq, *budget, *keyring, *environment;
	const char *at;			/* --at's text, or NULL */

	struct request request;
	struct json policy_doc, budget_doc, keyring_doc;
	struct input input;		/* the evidence's bytes stay in it */
	int64_t now;			/* the time that was asked for */
};

/* Reads everything and makes the request; evidence is not checked yet. */
enum status asked_read(struct arena *a, struct asked *asked);
/* Checks the evidence, and makes its tree. */
enum status asked_check(struct arena *a, struct asked *asked);
/* Behind asked_read, whatever it said. */
void asked_close(struct asked *asked);

#endif
