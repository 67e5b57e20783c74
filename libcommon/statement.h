/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement - in-toto Statements (layer 3).
 *
 * {"_type","predicate","predicateType","subject"}: version 1 is written,
 * versions 1 and 0.1 are read.
 */
#ifndef STATEMENT_H
#define STATEMENT_H

#include "crypt.h"
#include "digest.h"
#include "json.h"

#define STATEMENT_V1 "https://in-toto.io/Statement/v1"
#define STATEMENT_V01 "https://in-toto.io/Statement/v0.1"

enum {
	STATEMENT_SUBJECTS_MAX = 1024,
	STATEMENT_DIGESTS_MAX = 32	/* of one subject */
};

struct statement {
	bool v01;
	const struct json *subject;	/* array of objects, one at least */
	struct slice predicate_type;
	const struct json *predicate;	/* object; NULL when absent */
};

/* Members that are not known are ignored; what points into doc. */
enum status statement_read(const struct json *doc, struct statement *out,
    struct err *e);
/* Whether doc claims to be one, of any version. */
bool statement_is(const struct json *doc);

/*
 * ERR_OK: a subject (of this name, unless it has no data) is what digest
 * gives the hashes of: one of SHA-256, SHA-384 and SHA-512 at least is the
 * same, and none differs.  ERR_NO: none is.  digest answers ERR_OK, ERR_NO
 * for a hash that cannot be had, or ERR_SYSTEM, which ends it.
 */
enum status statement_about(const struct statement *s, struct slice name,
    enum status (*digest)(void *ctx, enum crypt_hash hash, uint8_t *out,
    struct err *e), void *ctx, struct err *e);

/* {"digest":{"sha256":...},"name":...}; name may have no data. */
struct json statement_resource(struct arena *a, struct slice name,
    const struct digest *d);
/* What a command line says of a subject. */
struct statement_subject {
	struct slice name;
	enum crypt_hash hash;
	uint8_t digest[CRYPT_HASH_MAX];
};

/* NAME=DIGEST, the digest being what follows the last '=': digits of
 * SHA-256, or of what stands before a colon, sha256, sha384 or sha512. */
enum status statement_option(const char *text, struct statement_subject *out,
    struct err *e);
struct json statement_named(struct arena *a,
    const struct statement_subject *s);

/* Version 1; subjects are sorted. */
struct json statement_write(struct arena *a, struct json subjects,
    struct slice predicate_type, struct json predicate);

#endif
