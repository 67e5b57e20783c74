/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "bundle.h"
#include "der.h"
#include "hex.h"
#include "proto.h"
#include "timefmt.h"
#include "utf8.h"

static const struct {
	const char *name;
	unsigned minor;
} media_types[] = {
	{ BUNDLE_TYPE_03, 3 },
	{ "application/vnd.dev.sigstore.bundle+json;version=0.3", 3 },
	{ "application/vnd.dev.sigstore.bundle+json;version=0.2", 2 },
	{ "application/vnd.dev.sigstore.bundle+json;version=0.1", 1 },
};

const struct json_limits bundle_limits = { BUNDLE_SIZE_MAX, 100, false };

/* --- reading ------------------------------------------------------------ */

static void
read_certificate(struct proto *p, const struct json *o, struct x509 *out)
{
	struct slice der = proto_bytes(p, o, "rawBytes");

	if (p->status == ERR_OK && der.data == NULL)
		proto_fault(p, o, "a certificate without rawBytes");
	if (p->status == ERR_OK)
		p->status = x509_read(der, out, p->e);
}

/* x509CertificateChain of 0.1 and 0.2. */
static void
read_chain(struct proto *p, const struct json *o, struct bundle *b)
{
	const struct json *list = proto_array(p, o, "certificates");
	size_t n = json_count(list);

	if (p->status == ERR_OK && (n == 0 || n > BUNDLE_CHAIN_MAX))
		proto_fault(p, o, "a certificate chain of %zu certificates, "
		    "expected 1 to %d", n, BUNDLE_CHAIN_MAX);
	if (p->status != ERR_OK)
		return;
	b->chain = arena_array(p->arena, n, sizeof(*b->chain));
	JSON_EACH(it, list) {
		struct x509 *c = &b->chain[b->chain_count];

		read_certificate(p, it, c);
		if (p->status != ERR_OK)
			return;
		/* The anchor is the verifier's to know. */
		if (x509_self_issued(c) && c->is_ca)
			proto_fault(p, it, "a root certificate in the chain");
		b->chain_count++;
	}
}

static void
read_material(struct proto *p, const struct json *o, struct bundle *b)
{
	const struct json *key = proto_object(p, o, "publicKey");
	const struct json *chain = proto_object(p, o, "x509CertificateChain");
	const struct json *leaf = proto_object(p, o, "certificate");

	if ((key != NULL) + (chain != NULL) + (leaf != NULL) != 1) {
		proto_fault(p, o, "verification material with %d of "
		    "publicKey, certificate and x509CertificateChain, "
		    "expected one", (key != NULL) + (chain != NULL) +
		    (leaf != NULL));
		return;
	}
	if (key != NULL) {
		b->hint = proto_text(p, key, "hint");
	} else if (chain != NULL) {
		if (b->minor >= 3)
			proto_fault(p, chain, "a certificate chain in a "
			    "bundle of version 0.3");
		read_chain(p, chain, b);
	} else {
		b->chain = arena_zalloc(p->arena, sizeof(*b->chain));
		b->chain_count = 1;
		read_certificate(p, leaf, b->chain);
	}
	if (p->status == ERR_OK && b->chain_count > 0 && b->chain[0].is_ca)
		proto_fault(p, o, "the signing certificate is a CA");
}

/* What each version wants of an entry, and what none may have. */
static void
check_entry(struct proto *p, const struct json *o, const struct bundle *b,
    const struct tlog_entry *t)
{
	if (b->minor == 1 && t->set.data == NULL)
		proto_fault(p, o, "a log entry without an inclusion promise, "
		    "which bundles of version 0.1 need");
	else if (b->minor >= 2 && !t->has_proof)
		proto_fault(p, o, "a log entry without an inclusion proof");
	else if (t->has_proof && t->checkpoint.data == NULL)
		proto_fault(p, o, "an inclusion proof without a checkpoint");
	else if (tlog_is_v2(t) && t->has_time)
		proto_fault(p, o, "a Rekor v2 entry with an integrated time");
	for (const struct tlog_entry *k = b->entries; k < t; k++)
		if (k->index == t->index && slice_eq(k->log_id, t->log_id))
			proto_fault(p, o, "the same log entry twice");
}

