/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns - what commands cost, one after the other in turns, so that what else
 * the machine does falls on all of them.
 *
 *	turns RUNS COMMAND [ARG]... -- COMMAND [ARG]... -- ...
 *
 * Standard input is empty, standard output /dev/null.  Prints for each
 * command the processor time of a run in microseconds, the first decile: user
 * and system time, and user time alone.  Exits 1 when a command ends with
 * other than 0 or 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

enum {
	COMMANDS_MAX = 16
};

static int
cmp(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static long
micros(const struct timeval *t)
{
	return t->tv_sec * 1000000 + t->tv_usec;
}

static void
run(char **argv, long *all, long *user)
{
	posix_spawn_file_actions_t files;
	struct rusage used;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &files, NULL, argv, environ) != 0 ||
	    wait4(pid, &status, 0, &used) != pid)
		exit(1);
	posix_spawn_file_actions_destroy(&files);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		fprintf(stderr, "%s failed\n", argv[0]);
		exit(1);
	}
	*user = micros(&used.ru_utime);
	*all = *user + micros(&used.ru_stime);
}

int
main(int argc, char **argv)
{
	size_t runs = argc > 2 ? strtoul(argv[1], NULL, 10) : 0, n = 0;
	char **command[COMMANDS_MAX];
	long *cost[COMMANDS_MAX], *user[COMMANDS_MAX];

	if (runs == 0)
		return 1;
	for (char **p = argv + 2; *p != NULL && n < COMMANDS_MAX; n++) {
		command[n] = p;
		cost[n] = calloc(runs, sizeof(**cost));
		user[n] = calloc(runs, sizeof(**user));
		if (cost[n] == NULL || user[n] == NULL)
			return 1;
		while (*p != NULL && strcmp(*p, "--") != 0)
			p++;
		if (*p != NULL)
			*p++ = NULL;
	}
	for (size_t i = 0; i < runs; i++)
		for (size_t c = 0; c < n; c++)
			run(command[c], &cost[c][i], &user[c][i]);
	for (size_t c = 0; c < n; c++) {
		qsort(cost[c], runs, sizeof(**cost), cmp);
		qsort(user[c], runs, sizeof(**user), cmp);
		printf("%ld %ld\n", cost[c][runs / 10], user[c][runs / 10]);
		free(cost[c]);
		free(user[c]);
	}
	return 0;
}
