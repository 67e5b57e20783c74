/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventcmd - "prov-cache events": apply and print what ended validity
 * (layer 4).
 */
#ifndef EVENTCMD_H
#define EVENTCMD_H

#include "entry.h"
#include "output.h"

/* The events of a ledger, one a line. */
enum status eventcmd_print(struct entry_store *s, const struct digest *id,
    struct output *out, struct err *e);

/* As opt_verb calls it. */
int eventcmd_run(int argc, char **argv);

#endif
