/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-jq - run a jq policy, confined (a helper of prov-decide).
 *
 * Usage: prov-jq SIZE     the first SIZE bytes of standard input are the
 *                         program, the rest is its input; one result
 *        prov-jq --version-of-jq
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "jqrule.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

static const struct opt_usage usage = {
	"SIZE",
	"run a jq policy, confined: a helper of prov-decide"
};

static size_t
program_size(const char *text, size_t all)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > all)
		opt_usage_error("'%.40s' is not the size of a program in the "
		    "input", text);
	return n;
}

int
main(int argc, char **argv)
{
	bool version = false;
	const struct opt table[] = {
		{ 0, "version-of-jq", OPT_FLAG, &version, NULL,
		    "print the version of libjq" },
		OPT_END
	};
	struct arena a = { 0 };
	struct buf in = { 0 }, out = { 0 };
	struct err e = { 0 };
	enum status rc;
	size_t size;
	int n;

	tool_start("prov-jq");
	n = opt_parse(&usage, table, argc, argv);
	if (version) {
		buf_slice(&out, jqrule_version(&a));
	} else {
		if (n != 1)
			opt_usage_error("one operand is needed");
		rc = io_read_all(STDIN_FILENO, &in, JQRULE_INPUT, &e);
		if (rc != ERR_OK)
			msg_die_err("<stdin>", &e);
		size = program_size(argv[0], in.len);
		rc = jqrule_confine(&e);
		if (rc == ERR_OK)
			rc = jqrule_run(slice_cut(buf_get(&in), 0, size),
			    slice_cut(buf_get(&in), size, in.len), &out, &e);
		if (rc != ERR_OK)
			msg_die_err(NULL, &e);
		if (out.len > JQRULE_OUTPUT)
			return JQRULE_TOO_LONG;
	}
	buf_byte(&out, '\n');
	if (io_write(STDOUT_FILENO, out.data, out.len, &e) != ERR_OK)
		msg_die_err(NULL, &e);
	buf_free(&in);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
