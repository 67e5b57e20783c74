/* SPDX-License-Identifier: Apache-2.0 */
/* budget: one table of cases, and properties over generated ones. */
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "canon.h"
#include "tap.h"
#include "timefmt.h"

#define KIND "\"kind\":\"prov.budget/v1\""
#define AT "2026-06-15T00:00:00Z"

/* Unknowns and claims as a verdict holds them. */
#define U(reason) "{\"reason\":\"" reason "\",\"detail\":\"d\"}"
#define UC(reason, component) "{\"reason\":\"" reason "\",\"component\":\"" \
	component "\",\"detail\":\"d\"}"
#define CLAIM(id, status, severity, more) "{\"component\":\"pkg:npm/a@1\"," \
	"\"id\":\"" id "\",\"status\":\"" status "\",\"severity\":\"" \
	severity "\"" more "}"
#define VERDICT(unknowns, claims, more) "{\"unknowns\":[" unknowns \
	"],\"claims\":[" claims "]" more "}"
#define BASE ",\"counts\":{\"newFindings\":0}"

static const struct test {
	const char *title;
	const char *budget;		/* members beside kind */
	const char *environment;
	const char *facts;
	/* result, total, uncertainty, new, conflicts; then each violation as
	 * type reason actual/limit; "refused" */
	const char *want;
} table[] = {
	{ "nothing against nothing", "\"default\":{}", "default",
	    VERDICT("", "", ""), "pass 0 0 0 0" },
	{ "no limits at all", "\"default\":{}", "default",
	    VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "pass 2 0.5 0 0" },
	{ "count within", "\"default\":{\"maxUnknownCount\":2}", "default",
	    VERDICT(U("Identity"), "", ""), "pass 1 0.25 0 0" },
	{ "count at its limit", "\"default\":{\"maxUnknownCount\":1}",
	    "default", VERDICT(U("Identity"), "", ""), "pass 1 0.25 0 0" },
	{ "count over blocks", "\"default\":{\"maxUnknownCount\":0}",
	    "default", VERDICT(U("Identity"), "", ""),
	    "fail 1 0.25 0 0 count - 1/0" },
	{ "count over warns", "\"default\":{\"maxUnknownCount\":0,"
	    "\"action\":\"warn\"}", "default",
	    VERDICT(U("Identity"), "", ""), "warn 1 0.25 0 0 count - 1/0" },
	{ "uncertainty at its limit", "\"default\":{"
	    "\"maxCumulativeUncertainty\":0.5}", "default",
	    VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "pass 2 0.5 0 0" },
	{ "uncertainty over", "\"default\":{\"maxCumulativeUncertainty\":"
	    "0.4999}", "default",
	    VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "fail 2 0.5 0 0 uncertainty - 0.5/0.4999" },
	{ "a weight by reason", "\"default\":{\"maxCumulativeUncertainty\":"
	    "2.5},\"weights\":{\"Identity\":2.5}", "default",
	    VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "fail 2 2.75 0 0 uncertainty - 2.75/2.5" },
	{ "a weight of nothing", "\"default\":{\"maxCumulativeUncertainty\":"
	    "0},\"weights\":{\"Identity\":0}", "default",
	    VERDICT(U("Identity"), "", ""), "pass 1 0 0 0" },
	{ "four places are exact", "\"default\":{},\"weights\":{\"Identity\":"
	    "0.0001}", "default", VERDICT(U("Identity") "," UC("Identity",
	    "b") "," UC("Identity", "c"), "", ""), "pass 3 0.0003 0 0" },
	{ "ten tenths are one", "\"default\":{\"maxCumulativeUncertainty\":1},"
	    "\"weights\":{\"X\":0.1}", "default",
	    "{\"byReason\":{\"X\":10}}", "pass 10 1 0 0" },
	{ "reason within", "\"default\":{\"reasonLimits\":{\"Identity\":1}}",
	    "default", VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "pass 2 0.5 0 0" },
	{ "reason over", "\"default\":{\"reasonLimits\":{\"Identity\":0}}",
	    "default", VERDICT(U("Identity") "," U("FeedGap"), "", ""),
	    "fail 2 0.5 0 0 reason Identity 1/0" },
	{ "severity within", "\"default\":{\"severityLimits\":{\"high\":1}}",
	    "default", VERDICT("", CLAIM("C-1", "affected", "high", ""), ""),
	    "pass 0 0 1 0" },
	{ "severity over", "\"default\":{\"severityLimits\":{\"high\":0}}",
	    "default", VERDICT("", CLAIM("C-1", "affected", "high", ""), ""),
	    "fail 0 0 1 0 severity high 1/0" },
	{ "under investigation counts by severity", "\"default\":{"
	    "\"severityLimits\":{\"high\":0}}", "default", VERDICT("",
	    CLAIM("C-1", "under_investigation", "high", ""), ""),
	    "fail 0 0 1 0 severity high 1/0" },
	{ "not_affected and fixed do not", "\"default\":{\"severityLimits\":"
	    "{\"high\":0}}", "default", VERDICT("", CLAIM("C-1",
	    "not_affected", "high", "") "," CLAIM("C-2", "fixed", "high",
	    ""), BASE), "pass 0 0 0 0" },
	{ "no base: every finding is new", "\"default\":{\"maxNewFindings\":"
	    "1}", "default", VERDICT("", CLAIM("C-1", "not_affected", "low",
	    "") "," CLAIM("C-2", "fixed", "low", ""), ""),
	    "fail 0 0 2 0 newFindings - 2/1" },
	{ "a base: what it introduced", "\"default\":{\"maxNewFindings\":0}",
	    "default", VERDICT("", CLAIM("C-1", "affected", "low",
	    ",\"new\":true") "," CLAIM("C-2", "affected", "low", ""), BASE),
	    "fail 0 0 1 0 newFindings - 1/0" },
	{ "a base that introduced nothing", "\"default\":{\"maxNewFindings\":"
	    "0}", "default", VERDICT("", CLAIM("C-2", "affected", "low", ""),
	    BASE), "pass 0 0 0 0" },
	{ "conflicts over", "\"default\":{\"maxConflicts\":0}", "default",
	    VERDICT("", CLAIM("C-1", "fixed", "low", ",\"conflict\":true"),
	    BASE), "fail 0 0 0 1 conflicts - 1/0" },
	{ "a feed of the day", "\"default\":{\"maxFeedAgeDays\":0}",
	    "default", VERDICT("", "", ",\"feeds\":{\"f\":"
	    "\"2026-06-14T00:00:01Z\"}"),
	    "pass 0 0 0 0" },
	{ "a feed that is too old", "\"default\":{\"maxFeedAgeDays\":7}",
	    "default", VERDICT("", "", ",\"feeds\":{\"f\":"
	    "\"2026-06-01T00:00:00Z\"}"),
	    "fail 0 0 0 0 feedAge f 14/7" },
	{ "an ISO week is its Monday", "\"default\":{\"maxFeedAgeDays\":6}",
	    "default", VERDICT("", "", ",\"feeds\":{\"f\":\"2026-W24\"}"),
	    "fail 0 0 0 0 feedAge f 7/6" },
	{ "a feed's number is no time", "\"default\":{\"maxFeedAgeDays\":99}",
	    "default", VERDICT("", "", ",\"feeds\":{\"f\":\"17\"}"),
	    "fail 0 0 0 0 feedAge f null/99" },
	{ "findings without a feed", "\"default\":{\"maxFeedAgeDays\":99}",
	    "default", VERDICT("", CLAIM("C-1", "fixed", "low", ""), ""),
	    "fail 0 0 1 0 feedAge - null/99" },
	{ "an environment over the default", "\"default\":{"
	    "\"maxUnknownCount\":0},\"environments\":{\"p\":{"
	    "\"maxUnknownCount\":1}}", "p", VERDICT(U("Identity"), "", ""),
	    "pass 1 0.25 0 0" },
	{ "what an environment leaves out is the default's", "\"default\":{"
	    "\"maxUnknownCount\":0,\"action\":\"warn\"},\"environments\":{"
	    "\"p\":{\"maxConflicts\":1}}", "p", VERDICT(U("Identity"), "",
	    ""), "warn 1 0.25 0 0 count - 1/0" },
	{ "maps are merged key by key", "\"default\":{\"reasonLimits\":{"
	    "\"A\":0,\"B\":0}},\"environments\":{\"p\":{\"reasonLimits\":{"
	    "\"A\":1}}}", "p", VERDICT(U("A") "," U("B"), "", ""),
	    "fail 2 0.5 0 0 reason B 1/0" },
	{ "an environment that is not named has the default", "\"default\":{"
	    "\"maxUnknownCount\":0},\"environments\":{\"p\":{}}", "q",
	    VERDICT(U("A"), "", ""), "fail 1 0.25 0 0 count - 1/0" },
	{ "an unknown environment without a default", "\"environments\":{"
	    "\"p\":{}}", "q", VERDICT("", "", ""), "refused" },
	{ "a waiver by reason", "\"default\":{\"maxUnknownCount\":0},"
	    "\"waivers\":[{\"reason\":\"A\",\"until\":\"2026-06-16\","
	    "\"why\":\"w\"}]", "default", VERDICT(U("A"), "", ""),
	    "pass 0 0 0 0" },
	{ "a waiver on its last day", "\"default\":{\"maxUnknownCount\":0},"
	    "\"waivers\":[{\"reason\":\"A\",\"until\":\"2026-06-15T00:00:01Z\","
	    "\"why\":\"w\"}]", "default", VERDICT(U("A"), "", ""),
	    "pass 0 0 0 0" },
	{ "a waiver past its time", "\"default\":{\"maxUnknownCount\":0},"
	    "\"waivers\":[{\"reason\":\"A\",\"until\":\"2026-06-15\","
	    "\"why\":\"w\"}]", "default", VERDICT(U("A"), "", ""),
	    "fail 1 0.25 0 0 count - 1/0" },
	{ "a waiver by component, any version", "\"default\":{"
	    "\"maxUnknownCount\":1},\"waivers\":[{\"component\":\"pkg:npm/a\","
	    "\"until\":\"2027-01-01\",\"why\":\"w\"}]", "default",
	    VERDICT(UC("A", "pkg:npm/a@1") "," UC("A", "pkg:npm/b@1"), "",
	    ""), "pass 1 0.25 0 0" },
	{ "a waiver of another reason", "\"default\":{\"maxUnknownCount\":0},"
	    "\"waivers\":[{\"reason\":\"B\",\"until\":\"2027-01-01\","
	    "\"why\":\"w\"}]", "default", VERDICT(U("A"), "", ""),
	    "fail 1 0.25 0 0 count - 1/0" },
	{ "a waiver by id takes out the claim", "\"default\":{"
	    "\"severityLimits\":{\"high\":0},\"maxNewFindings\":0},"
	    "\"waivers\":[{\"id\":\"C-1\",\"until\":\"2027-01-01\","
	    "\"why\":\"w\"}]", "default", VERDICT("", CLAIM("C-1",
	    "affected", "high", ""), ""), "pass 0 0 0 0" },
	{ "bare counts", "\"default\":{\"reasonLimits\":{\"Identity\":3},"
	    "\"severityLimits\":{\"critical\":0},\"maxConflicts\":1}",
	    "default", "{\"byReason\":{\"Identity\":4},\"bySeverity\":{"
	    "\"critical\":1},\"newFindings\":7,\"conflicts\":1}",
	    "fail 4 1 7 1 severity critical 1/0 reason Identity 4/3" },
	{ "all limits at once", "\"default\":{\"maxUnknownCount\":0,"
	    "\"maxCumulativeUncertainty\":0,\"reasonLimits\":{\"A\":0},"
	    "\"severityLimits\":{\"low\":0},\"maxNewFindings\":0,"
	    "\"maxConflicts\":0}", "default", VERDICT(U("A"), CLAIM("C-1",
	    "affected", "low", ",\"conflict\":true"), ""),
	    "fail 1 0.25 1 1 uncertainty - 0.25/0 reason A 1/0 "
	    "conflicts - 1/0 severity low 1/0 newFindings - 1/0 "
	    "count - 1/0" },
	{ "five places", "\"default\":{\"maxCumulativeUncertainty\":0.00001}",
	    "default", VERDICT("", "", ""), "refused" },
	{ "an exponent", "\"default\":{\"maxCumulativeUncertainty\":1e1}",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a negative limit", "\"default\":{\"maxUnknownCount\":-1}",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a typo", "\"default\":{\"maxUnknowns\":1}", "default",
	    VERDICT("", "", ""), "refused" },
	{ "an unknown action", "\"default\":{\"action\":\"fail\"}",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a waiver of everything", "\"default\":{},\"waivers\":[{\"until\":"
	    "\"2027-01-01\",\"why\":\"w\"}]", "default", VERDICT("", "", ""),
	    "refused" },
	{ "a waiver of a reason that can never be", "\"default\":{},"
	    "\"waivers\":[{\"reason\":\"identity\",\"until\":"
	    "\"2027-01-01\",\"why\":\"w\"}]", "default",
	    VERDICT("", "", ""), "refused" },
	{ "a waiver of an empty reason", "\"default\":{},\"waivers\":[{"
	    "\"reason\":\"\",\"until\":\"2027-01-01\",\"why\":\"w\"}]",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a waiver of an empty id", "\"default\":{},\"waivers\":[{"
	    "\"id\":\"\",\"until\":\"2027-01-01\",\"why\":\"w\"}]",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a waiver whose reason is blank", "\"default\":{},\"waivers\":[{"
	    "\"id\":\"C-1\",\"until\":\"2027-01-01\",\"why\":\" \\t\"}]",
	    "default", VERDICT("", "", ""), "refused" },
	{ "a waiver until a day that is none", "\"default\":{},"
	    "\"waivers\":[{\"id\":\"C-1\",\"until\":\"2026-06-31\","
	    "\"why\":\"w\"}]", "default", VERDICT("", "", ""), "refused" },
	{ "a waiver at the very second it ends", "\"default\":{"
	    "\"maxUnknownCount\":0},\"waivers\":[{\"reason\":\"A\","
	    "\"until\":\"2026-06-15T02:00:00+02:00\",\"why\":\"w\"}]",
	    "default", VERDICT(U("A"), "", ""),
	    "fail 1 0.25 0 0 count - 1/0" },
	{ "a limit with an empty reason", "\"default\":{\"reasonLimits\":{"
	    "\"\":1}}", "default", VERDICT("", "", ""), "refused" },
	{ "a severity nobody has", "\"default\":{\"severityLimits\":{"
	    "\"Critical\":1}}", "default", VERDICT("", "", ""), "refused" },
	{ "a negative decimal", "\"default\":{"
	    "\"maxCumulativeUncertainty\":-0.0}", "default",
	    VERDICT("", "", ""), "refused" },
	{ "a count in a text", "\"default\":{\"maxUnknownCount\":\"1\"}",
	    "default", VERDICT("", "", ""), "refused" },
	{ "counts that cannot be weighed", "\"default\":{},\"weights\":{"
	    "\"A\":1000000000}", "default",
	    "{\"byReason\":{\"A\":9007199254740991}}", "refused" }
};

