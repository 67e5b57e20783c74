/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csaf - CSAF 2.0 advisories and VEX (layer 3).
 */
#include <stddef.h>
#include <string.h>

#include "format.h"

enum {
	DEPTH_MAX = 512,	/* of branches; the parser's limit is less */
	CHAIN_MAX = 64		/* relationships behind each other */
};

static bool
is(const struct json *doc)
{
	return json_get(json_want(doc, "document", JSON_OBJECT),
	    "csaf_version") != NULL;
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	const struct json *document = json_want(doc, "document", JSON_OBJECT);

	if (!is(doc))
		return err_input(e, doc->offset,
		    "not CSAF (document.csaf_version)");
	*version = json_get_text(document, "csaf_version");
	if (!slice_is(*version, "2.0"))
		return err_input(e, doc->offset, "CSAF %.*s, expected 2.0",
		    (int)version->len, version->data != NULL ?
		    version->data : "");
	if (json_get_text(document, "category").len == 0 ||
	    json_want(document, "tracking", JSON_OBJECT) == NULL)
		return err_input(e, document->offset,
		    "CSAF document without category or tracking");
	*serves = ROLE_VEX;
	return ERR_OK;
}

/* --- the product tree --------------------------------------------------- */

struct product {
	const struct json *helper;	/* identification, may be NULL */
	struct slice name;		/* of the full product name */
	struct slice vendor, product, version;	/* of the branches */
	bool range;			/* version is a range */
	struct slice part, whole;	/* of a relationship, product ids */
};

struct tree {
	struct product *item;
	size_t count, cap;
	struct map ids;
	struct map groups;		/* group id to its array's address */
};

static struct product *
product_named(const struct tree *t, struct slice id)
{
	size_t *at = map_find(&t->ids, id);

	return at == NULL ? NULL : &t->item[*at];
}

static struct product *
add_product(struct part *p, struct tree *t, const struct json *full)
{
	struct slice id = part_need(p, full, "product_id", "product");
	struct product *product;
	bool fresh;
	size_t *at;

	if (p->rc != ERR_OK)
		return NULL;
	at = map_put(&t->ids, id, &fresh);
	if (!fresh) {
		part_fault(p, full, "product_id \"%.*s\" is defined twice",
		    (int)id.len, id.data);
		return NULL;
	}
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 64 : t->cap * 2;
		t->item = mem_array(t->item, t->cap, sizeof(*t->item));
	}
	*at = t->count;
	product = &t->item[t->count++];
	memset(product, 0, sizeof(*product));
	product->helper = part_object(p, full,
	    "product_identification_helper");
	product->name = part_text(p, full, "name");
	return product;
}

struct level {
	const struct json *at, *end;
	struct product names;	/* what the branches above say */
};

/* What one branch adds to the names above it. */
static void
name_branch(struct part *p, const struct json *branch, struct product *names)
{
	struct slice category = part_text(p, branch, "category");
	struct slice name = part_text(p, branch, "name");

	if (slice_is(category, "vendor"))
		names->vendor = name;
	else if (slice_is(category, "product_name"))
		names->product = name;
	else if (slice_is(category, "product_version"))
		names->version = name;
	if (slice_is(category, "product_version_range")) {
		names->version = name;
		names->range = true;
	}
}

static void
read_branches(struct part *p, struct tree *t, const struct json *list)
{
	struct level *stack = arena_array(p->a, DEPTH_MAX, sizeof(*stack));
	size_t depth = 1;

	stack[0] = (struct level){ list->u.item, list->u.item + list->len,
	    { .helper = NULL } };
	while (depth > 0 && p->rc == ERR_OK) {
		struct level *top = &stack[depth - 1];
		struct product names = top->names, *product;
		const struct json *branch = top->at, *full;

		if (branch == top->end) {
			depth--;
			continue;
		}
		top->at++;
		if (!part_is_object(p, branch, "a branch"))
			return;
		name_branch(p, branch, &names);
		full = part_object(p, branch, "product");
		if (full != NULL) {
			product = add_product(p, t, full);
			if (product == NULL)
				return;
			product->vendor = names.vendor;
			product->product = names.product;
			product->version = names.version;
			product->range = names.range;
		}
		list = part_array(p, branch, "branches");
		if (list->len > 0 && depth < DEPTH_MAX)
			stack[depth++] = (struct level){ list->u.item,
			    list->u.item + list->len, names };
	}
}

