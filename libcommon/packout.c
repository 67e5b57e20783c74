/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "canon.h"
#include "dsse.h"
#include "io.h"
#include "packout.h"
#include "sign.h"
#include "tarout.h"
#include "ustar.h"
#include "zst.h"

/* The state of one writing. */
struct writer {
	struct packout *p;
	struct arena *arena;
	struct tarout *tar;
	struct zst_writer *zstd;
	struct manifest manifest;
	struct slice manifest_bytes;
	struct merkledoc_tree tree;
};

/* --- entries -------------------------------------------------------------- */

static struct slice
document(struct arena *a, const struct json *v)
{
	struct buf text = { 0 };
	struct slice out;

	canon_write(&text, v);
	buf_byte(&text, '\n');
	out = arena_slice(a, buf_get(&text));
	buf_free(&text);
	return out;
}

enum status
packout_envelope(struct arena *a, const struct json *doc,
    struct packout_item *out, struct err *e)
{
	struct slice media = json_get_text(doc, "mediaType");

	memset(out, 0, sizeof(*out));
	if (media.data != NULL && (slice_starts(media,
	    "application/vnd.dev.sigstore.bundle")))
		out->kind = MANIFEST_BUNDLE;
	else if (json_want(doc, "payload", JSON_STRING) != NULL &&
	    json_want(doc, "payloadType", JSON_STRING) != NULL &&
	    json_want(doc, "signatures", JSON_ARRAY) != NULL)
		out->kind = json_is(json_get(doc, "payloadType"),
		    MANIFEST_TYPE) ? MANIFEST_ENVELOPE :
		    MANIFEST_ATTESTATION;
	else
		return err_input(e, doc->offset,
		    "neither a DSSE envelope nor a Sigstore bundle");
	out->bytes = document(a, doc);
	return ERR_OK;
}

enum status
packout_hash(int fd, struct packout_item *out, struct err *e)
{
	struct buf window = { 0 };
	struct sha256 hasher;
	enum status rc;
	size_t got;

	*out = (struct packout_item){ .kind = MANIFEST_SOURCE, .fd = fd };
	sha256_init(&hasher);
	(void)buf_room(&window, IO_READ_SIZE);
	do {
		rc = io_read(fd, window.data, IO_READ_SIZE, &got, e);
		if (rc == ERR_OK)
			sha256_add(&hasher, window.data, got);
		out->size += rc == ERR_OK ? got : 0;
	} while (rc == ERR_OK && got > 0);
	out->digest = digest_take(&hasher);
	buf_free(&window);
	return rc;
}

enum status
packout_source(int fd, struct packout_item *out, struct err *e)
{
	enum status rc = packout_hash(fd, out, e);

	if (rc == ERR_OK && lseek(fd, 0, SEEK_SET) != 0)
		rc = err_system(e, "cannot read it twice");
	if (rc == ERR_OK && out->size > USTAR_SIZE_MAX)
		rc = err_bad(e, "larger than 8 GiB, the limit of a source");
	return rc;
}

static int
by_kind_and_digest(const void *a, const void *b)
{
	const struct packout_item *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return digest_cmp(&x->digest, &y->digest);
}

/* Digests, order, equal ones once. */
static void
sort_items(struct packout *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->items; i++)
		if (p->item[i].bytes.data != NULL) {
			p->item[i].digest = digest_bytes(p->item[i].bytes);
			p->item[i].size = p->item[i].bytes.len;
		}
	if (p->items > 1)
		qsort(p->item, p->items, sizeof(*p->item),
		    by_kind_and_digest);
	for (size_t i = 0; i < p->items; i++)
		if (n == 0 || by_kind_and_digest(&p->item[n - 1],
		    &p->item[i]) != 0)
			p->item[n++] = p->item[i];
	p->items = n;
}

/* --- the manifest --------------------------------------------------------- */

static void
list_document(struct writer *w, enum manifest_entry kind,
    const struct json *doc)
{
	struct slice bytes = document(w->arena, doc);
	struct digest digest = digest_bytes(bytes);
	char name[MANIFEST_NAME_MAX];

	manifest_entry_name(kind, NULL, 0, name);
	manifest_list(w->arena, &w->manifest, name, &digest, bytes.len);
}

static enum status
list_parts(struct writer *w, struct err *e)
{
	const struct merkledoc_tree *t = &w->tree;
	enum status rc = merkledoc_read(w->p->merkle, w->arena, &w->tree, e);

	if (rc != ERR_OK)
		return rc;
	if (t->chunk_size != MERKLE_CHUNK || t->parts == 0 ||
	    t->parts > MERKLEDOC_ROLES)
		return err_bad(e, "the tree is not one of parts in chunks of "
		    "%d bytes", MERKLE_CHUNK);
	for (size_t i = 0; i < t->parts; i++) {
		struct manifest_part *m = &w->manifest.part[i];
		int role = 0;

		while (role < MERKLEDOC_ROLES && !slice_is(t->part[i].role,
		    merkledoc_role_name[role]))
			role++;
		if (role == MERKLEDOC_ROLES)
			return err_bad(e, "the tree has a part of unknown "
			    "role");
		*m = (struct manifest_part){ (enum merkledoc_role)role,
		    t->part[i].digest, t->part[i].size };
	}
	w->manifest.parts = t->parts;
	return ERR_OK;
}

