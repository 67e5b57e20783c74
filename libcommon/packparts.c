/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "dsse.h"
#include "packparts.h"

/* Canonical bytes as they come: as long as they are the text's own, only
 * how far they go is noted. */
struct sink {
	struct slice text;	/* from the document's first byte on */
	size_t same;		/* bytes so far, if copy is empty */
	bool differs;
	struct buf copy;
};

static enum status
take(void *ctx, struct slice piece, struct err *e)
{
	struct sink *s = ctx;

	(void)e;
	if (!s->differs && piece.len <= s->text.len - s->same &&
	    memcmp(s->text.data + s->same, piece.data, piece.len) == 0) {
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
    struct err *e)
{
	struct json_stream s = { .window = text.data, .len = text.len,
	    .eof = true };
	struct sink sink = { .same = 0 };
	size_t space = 0;
	bool got;
	enum status rc;

	while (space < text.len && strchr(" \t\r\n", text.data[space]) != NULL
	    && text.data[space] != '\0')
		space++;
	sink.text = slice_cut(text, space, text.len);
	rc = canon_stream(&s, &json_own, take, &sink, &got, e);
	if (rc == ERR_OK) {
		*out = sink.differs ? arena_slice(a, buf_get(&sink.copy)) :
		    slice_cut(sink.text, 0, sink.same);
		/* One document, and nothing behind it. */
		rc = canon_stream(&s, &json_own, take, &sink, &got, e);
		if (rc == ERR_OK && got)
			rc = err_input(e, s.start, "a second document");
	}
	buf_free(&sink.copy);
	return rc;
}

enum status
packparts_raw(struct slice text, const struct digest *want,
    struct slice *out, struct err *e)
{
	struct digest digest = digest_bytes(text);

	*out = text;
	if (digest_equal(&digest, want))
		return ERR_OK;
	return err_no(e, "not what the decision took: the digest differs");
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
	struct slice inner;
	enum status rc = canonical(a, text, out, e);

	if (rc != ERR_OK)
		return rc;
	rc = packparts_raw(*out, want, out, e);
	if (rc == ERR_OK || !slice_starts(*out, begin) ||
	    !payload(a, *out, &inner))
		return rc;
	rc = canonical(a, inner, out, e);
	return rc == ERR_OK ? packparts_raw(*out, want, out, e) : rc;
}
