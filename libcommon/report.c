/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "canon.h"
#include "markup.h"
#include "report.h"
#include "sariflog.h"

/* The worst first. */
static const char *const severities[] = { "critical", "high", "unknown",
	"medium", "low", "negligible", "none" };

enum {
	SEVERITIES = sizeof(severities) / sizeof(severities[0]),
	TEXT_VIOLATIONS = 12
};

static struct slice
text_of(const struct json *v, const char *key)
{
	struct slice s = json_get_text(v, key);

	return s.data == NULL ? SLICE("") : s;
}

static int64_t
int_of(const struct json *v, const char *key)
{
	int64_t n = 0;

	(void)json_int64(json_get(v, key), &n);
	return n;
}

/* Basis points as a percentage rounded half up, as trustScore has it. */
static int64_t
percent(int64_t bp)
{
	return (bp + 50) / 100;
}

static void
add(struct buf *out, markup_escape *esc, const struct json *v, const char *key)
{
	esc(out, text_of(v, key));
}

/* The violation's finding among the claims, or NULL. */
static const struct json *
claim_of(const struct json *verdict, const struct json *violation)
{
	const struct json *claims = json_want(verdict, "claims", JSON_ARRAY);
	struct slice component = json_get_text(violation, "component");
	struct slice id = json_get_text(violation, "id");

	if (claims == NULL || id.data == NULL)
		return NULL;
	JSON_EACH(claim, claims)
		if (slice_eq(json_get_text(claim, "id"), id) &&
		    slice_eq(json_get_text(claim, "component"), component))
			return claim;
	return NULL;
}

static void
add_fix(struct buf *out, markup_escape *esc, const struct json *claim)
{
	const struct json *fix = json_want(claim, "fix", JSON_ARRAY);
	bool first = true;

	if (fix == NULL)
		return;
	JSON_EACH(version, fix) {
		if (!first)
			buf_text(out, ", ");
		esc(out, json_text(version));
		first = false;
	}
}

/* --- text ---------------------------------------------------------------- */

static void
write_subject(struct buf *out, markup_escape *esc, const struct json *verdict)
{
	const struct json *subject = json_get(verdict, "subject");

	add(out, esc, subject, "name");
	if (text_of(subject, "version").len > 0) {
		buf_byte(out, ' ');
		add(out, esc, subject, "version");
	}
}

static void
text_violation(struct buf *out, const struct json *verdict,
    const struct json *v)
{
	const struct json *claim = claim_of(verdict, v);

	buf_printf(out, "  %s ", json_is(json_get(v, "effect"), "fail") ?
	    "FAIL" : "warn");
	add(out, markup_text, v, json_get(v, "gate") != NULL ? "gate" :
	    "rule");
	if (json_get(v, "id") != NULL) {
		buf_text(out, ": ");
		add(out, markup_text, v, "id");
		buf_text(out, " in ");
		add(out, markup_text, v, "component");
	}
	buf_text(out, ": ");
	add(out, markup_text, v, "message");
	if (json_get(claim, "fix") != NULL) {
		buf_text(out, "; fixed in ");
		add_fix(out, markup_text, claim);
	}
	buf_byte(out, '\n');
}

/* What fails first; a log wants a few lines, not all. */
static void
text_violations(struct buf *out, const struct json *verdict)
{
	static const char *const effects[] = { "fail", "warn" };
	const struct json *violations = json_get(verdict, "violations");
	size_t shown = 0;

	for (size_t i = 0; i < 2; i++)
		JSON_EACH(v, violations)
			if (json_is(json_get(v, "effect"), effects[i]) &&
			    shown++ < TEXT_VIOLATIONS)
				text_violation(out, verdict, v);
	if (shown > TEXT_VIOLATIONS)
		buf_printf(out, "  and %zu more (the other forms have them "
		    "all)\n", shown - TEXT_VIOLATIONS);
}