static bool
parse(struct arena *a, const char *text, struct json *out)
{
	return json_parse(slice_of(text), &json_own, a, out, NULL) == ERR_OK;
}

static enum status
check(struct arena *a, const char *budget, const char *environment,
    const char *facts, struct json *out)
{
	struct budget_facts f;
	struct json doc, counted;
	struct instant at;
	struct budget b;
	enum status rc;

	if (!timefmt_rfc3339(slice_of(AT), &at) ||
	    !parse(a, arena_printf(a, "{" KIND ",%s}", budget), &doc) ||
	    !parse(a, facts, &counted))
		abort();
	rc = budget_read(a, &doc, slice_of(environment), &b, NULL);
	if (rc != ERR_OK)
		return rc;
	if (json_get(&counted, "claims") != NULL)
		budget_facts(&counted, &f);
	else
		rc = budget_counts(&counted, &f, NULL);
	return rc == ERR_OK ? budget_check(a, &b, &f, at.sec, out, NULL) : rc;
}

static void
add(struct buf *out, const struct json *v, const char *name)
{
	const struct json *m = json_get(v, name);

	if (m == NULL)
		buf_byte(out, '-');
	else if (m->type == JSON_STRING)
		buf_slice(out, json_text(m));
	else
		canon_write(out, m);
}

