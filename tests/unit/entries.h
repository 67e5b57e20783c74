/* SPDX-License-Identifier: Apache-2.0 */
/* Entries whose documents fit each other, for tests and benchmarks. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include <stdio.h>
#include <string.h>

#include "canon.h"
#include "decision.h"
#include "entry.h"
#include "verikey.h"

enum {
	NOW = 1700000000,
	LIFE = 3600
};

static struct digest
number(unsigned n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", n);
	return digest_bytes(slice_of(text));
}

/* Different for each n; without evidence when size is 0. */
__attribute__((unused)) static struct entry
make(struct arena *a, unsigned n, unsigned signer, const char *epoch,
    size_t evidence_size)
{
	struct json feeds = json_object(), verdict = json_object(), doc;
	struct digest ids[1] = { number(signer) };
	struct verikey key = { .source = number(n), .sbom = number(n + 1),
		.policy = number(77), .signers = { ids, 1 }, .window = NOW };
	struct decision dec = { .trust_score = 50, .created_at = NOW,
		.expires_at = NOW + LIFE };
	struct entry e = { .foreign = false };
	char *evidence;

	if (evidence_size > 0) {
		evidence = arena_alloc(a, evidence_size);
		memset(evidence, (int)('a' + n % 26), evidence_size);
		e.part[MERKLEDOC_EVIDENCE] = (struct slice){ evidence,
			evidence_size };
		e.part[MERKLEDOC_POLICY] = SLICE("{\"a\":1}");
	}
	json_set_z(a, &feeds, "nvd", epoch);
	key.feeds = &feeds;
	dec.verikey = verikey_make(&key);
	doc = verikey_json(a, &key);
	e.inputs = canon_text(a, &doc);
	json_set_z(a, &verdict, "kind", "prov.verdict/v1");
	json_set(a, &verdict, "n", json_uint(a, n));
	dec.verdict = digest_json(&verdict);
	json_set(a, &verdict, "verdictId", digest_value(a, &dec.verdict));
	e.verdict = canon_text(a, &verdict);
	dec.proof_root = merkledoc_proof_root(a, e.part, NULL);
	doc = decision_json(a, &dec);
	e.decision = canon_text(a, &doc);
	e.verikey = dec.verikey;
	return e;
}

#endif
