/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "map.h"
#include "purl.h"
#include "rules.h"
#include "timefmt.h"

enum {
	EPOCH_2000 = 946684800	/* no SBOM was written before */
};

/* What the map of names says of one. */
enum {
	NAMED = 1,
	LICENSED = 2		/* SPDX 3: a relationship gives its license */
};

/* One document on its way through the rules. */
struct walk {
	struct rules_report *report;
	struct arena *arena;
	struct map names;	/* bom-ref, SPDXID, spdxId -> NAMED, … */
};

/* A value and how the document leads to it. */
struct spot {
	const struct json *v;
	const char *path;
};

__attribute__((format(printf, 5, 6))) static void
found(struct walk *w, const char *rule, enum rules_severity severity,
    struct spot at, const char *fmt, ...)
{
	struct rules_report *r = w->report;
	struct rules_finding *f;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 8 : r->cap * 2;
		r->finding = mem_array(r->finding, r->cap,
		    sizeof(*r->finding));
	}
	f = &r->finding[r->count++];
	f->rule = rule;
	f->severity = severity;
	f->instance = arena_dup(r->arena, slice_of(at.path));
	f->offset = at.v->offset;
	f->message = arena_dup(r->arena, slice_of(text));
}

/* How much of a text a message shows: 80 bytes, whole characters. */
static int
shown(struct slice s)
{
	size_t n = s.len < 80 ? s.len : 80;

	while (n > 0 && n < s.len && (s.data[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

static struct spot
member(struct walk *w, struct spot at, const char *key)
{
	return (struct spot){ json_get(at.v, key), arena_printf(w->arena,
	    "%s/%s", at.path, key) };
}

static struct spot
item(struct walk *w, struct spot at, size_t i)
{
	return (struct spot){ &at.v->u.item[i], arena_printf(w->arena,
	    "%s/%zu", at.path, i) };
}

/* Of an array: anything else has none. */
static size_t
length(const struct json *v)
{
	return v != NULL && v->type == JSON_ARRAY ? v->len : 0;
}

static size_t
items(struct spot at)
{
	return length(at.v);
}

static bool
has_text(const struct json *v)
{
	return json_text(v).len > 0;
}

/* --- what several formats share ------------------------------------------ */

static void
define(struct walk *w, struct spot at)
{
	bool fresh;

	if (at.v == NULL || at.v->type != JSON_STRING)
		return;
	*map_put(&w->names, json_text(at.v), &fresh) |= NAMED;
	if (!fresh)
		found(w, "ref-unique", RULES_ERROR, at,
		    "\"%.*s\" names something already",
		    shown(json_text(at.v)), json_text(at.v).data);
}

static void
refer(struct walk *w, struct spot at)
{
	struct slice s = json_text(at.v);

	/* A BOM-Link or another document's element is for others to find. */
	if (s.data == NULL || slice_starts(s, "urn:cdx:") ||
	    slice_starts(s, "DocumentRef-") || slice_is(s, "NONE") ||
	    slice_is(s, "NOASSERTION"))
		return;
	if (map_find(&w->names, s) == NULL)
		found(w, "ref-exists", RULES_ERROR, at,
		    "\"%.*s\" is nothing in this document", shown(s), s.data);
}

static void
check_purl(struct walk *w, struct spot at)
{
	struct slice s = json_text(at.v);
	struct purl p;
	struct err e;

	if (s.data != NULL &&
	    purl_parse(s, PURL_STRICT, w->arena, &p, &e) != ERR_OK)
		found(w, "purl", RULES_ERROR, at, "\"%.*s\": %s", shown(s),
		    s.data, e.text);
}

static void
check_time(struct walk *w, struct spot at)
{
	struct slice s = json_text(at.v);
	struct instant t;

	if (at.v == NULL)
		return;
	if (s.data == NULL || !timefmt_rfc3339(s, &t))
		found(w, "time", RULES_ERROR, at,
		    "not a time as RFC 3339 writes it");
	else if (t.sec < EPOCH_2000)
		found(w, "time", RULES_WARNING, at, "\"%.*s\" is before 2000",
		    shown(s), s.data);
	else if (t.sec > w->report->at)
		found(w, "time", RULES_WARNING, at,
		    "\"%.*s\" is later than the time of the check", shown(s),
		    s.data);
}

/* Letters and digits of an algorithm's name: SHA-256, SHA256, sha_256. */
static size_t
digits_of(struct slice name)
{
	static const struct {
		const char *name;
		size_t digits;
	} algorithms[] = {
		{ "MD5", 32 }, { "SHA1", 40 }, { "SHA224", 56 },
		{ "SHA256", 64 }, { "SHA384", 96 }, { "SHA512", 128 },
		{ "SHA3224", 56 }, { "SHA3256", 64 }, { "SHA3384", 96 },
		{ "SHA3512", 128 }, { "BLAKE2B256", 64 },
		{ "BLAKE2B384", 96 }, { "BLAKE2B512", 128 },
		{ "BLAKE3", 64 }, { "STREEBOG256", 64 },
		{ "STREEBOG512", 128 },
	};
	char plain[24];
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < sizeof(plain); i++) {
		char c = name.data[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != '-' && c != '_')
			plain[n++] = c;
	}
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]);
	    i++)
		if (slice_is((struct slice){ plain, n }, algorithms[i].name))
			return algorithms[i].digits;
	return 0;
}

