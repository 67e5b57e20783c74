/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spdx3 - SPDX 3.0.1 JSON-LD, read as plain JSON (layer 3).
 *
 * A reference may be an IRI or the object itself, at any depth, so a first
 * pass indexes every object and a second one reads them.
 */
#include <stdio.h>
#include <string.h>

#include "spdx.h"

enum {
	DEPTH_MAX = 1100,	/* the parser's limit, and room */
	FOLLOW_MAX = 16		/* collections within collections */
};

#define TERMS "https://spdx.org/rdf/3.0.1/terms/"

struct graph {
	struct map ids;			/* spdxId or @id to the object */
	const struct json **object;	/* all that have a type */
	size_t count, cap;
	struct map scores;		/* vulnerability id to its score */
	struct score *score;
	size_t scores_count, score_cap;
};

struct score {
	enum severity severity;
	int cvss;
	struct slice vector;
};

bool
spdx3_is(const struct json *doc)
{
	const struct json *context = json_get(doc, "@context");

	if (context == NULL)
		return false;
	if (context->type == JSON_ARRAY) {
		JSON_EACH(one, context)
			if (slice_starts(json_text(one),
			    "https://spdx.org/rdf/3."))
				return true;
		return false;
	}
	return slice_starts(json_text(context), "https://spdx.org/rdf/3.");
}

/* Types and properties carry the prefix of their profile; published examples
 * drop it, so both are read. */
static struct slice
bare(struct slice name)
{
	size_t n = slice_find(name, '_');

	return n < name.len ? slice_cut(name, n + 1, SIZE_MAX) : name;
}

static struct slice
type_of(const struct json *v)
{
	struct slice type = json_get_text(v, "type");

	if (type.len == 0)
		type = json_get_text(v, "@type");
	return bare(type);
}

static const struct json *
prop(const struct json *v, const char *name)
{
	const struct json *m = json_get(v, name);
	const char *rest = strchr(name, '_');

	return m != NULL || rest == NULL ? m : json_get(v, rest + 1);
}

static struct slice
prop_text(const struct json *v, const char *name)
{
	return json_text(prop(v, name));
}

static struct slice
id_of(const struct json *v)
{
	struct slice id = json_get_text(v, "spdxId");

	return id.len > 0 ? id : json_get_text(v, "@id");
}

static bool
is_package(struct slice type)
{
	return slice_is(type, "Package") || slice_is(type, "AIPackage") ||
	    slice_is(type, "DatasetPackage");
}

/* --- the index ---------------------------------------------------------- */

static void
index_object(struct graph *g, const struct json *v)
{
	struct slice id = id_of(v);
	bool fresh;

	if (type_of(v).len == 0)
		return;
	if (id.len > 0) {
		size_t *at = map_put(&g->ids, id, &fresh);

		if (fresh)
			*at = (size_t)v;
	}
	if (g->count == g->cap) {
		g->cap = g->cap == 0 ? 256 : g->cap * 2;
		g->object = mem_array(g->object, g->cap, sizeof(*g->object));
	}
	g->object[g->count++] = v;
}

/* Every object of the document, without recursion. */
static void
index_graph(struct graph *g, const struct json *doc)
{
	struct { const struct json *v; size_t next; } *stack;
	size_t depth = 1;

	stack = mem_array(NULL, DEPTH_MAX, sizeof(*stack));
	stack[0].v = doc;
	stack[0].next = 0;
	index_object(g, doc);
	while (depth > 0) {
		const struct json *v = stack[depth - 1].v, *child;
		size_t i = stack[depth - 1].next++;

		if (i >= v->len) {
			depth--;
			continue;
		}
		child = v->type == JSON_ARRAY ? &v->u.item[i] :
		    &v->u.member[i].value;
		if (child->type == JSON_OBJECT)
			index_object(g, child);
		if ((child->type == JSON_OBJECT || child->type ==
		    JSON_ARRAY) && depth < DEPTH_MAX) {
			stack[depth].v = child;
			stack[depth++].next = 0;
		}
	}
	mem_free(stack);
}

static void
graph_free(struct graph *g)
{
	map_free(&g->ids);
	map_free(&g->scores);
	mem_free(g->object);
	mem_free(g->score);
}

/* The object that a reference means: NULL if it is not in the document. */
static const struct json *
deref(const struct graph *g, const struct json *reference)
{
	size_t *at;

	if (reference == NULL || reference->type == JSON_OBJECT)
		return reference;
	if (reference->type != JSON_STRING)
		return NULL;
	at = map_find(&g->ids, json_text(reference));
	return at == NULL ? NULL : (const struct json *)*at;
}

