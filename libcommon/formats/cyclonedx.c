/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cyclonedx - CycloneDX 1.2 to 1.7 JSON: inventory, dependencies, findings
 * and analyses (layer 3).
 */
#include <string.h>

#include "canon.h"
#include "format.h"

static bool
is(const struct json *doc)
{
	return json_is(json_get(doc, "bomFormat"), "CycloneDX");
}

static bool
has_analysis(const struct json *vulnerability)
{
	return json_get_text(json_get(vulnerability, "analysis"),
	    "state").len > 0;
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	static const char *const known[] = {
		"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"
	};
	const struct json *list = json_want(doc, "vulnerabilities",
	    JSON_ARRAY);
	bool good = false;

	if (!is(doc))
		return err_input(e, doc->offset,
		    "not CycloneDX (bomFormat \"CycloneDX\")");
	*version = json_get_text(doc, "specVersion");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		good = good || slice_is(*version, known[i]);
	if (!good)
		return err_input(e, doc->offset,
		    "CycloneDX specVersion \"%.*s\", expected 1.2 to 1.7",
		    (int)version->len, version->data != NULL ?
		    version->data : "");
	*serves = 0;
	if (json_count(json_get(doc, "components")) > 0 ||
	    json_count(list) == 0)
		*serves |= ROLE_SBOM;
	if (list != NULL)
		JSON_EACH(v, list)
			*serves |= has_analysis(v) ? ROLE_VEX : ROLE_FINDINGS;
	return ERR_OK;
}

/* --- components --------------------------------------------------------- */

/* A component's members, in canonical order. */
enum {
	M_BOM_REF, M_COMPONENTS, M_CPE, M_GROUP, M_HASHES, M_LICENSES, M_NAME,
	M_PURL, M_SCOPE, M_TYPE, M_VERSION, M_VERSION_RANGE, MEMBERS,
	TOGETHER = 8		/* components that are read at a time */
};

static const struct part_want component_members[MEMBERS] = {
	[M_BOM_REF] = { { "bom-ref", 7 }, JSON_STRING },
	[M_COMPONENTS] = { { "components", 10 }, JSON_ARRAY },
	[M_CPE] = { { "cpe", 3 }, JSON_STRING },
	[M_GROUP] = { { "group", 5 }, JSON_STRING },
	[M_HASHES] = { { "hashes", 6 }, JSON_ARRAY },
	[M_LICENSES] = { { "licenses", 8 }, JSON_ARRAY },
	[M_NAME] = { { "name", 4 }, JSON_STRING },
	[M_PURL] = { { "purl", 4 }, JSON_STRING },
	[M_SCOPE] = { { "scope", 5 }, JSON_STRING },
	[M_TYPE] = { { "type", 4 }, JSON_STRING },
	[M_VERSION] = { { "version", 7 }, JSON_STRING },
	[M_VERSION_RANGE] = { { "versionRange", 12 }, JSON_STRING }
};

static const struct part_want license_choice[] = {
	{ { "expression", 10 }, JSON_STRING }, { { "license", 7 }, JSON_OBJECT }
}, license_names[] = {
	{ { "id", 2 }, JSON_STRING }, { { "name", 4 }, JSON_STRING }
}, hash_members[] = {
	{ { "alg", 3 }, JSON_STRING }, { { "content", 7 }, JSON_STRING }
};

static void
read_licenses(struct part *p, const struct json *list, uint32_t c)
{
	JSON_EACH(choice, list) {
		const struct json *m[2], *name[2] = { NULL, NULL };
		struct slice text;

		if (!part_is_object(p, choice, "a license"))
			return;
		part_members(p, choice, license_choice, 2, m);
		if (m[1] != NULL)
			part_members(p, m[1], license_names, 2, name);
		text = json_text(m[0]);
		if (text.len == 0)
			text = json_text(name[0]);
		if (text.len == 0)
			text = json_text(name[1]);
		part_license(p, c, text);
	}
}

