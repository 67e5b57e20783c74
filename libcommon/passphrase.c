/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"
#include "msg.h"
#include "passphrase.h"
#include "secret.h"
#include "secure.h"

/* A line without its end; one byte at a time, so that what follows stays
 * where it is. */
static enum status
read_line(int fd, struct slice *out, struct err *e)
{
	char *line = secure_alloc(SECRET_PASSPHRASE_MAX + 1);
	size_t len = 0, got;
	enum status st;

	for (;;) {
		st = io_read(fd, line + len, 1, &got, e);
		if (st != ERR_OK || got == 0 || line[len] == '\n')
			break;
		if (++len > SECRET_PASSPHRASE_MAX) {
			st = err_bad(e, "a passphrase above the limit of %d "
			    "bytes", SECRET_PASSPHRASE_MAX);
			break;
		}
	}
	if (st != ERR_OK) {
		secure_free(line);
		return st;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	*out = (struct slice){ line, len };
	return ERR_OK;
}

static enum status
ask(int tty, const char *prompt, const char *what, struct slice *out,
    struct err *e)
{
	struct termios old, quiet;
	struct buf text = { 0 };
	bool echo;
	enum status st;

	buf_printf(&text, "%s%s: ", prompt, what);
	st = io_write(tty, text.data, text.len, e);
	buf_free(&text);
	echo = tcgetattr(tty, &old) == 0;
	if (echo) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	}
	if (st == ERR_OK)
		st = read_line(tty, out, e);
	if (echo)
		(void)tcsetattr(tty, TCSAFLUSH, &old);
	if (st == ERR_OK)
		st = io_write(tty, "\n", 1, e);
	return st;
}

static enum status
prompt(const char *what, bool confirm, struct slice *out)
{
	struct slice again = { NULL, 0 };
	struct err e;
	enum status st;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0) {
		msg_say(what, "a passphrase is needed, and there is no "
		    "terminal to ask on; use --passphrase-file or "
		    "--passphrase-fd");
		return ERR_INPUT;
	}
	st = ask(tty, "Passphrase for ", what, out, &e);
	if (st == ERR_OK && confirm) {
		st = ask(tty, "Again, for ", what, &again, &e);
		if (st == ERR_OK && !slice_eq(*out, again))
			st = err_bad(&e, "the passphrases differ");
		secure_free((char *)(uintptr_t)again.data);
	}
	(void)close(tty);
	return st == ERR_OK ? st : msg_err(what, &e);
}

static bool
descriptor(const char *text, int *fd)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	*fd = (int)n;
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 &&
	    n <= 65535;
}

enum status
passphrase_get(struct passphrase *pass, const char *what, bool confirm,
    struct slice *out)
{
	const char *name = pass->file != NULL ? pass->file : pass->fd;
	enum status st;
	struct err e;
	int fd;

	if (pass->file != NULL && pass->fd != NULL)
		opt_usage_error("--passphrase-file and --passphrase-fd "
		    "exclude each other");
	if (name == NULL) {
		/* Each key has its own; the last is kept to be wiped. */
		passphrase_close(pass);
		st = prompt(what, confirm, &pass->bytes);
		pass->have = st == ERR_OK;
		*out = pass->bytes;
		return st;
	}
	if (!pass->have) {
		if (pass->fd != NULL && !descriptor(pass->fd, &fd))
			opt_usage_error("--passphrase-fd %s: expected a "
			    "descriptor's number", pass->fd);
		st = pass->fd != NULL ? ERR_OK :
		    io_open_read(pass->file, &fd, &e);
		if (st == ERR_OK) {
			st = read_line(fd, &pass->bytes, &e);
			(void)close(fd);
		}
		if (st != ERR_OK)
			return msg_err(name, &e);
		pass->have = true;
	}
	*out = pass->bytes;
	return ERR_OK;
}

void
passphrase_close(struct passphrase *pass)
{
	secure_free((char *)(uintptr_t)pass->bytes.data);
	pass->bytes = (struct slice){ NULL, 0 };
	pass->have = false;
}
