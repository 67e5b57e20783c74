/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What key ids may and may not do: they decide nothing, and without them an
 * envelope costs no more than DSSE_TRIALS_MAX says, whatever the keyring.
 */
#include <stdlib.h>
#include <string.h>

#include "dsse.h"
#include "sign.h"
#include "tap.h"

enum {
	KEYS = 300,		/* with 64 signatures above the limit */
	RING = 4096
};

static struct arena arena;
static struct key keys[RING];
static struct private *last;	/* of keys[KEYS - 1] */

static void
make_keys(void)
{
	struct crypt_public public;
	struct err e;

	for (size_t i = 0; i < KEYS; i++) {
		struct private *k;

		if (private_generate(CRYPT_ED25519, 0, &k, &e) != ERR_OK ||
		    private_public(k, &arena, &public, &e) != ERR_OK ||
		    key_of(&public, &arena, &keys[i], &e) != ERR_OK)
			abort();
		if (i == KEYS - 1)
			last = k;
		else
			private_close(k);
	}
}

/* An envelope of count signatures, the last key's at place at and the others
 * by nobody. */
static struct dsse
envelope(size_t count, size_t at, struct slice keyid)
{
	struct dsse d = { .type = SLICE("t"), .payload = SLICE("payload") };
	struct dsse_signature good, *list;
	struct err e;

	if (sign_envelope(&d, &arena, last, &e) != ERR_OK)
		abort();
	good = d.signatures[0];
	good.keyid = keyid;
	list = arena_array(&arena, count, sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		char *bytes = arena_dup(&arena, good.sig);

		bytes[63] = 0;
		bytes[5] ^= (char)(i + 1);
		list[i].keyid = (struct slice){ NULL, 0 };
		list[i].sig = (struct slice){ bytes, 64 };
	}
	list[at] = good;
	d.signatures = list;
	d.count = count;
	return d;
}

static enum status
verify(const struct dsse *d, size_t count, struct dsse_result *result)
{
	const struct dsse_check check = { .keys = keys, .count = count,
	    .threshold = 1 };
	struct err e;

	return dsse_verify(d, &check, result, &e);
}

static size_t
verdicts(const struct dsse *d, const struct dsse_result *r,
    enum dsse_verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += r[i].verdict == v;
	return n;
}

static void
limits(void)
{
	struct dsse_result r[DSSE_SIGNATURES_MAX];
	struct slice id = slice_of(digest_text(&arena, &keys[KEYS - 1].id));
	struct slice none = { NULL, 0 };
	struct dsse d = envelope(64, 63, id);

	ok(verify(&d, KEYS, NULL) == ERR_OK,
	    "a good hint behind 63 signatures by nobody");
	ok(verify(&d, KEYS, r) == ERR_OK && r[63].verdict == DSSE_GOOD &&
	    r[63].key == KEYS - 1 && verdicts(&d, r, DSSE_BAD) == 27 &&
	    verdicts(&d, r, DSSE_UNTRIED) == 36,
	    "what is beyond the limit is said not to have been tried");
	d = envelope(64, 63, none);
	ok(verify(&d, KEYS, NULL) == ERR_INPUT,
	    "the same without a hint is above the limit");
	d = envelope(64, 0, none);
	ok(verify(&d, KEYS, NULL) == ERR_OK,
	    "the same without a hint, but the first");
	d = envelope(10, 9, none);
	ok(verify(&d, KEYS, r) == ERR_OK && r[9].verdict == DSSE_GOOD &&
	    verdicts(&d, r, DSSE_BAD) == 9, "within the limit all are tried");
}

static void
hints(void)
{
	struct dsse_result r[DSSE_SIGNATURES_MAX];
	const struct key *k = &keys[KEYS - 1];
	const char *text = digest_text(&arena, &k->id);
	struct slice hint[] = { slice_of(text), slice_of(text + 7),
	    key_hint(&arena, k),
	    slice_of(digest_text(&arena, &keys[0].id)),
	    key_hint(&arena, &keys[1]), SLICE("somebody else"),
	    SLICE("") };
	struct dsse d;
	size_t good = 0, pointed = 0;

	for (size_t i = 0; i < sizeof(hint) / sizeof(hint[0]); i++) {
		d = envelope(1, 0, hint[i]);
		good += verify(&d, KEYS, r) == ERR_OK &&
		    r[0].key == KEYS - 1;
	}
	ok(good == 7, "right, wrong and no key ids: the same answer");
	/* Beyond the limit nothing else helps. */
	for (size_t i = 0; i < 3; i++) {
		d = envelope(64, 63, hint[i]);
		pointed += verify(&d, KEYS, NULL) == ERR_OK;
	}
	ok(pointed == 3, "an id in hexadecimal, bare or not, and in base64");
	d = envelope(2, 1, hint[0]);
	d.signatures[0] = d.signatures[1];
	d.signatures[0].keyid = hint[6];
	ok(verify(&d, KEYS, r) == ERR_OK && r[0].verdict == DSSE_GOOD &&
	    r[1].verdict == DSSE_REPEATED,
	    "verdicts are in the envelope's order, not that of the search");
}

/* Copies of a key are one key; other types are not even tried. */
static void
forms(void)
{
	struct dsse_result r[DSSE_SIGNATURES_MAX];
	struct dsse d = envelope(64, 63, (struct slice){ NULL, 0 });
	struct key best = keys[KEYS - 1];
	struct dsse_check check = { .keys = keys, .count = RING,
	    .threshold = 2 };
	struct err e;

	for (size_t i = 0; i < RING; i++)
		keys[i] = best;
	ok(verify(&d, RING, r) == ERR_OK && r[63].key == 0 &&
	    verdicts(&d, r, DSSE_BAD) == 63,
	    "a key that stands %d times is tried once", RING);
	ok(dsse_verify(&d, &check, r, &e) == ERR_INPUT,
	    "and is one for the threshold");
	for (size_t i = 0; i < 64; i++)
		d.signatures[i].sig.len = 63;
	ok(verify(&d, RING, r) == ERR_NO && verdicts(&d, r, DSSE_BAD) == 64,
	    "a signature of a length that the key cannot make");
}

int
main(void)
{
	make_keys();
	limits();
	hints();
	forms();
	private_close(last);
	arena_free(&arena);
	return done();
}
