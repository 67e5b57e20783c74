/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "lex.h"
#include "number.h"

char *
canon_escape(char *p, struct slice s)
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

/* What stands between the quotes. */
static char *
put_text(char *p, struct slice s)
{
	const char *at = s.len > 0 ? s.data : "", *end = at + s.len;

	while ((at = lex_copy_plain(at, end, &p)) < end)
		p = canon_escape(p, (struct slice){ at++, 1 });
	return p;
}

char *
canon_string(char *p, struct slice s)
{
	*p++ = '"';
	p = put_text(p, s);
	*p++ = '"';
	return p;
}

static void
write_string(struct buf *out, struct slice s)
{
	/* Room for the worst that may become of a long one is asked for a part
	 * at a time. */
	const size_t part = 4096;
	char *o;

	if (s.len <= part) {
		o = canon_string(buf_room(out, CANON_ROOM(s.len)), s);
		out->len = (size_t)(o - out->data);
		return;
	}
	buf_byte(out, '"');
	for (size_t at = 0; at < s.len; at += part) {
		o = put_text(buf_room(out, CANON_ROOM(part)),
		    slice_cut(s, at, at + part));
		out->len = (size_t)(o - out->data);
	}
	buf_byte(out, '"');
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