static enum status
make_manifest(struct writer *w, struct err *e)
{
	struct packout *p = w->p;
	struct manifest *m = &w->manifest;
	struct json doc, again;
	enum status rc;

	m->density = p->density;
	m->subject = json_get(p->verdict, "subject");
	m->status = json_get_text(p->verdict, "status");
	m->decision = digest_json(p->decision);
	m->entries = json_object();
	if (m->subject == NULL || m->status.data == NULL)
		return err_bad(e, "the verdict has no subject or no status");
	rc = list_parts(w, e);
	if (rc != ERR_OK)
		return rc;
	list_document(w, MANIFEST_CONTEXT, p->context);
	list_document(w, MANIFEST_DECISION, p->decision);
	list_document(w, MANIFEST_INPUTS, p->inputs);
	list_document(w, MANIFEST_MERKLE, p->merkle);
	list_document(w, MANIFEST_VERDICT, p->verdict);
	for (size_t i = 0; i < p->items; i++) {
		char name[MANIFEST_NAME_MAX];

		if (p->item[i].kind == MANIFEST_ENVELOPE)
			continue;
		manifest_entry_name(p->item[i].kind, &p->item[i].digest, 0,
		    name);
		manifest_list(w->arena, m, name, &p->item[i].digest,
		    p->item[i].size);
	}
	doc = manifest_json(w->arena, m);
	w->manifest_bytes = document(w->arena, &doc);
	/* What the reader refuses is not written. */
	rc = json_parse(w->manifest_bytes, &json_own, w->arena, &again, e);
	return rc == ERR_OK ? manifest_read(&again, m, e) : rc;
}

/* A signature that was made before, over this very manifest. */
static void
find_signature(const struct writer *w, struct slice *out)
{
	for (size_t i = 0; i < w->p->items; i++) {
		const struct packout_item *item = &w->p->item[i];
		struct json doc;
		struct dsse d;
		struct err e;

		if (item->kind == MANIFEST_ENVELOPE &&
		    json_parse(item->bytes, &json_own, w->arena, &doc, &e) ==
		    ERR_OK && dsse_read(&doc, w->arena, &d, &e) == ERR_OK &&
		    slice_eq(d.payload, w->manifest_bytes))
			*out = item->bytes;
	}
}

static enum status
sign_manifest(struct writer *w, struct slice *out, struct err *e)
{
	struct dsse envelope = { .type = SLICE(MANIFEST_TYPE),
	    .payload = w->manifest_bytes };
	struct json doc;

	*out = (struct slice){ NULL, 0 };
	if (w->p->keys == 0) {
		find_signature(w, out);
		return ERR_OK;
	}
	for (size_t i = 0; i < w->p->keys; i++) {
		enum status rc = sign_envelope(&envelope, w->arena,
		    w->p->key[i], e);

		if (rc != ERR_OK)
			return rc;
	}
	doc = dsse_write(w->arena, &envelope);
	*out = document(w->arena, &doc);
	return ERR_OK;
}

/* --- the archive ---------------------------------------------------------- */

static enum status
to_zstd(void *ctx, struct slice bytes, struct err *e)
{
	return zst_write(ctx, bytes, e);
}

static enum status
put(struct writer *w, const char *name, struct slice bytes, struct err *e)
{
	enum status rc = tarout_begin(w->tar, name, bytes.len, e);

	return rc == ERR_OK ? tarout_data(w->tar, bytes, e) : rc;
}

/* The source once more; it must still be what was hashed. */
static enum status
put_source(struct writer *w, const char *name,
    const struct packout_item *item, struct err *e)
{
	struct buf window = { 0 };
	struct sha256 hasher;
	struct digest digest;
	uint64_t left = item->size;
	enum status rc = tarout_begin(w->tar, name, item->size, e);
	size_t got = 1;

	sha256_init(&hasher);
	(void)buf_room(&window, IO_READ_SIZE);
	while (rc == ERR_OK && left > 0 && got > 0) {
		rc = io_read(item->fd, window.data, left < IO_READ_SIZE ?
		    (size_t)left : IO_READ_SIZE, &got, e);
		if (rc != ERR_OK)
			break;
		sha256_add(&hasher, window.data, got);
		left -= got;
		rc = tarout_data(w->tar, (struct slice){ window.data, got },
		    e);
	}
	digest = digest_take(&hasher);
	buf_free(&window);
	if (rc == ERR_OK && !digest_equal(&digest, &item->digest)) {
		errno = EBUSY;
		rc = err_system(e, "a source changed while it was read");
	}
	return rc;
}

