/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "der.h"
#include "timestamp.h"

/* Contents octets of object identifiers. */
#define OID_SIGNED_DATA SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_TST_INFO \
	SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
#define OID_CONTENT_TYPE SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_CERT \
	SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c")
#define OID_SIGNING_CERT_V2 \
	SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")
/* rsaEncryption and NULL: a CMS signer may name the hash elsewhere. */
#define RSA_ENCRYPTION \
	SLICE("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")

/* --- TSTInfo ------------------------------------------------------------ */

static bool
read_imprint(struct der *d, struct timestamp *t)
{
	struct der imprint, algorithm;

	return der_enter(d, DER_SEQUENCE, &imprint) &&
	    der_enter(&imprint, DER_SEQUENCE, &algorithm) &&
	    x509_hash(algorithm.rest, &t->imprint_hash) &&
	    t->imprint_hash != CRYPT_SHA1 &&
	    der_take(&imprint, DER_OCTET_STRING, &t->imprint) &&
	    der_end(&imprint) &&
	    t->imprint.len == crypt_hash_len(t->imprint_hash);
}

/* No extension is known, so that none may be critical. */
static bool
read_extensions(struct slice list)
{
	struct der d = der_of(list), one;
	struct slice oid, flag, value;
	bool critical = false;

	while (!der_end(&d)) {
		if (!der_enter(&d, DER_SEQUENCE, &one) ||
		    !der_take(&one, DER_OID, &oid) ||
		    !der_optional(&one, DER_BOOLEAN, &flag) ||
		    !der_take(&one, DER_OCTET_STRING, &value) ||
		    !der_end(&one) ||
		    (flag.data != NULL && !der_boolean(flag, &critical)) ||
		    critical)
			return false;
	}
	return true;
}

/* What stands behind genTime; none of it is used. */
static bool
read_rest(struct der *d)
{
	struct slice accuracy, ordering, nonce, tsa, extensions;
	bool flag;

	return der_optional(d, DER_SEQUENCE, &accuracy) &&
	    der_optional(d, DER_BOOLEAN, &ordering) &&
	    (ordering.data == NULL || der_boolean(ordering, &flag)) &&
	    der_optional(d, DER_INTEGER, &nonce) &&
	    der_optional(d, DER_CONTEXT(0), &tsa) &&
	    der_optional(d, DER_CONTEXT(1), &extensions) &&
	    read_extensions(extensions) && der_end(d);
}

static bool
read_info(struct timestamp *t)
{
	struct slice version, policy, time;
	uint64_t number;
	struct der d;

	return der_only(t->content, DER_SEQUENCE, &d) &&
	    der_take(&d, DER_INTEGER, &version) &&
	    der_uint64(version, &number) && number == 1 &&
	    der_take(&d, DER_OID, &policy) && der_is_oid(policy) &&
	    read_imprint(&d, t) &&
	    der_take(&d, DER_INTEGER, &t->serial) && t->serial.len > 0 &&
	    der_take(&d, DER_GENERALIZED_TIME, &time) &&
	    der_time(DER_GENERALIZED_TIME, time, true, &t->time) &&
	    read_rest(&d);
}

/* --- signer ------------------------------------------------------------- */

/* The hash of the first certificate of SigningCertificate (SHA-1) or of
 * SigningCertificateV2. */
static bool
read_signing_cert(struct slice value, bool v2, enum crypt_hash *hash,
    struct slice *digest)
{
	struct der d, certs, id, algorithm;

	if (!der_only(value, DER_SEQUENCE, &d) ||
	    !der_enter(&d, DER_SEQUENCE, &certs) ||
	    !der_enter(&certs, DER_SEQUENCE, &id))
		return false;
	*hash = v2 ? CRYPT_SHA256 : CRYPT_SHA1;
	if (v2 && der_peek(&id) == DER_SEQUENCE &&
	    (!der_enter(&id, DER_SEQUENCE, &algorithm) ||
	    !x509_hash(algorithm.rest, hash)))
		return false;
	return der_take(&id, DER_OCTET_STRING, digest) &&
	    digest->len == crypt_hash_len(*hash);
}

/* Which of the attributes that count once were there. */
struct seen {
	bool content_type, digest, cert, cert_v2;
};

static bool
once(bool *flag)
{
	bool first = !*flag;

	*flag = true;
	return first;
}

static bool
read_attribute(struct timestamp *t, struct seen *seen, struct slice oid,
    struct slice value)
{
	struct der d = der_of(value);
	enum crypt_hash hash;
	struct slice body;

