/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openvex - OpenVEX 0.2.0, and documents of 0.0.1 in full (layer 3).
 */
#include <string.h>

#include "format.h"

#define CONTEXT "https://openvex.dev/ns"

static bool
is(const struct json *doc)
{
	return slice_starts(json_get_text(doc, "@context"), CONTEXT);
}

/* Before 0.2.0 vulnerability and products were plain strings. */
static bool
is_first(const struct json *doc)
{
	struct slice context = json_get_text(doc, "@context");

	return slice_is(context, CONTEXT) || slice_ends(context, "/v0.0.1");
}

static enum status
check_statement(const struct json *doc, const struct json *s, struct err *e)
{
	struct slice word = json_get_text(s, "status");
	const struct json *name = json_get(s, "vulnerability");
	enum vex_status status;

	if (s->type != JSON_OBJECT)
		return err_input(e, s->offset,
		    "an OpenVEX statement is %s, expected an object",
		    json_type_name(s));
	if (name != NULL && name->type == JSON_OBJECT)
		name = json_get(name, "name");
	if (json_text(name).len == 0)
		return err_input(e, s->offset,
		    "OpenVEX statement without a vulnerability name");
	if (!part_status(word, &status))
		return err_input(e, s->offset,
		    "OpenVEX status \"%.*s\", expected not_affected, "
		    "affected, fixed or under_investigation", (int)word.len,
		    word.data != NULL ? word.data : "");
	word = json_get_text(s, "justification");
	if (word.len > 0 && !part_justification(word))
		return err_input(e, s->offset,
		    "OpenVEX justification \"%.*s\" is none of the five",
		    (int)word.len, word.data);
	if (status == VEX_NOT_AFFECTED && word.len == 0 &&
	    json_get_text(s, "impact_statement").len == 0)
		return err_input(e, s->offset, "OpenVEX not_affected without "
		    "justification or impact_statement");
	if (status == VEX_AFFECTED && !is_first(doc) &&
	    json_get_text(s, "action_statement").len == 0)
		return err_input(e, s->offset,
		    "OpenVEX affected without action_statement");
	if (json_get_text(s, "timestamp").len == 0 &&
	    json_get_text(doc, "timestamp").len == 0)
		return err_input(e, s->offset, "OpenVEX statement without a "
		    "timestamp, its own or the document's");
	return ERR_OK;
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	struct slice context = json_get_text(doc, "@context");
	const struct json *list;

	if (!is(doc))
		return err_input(e, doc->offset,
		    "not OpenVEX (@context " CONTEXT "…)");
	if (slice_is(context, CONTEXT "/v0.2.0"))
		*version = SLICE("0.2.0");
	else if (is_first(doc))
		*version = SLICE("0.0.1");
	else
		return err_input(e, doc->offset, "OpenVEX of context "
		    "\"%.*s\", expected " CONTEXT "/v0.2.0",
		    (int)context.len, context.data);
	list = json_want(doc, "statements", JSON_ARRAY);
	if (list == NULL || list->len == 0)
		return err_input(e, doc->offset,
		    "OpenVEX without statements");
	if (json_get_text(doc, "author").len == 0)
		return err_input(e, doc->offset, "OpenVEX without an author");
	JSON_EACH(s, list) {
		enum status rc = check_statement(doc, s, e);

		if (rc != ERR_OK)
			return rc;
	}
	*serves = ROLE_VEX;
	return ERR_OK;
}

/* --- products ----------------------------------------------------------- */

/* An IRI that says who: a purl, a CPE, or a name of the author's own. */
static bool
read_iri(struct part *p, struct slice iri, struct part_product *product)
{
	if (slice_starts(iri, "pkg:"))
		return part_product_purl(p, product, iri);
	if (slice_starts(iri, "cpe:"))
		part_product_cpe(p, product, iri);
	else if (iri.len > 0 && product->key.len == 0)
		part_product_name(p, product, (struct slice){ NULL, 0 }, iri,
		    (struct slice){ NULL, 0 });
	return true;
}

/* The first hash with the product's other names, more of them as products
 * of their own: any that matches is a match. */
