/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "canon.h"
#include "hex.h"
#include "merkle.h"
#include "pem.h"
#include "tlog.h"
#include "x509.h"

/* The last second of the year 9999: no text has a later time. */
#define TIME_MAX INT64_C(253402300799)

/* --- reading ------------------------------------------------------------ */

static void
read_hashes(struct proto *p, const struct json *proof, struct tlog_entry *t)
{
	const struct json *list = proto_array(p, proof, "hashes");

	if (json_count(list) > TLOG_HASHES_MAX) {
		proto_fault(p, list, "an inclusion proof of %zu hashes, at "
		    "most %d are possible", json_count(list),
		    TLOG_HASHES_MAX);
		return;
	}
	t->hashes = arena_array(p->arena, json_count(list) + 1,
	    sizeof(*t->hashes));
	if (list == NULL)
		return;
	JSON_EACH(it, list) {
		struct slice bytes = { NULL, 0 };

		if (!b64_bytes(p->arena, json_text(it), &bytes) ||
		    bytes.len != DIGEST_SIZE) {
			proto_fault(p, it, "a hash of an inclusion proof is "
			    "not 32 bytes in base64");
			return;
		}
		memcpy(t->hashes[t->hash_count++].sha256, bytes.data,
		    DIGEST_SIZE);
	}
}

static void
read_proof(struct proto *p, const struct json *o, struct tlog_entry *t)
{
	struct slice root = proto_bytes(p, o, "rootHash");

	if (o == NULL)
		return;
	t->has_proof = true;
	proto_int64(p, o, "logIndex", &t->proof_index);
	proto_int64(p, o, "treeSize", &t->tree_size);
	if (t->proof_index < 0 || t->tree_size <= 0 ||
	    t->proof_index >= t->tree_size)
		proto_fault(p, o, "an inclusion proof for index %lld of a "
		    "tree of %lld", (long long)t->proof_index,
		    (long long)t->tree_size);
	if (root.len != DIGEST_SIZE)
		proto_fault(p, o, "an inclusion proof whose root hash has "
		    "%zu bytes, expected %d", root.len, DIGEST_SIZE);
	else
		memcpy(t->root.sha256, root.data, DIGEST_SIZE);
	read_hashes(p, o, t);
	t->checkpoint = proto_text(p, proto_object(p, o, "checkpoint"),
	    "envelope");
}

void
tlog_read(struct proto *p, const struct json *o, struct tlog_entry *out)
{
	const struct json *kind = proto_object(p, o, "kindVersion");
	struct tlog_entry t = { 0 };

	proto_int64(p, o, "logIndex", &t.index);
	t.log_id = proto_bytes(p, proto_object(p, o, "logId"), "keyId");
	t.kind = proto_text(p, kind, "kind");
	t.version = proto_text(p, kind, "version");
	t.has_time = proto_int64(p, o, "integratedTime", &t.time) &&
	    t.time != 0;
	t.set = proto_bytes(p, proto_object(p, o, "inclusionPromise"),
	    "signedEntryTimestamp");
	t.body = proto_bytes(p, o, "canonicalizedBody");
	read_proof(p, proto_object(p, o, "inclusionProof"), &t);
	if (p->status != ERR_OK)
		return;
	if (t.index < 0)
		proto_fault(p, o, "a log entry with the index %lld",
		    (long long)t.index);
	else if (t.log_id.len != DIGEST_SIZE)
		proto_fault(p, o, "a log entry whose log id has %zu bytes, "
		    "expected %d", t.log_id.len, DIGEST_SIZE);
	else if (t.kind.len == 0 || t.version.len == 0)
		proto_fault(p, o, "a log entry without kindVersion");
	else if (t.body.len == 0 || t.body.len > TLOG_BODY_MAX)
		proto_fault(p, o, "a log entry without canonicalizedBody, or "
		    "with one above %d bytes", TLOG_BODY_MAX);
	else if (t.time < 0 || t.time > TIME_MAX)
		proto_fault(p, o, "a log entry of a time before 1970 or after "
		    "9999");
	*out = t;
}