static struct slice
summary(struct arena *a, const struct json *check_)
{
	static const char *const count[] = { "total",
	    "cumulativeUncertainty", "newFindings", "conflicts" };
	struct buf b = { 0 };
	struct slice s;

	add(&b, check_, "result");
	for (int i = 0; i < 4; i++) {
		buf_byte(&b, ' ');
		add(&b, json_get(check_, "actualCounts"), count[i]);
	}
	JSON_EACH(v, json_get(check_, "violations")) {
		buf_byte(&b, ' ');
		add(&b, v, "type");
		buf_byte(&b, ' ');
		add(&b, v, "reason");
		buf_byte(&b, ' ');
		add(&b, v, "actual");
		buf_byte(&b, '/');
		add(&b, v, "limit");
	}
	s = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return s;
}

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct test *t = &table[i];
		struct arena a = { 0 };
		struct json out;
		struct slice got = slice_of("refused");

		if (check(&a, t->budget, t->environment, t->facts, &out) ==
		    ERR_OK)
			got = summary(&a, &out);
		ok(slice_is(got, t->want), "%s: %.*s", t->title,
		    (int)got.len, got.data);
		arena_free(&a);
	}
}

static void
test_hash(void)
{
	static const char *const same[] = {
		"\"default\":{\"maxUnknownCount\":1,\"maxConflicts\":2}",
		"\"default\":{\"maxConflicts\":2,\"maxUnknownCount\":1}",
		"\"default\":{\"maxConflicts\":2,\"maxUnknownCount\":1,"
		"\"action\":\"block\"},\"weights\":{\"Identity\":0.250}",
		"\"default\":{\"maxConflicts\":2.0,\"reasonLimits\":{}},"
		"\"environments\":{\"default\":{\"maxUnknownCount\":1}}"
	};
	struct arena a = { 0 };
	struct json first, other;
	int equal = 0;

	(void)check(&a, same[0], "default", VERDICT("", "", ""), &first);
	for (int i = 1; i < 4; i++) {
		(void)check(&a, same[i], "default", VERDICT("", "", ""),
		    &other);
		equal += canon_cmp(&first, &other) == 0;
	}
	ok(equal == 3, "configHash asks neither for order nor for defaults");
	(void)check(&a, "\"default\":{\"maxUnknownCount\":1}", "default",
	    VERDICT("", "", ""), &other);
	ok(!json_equal(json_get(&first, "configHash"), json_get(&other,
	    "configHash")), "another limit is another configHash");
	arena_free(&a);
}

