/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence - all documents about one subject, merged: prov.evidence/v1
 * (layer 3).
 *
 * Merging is a union: it does not depend on the order of the documents, and
 * a document that is added twice counts once.  Time is linear in what the
 * documents hold, but for sorting.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "digest.h"
#include "document.h"
#include "json.h"

struct evidence;

struct evidence *evidence_open(void);
void evidence_close(struct evidence *);

/*
 * What to read the next document's stream with: its largest arrays are then
 * read while it is parsed, by a thread where there is much of them.  That is a
 * guess at what the document will turn out to be.  When anything fails and
 * evidence_sifted says that elements were taken, read the document again
 * without the sieve: where the guess was wrong this mends it, and else the
 * fault is the same.
 */
const struct json_sieve *evidence_sieve(struct evidence *);
/* Were elements taken, and no document added with them?  Forgets them: after
 * this the document's text may go. */
bool evidence_sifted(struct evidence *);

/* Reads a recognised document into the evidence; afterwards the document may
 * go.  ERR_INPUT when it is broken. */
enum status evidence_add(struct evidence *, const struct document *,
    struct err *e);

struct evidence_subject {
	const char *name;	/* NAME@VERSION or a purl; NULL: the roots' */
	const struct digest *digest;	/* NULL: what the documents say */
};

/* Hands the canonical text, without LF, to put in large pieces; once, after
 * the last document.  Nothing is put unless it is ERR_OK. */
enum status evidence_write(struct evidence *, const struct evidence_subject *,
    void (*put)(void *ctx, struct slice piece), void *ctx, struct err *e);

/* Is it prov.evidence/v1, strictly?  For those who read it. */
enum status evidence_check(const struct json *evidence, struct err *e);
/* The digest of evidence as verdicts and diffs name it: whole, or without
 * its diff member. */
struct digest evidence_digest(const struct json *evidence, bool with_diff);

#endif
