/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"
#include "sct.h"

/* 1.3.6.1.4.1.11129.2.4.2 */
#define OID_SCT_LIST SLICE("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")

enum {
	TLS_SHA256 = 4,		/* RFC 5246 7.4.1.4.1 */
	TLS_RSA = 1,
	TLS_ECDSA = 3,
	PRECERT_ENTRY = 1	/* RFC 6962 3.1 */
};

/* n bytes, most significant first. */
static bool
take_number(struct slice *s, size_t n, uint64_t *out)
{
	if (s->len < n)
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out = *out << 8 | (uint8_t)s->data[i];
	*s = slice_cut(*s, n, s->len);
	return true;
}

static bool
take_bytes(struct slice *s, size_t n, struct slice *out)
{
	if (s->len < n)
		return false;
	*out = slice_cut(*s, 0, n);
	*s = slice_cut(*s, n, s->len);
	return true;
}

/* A vector with a length of two bytes. */
static bool
take_vector(struct slice *s, struct slice *out)
{
	uint64_t n;

	return take_number(s, 2, &n) && take_bytes(s, (size_t)n, out);
}

static bool
read_one(struct slice s, struct sct *out)
{
	uint64_t version, hash, algorithm;

	*out = (struct sct){ 0 };
	if (!take_number(&s, 1, &version))
		return false;
	if (version != 0)
		return true;
	if (!take_bytes(&s, SCT_LOG_ID, &out->log_id) ||
	    !take_number(&s, 8, &out->time) ||
	    !take_vector(&s, &out->extensions) ||
	    !take_number(&s, 1, &hash) || !take_number(&s, 1, &algorithm) ||
	    !take_vector(&s, &out->signature) || s.len != 0)
		return false;
	if (hash != TLS_SHA256 ||
	    (algorithm != TLS_ECDSA && algorithm != TLS_RSA))
		return false;
	out->known = true;
	out->hash = CRYPT_SHA256;
	out->scheme = algorithm == TLS_ECDSA ? CRYPT_ECDSA : CRYPT_PKCS1;
	return true;
}

enum status
sct_read_list(struct slice list, struct sct out[SCT_MAX], size_t *count,
    struct err *e)
{
	struct slice all, one;

	*count = 0;
	if (!take_vector(&list, &all) || list.len != 0 || all.len == 0)
		return err_bad(e, "a malformed list of certificate "
		    "timestamps");
	while (all.len > 0) {
		if (*count == SCT_MAX)
			return err_bad(e, "more than %d certificate "
			    "timestamps", SCT_MAX);
		if (!take_vector(&all, &one) || one.len == 0 ||
		    !read_one(one, &out[*count]))
			return err_bad(e, "a malformed certificate "
			    "timestamp");
		++*count;
	}
	return ERR_OK;
}

enum status
sct_list(const struct x509 *c, struct sct out[SCT_MAX], size_t *count,
    struct err *e)
{
	struct slice value, list;
	struct der d;
	bool critical;

	*count = 0;
	if (!x509_extension(c, OID_SCT_LIST, &value, &critical))
		return ERR_OK;
	d = der_of(value);
	if (!der_take(&d, DER_OCTET_STRING, &list) || !der_end(&d))
		return err_bad(e, "a malformed list of certificate "
		    "timestamps");
	return sct_read_list(list, out, count, e);
}

/* The extensions but the list, each byte for byte. */
static void
add_extensions(struct buf *out, struct slice extensions)
{
	struct der list = der_of(extensions), d;
	struct slice whole, oid;

	while (!der_end(&list) && der_whole(&list, DER_SEQUENCE, &whole))
		if (!der_only(whole, DER_SEQUENCE, &d) ||
		    !der_take(&d, DER_OID, &oid) ||
		    !slice_eq(oid, OID_SCT_LIST))
			buf_slice(out, whole);
}

/* RFC 6962 3.2: the TBSCertificate as it was before the list went in. */
static void
add_precertificate(struct buf *out, const struct x509 *c)
{
	size_t tbs = der_open(out, DER_SEQUENCE);
	size_t explicit, list;

	buf_slice(out, c->before_extensions);
	explicit = der_open(out, DER_CONTEXT(3));
	list = der_open(out, DER_SEQUENCE);
	add_extensions(out, c->extensions);
	der_close(out, list);
	der_close(out, explicit);
	der_close(out, tbs);
}

static void
add_number(struct buf *out, uint64_t n, unsigned bytes)
{
	while (bytes-- > 0)
		buf_byte(out, (char)(n >> 8 * bytes));
}

void
sct_signed_bytes(struct buf *out, const struct sct *s, const struct x509 *c,
    const struct x509 *issuer)
{
	struct digest key = digest_bytes(issuer->spki);
	struct buf tbs = { 0 };

	add_precertificate(&tbs, c);
	add_number(out, 0, 1);			/* v1 */
	add_number(out, 0, 1);			/* certificate_timestamp */
	add_number(out, s->time, 8);
	add_number(out, PRECERT_ENTRY, 2);
	buf_add(out, key.sha256, DIGEST_SIZE);
	add_number(out, tbs.len, 3);
	buf_slice(out, buf_get(&tbs));
	add_number(out, s->extensions.len, 2);
	buf_slice(out, s->extensions);
	buf_free(&tbs);
}

enum status
sct_verify(const struct sct *s, const struct x509 *c,
    const struct x509 *issuer, const struct key *log, struct err *e)
{
	struct x509_algorithm algorithm = { s->scheme, s->hash,
	    s->scheme == CRYPT_ECDSA ? CRYPT_P256 : CRYPT_RSA };
	struct buf b = { 0 };
	enum status status;

	if (!s->known || !x509_fits(&algorithm, log))
		return err_no(e, "a certificate timestamp of another "
		    "algorithm than the log's key");
	sct_signed_bytes(&b, s, c, issuer);
	status = key_verify_as(log, s->scheme, s->hash, buf_get(&b),
	    s->signature, e);
	buf_free(&b);
	return status == ERR_INPUT ? ERR_NO : status;
}
