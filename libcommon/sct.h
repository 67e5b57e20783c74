/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sct - signed certificate timestamps within a certificate (RFC 6962 3.2 and
 * 3.3, layer 3).
 */
#ifndef SCT_H
#define SCT_H

#include "x509.h"

enum {
	SCT_MAX = 16,		/* public CAs embed two or three */
	SCT_LOG_ID = 32
};

struct sct {
	bool known;			/* version 1 (written 0) */
	struct slice log_id;		/* SCT_LOG_ID bytes */
	uint64_t time;			/* milliseconds since 1970 */
	struct slice extensions;
	enum crypt_hash hash;		/* what signed it; SHA-256 only */
	enum crypt_scheme scheme;	/* CRYPT_ECDSA or CRYPT_PKCS1 */
	struct slice signature;
};

/* The list of a certificate; *count is 0 when it has no such extension.
 * Other versions are in the list with known false (RFC 6962 3.3). */
enum status sct_list(const struct x509 *c, struct sct out[SCT_MAX],
    size_t *count, struct err *e);
/* The same of a TLS-encoded SignedCertificateTimestampList. */
enum status sct_read_list(struct slice list, struct sct out[SCT_MAX],
    size_t *count, struct err *e);

/* The bytes that the log signed: c's TBSCertificate without the list, and
 * the key of the certificate that issued c. */
void sct_signed_bytes(struct buf *out, const struct sct *s,
    const struct x509 *c, const struct x509 *issuer);
/* ERR_OK, or ERR_NO with the reason. */
enum status sct_verify(const struct sct *s, const struct x509 *c,
    const struct x509 *issuer, const struct key *log, struct err *e);

#endif
