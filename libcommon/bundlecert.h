/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundlecert - a bundle's certificate: its path at every proven time, its
 * certificate timestamps, and whom it names (layer 3).
 */
#ifndef BUNDLECERT_H
#define BUNDLECERT_H

#include "trial.h"

/* The path, and where it holds the certificate's own timestamps. */
void bundlecert_path(struct trial *r);
/* Identity and issuer are the policy's. */
void bundlecert_names(struct trial *r);

#endif
