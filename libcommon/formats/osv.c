/* SPDX-License-Identifier: Apache-2.0 */
/*
 * osv - osv-scanner's JSON results (layer 3).
 */
#include "ecosystem.h"
#include "format.h"

static bool
is(const struct json *doc)
{
	const struct json *results = json_want(doc, "results", JSON_ARRAY);

	if (results == NULL)
		return false;
	if (results->len == 0)
		return json_get(doc, "experimental_config") != NULL;
	JSON_EACH(result, results) {
		const struct json *list = json_want(result, "packages",
		    JSON_ARRAY);

		if (list != NULL)
			JSON_EACH(package, list)
				if (json_get(json_get(package, "package"),
				    "ecosystem") != NULL)
					return true;
	}
	return json_get(doc, "experimental_config") != NULL;
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	if (json_want(doc, "results", JSON_ARRAY) == NULL)
		return err_input(e, doc->offset,
		    "not an osv-scanner report (results)");
	*version = SLICE("");
	*serves = ROLE_FINDINGS;
	return ERR_OK;
}

/* A package's records by id. */
static void
index_records(const struct json *records, struct map *out)
{
	bool fresh;

	JSON_EACH(r, records) {
		size_t *at = map_put(out, json_get_text(r, "id"), &fresh);

		if (fresh)
			*at = (size_t)r;
	}
}

static const struct json *
record_of(const struct map *records, struct slice id)
{
	size_t *at = map_find(records, id);

	return at == NULL ? NULL : (const struct json *)*at;
}

/* severity[].score is a vector; the number is in the group. */
static void
read_record(struct part *p, const struct json *record, struct part_finding *f)
{
	const struct json *list = part_array(p, record, "severity");
	const struct json *aliases = part_array(p, record, "aliases");
	const struct json *affected = part_array(p, record, "affected");
	enum severity stated = part_severity(part_text(p,
	    part_object(p, record, "database_specific"), "severity"));

	JSON_EACH(alias, aliases)
		part_add(p, &f->ids, json_text(alias));
	JSON_EACH(severity, list)
		part_cvss(p, json_get_text(severity, "score"), -1, &f->cvss,
		    &f->vector);
	if (stated > f->severity)
		f->severity = stated;
	JSON_EACH(a, affected) {
		const struct json *ranges = part_array(p, a, "ranges");

		JSON_EACH(range, ranges) {
			const struct json *events = part_array(p, range,
			    "events");

			if (json_is(json_get(range, "type"), "GIT"))
				continue;
			JSON_EACH(event, events)
				part_add(p, &f->versions, part_kept(p,
				    json_get_text(event, "fixed")));
		}
	}
}

/* One finding for each group: its ids are one vulnerability. */
static void
read_group(struct part *p, const struct json *group,
    const struct map *records, uint32_t c)
{
	const struct json *ids = part_array(p, group, "ids");
	const struct json *aliases = part_array(p, group, "aliases");
	const struct json *analysis = part_object(p, group,
	    "experimentalAnalysis");
	struct part_finding *f = part_finding(p, c);
	size_t withdrawn = 0;
	bool called = false;

	if (analysis == NULL)
		analysis = part_object(p, group, "experimental_analysis");
	JSON_EACH(alias, aliases)
		part_add(p, &f->ids, json_text(alias));
	JSON_EACH(id, ids) {
		const struct json *record = record_of(records, json_text(id));
		const struct json *word = json_get(json_get_slice(analysis,
		    json_text(id)), "called");

		part_add(p, &f->ids, json_text(id));
		called = called || word == NULL || json_true(word);
		if (record == NULL)
			continue;
		withdrawn += part_text(p, record, "withdrawn").len > 0;
		read_record(p, record, f);
	}
	if (f->ids == NULL || withdrawn == ids->len) {
		p->findings--;
		return;
	}
	/* The analysis says that nothing calls the vulnerable code. */
	f->suppressed = analysis != NULL && !called;
	part_cvss(p, (struct slice){ NULL, 0 },
	    part_score(part_text(p, group, "max_severity")), &f->cvss,
	    &f->vector);
	if (f->severity == SEVERITY_UNKNOWN)
		f->severity = part_severity_of(f->cvss);
	f->fix = f->versions != NULL ? FIX_FIXED : FIX_UNKNOWN;
}

static void
read_package(struct part *p, const struct json *v)
{
	const struct json *package, *groups, *records;
	struct map by_id = { 0 };
	struct part_names names;
	uint32_t c;

	if (!part_is_object(p, v, "a package"))
		return;
	package = part_object(p, v, "package");
	groups = part_array(p, v, "groups");
	records = part_array(p, v, "vulnerabilities");
	if (package == NULL) {
		part_fault(p, v, "an osv-scanner package without \"package\"");
		return;
	}
	names = (struct part_names){
		.name = part_need(p, package, "name", "package"),
		.version = part_text(p, package, "version"),
	};
	if (p->rc != ERR_OK || groups->len == 0)
		return;
	names.purl = arena_slice(p->a, ecosystem_purl(&p->scratch,
	    part_text(p, package, "ecosystem"), names.name, names.version));
	c = part_component(p, &names);
	index_records(records, &by_id);
	JSON_EACH(group, groups)
		if (part_is_object(p, group, "a group"))
			read_group(p, group, &by_id, c);
	map_free(&by_id);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *results = part_array(p, doc, "results");

	p->inventory = false;
	JSON_EACH(result, results) {
		const struct json *packages;

		if (!part_is_object(p, result, "a result"))
			return;
		packages = part_array(p, result, "packages");
		JSON_EACH(package, packages)
			read_package(p, package);
	}
}

const struct format format_osv = {
	"osv", "osv-scanner (results)", is, check, read, NULL, NULL
};