/* --- properties ----------------------------------------------------------- */

static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

static unsigned
next(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

static int
rank(const struct json *check_)
{
	return json_is(json_get(check_, "result"), "pass") ? 0 : 1;
}

static int64_t
total(const struct json *check_)
{
	int64_t n = -1;

	(void)json_int64(json_get(json_get(check_, "actualCounts"), "total"),
	    &n);
	return n;
}

#define BUDGET(l) arena_printf(&a, "\"default\":{\"maxUnknownCount\":%u," \
	"\"maxCumulativeUncertainty\":%u.%02u,\"reasonLimits\":{\"A\":%u," \
	"\"B\":%u}}", (l)[0], (l)[1], (l)[2], (l)[3], (l)[4])
#define COUNTS(x, y) arena_printf(&a, "{\"byReason\":{\"A\":%u,\"B\":%u}}", \
	(x), (y))

static void
test_properties(void)
{
	enum { CASES = 10000 };
	int monotone = 0, growing = 0;

	for (int i = 0; i < CASES; i++) {
		struct arena a = { 0 };
		unsigned limit[5], more[5], n[2];
		struct json low, high, added;

		for (int k = 0; k < 5; k++) {
			limit[k] = next(k == 2 ? 100 : 6);
			more[k] = limit[k];
		}
		more[next(2)] += next(5);
		more[3 + next(2)] += next(5);
		n[0] = next(6);
		n[1] = next(6);
		(void)check(&a, BUDGET(limit), "default", COUNTS(n[0], n[1]),
		    &low);
		(void)check(&a, BUDGET(more), "default", COUNTS(n[0], n[1]),
		    &high);
		(void)check(&a, BUDGET(limit), "default", COUNTS(n[0] + 1,
		    n[1]), &added);
		monotone += rank(&high) <= rank(&low);
		growing += total(&added) == total(&low) + 1 &&
		    rank(&added) >= rank(&low);
		arena_free(&a);
	}
	ok(monotone == CASES, "raising a limit never turns pass into fail "
	    "(%d cases)", CASES);
	ok(growing == CASES, "an unknown more never lowers a count "
	    "(%d cases)", CASES);
}

