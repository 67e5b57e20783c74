/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - the strict reader's table for our own documents (layer 1).
 *
 * An own document with a member its format does not have is refused: a typo
 * must be an error, not a rule that never fires.  A module describes its
 * format as a table and reads the members only after shape_check said yes.
 *
 *	static const struct shape event[] = {
 *		{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
 *		{ "keys", SHAPE_ARRAY, key_shape },	(each element)
 *		{ "limits", SHAPE_MAP | SHAPE_INT, NULL }, (any key, ints)
 *		SHAPE_END
 *	};
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "json.h"

enum {
	SHAPE_NULL = 1,
	SHAPE_BOOL = 2,
	SHAPE_INT = 4,		/* a whole number within 64 bits */
	SHAPE_NUMBER = 8,
	SHAPE_STRING = 16,
	SHAPE_ARRAY = 32,	/* of objects by "of"; of == NULL: of strings */
	SHAPE_OBJECT = 64,	/* by "of"; of == NULL: any members */
	SHAPE_MAP = 128,	/* object with any keys; values of the other
				 * types named, objects by "of" */
	SHAPE_ANY = 256,
	SHAPE_NEEDED = 512
};

struct shape {
	const char *name;	/* NULL ends the table */
	unsigned types;
	const struct shape *of;
};

#define SHAPE_END { NULL, 0, NULL }

/* ERR_INPUT with the offset and name of the first member that is unknown,
 * missing or of another type.  kind (may be NULL) must be the value of
 * "kind". */
enum status shape_check(const struct json *v, const struct shape *shape,
    const char *kind, struct err *e);

/* A member that must hold a time as we write it, to the byte: ERR_INPUT
 * names it with its offset. */
enum status shape_time(const struct json *v, const char *name, int64_t *sec,
    struct err *e);

#endif
