/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "bundlemake.h"
#include "hex.h"
#include "pem.h"
#include "proto.h"

/* --- making ------------------------------------------------------------- */

static struct json
bytes_value(struct arena *a, struct slice bytes)
{
	return json_string(b64_text(a, bytes));
}

/* {"rawBytes": ...} */
static struct json
raw_bytes(struct arena *a, struct slice der)
{
	struct json o = json_object();

	json_set(a, &o, "rawBytes", bytes_value(a, der));
	return o;
}

static struct json
write_timestamps(struct arena *a, const struct bundle_parts *parts)
{
	struct json list = json_array(), o = json_object();

	for (size_t i = 0; i < parts->timestamp_count; i++) {
		struct json one = json_object();

		json_set(a, &one, "signedTimestamp",
		    bytes_value(a, parts->timestamps[i]));
		json_push(a, &list, one);
	}
	json_set(a, &o, "rfc3161Timestamps", list);
	return o;
}

static struct json
write_message(struct arena *a, const struct bundle_parts *parts)
{
	static const char *const names[] = {
		[CRYPT_SHA256] = "SHA2_256", [CRYPT_SHA384] = "SHA2_384",
		[CRYPT_SHA512] = "SHA2_512"
	};
	struct json digest = json_object(), o = json_object();

	json_set_z(a, &digest, "algorithm", names[parts->hash]);
	json_set(a, &digest, "digest", bytes_value(a, parts->digest));
	json_set(a, &o, "messageDigest", digest);
	json_set(a, &o, "signature", bytes_value(a, parts->signature));
	return o;
}

struct json
bundle_write(struct arena *a, const struct bundle_parts *parts)
{
	struct json material = json_object(), key = json_object();
	struct json entries = json_array(), o = json_object();

	json_set(a, &key, "hint", json_string(key_hint(a, parts->key)));
	json_set(a, &material, "publicKey", key);
	for (size_t i = 0; i < parts->entry_count; i++)
		json_push(a, &entries, parts->entries[i]);
	if (parts->entry_count > 0)
		json_set(a, &material, "tlogEntries", entries);
	if (parts->timestamp_count > 0)
		json_set(a, &material, "timestampVerificationData",
		    write_timestamps(a, parts));
	json_set_z(a, &o, "mediaType", BUNDLE_TYPE_03);
	json_set(a, &o, "verificationMaterial", material);
	if (parts->envelope != NULL)
		json_set(a, &o, "dsseEnvelope", dsse_write(a,
		    parts->envelope));
	else
		json_set(a, &o, "messageSignature", write_message(a, parts));
	return o;
}

/* --- signing ------------------------------------------------------------ */

enum status
bundle_take_envelope(const struct json *doc, const struct key *key,
    struct arena *a, struct dsse *out, struct err *e)
{
	struct dsse_signature *mine = NULL;
	struct buf pae = { 0 };
	enum status status = dsse_read(doc, a, out, e);

	if (status != ERR_OK)
		return status;
	if (!slice_is(out->type, DSSE_INTOTO))
		return err_input(e, doc->offset, "an envelope of type "
		    "\"%.*s\"; bundles hold \"%s\"", (int)out->type.len,
		    out->type.data, DSSE_INTOTO);
	dsse_pae(&pae, out->type, out->payload);
	for (size_t i = 0; i < out->count && mine == NULL; i++)
		if (key_verify_as(key, key_scheme(key), key_hash(key),
		    buf_get(&pae), out->signatures[i].sig, NULL) == ERR_OK)
			mine = &out->signatures[i];
	buf_free(&pae);
	if (mine == NULL)
		return err_no(e, "none of the envelope's %zu signatures "
		    "verifies with the key", out->count);
	/* The key ids say nothing that the key's hint does not. */
	*mine = (struct dsse_signature){ .sig = mine->sig };
	out->signatures = mine;
	out->count = 1;
	return ERR_OK;
}

