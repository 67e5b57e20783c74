/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "der.h"
#include "x509.h"

/* Contents octets of object identifiers. */
#define OID_BASIC_CONSTRAINTS SLICE("\x55\x1d\x13")
#define OID_KEY_USAGE SLICE("\x55\x1d\x0f")
#define OID_EXT_KEY_USAGE SLICE("\x55\x1d\x25")
#define OID_SUBJECT_ALT_NAME SLICE("\x55\x1d\x11")
#define OID_NAME_CONSTRAINTS SLICE("\x55\x1d\x1e")
#define OID_SUBJECT_KEY_ID SLICE("\x55\x1d\x0e")
#define OID_AUTHORITY_KEY_ID SLICE("\x55\x1d\x23")

const struct slice x509_code_signing =
    { "\x2b\x06\x01\x05\x05\x07\x03\x03", 8 };
const struct slice x509_time_stamping =
    { "\x2b\x06\x01\x05\x05\x07\x03\x08", 8 };

/* --- algorithms --------------------------------------------------------- */

struct algorithm_row {
	const char *oid;
	size_t len;
	bool null;		/* parameters are NULL (RFC 4055); else none */
	struct x509_algorithm is;
};

#define ROW(oid) (oid), sizeof(oid) - 1

static const struct algorithm_row algorithms[] = {
	{ ROW("\x2a\x86\x48\xce\x3d\x04\x03\x02"), false,
	    { CRYPT_ECDSA, CRYPT_SHA256, CRYPT_P256 } },
	{ ROW("\x2a\x86\x48\xce\x3d\x04\x03\x03"), false,
	    { CRYPT_ECDSA, CRYPT_SHA384, CRYPT_P256 } },
	{ ROW("\x2a\x86\x48\xce\x3d\x04\x03\x04"), false,
	    { CRYPT_ECDSA, CRYPT_SHA512, CRYPT_P256 } },
	{ ROW("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), true,
	    { CRYPT_PKCS1, CRYPT_SHA256, CRYPT_RSA } },
	{ ROW("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), true,
	    { CRYPT_PKCS1, CRYPT_SHA384, CRYPT_RSA } },
	{ ROW("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), true,
	    { CRYPT_PKCS1, CRYPT_SHA512, CRYPT_RSA } },
	{ ROW("\x2b\x65\x70"), false,
	    { CRYPT_PURE, CRYPT_SHA512, CRYPT_ED25519 } },
};

static const struct {
	const char *oid;
	size_t len;
	enum crypt_hash hash;
} hashes[] = {
	{ ROW("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), CRYPT_SHA256 },
	{ ROW("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), CRYPT_SHA384 },
	{ ROW("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), CRYPT_SHA512 },
	{ ROW("\x2b\x0e\x03\x02\x1a"), CRYPT_SHA1 },
};

/* The OID of an AlgorithmIdentifier and whether its parameters are NULL;
 * other parameters than NULL or none are false. */
static bool
read_algorithm(struct slice body, struct slice *oid, bool *null)
{
	struct der d = der_of(body);
	struct slice parameters;

	if (!der_take(&d, DER_OID, oid) || !der_is_oid(*oid) ||
	    !der_optional(&d, DER_NULL, &parameters) || !der_end(&d))
		return false;
	*null = parameters.data != NULL;
	return parameters.len == 0;
}

bool
x509_algorithm(struct slice body, struct x509_algorithm *out)
{
	struct slice oid;
	bool null;

	if (!read_algorithm(body, &oid, &null))
		return false;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]);
	    i++) {
		const struct algorithm_row *r = &algorithms[i];

		if (slice_eq(oid, (struct slice){ r->oid, r->len }) &&
		    null == r->null) {
			*out = r->is;
			return true;
		}
	}
	return false;
}

bool
x509_hash(struct slice body, enum crypt_hash *out)
{
	struct slice oid;
	bool null;

	/* RFC 5754 2: both forms of parameters are accepted. */
	if (!read_algorithm(body, &oid, &null))
		return false;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (slice_eq(oid, (struct slice){ hashes[i].oid,
		    hashes[i].len })) {
			*out = hashes[i].hash;
			return true;
		}
	return false;
}

bool
x509_fits(const struct x509_algorithm *a, const struct key *k)
{
	switch (k->public.type) {
	case CRYPT_P256:
	case CRYPT_P384:
	case CRYPT_P521:
		return a->type == CRYPT_P256;
	case CRYPT_ED25519:
	case CRYPT_RSA:
		break;
	}
	return a->type == k->public.type;
}

/* --- reading ------------------------------------------------------------ */

static bool
read_constraints(struct x509 *c, struct slice value)
{
	struct slice ca, len;
	struct der d;

	if (!der_only(value, DER_SEQUENCE, &d) ||
	    !der_optional(&d, DER_BOOLEAN, &ca) ||
	    !der_optional(&d, DER_INTEGER, &len) || !der_end(&d))
		return false;
	c->has_constraints = true;
	/* FALSE is the default, which DER does not write (X.690 11.5); some
	 * issuers do, and it says the same. */
	if (ca.data != NULL && !der_boolean(ca, &c->is_ca))
		return false;
	if (len.data != NULL) {
		if (!c->is_ca || !der_uint64(len, &c->path_len))
			return false;
		c->has_path_len = true;
	}
	return true;
}

static bool
read_usage(struct x509 *c, struct slice value)
{
	struct slice body, bytes;
	struct der d = der_of(value);
	unsigned unused;

	if (!der_take(&d, DER_BIT_STRING, &body) || !der_end(&d) ||
	    !der_bits(body, &bytes, &unused) || bytes.len == 0 ||
	    bytes.len > 2)
		return false;
	c->has_usage = true;
	for (unsigned bit = 0; bit < 8; bit++)
		if (((uint8_t)bytes.data[0] >> (7 - bit) & 1) != 0)
			c->usage |= 1U << bit;
	return true;
}

static bool
read_purposes(struct x509 *c, struct slice value, bool critical)
{
	struct slice oid;
	struct der d;

	if (!der_only(value, DER_SEQUENCE, &d) || der_end(&d))
		return false;
	c->purposes = d.rest;
	c->purposes_critical = critical;
	while (!der_end(&d))
		if (!der_take(&d, DER_OID, &oid) || !der_is_oid(oid))
			return false;
	return true;
}

static bool
read_names(struct x509 *c, struct slice value)
{
	struct der d;

	if (!der_only(value, DER_SEQUENCE, &d) || der_end(&d))
		return false;
	c->names = d.rest;
	while (!der_end(&d))
		if (!der_skip(&d))
			return false;
	return true;
}

static bool
read_subject_key(struct x509 *c, struct slice value)
{
	struct der d = der_of(value);

	return der_take(&d, DER_OCTET_STRING, &c->subject_key) && der_end(&d);
}

static bool
read_authority_key(struct x509 *c, struct slice value)
{
	struct der d;

	if (!der_only(value, DER_SEQUENCE, &d) ||
	    !der_optional(&d, DER_CONTEXT_PRIMITIVE(0), &c->authority_key))
		return false;
	while (!der_end(&d))	/* authorityCertIssuer and its serial */
		if (!der_skip(&d))
			return false;
	return true;
}

static bool
read_extension(struct x509 *c, struct slice oid, bool critical,
    struct slice value)
{
	if (slice_eq(oid, OID_BASIC_CONSTRAINTS))
		return read_constraints(c, value);
	if (slice_eq(oid, OID_KEY_USAGE))
		return read_usage(c, value);
	if (slice_eq(oid, OID_EXT_KEY_USAGE))
		return read_purposes(c, value, critical);
	if (slice_eq(oid, OID_SUBJECT_ALT_NAME))
		return read_names(c, value);
	if (slice_eq(oid, OID_SUBJECT_KEY_ID))
		return read_subject_key(c, value);
	if (slice_eq(oid, OID_AUTHORITY_KEY_ID))
		return read_authority_key(c, value);
	/* Not judged here, and void if ignored, whatever its flag says. */
	if (slice_eq(oid, OID_NAME_CONSTRAINTS))
		critical = true;
	if (critical && c->unknown_critical.data == NULL)
		c->unknown_critical = oid;
	return true;
}

/* The next extension of a list that read_extensions has been over, or of one
 * it is going over. */
static bool
next_extension(struct der *list, struct slice *oid, bool *critical,
    struct slice *value)
{
	struct slice flag;
	struct der d;

	if (!der_enter(list, DER_SEQUENCE, &d) ||
	    !der_take(&d, DER_OID, oid) || !der_is_oid(*oid) ||
	    !der_optional(&d, DER_BOOLEAN, &flag) ||
	    !der_take(&d, DER_OCTET_STRING, value) || !der_end(&d))
		return false;
	*critical = false;
	return flag.data == NULL || der_boolean(flag, critical);
}

static bool
read_extensions(struct x509 *c)
{
	struct slice seen[X509_EXTENSIONS_MAX];
	struct der list = der_of(c->extensions);
	size_t count = 0;

	while (!der_end(&list)) {
		struct slice oid, value;
		bool critical;

		if (count == X509_EXTENSIONS_MAX ||
		    !next_extension(&list, &oid, &critical, &value))
			return false;
		for (size_t i = 0; i < count; i++)
			if (slice_eq(seen[i], oid))
				return false;	/* RFC 5280 4.2 */
		seen[count++] = oid;
		if (!read_extension(c, oid, critical, value))
			return false;
	}
	return count > 0;
}

static bool
read_validity(struct der *tbs, struct x509 *c)
{
	int64_t *const times[] = { &c->not_before, &c->not_after };
	struct der d;

	if (!der_enter(tbs, DER_SEQUENCE, &d))
		return false;
	for (size_t i = 0; i < 2; i++) {
		struct instant at;
		struct slice body;
		uint8_t tag;

		if (!der_any(&d, &tag, &body, NULL) ||
		    !der_time(tag, body, false, &at))
			return false;
		*times[i] = at.sec;
	}
	return der_end(&d);
}

/* The first fields of a TBSCertificate, up to the public key. */
static bool
read_fields(struct der *tbs, struct x509 *c, struct slice *algorithm)
{
	struct slice serial, body;
	struct der version;
	uint64_t number;

	if (!der_enter(tbs, DER_CONTEXT(0), &version) ||
	    !der_take(&version, DER_INTEGER, &body) || !der_end(&version) ||
	    !der_uint64(body, &number) || number != 2)
		return false;
	/* Serials that are negative or too long have been issued: any bytes
	 * that identify are enough. */
	if (!der_take(tbs, DER_INTEGER, &serial) || serial.len == 0)
		return false;
	c->serial = serial;
	return der_whole(tbs, DER_SEQUENCE, algorithm) &&
	    der_whole(tbs, DER_SEQUENCE, &c->issuer) &&
	    read_validity(tbs, c) &&
	    der_whole(tbs, DER_SEQUENCE, &c->subject) &&
	    der_whole(tbs, DER_SEQUENCE, &c->spki);
}

static bool
read_tbs(struct x509 *c, struct slice *algorithm)
{
	struct der tbs, explicit, list;
	struct slice all, skipped;

	if (!der_only(c->tbs, DER_SEQUENCE, &tbs))
		return false;
	all = tbs.rest;
	if (!read_fields(&tbs, c, algorithm) ||
	    !der_optional(&tbs, DER_CONTEXT_PRIMITIVE(1), &skipped) ||
	    !der_optional(&tbs, DER_CONTEXT_PRIMITIVE(2), &skipped))
		return false;
	c->before_extensions = slice_cut(all, 0, der_offset(&tbs, all));
	if (der_end(&tbs))
		return true;
	if (!der_enter(&tbs, DER_CONTEXT(3), &explicit) || !der_end(&tbs) ||
	    !der_enter(&explicit, DER_SEQUENCE, &list) || !der_end(&explicit))
		return false;
	c->extensions = list.rest;
	return read_extensions(c);
}

enum status
x509_read(struct slice der, struct x509 *out, struct err *e)
{
	struct x509 c = { .der = der };
	struct slice inner, outer, bits;
	struct der d, body;

	if (der.len > X509_SIZE_MAX)
		return err_bad(e, "a certificate of %zu bytes, at most %d are "
		    "read", der.len, X509_SIZE_MAX);
	if (!der_only(der, DER_SEQUENCE, &d) ||
	    !der_whole(&d, DER_SEQUENCE, &c.tbs) ||
	    !der_whole(&d, DER_SEQUENCE, &outer) ||
	    !der_take(&d, DER_BIT_STRING, &bits) || !der_end(&d) ||
	    !der_bytes(bits, &c.signature))
		return err_bad(e, "not a certificate in DER");
	if (!read_tbs(&c, &inner))
		return err_bad(e, "a certificate that is not X.509 version 3 "
		    "in DER");
	if (!slice_eq(inner, outer))
		return err_bad(e, "a certificate that names two signature "
		    "algorithms");
	if (!der_only(outer, DER_SEQUENCE, &body))
		return err_bad(e, "not a certificate in DER");
	c.algorithm_known = x509_algorithm(body.rest, &c.algorithm);
	c.key_known = key_read(c.spki, &c.key, NULL) == ERR_OK;
	*out = c;
	return ERR_OK;
}

/* --- asking ------------------------------------------------------------- */

bool
x509_extension(const struct x509 *c, struct slice oid, struct slice *value,
    bool *critical)
{
	struct der list = der_of(c->extensions);
	struct slice found;

	while (!der_end(&list)) {
		if (!next_extension(&list, &found, critical, value))
			return false;
		if (slice_eq(found, oid))
			return true;
	}
	return false;
}

bool
x509_self_issued(const struct x509 *c)
{
	return slice_eq(c->subject, c->issuer);
}

bool
x509_valid_at(const struct x509 *c, struct instant at)
{
	return timefmt_cmp((struct instant){ c->not_before, 0 }, at) <= 0 &&
	    timefmt_cmp(at, (struct instant){ c->not_after, 0 }) <= 0;
}

bool
x509_has_purpose(const struct x509 *c, struct slice purpose)
{
	struct der d = der_of(c->purposes);
	struct slice oid;

	while (!der_end(&d) && der_take(&d, DER_OID, &oid))
		if (slice_eq(oid, purpose))
			return true;
	return false;
}
