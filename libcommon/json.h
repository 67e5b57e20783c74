/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - the one strict JSON reader, and the tree it makes (layer 1).
 *
 * Accepts RFC 8259 as narrowed by I-JSON (RFC 7493): valid UTF-8, no
 * duplicate keys (compared after unescaping), no lone surrogates, no byte
 * order mark, numbers that fit a double.  A number written as digits only,
 * with no fraction or exponent, that a double would change is refused,
 * unless lossy numbers were asked for.
 *
 * The tree is in canonical order: an object's members are sorted as RFC 8785
 * sorts them (UTF-16 code units) while it is read, so that look-up is a
 * binary search and canonical output is one walk.  The order of the source
 * is gone; each node keeps the byte offset it was read at.
 *
 * Nodes, arrays and unescaped strings live in the caller's arena; a string
 * without escapes and every number point into the text that was read, which
 * must outlive the tree.  No recursion: depth is a limit, not the C stack.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	uint8_t type;		/* enum json_type */
	uint8_t flag;		/* JSON_BOOL: 1 is true.  JSON_NUMBER: 1 when
				 * the text is already what RFC 8785 writes.
				 * JSON_ARRAY: 1 when a sieve took all but the
				 * first element */
	uint16_t spare;
	uint32_t len;		/* bytes of text, or count of children */
	uint32_t cap;		/* room for children; 0: as read, copy to
				 * grow */
	uint32_t offset;	/* of its first byte, from the document's start
				 * (of the stream's window; see json_stream) */
	union {
		const char *text;		/* JSON_STRING, JSON_NUMBER */
		struct json *item;		/* JSON_ARRAY */
		struct json_member *member;	/* JSON_OBJECT, sorted */
	} u;
};

struct json_member {
	const char *key;	/* unescaped UTF-8; may hold NUL */
	uint32_t key_len;
	uint32_t key_offset;
	struct json value;
};

