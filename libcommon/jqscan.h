/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jqscan - which words of a jq program a policy may not use (layer 1).
 *
 * A policy is a function of its input: whatever reads the environment,
 * files, the clock or other inputs, or gives other digits on another
 * machine, is refused before the program runs.
 */
#ifndef JQSCAN_H
#define JQSCAN_H

#include "err.h"
#include "mem.h"

/*
 * ERR_INPUT with the first forbidden word and its offset.  Words are found by
 * tokens: in comments, strings and after "." they are no calls.  An object
 * key that is a forbidden word must be quoted.
 */
enum status jqscan(struct slice program, struct err *e);

#endif
