/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "canon.h"
#include "lattice.h"
#include "shape.h"
#include "statement.h"
#include "timefmt.h"
#include "verdict.h"

static const struct shape policy_shape[] = {
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "version", SHAPE_STRING | SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "digest", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape subject_shape[] = {
	{ "key", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "version", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "purl", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape source_shape[] = {
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "score", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "p", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "c", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "r", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "strength", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "freshness", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "match", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "setAside", SHAPE_STRING, NULL },
	{ "signer", SHAPE_STRING, NULL },
	{ "origin", SHAPE_STRING, NULL },
	{ "class", SHAPE_STRING, NULL },
	{ "author", SHAPE_STRING, NULL },
	{ "justification", SHAPE_STRING, NULL },
	{ "nativeJustification", SHAPE_STRING, NULL },
	{ "impact", SHAPE_STRING, NULL },
	{ "action", SHAPE_STRING, NULL },
	{ "timestamp", SHAPE_STRING, NULL },
	{ "updated", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape claim_shape[] = {
	{ "component", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "score", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "conflict", SHAPE_BOOL | SHAPE_NEEDED, NULL },
	{ "winner", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "severity", SHAPE_STRING, NULL },
	{ "undecided", SHAPE_BOOL, NULL },
	{ "excluded", SHAPE_STRING, NULL },
	{ "new", SHAPE_BOOL, NULL },
	{ "fix", SHAPE_ARRAY, NULL },
	{ "sources", SHAPE_ARRAY | SHAPE_NEEDED, source_shape },
	SHAPE_END
};

static const struct shape gate_shape[] = {
	{ "gate", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "result", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "id", SHAPE_STRING, NULL },
	{ "limit", SHAPE_STRING | SHAPE_INT, NULL },
	{ "actual", SHAPE_STRING | SHAPE_INT, NULL },
	{ "from", SHAPE_STRING, NULL },
	{ "until", SHAPE_STRING, NULL },
	{ "note", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape violation_shape[] = {
	{ "gate", SHAPE_STRING, NULL },
	{ "rule", SHAPE_STRING, NULL },
	{ "effect", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "message", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "id", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape nearest_shape[] = {
	{ "component", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "differs", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape unmatched_shape[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "product", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "justification", SHAPE_STRING, NULL },
	{ "nearest", SHAPE_OBJECT, nearest_shape },
	SHAPE_END
};

static const struct shape unknown_shape[] = {
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "id", SHAPE_STRING, NULL },
	{ "detail", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape check_shape[] = {
	{ "environment", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "config", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "configHash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "actualCounts", SHAPE_OBJECT | SHAPE_NEEDED, NULL },
	{ "result", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "violations", SHAPE_ANY | SHAPE_NEEDED, NULL },
	{ "waived", SHAPE_ANY | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape statuses_shape[] = {
	{ "affected", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "fixed", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "not_affected", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "under_investigation", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape counts_shape[] = {
	{ "components", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "findings", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "statements", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "claims", SHAPE_OBJECT | SHAPE_NEEDED, statuses_shape },
	{ "undecided", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "conflicts", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "suppressed", SHAPE_INT, NULL },
	{ "ignored", SHAPE_INT, NULL },
	{ "unmatched", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "unknowns", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "newFindings", SHAPE_INT, NULL },
	SHAPE_END
};

static const struct shape breakdown_shape[] = {
	{ "policyFreshness", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "reachability", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "sbomCompleteness", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "signerTrust", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "vexCoverage", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape trust_shape[] = {
	{ "score", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "breakdown", SHAPE_OBJECT | SHAPE_NEEDED, breakdown_shape },
	SHAPE_END
};

static const struct shape verdict_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "verdictId", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "environment", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "subject", SHAPE_OBJECT | SHAPE_NEEDED, subject_shape },
	{ "evidence", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "sbom", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "feeds", SHAPE_MAP | SHAPE_STRING, NULL },
	{ "policy", SHAPE_OBJECT | SHAPE_NEEDED, policy_shape },
	{ "claims", SHAPE_ARRAY | SHAPE_NEEDED, claim_shape },
	{ "gates", SHAPE_ARRAY | SHAPE_NEEDED, gate_shape },
	{ "violations", SHAPE_ARRAY | SHAPE_NEEDED, violation_shape },
	{ "unmatched", SHAPE_ARRAY | SHAPE_NEEDED, unmatched_shape },
	{ "unknowns", SHAPE_ARRAY | SHAPE_NEEDED, unknown_shape },
	{ "budgetCheck", SHAPE_OBJECT, check_shape },
	{ "counts", SHAPE_OBJECT | SHAPE_NEEDED, counts_shape },
	{ "trust", SHAPE_OBJECT | SHAPE_NEEDED, trust_shape },
	{ "at", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

/* --- reading -------------------------------------------------------------- */

struct digest
verdict_id(struct arena *a, const struct json *doc)
{
	struct json o = json_object();

	if (doc->type != JSON_OBJECT)
		return digest_json(doc);
	/* The members in their order: each is appended. */
	JSON_MEMBERS(m, doc) {
		struct slice key = { m->key, m->key_len };

		if (!slice_is(key, "verdictId") && !slice_is(key, "at"))
			json_set_slice(a, &o, key, m->value);
	}
	return digest_json(&o);
}

enum status
verdict_read(struct arena *a, const struct json *doc, struct verdict *v,
    struct err *e)
{
	enum status rc = shape_check(doc, verdict_shape, VERDICT_KIND, e);
	struct digest id;

	*v = (struct verdict){ 0 };
	if (rc != ERR_OK)
		return rc;
	v->status = json_get_text(doc, "status");
	v->environment = json_get_text(doc, "environment");
	v->subject = json_get(doc, "subject");
	v->policy = json_get(doc, "policy");
	if (!slice_is(v->status, "pass") && !slice_is(v->status, "warn") &&
	    !slice_is(v->status, "fail"))
		return err_input(e, json_get(doc, "status")->offset,
		    "'status' is none of pass, warn and fail");
	if (digest_member(json_get(doc, "verdictId"), "verdictId", &v->id,
	    e) != ERR_OK ||
	    digest_member(json_get(doc, "evidence"), "evidence",
	    &v->evidence, e) != ERR_OK ||
	    digest_member(json_get(doc, "sbom"), "sbom", &v->sbom, e) !=
	    ERR_OK ||
	    digest_member(json_get(v->policy, "digest"), "digest",
	    &v->policy_digest, e) != ERR_OK ||
	    shape_time(json_get(doc, "at"), "at", &v->at, e) != ERR_OK)
		return ERR_INPUT;
	(void)json_int64(json_get(json_get(doc, "trust"), "score"),
	    &v->trust);
	if (v->trust < 0 || v->trust > LATTICE_ONE)
		return err_input(e, json_get(doc, "trust")->offset,
		    "the trust score is not between 0 and %d", LATTICE_ONE);
	id = verdict_id(a, doc);
	if (!digest_equal(&id, &v->id))
		return err_no(e, "verdictId is not the digest of the verdict, "
		    "which is %s", digest_text(a, &id));
	return ERR_OK;
}

/* --- statements ----------------------------------------------------------- */

struct json
verdict_subject(struct arena *a, const struct verdict *v)
{
	struct json list = json_array();
	struct slice name = json_get_text(v->subject, "purl");
	struct digest d = v->sbom;

	if (name.data == NULL)
		name = json_get_text(v->subject, "key");
	if (!digest_read(json_get_text(v->subject, "digest"), &d)) {
		d = v->sbom;
		name = json_get_text(v->subject, "key");
	}
	json_push(a, &list, statement_resource(a, name, &d));
	return list;
}

struct json
verdict_statement(struct arena *a, const struct json *doc,
    const struct verdict *v)
{
	return statement_write(a, verdict_subject(a, v),
	    slice_of(VERDICT_PREDICATE), *doc);
}

struct ruling {
	struct slice id;
	enum lattice_status status;
};

static int
by_id(const void *left, const void *right)
{
	const struct ruling *a = left, *b = right;
	int d = json_key_cmp(a->id, b->id);

	return d != 0 ? d : (int)a->status - (int)b->status;
}

/* For each vulnerability the most cautious winner over components. */
static struct json
verdicts(struct arena *a, const struct json *claims)
{
	struct ruling *all = arena_array(a, claims->len + 1, sizeof(*all));
	struct json o = json_object();
	size_t n = 0;

	JSON_EACH(c, claims) {
		all[n].id = json_get_text(c, "id");
		if (lattice_status(json_get_text(c, "status"),
		    &all[n].status))
			n++;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_id);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !slice_eq(all[i].id, all[i - 1].id))
			json_set_slice(a, &o, all[i].id, json_z(
			    lattice_status_name[all[i].status]));
	return o;
}

static void
copy_as(struct arena *a, struct json *to, const char *as,
    const struct json *from, const char *name)
{
	json_set_opt(a, to, as, json_get(from, name));
}

struct json
verdict_provcache(struct arena *a, const struct json *doc,
    const struct json *decision, const struct json *inputs)
{
	const struct json *in = json_get(inputs, "inputs");
	struct json o = json_object(), d = json_object(), i = json_object();

	JSON_MEMBERS(m, decision) {
		struct slice key = { m->key, m->key_len };

		if (!slice_is(key, "kind") && !slice_is(key, "veriKey"))
			json_set_slice(a, &d, key, m->value);
	}
	copy_as(a, &i, "feedEpochs", in, "feeds");
	copy_as(a, &i, "policyDigest", in, "policy");
	copy_as(a, &i, "sbomDigest", in, "sbom");
	copy_as(a, &i, "signers", in, "signers");
	copy_as(a, &i, "sourceDigest", in, "source");
	copy_as(a, &i, "vexDigests", in, "vex");
	copy_as(a, &i, "window", in, "window");
	json_set(a, &o, "decision", d);
	json_set(a, &o, "inputs", i);
	json_set(a, &o, "verdicts", verdicts(a, json_get(doc, "claims")));
	copy_as(a, &o, "veriKey", inputs, "veriKey");
	return o;
}

struct json
verdict_provcache_statement(struct arena *a, const struct json *doc,
    const struct verdict *v, const struct json *decision,
    const struct json *inputs)
{
	return statement_write(a, verdict_subject(a, v),
	    slice_of(PROVCACHE_PREDICATE), verdict_provcache(a, doc,
	    decision, inputs));
}
