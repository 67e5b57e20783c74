/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside.h"
#include "canonstream.h"
#include "input.h"
#include "io.h"
#include "msg.h"

enum {
	READ_FIRST = 64 * 1024,	/* a small input takes one small read */
	SLACK = 4 * IO_READ_SIZE,	/* window beyond the largest document */
	LARGE = 4 * 1024 * 1024,	/* bytes after which there is much */
	SPARE_USED = 1024 * 1024	/* bytes a kept window may have held */
};

static bool stdin_taken;

/* The window of a small input that was closed: the next one takes it, so
 * that a thousand small files do not map and clear a thousand windows. */
static struct {
	char *window;
	size_t reserved;
} spare;

/* The window is larger than what is read will be: no page is asked to be
 * large, nor a pipe to be wide, before there is much to read. */
static void
expect_much(struct input *in, uint64_t size)
{
	if (in->large || size < LARGE)
		return;
#ifdef MADV_HUGEPAGE
	(void)madvise(in->window, in->reserved, MADV_HUGEPAGE);
#endif
#ifdef F_SETPIPE_SZ
	/* Writer and reader take turns less often. */
	(void)fcntl(in->fd, F_SETPIPE_SZ, IO_READ_SIZE);
#endif
	in->large = true;
}

/* Into the memory behind what is there. */
static void
read_piece(void *ctx, const void *behind, size_t size)
{
	struct input *in = ctx;
	struct input_ahead *a = &in->ahead;

	a->rc = io_read(in->fd, (void *)(uintptr_t)behind, size, &a->got,
	    &a->e);
}

static void
begin_ahead(struct input *in)
{
	in->ahead.ticket = aside_give(in->ahead.aside,
	    in->window + in->stream.len, IO_READ_SIZE);
	in->ahead.pending = true;
}

static enum status
end_ahead(struct input *in, size_t *got, struct err *e)
{
	struct input_ahead *a = &in->ahead;

	if (!a->pending)
		begin_ahead(in);
	aside_wait(a->aside, a->ticket);
	a->pending = false;
	*got = a->got;
	if (a->rc != ERR_OK)
		*e = a->e;
	return a->rc;
}

static enum status
more(struct json_stream *s, struct err *e)
{
	struct input *in = s->ctx;
	size_t size = s->len < IO_READ_SIZE ? READ_FIRST : IO_READ_SIZE, got;
	enum status rc;

	if (s->len >= in->reserved - IO_READ_SIZE)
		return err_input(e, s->len,
		    "document larger than the limit of %" PRIu64 " bytes",
		    in->limits.max_size);
	expect_much(in, s->len);
	rc = in->ahead.aside != NULL ? end_ahead(in, &got, e) :
	    io_read(in->fd, in->window + s->len, size, &got, e);
	if (rc != ERR_OK)
		return rc;
	if (in->tap != NULL && got > 0)
		in->tap(in->tap_ctx, (struct slice){ in->window + s->len,
		    got });
	s->len += got;
	s->eof = got == 0;
	if (in->ahead.aside != NULL && !s->eof &&
	    s->len < in->reserved - IO_READ_SIZE)
		begin_ahead(in);
	return ERR_OK;
}

/* Moves what is left to the front once enough is done with that the copy is
 * small beside it. */
static void
discard(struct json_stream *s)
{
	struct input *in = s->ctx;

	if (s->pos < SLACK / 2 && s->pos < s->len)
		return;
	memmove(in->window, in->window + s->pos, s->len - s->pos);
	s->base += s->pos;
	s->len -= s->pos;
	s->pos = 0;
}

enum status
input_open(struct input *in, const char *operand,
    const struct json_limits *limits)
{
	struct err e;

	memset(in, 0, sizeof(*in));
	in->fd = STDIN_FILENO;
	in->limits = *limits;
	in->stream.more = more;
	in->stream.discard = discard;
	in->stream.ctx = in;
	if (operand == NULL || strcmp(operand, "-") == 0) {
		in->name = "<stdin>";
		if (stdin_taken)
			return err_bad(&e, "standard input is named twice"),
			    msg_err(NULL, &e);
		stdin_taken = true;
		return ERR_OK;
	}
	in->name = operand;
	if (io_open_read(operand, &in->fd, &e) != ERR_OK)
		return msg_err(operand, &e);
	return ERR_OK;
}

void
input_keep(struct input *in)
{
	struct stat st;

	in->stream.discard = NULL;
	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size >= LARGE)
		in->ahead.aside = aside_open(read_piece, in);
}

/* The window never moves while a document is read: address space for the
 * largest one is reserved, and only pages that are touched take memory. */
