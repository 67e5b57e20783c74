/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digester - the digests of what is in a file (layer 4).
 *
 * Of the documents of an operand one by one, without a tree where that can
 * be, or of all its bytes.  What fails was said on standard error.
 */
#ifndef DIGESTER_H
#define DIGESTER_H

#include "digest.h"
#include "input.h"

enum digester_of {
	DIGESTER_CANONICAL,	/* RFC 8785 bytes of each document */
	DIGESTER_RAW,		/* the bytes of the file, which may be none */
	DIGESTER_VERDICT	/* each verdict without verdictId and at */
};

/* Zero it, but for what is to be digested and the limits of a document. */
struct digester {
	enum digester_of of;
	struct json_limits limits;
	struct input in;	/* good while it is open */
	bool open;
	bool done;		/* DIGESTER_RAW: all was read */
	struct arena record;	/* what is made of one document */
};

enum status digester_open(struct digester *d, const char *operand);
/* The next one; *got is false at the end of the file. */
enum status digester_next(struct digester *d, struct digest *out, bool *got);
/* in-toto's ResourceDescriptor of the last one, until the next. */
struct json digester_descriptor(struct digester *d,
    const struct digest *digest);
/* Closing twice is fine. */
void digester_close(struct digester *d);
/* Closes, and lets go of the memory. */
void digester_free(struct digester *d);

#endif
