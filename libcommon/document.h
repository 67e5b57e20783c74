/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - one input file, recognised: prov.document/v1 (layer 3).
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "digest.h"
#include "json.h"

struct format;

/* What the operator says about a file. */
struct document_options {
	const char *role;	/* NULL: as recognised */
	const char *format;	/* NULL: detect */
	const char *origin;	/* NULL: none */
	const char *const *feed;	/* NAME=EPOCH */
	size_t feeds;
};

/*
 * A sieve (see json.h) for who only passes a document on: the elements of its
 * large array are kept as canonical text.  Zero it, then document_sift before
 * each document.
 */
struct document_sieve {
	struct json_sieve sieve;
	struct slice key;	/* of the array, a member of the content */
	struct buf text;	/* the elements, commas between them */
};

const struct json_sieve *document_sift(struct document_sieve *);
void document_sieve_free(struct document_sieve *);

struct document {
	const struct format *format;
	unsigned serves;	/* enum part_role, or'ed */
	unsigned role;		/* the first of them */
	bool role_given;
	struct slice version;
	struct slice name;
	struct digest digest;	/* of the file: only prov-ingest fills it */
	uint64_t size;
	bool lossy;
	struct slice origin;
	struct json signed_by;	/* arrays and objects of our own, maybe */
	struct json feeds;	/* empty */
	struct json content;	/* the file's */
	struct json inner;	/* what its envelopes and Statement hold */
	struct json subjects;	/* the Statement's, an array; else null */
};

/* Does the text name a role? */
bool document_role(const char *name, unsigned *role);
/* Is the options' text good?  ERR_INPUT says what is not. */
enum status document_options_check(const struct document_options *options,
    struct err *e);

/*
 * Recognises content and checks what can be checked without reading all of
 * it.  Everything in *out lives in a or in content; name and digests are the
 * caller's to fill in.
 */
enum status document_recognise(const struct json *content,
    const struct document_options *options, struct arena *a,
    struct document *out, struct err *e);

/* Appends the record, with the canonical digest of its content, of which the
 * sieve (may be NULL) holds a part. */
void document_write(const struct document *d,
    const struct document_sieve *sieve, struct buf *out);
bool document_is_record(const struct json *v);
/* ERR_INPUT unless the content has the digest that the record, which was read
 * from text, states.  One that is written as prov-ingest writes it is hashed
 * as it stands. */
enum status document_check_content(const struct json *record,
    struct slice text, struct err *e);
/* A record as prov-ingest wrote it; its content is recognised again. */
enum status document_read(const struct json *record, struct arena *a,
    struct document *out, struct err *e);

#endif
