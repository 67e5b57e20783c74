/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - what a decision is asked: evidence, context, keyring and window,
 * and the VeriKey over them (layer 3).
 *
 * A verdict is a function of a request and of nothing else.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "budget.h"
#include "context.h"
#include "keyring.h"
#include "members.h"
#include "merkledoc.h"
#include "policy.h"
#include "verikey.h"

struct request {
	/* The caller sets these. */
	struct slice evidence_bytes;	/* prov.evidence/v1, as it was read */
	const struct json *policy_doc;	/* prov.policy/v1 itself */
	const struct json *budget_doc;	/* or NULL */
	const struct json *keyring_doc;	/* or NULL */
	struct slice policy_jq;		/* raw bytes; no data: none */
	struct slice jq_version;	/* of libjq, with policy_jq */
	struct slice environment;	/* no data: default */
	int64_t asked_at;		/* --at; the window holds it */
	bool at_window;			/* asked_at is the window's start */

	/* request_make sets these. */
	struct members evidence_text;	/* RFC 8785 */
	struct json feeds;
	struct policy policy;
	struct budget budget;
	struct keyring keyring;
	bool has_budget, has_keyring;
	struct context context;
	struct json context_json;
	struct verikey verikey;		/* window is the time of decision */
	struct json verikey_json;
	struct digest key;

	/* request_check sets this. */
	struct json evidence;
};

/*
 * Reads the documents strictly; ERR_INPUT, with *fault naming the one at
 * fault ("policy", "budget", "keyring", "evidence").  Evidence is only
 * hashed, without a tree where it is canonical: a decision that is cached
 * under that hash was made of evidence that was good, and request_check is
 * for those who make one.
 */
enum status request_make(struct arena *a, struct request *r,
    const char **fault, struct err *e);
/* Is the evidence what it must be, strictly?  Its tree lives in a. */
enum status request_check(struct arena *a, struct request *r, struct err *e);
/* The id by which the findings go that have this one or this alias; else the
 * same.  Of a request that was made. */
struct slice request_id(struct arena *a, const struct request *r,
    struct slice id);
/* The parts proofRoot is over; bytes in a. */
void request_parts(struct arena *a, const struct request *r,
    struct slice part[MERKLEDOC_ROLES]);

#endif
