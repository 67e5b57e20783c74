/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "canon.h"
#include "dsse.h"
#include "hex.h"
#include "oci.h"

#define MANIFEST_TYPE_OCI "application/vnd.oci.image.manifest.v1+json"
#define INDEX_TYPE "application/vnd.oci.image.index.v1+json"
#define EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define TAR_TYPE "application/vnd.prov.bundle.v1.tar"
#define REF_NAME "org.opencontainers.image.ref.name"
#define PROOF_TAG "proof"

enum {
	INDEX_MAX = 4 * 1024 * 1024	/* bytes of a manifest or an index:
					 * what registries accept */
};

/* The state of one finish. */
struct layout {
	struct oci *o;
	struct arena *a;
	const struct oci_content *c;
	struct json subject;		/* descriptor; null: none */
	struct json referrers;		/* descriptors */
	struct json index;		/* index.json's manifests */
};

static char *
blob_path(struct arena *a, const char *dir, const struct digest *d)
{
	char hex[2 * DIGEST_SIZE];

	hex_write(hex, d->sha256, DIGEST_SIZE);
	return arena_printf(a, "%s/blobs/sha256/%.*s", dir,
	    (int)sizeof(hex), hex);
}

/* --- writing ------------------------------------------------------------- */

static enum status
make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return ERR_OK;
	return err_system(e, "cannot make the folder '%.300s'", path);
}

enum status
oci_begin(struct oci *o, const char *dir, struct err *e)
{
	struct arena a = { 0 };
	enum status rc = make_dir(dir, e);

	o->dir = dir;
	if (rc == ERR_OK)
		rc = make_dir(arena_printf(&a, "%s/blobs", dir), e);
	if (rc == ERR_OK)
		rc = make_dir(arena_printf(&a, "%s/blobs/sha256", dir), e);
	if (rc == ERR_OK)
		rc = io_file_create(&o->file, arena_printf(&a,
		    "%s/blobs/bundle", dir), 0666, false, e);
	sha256_init(&o->hasher);
	o->open = rc == ERR_OK;
	arena_free(&a);
	return rc;
}

enum status
oci_write(void *ctx, struct slice bytes, struct err *e)
{
	struct oci *o = ctx;

	sha256_add(&o->hasher, bytes.data, bytes.len);
	o->size += bytes.len;
	return io_write(o->file.fd, bytes.data, bytes.len, e);
}

void
oci_abandon(struct oci *o)
{
	if (!o->open)
		return;
	o->open = false;
	io_file_abandon(&o->file);
}

static enum status
put_file(const char *path, struct slice bytes, struct err *e)
{
	struct io_file file;
	enum status rc = io_file_create(&file, path, 0666, false, e);

	if (rc != ERR_OK)
		return rc;
	rc = io_write(file.fd, bytes.data, bytes.len, e);
	if (rc != ERR_OK) {
		io_file_abandon(&file);
		return rc;
	}
	return io_file_commit(&file, e);
}

static enum status
put_blob(struct layout *l, struct slice bytes, struct digest *digest,
    struct err *e)
{
	*digest = digest_bytes(bytes);
	return put_file(blob_path(l->a, l->o->dir, digest), bytes, e);
}

static struct json
descriptor(struct arena *a, const char *type, const struct digest *digest,
    uint64_t size)
{
	struct json o = json_object();

	json_set(a, &o, "digest", digest_value(a, digest));
	json_set_z(a, &o, "mediaType", type);
	json_set(a, &o, "size", json_uint(a, size));
	return o;
}

/* One artifact: its manifest as a blob, its descriptor among the referrers;
 * tag (may be NULL) puts it into the index under that name. */
