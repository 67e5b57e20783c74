/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privatefile - private keys that options name (layer 4).
 *
 * Each function says on standard error, under the file's name, what it
 * cannot do, before it returns the status.
 */
#ifndef PRIVATEFILE_H
#define PRIVATEFILE_H

#include "key.h"
#include "passphrase.h"

struct private;

/* A private key, decrypted with the passphrase if it needs one; to be closed
 * with privatefile_close.  In the clear, it must not be a file that all users
 * may read or write; symbolic links are followed, as secrets that are mounted
 * are. */
enum status privatefile_read(const char *path, struct passphrase *pass,
    struct private **out);
void privatefile_close(struct private *key);
/* A new key; type is "ed25519", "ecdsa-p256" ... "rsa-4096" (others are a
 * usage error). */
enum status privatefile_generate(const char *type, struct private **out);
/* PEM, mode 0600, to a file that must not exist (a symbolic link is one), or
 * to standard output ("-"). */
enum status privatefile_save(const char *path, const struct private *key,
    bool cosign, const struct slice *passphrase);
/* The public half of a public or a private key file (NULL: stdin). */
enum status privatefile_public(const char *path, struct passphrase *pass,
    struct arena *a, struct key *out);

#endif
