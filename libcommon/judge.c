/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "decision.h"
#include "epoch.h"
#include "judge.h"
#include "timefmt.h"
#include "verdict.h"

void
judge_begin(struct judge *j, struct arena *a, const struct request *r)
{
	struct claims_input in = {
		.evidence = &r->evidence, .policy = &r->policy,
		.keyring = r->has_keyring ? &r->keyring : NULL,
		.at = r->verikey.window
	};

	*j = (struct judge){ .arena = a, .request = r };
	claims_make(&j->claims, a, &in);
	gates_begin(&j->gates, a, &j->claims, &r->policy, in.at);
	j->claims_json = json_array();
	json_room(a, &j->claims_json, (uint32_t)j->claims.count + 1);
	for (size_t i = 0; i < j->claims.count; i++)
		json_push(a, &j->claims_json, claims_json(a, &j->claims,
		    &j->claims.claim[i], j->gates.excluded[i]));
	canon_sort(a, &j->claims_json);
}

struct json
judge_input(struct judge *j)
{
	const struct json *diff = json_get(&j->request->evidence, "diff");
	struct json o = json_object(), evidence = json_object();

	JSON_MEMBERS(m, &j->request->evidence) {
		struct slice key = { m->key, m->key_len };

		if (!slice_is(key, "diff"))
			json_set_slice(j->arena, &evidence, key, m->value);
	}
	json_set(j->arena, &o, "claims", j->claims_json);
	json_set(j->arena, &o, "diff", diff != NULL ? *diff : json_null());
	json_set(j->arena, &o, "evidence", evidence);
	return o;
}

void
judge_close(struct judge *j)
{
	gates_close(&j->gates);
	claims_close(&j->claims);
}

/* --- counts --------------------------------------------------------------- */

struct counts {
	size_t by_status[LATTICE_STATUSES];
	size_t undecided, fresh, findings, cleared, proven;
	size_t answered;		/* findings a statement speaks of */
	int64_t provenance;		/* sum of P of winning statements */
	size_t statements;		/* claims won by a statement */
};

static struct counts
count(const struct claims *all)
{
	struct counts n = { .undecided = 0 };

	for (size_t i = 0; i < all->count; i++) {
		const struct claim *c = &all->claim[i];
		const struct lattice_claim *won = claims_winner(c);

		n.by_status[won->status]++;
		n.findings += c->finding != NULL;
		n.undecided += c->undecided;
		n.answered += c->finding != NULL && !c->undecided;
		n.fresh += c->is_new;
		if (!c->undecided) {
			n.statements++;
			n.provenance += won->p;
		}
		if (c->finding != NULL &&
		    won->status == LATTICE_NOT_AFFECTED) {
			n.cleared++;
			n.proven += claims_voice(all, won)->proof;
		}
	}
	return n;
}

static void
set_count(struct arena *a, struct json *o, const char *name, size_t n)
{
	json_set(a, o, name, json_uint(a, n));
}

static struct json
counts_json(struct judge *j, const struct counts *n, size_t unknowns)
{
	const struct json *evidence = &j->request->evidence;
	struct arena *a = j->arena;
	struct json o = json_object(), by = json_object();

	for (int i = 0; i < LATTICE_STATUSES; i++)
		set_count(a, &by, lattice_status_name[i], n->by_status[i]);
	json_set(a, &o, "claims", by);
	set_count(a, &o, "components", json_count(json_get(evidence,
	    "components")));
	set_count(a, &o, "conflicts", j->claims.conflicts);
	set_count(a, &o, "findings", n->findings);
	if (j->gates.ignored > 0)
		set_count(a, &o, "ignored", j->gates.ignored);
	if (json_get(evidence, "diff") != NULL)
		set_count(a, &o, "newFindings", n->fresh);
	set_count(a, &o, "statements", json_count(json_get(evidence, "vex")));
	if (j->gates.suppressed > 0)
		set_count(a, &o, "suppressed", j->gates.suppressed);
	set_count(a, &o, "undecided", n->undecided);
	set_count(a, &o, "unknowns", unknowns);
	set_count(a, &o, "unmatched", j->claims.unmatched.len);
	return o;
}

/* --- trust (prov-decide(1), TRUST SCORE) ---------------------------------- */

/* part of whole in basis points; nothing of nothing is all. */
static int64_t
share(size_t part, size_t whole)
{
	return whole == 0 ? LATTICE_ONE :
	    (int64_t)(part * LATTICE_ONE / whole);
}

/* Of each component: a purl, a version, a dependency entry. */
static int64_t
completeness(const struct json *evidence)
{
	const struct json *components = json_get(evidence, "components");
	size_t n = json_count(components), have = 0, entries;

	if (n == 0)
		return 0;
	JSON_EACH(v, components) {
		have += json_get(v, "purl") != NULL;
		have += json_get_text(v, "version").len > 0;
	}
	entries = json_count(json_get(evidence, "dependencies"));
	return share(have + (entries < n ? entries : n), 3 * n);
}

