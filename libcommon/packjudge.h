/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packjudge - what is known of a bundle while it is judged, and how that is
 * said (layer 3).  For packcheck, packequations and packsigners.
 */
#ifndef PACKJUDGE_H
#define PACKJUDGE_H

#include "packcheck.h"

/* What one envelope says: all that is kept of it. */
struct packjudge_fact {
	struct packjudge_fact *next;
	char name[MANIFEST_NAME_MAX];
	bool statement;
	struct slice type;		/* predicateType */
	struct digest predicate;	/* of its RFC 8785 bytes */
	struct digest subject;		/* of the array's */
	size_t first, count;		/* its signers in judge.signer */
};

/* A good signature by a key that is trusted for the time it has. */
struct packjudge_signer {
	struct digest id;
	int64_t at;		/* proven, else the time of the check */
};

struct packjudge {
	const struct packcheck *c;
	struct arena *arena;
	struct arena scratch;		/* of one envelope */
	struct err *first;		/* the first failure */
	enum status worst;
	/* All keys that may be tried: c->key, then the keyring's. */
	struct key *key;
	const struct keyring_key **ring;	/* NULL for c->key */
	size_t keys;
	struct packjudge_fact *facts, **last;
	struct packjudge_signer *signer;
	size_t signers;
	size_t untrusted;		/* good ones by keys that are not
					 * trusted now */
};

void packjudge_report(struct packjudge *j, const char *check,
    const char *entry, enum packcheck_result result, const char *detail);
/* A check that fails; rc is what it makes of the answer at least. */
__attribute__((format(printf, 5, 6))) void packjudge_fail(struct packjudge *j,
    enum status rc, const char *check, const char *entry, const char *fmt,
    ...);
/* One equation; no is the sentence for when it does not hold. */
void packjudge_holds(struct packjudge *j, bool yes, const char *check,
    const char *no);

#endif
