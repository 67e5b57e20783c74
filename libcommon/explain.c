/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "explain.h"
#include "match.h"
#include "purl.h"

enum {
	SHORT_DIGEST = 19	/* "sha256:" and twelve digits */
};

/* Text of others: what could drive a terminal is shown as \xNN. */
static void
text(struct buf *out, struct slice s)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		/* C1 controls are C2 80 to C2 9F in UTF-8; bidirectional
		 * controls are E2 80 AA to AE and E2 81 A6 to A9. */
		bool c1 = c == 0xc2 && i + 1 < s.len &&
		    (unsigned char)s.data[i + 1] < 0xa0;
		bool bidi = c == 0xe2 && i + 2 < s.len &&
		    (((unsigned char)s.data[i + 1] == 0x80 &&
		    (unsigned char)s.data[i + 2] >= 0xaa &&
		    (unsigned char)s.data[i + 2] <= 0xae) ||
		    ((unsigned char)s.data[i + 1] == 0x81 &&
		    (unsigned char)s.data[i + 2] >= 0xa6 &&
		    (unsigned char)s.data[i + 2] <= 0xa9));
		size_t n = c1 ? 2 : bidi ? 3 : c < 0x20 || c == 0x7f ? 1 : 0;

		if (n == 0) {
			buf_byte(out, (char)c);
			continue;
		}
		for (size_t k = 0; k < n; k++) {
			c = (unsigned char)s.data[i + k];
			buf_text(out, "\\x");
			buf_byte(out, digit[c >> 4]);
			buf_byte(out, digit[c & 15]);
		}
		i += n - 1;
	}
}

static void
member(struct buf *out, const struct json *v, const char *name)
{
	const struct json *m = json_get(v, name);

	if (m != NULL && m->type == JSON_NUMBER)
		buf_add(out, m->u.text, m->len);
	else
		text(out, json_text(m));
}

static int
number(const struct json *v, const char *name)
{
	int64_t n = 0;

	(void)json_int64(json_get(v, name), &n);
	return (int)n;
}

static void
short_digest(struct buf *out, struct slice s)
{
	text(out, slice_cut(s, 0, SHORT_DIGEST));
}

/* --- one claim ------------------------------------------------------------ */

static const char *
match_words(struct slice match)
{
	static const char *const words[][2] = {
		{ "digest", "names its digest" },
		{ "version", "names its exact version" },
		{ "range", "names a range that holds its version" },
		{ "product", "names the product without a version" },
		{ "family", "names a family" },
		{ "scanner", "found by a scanner" }
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is(match, words[i][0]))
			return words[i][1];
	return "";
}

static const char *
aside_words(struct slice aside)
{
	if (slice_is(aside, "LowerProvenance"))
		return "an affected statement has a higher provenance";
	if (slice_is(aside, "UnderInvestigation"))
		return "an affected statement ends the investigation";
	return "the same signer or document spoke later";
}

static void
who(struct buf *out, const struct json *s)
{
	struct slice author = json_get_text(s, "author");

	short_digest(out, json_get_text(s, "source"));
	if (author.len > 0) {
		buf_text(out, " by ");
		text(out, author);
	}
	if (json_get(s, "origin") != NULL) {
		buf_text(out, ", origin ");
		member(out, s, "origin");
	}
	if (json_get(s, "class") != NULL) {
		buf_text(out, ", class ");
		member(out, s, "class");
	}
	if (json_get(s, "signer") != NULL) {
		buf_text(out, ", signed by ");
		short_digest(out, json_get_text(s, "signer"));
	} else if (!json_is(json_get(s, "match"), "scanner")) {
		buf_text(out, ", not signed by a trusted key");
	}
}

static void
arithmetic(struct buf *out, const struct json *s,
    const struct lattice_rules *rules)
{
	int p = number(s, "p"), c = number(s, "c"), r = number(s, "r");
	int m = number(s, "strength"), f = number(s, "freshness");
	int base = lattice_base(rules, p, c, r);
	int strong = base * m / LATTICE_ONE;

	buf_printf(out, "      P %d, C %d, R %d: base (%d*%d + %d*%d + "
	    "%d*%d) / 10000 = %d\n", p, c, r, rules->weight_p, p,
	    rules->weight_c, c, rules->weight_r, r, base);
	buf_printf(out, "      strength %d: %d * %d / 10000 = %d; "
	    "freshness %d: %d * %d / 10000 = %d\n", m, base, m, strong, f,
	    strong, f, lattice_score(base, m, f));
}

