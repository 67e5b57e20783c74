/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ecma.h"
#include "hex.h"

/* ECMA-262 WhiteSpace and LineTerminator, as the inside of a class. */
static const char space[] = "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}"
    "\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
    "\\x{feff}";
static const char not_space[] = "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}"
    "\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
    "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";
static const char not_line_end[] = "[^\\n\\r\\x{2028}\\x{2029}]";

/* General categories by their long names (UTS 18, PropertyValueAliases). */
static const struct {
	const char *name, *category;
} categories[] = {
	{ "Letter", "L" }, { "Uppercase_Letter", "Lu" },
	{ "Lowercase_Letter", "Ll" }, { "Titlecase_Letter", "Lt" },
	{ "Cased_Letter", "L&" }, { "Modifier_Letter", "Lm" },
	{ "Other_Letter", "Lo" }, { "Mark", "M" }, { "Combining_Mark", "M" },
	{ "Nonspacing_Mark", "Mn" }, { "Spacing_Mark", "Mc" },
	{ "Enclosing_Mark", "Me" }, { "Number", "N" },
	{ "Decimal_Number", "Nd" }, { "digit", "Nd" },
	{ "Letter_Number", "Nl" }, { "Other_Number", "No" },
	{ "Punctuation", "P" }, { "punct", "P" },
	{ "Connector_Punctuation", "Pc" }, { "Dash_Punctuation", "Pd" },
	{ "Open_Punctuation", "Ps" }, { "Close_Punctuation", "Pe" },
	{ "Initial_Punctuation", "Pi" }, { "Final_Punctuation", "Pf" },
	{ "Other_Punctuation", "Po" }, { "Symbol", "S" },
	{ "Math_Symbol", "Sm" }, { "Currency_Symbol", "Sc" },
	{ "Modifier_Symbol", "Sk" }, { "Other_Symbol", "So" },
	{ "Separator", "Z" }, { "Space_Separator", "Zs" },
	{ "Line_Separator", "Zl" }, { "Paragraph_Separator", "Zp" },
	{ "Other", "C" }, { "Control", "Cc" }, { "cntrl", "Cc" },
	{ "Format", "Cf" }, { "Surrogate", "Cs" }, { "Private_Use", "Co" },
	{ "Unassigned", "Cn" },
};

struct translation {
	struct slice in;
	size_t at;
	struct buf *out;
	struct err *e;
	bool in_class;
	bool quantified;	/* the last thing written was a quantifier */
};

static enum status
refuse(struct translation *t, size_t at, const char *what)
{
	return err_input(t->e, at, "%s, which ECMA-262 does not have", what);
}

/* Up to max hex digits from at; false unless there are at least min. */
static bool
hex_number(struct slice s, size_t at, size_t min, size_t max, uint32_t *out,
    size_t *used)
{
	*out = 0;
	for (*used = 0; *used < max && at + *used < s.len; (*used)++) {
		int d = hex_digit(s.data[at + *used]);

		if (d < 0)
			break;
		*out = *out << 4 | (uint32_t)d;
	}
	return *used >= min;
}

/* t->at is behind "\u". */
static enum status
code_point(struct translation *t)
{
	size_t used;
	uint32_t cp, low;

	if (t->at < t->in.len && t->in.data[t->at] == '{') {
		if (!hex_number(t->in, t->at + 1, 1, 6, &cp, &used) ||
		    t->at + 1 + used >= t->in.len ||
		    t->in.data[t->at + 1 + used] != '}' || cp > 0x10ffff)
			return refuse(t, t->at, "an escape \\u{...} of that "
			    "form");
		t->at += used + 2;
	} else {
		if (!hex_number(t->in, t->at, 4, 4, &cp, &used))
			return refuse(t, t->at, "an escape \\u without four "
			    "digits");
		t->at += 4;
		/* A pair of surrogates is one code point. */
		if (cp >= 0xd800 && cp < 0xdc00 && slice_starts(slice_cut(
		    t->in, t->at, t->in.len), "\\u") &&
		    hex_number(t->in, t->at + 2, 4, 4, &low, &used) &&
		    low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			t->at += 6;
		}
	}
	if (cp >= 0xd800 && cp < 0xe000)
		return refuse(t, t->at, "a lone surrogate in valid text");
	buf_printf(t->out, "\\x{%x}", (unsigned)cp);
	return ERR_OK;
}