static enum status
put_artifact(struct layout *l, const char *artifact_type, struct json layer,
    const struct json *annotations, const char *tag, struct err *e)
{
	struct arena *a = l->a;
	struct json o = json_object(), layers = json_array(), config, found;
	struct digest empty, digest;
	struct slice text;
	enum status rc = put_blob(l, SLICE("{}"), &empty, e);

	if (rc != ERR_OK)
		return rc;
	config = descriptor(a, EMPTY_TYPE, &empty, 2);
	json_push(a, &layers, layer);
	json_set_opt(a, &o, "annotations", annotations);
	json_set_z(a, &o, "artifactType", artifact_type);
	json_set(a, &o, "config", config);
	json_set(a, &o, "layers", layers);
	json_set_z(a, &o, "mediaType", MANIFEST_TYPE_OCI);
	json_set(a, &o, "schemaVersion", json_int(a, 2));
	if (l->subject.type == JSON_OBJECT)
		json_set(a, &o, "subject", l->subject);
	text = canon_text(a, &o);
	rc = put_blob(l, text, &digest, e);
	if (rc != ERR_OK)
		return rc;
	found = descriptor(a, MANIFEST_TYPE_OCI, &digest, text.len);
	json_set_z(a, &found, "artifactType", artifact_type);
	json_set_opt(a, &found, "annotations", annotations);
	json_push(a, &l->referrers, found);
	if (tag != NULL) {
		struct json note = json_object();

		json_set_z(a, &note, REF_NAME, tag);
		json_set(a, &found, "annotations", note);
	}
	json_push(a, &l->index, found);
	return ERR_OK;
}

/* The blob that was written gets the name of its digest. */
static enum status
put_bundle(struct layout *l, struct err *e)
{
	struct oci *o = l->o;
	struct digest digest;
	char *from = arena_printf(l->a, "%s/blobs/bundle", o->dir);
	struct json layer;
	enum status rc;

	digest = digest_take(&o->hasher);
	o->open = false;
	rc = io_file_commit(&o->file, e);
	if (rc != ERR_OK)
		return rc;
	if (rename(from, blob_path(l->a, o->dir, &digest)) != 0)
		return err_system(e, "cannot name the blob");
	layer = descriptor(l->a, l->c->zstd ? TAR_TYPE "+zstd" : TAR_TYPE,
	    &digest, o->size);
	return put_artifact(l, OCI_PROOF_TYPE, layer, NULL, PROOF_TAG, e);
}

/* As cosign attaches it: the bundle is the layer, and annotations say what
 * it states. */
static enum status
put_sigstore(struct layout *l, const struct packout_item *item,
    struct err *e)
{
	struct json doc, statement, notes = json_object();
	struct digest digest;
	struct arena *a = l->a;
	const char *media;
	struct dsse d;
	enum status rc = json_parse(item->bytes, &json_own, a, &doc, e);

	if (rc != ERR_OK)
		return rc;
	media = arena_dup(a, json_get_text(&doc, "mediaType"));
	if (json_get(&doc, "dsseEnvelope") != NULL &&
	    dsse_read(json_get(&doc, "dsseEnvelope"), a, &d, e) == ERR_OK &&
	    json_parse(d.payload, &json_own, a, &statement, e) == ERR_OK &&
	    json_want(&statement, "predicateType", JSON_STRING) != NULL) {
		json_set_z(a, &notes, "dev.sigstore.bundle.content",
		    "dsse-envelope");
		json_set(a, &notes, "dev.sigstore.bundle.predicateType",
		    *json_get(&statement, "predicateType"));
	} else {
		json_set_z(a, &notes, "dev.sigstore.bundle.content",
		    "message-signature");
	}
	rc = put_blob(l, item->bytes, &digest, e);
	if (rc != ERR_OK)
		return rc;
	return put_artifact(l, media, descriptor(a, media, &digest,
	    item->bytes.len), &notes, NULL, e);
}