static void
read_tree(struct part *p, struct tree *t, const struct json *doc)
{
	const struct json *tree = part_object(p, doc, "product_tree");
	const struct json *full = part_array(p, tree, "full_product_names");
	const struct json *links = part_array(p, tree, "relationships");
	const struct json *groups = part_array(p, tree, "product_groups");
	bool fresh;

	read_branches(p, t, part_array(p, tree, "branches"));
	JSON_EACH(name, full)
		if (part_is_object(p, name, "a product"))
			(void)add_product(p, t, name);
	JSON_EACH(link, links) {
		const struct json *name;
		struct product *product;

		if (!part_is_object(p, link, "a relationship"))
			return;
		name = part_object(p, link, "full_product_name");
		if (name == NULL) {
			part_fault(p, link,
			    "a relationship without full_product_name");
			return;
		}
		product = add_product(p, t, name);
		if (product == NULL)
			return;
		product->part = part_need(p, link, "product_reference",
		    "relationship");
		product->whole = part_need(p, link,
		    "relates_to_product_reference", "relationship");
	}
	JSON_EACH(group, groups)
		*map_put(&t->groups, part_text(p, group, "group_id"),
		    &fresh) = (size_t)part_array(p, group, "product_ids");
}

/* --- products of statements --------------------------------------------- */

/* "vers:..." or the older "vls:" and bare constraints. */
static struct slice
range_text(struct part *p, struct slice name)
{
	if (slice_starts(name, "vers:"))
		return name;
	if (slice_starts(name, "vls:"))
		name = slice_cut(name, 4, SIZE_MAX);
	if (name.len > 0 && strchr("<>=", name.data[0]) != NULL)
		return slice_of(arena_printf(p->a, "vers:generic/%.*s",
		    (int)name.len, name.data));
	return (struct slice){ NULL, 0 };
}

static void
identify_hashes(struct part *p, const struct json *helper,
    struct part_product *to, struct part_product **list)
{
	const struct json *hashes = part_array(p, helper, "hashes");

	JSON_EACH(entry, hashes) {
		const struct json *files = part_array(p, entry,
		    "file_hashes");

		JSON_EACH(file, files) {
			struct part_product *at = to;

			if (to->digest.len > 0) {
				at = part_product(p, list);
				at->parts = to->parts;
			}
			part_product_digest(p, at, part_text(p, file,
			    "algorithm"), part_text(p, file, "value"));
		}
	}
}

/* All names that a product has, of which any may match. */
static void
identify(struct part *p, const struct product *product,
    struct part_product *to, struct part_product **list)
{
	struct slice purl = part_text(p, product->helper, "purl");
	struct slice cpe = part_text(p, product->helper, "cpe");
	struct slice range = product->range ? range_text(p,
	    product->version) : (struct slice){ NULL, 0 };

	if (cpe.len > 0)
		part_product_cpe(p, to, cpe);
	if (purl.len > 0)
		(void)part_product_purl(p, to, purl);
	identify_hashes(p, product->helper, to, list);
	if (to->purl.len == 0 && product->product.len > 0)
		part_product_name(p, to, product->vendor, product->product,
		    product->range ? (struct slice){ NULL, 0 } :
		    product->version);
	else if (part_product_empty(to))
		part_product_name(p, to, (struct slice){ NULL, 0 },
		    product->name, (struct slice){ NULL, 0 });
	if (range.len > 0)
		part_product_version(p, to, range, true);
	else if (product->range)
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a version range that is none: \"%.*s\"",
		    (int)(product->version.len < 200 ?
		    product->version.len : 200), product->version.data);
}

/* A relationship is a product and a part of it: the whole at the end of
 * relates_to, the part at the end of product_reference. */
static void
expand(struct part *p, const struct tree *t, struct slice id,
    struct part_product **list)
{
	const struct product *of = product_named(t, id), *whole, *part;
	struct part_product *to;
	size_t lost = 0;

	if (of == NULL) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a statement names a product that is not in the tree");
		return;
	}
	whole = part = of;
	for (int i = 0; i < CHAIN_MAX && whole->whole.len > 0; i++) {
		const struct product *next = product_named(t, whole->whole);

		if (next == NULL) {
			lost++;
			break;
		}
		whole = next;
	}
	for (int i = 0; i < CHAIN_MAX && part->part.len > 0; i++) {
		const struct product *next = product_named(t, part->part);

		if (next == NULL) {
			lost++;
			break;
		}
		part = next;
	}
	if (lost > 0 || whole->whole.len > 0 || part->part.len > 0) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a relationship names a product that is not in the tree");
		return;
	}
	to = part_product(p, list);
	if (part != of)
		identify(p, part, part_product(p, &to->parts), &to->parts);
	identify(p, whole, to, list);
}

