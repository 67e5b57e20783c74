/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"
#include "canon.h"
#include "epoch.h"
#include "purl.h"
#include "shape.h"
#include "timefmt.h"

enum {
	PLACES = 4
};

static const int64_t decimal_max = INT64_C(1000000000) * BUDGET_UNIT;
/* Sums stay below 10^15 units, so that their text is what a double prints. */
static const int64_t sum_max = INT64_C(1000000000000000);
static const int64_t count_max = INT64_C(9007199254740991);

static const struct shape severities_shape[] = {
	{ "critical", SHAPE_INT, NULL },
	{ "high", SHAPE_INT, NULL },
	{ "medium", SHAPE_INT, NULL },
	{ "low", SHAPE_INT, NULL },
	{ "negligible", SHAPE_INT, NULL },
	{ "none", SHAPE_INT, NULL },
	{ "unknown", SHAPE_INT, NULL },
	SHAPE_END
};

static const struct shape limits_shape[] = {
	{ "maxUnknownCount", SHAPE_INT, NULL },
	{ "maxCumulativeUncertainty", SHAPE_NUMBER, NULL },
	{ "reasonLimits", SHAPE_MAP | SHAPE_INT, NULL },
	{ "severityLimits", SHAPE_OBJECT, severities_shape },
	{ "maxNewFindings", SHAPE_INT, NULL },
	{ "maxConflicts", SHAPE_INT, NULL },
	{ "maxFeedAgeDays", SHAPE_INT, NULL },
	{ "action", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape waiver_shape[] = {
	{ "reason", SHAPE_STRING, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "id", SHAPE_STRING, NULL },
	{ "until", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "why", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape budget_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "environments", SHAPE_MAP, limits_shape },
	{ "default", SHAPE_OBJECT, limits_shape },
	{ "weights", SHAPE_MAP | SHAPE_NUMBER, NULL },
	{ "waivers", SHAPE_ARRAY, waiver_shape },
	SHAPE_END
};

static const struct shape counts_shape[] = {
	{ "byReason", SHAPE_MAP | SHAPE_INT, NULL },
	{ "bySeverity", SHAPE_OBJECT, severities_shape },
	{ "newFindings", SHAPE_INT, NULL },
	{ "conflicts", SHAPE_INT, NULL },
	{ "feeds", SHAPE_MAP | SHAPE_STRING, NULL },
	SHAPE_END
};

static const char *const count_limit[] = {
	"maxUnknownCount", "maxNewFindings", "maxConflicts", "maxFeedAgeDays"
};

/* --- decimals ------------------------------------------------------------- */

bool
budget_decimal(const struct json *v, int64_t *units)
{
	int64_t n = 0;
	uint32_t i = 0;
	int places = 0;

	if (v == NULL || v->type != JSON_NUMBER)
		return false;
	for (; i < v->len && v->u.text[i] >= '0' && v->u.text[i] <= '9'; i++) {
		n = n * 10 + (v->u.text[i] - '0');
		if (n > decimal_max / BUDGET_UNIT)
			return false;
	}
	if (i == 0)
		return false;
	if (i < v->len && v->u.text[i] == '.') {
		for (i++; i < v->len && v->u.text[i] >= '0' &&
		    v->u.text[i] <= '9' && places < PLACES; i++, places++)
			n = n * 10 + (v->u.text[i] - '0');
		if (places == 0)
			return false;
	}
	if (i < v->len)
		return false;
	for (; places < PLACES; places++)
		n *= 10;
	*units = n;
	return n <= decimal_max;
}

struct json
budget_number(struct arena *a, int64_t units)
{
	struct json n = json_int(a, units / BUDGET_UNIT);
	int rest = (int)(units % BUDGET_UNIT), places = PLACES;
	char *text;

	if (rest == 0)
		return n;
	for (; rest % 10 == 0; rest /= 10)
		places--;
	text = arena_printf(a, "%lld.%0*d", (long long)(units / BUDGET_UNIT),
	    places, rest);
	n.u.text = text;
	n.len = (uint32_t)slice_of(text).len;
	n.flag = 1;
	return n;
}

/* --- reading -------------------------------------------------------------- */

static enum status
check_count(const struct json *v, const char *name, struct err *e)
{
	int64_t n;

	if (v == NULL || (json_int64(v, &n) && n >= 0 && n <= count_max))
		return ERR_OK;
	return err_input(e, v->offset, "'%s' is not a whole number of 0 to "
	    "2^53 - 1", name);
}

static enum status
check_decimal(const struct json *v, const char *name, struct err *e)
{
	int64_t units;

	if (v == NULL || budget_decimal(v, &units))
		return ERR_OK;
	return err_input(e, v->offset, "'%s' is no decimal of 0 to 10^9 with "
	    "at most %d places", name, PLACES);
}

static enum status
check_counts(const struct json *map, const char *name, struct err *e)
{
	if (map == NULL)
		return ERR_OK;
	JSON_MEMBERS(m, map)
		if (check_count(&m->value, name, e) != ERR_OK)
			return ERR_INPUT;
	return ERR_OK;
}

/* A reason is a CamelCase word. */
static bool
is_reason(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] < 'A' || s.data[i] > 'Z') &&
		    (s.data[i] < 'a' || s.data[i] > 'z') &&
		    (s.data[i] < '0' || s.data[i] > '9'))
			return false;
	return s.len > 0 && s.data[0] >= 'A' && s.data[0] <= 'Z';
}

