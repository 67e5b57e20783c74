/* SPDX-License-Identifier: Apache-2.0 */
/* entrycheck - whether a store is whole (layer 3). */
#ifndef ENTRYCHECK_H
#define ENTRYCHECK_H

#include "entry.h"

/* Reads and hashes everything there is; ERR_SYSTEM with the first thing that
 * is wrong. */
enum status entrycheck_run(struct entry_store *s, struct err *e);

#endif
