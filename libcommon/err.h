/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err - what went wrong, as a value (layer 0).
 *
 * Functions below the command-line kit neither print nor exit.  They return
 * an enum status and, unless it is ERR_OK, fill the caller's struct err with
 * one text and, where input is at fault, the byte offset of the fault.  The
 * numbers are the exit statuses of every tool, so a tool may return the worst
 * one it met.
 */
#ifndef ERR_H
#define ERR_H

#include <stdbool.h>
#include <stdint.h>

enum status {
	ERR_OK = 0,	/* done; every claim holds */
	ERR_NO = 1,	/* understood, and the answer is no */
	ERR_INPUT = 2,	/* input (or usage) that is refused */
	ERR_SYSTEM = 3	/* the system failed; the same call may work later */
};

enum {
	ERR_TEXT_MAX = 512	/* a message that is longer is cut */
};

struct err {
	enum status code;
	bool has_offset;
	uint64_t offset;	/* bytes from the start of the input */
	char text[ERR_TEXT_MAX];
};

/*
 * Each fills *e (which may be NULL) and returns its code, so that
 * "return err_input(e, off, ...)" is one line.  The text has no file name
 * (the caller knows it), no capital and no full stop; it says what was found
 * and what was expected.  It may hold hostile bytes: msg masks them.
 */
enum status err_no(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
enum status err_bad(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
enum status err_input(struct err *e, uint64_t offset, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* err_system appends ": " and the text of errno. */
enum status err_system(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The greater of two statuses. */
enum status err_worst(enum status a, enum status b);

#endif
