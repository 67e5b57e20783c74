/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "canonstream.h"
#include "dsse.h"
#include "io.h"
#include "packparts.h"
#include "sidehash.h"

enum {
	WINDOW = IO_READ_SIZE	/* of a file; a multiple of MERKLE_CHUNK */
};

/* Canonical bytes as they come: as long as they are the text's own, only
 * how far they go is noted. */
struct sink {
	struct slice text;	/* from the document's first byte on */
	size_t same;		/* bytes so far, if copy is empty */
	bool differs;
	struct buf copy;
	struct sidehash *hash;	/* of text[0, same), while it is looked at */
};

static enum status
take(void *ctx, struct slice piece, struct err *e)
{
	struct sink *s = ctx;

	(void)e;
	if (!s->differs && piece.len <= s->text.len - s->same &&
	    memcmp(s->text.data + s->same, piece.data, piece.len) == 0) {
		(void)sidehash_add(s->hash, s->text.data + s->same,
		    piece.len);
		s->same += piece.len;
		return ERR_OK;
	}
	if (!s->differs) {
		s->differs = true;
		buf_add(&s->copy, s->text.data, s->same);
	}
	buf_slice(&s->copy, piece);
	return ERR_OK;
}

static enum status
canonical(struct arena *a, struct slice text, struct slice *out,
    struct digest *digest, struct err *e)
{
	struct json_stream s = { .window = text.data, .len = text.len,
	    .eof = true };
	struct sink sink = { .hash = sidehash_open() };
	size_t space = 0;
	bool got;
	enum status rc;

	while (space < text.len && strchr(" \t\r\n", text.data[space]) != NULL
	    && text.data[space] != '\0')
		space++;
	sink.text = slice_cut(text, space, text.len);
	rc = canon_stream(&s, &json_own, take, &sink, &got, e);
	sidehash_take(sink.hash, digest->sha256);
	if (rc == ERR_OK) {
		*out = sink.differs ? arena_slice(a, buf_get(&sink.copy)) :
		    slice_cut(sink.text, 0, sink.same);
		if (sink.differs)
			*digest = digest_bytes(*out);
		/* One document, and nothing behind it. */
		rc = canon_stream(&s, &json_own, take, &sink, &got, e);
		if (rc == ERR_OK && got)
			rc = err_input(e, s.start, "a second document");
	}
	sidehash_close(sink.hash);
	buf_free(&sink.copy);
	return rc;
}

static enum status
settle(struct slice bytes, const struct digest *digest,
    const struct digest *want, struct packparts_part *out, struct err *e)
{
	*out = (struct packparts_part){ .bytes = bytes, .size = bytes.len,
	    .digest = *digest };
	return digest_equal(digest, want) ? ERR_OK :
	    err_no(e, "not what the decision took: the digest differs");
}

enum status
packparts_raw(struct slice text, const struct digest *want,
    struct packparts_part *out, struct err *e)
{
	struct digest digest = digest_bytes(text);

	return settle(text, &digest, want, out, e);
}

/* The payload of an envelope, if that is what bytes are. */
static bool
payload(struct arena *a, struct slice bytes, struct slice *out)
{
	struct dsse d;
	struct json doc;
	struct err e;

	if (json_parse(bytes, &json_own, a, &doc, &e) != ERR_OK ||
	    json_get(&doc, "payloadType") == NULL ||
	    dsse_read(&doc, a, &d, &e) != ERR_OK)
		return false;
	*out = d.payload;
	return true;
}

enum status
packparts_json(struct arena *a, struct slice text, const struct digest *want,
    struct packparts_part *out, struct err *e)
{
	static const char begin[] = "{\"payload";
	struct digest digest;
	struct slice bytes, inner;
	enum status rc = canonical(a, text, &bytes, &digest, e);

	if (rc != ERR_OK)
		return rc;
	rc = settle(bytes, &digest, want, out, e);
	if (rc == ERR_OK || !slice_starts(bytes, begin) ||
	    !payload(a, bytes, &inner))
		return rc;
	rc = canonical(a, inner, &bytes, &digest, e);
	return rc == ERR_OK ? settle(bytes, &digest, want, out, e) : rc;
}

/* --- in files ------------------------------------------------------------- */

/* size bytes at an offset; fewer when the file ends there. */
static enum status
read_at(int fd, uint64_t at, size_t size, struct buf *window, struct err *e)
{
	enum status rc = ERR_OK;
	size_t got = 1;

	if (lseek(fd, (off_t)at, SEEK_SET) < 0)
		return err_system(e, "cannot read it twice");
	(void)buf_room(window, WINDOW);
	for (window->len = 0; rc == ERR_OK && got > 0 && window->len < size;
	    window->len += got)
		rc = io_read(fd, window->data + window->len,
		    size - window->len, &got, e);
	return rc;
}

/* The file's size, without the LF at its end. */
static enum status
measure(int fd, struct buf *window, uint64_t *size, struct err *e)
{
	off_t end = lseek(fd, 0, SEEK_END);
	enum status rc;

	if (end <= 0)
		return err_no(e, "nothing to read");
	*size = (uint64_t)end;
	rc = read_at(fd, *size - 1, 1, window, e);
	if (rc == ERR_OK && window->len == 1 && window->data[0] == '\n')
		(*size)--;
	return rc;
}

/*
 * Bytes with the wanted digest are those that it was made of, and need no
 * look at what is in them.  As chunks they are hashed here, as a part beside.
 */
