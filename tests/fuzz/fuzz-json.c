/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree reader and the streaming canonicaliser, held or not, must agree on
 * every input: the same bytes, or the same refusal, however it comes in.  What
 * they write must read back as the same value and be written the same again.
 * A sieve takes and leaves together what is there without one.
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

/* The same, held and handed on twice. */
static enum status
hold(struct json_stream *s, struct buf *out, struct err *e)
{
	struct canon_held *held;
	struct err unused;
	enum status rc;

	while ((rc = canon_hold(s, &limits, &held, e)) == ERR_OK &&
	    held != NULL) {
		size_t first = out->len, second;

		must(canon_held_pieces(held, to_buf, out, &unused) == ERR_OK,
		    "what is held is handed on");
		second = out->len;
		must(canon_held_pieces(held, to_buf, out, &unused) == ERR_OK &&
		    slice_eq(slice_cut(buf_get(out), first, second),
		    slice_cut(buf_get(out), second, out->len)),
		    "the same again");
		out->len = second;
		buf_byte(out, '\n');
		canon_held_free(held);
	}
	must(held == NULL, "nothing is held at the end");
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

/* A number of the value's canonical bytes. */
static void
add_bytes(void *ctx, struct slice piece)
{
	uint64_t *n = ctx;

	for (size_t i = 0; i < piece.len; i++)
		*n = (*n ^ (unsigned char)piece.data[i]) * 0x100000001b3u;
}

static uint64_t
number_of(const struct json *v)
{
	uint64_t n = 0xcbf29ce484222325u;

	canon_pieces(v, add_bytes, &n);
	return n;
}

/* All that is offered is wanted, whatever came before it. */
static bool
wants_all(void *ctx, const struct json *object, struct slice key)
{
	(void)ctx;
	(void)number_of(object);
	must(key.len == 0 || key.data != NULL, "a key is there");
	return true;
}

/* In whatever order they come.  What they hold outlives the call. */
static void
take_some(void *ctx, const struct json *element, size_t count,
    struct arena *a)
{
	struct arena kept = *a;

	*a = (struct arena){ NULL, NULL, NULL };
	for (size_t i = 0; i < count; i++)
		*(uint64_t *)ctx += number_of(element + i);
	arena_free(&kept);
}

/* Does to a tree what a sieve does that wants all it is offered. */
static void
sift(struct json *v, unsigned depth, bool is_member, uint64_t *sum)
{
	if (depth > 2)
		return;
	if (v->type == JSON_ARRAY && is_member) {
		for (; v->len > 1; v->len--)
			*sum += number_of(v->u.item + v->len - 1);
		return;
	}
	for (uint32_t i = 0; i < json_count(v); i++)
		if (v->type == JSON_ARRAY)
			sift(v->u.item + i, depth + 1, false, sum);
		else
			sift(&v->u.member[i].value, depth + 1, true, sum);
}

/* What a sieve takes and what it leaves are the document. */
static void
check_sieve(struct slice text, struct json_stream *s)
{
	struct arena a = { 0 };
	uint64_t taken = 0, sum = 0;
	const struct json_sieve sieve = { wants_all, take_some, &taken };
	struct json_stream whole = { .window = text.data, .len = text.len,
	    .eof = true };
	struct json v, left;
	struct err e;
	bool got;

	s->sieve = &sieve;
	if (json_next(&whole, &limits, &a, &v, &got, &e) == ERR_OK && got) {
		sift(&v, 0, false, &sum);
		must(json_next(s, &limits, &a, &left, &got, &e) == ERR_OK &&
		    got, "what is read can be read with a sieve");
		must(json_equal(&v, &left), "a sieve leaves what it should");
		must(taken == sum, "a sieve takes what it should");
	} else {
		must(json_next(s, &limits, &a, &left, &got, &e) ==
		    ERR_INPUT, "what is refused is refused with a sieve");
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
	rc = hold(feed_open(&f, text, 1 + size % 17), &out, &e);
	compare(rc, &out, &e, want_rc, &want, &want_e);
	feed_close(&f);

	buf_reset(&out);
	rc = tree(feed_open(&f, text, 1 + size % 23), &out, &e);
	compare(rc, &out, &e, want_rc, &want, &want_e);
	feed_close(&f);

	check_sieve(text, feed_open(&f, text, 1 + size % 29));
	feed_close(&f);

	buf_free(&want);
	buf_free(&out);
	return 0;
}
