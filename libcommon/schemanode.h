/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schemanode - a compiled schema, as schema and schemaeval share it
 * (layer 3).  Private to the two.
 */
#ifndef SCHEMANODE_H
#define SCHEMANODE_H

#include "map.h"
#include "regex.h"
#include "schema.h"
#include "textformat.h"

struct resource {
	struct slice uri;	/* base, without fragment */
	enum schema_draft draft;
	bool validates;		/* its vocabulary has the assertions */
	bool assert_format;
	struct err refused;	/* ERR_OK, or why $schema cannot be followed */
	struct dynamic_anchor {
		struct dynamic_anchor *next;
		struct slice name;
		const struct schema *node;
	} *dynamic;
};

struct nodes {
	const struct schema **item;
	size_t count;
	/* Which branches can hold, by the text of one member. */
	struct dispatch *dispatch;
};

struct dispatch {
	struct slice member;
	struct map values;	/* text -> index into list */
	struct branches {
		uint32_t *branch;
		size_t count;
	} *list;
	struct branches others;	/* where the text is in no list */
};

struct property {
	struct slice key;
	const struct schema *node;
};

struct pattern_property {
	struct regex *regex;
	const struct schema *node;
};

struct dependent {
	struct slice key;
	const struct json *required;	/* array of names, or NULL */
	const struct schema *node;	/* or NULL */
};

struct schema_set {
	struct schema_options options;
	struct arena arena;
	struct map by_source;	/* address of a json -> index into node */
	struct map by_uri;	/* resource URI -> index into node */
	struct map by_anchor;	/* URI#anchor -> index into node */
	struct schema **node;
	size_t count, cap;
	size_t linked;		/* nodes whose references are resolved */
	unsigned visits;	/* left of VISITS_MAX */
	struct err *e;		/* of the running compilation */
};

struct schema {
	const struct json *src;
	struct schema_set *set;
	const struct resource *resource;
	const struct schema *parent;	/* for the keyword's location */
	struct slice step[2];		/* keyword, and name or index */
	bool boolean, value;		/* true and false as schemas */

	struct slice ref_text, dynamic_text;
	const struct schema *ref, *dynamic_ref;
	struct slice dynamic_name;	/* not empty: $dynamicRef is dynamic */

	unsigned types;			/* bits 1 << enum json_type */
	bool integer;			/* "integer" among them */
	bool number;			/* "number" among them */
	const struct json *enumeration, *constant;
	struct map *enum_strings;	/* a long enum of strings */
	const struct json *minimum, *maximum, *above, *below, *multiple_of;
	int64_t min_length, max_length, min_items, max_items;
	int64_t min_properties, max_properties, min_contains, max_contains;
	struct regex *pattern;
	textformat_test *format;
	bool format_regex;
	struct slice format_name;

	struct nodes prefix;
	const struct schema *items, *contains, *unevaluated_items;
	bool unique;

	struct property *property;
	size_t properties;
	struct pattern_property *pattern_property;
	size_t pattern_properties;
	const struct schema *additional, *names, *unevaluated_properties;
	const struct json *required;
	struct dependent *dependent;
	size_t dependents;

	struct nodes all_of, any_of, one_of;
	const struct schema *negated, *condition, *then, *otherwise;

	struct schema *next;		/* of all in the set */
};

#endif
