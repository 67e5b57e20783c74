/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trivy - Trivy's JSON report, SchemaVersion 2 (layer 3).
 */
#include "ecosystem.h"
#include "format.h"

static bool
is(const struct json *doc)
{
	return json_get(doc, "SchemaVersion") != NULL &&
	    (json_get(doc, "ArtifactName") != NULL ||
	    json_get(doc, "Results") != NULL);
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	int64_t schema = 0;

	if (!is(doc) || !json_int64(json_get(doc, "SchemaVersion"), &schema) ||
	    schema != 2)
		return err_input(e, doc->offset,
		    "not a Trivy report of SchemaVersion 2");
	*version = SLICE("2");
	*serves = ROLE_FINDINGS;
	return ERR_OK;
}

static void
read_scores(struct part *p, const struct json *v, struct part_finding *f)
{
	static const char *const kinds[][2] = {
		{ "V2Vector", "V2Score" }, { "V3Vector", "V3Score" },
		{ "V40Vector", "V40Score" }
	};
	const struct json *sources = part_object(p, v, "CVSS");

	if (sources == NULL)
		return;
	JSON_MEMBERS(source, sources)
		for (size_t i = 0; i < 3; i++) {
			const struct json *score = json_want(&source->value,
			    kinds[i][1], JSON_NUMBER);
			struct slice vector = json_get_text(&source->value,
			    kinds[i][0]), number = { NULL, 0 };

			if (score != NULL)
				number = (struct slice){ score->u.text,
				    score->len };
			part_cvss(p, vector, part_score(number), &f->cvss,
			    &f->vector);
		}
}

/* Status is the vendor's word about a fix, and no statement. */
static void
read_fix(struct part *p, const struct json *v, struct part_finding *f)
{
	static const struct {
		const char *word;
		enum fix_state state;
	} words[] = {
		{ "affected", FIX_NOT_FIXED }, { "fixed", FIX_FIXED },
		{ "will_not_fix", FIX_WONT_FIX },
		{ "fix_deferred", FIX_DEFERRED },
		{ "end_of_life", FIX_END_OF_LIFE }
	};
	struct slice state = part_text(p, v, "Status");
	struct slice rest = part_text(p, v, "FixedVersion");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is(state, words[i].word))
			f->fix = words[i].state;
	while (rest.len > 0) {
		size_t n = slice_find(rest, ',');
		struct slice one = slice_cut(rest, 0, n);

		while (one.len > 0 && one.data[0] == ' ')
			one = slice_cut(one, 1, SIZE_MAX);
		part_add(p, &f->versions, part_kept(p, one));
		rest = slice_cut(rest, n + 1, SIZE_MAX);
	}
	if (f->versions != NULL)
		f->fix = FIX_FIXED;
}

static void
read_vulnerability(struct part *p, const struct json *v, struct slice type,
    bool suppressed)
{
	struct part_finding *f;
	struct part_names names;
	struct slice id, purl;
	uint32_t c;

	if (!part_is_object(p, v, "a vulnerability"))
		return;
	id = part_need(p, v, "VulnerabilityID", "vulnerability");
	purl = part_text(p, part_object(p, v, "PkgIdentifier"), "PURL");
	names = (struct part_names){
		.name = part_need(p, v, "PkgName", "vulnerability"),
		.version = part_text(p, v, "InstalledVersion"),
	};
	if (p->rc != ERR_OK)
		return;
	/* Reports of 2023 and before have no PkgIdentifier. */
	names.purl = purl.len > 0 ? purl : ecosystem_purl(&p->scratch, type,
	    names.name, names.version);
	names.purl = arena_slice(p->a, names.purl);
	c = part_component(p, &names);
	f = part_finding(p, c);
	part_add(p, &f->ids, id);
	f->suppressed = suppressed;
	f->severity = part_severity(part_text(p, v, "Severity"));
	read_scores(p, v, f);
	read_fix(p, v, f);
}

static void
read_result(struct part *p, const struct json *result)
{
	const struct json *list, *modified;
	struct slice class, type;

	if (!part_is_object(p, result, "a result"))
		return;
	list = part_array(p, result, "Vulnerabilities");
	modified = part_array(p, result, "ExperimentalModifiedFindings");
	class = part_text(p, result, "Class");
	type = part_text(p, result, "Type");
	/* Misconfigurations, secrets and licences are other questions. */
	if (slice_is(class, "config") || slice_is(class, "secret") ||
	    slice_starts(class, "license") || slice_is(class, "custom"))
		return;
	JSON_EACH(v, list)
		read_vulnerability(p, v, type, false);
	JSON_EACH(m, modified)
		if (json_is(json_get(m, "Type"), "vulnerability") &&
		    json_want(m, "Finding", JSON_OBJECT) != NULL)
			read_vulnerability(p, json_get(m, "Finding"), type,
			    true);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *results = part_array(p, doc, "Results");

	p->inventory = false;
	p->target = part_kept(p, part_text(p, doc, "ArtifactName"));
	if (results->len == 0)
		part_unknown(p, "FeedGap", (struct slice){ NULL, 0 },
		    "the scanner recognised nothing to scan");
	JSON_EACH(result, results)
		read_result(p, result);
}

const struct format format_trivy = {
	"trivy", "Trivy (SchemaVersion)", is, check, read, NULL, NULL
};
