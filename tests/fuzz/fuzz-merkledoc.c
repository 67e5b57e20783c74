/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs and trees: whatever is read is checked without a fault; a tree that
 * is read is written as the same document, but for its peaks.
 */
#include <stdint.h>
#include <stdlib.h>

#include "canon.h"
#include "merkledoc.h"
#include "proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct proof p;
	struct merkledoc_tree t;
	struct merkledoc d;
	struct json doc, again;
	struct err e;

	if (size > 1 << 16 || json_parse((struct slice){ (const char *)data,
	    size }, &json_foreign, &a, &doc, &e) != ERR_OK) {
		arena_free(&a);
		return 0;
	}
	if (proof_read(&doc, &a, &p, &e) == ERR_OK)
		(void)proof_check(&p, &e);
	if (merkledoc_read(&doc, &a, &t, &e) == ERR_OK) {
		merkledoc_begin(&d, &a, t.chunk_size, false);
		(void)merkledoc_resume(&d, &t, &e);
		if (t.chunk != NULL && t.size > 0) {
			json_unset(&a, &doc, "peaks");
			again = merkledoc_write(&a, &t);
			if (!slice_eq(canon_text(&a, &doc),
			    canon_text(&a, &again)))
				abort();
		}
	}
	arena_free(&a);
	return 0;
}
