/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jqrun - asks prov-jq (layer 4).
 *
 * The helper is looked for beside the running tool and then in libexec.  Its
 * environment is empty and it has no files but its pipes.
 */
#ifndef JQRUN_H
#define JQRUN_H

#include "json.h"

/* The version of libjq, in the arena. */
enum status jqrun_version(struct arena *a, struct slice *version,
    struct err *e);
/*
 * Runs a policy's program on a document; *rules is its one result.
 * ERR_INPUT: the program is at fault (forbidden word, does not compile,
 * fails, over a limit, whose name is told).
 */
enum status jqrun(struct arena *a, struct slice program,
    const struct json *input, struct json *rules, struct err *e);

#endif
