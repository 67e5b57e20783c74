/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

__attribute__((format(printf, 3, 0))) static void
fill(struct err *e, enum status code, const char *fmt, va_list ap)
{
	if (e == NULL)
		return;
	e->code = code;
	e->has_offset = false;
	e->offset = 0;
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
}

enum status
err_no(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, ERR_NO, fmt, ap);
	va_end(ap);
	return ERR_NO;
}

enum status
err_bad(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, ERR_INPUT, fmt, ap);
	va_end(ap);
	return ERR_INPUT;
}

enum status
err_input(struct err *e, uint64_t offset, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, ERR_INPUT, fmt, ap);
	va_end(ap);
	if (e != NULL) {
		e->has_offset = true;
		e->offset = offset;
	}
	return ERR_INPUT;
}

enum status
err_system(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t used;

	va_start(ap, fmt);
	fill(e, ERR_SYSTEM, fmt, ap);
	va_end(ap);
	if (e != NULL) {
		used = strlen(e->text);
		(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s",
		    strerror(saved));
	}
	errno = saved;
	return ERR_SYSTEM;
}

enum status
err_worst(enum status a, enum status b)
{
	return a > b ? a : b;
}
