/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sarif - SARIF 2.1.0 results as findings (layer 3).
 *
 * SARIF has no component model: a purl in the rule's properties is one,
 * otherwise the artifact's URI stands for the component.
 */
#include <string.h>

#include "format.h"

static bool
is(const struct json *doc)
{
	return json_want(doc, "runs", JSON_ARRAY) != NULL &&
	    slice_starts(json_get_text(doc, "version"), "2.");
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	*version = json_get_text(doc, "version");
	if (json_want(doc, "runs", JSON_ARRAY) == NULL ||
	    !slice_is(*version, "2.1.0"))
		return err_input(e, doc->offset,
		    "not SARIF 2.1.0 (version, runs)");
	*serves = ROLE_FINDINGS;
	return ERR_OK;
}

static const struct json *
rule_at(struct part *p, const struct json *component, int64_t index)
{
	const struct json *rules = part_array(p, component, "rules");

	return index >= 0 && (uint64_t)index < rules->len ?
	    &rules->u.item[index] : NULL;
}

/* The driver's rules by id, for results that give no index. */
static void
index_rules(struct part *p, const struct json *tool, struct map *out)
{
	const struct json *rules = part_array(p, part_object(p, tool,
	    "driver"), "rules");
	bool fresh;

	JSON_EACH(rule, rules) {
		size_t *at = map_put(out, json_get_text(rule, "id"), &fresh);

		if (fresh)
			*at = (size_t)rule;
	}
}

/* A result may name a part of a rule: "rule/part". */
static const struct json *
rule_named(const struct map *rules, struct slice id)
{
	size_t *at = map_find(rules, id);

	for (size_t n = id.len; at == NULL && n > 0; n--)
		if (id.data[n - 1] == '/')
			at = map_find(rules, slice_cut(id, 0, n - 1));
	return at == NULL || id.len == 0 ? NULL : (const struct json *)*at;
}

/* ruleIndex, or rule.index in the driver's or an extension's rules; else by
 * name. */
static const struct json *
rule_of(struct part *p, const struct json *tool, const struct map *rules,
    const struct json *result)
{
	const struct json *driver = part_object(p, tool, "driver");
	const struct json *extensions = part_array(p, tool, "extensions");
	const struct json *reference = part_object(p, result, "rule");
	const struct json *component = driver;
	int64_t index = -1, extension = -1;

	if (json_int64(json_get(part_object(p, reference, "toolComponent"),
	    "index"), &extension) && extension >= 0 &&
	    (uint64_t)extension < extensions->len)
		component = &extensions->u.item[extension];
	if (!json_int64(json_get(result, "ruleIndex"), &index))
		(void)json_int64(json_get(reference, "index"), &index);
	if (index >= 0)
		return rule_at(p, component, index);
	return rule_named(rules, part_text(p, result, "ruleId"));
}

static enum severity
severity_of(struct part *p, const struct json *result, const struct json *rule,
    int cvss)
{
	struct slice level = part_text(p, result, "level");
	struct slice kind = part_text(p, result, "kind");

	if (cvss >= 0)
		return part_severity_of(cvss);
	if (kind.len > 0 && !slice_is(kind, "fail"))
		return SEVERITY_NONE;
	if (level.len == 0)
		level = part_text(p, part_object(p, rule,
		    "defaultConfiguration"), "level");
	if (slice_is(level, "error"))
		return SEVERITY_HIGH;
	if (slice_is(level, "note"))
		return SEVERITY_LOW;
	return slice_is(level, "none") ? SEVERITY_NONE : SEVERITY_MEDIUM;
}

