/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest - prov.manifest/v1 and the names inside a proof bundle (layer 3).
 *
 * The manifest is a bundle's first entry and lists every other one but the
 * chunks (merkle.json has those) and its own envelope.  Nothing in it is
 * free: it follows from the other entries, so that a reader can make it
 * again and compare.  golden/schemas/prov.manifest.v1.schema.json.
 */
#ifndef MANIFEST_H
#define MANIFEST_H

#include "digest.h"
#include "merkledoc.h"

#define MANIFEST_KIND "prov.manifest/v1"
/* payloadType of manifest.dsse.json; the payload is manifest.json, to the
 * byte. */
#define MANIFEST_TYPE "application/vnd.prov.manifest.v1+json"

enum {
	MANIFEST_NAME_MAX = 100,	/* bytes of an entry's name and a NUL */
	MANIFEST_CHUNKS_MAX = 99999999,	/* eight digits in a chunk's name */
	MANIFEST_ENVELOPES_MAX = 64	/* each may cost a verifier
					 * DSSE_SIGNATURES_MAX tries a key */
};

enum manifest_density {
	MANIFEST_LITE,
	MANIFEST_STANDARD,
	MANIFEST_STRICT
};

extern const char *const manifest_density_name[];
bool manifest_density_read(struct slice s, enum manifest_density *out);

/* What an entry is, by its name. */
enum manifest_entry {
	MANIFEST_UNKNOWN,
	MANIFEST_SELF,		/* manifest.json */
	MANIFEST_ENVELOPE,	/* manifest.dsse.json */
	MANIFEST_CONTEXT,	/* context.json and so on */
	MANIFEST_DECISION,
	MANIFEST_INPUTS,
	MANIFEST_MERKLE,
	MANIFEST_VERDICT,
	MANIFEST_EVENTS,	/* events.ndjson */
	MANIFEST_ATTESTATION,	/* attestations/HEX.dsse.json */
	MANIFEST_BUNDLE,	/* bundles/HEX.sigstore.json */
	MANIFEST_CHUNK,		/* chunks/00000000.chunk */
	MANIFEST_SOURCE		/* sources/HEX */
};

/* digest receives HEX, index a chunk's number, where the name has one. */
enum manifest_entry manifest_entry(struct slice name, struct digest *digest,
    uint64_t *index);
/* The other way round. */
void manifest_entry_name(enum manifest_entry kind, const struct digest *digest,
    uint64_t index, char out[MANIFEST_NAME_MAX]);

struct manifest_part {
	enum merkledoc_role role;
	struct digest digest;
	uint64_t size;
};

struct manifest {
	enum manifest_density density;
	const struct json *subject;	/* the verdict's */
	struct slice status;
	struct digest decision;
	struct manifest_part part[MERKLEDOC_ROLES];
	size_t parts;
	struct json entries;		/* {name:{digest,size}} */
};

/* Lists one more entry. */
void manifest_list(struct arena *a, struct manifest *m, const char *name,
    const struct digest *digest, uint64_t size);
/* What is listed under a name; false: nothing. */
bool manifest_find(const struct manifest *m, struct slice name,
    struct digest *digest, uint64_t *size);

struct json manifest_json(struct arena *a, const struct manifest *m);
/* Strict: ERR_INPUT for unknown members, names that no entry has, parts out
 * of order; what out holds points into doc. */
enum status manifest_read(const struct json *doc, struct manifest *out,
    struct err *e);

/* Chunks of the tree; those in the bundle (a prefix of them). */
uint64_t manifest_chunks(const struct manifest *m);
uint64_t manifest_kept(const struct manifest *m);
/* Size of chunk index (below manifest_chunks), and which part it is of;
 * *last: it ends the part. */
uint64_t manifest_chunk(const struct manifest *m, uint64_t index,
    size_t *part, bool *last);

#endif