bool
tlog_is_v2(const struct tlog_entry *t)
{
	return slice_is(t->version, "0.0.2") &&
	    (slice_is(t->kind, "hashedrekord") || slice_is(t->kind, "dsse"));
}

/* --- proofs ------------------------------------------------------------- */

enum status
tlog_verify_set(const struct tlog_entry *t, const struct trust_log *log,
    struct err *e)
{
	char id[2 * DIGEST_SIZE];
	struct buf b = { 0 };
	enum status status;

	hex_write(id, (const uint8_t *)t->log_id.data, DIGEST_SIZE);
	buf_text(&b, "{\"body\":\"");
	b64_write(&b, t->body);
	buf_printf(&b, "\",\"integratedTime\":%lld,\"logID\":\"%.*s\","
	    "\"logIndex\":%lld}", (long long)t->time, (int)sizeof(id), id,
	    (long long)t->index);
	status = key_verify_as(&log->key, log->scheme, log->hash, buf_get(&b),
	    t->set, NULL);
	buf_free(&b);
	if (status != ERR_OK)
		return err_no(e, "the log's promise (signedEntryTimestamp) "
		    "does not verify with the key of %.*s",
		    (int)log->name.len, log->name.data);
	return ERR_OK;
}

/* Rekor v1: "name - treeID"; v2: the name. */
static bool
is_origin(struct slice origin, struct slice name, bool v2)
{
	static const char between[] = " - ";
	size_t i = name.len + sizeof(between) - 1;

	if (v2)
		return slice_eq(origin, name);
	if (origin.len <= i || !slice_eq(slice_cut(origin, 0, name.len),
	    name) || !slice_is(slice_cut(origin, name.len, i), between))
		return false;
	for (; i < origin.len; i++)
		if (origin.data[i] < '0' || origin.data[i] > '9')
			return false;
	return true;
}

static enum status
verify_checkpoint(const struct tlog_entry *t, const struct trust_log *log,
    struct arena *a, struct checkpoint *c, struct err *e)
{
	struct note_signer by = { log->name, log->note_id, &log->key,
	    log->scheme, log->hash };
	enum status status = checkpoint_read(t->checkpoint, a, c, e);

	/* A Rekor v2 knows its host's name, not always its port. */
	if (status == ERR_OK && tlog_is_v2(t) &&
	    slice_eq(c->origin, log->host))
		by.name = log->host;
	if (status == ERR_OK)
		status = checkpoint_verify(c, &by, e);
	if (status != ERR_OK)
		return status;
	if (!is_origin(c->origin, by.name, tlog_is_v2(t)))
		return err_no(e, "the checkpoint's origin is \"%.*s\", the "
		    "log's name \"%.*s\"", (int)c->origin.len, c->origin.data,
		    (int)log->name.len, log->name.data);
	return ERR_OK;
}

enum status
tlog_verify_proof(const struct tlog_entry *t, const struct trust_log *log,
    struct arena *a, struct err *e)
{
	struct checkpoint c;
	struct digest leaf;
	enum status status;

	if (!t->has_proof || t->checkpoint.data == NULL)
		return err_no(e, "the log entry has no inclusion proof with "
		    "a checkpoint");
	status = verify_checkpoint(t, log, a, &c, e);
	if (status != ERR_OK)
		return status;
	if (c.size != (uint64_t)t->tree_size)
		return err_no(e, "the inclusion proof is for a tree of %lld, "
		    "the checkpoint for one of %llu", (long long)t->tree_size,
		    (unsigned long long)c.size);
	if (!digest_equal(&c.root, &t->root))
		return err_no(e, "the inclusion proof's root hash is not the "
		    "checkpoint's");
	if (tlog_is_v2(t) && t->proof_index != t->index)
		return err_no(e, "the entry's index is %lld, its inclusion "
		    "proof's %lld", (long long)t->index,
		    (long long)t->proof_index);
	leaf = merkle_leaf(t->body);
	return merkle_check_inclusion(&leaf, (uint64_t)t->proof_index,
	    c.size, t->hashes, t->hash_count, &c.root, e);
}

/* --- bodies ------------------------------------------------------------- */

