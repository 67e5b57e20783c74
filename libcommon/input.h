/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input - operands (layer 4).
 *
 * "-" is standard input.  Every byte is read once, in large reads.  What a
 * function here cannot do it has said on standard error, under the operand's
 * name, before it returns the status.
 */
#ifndef INPUT_H
#define INPUT_H

#include "json.h"

struct aside;
struct canon_held;

struct input {
	const char *name;	/* for messages: the operand, or <stdin> */
	int fd;
	struct json_limits limits;
	struct json_stream stream;
	char *window;		/* reserved address space; only what was
				 * touched takes memory */
	size_t reserved;
	bool large;		/* there was much to read */
	/* A thread that reads the next bytes behind those that are there. */
	struct input_ahead {
		struct aside *aside;	/* NULL: nothing is read ahead */
		uint64_t ticket;
		bool pending;		/* it was asked for some */
		size_t got;
		enum status rc;
		struct err e;
	} ahead;
	/* Sees every byte once, as it is read (to hash the file). */
	void (*tap)(void *ctx, struct slice bytes);
	void *tap_ctx;
};

/* Opens an operand (NULL or "-": standard input, at most once a process). */
enum status input_open(struct input *in, const char *operand,
    const struct json_limits *limits);
/* What is read stays where it is, behind each other; so a large regular file
 * can be read ahead. */
void input_keep(struct input *in);
/* The next document; *got is false at the end.  See json_next. */
enum status input_next(struct input *in, struct arena *a, struct json *doc,
    bool *got);
/* The same, but leaves it to the caller to say what is wrong, under
 * in->name. */
enum status input_read(struct input *in, struct arena *a, struct json *doc,
    bool *got, struct err *e);
/* The next document's canonical bytes, without a tree: see canon_stream. */
enum status input_canon(struct input *in,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, bool *got);
/* The same, held; *held is NULL at the end: see canon_hold. */
enum status input_hold(struct input *in, struct canon_held **held);
/* Says e under this input's name, with its offset moved from the document to
 * the stream (and the record's number where there are several). */
enum status input_fault(const struct input *in, const struct err *e);
/* The next piece of raw bytes, up to IO_READ_SIZE; len 0 at the end. */
enum status input_chunk(struct input *in, struct slice *piece);
/* All bytes at once, at most limits.max_size. */
enum status input_all(struct input *in, struct slice *bytes);
void input_close(struct input *in);

/* The one document of a file that an option names; bytes stay until the
 * arena is released. */
enum status input_document(const char *path, const struct json_limits *limits,
    struct arena *a, struct json *doc);
/* All bytes of a file, in the arena. */
enum status input_file(const char *path, uint64_t max, struct arena *a,
    struct slice *bytes);

#endif
