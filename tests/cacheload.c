/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cacheload - puts made-up entries into a cache: for tests that need many,
 * or a process to kill.
 *
 *	cacheload put DIR FIRST COUNT [SIZE]	one durable transaction each;
 *		prints the veriKey of each once it is there
 *	cacheload bulk DIR FIRST COUNT [SIZE]	durable at the end
 *	cacheload print FIRST COUNT		their veriKeys
 *	cacheload killed DIR COUNT	processes that read, and are killed
 *	cacheload hold DIR	keeps the writer's lock until its
 *		input ends
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache.h"
#include "msg.h"
#include "unit/entries.h"

static void
say(const struct digest *d)
{
	char text[DIGEST_TEXT + 2];

	digest_write(d, text);
	text[DIGEST_TEXT] = '\n';
	if (write(STDOUT_FILENO, text, DIGEST_TEXT + 1) != DIGEST_TEXT + 1)
		_exit(3);
}

static enum status
hold_in(struct cache *c, void *ctx, struct err *e)
{
	char byte;

	(void)c;
	(void)ctx;
	(void)e;
	while (write(STDOUT_FILENO, "held\n", 5) < 0 ||
	    read(STDIN_FILENO, &byte, 1) > 0)
		;
	return ERR_OK;
}

/* Each is gone with its reader's slot taken. */
static void
killed(const char *dir, unsigned count)
{
	struct entry_store *s;
	uint64_t gen;
	pid_t pid;

	for (unsigned i = 0; i < count; i++) {
		pid = fork();
		if (pid == 0) {
			if (entry_open(dir, ENTRY_READ, &s, NULL) != ERR_OK ||
			    entry_generation(s, &gen, NULL) != ERR_OK)
				_exit(3);
			(void)raise(SIGKILL);
		}
		(void)waitpid(pid, NULL, 0);
	}
}

int
main(int argc, char **argv)
{
	bool print = argc > 3 && strcmp(argv[1], "print") == 0;
	bool bulk = argc > 4 && strcmp(argv[1], "bulk") == 0;
	int at = print ? 2 : 3;
	unsigned first = argc > at ? (unsigned)atoi(argv[at]) : 0;
	unsigned count = argc > at + 1 ? (unsigned)atoi(argv[at + 1]) : 0;
	size_t size = argc > at + 2 ? (size_t)atol(argv[at + 2]) : 0;
	bool hold = argc > 2 && strcmp(argv[1], "hold") == 0;
	struct entry_store *s = NULL;
	struct arena a = { 0 };
	struct err e;
	uint64_t gen = 0;

	msg_set_tool("cacheload");
	if (argc > 3 && strcmp(argv[1], "killed") == 0) {
		killed(argv[2], (unsigned)atoi(argv[3]));
		return 0;
	}
	if (!print && (entry_open(argv[2], bulk ? ENTRY_WRITE_NOSYNC :
	    ENTRY_WRITE, &s, &e) != ERR_OK ||
	    entry_generation(s, &gen, &e) != ERR_OK))
		msg_die_err(argv[2], &e);
	if (hold && cache_run(entry_cache(s), true, hold_in, NULL, &e) !=
	    ERR_OK)
		msg_die_err(argv[2], &e);
	for (unsigned n = first; n < first + count; n++) {
		struct entry entry = make(&a, n, 1 + n % 3, "5", size);

		if (!print && entry_put(s, &entry, gen, &e) != ERR_OK)
			msg_die_err(argv[2], &e);
		if (!bulk)
			say(&entry.verikey);
		arena_reset(&a);
	}
	arena_free(&a);
	entry_close(s);
	return 0;
}
