/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sariflog - SARIF 2.1.0 logs of one run (layer 3).
 */
#ifndef SARIFLOG_H
#define SARIFLOG_H

#include "json.h"

struct sariflog {
	struct arena *a;	/* the caller's; keeps all that is added */
	struct json results, rules;
};

struct sariflog sariflog_start(struct arena *a);
/* One result.  The fingerprint is made of rule and message; location (a
 * SARIF location object) may be NULL.  Texts are borrowed. */
void sariflog_add(struct sariflog *log, struct slice rule, bool error,
    const char *message, const struct json *location);
/* Appends the log, canonical, and one LF; properties (of the run) may be
 * NULL. */
void sariflog_write(struct buf *out, struct sariflog *log,
    const struct json *properties);

#endif
