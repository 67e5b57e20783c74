/* SPDX-License-Identifier: Apache-2.0 */
/* ecosystem - scanners' words for package managers, as purls (layer 3). */
#ifndef ECOSYSTEM_H
#define ECOSYSTEM_H

#include "mem.h"

/*
 * The purl of a package that a scanner names by ecosystem ("npm", "Debian:12",
 * "gobinary", "Maven"), name and version; empty where the ecosystem is not
 * known or the name does not fit it.
 */
struct slice ecosystem_purl(struct arena *a, struct slice ecosystem,
    struct slice name, struct slice version);

#endif
