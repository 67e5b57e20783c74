/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lex.h"
#include "number.h"
#include "utf8.h"

/* Numbers of this many digits are their own canonical form (DBL_DIG). */
enum {
	SAFE_DIGITS = 15
};

static const char largest_safe[] = "9007199254740992";	/* 2^53 */

/* offset is the document's. */
__attribute__((format(printf, 3, 0))) static bool
refuse(struct lex *l, uint64_t offset, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_MAX];
	char record[40] = "";

	if (l->rc != ERR_OK)
		return false;	/* the first error wins */
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	if (l->s->count > 0)
		(void)snprintf(record, sizeof(record),
		    " (record %" PRIu64 ")", l->s->count + 1);
	l->rc = err_input(l->e, l->start + offset, "%s%s", text, record);
	return false;
}

__attribute__((format(printf, 3, 4))) static bool
refuse_at(struct lex *l, uint64_t offset, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)refuse(l, offset, fmt, ap);
	va_end(ap);
	return false;
}

bool
lex_refuse(struct lex *l, const char *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)refuse(l, lex_offset(l, at), fmt, ap);
	va_end(ap);
	return false;
}

/* What stands at l->p, in words. */
static const char *
found(const struct lex *l, char out[24])
{
	unsigned char c;

	if (l->p >= l->end)
		return "the end of the input";
	c = (unsigned char)*l->p;
	if (c > ' ' && c < 0x7f)
		(void)snprintf(out, 24, "'%c'", c);
	else
		(void)snprintf(out, 24, "byte 0x%02X", c);
	return out;
}

bool
lex_expected(struct lex *l, const char *what)
{
	char text[24];

	return lex_refuse(l, l->p, "found %s, expected %s", found(l, text),
	    what);
}

static bool
too_large(struct lex *l)
{
	return refuse_at(l, 0, "document larger than the limit of %"
	    PRIu64 " bytes", l->limits->max_size);
}

bool
lex_fill(struct lex *l)
{
	struct json_stream *s = l->s;
	size_t before = s->len;

	while (s->len == before && !s->eof && s->more != NULL) {
		if (lex_offset(l, l->end) > l->limits->max_size)
			return too_large(l);
		l->rc = s->more(s, l->e);
		if (l->rc != ERR_OK)
			return false;
	}
	l->end = s->window + s->len;
	return s->len > before;
}

bool
lex_refill(struct lex *l)
{
	struct json_stream *s = l->s;

	s->pos = s->len;
	if (s->discard != NULL)
		s->discard(s);
	l->p = l->end = s->window + s->pos;
	return lex_fill(l);
}

/* True when n bytes are there from p on. */
static inline bool
have(struct lex *l, const char *p, ptrdiff_t n)
{
	while (l->end - p < n)
		if (!lex_fill(l))
			return false;
	return true;
}

int
lex_space_more(struct lex *l)
{
	while (lex_fill(l)) {
		l->p = lex_skip_space(l->p, l->end);
		if (l->p < l->end)
			return (unsigned char)*l->p;
	}
	return -1;
}

/* White space between documents may be endless: it is let go as it is
 * read.  *line_feed is set when one was among it. */
static int
skip_between(struct lex *l, bool *line_feed)
{
	struct json_stream *s = l->s;

	for (;;) {
		for (; l->p < l->end; l->p++) {
			*line_feed |= *l->p == '\n';
			if (!lex_is_space(*l->p))
				return (unsigned char)*l->p;
		}
		l->start = s->base + s->len;	/* nothing of it yet */
		if (!lex_refill(l))
			return -1;
	}
}

bool
lex_begin(struct lex *l, struct json_stream *s,
    const struct json_limits *limits, bool *got, struct err *e)
{
	bool line_feed = s->count == 0;
	int c;

	if (s->window == NULL)
		s->window = "";	/* no arithmetic on NULL */
	if (s->discard != NULL)
		s->discard(s);
	*l = (struct lex){ .s = s, .limits = limits, .e = e };
	l->p = s->window + s->pos;
	l->end = s->window + s->len;
	l->start = s->base + s->pos;
	s->lossy = false;
	s->depth = 0;
	*got = false;
	c = skip_between(l, &line_feed);
	if (l->rc != ERR_OK)
		return false;
	if (c < 0 && s->count > 0)
		return false;
	if (!line_feed)
		return lex_expected(l, "a line feed before the next document, "
		    "or the end of the input");
	s->pos = (size_t)(l->p - s->window);
	s->start = l->start = s->base + s->pos;
	if (c < 0)
		return lex_expected(l, "a JSON document");
	if (c == 0xef && have(l, l->p, 3) &&
	    memcmp(l->p, "\xef\xbb\xbf", 3) == 0)
		return lex_refuse(l, l->p, "found a byte order mark, "
		    "expected a JSON document without one");
	*got = l->rc == ERR_OK;
	return *got;
}

