/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timestamp - RFC 3161 time-stamp responses (layer 3).
 *
 * A signed timestamp is a whole TimeStampResp in DER: a CMS SignedData (RFC
 * 5652) over a TSTInfo with exactly one signer, known by issuer and serial
 * (ESS signing certificate attribute required, RFC 2634 and RFC 5816).
 * Certificates inside are never used: who signed is the trusted root's word.
 */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include "trustroot.h"
#include "x509.h"

enum {
	TIMESTAMP_SIZE_MAX = 64 * 1024	/* with certificates: 6 KiB */
};

struct timestamp {
	struct instant time;		/* genTime */
	enum crypt_hash imprint_hash;
	struct slice imprint;
	struct slice serial;		/* of the token */
	struct slice content;		/* TSTInfo, whole */
	struct slice signer_issuer;	/* Name, whole */
	struct slice signer_serial;
	enum crypt_hash hash;		/* digestAlgorithm */
	struct x509_algorithm algorithm;
	struct slice signed_attributes;	/* contents of [0] */
	struct slice message_digest;
	enum crypt_hash cert_hash;	/* ESS: hash of the signer's */
	struct slice cert_digest;	/* certificate */
	struct slice signature;
};

/* ERR_INPUT: not what is described above. */
enum status timestamp_read(struct slice der, struct timestamp *out,
    struct err *e);

/* The token is of this authority, at a time when the authority and its
 * certificates were valid, and is over message. */
enum status timestamp_verify(const struct timestamp *t,
    const struct trust_authority *by, struct slice message, struct err *e);
/* The token's imprint is of these bytes. */
bool timestamp_covers(const struct timestamp *t, struct slice message);
/* The token names this authority's signing certificate. */
bool timestamp_names(const struct timestamp *t,
    const struct trust_authority *by);

#endif