static void
read_hashes(struct part *p, const struct json *v, struct part_product *product,
    struct part_product **list)
{
	const struct json *hashes = part_object(p, v, "hashes");

	if (hashes == NULL)
		return;
	JSON_MEMBERS(hash, hashes) {
		struct part_product *to = product;

		if (product->digest.len > 0) {
			to = part_product(p, list);
			to->parts = product->parts;
		}
		part_product_digest(p, to, (struct slice){ hash->key,
		    hash->key_len }, json_text(&hash->value));
	}
}

/* A product's or subcomponent's own names. */
static void
read_names(struct part *p, const struct json *v, struct part_product *product,
    struct part_product **list)
{
	const struct json *names;
	struct slice id, purl;

	if (v->type == JSON_STRING) {
		(void)read_iri(p, json_text(v), product);
		return;
	}
	if (!part_is_object(p, v, "a product"))
		return;
	id = part_text(p, v, "@id");
	names = part_object(p, v, "identifiers");
	purl = part_text(p, names, "purl");
	if (part_text(p, names, "cpe23").len > 0)
		part_product_cpe(p, product, part_text(p, names, "cpe23"));
	else if (part_text(p, names, "cpe22").len > 0)
		part_product_cpe(p, product, part_text(p, names, "cpe22"));
	if (purl.len > 0)
		(void)part_product_purl(p, product, purl);
	read_hashes(p, v, product, list);
	/* A name of the author's own counts only where there is no other. */
	if (slice_starts(id, "pkg:") && purl.len == 0)
		(void)part_product_purl(p, product, id);
	else if (!slice_starts(id, "pkg:") && part_product_empty(product))
		(void)read_iri(p, id, product);
}

static void
read_product(struct part *p, const struct json *v, struct part_product **list)
{
	const struct json *parts = v->type == JSON_OBJECT ?
	    part_array(p, v, "subcomponents") : NULL;
	struct part_product *named = NULL, *product;

	if (json_count(parts) > 0) {
		bool any = false;

		JSON_EACH(s, parts)
			read_names(p, s, part_product(p, &named), &named);
		for (struct part_product *s = named; s != NULL; s = s->next)
			any = any || !part_product_empty(s);
		/* All subcomponents were lost: their product must not be
		 * taken for the whole. */
		if (!any)
			return;
	}
	product = part_product(p, list);
	product->parts = named;
	read_names(p, v, product, list);
}

/* Products that a Statement's subjects stand for. */
static void
inherit_subjects(struct part *p, struct part_statement *s)
{
	if (p->subjects == NULL)
		return;
	JSON_EACH(subject, p->subjects) {
		struct part_product *product = part_product(p, &s->products);
		const struct json *digests = part_object(p, subject, "digest");
		struct slice name = part_text(p, subject, "name");

		if (slice_starts(name, "pkg:"))
			(void)part_product_purl(p, product, name);
		if (digests == NULL)
			continue;
		JSON_MEMBERS(digest, digests) {
			struct part_product *to = product;

			if (product->digest.len > 0)
				to = part_product(p, &s->products);
			part_product_digest(p, to,
			    (struct slice){ digest->key, digest->key_len },
			    json_text(&digest->value));
		}
	}
}

/* Does a subject have this name or one of these digests? */
static bool
is_attested(struct part *p, const struct part_product *product)
{
	JSON_EACH(subject, p->subjects) {
		const struct json *digests = json_want(subject, "digest",
		    JSON_OBJECT);
		struct slice name = json_get_text(subject, "name");
		struct part_product named;

		memset(&named, 0, sizeof(named));
		if (slice_starts(name, "pkg:") &&
		    part_product_purl(p, &named, name) &&
		    slice_eq(named.purl, product->purl))
			return true;
		if (digests == NULL)
			continue;
		JSON_MEMBERS(m, digests) {
			struct slice hex = json_text(&m->value);

			part_product_digest(p, &named, (struct slice){ m->key,
			    m->key_len }, hex);
			/* pkg:oci/name@sha256:hex says it in its version. */
			if (slice_eq(named.digest, product->digest) ||
			    (hex.len > 0 && memmem(product->key.data,
			    product->key.len, hex.data, hex.len) != NULL &&
			    slice_starts(product->key, "pkg:")))
				return true;
		}
	}
	return false;
}

