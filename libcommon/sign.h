/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - envelopes and checkpoints signed with private keys (layer 3).
 *
 * Apart from dsse and checkpoint, so that who only verifies loads nothing
 * that handles secrets.
 */
#ifndef SIGN_H
#define SIGN_H

#include "checkpoint.h"
#include "dsse.h"
#include "private.h"

/* Appends a signature by this private key over d's type and payload; keyid
 * is the key's id in text.  A key signs once (ERR_INPUT), which is told from
 * the signatures, not from key ids. */
enum status sign_envelope(struct dsse *d, struct arena *a,
    const struct private *key, struct err *e);
/* The checkpoint of a tree, signed under its origin's name. */
enum status sign_checkpoint(struct slice origin, uint64_t size,
    const struct digest *root, const struct private *key,
    struct arena *a, struct slice *note, struct err *e);

#endif
