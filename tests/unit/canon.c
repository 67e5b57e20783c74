/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of canonical bytes, over random values: however a value is
 * written down, both writers give the same bytes, and those are a fixed
 * point.
 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "canonstream.h"
#include "digest.h"
#include "feed.h"
#include "members.h"
#include "tap.h"
#include "utf8.h"

static struct arena arena;
static uint64_t state = 88172645463325252u;

static uint32_t
below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

static struct slice
random_string(void)
{
	static const uint32_t of[] = { 'a', 'b', '"', '\\', '/', '\n', 0, 0x1f,
	    0x7f, 0xe9, 0x20ac, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600,
	    0x10ffff };
	size_t n = below(below(8) == 0 ? 60 : 5), len = 0;
	char *s = arena_alloc(&arena, n * 4 + 1);

	for (size_t i = 0; i < n; i++)
		len += utf8_write(s + len, of[below(sizeof(of) /
		    sizeof(*of))]);
	return (struct slice){ s, len };
}

static struct json
random_value(int depth)
{
	static const char *const numbers[] = { "0", "1.50", "1e3", "-2.5E-9",
	    "12", "1e21", "123456789012345678", "0.1", "-0" };
	struct json v;

	switch (below(depth > 0 ? 7 : 4)) {
	case 0:
		return json_bool(below(2));
	case 1:
		v = (struct json){ .type = JSON_NUMBER };
		v.u.text = numbers[below(9)];
		v.len = (uint32_t)strlen(v.u.text);
		return v;
	case 2:
	case 3:
		return json_string(random_string());
	case 4:
		v = json_array();
		for (uint32_t i = below(5); i > 0; i--)
			json_push(&arena, &v, random_value(depth - 1));
		return v;
	default:
		v = json_object();
		for (uint32_t i = below(below(8) == 0 ? 60 : 6); i > 0; i--)
			json_set_slice(&arena, &v, random_string(),
			    random_value(depth - 1));
		return v;
	}
}

static void
spaces(struct buf *out)
{
	static const char of[] = " \t\r\n";

	for (uint32_t n = below(4) == 0 ? below(20) : 0; n > 0; n--)
		buf_byte(out, of[below(4)]);
}

