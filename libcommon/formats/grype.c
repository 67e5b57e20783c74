/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grype - Grype's JSON report, old and new (layer 3).
 */
#include "format.h"

static bool
is(const struct json *doc)
{
	if (json_want(doc, "matches", JSON_ARRAY) == NULL)
		return false;
	return json_is(json_get(json_get(doc, "descriptor"), "name"),
	    "grype") || json_get(doc, "source") != NULL;
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	if (!is(doc))
		return err_input(e, doc->offset,
		    "not a Grype report (matches, descriptor.name)");
	/* The report has no version of its own: its members tell. */
	*version = SLICE("");
	*serves = ROLE_FINDINGS;
	return ERR_OK;
}

/* {vector, metrics{baseScore}} of today, and cvssV2/cvssV3 of old. */
static void
read_score(struct part *p, struct part_finding *f, const struct json *cvss)
{
	const struct json *score = json_get(json_get(cvss, "metrics"),
	    "baseScore");
	struct slice number = { NULL, 0 };

	if (score == NULL)
		score = json_get(cvss, "baseScore");
	if (score != NULL && score->type == JSON_NUMBER)
		number = (struct slice){ score->u.text, score->len };
	part_cvss(p, part_text(p, cvss, "vector"), part_score(number),
	    &f->cvss, &f->vector);
}

static void
read_scores(struct part *p, struct part_finding *f, const struct json *v)
{
	const struct json *list = part_array(p, v, "cvss");

	JSON_EACH(cvss, list)
		if (part_is_object(p, cvss, "a cvss element"))
			read_score(p, f, cvss);
	if (part_object(p, v, "cvssV2") != NULL)
		read_score(p, f, part_object(p, v, "cvssV2"));
	if (part_object(p, v, "cvssV3") != NULL)
		read_score(p, f, part_object(p, v, "cvssV3"));
}

static void
read_fix(struct part *p, struct part_finding *f, const struct json *v)
{
	const struct json *fix = part_object(p, v, "fix");
	const struct json *versions = part_array(p, fix, "versions");
	struct slice state = part_text(p, fix, "state");
	struct slice old = part_text(p, v, "fixedInVersion");

	JSON_EACH(version, versions)
		part_add(p, &f->versions,
		    part_kept(p, json_text(version)));
	part_add(p, &f->versions, part_kept(p, old));
	if (slice_is(state, "fixed") || f->versions != NULL)
		f->fix = FIX_FIXED;
	else if (slice_is(state, "not-fixed"))
		f->fix = FIX_NOT_FIXED;
	else if (slice_is(state, "wont-fix"))
		f->fix = FIX_WONT_FIX;
}

/* CPEs were strings, and are objects in some releases. */
static struct slice
first_cpe(struct part *p, const struct json *artifact)
{
	const struct json *list = part_array(p, artifact, "cpes");
	struct slice best = { NULL, 0 };

	JSON_EACH(cpe, list) {
		struct slice text = cpe->type == JSON_STRING ?
		    json_text(cpe) : json_get_text(cpe, "cpe");

		if (text.len > 0 && (best.len == 0 ||
		    slice_cmp(text, best) < 0))
			best = text;
	}
	return best;
}

static void
read_match(struct part *p, const struct json *match, bool suppressed)
{
	const struct json *artifact, *v, *related;
	struct part_finding *f;
	struct part_names names;
	struct slice type;
	uint32_t c;

	if (!part_is_object(p, match, "a match"))
		return;
	artifact = part_object(p, match, "artifact");
	v = part_object(p, match, "vulnerability");
	if (artifact == NULL || v == NULL) {
		part_fault(p, match, "match without \"%s\"",
		    artifact == NULL ? "artifact" : "vulnerability");
		return;
	}
	names = (struct part_names){
		.purl = part_text(p, artifact, "purl"),
		.name = part_need(p, artifact, "name", "artifact"),
		.version = part_text(p, artifact, "version"),
	};
	/* With a name and a version there is no need to guess a CPE. */
	if (names.name.len == 0)
		names.cpe = first_cpe(p, artifact);
	type = part_need(p, v, "id", "vulnerability");
	c = part_component(p, &names);
	if (c == PART_NONE || p->rc != ERR_OK)
		return;
	f = part_finding(p, c);
	part_add(p, &f->ids, type);
	f->suppressed = suppressed;
	f->severity = part_severity(part_text(p, v, "severity"));
	read_scores(p, f, v);
	read_fix(p, f, v);
	related = part_array(p, match, "relatedVulnerabilities");
	JSON_EACH(r, related) {
		if (!part_is_object(p, r, "a related vulnerability"))
			return;
		part_add(p, &f->ids, part_text(p, r, "id"));
		read_scores(p, f, r);
	}
}

static void
read_feed(struct part *p, const struct json *doc)
{
	const struct json *db = json_get(part_object(p, doc, "descriptor"),
	    "db");
	struct slice built = json_get_text(db, "built");

	if (built.len == 0)
		built = json_get_text(json_get(db, "status"), "built");
	if (built.len > 0)
		part_feed(p, "grype", built);
}

/* What was scanned is the subject where no SBOM names one. */
static void
read_source(struct part *p, const struct json *doc)
{
	const struct json *source = part_object(p, doc, "source");
	const struct json *target = json_get(source, "target");
	struct slice name = json_text(target);

	if (name.len == 0)
		name = json_get_text(target, "userInput");
	p->target = part_kept(p, name);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *matches = part_array(p, doc, "matches");
	const struct json *ignored = part_array(p, doc, "ignoredMatches");

	p->inventory = false;
	read_feed(p, doc);
	read_source(p, doc);
	JSON_EACH(match, matches)
		read_match(p, match, false);
	JSON_EACH(match, ignored)
		read_match(p, match, true);
}

const struct format format_grype = {
	"grype", "Grype (matches, descriptor.name)", is, check, read, NULL, NULL
};