static void
read_hashes(struct part *p, const struct json *list, uint32_t c)
{
	JSON_EACH(hash, list) {
		const struct json *m[2];

		if (!part_is_object(p, hash, "a hash"))
			return;
		part_members(p, hash, hash_members, 2, m);
		part_hash(p, c, json_text(m[0]), json_text(m[1]));
	}
}

/* A component's members; asks for the memory that its names will be looked
 * for in. */
static void
get_members(struct part *p, const struct json *component,
    const struct json **m)
{
	part_members(p, component, component_members, MEMBERS, m);
	map_prefetch(&p->labels, json_text(m[M_BOM_REF]));
	/* A purl mostly is the key. */
	map_prefetch(&p->keys, json_text(m[M_PURL]));
}

static uint32_t
read_component(struct part *p, const struct json *component,
    const struct json *const *m)
{
	struct part_names names;
	uint32_t c;

	names = (struct part_names){
		.purl = json_text(m[M_PURL]),
		.cpe = json_text(m[M_CPE]),
		.group = json_text(m[M_GROUP]),
		.name = json_text(m[M_NAME]),
		.version = json_text(m[M_VERSION])
	};
	if (names.name.len == 0)
		part_fault(p, component, "component without \"name\"");
	c = part_component(p, &names);
	if (c == PART_NONE)
		return c;
	/* Of an external component: which version will be there is open. */
	if (m[M_VERSION_RANGE] != NULL)
		part_unknown(p, "Identity", p->component[c].key,
		    "its version is a range: \"%.*s\"",
		    (int)(m[M_VERSION_RANGE]->len < 200 ?
		    m[M_VERSION_RANGE]->len : 200),
		    m[M_VERSION_RANGE]->u.text);
	part_type(p, c, json_text(m[M_TYPE]));
	if (m[M_HASHES] != NULL)
		read_hashes(p, m[M_HASHES], c);
	if (m[M_LICENSES] != NULL)
		read_licenses(p, m[M_LICENSES], c);
	part_scope(p, c, json_is(m[M_SCOPE], "optional") ? "optional" :
	    json_is(m[M_SCOPE], "excluded") ? "excluded" : NULL);
	part_label(p, json_text(m[M_BOM_REF]), c);
	return c;
}

/* Components in a component, at any depth: nesting is containment, and no
 * dependency.  The parser's limit bounds the stack. */
static void
read_inner(struct part *p, const struct json *list)
{
	struct { const struct json *at, *end; } stack[512];
	size_t depth = 1;

	stack[0].at = list->u.item;
	stack[0].end = list->u.item + list->len;
	while (depth > 0 && p->rc == ERR_OK) {
		const struct json *component = stack[depth - 1].at;
		const struct json *m[MEMBERS];

		if (component == stack[depth - 1].end) {
			depth--;
			continue;
		}
		stack[depth - 1].at++;
		if (!part_is_object(p, component, "a component"))
			return;
		get_members(p, component, m);
		(void)read_component(p, component, m);
		list = m[M_COMPONENTS];
		if (list != NULL && list->len > 0 &&
		    depth < sizeof(stack) / sizeof(stack[0])) {
			stack[depth].at = list->u.item;
			stack[depth].end = list->u.item + list->len;
			depth++;
		}
	}
}

/* Several at a time, so that their memory is waited for at once. */
static void
read_components(struct part *p, const struct json *list)
{
	const struct json *m[TOGETHER][MEMBERS];

	for (uint32_t i = 0; i < list->len && p->rc == ERR_OK;) {
		const struct json *component = list->u.item + i;
		uint32_t n = 0;

		for (; n < TOGETHER && i + n < list->len; n++) {
			if (!part_is_object(p, component + n, "a component"))
				return;
			get_members(p, component + n, m[n]);
		}
		for (uint32_t k = 0; k < n; k++) {
			(void)read_component(p, component + k, m[k]);
			if (m[k][M_COMPONENTS] != NULL)
				read_inner(p, m[k][M_COMPONENTS]);
		}
		i += n;
	}
}

/* --- edges -------------------------------------------------------------- */

