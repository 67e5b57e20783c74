/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto - in-toto Statements, bare, in DSSE or in a Sigstore bundle
 * (layer 3).  Says what they hold; whether the signatures hold is asked
 * elsewhere.
 */
#ifndef INTOTO_H
#define INTOTO_H

#include "json.h"

/*
 * Takes envelopes and Statements off doc until something else is there.
 * *inner is that, in a or in doc; *subjects the innermost Statement's
 * subject, an array, or null where there was no Statement.  A Statement
 * whose predicate is none of the document types is left on.
 */
enum status intoto_unwrap(const struct json *doc, bool lossy_ok,
    struct arena *a, struct json *inner, struct json *subjects, bool *lossy,
    struct err *e);

#endif
