/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says where it is silent, and what environments change. */
#include <string.h>

#include "policy.h"
#include "tap.h"

#define HEAD "{\"kind\":\"prov.policy/v1\",\"name\":\"t\",\"version\":\"1\""

static struct arena arena;

static enum status
read_policy(const char *rest, const char *environment, struct policy *p,
    struct err *e)
{
	/* The policy points into the document. */
	struct json *doc = arena_alloc(&arena, sizeof(*doc));
	const char *text = arena_printf(&arena, HEAD "%s}", rest);

	if (json_parse(slice_of(text), &json_own, &arena, doc, e) != ERR_OK)
		return ERR_SYSTEM;
	return policy_read(&arena, doc, slice_of(environment), p, e);
}

static bool
refused(const char *rest, const char *why)
{
	struct err e = { .text = "" };
	struct policy p;
	bool good = read_policy(rest, "default", &p, &e) == ERR_INPUT &&
	    strstr(e.text, why) != NULL && e.has_offset;

	if (!good)
		printf("# said: %s\n", e.text);
	return good;
}

static void
test_defaults(void)
{
	struct policy p;
	struct err e;
	int set = 0;

	ok(read_policy("", "default", &p, &e) == ERR_OK,
	    "kind, name and version are enough");
	for (int i = 0; i < POLICY_GATES; i++)
		set += p.gate[i].set;
	ok(set == 0 && p.ignores == 0 && p.sources == 0 &&
	    !p.honour_suppressed, "and then nothing is gated");
	ok(p.bucket == 86400 && p.ttl == 86400, "windows are of 24 hours");
	ok(memcmp(&p.rules, &lattice_default, sizeof(p.rules)) == 0 &&
	    p.rules.weight_p == 4500 && p.rules.weight_c == 3500 &&
	    p.rules.weight_r == 2000 && p.rules.half_life == 90 &&
	    p.rules.floor == 3500 && p.rules.penalty == 2500 &&
	    p.rules.margin == 1000, "trust has the lattice's numbers");
	ok(read_policy("", "production", &p, &e) == ERR_OK,
	    "a policy without environments serves them all");
}

static void
test_trust(void)
{
	struct policy p;
	struct err e;

	ok(read_policy(",\"trust\":{\"weights\":{\"p\":5000,\"c\":5000,"
	    "\"r\":0},\"halfLifeDays\":30,\"floor\":0,\"conflictPenalty\":"
	    "10000,\"margin\":0},\"window\":{\"bucket\":\"1h\",\"ttl\":"
	    "\"2d\"}", "default", &p, &e) == ERR_OK &&
	    p.rules.weight_r == 0 && p.rules.half_life == 30 &&
	    p.rules.floor == 0 && p.rules.penalty == 10000 &&
	    p.rules.margin == 0 && p.bucket == 3600 && p.ttl == 172800,
	    "numbers at their ends are taken");
	ok(read_policy(",\"trust\":{\"classes\":{\"v\":{\"p\":1,\"c\":2}},"
	    "\"sources\":[{\"match\":{\"origin\":\"o\"},\"class\":\"v\","
	    "\"c\":3}]}", "default", &p, &e) == ERR_OK && p.sources == 1 &&
	    p.source[0].p == 1 && p.source[0].c == 3 && p.source[0].r == -1,
	    "a source's own number, then its class's, else it is derived");
	ok(read_policy(",\"trust\":{\"sources\":[{\"match\":{\"origin\":"
	    "\"o\"},\"class\":\"vendor\",\"p\":1}]}", "default", &p, &e) ==
	    ERR_OK && slice_is(p.source[0].class, "vendor"),
	    "without classes a class is a label");
	ok(refused(",\"trust\":{\"classes\":{\"vendor\":{\"p\":1}},"
	    "\"sources\":[{\"match\":{\"origin\":\"o\"},\"class\":"
	    "\"vendro\"}]}", "'class'"), "a class that is not there");
	ok(refused(",\"trust\":{\"weights\":{\"p\":1,\"c\":1,\"r\":1}}",
	    "sum to 3"), "weights that are not one");
	ok(refused(",\"trust\":{\"halfLifeDays\":3651}", "1 to 3650"),
	    "a half-life beyond the arithmetic");
	ok(refused(",\"trust\":{\"floor\":1.5}", "'floor'"),
	    "a fraction of a basis point");
	ok(refused(",\"trust\":{\"classes\":{\"x\":{\"q\":1}}}", "'q'"),
	    "a typo in a class that nobody uses");
}

