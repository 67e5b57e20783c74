/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "lex.h"
#include "number.h"

/* RFC 8785 3.2.2.2: quote, backslash and control characters, the shortest
 * way; everything else stands for itself.  At most 6 bytes for one. */
static char *
escape(char *p, struct slice s)
{
	static const char hex[] = "0123456789abcdef";
	static const char letter[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
		['\r'] = 'r'
	};

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= ' ' && c != '"' && c != '\\') {
			*p++ = (char)c;
			continue;
		}
		*p++ = '\\';
		if (c >= ' ') {
			*p++ = (char)c;
		} else if (letter[c] != '\0') {
			*p++ = letter[c];
		} else {
			memcpy(p, "u00", 3);
			p[3] = hex[c >> 4];
			p[4] = hex[c & 15];
			p += 5;
		}
	}
	return p;
}

static void
write_string(struct buf *out, struct slice s)
{
	const char *p = s.len > 0 ? s.data : "", *end = p + s.len;
	bool first = true;

	/* Most are one plain run: room is asked for once, quotes and all. */
	do {
		const char *q = lex_skip_plain(p, end);
		char *o = buf_room(out, (size_t)(q - p) + 8);

		if (first)
			*o++ = '"';
		first = false;
		memcpy(o, p, (size_t)(q - p));
		o += q - p;
		if (q < end)
			o = escape(o, (struct slice){ q++, 1 });
		if (q == end)
			*o++ = '"';
		out->len = (size_t)(o - out->data);
		p = q;
	} while (p < end);
}

static void
write_number(struct buf *out, const struct json *v)
{
	struct slice text = { v->u.text, v->len };
	double d = 0;

	if (v->flag) {
		buf_slice(out, text);
		return;
	}
	(void)number_read(text, &d);
	out->len += number_write(d, buf_room(out, NUMBER_MAX));
}

/* A container and the child that is next. */
struct step {
	const struct json *v;
	uint32_t next;
};

/* A node that is no container, or the opening of one. */
static void
write_node(struct buf *out, const struct json *v)
{
	switch (v->type) {
	case JSON_NULL:
		buf_add(out, "null", 4);
		break;
	case JSON_BOOL:
		buf_text(out, v->flag ? "true" : "false");
		break;
	case JSON_NUMBER:
		write_number(out, v);
		break;
	case JSON_STRING:
		write_string(out, json_text(v));
		break;
	case JSON_ARRAY:
		buf_byte(out, '[');
		break;
	default:
		buf_byte(out, '{');
	}
}

/* Where the bytes go that are done; NULL: they stay in the buffer. */
struct drain {
	void (*sink)(void *ctx, struct slice piece);
	void *ctx;
};

static void
write_tree(struct buf *out, const struct json *v, const struct drain *drain)
{
	struct buf stack = { 0 };
	struct step s, *top;

	write_node(out, v);
	if (v->type < JSON_ARRAY)
		return;
	s = (struct step){ v, 0 };
	buf_add(&stack, &s, sizeof(s));
	while (stack.len > 0) {
		top = (struct step *)(void *)(stack.data + stack.len) - 1;
		if (top->next == top->v->len) {
			buf_byte(out, top->v->type == JSON_ARRAY ? ']' : '}');
			stack.len -= sizeof(s);
			continue;
		}
		if (top->next > 0)
			buf_byte(out, ',');
		if (top->v->type == JSON_ARRAY) {
			v = top->v->u.item + top->next;
		} else {
			const struct json_member *m =
			    top->v->u.member + top->next;

			write_string(out, (struct slice){ m->key,
			    m->key_len });
			buf_byte(out, ':');
			v = &m->value;
		}
		top->next++;
		write_node(out, v);
		if (v->type >= JSON_ARRAY) {
			s = (struct step){ v, 0 };
			buf_add(&stack, &s, sizeof(s));
		}
		if (drain != NULL && out->len >= CANON_PIECE) {
			drain->sink(drain->ctx, buf_get(out));
			buf_reset(out);
		}
	}
	buf_free(&stack);
}