static enum status
reserve(struct input *in, struct err *e)
{
	if (in->window != NULL)
		return ERR_OK;
	in->reserved = (size_t)in->limits.max_size + SLACK;
	if (spare.window != NULL && spare.reserved >= in->reserved) {
		in->window = spare.window;
		in->reserved = spare.reserved;
		spare.window = NULL;
	} else
		in->window = mmap(NULL, in->reserved, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (in->window == MAP_FAILED) {
		in->window = NULL;
		return err_system(e, "cannot reserve memory");
	}
	in->stream.window = in->window;
	return ERR_OK;
}

enum status
input_fault(const struct input *in, const struct err *e)
{
	struct err moved = *e;
	size_t n = strlen(moved.text);

	if (!moved.has_offset)
		return msg_err(in->name, e);
	moved.offset += in->stream.start;
	if (in->stream.count > 0) {
		struct err tail;

		(void)err_bad(&tail, " (record %" PRIu64 ")",
		    in->stream.count);
		if (n + strlen(tail.text) < sizeof(moved.text))
			strcpy(moved.text + n, tail.text);
	}
	return msg_err(in->name, &moved);
}

enum status
input_read(struct input *in, struct arena *a, struct json *doc, bool *got,
    struct err *e)
{
	*got = false;
	if (reserve(in, e) != ERR_OK)
		return ERR_SYSTEM;
	return json_next(&in->stream, &in->limits, a, doc, got, e);
}

enum status
input_next(struct input *in, struct arena *a, struct json *doc, bool *got)
{
	struct err e;
	enum status rc = input_read(in, a, doc, got, &e);

	return rc == ERR_OK ? ERR_OK : msg_err(in->name, &e);
}

enum status
input_canon(struct input *in,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, bool *got)
{
	struct err e;
	enum status rc = reserve(in, &e);

	*got = false;
	if (rc == ERR_OK)
		rc = canon_stream(&in->stream, &in->limits, sink, ctx, got, &e);
	return rc == ERR_OK ? ERR_OK : msg_err(in->name, &e);
}

enum status
input_hold(struct input *in, struct canon_held **held)
{
	struct err e;
	enum status rc = reserve(in, &e);

	*held = NULL;
	if (rc == ERR_OK)
		rc = canon_hold(&in->stream, &in->limits, held, &e);
	return rc == ERR_OK ? ERR_OK : msg_err(in->name, &e);
}

enum status
input_chunk(struct input *in, struct slice *piece)
{
	struct err e;
	size_t got;

	if (reserve(in, &e) != ERR_OK || io_read(in->fd, in->window,
	    IO_READ_SIZE, &got, &e) != ERR_OK)
		return msg_err(in->name, &e);
	*piece = (struct slice){ in->window, got };
	if (in->tap != NULL && got > 0)
		in->tap(in->tap_ctx, *piece);
	return ERR_OK;
}

enum status
input_all(struct input *in, struct slice *bytes)
{
	struct stat st;
	struct err e;

	if (reserve(in, &e) != ERR_OK)
		return msg_err(in->name, &e);
	/* All of a file will be there: its size says so beforehand. */
	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode))
		expect_much(in, (uint64_t)st.st_size);
	while (!in->stream.eof) {
		if (more(&in->stream, &e) != ERR_OK)
			return msg_err(in->name, &e);
		if (in->stream.len > in->limits.max_size) {
			(void)err_bad(&e, "larger than the limit of %" PRIu64
			    " bytes", in->limits.max_size);
			return msg_err(in->name, &e);
		}
	}
	*bytes = (struct slice){ in->window, in->stream.len };
	return ERR_OK;
}

void
input_close(struct input *in)
{
	aside_close(in->ahead.aside);
	in->ahead.aside = NULL;
	if (in->window != NULL && spare.window == NULL &&
	    in->stream.base + in->stream.len <= SPARE_USED) {
		spare.window = in->window;
		spare.reserved = in->reserved;
	} else if (in->window != NULL)
		(void)munmap(in->window, in->reserved);
	if (in->fd > STDERR_FILENO)
		(void)close(in->fd);
	in->window = NULL;
	in->fd = -1;
}

enum status
input_file(const char *path, uint64_t max, struct arena *a,
    struct slice *bytes)
{
	struct json_limits limits = { .max_size = max };
	struct input in;
	struct slice all;
	enum status rc = input_open(&in, path, &limits);

	if (rc != ERR_OK)
		return rc;
	rc = input_all(&in, &all);
	if (rc == ERR_OK)
		*bytes = arena_slice(a, all);
	input_close(&in);
	return rc;
}

enum status
input_document(const char *path, const struct json_limits *limits,
    struct arena *a, struct json *doc)
{
	struct slice bytes;
	struct err e;
	enum status rc = input_file(path, limits->max_size, a, &bytes);

	if (rc != ERR_OK)
		return rc;
	if (json_parse(bytes, limits, a, doc, &e) != ERR_OK)
		return msg_err(strcmp(path, "-") == 0 ? "<stdin>" : path, &e);
	return ERR_OK;
}
