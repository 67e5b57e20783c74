/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial - one verification of a bundle under way: what is asked, what was
 * found so far, and the report of it (layer 3).  bundlelog, bundlecert and
 * bundlecheck put the questions.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "bundlecheck.h"

struct trial {
	const struct bundle *b;
	const struct bundle_policy *policy;
	struct arena *a;
	struct bundle_result *out;
	struct err *e;			/* the first failure */
	enum status status;		/* the worst so far */
	struct json checks;
	struct instant times[BUNDLE_TIMES_MAX];	/* as out->times, exact */
	const struct x509 *issuer;	/* who signed the leaf */
	const struct key *signer;
	struct buf pae;
	bool no_root;			/* key policy: logs are not asked */
	const char *no_time;		/* why a promise did not count */
};

/* Each adds one check to the report; the first failure is the caller's
 * message.  trial_fail returns the check, for more to be said in it. */
void trial_pass(struct trial *r, const char *check);
void trial_skip(struct trial *r, const char *check, const char *why);
struct json *trial_fail(struct trial *r, const char *check,
    const struct err *why);
/* One of pass and fail by a status; whether it was pass. */
bool trial_judge(struct trial *r, const char *check, enum status status,
    const struct err *why);

/* More about the check that was added last. */
void trial_index(struct trial *r, size_t i);
void trial_name(struct trial *r, struct slice name);
void trial_ignored(struct trial *r, const struct json *paths);
/* The same, and it is a proven time of signing. */
void trial_time(struct trial *r, struct instant at);
/* A member from outside, which may not be UTF-8. */
void trial_text(struct trial *r, struct json *o, const char *name,
    struct slice s);

/* The digest of what was signed, for a tlog_claim; ctx is the trial. */
enum status trial_digest(void *ctx, enum crypt_hash hash, uint8_t *out,
    struct err *e);

#endif
