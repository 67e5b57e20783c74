/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "ascii.h"
#include "purl.h"

enum {
	NS_REQUIRED = 1 << 0,
	NS_NONE = 1 << 1,
	LOWER = 1 << 2,		/* no capitals in it */
	NO_LOW_LINE = 1 << 3
};

/* The types of most packages whose rules ask for no more than this. */
static const struct plain {
	struct slice type;
	unsigned flags;
} types[] = {
	{ { "npm", 3 }, 0 },
	{ { "maven", 5 }, NS_REQUIRED },
	{ { "golang", 6 }, NS_REQUIRED },
	{ { "pypi", 4 }, NS_NONE | LOWER | NO_LOW_LINE },
	{ { "nuget", 5 }, NS_NONE },
	{ { "gem", 3 }, NS_NONE },
	{ { "cargo", 5 }, NS_NONE },
	{ { "composer", 8 }, NS_REQUIRED | LOWER },
	{ { "generic", 7 }, 0 }
};

/* What stands for itself in any part: A-Z a-z 0-9 - . _ ~ and ':'. */
static const bool own[UCHAR_MAX + 1] = {
	['-'] = true, ['.'] = true, [':'] = true, ['_'] = true, ['~'] = true,
	['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
	['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
	['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,
	['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true,
	['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true,
	['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true,
	['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true, ['Y'] = true,
	['Z'] = true,
	['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,
	['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true,
	['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
	['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true,
	['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true,
	['z'] = true
};

static bool
keeps_rules(struct slice text, const struct purl_plain *p, unsigned flags)
{
	bool bare = p->name == p->type + 1;

	if ((flags & NS_REQUIRED && bare) || (flags & NS_NONE && !bare))
		return false;
	for (size_t i = p->type + 1; flags & LOWER && i < text.len; i++)
		if (is_upper(text.data[i]))
			return false;
	return !(flags & NO_LOW_LINE) || slice_find(slice_cut(text, p->name,
	    p->name_end), '_') == p->name_end - p->name;
}

/* Where the parts are; false for anything out of the ordinary. */
static bool
find_parts(struct slice text, struct purl_plain *p)
{
	size_t i = p->type + 1;

	p->name = i;
	p->name_end = 0;
	p->scoped = slice_starts(slice_cut(text, i, text.len), "%40");
	if (p->scoped)
		i += 3;
	for (; i < text.len; i++) {
		char c = text.data[i];

		if (own[(unsigned char)c])
			continue;
		/* Neither may be in a version, or end an empty part. */
		if ((c != '/' && c != '@') || p->name_end != 0 ||
		    i == p->name)
			return false;
		if (c == '/')
			p->name = i + 1;
		else
			p->name_end = i;
	}
	return p->name_end > p->name && p->name_end + 1 < text.len &&
	    !(p->scoped && p->name == p->type + 1);
}

bool
purl_plain(struct slice text, struct purl_plain *out)
{
	struct slice type;

	if (!slice_starts(text, "pkg:"))
		return false;
	type = slice_cut(text, 4, text.len);
	type.len = slice_find(type, '/');
	out->type = 4 + type.len;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_eq(type, types[i].type))
			return find_parts(text, out) &&
			    keeps_rules(text, out, types[i].flags);
	return false;
}
