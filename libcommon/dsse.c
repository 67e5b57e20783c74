/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
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

/* The id that a key id stands for: in text, with or without its prefix, or in
 * base64 as Sigstore's bundles have it. */
static bool
read_hint(struct slice keyid, struct digest *out)
{
	struct arena a = { 0 };
	struct slice bytes;
	bool good = digest_option(keyid, out);

	if (!good && keyid.len == 44) {
		good = b64_bytes(&a, keyid, &bytes) &&
		    bytes.len == DIGEST_SIZE;
		if (good)
			memcpy(out->sha256, bytes.data, DIGEST_SIZE);
		arena_free(&a);
	}
	return good;
}

/* --- verifying ---------------------------------------------------------- */

static int
by_id(const void *a, const void *b, void *ctx)
{
	const struct key *keys = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	int order = digest_cmp(&keys[i].id, &keys[j].id);

	return order != 0 ? order : i < j ? -1 : i > j;
}

void
dsse_index_open(struct dsse_index *out, const struct key *keys, size_t count,
    struct arena *a)
{
	out->by_id = arena_array(a, count, sizeof(*out->by_id));
	out->first = arena_array(a, count, sizeof(*out->first));
	out->different = 0;
	for (size_t i = 0; i < count; i++)
		out->by_id[i] = i;
	if (count > 0)
		qsort_r(out->by_id, count, sizeof(*out->by_id), by_id,
		    (void *)(uintptr_t)keys);
	for (size_t i = 0; i < count; i++) {
		size_t this = out->by_id[i];
		bool same = i > 0 && key_equal(&keys[out->by_id[i - 1]],
		    &keys[this]);

		out->first[this] = same ? out->first[out->by_id[i - 1]] :
		    this;
		out->different += !same;
	}
}

/* One envelope's verification. */
struct run {
	const struct dsse_check *check;
	const struct dsse_index *index;
	const struct dsse *d;
	struct dsse_result *result;
	bool *counted;		/* by key */
	bool *known;		/* by signature: which key, or none */
	struct key_message pae;
	uint64_t trials;	/* that are left */
	size_t good, untrusted;
};

/* The key that a key id points to, or count. */
static size_t
hinted(const struct run *r, struct slice keyid)
{
	const struct key *keys = r->check->keys;
	size_t low = 0, high = r->check->count;
	struct digest id;

	if (!read_hint(keyid, &id))
		return r->check->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (digest_cmp(&keys[r->index->by_id[middle]].id, &id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < r->check->count &&
	    digest_equal(&keys[r->index->by_id[low]].id, &id))
		return r->index->by_id[low];
	return r->check->count;
}

static bool
made_by(struct run *r, size_t key, struct slice sig)
{
	const struct key *k = &r->check->keys[key];

	return key_fits(k, sig) &&
	    key_verify(k, &r->pae, sig, NULL) == ERR_OK;
}

/* Pays for a trial; false when the limit is reached. */
static bool
may_try(struct run *r, size_t key)
{
	uint64_t cost = 1;

	if (r->check->keys[key].public.type == CRYPT_ED25519)
		cost += r->pae.bytes.len / DSSE_TRIAL_BYTES;
	if (r->trials < cost)
		return false;
	r->trials -= cost;
	return true;
}

/* Any key that made the signature; count: none did.  False when the limit
 * was reached before that was known. */
static bool
search(struct run *r, struct slice sig, size_t *key)
{
	for (*key = 0; *key < r->check->count; ++*key) {
		if (r->index->first[*key] != *key ||
		    !key_fits(&r->check->keys[*key], sig))
			continue;
		if (!may_try(r, *key))
			return false;
		if (made_by(r, *key, sig))
			break;
	}
	return true;
}

/* What a signature by this key is worth, behind those before it. */
static enum dsse_verdict
judge(struct run *r, size_t key)
{
	if (key == r->check->count)
		return DSSE_BAD;
	if (r->check->usable != NULL &&
	    !r->check->usable(r->check->ctx, key)) {
		r->untrusted++;
		return DSSE_UNTRUSTED;
	}
	if (r->counted[r->index->first[key]])
		return DSSE_REPEATED;
	r->counted[r->index->first[key]] = true;
	r->good++;
	return DSSE_GOOD;
}

/* Judges those whose key is known, in their order; true when these are
 * enough. */
static bool
tally(struct run *r)
{
	memset(r->counted, 0, r->check->count);
	r->good = r->untrusted = 0;
	for (size_t i = 0; i < r->d->count; i++)
		r->result[i].verdict = r->known[i] ?
		    judge(r, r->result[i].key) : DSSE_UNTRIED;
	return r->good >= r->check->threshold;
}

/* First all that have good key ids, then the others in their order; false at
 * the limit. */
static bool
find_keys(struct run *r, bool brief)
{
	bool enough;

	for (size_t i = 0; i < r->d->count; i++) {
		const struct dsse_signature *s = &r->d->signatures[i];
		size_t key = hinted(r, s->keyid);

		r->known[i] = key < r->check->count && made_by(r, key, s->sig);
		r->result[i].key = r->known[i] ? key : r->check->count;
	}
	enough = tally(r);
	for (size_t i = 0; i < r->d->count && !(brief && enough); i++) {
		if (r->known[i])
			continue;
		r->known[i] = search(r, r->d->signatures[i].sig,
		    &r->result[i].key);
		if (!r->known[i]) {
			r->result[i].key = r->check->count;
			(void)tally(r);
			return false;
		}
		enough = tally(r);
	}
	return true;
}

static enum status
outcome(const struct run *r, bool within, struct err *e)
{
	if (r->good >= r->check->threshold)
		return ERR_OK;
	if (!within)
		return err_bad(e, "more than the limit of %d trials of keys "
		    "that no key id points to", DSSE_TRIALS_MAX);
	if (r->untrusted > 0)
		return err_no(e, "%zu of %zu signatures wanted; %zu more by a "
		    "key that is not trusted for this", r->good,
		    r->check->threshold, r->untrusted);
	return err_no(e, "%zu of %zu signatures wanted verify", r->good,
	    r->check->threshold);
}

enum status
dsse_verify(const struct dsse *d, const struct dsse_check *check,
    struct dsse_result *result, struct err *e)
{
	struct arena a = { 0 };
	struct dsse_index index;
	struct run r = { .check = check, .index = check->index, .d = d,
	    .result = result, .trials = DSSE_TRIALS_MAX };
	struct buf pae = { 0 };
	enum status st;

	if (r.index == NULL) {
		dsse_index_open(&index, check->keys, check->count, &a);
		r.index = &index;
	}
	if (check->threshold == 0 || (check->threshold > 1 &&
	    check->threshold > r.index->different)) {
		st = err_bad(e, "a threshold of %zu with %zu different keys",
		    check->threshold, r.index->different);
		arena_free(&a);
		return st;
	}
	if (result == NULL)
		r.result = arena_array(&a, d->count, sizeof(*r.result));
	r.counted = arena_array(&a, check->count, sizeof(*r.counted));
	r.known = arena_zalloc(&a, d->count);
	dsse_pae(&pae, d->type, d->payload);
	r.pae.bytes = buf_get(&pae);
	st = outcome(&r, find_keys(&r, result == NULL), e);
	buf_free(&pae);
	arena_free(&a);
	return st;
}
