/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "gates.h"
#include "purl.h"
#include "shape.h"

static const struct shape rule_shape[] = {
	{ "rule", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "effect", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "message", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "id", SHAPE_STRING, NULL },
	SHAPE_END
};

/* --- the lists ------------------------------------------------------------ */

static struct json
entry(struct gates *g, const char *gate, const char *result,
    const char *reason, struct slice component, struct slice id)
{
	struct json o = json_object();

	if (component.data != NULL)
		json_set(g->arena, &o, "component", json_string(component));
	json_set_z(g->arena, &o, "gate", gate);
	if (id.data != NULL)
		json_set(g->arena, &o, "id", json_string(id));
	json_set_z(g->arena, &o, "reason", reason);
	json_set_z(g->arena, &o, "result", result);
	return o;
}

static void
violation(struct gates *g, const char *member, struct slice name, bool warn,
    struct slice message, struct slice component, struct slice id)
{
	struct json o = json_object();

	if (component.data != NULL)
		json_set(g->arena, &o, "component", json_string(component));
	json_set_z(g->arena, &o, "effect", warn ? "warn" : "fail");
	if (id.data != NULL)
		json_set(g->arena, &o, "id", json_string(id));
	json_set(g->arena, &o, "message", json_string(message));
	json_set(g->arena, &o, member, json_string(name));
	json_push(g->arena, &g->violations, o);
	if (warn)
		g->warns = true;
	else
		g->fails = true;
}

/* --- what is let through -------------------------------------------------- */

static bool
ignore_fits(struct gates *g, const struct policy_ignore *i,
    struct slice component)
{
	return i->component.data == NULL || slice_eq(i->component,
	    component) || slice_eq(i->component, purl_key_unversioned(
	    g->arena, component));
}

/* The first ignore of this id that fits and is in force; *expired names one
 * that was.  used is set for each that fits. */
static const struct policy_ignore *
find_ignore(struct gates *g, struct slice id, struct slice component,
    bool *used)
{
	const struct policy_ignore *found = NULL;

	for (const struct match_link *l = match_multi_find(&g->by_ignore, id);
	    l != NULL; l = match_multi_next(&g->by_ignore, l)) {
		const struct policy_ignore *i = &g->policy->ignore[l->value];

		if (!ignore_fits(g, i, component))
			continue;
		used[l->value] = true;
		if (policy_span_holds(&i->span, g->at) &&
		    (found == NULL || i < found))
			found = i;
	}
	return found;
}

static void
ignore_note(struct gates *g, const struct policy_ignore *i,
    const char *reason, struct slice component, struct slice id)
{
	struct json o = entry(g, "ignore", "note", reason, component, id);

	json_set(g->arena, &o, "note", json_string(i->reason));
	if (i->span.until_text.data != NULL)
		json_set(g->arena, &o, "until", json_string(
		    i->span.until_text));
	json_push(g->arena, &g->list, o);
}

static const struct policy_ignore *
claim_ignore(struct gates *g, const struct claim *c, bool *used)
{
	const struct policy_ignore *found = find_ignore(g, c->id,
	    c->component, used);
	const struct json *aliases = json_get(c->finding, "aliases");

	if (aliases != NULL)
		JSON_EACH(alias, aliases) {
			const struct policy_ignore *other = find_ignore(g,
			    json_text(alias), c->component, used);

			if (found == NULL || (other != NULL && other < found))
				found = other;
		}
	return found;
}

static void
apply_ignores(struct gates *g)
{
	const struct policy *p = g->policy;
	bool *used = arena_zalloc(g->arena, p->ignores + 1);

	for (size_t i = 0; i < p->ignores; i++)
		match_multi_add(&g->by_ignore, p->ignore[i].id, i);
	for (size_t i = 0; p->ignores > 0 && i < g->claims->count; i++) {
		const struct claim *c = &g->claims->claim[i];
		const struct policy_ignore *found = claim_ignore(g, c, used);

		if (found == NULL)
			continue;
		g->excluded[i] = "ignored";
		g->ignored++;
		ignore_note(g, found, "Applied", c->component, c->id);
	}
	for (size_t i = 0; i < p->ignores; i++) {
		const struct policy_ignore *x = &p->ignore[i];

		if (!policy_span_holds(&x->span, g->at))
			ignore_note(g, x, "Expired", x->component, x->id);
		else if (!used[i])
			ignore_note(g, x, "Unused", x->component, x->id);
	}
}

