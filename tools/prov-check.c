/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-check - validate documents against JSON Schemas
 *
 * usage: prov-check [OPTION]... [FILE]...
 * Reads JSON documents, writes one prov.check/v1 a document.
 * Exit: 0 all valid, 1 one is not, 2 refused input or schema, 3 system.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "map.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "rules.h"
#include "schemastore.h"
#include "tool.h"

struct opts {
	const char *draft, *schema, *output;
	struct opt_list dirs, maps;
	const char *fail_on, *at;
	bool formats, lossy, quiet, text, rules;
};

struct checker {
	const struct opts *o;
	struct schemastore store;
	struct schema_set *set;
	const struct schema *fixed;	/* of --schema */
	struct slice fixed_uri;
	struct map known;		/* schema file -> index into schema */
	const struct schema **schema;
	struct slice *uri;
	size_t schemas;
	struct arena run, record;
	struct output out;
	int64_t at;
	enum rules_severity fatal;	/* findings from here on are a no */
};

/* What is known of one document. */
struct result {
	struct schemastore_kind kind;
	struct slice schema;
	bool valid;
	struct schema_report report;
	struct rules_report rules;
};

/* The schema that a document's own content asks for, compiled once. */
static enum status
schema_for(struct checker *c, const struct json *doc,
    struct schemastore_kind *kind, const struct schema **schema,
    struct slice *uri, struct err *e)
{
	struct json *file;
	enum status rc;
	size_t *at;
	bool fresh;

	if (!schemastore_recognise(&c->run, doc, kind))
		return err_input(e, doc->offset, "no format that has a schema "
		    "(looked for CycloneDX 1.2 to 1.7, SPDX 2.2, 2.3 and "
		    "3.0.1, OpenVEX 0.2.0, CSAF 2.0, SARIF 2.1.0, in-toto, "
		    "own kinds): use --schema");
	at = map_put(&c->known, slice_of(kind->file), &fresh);
	if (fresh) {
		file = arena_zalloc(&c->run, sizeof(*file));
		*at = c->schemas;
		c->schema = mem_array(c->schema, c->schemas + 1,
		    sizeof(*c->schema));
		c->uri = mem_array(c->uri, c->schemas + 1, sizeof(*c->uri));
		rc = schemastore_named(&c->store, kind->file, file,
		    &c->uri[c->schemas], e);
		if (rc == ERR_NO)
			return err_bad(e, "no schema %s in the schema folders "
			    "(see --schema-dir)", kind->file);
		if (rc == ERR_OK)
			rc = schema_compile(c->set, file, c->uri[c->schemas],
			    &c->schema[c->schemas], e);
		if (rc != ERR_OK)
			return rc;
		c->schemas++;
	}
	*schema = c->schema[*at];
	*uri = c->uri[*at];
	return ERR_OK;
}

static struct json
errors_json(struct arena *a, const struct schema_report *report,
    uint64_t start)
{
	struct json list = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct schema_error *error = &report->error[i];
		struct json o = json_object();

		json_set_z(a, &o, "instance", error->instance);
		json_set_z(a, &o, "keyword", error->keyword);
		json_set_z(a, &o, "message", error->message);
		json_set(a, &o, "offset", json_uint(a, start +
		    error->offset));
		json_push(a, &list, o);
	}
	return list;
}

static const char *
severity_name(enum rules_severity severity)
{
	return severity == RULES_ERROR ? "error" : "warning";
}

static struct json
rules_json(struct arena *a, const struct rules_report *report, uint64_t start)
{
	struct json list = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct rules_finding *f = &report->finding[i];
		struct json o = json_object();

		json_set_z(a, &o, "instance", f->instance);
		json_set_z(a, &o, "message", f->message);
		json_set(a, &o, "offset", json_uint(a, start + f->offset));
		json_set_z(a, &o, "rule", f->rule);
		json_set_z(a, &o, "severity", severity_name(f->severity));
		json_push(a, &list, o);
	}
	return list;
}

static void
write_text(struct checker *c, const char *name, const struct result *r,
    uint64_t start)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s: %s\n", name, r->valid ? "valid" :
	    "not valid");
	for (size_t i = 0; i < r->report.count; i++) {
		const struct schema_error *error = &r->report.error[i];

		buf_printf(&line, "%s: %" PRIu64 ": %s: %s (%s)\n", name,
		    start + error->offset, error->instance, error->message,
		    error->keyword);
	}
	for (size_t i = 0; i < r->rules.count; i++) {
		const struct rules_finding *f = &r->rules.finding[i];

		buf_printf(&line, "%s: %" PRIu64 ": %s: %s: %s (%s)\n", name,
		    start + f->offset, severity_name(f->severity),
		    f->instance, f->message, f->rule);
	}
	output_bytes(&c->out, buf_get(&line));
	buf_free(&line);
}

