/* SPDX-License-Identifier: Apache-2.0 */
/*
 * textformat - the formats of JSON Schema (2020-12 Validation, 7.3), as
 * questions about text (layer 1).  "regex" is not here: it needs regex.h.
 */
#ifndef TEXTFORMAT_H
#define TEXTFORMAT_H

#include <stdbool.h>

#include "mem.h"

/* The test of a format by its name; NULL if it is not one of these. */
typedef bool textformat_test(struct slice s);
textformat_test *textformat_find(struct slice name);

#endif