/* t->at is behind "\p" or "\P". */
static enum status
property(struct translation *t, char letter)
{
	struct slice rest = slice_cut(t->in, t->at, t->in.len), name;
	size_t end = slice_find(rest, '}'), equals;

	if (rest.len == 0 || rest.data[0] != '{' || end == rest.len)
		return refuse(t, t->at, "a property without braces");
	name = slice_cut(rest, 1, end);
	t->at += end + 1;
	equals = slice_find(name, '=');
	if (equals < name.len) {
		struct slice key = slice_cut(name, 0, equals);

		if (!slice_is(key, "General_Category") &&
		    !slice_is(key, "gc") && !slice_is(key, "Script") &&
		    !slice_is(key, "sc"))
			return refuse(t, t->at, "a property of that name");
		name = slice_cut(name, equals + 1, name.len);
	}
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]);
	    i++)
		if (slice_is(name, categories[i].name))
			name = slice_of(categories[i].category);
	buf_printf(t->out, "\\%c{%.*s}", letter, (int)name.len, name.data);
	return ERR_OK;
}

static enum status
escape(struct translation *t)
{
	size_t start = t->at, used;
	uint32_t cp;
	char c;

	if (t->at + 1 >= t->in.len)
		return refuse(t, start, "a backslash at the end");
	c = t->in.data[t->at + 1];
	t->at += 2;
	switch (c) {
	case 's':
		buf_printf(t->out, t->in_class ? "%s" : "[%s]", space);
		return ERR_OK;
	case 'S':
		buf_printf(t->out, t->in_class ? "%s" : "[%s]", not_space);
		return ERR_OK;
	case 'p':
	case 'P':
		return property(t, c);
	case 'u':
		return code_point(t);
	case 'x':
		if (!hex_number(t->in, t->at, 2, 2, &cp, &used))
			return refuse(t, start, "an escape \\x without two "
			    "digits");
		t->at += 2;
		buf_printf(t->out, "\\x{%x}", (unsigned)cp);
		return ERR_OK;
	case 'v':
		buf_text(t->out, "\\x{b}");
		return ERR_OK;
	case '0':
		buf_text(t->out, "\\x{0}");
		return ERR_OK;
	case 'c':
		if (t->at >= t->in.len ||
		    (t->in.data[t->at] | 32) < 'a' ||
		    (t->in.data[t->at] | 32) > 'z')
			return refuse(t, start, "an escape \\c without a "
			    "letter");
		buf_printf(t->out, "\\x{%x}",
		    (unsigned)t->in.data[t->at++] & 31u);
		return ERR_OK;
	default:
		break;
	}
	if (((c | 32) >= 'a' && (c | 32) <= 'z' &&
	    strchr("dDwWbBfnrtk", c) == NULL) || c == '\0')
		return refuse(t, start, "an escape of that letter");
	buf_byte(t->out, '\\');
	buf_byte(t->out, c);
	return ERR_OK;
}

/* t->at is at "(?". */
static enum status
check_group(struct translation *t)
{
	struct slice rest = slice_cut(t->in, t->at + 2, t->in.len);

	if (rest.len > 0 && strchr(":=!", rest.data[0]) != NULL)
		return ERR_OK;
	/* (?<=, (?<! or a name. */
	if (rest.len > 1 && rest.data[0] == '<')
		return ERR_OK;
	return refuse(t, t->at, "a group of that kind");
}

static enum status
plain(struct translation *t)
{
	char c = t->in.data[t->at];
	bool quantifier = !t->in_class && strchr("*+?", c) != NULL &&
	    c != '\0';

	if (t->in_class) {
		if (c == ']')
			t->in_class = false;
		/* No POSIX classes: a bracket is a bracket. */
		if (c == '[')
			buf_byte(t->out, '\\');
	} else if (c == '[') {
		t->in_class = true;
	} else if (c == '.') {
		buf_text(t->out, not_line_end);
		t->quantified = false;
		t->at++;
		return ERR_OK;
	} else if (c == '(' && t->at + 1 < t->in.len &&
	    t->in.data[t->at + 1] == '?') {
		enum status rc = check_group(t);

		if (rc != ERR_OK)
			return rc;
		buf_text(t->out, "(?");
		t->at += 2;
		t->quantified = false;
		return ERR_OK;
	} else if (c == '+' && t->quantified) {
		return refuse(t, t->at, "a possessive quantifier");
	}
	buf_byte(t->out, c);
	t->quantified = quantifier;
	t->at++;
	return ERR_OK;
}

enum status
ecma_translate(struct slice pattern, struct buf *out, struct err *e)
{
	struct translation t = { .in = pattern, .out = out, .e = e };
	enum status rc = ERR_OK;

	while (rc == ERR_OK && t.at < pattern.len) {
		if (pattern.data[t.at] == '\\') {
			rc = escape(&t);
			t.quantified = false;
		} else {
			rc = plain(&t);
		}
	}
	return rc;
}
