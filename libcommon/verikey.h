/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verikey - the composite cache key and its input manifest (layer 3).
 *
 *	veriKey = "sha256:" hex(SHA-256("v1|" source "|" sbom "|" vexSet "|"
 *	    policy "|" signerSet "|" window))
 *
 * Digests stand in it as 64 lower-case hex digits.  A set is the SHA-256 hex
 * of its members' hex digits, sorted, once each, joined with "|"; an empty
 * set is the SHA-256 hex of "empty-vex-set" or "empty-signer-set".
 * prov.verikey/v1; golden/schemas/prov.verikey.v1.schema.json.
 */
#ifndef VERIKEY_H
#define VERIKEY_H

#include "digest.h"

#define VERIKEY_KIND "prov.verikey/v1"

/* A set of digests; verikey_set puts it in order. */
struct verikey_set {
	struct digest *item;
	size_t count;
};

struct verikey {
	struct digest source;
	struct digest sbom;
	struct verikey_set vex;
	struct digest policy;
	struct verikey_set signers;
	int64_t window;			/* start of the bucket, seconds */
	const struct json *context;	/* prov.context/v1, or NULL */
	const struct json *feeds;	/* {name: epoch}, or NULL */
};

/* Sorts a set in place and drops duplicates. */
void verikey_set(struct verikey_set *set);
/* The digest of a set in order; empty names the sentinel. */
struct digest verikey_set_digest(const struct verikey_set *set,
    const char *empty);
/* Puts both sets in order and hashes. */
struct digest verikey_make(struct verikey *k);
/* The document; strings in a. */
struct json verikey_json(struct arena *a, struct verikey *k);
/*
 * Reads a prov.verikey/v1 strictly and recomputes: ERR_NO when veriKey is
 * not the hash of inputs (or policy not the digest of context), ERR_INPUT
 * when it is no such document.
 */
enum status verikey_read(struct arena *a, const struct json *doc,
    struct verikey *k, struct digest *key, struct err *e);

#endif
