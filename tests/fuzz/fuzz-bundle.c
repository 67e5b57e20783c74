/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No document crashes the reader, what is shown is canonical JSON, and
 * nothing is accepted where nothing is trusted.
 */
#include <stdint.h>
#include <stdlib.h>

#include "bundlecheck.h"
#include "bundlemake.h"
#include "canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status
no_digest(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	(void)ctx;
	crypt_digest(hash, SLICE("an artifact\n"), out);
	return e != NULL ? ERR_OK : ERR_NO;
}

static enum status
no_bytes(void *ctx, struct slice *bytes, struct err *e)
{
	(void)ctx;
	*bytes = SLICE("");
	return err_no(e, "none");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bundle_artifact artifact = { no_digest, no_bytes,
	    NULL };
	static const struct trustroot nothing;
	struct bundle_policy policy = { .root = &nothing,
	    .identity = SLICE("x"), .issuer = SLICE("x"),
	    .artifact = &artifact };
	struct bundle_result result;
	struct bundle b;
	struct json doc, shown, again;
	struct arena a = { 0 };
	struct err e = { 0 };

	if (json_parse((struct slice){ (const char *)data, size },
	    &bundle_limits, &a, &doc, NULL) == ERR_OK) {
		(void)bundle_convert(&doc, NULL, &a, &shown, &e);
		if (bundle_read(&doc, &a, &b, &e) == ERR_OK) {
			shown = bundle_show(&b, &a);
			if (json_parse(canon_text(&a, &shown), &json_own, &a,
			    &again, NULL) != ERR_OK)
				abort();
			if (bundle_check(&b, &policy, &a, &result, &e) ==
			    ERR_OK)
				abort();
			if (json_parse(canon_text(&a, &result.report),
			    &json_own, &a, &again, NULL) != ERR_OK)
				abort();
		}
	}
	arena_free(&a);
	return 0;
}