static struct slice
reference_id(const struct json *reference)
{
	return reference->type == JSON_STRING ? json_text(reference) :
	    id_of(reference);
}

/* The name or the IRI of one of the model's individuals. */
static bool
is_individual(struct slice id, const char *name)
{
	return slice_is(id, name) || (slice_starts(id, TERMS) &&
	    slice_ends(id, name));
}

/* --- recognising -------------------------------------------------------- */

static bool
is_vex(struct slice type)
{
	return slice_starts(type, "Vex") &&
	    slice_ends(type, "VulnAssessmentRelationship");
}

enum status
spdx3_check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	struct graph g;
	enum status rc = ERR_OK;
	size_t documents = 0;

	memset(&g, 0, sizeof(g));
	*version = (struct slice){ NULL, 0 };
	*serves = 0;
	index_graph(&g, doc);
	for (size_t i = 0; i < g.count; i++) {
		struct slice type = type_of(g.object[i]);

		if (slice_is(type, "CreationInfo") && version->len == 0)
			*version = prop_text(g.object[i], "specVersion");
		documents += slice_is(type, "SpdxDocument");
		if (is_package(type))
			*serves |= ROLE_SBOM;
		if (is_vex(type))
			*serves |= ROLE_VEX;
		if (json_is(json_get(g.object[i], "relationshipType"),
		    "hasAssociatedVulnerability"))
			*serves |= ROLE_FINDINGS;
	}
	if (*serves == 0)
		*serves = ROLE_SBOM;
	if (!slice_is(*version, "3.0.1") && !slice_is(*version, "3.0.0"))
		rc = err_input(e, doc->offset, "SPDX 3 whose CreationInfo has "
		    "specVersion \"%.*s\", expected 3.0.1",
		    (int)version->len, version->data != NULL ?
		    version->data : "");
	else if (documents > 1)
		rc = err_input(e, doc->offset,
		    "%zu SpdxDocuments in one file, expected one", documents);
	graph_free(&g);
	return rc;
}

/* --- packages ----------------------------------------------------------- */

static void
read_identifiers(struct part *p, const struct json *v,
    struct part_names *names)
{
	const struct json *list = part_array(p, v, "externalIdentifier");

	JSON_EACH(one, list) {
		struct slice type = prop_text(one, "externalIdentifierType");
		struct slice text = prop_text(one, "identifier");
		struct slice *to = NULL;

		if (slice_is(type, "packageUrl") &&
		    prop_text(v, "software_packageUrl").len == 0)
			to = &names->purl;
		else if (slice_is(type, "cpe23"))
			to = &names->cpe;
		if (to != NULL && text.len > 0 && (to->len == 0 ||
		    slice_cmp(text, *to) < 0))
			*to = text;
	}
}

/* "operatingSystem" is "operating-system" elsewhere. */
static struct slice
purpose(struct part *p, struct slice word)
{
	struct buf out = { NULL, 0, 0 };
	struct slice kept;

	for (size_t i = 0; i < word.len; i++) {
		char c = word.data[i];

		if (c >= 'A' && c <= 'Z') {
			buf_byte(&out, '-');
			c = (char)(c - 'A' + 'a');
		}
		buf_byte(&out, c);
	}
	kept = arena_slice(p->a, buf_get(&out));
	buf_free(&out);
	return kept;
}

static void
read_package(struct part *p, const struct json *v)
{
	const struct json *hashes = part_array(p, v, "verifiedUsing");
	struct slice id = id_of(v);
	struct part_names names = {
		.purl = prop_text(v, "software_packageUrl"),
		.name = prop_text(v, "name"),
		.version = prop_text(v, "software_packageVersion"),
	};
	uint32_t c;

	if (id.len == 0) {
		part_fault(p, v, "an SPDX package without spdxId");
		return;
	}
	read_identifiers(p, v, &names);
	if (names.name.len == 0 && names.purl.len == 0)
		names.name = id;
	c = part_component(p, &names);
	if (c == PART_NONE)
		return;
	part_type(p, c, purpose(p, prop_text(v, "software_primaryPurpose")));
	part_scope(p, c, NULL);
	JSON_EACH(hash, hashes)
		if (slice_is(type_of(hash), "Hash"))
			part_hash(p, c, prop_text(hash, "algorithm"),
			    prop_text(hash, "hashValue"));
	part_label(p, id, c);
}

/* --- relationships ------------------------------------------------------ */

