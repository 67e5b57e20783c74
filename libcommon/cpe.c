/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cpe.h"

static const char *const attribute_names[CPE_ATTRIBUTES] = {
	"part", "vendor", "product", "version", "update", "edition",
	"language", "sw_edition", "target_sw", "target_hw", "other"
};

static const struct slice any = { "*", 1 };
static const struct slice not_applicable = { "-", 1 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What stands in a formatted string without "\" before it. */
static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool
is_printable(char c)
{
	return c > ' ' && c <= '~';
}

static struct slice
take(struct slice *s, size_t n, size_t mark)
{
	struct slice part = slice_cut(*s, 0, n);

	*s = slice_cut(*s, n + mark, s->len);
	return part;
}

static void
put(char *to, size_t *n, char c)
{
	c = lower(c);
	if (!is_plain(c))
		to[(*n)++] = '\\';
	to[(*n)++] = c;
}

/* A value that is nothing but a quoted "-" keeps its quoting: alone it would
 * be NA. */
static struct slice
finish(struct arena *a, char *to, size_t n, bool quoted_dash)
{
	if (n == 1 && to[0] == '-' && quoted_dash) {
		to = arena_alloc(a, 2);
		memcpy(to, "\\-", 2);
		n = 2;
	}
	return (struct slice){ to, n };
}

/* --- formatted strings -------------------------------------------------- */

/* Length up to the next ":" that is not quoted. */
static size_t
attribute_length(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len && s.data[i] != ':'; i++)
		if (s.data[i] == '\\')
			i++;
	return i < s.len ? i : s.len;
}

static bool
is_wildcard(char c)
{
	return c == '*' || c == '?';
}

/* Is the last byte an unquoted wildcard? */
static bool
ends_in_wildcard(struct slice s)
{
	size_t i;

	if (s.len == 0 || !is_wildcard(s.data[s.len - 1]))
		return false;
	for (i = s.len - 1; i > 0 && s.data[i - 1] == '\\'; i--)
		continue;
	return (s.len - 1 - i) % 2 == 0;
}

/* Wildcards stand unquoted at the ends alone: one "*", or a run of "?". */
static bool
wildcards_fit(struct slice s)
{
	size_t i;

	if (s.len > 0 && s.data[0] == '*')
		s = slice_cut(s, 1, s.len);
	else
		while (s.len > 0 && s.data[0] == '?')
			s = slice_cut(s, 1, s.len);
	if (ends_in_wildcard(s) && s.data[s.len - 1] == '*')
		s.len--;
	else
		while (ends_in_wildcard(s) && s.data[s.len - 1] == '?')
			s.len--;
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '\\')
			i++;
		else if (is_wildcard(s.data[i]))
			return false;
	}
	return true;
}

static enum status
read_formatted(struct slice s, uint64_t offset, struct arena *a,
    struct slice *out, struct err *e)
{
	char *to;
	size_t i, n = 0;
	bool quoted;

	if (s.len == 0)
		return err_input(e, offset, "an empty CPE attribute; \"*\" "
		    "stands for any");
	to = arena_alloc(a, 2 * s.len + 1);
	for (i = 0; i < s.len; i++) {
		quoted = s.data[i] == '\\';
		if (quoted && ++i == s.len)
			return err_input(e, offset + i, "\"\\\" at the end of "
			    "a CPE attribute");
		if (!is_printable(s.data[i]))
			return err_input(e, offset + i, "a CPE is printable "
			    "ASCII without blanks");
		if (!quoted && is_wildcard(s.data[i]))
			to[n++] = s.data[i];
		else
			put(to, &n, s.data[i]);
	}
	if (!wildcards_fit((struct slice){ to, n }))
		return err_input(e, offset, "a wildcard inside a CPE "
		    "attribute");
	*out = finish(a, to, n, s.len == 2);
	return ERR_OK;
}

static enum status
parse_formatted(struct slice text, struct arena *a, struct cpe *out,
    struct err *e)
{
	struct slice rest = slice_cut(text, 8, text.len), part;
	size_t i, n;
	enum status st;

