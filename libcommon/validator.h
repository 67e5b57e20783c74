/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validator - documents against the schemas that their content asks for
 * (layer 3).  A schema is found and compiled once, at its first document.
 */
#ifndef VALIDATOR_H
#define VALIDATOR_H

#include "map.h"
#include "schemastore.h"

struct validator {
	struct arena arena;
	struct schemastore store;
	struct schema_options options;
	struct map known;	/* schema file -> index into entry */
	struct validator_entry *entry;
	size_t count;
};

/* v is zeroed and its store has its folders. */
void validator_open(struct validator *v, enum schema_draft draft,
    bool assert_format);
/* Adds the folders of a list separated by colons; NULL is fine. */
void validator_add_path(struct validator *v, const char *list);
/* The schema for a document: ERR_INPUT if its content is of no format that
 * has one, or the schema is nowhere or does not compile. */
enum status validator_find(struct validator *v, const struct json *doc,
    struct schemastore_kind *kind, const struct schema **schema,
    struct slice *uri, struct err *e);
void validator_close(struct validator *v);

#endif
