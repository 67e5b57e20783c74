/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundlelog - what a bundle has of timestamps and transparency logs, held
 * against the trusted root (layer 3).
 */
#ifndef BUNDLELOG_H
#define BUNDLELOG_H

#include "trial.h"

/* Proven times: of timestamps, and of promises that a log signed. */
void bundlelog_times(struct trial *r);
/* The entries: proofs, checkpoints, and that they are of this signature.
 * Wants the times and the signer. */
void bundlelog_entries(struct trial *r);

#endif
