/* SPDX-License-Identifier: Apache-2.0 */
/* spdx - the two families of SPDX behind one name (layer 3). */
#ifndef SPDX_H
#define SPDX_H

#include "part.h"

/* 2.2 and 2.3: documents, packages, relationships. */
bool spdx2_is(const struct json *doc);
enum status spdx2_check(const struct json *doc, struct slice *version,
    unsigned *serves, struct err *e);
void spdx2_read(struct part *p, const struct json *doc);

/* 3.0.1: a graph of elements, read as plain JSON. */
bool spdx3_is(const struct json *doc);
enum status spdx3_check(const struct json *doc, struct slice *version,
    unsigned *serves, struct err *e);
void spdx3_read(struct part *p, const struct json *doc);

/*
 * A LicenseRef is local to its document: two documents may use one id for two
 * texts.  Alone it is its name, in an expression its text's digest.  texts
 * knows those of the document.
 */
void spdx_license_text(struct part *p, struct map *texts, struct slice id,
    struct slice name, struct slice text);
/* NOASSERTION (nobody said) and NONE (there is none) are no licences. */
void spdx_license(struct part *p, const struct map *texts, uint32_t c,
    struct slice expression);

#endif
