/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packexport - "prov-pack export": a decision's files, or its entry in the
 * cache, as a proof bundle or an OCI layout of one (layer 4).
 */
#ifndef PACKEXPORT_H
#define PACKEXPORT_H

/* As opt_verb calls it. */
int packexport_run(int argc, char **argv);

#endif