static void
read_entries(struct proto *p, const struct json *o, struct bundle *b)
{
	const struct json *list = proto_array(p, o, "tlogEntries");

	if (json_count(list) > BUNDLE_ENTRIES_MAX) {
		proto_fault(p, list, "%zu log entries, at most %d are read",
		    json_count(list), BUNDLE_ENTRIES_MAX);
		return;
	}
	b->entries = arena_array(p->arena, json_count(list) + 1,
	    sizeof(*b->entries));
	if (list == NULL)
		return;
	JSON_EACH(it, list) {
		struct tlog_entry *t = &b->entries[b->entry_count];

		if (it->type != JSON_OBJECT)
			proto_fault(p, it, "a log entry that is %s",
			    json_type_name(it));
		tlog_read(p, it, t);
		if (p->status == ERR_OK)
			check_entry(p, it, b, t);
		if (p->status != ERR_OK)
			return;
		b->entry_count++;
	}
}

static void
read_timestamps(struct proto *p, const struct json *o, struct bundle *b)
{
	const struct json *list = proto_array(p, proto_object(p, o,
	    "timestampVerificationData"), "rfc3161Timestamps");

	if (json_count(list) > BUNDLE_TIMESTAMPS_MAX) {
		proto_fault(p, list, "%zu timestamps, at most %d are read",
		    json_count(list), BUNDLE_TIMESTAMPS_MAX);
		return;
	}
	b->timestamps = arena_array(p->arena, json_count(list) + 1,
	    sizeof(*b->timestamps));
	if (list == NULL)
		return;
	JSON_EACH(it, list) {
		struct slice der = proto_bytes(p, it, "signedTimestamp");

		if (p->status == ERR_OK)
			p->status = timestamp_read(der,
			    &b->timestamps[b->timestamp_count++], p->e);
		if (p->status != ERR_OK)
			return;
	}
}

static void
read_envelope(struct proto *p, const struct json *o, struct bundle *b)
{
	p->status = dsse_read(o, p->arena, &b->envelope, p->e);
	if (p->status != ERR_OK)
		return;
	if (b->envelope.count != 1)
		proto_fault(p, o, "an envelope of %zu signatures, expected "
		    "one", b->envelope.count);
	else if (b->envelope.payload.len == 0)
		proto_fault(p, o, "an envelope without a payload");
	else if (b->chain_count == 0 &&
	    b->envelope.signatures[0].keyid.len > 0 &&
	    !slice_eq(b->envelope.signatures[0].keyid, b->hint))
		proto_fault(p, o, "the envelope's key id is not the key hint");
	b->signature = b->envelope.signatures[0].sig;
}

static void
read_message(struct proto *p, const struct json *o, struct bundle *b)
{
	static const struct {
		const char *name;
		enum crypt_hash hash;
	} hashes[] = {
		{ "SHA2_256", CRYPT_SHA256 }, { "SHA2_384", CRYPT_SHA384 },
		{ "SHA2_512", CRYPT_SHA512 }
	};
	const struct json *digest = proto_object(p, o, "messageDigest");
	struct slice algorithm = proto_text(p, digest, "algorithm");

	b->digest = proto_bytes(p, digest, "digest");
	b->signature = proto_bytes(p, o, "signature");
	if (p->status == ERR_OK && b->signature.len == 0)
		proto_fault(p, o, "a message signature without bytes");
	if (digest == NULL || p->status != ERR_OK)
		return;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (slice_is(algorithm, hashes[i].name) &&
		    b->digest.len == crypt_hash_len(hashes[i].hash)) {
			b->digest_hash = hashes[i].hash;
			b->has_digest = true;
		}
	if (!b->has_digest)
		proto_fault(p, digest, "a message digest of an algorithm that "
		    "is not supported, or of another length");
}

static void
read_content(struct proto *p, const struct json *doc, struct bundle *b)
{
	const struct json *message = proto_object(p, doc, "messageSignature");
	const struct json *envelope = proto_object(p, doc, "dsseEnvelope");

	if (p->status != ERR_OK)
		return;
	if ((message != NULL) == (envelope != NULL)) {
		proto_fault(p, doc, "a bundle with %s messageSignature and "
		    "dsseEnvelope, expected one", message != NULL ? "both" :
		    "neither of");
		return;
	}
	b->is_dsse = envelope != NULL;
	if (b->is_dsse)
		read_envelope(p, envelope, b);
	else
		read_message(p, message, b);
}

static unsigned
minor_of(struct slice type)
{
	for (size_t i = 0; i < sizeof(media_types) / sizeof(media_types[0]);
	    i++)
		if (slice_is(type, media_types[i].name))
			return media_types[i].minor;
	return 0;
}

bool
bundle_is(const struct json *doc)
{
	return slice_starts(json_get_text(doc, "mediaType"),
	    "application/vnd.dev.sigstore.bundle");
}

