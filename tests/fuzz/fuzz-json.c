/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree reader and the streaming canonicaliser must agree on every input:
 * the same bytes, or the same refusal, however the input comes in.  What they
 * write must read back as the same value and be written the same again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/feed.h"
#include "canon.h"
#include "canonstream.h"
#include "members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits limits = {
	.max_size = 1 << 16,
	.max_depth = 40,
	.lossy = true
};

static void
must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static enum status
to_buf(void *ctx, struct slice piece, struct err *e)
{
	(void)e;
	buf_slice(ctx, piece);
	return ERR_OK;
}

static void
check_again(struct arena *a, const struct json *v, struct slice text)
{
	struct buf out = { 0 };
	struct json again, copy;
	struct err e;

	must(json_parse(text, &limits, a, &again, &e) == ERR_OK,
	    "what was written can be read");
	canon_write(&out, &again);
	must(slice_eq(text, buf_get(&out)), "written again it is the same");
	buf_reset(&out);
	copy = json_copy(a, v);
	must(json_equal(&copy, v), "a copy is equal");
	canon_write(&out, &copy);
	must(slice_eq(text, buf_get(&out)), "a copy is written the same");
	buf_free(&out);
}

/* All documents of an input through canon_stream; LF behind each. */
static enum status
stream(struct json_stream *s, struct buf *out, struct err *e)
{
	bool got = true;
	enum status rc = ERR_OK;

	while (rc == ERR_OK && got) {
		size_t mark = out->len;

		rc = canon_stream(s, &limits, to_buf, out, &got, e);
		if (rc == ERR_OK && got)
			buf_byte(out, '\n');
		else
			out->len = mark;
	}
	return rc;
}

static enum status
tree(struct json_stream *s, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	bool got = true;
	enum status rc = ERR_OK;

	while (rc == ERR_OK && got) {
		struct json v;
		size_t mark = out->len;

		rc = json_next(s, &limits, &a, &v, &got, e);
		if (rc != ERR_OK || !got)
			break;
		canon_write(out, &v);
		check_again(&a, &v, (struct slice){ out->data + mark,
		    out->len - mark });
		buf_byte(out, '\n');
	}
	arena_free(&a);
	return rc;
}

static void
compare(enum status rc, const struct buf *out, const struct err *e,
    enum status want_rc, const struct buf *want, const struct err *want_e)
{
	must(rc == want_rc, "the same status");
	must(slice_eq(buf_get(out), buf_get(want)), "the same bytes");
	if (rc != ERR_OK)
		must(strcmp(e->text, want_e->text) == 0 &&
		    e->offset == want_e->offset, "the same message");
}

/* What is said to be canonical as it stands is what would be written. */
static void
check_members(struct slice text)
{
	struct arena a = { 0 };
	struct members m;
	struct json v;
	struct err e;

	if (members_read(text, &a, &m)) {
		must(json_parse(text, &json_own, &a, &v, &e) == ERR_OK,
		    "what is canonical can be read");
		must(slice_eq(canon_text(&a, &v), m.text),
		    "what is canonical is written so");
	} else if (json_parse(text, &json_own, &a, &v, &e) == ERR_OK &&
	    v.type == JSON_OBJECT && v.len <= MEMBERS_MAX) {
		must(members_read(canon_text(&a, &v), &a, &m) &&
		    m.count == v.len, "what is written is canonical");
	}
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct json_stream whole = { .window = text.data, .len = size,
	    .eof = true };
	struct buf want = { 0 }, out = { 0 };
	struct err want_e, e;
	enum status want_rc, rc;
	struct feed f;

	if (size > limits.max_size / 2)
		return 0;
	check_members(text);
	want_rc = tree(&whole, &want, &want_e);

	whole = (struct json_stream){ .window = text.data, .len = size,
	    .eof = true };
	rc = stream(&whole, &out, &e);
	compare(rc, &out, &e, want_rc, &want, &want_e);

	buf_reset(&out);
	rc = stream(feed_open(&f, text, 1 + size % 19), &out, &e);
	compare(rc, &out, &e, want_rc, &want, &want_e);
	feed_close(&f);

	buf_reset(&out);
	rc = tree(feed_open(&f, text, 1 + size % 23), &out, &e);
	compare(rc, &out, &e, want_rc, &want, &want_e);
	feed_close(&f);

	buf_free(&want);
	buf_free(&out);
	return 0;
}