static enum status
sign(struct bundle_parts *parts, const struct private *private,
    const struct bundle_artifact *artifact, struct arena *a, struct err *e)
{
	const struct key *k = parts->key;
	struct slice bytes, signature;
	enum status status;

	if (k->public.type == CRYPT_ED25519) {
		status = artifact->whole(artifact->ctx, &bytes, e);
		if (status == ERR_OK)
			status = private_sign(private, CRYPT_PREHASHED,
			    CRYPT_SHA512, bytes, a, &signature, e);
	} else {
		status = private_sign_digest(private, key_scheme(k),
		    parts->hash, (const uint8_t *)parts->digest.data, a,
		    &signature, e);
	}
	if (status != ERR_OK)
		return status;
	parts->signature = key_scheme(k) == CRYPT_ECDSA ?
	    key_ecdsa_der(a, signature) : signature;
	return ERR_OK;
}

/* The artifact's hash, and its digest by it. */
static enum status
take_digest(struct bundle_parts *parts,
    const struct bundle_artifact *artifact, struct arena *a, struct err *e)
{
	/* Ed25519ph hashes with SHA-512, and its log entries say so. */
	bool edwards = parts->key->public.type == CRYPT_ED25519;
	uint8_t *digest = arena_alloc(a, CRYPT_HASH_MAX);
	enum status status = ERR_OK;
	struct slice bytes;

	parts->hash = edwards ? CRYPT_SHA512 : key_hash(parts->key);
	if (edwards)		/* too large is known before it is read */
		status = artifact->whole(artifact->ctx, &bytes, e);
	if (status == ERR_OK)
		status = artifact->digest(artifact->ctx, parts->hash, digest,
		    e);
	parts->digest = (struct slice){ (char *)digest,
	    crypt_hash_len(parts->hash) };
	return status;
}

enum status
bundle_sign(struct bundle_parts *parts, const struct private *private,
    const struct bundle_artifact *artifact, struct arena *a, struct err *e)
{
	enum status status = take_digest(parts, artifact, a, e);

	return status == ERR_OK ? sign(parts, private, artifact, a, e) :
	    status;
}

enum status
bundle_take_signature(struct bundle_parts *parts, struct slice signature,
    const struct bundle_artifact *artifact, struct arena *a, struct err *e)
{
	const struct key *k = parts->key;
	enum status status = take_digest(parts, artifact, a, e);
	struct slice bytes;

	if (status != ERR_OK)
		return status;
	if (k->public.type == CRYPT_ED25519) {
		status = artifact->whole(artifact->ctx, &bytes, e);
		if (status != ERR_OK)
			return status;
		status = key_verify_as(k, CRYPT_PREHASHED, CRYPT_SHA512,
		    bytes, signature, NULL);
	} else {
		status = key_verify_digest(k, key_scheme(k), parts->hash,
		    (const uint8_t *)parts->digest.data, signature, NULL);
	}
	if (status != ERR_OK)
		return err_no(e, "the signature is not over the artifact, or "
		    "not by the key");
	parts->signature = signature;
	return ERR_OK;
}

/* --- what others attest ------------------------------------------------- */

/* The digest of what was signed, for tlog_match. */
struct signed_bytes {
	const struct bundle_parts *parts;
	const struct bundle_artifact *artifact;
};

static enum status
signed_digest(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	const struct signed_bytes *s = ctx;
	struct buf pae = { 0 };

	if (s->parts->envelope == NULL)
		return s->artifact->digest(s->artifact->ctx, hash, out, e);
	dsse_pae(&pae, s->parts->envelope->type, s->parts->envelope->payload);
	crypt_digest(hash, buf_get(&pae), out);
	buf_free(&pae);
	return ERR_OK;
}

enum status
bundle_check_timestamp(const struct bundle_parts *parts, struct slice der,
    struct err *e)
{
	struct timestamp t;
	enum status status = timestamp_read(der, &t, e);

	if (status == ERR_OK && !timestamp_covers(&t, parts->signature))
		return err_no(e, "a timestamp over other bytes than the "
		    "signature");
	return status;
}

