/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509 - certificates and paths at a time (layer 3).
 *
 * The profile of RFC 5280 that Sigstore uses: version 3, no revocation, no
 * policies, no name constraints (a certificate with them, or with a critical
 * extension that is not understood, is useless).  The clock is always an
 * argument: a certificate is judged at the time something was signed, never
 * today.
 */
#ifndef X509_H
#define X509_H

#include <stdbool.h>
#include <stdint.h>

#include "crypt.h"
#include "err.h"
#include "key.h"
#include "mem.h"
#include "timefmt.h"

enum {
	X509_SIZE_MAX = 64 * 1024,	/* a leaf with an SCT list is 2 KiB */
	X509_EXTENSIONS_MAX = 64,
	X509_PATH_MAX = 8		/* certificates above the leaf */
};

/* Bits of a KeyUsage, as x509.usage has them. */
enum {
	X509_DIGITAL_SIGNATURE = 1 << 0,
	X509_CONTENT_COMMITMENT = 1 << 1,
	X509_KEY_CERT_SIGN = 1 << 5
};

/* How a certificate, a token or an entry names its algorithm. */
struct x509_algorithm {
	enum crypt_scheme scheme;
	enum crypt_hash hash;
	enum crypt_type type;	/* CRYPT_P256 stands for every curve */
};

/* All slices point into the DER it was read from. */
struct x509 {
	struct slice der;
	struct slice tbs;		/* TBSCertificate, whole */
	struct slice serial;		/* contents of the INTEGER */
	struct slice issuer, subject;	/* Name, whole */
	int64_t not_before, not_after;	/* both inside */
	struct slice spki;		/* whole */
	struct key key;
	bool key_known;			/* false: of a type not supported */
	struct x509_algorithm algorithm;
	bool algorithm_known;
	struct slice signature;
	struct slice before_extensions;	/* contents of tbs up to [3] */
	struct slice extensions;	/* contents of the SEQUENCE OF */
	bool has_constraints, is_ca;
	bool has_path_len;
	uint64_t path_len;
	bool has_usage;
	unsigned usage;
	struct slice purposes;		/* of ExtKeyUsage, or no data */
	bool purposes_critical;
	struct slice names;		/* contents of SubjectAltName */
	struct slice subject_key, authority_key;
	struct slice unknown_critical;	/* an OID, or no data */
	bool trusted;			/* the owner's word: lives as long as
					 * every certificate that it signs */
	/* The trusted certificate that was found to have signed this one:
	 * many paths then cost one verification. */
	const struct x509 *signed_by;
};

/* Well-formed DER of the profile, each extension once; what is there may
 * still be useless (key_known, algorithm_known, unknown_critical). */
enum status x509_read(struct slice der, struct x509 *out, struct err *e);

/* An AlgorithmIdentifier of a signature: contents of the SEQUENCE.  False
 * when it is none that is supported. */
bool x509_algorithm(struct slice body, struct x509_algorithm *out);
/* A digest algorithm's AlgorithmIdentifier. */
bool x509_hash(struct slice body, enum crypt_hash *out);
/* Whether the algorithm fits the key. */
bool x509_fits(const struct x509_algorithm *a, const struct key *k);

/* An extension's value by its OID's contents octets. */
bool x509_extension(const struct x509 *c, struct slice oid,
    struct slice *value, bool *critical);
/* subject and issuer are the same name. */
bool x509_self_issued(const struct x509 *c);
bool x509_valid_at(const struct x509 *c, struct instant at);
/* The purpose is there: contents octets of a KeyPurposeId. */
bool x509_has_purpose(const struct x509 *c, struct slice purpose);
/* parent's key made c's signature (and its name is c's issuer). */
enum status x509_signed(struct x509 *c, const struct x509 *parent,
    struct err *e);

extern const struct slice x509_code_signing, x509_time_stamping;

/*
 * A path from leaf to anchor at a time.  pool holds the certificates between
 * them, in any order, trusted or not; the anchor is trusted and may be an
 * intermediate.  Checked: names and key identifiers, signatures, validity of
 * every certificate, basic constraints and path length, key usage, the
 * purpose down the path, critical extensions.  On ERR_OK *issuer is the
 * certificate that signed the leaf (the leaf itself where it is the
 * anchor).  ERR_NO says which certificate failed.
 */
struct x509_path {
	struct x509 *leaf;
	struct x509 *pool;
	size_t pool_count;
	struct x509 *anchor;
	struct slice purpose;
	struct instant at;
};

enum status x509_path(const struct x509_path *p, const struct x509 **issuer,
    struct err *e);

/* --- for people --------------------------------------------------------- */

/* "CN=sigstore,O=sigstore.dev" from a Name; bytes as they stand, those that
 * are not ASCII replaced by '?'. */
char *x509_name_text(struct arena *a, struct slice name);

/* --- subject alternative names ------------------------------------------ */

enum x509_name_kind {
	X509_EMAIL,		/* rfc822Name */
	X509_URI,
	X509_OTHER_NAME,	/* Fulcio's 1.3.6.1.4.1.57264.1.7 */
	X509_UNKNOWN_NAME
};

/* How many names there are; the first of a known kind in *kind and *name
 * (UTF-8 or ASCII as the kind says, checked). */
enum status x509_subject_name(const struct x509 *c, size_t *count,
    enum x509_name_kind *kind, struct slice *name, struct err *e);

#endif
