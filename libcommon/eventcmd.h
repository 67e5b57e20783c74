/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventcmd - "prov-cache events": apply and print what ended validity
 * (layer 4).
 */
#ifndef EVENTCMD_H
#define EVENTCMD_H

/* As opt_verb calls it. */
int eventcmd_run(int argc, char **argv);

#endif
