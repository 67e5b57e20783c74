/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "canonstream.h"
#include "keyorder.h"
#include "lex.h"
#include "number.h"

enum {
	/* Beyond what a byte of input gives a byte of output: a number (see
	 * NUMBER_MAX) and the 16 bytes that are stored at a time. */
	SLACK = 64,
	PIECE = 64 * 1024,	/* handed on when no object is open */
	SMALL = 4 * 1024,	/* an object that is put in order in place */
	SPAN_DEPTH = 3,		/* of arrays that a sieve can want */
	SPAN_MIN = 64 * 1024,	/* bytes that are worth a span */
	GROW_FAR = 128 * 1024
};

/* A member of an open object: where its text begins in the output. */
struct entry {
	uint64_t prefix;	/* the key's first 8 bytes, in RFC 8785 order */
	size_t start;
	size_t unescaped;	/* the key's place in keys, or NOT_ESCAPED */
	uint32_t key_len;
	uint32_t offset;
};

static const size_t NOT_ESCAPED = SIZE_MAX;

/* A large object that is not in order.  Nested ones would be moved as often
 * as they are deep, so they stay where they are until they are handed on. */
struct late {
	size_t start, end;	/* its members in the output, as read */
	size_t piece, pieces;	/* in order */
};

/* Members of a late object, or what stands between such objects. */
struct piece {
	size_t start, end;
};

/* What hand_on_all is in the middle of. */
struct handing {
	struct piece now;
	size_t next, last;	/* pieces of the object that follow */
};

struct open {
	size_t first;		/* of its entries */
	size_t keys;		/* length of keys before its own */
	uint32_t comma;		/* an array's first; 0: none yet */
	bool is_object;
	bool unsorted;
};

struct writer {
	struct lex lex;
	/* Room in out for every byte the lexer has, and SLACK: o needs no
	 * checks but where new input comes. */
	struct buf out;
	char *o;
	struct buf entries;
	struct buf keys;	/* those whose output has escapes */
	struct buf stack;
	struct keyorder order;
	struct buf scratch;
	struct buf late;	/* by end; by start while they are handed on */
	struct buf pieces;
	uint32_t objects;	/* open */
	bool hold;		/* nothing is handed on while it is read */
	struct buf spans;	/* struct json_span; where it is held */
	enum status (*sink)(void *, struct slice, struct err *);
	void *ctx;
};

static inline void
keep_room(struct writer *w)
{
	size_t need = (size_t)(w->lex.end - w->lex.p) + SLACK;

	if ((size_t)(w->out.data + w->out.cap - w->o) >= need)
		return;
	w->out.len = (size_t)(w->o - w->out.data);
	/* Address space costs less than moving what is in it. */
	if (w->out.cap >= GROW_FAR)
		need += 3 * w->out.cap;
	w->o = buf_room(&w->out, need);
}

static int
space_more(struct writer *w)
{
	struct lex *l = &w->lex;

	while (lex_refill(l)) {
		keep_room(w);
		l->p = lex_skip_space(l->p, l->end);
		if (l->p < l->end)
			return (unsigned char)*l->p;
	}
	return -1;
}

/* As lex_space, but lets go of the input. */
static inline int
space(struct writer *w)
{
	struct lex *l = &w->lex;

	l->p = lex_skip_space(l->p, l->end);
	return l->p < l->end ? (unsigned char)*l->p : space_more(w);
}

/* An escape that was checked, p to q: written the canonical way.  True if
 * that is an escape again. */
static bool
copy_escape(struct writer *w, const char *p, const char *q)
{
	char c[4];
	size_t n = lex_unescape(c, (struct slice){ p, (size_t)(q - p) });
	char *before = w->o;

	w->o = canon_escape(w->o, (struct slice){ c, n });
	return w->o - before != (ptrdiff_t)n;
}

/* From inside of a string, at what lex_copy_plain stopped at.  See
 * copy_string. */