static const struct part_want entry_members[] = {
	{ { "dependsOn", 9 }, JSON_ARRAY }, { { "ref", 3 }, JSON_STRING }
};

/* An entry: the component it is about, and those it depends on. */
struct entry {
	const struct json *v, *on;
	uint32_t from;
	size_t first, count;	/* of what its refs name */
};

/* Takes a list apart; the refs are to be looked up yet. */
static void
get_entries(struct part *p, const struct json *list, struct entry *entry,
    struct buf *refs)
{
	size_t next = 0;

	JSON_EACH(v, list) {
		const struct json *m[2] = { NULL, NULL };
		struct slice *ref;
		size_t n;

		if (part_is_object(p, v, "a dependency"))
			part_members(p, v, entry_members, 2, m);
		n = json_count(m[0]);
		*entry++ = (struct entry){ v, m[0],
		    part_labelled_next(p, json_text(m[1]), &next),
		    refs->len / sizeof(*ref), n };
		ref = buf_push(refs, n * sizeof(*ref));
		for (size_t i = 0; i < n; i++)
			ref[i] = json_text(m[0]->u.item + i);
	}
}

/* The edges of an entry. */
static void
read_entry(struct part *p, const struct entry *entry, const uint32_t *to)
{
	size_t dangling = 0;

	part_edges_known(p, entry->from);
	for (size_t i = 0; i < entry->count; i++) {
		const struct json *ref = entry->on->u.item + i;

		if (ref->type != JSON_STRING)
			part_fault(p, ref, "an element of dependsOn is %s, "
			    "expected a string", json_type_name(ref));
		if (to[i] == PART_NONE)
			dangling++;
		else
			part_depends(p, entry->from, to[i]);
	}
	if (dangling > 0 && p->inventory)
		part_unknown(p, "Identity", p->component[entry->from].key,
		    "%zu of its dependencies name no component", dangling);
}

static bool
all_known(const struct entry *entry, const uint32_t *to)
{
	for (size_t i = 0; i < entry->count; i++)
		if (to[i] == PART_NONE)
			return false;
	return entry->from != PART_NONE;
}

/* The edges of a list's entries; how many of these name no component.  Where
 * not all labels are there yet, what names one that is not known waits. */
static size_t
read_edges(struct part *p, const struct json *list, bool early)
{
	struct entry *entry = mem_array(NULL, list->len, sizeof(*entry));
	struct buf refs = { NULL, 0, 0 };
	size_t count, lost = 0;
	uint32_t *named;

	get_entries(p, list, entry, &refs);
	/* All at once: where one after the other is looked up, each waits for
	 * memory. */
	count = refs.len / sizeof(struct slice);
	named = mem_array(NULL, count, sizeof(*named));
	part_labelled_many(p, (const struct slice *)(const void *)refs.data,
	    count, named);
	for (uint32_t i = 0; i < list->len && p->rc == ERR_OK; i++) {
		const uint32_t *to = named + entry[i].first;

		if (early && !all_known(&entry[i], to))
			json_push(p->a, &p->waiting,
			    json_copy(p->a, entry[i].v));
		else if (entry[i].from == PART_NONE)
			lost++;
		else
			read_entry(p, &entry[i], to);
	}
	mem_free(named);
	buf_free(&refs);
	mem_free(entry);
	return lost;
}

static void
read_dependencies(struct part *p, const struct json *doc)
{
	size_t lost = read_edges(p, part_array(p, doc, "dependencies"),
	    false) + read_edges(p, &p->waiting, false);

	if (lost > 0 && p->inventory)
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "%zu dependency entries name no component", lost);
}

