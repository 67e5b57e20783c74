/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spdx2 - SPDX 2.2 and 2.3 JSON (layer 3).
 */
#include <string.h>

#include "format.h"
#include "spdx.h"

bool
spdx2_is(const struct json *doc)
{
	return slice_starts(json_get_text(doc, "spdxVersion"), "SPDX-2.");
}

enum status
spdx2_check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	*version = slice_cut(json_get_text(doc, "spdxVersion"), 5, SIZE_MAX);
	if (!slice_is(*version, "2.2") && !slice_is(*version, "2.3"))
		return err_input(e, doc->offset, "SPDX %.*s, expected 2.2, "
		    "2.3 or 3.0.1", (int)version->len, version->data);
	*serves = ROLE_SBOM;
	return ERR_OK;
}

/* --- packages ----------------------------------------------------------- */

/* A package may carry several purls and CPEs: the smallest that is a purl;
 * PACKAGE_MANAGER and PACKAGE-MANAGER are both in use. */
static void
read_references(struct part *p, const struct json *package,
    struct part_names *names)
{
	const struct json *list = part_array(p, package, "externalRefs");

	JSON_EACH(ref, list) {
		struct slice type, locator;
		struct slice *to = NULL;

		if (!part_is_object(p, ref, "an external reference"))
			return;
		type = part_text(p, ref, "referenceType");
		locator = part_text(p, ref, "referenceLocator");
		if (slice_is(type, "purl") || slice_ends(type, "/purl"))
			to = &names->purl;
		else if (slice_is(type, "cpe23Type") ||
		    slice_ends(type, "/cpe23Type"))
			to = &names->cpe;
		if (to != NULL && locator.len > 0 && (to->len == 0 ||
		    (slice_starts(locator, "pkg:") &&
		    !slice_starts(*to, "pkg:")) ||
		    (slice_cmp(locator, *to) < 0 &&
		    slice_starts(locator, "pkg:") ==
		    slice_starts(*to, "pkg:"))))
			*to = locator;
	}
}

/* "OPERATING-SYSTEM" in prose, "OPERATING_SYSTEM" in the schema. */
static struct slice
purpose(struct part *p, struct slice word)
{
	char *out = arena_dup(p->a, word);

	for (size_t i = 0; i < word.len; i++) {
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
		if (out[i] == '_')
			out[i] = '-';
	}
	return (struct slice){ out, word.len };
}

static void
read_package(struct part *p, const struct json *package,
    const struct map *texts)
{
	const struct json *sums = part_array(p, package, "checksums");
	struct part_names names = {
		.name = part_need(p, package, "name", "package"),
		.version = part_text(p, package, "versionInfo"),
	};
	uint32_t c;

	read_references(p, package, &names);
	if (p->rc != ERR_OK)
		return;
	c = part_component(p, &names);
	if (c == PART_NONE)
		return;
	part_type(p, c, purpose(p, part_text(p, package,
	    "primaryPackagePurpose")));
	part_scope(p, c, NULL);
	JSON_EACH(sum, sums)
		part_hash(p, c, json_get_text(sum, "algorithm"),
		    json_get_text(sum, "checksumValue"));
	spdx_license(p, texts, c, part_text(p, package, "licenseDeclared"));
	spdx_license(p, texts, c, part_text(p, package, "licenseConcluded"));
	part_label(p, part_need(p, package, "SPDXID", "package"), c);
}

/* --- relationships ------------------------------------------------------ */

enum sense {
	FORWARD,	/* the left depends on the right */
	BACKWARD	/* the right depends on the left */
};

static const struct {
	const char *word;
	enum sense sense;
} dependencies[] = {
	{ "DEPENDS_ON", FORWARD },
	{ "HAS_PREREQUISITE", FORWARD },
	{ "DYNAMIC_LINK", FORWARD },
	{ "STATIC_LINK", FORWARD },
	{ "DEPENDENCY_OF", BACKWARD },
	{ "BUILD_DEPENDENCY_OF", BACKWARD },
	{ "DEV_DEPENDENCY_OF", BACKWARD },
	{ "OPTIONAL_DEPENDENCY_OF", BACKWARD },
	{ "PROVIDED_DEPENDENCY_OF", BACKWARD },
	{ "RUNTIME_DEPENDENCY_OF", BACKWARD },
	{ "TEST_DEPENDENCY_OF", BACKWARD },
	{ "PREREQUISITE_FOR", BACKWARD }
};

