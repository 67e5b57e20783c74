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

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <string.h>

#include "json.h"

struct lex {
	struct json_stream *s;
	const struct json_limits *limits;
	struct err *e;
	enum status rc;
	uint64_t start;		/* where the document begins in the stream */
	const char *p;		/* the next byte */
	const char *end;	/* behind the last byte there is */
	uint32_t depth;		/* containers that are open */
};

/* Finds the next document; false with rc ERR_OK at the stream's end.  *got is
 * what is returned. */
bool lex_begin(struct lex *l, struct json_stream *s,
    const struct json_limits *limits, bool *got, struct err *e);
/* The document is complete: moves the stream behind it. */
bool lex_finish(struct lex *l);

/* More bytes behind end; false at the end of the stream or on an error. */
bool lex_fill(struct lex *l);
/* The same at the end of the window, nothing of which is needed any more: its
 * memory may be used again. */
bool lex_refill(struct lex *l);
/* What lex_space, lex_open and lex_string, below, do at the end of the window,
 * at the limit, and with strings that are not plain; p is inside of one. */
int lex_space_more(struct lex *l);
bool lex_too_deep(struct lex *l);
bool lex_string_more(struct lex *l, const char *p, struct slice *raw,
    bool *escaped);
/* Writes what raw means, at most raw.len bytes; returns how many. */
size_t lex_unescape(char *out, struct slice raw);
/* At '-' or a digit; *canonical says that RFC 8785 writes this very text. */
bool lex_number(struct lex *l, struct slice *text, bool *canonical);
/* At its first letter. */
bool lex_literal(struct lex *l, const char *word);

/* Inside of a string: checks the escape, or the character outside ASCII, at
 * p; the byte behind it, or NULL. */
const char *lex_escape(struct lex *l, const char *p);
const char *lex_wide(struct lex *l, const char *p);

/* Refuses a key that the object has already; offset is the second one's. */
bool lex_duplicate(struct lex *l, struct slice key, uint32_t offset);
/* Refuse what stands at l->p, or at "at"; always false. */
bool lex_expected(struct lex *l, const char *what);
bool lex_refuse(struct lex *l, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Where a byte of the window is in the document. */
static inline uint64_t
lex_offset(const struct lex *l, const char *at)
{
	return l->s->base + (uint64_t)(at - l->s->window) - l->start;
}

/*
 * The two loops that see nearly every byte.  SSE2 where it is; elsewhere
 * words or bytes.
 */

#ifdef __SSE2__
/* Which of the 16 bytes at p end a run of plain string bytes: those that are
 * not ASCII, control, quote or backslash. */
static inline unsigned
lex_special16(__m128i v)
{
	/* Signed: bytes from 0x80 on are below a space as well. */
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(
	    _mm_cmplt_epi8(v, _mm_set1_epi8(' ')), _mm_or_si128(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
	    _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')))));
}
#endif

/* Whether one of the 8 bytes of v may be such; false alarms only where a
 * lower byte truly is. */
static inline bool
lex_special8(uint64_t v)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\';

	return ((v | (v - ones * ' ') | (quote - ones) | (backslash - ones)) &
	    ones << 7) != 0;
}

static inline bool
lex_is_plain(char c)
{
	return c >= ' ' && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Over bytes of a string that stand for themselves. */
static inline const char *
lex_skip_plain(const char *p, const char *end)
{
	uint64_t v;

#ifdef __SSE2__
	while (end - p >= 16) {
		unsigned special = lex_special16(
		    _mm_loadu_si128((const __m128i *)(const void *)p));

		if (special != 0)
			return p + __builtin_ctz(special);
		p += 16;
	}
#endif
	for (; end - p >= 8; p += 8) {
		memcpy(&v, p, 8);
		if (lex_special8(v))
			break;
	}
	if (end - p >= 4) {
		/* The other half does as plain bytes. */
		v = UINT64_C(0x2020202020202020);
		memcpy(&v, p, 4);
		if (!lex_special8(v))
			p += 4;
	}
	while (p < end && lex_is_plain(*p))
		p++;
	return p;
}

/* Copies such bytes to *out, which it moves; stores up to 15 too many. */
static inline const char *
lex_copy_plain(const char *p, const char *end, char **out)
{
	char *o = *out;
	uint64_t v;

#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i w = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned special = lex_special16(w);

		_mm_storeu_si128((__m128i *)(void *)o, w);
		if (special != 0) {
			*out = o + __builtin_ctz(special);
			return p + __builtin_ctz(special);
		}
		p += 16;
		o += 16;
	}
#endif
	for (; end - p >= 8; p += 8, o += 8) {
		memcpy(&v, p, 8);
		if (lex_special8(v))
			break;
		memcpy(o, &v, 8);
	}
	while (p < end && lex_is_plain(*p))
		*o++ = *p++;
	*out = o;
	return p;
}

static inline bool
lex_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *
lex_skip_space(const char *p, const char *end)
{
	/* None, or one space: to step by a known length is fast, as the
	 * processor need not wait for the byte. */
	if (p < end && *p > ' ')
		return p;
	if (end - p > 1 && *p == ' ' && p[1] > ' ')
		return p + 1;
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned other = 0xffff ^ (unsigned)_mm_movemask_epi8(
		    _mm_or_si128(_mm_or_si128(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))), _mm_or_si128(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')),
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('\t')))));

		if (other != 0)
			return p + __builtin_ctz(other);
		p += 16;
	}
#endif
	while (p < end && lex_is_space(*p))
		p++;
	return p;
}

/* Skips white space; the byte that follows, or -1 at the end (or on an
 * error, which rc tells). */
static inline int
lex_space(struct lex *l)
{
	l->p = lex_skip_space(l->p, l->end);
	return l->p < l->end ? (unsigned char)*l->p : lex_space_more(l);
}

/* At '{' or '['; and at its end. */
static inline bool
lex_open(struct lex *l)
{
	if (l->depth == l->limits->max_depth)
		return lex_too_deep(l);
	l->depth++;
	if (l->depth > l->s->depth)
		l->s->depth = l->depth;
	l->p++;
	return true;
}

static inline void
lex_close(struct lex *l)
{
	l->depth--;
	l->p++;
}

/* At the quote: *raw is what stands between the quotes, valid and perhaps
 * escaped. */
static inline bool
lex_string(struct lex *l, struct slice *raw, bool *escaped)
{
	const char *start = l->p + 1, *p = lex_skip_plain(start, l->end);

	*escaped = false;
	if (p == l->end || *p != '"')
		return lex_string_more(l, p, raw, escaped);
	*raw = (struct slice){ start, (size_t)(p - start) };
	l->p = p + 1;
	return true;
}

#endif
