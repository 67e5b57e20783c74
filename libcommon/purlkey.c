/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ascii.h"
#include "purl.h"
#include "uri.h"
#include "utf8.h"

/*
 * Qualifiers that say where a package was found, built or fetched.  With a
 * type: only there.
 */
static const struct context {
	const char *key;
	const char *type;
} contexts[] = {
	{ "arch", NULL }, { "checksum", NULL }, { "checksums", NULL },
	{ "distro", NULL }, { "distro_name", NULL },
	{ "distro_version", NULL }, { "download_url", NULL },
	{ "file_name", NULL }, { "file_path", NULL }, { "filename", NULL },
	{ "goarch", "golang" }, { "goos", "golang" }, { "package-id", NULL },
	{ "repository_revision", "vcpkg" }, { "repository_url", NULL },
	{ "tag", "oci" }, { "type", "golang" }, { "upstream", NULL },
	{ "vcs_url", NULL },
};

/* A qualifier with this value says no more than its absence. */
static const struct {
	const char *type, *key, *value;
} defaults[] = {
	{ "gem", "platform", "ruby" },
	{ "maven", "type", "jar" },
	{ "rpm", "epoch", "0" },
	{ "deb", "epoch", "0" },
};

static const struct slice absent = { NULL, 0 };

/* --- writing ------------------------------------------------------------ */

void
purl_encode(struct buf *out, struct slice s, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char c;
	char *to = buf_room(out, s.len * 3);
	size_t i, n = 0;

	for (i = 0; i < s.len; i++) {
		c = (unsigned char)s.data[i];
		if (is_alpha((char)c) || is_digit((char)c) || c == '.' ||
		    c == '-' || c == '_' || c == '~' || c == ':' ||
		    (keep_slash && c == '/')) {
			to[n++] = (char)c;
		} else {
			to[n++] = '%';
			to[n++] = digits[c >> 4];
			to[n++] = digits[c & 15];
		}
	}
	out->len += n;
}

static bool
is_default(const struct purl *p, const struct purl_qualifier *q)
{
	size_t i;

	for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (slice_is(p->type, defaults[i].type) &&
		    slice_is(q->key, defaults[i].key) &&
		    slice_is(q->value, defaults[i].value))
			return true;
	return false;
}