static enum status
check_reasons(const struct json *map, const char *name, struct err *e)
{
	if (map == NULL)
		return ERR_OK;
	JSON_MEMBERS(m, map)
		if (!is_reason((struct slice){ m->key, m->key_len }))
			return err_input(e, m->key_offset, "'%s' holds "
			    "'%.*s', expected a CamelCase reason", name,
			    (int)(m->key_len < 64 ? m->key_len : 64), m->key);
	return ERR_OK;
}

static enum status
check_limits(const struct json *v, struct err *e)
{
	const struct json *action = json_get(v, "action");

	if (v == NULL)
		return ERR_OK;
	for (size_t i = 0; i < sizeof(count_limit) / sizeof(count_limit[0]);
	    i++)
		if (check_count(json_get(v, count_limit[i]), count_limit[i],
		    e) != ERR_OK)
			return ERR_INPUT;
	if (check_decimal(json_get(v, "maxCumulativeUncertainty"),
	    "maxCumulativeUncertainty", e) != ERR_OK ||
	    check_reasons(json_get(v, "reasonLimits"), "reasonLimits", e) !=
	    ERR_OK ||
	    check_counts(json_get(v, "reasonLimits"), "reasonLimits", e) !=
	    ERR_OK ||
	    check_counts(json_get(v, "severityLimits"), "severityLimits",
	    e) != ERR_OK)
		return ERR_INPUT;
	if (action != NULL && !json_is(action, "warn") &&
	    !json_is(action, "block"))
		return err_input(e, action->offset,
		    "'action' is neither warn nor block");
	return ERR_OK;
}

static enum status
check_all(const struct json *doc, struct err *e)
{
	const struct json *all = json_get(doc, "environments");
	const struct json *weights = json_get(doc, "weights");

	if (check_limits(json_get(doc, "default"), e) != ERR_OK ||
	    check_reasons(weights, "weights", e) != ERR_OK)
		return ERR_INPUT;
	if (all != NULL)
		JSON_MEMBERS(m, all)
			if (check_limits(&m->value, e) != ERR_OK)
				return ERR_INPUT;
	if (weights != NULL)
		JSON_MEMBERS(m, weights)
			if (check_decimal(&m->value, "weights", e) != ERR_OK)
				return ERR_INPUT;
	return ERR_OK;
}

static bool
is_blank(struct slice s)
{
	size_t i = 0;

	while (i < s.len && (s.data[i] == ' ' || s.data[i] == '\t' ||
	    s.data[i] == '\n' || s.data[i] == '\r'))
		i++;
	return i == s.len;
}

static enum status
read_waivers(struct arena *a, const struct json *list, struct budget *b,
    struct err *e)
{
	struct json *sorted;

