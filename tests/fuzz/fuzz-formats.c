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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document_options options = { NULL, NULL, NULL, NULL, 0 };
	struct evidence_subject subject = { NULL, NULL };
	struct arena a = { NULL, NULL, NULL };
	struct buf out = { NULL, 0, 0 };
	struct evidence *ev = evidence_open();
	struct document d;
	struct json doc;
	struct err e;

	if (json_parse((struct slice){ (const char *)data, size },
	    &json_foreign, &a, &doc, &e) == ERR_OK &&
	    document_recognise(&doc, &options, &a, &d, &e) == ERR_OK &&
	    evidence_add(ev, &d, &e) == ERR_OK &&
	    evidence_add(ev, &d, &e) == ERR_OK &&
	    evidence_write(ev, &subject, put, &out, &e) == ERR_OK) {
		if (json_parse(buf_get(&out), &json_own, &a, &doc, &e) !=
		    ERR_OK || evidence_check(&doc, &e) != ERR_OK)
			abort();
	}
	evidence_close(ev);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
