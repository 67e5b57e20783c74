/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt - command lines (layer 4).
 *
 * A tool describes its options in one table, from which parsing, --help and
 * the shell completions come.  Long options are exact (no abbreviations),
 * "--name value" or "--name=value"; options and operands may be mixed, "--"
 * ends the options, "-" is an operand.  A single-valued option given twice
 * is refused.  --help and --version print and exit 0 whatever else is wrong.
 * A usage error is one message and exit 2.
 */
#ifndef OPT_H
#define OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt_list {
	const char **item;
	size_t count;
};

enum opt_kind {
	OPT_FLAG,	/* bool */
	OPT_TEXT,	/* const char * */
	OPT_LIST,	/* struct opt_list: the option may be repeated */
	OPT_UINT,	/* uint64_t, decimal */
	OPT_SIZE	/* uint64_t, decimal; K, M or G may follow (1024) */
};

struct opt {
	char letter;		/* 0: none */
	const char *name;	/* without "--"; NULL ends the table */
	enum opt_kind kind;
	void *to;
	const char *arg;	/* what the value is called: "FILE"; NULL for
				 * a flag */
	const char *help;	/* lower case, no full stop */
};

#define OPT_END { 0, NULL, OPT_FLAG, NULL, NULL, NULL }

struct opt_usage {
	const char *synopsis;	/* operands and forms, one per line */
	const char *summary;	/* the .Nd sentence of the man page */
};

/*
 * Parses argv[1..]; operands are moved to argv[0..n) and n is returned.
 * Exits for --help, --version and usage errors.
 */
int opt_parse(const struct opt_usage *usage, const struct opt *table,
    int argc, char **argv);

/* A tool with verbs: main hands its arguments to the verb's function, with
 * argv[0] the verb's name. */
struct opt_verb {
	const char *name;	/* NULL ends the table */
	int (*run)(int argc, char **argv);
	const char *summary;
};

int opt_verb(const struct opt_usage *usage, const struct opt_verb *verbs,
    int argc, char **argv);

/* One value of an OPT_LIST that is a number: as OPT_UINT reads it. */
uint64_t opt_number(const char *name, const char *value);

/* A usage error found after parsing: says it, points to --help, exits 2. */
void opt_usage_error(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
