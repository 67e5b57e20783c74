/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "dsse.h"
#include "packparts.h"
#include "sidehash.h"

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
compare(const struct digest *digest, const struct digest *want,
    struct err *e)
{
	return digest_equal(digest, want) ? ERR_OK :
	    err_no(e, "not what the decision took: the digest differs");
}

enum status
packparts_raw(struct slice text, const struct digest *want,
    struct slice *out, struct err *e)
{
	struct digest digest = digest_bytes(text);

	*out = text;
	return compare(&digest, want, e);
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
    struct slice *out, struct err *e)
{
	static const char begin[] = "{\"payload";
	struct digest digest;
	struct slice inner;
	enum status rc = canonical(a, text, out, &digest, e);

	if (rc != ERR_OK)
		return rc;
	rc = compare(&digest, want, e);
	if (rc == ERR_OK || !slice_starts(*out, begin) ||
	    !payload(a, *out, &inner))
		return rc;
	rc = canonical(a, inner, out, &digest, e);
	return rc == ERR_OK ? compare(&digest, want, e) : rc;
}

struct json
packparts_tree(struct arena *a,
    const struct packparts_part part[MERKLEDOC_ROLES])
{
	struct merkledoc d;

	merkledoc_begin(&d, a, MERKLE_CHUNK, true);
	for (size_t i = 0; i < MERKLEDOC_ROLES; i++) {
		const struct packparts_part *p = &part[i];
		uint64_t first = d.tree.size;
		struct json o = json_object();

		if (p->bytes.data == NULL)
			continue;
		for (size_t at = 0; at < p->bytes.len; at += MERKLE_CHUNK) {
			struct slice piece = slice_cut(p->bytes, at,
			    at + MERKLE_CHUNK);
			struct digest leaf = merkle_leaf(piece);

			merkledoc_chunk(&d, &leaf, piece.len);
		}
		json_set(a, &o, "chunks", json_uint(a, d.tree.size - first));
		json_set(a, &o, "digest", digest_value(a, &p->digest));
		json_set(a, &o, "firstChunk", json_uint(a, first));
		json_set_z(a, &o, "role", merkledoc_role_name[i]);
		json_set(a, &o, "size", json_uint(a, p->bytes.len));
		json_push(a, &d.parts, o);
	}
	return merkledoc_end(&d);
}
