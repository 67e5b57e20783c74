/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schemastore - where schema documents are found (layer 3).
 *
 * Folders of *.json files and prefixes of URIs that stand for folders; no
 * network.  A document is found by the last segment of its URI as a file
 * name, and else by the $id that a file of the folders states; a query in
 * either is not compared.
 */
#ifndef SCHEMASTORE_H
#define SCHEMASTORE_H

#include "schema.h"

struct schemastore {
	struct arena arena;
	const char **dir;	/* searched in order */
	size_t dirs;
	const char **map;	/* "URI=DIR"; the longest prefix wins */
	size_t maps;
	struct schemastore_file *file;	/* every file of the folders, once one
					 * had to be looked for by $id */
	size_t files;
	bool scanned;
};

/* ERR_INPUT: "URI=DIR" without '='. */
enum status schemastore_add_map(struct schemastore *s, const char *map,
    struct err *e);
/* DIR, and DIR/meta, where the metaschemas are kept. */
void schemastore_add_dir(struct schemastore *s, const char *dir);
/* What schema_options.load wants; ctx is a struct schemastore. */
enum status schemastore_load(void *ctx, struct slice uri, struct arena *a,
    struct json *out, struct err *e);
/* A file of the folders by its name; ERR_NO if none has it.  *uri is the
 * document's $id, or the name. */
enum status schemastore_named(struct schemastore *s, const char *name,
    struct json *out, struct slice *uri, struct err *e);
/* $id, or the id of draft-04; no data if there is none. */
struct slice schemastore_id(const struct json *doc);
void schemastore_free(struct schemastore *s);

/* What a document is, by its content, and the name of its schema's file. */
struct schemastore_kind {
	const char *format;	/* "cyclonedx", or an own kind */
	const char *version;
	const char *file;
};

/* False if it is none of the formats that have a schema. */
bool schemastore_recognise(struct arena *a, const struct json *doc,
    struct schemastore_kind *out);

#endif