/* A reference's component, PART_NONE where it is no package here. */
static uint32_t
component_of(struct part *p, const struct json *reference)
{
	return reference == NULL ? PART_NONE :
	    part_labelled(p, reference_id(reference));
}

/* A member that may be one reference or an array of them. */
#define EACH_REFERENCE(it, v) \
	for (const struct json *it = (v) == NULL ? NULL : \
	    (v)->type == JSON_ARRAY ? (v)->u.item : (v), \
	    *it##_last = it == NULL ? NULL : it + \
	    ((v)->type == JSON_ARRAY ? (v)->len : 1); it < it##_last; it++)

/* What the LicenseRefs of an expression mean, where their elements are here:
 * a customIdToUri entry leads from the id to the element. */
static void
find_license_texts(struct part *p, const struct graph *g,
    const struct json *expression, struct map *texts)
{
	const struct json *list = prop(expression,
	    "simplelicensing_customIdToUri");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *entry = list->type == JSON_ARRAY ?
		    &list->u.item[i] : NULL;
		const struct json *v = deref(g, prop(entry, "value"));
		struct slice text = prop_text(v, "simplelicensing_licenseText");

		if (text.len > 0)
			spdx_license_text(p, texts, prop_text(entry, "key"),
			    prop_text(v, "name"), text);
	}
}

static void
add_license(struct part *p, const struct graph *g, uint32_t c,
    const struct json *reference)
{
	struct slice id = reference_id(reference), text;
	const struct json *v = deref(g, reference);
	struct map texts = { 0 };
	size_t at = id.len;

	if (is_individual(id, "NoneLicense") ||
	    is_individual(id, "NoAssertionLicense") ||
	    is_individual(id, "expandedlicensing_NoneLicense") ||
	    is_individual(id, "expandedlicensing_NoAssertionLicense"))
		return;
	text = prop_text(v, "simplelicensing_licenseExpression");
	if (text.len == 0)
		text = prop_text(v, "name");
	/* A listed licence may be its IRI alone. */
	if (text.len == 0 && (slice_starts(id, "https://spdx.org/licenses/") ||
	    slice_starts(id, "http://spdx.org/licenses/"))) {
		while (id.data[at - 1] != '/')
			at--;
		text = slice_cut(id, at, SIZE_MAX);
	}
	if (text.len == 0 &&
	    prop_text(v, "simplelicensing_licenseText").len > 0) {
		/* No name, no id: its text is all it has. */
		text = SLICE("LicenseRef-");
		spdx_license_text(p, &texts, text, (struct slice){ NULL, 0 },
		    prop_text(v, "simplelicensing_licenseText"));
	}
	find_license_texts(p, g, v, &texts);
	spdx_license(p, &texts, c, text);
	map_free(&texts);
}

static bool
is_dependency(struct slice type)
{
	static const char *const words[] = {
		"dependsOn", "hasOptionalDependency", "hasProvidedDependency",
		"hasPrerequisite", "hasDynamicLink", "hasStaticLink"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is(type, words[i]))
			return true;
	return false;
}

static void
add_edges(struct part *p, const struct graph *g, const struct json *v,
    uint32_t from)
{
	EACH_REFERENCE(to, prop(v, "to")) {
		struct slice id = reference_id(to);
		uint32_t c = component_of(p, to);

		if (c != PART_NONE)
			part_depends(p, from, c);
		else if (is_individual(id, "NoneElement"))
			part_edges_known(p, from);
		else if (!is_individual(id, "NoAssertionElement") &&
		    deref(g, to) == NULL && p->inventory)
			part_unknown(p, "Identity", p->component[from].key,
			    "a dependency names no element of the document");
	}
	if (slice_is(prop_text(v, "completeness"), "incomplete") &&
	    p->inventory)
		part_unknown(p, "AnalyzerLimit", p->component[from].key,
		    "its dependencies are incomplete");
}

/* --- vulnerabilities ---------------------------------------------------- */

static void
read_ids(struct part *p, const struct json *v, struct part_value **ids)
{
	const struct json *list = json_want(v, "externalIdentifier",
	    JSON_ARRAY);

	if (list != NULL)
		JSON_EACH(one, list) {
			struct slice type = prop_text(one,
			    "externalIdentifierType");

			if (slice_is(type, "cve") ||
			    slice_is(type, "securityOther"))
				part_add(p, ids, prop_text(one,
				    "identifier"));
		}
	if (*ids == NULL)
		part_add(p, ids, prop_text(v, "name"));
}

