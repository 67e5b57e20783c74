/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrydoc - prov.entry/v1, an entry as a document (layer 3).
 */
#ifndef ENTRYDOC_H
#define ENTRYDOC_H

#include "entry.h"

#define ENTRYDOC_KIND "prov.entry/v1"

/*
 * Appends the canonical bytes of the document of an entry that s gave; no
 * LF.  full adds the bytes (in base64) of envelopes and parts or, where the
 * end of the evidence is missing, the tree and the chunks there are, as export
 * writes them; without, s may be NULL.
 */
enum status entrydoc_write(struct entry_store *s, const struct entry *entry,
    bool full, struct buf *out, struct err *e);
/*
 * Strict.  Nothing derived is believed: entry_put computes it again.
 * Documents are in canonical form, everything is in the arena.
 */
enum status entrydoc_read(const struct json *doc, struct arena *a,
    struct entry *out, struct err *e);

#endif