enum status
bundle_read(const struct json *doc, struct arena *a, struct bundle *out,
    struct err *e)
{
	struct proto p = { a, e, ERR_OK };
	struct bundle b = { 0 };
	const struct json *material;

	if (doc->type != JSON_OBJECT)
		return err_input(e, doc->offset, "%s, expected a bundle",
		    json_type_name(doc));
	b.media_type = proto_text(&p, doc, "mediaType");
	b.minor = minor_of(b.media_type);
	if (p.status == ERR_OK && b.minor == 0)
		return err_input(e, doc->offset, "not a Sigstore bundle of "
		    "version 0.1, 0.2 or 0.3: media type \"%.*s\"",
		    (int)b.media_type.len,
		    b.media_type.data != NULL ? b.media_type.data : "");
	material = proto_object(&p, doc, "verificationMaterial");
	if (p.status == ERR_OK && material == NULL)
		return err_input(e, doc->offset, "a bundle without "
		    "verificationMaterial");
	if (p.status == ERR_OK)
		read_material(&p, material, &b);
	if (p.status == ERR_OK)
		read_entries(&p, material, &b);
	if (p.status == ERR_OK)
		read_timestamps(&p, material, &b);
	if (p.status == ERR_OK)
		read_content(&p, doc, &b);
	if (p.status == ERR_OK)
		*out = b;
	return p.status;
}

/* --- showing ------------------------------------------------------------ */

struct slice
bundle_text(struct arena *a, struct slice s)
{
	char *copy;
	size_t i = 0;

	if (s.data == NULL)
		return SLICE("");
	if (utf8_valid(s))
		return s;
	copy = arena_dup(a, s);
	while (i < s.len) {
		i += utf8_valid_prefix(slice_cut(s, i, s.len));
		if (i < s.len)
			copy[i++] = '?';
	}
	return (struct slice){ copy, s.len };
}

/* 1.3.6.1.4.1.57264.1.N */
static bool
fulcio_extension(const struct x509 *c, unsigned n, struct slice *value)
{
	char oid[] = "\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x00";
	bool critical;

	oid[sizeof(oid) - 2] = (char)n;
	return x509_extension(c, (struct slice){ oid, sizeof(oid) - 1 },
	    value, &critical);
}

/* A value that is a UTF8String in DER. */
static bool
read_utf8(struct slice value, struct slice *out)
{
	struct der d = der_of(value);

	return der_take(&d, DER_UTF8_STRING, out) && der_end(&d) &&
	    utf8_valid(*out);
}

bool
bundle_issuer(const struct x509 *c, struct slice *issuer)
{
	struct slice old = { NULL, 0 }, value;

	*issuer = old;
	if (fulcio_extension(c, 8, &value) && !read_utf8(value, issuer))
		return false;
	if (!fulcio_extension(c, 1, &old))
		return true;
	if (!utf8_valid(old))
		return false;
	if (issuer->data == NULL)
		*issuer = old;
	return slice_eq(*issuer, old);
}

/* What Fulcio says of the signer, by the names its documentation has. */
static struct json
show_claims(struct arena *a, const struct x509 *c)
{
	static const char *const names[] = {
		[9] = "buildSignerURI", [10] = "buildSignerDigest",
		[11] = "runnerEnvironment", [12] = "sourceRepositoryURI",
		[13] = "sourceRepositoryDigest", [14] = "sourceRepositoryRef",
		[15] = "sourceRepositoryIdentifier",
		[16] = "sourceRepositoryOwnerURI",
		[17] = "sourceRepositoryOwnerIdentifier",
		[18] = "buildConfigURI", [19] = "buildConfigDigest",
		[20] = "buildTrigger", [21] = "runInvocationURI",
		[22] = "sourceRepositoryVisibilityAtSigning"
	};
	struct json o = json_object();

	for (unsigned n = 9; n < sizeof(names) / sizeof(names[0]); n++) {
		struct slice value, text;

		if (fulcio_extension(c, n, &value) && read_utf8(value, &text))
			json_set(a, &o, names[n], json_string(text));
	}
	return o;
}