static void
test_decimals(void)
{
	static const struct {
		const char *text;
		int64_t units;		/* -1: refused */
		const char *again;
	} golden[] = {
		{ "0", 0, "0" }, { "2.5", 25000, "2.5" },
		{ "0.0001", 1, "0.0001" }, { "1.2000", 12000, "1.2" },
		{ "1000000000", INT64_C(10000000000000), "1000000000" },
		{ "1000000000.0001", -1, NULL }, { "1.00000", -1, NULL },
		{ "-1", -1, NULL }, { "1e2", -1, NULL },
		{ "0.25E1", -1, NULL }
	};
	int good = 0;

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		struct arena a = { 0 };
		struct json v, again;
		int64_t units = -1;

		if (!parse(&a, golden[i].text, &v))
			abort();
		if (!budget_decimal(&v, &units))
			units = -1;
		good += units == golden[i].units;
		if (units >= 0) {
			again = budget_number(&a, units);
			good -= !slice_is((struct slice){ again.u.text,
			    again.len }, golden[i].again);
		}
		arena_free(&a);
	}
	ok(good == (int)(sizeof(golden) / sizeof(golden[0])),
	    "decimals have at most four places and print as they are");
}

int
main(void)
{
	test_table();
	test_hash();
	test_decimals();
	test_properties();
	return done();
}
