/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"
#include "msg.h"
#include "passphrase.h"
#include "secret.h"
#include "secure.h"

/* --- the terminal ------------------------------------------------------- */

/* What ends or stops us while the terminal does not echo. */
static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

enum {
	SIGNALS = sizeof(signals) / sizeof(signals[0])
};

static volatile sig_atomic_t caught;

static void
note(int signal)
{
	caught = signal;
}

/* A terminal that does not echo, and how it was. */
struct quiet {
	int tty;
	bool was_loud;
	struct termios loud;
	struct sigaction action[SIGNALS];
	sigset_t mask;
};

/* Signals wait until somebody waits for input. */
static void
quiet_open(struct quiet *q, int tty)
{
	struct sigaction act = { .sa_handler = note };
	struct termios silent;
	sigset_t all;

	q->tty = tty;
	caught = 0;
	(void)sigemptyset(&all);
	(void)sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaddset(&all, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &all, &q->mask);
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)sigaction(signals[i], &act, &q->action[i]);
		if (q->action[i].sa_handler == SIG_IGN)
			(void)sigaction(signals[i], &q->action[i], NULL);
	}
	q->was_loud = tcgetattr(tty, &q->loud) == 0;
	if (q->was_loud) {
		silent = q->loud;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(tty, TCSAFLUSH, &silent);
	}
}

/* Then the signals have their way. */
static void
quiet_close(struct quiet *q)
{
	if (q->was_loud)
		(void)tcsetattr(q->tty, TCSAFLUSH, &q->loud);
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &q->action[i], NULL);
	if (caught != 0)
		(void)raise(caught);
	(void)sigprocmask(SIG_SETMASK, &q->mask, NULL);
}

/* False: a signal came first. */
static bool
quiet_wait(const struct quiet *q)
{
	struct pollfd p = { .fd = q->tty, .events = POLLIN };

	while (caught == 0 && ppoll(&p, 1, NULL, &q->mask) < 0 &&
	    errno == EINTR)
		;
	return caught == 0;
}

/* A line without its end; one byte at a time, so that what follows stays
 * where it is.  q: the terminal that fd is, or NULL. */
static enum status
read_line(int fd, const struct quiet *q, struct slice *out, struct err *e)
{
	char *line = secure_alloc(SECRET_PASSPHRASE_MAX + 1);
	size_t len = 0, got;
	enum status st;

	for (;;) {
		st = q == NULL || quiet_wait(q) ? io_read(fd, line + len, 1,
		    &got, e) : err_bad(e, "interrupted");
		if (st == ERR_OK && got == 0 && len == 0 && q != NULL)
			st = err_bad(e, "no passphrase was given");
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

/* Asked again after having been stopped and continued. */
static enum status
ask(int tty, const char *prompt, const char *what, struct slice *out,
    struct err *e)
{
	struct buf text = { 0 };
	struct quiet q;
	enum status st;

	buf_printf(&text, "%s%s: ", prompt, what);
	do {
		quiet_open(&q, tty);
		st = io_write(tty, text.data, text.len, e);
		if (st == ERR_OK)
			st = read_line(tty, &q, out, e);
		(void)io_write(tty, "\n", 1, NULL);
		quiet_close(&q);
	} while (caught == SIGTSTP);
	buf_free(&text);
	return st;
}

/* A new passphrase is asked for twice, and is not an empty one. */
static enum status
confirm_it(int tty, const char *what, const struct slice *first,
    struct err *e)
{
	struct slice again;
	enum status st;

	if (first->len == 0)
		return err_bad(e, "an empty passphrase; use --no-passphrase "
		    "for a key that is not encrypted");
	st = ask(tty, "Again, for ", what, &again, e);
	if (st != ERR_OK)
		return st;
	if (!slice_eq(*first, again))
		st = err_bad(e, "the passphrases differ");
	secure_free((char *)(uintptr_t)again.data);
	return st;
}

static enum status
prompt(const char *what, bool confirm, struct slice *out)
{
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
		st = confirm_it(tty, what, out, &e);
	}
	(void)close(tty);
	return st == ERR_OK ? st : msg_err(what, &e);
}

/* --- files and descriptors ---------------------------------------------- */

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
			st = read_line(fd, NULL, &pass->bytes, &e);
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
