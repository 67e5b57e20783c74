/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive that is accepted is the only one of its entries: made again
 * from names, sizes and bytes it is the same.  And the pieces it comes in
 * change nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ustar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
remake(struct buf *out, const struct ustar *r, enum ustar_event event,
    struct slice piece)
{
	static const char zeros[USTAR_BLOCK];
	uint8_t block[USTAR_BLOCK];
	const char *why;

	switch (event) {
	case USTAR_ENTRY:
		must(ustar_name(slice_of(r->name), &why), "the name is good");
		ustar_header(slice_of(r->name), r->size, block);
		buf_add(out, block, sizeof(block));
		break;
	case USTAR_DATA:
		buf_slice(out, piece);
		break;
	case USTAR_END:
		buf_add(out, zeros, ustar_padding(r->size));
		break;
	default:
		break;
	}
}

static enum status
read_in_steps(struct slice tar, size_t step, struct buf *again,
    struct err *e)
{
	struct ustar r;

	ustar_init(&r);
	for (size_t at = 0; at < tar.len; at += step) {
		struct slice in = slice_cut(tar, at, at + step), piece;
		enum ustar_event event;

		do {
			enum status rc = ustar_next(&r, &in, &event, &piece,
			    e);

			if (rc != ERR_OK)
				return rc;
			remake(again, &r, event, piece);
		} while (event != USTAR_MORE);
	}
	return ustar_finish(&r, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = { 1, 511, 4096 };
	struct slice tar = { (const char *)data, size };
	struct buf again = { 0 };
	struct err first, e;
	enum status rc = read_in_steps(tar, size + 1, &again, &first);

	if (rc == ERR_OK) {
		while (again.len < size)
			buf_byte(&again, '\0');
		must(slice_eq(buf_get(&again), tar), "made again it is the "
		    "same");
		must(size % USTAR_RECORD == 0, "whole records");
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_reset(&again);
		must(read_in_steps(tar, steps[i], &again, &e) == rc,
		    "the steps decide nothing");
		must(rc == ERR_OK || (e.offset == first.offset &&
		    strcmp(e.text, first.text) == 0), "nor what is said");
	}
	buf_free(&again);
	return 0;
}
