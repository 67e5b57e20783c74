/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "digest.h"
#include "hex.h"

static const char prefix[] = "sha256:";

enum {
	PREFIX_LEN = sizeof(prefix) - 1,
	HEX_LEN = 2 * DIGEST_SIZE
};

struct digest
digest_bytes(struct slice bytes)
{
	struct digest d;

	sha256_bytes(bytes, d.sha256);
	return d;
}

static void
hash_piece(void *ctx, struct slice piece)
{
	sha256_add(ctx, piece.data, piece.len);
}

struct digest
digest_json(const struct json *v)
{
	struct sha256 h;

	sha256_init(&h);
	canon_pieces(v, hash_piece, &h);
	return digest_take(&h);
}

enum status
digest_piece(void *hasher, struct slice piece, struct err *e)
{
	(void)e;
	sha256_add(hasher, piece.data, piece.len);
	return ERR_OK;
}

struct digest
digest_take(struct sha256 *h)
{
	struct digest d;

	sha256_finish(h, d.sha256);
	return d;
}

void
digest_write(const struct digest *d, char out[DIGEST_TEXT + 1])
{
	memcpy(out, prefix, PREFIX_LEN);
	hex_write(out + PREFIX_LEN, d->sha256, DIGEST_SIZE);
	out[DIGEST_TEXT] = '\0';
}

char *
digest_text(struct arena *a, const struct digest *d)
{
	char *text = arena_alloc(a, DIGEST_TEXT + 1);

	digest_write(d, text);
	return text;
}

struct json
digest_value(struct arena *a, const struct digest *d)
{
	return json_z(digest_text(a, d));
}

static bool
is_lower_hex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'F')
			return false;
	return true;
}

bool
digest_read(struct slice s, struct digest *out)
{
	struct slice digits;

	if (!slice_starts(s, prefix))
		return false;
	digits = slice_cut(s, PREFIX_LEN, s.len);
	return is_lower_hex(digits) &&
	    hex_read(out->sha256, DIGEST_SIZE, digits);
}

enum status
digest_member(const struct json *v, const char *name, struct digest *out,
    struct err *e)
{
	if (digest_read(json_text(v), out))
		return ERR_OK;
	return err_input(e, v->offset,
	    "'%s' is no digest, expected sha256: and 64 hex digits", name);
}

bool
digest_option(struct slice s, struct digest *out)
{
	if (slice_starts(s, prefix))
		s = slice_cut(s, PREFIX_LEN, s.len);
	return hex_read(out->sha256, DIGEST_SIZE, s);
}

struct json
digest_set(struct arena *a, const struct digest *d)
{
	char *digits = arena_alloc(a, HEX_LEN);
	struct json o = json_object();

	hex_write(digits, d->sha256, DIGEST_SIZE);
	json_set(a, &o, "sha256", json_string((struct slice){ digits,
	    HEX_LEN }));
	return o;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->sha256, b->sha256, DIGEST_SIZE) == 0;
}

int
digest_cmp(const struct digest *a, const struct digest *b)
{
	return memcmp(a->sha256, b->sha256, DIGEST_SIZE);
}
