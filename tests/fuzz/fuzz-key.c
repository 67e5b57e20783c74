/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files: what is read as a public key has one encoding, and reads again
 * from its PEM; what is read as a private key is written as PKCS#8 and read
 * as the same key.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "secret.h"
#include "secure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
public_key(struct slice text, struct arena *a)
{
	struct key k, again;
	struct err e;

	if (key_read_file(text, a, &k, &e) != ERR_OK)
		return;
	if (key_read_file(key_pem(a, &k), a, &again, &e) != ERR_OK ||
	    !key_equal(&k, &again) ||
	    !crypt_public_equal(&k.public, &again.public))
		abort();
	if (key_of(&k.public, a, &again, &e) != ERR_OK ||
	    !slice_eq(k.spki, again.spki))
		abort();
}

static void
private_key(struct slice text, struct arena *a)
{
	struct private *k, *again;
	struct crypt_public one, two;
	struct slice pem;
	struct err e;

	if (secret_is_encrypted(text)) {
		/* Not with a passphrase: each would cost a second. */
		if (secret_read(text, NULL, &k, &e) == ERR_OK)
			abort();
		return;
	}
	if (secret_read(text, NULL, &k, &e) != ERR_OK)
		return;
	if (!secret_is(text) ||
	    secret_write(k, SECRET_PKCS8, NULL, &pem, &e) != ERR_OK ||
	    secret_read(pem, NULL, &again, &e) != ERR_OK ||
	    private_public(k, a, &one, &e) != ERR_OK ||
	    private_public(again, a, &two, &e) != ERR_OK ||
	    !crypt_public_equal(&one, &two))
		abort();
	secure_free((char *)(uintptr_t)pem.data);
	private_close(again);
	private_close(k);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct slice text = { (const char *)data, size };

	if (size > KEY_FILE_MAX)
		return 0;
	public_key(text, &a);
	private_key(text, &a);
	arena_free(&a);
	return 0;
}