/* Freshness of the oldest feed; the floor where one has no time. */
static int64_t
feed_freshness(const struct request *r)
{
	const struct json *feeds = r->verikey.feeds;
	const struct lattice_rules *rules = &r->policy.rules;
	int64_t least = LATTICE_ONE, sec;

	if (json_count(feeds) == 0)
		return rules->floor;
	JSON_MEMBERS(m, feeds) {
		int64_t f = rules->floor;

		if (epoch_instant(json_text(&m->value), &sec)) {
			int64_t age = r->verikey.window - sec;

			f = lattice_freshness(age > 0 ? age / TIMEFMT_DAY : 0,
			    rules->half_life, rules->floor);
		}
		if (f < least)
			least = f;
	}
	return least;
}

static struct json
trust_json(struct judge *j, const struct counts *n)
{
	const struct json *evidence = &j->request->evidence;
	struct arena *a = j->arena;
	struct json o = json_object(), by = json_object();
	const struct {
		const char *name;
		int64_t points;
	} part[] = {
		{ "policyFreshness", feed_freshness(j->request) },
		{ "reachability", share(n->proven, n->cleared) },
		{ "sbomCompleteness", completeness(evidence) },
		{ "signerTrust", n->statements == 0 ? LATTICE_ONE :
		    n->provenance / (int64_t)n->statements },
		{ "vexCoverage", share(n->answered, n->findings) }
	};
	const size_t parts = sizeof(part) / sizeof(part[0]);
	int64_t sum = 0;

	for (size_t i = 0; i < parts; i++) {
		json_set(a, &by, part[i].name, json_int(a, part[i].points));
		sum += part[i].points;
	}
	json_set(a, &o, "breakdown", by);
	json_set(a, &o, "score", json_int(a, sum / (int64_t)parts));
	return o;
}

/* --- the verdict ---------------------------------------------------------- */

static struct json
unknowns_json(struct judge *j)
{
	const struct json *own = json_get(&j->request->evidence, "unknowns");
	struct json all = json_array();

	if (own != NULL)
		JSON_EACH(v, own)
			json_push(j->arena, &all, *v);
	JSON_EACH(v, &j->claims.unknowns)
		json_push(j->arena, &all, *v);
	canon_sort(j->arena, &all);
	return all;
}

static struct json
policy_json(struct arena *a, const struct request *r)
{
	struct json o = json_object();

	json_set(a, &o, "digest", digest_value(a, &r->context.policy));
	json_set(a, &o, "name", json_string(r->policy.name));
	json_set_opt(a, &o, "version", r->policy.version);
	return o;
}

enum status
judge_end(struct judge *j, const struct json *rules, struct json *verdict,
    struct err *e)
{
	const struct request *r = j->request;
	struct counts n = count(&j->claims);
	struct json o = json_object(), check, unknowns = unknowns_json(j);
	struct budget_facts facts;
	struct arena *a = j->arena;
	struct digest id;

	json_set(a, &o, "claims", j->claims_json);
	json_set(a, &o, "counts", counts_json(j, &n, unknowns.len));
	json_set(a, &o, "environment", json_string(r->environment));
	json_set(a, &o, "evidence", digest_value(a, &r->verikey.source));
	if (json_count(r->verikey.feeds) > 0)
		json_set_opt(a, &o, "feeds", r->verikey.feeds);
	json_set_z(a, &o, "kind", VERDICT_KIND);
	json_set(a, &o, "policy", policy_json(a, r));
	json_set(a, &o, "sbom", digest_value(a, &r->verikey.sbom));
	json_set_opt(a, &o, "subject", json_get(&r->evidence, "subject"));
	json_set(a, &o, "trust", trust_json(j, &n));
	json_set(a, &o, "unknowns", unknowns);
	canon_sort(a, &j->claims.unmatched);
	json_set(a, &o, "unmatched", j->claims.unmatched);

	gates_judge(&j->gates);
	if (rules != NULL) {
		if (gates_check_rules(rules, e) != ERR_OK)
			return ERR_INPUT;
		gates_rules(&j->gates, rules);
	}
	if (r->has_budget) {
		budget_facts(&o, &facts);
		if (budget_check(a, &r->budget, &facts, r->verikey.window,
		    &check, e) != ERR_OK)
			return ERR_INPUT;
		gates_budget(&j->gates, &check);
		json_set(a, &o, "budgetCheck", check);
	}
	json_set_z(a, &o, "status", gates_end(&j->gates));
	json_set(a, &o, "gates", j->gates.list);
	json_set(a, &o, "violations", j->gates.violations);
	id = digest_json(&o);
	json_set_z(a, &o, "at", timefmt_text(a, r->verikey.window));
	json_set(a, &o, "verdictId", digest_value(a, &id));
	*verdict = o;
	return ERR_OK;
}

struct json
judge_decision(struct arena *a, const struct request *r,
    const struct json *verdict, const struct digest *proof_root)
{
	struct decision d = {
		.verikey = r->key, .proof_root = *proof_root,
		.feeds = r->verikey.feeds, .rules = 1,
		.created_at = r->verikey.window,
		.expires_at = r->verikey.window + r->policy.ttl
	};
	int64_t trust = 0;

	if (d.expires_at > TIMEFMT_LAST)
		d.expires_at = TIMEFMT_LAST;
	(void)digest_read(json_get_text(verdict, "verdictId"), &d.verdict);
	(void)json_int64(json_get(json_get(verdict, "trust"), "score"),
	    &trust);
	d.trust_score = decision_trust(trust);
	d.rule[0] = r->context.policy;
	if (r->context.has_policy_jq)
		d.rule[d.rules++] = r->context.policy_jq;
	return decision_json(a, &d);
}
