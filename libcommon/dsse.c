/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "b64.h"
#include "dsse.h"

/* A needed string member. */
static enum status
read_text(const struct json *object, const char *key, struct slice *out,
    struct err *e)
{
	const struct json *v = json_get(object, key);

	if (v == NULL)
		return err_input(e, object->offset, "an envelope without "
		    "\"%s\"", key);
	if (v->type != JSON_STRING)
		return err_input(e, v->offset, "\"%s\" that is %s, expected a "
		    "string", key, json_type_name(v));
	*out = json_text(v);
	return ERR_OK;
}

static enum status
read_base64(const struct json *object, const char *key, struct arena *a,
    struct slice *out, struct err *e)
{
	struct slice text;
	enum status st = read_text(object, key, &text, e);

	if (st != ERR_OK)
		return st;
	if (!b64_bytes(a, text, out))
		return err_input(e, json_get(object, key)->offset, "\"%s\" "
		    "that is not base64", key);
	return ERR_OK;
}

static enum status
read_signature(const struct json *v, struct arena *a,
    struct dsse_signature *out, struct err *e)
{
	const struct json *keyid = json_get(v, "keyid");
	enum status st;

	if (v->type != JSON_OBJECT)
		return err_input(e, v->offset, "a signature that is %s, "
		    "expected an object", json_type_name(v));
	if (keyid != NULL && keyid->type != JSON_STRING &&
	    keyid->type != JSON_NULL)
		return err_input(e, keyid->offset, "\"keyid\" that is %s, "
		    "expected a string", json_type_name(keyid));
	st = read_base64(v, "sig", a, &out->sig, e);
	if (st != ERR_OK)
		return st;
	if (out->sig.len == 0)
		return err_input(e, v->offset, "an empty signature");
	out->keyid = json_text(keyid);
	return ERR_OK;
}

enum status
dsse_read(const struct json *doc, struct arena *a, struct dsse *out,
    struct err *e)
{
	const struct json *signatures;
	struct dsse d = { 0 };
	enum status st;

	if (doc->type != JSON_OBJECT)
		return err_input(e, doc->offset, "an envelope that is %s, "
		    "expected an object", json_type_name(doc));
	st = read_text(doc, "payloadType", &d.type, e);
	if (st == ERR_OK)
		st = read_base64(doc, "payload", a, &d.payload, e);
	if (st != ERR_OK)
		return st;
	if (d.type.len == 0 || d.type.len > DSSE_TYPE_MAX)
		return err_input(e, json_get(doc, "payloadType")->offset,
		    "a payload type of %zu bytes, expected 1 to %d",
		    d.type.len, DSSE_TYPE_MAX);
	signatures = json_get(doc, "signatures");
	if (signatures == NULL || signatures->type != JSON_ARRAY)
		return err_input(e, doc->offset, "an envelope without an "
		    "array \"signatures\"");
	if (signatures->len == 0)
		return err_input(e, signatures->offset, "an envelope without "
		    "a signature");
	if (signatures->len > DSSE_SIGNATURES_MAX)
		return err_input(e, signatures->offset, "an envelope of %u "
		    "signatures, above the limit of %d", signatures->len,
		    DSSE_SIGNATURES_MAX);
	d.signatures = arena_array(a, signatures->len,
	    sizeof(*d.signatures));
	JSON_EACH(it, signatures) {
		st = read_signature(it, a, &d.signatures[d.count++], e);
		if (st != ERR_OK)
			return st;
	}
	*out = d;
	return ERR_OK;
}

struct json
dsse_write_signature(struct arena *a, const struct dsse_signature *s)
{
	struct json o = json_object();

	if (s->keyid.len > 0)
		json_set(a, &o, "keyid", json_string(s->keyid));
	json_set(a, &o, "sig", json_string(b64_text(a, s->sig)));
	return o;
}

struct json
dsse_write(struct arena *a, const struct dsse *d)
{
	struct json o = json_object(), signatures = json_array();

	for (size_t i = 0; i < d->count; i++)
		json_push(a, &signatures, dsse_write_signature(a,
		    &d->signatures[i]));
	json_set(a, &o, "payload", json_string(b64_text(a, d->payload)));
	json_set(a, &o, "payloadType", json_string(d->type));
	json_set(a, &o, "signatures", signatures);
	return o;
}

void
dsse_pae(struct buf *out, struct slice type, struct slice payload)
{
	buf_room(out, type.len + payload.len + 64);
	buf_printf(out, "DSSEv1 %zu ", type.len);
	buf_slice(out, type);
	buf_printf(out, " %zu ", payload.len);
	buf_slice(out, payload);
}

bool
dsse_hints(struct slice keyid, const struct key *k)
{
	struct digest d;

	return digest_option(keyid, &d) && digest_equal(&d, &k->id);
}

/* The key that made a signature, or check->count.  The one that the key id
 * points to is tried first: a hint saves time and decides nothing. */
static size_t
signer(const struct dsse_check *check, struct slice pae,
    const struct dsse_signature *s)
{
	size_t hinted = check->count;

	for (size_t i = 0; i < check->count && s->keyid.len > 0; i++)
		if (dsse_hints(s->keyid, &check->keys[i])) {
			hinted = i;
			break;
		}
	if (hinted < check->count && key_verify(&check->keys[hinted], pae,
	    s->sig, NULL) == ERR_OK)
		return hinted;
	for (size_t i = 0; i < check->count; i++)
		if (i != hinted && key_verify(&check->keys[i], pae, s->sig,
		    NULL) == ERR_OK)
			return i;
	return check->count;
}

/* The first key that is the same as keys[i]. */
static size_t
first_equal(const struct dsse_check *check, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (key_equal(&check->keys[j], &check->keys[i]))
			return j;
	return i;
}

static size_t
different_keys(const struct dsse_check *check)
{
	size_t n = 0;

	for (size_t i = 0; i < check->count; i++)
		n += first_equal(check, i) == i;
	return n;
}

enum status
dsse_verify(const struct dsse *d, const struct dsse_check *check,
    struct dsse_result *result, struct err *e)
{
	bool *counted = mem_array(NULL, check->count + 1, sizeof(*counted));
	size_t good = 0, untrusted = 0;
	struct buf pae = { 0 };

	if (check->threshold == 0 || (check->threshold > 1 &&
	    check->threshold > different_keys(check))) {
		mem_free(counted);
		return err_bad(e, "a threshold of %zu with %zu different "
		    "keys", check->threshold, different_keys(check));
	}
	memset(counted, 0, check->count + 1);
	dsse_pae(&pae, d->type, d->payload);
	for (size_t i = 0; i < d->count; i++) {
		struct dsse_result r;

		r.key = signer(check, buf_get(&pae), &d->signatures[i]);
		if (r.key == check->count) {
			r.verdict = DSSE_BAD;
		} else if (check->usable != NULL &&
		    !check->usable(check->ctx, r.key)) {
			r.verdict = DSSE_UNTRUSTED;
			untrusted++;
		} else if (counted[first_equal(check, r.key)]) {
			r.verdict = DSSE_REPEATED;
		} else {
			r.verdict = DSSE_GOOD;
			counted[first_equal(check, r.key)] = true;
			good++;
		}
		if (result != NULL)
			result[i] = r;
	}
	buf_free(&pae);
	mem_free(counted);
	if (good >= check->threshold)
		return ERR_OK;
	if (untrusted > 0)
		return err_no(e, "%zu of %zu signatures wanted; %zu more by a "
		    "key that is not trusted for this", good,
		    check->threshold, untrusted);
	return err_no(e, "%zu of %zu signatures wanted verify", good,
	    check->threshold);
}
