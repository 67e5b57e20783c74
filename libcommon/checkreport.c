/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "canon.h"
#include "checkreport.h"
#include "markup.h"

static const char *
severity_name(enum rules_severity severity)
{
	return severity == RULES_ERROR ? "error" : "warning";
}

/* --- prov.check/v1 ------------------------------------------------------- */

static struct json
errors_json(struct arena *a, const struct checkreport_document *d)
{
	struct json list = json_array();

	for (size_t i = 0; i < d->report.count; i++) {
		const struct schema_error *error = &d->report.error[i];
		struct json o = json_object();

		json_set_z(a, &o, "instance", error->instance);
		json_set_z(a, &o, "keyword", error->keyword);
		json_set_z(a, &o, "message", error->message);
		json_set(a, &o, "offset", json_uint(a, d->start +
		    error->offset));
		json_push(a, &list, o);
	}
	return list;
}

static struct json
rules_json(struct arena *a, const struct checkreport_document *d)
{
	struct json list = json_array();

	for (size_t i = 0; i < d->rules.count; i++) {
		const struct rules_finding *f = &d->rules.finding[i];
		struct json o = json_object();

		json_set_z(a, &o, "instance", f->instance);
		json_set_z(a, &o, "message", f->message);
		json_set(a, &o, "offset", json_uint(a, d->start + f->offset));
		json_set_z(a, &o, "rule", f->rule);
		json_set_z(a, &o, "severity", severity_name(f->severity));
		json_push(a, &list, o);
	}
	return list;
}

static void
add_json(const struct checkreport_document *d, struct arena *a,
    struct buf *out)
{
	struct json o = json_object();

	json_set_z(a, &o, "kind", "prov.check/v1");
	json_set_z(a, &o, "name", d->name);
	json_set(a, &o, "valid", json_bool(d->valid));
	if (d->kind.format != NULL)
		json_set_z(a, &o, "format", d->kind.format);
	if (d->kind.version != NULL)
		json_set_z(a, &o, "formatVersion", d->kind.version);
	if (d->schema.len > 0)
		json_set(a, &o, "schema", json_string(d->schema));
	if (d->report.count > 0)
		json_set(a, &o, "errors", errors_json(a, d));
	if (d->report.cut)
		json_set(a, &o, "more", json_bool(true));
	if (d->rules.count > 0)
		json_set(a, &o, "rules", rules_json(a, d));
	canon_write(out, &o);
	buf_byte(out, '\n');
}

/* --- lines --------------------------------------------------------------- */

/* One line a finding, each escaped for where it goes. */
static void
add_lines(const struct checkreport_document *d, struct arena *a,
    markup_escape *escape, const char *end, struct buf *out)
{
	for (size_t i = 0; i < d->report.count; i++) {
		const struct schema_error *error = &d->report.error[i];

		escape(out, slice_of(arena_printf(a, "%s: %" PRIu64 ": %s: "
		    "%s (%s)", d->name, d->start + error->offset,
		    error->instance, error->message, error->keyword)));
		buf_text(out, end);
	}
	if (d->report.cut) {
		escape(out, slice_of(arena_printf(a, "%s: there were more "
		    "errors", d->name)));
		buf_text(out, end);
	}
	for (size_t i = 0; i < d->rules.count; i++) {
		const struct rules_finding *f = &d->rules.finding[i];

		escape(out, slice_of(arena_printf(a, "%s: %" PRIu64 ": %s: "
		    "%s: %s (%s)", d->name, d->start + f->offset,
		    severity_name(f->severity), f->instance, f->message,
		    f->rule)));
		buf_text(out, end);
	}
}

static void
add_text(const struct checkreport_document *d, struct arena *a,
    struct buf *out)
{
	markup_text(out, slice_of(d->name));
	buf_text(out, d->valid ? ": valid\n" : ": not valid\n");
	add_lines(d, a, markup_text, "\n", out);
}

/* --- SARIF --------------------------------------------------------------- */

