/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources - who stands behind what evidence says (layer 3).
 *
 * A source is what a document contributes, by its digest; several documents
 * may bring the same.  What a policy and a keyring make of it: the entry of
 * the policy that is meant, the trusted signer, provenance.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "keyring.h"
#include "map.h"
#include "policy.h"

struct sources_attestation;

/* All documents of one source. */
struct sources_one {
	struct digest source;
	bool has_signer, logged;
	struct digest signer;		/* the smallest trusted id */
	const struct policy_source *rule;	/* of the policy, or NULL */
	struct slice origin;		/* no data: none */
	bool has_epoch;			/* a scanner's, with a feed's epoch */
	struct sources_attestation *attestation;
};

struct sources {
	const struct policy *policy;
	const struct keyring *keyring;	/* NULL: nobody is trusted */
	int64_t at;
	struct arena *arena;
	struct sources_one *item;
	size_t count;
	struct map by_digest;
};

/* documents: the evidence's; may be NULL. */
void sources_open(struct sources *s, struct arena *a,
    const struct json *documents, const struct policy *policy,
    const struct keyring *keyring, int64_t at);
void sources_close(struct sources *s);

/* One that nobody stands behind where no document has it. */
const struct sources_one *sources_find(const struct sources *s,
    struct slice digest);
/* P of a statement, in basis points. */
int sources_provenance(const struct sources_one *source);

/*
 * Whether an attestation of the source is about the evidence's subject or a
 * component (may be NULL).  *is_signed: a trusted key signed one that is; a
 * signature on another document that says the same vouches for no subject.
 */
bool sources_attested(const struct sources_one *source,
    const struct json *subject, const struct json *component,
    bool *is_signed);

#endif
