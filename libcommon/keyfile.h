/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyfile - keys and keyrings that options name (layer 4).
 *
 * Each function says on standard error, under the file's name, what it
 * cannot do, before it returns the status.
 */
#ifndef KEYFILE_H
#define KEYFILE_H

#include "key.h"
#include "keyring.h"
#include "opt.h"

struct crypt_private;

/* Where a passphrase comes from: a file, an open descriptor, or else a
 * prompt on the terminal. */
struct keyfile_pass {
	const char *file;	/* --passphrase-file */
	const char *fd;		/* --passphrase-fd: decimal */
	struct slice bytes;	/* once read; secure memory */
	bool have;
};

/* Rows for a tool's option table. */
#define KEYFILE_PASS_OPTIONS(pass) \
	{ 0, "passphrase-file", OPT_TEXT, &(pass).file, "FILE", \
	    "the key's passphrase: the first line of FILE" }, \
	{ 0, "passphrase-fd", OPT_TEXT, &(pass).fd, "N", \
	    "the key's passphrase: the first line from descriptor N" }

/* The passphrase: from where pass says (read once), or a prompt for what,
 * asked twice if confirm. */
enum status keyfile_passphrase(struct keyfile_pass *pass, const char *what,
    bool confirm, struct slice *out);
void keyfile_pass_close(struct keyfile_pass *pass);

/* A private key, decrypted with the passphrase if it needs one; to be closed
 * with keyfile_close.  In the clear, it must not be a file that all users may
 * read or write; symbolic links are followed, as secrets that are mounted
 * are. */
enum status keyfile_private(const char *path, struct keyfile_pass *pass,
    struct crypt_private **out);
void keyfile_close(struct crypt_private *key);
/* A new key; type is "ed25519", "ecdsa-p256" ... "rsa-4096" (others are a
 * usage error). */
enum status keyfile_generate(const char *type, struct crypt_private **out);
/* PEM, mode 0600, to a file that must not exist (a symbolic link is one), or
 * to standard output ("-"). */
enum status keyfile_save(const char *path, const struct crypt_private *key,
    bool cosign, const struct slice *passphrase);
/* The public half of a public or a private key file (NULL: stdin). */
enum status keyfile_any(const char *path, struct keyfile_pass *pass,
    struct arena *a, struct key *out);

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
