/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "bundle.h"
#include "canon.h"
#include "digest.h"
#include "format.h"
#include "intoto.h"

enum {
	WRAPS_MAX = 8		/* bundle, envelope, Statement, wrapper: four
				 * are real */
};

/* predicateType without its optional version suffix is what counts. */
static const char *const document_types[] = {
	"https://cyclonedx.org/bom", "https://spdx.dev/Document",
	"https://openvex.dev/ns", "text/vex",
	"https://cosign.sigstore.dev/attestation/vuln/v1",
	"cosign.sigstore.dev/attestation/vuln/v1",
	"https://cosign.sigstore.dev/attestation/v1",
	"cosign.sigstore.dev/attestation/v1"
};

static bool
is_envelope(const struct json *doc)
{
	return json_get(doc, "payloadType") != NULL &&
	    json_get(doc, "payload") != NULL &&
	    json_get(doc, "signatures") != NULL;
}

static bool
is_statement(const struct json *doc)
{
	struct slice type = json_get_text(doc, "_type");

	return slice_is(type, "https://in-toto.io/Statement/v1") ||
	    slice_is(type, "https://in-toto.io/Statement/v0.1");
}

static bool
is(const struct json *doc)
{
	return is_statement(doc);
}

/* A payload or a predicate that is a string, parsed. */
static enum status
parse_inner(struct slice text, bool lossy_ok, struct arena *a,
    struct json *out, bool *lossy, struct err *e)
{
	struct json_limits limits = json_foreign;
	struct err why;
	bool changed = false;

	limits.lossy = lossy_ok;
	if (json_parse_lossy(text, &limits, a, out, &changed, &why) != ERR_OK)
		return err_bad(e, "payload at byte %llu: %s",
		    (unsigned long long)why.offset, why.text);
	*lossy = *lossy || changed;
	return ERR_OK;
}

static enum status
open_envelope(const struct json *envelope, bool lossy_ok, struct arena *a,
    struct json *out, bool *lossy, struct err *e)
{
	struct slice payload = json_get_text(envelope, "payload"), bytes;

	if (payload.data == NULL || !b64_bytes(a, payload, &bytes))
		return err_input(e, envelope->offset,
		    "DSSE envelope whose payload is no Base64");
	return parse_inner(bytes, lossy_ok, a, out, lossy, e);
}

/* https://openvex.dev/ns/v0.2.0 is https://openvex.dev/ns, and so on. */
static bool
is_document_type(struct slice type)
{
	for (size_t i = 0;
	    i < sizeof(document_types) / sizeof(document_types[0]); i++) {
		const char *known = document_types[i];

		if (slice_is(type, known) || (slice_starts(type, known) &&
		    type.data[strlen(known)] == '/'))
			return true;
	}
	return false;
}

/* What a predicate holds beneath the wrappers that cosign puts around it. */
static const struct json *
predicate_content(struct slice type, const struct json *predicate)
{
	const struct json *data;

	if (slice_ends(type, "cosign.sigstore.dev/attestation/vuln/v1"))
		return json_get(json_get(predicate, "scanner"), "result");
	data = json_get(predicate, "Data");
	return data != NULL ? data : predicate;
}

/* Sets *more when out holds something to unwrap further. */
static enum status
open_statement(const struct json *statement, bool lossy_ok, struct arena *a,
    struct json *out, bool *more, bool *lossy, struct err *e)
{
	struct slice type = json_get_text(statement, "predicateType");
	const struct json *content;

	*more = false;
	if (!is_document_type(type))
		return ERR_OK;
	content = predicate_content(type, json_get(statement, "predicate"));
	if (content == NULL || content->type == JSON_NULL)
		return err_input(e, statement->offset,
		    "Statement of type %.*s without its document",
		    (int)type.len, type.data);
	*more = true;
	/* cosign writes some predicates as a string of JSON. */
	if (content->type == JSON_STRING)
		return parse_inner(json_text(content), lossy_ok, a, out,
		    lossy, e);
	*out = *content;
	return ERR_OK;
}

