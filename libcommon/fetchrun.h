/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetchrun - runs prov-fetch, which alone links a network library
 * (layer 4).
 */
#ifndef FETCHRUN_H
#define FETCHRUN_H

#include "err.h"
#include "mem.h"

/* Fetches the chunks of list (see webchunk.h) from url into dir.  What goes
 * wrong the helper says itself, under its own name. */
enum status fetchrun(const char *url, const char *dir, struct slice list);

#endif