/* OpenVEX, ATTESTING: in a Statement, only what is said of its subjects
 * counts. */
static void
keep_attested(struct part *p, struct part_statement *s)
{
	struct part_product **at = &s->products;
	size_t lost = 0;

	while (*at != NULL) {
		if (is_attested(p, *at)) {
			at = &(*at)->next;
			continue;
		}
		lost += !part_product_empty(*at);
		*at = (*at)->next;
	}
	if (lost > 0)
		part_unknown(p, "Provenance", (struct slice){ NULL, 0 },
		    "%s: the statement names products that its attestation "
		    "is not about", part_id_text(p, s->ids));
}

/* --- statements --------------------------------------------------------- */

static void
read_vulnerability(struct part *p, const struct json *v,
    struct part_statement *s)
{
	const struct json *vulnerability = json_get(v, "vulnerability");
	const struct json *aliases;
	struct slice name = json_text(vulnerability);

	if (name.len > 0) {
		part_add(p, &s->ids, name);
		return;
	}
	name = part_text(p, vulnerability, "name");
	part_add(p, &s->ids, name);
	aliases = part_array(p, vulnerability, "aliases");
	JSON_EACH(alias, aliases) {
		/* Two CVE ids are two vulnerabilities, whoever says other. */
		if (part_is_cve(name) && part_is_cve(json_text(alias)) &&
		    !slice_eq(name, json_text(alias)))
			part_unknown(p, "Identity", (struct slice){ NULL, 0 },
			    "%.*s: a statement calls another CVE its alias",
			    (int)name.len, name.data);
		else
			part_add(p, &s->ids, json_text(alias));
	}
}

static void
read_statement(struct part *p, const struct json *doc, const struct json *v)
{
	const struct json *products = part_array(p, v, "products");
	struct slice when = part_text(p, v, "timestamp");
	struct part_product *parts = NULL;
	struct part_statement *s;
	enum vex_status status;

	(void)part_status(part_text(p, v, "status"), &status);
	s = part_statement(p, status);
	read_vulnerability(p, v, s);
	/* 0.0.1 has the subcomponents beside the products. */
	if (is_first(doc)) {
		const struct json *list = part_array(p, v, "subcomponents");

		JSON_EACH(sub, list)
			read_names(p, sub, part_product(p, &parts), &parts);
	}
	JSON_EACH(product, products) {
		read_product(p, product, &s->products);
		if (parts != NULL && s->products != NULL)
			s->products->parts = parts;
	}
	if (products->len == 0)
		inherit_subjects(p, s);
	else if (p->subjects != NULL)
		keep_attested(p, s);
	if (s->products == NULL && (products->len == 0 ||
	    p->subjects == NULL))
		part_unknown(p, "Identity", (struct slice){ NULL, 0 },
		    "%s: the statement names no product",
		    part_id_text(p, s->ids));
	s->justification = status == VEX_NOT_AFFECTED ?
	    part_kept(p, part_text(p, v, "justification")) :
	    (struct slice){ NULL, 0 };
	s->impact = part_kept(p, part_text(p, v, "impact_statement"));
	s->action = part_kept(p, part_text(p, v, "action_statement"));
	s->author = part_kept(p, part_text(p, doc, "author"));
	if (when.len == 0)
		when = part_text(p, doc, "timestamp");
	s->timestamp = part_time(p, when);
	if (s->timestamp.len == 0)
		part_fault(p, v, "OpenVEX timestamp \"%.*s\" is no RFC 3339 "
		    "time", (int)when.len, when.data);
	s->updated = part_time(p, part_text(p, v, "last_updated"));
}

static void
read(struct part *p, const struct json *doc)
{
	const struct json *list = part_array(p, doc, "statements");

	JSON_EACH(v, list)
		read_statement(p, doc, v);
}

const struct format format_openvex = {
	"openvex", "OpenVEX (@context)", is, check, read, NULL, NULL
};