enum status
bundle_check_entry(const struct bundle_parts *parts,
    const struct bundle_artifact *artifact, const struct json *entry,
    struct arena *a, struct err *e)
{
	struct signed_bytes s = { parts, artifact };
	struct proto p = { a, e, ERR_OK };
	struct tlog_claim claim = {
		.is_dsse = parts->envelope != NULL,
		.signature = parts->signature,
		.key = parts->key,
		.digest = signed_digest,
		.ctx = &s
	};
	struct tlog_entry t;

	if (parts->envelope != NULL) {
		claim.payload = parts->envelope->payload;
		claim.type = parts->envelope->type;
	}
	if (entry->type != JSON_OBJECT)
		return err_input(e, entry->offset, "%s, expected a log entry",
		    json_type_name(entry));
	tlog_read(&p, entry, &t);
	return p.status == ERR_OK ? tlog_match(&t, &claim, a, e) : p.status;
}

/* --- converting --------------------------------------------------------- */

/* Every entry has what 0.2 and 0.3 want. */
static bool
has_proofs(const struct bundle *b)
{
	for (size_t i = 0; i < b->entry_count; i++)
		if (!b->entries[i].has_proof)
			return false;
	return true;
}

static enum status
convert_bundle(const struct json *doc, struct arena *a, struct json *out,
    struct err *e)
{
	struct json material;
	struct bundle b;
	enum status status = bundle_read(doc, a, &b, e);

	if (status != ERR_OK)
		return status;
	if (!has_proofs(&b))
		return err_no(e, "a log entry has no inclusion proof: the "
		    "bundle stays version 0.1");
	*out = json_copy(a, doc);
	json_set_z(a, out, "mediaType", BUNDLE_TYPE_03);
	material = *json_get(out, "verificationMaterial");
	if (b.chain_count > 0) {
		json_unset(a, &material, "x509CertificateChain");
		json_set(a, &material, "certificate",
		    raw_bytes(a, b.chain[0].der));
	}
	json_set(a, out, "verificationMaterial", material);
	return ERR_OK;
}

/* The certificates of PEM text, leaf first. */
static bool
legacy_chain(struct arena *a, struct slice text, struct json *list)
{
	struct pem block;
	size_t at = 0, size;

	*list = json_array();
	while (pem_next(text, &at, &block)) {
		uint8_t *der = arena_alloc(a, block.body.len + 4);

		if (!slice_is(block.label, "CERTIFICATE") ||
		    !pem_decode(block.body, der, &size))
			return false;
		json_push(a, list, raw_bytes(a, (struct slice){ (char *)der,
		    size }));
	}
	return list->len > 0;
}

/* The entry of a rekorBundle: promise only. */
static enum status
legacy_entry(struct arena *a, const struct json *rekor, struct json *out,
    struct slice *digest, struct err *e)
{
	const struct json *payload = json_want(rekor, "Payload", JSON_OBJECT);
	struct slice set = json_get_text(rekor, "SignedEntryTimestamp");
	struct slice body = json_get_text(payload, "body"), text;
	struct slice log = json_get_text(payload, "logID"), hash;
	const struct json *index = json_get(payload, "logIndex");
	const struct json *time = json_get(payload, "integratedTime");
	struct json doc, kind = json_object(), id = json_object();
	struct json promise = json_object();
	char *raw = arena_alloc(a, DIGEST_SIZE), *bytes;
	int64_t i, t;

