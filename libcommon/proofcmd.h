/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proofcmd - "prov-merkle verify": proofs, chunks and checkpoints (layer 4).
 */
#ifndef PROOFCMD_H
#define PROOFCMD_H

/* As opt_verb calls it. */
int proofcmd_verify(int argc, char **argv);

#endif