enum status
packparts_file(struct arena *a, int fd, const struct digest *want,
    struct packparts_part *out, struct err *e)
{
	struct sidehash *hash = sidehash_open();
	struct buf window[2] = { { 0 } };
	uint64_t ticket[2] = { 0, 0 }, at = 0;
	enum status rc = measure(fd, &window[0], &out->size, e);

	out->fd = fd;
	out->leaf = NULL;
	if (rc == ERR_OK)
		out->leaf = arena_array(a, (size_t)(out->size /
		    MERKLE_CHUNK) + 1, sizeof(*out->leaf));
	for (int i = 0; rc == ERR_OK && at < out->size; i = 1 - i) {
		struct buf *w = &window[i];
		uint64_t left = out->size - at;
		size_t size = left < WINDOW ? (size_t)left : WINDOW;

		sidehash_wait(hash, ticket[i]);
		rc = read_at(fd, at, size, w, e);
		if (rc == ERR_OK && w->len != size)
			rc = err_no(e, "it became shorter");
		if (rc != ERR_OK)
			break;
		ticket[i] = sidehash_add(hash, w->data, w->len);
		merkle_cut(buf_get(w), MERKLE_CHUNK,
		    out->leaf + at / MERKLE_CHUNK);
		at += w->len;
	}
	sidehash_take(hash, out->digest.sha256);
	sidehash_close(hash);
	buf_free(&window[0]);
	buf_free(&window[1]);
	if (rc == ERR_OK && !digest_equal(&out->digest, want))
		rc = err_no(e, "the digest differs");
	if (rc != ERR_OK)
		*out = (struct packparts_part){ .leaf = NULL };
	return rc;
}

static enum status
changed(struct err *e)
{
	errno = EBUSY;
	return err_system(e, "a file changed while it was read");
}

/* Fills the window from chunk index of a file on. */
static enum status
next_window(struct packparts *p, const struct packparts_part *part,
    uint64_t index, struct err *e)
{
	struct digest leaf[WINDOW / MERKLE_CHUNK];
	uint64_t at = index * MERKLE_CHUNK, left = part->size - at;
	size_t size = left < WINDOW ? (size_t)left : WINDOW;
	enum status rc = read_at(part->fd, at, size, &p->window, e);

	if (rc != ERR_OK)
		return rc;
	if (p->window.len != size)
		return changed(e);
	p->at = part;
	p->first = index;
	p->count = (size + MERKLE_CHUNK - 1) / MERKLE_CHUNK;
	merkle_cut(buf_get(&p->window), MERKLE_CHUNK, leaf);
	for (size_t i = 0; i < p->count; i++)
		if (!digest_equal(&leaf[i], &part->leaf[index + i]))
			return changed(e);
	return ERR_OK;
}

/* --- all of them ---------------------------------------------------------- */

static uint64_t
chunks_of(const struct packparts_part *p)
{
	return p->size / MERKLE_CHUNK + (p->size % MERKLE_CHUNK != 0);
}

enum status
packparts_chunk(void *ctx, uint64_t index, struct slice *bytes, struct err *e)
{
	struct packparts *p = ctx;
	const struct packparts_part *part = p->part;
	struct slice all;
	size_t at;

	for (; index >= chunks_of(part); part++) {
		index -= chunks_of(part);
		if (part == p->part + MERKLEDOC_ROLES - 1)
			return err_bad(e, "no such chunk");
	}
	all = part->bytes;
	at = (size_t)index * MERKLE_CHUNK;
	if (part->leaf != NULL) {
		enum status rc = p->at == part && index >= p->first &&
		    index - p->first < p->count ? ERR_OK :
		    next_window(p, part, index, e);

		if (rc != ERR_OK)
			return rc;
		all = buf_get(&p->window);
		at = (size_t)(index - p->first) * MERKLE_CHUNK;
	}
	*bytes = slice_cut(all, at, at + MERKLE_CHUNK);
	return ERR_OK;
}

static void
add_chunks(struct merkledoc *d, const struct packparts_part *p)
{
	for (uint64_t at = 0; at < p->size; at += MERKLE_CHUNK) {
		uint64_t left = p->size - at;
		size_t size = left < MERKLE_CHUNK ? (size_t)left :
		    MERKLE_CHUNK;
		struct digest leaf = p->leaf != NULL ?
		    p->leaf[at / MERKLE_CHUNK] :
		    merkle_leaf(slice_cut(p->bytes, (size_t)at,
		    (size_t)at + size));

		merkledoc_chunk(d, &leaf, size);
	}
}

struct json
packparts_tree(struct arena *a, const struct packparts *all)
{
	struct merkledoc d;

	merkledoc_begin(&d, a, MERKLE_CHUNK, true);
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++) {
		const struct packparts_part *p = &all->part[i];
		uint64_t first = merkledoc_size(&d);
		struct json o = json_object();

		if (p->bytes.data == NULL && p->leaf == NULL)
			continue;
		add_chunks(&d, p);
		json_set(a, &o, "chunks", json_uint(a,
		    merkledoc_size(&d) - first));
		json_set(a, &o, "digest", digest_value(a, &p->digest));
		json_set(a, &o, "firstChunk", json_uint(a, first));
		json_set_z(a, &o, "role", merkledoc_role_name[i]);
		json_set(a, &o, "size", json_uint(a, p->size));
		json_push(a, &d.parts, o);
	}
	return merkledoc_end(&d);
}

void
packparts_close(struct packparts *p)
{
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++)
		if (p->part[i].leaf != NULL)
			(void)close(p->part[i].fd);
	buf_free(&p->window);
}
