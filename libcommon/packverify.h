/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packverify - "prov-pack verify" and "prov-pack import": what a bundle is
 * found to be, check by check, and what becomes of it then (layer 4).
 */
#ifndef PACKVERIFY_H
#define PACKVERIFY_H

#include "err.h"

/* As opt_verb calls them. */
int packverify_run(int argc, char **argv);
int packverify_import(int argc, char **argv);

/* The bundle that an operand (NULL or "-": standard input) names; what is
 * wrong was said. */
enum status packverify_open(const char *operand, int *fd);

#endif
