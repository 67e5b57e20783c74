/* SPDX-License-Identifier: Apache-2.0 */
#include "b64.h"
#include "bundle.h"
#include "der.h"
#include "hex.h"
#include "sct.h"
#include "timefmt.h"
#include "utf8.h"

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

/* The certificate logs, none of which is asked. */
static struct json
show_scts(struct arena *a, const struct x509 *c)
{
	struct json list = json_array();
	struct sct scts[SCT_MAX];
	size_t count;

	if (sct_list(c, scts, &count, NULL) != ERR_OK)
		return list;
	for (size_t i = 0; i < count; i++) {
		struct json o = json_object();

		if (!scts[i].known)
			continue;
		json_set(a, &o, "logId",
		    json_string(b64_text(a, scts[i].log_id)));
		json_set_z(a, &o, "time", timefmt_text(a,
		    (int64_t)(scts[i].time / 1000)));
		json_push(a, &list, o);
	}
	return list;
}

static struct json
show_certificate(struct arena *a, const struct x509 *c)
{
	struct json o = json_object(), claims = show_claims(a, c);
	struct json scts = show_scts(a, c);
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
	if (scts.len > 0)
		json_set(a, &o, "certificateTimestamps", scts);
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
	if (b->unknown.len > 0)
		json_set(a, &o, "ignored", b->unknown);
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