static void
check_hashes(struct walk *w, struct spot list, const char *algorithm,
    const char *value)
{
	for (size_t i = 0; i < items(list); i++) {
		struct spot at = item(w, list, i);
		struct slice name = json_get_text(at.v, algorithm);
		struct slice digits = json_get_text(at.v, value);
		size_t want = digits_of(name);

		if (want != 0 && digits.data != NULL && digits.len != want)
			found(w, "hash-length", RULES_ERROR, at,
			    "%zu digits, %.*s has %zu", digits.len,
			    shown(name), name.data, want);
	}
}

/* One of the minimum elements. */
static void
wanted(struct walk *w, bool there, const char *rule, struct spot at,
    const char *what)
{
	if (!there)
		found(w, rule, RULES_WARNING, at, "%s is missing", what);
}

/* --- CycloneDX ----------------------------------------------------------- */

static void
cyclonedx_component(struct walk *w, struct spot at)
{
	check_purl(w, member(w, at, "purl"));
	check_hashes(w, member(w, at, "hashes"), "alg", "content");
	wanted(w, has_text(json_get(at.v, "name")), "ntia-name", at,
	    "the component's name");
	wanted(w, has_text(json_get(at.v, "version")), "ntia-version", at,
	    "the component's version");
	wanted(w, json_get(at.v, "supplier") != NULL ||
	    json_get(at.v, "publisher") != NULL ||
	    json_get(at.v, "manufacturer") != NULL, "ntia-supplier", at,
	    "the component's supplier");
	wanted(w, has_text(json_get(at.v, "purl")) ||
	    has_text(json_get(at.v, "cpe")) ||
	    json_get(at.v, "swid") != NULL, "ntia-identifier", at,
	    "a unique identifier (purl, CPE or SWID)");
	wanted(w, length(json_get(at.v, "hashes")) > 0, "cisa-hash", at,
	    "the component's digest");
	wanted(w, length(json_get(at.v, "licenses")) > 0, "cisa-license",
	    at, "the component's license");
}

/* A list of components and those nested in it, without recursion: nesting
 * is the input's. */
static void
cyclonedx_components(struct walk *w, struct spot list)
{
	struct spot *todo = NULL;
	size_t count = 0;

	todo = mem_array(todo, 1, sizeof(*todo));
	todo[count++] = list;
	while (count > 0) {
		struct spot at = todo[--count];

		for (size_t i = 0; i < items(at); i++) {
			struct spot c = item(w, at, i), inner;

			define(w, member(w, c, "bom-ref"));
			cyclonedx_component(w, c);
			inner = member(w, c, "components");
			if (items(inner) == 0)
				continue;
			todo = mem_array(todo, count + 1, sizeof(*todo));
			todo[count++] = inner;
		}
	}
	mem_free(todo);
}

