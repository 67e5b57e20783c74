/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "output.h"

enum {
	HELP_COLUMN = 30,	/* where the explanations begin */
	MAX_OPTIONS = 64	/* of one table; the bits of "seen" */
};

static const char *verb_name;	/* of opt_verb, for usage lines */

void
opt_usage_error(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	msg_die(ERR_INPUT, NULL, "%s (see %s --help)", text, msg_tool());
}

static void
help_synopsis(struct buf *out, const char *synopsis)
{
	const char *label = "usage: ";

	while (*synopsis != '\0') {
		size_t n = strcspn(synopsis, "\n");

		buf_printf(out, "%s%s ", label, msg_tool());
		if (verb_name != NULL)
			buf_printf(out, "%s ", verb_name);
		buf_add(out, synopsis, n);
		buf_byte(out, '\n');
		synopsis += n + (synopsis[n] == '\n');
		label = "       ";
	}
}

static void
help_row(struct buf *out, char letter, const char *name, const char *arg,
    const char *text)
{
	size_t start = out->len;

	if (letter != 0)
		buf_printf(out, "  -%c, --%s", letter, name);
	else
		buf_printf(out, "      --%s", name);
	if (arg != NULL)
		buf_printf(out, " %s", arg);
	do
		buf_byte(out, ' ');
	while (out->len - start < HELP_COLUMN);
	buf_printf(out, "%s\n", text);
}

static _Noreturn void
print_and_exit(struct buf *text)
{
	struct output out;

	output_open(&out, NULL);
	output_bytes(&out, buf_get(text));
	output_commit(&out);
	buf_free(text);
	exit(0);
}

static _Noreturn void
help(const struct opt_usage *usage, const struct opt *table,
    const struct opt_verb *verbs)
{
	struct buf out = { 0 };

	help_synopsis(&out, usage->synopsis);
	buf_printf(&out, "%s\n\n", usage->summary);
	for (; verbs != NULL && verbs->name != NULL; verbs++)
		buf_printf(&out, "  %-14s %s\n", verbs->name, verbs->summary);
	for (; table != NULL && table->name != NULL; table++)
		help_row(&out, table->letter, table->name, table->arg,
		    table->help);
	help_row(&out, 'h', "help", NULL, "show this and exit");
	help_row(&out, 'V', "version", NULL, "show the version and exit");
	print_and_exit(&out);
}

static _Noreturn void
version(void)
{
	struct buf out = { 0 };

	buf_printf(&out, "%s (provkit) %s\n", msg_tool(), PROVKIT_VERSION);
	print_and_exit(&out);
}

static uint64_t
number(const struct opt *o, const char *value)
{
	static const char units[] = "KMG";
	uint64_t n = 0;
	const char *p = value, *unit;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			opt_usage_error("--%s: '%.40s' is too large", o->name,
			    value);
	if (p > value && *p != '\0' && o->kind == OPT_SIZE &&
	    (unit = strchr(units, *p)) != NULL) {
		for (; unit >= units; unit--)
			if (__builtin_mul_overflow(n, 1024, &n))
				opt_usage_error("--%s: '%.40s' is too large",
				    o->name, value);
		p++;
	}
	if (p == value || *p != '\0')
		opt_usage_error("--%s wants a number, not '%.40s'", o->name,
		    value);
	return n;
}

uint64_t
opt_number(const char *name, const char *value)
{
	return number(&(struct opt){ .name = name, .kind = OPT_UINT }, value);
}

static void
store(const struct opt *o, const char *value)
{
	struct opt_list *list;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		break;
	case OPT_TEXT:
		*(const char **)o->to = value;
		break;
	case OPT_LIST:
		list = o->to;
		list->item = mem_array(list->item, list->count + 1,
		    sizeof(*list->item));
		list->item[list->count++] = value;
		break;
	case OPT_UINT:
	case OPT_SIZE:
		*(uint64_t *)o->to = number(o, value);
		break;
	}
}