static struct json
show_certificate(struct arena *a, const struct x509 *c)
{
	struct json o = json_object(), claims = show_claims(a, c);
	struct digest d = digest_bytes(c->der);
	enum x509_name_kind kind;
	struct slice name, issuer;
	size_t count;
	char *serial = arena_alloc(a, 2 * c->serial.len);

	hex_write(serial, (const uint8_t *)c->serial.data, c->serial.len);
	json_set(a, &o, "digest", digest_value(a, &d));
	json_set_z(a, &o, "issuedBy", x509_name_text(a, c->issuer));
	json_set_z(a, &o, "notBefore", timefmt_text(a, c->not_before));
	json_set_z(a, &o, "notAfter", timefmt_text(a, c->not_after));
	json_set(a, &o, "serial", json_string((struct slice){ serial,
	    2 * c->serial.len }));
	if (c->key_known) {
		json_set_z(a, &o, "keyType", key_type_text(a, &c->key));
		json_set(a, &o, "keyId", digest_value(a, &c->key.id));
	}
	if (x509_subject_name(c, &count, &kind, &name, NULL) == ERR_OK &&
	    kind != X509_UNKNOWN_NAME)
		json_set(a, &o, "identity", json_string(name));
	if (bundle_issuer(c, &issuer) && issuer.data != NULL)
		json_set(a, &o, "issuer", json_string(issuer));
	if (claims.len > 0)
		json_set(a, &o, "claims", claims);
	return o;
}

static struct json
show_entries(struct arena *a, const struct bundle *b)
{
	struct json list = json_array();

	for (size_t i = 0; i < b->entry_count; i++) {
		const struct tlog_entry *t = &b->entries[i];
		struct json o = json_object();
		struct checkpoint c;

		json_set(a, &o, "kind", json_string(t->kind));
		json_set(a, &o, "version", json_string(t->version));
		json_set(a, &o, "logId", json_string(b64_text(a, t->log_id)));
		json_set_z(a, &o, "logIndex", arena_printf(a, "%lld",
		    (long long)t->index));
		if (t->has_time)
			json_set_z(a, &o, "integratedTime",
			    timefmt_text(a, t->time));
		json_set(a, &o, "promise", json_bool(t->set.data != NULL));
		if (t->has_proof)
			json_set_z(a, &o, "treeSize", arena_printf(a,
			    "%lld", (long long)t->tree_size));
		if (t->checkpoint.data != NULL &&
		    checkpoint_read(t->checkpoint, a, &c, NULL) == ERR_OK) {
			struct json names = json_array();

			for (size_t k = 0; k < c.count; k++)
				json_push(a, &names,
				    json_string(c.signatures[k].name));
			json_set(a, &o, "origin", json_string(c.origin));
			json_set(a, &o, "signedBy", names);
		}
		json_push(a, &list, o);
	}
	return list;
}

static struct json
show_timestamps(struct arena *a, const struct bundle *b)
{
	struct json list = json_array();

	for (size_t i = 0; i < b->timestamp_count; i++) {
		const struct timestamp *t = &b->timestamps[i];
		struct json o = json_object();

		json_set_z(a, &o, "time", timefmt_text(a, t->time.sec));
		json_set_z(a, &o, "issuedBy",
		    x509_name_text(a, t->signer_issuer));
		json_push(a, &list, o);
	}
	return list;
}

struct json
bundle_show(const struct bundle *b, struct arena *a)
{
	struct json o = json_object();

	json_set_z(a, &o, "kind", "prov.bundle/v1");
	json_set(a, &o, "mediaType", json_string(b->media_type));
	json_set_z(a, &o, "content", b->is_dsse ? "dsse" : "message");
	if (b->is_dsse) {
		struct digest d = digest_bytes(b->envelope.payload);

		json_set(a, &o, "payloadType",
		    json_string(b->envelope.type));
		json_set(a, &o, "payloadDigest", digest_value(a, &d));
	} else if (b->has_digest) {
		char *hex = arena_alloc(a, 2 * b->digest.len);
		static const char *const names[] = {
			[CRYPT_SHA256] = "sha256", [CRYPT_SHA384] = "sha384",
			[CRYPT_SHA512] = "sha512"
		};
		struct json digest = json_object();

		hex_write(hex, (const uint8_t *)b->digest.data,
		    b->digest.len);
		json_set(a, &digest, names[b->digest_hash],
		    json_string((struct slice){ hex, 2 * b->digest.len }));
		json_set(a, &o, "messageDigest", digest);
	}
	if (b->chain_count > 0)
		json_set(a, &o, "certificate",
		    show_certificate(a, &b->chain[0]));
	else
		json_set(a, &o, "keyHint", json_string(
		    b->hint.data != NULL ? b->hint : SLICE("")));
	if (b->entry_count > 0)
		json_set(a, &o, "tlogEntries", show_entries(a, b));
	if (b->timestamp_count > 0)
		json_set(a, &o, "timestamps", show_timestamps(a, b));
	return o;
}