static void
read_score(struct part *p, struct graph *g, const struct json *v)
{
	const struct json *from = prop(v, "from");
	const struct json *score = prop(v, "security_score");
	struct slice number = json_text(score);
	struct score *s;
	bool fresh;
	size_t *at;

	if (from == NULL)
		return;
	if (score != NULL && score->type == JSON_NUMBER)
		number = (struct slice){ score->u.text, score->len };
	at = map_put(&g->scores, reference_id(from), &fresh);
	if (fresh) {
		if (g->scores_count == g->score_cap) {
			g->score_cap = g->score_cap == 0 ? 16 :
			    g->score_cap * 2;
			g->score = mem_array(g->score, g->score_cap,
			    sizeof(*g->score));
		}
		*at = g->scores_count;
		g->score[g->scores_count++] = (struct score){
		    SEVERITY_UNKNOWN, -1, { NULL, 0 } };
	}
	s = &g->score[*at];
	if (part_severity(prop_text(v, "security_severity")) > s->severity)
		s->severity = part_severity(prop_text(v,
		    "security_severity"));
	part_cvss(p, prop_text(v, "security_vectorString"),
	    part_score(number), &s->cvss, &s->vector);
}

static struct score
score_of(const struct graph *g, const struct json *vulnerability)
{
	size_t *at = map_find(&g->scores, reference_id(vulnerability));
	struct score s = { SEVERITY_UNKNOWN, -1, { NULL, 0 } };

	if (at != NULL)
		s = g->score[*at];
	if (s.severity == SEVERITY_UNKNOWN)
		s.severity = part_severity_of(s.cvss);
	return s;
}

static void
read_finding(struct part *p, const struct graph *g, const struct json *v)
{
	uint32_t c = component_of(p, prop(v, "from"));

	EACH_REFERENCE(to, prop(v, "to")) {
		const struct json *vulnerability = deref(g, to);
		struct part_value *ids = NULL;
		struct part_finding *f;
		struct score s = score_of(g, to);

		if (vulnerability != NULL)
			read_ids(p, vulnerability, &ids);
		if (ids == NULL || c == PART_NONE) {
			part_unknown(p, "Identity", (struct slice){ NULL, 0 },
			    "a finding names no element of the document");
			continue;
		}
		f = part_finding(p, c);
		f->ids = ids;
		f->severity = s.severity;
		f->cvss = s.cvss;
		f->vector = s.vector;
	}
}

static const struct {
	const char *word;
	const char *justification;
} justifications[] = {
	{ "componentNotPresent", "component_not_present" },
	{ "vulnerableCodeNotPresent", "vulnerable_code_not_present" },
	{ "vulnerableCodeNotInExecutePath",
	    "vulnerable_code_not_in_execute_path" },
	{ "vulnerableCodeCannotBeControlledByAdversary",
	    "vulnerable_code_cannot_be_controlled_by_adversary" },
	{ "inlineMitigationsAlreadyExist",
	    "inline_mitigations_already_exist" }
};

static bool
vex_status(struct slice type, enum vex_status *out)
{
	static const struct {
		const char *prefix;
		enum vex_status status;
	} types[] = {
		{ "VexAffected", VEX_AFFECTED },
		{ "VexNotAffected", VEX_NOT_AFFECTED },
		{ "VexFixed", VEX_FIXED },
		{ "VexUnderInvestigation", VEX_UNDER_INVESTIGATION }
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_starts(type, types[i].prefix)) {
			*out = types[i].status;
			return true;
		}
	return false;
}

/* Who speaks: suppliedBy, which some write as an array, else createdBy. */
static struct slice
author_of(struct part *p, const struct graph *g, const struct json *v)
{
	const struct json *info = deref(g, prop(v, "creationInfo"));
	const struct json *by = prop(v, "suppliedBy");
	struct slice best = { NULL, 0 };

	if (by == NULL)
		by = prop(info, "createdBy");
	EACH_REFERENCE(agent, by) {
		struct slice name = prop_text(deref(g, agent), "name");

		if (name.len > 0 && (best.len == 0 ||
		    slice_cmp(name, best) < 0))
			best = name;
	}
	return part_kept(p, best);
}

static void
add_element(struct part *p, const struct graph *g, const struct json *to,
    struct part_product **list)
{
	const struct json *v = deref(g, to);
	uint32_t c = component_of(p, to);
	struct slice id = reference_id(to), purl;

	if (c != PART_NONE) {
		part_product_component(p, part_product(p, list), c);
		return;
	}
	purl = v == NULL ? id : prop_text(v, "software_packageUrl");
	if (slice_starts(purl, "pkg:"))
		(void)part_product_purl(p, part_product(p, list), purl);
	else if (prop_text(v, "name").len > 0)
		part_product_name(p, part_product(p, list),
		    (struct slice){ NULL, 0 }, prop_text(v, "name"),
		    (struct slice){ NULL, 0 });
	else
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a statement names no element of the document");
}

