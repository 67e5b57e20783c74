/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "validator.h"

struct validator_entry {
	struct schema_set *set;	/* its own: a schema that does not compile
				 * must not take others with it */
	const struct schema *schema;
	struct slice uri;
	struct schemastore_kind kind;
	enum status rc;		/* what finding it came to, once for all */
	struct err e;
};

void
validator_open(struct validator *v, enum schema_draft draft,
    bool assert_format)
{
	v->options = (struct schema_options){ .draft = draft,
		.assert_format = assert_format, .load = schemastore_load,
		.ctx = &v->store };
}

void
validator_add_path(struct validator *v, const char *list)
{
	char *copy, *save;

	if (list == NULL)
		return;
	copy = arena_dup(&v->arena, slice_of(list));
	for (char *dir = strtok_r(copy, ":", &save); dir != NULL;
	    dir = strtok_r(NULL, ":", &save))
		schemastore_add_dir(&v->store, dir);
}

static enum status
open_entry(struct validator *v, struct validator_entry *entry)
{
	struct json *file = arena_zalloc(&v->arena, sizeof(*file));
	enum status rc = schemastore_named(&v->store, entry->kind.file, file,
	    &entry->uri, &entry->e);

	if (rc == ERR_NO)
		return err_bad(&entry->e, "no schema %s in PROV_SCHEMAS or the "
		    "schema folders (see prov-check(1))", entry->kind.file);
	if (rc == ERR_OK) {
		entry->set = schema_open(&v->options);
		rc = schema_compile(entry->set, file, entry->uri,
		    &entry->schema, &entry->e);
	}
	/* An offset in the schema is none in the document. */
	if (rc != ERR_OK && entry->e.has_offset)
		return err_bad(&entry->e, "schema %s: %s", entry->kind.file,
		    arena_dup(&v->arena, slice_of(entry->e.text)));
	return rc;
}

enum status
validator_find(struct validator *v, const struct json *doc,
    struct schemastore_kind *kind, const struct schema **schema,
    struct slice *uri, struct err *e)
{
	struct arena scratch = { 0 };
	struct validator_entry *entry;
	size_t *at = NULL;
	bool fresh;

	if (!schemastore_recognise(&scratch, doc, kind)) {
		arena_free(&scratch);
		return err_input(e, doc->offset, "no format that has a schema "
		    "(looked for CycloneDX 1.2 to 1.7, SPDX 2.2, 2.3 and "
		    "3.0.1, OpenVEX 0.2.0, CSAF 2.0, SARIF 2.1.0, in-toto, "
		    "own kinds): use --schema");
	}
	at = map_find(&v->known, slice_of(kind->file));
	arena_free(&scratch);
	if (at == NULL) {
		(void)schemastore_recognise(&v->arena, doc, kind);
		v->entry = mem_array(v->entry, v->count + 1,
		    sizeof(*v->entry));
		entry = &v->entry[v->count];
		*entry = (struct validator_entry){ .kind = *kind };
		entry->rc = open_entry(v, entry);
		at = map_put(&v->known, slice_of(kind->file), &fresh);
		*at = v->count++;
	}
	entry = &v->entry[*at];
	*kind = entry->kind;
	*schema = entry->schema;
	*uri = entry->uri;
	if (entry->rc != ERR_OK)
		*e = entry->e;
	return entry->rc;
}

void
validator_close(struct validator *v)
{
	for (size_t i = 0; i < v->count; i++)
		schema_close(v->entry[i].set);
	schemastore_free(&v->store);
	map_free(&v->known);
	mem_free(v->entry);
	arena_free(&v->arena);
}
