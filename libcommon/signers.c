/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bundlecheck.h"
#include "canon.h"
#include "dsse.h"
#include "signers.h"
#include "timefmt.h"

static void
add_signer(struct arena *a, struct json *list, const struct digest *id,
    bool logged, const int64_t *proven)
{
	struct json o = json_object();

	json_set(a, &o, "id", digest_value(a, id));
	json_set(a, &o, "logged", json_bool(logged));
	if (proven != NULL)
		json_set_z(a, &o, "provenAt", timefmt_text(a, *proven));
	json_push(a, list, o);
}

/* Each signature with all keys at once: the envelope's own check. */
static enum status
envelope_signers(const struct json *content, const struct keyring *ring,
    struct arena *a, struct json *list, struct err *e)
{
	struct key *keys = arena_array(a, ring->count, sizeof(*keys));
	size_t *owner = arena_array(a, ring->count, sizeof(*owner));
	struct dsse_check check = { .keys = keys, .threshold = 1 };
	struct dsse_result result[DSSE_SIGNATURES_MAX];
	struct dsse envelope;
	enum status rc = dsse_read(content, a, &envelope, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i].has_key) {
			owner[check.count] = i;
			keys[check.count++] = ring->keys[i].key;
		}
	if (check.count == 0)
		return ERR_OK;
	/* Nobody's signature is an answer here, and no error. */
	rc = dsse_verify(&envelope, &check, result, e);
	if (rc != ERR_OK)
		return rc == ERR_NO ? ERR_OK : rc;
	for (size_t i = 0; i < envelope.count; i++)
		if (result[i].verdict == DSSE_GOOD)
			add_signer(a, list,
			    &ring->keys[owner[result[i].key]].id, false,
			    NULL);
	return ERR_OK;
}

static enum status
bundle_signers(const struct json *content, const struct signers_trust *trust,
    struct arena *a, struct json *list, struct err *e)
{
	struct bundle b;
	enum status rc = bundle_read(content, a, &b, e);

	for (size_t i = 0; rc == ERR_OK && i < trust->keyring->count; i++) {
		const struct keyring_key *k = &trust->keyring->keys[i];
		struct bundle_policy policy = { .root = trust->root };
		struct bundle_result *result;
		struct err ignored;
		int64_t first;

		policy.key = k->has_key ? &k->key : NULL;
		policy.identity = k->identity;
		policy.issuer = k->issuer;
		/* A certificate proves nothing without a root. */
		if (!k->has_key && trust->root == NULL)
			continue;
		result = arena_zalloc(a, sizeof(*result));
		if (bundle_check(&b, &policy, a, result, &ignored) != ERR_OK)
			continue;
		first = result->time_count > 0 ? result->times[0] : 0;
		for (size_t t = 1; t < result->time_count; t++)
			if (result->times[t] < first)
				first = result->times[t];
		add_signer(a, list, &k->id, result->logged,
		    result->time_count > 0 ? &first : NULL);
	}
	return rc;
}

enum status
signers_of(const struct json *content, const struct signers_trust *trust,
    struct arena *a, struct json *signed_by, struct err *e)
{
	enum status rc = ERR_OK;

	*signed_by = json_array();
	if (trust->keyring == NULL || content->type != JSON_OBJECT)
		return ERR_OK;
	if (bundle_is(content))
		rc = bundle_signers(content, trust, a, signed_by, e);
	else if (json_get(content, "payloadType") != NULL &&
	    json_get(content, "signatures") != NULL)
		rc = envelope_signers(content, trust->keyring, a, signed_by,
		    e);
	if (rc == ERR_OK)
		canon_sort(a, signed_by);
	return rc;
}