	if (list == NULL || list->len == 0)
		return ERR_OK;
	sorted = arena_alloc(a, sizeof(*sorted));
	*sorted = json_copy(a, list);
	canon_sort(a, sorted);
	b->waiver = arena_array(a, sorted->len, sizeof(*b->waiver));
	JSON_EACH(v, sorted) {
		struct budget_waiver *w = &b->waiver[b->waivers++];

		*w = (struct budget_waiver){ .json = v,
		    .reason = json_get_text(v, "reason"),
		    .component = json_get_text(v, "component"),
		    .id = json_get_text(v, "id") };
		if (w->reason.data == NULL && w->component.data == NULL &&
		    w->id.data == NULL)
			return err_input(e, v->offset, "a waiver names no "
			    "reason, component or id");
		/* One that can never match is a slip of the pen. */
		if (w->reason.data != NULL && !is_reason(w->reason))
			return err_input(e, json_get(v, "reason")->offset,
			    "'reason' is no CamelCase word");
		if ((w->component.data != NULL && w->component.len == 0) ||
		    (w->id.data != NULL && w->id.len == 0))
			return err_input(e, v->offset,
			    "a waiver's component or id is empty");
		if (is_blank(json_get_text(v, "why")))
			return err_input(e, v->offset, "'why' is empty");
		if (!policy_moment(json_get_text(v, "until"), &w->until))
			return err_input(e, json_get(v, "until")->offset,
			    "'until' is no date or time, expected YYYY-MM-DD "
			    "or RFC 3339");
	}
	json_set(a, &b->config, "waivers", *sorted);
	return ERR_OK;
}

/* --- merging -------------------------------------------------------------- */

static struct json
canonical_number(struct arena *a, const struct json *v)
{
	int64_t units = 0;

	(void)budget_decimal(v, &units);
	return budget_number(a, units);
}

static void
merge_map(struct arena *a, struct json *config, const char *name,
    const struct json *base, const struct json *over)
{
	struct json map = json_object();

	for (int i = 0; i < 2; i++) {
		const struct json *from = json_get(i == 0 ? base : over, name);

		if (from != NULL)
			JSON_MEMBERS(m, from)
				json_set_slice(a, &map, (struct slice){
				    m->key, m->key_len }, m->value);
	}
	if (map.len > 0)
		json_set(a, config, name, map);
}

/* The environment's member, else the default's. */
static const struct json *
member(const struct json *base, const struct json *over, const char *name)
{
	const struct json *v = json_get(over, name);

	return v != NULL ? v : json_get(base, name);
}

static void
merge(struct arena *a, const struct json *doc, const struct json *over,
    struct budget *b)
{
	const struct json *base = json_get(doc, "default"), *v;
	const struct json *weights = json_get(doc, "weights");
	struct json kept = json_object();
	int64_t units;

	for (size_t i = 0; i < sizeof(count_limit) / sizeof(count_limit[0]);
	    i++)
		json_set_opt(a, &b->config, count_limit[i], member(base, over,
		    count_limit[i]));
	v = member(base, over, "maxCumulativeUncertainty");
	if (v != NULL)
		json_set(a, &b->config, "maxCumulativeUncertainty",
		    canonical_number(a, v));
	merge_map(a, &b->config, "reasonLimits", base, over);
	merge_map(a, &b->config, "severityLimits", base, over);
	b->warn = json_is(member(base, over, "action"), "warn");
	if (b->warn)
		json_set_z(a, &b->config, "action", "warn");
	if (weights != NULL)
		JSON_MEMBERS(m, weights)
			if (budget_decimal(&m->value, &units) &&
			    units != BUDGET_WEIGHT)
				json_set_slice(a, &kept, (struct slice){
				    m->key, m->key_len }, budget_number(a,
				    units));
	if (kept.len > 0)
		json_set(a, &b->config, "weights", kept);
}

enum status
budget_read(struct arena *a, const struct json *doc, struct slice environment,
    struct budget *out, struct err *e)
{
	enum status rc = shape_check(doc, budget_shape, BUDGET_KIND, e);
	const struct json *over;

	*out = (struct budget){ .environment = environment,
	    .config = json_object() };
	if (rc == ERR_OK)
		rc = check_all(doc, e);
	if (rc != ERR_OK)
		return rc;
	over = json_get_slice(json_get(doc, "environments"), environment);
	if (over == NULL && json_get(doc, "default") == NULL)
		return err_input(e, doc->offset, "the budget has no "
		    "environment '%.*s', and no default",
		    (int)(environment.len < 64 ? environment.len : 64),
		    environment.data);
	merge(a, doc, over, out);
	return read_waivers(a, json_get(doc, "waivers"), out, e);
}