static void
explain_source(struct buf *out, const struct json *s,
    const struct lattice_rules *rules, bool winner)
{
	static const char *const said[] = { "justification",
	    "nativeJustification", "impact", "action", "timestamp",
	    "updated" };

	buf_text(out, winner ? "    * " : "    - ");
	member(out, s, "status");
	buf_text(out, " (score ");
	member(out, s, "score");
	buf_text(out, "), ");
	who(out, s);
	buf_printf(out, "; %s\n", match_words(json_get_text(s, "match")));
	arithmetic(out, s, rules);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (json_get(s, said[i]) == NULL)
			continue;
		buf_printf(out, "      %s: ", said[i]);
		member(out, s, said[i]);
		buf_byte(out, '\n');
	}
	if (json_get(s, "setAside") != NULL)
		buf_printf(out, "      set aside: %s\n",
		    aside_words(json_get_text(s, "setAside")));
}

/* A verdict, and what is looked up in it for each claim. */
struct telling {
	struct arena *arena;
	const struct json *verdict, *violations;
	const struct lattice_rules *rules;
	struct match_multi by_claim;	/* component NUL id -> violation */
};

static struct slice
claim_key(const struct telling *t, const struct json *v)
{
	return match_pair(t->arena, json_get_text(v, "component"),
	    json_get_text(v, "id"));
}

/* Behind the last first: the first is found first. */
static void
begin(struct telling *t)
{
	t->violations = json_get(t->verdict, "violations");
	for (size_t i = t->violations->len; i-- > 0;)
		match_multi_add(&t->by_claim, claim_key(t,
		    &t->violations->u.item[i]), i);
}

/* The gates and rules that fired for a claim. */
static void
explain_rules(struct buf *out, const struct telling *t,
    const struct json *claim)
{
	const struct match_link *l = match_multi_find(&t->by_claim,
	    claim_key(t, claim));

	for (; l != NULL; l = match_multi_next(&t->by_claim, l)) {
		const struct json *v = &t->violations->u.item[l->value];

		buf_text(out, "    ");
		member(out, v, "effect");
		buf_text(out, ": ");
		member(out, v, json_get(v, "gate") != NULL ? "gate" : "rule");
		buf_text(out, ": ");
		member(out, v, "message");
		buf_byte(out, '\n');
	}
}

static void
explain_fix(struct buf *out, const struct json *claim)
{
	const struct json *fix = json_get(claim, "fix");
	const char *sep = ", fixed in ";

	if (fix == NULL)
		return;
	JSON_EACH(v, fix) {
		buf_text(out, sep);
		text(out, json_text(v));
		sep = ", ";
	}
}

static void
explain_one(struct buf *out, const struct telling *t,
    const struct json *claim)
{
	const struct json *sources = json_get(claim, "sources");
	bool marked = false;

	member(out, claim, "component");
	buf_text(out, "  ");
	member(out, claim, "id");
	buf_text(out, "\n    ");
	member(out, claim, "status");
	buf_text(out, ", score ");
	member(out, claim, "score");
	if (json_get(claim, "severity") != NULL) {
		buf_text(out, ", severity ");
		member(out, claim, "severity");
	} else {
		buf_text(out, ", no scanner reports it");
	}
	explain_fix(out, claim);
	if (json_true(json_get(claim, "new")))
		buf_text(out, ", new since the base");
	if (json_true(json_get(claim, "undecided")))
		buf_text(out, ", no statement speaks of it");
	if (json_get(claim, "excluded") != NULL) {
		buf_text(out, ", let through: ");
		member(out, claim, "excluded");
	}
	buf_byte(out, '\n');
	JSON_EACH(s, sources) {
		bool winner = !marked && json_get(s, "setAside") == NULL &&
		    json_equal(json_get(s, "source"), json_get(claim,
		    "winner")) && json_equal(json_get(s, "status"),
		    json_get(claim, "status"));

		marked |= winner;
		explain_source(out, s, t->rules, winner);
	}
	if (json_true(json_get(claim, "conflict")))
		buf_printf(out, "    conflict: both sides within %d, the "
		    "winner keeps %d of 10000\n", t->rules->margin,
		    LATTICE_ONE - t->rules->penalty);
	explain_rules(out, t, claim);
}