/* --- statements --------------------------------------------------------- */

/* What is said of one product of one vulnerability. */
struct claim {
	struct slice id;
	int status;		/* enum vex_status; -1: none yet */
	bool contradicted;
	struct slice justification;
	struct slice impact;
	struct slice action;
	struct slice when;	/* the latest date of these three */
};

struct claims {
	struct claim *item;
	size_t count, cap;
	struct map ids;
};

static struct claim *
claim_of(struct claims *c, struct slice id)
{
	bool fresh;
	size_t *at = map_put(&c->ids, id, &fresh);

	if (!fresh)
		return &c->item[*at];
	if (c->count == c->cap) {
		c->cap = c->cap == 0 ? 64 : c->cap * 2;
		c->item = mem_array(c->item, c->cap, sizeof(*c->item));
	}
	*at = c->count;
	c->item[c->count] = (struct claim){ .id = id, .status = -1 };
	return &c->item[c->count++];
}

static const struct {
	const char *name;
	enum vex_status status;
} buckets[] = {
	{ "known_affected", VEX_AFFECTED },
	{ "first_affected", VEX_AFFECTED },
	{ "last_affected", VEX_AFFECTED },
	{ "known_not_affected", VEX_NOT_AFFECTED },
	{ "fixed", VEX_FIXED },
	{ "first_fixed", VEX_FIXED },
	{ "under_investigation", VEX_UNDER_INVESTIGATION }
	/* "recommended" carries no status. */
};

static void
say(struct claim *c, size_t member, struct slice text, struct slice when)
{
	struct slice *to = (struct slice *)(void *)((char *)c + member);

	/* Of several the smallest, in whatever order. */
	if (to->len == 0 || slice_cmp(text, *to) < 0)
		*to = text;
	if (slice_cmp(when, c->when) > 0)
		c->when = when;
}

/* A text for every product that v names itself or through a group. */
static void
spread(struct part *p, const struct tree *t, const struct json *v,
    struct claims *claims, const char *text_member, size_t member)
{
	const struct json *ids = part_array(p, v, "product_ids");
	const struct json *groups = part_array(p, v, "group_ids");
	struct slice text = part_text(p, v, text_member);
	struct slice when = part_time(p, part_text(p, v, "date"));

	JSON_EACH(id, ids)
		say(claim_of(claims, json_text(id)), member, text, when);
	JSON_EACH(group, groups) {
		size_t *at = map_find(&t->groups, json_text(group));

		if (at == NULL)
			continue;
		JSON_EACH(id, (const struct json *)*at)
			say(claim_of(claims, json_text(id)), member, text,
			    when);
	}
}

static void
read_claims(struct part *p, const struct tree *t, const struct json *v,
    struct claims *claims)
{
	const struct json *status = part_object(p, v, "product_status");
	const struct json *flags = part_array(p, v, "flags");
	const struct json *threats = part_array(p, v, "threats");
	const struct json *remedies = part_array(p, v, "remediations");

	for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		const struct json *ids = part_array(p, status,
		    buckets[i].name);

		JSON_EACH(id, ids) {
			struct claim *c = claim_of(claims, json_text(id));
			int says = (int)buckets[i].status;

			if (c->status >= 0 && c->status != says)
				c->contradicted = true;
			/* The more cautious of two. */
			if (c->status < 0 || says < c->status)
				c->status = says;
		}
	}
	JSON_EACH(flag, flags)
		spread(p, t, flag, claims, "label",
		    offsetof(struct claim, justification));
	JSON_EACH(threat, threats)
		if (json_is(json_get(threat, "category"), "impact"))
			spread(p, t, threat, claims, "details",
			    offsetof(struct claim, impact));
	JSON_EACH(remedy, remedies)
		spread(p, t, remedy, claims, "details",
		    offsetof(struct claim, action));
}

/* What the statements of one vulnerability share. */
struct common {
	struct part_value *ids;
	struct slice author, when;
	enum severity severity;
	int cvss;
	struct slice vector;
};

static void
read_scores(struct part *p, const struct json *v, struct common *of)
{
	static const char *const kinds[] = { "cvss_v2", "cvss_v3" };
	const struct json *list = part_array(p, v, "scores");

	of->severity = SEVERITY_UNKNOWN;
	of->cvss = -1;
	of->vector = (struct slice){ NULL, 0 };
	JSON_EACH(score, list)
		for (size_t i = 0; i < 2; i++) {
			const struct json *cvss = json_get(score, kinds[i]);
			const struct json *base = json_want(cvss, "baseScore",
			    JSON_NUMBER);
			enum severity severity = part_severity(
			    json_get_text(cvss, "baseSeverity"));
			struct slice number = { NULL, 0 };

			if (base != NULL)
				number = (struct slice){ base->u.text,
				    base->len };
			if (severity > of->severity)
				of->severity = severity;
			part_cvss(p, json_get_text(cvss, "vectorString"),
			    part_score(number), &of->cvss, &of->vector);
		}
	if (of->severity == SEVERITY_UNKNOWN)
		of->severity = part_severity_of(of->cvss);
}