/* Who made the document, with what, when, and at which stage. */
static void
cyclonedx_metadata(struct walk *w, struct spot doc, const struct json *meta)
{
	const struct json *tools = json_get(meta, "tools");
	/* A list up to 1.4, an object of two lists since 1.5. */
	bool tooled = length(tools) > 0 ||
	    length(json_get(tools, "components")) > 0 ||
	    length(json_get(tools, "services")) > 0;

	wanted(w, json_get(meta, "authors") != NULL || tooled ||
	    json_get(meta, "manufacturer") != NULL ||
	    json_get(meta, "manufacture") != NULL ||
	    json_get(meta, "supplier") != NULL, "ntia-author", doc,
	    "who wrote the SBOM (metadata.authors, tools or supplier)");
	wanted(w, json_get(meta, "timestamp") != NULL, "ntia-time", doc,
	    "when it was written (metadata.timestamp)");
	wanted(w, tooled, "cisa-tool", doc,
	    "the tool that wrote the SBOM (metadata.tools)");
	wanted(w, length(json_get(meta, "lifecycles")) > 0,
	    "cisa-context", doc,
	    "at which stage it was written (metadata.lifecycles)");
}

static void
check_cyclonedx(struct walk *w, struct spot doc)
{
	struct spot meta = member(w, doc, "metadata"), at, list;

	if (meta.v != NULL) {
		at = member(w, meta, "component");
		if (at.v != NULL) {
			define(w, member(w, at, "bom-ref"));
			check_purl(w, member(w, at, "purl"));
			check_hashes(w, member(w, at, "hashes"), "alg",
			    "content");
			cyclonedx_components(w, member(w, at, "components"));
		}
		check_time(w, member(w, meta, "timestamp"));
	}
	cyclonedx_components(w, member(w, doc, "components"));
	list = member(w, doc, "services");
	for (size_t i = 0; i < items(list); i++)
		define(w, member(w, item(w, list, i), "bom-ref"));
	list = member(w, doc, "dependencies");
	for (size_t i = 0; i < items(list); i++) {
		struct spot on = member(w, item(w, list, i), "dependsOn");

		refer(w, member(w, item(w, list, i), "ref"));
		for (size_t k = 0; k < items(on); k++)
			refer(w, item(w, on, k));
	}
	cyclonedx_metadata(w, doc, meta.v);
	wanted(w, items(list) > 0, "ntia-relationship", doc,
	    "how components depend on each other (dependencies)");
}

/* --- SPDX 2 -------------------------------------------------------------- */

static void
spdx2_package(struct walk *w, struct spot at)
{
	struct spot refs = member(w, at, "externalRefs");
	struct slice supplier = json_get_text(at.v, "supplier");
	bool identified = false;

	for (size_t i = 0; i < items(refs); i++) {
		struct spot ref = item(w, refs, i);
		const struct json *type = json_get(ref.v, "referenceType");

		if (json_is(type, "purl"))
			check_purl(w, member(w, ref, "referenceLocator"));
		identified |= json_is(type, "purl") ||
		    json_is(type, "cpe22Type") || json_is(type, "cpe23Type");
	}
	check_hashes(w, member(w, at, "checksums"), "algorithm",
	    "checksumValue");
	wanted(w, has_text(json_get(at.v, "name")), "ntia-name", at,
	    "the package's name");
	wanted(w, has_text(json_get(at.v, "versionInfo")), "ntia-version", at,
	    "the package's version");
	wanted(w, supplier.len > 0 && !slice_is(supplier, "NOASSERTION"),
	    "ntia-supplier", at, "the package's supplier");
	wanted(w, identified, "ntia-identifier", at,
	    "a unique identifier (purl or CPE)");
	wanted(w, length(json_get(at.v, "checksums")) > 0 ||
	    json_get(at.v, "packageVerificationCode") != NULL, "cisa-hash",
	    at, "the package's digest");
	wanted(w, has_text(json_get(at.v, "licenseDeclared")) ||
	    has_text(json_get(at.v, "licenseConcluded")), "cisa-license", at,
	    "the package's license");
}

static bool
spdx2_has_tool(const struct json *creators)
{
	for (size_t i = 0; i < length(creators); i++)
		if (slice_starts(json_text(&creators->u.item[i]), "Tool:"))
			return true;
	return false;
}

