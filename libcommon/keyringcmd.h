/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyringcmd - "dsse-key keyring", "rotate" and "revoke" (layer 4).
 */
#ifndef KEYRINGCMD_H
#define KEYRINGCMD_H

/* As opt_verb calls them. */
int keyringcmd_add(int argc, char **argv);
int keyringcmd_rotate(int argc, char **argv);
int keyringcmd_revoke(int argc, char **argv);

#endif