/* One reading of a body: what is compared and where the answer goes. */
struct body {
	struct slice bytes;
	const struct tlog_claim *claim;
	struct arena *arena;
	struct err *e;
};

static enum status
differs(const struct body *b, const char *what)
{
	return err_no(b->e, "the log entry's %s is not the bundle's", what);
}

/* The bytes of a member in standard base64. */
static struct slice
member_bytes(const struct body *b, const struct json *o, const char *name)
{
	struct slice bytes = { NULL, 0 };

	if (!b64_bytes(b->arena, json_get_text(o, name), &bytes))
		return (struct slice){ NULL, 0 };
	return bytes;
}

static enum status
match_signature(const struct body *b, struct slice signature)
{
	return signature.data != NULL &&
	    slice_eq(signature, b->claim->signature) ? ERR_OK :
	    differs(b, "signature");
}

/* The signer as PEM: the leaf certificate, or the public key. */
static enum status
match_pem(const struct body *b, struct slice text)
{
	bool wants_key = b->claim->certificate.data == NULL;
	struct slice want = wants_key ? b->claim->key->spki :
	    b->claim->certificate;
	struct pem block, second;
	size_t at = 0, size;
	uint8_t *bytes;

	if (text.data == NULL || !pem_next(text, &at, &block) ||
	    !slice_is(block.label, wants_key ? "PUBLIC KEY" : "CERTIFICATE") ||
	    pem_next(text, &at, &second))
		return differs(b, wants_key ? "public key" : "certificate");
	bytes = arena_alloc(b->arena, block.body.len + 4);
	if (!pem_decode(block.body, bytes, &size) ||
	    !slice_eq((struct slice){ (char *)bytes, size }, want))
		return differs(b, wants_key ? "public key" : "certificate");
	return ERR_OK;
}

/* The signer as Rekor v2 has it. */
static enum status
match_verifier(const struct body *b, const struct json *verifier)
{
	bool wants_key = b->claim->certificate.data == NULL;
	const struct json *o = json_get(verifier, wants_key ? "publicKey" :
	    "x509Certificate");
	struct slice bytes = member_bytes(b, o, "rawBytes");

	if (bytes.data == NULL || !slice_eq(bytes, wants_key ?
	    b->claim->key->spki : b->claim->certificate))
		return differs(b, wants_key ? "public key" : "certificate");
	return ERR_OK;
}

static const struct {
	const char *hex_name, *proto_name;
	enum crypt_hash hash;
} hashes[] = {
	{ "sha256", "SHA2_256", CRYPT_SHA256 },
	{ "sha384", "SHA2_384", CRYPT_SHA384 },
	{ "sha512", "SHA2_512", CRYPT_SHA512 },
};

/* The digest in the body is that of what was signed. */
static enum status
match_digest(const struct body *b, struct slice algorithm, bool proto,
    const uint8_t *digest, size_t len)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		uint8_t want[CRYPT_HASH_MAX];
		enum status status;

		if (!slice_is(algorithm, proto ? hashes[i].proto_name :
		    hashes[i].hex_name))
			continue;
		if (len != crypt_hash_len(hashes[i].hash))
			break;
		status = b->claim->digest(b->claim->ctx, hashes[i].hash, want,
		    b->e);
		if (status != ERR_OK)
			return status;
		return memcmp(want, digest, len) == 0 ? ERR_OK :
		    differs(b, "artifact digest");
	}
	return err_no(b->e, "the log entry's digest is malformed or of an "
	    "algorithm that is not supported");
}

/* A digest in hex, as Rekor v1 has it: {"algorithm","value"}. */
static bool
read_hex_digest(const struct json *o, struct slice *algorithm,
    uint8_t out[CRYPT_HASH_MAX], size_t *len)
{
	struct slice value = json_get_text(o, "value");

	*algorithm = json_get_text(o, "algorithm");
	*len = value.len / 2;
	return value.data != NULL && *len <= CRYPT_HASH_MAX &&
	    hex_read(out, *len, value);
}

