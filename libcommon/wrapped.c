/* SPDX-License-Identifier: Apache-2.0 */
#include "wrapped.h"

bool
wrapped_is(const struct json *doc)
{
	return json_get(doc, "payloadType") != NULL &&
	    json_get(doc, "payload") != NULL;
}

struct trust {
	const struct keyring *keyring;
	const size_t *index;		/* of the keys that are keys */
	unsigned role;
	int64_t at;
};

static bool
is_usable(void *ctx, size_t key)
{
	const struct trust *t = ctx;

	return keyring_trusts(&t->keyring->keys[t->index[key]],
	    t->role, t->at);
}

enum status
wrapped_verify(struct arena *a, const struct dsse *d,
    const struct keyring *keyring, const char *role, int64_t at,
    struct err *e)
{
	struct key *key = arena_array(a, keyring->count + 1, sizeof(*key));
	size_t *index = arena_array(a, keyring->count + 1, sizeof(*index));
	struct trust trust = { keyring, index,
	    keyring_role(slice_of(role)), at };
	struct dsse_check check = { .keys = key, .threshold = 1,
	    .usable = is_usable, .ctx = &trust };

	for (size_t i = 0; i < keyring->count; i++) {
		if (!keyring->keys[i].has_key)
			continue;
		index[check.count] = i;
		key[check.count++] = keyring->keys[i].key;
	}
	if (check.count == 0)
		return err_no(e, "the keyring has no key that could have "
		    "signed it");
	if (dsse_verify(d, &check, NULL, e) != ERR_OK)
		return err_no(e, "no key of the keyring with the role %s "
		    "signed it", role);
	return ERR_OK;
}

static enum status
payload(struct arena *a, const struct dsse *d, struct json *out,
    struct err *e)
{
	enum status rc = json_parse(d->payload, &json_own, a, out, e);

	return rc == ERR_OK ? rc : err_bad(e,
	    "the envelope's payload is no JSON document");
}

enum status
wrapped_open(struct arena *a, const struct keyring *keyring, int64_t at,
    struct json *doc, struct err *e)
{
	enum status rc;
	struct dsse d;

	if (!wrapped_is(doc))
		return ERR_OK;
	rc = dsse_read(doc, a, &d, e);
	if (rc != ERR_OK)
		return rc;
	if (keyring == NULL)
		return err_no(e, "it is signed, and no --keyring says who may "
		    "sign it");
	rc = wrapped_verify(a, &d, keyring, "policy", at, e);
	return rc == ERR_OK ? payload(a, &d, doc, e) : rc;
}

enum status
wrapped_keyring(struct arena *a, int64_t at, struct json *doc, struct err *e)
{
	struct keyring keyring;
	struct json inner;
	enum status rc;
	struct dsse d;

	if (!wrapped_is(doc))
		return ERR_OK;
	rc = dsse_read(doc, a, &d, e);
	if (rc == ERR_OK)
		rc = payload(a, &d, &inner, e);
	if (rc == ERR_OK)
		rc = keyring_read(&inner, a, &keyring, e);
	if (rc == ERR_OK)
		rc = wrapped_verify(a, &d, &keyring, "policy", at,
		    e);
	if (rc == ERR_OK)
		*doc = inner;
	return rc;
}
