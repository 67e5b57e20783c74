/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "docschema.h"
#include "schema.h"
#include "schemastore.h"

enum {
	SCHEMAS_MAX = 32	/* more than there are formats and versions */
};

struct docschema {
	struct schemastore store;
	struct schema_set *set;
	struct arena a;
	struct {
		const char *file;
		struct json doc;
		const struct schema *schema;
	} known[SCHEMAS_MAX];
	size_t count;
};

struct docschema *
docschema_open(void)
{
	struct docschema *s = mem_alloc(sizeof(*s));
	const char *env = getenv("PROV_SCHEMAS");
	struct schema_options options = { .assert_format = true,
		.load = schemastore_load, .ctx = &s->store };

	memset(s, 0, sizeof(*s));
	if (env != NULL && env[0] != '\0') {
		char *list = arena_dup(&s->a, slice_of(env)), *save;

		for (char *dir = strtok_r(list, ":", &save); dir != NULL;
		    dir = strtok_r(NULL, ":", &save))
			schemastore_add_dir(&s->store, dir);
	}
	schemastore_add_dir(&s->store, PROVKIT_DATA "/schemas");
	s->set = schema_open(&options);
	return s;
}

void
docschema_close(struct docschema *s)
{
	if (s == NULL)
		return;
	schema_close(s->set);
	schemastore_free(&s->store);
	arena_free(&s->a);
	mem_free(s);
}

/* Compiled once for all documents of one format and version. */
static enum status
schema_of(struct docschema *s, const struct schemastore_kind *kind,
    const struct schema **out, struct err *e)
{
	struct slice uri;
	enum status rc;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->known[i].file, kind->file) == 0) {
			*out = s->known[i].schema;
			return ERR_OK;
		}
	if (s->count == SCHEMAS_MAX)
		return err_bad(e, "more than %d schemas", SCHEMAS_MAX);
	rc = schemastore_named(&s->store, kind->file,
	    &s->known[s->count].doc, &uri, e);
	if (rc == ERR_NO)
		return err_bad(e, "no schema %s for --validate in "
		    "PROV_SCHEMAS", kind->file);
	if (rc == ERR_OK)
		rc = schema_compile(s->set, &s->known[s->count].doc, uri,
		    &s->known[s->count].schema, e);
	if (rc != ERR_OK)
		return rc;
	*out = s->known[s->count].schema;
	s->known[s->count++].file = arena_dup(&s->a, slice_of(kind->file));
	return ERR_OK;
}

enum status
docschema_check(struct docschema *s, const struct document *d, struct err *e)
{
	struct arena a = { NULL, NULL, NULL };
	struct schema_report report = { .arena = &a };
	struct schemastore_kind kind;
	const struct schema *schema = NULL;
	enum status rc;

	if (!schemastore_recognise(&a, &d->inner, &kind)) {
		arena_free(&a);
		return ERR_OK;
	}
	rc = schema_of(s, &kind, &schema, e);
	if (rc == ERR_OK)
		rc = schema_check(schema, &d->inner, &report, e);
	if (rc == ERR_NO && report.count > 0)
		rc = err_input(e, report.error[0].offset,
		    "not valid by %s: %s: %s", kind.file,
		    report.error[0].instance, report.error[0].message);
	else if (rc == ERR_NO)
		rc = err_bad(e, "not valid by %s", kind.file);
	mem_free(report.error);
	arena_free(&a);
	return rc;
}
