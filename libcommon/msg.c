/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"

enum {
	LINE_MAX_BYTES = 4096	/* at most PIPE_BUF, so a line stays whole */
};

static const char *tool_name = "provkit";

void
msg_set_tool(const char *name)
{
	tool_name = name;
}

const char *
msg_tool(void)
{
	return tool_name;
}

/* Append text to line, masking what is not printable; return the length. */
static size_t
mask(char *line, size_t len, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text != '\0' && len + 5 < LINE_MAX_BYTES; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f) {
			line[len++] = (char)c;
		} else {
			line[len++] = '\\';
			line[len++] = 'x';
			line[len++] = digits[c >> 4];
			line[len++] = digits[c & 15];
		}
	}
	return len;
}

static void
emit(const char *file, const char *offset, const char *problem)
{
	char line[LINE_MAX_BYTES];
	size_t len = 0, done = 0;
	int saved = errno;

	len = mask(line, len, tool_name);
	len = mask(line, len, ": ");
	if (file != NULL) {
		len = mask(line, len, file);
		len = mask(line, len, ": ");
	}
	if (offset != NULL) {
		len = mask(line, len, offset);
		len = mask(line, len, ": ");
	}
	len = mask(line, len, problem);
	line[len++] = '\n';
	while (done < len) {
		ssize_t n = write(STDERR_FILENO, line + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;	/* nobody to tell */
		done += (size_t)n;
	}
	errno = saved;
}

__attribute__((format(printf, 2, 0))) static void
say(const char *file, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	emit(file, NULL, text);
}

void
msg_say(const char *file, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(file, fmt, ap);
	va_end(ap);
}

enum status
msg_err(const char *file, const struct err *e)
{
	char offset[24];

	(void)snprintf(offset, sizeof(offset), "%" PRIu64, e->offset);
	emit(file, e->has_offset ? offset : NULL, e->text);
	return e->code;
}

void
msg_die(enum status status, const char *file, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(file, fmt, ap);
	va_end(ap);
	exit((int)status);
}

void
msg_die_err(const char *file, const struct err *e)
{
	exit((int)msg_err(file, e));
}