	if (slice_eq(oid, OID_CONTENT_TYPE))
		return once(&seen->content_type) &&
		    der_take(&d, DER_OID, &body) && der_end(&d) &&
		    slice_eq(body, OID_TST_INFO);
	if (slice_eq(oid, OID_MESSAGE_DIGEST))
		return once(&seen->digest) &&
		    der_take(&d, DER_OCTET_STRING, &t->message_digest) &&
		    der_end(&d);
	if (slice_eq(oid, OID_SIGNING_CERT_V2))
		return once(&seen->cert_v2) && read_signing_cert(value, true,
		    &t->cert_hash, &t->cert_digest);
	if (slice_eq(oid, OID_SIGNING_CERT)) {
		/* Version 2, where both are there, is the one that counts. */
		if (!once(&seen->cert) ||
		    !read_signing_cert(value, false, &hash, &body))
			return false;
		if (!seen->cert_v2) {
			t->cert_hash = hash;
			t->cert_digest = body;
		}
	}
	return true;
}

static bool
read_attributes(struct timestamp *t)
{
	struct der list = der_of(t->signed_attributes);
	struct seen seen = { false, false, false, false };

	while (!der_end(&list)) {
		struct der attribute, values;
		struct slice oid, value;

		if (!der_enter(&list, DER_SEQUENCE, &attribute) ||
		    !der_take(&attribute, DER_OID, &oid) ||
		    !der_enter(&attribute, DER_SET, &values) ||
		    !der_end(&attribute) ||
		    !der_any(&values, NULL, NULL, &value) ||
		    !der_end(&values) ||
		    !read_attribute(t, &seen, oid, value))
			return false;
	}
	return seen.content_type && seen.digest && (seen.cert || seen.cert_v2);
}

/* The signature's algorithm, whose hash is the digest algorithm's. */
static bool
read_algorithm(struct slice body, struct timestamp *t)
{
	if (slice_eq(body, RSA_ENCRYPTION)) {
		t->algorithm = (struct x509_algorithm){ CRYPT_PKCS1, t->hash,
		    CRYPT_RSA };
		return true;
	}
	return x509_algorithm(body, &t->algorithm) &&
	    t->algorithm.hash == t->hash;
}

static bool
read_signer(struct der *d, struct timestamp *t)
{
	struct der signer, sid, digest, algorithm;
	struct slice version, unsigned_attributes;
	uint64_t number;

	return der_enter(d, DER_SEQUENCE, &signer) && der_end(d) &&
	    der_take(&signer, DER_INTEGER, &version) &&
	    der_uint64(version, &number) && number == 1 &&
	    der_enter(&signer, DER_SEQUENCE, &sid) &&
	    der_whole(&sid, DER_SEQUENCE, &t->signer_issuer) &&
	    der_take(&sid, DER_INTEGER, &t->signer_serial) &&
	    der_end(&sid) &&
	    der_enter(&signer, DER_SEQUENCE, &digest) &&
	    x509_hash(digest.rest, &t->hash) && t->hash != CRYPT_SHA1 &&
	    der_take(&signer, DER_CONTEXT(0), &t->signed_attributes) &&
	    read_attributes(t) &&
	    der_enter(&signer, DER_SEQUENCE, &algorithm) &&
	    read_algorithm(algorithm.rest, t) &&
	    der_take(&signer, DER_OCTET_STRING, &t->signature) &&
	    der_optional(&signer, DER_CONTEXT(1), &unsigned_attributes) &&
	    der_end(&signer);
}

/* --- the response ------------------------------------------------------- */

static bool
read_signed_data(struct der *d, struct timestamp *t)
{
	struct slice version, algorithms, type, certificates, crls;
	struct der content, explicit, signers;
	uint64_t number;

	return der_take(d, DER_INTEGER, &version) &&
	    der_uint64(version, &number) && number == 3 &&
	    der_take(d, DER_SET, &algorithms) &&
	    der_enter(d, DER_SEQUENCE, &content) &&
	    der_take(&content, DER_OID, &type) &&
	    slice_eq(type, OID_TST_INFO) &&
	    der_enter(&content, DER_CONTEXT(0), &explicit) &&
	    der_end(&content) &&
	    der_take(&explicit, DER_OCTET_STRING, &t->content) &&
	    der_end(&explicit) &&
	    der_optional(d, DER_CONTEXT(0), &certificates) &&
	    der_optional(d, DER_CONTEXT(1), &crls) &&
	    der_enter(d, DER_SET, &signers) && der_end(d) &&
	    read_signer(&signers, t) && read_info(t);
}

static bool
read_token(struct der *d, struct timestamp *t)
{
	struct der token, explicit, data;
	struct slice type;

	return der_enter(d, DER_SEQUENCE, &token) && der_end(d) &&
	    der_take(&token, DER_OID, &type) &&
	    slice_eq(type, OID_SIGNED_DATA) &&
	    der_enter(&token, DER_CONTEXT(0), &explicit) &&
	    der_end(&token) &&
	    der_enter(&explicit, DER_SEQUENCE, &data) &&
	    der_end(&explicit) && read_signed_data(&data, t);
}