bool
lex_finish(struct lex *l)
{
	if (lex_offset(l, l->p) > l->limits->max_size)
		return too_large(l);
	l->s->pos = (size_t)(l->p - l->s->window);
	l->s->count++;
	return true;
}

bool
lex_too_deep(struct lex *l)
{
	return lex_refuse(l, l->p, "nesting deeper than the limit of "
	    "%" PRIu32, l->limits->max_depth);
}

bool
lex_duplicate(struct lex *l, struct slice key, uint32_t offset)
{
	return refuse_at(l, offset,
	    "found key '%.*s' twice in one object",
	    key.len > 64 ? 64 : (int)key.len, key.data);
}

static int
digit16(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at p, which are there. */
static int
read16(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int d = digit16(p[i]);

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* The code unit of the \u at p, or -1 (and an error). */
static int
code_unit(struct lex *l, const char *p)
{
	int unit = have(l, p, 6) ? read16(p + 2) : -1;

	if (unit >= 0)
		return unit;
	l->p = p + 2;
	while (l->p < l->end && l->p < p + 6 && digit16(*l->p) >= 0)
		l->p++;
	lex_expected(l, "four hexadecimal digits behind \\u");
	return -1;
}

const char *
lex_escape(struct lex *l, const char *p)
{
	int unit;

	if (!have(l, p, 2)) {
		l->p = l->end;
		lex_expected(l, "the rest of a string");
		return NULL;
	}
	if (p[1] != 'u') {
		if (p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL)
			return p + 2;
		l->p = p + 1;
		lex_expected(l, "one of \" \\ / b f n r t u behind a "
		    "backslash");
		return NULL;
	}
	unit = code_unit(l, p);
	if (unit < 0)
		return NULL;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		int second = -1;

		if (have(l, p, 8) && p[6] == '\\' && p[7] == 'u') {
			second = code_unit(l, p + 6);
			if (second < 0)
				return NULL;
		}
		if (second >= 0xdc00 && second <= 0xdfff)
			return p + 12;
	} else if (unit < 0xdc00 || unit > 0xdfff) {
		return p + 6;
	}
	lex_refuse(l, p, "found the lone surrogate \\u%04X, expected a pair",
	    (unsigned)unit);
	return NULL;
}

const char *
lex_wide(struct lex *l, const char *p)
{
	size_t n;

	(void)have(l, p, 4);
	n = utf8_sequence(p, (size_t)(l->end - p));
	if (n > 0)
		return p + n;
	l->p = p;
	lex_expected(l, "valid UTF-8");
	return NULL;
}

bool
lex_string_more(struct lex *l, const char *p, struct slice *raw,
    bool *escaped)
{
	const char *start = l->p + 1;

	for (;; p = lex_skip_plain(p, l->end)) {
		if (p == l->end) {
			l->p = p;
			if (!lex_fill(l))
				return lex_expected(l, "the rest of a string");
			continue;
		}
		if (*p == '"')
			break;
		if (*p == '\\') {
			*escaped = true;
			p = lex_escape(l, p);
		} else if ((unsigned char)*p >= 0x80) {
			p = lex_wide(l, p);
		} else {
			l->p = p;
			return lex_expected(l, "control characters in strings "
			    "to be escaped");
		}
		if (p == NULL)
			return false;
	}
	*raw = (struct slice){ start, (size_t)(p - start) };
	l->p = p + 1;
	return true;
}

size_t
lex_unescape(char *out, struct slice raw)
{
	const char *p = raw.data, *end = p + raw.len;
	char *o = out;

	while (p < end) {
		const char *q = memchr(p, '\\', (size_t)(end - p));
		uint32_t cp;

		if (q == NULL)
			q = end;
		memmove(o, p, (size_t)(q - p));
		o += q - p;
		if (q == end)
			break;
		p = q + 2;
		switch (q[1]) {
		case 'b':
			*o++ = '\b';
			break;
		case 'f':
			*o++ = '\f';
			break;
		case 'n':
			*o++ = '\n';
			break;
		case 'r':
			*o++ = '\r';
			break;
		case 't':
			*o++ = '\t';
			break;
		case 'u':
			cp = (uint32_t)read16(p);
			p += 4;
			if (cp >= 0xd800 && cp <= 0xdbff) {
				cp = 0x10000 + ((cp - 0xd800) << 10) +
				    ((uint32_t)read16(p + 2) - 0xdc00);
				p += 6;
			}
			o += utf8_write(o, cp);
			break;
		default:
			*o++ = q[1];
		}
	}
	return (size_t)(o - out);
}

static inline bool
is_digit(const char *p)
{
	return *p >= '0' && *p <= '9';
}

/* Moves l->p over digits, at least one. */
static bool
digits(struct lex *l, const char *what)
{
	const char *start = l->p;

	for (;;) {
		while (l->p < l->end && is_digit(l->p))
			l->p++;
		if (l->p < l->end || !lex_fill(l))
			break;
	}
	if (l->rc != ERR_OK)
		return false;
	return l->p > start || lex_expected(l, what);
}

static bool
next_is(struct lex *l, char c)
{
	return have(l, l->p, 1) && *l->p == c;
}

/* A whole number of more digits than are always safe. */
static bool
check_whole(struct lex *l, struct slice text)
{
	double d;

	if (!number_read(text, &d))
		return lex_refuse(l, text.data,
		    "found a number too large for a double");
	if (number_kept(text))
		return true;
	if (!l->limits->lossy)
		return lex_refuse(l, text.data, "found whole number %.*s%s, "
		    "expected one that a double can hold",
		    text.len > 40 ? 40 : (int)text.len, text.data,
		    text.len > 40 ? "..." : "");
	l->s->lossy = true;
	return true;
}

/*
 * Whether INT.FRAC is its own canonical form: its digits are few enough that
 * no other text of as many names the same double, it is not in the range of
 * exponents, and no zero is too many.
 */
static bool
is_plain_fraction(struct slice whole, struct slice fraction)
{
	size_t zeros = 0;

	if (fraction.data[fraction.len - 1] == '0' ||
	    whole.len + fraction.len > SAFE_DIGITS + 1)
		return false;
	if (whole.data[0] != '0')
		return whole.len + fraction.len <= SAFE_DIGITS;
	while (fraction.data[zeros] == '0')
		zeros++;
	return zeros <= 5;
}

bool
lex_number(struct lex *l, struct slice *text, bool *canonical)
{
	const char *start = l->p;
	struct slice whole, fraction = { NULL, 0 };
	bool exponent = false;
	double d;

	*canonical = false;
	if (*l->p == '-')
		l->p++;
	whole.data = l->p;
	if (!digits(l, "a digit"))
		return false;
	whole.len = (size_t)(l->p - whole.data);
	if (whole.data[0] == '0' && whole.len > 1)
		return lex_refuse(l, whole.data,
		    "found a number with a leading zero");
	if (next_is(l, '.')) {
		l->p++;
		fraction.data = l->p;
		if (!digits(l, "a digit behind the decimal point"))
			return false;
		fraction.len = (size_t)(l->p - fraction.data);
	}
	if (next_is(l, 'e') || next_is(l, 'E')) {
		exponent = true;
		l->p++;
		if (next_is(l, '+') || next_is(l, '-'))
			l->p++;
		if (!digits(l, "a digit in the exponent"))
			return false;
	}
	if (l->rc != ERR_OK)
		return false;
	*text = (struct slice){ start, (size_t)(l->p - start) };
	if (exponent || whole.len > 308) {
		if (exponent || fraction.len > 0)
			return number_read(*text, &d) || lex_refuse(l, start,
			    "found a number too large for a double");
		return check_whole(l, *text);
	}
	if (fraction.len > 0) {
		*canonical = is_plain_fraction(whole, fraction);
		return true;
	}
	if (whole.len <= SAFE_DIGITS ||
	    (whole.len == sizeof(largest_safe) - 1 &&
	    memcmp(whole.data, largest_safe, whole.len) <= 0)) {
		*canonical = whole.data[0] != '0' || start == whole.data;
		return true;
	}
	return check_whole(l, *text);
}

bool
lex_literal(struct lex *l, const char *word)
{
	for (; *word != '\0'; word++, l->p++)
		if (!have(l, l->p, 1) || *l->p != *word)
			return lex_expected(l, "true, false or null");
	return true;
}
