/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jqrule - a jq policy in its own process (layer 3).
 *
 * What prov-jq does between reading and writing; nobody else links this, so
 * nobody else loads libjq.
 */
#ifndef JQRULE_H
#define JQRULE_H

#include "err.h"
#include "mem.h"

enum {
	JQRULE_CPU = 10,			/* seconds */
	JQRULE_OUTPUT = 16 * 1024 * 1024,	/* bytes */
	JQRULE_INPUT = 1024 * 1024 * 1024	/* bytes; below INT_MAX */
};

/* Bytes of address space. */
#define JQRULE_MEMORY ((uint64_t)1024 * 1024 * 1024)

/* Exit statuses of prov-jq beside those of every tool. */
enum {
	JQRULE_NO_MEMORY = 5,
	JQRULE_TOO_LONG = 6
};

struct slice jqrule_version(struct arena *a);
/* Gives up what a policy does not need: limits, files, processes.  ERR_SYSTEM
 * when that cannot be done. */
enum status jqrule_confine(struct err *e);
/* jqscan, then the run. */
enum status jqrule_run(struct slice program, struct slice input,
    struct buf *out, struct err *e);

#endif
