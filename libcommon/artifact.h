/* SPDX-License-Identifier: Apache-2.0 */
/*
 * artifact - what a signature is over, as a file or as a digest (layer 4).
 *
 * A file is read when a hash is first asked for, in pieces, and each hash is
 * kept; one that can be read only once gives all hashes at once.
 */
#ifndef ARTIFACT_H
#define ARTIFACT_H

#include "bundlecheck.h"
#include "digest.h"

enum {
	ARTIFACT_HASHES = 3	/* SHA-256, SHA-384, SHA-512 */
};

struct artifact {
	const char *path;		/* NULL: a digest only */
	bool have[ARTIFACT_HASHES];
	uint8_t digest[ARTIFACT_HASHES][CRYPT_HASH_MAX];
	struct slice mapped;		/* by artifact_whole */
	bool is_mapped;
	struct bundle_artifact as;	/* for a bundle_policy */
};

/* The most that is mapped for Ed25519ph: libgcrypt counts in int. */
#define ARTIFACT_WHOLE_MAX ((uint64_t)INT32_MAX)

void artifact_file(struct artifact *f, const char *path);
void artifact_digest(struct artifact *f, enum crypt_hash hash,
    const uint8_t *digest);
void artifact_close(struct artifact *f);

#endif