/* --- what matched nothing ------------------------------------------------- */

static void
explain_unmatched(struct buf *out, const struct json *u)
{
	const struct json *nearest = json_get(u, "nearest");

	buf_text(out, "    ");
	member(out, u, "id");
	buf_byte(out, ' ');
	member(out, u, "status");
	buf_text(out, " for ");
	member(out, u, "product");
	buf_text(out, ", ");
	short_digest(out, json_get_text(u, "source"));
	if (nearest != NULL) {
		buf_text(out, ": nearest is ");
		member(out, nearest, "component");
		buf_text(out, ", which differs in ");
		member(out, nearest, "differs");
	} else if (json_is(json_get(u, "reason"), "Subcomponent")) {
		buf_text(out, ": the product is here, its subcomponents are "
		    "not");
	} else if (json_is(json_get(u, "reason"), "NoProduct")) {
		buf_text(out, ": the statement names no product");
	} else {
		buf_text(out, ": no component of that name");
	}
	buf_byte(out, '\n');
}

/* --- the whole ------------------------------------------------------------ */

static void
heading(struct buf *out, const struct json *verdict)
{
	const struct json *subject = json_get(verdict, "subject");
	const struct json *policy = json_get(verdict, "policy");

	member(out, subject, "key");
	buf_text(out, ": ");
	member(out, verdict, "status");
	buf_text(out, "\npolicy ");
	member(out, policy, "name");
	buf_byte(out, ' ');
	member(out, policy, "version");
	buf_text(out, ", environment ");
	member(out, verdict, "environment");
	buf_text(out, ", judged at ");
	member(out, verdict, "at");
	buf_text(out, "\nverdict ");
	member(out, verdict, "verdictId");
	buf_byte(out, '\n');
}

static void
explain_violations(struct buf *out, const struct json *list)
{
	if (json_count(list) == 0) {
		buf_text(out, "\nnothing is violated\n");
		return;
	}
	buf_printf(out, "\nviolated (%zu)\n", json_count(list));
	JSON_EACH(v, list) {
		buf_text(out, "    ");
		member(out, v, "effect");
		buf_text(out, "  ");
		member(out, v, json_get(v, "gate") != NULL ? "gate" : "rule");
		if (json_get(v, "component") != NULL) {
			buf_text(out, "  ");
			member(out, v, "component");
		}
		if (json_get(v, "id") != NULL) {
			buf_text(out, "  ");
			member(out, v, "id");
		}
		buf_text(out, ": ");
		member(out, v, "message");
		buf_byte(out, '\n');
	}
}

static void
explain_notes(struct buf *out, const struct json *gates)
{
	static const char *const told[] = { "note", "skip" };
	bool begun = false;

	JSON_EACH(g, gates) {
		if (!json_is(json_get(g, "result"), told[0]) &&
		    !json_is(json_get(g, "result"), told[1]))
			continue;
		if (!begun)
			buf_text(out, "\nnotes\n");
		begun = true;
		buf_text(out, "    ");
		member(out, g, "gate");
		buf_text(out, "  ");
		member(out, g, "reason");
		for (int i = 0; i < 4; i++) {
			static const char *const part[] = { "component", "id",
			    "until", "note" };

			if (json_get(g, part[i]) == NULL)
				continue;
			buf_text(out, i == 2 ? "  until " : "  ");
			member(out, g, part[i]);
		}
		buf_byte(out, '\n');
	}
}