static void
write_text(struct buf *out, const struct json *verdict, const char *note)
{
	const struct json *counts = json_get(verdict, "counts");
	const struct json *budget = json_get(verdict, "budgetCheck");

	add(out, markup_text, verdict, "status");
	buf_text(out, ": ");
	write_subject(out, markup_text, verdict);
	buf_text(out, " (");
	add(out, markup_text, verdict, "environment");
	buf_text(out, ", policy ");
	add(out, markup_text, json_get(verdict, "policy"), "name");
	buf_byte(out, ' ');
	add(out, markup_text, json_get(verdict, "policy"), "version");
	buf_text(out, ")\n");
	text_violations(out, verdict);
	buf_printf(out, "  %" PRId64 " components, %" PRId64 " findings, %"
	    PRId64 " statements, %" PRId64 " unknowns; trust %" PRId64
	    " of 100\n", int_of(counts, "components"),
	    int_of(counts, "findings"), int_of(counts, "statements"),
	    int_of(counts, "unknowns"), percent(int_of(json_get(verdict,
	    "trust"), "score")));
	if (budget != NULL) {
		buf_text(out, "  budget: ");
		add(out, markup_text, budget, "result");
		buf_byte(out, '\n');
	}
	buf_text(out, "  verdict ");
	add(out, markup_text, verdict, "verdictId");
	buf_text(out, " at ");
	add(out, markup_text, verdict, "at");
	buf_byte(out, '\n');
	if (note != NULL)
		buf_printf(out, "  %s\n", note);
}

/* --- tables of HTML and Markdown ----------------------------------------- */

/* What differs between the two. */
struct table {
	markup_escape *esc;
	const char *open, *close;	/* of a row */
	const char *cell, *end;		/* of a cell */
};

static const struct table html_table = { markup_xml, "<tr>", "</tr>\n",
	"<td>", "</td>" };
static const struct table markdown_table = { markup_markdown, "|", "\n", " ",
	" |" };

static void
cell(struct buf *out, const struct table *t, struct slice s)
{
	buf_text(out, t->cell);
	t->esc(out, s);
	buf_text(out, t->end);
}

static void
violation_rows(struct buf *out, const struct table *t,
    const struct json *verdict)
{
	JSON_EACH(v, json_get(verdict, "violations")) {
		buf_text(out, t->open);
		cell(out, t, text_of(v, "effect"));
		cell(out, t, text_of(v, json_get(v, "gate") != NULL ?
		    "gate" : "rule"));
		cell(out, t, text_of(v, "component"));
		cell(out, t, text_of(v, "id"));
		cell(out, t, text_of(v, "message"));
		buf_text(out, t->cell);
		add_fix(out, t->esc, claim_of(verdict, v));
		buf_text(out, t->end);
		buf_text(out, t->close);
	}
}

static void
claim_row(struct buf *out, const struct table *t, const struct json *claim)
{
	buf_text(out, t->open);
	cell(out, t, text_of(claim, "severity"));
	cell(out, t, text_of(claim, "id"));
	cell(out, t, text_of(claim, "component"));
	cell(out, t, text_of(claim, "status"));
	buf_printf(out, "%s%" PRId64 "%s", t->cell,
	    percent(int_of(claim, "score")), t->end);
	buf_text(out, t->cell);
	add_fix(out, t->esc, claim);
	buf_text(out, t->end);
	buf_text(out, t->close);
}

/* By severity, then as the verdict has them: by component and id. */
static void
claim_rows(struct buf *out, const struct table *t, const struct json *verdict)
{
	const struct json *claims = json_get(verdict, "claims");

	for (size_t i = 0; i <= SEVERITIES; i++)
		JSON_EACH(claim, claims) {
			const struct json *s = json_get(claim, "severity");

			if (i < SEVERITIES ? json_is(s, severities[i]) :
			    s == NULL)
				claim_row(out, t, claim);
		}
}

static void
html_header(struct buf *out, const struct json *verdict, const char *note)
{
	static const char style[] =
	    "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;"
	    "max-width:72em;padding:0 1em;color:#1b1b1b;background:#fff}"
	    "table{border-collapse:collapse;width:100%;margin:1em 0}"
	    "th,td{border-bottom:1px solid #ccc;padding:.3em .6em;"
	    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
	    ".status{display:inline-block;padding:.1em .6em;color:#fff;"
	    "border-radius:.3em}"
	    ".pass{background:#1a7f37}.warn{background:#8a5a00}"
	    ".fail{background:#b42318}code{font-size:.85em}"
	    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;"
	    "background:#161616}th,td{border-color:#444}}";

	buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width\">\n<title>");
	write_subject(out, markup_xml, verdict);
	buf_text(out, ": ");
	add(out, markup_xml, verdict, "status");
	buf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n"
	    "<h1>", style);
	write_subject(out, markup_xml, verdict);
	buf_text(out, " <span class=\"status ");
	add(out, markup_xml, verdict, "status");
	buf_text(out, "\">");
	add(out, markup_xml, verdict, "status");
	buf_text(out, "</span></h1>\n<p>Environment ");
	add(out, markup_xml, verdict, "environment");
	buf_text(out, ", policy ");
	add(out, markup_xml, json_get(verdict, "policy"), "name");
	buf_byte(out, ' ');
	add(out, markup_xml, json_get(verdict, "policy"), "version");
	buf_printf(out, ", trust %" PRId64 " of 100, decided for ",
	    percent(int_of(json_get(verdict, "trust"), "score")));
	add(out, markup_xml, verdict, "at");
	buf_text(out, ".</p>\n");
	if (note != NULL)
		buf_printf(out, "<p><strong>%s</strong></p>\n", note);
}