static void
test_severities(void)
{
	static const struct {
		enum policy_severity s, limit;
		bool want;
	} cases[] = {
		{ POLICY_CRITICAL, POLICY_HIGH, true },
		{ POLICY_HIGH, POLICY_HIGH, true },
		{ POLICY_MEDIUM, POLICY_HIGH, false },
		{ POLICY_UNKNOWN, POLICY_HIGH, true },
		{ POLICY_UNKNOWN, POLICY_CRITICAL, false },
		{ POLICY_NONE, POLICY_NEGLIGIBLE, false },
		{ POLICY_NONE, POLICY_NONE, true }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(policy_at_or_above(cases[i].s, cases[i].limit) ==
		    cases[i].want, "%s is %sat or above %s",
		    policy_severity_name[cases[i].s], cases[i].want ? "" :
		    "not ", policy_severity_name[cases[i].limit]);
}

static void
test_gates(void)
{
	struct policy p;
	struct err e;
	static const char both[] = ",\"gates\":{\"maxSeverity\":\"high\","
	    "\"minimumConfidence\":4000,\"undecided\":true},\"environments\":"
	    "{\"production\":{\"gates\":{\"maxSeverity\":{\"value\":"
	    "\"medium\",\"action\":\"warn\"}}},\"lab\":{\"gates\":"
	    "{\"undecided\":false}},\"bare\":{}}";

	ok(read_policy(both, "production", &p, &e) == ERR_OK &&
	    p.gate[POLICY_MAX_SEVERITY].severity == POLICY_MEDIUM &&
	    p.gate[POLICY_MAX_SEVERITY].warn &&
	    p.gate[POLICY_MINIMUM_CONFIDENCE].limit == 4000 &&
	    p.gate[POLICY_UNDECIDED].set,
	    "an environment replaces the gates it names, and no other");
	ok(read_policy(both, "lab", &p, &e) == ERR_OK &&
	    !p.gate[POLICY_UNDECIDED].set &&
	    p.gate[POLICY_MAX_SEVERITY].severity == POLICY_HIGH,
	    "false takes a gate away");
	ok(read_policy(both, "bare", &p, &e) == ERR_OK &&
	    p.gate[POLICY_UNDECIDED].set &&
	    read_policy(both, "default", &p, &e) == ERR_OK,
	    "an environment may change nothing, and default is always there");
	ok(read_policy(both, "Production", &p, &e) == ERR_INPUT,
	    "environments are named exactly");
	ok(read_policy(",\"gates\":{\"vexTrust\":{\"value\":{\"minimum\":1},"
	    "\"from\":\"2026-01-01\",\"until\":\"2026-01-02T00:00:00.5Z\"}}",
	    "default", &p, &e) == ERR_OK &&
	    p.gate[POLICY_VEX_TRUST].span.from == 1767225600 &&
	    p.gate[POLICY_VEX_TRUST].span.until == 1767312001 &&
	    p.gate[POLICY_VEX_TRUST].max_age == -1 &&
	    !policy_span_holds(&p.gate[POLICY_VEX_TRUST].span, 1767225599) &&
	    policy_span_holds(&p.gate[POLICY_VEX_TRUST].span, 1767225600) &&
	    policy_span_holds(&p.gate[POLICY_VEX_TRUST].span, 1767312000) &&
	    !policy_span_holds(&p.gate[POLICY_VEX_TRUST].span, 1767312001),
	    "from is the first second, until the first one after");
	ok(refused(",\"gates\":{\"maxSeverity\":{\"value\":\"high\",\"from\":"
	    "\"2026-01-02\",\"until\":\"2026-01-02\"}}",
	    "ends before it begins"), "a span of nothing");
	ok(refused(",\"gates\":{\"maxSeverity\":{\"value\":\"high\",\"form\":"
	    "\"2026-01-02\"}}", "'form'"), "a typo beside a gate's value");
	ok(refused(",\"gates\":{\"maxSeverity\":\"none\"}", "no severity"),
	    "a limit that nothing is below");
	ok(refused(",\"gates\":{\"maxSeverity\":\"unknown\"}",
	    "no severity"), "a limit that is no place in the order");
	ok(refused(",\"gates\":{\"undecided\":\"yes\"}", "no severity"),
	    "a switch that is neither");
	ok(refused(",\"environments\":{\"x\":{\"gates\":{\"maxSeverty\":"
	    "\"low\"}}}", "'maxSeverty'"),
	    "a typo in an environment that was not asked for");
	ok(refused(",\"environments\":{\"x\":{\"ignore\":[]}}", "'ignore'"),
	    "what an environment cannot change");
}

static void
test_ignores(void)
{
	struct policy p;
	struct err e;

	ok(read_policy(",\"ignore\":[{\"id\":\"CVE-1\",\"reason\":\"r\"},"
	    "{\"id\":\"CVE-2\",\"component\":\"pkg:npm/a\",\"until\":"
	    "\"2026-02-28\",\"reason\":\"r\"}]", "default", &p, &e) ==
	    ERR_OK && p.ignores == 2 && p.ignore[0].component.data == NULL &&
	    policy_span_holds(&p.ignore[0].span, INT64_MAX - 1) &&
	    policy_span_holds(&p.ignore[1].span, 1772236799) &&
	    !policy_span_holds(&p.ignore[1].span, 1772236800),
	    "an ignore ends with the first moment of its day");
	ok(refused(",\"ignore\":[{\"id\":\"CVE-1\"}]", "'reason'"),
	    "an ignore without a reason");
	ok(refused(",\"ignore\":[{\"id\":\"CVE-1\",\"reason\":\"\"}]",
	    "'reason' is empty"), "an empty reason");
	ok(refused(",\"ignore\":[{\"id\":\"CVE-1\",\"reason\":\"r\","
	    "\"untill\":\"2026-01-01\"}]", "'untill'"),
	    "a typo that would ignore for ever");
	ok(refused(",\"ignore\":[{\"id\":\"CVE-1\",\"reason\":\"r\","
	    "\"until\":\"2026-02-29\"}]", "'until'"),
	    "a day that is not in the calendar");
}

int
main(void)
{
	test_defaults();
	test_trust();
	test_severities();
	test_gates();
	test_ignores();
	arena_free(&arena);
	return done();
}