static const struct opt *
find_long(const struct opt *table, const char *name, size_t n)
{
	for (; table->name != NULL; table++)
		if (strlen(table->name) == n &&
		    memcmp(table->name, name, n) == 0)
			return table;
	opt_usage_error("unknown option '--%.*s'", (int)n, name);
}

static const struct opt *
find_short(const struct opt *table, char letter)
{
	for (; table->name != NULL; table++)
		if (table->letter == letter && letter != 0)
			return table;
	opt_usage_error("unknown option '-%c'", letter);
}

static void
mark_seen(const struct opt *table, const struct opt *o, uint64_t *seen)
{
	uint64_t bit = (uint64_t)1 << ((o - table) % MAX_OPTIONS);

	if ((*seen & bit) != 0 && o->kind != OPT_LIST)
		opt_usage_error("--%s is given twice", o->name);
	*seen |= bit;
}

/* One argument of short options; returns how many further ones it took. */
static int
take_short(const struct opt *table, char **arg, char **end, uint64_t *seen)
{
	for (const char *p = *arg + 1; *p != '\0'; p++) {
		const struct opt *o = find_short(table, *p);

		mark_seen(table, o, seen);
		if (o->kind == OPT_FLAG) {
			store(o, NULL);
			continue;
		}
		if (p[1] != '\0') {
			store(o, p + 1);
			return 0;
		}
		if (arg + 1 == end)
			opt_usage_error("-%c wants a value: %s", *p, o->arg);
		store(o, arg[1]);
		return 1;
	}
	return 0;
}

static int
take_long(const struct opt *table, char **arg, char **end, uint64_t *seen)
{
	const char *name = *arg + 2;
	size_t n = strcspn(name, "=");
	const struct opt *o = find_long(table, name, n);

	mark_seen(table, o, seen);
	if (o->kind == OPT_FLAG) {
		if (name[n] == '=')
			opt_usage_error("--%s takes no value", o->name);
		store(o, NULL);
		return 0;
	}
	if (name[n] == '=') {
		store(o, name + n + 1);
		return 0;
	}
	if (arg + 1 == end)
		opt_usage_error("--%s wants a value: %s", o->name, o->arg);
	store(o, arg[1]);
	return 1;
}

/* --help and --version win over any mistake beside them. */
static void
look_for_help(const struct opt_usage *usage, const struct opt *table,
    const struct opt_verb *verbs, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			help(usage, table, verbs);
		if (strcmp(argv[i], "--version") == 0 ||
		    strcmp(argv[i], "-V") == 0)
			version();
	}
}

int
opt_parse(const struct opt_usage *usage, const struct opt *table, int argc,
    char **argv)
{
	char **end = argv + argc, **arg = argv + 1;
	uint64_t seen = 0;
	int n = 0;

	if (argc < 1)
		return 0;
	look_for_help(usage, table, NULL, argc, argv);
	for (; arg < end; arg++) {
		if (strcmp(*arg, "--") == 0) {
			for (arg++; arg < end; arg++)
				argv[n++] = *arg;
			break;
		}
		if ((*arg)[0] != '-' || (*arg)[1] == '\0')
			argv[n++] = *arg;
		else if ((*arg)[1] == '-')
			arg += take_long(table, arg, end, &seen);
		else
			arg += take_short(table, arg, end, &seen);
	}
	return n;
}

int
opt_verb(const struct opt_usage *usage, const struct opt_verb *verbs,
    int argc, char **argv)
{
	if (argc < 2)
		opt_usage_error("which command? none is given");
	if (argv[1][0] == '-') {
		look_for_help(usage, NULL, verbs, argc, argv);
		opt_usage_error("the command comes first, not '%.40s'",
		    argv[1]);
	}
	for (const struct opt_verb *v = verbs; v->name != NULL; v++) {
		if (strcmp(v->name, argv[1]) != 0)
			continue;
		verb_name = v->name;
		return v->run(argc - 1, argv + 1);
	}
	opt_usage_error("unknown command '%.40s'", argv[1]);
}
