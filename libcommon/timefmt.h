/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timefmt - instants and their texts (layer 1).  No clock, no time zone
 * data: proleptic Gregorian arithmetic in 64 bits.
 */
#ifndef TIMEFMT_H
#define TIMEFMT_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

enum {
	TIMEFMT_LEN = 20,		/* YYYY-MM-DDTHH:MM:SSZ */
	TIMEFMT_DAY = 86400
};

#define TIMEFMT_LAST INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

/* An instant: seconds since 1970-01-01T00:00:00Z, and nanoseconds past. */
struct instant {
	int64_t sec;
	int32_t nsec;
};

/* RFC 3339 with any offset, any number of fraction digits (digits past the
 * ninth are dropped), lower-case t and z; years 0001 to 9999; second 60 only
 * where a leap second can stand (23:59:60 UTC), read as the next second. */
bool timefmt_rfc3339(struct slice s, struct instant *out);
/* RFC 3339, or '@' and decimal seconds since 1970. */
bool timefmt_option(struct slice s, int64_t *sec);
/* Writes TIMEFMT_LEN bytes and a NUL. */
void timefmt_write(int64_t sec, char out[TIMEFMT_LEN + 1]);
char *timefmt_text(struct arena *a, int64_t sec);
/* The same with the fraction, where there is one: no zeros at its end. */
char *timefmt_exact(struct arena *a, struct instant t);
int timefmt_cmp(struct instant a, struct instant b);

/* Days since 1970-01-01 of a civil date, and back. */
int64_t timefmt_days(int64_t year, int month, int day);
void timefmt_civil(int64_t days, int64_t *year, int *month, int *day);

/* A length of time: digits and one of s, m, h, d, w ("90s", "1h", "7d");
 * false unless it is positive and fits. */
bool timefmt_span(struct slice s, int64_t *sec);
/* sec floored to a multiple of span counted from 0001-01-01T00:00:00Z, a
 * Monday, so that weeks begin on Monday. */
int64_t timefmt_floor(int64_t sec, int64_t span);

#endif