/* The image's descriptor, from its manifest. */
static enum status
find_subject(struct layout *l, struct err *e)
{
	struct slice text = l->c->manifest;
	struct buf found = { 0 };
	struct digest digest;
	struct json doc;
	struct slice media;

	l->subject = json_null();
	if (l->c->subject == NULL)
		return text.data == NULL ? ERR_OK : err_no(e,
		    "the verdict names no artifact that could be the image");
	if (text.data == NULL && io_slurp(blob_path(l->a, l->o->dir,
	    l->c->subject), &found, INDEX_MAX, e) == ERR_OK)
		text = arena_slice(l->a, buf_get(&found));
	buf_free(&found);
	if (text.data == NULL)
		return ERR_OK;
	digest = digest_bytes(text);
	if (!digest_equal(&digest, l->c->subject))
		return err_no(e, "the image's manifest has not the digest of "
		    "the verdict's subject");
	if (json_parse(text, &json_own, l->a, &doc, e) != ERR_OK)
		return err_bad(e, "the image's manifest is not JSON");
	media = json_get_text(&doc, "mediaType");
	l->subject = descriptor(l->a, media.data != NULL ?
	    arena_dup(l->a, media) : MANIFEST_TYPE_OCI, &digest, text.len);
	return ERR_OK;
}

/* The tag for registries without a referrers API. */
static enum status
put_fallback(struct layout *l, struct err *e)
{
	struct arena *a = l->a;
	struct json o = json_object(), found, note = json_object();
	struct digest digest;
	struct slice text;
	char hex[2 * DIGEST_SIZE];
	enum status rc;

	if (l->subject.type != JSON_OBJECT)
		return ERR_OK;
	json_set(a, &o, "manifests", l->referrers);
	json_set_z(a, &o, "mediaType", INDEX_TYPE);
	json_set(a, &o, "schemaVersion", json_int(a, 2));
	text = canon_text(a, &o);
	rc = put_blob(l, text, &digest, e);
	if (rc != ERR_OK)
		return rc;
	hex_write(hex, l->c->subject->sha256, DIGEST_SIZE);
	json_set_z(a, &note, REF_NAME, arena_printf(a, "sha256-%.*s",
	    (int)sizeof(hex), hex));
	found = descriptor(a, INDEX_TYPE, &digest, text.len);
	json_set(a, &found, "annotations", note);
	json_push(a, &l->index, found);
	return ERR_OK;
}

static struct slice
tag_of(const struct json *entry)
{
	return json_get_text(json_get(entry, "annotations"), REF_NAME);
}

/* An old entry gives way to a new one of its tag or digest. */
static bool
replaced(const struct layout *l, const struct json *old)
{
	struct slice tag = tag_of(old);

	JSON_EACH(v, &l->index) {
		if (slice_eq(json_get_text(v, "digest"),
		    json_get_text(old, "digest")))
			return true;
		if (tag.data != NULL && slice_eq(tag, tag_of(v)))
			return true;
	}
	return false;
}

static enum status
put_index(struct layout *l, struct err *e)
{
	char *path = arena_printf(l->a, "%s/index.json", l->o->dir);
	struct arena *a = l->a;
	struct json o = json_object(), all = json_array(), old;
	struct buf text = { 0 };
	enum status rc = ERR_OK;

	if (access(path, F_OK) == 0) {
		rc = io_slurp(path, &text, INDEX_MAX, e);
		if (rc == ERR_OK)
			rc = json_parse(arena_slice(a, buf_get(&text)),
			    &json_own, a, &old, e);
		buf_reset(&text);
		if (rc == ERR_OK && json_want(&old, "manifests", JSON_ARRAY)
		    != NULL)
			JSON_EACH(v, json_get(&old, "manifests"))
				if (!replaced(l, v))
					json_push(a, &all, *v);
	}
	JSON_EACH(v, &l->index)
		json_push(a, &all, *v);
	json_set(a, &o, "manifests", all);
	json_set_z(a, &o, "mediaType", INDEX_TYPE);
	json_set(a, &o, "schemaVersion", json_int(a, 2));
	if (rc == ERR_OK)
		rc = put_file(arena_printf(a, "%s/oci-layout", l->o->dir),
		    SLICE("{\"imageLayoutVersion\":\"1.0.0\"}"), e);
	if (rc == ERR_OK) {
		canon_write(&text, &o);
		rc = put_file(path, buf_get(&text), e);
	}
	buf_free(&text);
	return rc;
}

enum status
oci_finish(struct oci *o, struct arena *a, const struct oci_content *c,
    struct err *e)
{
	struct layout l = { .o = o, .a = a, .c = c,
	    .referrers = json_array(), .index = json_array() };
	enum status rc = find_subject(&l, e);

