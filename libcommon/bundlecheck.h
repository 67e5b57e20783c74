/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundlecheck - verifying Sigstore bundles without a network (layer 3).
 *
 * Everything is judged against the policy the caller brings; nothing in a
 * bundle is believed because the bundle says it.  Times come from verified
 * timestamps and verified promises of a log, never from a clock.
 */
#ifndef BUNDLECHECK_H
#define BUNDLECHECK_H

#include "bundle.h"
#include "regex.h"
#include "trustroot.h"

/* What was signed, for whoever can hash it. */
struct bundle_artifact {
	/* ERR_OK, ERR_NO when this hash cannot be had, ERR_SYSTEM. */
	enum status (*digest)(void *ctx, enum crypt_hash hash, uint8_t *out,
	    struct err *e);
	/* All bytes at once (Ed25519ph); same answers. */
	enum status (*whole)(void *ctx, struct slice *bytes, struct err *e);
	void *ctx;
};

struct bundle_policy {
	const struct trustroot *root;	/* NULL: none; then key is needed */
	const struct key *key;		/* or NULL, and: */
	struct slice identity;		/* the very name, or no data and: */
	const struct regex *pattern;	/* made with REGEX_WHOLE */
	struct slice issuer;
	const struct bundle_artifact *artifact;	/* NULL: an envelope's
				 * statement may be about anything */
};

enum {
	BUNDLE_TIMES_MAX = BUNDLE_ENTRIES_MAX + BUNDLE_TIMESTAMPS_MAX
};

struct bundle_result {
	struct json report;		/* prov.bundlecheck/v1 */
	/* Only after ERR_OK: */
	struct key signer;		/* the certificate's, or the policy's */
	struct slice identity, issuer;	/* no data: a key signed */
	int64_t times[BUNDLE_TIMES_MAX];	/* proven */
	size_t time_count;
	bool logged;			/* a log entry was verified */
	struct slice payload, type;	/* of the envelope; no data: message */
};

/*
 * ERR_OK: every check that applies holds.  ERR_NO: e says the first that
 * does not; the report says all.  ERR_SYSTEM: the artifact cannot be read.
 */
enum status bundle_check(const struct bundle *b,
    const struct bundle_policy *policy, struct arena *a,
    struct bundle_result *out, struct err *e);
/* The report of a bundle that bundle_read refused. */
struct json bundle_refused(struct arena *a, const struct err *why);

#endif