static enum status
put_items(struct writer *w, enum manifest_entry kind, struct err *e)
{
	enum status rc = ERR_OK;

	for (size_t i = 0; i < w->p->items && rc == ERR_OK; i++) {
		const struct packout_item *item = &w->p->item[i];
		char name[MANIFEST_NAME_MAX];

		if (item->kind != kind)
			continue;
		manifest_entry_name(kind, &item->digest, 0, name);
		rc = item->bytes.data == NULL ?
		    put_source(w, name, item, e) :
		    put(w, name, item->bytes, e);
	}
	return rc;
}

static enum status
put_chunks(struct writer *w, struct err *e)
{
	uint64_t n = manifest_kept(&w->manifest);
	enum status rc = ERR_OK;

	for (uint64_t i = 0; i < n && rc == ERR_OK; i++) {
		char name[MANIFEST_NAME_MAX];
		struct slice bytes;

		manifest_entry_name(MANIFEST_CHUNK, NULL, i, name);
		rc = w->p->chunk(w->p->chunk_ctx, i, &bytes, e);
		if (rc == ERR_OK && bytes.len != w->tree.chunk[i].size)
			rc = err_bad(e, "chunk %" PRIu64 " has %zu bytes, "
			    "expected %" PRIu64, i, bytes.len,
			    w->tree.chunk[i].size);
		if (rc == ERR_OK)
			rc = put(w, name, bytes, e);
	}
	return rc;
}

static enum status
put_document(struct writer *w, enum manifest_entry kind,
    const struct json *doc, struct err *e)
{
	char name[MANIFEST_NAME_MAX];

	manifest_entry_name(kind, NULL, 0, name);
	return put(w, name, document(w->arena, doc), e);
}

/* In the order of the names' bytes, the manifest first. */
static enum status
put_all(struct writer *w, struct slice envelope, struct err *e)
{
	const struct packout *p = w->p;
	enum status rc = put(w, "manifest.json", w->manifest_bytes, e);

	if (rc == ERR_OK)
		rc = put_items(w, MANIFEST_ATTESTATION, e);
	if (rc == ERR_OK)
		rc = put_items(w, MANIFEST_BUNDLE, e);
	if (rc == ERR_OK)
		rc = put_chunks(w, e);
	if (rc == ERR_OK)
		rc = put_document(w, MANIFEST_CONTEXT, p->context, e);
	if (rc == ERR_OK)
		rc = put_document(w, MANIFEST_DECISION, p->decision, e);
	if (rc == ERR_OK)
		rc = put_items(w, MANIFEST_EVENTS, e);
	if (rc == ERR_OK)
		rc = put_document(w, MANIFEST_INPUTS, p->inputs, e);
	if (rc == ERR_OK && envelope.data != NULL)
		rc = put(w, "manifest.dsse.json", envelope, e);
	if (rc == ERR_OK)
		rc = put_document(w, MANIFEST_MERKLE, p->merkle, e);
	if (rc == ERR_OK)
		rc = put_items(w, MANIFEST_SOURCE, e);
	if (rc == ERR_OK)
		rc = put_document(w, MANIFEST_VERDICT, p->verdict, e);
	if (rc == ERR_OK)
		rc = tarout_finish(w->tar, e);
	if (rc == ERR_OK && w->zstd != NULL)
		rc = zst_finish(w->zstd, e);
	return rc;
}

enum status
packout_write(struct packout *p, struct arena *a, struct digest *id,
    struct err *e)
{
	struct writer w = { .p = p, .arena = a };
	struct slice envelope;
	enum status rc;

	sort_items(p);
	rc = make_manifest(&w, e);
	if (rc == ERR_OK)
		rc = sign_manifest(&w, &envelope, e);
	if (rc != ERR_OK)
		return rc;
	if (id != NULL)
		*id = digest_bytes(slice_cut(w.manifest_bytes, 0,
		    w.manifest_bytes.len - 1));
	if (p->zstd)
		w.zstd = zst_writer_open(p->sink, p->sink_ctx);
	w.tar = p->zstd ? tarout_open(to_zstd, w.zstd) :
	    tarout_open(p->sink, p->sink_ctx);
	if (w.tar == NULL || (p->zstd && w.zstd == NULL)) {
		errno = ENOMEM;
		rc = err_system(e, "cannot start writing");
	} else {
		rc = put_all(&w, envelope, e);
	}
	tarout_close(w.tar);
	zst_writer_close(w.zstd);
	return rc;
}