	if (rc == ERR_OK)
		rc = put_bundle(&l, e);
	else
		oci_abandon(o);
	for (size_t i = 0; i < c->items && rc == ERR_OK; i++)
		if (c->item[i].kind == MANIFEST_BUNDLE)
			rc = put_sigstore(&l, &c->item[i], e);
	if (rc == ERR_OK)
		rc = put_fallback(&l, e);
	return rc == ERR_OK ? put_index(&l, e) : rc;
}

/* --- reading ------------------------------------------------------------- */

/* A manifest or index by its descriptor; what it holds is what its digest
 * says. */
static enum status
read_blob(const char *dir, struct arena *a, const struct json *found,
    struct json *doc, struct err *e)
{
	struct slice name = json_get_text(found, "digest");
	struct digest want, digest;
	struct buf text = { 0 };
	struct slice kept;
	enum status rc;

	if (!digest_read(name, &want))
		return err_bad(e, "a descriptor without a sha256: digest");
	rc = io_slurp(blob_path(a, dir, &want), &text, INDEX_MAX, e);
	if (rc != ERR_OK)
		return rc;
	kept = arena_slice(a, buf_get(&text));
	buf_free(&text);
	digest = digest_bytes(kept);
	if (!digest_equal(&digest, &want))
		return err_no(e, "blob %.*s has another digest",
		    (int)name.len, name.data);
	return json_parse(kept, &json_own, a, doc, e);
}

static enum status
give_layer(const char *dir, struct arena *a, const struct json *manifest,
    enum status (*fn)(void *ctx, int fd, const char *name, struct err *e),
    void *ctx, struct err *e)
{
	const struct json *layers = json_want(manifest, "layers", JSON_ARRAY);
	struct packout_item hashed;
	struct digest want;
	const char *path;
	enum status rc;
	int fd;

	if (json_count(layers) != 1 ||
	    !digest_read(json_get_text(layers->u.item, "digest"), &want))
		return err_bad(e, "a proof whose manifest has not one layer");
	path = blob_path(a, dir, &want);
	rc = io_open_read(path, &fd, e);
	if (rc != ERR_OK)
		return rc;
	rc = packout_source(fd, &hashed, e);
	if (rc == ERR_OK && !digest_equal(&hashed.digest, &want))
		rc = err_no(e, "the proof's blob has another digest");
	if (rc == ERR_OK)
		rc = fn(ctx, fd, path, e);
	(void)close(fd);
	return rc;
}

enum status
oci_each(const char *dir, struct arena *a,
    enum status (*fn)(void *ctx, int fd, const char *name, struct err *e),
    void *ctx, struct err *e)
{
	struct buf text = { 0 };
	struct json index, manifest;
	size_t proofs = 0;
	enum status rc = io_slurp(arena_printf(a, "%s/index.json", dir),
	    &text, INDEX_MAX, e);

	if (rc == ERR_OK)
		rc = json_parse(arena_slice(a, buf_get(&text)), &json_own, a,
		    &index, e);
	buf_free(&text);
	if (rc == ERR_OK && json_want(&index, "manifests", JSON_ARRAY) == NULL)
		rc = err_bad(e, "index.json lists no manifests");
	if (rc != ERR_OK)
		return rc;
	JSON_EACH(v, json_get(&index, "manifests")) {
		/* Copying tools may drop the descriptor's artifactType. */
		if (!json_is(json_get(v, "mediaType"), MANIFEST_TYPE_OCI))
			continue;
		rc = read_blob(dir, a, v, &manifest, e);
		if (rc != ERR_OK)
			return rc;
		if (!json_is(json_get(&manifest, "artifactType"),
		    OCI_PROOF_TYPE))
			continue;
		proofs++;
		rc = give_layer(dir, a, &manifest, fn, ctx, e);
		if (rc != ERR_OK)
			return rc;
	}
	return proofs > 0 ? ERR_OK : err_no(e, "no proof bundle in the "
	    "layout");
}