/* An end that is no package of this document: an element of another one, or
 * a reference to nothing.  Files are elements too, and no components. */
static void
note_lost(struct part *p, struct slice id, const struct map *files,
    uint32_t other)
{
	if (slice_is(id, "NONE") || slice_is(id, "NOASSERTION") ||
	    slice_is(id, "SPDXRef-DOCUMENT") || map_find(files, id) != NULL)
		return;
	part_unknown(p, "Identity", other == PART_NONE ?
	    (struct slice){ NULL, 0 } : p->component[other].key,
	    slice_starts(id, "DocumentRef-") ?
	    "a relationship names an element of another document" :
	    "a relationship names no element of the document");
}

static void
add_edge(struct part *p, struct slice from, struct slice to,
    const struct map *files)
{
	uint32_t a = part_labelled(p, from), b = part_labelled(p, to);

	if (a != PART_NONE && b != PART_NONE) {
		part_depends(p, a, b);
		return;
	}
	if (a != PART_NONE && slice_is(to, "NONE")) {
		part_edges_known(p, a);
		return;
	}
	if (a == PART_NONE)
		note_lost(p, from, files, b);
	if (b == PART_NONE)
		note_lost(p, to, files, a);
}

/* What the document describes may be a file, which is no component. */
static void
add_root(struct part *p, struct slice id, const struct map *files)
{
	uint32_t c = part_labelled(p, id);
	size_t *file = map_find(files, id);
	struct slice name;

	part_root(p, c);
	if (c != PART_NONE || file == NULL || *file == 0)
		return;
	name = json_get_text((const struct json *)*file, "fileName");
	if (p->target.len == 0 || slice_cmp(name, p->target) < 0)
		p->target = part_kept(p, name);
}

static void
read_relationship(struct part *p, const struct json *v,
    const struct map *files)
{
	struct slice left = part_text(p, v, "spdxElementId");
	struct slice type = part_text(p, v, "relationshipType");
	struct slice right = part_text(p, v, "relatedSpdxElement");

	if (slice_is(type, "DESCRIBES") && slice_is(left, "SPDXRef-DOCUMENT"))
		add_root(p, right, files);
	else if (slice_is(type, "DESCRIBED_BY") &&
	    slice_is(right, "SPDXRef-DOCUMENT"))
		add_root(p, left, files);
	for (size_t i = 0;
	    i < sizeof(dependencies) / sizeof(dependencies[0]); i++)
		if (slice_is(type, dependencies[i].word)) {
			if (dependencies[i].sense == FORWARD)
				add_edge(p, left, right, files);
			else
				add_edge(p, right, left, files);
			return;
		}
}

/* A dependency entry for whoever has one edge is all there is to know; for
 * whoever has none, nothing is known. */
void
spdx2_read(struct part *p, const struct json *doc)
{
	const struct json *packages = part_array(p, doc, "packages");
	const struct json *files = part_array(p, doc, "files");
	const struct json *snippets = part_array(p, doc, "snippets");
	const struct json *links = part_array(p, doc, "relationships");
	const struct json *described = part_array(p, doc,
	    "documentDescribes");
	const struct json *texts = part_array(p, doc,
	    "hasExtractedLicensingInfos");
	struct map others = { 0 }, licenses = { 0 };
	bool fresh;

	JSON_EACH(text, texts)
		spdx_license_text(p, &licenses, part_text(p, text,
		    "licenseId"), part_text(p, text, "name"),
		    part_text(p, text, "extractedText"));
	JSON_EACH(package, packages)
		if (p->rc == ERR_OK && part_is_object(p, package, "a package"))
			read_package(p, package, &licenses);
	JSON_EACH(file, files)
		*map_put(&others, part_text(p, file, "SPDXID"), &fresh) =
		    (size_t)file;
	JSON_EACH(snippet, snippets)
		(void)map_put(&others, part_text(p, snippet, "SPDXID"),
		    &fresh);
	JSON_EACH(link, links)
		if (part_is_object(p, link, "a relationship"))
			read_relationship(p, link, &others);
	JSON_EACH(id, described)
		add_root(p, json_text(id), &others);
	map_free(&others);
	map_free(&licenses);
}
