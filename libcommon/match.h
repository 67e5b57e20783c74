/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match - which components a VEX statement speaks of (layer 3).
 *
 * Built once over an evidence; each statement is then looked up in time
 * proportional to what it names.
 */
#ifndef MATCH_H
#define MATCH_H

#include "cpe.h"
#include "json.h"
#include "map.h"
#include "purl.h"

/* How a statement names a component; the better the lower. */
enum match_kind {
	MATCH_DIGEST,
	MATCH_VERSION,
	MATCH_RANGE,
	MATCH_PRODUCT,		/* no version */
	MATCH_FAMILY,		/* a CPE with wildcards, a bare name */
	MATCH_NONE
};

extern const char *const match_kind_name[MATCH_NONE];
/* Coverage (C) in basis points. */
int match_coverage(enum match_kind kind);

struct match {
	size_t component;	/* index; match_index.count: the subject as a
				 * whole */
	enum match_kind kind;
	bool by_digest;		/* some digest on the way agreed */
};

/* Several values for one key, by chains through an array. */
struct match_multi {
	struct map map;
	struct match_link {
		size_t value, next;	/* next: index + 1, 0 ends */
	} *link;
	size_t count;
};

struct match_component {
	const struct json *json;
	struct slice key;
	struct slice version;		/* what ranges are held against */
	bool has_purl;
	struct purl purl;
	const struct cpe *cpe;		/* of a key that is one, or NULL */
};

struct match_index {
	struct arena *arena;
	const struct json *evidence;
	struct match_component *item;	/* the subject behind the last */
	size_t count;
	struct map by_key;		/* key -> index */
	struct match_multi by_name;	/* type, namespace, name, folded */
	struct match_multi by_bare;	/* name alone, folded */
	struct match_multi by_digest;	/* "sha256:..." */
	struct match_multi by_cpe;	/* vendor and product; all under "" */
	struct match_multi dependents;	/* key -> who depends on it */
	bool has_dependents;
	struct match *found;		/* of the last statement */
	size_t found_count, found_room;
};

/* evidence was checked and outlives the index. */
void match_open(struct match_index *m, struct arena *a,
    const struct json *evidence);
void match_close(struct match_index *m);

/* Why a statement speaks of nothing here. */
struct match_miss {
	const char *reason;	/* NoComponent, Identity, Subcomponent,
				 * NoProduct */
	struct slice product;	/* as the statement names it */
	const struct match_component *nearest;	/* or NULL */
	const char *differs;	/* in what part of the identity */
};

/*
 * All components the statement's products speak of: m->found, sorted by
 * component, each once with its best kind.  When there are none, *miss says
 * why.
 */
void match_statement(struct match_index *m, const struct json *statement,
    struct match_miss *miss);

/* The component of a key, or NULL. */
const struct match_component *match_find(const struct match_index *m,
    struct slice key);

/* component NUL id: the key of what is said of one vulnerability there. */
struct slice match_pair(struct arena *a, struct slice component,
    struct slice id);

/* Multi-maps, for others who need one. */
void match_multi_add(struct match_multi *m, struct slice key, size_t value);
/* First link of a key, NULL when there is none; then match_multi_next. */
const struct match_link *match_multi_find(const struct match_multi *m,
    struct slice key);
const struct match_link *match_multi_next(const struct match_multi *m,
    const struct match_link *l);
void match_multi_free(struct match_multi *m);

#endif