/* The statement for claims that say the same; grouped by their text. */
static size_t
statement_for(struct part *p, const struct common *of, const struct claim *c,
    struct map *alike)
{
	struct slice key = slice_of(arena_printf(p->a,
	    "%d %.*s %zu:%.*s%zu:%.*s%.*s", c->status, (int)c->when.len,
	    c->when.data != NULL ? c->when.data : "", c->justification.len,
	    (int)c->justification.len, c->justification.data != NULL ?
	    c->justification.data : "", c->impact.len, (int)c->impact.len,
	    c->impact.data != NULL ? c->impact.data : "", (int)c->action.len,
	    c->action.data != NULL ? c->action.data : ""));
	struct part_statement *s;
	bool fresh;
	size_t *at = map_put(alike, key, &fresh);

	if (!fresh)
		return *at;
	*at = p->statements;
	s = part_statement(p, (enum vex_status)c->status);
	s->ids = of->ids;
	s->author = of->author;
	/* Released again, it is said again. */
	s->timestamp = c->when.len > 0 ? c->when : of->when;
	if (c->when.len > 0 && slice_cmp(of->when, c->when) > 0)
		s->updated = of->when;
	s->severity = of->severity;
	s->cvss = of->cvss;
	s->vector = of->vector;
	s->impact = part_kept(p, c->impact);
	s->action = part_kept(p, c->action);
	if (c->status == VEX_NOT_AFFECTED &&
	    part_justification(c->justification))
		s->justification = part_kept(p, c->justification);
	return *at;
}

static void
read_ids(struct part *p, const struct json *v, struct part_value **ids)
{
	struct slice cve = part_text(p, v, "cve");
	const struct json *list = part_array(p, v, "ids");

	part_add(p, ids, cve);
	JSON_EACH(id, list) {
		struct slice text = part_text(p, id, "text");

		/* A tracker's number is a name only where there is none. */
		if (cve.len == 0 || slice_starts(text, "GHSA-"))
			part_add(p, ids, text);
	}
}

static void
read_vulnerability(struct part *p, const struct tree *t, const struct json *v,
    struct common *of)
{
	struct claims claims = { .item = NULL };
	struct map alike = { 0 };

	of->ids = NULL;
	read_ids(p, v, &of->ids);
	read_scores(p, v, of);
	if (of->ids == NULL) {
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "a vulnerability without cve or ids");
		return;
	}
	read_claims(p, t, v, &claims);
	for (size_t i = 0; i < claims.count; i++) {
		const struct claim *c = &claims.item[i];
		size_t at;

		if (c->status < 0)
			continue;
		at = statement_for(p, of, c, &alike);
		expand(p, t, c->id, &p->statement[at].products);
		if (c->contradicted)
			part_unknown(p, "VexConflict",
			    (struct slice){ NULL, 0 }, "%s: a product stands "
			    "in several status groups",
			    part_id_text(p, of->ids));
	}
	mem_free(claims.item);
	map_free(&claims.ids);
	map_free(&alike);
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *document = part_object(p, doc, "document");
	const struct json *tracking = part_object(p, document, "tracking");
	const struct json *list = part_array(p, doc, "vulnerabilities");
	struct tree t = { .item = NULL };
	struct common of = { .ids = NULL };

	p->inventory = false;
	of.author = part_kept(p, part_text(p, part_object(p, document,
	    "publisher"), "name"));
	of.when = part_time(p, part_text(p, tracking,
	    "current_release_date"));
	if (slice_is(part_text(p, tracking, "status"), "draft")) {
		part_unknown(p, "Provenance", (struct slice){ NULL, 0 },
		    "a CSAF draft makes no claims");
		return;
	}
	read_tree(p, &t, doc);
	JSON_EACH(v, list)
		if (p->rc == ERR_OK && part_is_object(p, v, "a vulnerability"))
			read_vulnerability(p, &t, v, &of);
	mem_free(t.item);
	map_free(&t.ids);
	map_free(&t.groups);
}

const struct format format_csaf = {
	"csaf", "CSAF (document.csaf_version)", is, check, read, NULL, NULL
};
