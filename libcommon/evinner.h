/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evinner - what evidence.c, evfindings.c and evsubject.c share (layer 3).
 */
#ifndef EVINNER_H
#define EVINNER_H

#include "digest.h"
#include "evidence.h"
#include "part.h"

struct aside;
struct format;

/* One document's contribution and what stands beside it. */
struct source {
	struct source *next;
	struct part part;
	unsigned serves;
	const char *format;
	struct slice version;
	struct slice origin;
	struct json signed_by;
	struct json feeds;	/* {name: epoch} */
	struct json subjects;	/* ["alg:hex"] */
	char digest[DIGEST_TEXT + 1];
	bool repeated;		/* another source contributes the same */
};

/* Elements that a sieve took. */
struct batch {
	int array;			/* the format's, that they are of */
	const struct json *element;
	size_t count;
	struct arena a;			/* what they are made of */
	uint64_t ticket;
};

enum {
	BATCHES = 16
};

/* The document that is being parsed, of which a sieve takes elements.  While
 * a thread reads them, the source is that thread's. */
struct early {
	struct json_sieve sieve;
	struct source *source;		/* NULL: nothing was wanted */
	const struct format *format;	/* that wanted them */
	uint32_t offset;		/* of the object that they are in */
	int array;			/* that is being read */
	struct aside *aside;		/* NULL: the second batch starts it */
	struct batch batch[BATCHES];	/* a ring */
	size_t batches;
};

struct evidence {
	struct arena a;
	struct source *first;
	struct err e;
	struct early early;
	/* The merged inventory: merged, or the only document's own. */
	struct part merged;
	struct part *all;
	bool has_sbom;
};

/* evfindings.c: the findings of all sources, joined by their ids. */
void evidence_findings(struct evidence *ev, struct set *out);
/* evsubject.c: what it is about, as the operator or the documents say. */
enum status evidence_about(struct evidence *ev,
    const struct evidence_subject *given, struct json *out, struct err *e);

#endif
