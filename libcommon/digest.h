/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest - content addresses (layer 3).
 *
 * A digest is SHA-256, written "sha256:" and 64 lower-case hex digits; of a
 * document it is taken over the RFC 8785 bytes without the stream's LF.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "sha256.h"

enum {
	DIGEST_SIZE = SHA256_SIZE,
	DIGEST_TEXT = 71	/* bytes of the text form, without a NUL */
};

struct digest {
	uint8_t sha256[DIGEST_SIZE];
};

struct digest digest_bytes(struct slice bytes);
struct digest digest_json(const struct json *v);

/* Of what was added with sha256_add; it starts again from nothing. */
struct digest digest_take(struct sha256 *h);
/* A sink for canon_stream and its like: adds what it gets to a sha256. */
enum status digest_piece(void *hasher, struct slice piece, struct err *e);

/* Writes DIGEST_TEXT bytes and a NUL. */
void digest_write(const struct digest *d, char out[DIGEST_TEXT + 1]);
char *digest_text(struct arena *a, const struct digest *d);
struct json digest_value(struct arena *a, const struct digest *d);
/* Exactly the text form: what our own documents hold. */
bool digest_read(struct slice s, struct digest *out);
/* As people give it on a command line: 64 hex digits of either case, with or
 * without the prefix. */
bool digest_option(struct slice s, struct digest *out);
/* {"sha256":"hex"} as in-toto writes it; the reader wants lower case. */
struct json digest_set(struct arena *a, const struct digest *d);
/* A member that must hold one: ERR_INPUT names it with its offset. */
enum status digest_member(const struct json *v, const char *name,
    struct digest *out, struct err *e);
bool digest_equal(const struct digest *a, const struct digest *b);
int digest_cmp(const struct digest *a, const struct digest *b);

#endif