void
gates_begin(struct gates *g, struct arena *a, const struct claims *claims,
    const struct policy *policy, int64_t at)
{
	*g = (struct gates){ .arena = a, .claims = claims, .policy = policy,
	    .at = at, .list = json_array(), .violations = json_array() };
	g->excluded = arena_zalloc(a, (claims->count + 1) *
	    sizeof(*g->excluded));
	apply_ignores(g);
	for (size_t i = 0; policy->honour_suppressed && i < claims->count;
	    i++) {
		const struct claim *c = &claims->claim[i];

		if (!c->suppressed || g->excluded[i] != NULL)
			continue;
		g->excluded[i] = "suppressed";
		g->suppressed++;
		json_push(a, &g->list, entry(g, "suppressed", "note",
		    "Honoured", c->component, c->id));
	}
}

/* --- one gate on one claim ------------------------------------------------ */

/* What a gate says of a claim; reason NULL: it holds. */
struct finding {
	const char *reason;
	bool note;		/* let through, but told */
	struct json limit, actual;
	const char *message;
};

static const char *
severity_of(const struct claim *c)
{
	return c->finding != NULL ? policy_severity_name[c->severity] :
	    "unknown";
}

static bool
is_severe(const struct claim *c, enum policy_severity limit)
{
	return policy_at_or_above(c->finding != NULL ? c->severity :
	    POLICY_UNKNOWN, limit);
}

/* A not_affected or fixed that answers a finding; where there is none it
 * lets nothing through. */
static bool
is_answer(const struct claim *c)
{
	return c->finding != NULL && !claims_open(c);
}

static void
max_severity(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	const char *limit = policy_severity_name[gate->severity];

	if (!claims_open(c) || !is_severe(c, gate->severity))
		return;
	f->reason = "SeverityTooHigh";
	f->limit = json_z(limit);
	f->actual = json_z(severity_of(c));
	f->message = arena_printf(g->arena, "severity %s is at or above %s%s",
	    severity_of(c), limit, c->severity == POLICY_UNKNOWN ||
	    c->finding == NULL ? " (unknown counts as high)" : "");
}

static void
minimum_confidence(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	if (!is_answer(c) || c->result.score >= gate->limit)
		return;
	f->reason = "ConfidenceTooLow";
	f->limit = json_int(g->arena, gate->limit);
	f->actual = json_int(g->arena, c->result.score);
	f->message = arena_printf(g->arena, "%s with score %d, at least %d is "
	    "asked", lattice_status_name[claims_winner(c)->status],
	    c->result.score, gate->limit);
}

static bool
is_clear(const struct lattice_claim *l)
{
	return l->status == LATTICE_FIXED ||
	    l->status == LATTICE_NOT_AFFECTED;
}

static void
source_quota(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	const struct lattice_claim *won = claims_winner(c);
	int64_t total = 0, share;

	if (!is_answer(c))
		return;
	for (size_t i = 0; i < c->sources; i++) {
		const struct lattice_claim *l = &c->source[i];

		if (l->aside == LATTICE_SUPERSEDED)
			continue;
		total += l->score;
		if (l != won && is_clear(l) && l->score >= won->score -
		    gate->delta && l->score <= won->score + gate->delta)
			return;
	}
	share = total > 0 ? (int64_t)won->score * LATTICE_ONE / total :
	    LATTICE_ONE;
	if (share <= gate->limit)
		return;
	f->reason = "OneSource";
	f->limit = json_int(g->arena, gate->limit);
	f->actual = json_int(g->arena, share);
	f->message = arena_printf(g->arena, "one source holds %lld of 10000, "
	    "at most %d without another to confirm it", (long long)share,
	    gate->limit);
}

static bool
is_bypassed(const struct policy_gate *gate, const struct claims_voice *v,
    struct slice *by)
{
	static const char *const member[] = { "justification",
	    "nativeJustification" };

	if (gate->bypass == NULL)
		return false;
	for (size_t i = 0; i < 2; i++) {
		*by = json_get_text(v->statement, member[i]);
		if (by->data == NULL)
			continue;
		JSON_EACH(item, gate->bypass)
			if (slice_eq(json_text(item), *by))
				return true;
	}
	return false;
}

