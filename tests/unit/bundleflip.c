/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte of an accepted bundle, flipped one at a time: what is then
 * still accepted must mean the same.  Offsets are taken in strides, so that
 * "make check" stays short; FLIP_STRIDE=1 takes them all.  The log lists the
 * offsets that were accepted, and why they may be.
 */
#include <stdlib.h>
#include <string.h>

#include "bundlecheck.h"
#include "canon.h"
#include "io.h"
#include "tap.h"

static const char identity[] =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-"
    "oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml"
    "@refs/heads/main";
static const char issuer[] = "https://token.actions.githubusercontent.com";
static const char *base;

/*
 * Where a change may be accepted, and why.  Everything else that differs
 * from the bundle as it was must make verification fail.  A member that is
 * renamed is one that is not there.
 */
#define MATERIAL ".verificationMaterial"
#define ENTRY MATERIAL ".tlogEntries.0"
#define TOKENS MATERIAL ".timestampVerificationData"

static const struct {
	const char *path, *why;
} free_paths[] = {
	/* Unauthenticated hints, which only have to fit if they are there. */
	{ ".messageSignature.messageDigest",
	    "the hint is gone; the artifact decides" },
	{ ".dsseEnvelope.signatures.0.keyid", "a hint; the key decides" },
	{ ENTRY ".inclusionProof.logIndex",
	    "gone, which is 0: the first leaf of a log" },
	{ ENTRY ".inclusionProof.hashes",
	    "gone, and it was empty: the only leaf of a log" },
	{ ENTRY ".inclusionProof",
	    "gone; in version 0.1 the promise is enough" },
	{ ENTRY ".inclusionPromise",
	    "gone; a timestamp, the proof and its checkpoint suffice" },
	{ ENTRY ".inclusionPromise.signedEntryTimestamp",
	    "gone; a timestamp, the proof and its checkpoint suffice" },
	{ ENTRY ".integratedTime",
	    "no promise signs it; verified times decide" },
	{ ENTRY ".logIndex", "no promise signs a shard's global index" },
	/* Of a checkpoint only the log's own signature counts; the test sees
	 * to it that what the log signed is as it was. */
	{ ENTRY ".inclusionProof.checkpoint.envelope",
	    "a witness's line, which no root knows" },
	{ TOKENS ".rfc3161Timestamps.0.signedTimestamp",
	    "not under the token's signature: certificates, status" },
	{ TOKENS, "gone; the log's promise is another proof of time" },
	{ TOKENS ".rfc3161Timestamps",
	    "gone; the log's promise is another proof of time" },
	{ NULL, NULL }
};

static enum status
digest_of(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	(void)e;
	crypt_digest(hash, *(struct slice *)ctx, out);
	return ERR_OK;
}

static enum status
whole_of(void *ctx, struct slice *bytes, struct err *e)
{
	(void)e;
	*bytes = *(struct slice *)ctx;
	return ERR_OK;
}

/* The path of the first difference below a and b; members that are not known
 * and were not there are no difference. */
static bool
differ(const struct json *a, const struct json *b, struct buf *path)
{
	size_t mark = path->len;

	if (a->type == JSON_OBJECT && b->type == JSON_OBJECT) {
		JSON_MEMBERS(m, a) {
			struct slice key = { m->key, m->key_len };
			const struct json *other = json_get_slice(b, key);

			buf_byte(path, '.');
			buf_slice(path, key);
			if (other == NULL || differ(&m->value, other, path))
				return true;
			path->len = mark;
		}
		return false;
	}
	if (a->type == JSON_ARRAY && b->type == JSON_ARRAY &&
	    a->len == b->len) {
		for (uint32_t i = 0; i < a->len; i++) {
			buf_printf(path, ".%u", i);
			if (differ(&a->u.item[i], &b->u.item[i], path))
				return true;
			path->len = mark;
		}
		return false;
	}
	return !json_equal(a, b);
}

/* Why a change there may be accepted, or NULL. */
static const char *
why_free(struct slice path)
{
	for (size_t i = 0; free_paths[i].path != NULL; i++)
		if (slice_is(path, free_paths[i].path))
			return free_paths[i].why;
	return NULL;
}

/* Runs of accepted offsets with one reason, told as they end. */
struct run {
	size_t first, last, count, stride;
	const char *why;
};

static void
end_run(struct run *r, const char *name)
{
	if (r->count > 0)
		printf("# %s: %zu to %zu (%zu): %s\n", name, r->first,
		    r->last, r->count, r->why);
	r->count = 0;
}

static void
add_to_run(struct run *r, const char *name, size_t offset, const char *why)
{
	if (r->count > 0 && (r->why != why ||
	    r->last + r->stride != offset))
		end_run(r, name);
	if (r->count++ == 0)
		r->first = offset;
	r->last = offset;
	r->why = why;
}

/* What the log signed in the first entry's checkpoint. */
static struct slice
checkpoint_text(const struct json *doc, struct arena *a)
{
	const struct json *entries = json_get(json_get(doc,
	    "verificationMaterial"), "tlogEntries");
	struct checkpoint c;

	if (checkpoint_read(json_get_text(json_get(json_get(entries->u.item,
	    "inclusionProof"), "checkpoint"), "envelope"), a, &c, NULL) !=
	    ERR_OK)
		return SLICE("");
	return c.text;
}

