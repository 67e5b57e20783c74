/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring - prov.keyring/v1: who is trusted, for what, and when (layer 3).
 *
 * A key is trusted at an instant T for a role when from <= T < until, no
 * revocation took effect at or before T, and its roles name that role; a key
 * without roles has them all.  Keys are sorted by id; an id stands once.
 */
#ifndef KEYRING_H
#define KEYRING_H

#include "digest.h"
#include "key.h"
#include "merkle.h"

enum {
	KEYRING_KEYS_MAX = 4096,	/* keys: every signature of an envelope
					 * may be tried with each */
	KEYRING_NAME_MAX = 256		/* bytes */
};

/* Bits of keyring_key.roles. */
enum keyring_role {
	KEYRING_VEX = 1,
	KEYRING_POLICY = 2,
	KEYRING_VERDICT = 4,
	KEYRING_EVENT = 8,
	KEYRING_CACHE = 16,
	KEYRING_ANY = 31	/* what no roles means */
};

struct keyring_key {
	struct digest id;	/* of the SPKI, or of {identity,issuer} */
	struct slice name;
	unsigned roles;
	bool has_key;
	struct key key;		/* if has_key, else the two below */
	struct slice identity;
	struct slice issuer;
	int64_t from;		/* seconds; INT64_MIN: always */
	int64_t until;		/* first second it no longer holds, or
				 * INT64_MAX */
	int64_t revoked_at;	/* INT64_MAX: never */
	struct slice reason;	/* of revocation or rotation, or no data */
};

/* The event ledger: RFC 6962 over the canonical bytes of the events, leaf i
 * being the event of sequence i. */
struct keyring_ledger {
	struct digest id;
	struct merkle tree;
};

struct keyring {
	struct keyring_key *keys;
	size_t count;
	struct keyring_ledger ledger;
};

/* "vex" ... "cache"; 0 for anything else. */
unsigned keyring_role(struct slice name);

/* doc is prov.keyring/v1 and stays alive as long as out.  One in an envelope
 * is refused: who may sign it is for the caller to know (see wrapped.h). */
enum status keyring_read(const struct json *doc, struct arena *a,
    struct keyring *out, struct err *e);
struct json keyring_write(struct arena *a, const struct keyring *k);

/* NULL when there is none. */
const struct keyring_key *keyring_find(const struct keyring *k,
    const struct digest *id);
bool keyring_trusts(const struct keyring_key *k, unsigned role, int64_t at);
/* The ids trusted at that instant, for any role, sorted: the signer set of a
 * VeriKey. */
size_t keyring_signers(const struct keyring *k, int64_t at, struct arena *a,
    struct digest **ids);

/* Puts a key in (its id computed); ERR_INPUT when the id is there already. */
enum status keyring_add(struct keyring *k, struct arena *a,
    const struct keyring_key *key, struct err *e);
/* Begins the ledger of a new keyring: its id is the digest of the first keys,
 * {kind,keys}. */
void keyring_begin(struct keyring *k, struct arena *a);
/* The id of {identity,issuer}. */
struct digest keyring_identity(struct arena *a, struct slice identity,
    struct slice issuer);

/*
 * Rotates or revokes: changes the key, appends the event to the ledger, and
 * gives the event (prov.event/v1).  A key that was revoked is not revoked
 * later, and one that ended is not ended later (ERR_INPUT).
 */
enum status keyring_end(struct keyring *k, struct arena *a,
    const struct digest *id, bool revoke, struct slice reason, int64_t at,
    struct json *event, struct err *e);

#endif