/* What the author says is not known in full. */
static void
read_compositions(struct part *p, const struct json *doc)
{
	static const char *const lists[] = { "assemblies", "dependencies" };
	const struct json *compositions = part_array(p, doc, "compositions");

	JSON_EACH(composition, compositions) {
		struct slice aggregate;
		size_t named = 0;

		if (!part_is_object(p, composition, "a composition"))
			return;
		aggregate = part_text(p, composition, "aggregate");
		if (slice_is(aggregate, "complete") || aggregate.len == 0 ||
		    !p->inventory)
			continue;
		for (size_t i = 0; i < 2; i++) {
			const struct json *refs = part_array(p, composition,
			    lists[i]);

			named += refs->len;
			JSON_EACH(ref, refs) {
				uint32_t c = part_labelled(p, json_text(ref));

				if (c != PART_NONE)
					part_unknown(p, "AnalyzerLimit",
					    p->component[c].key,
					    "its %s are \"%.*s\"", lists[i],
					    (int)aggregate.len,
					    aggregate.data);
			}
		}
		if (named == 0)
			part_unknown(p, "AnalyzerLimit",
			    (struct slice){ NULL, 0 },
			    "the composition is \"%.*s\"",
			    (int)aggregate.len, aggregate.data);
	}
}

/* --- vulnerabilities ---------------------------------------------------- */

static const struct {
	const char *word;
	enum vex_status status;
} states[] = {
	{ "resolved", VEX_FIXED },
	{ "resolved_with_pedigree", VEX_FIXED },
	{ "exploitable", VEX_AFFECTED },
	{ "in_triage", VEX_UNDER_INVESTIGATION },
	{ "not_affected", VEX_NOT_AFFECTED },
	{ "false_positive", VEX_NOT_AFFECTED }
};

/* No official table exists; the native word is kept beside it, so that the
 * strength of an analysis of code and of a configuration stay apart. */
static const struct {
	const char *word;
	const char *justification;
} justifications[] = {
	{ "code_not_present", "vulnerable_code_not_present" },
	{ "code_not_reachable", "vulnerable_code_not_in_execute_path" },
	{ "requires_configuration",
	    "vulnerable_code_cannot_be_controlled_by_adversary" },
	{ "requires_environment",
	    "vulnerable_code_cannot_be_controlled_by_adversary" },
	{ "requires_dependency",
	    "vulnerable_code_cannot_be_controlled_by_adversary" },
	{ "protected_by_compiler", "inline_mitigations_already_exist" },
	{ "protected_at_runtime", "inline_mitigations_already_exist" },
	{ "protected_by_mitigating_control",
	    "inline_mitigations_already_exist" },
	{ "protected_at_perimeter", "inline_mitigations_already_exist" }
};

/* What all statements of one vulnerability entry share. */
struct vulnerability {
	const struct json *v;
	struct part_value *ids;
	enum severity severity;
	int cvss;
	struct slice vector;
	struct slice author;
	struct slice when;	/* of the document */
};

static void
read_ratings(struct part *p, struct vulnerability *out)
{
	const struct json *list = part_array(p, out->v, "ratings");

	out->severity = SEVERITY_UNKNOWN;
	out->cvss = -1;
	JSON_EACH(rating, list) {
		struct slice method, vector, number = { NULL, 0 };
		const struct json *score;
		enum severity severity;

		if (!part_is_object(p, rating, "a rating"))
			return;
		severity = part_severity(part_text(p, rating, "severity"));
		if (severity > out->severity)
			out->severity = severity;
		method = part_text(p, rating, "method");
		vector = part_text(p, rating, "vector");
		score = json_get(rating, "score");
		if (score != NULL && score->type == JSON_NUMBER)
			number = (struct slice){ score->u.text, score->len };
		if (slice_starts(method, "CVSS") || method.len == 0)
			part_cvss(p, vector, part_score(number), &out->cvss,
			    &out->vector);
	}
	if (out->severity == SEVERITY_UNKNOWN)
		out->severity = part_severity_of(out->cvss);
}

static void
read_ids(struct part *p, struct vulnerability *out)
{
	const struct json *list = part_array(p, out->v, "references");

	part_add(p, &out->ids, part_text(p, out->v, "id"));
	JSON_EACH(reference, list)
		if (part_is_object(p, reference, "a reference"))
			part_add(p, &out->ids,
			    part_text(p, reference, "id"));
}