static bool
copy_rest(struct writer *w, bool keep, bool *escaped)
{
	struct lex *l = &w->lex;
	const char *q;

	for (;;) {
		if (l->p == l->end) {
			if (!(keep ? lex_fill(l) : lex_refill(l)))
				return lex_expected(l, "the rest of a string");
			keep_room(w);
		} else if (*l->p == '"') {
			break;
		} else if ((unsigned char)*l->p < ' ') {
			return lex_expected(l, "control characters in strings "
			    "to be escaped");
		} else {
			q = *l->p == '\\' ? lex_escape(l, l->p) :
			    lex_wide(l, l->p);
			if (q == NULL)
				return false;
			keep_room(w);
			if (*l->p == '\\') {
				*escaped |= copy_escape(w, l->p, q);
			} else {
				memcpy(w->o, l->p, (size_t)(q - l->p));
				w->o += q - l->p;
			}
			l->p = q;
		}
		l->p = lex_copy_plain(l->p, l->end, &w->o);
	}
	*w->o++ = *l->p++;
	return true;
}

/* At the quote: the string to the output.  keep: its text in the window is
 * needed afterwards.  *escaped: it has escapes in the output. */
static inline bool
copy_string(struct writer *w, bool keep, bool *escaped)
{
	struct lex *l = &w->lex;

	*escaped = false;
	*w->o++ = *l->p++;
	l->p = lex_copy_plain(l->p, l->end, &w->o);
	if (l->p == l->end || *l->p != '"')
		return copy_rest(w, keep, escaped);
	*w->o++ = *l->p++;
	return true;
}

static struct open *
top(struct writer *w)
{
	return (struct open *)(void *)(w->stack.data + w->stack.len) - 1;
}

/* Of the innermost object. */
static const struct entry *
first_entry(struct writer *w)
{
	return (const struct entry *)(const void *)w->entries.data +
	    top(w)->first;
}

static size_t
entry_count(struct writer *w)
{
	return w->entries.len / sizeof(struct entry) - top(w)->first;
}

static struct slice
entry_key(const struct writer *w, const struct entry *e)
{
	const char *p = e->unescaped == NOT_ESCAPED ?
	    w->out.data + e->start + 1 : w->keys.data + e->unescaped;

	return (struct slice){ p, e->key_len };
}

/* Nearly every key is short and plain, its colon right behind it: one load
 * has all of it.  False, and nothing done, for any other. */
static inline bool
copy_short_key(struct writer *w, struct entry *e)
{
#ifdef __SSE2__
	const char *p = w->lex.p + 1;
	unsigned special, len;
	uint64_t first;
	__m128i v;

	if (w->lex.end - p < 18)
		return false;
	v = _mm_loadu_si128((const __m128i *)(const void *)p);
	special = lex_special16(v);
	len = (unsigned)__builtin_ctz(special | 0x10000);
	if (p[len] != '"' || p[len + 1] != ':')
		return false;
	memcpy(&first, p, sizeof(first));
	e->prefix = keyorder_prefix(first, len);
	e->key_len = len;
	_mm_storeu_si128((__m128i *)(void *)(w->o + 1), v);
	w->o[0] = '"';
	w->o[len + 1] = '"';
	w->o[len + 2] = ':';
	w->o += len + 3;
	w->lex.p = p + len + 2;
	return true;
#else
	(void)w;
	(void)e;
	return false;
#endif
}

static bool
copy_any_key(struct writer *w, struct entry *e)
{
	const char *raw = w->lex.p + 1;
	uint64_t first;
	size_t n;
	bool escaped;

	if (!copy_string(w, true, &escaped))
		return false;
	n = (size_t)(w->lex.p - 1 - raw);
	if (escaped) {
		e->unescaped = w->keys.len;
		n = lex_unescape(buf_room(&w->keys, n + 8),
		    (struct slice){ raw, n });
		w->keys.len += n;
	} else {
		n = (size_t)(w->o - w->out.data) - e->start - 2;
	}
	e->key_len = (uint32_t)n;
	memcpy(&first, entry_key(w, e).data, sizeof(first));
	e->prefix = keyorder_prefix(first, n);
	if (space(w) != ':')
		return lex_expected(&w->lex, "':'");
	*w->o++ = *w->lex.p++;
	return true;
}

static int
entry_cmp(const struct writer *w, const struct entry *a,
    const struct entry *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return json_key_cmp(entry_key(w, a), entry_key(w, b));
}

