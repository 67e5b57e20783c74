/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signers - who signed a document that comes in an envelope (layer 3).
 */
#ifndef SIGNERS_H
#define SIGNERS_H

#include "json.h"
#include "keyring.h"
#include "trustroot.h"

struct signers_trust {
	const struct keyring *keyring;	/* NULL: nobody is known */
	const struct trustroot *root;	/* NULL: no log and no certificate
					 * counts */
};

/*
 * The keyring's keys that signed content, a DSSE envelope or a Sigstore
 * bundle: a set of {id, logged, provenAt?}, which is prov.document's signedBy.
 * provenAt is the earliest proven time.  Whether a key was trusted then, and
 * for what, is the reader's question.  A document without an envelope, and
 * one that no known key signed, gives the empty set; a malformed envelope is
 * ERR_INPUT.
 */
enum status signers_of(const struct json *content,
    const struct signers_trust *trust, struct arena *a, struct json *signed_by,
    struct err *e);

#endif
