/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - the document a decision ends in (layer 3).
 *
 * prov.verdict/v1; golden/schemas/prov.verdict.v1.schema.json.  verdictId is
 * the digest of the verdict without verdictId and at, so that it stays the
 * same as long as nothing but time has passed without effect.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "digest.h"

#define VERDICT_KIND "prov.verdict/v1"
#define VERDICT_PREDICATE "https://stellaops.dev/predicates/policy-verdict@v1"
#define PROVCACHE_PREDICATE "stella.ops/provcache@v1"

/* What readers of a verdict ask it for; slices borrow from the document. */
struct verdict {
	struct digest id;
	struct slice status;		/* pass, warn, fail */
	struct slice environment;
	struct digest evidence;
	struct digest sbom;
	const struct json *subject;
	const struct json *policy;	/* {name,version,digest} */
	struct digest policy_digest;
	int64_t trust;			/* basis points */
	int64_t at;
};

/* The id of a verdict, which may hold verdictId and at or not. */
struct digest verdict_id(struct arena *a, const struct json *doc);
/*
 * Reads a verdict strictly (ERR_INPUT) and recomputes its id (ERR_NO when
 * it is another).
 */
enum status verdict_read(struct arena *a, const struct json *doc,
    struct verdict *v, struct err *e);
/*
 * The subject of statements about it, as in-toto writes it:
 * [{"name":key or purl,"digest":{"sha256":…}}], the subject's own digest or,
 * where it has none, the sbom digest.
 */
struct json verdict_subject(struct arena *a, const struct verdict *v);

/* --- statements (in-toto Statement v1) ----------------------------------- */

/* https://stellaops.dev/predicates/policy-verdict@v1 over the verdict. */
struct json verdict_statement(struct arena *a, const struct json *doc,
    const struct verdict *v);
/* stella.ops/provcache@v1; the predicate alone, and as a statement.  inputs
 * is a prov.verikey/v1, decision a prov.decision/v1. */
struct json verdict_provcache(struct arena *a, const struct json *doc,
    const struct json *decision, const struct json *inputs);
struct json verdict_provcache_statement(struct arena *a,
    const struct json *doc, const struct verdict *v,
    const struct json *decision, const struct json *inputs);

#endif
