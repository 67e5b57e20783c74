/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ustar - the one tar header this project knows, made and read (layer 1).
 *
 * An archive has many ways to say one thing, and two readers that disagree
 * about it are a way in.  Here there is one way: POSIX ustar, regular files
 * only, mode 0644, owner and time 0, no owner names, names of at most 100
 * bytes out of a small alphabet, zero padding, two zero blocks, padded to
 * 10240.  A header is accepted only if it equals, byte for byte, the one
 * that ustar_header makes of its name and size; tarout writes the same.
 *
 * Reading is a machine that is fed pieces of any length and keeps one block:
 *
 *	ustar_init(&r);
 *	while (there is input) {
 *		while (ustar_next(&r, &input, &event, &data, e) == ERR_OK &&
 *		    event != USTAR_MORE)
 *			use event;
 *	}
 *	ustar_finish(&r, e);
 *
 * The order of entries and which names exist are the caller's affair.
 */
#ifndef USTAR_H
#define USTAR_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

enum {
	USTAR_BLOCK = 512,
	USTAR_RECORD = 10240,	/* an archive is a multiple of this */
	USTAR_NAME_MAX = 100	/* the prefix field is never used */
};

/* Eleven octal digits. */
#define USTAR_SIZE_MAX UINT64_C(8589934591)

/* Bytes of zero padding behind size bytes of data. */
size_t ustar_padding(uint64_t size);
/* True if an entry may be called so: 1 to 100 letters, digits, '.', '_', '-'
 * and '/', no empty, "." or ".." component; *why (may be NULL) says what is
 * wrong with it. */
bool ustar_name(struct slice name, const char **why);
/* Makes the header of a name that ustar_name accepts and a size of at most
 * USTAR_SIZE_MAX. */
void ustar_header(struct slice name, uint64_t size, uint8_t out[USTAR_BLOCK]);

enum ustar_event {
	USTAR_MORE,	/* all of the input is used up */
	USTAR_ENTRY,	/* a header: r->name and r->size are of a new entry */
	USTAR_DATA,	/* a piece of the entry's bytes, borrowed from input */
	USTAR_END	/* the entry is complete (for size 0, right away) */
};

struct ustar {
	uint64_t offset;	/* bytes taken so far */
	char name[USTAR_NAME_MAX + 1];
	size_t name_len;
	uint64_t size;
	/* private */
	int state;
	uint64_t left;		/* bytes of data or padding to come */
	size_t have;		/* bytes of block */
	uint8_t block[USTAR_BLOCK];
};

void ustar_init(struct ustar *r);
/* Takes bytes from the front of *input; ERR_INPUT with the offset of the
 * first byte that is wrong. */
enum status ustar_next(struct ustar *r, struct slice *input,
    enum ustar_event *event, struct slice *data, struct err *e);
/* The input is at its end: ERR_INPUT unless the archive is complete. */
enum status ustar_finish(const struct ustar *r, struct err *e);

#endif