/* A string in one of its many spellings. */
static void
spell(struct buf *out, struct slice s)
{
	size_t pos = 0, before;
	uint32_t cp;

	buf_byte(out, '"');
	while (pos < s.len) {
		before = pos;
		cp = utf8_next(s, &pos);
		if (cp >= 0x10000 && below(2) == 0)
			buf_printf(out, "\\u%04x\\u%04X",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
		else if (cp == '/' && below(2) == 0)
			buf_text(out, "\\/");
		else if (cp == '\n' && below(2) == 0)
			buf_text(out, "\\n");
		else if (cp < 0x20 || cp == '"' || cp == '\\' ||
		    (cp < 0x10000 && below(3) == 0))
			buf_printf(out, "\\u%04x", cp);
		else
			buf_add(out, s.data + before, pos - before);
	}
	buf_byte(out, '"');
}

/* The value as text: members in any order, any white space and escapes. */
static void
write_somehow(struct buf *out, const struct json *v)
{
	uint32_t n = (uint32_t)json_count(v), first = n > 0 ? below(n) : 0;

	spaces(out);
	if (v->type == JSON_STRING) {
		spell(out, json_text(v));
	} else if (v->type == JSON_ARRAY) {
		buf_byte(out, '[');
		JSON_EACH(it, v) {
			if (it != v->u.item)
				buf_byte(out, ',');
			write_somehow(out, it);
		}
		spaces(out);
		buf_byte(out, ']');
	} else if (v->type == JSON_OBJECT) {
		bool backwards = below(2);

		buf_byte(out, '{');
		for (uint32_t i = 0; i < n; i++) {
			uint32_t at = (backwards ? n - i + first : first + i) %
			    n;
			const struct json_member *m = v->u.member + at;

			if (i > 0)
				buf_byte(out, ',');
			spaces(out);
			spell(out, (struct slice){ m->key, m->key_len });
			spaces(out);
			buf_byte(out, ':');
			write_somehow(out, &m->value);
		}
		spaces(out);
		buf_byte(out, '}');
	} else {
		canon_write(out, v);
	}
	spaces(out);
}

static enum status
to_buf(void *ctx, struct slice piece, struct err *e)
{
	(void)e;
	buf_slice(ctx, piece);
	return ERR_OK;
}

static bool
streams_to(struct slice text, size_t step, struct slice want)
{
	struct buf out = { 0 };
	struct feed f;
	struct err e;
	bool got, good;

	good = canon_stream(feed_open(&f, text, step), &json_foreign, to_buf,
	    &out, &got, &e) == ERR_OK && got &&
	    slice_eq(buf_get(&out), want);
	feed_close(&f);
	buf_free(&out);
	return good;
}

/* Of one size, each in its own order; the last repeats a key. */
static void
test_orders(void)
{
	struct buf text = { 0 }, out = { 0 }, want = { 0 };
	struct feed f;
	struct err e;
	bool got;
	size_t second;

	for (unsigned i = 0; i < 256; i++) {
		unsigned a = i & 3, b = i >> 2 & 3, c = i >> 4 & 3, d = i >> 6;

		if ((1u << a | 1u << b | 1u << c | 1u << d) != 0xf)
			continue;
		buf_printf(&text, "%c{\"key%u\":%u,\"key%u\" :%u,"
		    "\"key\\u003%u\":%u,\"key%u\":%u}",
		    text.len == 0 ? '[' : ',', a, a, b, b, c, c, d, d);
		buf_printf(&want, "%c{\"key0\":0,\"key1\":1,\"key2\":2,"
		    "\"key3\":3}", want.len == 0 ? '[' : ',');
	}
	buf_byte(&want, ']');
	second = text.len + sizeof(",{'key3':0,'key2':1,") - 1;
	buf_text(&text, "]");
	ok(streams_to(buf_get(&text), 4000, buf_get(&want)),
	    "objects of one size, in all orders of their keys");
	text.len--;
	buf_text(&text, ",{\"key3\":0,\"key2\":1,\"key\\u0033\":2,"
	    "\"key2\":3}]");
	ok(canon_stream(feed_open(&f, buf_get(&text), 4000), &json_foreign,
	    to_buf, &out, &got, &e) == ERR_INPUT && e.offset == second,
	    "and one with keys that are there twice: the first such");
	feed_close(&f);
	buf_free(&text);
	buf_free(&out);
	buf_free(&want);
}

/* --- held --------------------------------------------------------------- */

static bool
wants_all(void *ctx, const struct json *object, struct slice key)
{
	(void)ctx;
	(void)object;
	(void)key;
	return true;
}

static void
count_taken(void *ctx, const struct json *element, size_t count,
    struct arena *a)
{
	(void)element;
	(void)a;
	*(size_t *)ctx += count;
}

/* Large arrays where a sieve can want them and where it cannot; one that is
 * small.  White space everywhere. */
static void
test_spans(void)
{
	static const char *const before[] = {
		"{ \"z\" : [ ", "] , \"few\" : [ 1 , 2 ], \"a\": {\"list\":[",
		"],\"deep\":{\"x\":[", "] } , \"y\" : [[", "\n]]}}"
	};
	struct buf text = { 0 }, want = { 0 };
	size_t taken = 0, spans;
	struct json_sieve sieve = { wants_all, count_taken, &taken };
	struct json_limits limits = json_foreign;
	struct canon_held *held;
	struct json_stream s;
	struct feed f;
	struct json v, left;
	struct err e;
	bool got;

	for (int part = 0; part < 5; part++) {
		buf_text(&text, before[part]);
		for (int i = 0; part < 4 && i < 9000; i++)
			buf_printf(&text, "%s{ \"b\":[%d , \"],\\\"\"] } ",
			    i > 0 ? "\n, " : "", i);
	}
	ok(json_parse(buf_get(&text), &limits, &arena, &v, &e) == ERR_OK,
	    "a document of large arrays");
	ok(canon_hold(feed_open(&f, buf_get(&text), 5000), &limits, &held,
	    &e) == ERR_OK && held != NULL &&
	    canon_held_pieces(held, to_buf, &want, &e) == ERR_OK &&
	    slice_eq(buf_get(&want), canon_text(&arena, &v)),
	    "held, it is what it is");
	feed_close(&f);
	s = (struct json_stream){ .window = text.data, .len = text.len,
	    .eof = true, .sieve = &sieve };
	s.span = canon_held_spans(held, &s.spans);
	spans = s.spans;
	ok(json_next(&s, &limits, &arena, &left, &got, &e) == ERR_OK && got,
	    "what is in its spans is leapt over");
	ok(spans == 2 && taken == 1, "of the arrays that can be wanted, only "
	    "what is small is taken");
	ok(json_count(json_get(&left, "z")) == 1 &&
	    json_count(json_get(json_get(&left, "a"), "list")) == 1 &&
	    json_count(json_get(&left, "few")) == 1 &&
	    json_equal(json_get(&left, "z")->u.item,
	    json_get(&v, "z")->u.item),
	    "their first elements stay");
	ok(json_equal(json_get(json_get(json_get(&left, "a"), "deep"), "x"),
	    json_get(json_get(json_get(&v, "a"), "deep"), "x")),
	    "what no sieve can want is read");
	canon_held_free(held);
	buf_free(&text);
	buf_free(&want);
}

static void
test_properties(void)
{
	int bad = 0;

	for (int i = 0; i < 3000; i++) {
		struct json v = random_value(4), w;
		struct slice want = canon_text(&arena, &v);
		struct err e;

		for (int j = 0; j < 3; j++) {
			struct buf text = { 0 };

			write_somehow(&text, &v);
			bad += !streams_to(buf_get(&text),
			    1 + below(j == 0 ? 7 : 4000), want) ||
			    json_parse(buf_get(&text), &json_foreign, &arena,
			    &w, &e) != ERR_OK ||
			    !slice_eq(canon_text(&arena, &w), want);
			buf_free(&text);
		}
		bad += !streams_to(want, 64, want);
		arena_reset(&arena);
	}
	ok(bad == 0, "any spelling gives the same bytes, %d do not", bad);
}

/* Objects and arrays large enough to leave in pieces. */
static void
test_large(void)
{
	struct json o = json_object(), a = json_array();
	struct buf text = { 0 };

	for (int i = 0; i < 3000; i++) {
		struct json m = json_object();

		json_set_z(&arena, &m, "description",
		    "some text that is neither short nor very long");
		json_set(&arena, &m, "id", json_int(&arena, i));
		json_push(&arena, &a, m);
		json_set(&arena, &o, arena_printf(&arena, "key-%d", i), m);
	}
	write_somehow(&text, &o);
	ok(streams_to(buf_get(&text), 50000, canon_text(&arena, &o)),
	    "a large object in no order is put in order");
	buf_reset(&text);
	write_somehow(&text, &a);
	ok(streams_to(buf_get(&text), 50000, canon_text(&arena, &a)),
	    "a large array leaves in pieces");
	buf_free(&text);
}

/* Objects that stand in each other, none in order, all sizes. */
static void
test_nested(void)
{
	int bad = 0;

	for (int i = 0; i < 60; i++) {
		struct json v = json_string(random_string());
		struct buf text = { 0 };

		for (uint32_t depth = below(60); depth > 0; depth--) {
			struct json o = json_object();
			size_t n = below(3) == 0 ? below(9000) : below(90);
			char *filler = arena_alloc(&arena, n);

			memset(filler, 'x', n);
			json_set(&arena, &o, "filler",
			    json_string((struct slice){ filler, n }));
			for (uint32_t m = below(40); m > 0; m--)
				json_set_slice(&arena, &o, random_string(),
				    random_value(1));
			json_set(&arena, &o, "nested", v);
			v = json_array();
			for (uint32_t m = below(3); m > 0; m--)
				json_push(&arena, &v, random_value(2));
			json_push(&arena, &v, o);
			if (below(4) != 0)
				v = o;
		}
		write_somehow(&text, &v);
		bad += !streams_to(buf_get(&text), 5000,
		    canon_text(&arena, &v));
		buf_free(&text);
		arena_reset(&arena);
	}
	ok(bad == 0, "large objects in each other are put in order, %d are "
	    "not", bad);
}

static void
join_piece(void *ctx, struct slice piece)
{
	buf_slice(ctx, piece);
}

static bool
same_in_pieces(const struct json *v)
{
	struct buf whole = { 0 }, joined = { 0 };
	struct digest a, b;
	bool same;

	canon_write(&whole, v);
	canon_pieces(v, join_piece, &joined);
	a = digest_json(v);
	b = digest_bytes(buf_get(&whole));
	same = slice_eq(buf_get(&whole), buf_get(&joined)) &&
	    digest_equal(&a, &b);
	buf_free(&whole);
	buf_free(&joined);
	return same;
}

static struct json
string_of(size_t n)
{
	char *s = arena_alloc(&arena, n + 1);

	memset(s, 's', n);
	return json_string((struct slice){ s, n });
}

static void
test_pieces(void)
{
	struct json list = json_array(), v;
	bool good = true;

	for (size_t n = CANON_PIECE - 4; n < CANON_PIECE + 4; n++) {
		v = string_of(n);
		good = good && same_in_pieces(&v);
		v = json_array();
		json_push(&arena, &v, string_of(n));
		good = good && same_in_pieces(&v);
		json_push(&arena, &v, json_array());
		good = good && same_in_pieces(&v);
	}
	ok(good, "pieces: whatever the last one is");
	for (int i = 0; i < 3000; i++)
		json_push(&arena, &list, random_value(4));
	ok(same_in_pieces(&list), "pieces: many, and the digest of them");
	v = string_of(0);
	ok(same_in_pieces(&v), "pieces: of an empty string");
}

/* --- canonical as it stands ----------------------------------------------- */

static bool
splits(const struct json *v, struct slice text)
{
	struct members m;

	if (v->type != JSON_OBJECT || v->len > MEMBERS_MAX)
		return !members_read(text, &arena, &m);
	if (!members_read(text, &arena, &m) || m.count != v->len)
		return false;
	for (uint32_t i = 0; i < v->len; i++) {
		const struct json_member *want = v->u.member + i;

		if (!slice_eq(m.item[i].key, (struct slice){ want->key,
		    want->key_len }) || !slice_eq(m.item[i].value,
		    canon_text(&arena, &want->value)))
			return false;
	}
	return true;
}

static void
test_members(void)
{
	static const char *const spelling[] = {
		"", "[]", "1", "{", "{}{}", "{} {}", "{\"a\":1,}",
		"{\"a\": 1}", "{ }", "{\"a\":1 }", "{\"a\":[1, 2]}",
		"{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":1}",
		"{\"a\":{\"c\":1,\"b\":1}}", "{\"a\":1.0}", "{\"a\":1e2}",
		"{\"a\":1e21}",
		"{\"a\":-0}", "{\"a\":01}", "{\"a\":9007199254740993}",
		"{\"a\":\"\\/\"}", "{\"a\":\"\\u0061\"}",
		"{\"a\":\"\\u000A\"}", "{\"a\":\"\\u000a\"}",
		"{\"a\":\"\\u0008\"}", "{\"a\":\"\\u001F\"}",
		"{\"a\":\"\\u007f\"}", "{\"a\":\"\\u00e9\"}",
		"{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\xff\"}",
		"{\"a\":\"\n\"}", "{\"a\":tru}", "{\"a\":nulll}",
		"{\"\\u0061\":1}", "{\"a\":1}x", "\xef\xbb\xbf{}"
	};
	struct members m;
	int bad = 0, objects = 0;

	for (int i = 0; i < 3000; i++) {
		struct json v = random_value(4);
		struct slice want = canon_text(&arena, &v);
		struct buf text = { 0 };

		objects += v.type == JSON_OBJECT;
		bad += !splits(&v, want);
		write_somehow(&text, &v);
		bad += members_read(buf_get(&text), &arena, &m) &&
		    !slice_eq(m.text, want);
		buf_free(&text);
		arena_reset(&arena);
	}
	ok(bad == 0 && objects > 100, "members: canonical objects are split "
	    "as their trees are, %d are not", bad);
	for (size_t i = 0; i < sizeof(spelling) / sizeof(spelling[0]); i++)
		ok(!members_read(slice_of(spelling[i]), &arena, &m),
		    "members: not canonical: %zu", i);
	ok(members_read(SLICE(" {\"\\u0001\":\"\\b\\u000b\\u001f\x7f\"}\n"),
	    &arena, &m) && m.count == 1 && slice_is(m.item[0].key, "\1") &&
	    slice_is(m.text, "{\"\\u0001\":\"\\b\\u000b\\u001f\x7f\"}"),
	    "members: escapes that RFC 8785 writes, white space around");
}