static void
read_vex(struct part *p, const struct graph *g, const struct json *v,
    enum vex_status status)
{
	const struct json *info = deref(g, prop(v, "creationInfo"));
	const struct json *from = prop(v, "from");
	const struct json *assessed = prop(v, "security_assessedElement");
	struct slice word = prop_text(v, "security_justificationType");
	struct slice modified = prop_text(v, "security_modifiedTime");
	struct slice published = prop_text(v, "security_publishedTime");
	struct part_value *ids = NULL;
	struct part_product *products = NULL;
	struct part_statement *s;
	struct score score;

	/* Withdrawn: it no longer counts. */
	if (prop_text(v, "security_withdrawnTime").len > 0)
		return;
	if (from != NULL && deref(g, from) != NULL)
		read_ids(p, deref(g, from), &ids);
	if (ids == NULL) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a statement names no vulnerability");
		return;
	}
	EACH_REFERENCE(to, prop(v, "to"))
		add_element(p, g, to, &products);
	if (assessed != NULL)
		for (struct part_product *t = products; t != NULL;
		    t = t->next)
			add_element(p, g, assessed, &t->parts);
	score = score_of(g, from);
	s = part_statement(p, status);
	s->ids = ids;
	s->products = products;
	s->severity = score.severity;
	s->cvss = score.cvss;
	s->vector = score.vector;
	s->author = author_of(p, g, v);
	s->impact = part_kept(p, prop_text(v, "security_impactStatement"));
	s->action = part_kept(p, prop_text(v, "security_actionStatement"));
	for (size_t i = 0; status == VEX_NOT_AFFECTED &&
	    i < sizeof(justifications) / sizeof(justifications[0]); i++)
		if (slice_is(word, justifications[i].word))
			s->justification =
			    slice_of(justifications[i].justification);
	s->timestamp = part_time(p, modified.len > 0 ? modified :
	    published.len > 0 ? published : prop_text(info, "created"));
}

/* --- all ---------------------------------------------------------------- */

/* rootElement names a package, or a Bom whose rootElement does. */
static void
find_root(struct part *p, const struct graph *g, const struct json *document)
{
	const struct json *at = document;

	for (int i = 0; i < FOLLOW_MAX && at != NULL; i++) {
		const struct json *roots = prop(at, "rootElement");
		const struct json *next = NULL;

		EACH_REFERENCE(root, roots) {
			uint32_t c = component_of(p, root);
			struct slice type = type_of(deref(g, root));

			if (c != PART_NONE)
				part_root(p, c);
			else if (slice_is(type, "File"))
				p->target = part_kept(p,
				    prop_text(deref(g, root), "name"));
			else
				next = deref(g, root);
		}
		at = next;
	}
}

static void
read_relationship(struct part *p, struct graph *g, const struct json *v,
    struct slice type)
{
	struct slice relation = prop_text(v, "relationshipType");
	uint32_t from = component_of(p, prop(v, "from"));
	enum vex_status status;

	if (is_vex(type) && vex_status(type, &status)) {
		read_vex(p, g, v, status);
		return;
	}
	if (slice_is(relation, "hasAssociatedVulnerability")) {
		read_finding(p, g, v);
		return;
	}
	if (from == PART_NONE)
		return;
	if (is_dependency(relation))
		add_edges(p, g, v, from);
	if (slice_is(relation, "hasDeclaredLicense") ||
	    slice_is(relation, "hasConcludedLicense"))
		EACH_REFERENCE(to, prop(v, "to"))
			add_license(p, g, from, to);
}

void
spdx3_read(struct part *p, const struct json *doc)
{
	struct graph g;

	memset(&g, 0, sizeof(g));
	index_graph(&g, doc);
	for (size_t i = 0; i < g.count && p->rc == ERR_OK; i++) {
		struct slice type = type_of(g.object[i]);

		if (is_package(type))
			read_package(p, g.object[i]);
		else if (slice_starts(type, "Cvss"))
			read_score(p, &g, g.object[i]);
	}
	for (size_t i = 0; i < g.count && p->rc == ERR_OK; i++) {
		struct slice type = type_of(g.object[i]);

		if (slice_is(type, "SpdxDocument"))
			find_root(p, &g, g.object[i]);
		else if (slice_ends(type, "Relationship"))
			read_relationship(p, &g, g.object[i], type);
	}
	graph_free(&g);
}