enum status
intoto_unwrap(const struct json *doc, bool lossy_ok, struct arena *a,
    struct json *inner, struct json *subjects, bool *lossy, struct err *e)
{
	*inner = *doc;
	*subjects = json_null();
	for (int i = 0; i < WRAPS_MAX; i++) {
		struct json next = *inner;
		const struct json *envelope;
		enum status rc = ERR_OK;
		bool more = true;

		if (inner->type != JSON_OBJECT)
			return ERR_OK;
		if (bundle_is(inner)) {
			envelope = json_want(inner, "dsseEnvelope",
			    JSON_OBJECT);
			if (envelope == NULL)
				return err_input(e, inner->offset,
				    "Sigstore bundle without a dsseEnvelope: "
				    "it holds no document");
			next = *envelope;
		} else if (is_envelope(inner)) {
			rc = open_envelope(inner, lossy_ok, a, &next, lossy,
			    e);
		} else if (is_statement(inner)) {
			const struct json *subject = json_want(inner,
			    "subject", JSON_ARRAY);

			if (subject == NULL)
				return err_input(e, inner->offset,
				    "Statement without a subject array");
			*subjects = *subject;
			rc = open_statement(inner, lossy_ok, a, &next, &more,
			    lossy, e);
		} else {
			return ERR_OK;
		}
		if (rc != ERR_OK || !more)
			return rc;
		*inner = next;
	}
	return err_input(e, doc->offset,
	    "more than %d envelopes around a document", WRAPS_MAX);
}

/* --- a Statement that holds no document --------------------------------- */

/* https://in-toto.io/attestation/vulns: results of a scan of the subjects. */
static bool
is_vulns(const struct json *doc)
{
	return slice_starts(json_get_text(doc, "predicateType"),
	    "https://in-toto.io/attestation/vulns/v0.");
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	struct slice type = json_get_text(doc, "_type");

	if (!is_statement(doc))
		return err_input(e, doc->offset,
		    "not an in-toto Statement v1 or v0.1 (_type)");
	if (json_get_text(doc, "predicateType").len == 0)
		return err_input(e, doc->offset,
		    "Statement without a predicateType");
	*version = slice_cut(type, type.len -
	    (slice_ends(type, "/v1") ? 2 : 4), type.len);
	*serves = is_vulns(doc) ? ROLE_FINDINGS : ROLE_ATTESTATION;
	return ERR_OK;
}

/* The scanned thing: a subject by its purl, else by its name. */
static uint32_t
subject_component(struct part *p, const struct json *subject)
{
	struct slice name = part_text(p, subject, "name");
	struct part_names names = { .name = name };

	if (slice_starts(name, "pkg:"))
		names.purl = name;
	if (name.len == 0)
		names.name = part_text(p, subject, "uri");
	return part_component(p, &names);
}

/* v0.1 has result[].vulnerability, v0.2 its members in result[] itself. */
static void
read_result(struct part *p, const struct json *result, uint32_t c)
{
	const struct json *v = part_object(p, result, "vulnerability");
	const struct json *list;
	struct part_finding *f;
	struct slice id;

	if (v == NULL)
		v = result;
	id = part_need(p, v, "id", "result");
	if (p->rc != ERR_OK)
		return;
	f = part_finding(p, c);
	part_add(p, &f->ids, id);
	list = part_array(p, v, "severity");
	JSON_EACH(one, list) {
		struct slice score = part_text(p, one, "score");
		enum severity word = part_severity(score);

		part_cvss(p, score, part_score(score), &f->cvss, &f->vector);
		if (word > f->severity)
			f->severity = word;
	}
	if (f->severity == SEVERITY_UNKNOWN)
		f->severity = part_severity_of(f->cvss);
}

static void
read_vulns(struct part *p, const struct json *doc)
{
	const struct json *subjects = part_array(p, doc, "subject");
	const struct json *scanner = part_object(p, part_object(p, doc,
	    "predicate"), "scanner");
	const struct json *results = part_array(p, scanner, "result");

	JSON_EACH(subject, subjects) {
		uint32_t c = subject_component(p, subject);

		if (c == PART_NONE) {
			part_unknown(p, "Identity", (struct slice){ NULL, 0 },
			    "a scan's subject has no name");
			continue;
		}
		JSON_EACH(result, results)
			if (part_is_object(p, result, "a result"))
				read_result(p, result, c);
	}
}

/* Provenance and the like: it says nothing about components or findings,
 * but it is a document of the evidence. */
static void
read_statement(struct part *p, const struct json *doc)
{
	const struct json *predicate = json_get(doc, "predicate");
	struct json o = json_object();
	struct digest d;

	p->inventory = false;
	if (is_vulns(doc)) {
		read_vulns(p, doc);
		return;
	}
	json_set(p->a, &o, "predicateType", json_string(part_need(p, doc,
	    "predicateType", "Statement")));
	if (predicate != NULL) {
		d = digest_json(predicate);
		json_set(p->a, &o, "predicate", digest_value(p->a, &d));
	}
	p->extra = canon_text(p->a, &o);
}

const struct format format_intoto = {
	"in-toto", "in-toto (_type)", is, check, read_statement, NULL, NULL
};
