/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No document crashes the reader, what is shown is canonical JSON, nothing is
 * accepted where nothing is trusted, and with the root of golden/bundles
 * (below $SRCDIR) only what its signer signed, logged and at a proven time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundlecheck.h"
#include "bundlemake.h"
#include "canon.h"
#include "io.h"

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

/* The root that the corpus was made for; empty when it is not there. */
static const struct trustroot *
golden(void)
{
	static struct trustroot root;
	static struct arena a;
	static bool tried;
	const char *top = getenv("SRCDIR");
	struct buf text = { 0 };
	struct json doc;
	char path[4096];

	if (tried)
		return &root;
	tried = true;
	snprintf(path, sizeof(path), "%s/golden/bundles/root",
	    top != NULL ? top : ".");
	if (io_slurp(path, &text, TRUSTROOT_SIZE_MAX, NULL) == ERR_OK &&
	    json_parse(arena_slice(&a, buf_get(&text)), &json_foreign, &a,
	    &doc, NULL) == ERR_OK)
		(void)trustroot_add(&root, &doc, &a, NULL);
	buf_free(&text);
	return &root;
}

static void
check(const struct bundle *b, const struct trustroot *root, struct arena *a)
{
	static const struct bundle_artifact artifact = { no_digest, no_bytes,
	    NULL };
	struct bundle_policy policy = { .root = root,
	    .identity = SLICE("signer@example.com"),
	    .issuer = SLICE("https://issuer.example.com"),
	    .artifact = &artifact };
	struct bundle_result result;
	struct json again;
	struct err e = { 0 };

	if (bundle_check(b, &policy, a, &result, &e) == ERR_OK &&
	    (root->ca_count == 0 || !result.logged ||
	    result.time_count == 0 ||
	    !slice_eq(result.identity, policy.identity)))
		abort();
	if (json_parse(canon_text(a, &result.report), &json_own, a, &again,
	    NULL) != ERR_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trustroot nothing;
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
			check(&b, &nothing, &a);
			check(&b, golden(), &a);
		}
	}
	arena_free(&a);
	return 0;
}