void
canon_write(struct buf *out, const struct json *v)
{
	write_tree(out, v, NULL);
}

void
canon_pieces(const struct json *v, void (*sink)(void *ctx,
    struct slice piece), void *ctx)
{
	const struct drain drain = { sink, ctx };
	struct buf b = { 0 };

	write_tree(&b, v, &drain);
	sink(ctx, buf_get(&b));
	buf_free(&b);
}

struct slice
canon_text(struct arena *a, const struct json *v)
{
	struct buf b = { 0 };
	struct slice s;

	canon_write(&b, v);
	s = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return s;
}

struct element {
	struct slice text;
	size_t index;
};

static int
element_cmp(const void *a, const void *b)
{
	const struct element *ea = a, *eb = b;
	int c = slice_cmp(ea->text, eb->text);

	return c != 0 ? c : (ea->index > eb->index) - (ea->index < eb->index);
}

void
canon_sort(struct arena *a, struct json *array)
{
	size_t n = array->len, kept = 0;
	struct element *e = mem_array(NULL, n, sizeof(*e));
	struct buf b = { 0 };
	struct json *sorted;

	/* Offsets first: the buffer moves while it grows. */
	for (size_t i = 0; i < n; i++) {
		size_t start = b.len;

		canon_write(&b, array->u.item + i);
		e[i] = (struct element){ { NULL, b.len - start }, i };
	}
	for (size_t i = 0, start = 0; i < n; start += e[i++].text.len)
		e[i].text.data = b.data + start;
	qsort(e, n, sizeof(*e), element_cmp);
	sorted = arena_array(a, n, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !slice_eq(e[i - 1].text, e[i].text))
			sorted[kept++] = array->u.item[e[i].index];
	array->u.item = sorted;
	array->len = (uint32_t)kept;
	array->cap = (uint32_t)n;
	buf_free(&b);
	mem_free(e);
}

int
canon_cmp(const struct json *a, const struct json *b)
{
	struct buf ta = { 0 }, tb = { 0 };
	int c;

	canon_write(&ta, a);
	canon_write(&tb, b);
	c = slice_cmp(buf_get(&ta), buf_get(&tb));
	buf_free(&ta);
	buf_free(&tb);
	return c;
}

/* --- without a tree ----------------------------------------------------- */

enum {
	/* Beyond what a byte of input gives a byte of output: a number (see
	 * NUMBER_MAX) and the 16 bytes that are stored at a time. */
	SLACK = 64,
	PIECE = 64 * 1024,	/* handed on when no object is open */
	SMALL = 4 * 1024,	/* an object that is put in order in place */
	FEW = 24,		/* members that are sorted by insertion */
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

/* The same while many are sorted. */
struct sorted {
	uint64_t prefix;
	const char *key;
	uint32_t key_len;
	uint32_t index;		/* of its entry */
};

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
	/* Indices of an object's entries in the order of their keys.  Objects
	 * of one size are often of one kind: where they have few members, the
	 * order of the last one is what sorting begins with. */
	uint32_t few[FEW + 1][FEW];
	struct buf many;	/* the same of more members */
	struct buf sorted;	/* struct sorted of one object */
	struct buf scratch;
	struct buf late;	/* by end; by start while they are handed on */
	struct buf pieces;
	uint32_t objects;	/* open */
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

static inline int
space(struct writer *w)
{
	struct lex *l = &w->lex;

	for (;;) {
		l->p = lex_skip_space(l->p, l->end);
		if (l->p < l->end)
			return (unsigned char)*l->p;
		if (!lex_refill(l))
			return -1;
		keep_room(w);
	}
}

/* Copies bytes that stand for themselves; stores up to 15 too many. */
static inline const char *
copy_plain(const char *p, const char *end, char **out)
{
	char *o = *out;

#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned special = lex_special16(v);

		_mm_storeu_si128((__m128i *)(void *)o, v);
		if (special != 0) {
			*out = o + __builtin_ctz(special);
			return p + __builtin_ctz(special);
		}
		p += 16;
		o += 16;
	}
#else
	for (; end - p >= 8; p += 8, o += 8) {
		uint64_t v;

		memcpy(&v, p, 8);
		if (lex_special8(v))
			break;
		memcpy(o, &v, 8);
	}
#endif
	while (p < end && lex_is_plain(*p))
		*o++ = *p++;
	*out = o;
	return p;
}

