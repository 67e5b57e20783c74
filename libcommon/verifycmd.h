/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verifycmd - "sigbundle verify" (layer 4).
 */
#ifndef VERIFYCMD_H
#define VERIFYCMD_H

/* As opt_verb calls it. */
int verifycmd_verify(int argc, char **argv);

#endif
