/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version - how ecosystems order their versions (layer 1).
 *
 * One comparator for each versioning scheme, found by the name of a vers
 * scheme or of a purl type.  Runs of digits have any length: no comparator
 * depends on the width of an integer.  Any bytes can be compared; what its
 * scheme calls invalid is ordered as the scheme's own tool does, or else below
 * what is valid.  The order is total, but for alpm, conan and composer, whose
 * own rules for words against numbers are not transitive.
 */
#ifndef VERSION_H
#define VERSION_H

#include <stdbool.h>

#include "mem.h"

struct version_scheme;

/* By vers scheme ("semver", "deb", "intdot") or purl type ("cargo", "golang");
 * case does not matter.  NULL: the order is not known, only equality is. */
const struct version_scheme *version_scheme(struct slice name);
/* The scheme's own name: "semver" for "cargo". */
const char *version_scheme_name(const struct version_scheme *s);

/* -1, 0 or 1.  With s NULL: 0 when the bytes are equal, else by bytes, which
 * is an order but says nothing of age. */
int version_cmp(const struct version_scheme *s, struct slice a,
    struct slice b);

/* Row i of the table of names that version_scheme knows, sorted; NULL behind
 * the last. */
const char *version_name(size_t i);

#endif
