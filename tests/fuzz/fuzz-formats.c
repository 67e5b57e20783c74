/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any JSON through detection, its reader and the merge: either it is refused
 * or the evidence is valid JSON that our own strict reader takes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "document.h"
#include "evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put(void *ctx, struct slice piece)
{
	buf_slice(ctx, piece);
}

/* The evidence of the text added so many times, read with a sieve or without;
 * false when it is refused. */
static bool
normalize(struct slice text, bool sieve, int times, struct buf *out)
{
	struct document_options options = { NULL, NULL, NULL, NULL, 0 };
	struct evidence_subject subject = { NULL, NULL };
	struct arena a = { NULL, NULL, NULL };
	struct evidence *ev = evidence_open();
	struct json_stream s = {
		.window = text.data,
		.len = text.len,
		.eof = true,
		.sieve = sieve ? evidence_sieve(ev) : NULL
	};
	struct document d;
	struct json doc;
	struct err e;
	bool got, good;

	good = json_next(&s, &json_foreign, &a, &doc, &got, &e) == ERR_OK &&
	    document_recognise(&doc, &options, &a, &d, &e) == ERR_OK;
	for (int i = 0; good && i < times; i++)
		good = evidence_add(ev, &d, &e) == ERR_OK;
	good = good && evidence_write(ev, &subject, put, out, &e) == ERR_OK;
	evidence_close(ev);
	arena_free(&a);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct arena a = { NULL, NULL, NULL };
	struct buf out = { NULL, 0, 0 }, twice = out, sifted = out;
	struct json doc;
	struct err e;

	if (normalize(text, false, 1, &out) &&
	    (json_parse(buf_get(&out), &json_own, &a, &doc, &e) != ERR_OK ||
	    evidence_check(&doc, &e) != ERR_OK))
		abort();
	/* What a sieve takes is read whole again where it is refused. */
	if (normalize(text, true, 1, &sifted) &&
	    !slice_eq(buf_get(&out), buf_get(&sifted)))
		abort();
	(void)normalize(text, false, 2, &twice);
	buf_free(&out);
	buf_free(&twice);
	buf_free(&sifted);
	arena_free(&a);
	return 0;
}
