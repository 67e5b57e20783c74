/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packparts - what a decision took, in the bytes that proofRoot is over
 * (layer 3): evidence, policy, budget and keyring in their RFC 8785 form, the
 * jq program as it is.
 */
#ifndef PACKPARTS_H
#define PACKPARTS_H

#include "merkledoc.h"

/*
 * The canonical bytes of one JSON document.  Text that is canonical already
 * (but for white space around it) is not copied: out points into it.  Where
 * its digest is not want and it is a DSSE envelope, its payload is taken
 * instead, as a policy may come signed; whoever decided has verified that.
 * ERR_NO when neither is want.
 */
enum status packparts_json(struct arena *a, struct slice text,
    const struct digest *want, struct slice *out, struct err *e);
/* Raw bytes. */
enum status packparts_raw(struct slice text, const struct digest *want,
    struct slice *out, struct err *e);

/* A part whose digest the functions above have checked. */
struct packparts_part {
	struct slice bytes;	/* no data: the decision had none */
	struct digest digest;
};

/* The prov.merkle/v1 over them, with its chunk list; one hash of each byte,
 * where merkledoc_proof_root takes two. */
struct json packparts_tree(struct arena *a,
    const struct packparts_part part[MERKLEDOC_ROLES]);

#endif
