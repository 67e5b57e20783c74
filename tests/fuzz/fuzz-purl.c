/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What parses is canonical after one round: its text reads back strictly in
 * the same way, its key too.  What strict reading takes, lenient reading
 * takes to the same text.  CPE names and CVSS vectors go the same way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpe.h"
#include "cvss.h"
#include "purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
round_trip(struct slice input, enum purl_mode mode, struct arena *a)
{
	struct purl p, q;
	struct slice text, key;
	struct err e;

	if (purl_parse(input, mode, a, &p, &e) != ERR_OK)
		return;
	text = purl_text(a, &p);
	must(purl_parse(text, mode, a, &q, &e) == ERR_OK, "text reads back");
	must(slice_eq(purl_text(a, &q), text), "text is canonical");
	must(purl_match(&p, &q) != PURL_MATCH_NO, "a purl matches itself");
	key = purl_key(a, &p);
	must(purl_parse(key, PURL_LENIENT, a, &q, &e) == ERR_OK,
	    "key reads back");
	must(slice_eq(purl_key(a, &q), key), "key is its own key");
	must(slice_eq(purl_key_version(a, key), p.version),
	    "the key's version");
	must(purl_key_version(a, purl_key_unversioned(a, key)).data == NULL,
	    "no version is left");
	if (mode == PURL_STRICT) {
		must(purl_parse(input, PURL_LENIENT, a, &q, &e) == ERR_OK,
		    "lenient reads what strict reads");
		must(slice_eq(purl_text(a, &q), text), "in the same way");
	}
}

/* What is said to be canonical as it stands is. */
static void
plain(struct slice input, struct arena *a)
{
	struct purl_plain plain;
	struct slice name;
	struct purl p;
	struct err e;

	if (!purl_plain(input, &plain))
		return;
	must(purl_parse(input, PURL_STRICT, a, &p, &e) == ERR_OK,
	    "a plain purl is one");
	must(slice_eq(purl_text(a, &p), input), "a plain purl is canonical");
	must(slice_eq(purl_key(a, &p), input), "a plain purl is its key");
	name = slice_cut(input, plain.name, plain.name_end);
	must(slice_eq(p.name, name), "a plain purl's name");
	must(slice_eq(p.version, slice_cut(input, plain.name_end + 1,
	    SIZE_MAX)), "a plain purl's version");
	must(plain.scoped == slice_starts(p.namespace, "@"),
	    "a plain purl's scope");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = { (const char *)data, size };
	struct arena a = { 0 };
	struct cpe c, d;
	struct cvss score;
	struct slice text;
	struct err e;

	plain(input, &a);
	round_trip(input, PURL_STRICT, &a);
	round_trip(input, PURL_LENIENT, &a);
	if (cpe_parse(input, &a, &c, &e) == ERR_OK) {
		text = cpe_text(&a, &c);
		must(cpe_parse(text, &a, &d, &e) == ERR_OK,
		    "a CPE reads back");
		must(slice_eq(cpe_text(&a, &d), text), "a CPE is canonical");
		must(cpe_match(&c, &d) == CPE_EQUAL, "a CPE equals itself");
	}
	if (cvss_parse(input, &score, &e) == ERR_OK)
		must(score.score >= 0 && score.score <= 1000 &&
		    score.score % 10 == 0, "a score is in its range");
	arena_free(&a);
	return 0;
}