static bool
is_suppressed(struct part *p, const struct json *result)
{
	const struct json *list = part_array(p, result, "suppressions");

	JSON_EACH(s, list) {
		struct slice status = json_get_text(s, "status");

		if (slice_is(status, "underReview") ||
		    slice_is(status, "rejected"))
			return false;
	}
	return list->len > 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "CVE-2024-1234-openssl" names the vulnerability and the package. */
static struct slice
id_in(struct slice rule)
{
	size_t n = 4;

	if (!part_is_cve(rule))
		return slice_starts(rule, "GHSA-") && rule.len > 19 &&
		    rule.data[19] == '-' ? slice_cut(rule, 0, 19) : rule;
	while (n < rule.len && is_digit(rule.data[n]))
		n++;
	if (n == 8 && n < rule.len && rule.data[n] == '-') {
		n++;
		while (n < rule.len && is_digit(rule.data[n]))
			n++;
		if (n > 9)
			return slice_cut(rule, 0, n);
	}
	return rule;
}

static struct slice
artifact_of(struct part *p, const struct json *result)
{
	const struct json *locations = part_array(p, result, "locations");
	struct slice best = { NULL, 0 };

	JSON_EACH(location, locations) {
		struct slice uri = json_get_text(json_get(json_get(location,
		    "physicalLocation"), "artifactLocation"), "uri");

		if (uri.len > 0 && (best.len == 0 || slice_cmp(uri, best) < 0))
			best = uri;
	}
	return best;
}

static bool
is_advisory(struct slice id)
{
	return part_is_cve(id) || slice_starts(id, "GHSA-");
}

static void
add_finding(struct part *p, const struct json *result,
    const struct json *rule, const struct part_names *names, struct slice id)
{
	const struct json *properties = part_object(p, rule, "properties");
	const struct json *old = part_array(p, rule, "deprecatedIds");
	const struct json *score = json_get(properties, "security-severity");
	struct slice number = json_text(score);
	uint32_t c = part_component(p, names);
	struct part_finding *f;

	if (c == PART_NONE)
		return;
	if (names->purl.len == 0)
		part_unknown(p, "Identity", p->component[c].key,
		    "a result names an artifact, and no package");
	f = part_finding(p, c);
	part_add(p, &f->ids, id);
	/* Old names of a linter's rule are none of a vulnerability's. */
	JSON_EACH(alias, old)
		if (is_advisory(id) || is_advisory(json_text(alias)))
			part_add(p, &f->ids, json_text(alias));
	if (score != NULL && score->type == JSON_NUMBER)
		number = (struct slice){ score->u.text, score->len };
	f->cvss = part_score(number);
	f->severity = severity_of(p, result, rule, f->cvss);
	f->suppressed = is_suppressed(p, result);
}

static void
read_result(struct part *p, const struct json *tool, const struct map *rules,
    const struct json *result)
{
	const struct json *rule, *purls;
	struct part_names names = { .purl = { NULL, 0 } };
	struct slice id;

	if (!part_is_object(p, result, "a result"))
		return;
	if (slice_is(part_text(p, result, "baselineState"), "absent"))
		return;
	rule = rule_of(p, tool, rules, result);
	id = part_text(p, result, "ruleId");
	if (id.len == 0)
		id = json_get_text(rule, "id");
	if (id.len == 0)
		id = json_get_text(part_object(p, result, "rule"), "id");
	if (id.len == 0) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a result without a rule");
		return;
	}
	id = id_in(id);
	purls = part_array(p, part_object(p, rule, "properties"), "purls");
	JSON_EACH(purl, purls) {
		names.purl = json_text(purl);
		if (names.purl.len > 0)
			add_finding(p, result, rule, &names, id);
	}
	if (purls->len > 0)
		return;
	names.name = artifact_of(p, result);
	if (names.name.len == 0)
		names.name = SLICE("unknown");
	add_finding(p, result, rule, &names, id);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *runs = part_array(p, doc, "runs");

	p->inventory = false;
	JSON_EACH(run, runs) {
		const struct json *tool, *results;
		struct map rules = { 0 };

		if (!part_is_object(p, run, "a run"))
			return;
		tool = part_object(p, run, "tool");
		if (tool == NULL) {
			part_fault(p, run, "a run without \"tool\"");
			return;
		}
		results = part_array(p, run, "results");
		if (json_get(run, "results") == NULL)
			part_unknown(p, "FeedGap", (struct slice){ NULL, 0 },
			    "a run without results: the tool did not finish");
		index_rules(p, tool, &rules);
		JSON_EACH(result, results)
			read_result(p, tool, &rules, result);
		map_free(&rules);
	}
}

const struct format format_sarif = {
	"sarif", "SARIF (version, runs)", is, check, read, NULL, NULL
};