static void
write_result(struct checker *c, const struct input *in,
    const struct result *r)
{
	struct arena *a = &c->record;
	struct json o = json_object();
	const char *name = in->fd == 0 ? "-" : in->name;
	uint64_t start = in->stream.start;

	if (c->o->quiet)
		return;
	if (c->o->text) {
		write_text(c, name, r, start);
		return;
	}
	json_set_z(a, &o, "kind", "prov.check/v1");
	json_set_z(a, &o, "name", name);
	json_set(a, &o, "valid", json_bool(r->valid));
	if (r->kind.format != NULL)
		json_set_z(a, &o, "format", r->kind.format);
	if (r->kind.version != NULL)
		json_set_z(a, &o, "formatVersion", r->kind.version);
	if (r->schema.len > 0)
		json_set(a, &o, "schema", json_string(r->schema));
	if (r->report.count > 0)
		json_set(a, &o, "errors", errors_json(a, &r->report, start));
	if (r->report.cut)
		json_set(a, &o, "more", json_bool(true));
	if (r->rules.count > 0)
		json_set(a, &o, "rules", rules_json(a, &r->rules, start));
	output_json(&c->out, &o);
}

static enum status
check_rules(struct checker *c, const struct json *doc, struct result *r)
{
	enum status rc = ERR_OK;

	/* With --schema the content was not asked what it is. */
	if (r->kind.format == NULL &&
	    !schemastore_recognise(&c->record, doc, &r->kind))
		return ERR_OK;
	rules_check(r->kind.format, doc, &r->rules);
	for (size_t i = 0; i < r->rules.count; i++)
		if (r->rules.finding[i].severity >= c->fatal)
			rc = ERR_NO;
	return rc;
}

static enum status
check_document(struct checker *c, const struct input *in,
    const struct json *doc)
{
	struct result r = { .schema = c->fixed_uri,
		.report.arena = &c->record,
		.rules = { .arena = &c->record, .at = c->at } };
	const struct schema *schema = c->fixed;
	struct err e;
	enum status rc = ERR_OK;

	if (schema == NULL)
		rc = schema_for(c, doc, &r.kind, &schema, &r.schema, &e);
	if (rc == ERR_OK)
		rc = schema_check(schema, doc, &r.report, &e);
	if (rc > ERR_NO)
		return input_fault(in, &e);
	r.valid = rc == ERR_OK;
	if (c->o->rules)
		rc = err_worst(rc, check_rules(c, doc, &r));
	write_result(c, in, &r);
	mem_free(r.report.error);
	mem_free(r.rules.finding);
	return rc;
}

static enum status
check_operand(struct checker *c, const char *operand)
{
	struct json_limits limits = json_foreign;
	struct input in;
	struct json doc;
	bool got;
	enum status worst = ERR_OK, rc;

	limits.lossy = c->o->lossy;
	rc = input_open(&in, operand, &limits);
	if (rc != ERR_OK)
		return rc;
	for (;;) {
		rc = input_next(&in, &c->record, &doc, &got);
		if (rc != ERR_OK || !got)
			break;
		rc = check_document(c, &in, &doc);
		worst = err_worst(worst, rc);
		if (rc > ERR_NO)
			break;
		arena_reset(&c->record);
	}
	input_close(&in);
	return err_worst(worst, rc);
}

