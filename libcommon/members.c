/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lex.h"
#include "members.h"
#include "number.h"

enum {
	DEPTH = 512		/* json_own's */
};

/* An open container. */
struct level {
	bool is_object;
	bool has_key;
	struct slice key;	/* the last one, unescaped */
};

struct reader {
	struct lex lex;
	struct arena *arena;
	struct members *out;
	struct level level[DEPTH];
	size_t depth;
};

static inline bool
next_is(struct lex *l, char c)
{
	if (l->p == l->end || *l->p != c)
		return false;
	l->p++;
	return true;
}

/* RFC 8785 3.2.2.2: whether valid escapes are the ones it writes. */
static bool
is_shortest(struct slice raw)
{
	const char *p = raw.data, *end = p + raw.len;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		if (p[1] == '/')
			return false;
		if (p[1] != 'u') {
			p += 2;
			continue;
		}
		/* A control character without a letter, in lower case. */
		if (memcmp(p, "\\u00", 4) != 0 ||
		    (p[4] != '0' && p[4] != '1') ||
		    (p[5] >= 'A' && p[5] <= 'F') ||
		    (p[4] == '0' && strchr("89acd", p[5]) != NULL))
			return false;
		p += 6;
	}
	return true;
}

static bool
skip_string(struct lex *l, struct slice *raw, bool *escaped)
{
	return lex_string(l, raw, escaped) &&
	    (!*escaped || is_shortest(*raw));
}

static bool
skip_number(struct lex *l)
{
	char written[NUMBER_MAX];
	struct slice text;
	bool canonical;
	double d = 0;

	if (!lex_number(l, &text, &canonical))
		return false;
	/* The lexer knows the usual ones. */
	return canonical || (number_read(text, &d) && slice_eq(text,
	    (struct slice){ written, number_write(d, written) }));
}

static bool
skip_scalar(struct lex *l)
{
	struct slice text;
	bool escaped;

	switch (l->p < l->end ? *l->p : '\0') {
	case '"':
		return skip_string(l, &text, &escaped);
	case 't':
		return lex_literal(l, "true");
	case 'f':
		return lex_literal(l, "false");
	case 'n':
		return lex_literal(l, "null");
	case '-': case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return skip_number(l);
	default:
		return false;
	}
}

/* The key and its colon; it comes behind the one before. */
static bool
skip_key(struct reader *r)
{
	struct level *top = &r->level[r->depth - 1];
	struct members *out = r->out;
	struct slice key;
	bool escaped;
	char *text;

	if (r->lex.p == r->lex.end || *r->lex.p != '"' ||
	    !skip_string(&r->lex, &key, &escaped))
		return false;
	if (escaped) {
		text = arena_alloc(r->arena, key.len);
		key = (struct slice){ text, lex_unescape(text, key) };
	}
	if (top->has_key && json_key_cmp(top->key, key) >= 0)
		return false;
	top->has_key = true;
	top->key = key;
	if (!next_is(&r->lex, ':'))
		return false;
	if (r->depth > 1)
		return true;
	if (out->count == MEMBERS_MAX)
		return false;
	out->item[out->count++] = (struct members_one){ key,
	    { r->lex.p, 0 } };
	return true;
}

static void
end_value(struct reader *r)
{
	struct slice *value = &r->out->item[r->out->count - 1].value;

	if (r->depth == 1)
		value->len = (size_t)(r->lex.p - value->data);
}

/* Behind a value: over the comma, and the key behind it, or out of what ends
 * here. */
static bool
skip_behind(struct reader *r)
{
	while (r->depth > 0) {
		bool is_object = r->level[r->depth - 1].is_object;

		end_value(r);
		if (next_is(&r->lex, ','))
			return !is_object || skip_key(r);
		if (!next_is(&r->lex, is_object ? '}' : ']'))
			return false;
		r->depth--;
	}
	return true;
}

static bool
skip_object(struct reader *r)
{
	struct lex *l = &r->lex;

	do {
		bool is_object = l->p < l->end && *l->p == '{';

		if (is_object || (l->p < l->end && *l->p == '[')) {
			if (r->depth == DEPTH)
				return false;
			r->level[r->depth++].is_object = is_object;
			r->level[r->depth - 1].has_key = false;
			l->p++;
			if (next_is(l, is_object ? '}' : ']'))
				r->depth--;
			else if (!is_object || skip_key(r))
				continue;
			else
				return false;
		} else if (!skip_scalar(l)) {
			return false;
		}
		if (!skip_behind(r))
			return false;
	} while (r->depth > 0);
	return true;
}

bool
members_read(struct slice text, struct arena *a, struct members *out)
{
	struct json_stream s = { .window = text.data, .len = text.len,
	    .eof = true };
	struct reader r = { .arena = a, .out = out };
	struct err e;
	bool got;

	out->count = 0;
	if (!lex_begin(&r.lex, &s, &json_own, &got, &e))
		return false;
	out->text.data = r.lex.p;
	if (*r.lex.p != '{' || !skip_object(&r) || !lex_finish(&r.lex))
		return false;
	out->text.len = (size_t)(r.lex.p - out->text.data);
	return lex_skip_space(r.lex.p, r.lex.end) == r.lex.end;
}

struct slice
members_get(const struct members *m, const char *key)
{
	for (size_t i = 0; i < m->count; i++)
		if (slice_is(m->item[i].key, key))
			return m->item[i].value;
	return (struct slice){ NULL, 0 };
}