/* --- facts ---------------------------------------------------------------- */

void
budget_facts(const struct json *verdict, struct budget_facts *out)
{
	*out = (struct budget_facts){
		.unknowns = json_get(verdict, "unknowns"),
		.claims = json_get(verdict, "claims"),
		.has_base = json_get(json_get(verdict, "counts"),
		    "newFindings") != NULL,
		.feeds = json_get(verdict, "feeds")
	};
}

enum status
budget_counts(const struct json *doc, struct budget_facts *out, struct err *e)
{
	static const char *const single[] = { "newFindings", "conflicts" };
	enum status rc = shape_check(doc, counts_shape, NULL, e);

	*out = (struct budget_facts){ .counts = doc,
	    .feeds = json_get(doc, "feeds") };
	if (rc == ERR_OK)
		rc = check_reasons(json_get(doc, "byReason"), "byReason", e);
	if (rc == ERR_OK)
		rc = check_counts(json_get(doc, "byReason"), "byReason", e);
	if (rc == ERR_OK)
		rc = check_counts(json_get(doc, "bySeverity"), "bySeverity",
		    e);
	for (size_t i = 0; rc == ERR_OK && i < 2; i++)
		rc = check_count(json_get(doc, single[i]), single[i], e);
	return rc;
}

/* --- counting ------------------------------------------------------------- */

struct tally {
	struct arena *arena;
	const struct budget *budget;
	int64_t at;
	int64_t total, units, new_findings, conflicts;
	struct json by_reason, by_severity;
	int64_t *unknowns, *claims;	/* taken out, by waiver */
	struct json violations;
	bool overflow;
};

static int64_t
count_of(const struct json *map, struct slice key)
{
	int64_t n = 0;

	(void)json_int64(json_get_slice(map, key), &n);
	return n;
}

static void
add_to(struct arena *a, struct json *map, struct slice key, int64_t n)
{
	if (n > 0)
		json_set_slice(a, map, key, json_int(a, count_of(map, key) +
		    n));
}

static void
sum(struct tally *t, int64_t *to, int64_t n)
{
	if (n > sum_max || *to > sum_max - n)
		t->overflow = true;
	else
		*to += n;
}

static int64_t
weight_of(const struct budget *b, struct slice reason)
{
	int64_t units = BUDGET_WEIGHT;

	(void)budget_decimal(json_get_slice(json_get(&b->config, "weights"),
	    reason), &units);
	return units;
}

static void
count_unknowns(struct tally *t, struct slice reason, int64_t n)
{
	int64_t units;

	add_to(t->arena, &t->by_reason, reason, n);
	sum(t, &t->total, n);
	if (__builtin_mul_overflow(weight_of(t->budget, reason), n, &units))
		t->overflow = true;
	else
		sum(t, &t->units, units);
}

static bool
is_component(struct tally *t, const struct budget_waiver *w,
    struct slice component)
{
	return w->component.data == NULL || (component.data != NULL &&
	    (slice_eq(w->component, component) || slice_eq(w->component,
	    purl_key_unversioned(t->arena, component))));
}

/* Waivers in order: the first that holds takes it; those past their time
 * are told what they would have taken. */
static bool
is_waived(struct tally *t, struct slice reason, struct slice component,
    struct slice id, bool is_claim, int64_t n)
{
	for (size_t i = 0; i < t->budget->waivers; i++) {
		const struct budget_waiver *w = &t->budget->waiver[i];

		if (is_claim ? w->reason.data != NULL || w->id.data == NULL :
		    w->reason.data != NULL && !slice_eq(w->reason, reason))
			continue;
		if ((w->id.data != NULL && !slice_eq(w->id, id)) ||
		    !is_component(t, w, component))
			continue;
		*(is_claim ? &t->claims[i] : &t->unknowns[i]) += n;
		if (t->at < w->until)
			return true;
	}
	return false;
}

