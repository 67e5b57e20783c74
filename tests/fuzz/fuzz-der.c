/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever the reader of DER takes has one encoding: writing the contents
 * again gives the same bytes.  One level at a time, as callers do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
contents(uint8_t tag, struct slice body)
{
	struct slice bytes;
	struct buf b = { 0 };
	unsigned unused;
	uint64_t n;
	struct instant at;
	bool flag;

	(void)der_boolean(body, &flag);
	(void)der_bits(body, &bytes, &unused);
	(void)der_time(tag, body, true, &at);
	if (der_is_oid(body))
		der_oid_text(&b, body);
	buf_reset(&b);
	if (der_uint64(body, &n)) {
		der_put_uint64(&b, n);
		if (!slice_eq(slice_cut(buf_get(&b), 2, b.len), body))
			abort();
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct der d = der_of((struct slice){ (const char *)data, size });
	struct slice body, whole;
	struct buf b = { 0 };
	uint8_t tag;

	while (der_any(&d, &tag, &body, &whole)) {
		buf_reset(&b);
		der_put(&b, tag, body);
		if (!slice_eq(buf_get(&b), whole))
			abort();
		contents(tag, body);
		/* Into what is constructed; the rest was seen to be skipped. */
		if ((tag & 0x20) != 0 && body.len > 0)
			d = der_of(body);
	}
	buf_free(&b);
	return 0;
}
