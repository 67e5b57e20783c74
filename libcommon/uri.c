/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "hex.h"
#include "uri.h"
#include "utf8.h"

enum {
	HOSTNAME_MAX = 253,	/* RFC 1035 3.1, less length bytes and root */
	LABEL_MAX = 63
};

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Up to the first byte that is in stop; takes it off *rest. */
static struct slice
take_until(struct slice *rest, const char *stop)
{
	size_t n = 0;
	struct slice part;

	while (n < rest->len && (rest->data[n] == '\0' ||
	    strchr(stop, rest->data[n]) == NULL))
		n++;
	part = slice_cut(*rest, 0, n);
	*rest = slice_cut(*rest, n, rest->len);
	return part;
}

void
uri_split(struct slice s, struct uri *u)
{
	struct slice rest = s, part;

	memset(u, 0, sizeof(*u));
	part = take_until(&rest, ":/?#");
	if (part.len > 0 && rest.len > 0 && rest.data[0] == ':' &&
	    is_alpha(part.data[0])) {
		u->scheme = part;
		rest = slice_cut(rest, 1, rest.len);
	} else {
		rest = s;
	}
	if (slice_starts(rest, "//")) {
		rest = slice_cut(rest, 2, rest.len);
		u->authority = take_until(&rest, "/?#");
	}
	u->path = take_until(&rest, "?#");
	if (u->path.data == NULL)
		u->path = SLICE("");
	if (rest.len > 0 && rest.data[0] == '?') {
		rest = slice_cut(rest, 1, rest.len);
		u->query = take_until(&rest, "#");
	}
	if (rest.len > 0 && rest.data[0] == '#')
		u->fragment = slice_cut(rest, 1, rest.len);
}

/* Every byte is unreserved, a sub-delimiter, an escape, in more, or (with
 * URI_INTERNATIONAL) above ASCII. */
static bool
only(struct slice s, const char *more, unsigned flags)
{
	static const char always[] = "-._~!$&'()*+,;=";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (is_alpha(c) || is_digit(c) || (c != '\0' &&
		    (strchr(always, c) != NULL || strchr(more, c) != NULL)))
			continue;
		if ((unsigned char)c >= 0x80 &&
		    (flags & URI_INTERNATIONAL) != 0)
			continue;
		if (c == '%' && i + 2 < s.len &&
		    hex_digit(s.data[i + 1]) >= 0 &&
		    hex_digit(s.data[i + 2]) >= 0) {
			i += 2;
			continue;
		}
		return false;
	}
	return true;
}

static bool
valid_scheme(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alpha(s.data[i]) && (i == 0 ||
		    (!is_digit(s.data[i]) && s.data[i] != '+' &&
		    s.data[i] != '-' && s.data[i] != '.')))
			return false;
	return s.len > 0;
}

static bool
valid_authority(struct slice s, unsigned flags)
{
	size_t at = slice_find(s, '@'), port;
	struct slice host = s;

	if (at < s.len) {
		if (!only(slice_cut(s, 0, at), ":", flags))
			return false;
		host = slice_cut(s, at + 1, s.len);
	}
	if (host.len > 0 && host.data[0] == '[') {
		port = slice_find(host, ']');
		if (port == host.len)
			return false;
		if (!uri_ipv6(slice_cut(host, 1, port)) &&
		    !(port > 2 && (host.data[1] | 32) == 'v' &&
		    only(slice_cut(host, 1, port), ":", 0)))
			return false;
		host = slice_cut(host, port + 1, host.len);
		if (host.len == 0)
			return true;
		if (host.data[0] != ':')
			return false;
		port = 0;
	} else {
		port = slice_find(host, ':');
		if (!only(slice_cut(host, 0, port), "", flags))
			return false;
	}
	for (size_t i = port + 1; i < host.len; i++)
		if (!is_digit(host.data[i]))
			return false;
	return true;
}

bool
uri_valid(struct slice s, unsigned flags)
{
	struct uri u;

	uri_split(s, &u);
	if ((flags & URI_INTERNATIONAL) != 0 && !utf8_valid(s))
		return false;
	if (u.scheme.data == NULL) {
		/* A colon in the first segment would be a scheme. */
		if ((flags & URI_REFERENCE) == 0 ||
		    (u.authority.data == NULL && slice_find(u.path, ':') <
		    slice_find(u.path, '/')))
			return false;
	} else if (!valid_scheme(u.scheme)) {
		return false;
	}
	return (u.authority.data == NULL ||
	    valid_authority(u.authority, flags)) &&
	    only(u.path, ":@/", flags) && only(u.query, ":@/?", flags) &&
	    only(u.fragment, ":@/?", flags);
}

