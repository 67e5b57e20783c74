/* SPDX-License-Identifier: Apache-2.0 */
/*
 * der - strict DER, X.690 section 10 (layer 1).
 *
 * A reader that walks bytes it does not own, and a writer into a buffer.
 * Anything BER allows and DER does not is refused: indefinite and overlong
 * lengths, padded integers, booleans other than 00 and FF, unused bits that
 * are not zero.  Tag numbers above 30 do not occur in what this project
 * reads and are refused.  No allocation, no recursion; the caller enters what
 * it knows and decides how deep that is.
 *
 *	struct der d = der_of(bytes), seq;
 *	struct slice serial;
 *
 *	if (!der_enter(&d, DER_SEQUENCE, &seq) || !der_end(&d) ||
 *	    !der_take(&seq, DER_INTEGER, &serial) || ...)
 *		return err_input(e, der_offset(&d, bytes), "...");
 *
 * Functions that answer false leave the cursor at the element at fault.
 */
#ifndef DER_H
#define DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"
#include "timefmt.h"

/* Identifier octets. */
enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};

/* [n] as a constructed (explicit, or implicit of a constructed type) and as
 * a primitive context-specific tag. */
#define DER_CONTEXT(n) (0xa0 | (n))
#define DER_CONTEXT_PRIMITIVE(n) (0x80 | (n))

/* A place in a run of elements. */
struct der {
	struct slice rest;
};

struct der der_of(struct slice bytes);
/* Nothing is left. */
bool der_end(const struct der *d);
/* The next identifier octet, or -1 at the end. */
int der_peek(const struct der *d);
/* How far d's cursor is into the whole that it walks. */
size_t der_offset(const struct der *d, struct slice whole);

/* The next element, of any tag: its contents, and the whole of it with tag
 * and length (either may be NULL). */
bool der_any(struct der *d, uint8_t *tag, struct slice *body,
    struct slice *whole);
/* The next element, which must have this tag. */
bool der_take(struct der *d, uint8_t tag, struct slice *body);
/* The same with its header. */
bool der_whole(struct der *d, uint8_t tag, struct slice *whole);
/* The next element must have this tag; inner walks its contents. */
bool der_enter(struct der *d, uint8_t tag, struct der *inner);
/* An optional element: true, and *body.data NULL, when the next tag is
 * another; false only when it is there and malformed. */
bool der_optional(struct der *d, uint8_t tag, struct slice *body);
/* Passes over one element of any tag. */
bool der_skip(struct der *d);
/* bytes are exactly one element of this tag; inner walks its contents. */
bool der_only(struct slice bytes, uint8_t tag, struct der *inner);

/* --- contents ----------------------------------------------------------- */

/* An INTEGER of shortest form that is not negative: its bytes, most
 * significant first, without a leading zero (zero itself is one 00). */
bool der_unsigned(struct slice body, struct slice *magnitude);
bool der_uint64(struct slice body, uint64_t *out);
bool der_boolean(struct slice body, bool *out);
/* A BIT STRING: its bytes and how many low bits of the last are unused. */
bool der_bits(struct slice body, struct slice *bytes, unsigned *unused);
/* A BIT STRING of whole bytes, as keys and signatures are. */
bool der_bytes(struct slice body, struct slice *bytes);
/* Well-formed contents of an OBJECT IDENTIFIER. */
bool der_is_oid(struct slice body);
/* "1.2.840.113549": appends it; an arc beyond 64 bits ends it with "?". */
void der_oid_text(struct buf *out, struct slice body);
/* UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 writes them.  With fraction,
 * a GeneralizedTime may have one of up to nine digits (RFC 3161), without
 * trailing zeros. */
bool der_time(uint8_t tag, struct slice body, bool fraction,
    struct instant *out);

/* --- writing ------------------------------------------------------------ */

/* One element: header and contents. */
void der_put(struct buf *out, uint8_t tag, struct slice body);
/*
 * A constructed element whose contents are written next: der_open returns a
 * mark, der_close fixes the length.
 */
size_t der_open(struct buf *out, uint8_t tag);
void der_close(struct buf *out, size_t mark);
/* An INTEGER from big-endian bytes, which may have leading zeros. */
void der_put_unsigned(struct buf *out, struct slice magnitude);
void der_put_uint64(struct buf *out, uint64_t n);
/* An OBJECT IDENTIFIER from its contents octets. */
void der_put_oid(struct buf *out, struct slice oid);
/* A BIT STRING of whole bytes. */
void der_put_bits(struct buf *out, struct slice bytes);

#endif