static void
write_html(struct buf *out, const struct json *verdict, const char *note)
{
	const struct json *budget = json_get(verdict, "budgetCheck");
	const struct json *trust = json_get(json_get(verdict, "trust"),
	    "breakdown");

	html_header(out, verdict, note);
	if (json_count(json_get(verdict, "violations")) > 0) {
		buf_text(out, "<h2>Why</h2>\n<table>\n<tr><th>Effect</th>"
		    "<th>Gate</th><th>Component</th><th>Id</th><th>Reason</th>"
		    "<th>Fixed in</th></tr>\n");
		violation_rows(out, &html_table, verdict);
		buf_text(out, "</table>\n");
	}
	if (budget != NULL) {
		buf_text(out, "<h2>Budget</h2>\n<p>");
		add(out, markup_xml, budget, "result");
		buf_printf(out, "; %" PRId64 " violations, configuration "
		    "<code>", (int64_t)json_count(json_get(budget,
		    "violations")));
		add(out, markup_xml, budget, "configHash");
		buf_text(out, "</code></p>\n");
	}
	buf_text(out, "<h2>Claims</h2>\n<table>\n<tr><th>Severity</th>"
	    "<th>Id</th><th>Component</th><th>Status</th><th>Score</th>"
	    "<th>Fixed in</th></tr>\n");
	claim_rows(out, &html_table, verdict);
	buf_text(out, "</table>\n<h2>Trust</h2>\n<table>\n");
	if (trust != NULL)
		JSON_MEMBERS(m, trust) {
			int64_t score = 0;

			(void)json_int64(&m->value, &score);
			buf_text(out, "<tr><td>");
			markup_xml(out, (struct slice){ m->key,
			    m->key_len });
			buf_printf(out, "</td><td>%" PRId64 "</td></tr>\n",
			    percent(score));
		}
	buf_text(out, "</table>\n<p>Verdict <code>");
	add(out, markup_xml, verdict, "verdictId");
	buf_text(out, "</code><br>Evidence <code>");
	add(out, markup_xml, verdict, "evidence");
	buf_text(out, "</code></p>\n</body>\n</html>\n");
}

static void
write_markdown(struct buf *out, const struct json *verdict, const char *note)
{
	buf_text(out, "## ");
	write_subject(out, markup_markdown, verdict);
	buf_text(out, ": ");
	add(out, markup_markdown, verdict, "status");
	buf_text(out, "\n\nEnvironment ");
	add(out, markup_markdown, verdict, "environment");
	buf_text(out, ", policy ");
	add(out, markup_markdown, json_get(verdict, "policy"), "name");
	buf_byte(out, ' ');
	add(out, markup_markdown, json_get(verdict, "policy"), "version");
	buf_printf(out, ", trust %" PRId64 " of 100.\n\n",
	    percent(int_of(json_get(verdict, "trust"), "score")));
	if (note != NULL)
		buf_printf(out, "**%s**\n\n", note);
	if (json_count(json_get(verdict, "violations")) > 0) {
		buf_text(out, "| Effect | Gate | Component | Id | Reason | "
		    "Fixed in |\n|---|---|---|---|---|---|\n");
		violation_rows(out, &markdown_table, verdict);
		buf_byte(out, '\n');
	}
	buf_text(out, "| Severity | Id | Component | Status | Score | "
	    "Fixed in |\n|---|---|---|---|---|---|\n");
	claim_rows(out, &markdown_table, verdict);
	buf_text(out, "\nVerdict `");
	buf_slice(out, text_of(verdict, "verdictId"));
	buf_text(out, "`\n");
}

/* --- SARIF, JUnit, badge -------------------------------------------------- */

/* Where a component stands, as a SARIF location. */
static struct json
sarif_location(struct arena *a, struct slice component)
{
	struct json location = json_object(), logical = json_object();
	struct json logicals = json_array();

	json_set(a, &logical, "fullyQualifiedName", json_string(component));
	json_set_z(a, &logical, "kind", "module");
	json_push(a, &logicals, logical);
	json_set(a, &location, "logicalLocations", logicals);
	return location;
}

