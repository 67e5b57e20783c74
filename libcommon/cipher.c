/* SPDX-License-Identifier: Apache-2.0 */
#include <gcrypt.h>
#include <limits.h>
#include <string.h>

#include "cipher.h"
#include "secure.h"

static enum status
derive(int algo, int subalgo, struct slice passphrase, struct slice salt,
    unsigned long iterations, uint8_t *out, size_t size, struct err *e)
{
	gcry_error_t code;

	secure_start();
	/* An empty passphrase is one, too; libgcrypt wants a pointer. */
	code = gcry_kdf_derive(passphrase.data != NULL ? passphrase.data : "",
	    passphrase.len, algo, subalgo, salt.data != NULL ? salt.data : "",
	    salt.len, iterations, size, out);
	return code == 0 ? ERR_OK : secure_fail(code, e);
}

enum status
cipher_pbkdf2(enum crypt_hash hash, struct slice passphrase, struct slice salt,
    uint64_t iterations, uint8_t *out, size_t size, struct err *e)
{
	if (iterations == 0 || iterations > LONG_MAX)
		return err_bad(e, "PBKDF2 with %llu iterations",
		    (unsigned long long)iterations);
	return derive(GCRY_KDF_PBKDF2, secure_hash(hash), passphrase, salt,
	    (unsigned long)iterations, out, size, e);
}

enum status
cipher_scrypt(struct slice passphrase, struct slice salt, uint64_t n,
    uint64_t p, uint8_t *out, size_t size, struct err *e)
{
	if (n < 2 || n > INT_MAX || (n & (n - 1)) != 0 || p == 0 ||
	    p > LONG_MAX)
		return err_bad(e, "scrypt with N not a power of two or p of "
		    "nothing");
	return derive(GCRY_KDF_SCRYPT, (int)n, passphrase, salt,
	    (unsigned long)p, out, size, e);
}

enum status
cipher_aes_cbc(bool encrypt, struct slice key, const uint8_t *iv,
    uint8_t *data, size_t size, struct err *e)
{
	int algo = key.len == 16 ? GCRY_CIPHER_AES128 :
	    key.len == 24 ? GCRY_CIPHER_AES192 : GCRY_CIPHER_AES256;
	gcry_cipher_hd_t h = NULL;
	gcry_error_t code;

	secure_start();
	code = gcry_cipher_open(&h, algo, GCRY_CIPHER_MODE_CBC,
	    GCRY_CIPHER_SECURE);
	if (code == 0)
		code = gcry_cipher_setkey(h, key.data, key.len);
	if (code == 0)
		code = gcry_cipher_setiv(h, iv, 16);
	if (code == 0)
		code = encrypt ? gcry_cipher_encrypt(h, data, size, NULL, 0) :
		    gcry_cipher_decrypt(h, data, size, NULL, 0);
	gcry_cipher_close(h);
	return code == 0 ? ERR_OK : secure_fail(code, e);
}

static uint32_t
rotated(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
little(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
quarter(uint32_t x[16], int a, int b, int c, int d)
{
	x[b] ^= rotated(x[a] + x[d], 7);
	x[c] ^= rotated(x[b] + x[a], 9);
	x[d] ^= rotated(x[c] + x[b], 13);
	x[a] ^= rotated(x[d] + x[c], 18);
}

/* HSalsa20: Salsa20's rounds without the last addition, of the nonce's first
 * 16 bytes; the result is the key of the Salsa20 that follows. */
static void
hsalsa20(const uint8_t key[CIPHER_BOX_KEY], const uint8_t nonce[16],
    uint8_t out[CIPHER_BOX_KEY])
{
	static const uint8_t sigma[] = "expand 32-byte k";
	static const int taken[8] = { 0, 5, 10, 15, 6, 7, 8, 9 };
	uint32_t *x = secure_alloc(16 * sizeof(*x));

	for (int i = 0; i < 4; i++) {
		x[5 * i] = little(sigma + 4 * i);
		x[1 + i] = little(key + 4 * i);
		x[11 + i] = little(key + 16 + 4 * i);
		x[6 + i] = little(nonce + 4 * i);
	}
	for (int i = 0; i < 10; i++) {
		quarter(x, 0, 4, 8, 12);
		quarter(x, 5, 9, 13, 1);
		quarter(x, 10, 14, 2, 6);
		quarter(x, 15, 3, 7, 11);
		quarter(x, 0, 1, 2, 3);
		quarter(x, 5, 6, 7, 4);
		quarter(x, 10, 11, 8, 9);
		quarter(x, 15, 12, 13, 14);
	}
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 4; j++)
			out[4 * i + j] = (uint8_t)(x[taken[i]] >> 8 * j);
	secure_free(x);
}

/* Writes Poly1305 of the text under the one-time key. */
static gcry_error_t
poly1305(const uint8_t *key, const uint8_t *text, size_t size,
    uint8_t tag[CIPHER_BOX_TAG])
{
	gcry_mac_hd_t mac = NULL;
	size_t len = CIPHER_BOX_TAG;
	gcry_error_t code;

	code = gcry_mac_open(&mac, GCRY_MAC_POLY1305, GCRY_MAC_FLAG_SECURE,
	    NULL);
	if (code == 0)
		code = gcry_mac_setkey(mac, key, CIPHER_BOX_KEY);
	if (code == 0)
		code = gcry_mac_write(mac, text, size);
	if (code == 0)
		code = gcry_mac_read(mac, tag, &len);
	gcry_mac_close(mac);
	return code;
}

enum status
cipher_box(bool seal, const uint8_t *key, const uint8_t *nonce, uint8_t *box,
    size_t size, struct err *e)
{
	uint8_t *text = box + CIPHER_BOX_TAG, tag[CIPHER_BOX_TAG], differ = 0;
	size_t len = size - CIPHER_BOX_TAG;
	uint8_t *keys;
	gcry_cipher_hd_t h = NULL;
	gcry_error_t code;

	if (size < CIPHER_BOX_TAG)
		return err_bad(e, "a box of %zu bytes, expected %d or more",
		    size, CIPHER_BOX_TAG);
	keys = secure_alloc(2 * CIPHER_BOX_KEY);
	hsalsa20(key, nonce, keys);
	code = gcry_cipher_open(&h, GCRY_CIPHER_SALSA20,
	    GCRY_CIPHER_MODE_STREAM, GCRY_CIPHER_SECURE);
	if (code == 0)
		code = gcry_cipher_setkey(h, keys, CIPHER_BOX_KEY);
	if (code == 0)
		code = gcry_cipher_setiv(h, nonce + 16, 8);
	/* The key stream's first 32 bytes are Poly1305's key. */
	if (code == 0)
		code = gcry_cipher_encrypt(h, keys + CIPHER_BOX_KEY,
		    CIPHER_BOX_KEY, NULL, 0);
	if (code == 0 && seal)
		code = gcry_cipher_encrypt(h, text, len, NULL, 0);
	if (code == 0)
		code = poly1305(keys + CIPHER_BOX_KEY, text, len, tag);
	if (code == 0 && seal)
		memcpy(box, tag, CIPHER_BOX_TAG);
	for (size_t i = 0; i < CIPHER_BOX_TAG; i++)
		differ |= (uint8_t)(box[i] ^ tag[i]);
	if (code == 0 && !seal && differ == 0)
		code = gcry_cipher_decrypt(h, text, len, NULL, 0);
	gcry_cipher_close(h);
	secure_free(keys);
	if (code != 0)
		return secure_fail(code, e);
	return differ == 0 ? ERR_OK : err_no(e, "the box was made with "
	    "another key or was changed");
}