/* The same signer, times, log and payload. */
static bool
means_same(const struct bundle_result *x, const struct bundle_result *y)
{
	return key_equal(&x->signer, &y->signer) &&
	    slice_eq(x->identity, y->identity) &&
	    slice_eq(x->issuer, y->issuer) && x->logged == y->logged &&
	    x->time_count >= y->time_count && y->time_count > 0 &&
	    x->times[0] == y->times[0] && slice_eq(x->payload, y->payload) &&
	    slice_eq(x->type, y->type);
}

static bool
verify(struct slice text, const struct bundle_policy *policy,
    struct arena *a, struct json *doc, struct bundle_result *result)
{
	struct bundle b;

	return json_parse(text, &bundle_limits, a, doc, NULL) == ERR_OK &&
	    bundle_read(doc, a, &b, NULL) == ERR_OK &&
	    bundle_check(&b, policy, a, result, NULL) == ERR_OK;
}

static void
slurp(const char *path, struct buf *b)
{
	struct err e;
	char name[4096];

	snprintf(name, sizeof(name), "%s/%s", base, path);
	if (io_slurp(name, b, 1 << 24, &e) != ERR_OK) {
		printf("Bail out! %s: %s\n", name, e.text);
		exit(1);
	}
}

/* The reason why the changed document may be accepted; NULL, and what in
 * *path, when it may not. */
static const char *
reason(const struct json *original, const struct bundle_result *want,
    const struct json *doc, const struct bundle_result *got, struct arena *a,
    struct buf *path)
{
	struct slice before = checkpoint_text(original, a);
	struct slice after = checkpoint_text(doc, a);

	path->len = 0;
	if (!means_same(want, got)) {
		buf_text(path, "its meaning");
		return NULL;
	}
	if (after.len > 0 && !slice_eq(before, after)) {
		buf_text(path, "the checkpoint's text");
		return NULL;
	}
	if (!differ(original, doc, path))
		return "the same document, or a member more that is ignored";
	return why_free(buf_get(path));
}

static void
flip_all(const char *name, const struct bundle_policy *policy,
    struct buf *text, size_t stride)
{
	static const char masks[] = { 1, 2, 0x20 };
	struct bundle_result want, got;
	struct arena kept = { 0 }, a = { 0 };
	struct json original, doc;
	struct run accepted = { .stride = stride };
	struct buf path = { 0 };
	struct buf copy = { 0 };
	size_t count = 0, tried = 0;
	bool good;

	buf_slice(&copy, buf_get(text));
	good = verify(buf_get(&copy), policy, &kept, &original, &want);
	ok(good, "%s is accepted as it is", name);
	for (size_t i = 0; good && i < text->len; i += stride) {
		char mask = masks[(i / stride) % sizeof(masks)];
		const char *why;

		text->data[i] ^= mask;
		tried++;
		arena_reset(&a);
		if (verify(buf_get(text), policy, &a, &doc, &got)) {
			why = reason(&original, &want, &doc, &got, &a, &path);
			good = why != NULL;
			if (good)
				add_to_run(&accepted, name, i, why);
			else
				printf("# %s: offset %zu: %.*s changed\n",
				    name, i, (int)path.len, path.data);
			count++;
		}
		text->data[i] ^= mask;
	}
	end_run(&accepted, name);
	ok(good, "%s: %zu bytes flipped, %zu accepted, each where it may be",
	    name, tried, count);
	arena_free(&a);
	arena_free(&kept);
	buf_free(&path);
	buf_free(&copy);
}

/* Cells of a line of cases.tsv. */
static size_t
split(char *line, char *cell[8])
{
	size_t n = 0;

	for (char *p = strtok(line, "\t\n"); p != NULL && n < 8;
	    p = strtok(NULL, "\t\n"))
		cell[n++] = p;
	return n;
}

static void
run_case(char *const cell[8], size_t stride)
{
	struct buf bundle = { 0 }, root = { 0 }, artifact = { 0 };
	struct trustroot trust = { 0 };
	struct arena a = { 0 };
	struct json doc;
	struct slice bytes;
	struct bundle_artifact as = { digest_of, whole_of, &bytes };
	struct bundle_policy policy = {
		.root = &trust, .identity = slice_of(identity),
		.issuer = slice_of(issuer), .artifact = &as
	};

	slurp(cell[2], &bundle);
	slurp(cell[3], &artifact);
	slurp(cell[4], &root);
	bytes = buf_get(&artifact);
	if (json_parse(buf_get(&root), &json_foreign, &a, &doc, NULL) ==
	    ERR_OK && trustroot_add(&trust, &doc, &a, NULL) == ERR_OK)
		flip_all(cell[0], &policy, &bundle, stride);
	else
		ok(false, "%s: the trusted root is read", cell[0]);
	arena_free(&a);
	buf_free(&bundle);
	buf_free(&root);
	buf_free(&artifact);
}

int
main(void)
{
	const char *shared = getenv("SHARED"), *step = getenv("FLIP_STRIDE");
	size_t stride = step != NULL ? (size_t)strtoul(step, NULL, 10) : 61;
	char path[4096], line[8192], *cell[8];
	FILE *f;

	snprintf(path, sizeof(path), "%s/vectors/sigstore",
	    shared != NULL ? shared : "");
	base = path;
	snprintf(line, sizeof(line), "%s/cases.tsv", path);
	f = fopen(line, "r");
	if (f == NULL || stride == 0) {
		skip("no ../shared test data here");
		return done();
	}
	while (fgets(line, sizeof(line), f) != NULL)
		if (split(line, cell) == 8 && strcmp(cell[1], "pass") == 0 &&
		    strcmp(cell[5], "-") == 0)
			run_case(cell, stride);
	fclose(f);
	return done();
}