static int
parse_options(struct opts *o, int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[OPTION]... [FILE]...",
		"validate documents against JSON Schemas"
	};
	const struct opt table[] = {
		{ 0, "schema", OPT_TEXT, &o->schema, "FILE",
		    "the schema; else the document's content tells" },
		{ 0, "schema-dir", OPT_LIST, &o->dirs, "DIR",
		    "where schemas are looked for (repeat)" },
		{ 0, "map", OPT_LIST, &o->maps, "URI=DIR",
		    "schemas whose URI begins so are in DIR (repeat)" },
		{ 0, "draft", OPT_TEXT, &o->draft, "DRAFT",
		    "draft-04, draft-07 or 2020-12, where $schema is silent" },
		{ 0, "format-assertion", OPT_FLAG, &o->formats, NULL,
		    "check \"format\" too" },
		{ 0, "lossy-numbers", OPT_FLAG, &o->lossy, NULL,
		    "accept whole numbers that a double changes" },
		{ 0, "rules", OPT_FLAG, &o->rules, NULL,
		    "ask more than the schema does" },
		{ 0, "fail-on", OPT_TEXT, &o->fail_on, "SEVERITY",
		    "which findings of --rules are a no: error (default) or "
		    "warning" },
		{ 0, "at", OPT_TEXT, &o->at, "TIME",
		    "with --rules: no later time is plausible" },
		{ 0, "text", OPT_FLAG, &o->text, NULL,
		    "lines for people in place of JSON" },
		{ 'q', "quiet", OPT_FLAG, &o->quiet, NULL,
		    "no result but the exit status" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write there, whole or not at all" },
		OPT_END
	};

	return opt_parse(&usage, table, argc, argv);
}

/* The folders of --schema-dir, else of PROV_SCHEMAS; then the installed. */
static void
find_schemas(struct checker *c)
{
	const char *env = getenv("PROV_SCHEMAS");
	struct err e;

	for (size_t i = 0; i < c->o->dirs.count; i++)
		schemastore_add_dir(&c->store, c->o->dirs.item[i]);
	if (c->o->dirs.count == 0 && env != NULL && env[0] != '\0') {
		char *list = arena_dup(&c->run, slice_of(env)), *save;

		for (char *dir = strtok_r(list, ":", &save); dir != NULL;
		    dir = strtok_r(NULL, ":", &save))
			schemastore_add_dir(&c->store, dir);
	}
	schemastore_add_dir(&c->store, PROVKIT_DATA "/schemas");
	for (size_t i = 0; i < c->o->maps.count; i++)
		if (schemastore_add_map(&c->store, c->o->maps.item[i], &e) !=
		    ERR_OK)
			opt_usage_error("%s", e.text);
}

static void
open_schemas(struct checker *c)
{
	struct schema_options options = { .assert_format = c->o->formats,
		.load = schemastore_load, .ctx = &c->store };
	struct json *doc = arena_zalloc(&c->run, sizeof(*doc));
	struct err e;

	if (c->o->draft != NULL) {
		options.draft = schema_draft(slice_of(c->o->draft));
		if (options.draft == SCHEMA_UNKNOWN)
			opt_usage_error("--draft wants draft-04, draft-07 or "
			    "2020-12, not '%.40s'", c->o->draft);
	}
	find_schemas(c);
	c->set = schema_open(&options);
	if (c->o->schema == NULL)
		return;
	if (input_document(c->o->schema, &json_foreign, &c->run, doc) !=
	    ERR_OK)
		exit(ERR_INPUT);
	if (schema_compile(c->set, doc, (struct slice){ "", 0 }, &c->fixed,
	    &e) != ERR_OK)
		msg_die_err(c->o->schema, &e);
	c->fixed_uri = json_get_text(doc, "$id");
}

static void
read_severity(struct checker *c)
{
	const char *name = c->o->fail_on;

	c->fatal = RULES_ERROR;
	if (name != NULL && strcmp(name, "warning") == 0)
		c->fatal = RULES_WARNING;
	else if (name != NULL && strcmp(name, "error") != 0)
		opt_usage_error("--fail-on wants error or warning, not "
		    "'%.40s'", name);
	if (!c->o->rules && (name != NULL || c->o->at != NULL))
		opt_usage_error("--fail-on and --at go with --rules");
	if (c->o->rules)
		c->at = tool_at(c->o->at, TOOL_VERIFIES);
}

int
main(int argc, char **argv)
{
	struct opts o = { 0 };
	struct checker c = { .o = &o };
	enum status worst = ERR_OK;
	int n;

	tool_start("prov-check");
	n = parse_options(&o, argc, argv);
	read_severity(&c);
	open_schemas(&c);
	output_open(&c.out, o.output);
	for (int i = 0; i < n || i == 0; i++)
		worst = err_worst(worst, check_operand(&c, n == 0 ? NULL :
		    argv[i]));
	if (worst > ERR_NO)
		output_abandon(&c.out);
	else
		output_commit(&c.out);
	schema_close(c.set);
	schemastore_free(&c.store);
	map_free(&c.known);
	mem_free(c.schema);
	mem_free(c.uri);
	mem_free(o.dirs.item);
	mem_free(o.maps.item);
	arena_free(&c.run);
	arena_free(&c.record);
	return (int)worst;
}
