/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docschema - --validate of prov-ingest and prov-normalize: a document held
 * against the JSON Schema of its format (layer 4).
 */
#ifndef DOCSCHEMA_H
#define DOCSCHEMA_H

#include "document.h"

struct docschema;

/* Schemas are looked for in the folders of PROV_SCHEMAS (colons between
 * them), then where they were installed. */
struct docschema *docschema_open(void);
void docschema_close(struct docschema *);	/* NULL is fine */

/* ERR_INPUT with the first thing that is wrong, or when the format has a
 * schema and it was not found.  Reports of scanners have none and pass. */
enum status docschema_check(struct docschema *, const struct document *d,
    struct err *e);

#endif
