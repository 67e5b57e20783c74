/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sign.h"

enum status
sign_envelope(struct dsse *d, struct arena *a, const struct private *key,
    struct err *e)
{
	struct dsse_signature *list;
	struct crypt_public public;
	struct slice signature;
	struct buf pae = { 0 };
	struct key_message message = { .bytes = { NULL, 0 } };
	struct key k;
	enum status st;

	if (d->count >= DSSE_SIGNATURES_MAX)
		return err_bad(e, "an envelope of more than %d signatures",
		    DSSE_SIGNATURES_MAX);
	st = private_public(key, a, &public, e);
	if (st == ERR_OK)
		st = key_of(&public, a, &k, e);
	if (st != ERR_OK)
		return st;
	dsse_pae(&pae, d->type, d->payload);
	message.bytes = buf_get(&pae);
	/* Whatever the key ids say, which anybody may write. */
	for (size_t i = 0; i < d->count && st == ERR_OK; i++)
		if (key_fits(&k, d->signatures[i].sig) && key_verify(&k,
		    &message, d->signatures[i].sig, NULL) == ERR_OK)
			st = err_bad(e, "the envelope has a signature of "
			    "this key already");
	if (st == ERR_OK)
		st = private_sign(key, key_scheme(&k), key_hash(&k),
		    buf_get(&pae), a, &signature, e);
	buf_free(&pae);
	if (st != ERR_OK)
		return st;
	if (key_scheme(&k) == CRYPT_ECDSA)
		signature = key_ecdsa_der(a, signature);
	list = arena_array(a, d->count + 1, sizeof(*list));
	if (d->count > 0)
		memcpy(list, d->signatures, d->count * sizeof(*list));
	list[d->count].keyid = slice_of(digest_text(a, &k.id));
	list[d->count].sig = signature;
	d->signatures = list;
	d->count++;
	return ERR_OK;
}

enum status
sign_checkpoint(struct slice origin, uint64_t size,
    const struct digest *root, const struct private *private,
    struct arena *a, struct slice *note, struct err *e)
{
	struct crypt_public public;
	struct slice signature;
	struct buf b = { 0 };
	uint8_t id[NOTE_KEY_ID];
	struct key key;
	enum status rc;

	if ((rc = private_public(private, a, &public, e)) != ERR_OK ||
	    (rc = key_of(&public, a, &key, e)) != ERR_OK ||
	    (rc = checkpoint_key_id(origin, &key, id, e)) != ERR_OK)
		return rc;
	checkpoint_body(&b, origin, size, root);
	rc = private_sign(private, CRYPT_PURE, CRYPT_SHA512, buf_get(&b), a,
	    &signature, e);
	if (rc == ERR_OK) {
		buf_byte(&b, '\n');
		checkpoint_line(&b, origin, id, signature);
		*note = arena_slice(a, buf_get(&b));
	}
	buf_free(&b);
	return rc;
}
