/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "hex.h"
#include "textformat.h"
#include "timefmt.h"
#include "uri.h"
#include "utf8.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_date_time(struct slice s)
{
	struct instant t;

	return timefmt_rfc3339(s, &t);
}

static bool
is_date(struct slice s)
{
	char text[32];

	if (s.len != 10)
		return false;
	memcpy(text, s.data, s.len);
	strcpy(text + s.len, "T00:00:00Z");
	return is_date_time(slice_of(text));
}

static bool
is_time(struct slice s)
{
	char text[64] = "2000-01-02T";	/* a day on both sides for offsets */

	if (s.len > sizeof(text) - 12)
		return false;
	memcpy(text + 11, s.data, s.len);
	return is_date_time((struct slice){ text, s.len + 11 });
}

/* RFC 3339 appendix A. */
static bool
is_duration(struct slice s)
{
	static const char date[] = "YMWD", time[] = "HMS";
	const char *units = date;
	size_t i = 1, parts = 0, last = 0;
	bool weeks = false;

	if (s.len < 3 || s.data[0] != 'P')
		return false;
	while (i < s.len) {
		const char *unit;
		size_t from;

		if (s.data[i] == 'T') {
			if (units == time || weeks)
				return false;
			units = time;
			last = 0;
			parts = 0;
			i++;
		}
		from = i;
		while (i < s.len && is_digit(s.data[i]))
			i++;
		if (i == from || i == s.len ||
		    (unit = strchr(units, s.data[i])) == NULL)
			return false;
		/* In order, and nothing left out between two units. */
		from = (size_t)(unit - units) + 1;
		if (*unit == 'W' && units == date) {
			if (parts > 0 || i + 1 < s.len)
				return false;
			weeks = true;
		} else if (parts > 0 && from != last + 1 &&
		    !(units == date && *unit == 'D' && last == 2)) {
			return false;
		}
		last = from;
		parts++;
		i++;
	}
	return parts > 0;
}

/* RFC 5321's Mailbox; wide: RFC 6531's. */
static bool
mailbox(struct slice s, bool wide)
{
	static const char atext[] = "!#$%&'*+-/=?^_`{|}~";
	size_t at = s.len, i = 0;
	struct slice domain;

	while (at > 0 && s.data[at - 1] != '@')
		at--;
	if (at < 2)
		return false;
	domain = slice_cut(s, at, s.len);
	s = slice_cut(s, 0, at - 1);
	if (s.len >= 2 && s.data[0] == '"' && s.data[s.len - 1] == '"') {
		for (i = 1; i + 1 < s.len; i++) {
			if (s.data[i] == '\\' && i + 2 < s.len)
				i++;
			else if (s.data[i] == '"' || s.data[i] == '\\')
				return false;
			if ((unsigned char)s.data[i] < 0x20 ||
			    s.data[i] == 0x7f)
				return false;
		}
	} else {
		bool dot = true;

		for (i = 0; i < s.len; i++) {
			unsigned char c = (unsigned char)s.data[i];

			if (c == '.') {
				if (dot)
					return false;
				dot = true;
				continue;
			}
			dot = false;
			if (!is_digit((char)c) && !((c | 32) >= 'a' &&
			    (c | 32) <= 'z') && !(c >= 0x80 && wide) &&
			    (c == 0 || strchr(atext, c) == NULL))
				return false;
		}
		if (dot)
			return false;
	}
	if (domain.len > 2 && domain.data[0] == '[' &&
	    domain.data[domain.len - 1] == ']') {
		domain = slice_cut(domain, 1, domain.len - 1);
		if (slice_starts(domain, "IPv6:"))
			return uri_ipv6(slice_cut(domain, 5, domain.len));
		return uri_ipv4(domain);
	}
	if (!wide)
		return uri_hostname(domain);
	for (i = 0; i < domain.len; i++)
		if ((unsigned char)domain.data[i] <= 0x20)
			return false;
	return domain.len > 0 && utf8_valid(s);
}

static bool
is_email(struct slice s)
{
	return mailbox(s, false);
}

static bool
is_idn_email(struct slice s)
{
	return mailbox(s, true);
}

/*
 * Labels of letters, digits, hyphens and characters above ASCII.  The
 * contextual rules of RFC 5892 need tables this does not carry: what they
 * forbid is accepted.
 */