/* The product that a reference names; false where it names none. */
static bool
read_ref(struct part *p, struct slice ref, struct part_product *product)
{
	uint32_t c = part_labelled(p, ref);

	if (c != PART_NONE) {
		part_product_component(p, product, c);
		return true;
	}
	if (slice_starts(ref, "urn:cdx:")) {
		product->link = arena_slice(p->a, ref);
		return true;
	}
	return slice_starts(ref, "pkg:") && part_product_purl(p, product, ref);
}

static struct slice
statement_time(struct part *p, const struct vulnerability *of)
{
	const struct json *analysis = part_object(p, of->v, "analysis");
	struct slice candidates[] = {
		part_text(p, analysis, "firstIssued"),
		part_text(p, analysis, "lastUpdated"),
		part_text(p, of->v, "updated"),
		part_text(p, of->v, "published"),
		of->when
	};

	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (candidates[i].len > 0)
			return part_time(p, candidates[i]);
	return (struct slice){ NULL, 0 };
}

/* "update; rollback": what the author will do about it. */
static struct slice
read_response(struct part *p, const struct json *analysis)
{
	const struct json *list = part_array(p, analysis, "response");
	struct json words = json_array();
	struct buf text = { NULL, 0, 0 };
	struct slice out;

	JSON_EACH(word, list)
		if (word->type == JSON_STRING)
			json_push(p->a, &words, *word);
	if (words.len == 0)
		return (struct slice){ NULL, 0 };
	canon_sort(p->a, &words);
	JSON_EACH(word, &words) {
		if (text.len > 0)
			buf_text(&text, "; ");
		buf_slice(&text, json_text(word));
	}
	out = arena_slice(p->a, buf_get(&text));
	buf_free(&text);
	return out;
}

/* A statement with all that does not depend on the product. */
static struct part_statement *
new_statement(struct part *p, const struct vulnerability *of,
    enum vex_status status, bool own)
{
	const struct json *analysis = part_object(p, of->v, "analysis");
	struct slice word = part_text(p, analysis, "justification");
	struct slice updated = part_text(p, analysis, "lastUpdated");
	struct part_statement *s = part_statement(p, status);

	s->ids = of->ids;
	s->severity = of->severity;
	s->cvss = of->cvss;
	s->vector = of->vector;
	s->author = of->author;
	s->timestamp = statement_time(p, of);
	if (updated.len > 0 && part_text(p, analysis, "firstIssued").len > 0)
		s->updated = part_time(p, updated);
	if (!own) {
		/* versions[].status speaks in place of the analysis. */
		s->native = status == VEX_NOT_AFFECTED ?
		    SLICE("cyclonedx:unaffected") : (struct slice){ NULL, 0 };
		s->impact = status == VEX_NOT_AFFECTED ?
		    SLICE("the version is unaffected") :
		    (struct slice){ NULL, 0 };
		return s;
	}
	s->impact = part_kept(p, part_text(p, analysis, "detail"));
	s->action = read_response(p, analysis);
	if (slice_is(part_text(p, analysis, "state"), "false_positive"))
		s->native = SLICE("cyclonedx:false_positive");
	if (word.len > 0 && status == VEX_NOT_AFFECTED)
		s->native = slice_of(arena_printf(p->a, "cyclonedx:%.*s",
		    (int)word.len, word.data));
	for (size_t i = 0; status == VEX_NOT_AFFECTED &&
	    i < sizeof(justifications) / sizeof(justifications[0]); i++)
		if (slice_is(word, justifications[i].word))
			s->justification =
			    slice_of(justifications[i].justification);
	return s;
}

static void
copy_product(struct part_product *to, const struct part_product *from)
{
	to->key = from->key;
	to->purl = from->purl;
	to->cpe = from->cpe;
	to->link = from->link;
}

/* One affects entry, taken apart by what it says of which version. */
static void
add_products(struct part *p, const struct json *affect,
    const struct part_product *base, enum vex_status wanted,
    enum vex_status analysed, struct part_product **list)
{
	const struct json *versions = part_array(p, affect, "versions");

