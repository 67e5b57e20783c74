/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup - text that somebody else chose, within terminals, HTML, XML and
 * Markdown (layer 1).
 */
#ifndef MARKUP_H
#define MARKUP_H

#include "mem.h"

/* How a form writes a text that it did not choose. */
typedef void markup_escape(struct buf *out, struct slice s);

/* A terminal: control characters (C0, DEL, C1) as \xNN. */
void markup_text(struct buf *out, struct slice s);
/* HTML and XML 1.0, attributes too; what XML has no place for becomes
 * U+FFFD. */
void markup_xml(struct buf *out, struct slice s);
/* A table cell: nothing that Markdown or HTML would act on. */
void markup_markdown(struct buf *out, struct slice s);

#endif