/* A file's name as a relative URI reference (RFC 3986 4.2). */
static const char *
file_uri(struct arena *a, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	struct buf out = { 0 };
	const char *uri;

	for (; *name != '\0'; name++) {
		if (strchr(plain, *name) != NULL)
			buf_byte(&out, *name);
		else
			buf_printf(&out, "%%%02X", (unsigned char)*name);
	}
	uri = arena_dup(a, buf_get(&out));
	buf_free(&out);
	return uri;
}

static struct json
location_json(struct arena *a, const struct checkreport_document *d,
    const char *instance, uint32_t offset)
{
	struct json location = json_object(), physical = json_object();
	struct json artifact = json_object(), region = json_object();
	struct json logical = json_object(), logicals = json_array();

	json_set_z(a, &artifact, "uri", file_uri(a, d->name));
	json_set(a, &region, "byteOffset", json_uint(a, d->start + offset));
	json_set(a, &physical, "artifactLocation", artifact);
	json_set(a, &physical, "region", region);
	json_set_z(a, &logical, "fullyQualifiedName",
	    arena_dup(a, slice_of(instance)));
	json_set_z(a, &logical, "kind", "value");
	json_push(a, &logicals, logical);
	json_set(a, &location, "logicalLocations", logicals);
	json_set(a, &location, "physicalLocation", physical);
	return location;
}

static void
add_sarif(struct checkreport *r, const struct checkreport_document *d)
{
	struct arena *a = &r->arena;
	struct json location;

	if (r->documents == 1)
		r->log = sariflog_start(a);
	for (size_t i = 0; i < d->report.count; i++) {
		const struct schema_error *error = &d->report.error[i];

		location = location_json(a, d, error->instance,
		    error->offset);
		sariflog_add(&r->log, SLICE("schema"), true,
		    arena_printf(a, "%s: %s (%s)", error->instance,
		    error->message, error->keyword), &location);
	}
	for (size_t i = 0; i < d->rules.count; i++) {
		const struct rules_finding *f = &d->rules.finding[i];

		location = location_json(a, d, f->instance, f->offset);
		sariflog_add(&r->log, slice_of(f->rule),
		    f->severity == RULES_ERROR, arena_printf(a, "%s: %s",
		    f->instance, f->message), &location);
	}
}

/* --- JUnit --------------------------------------------------------------- */

static void
add_case(struct checkreport *r, const struct checkreport_document *d,
    struct arena *a)
{
	struct buf *out = &r->cases;

	buf_text(out, "  <testcase classname=\"prov-check\" name=\"");
	markup_xml(out, slice_of(d->name));
	if (d->start > 0)
		buf_printf(out, " at %" PRIu64, d->start);
	if (d->holds) {
		buf_text(out, "\"/>\n");
		return;
	}
	r->failures++;
	buf_text(out, "\"><failure message=\"");
	buf_text(out, d->valid ? "a rule is broken" : "not valid");
	buf_text(out, "\">\n");
	add_lines(d, a, markup_xml, "\n", out);
	buf_text(out, "</failure></testcase>\n");
}

static void
end_junit(struct checkreport *r, struct buf *out)
{
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuite name=\"prov-check\" tests=\"%zu\" "
	    "failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", r->documents,
	    r->failures);
	buf_slice(out, buf_get(&r->cases));
	buf_text(out, "</testsuite>\n");
}

void
checkreport_add(struct checkreport *r, const struct checkreport_document *d,
    struct arena *a, struct buf *out)
{
	r->documents++;
	switch (r->form) {
	case CHECKREPORT_JSON:
		add_json(d, a, out);
		break;
	case CHECKREPORT_TEXT:
		add_text(d, a, out);
		break;
	case CHECKREPORT_SARIF:
		add_sarif(r, d);
		break;
	case CHECKREPORT_JUNIT:
		add_case(r, d, a);
		break;
	}
}

void
checkreport_end(struct checkreport *r, struct buf *out)
{
	if (r->form == CHECKREPORT_SARIF) {
		if (r->documents == 0)
			r->log = sariflog_start(&r->arena);
		sariflog_write(out, &r->log, NULL);
	}
	if (r->form == CHECKREPORT_JUNIT)
		end_junit(r, out);
	buf_free(&r->cases);
	arena_free(&r->arena);
}
