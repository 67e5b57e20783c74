/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle - Sigstore bundles 0.1, 0.2 and 0.3: reading and showing (layer 3).
 * bundlecheck.h verifies them, bundlemake.h makes them.
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "dsse.h"
#include "json.h"
#include "key.h"
#include "proto.h"
#include "timestamp.h"
#include "tlog.h"
#include "x509.h"

enum {
	BUNDLE_ENTRIES_MAX = 32,	/* as other verifiers have it */
	BUNDLE_TIMESTAMPS_MAX = 32,
	BUNDLE_CHAIN_MAX = 16,
	BUNDLE_SIZE_MAX = 256 * 1024 * 1024	/* a large SBOM attested */
};

#define BUNDLE_TYPE_03 "application/vnd.dev.sigstore.bundle.v0.3+json"

extern const struct json_limits bundle_limits;

struct bundle {
	unsigned minor;			/* 1, 2 or 3 */
	struct slice media_type;
	/* One of the two: a certificate, or a key that is known elsewhere. */
	struct x509 *chain;		/* the leaf first; the rest are
					 * hints that nobody trusts */
	size_t chain_count;		/* 0: a key */
	struct slice hint;
	struct tlog_entry *entries;
	size_t entry_count;
	struct timestamp *timestamps;
	size_t timestamp_count;
	/* One of the two: */
	bool is_dsse;
	struct dsse envelope;		/* with one signature */
	bool has_digest;		/* of the message, as a hint */
	enum crypt_hash digest_hash;
	struct slice digest;
	struct slice signature;		/* of either, as bytes */
	struct json unknown;		/* paths of members that were ignored,
					 * as texts; not all if many */
};

extern const struct proto_field bundle_members[];

/* All that can be said without keys: ERR_INPUT with the offset and why. */
enum status bundle_read(const struct json *doc, struct arena *a,
    struct bundle *out, struct err *e);
/* Whether doc looks like a bundle: its media type says so. */
bool bundle_is(const struct json *doc);

/* --- showing ------------------------------------------------------------ */

/* prov.bundle/v1. */
struct json bundle_show(const struct bundle *b, struct arena *a);

/* Fulcio's issuer extensions: false when both are there and differ, or one
 * is malformed; issuer has no data when there is none. */
bool bundle_issuer(const struct x509 *c, struct slice *issuer);
/* s if it is valid UTF-8, else a copy with '?' for the bytes that are not. */
struct slice bundle_text(struct arena *a, struct slice s);

#endif