	if (versions->len == 0 && wanted == analysed)
		copy_product(part_product(p, list), base);
	JSON_EACH(entry, versions) {
		struct slice version, range, status;
		enum vex_status says = analysed;
		struct part_product *product;

		if (!part_is_object(p, entry, "a version"))
			return;
		version = part_text(p, entry, "version");
		range = part_text(p, entry, "range");
		status = part_text(p, entry, "status");
		if (slice_is(status, "unaffected"))
			says = VEX_NOT_AFFECTED;
		else if (slice_is(status, "unknown"))
			says = VEX_UNDER_INVESTIGATION;
		if (says != wanted || (version.len == 0 && range.len == 0))
			continue;
		product = part_product(p, list);
		copy_product(product, base);
		product->cpe = (struct slice){ NULL, 0 };
		part_product_version(p, product, version.len > 0 ? version :
		    range, version.len == 0);
	}
}

static void
add_statements(struct part *p, const struct vulnerability *of,
    enum vex_status analysed)
{
	const struct json *affects = part_array(p, of->v, "affects");
	size_t lost = 0;

	for (int status = VEX_AFFECTED; status <= VEX_NOT_AFFECTED; status++) {
		struct part_product *products = NULL;
		struct part_statement *s;

		lost = 0;
		JSON_EACH(affect, affects) {
			struct part_product base;

			memset(&base, 0, sizeof(base));
			if (!part_is_object(p, affect, "an affected product"))
				return;
			if (read_ref(p, part_text(p, affect, "ref"), &base))
				add_products(p, affect, &base,
				    (enum vex_status)status, analysed,
				    &products);
			else
				lost++;
		}
		if (products == NULL &&
		    (enum vex_status)status != analysed)
			continue;
		if (products == NULL && affects->len > lost)
			continue;
		s = new_statement(p, of, (enum vex_status)status,
		    (enum vex_status)status == analysed);
		s->products = products;
	}
	if (lost > 0 || affects->len == 0)
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "%s: the analysis names %s", part_id_text(p, of->ids),
		    affects->len == 0 ? "no product" :
		    "a product that is none of the document's");
}

/* Is the component's own version spared by the entry's versions? */
static bool
spared(struct part *p, const struct json *affect,
    const struct part_component *c)
{
	const struct json *versions = part_array(p, affect, "versions");
	bool named = false;

	JSON_EACH(entry, versions) {
		struct slice version = part_text(p, entry, "version");
		struct slice range = part_text(p, entry, "range");

		if (!(version.len > 0 && slice_eq(version, c->version)) &&
		    !(range.len > 0 && part_in_range(p, range, c->version)))
			continue;
		named = true;
		if (!slice_is(part_text(p, entry, "status"), "unaffected"))
			return false;
	}
	return named;
}

static void
add_findings(struct part *p, const struct vulnerability *of)
{
	const struct json *affects = part_array(p, of->v, "affects");
	size_t lost = 0;

	JSON_EACH(affect, affects) {
		struct slice ref;
		struct part_finding *f;
		uint32_t c;

		if (!part_is_object(p, affect, "an affected product"))
			return;
		ref = part_text(p, affect, "ref");
		c = part_labelled(p, ref);
		if (c == PART_NONE && slice_starts(ref, "pkg:")) {
			struct part_names names = { .purl = ref };

			c = part_component(p, &names);
		}
		if (c == PART_NONE) {
			lost++;
			continue;
		}
		if (spared(p, affect, &p->component[c]))
			continue;
		f = part_finding(p, c);
		f->ids = of->ids;
		f->severity = of->severity;
		f->cvss = of->cvss;
		f->vector = of->vector;
	}
	if (lost > 0 || affects->len == 0)
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "%s: the finding names %s", part_id_text(p, of->ids),
		    affects->len == 0 ? "no component" :
		    "a component that is none of the document's");
}