/* for (each item of array v) */
#define JSON_EACH(it, v) \
	for (const struct json *it = (v)->u.item, \
	    *it##_end = (v)->u.item + (v)->len; it < it##_end; it++)
/* for (each member of object v) */
#define JSON_MEMBERS(m, v) \
	for (const struct json_member *m = (v)->u.member, \
	    *m##_end = (v)->u.member + (v)->len; m < m##_end; m++)

/* --- reading ------------------------------------------------------------ */

struct json_limits {
	uint64_t max_size;	/* bytes of one document; below 4 GiB */
	uint32_t max_depth;	/* nesting of arrays and objects */
	bool lossy;		/* accept whole numbers a double changes */
};

extern const struct json_limits json_foreign;	/* 1 GiB, 500 deep */
extern const struct json_limits json_own;	/* 2 GiB + 1 MiB, 512 deep */

/*
 * A sieve takes the elements of a large array out of the tree while it is
 * read, so that only a few of them are held at a time.  The first element
 * stays: who looks at the tree sees what the array is of, and that it is not
 * empty.
 */
struct json_sieve {
	/* Asked when an array opens that is a member of the document's object
	 * or of an object in that: shall its elements be taken?  object holds
	 * the members that came before, in the order of the text: walk them
	 * with JSON_MEMBERS. */
	bool (*wants)(void *ctx, const struct json *object, struct slice key);
	/* The next elements of the array that was wanted last.  They are gone
	 * when this returns, but for those who keep what is in the arena a
	 * and leave another one there: then only the array itself is. */
	void (*take)(void *ctx, const struct json *element, size_t count,
	    struct arena *a);
	void *ctx;
};

/* What stands between the first element of an array and its closing bracket:
 * offsets in the document of the comma and of the bracket. */
struct json_span {
	uint32_t from, to;
};

/*
 * A stream of documents.  window is memory that does not move while a
 * document is read; more() (may be NULL: all is there) adds bytes behind len
 * or sets eof.  The first byte of the window is at base in the stream.
 * Each document after the first begins after white space with a LF in it.
 */
struct json_stream {
	const char *window;
	size_t len;
	size_t pos;		/* where the next document is looked for */
	uint64_t base;
	bool eof;
	bool lossy;		/* set: the last document had such numbers */
	uint64_t start;		/* of the last document in the stream */
	uint64_t count;		/* documents read so far */
	uint32_t depth;		/* the last document's deepest nesting */
	enum status (*more)(struct json_stream *, struct err *);
	/* Told before each document (and by canon_stream within one) that the
	 * bytes before pos are done with; may move what follows to the
	 * window's start (changing pos, len and base).  May be NULL. */
	void (*discard)(struct json_stream *);
	void *ctx;
	const struct json_sieve *sieve;	/* of json_next; may be NULL */
	/* Of arrays in which all is right, as canon_hold found out: where the
	 * sieve wants one, it is not told of the elements in there, and they
	 * are not read. */
	const struct json_span *span;
	size_t spans;
};

/*
 * The next document.  At the end of the stream *got is false (a stream with
 * no document at all is ERR_INPUT).  Node offsets count from the document's
 * first byte; s->start below is where that is in the stream.  The tree is
 * valid until the next call.
 */
enum status json_next(struct json_stream *s, const struct json_limits *limits,
    struct arena *a, struct json *out, bool *got, struct err *e);

/* Exactly one document, white space around it allowed. */
enum status json_parse(struct slice text, const struct json_limits *limits,
    struct arena *a, struct json *out, struct err *e);
/* The same, and says whether a number was lossy. */
enum status json_parse_lossy(struct slice text,
    const struct json_limits *limits, struct arena *a, struct json *out,
    bool *lossy, struct err *e);

/* --- asking ------------------------------------------------------------- */

/* All take NULL for v and answer "not there". */
const struct json *json_get(const struct json *v, const char *key);
const struct json *json_get_slice(const struct json *v, struct slice key);
/* json_get, but NULL also when the member is not of this type. */
const struct json *json_want(const struct json *v, const char *key,
    enum json_type type);
/* A string's bytes; data is NULL when v is not a string. */
struct slice json_text(const struct json *v);
/* json_text(json_get(v, key)) */
struct slice json_get_text(const struct json *v, const char *key);
bool json_is(const struct json *v, const char *text);
bool json_true(const struct json *v);
/* A whole number that fits; 1.0 and 1e2 do, 1.5 does not. */
bool json_int64(const struct json *v, int64_t *out);
/* Children of an array or object; 0 for anything else. */
size_t json_count(const struct json *v);
const char *json_type_name(const struct json *v);
/* Equal as JSON values: numbers by value (1 = 1.0). */
bool json_equal(const struct json *a, const struct json *b);

/* RFC 8785 order of two keys: UTF-16 code units, computed on UTF-8. */
int json_key_cmp(struct slice a, struct slice b);

/* --- making ------------------------------------------------------------- */

/*
 * Values are small and passed by value; a container is finished before it is
 * put into another.  Strings are borrowed (put them in the arena first if
 * they do not live long enough) and must be valid UTF-8.
 */
struct json json_null(void);
struct json json_bool(bool b);
struct json json_string(struct slice s);
struct json json_z(const char *z);
struct json json_int(struct arena *a, int64_t n);
struct json json_uint(struct arena *a, uint64_t n);
struct json json_array(void);
struct json json_object(void);
/* Room in an empty container for n children, n > 0: what is known to grow so
 * far is not moved while it does. */
void json_room(struct arena *a, struct json *v, uint32_t n);
/* Appends; amortised constant time. */
void json_push(struct arena *a, struct json *array, struct json v);
/* Sets a member, replacing one of that key; keys are borrowed.  Appending
 * in canonical order is amortised constant time. */
void json_set(struct arena *a, struct json *object, const char *key,
    struct json v);
void json_set_slice(struct arena *a, struct json *object, struct slice key,
    struct json v);
void json_set_z(struct arena *a, struct json *object, const char *key,
    const char *z);
/* json_set unless v is NULL (an absent optional member). */
void json_set_opt(struct arena *a, struct json *object, const char *key,
    const struct json *v);
/* Removes a member if it is there. */
void json_unset(struct arena *a, struct json *object, const char *key);
/* A deep copy that lives in a alone. */
struct json json_copy(struct arena *a, const struct json *v);

#endif