static void
count_claim(struct tally *t, const struct json *v, bool has_base)
{
	struct slice status = json_get_text(v, "status");
	struct slice severity = json_get_text(v, "severity");
	bool found = severity.data != NULL;

	if (t->budget->waivers > 0 && is_waived(t, (struct slice){ NULL, 0 },
	    json_get_text(v, "component"), json_get_text(v, "id"), true, 1))
		return;
	if (slice_is(status, "affected") ||
	    slice_is(status, "under_investigation"))
		add_to(t->arena, &t->by_severity, found ? severity :
		    slice_of("unknown"), 1);
	if (has_base ? json_true(json_get(v, "new")) : found)
		t->new_findings++;
	if (json_true(json_get(v, "conflict")))
		t->conflicts++;
}

static void
count_bare(struct tally *t, const struct json *counts)
{
	const struct json *by = json_get(counts, "byReason");
	const struct slice none = { NULL, 0 };

	if (by != NULL)
		JSON_MEMBERS(m, by) {
			struct slice reason = { m->key, m->key_len };
			int64_t n = count_of(by, reason);

			if (!is_waived(t, reason, none, none, false, n))
				count_unknowns(t, reason, n);
		}
	by = json_get(counts, "bySeverity");
	if (by != NULL)
		JSON_MEMBERS(m, by) {
			struct slice severity = { m->key, m->key_len };

			add_to(t->arena, &t->by_severity, severity,
			    count_of(by, severity));
		}
	(void)json_int64(json_get(counts, "newFindings"), &t->new_findings);
	(void)json_int64(json_get(counts, "conflicts"), &t->conflicts);
}

static void
count_all(struct tally *t, const struct budget_facts *facts)
{
	if (facts->unknowns != NULL)
		JSON_EACH(v, facts->unknowns) {
			struct slice reason = json_get_text(v, "reason");

			if (!is_waived(t, reason, json_get_text(v,
			    "component"), json_get_text(v, "id"), false, 1))
				count_unknowns(t, reason, 1);
		}
	if (facts->claims != NULL)
		JSON_EACH(v, facts->claims)
			count_claim(t, v, facts->has_base);
	if (facts->counts != NULL)
		count_bare(t, facts->counts);
}

/* --- judging -------------------------------------------------------------- */

/* reason may have no data; actual may be NULL: cannot be told. */
static void
violate(struct tally *t, const char *type, struct slice reason,
    struct json limit, const struct json *actual, const char *message)
{
	struct json v = json_object();
	struct arena *a = t->arena;

	json_set(a, &v, "actual", actual != NULL ? *actual : json_null());
	json_set(a, &v, "limit", limit);
	json_set_z(a, &v, "message", message);
	if (reason.data != NULL)
		json_set(a, &v, "reason", json_string(reason));
	json_set_z(a, &v, "type", type);
	json_push(a, &t->violations, v);
}

static void
hold_count(struct tally *t, const struct json *limit, const char *type,
    const char *what, struct slice reason, int64_t actual)
{
	struct json number = json_int(t->arena, actual);
	int64_t n;

	if (limit == NULL || !json_int64(limit, &n) || actual <= n)
		return;
	violate(t, type, reason, json_int(t->arena, n), &number,
	    arena_printf(t->arena, "%lld %.*s%s%s, at most %lld",
	    (long long)actual, (int)reason.len, reason.len > 0 ? reason.data :
	    "", reason.len > 0 ? " " : "", what, (long long)n));
}

static void
hold_uncertainty(struct tally *t)
{
	const struct json *limit = json_get(&t->budget->config,
	    "maxCumulativeUncertainty");
	struct json actual = budget_number(t->arena, t->units);
	int64_t units;

	if (!budget_decimal(limit, &units) || t->units <= units)
		return;
	violate(t, "uncertainty", (struct slice){ NULL, 0 }, *limit, &actual,
	    arena_printf(t->arena, "uncertainty %.*s, at most %.*s",
	    (int)actual.len, actual.u.text, (int)limit->len, limit->u.text));
}

static void
hold_map(struct tally *t, const char *name, const char *type,
    const char *what, const struct json *actual)
{
	const struct json *limits = json_get(&t->budget->config, name);

	if (limits != NULL)
		JSON_MEMBERS(m, limits) {
			struct slice key = { m->key, m->key_len };

			hold_count(t, &m->value, type, what, key,
			    count_of(actual, key));
		}
}

