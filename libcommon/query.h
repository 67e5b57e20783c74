/* SPDX-License-Identifier: Apache-2.0 */
/* query - libjq, wrapped (layer 2).  The only module that includes jq.h. */
#ifndef QUERY_H
#define QUERY_H

#include "err.h"
#include "mem.h"

/* Version of the library that is loaded, of its file's name: "1.0.4"; in the
 * arena. */
struct slice query_version(struct arena *a);

/* What happens when jq finds no memory; must not return. */
void query_on_no_memory(void (*hook)(void *));

/*
 * Runs a program on one JSON document.  Appends its one result, in JSON.
 * ERR_INPUT with jq's message when it does not compile, fails, or gives no
 * or several results.
 */
enum status query_run(struct slice program, struct slice input,
    struct buf *out, struct err *e);

#endif