bool
purl_is_context(const struct purl *p, struct slice key)
{
	size_t i;

	for (i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (slice_is(key, contexts[i].key) &&
		    (contexts[i].type == NULL ||
		    slice_is(p->type, contexts[i].type)))
			return true;
	return false;
}

static struct slice
write_purl(struct arena *a, const struct purl *p, bool key)
{
	struct buf b = { 0 };
	struct slice out;
	char mark = '?';
	size_t i;

	buf_text(&b, "pkg:");
	buf_slice(&b, p->type);
	buf_byte(&b, '/');
	if (p->namespace.len > 0) {
		purl_encode(&b, p->namespace, true);
		buf_byte(&b, '/');
	}
	/* Of git alone the name is a path. */
	purl_encode(&b, p->name, slice_is(p->type, "git"));
	if (p->version.len > 0) {
		buf_byte(&b, '@');
		purl_encode(&b, p->version, false);
	}
	for (i = 0; i < p->qualifiers; i++) {
		const struct purl_qualifier *q = &p->qualifier[i];

		if (key && (purl_is_context(p, q->key) || is_default(p, q)))
			continue;
		buf_byte(&b, mark);
		mark = '&';
		buf_slice(&b, q->key);
		buf_byte(&b, '=');
		purl_encode(&b, q->value, false);
	}
	if (p->subpath.len > 0) {
		buf_byte(&b, '#');
		purl_encode(&b, p->subpath, true);
	}
	out = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return out;
}

struct slice
purl_text(struct arena *a, const struct purl *p)
{
	return write_purl(a, p, false);
}

struct slice
purl_key(struct arena *a, const struct purl *p)
{
	return write_purl(a, p, true);
}

struct slice
purl_name_key(struct arena *a, struct slice group, struct slice name,
    struct slice version)
{
	struct buf b = { 0 };
	struct slice out;

	buf_text(&b, "name:");
	if (group.len > 0) {
		purl_encode(&b, group, true);
		buf_byte(&b, '/');
	}
	purl_encode(&b, name, false);
	if (version.len > 0) {
		buf_byte(&b, '@');
		purl_encode(&b, version, false);
	}
	out = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return out;
}

/*
 * Where the version of a key stands: [*from, *to) with its mark.  Canonical
 * encoding leaves "@" raw only before a version, and "?" and "#" only as
 * marks; in a formatted CPE name the version is what follows the fifth
 * unescaped colon.
 */
static bool
key_version_span(struct slice key, size_t *from, size_t *to)
{
	size_t i, colons = 0;

	if (slice_starts(key, "cpe:2.3:")) {
		for (i = 0, *from = 0; i < key.len; i++) {
			if (key.data[i] == '\\') {
				i++;
			} else if (key.data[i] == ':') {
				colons++;
				if (colons == 5)
					*from = i;
				if (colons == 6) {
					*to = i;
					return true;
				}
			}
		}
		return false;
	}
	*from = slice_find(key, '@');
	if (*from == key.len)
		return false;
	for (i = *from; i < key.len; i++)
		if (key.data[i] == '?' || key.data[i] == '#')
			break;
	*to = i;
	return true;
}

struct slice
purl_key_unversioned(struct arena *a, struct slice key)
{
	size_t from, to;
	bool cpe = slice_starts(key, "cpe:");
	char *out;

	if (!key_version_span(key, &from, &to))
		return key;
	out = arena_alloc(a, key.len + 2);
	memcpy(out, key.data, from);
	if (cpe) {
		out[from++] = ':';
		out[from++] = '*';
	}
	memcpy(out + from, key.data + to, key.len - to);
	return (struct slice){ out, from + key.len - to };
}

struct slice
purl_key_version(struct arena *a, struct slice key)
{
	struct slice out;
	size_t from, to;

	if (!key_version_span(key, &from, &to))
		return absent;
	out = slice_cut(key, from + 1, to);
	if (slice_starts(key, "cpe:"))
		return slice_is(out, "*") || slice_is(out, "-") ? absent : out;
	return uri_decode(a, out, &out) && out.len > 0 && utf8_valid(out) ?
	    out : absent;
}

/* --- asking ------------------------------------------------------------- */

struct slice
purl_qualifier(const struct purl *p, const char *key)
{
	size_t i;

	for (i = 0; i < p->qualifiers; i++)
		if (slice_is(p->qualifier[i].key, key))
			return p->qualifier[i].value;
	return absent;
}

struct slice
purl_version(struct arena *a, const struct purl *p)
{
	struct slice epoch = purl_qualifier(p, "epoch");
	char *out;

	if (epoch.len == 0 || p->version.len == 0 ||
	    slice_find(p->version, ':') < p->version.len ||
	    (!slice_is(p->type, "rpm") && !slice_is(p->type, "deb")))
		return p->version;
	out = arena_alloc(a, epoch.len + 1 + p->version.len);
	memcpy(out, epoch.data, epoch.len);
	out[epoch.len] = ':';
	memcpy(out + epoch.len + 1, p->version.data, p->version.len);
	return (struct slice){ out, epoch.len + 1 + p->version.len };
}

static bool
same_fold_case(struct slice a, struct slice b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (to_lower(a.data[i]) != to_lower(b.data[i]))
			return false;
	return true;
}

static bool
is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* PEP 503: runs of "-_." are one "-". */
static bool
same_pypi_name(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;

	while (i < a.len && j < b.len) {
		bool x = is_separator(a.data[i]), y = is_separator(b.data[j]);

		if (x != y || (!x && a.data[i] != b.data[j]))
			return false;
		do
			i++;
		while (x && i < a.len && is_separator(a.data[i]));
		do
			j++;
		while (y && j < b.len && is_separator(b.data[j]));
	}
	return i == a.len && j == b.len;
}

static bool
same_product(const struct purl *a, const struct purl *b)
{
	if (!slice_eq(a->type, b->type))
		return false;
	if (slice_is(a->type, "golang"))
		return same_fold_case(a->namespace, b->namespace) &&
		    same_fold_case(a->name, b->name);
	if (!slice_eq(a->namespace, b->namespace))
		return false;
	if (slice_is(a->type, "pypi"))
		return same_pypi_name(a->name, b->name);
	return slice_eq(a->name, b->name);
}

static bool
same_version(const struct purl *a, const struct purl *b)
{
	struct slice x = a->version, y = b->version;

	if (slice_is(a->type, "golang")) {
		if (slice_starts(x, "v"))
			x = slice_cut(x, 1, x.len);
		if (slice_starts(y, "v"))
			y = slice_cut(y, 1, y.len);
	}
	return slice_eq(x, y);
}

/* Is each qualifier of a that tells packages apart the same in b? */
static bool
identity_agrees(const struct purl *a, const struct purl *b)
{
	struct purl_qualifier other = { absent, absent };
	size_t i, j;

	for (i = 0; i < a->qualifiers; i++) {
		if (purl_is_context(a, a->qualifier[i].key) ||
		    is_default(a, &a->qualifier[i]))
			continue;
		other.value = absent;
		for (j = 0; j < b->qualifiers; j++)
			if (slice_eq(b->qualifier[j].key, a->qualifier[i].key))
				other = b->qualifier[j];
		if (!slice_eq(other.value, a->qualifier[i].value))
			return false;
	}
	return true;
}

static bool
context_agrees(const struct purl *a, const struct purl *b)
{
	size_t i, j;

	for (i = 0; i < a->qualifiers; i++) {
		if (!purl_is_context(a, a->qualifier[i].key) ||
		    slice_is(a->qualifier[i].key, "package-id"))
			continue;
		for (j = 0; j < b->qualifiers; j++)
			if (slice_eq(b->qualifier[j].key,
			    a->qualifier[i].key) &&
			    !slice_eq(b->qualifier[j].value,
			    a->qualifier[i].value))
				return false;
	}
	return true;
}

enum purl_match
purl_match(const struct purl *statement, const struct purl *component)
{
	if (!same_product(statement, component) ||
	    !context_agrees(statement, component) ||
	    !identity_agrees(statement, component))
		return PURL_MATCH_NO;
	if (statement->subpath.len > 0 &&
	    !slice_eq(statement->subpath, component->subpath))
		return PURL_MATCH_NO;
	if (statement->version.len == 0)
		return PURL_MATCH_PRODUCT;
	return same_version(statement, component) ? PURL_MATCH_VERSION :
	    PURL_MATCH_NO;
}