/* An escape that was checked, p to q: written the canonical way.  True if
 * that is an escape again. */
static bool
copy_escape(struct writer *w, const char *p, const char *q)
{
	char c[4];
	size_t n = lex_unescape(c, (struct slice){ p, (size_t)(q - p) });
	char *before = w->o;

	w->o = escape(w->o, (struct slice){ c, n });
	return w->o - before != (ptrdiff_t)n;
}

/* From inside of a string, at what copy_plain stopped at.  See copy_string. */
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
		l->p = copy_plain(l->p, l->end, &w->o);
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
	l->p = copy_plain(l->p, l->end, &w->o);
	if (l->p == l->end || *l->p != '"')
		return copy_rest(w, keep, escaped);
	*w->o++ = *l->p++;
	return true;
}

/* The first eight bytes of a key, as they stand in memory, as a number that
 * sorts as RFC 8785 does. */
static inline uint64_t
key_prefix(uint64_t v, size_t len)
{
	const uint64_t ones = 0x0101010101010101u;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	if (len < 8)
		v = len == 0 ? 0 : v & ~(uint64_t)0 << (64 - 8 * len);
	if ((v & ones << 7) != 0)
		for (int shift = 0; shift < 64; shift += 8) {
			uint64_t c = v >> shift & 0xff;

			if (c == 0xee || c == 0xef)	/* see json_key_cmp */
				v += (uint64_t)0x10 << shift;
		}
	return v;
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

/* Room for one more, which is not there before entries.len says so. */
static inline struct entry *
new_entry(struct writer *w)
{
	struct buf *b = &w->entries;

	if (b->cap - b->len < sizeof(struct entry))
		(void)buf_room(b, sizeof(struct entry));
	return (struct entry *)(void *)(b->data + b->len);
}

/* Nearly every key is short and plain, its colon right behind it: one load
 * has all of it.  False, and nothing done, for any other. */
static inline bool
copy_short_key(struct writer *w, struct entry *e)
{
#ifdef __SSE2__
	const char *p = w->lex.p + 1;
	unsigned special, len;
	__m128i v;

	if (w->lex.end - p < 18)
		return false;
	v = _mm_loadu_si128((const __m128i *)(const void *)p);
	special = lex_special16(v);
	len = (unsigned)__builtin_ctz(special | 0x10000);
	if (p[len] != '"' || p[len + 1] != ':')
		return false;
	e->prefix = key_prefix((uint64_t)_mm_cvtsi128_si64(v), len);
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
	e->prefix = key_prefix(first, n);
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
	struct entry *e = new_entry(w);
	struct open *object;

	if (space(w) != '"')
		return lex_expected(&w->lex, "a key in quotes");
	e->offset = (uint32_t)lex_offset(&w->lex, w->lex.p);
	e->start = (size_t)(w->o - w->out.data);
	e->unescaped = NOT_ESCAPED;
	if (!copy_short_key(w, e) && !copy_any_key(w, e))
		return false;
	object = top(w);
	if (!object->unsorted && w->entries.len > object->first * sizeof(*e))
		object->unsorted = entry_cmp(w, e - 1, e) >= 0;
	w->entries.len += sizeof(*e);
	return true;
}

/* Equal keys keep the order of the text, for the message about them. */
static int
sorted_cmp(const void *a, const void *b)
{
	const struct sorted *sa = a, *sb = b;
	int c;

	if (sa->prefix != sb->prefix)
		return sa->prefix < sb->prefix ? -1 : 1;
	c = json_key_cmp((struct slice){ sa->key, sa->key_len },
	    (struct slice){ sb->key, sb->key_len });
	return c != 0 ? c : (sa->index > sb->index) - (sa->index < sb->index);
}

static const uint32_t *
sort_many(struct writer *w, const struct entry *e, size_t n)
{
	struct sorted *s;
	uint32_t *order;

	buf_reset(&w->sorted);
	s = (struct sorted *)(void *)buf_room(&w->sorted, n * sizeof(*s));
	for (size_t i = 0; i < n; i++)
		s[i] = (struct sorted){ e[i].prefix, entry_key(w, e + i).data,
		    e[i].key_len, (uint32_t)i };
	qsort(s, n, sizeof(*s), sorted_cmp);
	buf_reset(&w->many);
	order = (uint32_t *)(void *)buf_room(&w->many, n * sizeof(*order));
	for (size_t i = 0; i < n; i++)
		order[i] = s[i].index;
	return order;
}

static const uint32_t *
sort_few(struct writer *w, const struct entry *e, size_t n)
{
	uint32_t *order = w->few[n];

	if (order[0] == order[1])	/* the first object of this size */
		for (size_t i = 0; i < n; i++)
			order[i] = (uint32_t)i;
	for (size_t i = 1; i < n; i++) {
		uint32_t v = order[i];
		size_t j = i;

		for (; j > 0; j--) {
			uint32_t u = order[j - 1];
			int c = entry_cmp(w, e + u, e + v);

			if (c < 0 || (c == 0 && u < v))
				break;
			order[j] = u;
		}
		order[j] = v;
	}
	return order;
}

/* The order of the members of the innermost object, which has n, two or more;
 * NULL, and refused, where a key is there twice. */
static const uint32_t *
sort_entries(struct writer *w, const struct entry *e, size_t n)
{
	const uint32_t *order = n <= FEW ? sort_few(w, e, n) :
	    sort_many(w, e, n);
	const struct entry *twice = NULL;

	for (size_t i = 1; i < n; i++) {
		const struct entry *a = e + order[i - 1], *b = e + order[i];

		if (a->prefix == b->prefix &&
		    slice_eq(entry_key(w, a), entry_key(w, b)) &&
		    (twice == NULL || b->offset < twice->offset))
			twice = b;
	}
	if (twice == NULL)
		return order;
	(void)lex_duplicate(&w->lex, entry_key(w, twice), twice->offset);
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

	w->o = w->out.data;
	if (w->late.len == 0)
		return hand_on(w, (struct slice){ w->out.data, n });
	if (!hand_on_late(w, n))
		return false;
	buf_reset(&w->late);
	buf_reset(&w->pieces);
	return true;
}

static bool
open_container(struct writer *w)
{
	struct open c = {
		.first = w->entries.len / sizeof(struct entry),
		.keys = w->keys.len,
		.is_object = *w->lex.p == '{'
	};

	*w->o++ = *w->lex.p;
	w->objects += c.is_object;
	buf_add(&w->stack, &c, sizeof(c));
	return lex_open(&w->lex);
}

static bool
close_container(struct writer *w)
{
	struct open *c = top(w);

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
			    !hand_on_all(w))
				return false;
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
	return lex_finish(&w->lex) && hand_on_all(w);
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
	buf_free(&w.out);
	buf_free(&w.entries);
	buf_free(&w.keys);
	buf_free(&w.stack);
	buf_free(&w.many);
	buf_free(&w.sorted);
	buf_free(&w.scratch);
	buf_free(&w.late);
	buf_free(&w.pieces);
	return w.lex.rc;
}
