/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret - private keys as files hold them (layer 3).
 *
 * Read: PKCS#8 (RFC 5958), its encrypted form with PBES2 (RFC 8018; PBKDF2
 * or scrypt, AES-CBC), SEC 1 (RFC 5915), PKCS#1 (RFC 8017), as DER or PEM;
 * and cosign's "ENCRYPTED SIGSTORE PRIVATE KEY" (scrypt, secretbox).
 * Written: PKCS#8 in the clear or with PBES2-scrypt and AES-256-CBC, and
 * cosign's form; always PEM.
 *
 * Everything secret is in secure memory: so must be the text that the caller
 * read a key from.
 */
#ifndef SECRET_H
#define SECRET_H

#include "err.h"
#include "mem.h"
#include "private.h"

enum {
	SECRET_FILE_MAX = 32 * 1024,	/* bytes: an RSA key of 8192 bits in
					 * PEM takes 6 KiB */
	SECRET_PASSPHRASE_MAX = 1024	/* bytes */
};

enum secret_form {
	SECRET_PKCS8,
	SECRET_COSIGN		/* only encrypted */
};

/* Whether it is one at all, rather than a public key. */
bool secret_is(struct slice text);
/* Whether reading wants a passphrase. */
bool secret_is_encrypted(struct slice text);
/* passphrase is NULL when there is none; a wrong one is ERR_INPUT. */
enum status secret_read(struct slice text, const struct slice *passphrase,
    struct private **out, struct err *e);
/* PEM in secure memory, to be freed with secure_free(pem->data);
 * passphrase NULL: in the clear. */
enum status secret_write(const struct private *key,
    enum secret_form form, const struct slice *passphrase, struct slice *pem,
    struct err *e);

#endif
