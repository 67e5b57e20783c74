/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - results (layer 4).
 *
 * A result goes to standard output, or with -o FILE into a file that appears
 * whole or not at all (see io_file).  Failing to write a result is never
 * exit 0: every function here ends the process with 3 and a message when it
 * cannot do its work.  To hold a result back until it is known to be good,
 * commit only then; what was not committed was not written, as long as it
 * was below OUTPUT_HOLD bytes or went to a file.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "io.h"
#include "json.h"

enum {
	OUTPUT_HOLD = 1024 * 1024	/* bytes kept before the first write
					 * to standard output */
};

struct output {
	struct buf pending;
	uint64_t written;	/* bytes that are not pending any more */
	struct io_file file;
	const char *name;	/* for messages */
	bool to_file;
};

/* path NULL or "-": standard output.  A regular file is replaced; mode 0666
 * less the umask. */
void output_open(struct output *out, const char *path);
void output_bytes(struct output *out, struct slice bytes);
/* The canonical form and one LF. */
void output_json(struct output *out, const struct json *v);
/* Hands what is pending to the kernel: between records of a stream. */
void output_flush(struct output *out);
/* How much there is; takes back what came after so much, where it is still
 * pending. */
uint64_t output_mark(const struct output *out);
void output_take_back(struct output *out, uint64_t mark);
void output_commit(struct output *out);
/* Forgets it all; nothing appears. */
void output_abandon(struct output *out);

/* One document to path and done. */
void output_document(const char *path, const struct json *v);

#endif
