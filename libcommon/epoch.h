/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epoch - the state of a vulnerability feed (layer 1): an RFC 3339 time, an
 * ISO week (2026-W03) or a decimal number; a day (2026-01-20) is taken too.
 * One feed keeps to one form, since there is no order between two.
 */
#ifndef EPOCH_H
#define EPOCH_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

enum {
	EPOCH_DIGITS_MAX = 15	/* of one that is a number */
};

enum epoch_form {
	EPOCH_NONE,		/* some text: the order is that of bytes */
	EPOCH_TIME,
	EPOCH_DAY,
	EPOCH_WEEK,
	EPOCH_NUMBER
};

enum epoch_form epoch_form(struct slice s);
/* When it begins; false for a bare number, and what has no form. */
bool epoch_instant(struct slice s, int64_t *sec);
/* -1, 0, 1 within a form; across forms by bytes, which only sorts. */
int epoch_cmp(struct slice a, struct slice b);
/* ERR_INPUT for what has no form, and for more than a day after now: no epoch
 * ever goes back, so one of the far future would keep every entry of its feed
 * out of the cache for good. */
enum status epoch_check(struct slice s, int64_t now, struct err *e);

#endif
