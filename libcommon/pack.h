/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack - reads a proof bundle (layer 3).
 *
 * A bundle is a canonical ustar (see ustar.h), perhaps in one zstd frame:
 *
 *	manifest.json				prov.manifest/v1, first
 *	attestations/HEX.dsse.json		DSSE envelopes
 *	bundles/HEX.sigstore.json		Sigstore bundles
 *	chunks/00000000.chunk ...		the first, or all, of the tree
 *	context.json decision.json		prov.context/v1, .decision/v1
 *	events.ndjson				prov.event/v1, bare or in DSSE
 *	inputs.json				prov.verikey/v1
 *	manifest.dsse.json			signs manifest.json
 *	merkle.json				prov.merkle/v1
 *	sources/HEX				original files
 *	verdict.json				prov.verdict/v1
 *
 * in this order, which is that of their bytes but for the first.  Own
 * documents are canonical JSON and one LF; HEX is the SHA-256 of the entry.
 *
 * It is read once, from front to back, without a seek: memory is what the
 * documents take and 32 bytes a chunk.  What pack_read accepts is well formed
 * and whole: nothing is in it that the manifest does not list and nothing is
 * missing, every digest is right, the chunks are those of merkle.json, and
 * merkle.json has the decision's root.  It says nothing of signatures, and
 * nothing of how verdict, decision and inputs belong together: that is
 * packcheck's part.
 */
#ifndef PACK_H
#define PACK_H

#include "manifest.h"

struct pack {
	bool compressed;
	struct digest id;		/* of the manifest: the bundle's name */
	struct slice manifest_bytes;	/* as they stand in the bundle */
	struct manifest manifest;
	struct slice envelope;		/* manifest.dsse.json; no data: none */
	struct slice events;		/* events.ndjson; no data: none */
	struct json context, decision, inputs, merkle, verdict;
	struct merkledoc_tree tree;
	uint64_t kept;			/* chunks that are in the bundle */
};

/*
 * Sees what is in a bundle as it comes, before the bundle is known to be
 * good: keep nothing until pack_read has returned.  Members may be NULL.  An
 * error ends the reading.
 */
struct pack_sink {
	/* Any entry that pack does not keep, whole: attestations, Sigstore
	 * bundles.  bytes are borrowed for the call. */
	enum status (*entry)(void *ctx, enum manifest_entry kind,
	    const char *name, struct slice bytes, struct err *e);
	/* Chunks in order, and the hash of each as a leaf. */
	enum status (*chunk)(void *ctx, uint64_t index,
	    const struct digest *leaf, struct slice bytes, struct err *e);
	/* Original files, in pieces; a piece without data begins one. */
	enum status (*source)(void *ctx, const struct digest *digest,
	    struct slice piece, struct err *e);
	/* Told of every entry before its bytes. */
	enum status (*begin)(void *ctx, enum manifest_entry kind,
	    const char *name, uint64_t size, struct err *e);
	void *ctx;
};

/*
 * All of fd.  ERR_INPUT: no bundle, or a malformed one; offsets count from
 * the (uncompressed) archive's start.  ERR_NO: well formed, but a digest is
 * wrong.  What out holds lives in a.  sink may be NULL.
 */
enum status pack_read(int fd, struct arena *a, const struct pack_sink *sink,
    struct pack *out, struct err *e);

/* --- replay -------------------------------------------------------------- */

struct pack_replay {
	struct pack pack;
	/* The decision's inputs as proofRoot has them: JSON in its RFC 8785
	 * bytes, the jq program raw.  No data: the decision had none. */
	struct slice part[MERKLEDOC_ROLES];
};

/*
 * pack_read, and the parts put together.  ERR_NO also when the density left
 * one out: the text names the roles that are missing.
 */
enum status pack_replay(int fd, struct arena *a, struct pack_replay *out,
    struct err *e);

#endif
