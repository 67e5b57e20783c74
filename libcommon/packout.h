/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packout - writes a proof bundle (layer 3); see pack.h for what one is.
 *
 * The same inputs give the same bytes, in whatever order envelopes and
 * sources are named: nothing of the machine is in them, and a signature by
 * any of our keys is deterministic.  Of a zstd frame this holds for one
 * version of libzstd; the bundle's name is the manifest's digest either way.
 */
#ifndef PACKOUT_H
#define PACKOUT_H

#include "manifest.h"
#include "private.h"

/* An entry beside the documents: an attestation, a Sigstore bundle, the
 * events (held in memory), or an original file. */
struct packout_item {
	enum manifest_entry kind;
	struct digest digest;		/* packout fills it for what has
					 * bytes */
	struct slice bytes;		/* no data: a source, read from fd */
	int fd;				/* at its beginning, seekable */
	uint64_t size;			/* of a source */
};

struct packout {
	enum manifest_density density;
	const struct json *verdict, *decision, *inputs, *context, *merkle;
	/* Put in order, equal ones once.  An envelope over a manifest
	 * (MANIFEST_ENVELOPE) stands for a signature if it is over the very
	 * one that is written, and is left out otherwise. */
	struct packout_item *item;
	size_t items;
	/* The bytes of chunk index, which stay until the next call. */
	enum status (*chunk)(void *ctx, uint64_t index, struct slice *bytes,
	    struct err *e);
	void *chunk_ctx;
	/* Sign the manifest; none: no manifest.dsse.json. */
	const struct private *const *key;
	size_t keys;
	bool zstd;
	enum status (*sink)(void *ctx, struct slice bytes, struct err *e);
	void *sink_ctx;
};

/* ERR_INPUT: documents that are not what they should be, or that do not make
 * a bundle (packcheck_documents says more).  id (may be NULL) receives the
 * manifest's digest. */
enum status packout_write(struct packout *p, struct arena *a,
    struct digest *id, struct err *e);

/*
 * Puts an envelope or a Sigstore bundle in the form it has in a bundle,
 * canonical JSON and one LF, and tells which it is: MANIFEST_ATTESTATION,
 * MANIFEST_BUNDLE, or MANIFEST_ENVELOPE.  ERR_INPUT when it is neither.
 */
enum status packout_envelope(struct arena *a, const struct json *doc,
    struct packout_item *out, struct err *e);

/* A file's digest and size; and the same for a source, whose descriptor is
 * put back to the beginning. */
enum status packout_hash(int fd, struct packout_item *out, struct err *e);
enum status packout_source(int fd, struct packout_item *out, struct err *e);

#endif