static enum status
no_room(void *ctx, struct slice piece, struct err *e)
{
	(void)ctx;
	(void)piece;
	return err_no(e, "stop here");
}

int
main(void)
{
	struct json a = json_array();
	struct feed f;
	struct err e;
	bool got;

	test_orders();
	test_spans();
	test_properties();
	test_large();
	test_nested();
	test_pieces();
	test_members();
	arena_free(&arena);

	json_push(&arena, &a, json_z("b"));
	json_push(&arena, &a, json_array());
	json_push(&arena, &a, json_z("b"));
	json_push(&arena, &a, json_int(&arena, 1));
	canon_sort(&arena, &a);
	ok(slice_is(canon_text(&arena, &a), "[\"b\",1,[]]"),
	    "a set is sorted by its elements' bytes, equal ones once");
	ok(canon_cmp(a.u.item, a.u.item + 1) < 0 &&
	    canon_cmp(a.u.item, a.u.item) == 0, "and compared by them");
	ok(canon_stream(feed_open(&f, SLICE("[1]"), 3), &json_foreign,
	    no_room, NULL, &got, &e) == ERR_NO && !got &&
	    strcmp(e.text, "stop here") == 0,
	    "what the sink says is what canon_stream says");
	feed_close(&f);
	arena_free(&arena);
	return done();
}
