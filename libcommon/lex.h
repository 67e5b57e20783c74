/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex - the tokens of strict JSON, for json and canon (layer 1).
 *
 * The one place that knows what RFC 8259 and RFC 7493 allow in strings,
 * numbers and between documents; json makes a tree of the tokens, canon
 * canonical bytes.  Functions that return false have filled l->e and l->rc.
 */
#ifndef LEX_H
#define LEX_H

#include "json.h"

struct lex {
	struct json_stream *s;
	const struct json_limits *limits;
	struct err *e;
	enum status rc;
	const char *doc;	/* the document's first byte */
	const char *p;		/* the next byte */
	const char *end;	/* behind the last byte there is */
};

/* Finds the next document; false with rc ERR_OK at the stream's end.  *got is
 * what is returned. */
bool lex_begin(struct lex *l, struct json_stream *s,
    const struct json_limits *limits, bool *got, struct err *e);
/* The document is complete: moves the stream behind it. */
bool lex_finish(struct lex *l);

/* More bytes behind end; false at the end of the stream or on an error. */
bool lex_fill(struct lex *l);
/* Skips white space; the byte that follows, or -1 at the end (or on an
 * error, which rc tells). */
int lex_space(struct lex *l);
/* At the quote: *raw is what stands between the quotes, valid and perhaps
 * escaped. */
bool lex_string(struct lex *l, struct slice *raw, bool *escaped);
/* Writes what raw means, at most raw.len bytes; returns how many. */
size_t lex_unescape(char *out, struct slice raw);
/* At '-' or a digit; *canonical says that RFC 8785 writes this very text. */
bool lex_number(struct lex *l, struct slice *text, bool *canonical);
/* At its first letter. */
bool lex_literal(struct lex *l, const char *word);

/* Refuse what stands at l->p, or at "at"; always false. */
bool lex_expected(struct lex *l, const char *what);
bool lex_refuse(struct lex *l, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static inline uint32_t
lex_offset(const struct lex *l, const char *at)
{
	return (uint32_t)(at - l->doc);
}

#endif
