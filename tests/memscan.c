/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memscan - run a program, and look through its memory when it ends.
 *
 *	memscan SECRETS PROGRAM [ARG...]
 *
 * Each line of SECRETS is a name and hexadecimal digits; it is opened when the
 * program ends, so that a FIFO may tell what the program has made.  The
 * program is stopped on its way out of exit(2), where all its memory is still
 * there, and every byte that it could write is held against every 16 bytes of
 * a secret (at steps of 8), as they are and in reverse, as numbers lie in
 * memory.  Exit 0: nothing was found; 1: something was, by name; 2: the
 * program failed; 3: it could not be watched.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIECE = 16,
	STEP = 8,
	PIECES_MAX = 20000,
	SECRET_MAX = 8192,	/* bytes */
	ENTRIES = 4096		/* of /proc/PID/pagemap, read at once */
};

static struct piece {
	uint8_t bytes[PIECE];
	char name[32];
} pieces[PIECES_MAX];
static size_t count;
static bool begins[1 << 16];	/* the first two bytes of a piece */

static void
add(const char *name, const uint8_t *bytes)
{
	struct piece *p = &pieces[count];

	/* Zeros, and what repeats, are everywhere. */
	if (count == PIECES_MAX ||
	    memcmp(bytes, bytes + 1, PIECE - 1) == 0)
		return;
	count++;
	memcpy(p->bytes, bytes, PIECE);
	snprintf(p->name, sizeof(p->name), "%s", name);
	begins[bytes[0] << 8 | bytes[1]] = true;
}

static void
add_secret(const char *name, const char *digits)
{
	static uint8_t bytes[SECRET_MAX], back[SECRET_MAX];
	size_t n = strlen(digits) / 2;

	for (size_t i = 0; i < n && i < SECRET_MAX; i++) {
		unsigned byte;

		if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
			exit(3);
		bytes[i] = back[n - 1 - i] = (uint8_t)byte;
	}
	for (size_t i = 0; i + PIECE <= n; i += STEP) {
		add(name, bytes + i);
		add(name, back + i);
	}
}

static void
read_secrets(const char *path)
{
	static char digits[2 * SECRET_MAX + 1];
	char name[32];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		exit(3);
	while (fscanf(f, "%31s %16384s", name, digits) == 2)
		add_secret(name, digits);
	(void)fclose(f);
}

static bool
search(const uint8_t *data, size_t n, const char *where)
{
	bool found = false;

	for (size_t i = 0; i + PIECE <= n; i++) {
		if (!begins[data[i] << 8 | data[i + 1]])
			continue;
		for (size_t p = 0; p < count; p++) {
			if (memcmp(pieces[p].bytes, data + i, PIECE) != 0)
				continue;
			printf("%s in %s", pieces[p].name, where);
			found = true;
		}
	}
	return found;
}

/* Pages that were never touched, of which there may be gigabytes, are passed
 * over.  Returns how many bytes were looked at. */
static size_t
scan_range(int mem, int pages, unsigned long from, unsigned long to,
    const char *where, bool *found)
{
	unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
	unsigned long run = from;
	static uint64_t entry[ENTRIES];
	size_t total = 0;

	for (unsigned long at = from; at <= to; at += page) {
		size_t i = (at - from) / page % ENTRIES;
		uint8_t *data;
		ssize_t n;

		if (i == 0 && pread(pages, entry, sizeof(entry),
		    (off_t)(at / page * sizeof(*entry))) < 0)
			return 0;
		if (at < to && entry[i] >> 62 != 0)
			continue;	/* present, or swapped out */
		if (at > run) {
			data = malloc(at - run);
			n = data == NULL ? -1 : pread(mem, data, at - run,
			    (off_t)run);
			if (n > 0) {
				total += (size_t)n;
				*found |= search(data, (size_t)n, where);
			}
			free(data);
		}
		run = at + page;
	}
	return total;
}

/* -1: its memory could not be read; else whether something was found. */
static int
scan(pid_t pid)
{
	char path[64], line[512];
	size_t total = 0;
	bool found = false;
	int mem, pages;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	pages = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	if (mem < 0 || pages < 0 || maps == NULL)
		return -1;
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from, to;

		/* Where nobody can write there is no secret. */
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 &&
		    strstr(line, " rw") != NULL)
			total += scan_range(mem, pages, from, to, line,
			    &found);
	}
	(void)fclose(maps);
	(void)close(mem);
	(void)close(pages);
	return total < 20000 ? -1 : found;
}

int
main(int argc, char **argv)
{
	int status, found = -1;
	pid_t pid;

	if (argc < 3)
		return 3;
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		execvp(argv[2], argv + 2);
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid ||
	    !WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    (void *)(uintptr_t)(PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)) != 0)
		return 3;
	for (;;) {
		int signal = 0;

		if (WIFSTOPPED(status) && status >> 8 ==
		    (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			read_secrets(argv[1]);
			found = count > 0 ? scan(pid) : -1;
		} else if (WIFSTOPPED(status) &&
		    WSTOPSIG(status) != SIGTRAP) {
			signal = WSTOPSIG(status);
		}
		(void)ptrace(PTRACE_CONT, pid, NULL,
		    (void *)(uintptr_t)signal);
		if (waitpid(pid, &status, 0) != pid)
			return 3;
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return 2;
	return found < 0 ? 3 : found;
}
