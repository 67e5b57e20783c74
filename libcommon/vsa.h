/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vsa - a verdict as a SLSA Verification Summary, version 1 (layer 3).
 */
#ifndef VSA_H
#define VSA_H

#include "json.h"

#define VSA_PREDICATE "https://slsa.dev/verification_summary/v1"

struct vsa {
	struct slice verifier;	/* verifier.id, a URI; needed */
	struct slice resource;	/* resourceUri; no data: the subject's purl or
				 * key */
	struct slice policy;	/* policy.uri; no data: a URN of the policy's
				 * name and version */
	const char *const *levels; /* verifiedLevels of a verdict that passed */
	size_t level_count;
};

/*
 * The Statement about a prov.verdict/v1.  subjects is an array, empty: the
 * verdict's own subject.  pass and warn are PASSED, fail is FAILED, and
 * timeVerified is the verdict's at.  ERR_INPUT, ERR_NO as verdict_read.
 */
enum status vsa_write(struct arena *a, const struct json *verdict,
    const struct vsa *v, struct json subjects, struct json *out,
    struct err *e);

#endif