/* A key and its colon. */
static bool
copy_key(struct writer *w)
{
	struct entry *e;
	struct open *object;

	if (space(w) != '"')
		return lex_expected(&w->lex, "a key in quotes");
	e = buf_push(&w->entries, sizeof(*e));
	e->offset = (uint32_t)lex_offset(&w->lex, w->lex.p);
	e->start = (size_t)(w->o - w->out.data);
	e->unescaped = NOT_ESCAPED;
	if (!copy_short_key(w, e) && !copy_any_key(w, e))
		return false;
	object = top(w);
	if (!object->unsorted && e > first_entry(w))
		object->unsorted = entry_cmp(w, e - 1, e) >= 0;
	return true;
}

/* The order of the n members of the innermost object, which begin at e; NULL,
 * and refused, where a key is there twice. */
static const uint32_t *
sort_entries(struct writer *w, const struct entry *e, size_t n)
{
	struct keyed *key = keyorder_keys(&w->order, n);
	const uint32_t *order;
	size_t twice;

	for (size_t i = 0; i < n; i++) {
		key[i].prefix = e[i].prefix;
		key[i].text = entry_key(w, e + i).data;
		key[i].len = e[i].key_len;
	}
	order = keyorder_sort(&w->order, n, &twice);
	if (twice == n)
		return order;
	(void)lex_duplicate(&w->lex, entry_key(w, e + twice),
	    e[twice].offset);
	return NULL;
}

/* Where member i of the innermost object's n ends: before the comma that
 * stands behind all but the last. */
static size_t
entry_end(const struct writer *w, const struct entry *e, size_t i, size_t n)
{
	return i + 1 < n ? e[i + 1].start - 1 : (size_t)(w->o - w->out.data);
}

/* memcpy that may write (and read) up to 15 bytes too many, which is faster
 * for what is short. */
static inline void
copy_over(char *to, const char *from, size_t n)
{
	if (n > 256) {
		memcpy(to, from, n);
		return;
	}
	for (size_t i = 0; i < n; i += 16)
		memcpy(to + i, from + i, 16);
}

/* Puts the members of the innermost object in order. */
static bool
reorder(struct writer *w)
{
	const struct entry *e = first_entry(w);
	size_t n = entry_count(w), start, size, i = 0;
	const uint32_t *order = sort_entries(w, e, n);
	const char *copy;
	char *p;

	if (order == NULL)
		return false;
	/* The first ones may stand where they belong. */
	while (order[i] == i)
		i++;
	start = e[i].start;
	p = w->out.data + start;
	size = (size_t)(w->o - p);
	buf_reset(&w->scratch);
	copy = buf_room(&w->scratch, size + SLACK);
	memcpy(w->scratch.data, p, size);
	for (;;) {
		size_t from = e[order[i]].start;
		size_t len = entry_end(w, e, order[i], n) - from;

		copy_over(p, copy + (from - start), len);
		p += len;
		if (++i == n)
			return true;
		*p++ = ',';
	}
}

/* The same for a large object, later. */
static bool
reorder_late(struct writer *w)
{
	const struct entry *e = first_entry(w);
	struct late o = {
		.start = e->start,
		.end = (size_t)(w->o - w->out.data),
		.piece = w->pieces.len / sizeof(struct piece),
		.pieces = entry_count(w)
	};
	const uint32_t *order = sort_entries(w, e, o.pieces);

	if (order == NULL)
		return false;
	for (size_t i = 0; i < o.pieces; i++) {
		struct piece p = { e[order[i]].start,
		    entry_end(w, e, order[i], o.pieces) };

		buf_add(&w->pieces, &p, sizeof(p));
	}
	buf_add(&w->late, &o, sizeof(o));
	return true;
}

/* --- handing on --------------------------------------------------------- */

static bool
hand_on(struct writer *w, struct slice piece)
{
	if (w->lex.rc == ERR_OK && piece.len > 0)
		w->lex.rc = w->sink(w->ctx, piece, w->lex.e);
	return w->lex.rc == ERR_OK;
}

/* Small pieces are collected. */
static bool
collect(struct writer *w, const char *data, size_t len)
{
	if (len < SMALL) {
		buf_add(&w->scratch, data, len);
		if (w->scratch.len < PIECE)
			return true;
		len = 0;
	}
	if (!hand_on(w, buf_get(&w->scratch)))
		return false;
	buf_reset(&w->scratch);
	return hand_on(w, (struct slice){ data, len });
}

static int
late_cmp(const void *a, const void *b)
{
	const struct late *la = a, *lb = b;

	return (la->start > lb->start) - (la->start < lb->start);
}

