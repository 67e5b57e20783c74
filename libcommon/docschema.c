/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "docschema.h"
#include "validator.h"

struct docschema {
	struct validator validator;
};

struct docschema *
docschema_open(void)
{
	struct docschema *s = mem_alloc(sizeof(*s));

	memset(s, 0, sizeof(*s));
	validator_add_path(&s->validator, getenv("PROV_SCHEMAS"));
	schemastore_add_dir(&s->validator.store, PROVKIT_DATA "/schemas");
	validator_open(&s->validator, SCHEMA_UNKNOWN, true);
	return s;
}

void
docschema_close(struct docschema *s)
{
	if (s == NULL)
		return;
	validator_close(&s->validator);
	mem_free(s);
}

enum status
docschema_check(struct docschema *s, const struct document *d, struct err *e)
{
	struct arena a = { NULL, NULL, NULL };
	struct schema_report report = { .arena = &a };
	struct schemastore_kind kind;
	const struct schema *schema = NULL;
	struct slice uri;
	enum status rc;

	if (!schemastore_recognise(&a, &d->inner, &kind)) {
		arena_free(&a);
		return ERR_OK;
	}
	rc = validator_find(&s->validator, &d->inner, &kind, &schema, &uri,
	    e);
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