static bool
is_idn_hostname(struct slice s)
{
	size_t label = 0;

	if (s.len == 0 || s.len > 253 || !utf8_valid(s))
		return false;
	for (size_t i = 0; i <= s.len; i++) {
		unsigned char c = i < s.len ? (unsigned char)s.data[i] : '.';

		if (c == '.') {
			if (label == 0 || s.data[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (c < 0x80 && !is_digit((char)c) &&
		    !((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    (c != '-' || label == 0))
			return false;
		label++;
	}
	return true;
}

static bool
is_uri(struct slice s)
{
	return uri_valid(s, 0);
}

static bool
is_uri_reference(struct slice s)
{
	return uri_valid(s, URI_REFERENCE);
}

static bool
is_iri(struct slice s)
{
	return uri_valid(s, URI_INTERNATIONAL);
}

static bool
is_iri_reference(struct slice s)
{
	return uri_valid(s, URI_REFERENCE | URI_INTERNATIONAL);
}

/* RFC 6570 2.3 and 2.4: a variable's name and what may follow it. */
static bool
is_varspec(struct slice s)
{
	size_t i = 0, digits = 0;
	bool dot = true;	/* a name neither begins nor ends with one */

	for (; i < s.len && s.data[i] != ':' && s.data[i] != '*'; i++) {
		char c = s.data[i];

		if (c == '.') {
			if (dot)
				return false;
			dot = true;
			continue;
		}
		dot = false;
		if (c == '%' && i + 2 < s.len &&
		    hex_digit(s.data[i + 1]) >= 0 &&
		    hex_digit(s.data[i + 2]) >= 0)
			i += 2;
		else if (!is_digit(c) && c != '_' &&
		    !((c | 32) >= 'a' && (c | 32) <= 'z'))
			return false;
	}
	if (dot)
		return false;
	if (i == s.len || (s.data[i] == '*' && i + 1 == s.len))
		return true;
	if (s.data[i++] != ':' || i == s.len || s.data[i] == '0')
		return false;
	for (; i < s.len; i++)
		if (!is_digit(s.data[i]) || ++digits > 4)
			return false;
	return true;
}

static bool
is_expression(struct slice s)
{
	if (s.len > 0 && s.data[0] != '\0' &&
	    strchr("+#./;?&=,!@|", s.data[0]) != NULL)
		s = slice_cut(s, 1, s.len);
	for (;;) {
		size_t comma = slice_find(s, ',');

		if (!is_varspec(slice_cut(s, 0, comma)))
			return false;
		if (comma == s.len)
			return true;
		s = slice_cut(s, comma + 1, s.len);
	}
}

/* RFC 6570 2.1 (with erratum 6937, which lets the apostrophe in). */
static bool
is_uri_template(struct slice s)
{
	static const char never[] = " \"<>\\^`{|}";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '{') {
			size_t end = slice_find(slice_cut(s, i, s.len), '}');

			if (i + end >= s.len || !is_expression(slice_cut(s,
			    i + 1, i + end)))
				return false;
			i += end;
			continue;
		}
		if (c < 0x21 || c == 0x7f || strchr(never, c) != NULL)
			return false;
		if (c == '%' && (i + 2 >= s.len ||
		    hex_digit(s.data[i + 1]) < 0 ||
		    hex_digit(s.data[i + 2]) < 0))
			return false;
	}
	return true;
}

static bool
is_json_pointer(struct slice s)
{
	if (s.len > 0 && s.data[0] != '/')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == '~' && (i + 1 == s.len ||
		    (s.data[i + 1] != '0' && s.data[i + 1] != '1')))
			return false;
	return true;
}

static bool
is_relative_json_pointer(struct slice s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.data[n]))
		n++;
	if (n == 0 || (n > 1 && s.data[0] == '0'))
		return false;
	s = slice_cut(s, n, s.len);
	return slice_is(s, "#") || is_json_pointer(s);
}

static bool
is_uuid(struct slice s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.data[i] != '-' : hex_digit(s.data[i]) < 0)
			return false;
	}
	return true;
}

textformat_test *
textformat_find(struct slice name)
{
	static const struct {
		const char *name;
		textformat_test *test;
	} formats[] = {
		{ "date", is_date },
		{ "date-time", is_date_time },
		{ "duration", is_duration },
		{ "email", is_email },
		{ "hostname", uri_hostname },
		{ "idn-email", is_idn_email },
		{ "idn-hostname", is_idn_hostname },
		{ "ipv4", uri_ipv4 },
		{ "ipv6", uri_ipv6 },
		{ "iri", is_iri },
		{ "iri-reference", is_iri_reference },
		{ "json-pointer", is_json_pointer },
		{ "relative-json-pointer", is_relative_json_pointer },
		{ "time", is_time },
		{ "uri", is_uri },
		{ "uri-reference", is_uri_reference },
		{ "uri-template", is_uri_template },
		{ "uuid", is_uuid },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (slice_is(name, formats[i].name))
			return formats[i].test;
	return NULL;
}