/* RFC 3986 5.2.4. */
static void
remove_dots(struct buf *out, struct slice in)
{
	size_t start = out->len;

	while (in.len > 0) {
		size_t n;

		if (slice_starts(in, "../")) {
			in = slice_cut(in, 3, in.len);
		} else if (slice_starts(in, "./")) {
			in = slice_cut(in, 2, in.len);
		} else if (slice_starts(in, "/./")) {
			in = slice_cut(in, 2, in.len);
		} else if (slice_is(in, "/.")) {
			in = SLICE("/");
		} else if (slice_starts(in, "/../") || slice_is(in, "/..")) {
			while (out->len > start &&
			    out->data[--out->len] != '/')
				;
			in = in.len == 3 ? SLICE("/") :
			    slice_cut(in, 3, in.len);
		} else if (slice_is(in, ".") || slice_is(in, "..")) {
			break;
		} else {
			n = 1;
			while (n < in.len && in.data[n] != '/')
				n++;
			buf_slice(out, slice_cut(in, 0, n));
			in = slice_cut(in, n, in.len);
		}
	}
}

struct slice
uri_resolve(struct arena *a, struct slice base, struct slice ref)
{
	struct uri b, r, t;
	struct buf path = { 0 }, out = { 0 };
	struct slice text;

	uri_split(base, &b);
	uri_split(ref, &r);
	t = r;
	if (r.scheme.data == NULL) {
		t.scheme = b.scheme;
		if (r.authority.data == NULL) {
			t.authority = b.authority;
			if (r.path.len == 0) {
				t.path = b.path;
				if (r.query.data == NULL)
					t.query = b.query;
			} else if (r.path.data[0] != '/') {
				size_t slash = b.path.len;

				while (slash > 0 &&
				    b.path.data[slash - 1] != '/')
					slash--;
				if (b.authority.data != NULL &&
				    b.path.len == 0)
					buf_byte(&path, '/');
				buf_slice(&path, slice_cut(b.path, 0, slash));
				buf_slice(&path, r.path);
				t.path = buf_get(&path);
			}
		}
	}
	if (t.scheme.data != NULL) {
		buf_slice(&out, t.scheme);
		buf_byte(&out, ':');
	}
	if (t.authority.data != NULL) {
		buf_text(&out, "//");
		buf_slice(&out, t.authority);
	}
	/* The path of a URN has no hierarchy to normalise. */
	if (t.authority.data != NULL || slice_find(t.path, '/') < t.path.len)
		remove_dots(&out, t.path);
	else
		buf_slice(&out, t.path);
	if (t.query.data != NULL) {
		buf_byte(&out, '?');
		buf_slice(&out, t.query);
	}
	if (t.fragment.data != NULL) {
		buf_byte(&out, '#');
		buf_slice(&out, t.fragment);
	}
	text = arena_slice(a, buf_get(&out));
	buf_free(&out);
	buf_free(&path);
	return text;
}

bool
uri_hostname(struct slice s)
{
	size_t label = 0;

	if (s.len == 0 || s.len > HOSTNAME_MAX)
		return false;
	for (size_t i = 0; i <= s.len; i++) {
		if (i == s.len || s.data[i] == '.') {
			if (label == 0 || label > LABEL_MAX ||
			    s.data[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_alpha(s.data[i]) && !is_digit(s.data[i]) &&
		    (s.data[i] != '-' || label == 0))
			return false;
		label++;
	}
	return true;
}

bool
uri_ipv4(struct slice s)
{
	unsigned parts = 0, value = 0, digits = 0;

	for (size_t i = 0; i <= s.len; i++) {
		if (i == s.len || s.data[i] == '.') {
			if (digits == 0 || value > 255 || ++parts > 4)
				return false;
			value = digits = 0;
			continue;
		}
		/* A leading zero would be octal to some readers. */
		if (!is_digit(s.data[i]) || (digits > 0 && value == 0) ||
		    ++digits > 3)
			return false;
		value = value * 10 + (unsigned)(s.data[i] - '0');
	}
	return parts == 4;
}

bool
uri_ipv6(struct slice s)
{
	unsigned groups = 0, digits = 0;
	bool gap = false;
	size_t i = 0;

	if (slice_starts(s, "::")) {
		gap = true;
		i = 2;
	} else if (s.len > 0 && s.data[0] == ':') {
		return false;
	}
	while (i < s.len) {
		struct slice rest = slice_cut(s, i, s.len);

		if (slice_find(rest, '.') < rest.len &&
		    slice_find(rest, ':') == rest.len) {
			if (!uri_ipv4(rest))
				return false;
			groups += 2;
			i = s.len;
			break;
		}
		for (digits = 0; i < s.len && hex_digit(s.data[i]) >= 0; i++)
			if (++digits > 4)
				return false;
		if (digits == 0)
			return false;
		groups++;
		if (i == s.len)
			break;
		if (s.data[i] != ':' || i + 1 == s.len)
			return false;
		i++;
		if (s.data[i] == ':') {
			if (gap)
				return false;
			gap = true;
			i++;
		}
	}
	return s.len > 0 && (gap ? groups < 8 : groups == 8);
}

bool
uri_decode(struct arena *a, struct slice s, struct slice *out)
{
	char *text = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] != '%') {
			text[n++] = s.data[i];
			continue;
		}
		if (i + 2 >= s.len || hex_digit(s.data[i + 1]) < 0 ||
		    hex_digit(s.data[i + 2]) < 0)
			return false;
		text[n++] = (char)(hex_digit(s.data[i + 1]) << 4 |
		    hex_digit(s.data[i + 2]));
		i += 2;
	}
	text[n] = '\0';
	*out = (struct slice){ text, n };
	return true;
}