static void
reachability(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	const struct lattice_claim *won = claims_winner(c);
	const struct claims_voice *v = claims_voice(g->claims, won);
	struct slice by;

	if (!is_answer(c) || won->status != LATTICE_NOT_AFFECTED ||
	    v->proof || !is_severe(c, gate->severity))
		return;
	f->limit = json_z(policy_severity_name[gate->severity]);
	f->note = is_bypassed(gate, v, &by);
	if (f->note) {
		f->reason = "Bypassed";
		f->actual = json_string(by);
		return;
	}
	f->reason = "NoReachabilityProof";
	f->actual = json_z(severity_of(c));
	f->message = arena_printf(g->arena, "not_affected of severity %s "
	    "without a signed reachability proof", severity_of(c));
}

static void
vex_trust(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	const struct lattice_claim *won = claims_winner(c);
	const struct claims_voice *v = claims_voice(g->claims, won);

	if (!is_answer(c))
		return;
	if (gate->require_signed && !won->has_signer) {
		f->reason = "NotSigned";
		f->message = "no trusted key signed the statement";
	} else if (won->base < gate->limit) {
		f->reason = "TrustTooLow";
		f->limit = json_int(g->arena, gate->limit);
		f->actual = json_int(g->arena, won->base);
		f->message = arena_printf(g->arena, "the statement's vector "
		    "weighs %d, at least %d is asked", won->base,
		    gate->limit);
	} else if (gate->max_age >= 0 && v->age < 0) {
		f->reason = "NoTime";
		f->limit = json_int(g->arena, gate->max_age);
		f->message = "the statement has no time";
	} else if (gate->max_age >= 0 && v->age > gate->max_age) {
		/* The age itself would make a new verdict every day. */
		f->reason = "TooOld";
		f->limit = json_int(g->arena, gate->max_age);
		f->message = arena_printf(g->arena, "the statement is more "
		    "than %lld days old", (long long)gate->max_age);
	}
}

static const char *
versions_text(struct gates *g, const struct json *versions)
{
	struct buf b = { 0 };
	const char *text;

	JSON_EACH(v, versions) {
		if (b.len > 0)
			buf_text(&b, ", ");
		buf_slice(&b, json_text(v));
	}
	text = arena_dup(g->arena, buf_get(&b));
	buf_free(&b);
	return text;
}

static void
require_fix(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	const struct json *fix = json_get(c->finding, "fix");
	const struct json *versions = json_get(fix, "versions");

	if (c->finding == NULL || !claims_open(c) ||
	    !policy_at_or_above(c->severity, gate->severity) ||
	    !json_is(json_get(fix, "state"), "fixed"))
		return;
	f->reason = "FixExists";
	f->message = "a fix exists";
	if (json_count(versions) > 0) {
		f->message = versions_text(g, versions);
		f->actual = json_z(f->message);
		f->message = arena_printf(g->arena, "fixed in %s",
		    f->message);
	}
}

static void
undecided(struct gates *g, const struct policy_gate *gate,
    const struct claim *c, struct finding *f)
{
	(void)g;
	if (!c->undecided || !policy_at_or_above(c->severity, gate->severity))
		return;
	f->reason = "NoStatement";
	f->actual = json_z(severity_of(c));
	f->message = "no statement speaks of it";
}

/* --- all gates on all claims ---------------------------------------------- */

typedef void gate_function(struct gates *, const struct policy_gate *,
    const struct claim *, struct finding *);

static gate_function *const function[POLICY_GATES] = {
	max_severity, minimum_confidence, source_quota, reachability,
	vex_trust, require_fix, undecided
};

static void
tell(struct gates *g, const char *name, const struct policy_gate *gate,
    const struct claim *c, const struct finding *f)
{
	struct json o = entry(g, name, f->note ? "note" : gate->warn ?
	    "warn" : "block", f->reason, c->component, c->id);

	if (f->actual.type != JSON_NULL)
		json_set(g->arena, &o, "actual", f->actual);
	if (f->limit.type != JSON_NULL)
		json_set(g->arena, &o, "limit", f->limit);
	json_push(g->arena, &g->list, o);
	if (!f->note)
		violation(g, "gate", slice_of(name), gate->warn,
		    slice_of(f->message), c->component, c->id);
}

