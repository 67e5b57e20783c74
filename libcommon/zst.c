/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <zstd.h>

#include "zst.h"

enum {
	OUT_SIZE = 1024 * 1024
};

struct zst_writer {
	ZSTD_CCtx *context;
	enum status (*sink)(void *, struct slice, struct err *);
	void *ctx;
	char out[OUT_SIZE];
};

struct zst_reader {
	ZSTD_DCtx *context;
	uint64_t in;
	uint64_t made;
	bool done;		/* the frame is complete */
	bool full;		/* the last call filled out: more may come */
	char out[OUT_SIZE];
};

bool
zst_is_frame(struct slice head)
{
	return slice_starts(head, "\x28\xb5\x2f\xfd");
}

struct zst_writer *
zst_writer_open(enum status (*sink)(void *ctx, struct slice bytes,
    struct err *e), void *ctx)
{
	struct zst_writer *w = mem_alloc(sizeof(*w));

	w->sink = sink;
	w->ctx = ctx;
	w->context = ZSTD_createCCtx();
	if (w->context == NULL ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->context,
	    ZSTD_c_compressionLevel, ZST_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->context,
	    ZSTD_c_checksumFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->context,
	    ZSTD_c_windowLog, 21))) {
		zst_writer_close(w);
		return NULL;
	}
	return w;
}

static enum status
compress(struct zst_writer *w, struct slice bytes, ZSTD_EndDirective end,
    struct err *e)
{
	ZSTD_inBuffer in = { bytes.data, bytes.len, 0 };
	size_t rest;
	enum status rc;

	do {
		ZSTD_outBuffer out = { w->out, OUT_SIZE, 0 };

		rest = ZSTD_compressStream2(w->context, &out, &in, end);
		if (ZSTD_isError(rest)) {
			errno = EIO;
			return err_system(e, "cannot compress: %s",
			    ZSTD_getErrorName(rest));
		}
		rc = out.pos == 0 ? ERR_OK : w->sink(w->ctx,
		    (struct slice){ w->out, out.pos }, e);
		if (rc != ERR_OK)
			return rc;
	} while (end == ZSTD_e_end ? rest != 0 : in.pos < in.size);
	return ERR_OK;
}

enum status
zst_write(struct zst_writer *w, struct slice bytes, struct err *e)
{
	return compress(w, bytes, ZSTD_e_continue, e);
}

enum status
zst_finish(struct zst_writer *w, struct err *e)
{
	return compress(w, (struct slice){ "", 0 }, ZSTD_e_end, e);
}

void
zst_writer_close(struct zst_writer *w)
{
	if (w == NULL)
		return;
	(void)ZSTD_freeCCtx(w->context);
	mem_free(w);
}

struct zst_reader *
zst_reader_open(void)
{
	struct zst_reader *r = mem_alloc(sizeof(*r));

	r->in = r->made = 0;
	r->done = r->full = false;
	r->context = ZSTD_createDCtx();
	if (r->context == NULL ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(r->context,
	    ZSTD_d_windowLogMax, ZST_WINDOW_LOG))) {
		zst_reader_close(r);
		return NULL;
	}
	return r;
}

enum status
zst_read(struct zst_reader *r, struct slice *input, struct slice *out,
    struct err *e)
{
	ZSTD_inBuffer in = { input->data, input->len, 0 };
	ZSTD_outBuffer made = { r->out, OUT_SIZE, 0 };
	size_t hint;

	*out = (struct slice){ r->out, 0 };
	if (input->len == 0 && !r->full)
		return ERR_OK;
	/* A second frame would be zstd's to read on; here it is junk. */
	if (r->done)
		return input->len == 0 ? ERR_OK : err_input(e, r->in,
		    "data after the zstd frame");
	if (r->in == 0 && !zst_is_frame(slice_cut(*input, 0, 4)) &&
	    input->len >= 4)
		return err_input(e, 0, "not a zstd frame");
	hint = ZSTD_decompressStream(r->context, &made, &in);
	if (ZSTD_isError(hint))
		return err_input(e, r->in, "zstd: %s",
		    ZSTD_getErrorName(hint));
	r->in += in.pos;
	r->made += made.pos;
	r->done = hint == 0;
	r->full = made.pos == OUT_SIZE;
	input->data += in.pos;
	input->len -= in.pos;
	if (r->made > ZST_RATIO_START && r->made / ZST_RATIO > r->in)
		return err_input(e, r->in, "zstd: more than %d bytes come of "
		    "each byte", ZST_RATIO);
	out->len = made.pos;
	return ERR_OK;
}

enum status
zst_read_finish(const struct zst_reader *r, struct err *e)
{
	return r->done ? ERR_OK :
	    err_input(e, r->in, "zstd frame ends too early");
}

void
zst_reader_close(struct zst_reader *r)
{
	if (r == NULL)
		return;
	(void)ZSTD_freeDCtx(r->context);
	mem_free(r);
}