/* SHA-256 of the payload, in hex. */
static enum status
match_payload_hash(const struct body *b, const struct json *o)
{
	struct digest want = digest_bytes(b->claim->payload);
	uint8_t got[CRYPT_HASH_MAX];
	struct slice algorithm;
	size_t len;

	if (!read_hex_digest(o, &algorithm, got, &len) ||
	    !slice_is(algorithm, "sha256") || len != DIGEST_SIZE ||
	    memcmp(got, want.sha256, DIGEST_SIZE) != 0)
		return differs(b, "payload hash");
	return ERR_OK;
}

static enum status
match_hashedrekord_1(const struct body *b, const struct json *spec)
{
	const struct json *signature = json_get(spec, "signature");
	uint8_t digest[CRYPT_HASH_MAX];
	struct slice algorithm;
	enum status status;
	size_t len;

	if (b->claim->is_dsse)
		return err_no(b->e, "the log entry is of a message, the "
		    "bundle of an envelope");
	status = match_signature(b, member_bytes(b, signature, "content"));
	if (status == ERR_OK)
		status = match_pem(b, member_bytes(b, json_get(signature,
		    "publicKey"), "content"));
	if (status != ERR_OK)
		return status;
	if (!read_hex_digest(json_get(json_get(spec, "data"), "hash"),
	    &algorithm, digest, &len))
		return differs(b, "artifact digest");
	return match_digest(b, algorithm, false, digest, len);
}

/* keyDetails are of this type of key; the log wrote them. */
static bool
fits_details(const struct key *key, struct slice details)
{
	static const char *const begin[] = {
		[CRYPT_P256] = "PKIX_ECDSA_P256_",
		[CRYPT_P384] = "PKIX_ECDSA_P384_",
		[CRYPT_P521] = "PKIX_ECDSA_P521_",
		[CRYPT_ED25519] = "PKIX_ED25519", [CRYPT_RSA] = "PKIX_RSA_"
	};

	return slice_starts(details, begin[key->public.type]);
}

/* A hashedrekord 0.0.2 has one form, RFC 8785's, which the bundle and the
 * names of the algorithms give: a body with more in it is another's. */
static enum status
match_form(const struct body *b, struct slice algorithm, struct slice digest,
    struct slice details)
{
	bool wants_key = b->claim->certificate.data == NULL;
	struct buf w = { 0 };
	bool same;

	if (!fits_details(b->claim->key, details))
		return differs(b, "keyDetails");
	buf_printf(&w, "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\","
	    "\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":\"%.*s\","
	    "\"digest\":\"", (int)algorithm.len, algorithm.data);
	b64_write(&w, digest);
	buf_text(&w, "\"},\"signature\":{\"content\":\"");
	b64_write(&w, b->claim->signature);
	buf_printf(&w, "\",\"verifier\":{\"keyDetails\":\"%.*s\",\"%s\":"
	    "{\"rawBytes\":\"", (int)details.len, details.data,
	    wants_key ? "publicKey" : "x509Certificate");
	b64_write(&w, wants_key ? b->claim->key->spki :
	    b->claim->certificate);
	buf_text(&w, "\"}}}}}}");
	same = slice_eq(buf_get(&w), b->bytes);
	buf_free(&w);
	return same ? ERR_OK : err_no(b->e, "the log entry has more in it, or "
	    "is written otherwise, than a hashedrekord of this bundle");
}

static enum status
match_hashedrekord_2(const struct body *b, const struct json *spec)
{
	const struct json *v = json_get(spec, "hashedRekordV002");
	const struct json *signature = json_get(v, "signature");
	const struct json *data = json_get(v, "data");
	const struct json *verifier = json_get(signature, "verifier");
	struct slice algorithm = json_get_text(data, "algorithm");
	struct slice digest = member_bytes(b, data, "digest");
	enum status status = match_signature(b, member_bytes(b, signature,
	    "content"));

	if (status == ERR_OK)
		status = match_verifier(b, verifier);
	if (status == ERR_OK)
		status = match_digest(b, algorithm, true,
		    (const uint8_t *)digest.data, digest.len);
	if (status == ERR_OK)
		status = match_form(b, algorithm, digest, json_get_text(
		    verifier, "keyDetails"));
	return status;
}

