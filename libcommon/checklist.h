/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checklist - files held against a list of their digests (layer 4).
 *
 * The list is a stream of in-toto ResourceDescriptors, as digester makes
 * them.  Those of one name that follow each other are the documents of that
 * file in their order.
 */
#ifndef CHECKLIST_H
#define CHECKLIST_H

#include "digester.h"
#include "output.h"

/*
 * Digests each file that list ("-": standard input) names, as d says.  What
 * differs is said on standard error, its descriptor as it is printed to out,
 * and the answer is ERR_NO; the worst that happened is returned.
 */
enum status checklist_compare(const char *list, struct digester *d,
    struct output *out);

#endif