static void
skip(struct gates *g, const char *name, const struct policy_gate *gate)
{
	const struct slice none = { NULL, 0 };
	struct json o = entry(g, name, "skip", g->at < gate->span.from ?
	    "NotYetInForce" : "NoLongerInForce", none, none);

	if (gate->span.from_text.data != NULL)
		json_set(g->arena, &o, "from", json_string(
		    gate->span.from_text));
	if (gate->span.until_text.data != NULL)
		json_set(g->arena, &o, "until", json_string(
		    gate->span.until_text));
	json_push(g->arena, &g->list, o);
}

void
gates_judge(struct gates *g)
{
	const struct slice none = { NULL, 0 };

	for (int id = 0; id < POLICY_GATES; id++) {
		const struct policy_gate *gate = &g->policy->gate[id];
		const char *name = policy_gate_name[id];
		bool held = true;

		if (!gate->set)
			continue;
		if (!policy_span_holds(&gate->span, g->at)) {
			skip(g, name, gate);
			continue;
		}
		for (size_t i = 0; i < g->claims->count; i++) {
			const struct claim *c = &g->claims->claim[i];
			struct finding f = { .limit = json_null(),
			    .actual = json_null() };

			if (g->excluded[i] != NULL)
				continue;
			function[id](g, gate, c, &f);
			if (f.reason == NULL)
				continue;
			tell(g, name, gate, c, &f);
			held = held && f.note;
		}
		if (held)
			json_push(g->arena, &g->list, entry(g, name, "pass",
			    "Holds", none, none));
	}
}

/* --- jq and budget -------------------------------------------------------- */

enum status
gates_check_rules(const struct json *rules, struct err *e)
{
	if (rules->type != JSON_ARRAY)
		return err_bad(e, "the jq policy gave %s, expected an array "
		    "of violations", json_type_name(rules));
	JSON_EACH(v, rules) {
		enum status rc = shape_check(v, rule_shape, NULL, NULL);

		if (rc == ERR_OK && !json_is(json_get(v, "effect"), "warn") &&
		    !json_is(json_get(v, "effect"), "fail"))
			rc = ERR_INPUT;
		if (rc == ERR_OK && json_get_text(v, "rule").len == 0)
			rc = ERR_INPUT;
		if (rc != ERR_OK)
			return err_bad(e, "the jq policy's violation %zu is "
			    "not {rule, effect: warn or fail, message, "
			    "component?, id?}", (size_t)(v - rules->u.item));
	}
	return ERR_OK;
}

void
gates_rules(struct gates *g, const struct json *rules)
{
	const struct slice none = { NULL, 0 };
	bool *used = arena_zalloc(g->arena, g->policy->ignores + 1);
	bool warns = false, fails = false;

	JSON_EACH(v, rules) {
		struct slice id = json_get_text(v, "id");
		struct slice component = json_get_text(v, "component");
		bool warn = json_is(json_get(v, "effect"), "warn");

		if (id.data != NULL && find_ignore(g, id, component, used) !=
		    NULL)
			continue;
		violation(g, "rule", json_get_text(v, "rule"), warn,
		    json_get_text(v, "message"), component, id);
		warns |= warn;
		fails |= !warn;
	}
	json_push(g->arena, &g->list, entry(g, "policyJq", fails ? "block" :
	    warns ? "warn" : "pass", fails || warns ? "RulesViolated" :
	    "Holds", none, none));
}

void
gates_budget(struct gates *g, const struct json *check)
{
	const struct slice none = { NULL, 0 };
	struct slice result = json_get_text(check, "result");
	const struct json *list = json_get(check, "violations");
	bool pass = slice_is(result, "pass"), warn = slice_is(result, "warn");

	json_push(g->arena, &g->list, entry(g, "budget", pass ? "pass" :
	    warn ? "warn" : "block", pass ? "Holds" : "OverBudget", none,
	    none));
	if (list != NULL)
		JSON_EACH(v, list)
			violation(g, "gate", slice_of("budget"), warn,
			    json_get_text(v, "message"), none, none);
}

const char *
gates_end(struct gates *g)
{
	canon_sort(g->arena, &g->list);
	canon_sort(g->arena, &g->violations);
	return g->fails ? "fail" : g->warns ? "warn" : "pass";
}

void
gates_close(struct gates *g)
{
	match_multi_free(&g->by_ignore);
}