/* The first late object whose brace, one before its members, stands in a
 * piece; or NULL. */
static const struct late *
late_in(const struct writer *w, const struct piece *p)
{
	const struct late *late = (const struct late *)(const void *)
	    w->late.data;
	size_t n = w->late.len / sizeof(*late), low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (late[mid].start <= p->start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && late[low].start <= p->end ? late + low : NULL;
}

/* The output with the members of late objects in order.  An explicit stack:
 * they stand in each other. */
static bool
hand_on_late(struct writer *w, size_t len)
{
	struct buf stack = { 0 };
	struct handing h = { .now = { 0, len } };
	bool good = true;

	qsort(w->late.data, w->late.len / sizeof(struct late),
	    sizeof(struct late), late_cmp);
	buf_reset(&w->scratch);
	while (good) {
		const struct late *o = late_in(w, &h.now);
		size_t end = o != NULL ? o->start : h.now.end;

		good = collect(w, w->out.data + h.now.start,
		    end - h.now.start);
		if (o != NULL) {
			h.now.start = o->end;	/* goes on behind it */
			buf_add(&stack, &h, sizeof(h));
			h.next = o->piece;
			h.last = o->piece + o->pieces;
		} else if (h.next < h.last) {
			good = good && collect(w, ",", 1);
		} else if (stack.len > 0) {
			stack.len -= sizeof(h);
			memcpy(&h, stack.data + stack.len, sizeof(h));
			continue;
		} else {
			break;
		}
		memcpy(&h.now, w->pieces.data + h.next++ * sizeof(h.now),
		    sizeof(h.now));
	}
	buf_free(&stack);
	return good && hand_on(w, buf_get(&w->scratch));
}

/* All that is written, which no open object needs. */
static bool
hand_on_all(struct writer *w)
{
	size_t n = (size_t)(w->o - w->out.data);

	return w->late.len > 0 ? hand_on_late(w, n) :
	    hand_on(w, (struct slice){ w->out.data, n });
}

static bool
let_go(struct writer *w)
{
	if (!hand_on_all(w))
		return false;
	w->o = w->out.data;
	buf_reset(&w->late);
	buf_reset(&w->pieces);
	return true;
}

static bool
open_container(struct writer *w)
{
	struct open *c = buf_push(&w->stack, sizeof(*c));

	c->first = w->entries.len / sizeof(struct entry);
	c->keys = w->keys.len;
	c->comma = 0;
	c->is_object = *w->lex.p == '{';
	c->unsorted = false;
	w->objects += c->is_object;
	*w->o++ = *w->lex.p;
	return lex_open(&w->lex);
}

/* An array that ends here, and may be large. */
static void
add_span(struct writer *w, uint32_t comma)
{
	uint32_t end = (uint32_t)lex_offset(&w->lex, w->lex.p);
	struct json_span *span;

	if (comma == 0 || w->lex.depth > SPAN_DEPTH || end - comma < SPAN_MIN)
		return;
	span = buf_push(&w->spans, sizeof(*span));
	*span = (struct json_span){ comma, end };
}

static bool
close_container(struct writer *w)
{
	struct open *c = top(w);

	if (w->hold && !c->is_object)
		add_span(w, c->comma);
	if (c->is_object) {
		if (c->unsorted && !((size_t)(w->o - w->out.data) -
		    first_entry(w)->start <= SMALL ? reorder(w) :
		    reorder_late(w)))
			return false;
		w->entries.len = c->first * sizeof(struct entry);
		w->keys.len = c->keys;
		w->objects--;
	}
	*w->o++ = *w->lex.p;
	w->stack.len -= sizeof(*c);
	lex_close(&w->lex);
	return true;
}

static bool
copy_number(struct writer *w)
{
	struct slice text;
	bool canonical;
	double d = 0;

	if (!lex_number(&w->lex, &text, &canonical))
		return false;
	/* The number may be longer than its text was; and the lexer may have
	 * read more. */
	w->out.len = (size_t)(w->o - w->out.data);
	w->o = buf_room(&w->out, text.len + NUMBER_MAX);
	if (canonical) {
		memcpy(w->o, text.data, text.len);
		w->o += text.len;
	} else {
		(void)number_read(text, &d);
		w->o += number_write(d, w->o);
	}
	keep_room(w);
	return true;
}

static bool
copy_literal(struct writer *w, const char *word)
{
	size_t n = strlen(word);

	if (!lex_literal(&w->lex, word))
		return false;
	memcpy(w->o, word, n);
	w->o += n;
	keep_room(w);
	return true;
}

static bool
copy_scalar(struct writer *w, int c)
{
	bool escaped;

	if (c == '"')
		return copy_string(w, false, &escaped);
	if (c == '-' || (c >= '0' && c <= '9'))
		return copy_number(w);
	if (c == 't')
		return copy_literal(w, "true");
	if (c == 'f')
		return copy_literal(w, "false");
	if (c == 'n')
		return copy_literal(w, "null");
	return lex_expected(&w->lex, "a JSON value");
}

/* Behind a value: over the comma, or out of what ends here. */
static bool
copy_behind(struct writer *w)
{
	while (w->stack.len > 0) {
		bool is_object = top(w)->is_object;
		int c = space(w);

		if (c == ',') {
			if (w->objects == 0 && w->o - w->out.data >= PIECE &&
			    !w->hold && !let_go(w))
				return false;
			if (w->hold && !is_object && top(w)->comma == 0)
				top(w)->comma = (uint32_t)lex_offset(&w->lex,
				    w->lex.p);
			*w->o++ = *w->lex.p++;
			return !is_object || copy_key(w);
		}
		if (c != (is_object ? '}' : ']'))
			return lex_expected(&w->lex, is_object ?
			    "',' or '}'" : "',' or ']'");
		if (!close_container(w))
			return false;
	}
	return true;
}

static bool
copy_document(struct writer *w)
{
	w->o = buf_room(&w->out, SLACK);
	keep_room(w);
	do {
		int c = space(w);

		if (c == '{' || c == '[') {
			if (!open_container(w))
				return false;
			if (space(w) != (c == '{' ? '}' : ']')) {
				if (c == '{' && !copy_key(w))
					return false;
				continue;
			}
			if (!close_container(w))
				return false;
		} else if (!copy_scalar(w, c)) {
			return false;
		}
		if (!copy_behind(w))
			return false;
	} while (w->stack.len > 0);
	return lex_finish(&w->lex) && (w->hold || let_go(w));
}

static void
free_writer(struct writer *w)
{
	buf_free(&w->out);
	buf_free(&w->entries);
	buf_free(&w->keys);
	buf_free(&w->stack);
	keyorder_free(&w->order);
	buf_free(&w->scratch);
	buf_free(&w->late);
	buf_free(&w->pieces);
	buf_free(&w->spans);
}

enum status
canon_stream(struct json_stream *s, const struct json_limits *limits,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, bool *got, struct err *e)
{
	struct writer w = { .sink = sink, .ctx = ctx };

	if (!lex_begin(&w.lex, s, limits, got, e))
		return w.lex.rc;
	*got = copy_document(&w);
	free_writer(&w);
	return w.lex.rc;
}

/* --- held --------------------------------------------------------------- */

struct canon_held {
	struct writer writer;
};

enum status
canon_hold(struct json_stream *s, const struct json_limits *limits,
    struct canon_held **out, struct err *e)
{
	struct canon_held *h = mem_alloc(sizeof(*h));
	struct writer *w = &h->writer;
	enum status rc;
	bool got;

	*w = (struct writer){ .hold = true };
	*out = h;
	if (lex_begin(&w->lex, s, limits, &got, e) && copy_document(w))
		return ERR_OK;
	rc = w->lex.rc;
	canon_held_free(h);
	*out = NULL;
	return rc;
}

enum status
canon_held_pieces(struct canon_held *h,
    enum status (*sink)(void *ctx, struct slice piece, struct err *e),
    void *ctx, struct err *e)
{
	struct writer *w = &h->writer;

	w->sink = sink;
	w->ctx = ctx;
	w->lex.e = e;
	w->lex.rc = ERR_OK;
	(void)hand_on_all(w);
	return w->lex.rc;
}

const struct json_span *
canon_held_spans(const struct canon_held *h, size_t *count)
{
	*count = h->writer.spans.len / sizeof(struct json_span);
	return (const struct json_span *)(const void *)h->writer.spans.data;
}

void
canon_held_free(struct canon_held *h)
{
	if (h == NULL)
		return;
	free_writer(&h->writer);
	mem_free(h);
}
