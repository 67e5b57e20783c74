/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packparts - what a decision took, in the bytes that proofRoot is over
 * (layer 3): evidence, policy, budget and keyring in their RFC 8785 form, the
 * jq program as it is.
 */
#ifndef PACKPARTS_H
#define PACKPARTS_H

#include "merkledoc.h"

struct packparts_part {
	struct slice bytes;	/* no data: in a file, or there is none */
	uint64_t size;
	struct digest digest;
	/* Of a part that is in a file: its descriptor, which packparts_close
	 * closes, and the hash of every chunk; NULL: it is in no file. */
	struct digest *leaf;
	int fd;
};

struct packparts {
	struct packparts_part part[MERKLEDOC_ROLES];
	struct buf window;
	const struct packparts_part *at;	/* what the window is of */
	uint64_t first, count;			/* and which of its chunks */
};

/*
 * The canonical bytes of one JSON document.  Text that is canonical already
 * (but for white space around it) is not copied: out points into it.  Where
 * its digest is not want and it is a DSSE envelope, its payload is taken
 * instead, as a policy may come signed; whoever decided has verified that.
 * ERR_NO when neither is want.
 */
enum status packparts_json(struct arena *a, struct slice text,
    const struct digest *want, struct packparts_part *out, struct err *e);
/* Raw bytes. */
enum status packparts_raw(struct slice text, const struct digest *want,
    struct packparts_part *out, struct err *e);
/*
 * A file that is in the wanted bytes already, but for one LF behind them: it
 * is read twice and never held.  ERR_NO when it is not; fd stays the
 * caller's then.  To be asked of regular files.
 */
enum status packparts_file(struct arena *a, int fd,
    const struct digest *want, struct packparts_part *out, struct err *e);

/* The prov.merkle/v1 over them, with its chunk list; one hash of each byte,
 * where merkledoc_proof_root takes two. */
struct json packparts_tree(struct arena *a, const struct packparts *p);
/* packout.chunk; ctx is a struct packparts.  ERR_SYSTEM when a file is no
 * longer what it was. */
enum status packparts_chunk(void *ctx, uint64_t index, struct slice *bytes,
    struct err *e);
void packparts_close(struct packparts *p);

#endif