static void
check_spdx2(struct walk *w, struct spot doc)
{
	static const char *const lists[] = { "packages", "files",
		"snippets" };
	struct spot list, info = member(w, doc, "creationInfo");

	define(w, member(w, doc, "SPDXID"));
	for (size_t l = 0; l < 3; l++) {
		list = member(w, doc, lists[l]);
		for (size_t i = 0; i < items(list); i++) {
			define(w, member(w, item(w, list, i), "SPDXID"));
			if (l == 0)
				spdx2_package(w, item(w, list, i));
		}
	}
	list = member(w, doc, "relationships");
	for (size_t i = 0; i < items(list); i++) {
		refer(w, member(w, item(w, list, i), "spdxElementId"));
		refer(w, member(w, item(w, list, i), "relatedSpdxElement"));
	}
	if (info.v != NULL)
		check_time(w, member(w, info, "created"));
	wanted(w, length(json_get(info.v, "creators")) > 0, "ntia-author",
	    doc, "who wrote the SBOM (creationInfo.creators)");
	wanted(w, json_get(info.v, "created") != NULL, "ntia-time", doc,
	    "when it was written (creationInfo.created)");
	wanted(w, spdx2_has_tool(json_get(info.v, "creators")), "cisa-tool",
	    doc, "the tool that wrote the SBOM (creationInfo.creators)");
	/* SPDX 2 has no member of its own for it. */
	wanted(w, has_text(json_get(info.v, "comment")) ||
	    has_text(json_get(doc.v, "comment")), "cisa-context", doc,
	    "at which stage it was written (creationInfo.comment)");
	wanted(w, items(list) > 0, "ntia-relationship", doc,
	    "how packages depend on each other (relationships)");
}

/* --- SPDX 3 -------------------------------------------------------------- */

static void
spdx3_refer(struct walk *w, struct spot at)
{
	struct slice s = json_text(at.v);

	/* Individuals of the model itself, and what is imported, are known
	 * elsewhere; an element of this document is not. */
	if (s.data == NULL || slice_starts(s, "https://spdx.org/rdf/3.") ||
	    slice_starts(s, "http://spdx.org/licenses/") ||
	    slice_starts(s, "https://spdx.org/licenses/") ||
	    slice_is(s, "NoneElement") || slice_is(s, "NoAssertionElement"))
		return;
	refer(w, at);
}

static void
spdx3_element(struct walk *w, struct spot at)
{
	const struct json *type = json_get(at.v, "type");
	struct spot to = member(w, at, "to");
	struct spot hashes = member(w, at, "verifiedUsing");
	const size_t *known;

	check_hashes(w, hashes, "algorithm", "hashValue");
	if (json_is(type, "CreationInfo"))
		check_time(w, member(w, at, "created"));
	if (json_get(at.v, "relationshipType") != NULL) {
		spdx3_refer(w, member(w, at, "from"));
		for (size_t i = 0; i < items(to); i++)
			spdx3_refer(w, item(w, to, i));
	}
	if (!json_is(type, "software_Package"))
		return;
	check_purl(w, member(w, at, "software_packageUrl"));
	wanted(w, has_text(json_get(at.v, "name")), "ntia-name", at,
	    "the package's name");
	wanted(w, has_text(json_get(at.v, "software_packageVersion")),
	    "ntia-version", at, "the package's version");
	wanted(w, json_get(at.v, "suppliedBy") != NULL, "ntia-supplier", at,
	    "the package's supplier");
	wanted(w, json_get(at.v, "software_packageUrl") != NULL ||
	    json_get(at.v, "externalIdentifier") != NULL, "ntia-identifier",
	    at, "a unique identifier");
	wanted(w, items(hashes) > 0, "cisa-hash", at, "the package's digest");
	known = map_find(&w->names, json_get_text(at.v, "spdxId"));
	wanted(w, known != NULL && (*known & LICENSED) != 0, "cisa-license",
	    at, "the package's license");
}

/* What a document says of itself: SPDX 3 spreads it over elements. */
struct spdx3_said {
	bool author, time, tool, relationship, context;
};

static void
spdx3_gather(struct walk *w, const struct json *v, struct spdx3_said *said)
{
	struct slice kind = json_get_text(v, "relationshipType");
	size_t *from;

	if (json_is(json_get(v, "type"), "CreationInfo")) {
		said->author |= length(json_get(v, "createdBy")) > 0;
		said->time |= json_get(v, "created") != NULL;
		said->tool |= length(json_get(v, "createdUsing")) > 0;
	}
	said->context |= length(json_get(v, "software_sbomType")) > 0;
	if (kind.data == NULL)
		return;
	if (!slice_is(kind, "hasDeclaredLicense") &&
	    !slice_is(kind, "hasConcludedLicense")) {
		said->relationship = true;
		return;
	}
	from = map_find(&w->names, json_get_text(v, "from"));
	if (from != NULL)
		*from |= LICENSED;
}

