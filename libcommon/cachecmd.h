/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cachecmd - the verbs of prov-cache, a file for each that is no page of its
 * own, and what they share (layer 4).
 */
#ifndef CACHECMD_H
#define CACHECMD_H

#include "entry.h"

#define CACHECMD_DIR(to) \
	{ 0, "cache", OPT_TEXT, (to), "DIR", "the cache's directory" }
#define CACHECMD_AT(to) \
	{ 0, "at", OPT_TEXT, (to), "TIME", \
	    "the time to judge expiry at (now)" }
#define CACHECMD_OUTPUT(to) \
	{ 'o', "output", OPT_TEXT, (to), "FILE", \
	    "write the result to FILE" }

/* entry_open, and says why not. */
enum status cachecmd_open(const char *dir, enum entry_mode mode,
    struct entry_store **out);
/* For what needs no cache to be there: *out is NULL then. */
enum status cachecmd_look(const char *dir, struct entry_store **out);
/* A usage error unless n is 0. */
void cachecmd_no_operands(int n);

/* As opt_verb calls them. */
int cachecmd_get(int argc, char **argv);
int cachecmd_put(int argc, char **argv);
int cachecmd_import(int argc, char **argv);
int cachecmd_export(int argc, char **argv);
int cachecmd_invalidate(int argc, char **argv);

#endif