/* The one element of an array, or NULL. */
static const struct json *
only(const struct json *array)
{
	return array != NULL && array->type == JSON_ARRAY && array->len == 1 ?
	    array->u.item : NULL;
}

static enum status
match_dsse_1(const struct body *b, const struct json *spec)
{
	const struct json *s = only(json_get(spec, "signatures"));
	enum status status = match_signature(b, member_bytes(b, s,
	    "signature"));

	if (status == ERR_OK)
		status = match_pem(b, member_bytes(b, s, "verifier"));
	if (status == ERR_OK)
		status = match_payload_hash(b, json_get(spec, "payloadHash"));
	return status;
}

static enum status
match_dsse_2(const struct body *b, const struct json *spec)
{
	const struct json *v = json_get(spec, "dsseV002");
	const struct json *s = only(json_get(v, "signatures"));
	const struct json *hash = json_get(v, "payloadHash");
	struct digest want = digest_bytes(b->claim->payload);
	struct slice digest = member_bytes(b, hash, "digest");
	enum status status = match_signature(b, member_bytes(b, s,
	    "content"));

	if (status == ERR_OK)
		status = match_verifier(b, json_get(s, "verifier"));
	if (status != ERR_OK)
		return status;
	if (!json_is(json_get(hash, "algorithm"), "SHA2_256") ||
	    digest.len != DIGEST_SIZE ||
	    memcmp(digest.data, want.sha256, DIGEST_SIZE) != 0)
		return differs(b, "payload hash");
	return ERR_OK;
}

static enum status
match_intoto_2(const struct body *b, const struct json *spec)
{
	const struct json *content = json_get(spec, "content");
	const struct json *envelope = json_get(content, "envelope");
	const struct json *s = only(json_get(envelope, "signatures"));
	struct slice signature = { NULL, 0 };
	enum status status;

	/* The signature is base64 of the envelope's base64. */
	if (!b64_bytes(b->arena, member_bytes(b, s, "sig"), &signature))
		return differs(b, "signature");
	status = match_signature(b, signature);
	if (status == ERR_OK)
		status = match_pem(b, member_bytes(b, s, "publicKey"));
	if (status == ERR_OK && !slice_eq(json_get_text(envelope,
	    "payloadType"), b->claim->type))
		status = differs(b, "payload type");
	if (status == ERR_OK)
		status = match_payload_hash(b, json_get(content,
		    "payloadHash"));
	return status;
}

enum status
tlog_match(const struct tlog_entry *t, const struct tlog_claim *claim,
    struct arena *a, struct err *e)
{
	static const struct {
		const char *kind, *version;
		bool dsse_only;
		enum status (*match)(const struct body *, const struct json *);
	} kinds[] = {
		{ "hashedrekord", "0.0.1", false, match_hashedrekord_1 },
		{ "hashedrekord", "0.0.2", false, match_hashedrekord_2 },
		{ "dsse", "0.0.1", true, match_dsse_1 },
		{ "dsse", "0.0.2", true, match_dsse_2 },
		{ "intoto", "0.0.2", true, match_intoto_2 },
	};
	struct body b = { t->body, claim, a, e };
	struct json doc;
	enum status status = json_parse(t->body, &json_foreign, a, &doc, e);

	if (status != ERR_OK)
		return err_no(e, "the log entry's body is not strict JSON");
	if (!slice_eq(json_get_text(&doc, "kind"), t->kind) ||
	    !slice_eq(json_get_text(&doc, "apiVersion"), t->version))
		return err_no(e, "the log entry says it is %.*s %.*s, its "
		    "body is another", (int)t->kind.len, t->kind.data,
		    (int)t->version.len, t->version.data);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!slice_is(t->kind, kinds[i].kind) ||
		    !slice_is(t->version, kinds[i].version))
			continue;
		if (kinds[i].dsse_only && !claim->is_dsse)
			return err_no(e, "the log entry is of an envelope, "
			    "the bundle of a message");
		return kinds[i].match(&b, json_get(&doc, "spec"));
	}
	return err_no(e, "a log entry of a kind that is not supported: "
	    "%.*s %.*s", (int)t->kind.len, t->kind.data, (int)t->version.len,
	    t->version.data);
}
