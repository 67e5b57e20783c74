/* SPDX-License-Identifier: Apache-2.0 */
#include <gcrypt.h>
#include <stdbool.h>
#include <string.h>

#include "crypt.h"
#include "msg.h"

struct crypt_hasher {
	gcry_md_hd_t md;
	enum crypt_hash hash;
};

static const struct {
	int algo;
	size_t len;
} hashes[] = {
	[CRYPT_SHA256] = { GCRY_MD_SHA256, 32 },
	[CRYPT_SHA384] = { GCRY_MD_SHA384, 48 },
	[CRYPT_SHA512] = { GCRY_MD_SHA512, 64 },
	[CRYPT_SHA1] = { GCRY_MD_SHA1, 20 },
};

/* libgcrypt wants to be asked for its version before anything else. */
static void
start(void)
{
	static bool started;

	if (started)
		return;
	started = true;
	if (gcry_check_version("1.10.0") == NULL)
		msg_die(ERR_SYSTEM, NULL, "libgcrypt is older than 1.10.0");
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

size_t
crypt_hash_len(enum crypt_hash h)
{
	return hashes[h].len;
}

void
crypt_digest(enum crypt_hash h, struct slice bytes, uint8_t *out)
{
	start();
	gcry_md_hash_buffer(hashes[h].algo, out, bytes.data, bytes.len);
}

void
crypt_digest_pair(enum crypt_hash h, struct slice a, struct slice b,
    uint8_t *out)
{
	gcry_buffer_t iov[2] = {
		{ .data = (void *)(uintptr_t)a.data, .len = a.len },
		{ .data = (void *)(uintptr_t)b.data, .len = b.len },
	};

	start();
	if (gcry_md_hash_buffers(hashes[h].algo, 0, out, iov, 2) != 0)
		msg_die(ERR_SYSTEM, NULL, "cannot hash");
}

struct crypt_hasher *
crypt_hasher_open(enum crypt_hash h)
{
	struct crypt_hasher *c = mem_alloc(sizeof(*c));

	start();
	c->hash = h;
	if (gcry_md_open(&c->md, hashes[h].algo, 0) != 0)
		msg_die(ERR_SYSTEM, NULL, "out of memory");
	return c;
}

void
crypt_hasher_add(struct crypt_hasher *c, const void *data, size_t n)
{
	gcry_md_write(c->md, data, n);
}

void
crypt_hasher_take(struct crypt_hasher *c, uint8_t *out)
{
	memcpy(out, gcry_md_read(c->md, 0), hashes[c->hash].len);
	gcry_md_reset(c->md);
}

void
crypt_hasher_close(struct crypt_hasher *c)
{
	if (c == NULL)
		return;
	gcry_md_close(c->md);
	mem_free(c);
}