enum status
timestamp_read(struct slice der, struct timestamp *out, struct err *e)
{
	struct timestamp t = { 0 };
	struct der d, info;
	struct slice body;
	uint64_t status;

	if (der.len > TIMESTAMP_SIZE_MAX)
		return err_bad(e, "a timestamp of %zu bytes, at most %d are "
		    "read", der.len, TIMESTAMP_SIZE_MAX);
	if (!der_only(der, DER_SEQUENCE, &d) ||
	    !der_enter(&d, DER_SEQUENCE, &info) ||
	    !der_take(&info, DER_INTEGER, &body) ||
	    !der_uint64(body, &status))
		return err_bad(e, "not a TimeStampResp in DER");
	if (status > 1)
		return err_bad(e, "a timestamp that was not granted: status "
		    "%llu", (unsigned long long)status);
	if (!read_token(&d, &t))
		return err_bad(e, "not a timestamp token of RFC 3161 with one "
		    "signer, signed attributes and a SHA-2 digest");
	*out = t;
	return ERR_OK;
}

/* --- verifying ---------------------------------------------------------- */

bool
timestamp_names(const struct timestamp *t, const struct trust_authority *by)
{
	return by->count > 0 &&
	    slice_eq(t->signer_issuer, by->chain[0].issuer) &&
	    slice_eq(t->signer_serial, by->chain[0].serial);
}

static bool
is_digest(enum crypt_hash hash, struct slice bytes, struct slice digest)
{
	uint8_t want[CRYPT_HASH_MAX];

	crypt_digest(hash, bytes, want);
	return digest.len == crypt_hash_len(hash) &&
	    memcmp(want, digest.data, digest.len) == 0;
}

bool
timestamp_covers(const struct timestamp *t, struct slice message)
{
	return is_digest(t->imprint_hash, message, t->imprint);
}

static enum status
verify_signature(const struct timestamp *t, const struct x509 *signer,
    struct err *e)
{
	struct buf b = { 0 };
	enum status status;

	if (!signer->key_known || !x509_fits(&t->algorithm, &signer->key))
		return err_no(e, "the timestamp is signed with another "
		    "algorithm than its authority's key");
	/* RFC 5652 5.4: signed is the SET OF, not the [0] it is sent as. */
	der_put(&b, DER_SET, t->signed_attributes);
	status = key_verify_as(&signer->key, t->algorithm.scheme,
	    t->algorithm.hash, buf_get(&b), t->signature, NULL);
	buf_free(&b);
	return status == ERR_OK ? ERR_OK :
	    err_no(e, "the timestamp's signature does not verify");
}

/* RFC 3161 2.3: the purpose stands alone and is critical. */
static enum status
check_signer(const struct x509 *c, struct err *e)
{
	struct der d = der_of(c->purposes);

	if (!c->purposes_critical || !der_skip(&d) || !der_end(&d) ||
	    !x509_has_purpose(c, x509_time_stamping))
		return err_no(e, "the timestamp authority's certificate is "
		    "not for time stamping alone, marked critical");
	return ERR_OK;
}

static enum status
check_path(const struct timestamp *t, const struct trust_authority *by,
    struct err *e)
{
	struct x509_path path = {
		.leaf = &by->chain[0],
		.pool = by->chain,
		.pool_count = by->count,
		.anchor = &by->chain[by->count - 1],
		.purpose = x509_time_stamping,
		.at = t->time
	};
	const struct x509 *issuer;
	struct err inner = { 0 };

	if (!trustroot_holds(&by->window, t->time))
		return err_no(e, "the trusted root does not trust this "
		    "timestamp authority at the timestamp's time");
	if (x509_path(&path, &issuer, &inner) != ERR_OK)
		return err_no(e, "the timestamp authority: %s", inner.text);
	return check_signer(path.leaf, e);
}

enum status
timestamp_verify(const struct timestamp *t, const struct trust_authority *by,
    struct slice message, struct err *e)
{
	enum status status;

	if (!timestamp_names(t, by))
		return err_no(e, "the timestamp is of another authority");
	if (!timestamp_covers(t, message))
		return err_no(e, "the timestamp is over other bytes than the "
		    "signature");
	if (!is_digest(t->hash, t->content, t->message_digest))
		return err_no(e, "the timestamp's content is not what its "
		    "attributes were signed for");
	if (!is_digest(t->cert_hash, by->chain[0].der, t->cert_digest))
		return err_no(e, "the timestamp names another certificate of "
		    "its authority");
	status = verify_signature(t, &by->chain[0], e);
	return status == ERR_OK ? check_path(t, by, e) : status;
}