	for (i = 0; i < CPE_ATTRIBUTES; i++) {
		uint64_t at = (uint64_t)(rest.data - text.data);

		n = attribute_length(rest);
		if (n == rest.len && i + 1 < CPE_ATTRIBUTES)
			return err_input(e, at, "a CPE 2.3 name has 11 "
			    "attributes; this one ends with %s",
			    attribute_names[i]);
		if (n < rest.len && i + 1 == CPE_ATTRIBUTES)
			return err_input(e, at + n, "a CPE 2.3 name has 11 "
			    "attributes; this one has more");
		part = take(&rest, n, 1);
		st = read_formatted(part, at, a, &out->value[i], e);
		if (st != ERR_OK)
			return st;
	}
	return ERR_OK;
}

/* --- URIs --------------------------------------------------------------- */

static int
hex_value(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-encoded; %01 is "?" and %02 is "*" as wildcards. */
static enum status
read_uri(struct slice s, uint64_t offset, struct arena *a, struct slice *out,
    struct err *e)
{
	char *to, c;
	size_t i, n = 0;
	int high, low;

	if (s.len == 0) {
		*out = any;
		return ERR_OK;
	}
	if (slice_is(s, "-")) {
		*out = not_applicable;
		return ERR_OK;
	}
	to = arena_alloc(a, 2 * s.len + 1);
	for (i = 0; i < s.len; i++) {
		c = s.data[i];
		if (c == '%') {
			high = i + 2 < s.len ? hex_value(s.data[i + 1]) : -1;
			low = i + 2 < s.len ? hex_value(s.data[i + 2]) : -1;
			if (high < 0 || low < 0)
				return err_input(e, offset + i, "\"%%\" is "
				    "followed by two hexadecimal digits");
			c = (char)(high << 4 | low);
			i += 2;
			if (c == 1 || c == 2) {
				to[n++] = c == 1 ? '?' : '*';
				continue;
			}
		}
		if (!is_printable(c))
			return err_input(e, offset + i, "a CPE is printable "
			    "ASCII without blanks");
		put(to, &n, c);
	}
	if (!wildcards_fit((struct slice){ to, n }))
		return err_input(e, offset, "a wildcard inside a CPE "
		    "attribute");
	*out = finish(a, to, n, true);
	return ERR_OK;
}

/* ~edition~sw_edition~target_sw~target_hw~other in the place of edition. */
static enum status
read_packed(struct slice s, uint64_t offset, struct arena *a, struct cpe *out,
    struct err *e)
{
	static const enum cpe_attribute order[] = { CPE_EDITION,
		CPE_SW_EDITION, CPE_TARGET_SW, CPE_TARGET_HW, CPE_OTHER };
	struct slice rest = slice_cut(s, 1, s.len), part;
	size_t i;
	enum status st;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		part = take(&rest, slice_find(rest, '~'), 1);
		st = read_uri(part, offset, a, &out->value[order[i]], e);
		if (st != ERR_OK)
			return st;
	}
	if (rest.len > 0)
		return err_input(e, offset, "a packed edition has 5 parts");
	return ERR_OK;
}

static enum status
parse_uri(struct slice text, struct arena *a, struct cpe *out, struct err *e)
{
	struct slice rest = slice_cut(text, 5, text.len), part;
	size_t i;
	enum status st = ERR_OK;

	for (i = 0; i < CPE_ATTRIBUTES; i++)
		out->value[i] = any;
	for (i = 0; i <= CPE_LANGUAGE && st == ERR_OK; i++) {
		uint64_t at = (uint64_t)(rest.data - text.data);

		part = take(&rest, slice_find(rest, ':'), 1);
		if (i == CPE_EDITION && slice_starts(part, "~"))
			st = read_packed(part, at, a, out, e);
		else
			st = read_uri(part, at, a, &out->value[i], e);
	}
	if (st == ERR_OK && rest.len > 0)
		return err_input(e, (uint64_t)(rest.data - text.data),
		    "a CPE URI has at most 7 attributes");
	return st;
}

