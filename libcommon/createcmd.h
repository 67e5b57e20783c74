/* SPDX-License-Identifier: Apache-2.0 */
/*
 * createcmd - "sigbundle create": a bundle of an envelope, or of a file that
 * is signed (layer 4).
 */
#ifndef CREATECMD_H
#define CREATECMD_H

/* As opt_verb calls it. */
int createcmd_create(int argc, char **argv);

#endif
