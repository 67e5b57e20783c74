/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyrings: what is read is written in a form that reads again and is
 * written the same; a key can be revoked once.
 */
#include <stdint.h>
#include <stdlib.h>

#include "canon.h"
#include "keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
keyring(const struct json *doc, struct arena *a)
{
	struct keyring k, again;
	struct json out, event;
	struct slice text;
	struct digest *ids;
	struct err e;

	if (keyring_read(doc, a, &k, &e) != ERR_OK)
		return;
	out = keyring_write(a, &k);
	text = canon_text(a, &out);
	if (json_parse(text, &json_own, a, &out, &e) != ERR_OK ||
	    keyring_read(&out, a, &again, &e) != ERR_OK)
		abort();
	out = keyring_write(a, &again);
	if (!slice_eq(text, canon_text(a, &out)))
		abort();
	if (keyring_signers(&k, 0, a, &ids) > k.count)
		abort();
	if (k.count > 0 && keyring_end(&again, a, &k.keys[0].id, true,
	    SLICE("fuzz"), 1000, &event, &e) == ERR_OK &&
	    (keyring_trusts(keyring_find(&again, &k.keys[0].id), KEYRING_ANY,
	    1000) || keyring_end(&again, a, &k.keys[0].id, true,
	    SLICE("fuzz"), 1000, &event, &e) == ERR_OK))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct json doc;
	struct err e;

	if (size <= 1 << 16 && json_parse((struct slice){ (const char *)data,
	    size }, &json_own, &a, &doc, &e) == ERR_OK)
		keyring(&doc, &a);
	arena_free(&a);
	return 0;
}
