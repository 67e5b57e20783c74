/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle.h"

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
	b.unknown = json_array();
	proto_members(&p, doc, bundle_members, &b.unknown);
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
