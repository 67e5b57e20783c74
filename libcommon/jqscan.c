/* SPDX-License-Identifier: Apache-2.0 */
#include "jqscan.h"

enum {
	DEPTH = 256		/* of strings within interpolations */
};

/* Called by name. */
static const char *const word[] = {
	/* what is outside */
	"env", "input", "inputs", "debug", "stderr", "input_filename",
	"input_line_number", "halt", "halt_error", "get_search_list",
	"import", "include", "modulemeta", "get_jq_origin",
	"get_prog_origin",
	/* how libjq was built */
	"have_decnum", "have_literal_numbers",
	/* time */
	"now", "mktime", "gmtime", "localtime", "strftime", "strflocaltime",
	"strptime", "todate", "fromdate", "date", "dateadd", "datesub",
	"dateiso8601", "todateiso8601", "fromdateiso8601",
	/* libm, but floor, ceil, round, fabs, sqrt */
	"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt",
	"copysign", "cos", "cosh", "drem", "erf", "erfc", "exp", "exp10",
	"exp2", "expm1", "fdim", "fma", "fmax", "fmin", "fmod", "frexp",
	"gamma", "hypot", "ilogb", "j0", "j1", "jn", "ldexp", "lgamma",
	"lgamma_r", "log", "log10", "log1p", "log2", "logb", "lrint",
	"modf", "nearbyint", "nextafter", "nexttoward", "pow", "pow10",
	"remainder", "rint", "scalb", "scalbln", "significand", "sin",
	"sinh", "tan", "tanh", "tgamma", "trunc", "y0", "y1", "yn"
};

/* Called as variables. */
static const char *const variable[] = { "ENV", "__loc__", "__prog_args" };

static bool
is_in(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(s, list[i]))
			return true;
	return false;
}

static bool
begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
goes_on(char c)
{
	return begins_name(c) || (c >= '0' && c <= '9');
}

struct scan {
	struct slice text;
	size_t pos;
	bool dollar, dot;		/* what the last token was */
	/* In a string: where its interpolations began, by how many
	 * parentheses were open then. */
	size_t open, began[DEPTH], depth;
};

/* The rest of a string, up to its end or its next interpolation. */
static enum status
in_string(struct scan *s, struct err *e)
{
	while (s->pos < s->text.len) {
		char c = s->text.data[s->pos++];

		if (c == '"')
			return ERR_OK;
		if (c != '\\' || s->pos >= s->text.len)
			continue;
		if (s->text.data[s->pos++] != '(')
			continue;
		if (s->depth == DEPTH)
			return err_input(e, s->pos, "strings nest more than "
			    "%d deep", DEPTH);
		s->began[s->depth++] = s->open++;
		return ERR_OK;
	}
	return err_input(e, s->pos, "the program ends within a string");
}

static enum status
name(struct scan *s, struct err *e)
{
	size_t start = s->pos;
	struct slice found;

	while (s->pos < s->text.len && goes_on(s->text.data[s->pos]))
		s->pos++;
	found = slice_cut(s->text, start, s->pos);
	if (s->dollar ? is_in(found, variable, sizeof(variable) /
	    sizeof(variable[0])) : !s->dot && is_in(found, word,
	    sizeof(word) / sizeof(word[0])))
		return err_input(e, start, "'%s%.*s' may not be used in a "
		    "policy", s->dollar ? "$" : "", (int)found.len,
		    found.data);
	s->dollar = s->dot = false;
	return ERR_OK;
}

/* A mark: anything that is no name, string, comment or white space. */
static enum status
mark(struct scan *s, char c, struct err *e)
{
	bool dots = c == '.' && s->pos + 1 < s->text.len &&
	    s->text.data[s->pos + 1] == '.';

	/* ".." is a filter of its own, not the dot of a field. */
	s->pos += dots ? 2 : 1;
	s->dollar = c == '$';
	s->dot = c == '.' && !dots && s->pos < s->text.len &&
	    begins_name(s->text.data[s->pos]);
	if (c == '(')
		s->open++;
	if (c != ')' || s->open == 0)
		return ERR_OK;
	s->open--;
	if (s->depth > 0 && s->began[s->depth - 1] == s->open) {
		s->depth--;
		return in_string(s, e);
	}
	return ERR_OK;
}

enum status
jqscan(struct slice program, struct err *e)
{
	struct scan s = { .text = program };
	enum status rc = ERR_OK;

	while (rc == ERR_OK && s.pos < program.len) {
		char c = program.data[s.pos];

		if (c == '\0')
			return err_input(e, s.pos,
			    "the program holds a NUL byte");
		if (c == '#') {
			while (s.pos < program.len &&
			    program.data[s.pos] != '\n')
				s.pos++;
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			s.pos++;
		} else if (c == '"') {
			s.pos++;
			s.dollar = s.dot = false;
			rc = in_string(&s, e);
		} else if (begins_name(c)) {
			rc = name(&s, e);
		} else {
			rc = mark(&s, c, e);
		}
	}
	return rc;
}
