/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "policy.h"
#include "shape.h"
#include "timefmt.h"

enum {
	AGE_MAX = 1000000	/* days; more than all years there are */
};

const char *const policy_severity_name[POLICY_SEVERITIES] = {
	"none", "negligible", "low", "medium", "high", "critical", "unknown"
};

const char *const policy_gate_name[POLICY_GATES] = {
	"maxSeverity", "minimumConfidence", "sourceQuota", "reachability",
	"vexTrust", "requireFix", "undecided"
};

static const struct shape window_shape[] = {
	{ "bucket", SHAPE_STRING, NULL },
	{ "ttl", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape weights_shape[] = {
	{ "p", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "c", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "r", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape vector_shape[] = {
	{ "p", SHAPE_INT, NULL },
	{ "c", SHAPE_INT, NULL },
	{ "r", SHAPE_INT, NULL },
	SHAPE_END
};

static const struct shape match_shape[] = {
	{ "signer", SHAPE_STRING, NULL },
	{ "origin", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape source_shape[] = {
	{ "match", SHAPE_OBJECT | SHAPE_NEEDED, match_shape },
	{ "class", SHAPE_STRING, NULL },
	{ "p", SHAPE_INT, NULL },
	{ "c", SHAPE_INT, NULL },
	{ "r", SHAPE_INT, NULL },
	SHAPE_END
};

static const struct shape trust_shape[] = {
	{ "weights", SHAPE_OBJECT, weights_shape },
	{ "halfLifeDays", SHAPE_INT, NULL },
	{ "floor", SHAPE_INT, NULL },
	{ "conflictPenalty", SHAPE_INT, NULL },
	{ "margin", SHAPE_INT, NULL },
	{ "classes", SHAPE_MAP, vector_shape },
	{ "sources", SHAPE_ARRAY, source_shape },
	SHAPE_END
};

static const struct shape gates_shape[] = {
	{ "maxSeverity", SHAPE_ANY, NULL },
	{ "minimumConfidence", SHAPE_ANY, NULL },
	{ "sourceQuota", SHAPE_ANY, NULL },
	{ "reachability", SHAPE_ANY, NULL },
	{ "vexTrust", SHAPE_ANY, NULL },
	{ "requireFix", SHAPE_ANY, NULL },
	{ "undecided", SHAPE_ANY, NULL },
	SHAPE_END
};

static const struct shape ignore_shape[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "until", SHAPE_STRING, NULL },
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape environment_shape[] = {
	{ "gates", SHAPE_OBJECT, gates_shape },
	SHAPE_END
};

static const struct shape policy_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "version", SHAPE_STRING | SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "window", SHAPE_OBJECT, window_shape },
	{ "trust", SHAPE_OBJECT, trust_shape },
	{ "honourSuppressed", SHAPE_BOOL, NULL },
	{ "gates", SHAPE_OBJECT, gates_shape },
	{ "ignore", SHAPE_ARRAY, ignore_shape },
	{ "environments", SHAPE_MAP, environment_shape },
	SHAPE_END
};

/* A gate that is more than its value. */
static const struct shape wrapped_shape[] = {
	{ "value", SHAPE_ANY | SHAPE_NEEDED, NULL },
	{ "action", SHAPE_STRING, NULL },
	{ "from", SHAPE_STRING, NULL },
	{ "until", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape quota_shape[] = {
	{ "maxShare", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "corroborationDelta", SHAPE_INT, NULL },
	SHAPE_END
};

static const struct shape reach_shape[] = {
	{ "severity", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "bypass", SHAPE_ARRAY, NULL },
	SHAPE_END
};

static const struct shape vex_trust_shape[] = {
	{ "minimum", SHAPE_INT, NULL },
	{ "requireSigned", SHAPE_BOOL, NULL },
	{ "maxAgeDays", SHAPE_INT, NULL },
	SHAPE_END
};

bool
policy_severity(struct slice name, enum policy_severity *out)
{
	for (int i = 0; i < POLICY_SEVERITIES; i++) {
		if (!slice_is(name, policy_severity_name[i]))
			continue;
		*out = (enum policy_severity)i;
		return true;
	}
	return false;
}

bool
policy_at_or_above(enum policy_severity s, enum policy_severity limit)
{
	if (s == POLICY_UNKNOWN)
		s = POLICY_HIGH;
	return s >= limit;
}

bool
policy_moment(struct slice s, int64_t *sec)
{
	static const char midnight[] = "T00:00:00Z";
	char text[TIMEFMT_LEN];
	const size_t day = TIMEFMT_LEN - (sizeof(midnight) - 1);
	struct instant t;

	if (s.len == day) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = i < day ? s.data[i] : midnight[i - day];
		s = (struct slice){ text, sizeof(text) };
	}
	if (!timefmt_rfc3339(s, &t))
		return false;
	/* A moment within a second is not over before that second is. */
	*sec = t.sec + (t.nsec > 0);
	return true;
}

bool
policy_span_holds(const struct policy_span *span, int64_t at)
{
	return span->from <= at && at < span->until;
}

/* --- members -------------------------------------------------------------- */

/* A whole number of [min, max]; v NULL leaves *out as it is. */
static enum status
read_int(const struct json *v, const char *name, int64_t min, int64_t max,
    int64_t *out, struct err *e)
{
	int64_t n;

	if (v == NULL)
		return ERR_OK;
	if (!json_int64(v, &n) || n < min || n > max)
		return err_input(e, v->offset, "'%s' is not a whole number of "
		    "%lld to %lld", name, (long long)min, (long long)max);
	*out = n;
	return ERR_OK;
}

static enum status
read_points(const struct json *v, const char *name, int *out, struct err *e)
{
	int64_t n = *out;
	enum status rc = read_int(v, name, 0, LATTICE_ONE, &n, e);

	*out = (int)n;
	return rc;
}

static enum status
read_moment(const struct json *v, const char *name, int64_t *out,
    struct slice *text, struct err *e)
{
	if (v == NULL)
		return ERR_OK;
	if (!policy_moment(json_text(v), out))
		return err_input(e, v->offset, "'%s' is no date or time, "
		    "expected YYYY-MM-DD or RFC 3339", name);
	*text = json_text(v);
	return ERR_OK;
}

static enum status
read_text(const struct json *v, const char *name, struct slice *out,
    struct err *e)
{
	if (v == NULL)
		return ERR_OK;
	*out = json_text(v);
	return out->len > 0 ? ERR_OK :
	    err_input(e, v->offset, "'%s' is empty", name);
}

static enum status
read_severity(const struct json *v, const char *name,
    enum policy_severity *out, struct err *e)
{
	if (policy_severity(json_text(v), out) && *out != POLICY_NONE &&
	    *out != POLICY_UNKNOWN)
		return ERR_OK;
	return err_input(e, v->offset, "'%s' is no severity, expected "
	    "critical, high, medium, low or negligible", name);
}

static enum status
read_id(const struct json *v, const char *name, bool *has, struct digest *out,
    struct err *e)
{
	*has = v != NULL;
	if (v == NULL || digest_read(json_text(v), out))
		return ERR_OK;
	return err_input(e, v->offset,
	    "'%s' is no digest, expected sha256: and 64 hex digits", name);
}

static enum status
read_window(const struct json *v, struct policy *p, struct err *e)
{
	static const char *const name[] = { "bucket", "ttl" };
	int64_t *const to[] = { &p->bucket, &p->ttl };

	p->bucket = p->ttl = TIMEFMT_DAY;
	for (size_t i = 0; i < 2; i++) {
		const struct json *span = json_get(v, name[i]);

		if (span != NULL && !timefmt_span(json_text(span), to[i]))
			return err_input(e, span->offset, "'%s' is no length "
			    "of time, expected digits and s, m, h, d or w",
			    name[i]);
	}
	return ERR_OK;
}

/* --- trust ---------------------------------------------------------------- */

static enum status
read_rules(const struct json *trust, struct lattice_rules *r, struct err *e)
{
	const struct json *weights = json_get(trust, "weights");
	int64_t half = lattice_default.half_life;

	*r = lattice_default;
	if (read_points(json_get(weights, "p"), "p", &r->weight_p, e) !=
	    ERR_OK ||
	    read_points(json_get(weights, "c"), "c", &r->weight_c, e) !=
	    ERR_OK ||
	    read_points(json_get(weights, "r"), "r", &r->weight_r, e) !=
	    ERR_OK ||
	    read_int(json_get(trust, "halfLifeDays"), "halfLifeDays", 1,
	    LATTICE_HALF_LIFE_MAX, &half, e) != ERR_OK ||
	    read_points(json_get(trust, "floor"), "floor", &r->floor, e) !=
	    ERR_OK ||
	    read_points(json_get(trust, "conflictPenalty"), "conflictPenalty",
	    &r->penalty, e) != ERR_OK ||
	    read_points(json_get(trust, "margin"), "margin", &r->margin, e) !=
	    ERR_OK)
		return ERR_INPUT;
	r->half_life = (int)half;
	if (r->weight_p + r->weight_c + r->weight_r != LATTICE_ONE)
		return err_input(e, weights->offset,
		    "'weights' sum to %d, expected %d", r->weight_p +
		    r->weight_c + r->weight_r, LATTICE_ONE);
	return ERR_OK;
}

/* What a source says of itself, else its class, else -1. */
static enum status
read_component(const struct json *source, const struct json *class,
    const char *name, int *out, struct err *e)
{
	const struct json *v = json_get(source, name);

	*out = -1;
	return read_points(v != NULL ? v : json_get(class, name), name, out,
	    e);
}

static enum status
read_vector(const struct json *v, const struct json *class, int *p, int *c,
    int *r, struct err *e)
{
	if (read_component(v, class, "p", p, e) != ERR_OK ||
	    read_component(v, class, "c", c, e) != ERR_OK ||
	    read_component(v, class, "r", r, e) != ERR_OK)
		return ERR_INPUT;
	return ERR_OK;
}

static enum status
read_source(const struct json *v, const struct json *classes,
    struct policy_source *s, struct err *e)
{
	const struct json *match = json_get(v, "match"), *class;

	*s = (struct policy_source){ .p = -1 };
	if (match->len == 0)
		return err_input(e, match->offset, "'match' is empty, "
		    "expected signer, origin or digest");
	if (read_id(json_get(match, "signer"), "signer", &s->has_signer,
	    &s->signer, e) != ERR_OK ||
	    read_id(json_get(match, "digest"), "digest", &s->has_digest,
	    &s->digest, e) != ERR_OK ||
	    read_text(json_get(match, "origin"), "origin", &s->origin, e) !=
	    ERR_OK ||
	    read_text(json_get(v, "class"), "class", &s->class, e) != ERR_OK)
		return ERR_INPUT;
	class = s->class.data != NULL ? json_get_slice(classes, s->class) :
	    NULL;
	/* Without classes it is a label for people. */
	if (classes != NULL && s->class.data != NULL && class == NULL)
		return err_input(e, json_get(v, "class")->offset,
		    "'class' is none of 'classes'");
	return read_vector(v, class, &s->p, &s->c, &s->r, e);
}

static enum status
read_trust(struct arena *a, const struct json *trust, struct policy *p,
    struct err *e)
{
	const struct json *sources = json_get(trust, "sources");
	const struct json *classes = json_get(trust, "classes");
	int p1, c1, r1;

	if (classes != NULL)
		JSON_MEMBERS(m, classes)
			if (read_vector(&m->value, NULL, &p1, &c1, &r1, e) !=
			    ERR_OK)
				return ERR_INPUT;
	if (sources != NULL) {
		p->source = arena_array(a, sources->len + 1,
		    sizeof(*p->source));
		JSON_EACH(item, sources)
			if (read_source(item, classes,
			    &p->source[p->sources++], e) != ERR_OK)
				return ERR_INPUT;
	}
	return read_rules(trust, &p->rules, e);
}

/* --- gates ---------------------------------------------------------------- */

/* true, false or a severity; *set is false where it is switched off. */
static enum status
read_switch(const struct json *v, const char *name, struct policy_gate *g,
    struct err *e)
{
	g->severity = POLICY_NONE;
	if (v->type == JSON_BOOL) {
		g->set = json_true(v);
		return ERR_OK;
	}
	return read_severity(v, name, &g->severity, e);
}

/* A gate's value that has members; its name in what is wrong with it. */
static enum status
check_value(const struct json *v, const char *name, const struct shape *shape,
    struct err *e)
{
	if (v->type != JSON_OBJECT)
		return err_input(e, v->offset, "'%s' is %s, expected an "
		    "object", name, json_type_name(v));
	return shape_check(v, shape, NULL, e);
}

static enum status
read_quota(const struct json *v, struct policy_gate *g, struct err *e)
{
	if (check_value(v, "sourceQuota", quota_shape, e) !=
	    ERR_OK)
		return ERR_INPUT;
	if (read_points(json_get(v, "maxShare"), "maxShare", &g->limit, e) !=
	    ERR_OK)
		return ERR_INPUT;
	return read_points(json_get(v, "corroborationDelta"),
	    "corroborationDelta", &g->delta, e);
}

/* One of OpenVEX's words, or FORMAT:WORD for a format's own. */
static bool
is_justification(struct slice s)
{
	static const char *const word[] = {
		"component_not_present", "vulnerable_code_not_present",
		"vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary",
		"inline_mitigations_already_exist"
	};
	size_t colon = slice_find(s, ':');

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (slice_is(s, word[i]))
			return true;
	return colon > 0 && colon + 1 < s.len;
}

static enum status
read_reach(const struct json *v, struct policy_gate *g, struct err *e)
{
	if (check_value(v, "reachability", reach_shape, e) !=
	    ERR_OK)
		return ERR_INPUT;
	g->bypass = json_get(v, "bypass");
	if (g->bypass != NULL)
		JSON_EACH(item, g->bypass)
			if (!is_justification(json_text(item)))
				return err_input(e, item->offset,
				    "'bypass' holds no justification of "
				    "OpenVEX's and no FORMAT:WORD");
	return read_severity(json_get(v, "severity"), "severity",
	    &g->severity, e);
}

static enum status
read_vex_trust(const struct json *v, struct policy_gate *g, struct err *e)
{
	g->max_age = -1;
	if (check_value(v, "vexTrust", vex_trust_shape, e) !=
	    ERR_OK)
		return ERR_INPUT;
	if (v->len == 0)
		return err_input(e, v->offset, "'vexTrust' is empty");
	g->require_signed = json_true(json_get(v, "requireSigned"));
	if (read_int(json_get(v, "maxAgeDays"), "maxAgeDays", 0, AGE_MAX,
	    &g->max_age, e) != ERR_OK)
		return ERR_INPUT;
	return read_points(json_get(v, "minimum"), "minimum", &g->limit, e);
}

static enum status
read_value(enum policy_gate_id id, const struct json *v,
    struct policy_gate *g, struct err *e)
{
	const char *name = policy_gate_name[id];

	switch (id) {
	case POLICY_MAX_SEVERITY:
		return read_severity(v, name, &g->severity, e);
	case POLICY_MINIMUM_CONFIDENCE:
		return read_points(v, name, &g->limit, e);
	case POLICY_SOURCE_QUOTA:
		return read_quota(v, g, e);
	case POLICY_REACHABILITY:
		return read_reach(v, g, e);
	case POLICY_VEX_TRUST:
		return read_vex_trust(v, g, e);
	case POLICY_REQUIRE_FIX:
	case POLICY_UNDECIDED:
		return read_switch(v, name, g, e);
	case POLICY_GATES:
		break;
	}
	return ERR_OK;
}

static enum status
read_gate(enum policy_gate_id id, const struct json *v, struct policy_gate *g,
    struct err *e)
{
	const struct json *action;

	*g = (struct policy_gate){ .set = true,
	    .span = { .from = INT64_MIN, .until = INT64_MAX } };
	if (json_get(v, "value") == NULL)
		return read_value(id, v, g, e);
	if (shape_check(v, wrapped_shape, NULL, e) != ERR_OK)
		return ERR_INPUT;
	action = json_get(v, "action");
	g->warn = json_is(action, "warn");
	if (action != NULL && !g->warn && !json_is(action, "block"))
		return err_input(e, action->offset,
		    "'action' is neither warn nor block");
	if (read_moment(json_get(v, "from"), "from", &g->span.from,
	    &g->span.from_text, e) != ERR_OK ||
	    read_moment(json_get(v, "until"), "until", &g->span.until,
	    &g->span.until_text, e) != ERR_OK)
		return ERR_INPUT;
	if (g->span.from >= g->span.until)
		return err_input(e, v->offset,
		    "'%s' ends before it begins", policy_gate_name[id]);
	return read_value(id, json_get(v, "value"), g, e);
}

static enum status
read_gates(const struct json *gates, struct policy_gate to[POLICY_GATES],
    struct err *e)
{
	for (int i = 0; i < POLICY_GATES; i++) {
		const struct json *v = json_get(gates, policy_gate_name[i]);

		if (v != NULL && read_gate((enum policy_gate_id)i, v, &to[i],
		    e) != ERR_OK)
			return ERR_INPUT;
	}
	return ERR_OK;
}

/* All environments are read, so that a fault in one is found by all. */
static enum status
read_environments(const struct json *doc, struct slice name, struct policy *p,
    struct err *e)
{
	const struct json *all = json_get(doc, "environments");
	bool found = all == NULL || all->len == 0 ||
	    slice_is(name, CONTEXT_DEFAULT);

	if (read_gates(json_get(doc, "gates"), p->gate, e) != ERR_OK)
		return ERR_INPUT;
	if (all == NULL)
		return ERR_OK;
	JSON_MEMBERS(m, all) {
		struct policy_gate other[POLICY_GATES];
		bool chosen = slice_eq(name, (struct slice){ m->key,
		    m->key_len });

		found |= chosen;
		if (read_gates(json_get(&m->value, "gates"),
		    chosen ? p->gate : other, e) != ERR_OK)
			return ERR_INPUT;
	}
	return found ? ERR_OK : err_input(e, all->offset,
	    "the policy names environments, and '%.*s' is none of them",
	    (int)(name.len < 64 ? name.len : 64), name.data);
}

static enum status
read_ignores(struct arena *a, const struct json *list, struct policy *p,
    struct err *e)
{
	if (list == NULL)
		return ERR_OK;
	p->ignore = arena_array(a, list->len + 1, sizeof(*p->ignore));
	JSON_EACH(item, list) {
		struct policy_ignore *i = &p->ignore[p->ignores++];

		*i = (struct policy_ignore){
			.span = { .from = INT64_MIN, .until = INT64_MAX }
		};
		if (read_text(json_get(item, "id"), "id", &i->id, e) !=
		    ERR_OK ||
		    read_text(json_get(item, "component"), "component",
		    &i->component, e) != ERR_OK ||
		    read_text(json_get(item, "reason"), "reason", &i->reason,
		    e) != ERR_OK ||
		    read_moment(json_get(item, "until"), "until",
		    &i->span.until, &i->span.until_text, e) != ERR_OK)
			return ERR_INPUT;
	}
	return ERR_OK;
}

enum status
policy_read(struct arena *a, const struct json *doc, struct slice environment,
    struct policy *out, struct err *e)
{
	enum status rc = shape_check(doc, policy_shape, POLICY_KIND, e);

	*out = (struct policy){ 0 };
	if (rc != ERR_OK)
		return rc;
	out->version = json_get(doc, "version");
	out->honour_suppressed = json_true(json_get(doc, "honourSuppressed"));
	if (read_text(json_get(doc, "name"), "name", &out->name, e) !=
	    ERR_OK ||
	    read_window(json_get(doc, "window"), out, e) != ERR_OK ||
	    read_trust(a, json_get(doc, "trust"), out, e) != ERR_OK ||
	    read_environments(doc, environment, out, e) != ERR_OK)
		return ERR_INPUT;
	return read_ignores(a, json_get(doc, "ignore"), out, e);
}
