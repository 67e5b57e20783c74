/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundlemake - making and converting Sigstore bundles (layer 3).
 *
 * Bundles of version 0.3 that a plain key signed, with the timestamps and
 * log entries that somebody obtained elsewhere.  What does not belong to the
 * signature is refused: a bundle that could not verify is not made.
 */
#ifndef BUNDLEMAKE_H
#define BUNDLEMAKE_H

#include "bundle.h"
#include "bundlecheck.h"
#include "private.h"

struct bundle_parts {
	const struct key *key;
	const struct dsse *envelope;	/* or: */
	enum crypt_hash hash;
	struct slice digest;
	struct slice signature;		/* of either, as bytes */
	const struct slice *timestamps;	/* TimeStampResp in DER */
	size_t timestamp_count;
	const struct json *entries;	/* TransparencyLogEntry messages */
	size_t entry_count;
};

/* An envelope's one signature by key, without its key id.  ERR_NO: none is
 * by that key; ERR_INPUT: no envelope, or not of an in-toto Statement. */
enum status bundle_take_envelope(const struct json *doc,
    const struct key *key, struct arena *a, struct dsse *out, struct err *e);
/* Fills hash, digest and signature over an artifact. */
enum status bundle_sign(struct bundle_parts *parts,
    const struct private *private,
    const struct bundle_artifact *artifact, struct arena *a, struct err *e);
/* The same with a signature that is there already (ECDSA in DER; Ed25519 is
 * Ed25519ph).  ERR_NO: it does not verify. */
enum status bundle_take_signature(struct bundle_parts *parts,
    struct slice signature, const struct bundle_artifact *artifact,
    struct arena *a, struct err *e);
/* A timestamp is over the signature; a log entry is of it. */
enum status bundle_check_timestamp(const struct bundle_parts *parts,
    struct slice der, struct err *e);
enum status bundle_check_entry(const struct bundle_parts *parts,
    const struct bundle_artifact *artifact, const struct json *entry,
    struct arena *a, struct err *e);

/* Version 0.3 with the key's hint. */
struct json bundle_write(struct arena *a, const struct bundle_parts *parts);

/* A bundle of version 0.1 or 0.2, or cosign's older {base64Signature, cert,
 * rekorBundle}, as the newest version that its parts allow.  key may be NULL
 * where there is a certificate. */
enum status bundle_convert(const struct json *doc, const struct key *key,
    struct arena *a, struct json *out, struct err *e);

#endif
