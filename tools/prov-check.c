/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-check - validate documents against JSON Schemas
 *
 * usage: prov-check [OPTION]... [FILE]...
 * Reads JSON documents, writes one prov.check/v1 a document.
 * Exit: 0 all valid, 1 one is not, 2 refused input or schema, 3 system.
 */
#include <stdlib.h>
#include <string.h>

#include "checkreport.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"
#include "utf8.h"
#include "validator.h"

struct opts {
	const char *draft, *schema, *output;
	struct opt_list dirs, maps;
	const char *fail_on, *at;
	bool formats, lossy, quiet, rules;
	bool text, sarif, junit;
};

struct checker {
	const struct opts *o;
	struct validator validator;
	struct schema_set *set;		/* of --schema */
	const struct schema *fixed;
	struct slice fixed_uri;
	struct arena run, record;
	struct checkreport report;
	struct output out;
	int64_t at;
	enum rules_severity fatal;	/* findings from here on are a no */
};

static void
write_result(struct checker *c, const struct checkreport_document *d)
{
	struct buf bytes = { 0 };

	if (c->o->quiet)
		return;
	checkreport_add(&c->report, d, &c->record, &bytes);
	output_bytes(&c->out, buf_get(&bytes));
	buf_free(&bytes);
}

static enum status
check_rules(struct checker *c, const struct json *doc,
    struct checkreport_document *r)
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
	struct checkreport_document r = { .schema = c->fixed_uri,
		.name = in->fd == 0 ? "-" : in->name,
		.start = in->stream.start,
		.report.arena = &c->record,
		.rules = { .arena = &c->record, .at = c->at } };
	const struct schema *schema = c->fixed;
	struct err e;
	enum status rc = ERR_OK;

	if (schema == NULL)
		rc = validator_find(&c->validator, doc, &r.kind, &schema,
		    &r.schema, &e);
	if (rc == ERR_OK)
		rc = schema_check(schema, doc, &r.report, &e);
	if (rc > ERR_NO)
		return input_fault(in, &e);
	r.valid = rc == ERR_OK;
	if (c->o->rules)
		rc = err_worst(rc, check_rules(c, doc, &r));
	r.holds = rc == ERR_OK;
	/* The operand as it may stand in JSON. */
	if (!utf8_valid(slice_of(r.name)))
		r.name = "?";
	write_result(c, &r);
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
		    "draft-04, draft-07 or 2020-12, whatever $schema says" },
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
		{ 0, "sarif", OPT_FLAG, &o->sarif, NULL,
		    "one SARIF 2.1.0 log of all documents" },
		{ 0, "junit", OPT_FLAG, &o->junit, NULL,
		    "JUnit XML, a test case a document" },
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
	struct schemastore *store = &c->validator.store;
	struct err e;

	for (size_t i = 0; i < c->o->dirs.count; i++)
		schemastore_add_dir(store, c->o->dirs.item[i]);
	if (c->o->dirs.count == 0)
		validator_add_path(&c->validator, getenv("PROV_SCHEMAS"));
	schemastore_add_dir(store, PROVKIT_DATA "/schemas");
	for (size_t i = 0; i < c->o->maps.count; i++)
		if (schemastore_add_map(store, c->o->maps.item[i], &e) !=
		    ERR_OK)
			opt_usage_error("%s", e.text);
}

static void
open_schemas(struct checker *c)
{
	enum schema_draft draft = SCHEMA_UNKNOWN;
	enum status rc;
	struct json *doc = arena_zalloc(&c->run, sizeof(*doc));
	struct err e;

	if (c->o->draft != NULL) {
		draft = schema_draft(slice_of(c->o->draft));
		if (draft == SCHEMA_UNKNOWN)
			opt_usage_error("--draft wants draft-04, draft-07 or "
			    "2020-12, not '%.40s'", c->o->draft);
	}
	find_schemas(c);
	validator_open(&c->validator, draft, c->o->formats);
	if (c->o->schema == NULL)
		return;
	rc = input_document(c->o->schema, &json_foreign, &c->run, doc);
	if (rc != ERR_OK)
		exit((int)rc);
	c->set = schema_open(&c->validator.options);
	if (schema_compile(c->set, doc, (struct slice){ "", 0 }, &c->fixed,
	    &e) != ERR_OK)
		msg_die_err(c->o->schema, &e);
	c->fixed_uri = schemastore_id(doc);
}

static void
read_form(struct checker *c)
{
	const struct opts *o = c->o;

	if (o->text + o->sarif + o->junit + o->quiet > 1)
		opt_usage_error("one of --text, --sarif, --junit and "
		    "--quiet");
	c->report.form = o->text ? CHECKREPORT_TEXT :
	    o->sarif ? CHECKREPORT_SARIF :
	    o->junit ? CHECKREPORT_JUNIT : CHECKREPORT_JSON;
}

/* What is written once all documents are known. */
static void
finish(struct checker *c, enum status worst)
{
	struct buf bytes = { 0 };

	if (!c->o->quiet)
		checkreport_end(&c->report, &bytes);
	if (worst > ERR_NO) {
		output_abandon(&c->out);
	} else {
		output_bytes(&c->out, buf_get(&bytes));
		output_commit(&c->out);
	}
	buf_free(&bytes);
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
	read_form(&c);
	read_severity(&c);
	open_schemas(&c);
	output_open(&c.out, o.output);
	for (int i = 0; i < n || i == 0; i++)
		worst = err_worst(worst, check_operand(&c, n == 0 ? NULL :
		    argv[i]));
	finish(&c, worst);
	schema_close(c.set);
	validator_close(&c.validator);
	mem_free(o.dirs.item);
	mem_free(o.maps.item);
	arena_free(&c.run);
	arena_free(&c.record);
	return (int)worst;
}