static struct slice
read_author(struct part *p, const struct json *metadata)
{
	static const char *const members[] = {
		"supplier", "manufacturer", "manufacture"
	};
	const struct json *authors = part_array(p, metadata, "authors");
	struct slice best = { NULL, 0 };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		struct slice name = part_text(p,
		    part_object(p, metadata, members[i]), "name");

		if (name.len > 0)
			return part_kept(p, name);
	}
	JSON_EACH(author, authors) {
		struct slice name = part_text(p, author, "name");

		if (name.len > 0 && (best.len == 0 ||
		    slice_cmp(name, best) < 0))
			best = name;
	}
	return part_kept(p, best);
}

static void
read_vulnerabilities(struct part *p, const struct json *doc)
{
	const struct json *list = part_array(p, doc, "vulnerabilities");
	const struct json *metadata = part_object(p, doc, "metadata");
	struct vulnerability of = {
		.author = read_author(p, metadata),
		.when = part_text(p, metadata, "timestamp"),
	};

	JSON_EACH(v, list) {
		struct slice state;
		size_t i = 0;

		if (!part_is_object(p, v, "a vulnerability"))
			return;
		of.v = v;
		of.ids = NULL;
		of.vector = (struct slice){ NULL, 0 };
		read_ids(p, &of);
		read_ratings(p, &of);
		state = part_text(p, part_object(p, v, "analysis"), "state");
		if (of.ids == NULL) {
			part_unknown(p, "Identity", (struct slice){ NULL, 0 },
			    "a vulnerability without an id");
			continue;
		}
		if (state.len == 0) {
			add_findings(p, &of);
			continue;
		}
		while (i < sizeof(states) / sizeof(states[0]) &&
		    !slice_is(state, states[i].word))
			i++;
		if (i == sizeof(states) / sizeof(states[0])) {
			part_fault(p, v, "analysis state \"%.*s\" is none "
			    "of CycloneDX's", (int)state.len, state.data);
			return;
		}
		add_statements(p, &of, states[i].status);
	}
}

static void
read_serial(struct part *p, const struct json *doc)
{
	struct slice serial = part_text(p, doc, "serialNumber");
	int64_t version = 1;

	if (!slice_starts(serial, "urn:uuid:"))
		return;
	(void)json_int64(json_get(doc, "version"), &version);
	p->serial = slice_of(arena_printf(p->a, "urn:cdx:%.*s/%lld",
	    (int)(serial.len - 9), serial.data + 9, (long long)version));
}

/* The arrays that make a document large. */
enum {
	COMPONENTS = 1,
	DEPENDENCIES
};

static int
wants(const struct json *object, struct slice key)
{
	int array = slice_is(key, "components") ? COMPONENTS :
	    slice_is(key, "dependencies") ? DEPENDENCIES : 0;

	JSON_MEMBERS(m, object)
		if (array != 0 && slice_is((struct slice){ m->key,
		    m->key_len }, "bomFormat"))
			return json_is(&m->value, "CycloneDX") ? array : 0;
	return 0;
}

static void
take(struct part *p, int array, const struct json *element, size_t count)
{
	const struct json list = { .type = JSON_ARRAY, .len = (uint32_t)count,
		.u.item = (struct json *)(uintptr_t)element };

	if (array == COMPONENTS) {
		read_components(p, &list);
		return;
	}
	p->labels_used = true;
	(void)read_edges(p, &list, true);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *metadata = part_object(p, doc, "metadata");
	const struct json *root = part_object(p, metadata, "component");

	read_serial(p, doc);
	if (root != NULL) {
		const struct json *m[MEMBERS];

		get_members(p, root, m);
		part_root(p, read_component(p, root, m));
		if (m[M_COMPONENTS] != NULL)
			read_inner(p, m[M_COMPONENTS]);
	}
	part_expect(p, part_array(p, doc, "components")->len);
	read_components(p, part_array(p, doc, "components"));
	read_dependencies(p, doc);
	read_compositions(p, doc);
	read_vulnerabilities(p, doc);
}

const struct format format_cyclonedx = {
	"cyclonedx", "CycloneDX (bomFormat)", is, check, read, wants,
	take
};
