/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number - doubles to and from text (layer 1).  No locale, no printf, no
 * libm.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

enum {
	NUMBER_MAX = 32		/* bytes number_write may need */
};

/* Nearest double (ties to even) of a text that matches RFC 8259's number;
 * false if the magnitude overflows. */
bool number_read(struct slice s, double *out);
/* ECMAScript Number::toString of a finite double, as RFC 8785 3.2.2.3 wants:
 * the shortest text that reads back; returns its length. */
size_t number_write(double d, char out[NUMBER_MAX]);
/* Compares two RFC 8259 numbers exactly, as decimals: -1, 0, 1. */
int number_cmp(struct slice a, struct slice b);
/*
 * Whether a whole number (digits, perhaps a minus sign) survives as a double:
 * its value is one, or is the value of the text that RFC 8785 writes for the
 * nearest one (so that what was written can be read again).
 */
bool number_kept(struct slice s);
/* The value of an RFC 8259 number that is whole and fits; 1.0 and 1e2 are. */
bool number_int64(struct slice s, int64_t *out);

#endif
