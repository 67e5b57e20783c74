/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate that is read can be asked everything; without its timestamps
 * it is DER again; and no certificate leads to an anchor that is another.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "der.h"
#include "sct.h"
#include "x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509 c, anchor;
	struct x509_path path = { .purpose = x509_code_signing };
	struct sct list[SCT_MAX];
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct slice name;
	enum x509_name_kind kind;
	const struct x509 *issuer;
	struct der d;
	size_t count;

	if (x509_read((struct slice){ (const char *)data, size }, &c, NULL) !=
	    ERR_OK)
		return 0;
	(void)x509_name_text(&a, c.subject);
	(void)x509_subject_name(&c, &count, &kind, &name, NULL);
	(void)bundle_issuer(&c, &name);
	if (sct_list(&c, list, &count, NULL) == ERR_OK && count > 0 &&
	    list[0].known) {
		sct_signed_bytes(&b, &list[0], &c, &c);
		if (!der_only(slice_cut(buf_get(&b), 47, b.len - 2 -
		    list[0].extensions.len), DER_SEQUENCE, &d))
			abort();
	}
	anchor = c;
	anchor.subject = SLICE("");
	path.leaf = &c;
	path.anchor = &anchor;
	path.at.sec = c.not_before;
	if (x509_path(&path, &issuer, NULL) == ERR_OK)
		abort();
	buf_free(&b);
	arena_free(&a);
	return 0;
}
