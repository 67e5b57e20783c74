/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyfile - public keys and keyrings that options name (layer 4).
 *
 * Each function says on standard error, under the file's name, what it
 * cannot do, before it returns the status.
 */
#ifndef KEYFILE_H
#define KEYFILE_H

#include "key.h"
#include "keyring.h"
#include "opt.h"

/* A public key: SPKI or PKCS#1, DER or PEM.  A private key file is refused. */
enum status keyfile_public(const char *path, struct arena *a,
    struct key *out);
/* Those of a repeated option. */
enum status keyfile_public_list(const struct opt_list *paths,
    struct arena *a, struct key **out);

/* prov.keyring/v1, what it points to in the arena. */
enum status keyfile_keyring(const char *path, struct arena *a,
    struct keyring *out);

#endif
