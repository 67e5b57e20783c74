/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every published Wycheproof vector decides as it should: "valid" verifies,
 * "invalid" and "acceptable" do not.  The files are looked for in
 * $SHARED/vectors/wycheproof.  So do ours of the same form, for the curves
 * and sizes that are not there, and public keys (golden/signatures).
 */
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "io.h"
#include "key.h"
#include "tap.h"

static struct slice
unhex(struct arena *a, struct slice s)
{
	uint8_t *out = arena_alloc(a, s.len / 2 + 1);

	if (!hex_read(out, s.len / 2, s))
		abort();
	return (struct slice){ (char *)out, s.len / 2 };
}

static void
run_test(const struct json *t, const struct key *k, enum crypt_scheme scheme,
    const char *file, size_t count[2], struct arena *a)
{
	bool valid = json_is(json_get(t, "result"), "valid");
	struct slice message = unhex(a, json_get_text(t, "msg"));
	struct slice signature = unhex(a, json_get_text(t, "sig"));
	enum status st;
	struct err e;
	int64_t id = 0;

	st = key_verify_as(k, scheme, key_hash(k), message, signature, &e);
	count[valid]++;
	if (st == (valid ? ERR_OK : ERR_NO))
		return;
	json_int64(json_get(t, "tcId"), &id);
	ok(false, "%s: case %lld, %.*s, gave %d: %s", file, (long long)id,
	    (int)json_get_text(t, "comment").len,
	    json_get_text(t, "comment").data, (int)st,
	    st == ERR_OK ? "verifies" : e.text);
}

static void
run_keys(const struct json *keys, const char *file, struct arena *a)
{
	size_t wrong = 0;

	JSON_EACH(k, keys) {
		bool valid = json_is(json_get(k, "result"), "valid");
		struct slice comment = json_get_text(k, "comment");
		struct key key;
		struct err e;

		if (key_read(unhex(a, json_get_text(k, "der")), &key, &e) ==
		    (valid ? ERR_OK : ERR_INPUT))
			continue;
		wrong++;
		printf("# %s: %.*s\n", file, (int)comment.len, comment.data);
	}
	ok(wrong == 0, "%s: %zu keys", file, json_count(keys));
}

static void
run_file(const char *dir, const char *file)
{
	struct arena a = { 0 };
	struct buf text = { 0 };
	struct json doc;
	size_t count[2] = { 0, 0 };
	enum crypt_scheme scheme;
	struct err e;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (io_slurp(path, &text, 1 << 24, &e) != ERR_OK) {
		skip("no such test data here");
		return;
	}
	if (json_parse(buf_get(&text), &json_foreign, &a, &doc, &e) !=
	    ERR_OK) {
		ok(false, "%s: %s", file, e.text);
		return;
	}
	if (json_get(&doc, "keys") != NULL) {
		run_keys(json_get(&doc, "keys"), file, &a);
		arena_free(&a);
		buf_free(&text);
		return;
	}
	JSON_EACH(group, json_get(&doc, "testGroups")) {
		struct slice der = unhex(&a, json_get_text(group,
		    "publicKeyDer"));
		struct key k;

		if (key_read(der, &k, &e) != ERR_OK) {
			ok(false, "%s: a key: %s", file, e.text);
			continue;
		}
		scheme = json_is(json_get(&doc, "algorithm"), "RSASSA-PSS") ?
		    CRYPT_PSS : key_scheme(&k);
		JSON_EACH(t, json_get(group, "tests"))
			run_test(t, &k, scheme, file, count, &a);
	}
	ok(count[0] > 50 && count[1] > 5, "%s: %zu valid, %zu not", file,
	    count[1], count[0]);
	arena_free(&a);
	buf_free(&text);
}

int
main(void)
{
	const char *shared = getenv("SHARED"), *source = getenv("SRCDIR");
	char dir[2048];

	snprintf(dir, sizeof(dir), "%s/vectors/wycheproof",
	    shared != NULL ? shared : "../shared");
	run_file(dir, "ed25519.json");
	run_file(dir, "ecdsa_secp256r1_sha256.json");
	run_file(dir, "rsa_signature_2048_sha256.json");
	snprintf(dir, sizeof(dir), "%s/golden/signatures",
	    source != NULL ? source : "..");
	run_file(dir, "ecdsa-p256.json");
	run_file(dir, "ecdsa-p384.json");
	run_file(dir, "ecdsa-p521.json");
	run_file(dir, "rsa-pkcs1.json");
	run_file(dir, "rsa-pss.json");
	run_file(dir, "keys.json");
	return done();
}