	if (set.data == NULL || body.data == NULL ||
	    !hex_read((uint8_t *)raw, DIGEST_SIZE, log) ||
	    !json_int64(index, &i) || !json_int64(time, &t) ||
	    !b64_bytes(a, body, &text) ||
	    json_parse(text, &bundle_limits, a, &doc, NULL) != ERR_OK)
		return err_bad(e, "a malformed rekorBundle");
	hash = json_get_text(json_get(json_get(json_get(&doc, "spec"),
	    "data"), "hash"), "value");
	bytes = arena_alloc(a, DIGEST_SIZE);
	if (!hex_read((uint8_t *)bytes, DIGEST_SIZE, hash))
		return err_no(e, "the log entry is no hashedrekord over a "
		    "SHA-256 digest: this signature cannot be converted");
	*digest = (struct slice){ bytes, DIGEST_SIZE };
	json_set(a, &kind, "kind", json_string(json_get_text(&doc, "kind")));
	json_set(a, &kind, "version",
	    json_string(json_get_text(&doc, "apiVersion")));
	json_set(a, &id, "keyId", bytes_value(a, (struct slice){ raw,
	    DIGEST_SIZE }));
	json_set(a, &promise, "signedEntryTimestamp", json_string(set));
	*out = json_object();
	json_set(a, out, "canonicalizedBody", json_string(body));
	json_set(a, out, "inclusionPromise", promise);
	json_set_z(a, out, "integratedTime", arena_printf(a, "%lld",
	    (long long)t));
	json_set(a, out, "kindVersion", kind);
	json_set(a, out, "logId", id);
	json_set_z(a, out, "logIndex", arena_printf(a, "%lld",
	    (long long)i));
	return ERR_OK;
}

/* Who signed: a chain, or the key's hint. */
static enum status
legacy_material(const struct json *doc, const struct key *key,
    struct arena *a, struct json *material, struct err *e)
{
	struct slice cert = json_get_text(doc, "cert"), text = { NULL, 0 };
	struct json o = json_object(), list;

	if (cert.len == 0) {
		if (key == NULL)
			return err_no(e, "neither the bundle nor the command "
			    "line says which key signed");
		json_set(a, &o, "hint", json_string(key_hint(a, key)));
		json_set(a, material, "publicKey", o);
		return ERR_OK;
	}
	/* Base64 of PEM, or PEM itself. */
	if (slice_starts(cert, "-----BEGIN"))
		text = cert;
	else if (!b64_bytes(a, cert, &text))
		return err_bad(e, "\"cert\" is neither PEM nor its base64");
	if (!legacy_chain(a, text, &list))
		return err_bad(e, "\"cert\" holds no certificates in PEM");
	json_set(a, &o, "certificates", list);
	json_set(a, material, "x509CertificateChain", o);
	return ERR_OK;
}

static enum status
convert_legacy(const struct json *doc, const struct key *key,
    struct arena *a, struct json *out, struct err *e)
{
	const struct json *rekor = json_want(doc, "rekorBundle", JSON_OBJECT);
	struct slice signature, digest;
	struct json material = json_object(), entry, entries = json_array();
	struct bundle_parts parts = { .hash = CRYPT_SHA256 };
	struct bundle checked;
	enum status status;

	if (!b64_bytes(a, json_get_text(doc, "base64Signature"), &signature))
		return err_bad(e, "\"base64Signature\" is not base64");
	if (rekor == NULL)
		return err_no(e, "a signature without a rekorBundle: nothing "
		    "says what was signed; make a bundle with create");
	status = legacy_material(doc, key, a, &material, e);
	if (status == ERR_OK)
		status = legacy_entry(a, rekor, &entry, &digest, e);
	if (status != ERR_OK)
		return status;
	json_push(a, &entries, entry);
	json_set(a, &material, "tlogEntries", entries);
	parts.digest = digest;
	parts.signature = signature;
	*out = json_object();
	json_set_z(a, out, "mediaType",
	    "application/vnd.dev.sigstore.bundle+json;version=0.1");
	json_set(a, out, "messageSignature", write_message(a, &parts));
	json_set(a, out, "verificationMaterial", material);
	return bundle_read(out, a, &checked, e);
}

enum status
bundle_convert(const struct json *doc, const struct key *key,
    struct arena *a, struct json *out, struct err *e)
{
	if (doc->type == JSON_OBJECT && !bundle_is(doc) &&
	    json_get(doc, "base64Signature") != NULL)
		return convert_legacy(doc, key, a, out, e);
	return convert_bundle(doc, a, out, e);
}