static void
check_spdx3(struct walk *w, struct spot doc)
{
	struct spot graph = member(w, doc, "@graph"), list;
	struct spdx3_said said = { 0 };

	for (size_t i = 0; i < items(graph); i++) {
		struct spot at = item(w, graph, i);

		define(w, member(w, at, "spdxId"));
		/* What is imported counts as being here. */
		list = member(w, at, "import");
		for (size_t k = 0; k < items(list); k++)
			define(w, member(w, item(w, list, k),
			    "externalSpdxId"));
	}
	for (size_t i = 0; i < items(graph); i++)
		spdx3_gather(w, &graph.v->u.item[i], &said);
	for (size_t i = 0; i < items(graph); i++)
		spdx3_element(w, item(w, graph, i));
	wanted(w, said.author, "ntia-author", doc,
	    "who wrote the SBOM (CreationInfo.createdBy)");
	wanted(w, said.time, "ntia-time", doc,
	    "when it was written (CreationInfo.created)");
	wanted(w, said.relationship, "ntia-relationship", doc,
	    "how packages depend on each other (Relationship)");
	wanted(w, said.tool, "cisa-tool", doc,
	    "the tool that wrote the SBOM (CreationInfo.createdUsing)");
	wanted(w, said.context, "cisa-context", doc,
	    "at which stage it was written (software_sbomType)");
}

/* --- OpenVEX ------------------------------------------------------------- */

static void
openvex_statement(struct walk *w, struct spot at, bool timed)
{
	struct slice status = json_get_text(at.v, "status");

	if (slice_is(status, "not_affected") &&
	    !has_text(json_get(at.v, "justification")) &&
	    !has_text(json_get(at.v, "impact_statement")))
		found(w, "vex-status", RULES_ERROR, at,
		    "not_affected wants a justification or an impact "
		    "statement");
	if (slice_is(status, "affected") &&
	    !has_text(json_get(at.v, "action_statement")))
		found(w, "vex-status", RULES_ERROR, at,
		    "affected wants an action statement");
	if (!slice_is(status, "not_affected") &&
	    json_get(at.v, "justification") != NULL)
		found(w, "vex-status", RULES_WARNING, at,
		    "a justification belongs to not_affected");
	if (length(json_get(at.v, "products")) == 0)
		found(w, "vex-complete", RULES_ERROR, at,
		    "the statement names no product");
	if (!timed && json_get(at.v, "timestamp") == NULL)
		found(w, "vex-complete", RULES_ERROR, at,
		    "neither the statement nor the document has a time");
	check_time(w, member(w, at, "timestamp"));
}

static void
check_openvex(struct walk *w, struct spot doc)
{
	struct spot list = member(w, doc, "statements");

	check_time(w, member(w, doc, "timestamp"));
	check_time(w, member(w, doc, "last_updated"));
	for (size_t i = 0; i < items(list); i++) {
		struct spot at = item(w, list, i);
		struct spot products = member(w, at, "products");

		openvex_statement(w, at, json_get(doc.v, "timestamp") !=
		    NULL);
		for (size_t k = 0; k < items(products); k++) {
			struct spot p = item(w, products, k);
			struct spot id = member(w, p, "@id");
			struct spot ids = member(w, p, "identifiers");

			if (slice_starts(json_text(id.v), "pkg:"))
				check_purl(w, id);
			if (ids.v != NULL)
				check_purl(w, member(w, ids, "purl"));
		}
	}
}

void
rules_check(const char *format, const struct json *doc,
    struct rules_report *report)
{
	struct arena scratch = { 0 };
	struct walk w = { .report = report, .arena = &scratch };
	struct spot root = { doc, "" };

	if (strcmp(format, "cyclonedx") == 0)
		check_cyclonedx(&w, root);
	else if (strcmp(format, "openvex") == 0)
		check_openvex(&w, root);
	else if (strcmp(format, "spdx") == 0 &&
	    json_get(doc, "spdxVersion") != NULL)
		check_spdx2(&w, root);
	else if (strcmp(format, "spdx") == 0)
		check_spdx3(&w, root);
	map_free(&w.names);
	arena_free(&scratch);
}
