/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oci - a proof bundle in an OCI image layout (layer 3).
 *
 * OCI image specification 1.1: an artifact is an image manifest with an
 * artifactType, an empty config, and the file as its one layer.  Beside the
 * proof bundle stands each Sigstore bundle as cosign attaches it.  Where the
 * image they are about is known both refer to it with "subject", and an
 * index under the tag sha256-HEX lists them for registries that have no
 * referrers API.  An existing layout is added to: what has another tag
 * stays.  The same inputs give the same bytes.
 */
#ifndef OCI_H
#define OCI_H

#include "io.h"
#include "packout.h"

#define OCI_PROOF_TYPE "application/vnd.stella.provcache.v1+json"

/* Zero it to begin. */
struct oci {
	const char *dir;
	struct io_file file;		/* the bundle while it is written */
	bool open;
	struct sha256 hasher;		/* of its bytes so far */
	uint64_t size;
};

/* Makes dir and begins the bundle's blob. */
enum status oci_begin(struct oci *o, const char *dir, struct err *e);
/* The bundle's bytes: a sink for packout. */
enum status oci_write(void *o, struct slice bytes, struct err *e);

struct oci_content {
	bool zstd;
	/* The artifact the verdict is about; NULL: none is known. */
	const struct digest *subject;
	/* Its manifest, for media type and size; no data: looked for in the
	 * layout, and if it is not there nothing has a subject. */
	struct slice manifest;
	const struct packout_item *item;	/* the Sigstore bundles among
						 * them are attached */
	size_t items;
};

/* Ends the blob, writes manifests and index.  ERR_NO: manifest is not the
 * subject's. */
enum status oci_finish(struct oci *o, struct arena *a,
    const struct oci_content *c, struct err *e);
void oci_abandon(struct oci *o);

/* Every proof bundle in a layout is opened and given to fn; each blob's
 * digest was checked.  ERR_NO when there is none. */
enum status oci_each(const char *dir, struct arena *a,
    enum status (*fn)(void *ctx, int fd, const char *name, struct err *e),
    void *ctx, struct err *e);

#endif
