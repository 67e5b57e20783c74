/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packcheck - whether a proof bundle holds (layer 3).
 *
 * pack_read says that a bundle is whole; here it is asked whether its
 * documents belong together, who vouches for them, and what the caller wants
 * of them.  Every check is reported; one that fails makes the answer ERR_NO.
 *
 * Trust comes from the caller alone: keys named on a command line, a
 * keyring, Sigstore trusted roots.  Events in the bundle can take trust away
 * and never give any.
 */
#ifndef PACKCHECK_H
#define PACKCHECK_H

#include "key.h"
#include "keyring.h"
#include "pack.h"
#include "trustroot.h"

enum packcheck_result {
	PACKCHECK_PASS,
	PACKCHECK_FAIL,
	PACKCHECK_SKIP		/* not asked for, or cannot be made */
};

struct packcheck {
	/* Who may vouch.  keys count for any role. */
	const struct key *key;
	size_t keys;
	const struct keyring *keyring;	/* or NULL */
	const struct trustroot *root;	/* or NULL: bundles with certificates
					 * cannot be checked */
	bool integrity_only;		/* ask for no signature */
	int64_t at;
	/* What is wanted; no data, NULL or false: nothing. */
	struct slice require;		/* "pass" or "warn" */
	const struct digest *subject;
	const struct digest *policy;
	struct slice environment;
	bool current;
	/* Told of every check; entry and detail may be NULL. */
	void (*report)(void *ctx, const char *check, const char *entry,
	    enum packcheck_result result, const char *detail);
	void *report_ctx;
	/* Passed on to pack_read. */
	struct pack_sink sink;
};

/*
 * Reads and judges: ERR_OK and *answer (prov.packcheck/v1) when every check
 * holds.  Otherwise *e has the first thing that is wrong.
 */
enum status packcheck_run(int fd, struct arena *a, const struct packcheck *c,
    struct pack *out, struct json *answer, struct err *e);

/*
 * Whether these documents make one decision: what export asks before it
 * writes.  report is told as above.  ERR_NO: no; ERR_INPUT: one of them is
 * malformed.
 */
struct packcheck_documents {
	const struct json *verdict, *decision, *inputs, *context;
	const struct merkledoc_tree *tree;
};
enum status packcheck_documents(const struct packcheck_documents *d,
    struct arena *a, const struct packcheck *c, struct err *e);

/* Whether an attestation (an in-toto statement in DSSE) speaks of this
 * verdict; ERR_OK also for what is no statement. */
enum status packcheck_attestation(const struct packcheck_documents *d,
    struct arena *a, struct slice envelope, struct err *e);

#endif
