/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rootfile - Sigstore trusted roots from files (layer 4).
 */
#ifndef ROOTFILE_H
#define ROOTFILE_H

#include "trustroot.h"

/* Adds what a file holds to a root, see trustroot_add; says what is wrong. */
enum status rootfile_add(struct trustroot *root, const char *path,
    struct arena *a);

#endif
