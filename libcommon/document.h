/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - one input file, recognised: prov.document/v1 (layer 3).
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "digest.h"
#include "json.h"

struct format;
struct sidehash;

/* What the operator says about a file. */
struct document_options {
	const char *role;	/* NULL: as recognised */
	const char *format;	/* NULL: detect */
	const char *origin;	/* NULL: none */
	const char *const *feed;	/* NAME=EPOCH */
	size_t feeds;
};

/* For who only passes a document on: drops what is in its large arrays but for
 * the first elements, which is all that document_recognise looks at. */
extern const struct json_sieve document_sieve;

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

/* The record, but for the canonical text of its content, which stands between
 * before and behind and has this digest. */
void document_write(const struct document *d, const struct digest *canonical,
    struct buf *before, struct buf *behind);
bool document_is_record(const struct json *v);

/*
 * The hash of a record's content, which a thread makes while the record is
 * read: a sieve in front of another, which sees how far the reader has come.
 * Zero it to begin; free it before the text goes.
 */
struct document_hash {
	struct json_sieve sieve;
	const struct json_sieve *behind;
	const struct json_stream *stream;
	struct sidehash *hash;	/* NULL: nothing was large enough */
	uint32_t from;		/* where the content begins in the document, */
	uint32_t upto;		/* and how much of the document is hashed */
};

/* For the next document of the stream; forgets the last one. */
const struct json_sieve *document_hash_sieve(struct document_hash *h,
    const struct json_sieve *behind, const struct json_stream *stream);
void document_hash_free(struct document_hash *h);

/* ERR_INPUT unless the content has the digest that the record, which was read
 * from text with h, states.  One that is written as prov-ingest writes it is
 * hashed as it stands. */
enum status document_check_content(const struct json *record,
    struct slice text, struct document_hash *h, struct err *e);
/* A record as prov-ingest wrote it; its content is recognised again. */
enum status document_read(const struct json *record, struct arena *a,
    struct document *out, struct err *e);

#endif