enum status
cpe_parse(struct slice text, struct arena *a, struct cpe *out, struct err *e)
{
	struct slice prefix = slice_cut(text, 0, 8);
	char head[8] = { 0 };
	struct slice part;
	size_t i;
	enum status st;

	for (i = 0; i < prefix.len; i++)
		head[i] = lower(prefix.data[i]);
	prefix.data = head;
	if (slice_is(prefix, "cpe:2.3:"))
		st = parse_formatted(text, a, out, e);
	else if (slice_starts(prefix, "cpe:/"))
		st = parse_uri(text, a, out, e);
	else
		return err_input(e, 0, "a CPE begins with \"cpe:2.3:\" or "
		    "\"cpe:/\"");
	if (st != ERR_OK)
		return st;
	part = out->value[CPE_PART];
	if (!slice_is(part, "a") && !slice_is(part, "o") &&
	    !slice_is(part, "h") && !slice_is(part, "*") &&
	    !slice_is(part, "-"))
		return err_input(e, slice_starts(prefix, "cpe:/") ? 5 : 8,
		    "a CPE's part is a, o or h");
	return ERR_OK;
}

struct slice
cpe_text(struct arena *a, const struct cpe *c)
{
	size_t i, n = 7;
	char *out;

	for (i = 0; i < CPE_ATTRIBUTES; i++)
		n += 1 + c->value[i].len;
	out = arena_alloc(a, n);
	memcpy(out, "cpe:2.3", 7);
	for (i = 0, n = 7; i < CPE_ATTRIBUTES; i++) {
		out[n++] = ':';
		memcpy(out + n, c->value[i].data, c->value[i].len);
		n += c->value[i].len;
	}
	return (struct slice){ out, n };
}

struct slice
cpe_plain(struct arena *a, const struct cpe *c, enum cpe_attribute which)
{
	struct slice s = c->value[which];
	char *to;
	size_t i, n = 0;

	if (slice_eq(s, any) || slice_eq(s, not_applicable))
		return (struct slice){ NULL, 0 };
	to = arena_alloc(a, s.len);
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '\\' && i + 1 < s.len)
			i++;
		to[n++] = s.data[i];
	}
	return (struct slice){ to, n };
}

/* --- matching ----------------------------------------------------------- */

/* One character of a value, with its quoting. */
static size_t
step(struct slice s, size_t i)
{
	return s.data[i] == '\\' && i + 1 < s.len ? 2 : 1;
}

static size_t
count_steps(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i += step(s, i))
		n++;
	return n;
}

bool
cpe_is_open(struct slice value)
{
	return value.len > 0 && (is_wildcard(value.data[0]) ||
	    ends_in_wildcard(value));
}

/*
 * A pattern has wildcards at its ends alone, so that its middle is looked for
 * at every place in the value: no backtracking.
 */
static bool
pattern_matches(struct slice pattern, struct slice value)
{
	size_t before = 0, behind = 0, i, steps, length, at;
	bool free_before = false, free_behind = false;
	struct slice middle = pattern;

	while (middle.len > 0 && is_wildcard(middle.data[0])) {
		free_before = free_before || middle.data[0] == '*';
		before += middle.data[0] == '?';
		middle = slice_cut(middle, 1, middle.len);
	}
	while (ends_in_wildcard(middle)) {
		free_behind = free_behind ||
		    middle.data[middle.len - 1] == '*';
		behind += middle.data[middle.len - 1] == '?';
		middle.len--;
	}
	steps = count_steps(value);
	length = count_steps(middle);
	for (i = 0, at = 0; i + middle.len <= value.len && at + length <= steps;
	    i += step(value, i), at++) {
		if ((middle.len == 0 || memcmp(value.data + i, middle.data,
		    middle.len) == 0) && (free_before || at <= before) &&
		    (free_behind || steps - at - length <= behind))
			return true;
		if (i == value.len)
			break;
	}
	return false;
}

enum cpe_match
cpe_match(const struct cpe *statement, const struct cpe *component)
{
	enum cpe_match result = CPE_EQUAL;
	size_t i;

	for (i = 0; i < CPE_ATTRIBUTES; i++) {
		struct slice s = statement->value[i], c = component->value[i];

		if (slice_eq(s, c))
			continue;
		if (slice_eq(s, any)) {
			result = CPE_SUPERSET;
			continue;
		}
		/* What the component does not say. */
		if (slice_eq(c, any) && i > CPE_VERSION) {
			result = CPE_SUPERSET;
			continue;
		}
		if (slice_eq(c, any) || slice_eq(c, not_applicable) ||
		    slice_eq(s, not_applicable) || !cpe_is_open(s) ||
		    !pattern_matches(s, c))
			return CPE_DISJOINT;
		result = CPE_SUPERSET;
	}
	return result;
}
