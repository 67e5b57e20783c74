/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cipher - what private keys are encrypted with (layer 2, libgcrypt).
 */
#ifndef CIPHER_H
#define CIPHER_H

#include "crypt.h"
#include "err.h"
#include "mem.h"

/* RFC 8018 5.2.  out is secure memory. */
enum status cipher_pbkdf2(enum crypt_hash hash, struct slice passphrase,
    struct slice salt, uint64_t iterations, uint8_t *out, size_t size,
    struct err *e);
/* RFC 7914 with r = 8, the only one libgcrypt knows and anybody uses. */
enum status cipher_scrypt(struct slice passphrase, struct slice salt,
    uint64_t n, uint64_t p, uint8_t *out, size_t size, struct err *e);
/* AES-CBC, key of 16, 24 or 32 bytes, iv of 16, in place; size a multiple of
 * 16.  Padding is the caller's. */
enum status cipher_aes_cbc(bool encrypt, struct slice key, const uint8_t *iv,
    uint8_t *data, size_t size, struct err *e);
/* NaCl's secretbox (XSalsa20, Poly1305), in place: box is a tag of
 * CIPHER_BOX_TAG bytes and the text.  Opening a box that was not made with
 * this key is ERR_NO, and leaves the text as it was. */
enum {
	CIPHER_BOX_KEY = 32,
	CIPHER_BOX_NONCE = 24,
	CIPHER_BOX_TAG = 16
};
enum status cipher_box(bool seal, const uint8_t *key, const uint8_t *nonce,
    uint8_t *box, size_t size, struct err *e);

#endif
