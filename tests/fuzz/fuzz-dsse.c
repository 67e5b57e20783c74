/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes: what is read is written and read again as the same; no key that
 * did not sign verifies it; a payload that is a Statement reads or is refused.
 */
#include <stdint.h>
#include <stdlib.h>

#include "canon.h"
#include "dsse.h"
#include "statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 8032 7.1, test 1 */
static const char spki[] = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
    "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
    "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

static void
same(const struct dsse *a, const struct dsse *b)
{
	if (!slice_eq(a->type, b->type) || !slice_eq(a->payload, b->payload) ||
	    a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (!slice_eq(a->signatures[i].sig, b->signatures[i].sig) ||
		    !slice_eq(a->signatures[i].keyid,
		    b->signatures[i].keyid))
			abort();
}

static void
envelope(const struct json *doc, struct arena *a)
{
	struct dsse_check check = { .count = 1, .threshold = 1 };
	struct dsse d, again;
	struct statement s;
	struct json out, payload;
	struct key k;
	struct err e;

	if (dsse_read(doc, a, &d, &e) != ERR_OK)
		return;
	out = dsse_write(a, &d);
	if (json_parse(canon_text(a, &out), &json_foreign, a, &out, &e) !=
	    ERR_OK || dsse_read(&out, a, &again, &e) != ERR_OK)
		abort();
	same(&d, &again);
	if (key_read((struct slice){ spki, sizeof(spki) - 1 }, &k, &e) !=
	    ERR_OK)
		abort();
	check.keys = &k;
	(void)dsse_verify(&d, &check, NULL, &e);
	if (json_parse(d.payload, &json_foreign, a, &payload, &e) == ERR_OK)
		(void)statement_read(&payload, &s, &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct json doc;
	struct err e;

	if (size <= 1 << 16 && json_parse((struct slice){ (const char *)data,
	    size }, &json_foreign, &a, &doc, &e) == ERR_OK)
		envelope(&doc, &a);
	arena_free(&a);
	return 0;
}