static void
explain_unknowns(struct buf *out, const struct json *list)
{
	if (json_count(list) == 0)
		return;
	buf_printf(out, "\nunknown (%zu)\n", json_count(list));
	JSON_EACH(u, list) {
		buf_text(out, "    ");
		member(out, u, "reason");
		if (json_get(u, "component") != NULL) {
			buf_text(out, "  ");
			member(out, u, "component");
		}
		if (json_get(u, "id") != NULL) {
			buf_text(out, "  ");
			member(out, u, "id");
		}
		buf_text(out, ": ");
		member(out, u, "detail");
		if (json_is(json_get(u, "reason"), "FutureStatement"))
			buf_text(out, ", later than the time judged at: it "
			    "does not count yet");
		buf_byte(out, '\n');
	}
}

static void
explain_trust(struct buf *out, const struct json *trust)
{
	const struct json *by = json_get(trust, "breakdown");

	buf_text(out, "\ntrust ");
	member(out, trust, "score");
	buf_text(out, " of 10000");
	JSON_MEMBERS(m, by) {
		buf_text(out, m == by->u.member ? ": " : ", ");
		buf_add(out, m->key, m->key_len);
		buf_byte(out, ' ');
		buf_add(out, m->value.u.text, m->value.len);
	}
	buf_byte(out, '\n');
}

void
explain_verdict(struct buf *out, struct arena *a, const struct json *verdict,
    const struct lattice_rules *rules)
{
	const struct json *claims = json_get(verdict, "claims");
	const struct json *unmatched = json_get(verdict, "unmatched");
	struct telling t = { .arena = a, .verdict = verdict, .rules = rules };

	begin(&t);
	heading(out, verdict);
	explain_violations(out, json_get(verdict, "violations"));
	explain_notes(out, json_get(verdict, "gates"));
	explain_unknowns(out, json_get(verdict, "unknowns"));
	if (unmatched->len > 0)
		buf_printf(out, "\nstatements that speak of no component "
		    "(%zu)\n", (size_t)unmatched->len);
	JSON_EACH(u, unmatched)
		explain_unmatched(out, u);
	explain_trust(out, json_get(verdict, "trust"));
	JSON_EACH(claim, claims) {
		buf_byte(out, '\n');
		explain_one(out, &t, claim);
	}
	match_multi_free(&t.by_claim);
}

/* As people write it: a purl with its context is its key. */
static struct slice
key_of(struct arena *a, struct slice component)
{
	struct purl purl;

	return slice_starts(component, "pkg:") && purl_parse(component,
	    PURL_LENIENT, a, &purl, NULL) == ERR_OK ? purl_key(a, &purl) :
	    component;
}

bool
explain_claim(struct buf *out, struct arena *a, const struct json *verdict,
    const struct lattice_rules *rules, struct slice component,
    struct slice id)
{
	const struct json *claims = json_get(verdict, "claims");
	const struct json *unmatched = json_get(verdict, "unmatched");
	struct telling t = { .arena = a, .verdict = verdict, .rules = rules };
	struct slice canonical = key_of(a, component);
	bool found = false;

	begin(&t);
	JSON_EACH(claim, claims) {
		struct slice key = json_get_text(claim, "component");

		if (!slice_eq(json_get_text(claim, "id"), id) ||
		    (!slice_eq(key, component) && !slice_eq(key, canonical) &&
		    !slice_eq(purl_key_unversioned(a, key), canonical)))
			continue;
		explain_one(out, &t, claim);
		found = true;
	}
	match_multi_free(&t.by_claim);
	JSON_EACH(u, unmatched) {
		if (!slice_eq(json_get_text(u, "id"), id))
			continue;
		explain_unmatched(out, u);
		found = true;
	}
	return found;
}

struct json
explain_baseline(struct arena *a, const struct json *verdict,
    struct slice until, size_t *left)
{
	const struct json *violations = json_get(verdict, "violations");
	struct json list = json_array();

	*left = 0;
	JSON_EACH(v, violations) {
		struct json o = json_object();

		if (json_get(v, "id") == NULL) {
			(*left)++;
			continue;
		}
		json_set_opt(a, &o, "component", json_get(v, "component"));
		json_set_opt(a, &o, "id", json_get(v, "id"));
		json_set_z(a, &o, "reason", "baseline");
		json_set(a, &o, "until", json_string(until));
		json_push(a, &list, o);
	}
	canon_sort(a, &list);
	return list;
}
