/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ptyrun - run a program on a terminal of its own, and answer it.
 *
 *	ptyrun ANSWERS LOG PROGRAM [ARG...]
 *
 * Each line of ANSWERS is typed when the terminal shows a prompt (": "); ^C,
 * ^D, ^Z, ^\ are these keys.  LOG gets "prompt TEXT, echo off" for each, what
 * became of the program ("stopped", "exit N", "signal N"), and whether the
 * terminal echoes then.  A program that was stopped is continued.  Exit 0,
 * or 3 when that could not be done.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
	PATIENCE = 60 * 1000	/* ms */
};

static int master, log_fd;

static void
die(const char *what)
{
	perror(what);
	_exit(3);
}

static const char *
echo_of(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) != 0 ? "no terminal" :
	    (t.c_lflag & ECHO) != 0 ? "echo on" : "echo off";
}

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vdprintf(log_fd, format, ap);
	va_end(ap);
}

/* What a shell does: the program is in the foreground. */
static int
shell(const char *tty, char **argv)
{
	int fd = -1, status;
	pid_t pid;

	if (setsid() < 0 || (fd = open(tty, O_RDWR)) < 0 ||
	    ioctl(fd, TIOCSCTTY, 0) < 0)
		die(tty);
	(void)signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)tcsetpgrp(fd, getpid());
		(void)close(fd);
		(void)close(master);
		(void)signal(SIGTTOU, SIG_DFL);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	(void)setpgid(pid, pid);
	(void)tcsetpgrp(fd, pid);
	while (waitpid(pid, &status, WUNTRACED) == pid) {
		if (!WIFSTOPPED(status))
			break;
		say("stopped, %s\n", echo_of(fd));
		(void)kill(-pid, SIGCONT);
	}
	say("%s %d, %s\n", WIFEXITED(status) ? "exit" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
	    echo_of(fd));
	return 0;
}

static void
answer(const char *line)
{
	char key = 0;

	if (line[0] == '^' && line[1] != '\0' && line[2] == '\n')
		key = (char)(line[1] & 0x1f);
	if (key != 0 ? write(master, &key, 1) != 1 :
	    write(master, line, strlen(line)) != (ssize_t)strlen(line))
		die("write");
}

/* Reads what the terminal shows, and answers. */
static void
converse(FILE *answers)
{
	char shown[4096], line[1024];
	struct pollfd p = { .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	p.fd = master;
	for (;;) {
		if (poll(&p, 1, PATIENCE) <= 0)
			die("nothing was asked");
		n = read(master, shown + len, sizeof(shown) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		shown[len] = '\0';
		if (len < 2 || strcmp(shown + len - 2, ": ") != 0)
			continue;
		/* What went before is a line's end, or what was echoed. */
		say("prompt %s%s\n", shown + strspn(shown, "\r\n"),
		    echo_of(master));
		len = 0;
		if (fgets(line, sizeof(line), answers) == NULL)
			die("no answer left");
		answer(line);
	}
}

int
main(int argc, char **argv)
{
	const char *tty;
	FILE *answers;
	int status;
	pid_t pid;

	if (argc < 4)
		return 3;
	answers = fopen(argv[1], "r");
	log_fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND |
	    O_CLOEXEC, 0600);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (answers == NULL || log_fd < 0 || master < 0 ||
	    grantpt(master) != 0 || unlockpt(master) != 0 ||
	    (tty = ptsname(master)) == NULL)
		die("a terminal");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(shell(tty, argv + 3));
	converse(answers);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 3;
	return 0;
}