static void
hold_feeds(struct tally *t, const struct budget_facts *facts)
{
	const struct json *limit = json_get(&t->budget->config,
	    "maxFeedAgeDays");
	int64_t days, sec;

	if (limit == NULL || !json_int64(limit, &days))
		return;
	if (json_count(facts->feeds) == 0) {
		if (t->by_severity.len > 0 || t->new_findings > 0)
			violate(t, "feedAge", (struct slice){ NULL, 0 },
			    *limit, NULL, "no feed epoch is known");
		return;
	}
	JSON_MEMBERS(m, facts->feeds) {
		struct slice name = { m->key, m->key_len };
		struct json age;

		if (!epoch_instant(json_text(&m->value), &sec)) {
			violate(t, "feedAge", name, *limit, NULL,
			    "the feed's epoch is no time");
			continue;
		}
		sec = t->at > sec ? (t->at - sec) / TIMEFMT_DAY : 0;
		age = json_int(t->arena, sec);
		if (sec > days)
			violate(t, "feedAge", name, *limit, &age,
			    arena_printf(t->arena, "feed %lld days old, at "
			    "most %lld", (long long)sec, (long long)days));
	}
}

static struct json
waived_json(struct tally *t)
{
	struct json list = json_array();

	for (size_t i = 0; i < t->budget->waivers; i++) {
		const struct budget_waiver *w = &t->budget->waiver[i];
		struct json v = json_copy(t->arena, w->json);

		if (t->claims[i] > 0)
			json_set(t->arena, &v, "claims", json_int(t->arena,
			    t->claims[i]));
		if (t->at >= w->until)
			json_set(t->arena, &v, "expired", json_bool(true));
		json_set(t->arena, &v, "unknowns", json_int(t->arena,
		    t->unknowns[i]));
		json_push(t->arena, &list, v);
	}
	canon_sort(t->arena, &list);
	return list;
}

static struct json
counts_json(struct tally *t)
{
	struct json o = json_object();
	struct arena *a = t->arena;

	json_set(a, &o, "byReason", t->by_reason);
	json_set(a, &o, "bySeverity", t->by_severity);
	json_set(a, &o, "conflicts", json_int(a, t->conflicts));
	json_set(a, &o, "cumulativeUncertainty", budget_number(a, t->units));
	json_set(a, &o, "newFindings", json_int(a, t->new_findings));
	json_set(a, &o, "total", json_int(a, t->total));
	return o;
}

enum status
budget_check(struct arena *a, const struct budget *b,
    const struct budget_facts *facts, int64_t at, struct json *out,
    struct err *e)
{
	const struct slice none = { NULL, 0 };
	struct tally t = {
		.arena = a, .budget = b, .at = at,
		.by_reason = json_object(), .by_severity = json_object(),
		.violations = json_array()
	};
	struct digest config = digest_json(&b->config);

	t.unknowns = arena_zalloc(a, (b->waivers + 1) * sizeof(*t.unknowns));
	t.claims = arena_zalloc(a, (b->waivers + 1) * sizeof(*t.claims));
	count_all(&t, facts);
	if (t.overflow)
		return err_bad(e, "the counts are too large to be weighed");
	hold_count(&t, json_get(&b->config, "maxUnknownCount"), "count",
	    "unknowns", none, t.total);
	hold_uncertainty(&t);
	hold_map(&t, "reasonLimits", "reason", "unknowns", &t.by_reason);
	hold_map(&t, "severityLimits", "severity", "claims", &t.by_severity);
	hold_count(&t, json_get(&b->config, "maxNewFindings"), "newFindings",
	    "new findings", none, t.new_findings);
	hold_count(&t, json_get(&b->config, "maxConflicts"), "conflicts",
	    "conflicts", none, t.conflicts);
	hold_feeds(&t, facts);
	canon_sort(a, &t.violations);
	*out = json_object();
	json_set(a, out, "actualCounts", counts_json(&t));
	json_set(a, out, "config", b->config);
	json_set(a, out, "configHash", digest_value(a, &config));
	json_set(a, out, "environment", json_string(b->environment));
	json_set_z(a, out, "result", t.violations.len == 0 ? "pass" :
	    b->warn ? "warn" : "fail");
	json_set(a, out, "violations", t.violations);
	json_set(a, out, "waived", waived_json(&t));
	return ERR_OK;
}