static void
write_sarif(struct buf *out, const struct json *verdict)
{
	struct arena a = { 0 };
	struct sariflog log = sariflog_start(&a);
	struct json properties = json_object();

	JSON_EACH(v, json_get(verdict, "violations")) {
		struct slice component = text_of(v, "component");
		struct slice id = text_of(v, "id");
		struct json location = sarif_location(&a, component);

		sariflog_add(&log, text_of(v, json_get(v, "gate") != NULL ?
		    "gate" : "rule"), json_is(json_get(v, "effect"), "fail"),
		    arena_printf(&a, "%.*s%s%.*s%s%.*s",
		    (int)id.len, id.data, id.len > 0 ? " in " : "",
		    (int)component.len, component.data,
		    component.len > 0 || id.len > 0 ? ": " : "",
		    (int)text_of(v, "message").len,
		    text_of(v, "message").data),
		    component.len > 0 ? &location : NULL);
	}
	json_set(&a, &properties, "status",
	    json_string(text_of(verdict, "status")));
	json_set(&a, &properties, "verdictId",
	    json_string(text_of(verdict, "verdictId")));
	sariflog_write(out, &log, &properties);
	arena_free(&a);
}

static void
junit_case(struct buf *out, const struct json *gate)
{
	const struct json *result = json_get(gate, "result");

	buf_text(out, "  <testcase classname=\"provkit\" name=\"");
	add(out, markup_xml, gate, "gate");
	if (json_get(gate, "id") != NULL) {
		buf_byte(out, ' ');
		add(out, markup_xml, gate, "id");
	}
	if (json_get(gate, "component") != NULL) {
		buf_byte(out, ' ');
		add(out, markup_xml, gate, "component");
	}
	if (json_is(result, "block")) {
		buf_text(out, "\"><failure message=\"");
		add(out, markup_xml, gate, "reason");
		buf_text(out, "\"/></testcase>\n");
	} else if (json_is(result, "skip")) {
		buf_text(out, "\"><skipped/></testcase>\n");
	} else {
		buf_text(out, "\"/>\n");
	}
}

static void
write_junit(struct buf *out, const struct json *verdict)
{
	const struct json *gates = json_get(verdict, "gates");
	size_t failures = 0, skipped = 0;

	JSON_EACH(gate, gates) {
		failures += json_is(json_get(gate, "result"), "block");
		skipped += json_is(json_get(gate, "result"), "skip");
	}
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuite name=\"");
	write_subject(out, markup_xml, verdict);
	buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
	    "skipped=\"%zu\" timestamp=\"", json_count(gates), failures,
	    skipped);
	/* JUnit's times have no zone. */
	markup_xml(out, slice_cut(text_of(verdict, "at"), 0, 19));
	buf_text(out, "\">\n");
	JSON_EACH(gate, gates)
		junit_case(out, gate);
	buf_text(out, "</testsuite>\n");
}

static void
write_badge(struct buf *out, const struct json *verdict)
{
	struct slice status = text_of(verdict, "status");
	const char *colour = slice_is(status, "pass") ? "#1a7f37" :
	    slice_is(status, "warn") ? "#8a5a00" : "#b42318";
	int64_t trust = percent(int_of(json_get(verdict, "trust"), "score"));

	/* The text is in the label too: colour is never the only sign. */
	buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "width=\"150\" height=\"20\" role=\"img\" "
	    "aria-label=\"verdict %.*s, trust %" PRId64 " of 100\">\n"
	    "<rect width=\"55\" height=\"20\" fill=\"#444\"/>\n"
	    "<rect x=\"55\" width=\"95\" height=\"20\" fill=\"%s\"/>\n"
	    "<g fill=\"#fff\" font-family=\"sans-serif\" font-size=\"11\">"
	    "<text x=\"7\" y=\"14\">verdict</text>"
	    "<text x=\"62\" y=\"14\">%.*s, trust %" PRId64 "</text></g>\n"
	    "</svg>\n", (int)status.len, status.data, trust, colour,
	    (int)status.len, status.data, trust);
}

void
report_write(struct buf *out, const struct json *verdict,
    enum report_form form, const char *note)
{
	switch (form) {
	case REPORT_TEXT:
		write_text(out, verdict, note);
		break;
	case REPORT_HTML:
		write_html(out, verdict, note);
		break;
	case REPORT_MARKDOWN:
		write_markdown(out, verdict, note);
		break;
	case REPORT_SARIF:
		write_sarif(out, verdict);
		break;
	case REPORT_JUNIT:
		write_junit(out, verdict);
		break;
	case REPORT_BADGE:
		write_badge(out, verdict);
		break;
	}
}
