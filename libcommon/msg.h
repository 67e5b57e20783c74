/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg - one-line diagnostics on standard error (layer 0).
 *
 * A message is "tool: file: offset: problem", one line, one write(2).  Bytes
 * that are not printable ASCII are shown as \xNN, so that a hostile file name
 * can neither drive a terminal nor forge a second line.
 */
#ifndef MSG_H
#define MSG_H

#include <stdint.h>

#include "err.h"

/* The name that messages begin with; kept by reference. */
void msg_set_tool(const char *name);
const char *msg_tool(void);

/* file may be NULL.  msg_err prints e under file and returns e->code. */
void msg_say(const char *file, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
enum status msg_err(const char *file, const struct err *e);

/* For tools and mem.c only: say it, run the clean-up hooks, exit. */
void msg_die(enum status status, const char *file, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), noreturn));
void msg_die_err(const char *file, const struct err *e)
    __attribute__((noreturn));

#endif
