/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zst - one zstd frame around a stream (layer 2).  The only module that
 * includes zstd.h.
 *
 * Reading is bounded against what a hostile frame may ask for: the window is
 * at most ZST_WINDOW_LOG bits, and after every ZST_RATIO_START bytes of
 * output at most ZST_RATIO times the input; one frame, no dictionary, no
 * skippable frames, nothing behind it.
 */
#ifndef ZST_H
#define ZST_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

enum {
	ZST_WINDOW_LOG = 23,		/* 8 MiB: RFC 8878 3.1.1.1.2 */
	ZST_RATIO = 1024,		/* JSON reaches about 100 */
	ZST_RATIO_START = 16 * 1024 * 1024,
	ZST_LEVEL = 3
};

/* True if the bytes begin as a zstd frame does. */
bool zst_is_frame(struct slice head);

struct zst_writer;

struct zst_writer *zst_writer_open(enum status (*sink)(void *ctx,
    struct slice bytes, struct err *e), void *ctx);
enum status zst_write(struct zst_writer *w, struct slice bytes,
    struct err *e);
/* Ends the frame. */
enum status zst_finish(struct zst_writer *w, struct err *e);
void zst_writer_close(struct zst_writer *w);	/* NULL is fine */

struct zst_reader;

struct zst_reader *zst_reader_open(void);
/* Takes bytes from the front of *input and gives what comes of them, valid
 * until the next call; *out is empty when more input is needed. */
enum status zst_read(struct zst_reader *r, struct slice *input,
    struct slice *out, struct err *e);
/* The input is at its end: ERR_INPUT unless the frame is complete. */
enum status zst_read_finish(const struct zst_reader *r, struct err *e);
void zst_reader_close(struct zst_reader *r);	/* NULL is fine */

#endif
