/* SPDX-License-Identifier: Apache-2.0 */
/*
 * part - what one document contributes to the evidence (layer 3).
 *
 * A format's reader walks its document and calls the functions below; the
 * part keeps components by key, edges between them, findings, statements and
 * unknowns, all copied into its own arena, so that the document may go.
 * Names and versions are put in NFC here, and volatile things never come in.
 *
 * A reader does not stop at the first fault of a member's type: the getters
 * note it (the first one is kept, with its offset) and answer "not there",
 * and the caller of the reader asks part->rc at the end.
 */
#ifndef PART_H
#define PART_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "json.h"
#include "map.h"
#include "mem.h"
#include "set.h"

enum part_role {
	ROLE_SBOM = 1,
	ROLE_VEX = 2,
	ROLE_FINDINGS = 4,
	ROLE_ATTESTATION = 8
};

/* In the order of severity. */
enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_NONE,
	SEVERITY_NEGLIGIBLE,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL
};

enum fix_state {
	FIX_UNKNOWN,
	FIX_NOT_FIXED,
	FIX_END_OF_LIFE,
	FIX_WONT_FIX,
	FIX_DEFERRED,
	FIX_FIXED
};

enum vex_status {
	VEX_AFFECTED,
	VEX_UNDER_INVESTIGATION,
	VEX_FIXED,
	VEX_NOT_AFFECTED
};

#define PART_NONE UINT32_MAX	/* no component */

/* A list of texts, each with a name where it is a hash or qualifier. */
struct part_value {
	struct part_value *next;
	struct slice name;
	struct slice value;
};

/* What a component is called, as a document says; empty is absent. */
struct part_names {
	struct slice purl;
	struct slice cpe;	/* 2.3, or 2.2 as a URI */
	struct slice group;
	struct slice name;
	struct slice version;
};

struct part_component {
	struct slice key;
	struct slice purl;	/* data NULL: it has none */
	struct slice name;
	struct slice version;
	struct slice type;
	const char *scope;	/* NULL: required */
	struct part_value *hashes;
	struct part_value *licenses;
	struct part_value *qualifiers;
	bool inventory;		/* an SBOM lists it */
	bool found;		/* a finding names it */
	bool scoped;		/* a document spoke of its scope */
	bool edges_known;	/* there is an entry for its dependencies */
};

struct part_edge {
	uint32_t from;
	uint32_t to;
};

struct part_finding {
	uint32_t component;
	enum severity severity;
	int cvss;		/* hundredths; -1: none */
	enum fix_state fix;
	bool suppressed;
	struct slice vector;
	struct part_value *ids;	/* at least one */
	struct part_value *versions;	/* that fix it */
};

struct part_product {
	struct part_product *next;
	struct part_product *parts;	/* subcomponents */
	struct slice key;
	struct slice purl;
	struct slice cpe;
	struct slice digest;
	struct slice versions;
	struct slice link;	/* a BOM-Link, resolved when all are read */
};

struct part_statement {
	struct part_value *ids;
	struct part_product *products;
	enum vex_status status;
	struct slice justification;
	struct slice native;
	struct slice impact;
	struct slice action;
	struct slice timestamp;
	struct slice updated;
	struct slice author;
	enum severity severity;
	int cvss;		/* -1: none */
	struct slice vector;
};

struct part_unknown {
	const char *reason;
	struct slice component;	/* data NULL: of the whole */
	struct slice detail;
};

struct part {
	struct arena *a;	/* what stays */
	struct arena scratch;	/* what does not */
	struct err *e;
	enum status rc;		/* the first fault, in *e */
	bool inventory;		/* components are the subject's */

	struct part_component *component;
	uint32_t components, component_cap;
	struct map keys;
	struct arena key_texts;	/* most keys, beside each other: they are
				 * looked at in any order */
	struct part_edge *edge;
	size_t edges, edge_cap;
	uint32_t *root;
	size_t roots, root_cap;
	struct part_finding *finding;
	size_t findings, finding_cap;
	struct part_statement *statement;
	size_t statements, statement_cap;
	struct part_unknown *unknown;
	size_t unknowns, unknown_cap;
	struct part_value *feeds;	/* name, epoch */

	/* The last hash's algorithm, and its name: mostly the next one's. */
	struct slice algorithm, hash_name;

	/* The document's own labels (bom-ref, SPDXID) and what they mean. */
	struct map labels;
	struct arena label_texts;	/* the same of the labels */
	bool labels_used;	/* some of them, before all were given: that
				 * one turns out to mean nothing is a fault */
	struct json waiting;	/* array of what waits for the others: the
				 * reader's own */
	struct slice serial;	/* "urn:cdx:UUID/VERSION" */

	struct slice target;	/* what a scanner says it looked at */
	struct slice extra;	/* more of the contribution, canonical JSON */

	/* Of the attestation it came in, if any. */
	const struct json *subjects;	/* array of in-toto subjects */
	struct slice attested;		/* its time, where it has one */
};

/* Zero *p, give it its arena and err. */
void part_init(struct part *p, struct arena *a, struct err *e);
void part_free(struct part *p);
/* Is it about what the subject is made of?  Else its components only resolve
 * references, those too that were read before this was known, and it has no
 * edges. */
void part_inventory(struct part *p, bool inventory);

/* --- reading members of foreign documents ------------------------------- */

/* A member that is absent or null is an empty array, NULL, or an empty
 * slice; one of another type is a fault. */
const struct json *part_array(struct part *p, const struct json *v,
    const char *key);
const struct json *part_object(struct part *p, const struct json *v,
    const char *key);
struct slice part_text(struct part *p, const struct json *v, const char *key);
/* Several members at once, in one walk over the object: want is in canonical
 * order, and got holds one for each, as above but NULL for an empty array. */
struct part_want {
	struct slice key;
	enum json_type type;
};

void part_members(struct part *p, const struct json *v,
    const struct part_want *want, size_t count, const struct json **got);
/* An element of an array that must be an object: false (and a fault) if it
 * is not. */
bool part_is_object(struct part *p, const struct json *v, const char *what);
/* The text of a member that must be there and not empty. */
struct slice part_need(struct part *p, const struct json *v, const char *key,
    const char *what);
/* Notes a fault at v. */
void part_fault(struct part *p, const struct json *v, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* --- components --------------------------------------------------------- */

/* So many components are to come: a hint. */
void part_expect(struct part *p, size_t components);
/* Finds or adds the component of these names.  A purl or CPE that does not
 * parse is an Identity unknown and the next name counts.  PART_NONE only
 * where there is no name at all. */
uint32_t part_component(struct part *p, const struct part_names *names);
/* Finds or adds a component of another part by its key; its lists are not
 * taken over. */
uint32_t part_take(struct part *p, const struct part_component *from);
void part_type(struct part *p, uint32_t c, struct slice type);
/* algorithm in any of the formats' spellings. */
void part_hash(struct part *p, uint32_t c, struct slice algorithm,
    struct slice hex);
void part_license(struct part *p, uint32_t c, struct slice text);
/* "optional" or "excluded", or NULL; of several mentions the widest holds. */
void part_scope(struct part *p, uint32_t c, const char *scope);
void part_root(struct part *p, uint32_t c);
void part_edges_known(struct part *p, uint32_t c);
void part_depends(struct part *p, uint32_t from, uint32_t to);

/* A label of the document.  A label that is given to two components means
 * neither: an Identity unknown, and PART_NONE. */
void part_label(struct part *p, struct slice label, uint32_t c);
/* PART_NONE: nothing has this label. */
uint32_t part_labelled(struct part *p, struct slice label);
/* The same where the labels mostly come in the order in which they were given:
 * *next is 0 at first. */
uint32_t part_labelled_next(struct part *p, struct slice label, size_t *next);
/* The same for each of many, in the time of fewer. */
void part_labelled_many(struct part *p, const struct slice *label,
    size_t count, uint32_t *c);

/* --- findings, statements, unknowns ------------------------------------- */

/* A finding of unknown severity and fix, without ids. */
struct part_finding *part_finding(struct part *p, uint32_t component);
struct part_statement *part_statement(struct part *p, enum vex_status status);
/* Empty texts are dropped, repeated ones when the list is written. */
void part_value(struct part *p, struct part_value **list, struct slice name,
    struct slice value);
void part_add(struct part *p, struct part_value **list, struct slice value);

struct part_product *part_product(struct part *p, struct part_product **list);
/* The product that a component of the document is. */
void part_product_component(struct part *p, struct part_product *to,
    uint32_t c);
/* From a purl: key where it has a version; false and an Identity unknown if
 * it does not parse. */
bool part_product_purl(struct part *p, struct part_product *to,
    struct slice purl);
void part_product_cpe(struct part *p, struct part_product *to,
    struct slice cpe);
void part_product_digest(struct part *p, struct part_product *to,
    struct slice algorithm, struct slice hex);
void part_product_name(struct part *p, struct part_product *to,
    struct slice group, struct slice name, struct slice version);
/* A version, or where range is set a range, of what the product says. */
void part_product_version(struct part *p, struct part_product *to,
    struct slice version, bool range);
/* Does the range hold the version, as far as can be known? */
bool part_in_range(struct part *p, struct slice range, struct slice version);
bool part_product_empty(const struct part_product *product);

void part_unknown(struct part *p, const char *reason, struct slice component,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void part_feed(struct part *p, const char *name, struct slice epoch);

/* --- common vocabulary -------------------------------------------------- */

/* Any of the formats' words, any case. */
enum severity part_severity(struct slice word);
const char *part_severity_name(enum severity s);
/* What CVSS calls a score in hundredths. */
enum severity part_severity_of(int cvss);
const char *part_fix_name(enum fix_state s);
const char *part_status_name(enum vex_status s);
bool part_status(struct slice word, enum vex_status *out);
/* Decimal text or number ("9.8") in hundredths; -1 if it is none. */
int part_score(struct slice decimal);
/* A copy in the part's arena, in NFC. */
struct slice part_kept(struct part *p, struct slice text);
/* Keeps the higher of two scores; from a vector where there is one. */
void part_cvss(struct part *p, struct slice vector, int stated, int *cvss,
    struct slice *kept);
/* RFC 3339 in UTC, fraction without trailing zeros; empty if it is none. */
struct slice part_time(struct part *p, struct slice text);
/* in-toto's spelling of a hash name; empty if it is none. */
struct slice part_hash_name(struct slice algorithm);
/* Is it a word of OpenVEX for a justification? */
bool part_justification(struct slice word);

/* --- writing ------------------------------------------------------------ */

/* The part's own sets but for its inventory, sorted; findings and statements
 * without source. */
struct part_sets {
	struct set findings;
	struct set vex;
	struct set unknowns;
	struct set roots;
};

void part_write(struct part *p, struct part_sets *sets);
void part_sets_free(struct part_sets *sets);
void part_write_unknowns(struct part *p, struct set *unknowns);
void part_write_components(struct part *p, struct set *components);
void part_write_dependencies(struct part *p, struct set *dependencies);
/* All components, edges, roots and unknowns of other, merged into p, which
 * borrows their texts. */
void part_merge(struct part *p, const struct part *other);

/* The members of a statement and of a list, for those who write more. */
struct json part_statement_json(struct arena *a,
    const struct part_statement *s);
struct json part_list_json(struct arena *a, const struct part_value *list);
/* Of a finding's or statement's ids the preferred: CVE, GHSA, smallest. */
struct slice part_id(const struct part_value *ids);
/* The same for a message. */
const char *part_id_text(struct part *p, const struct part_value *ids);
bool part_is_cve(struct slice id);
int part_id_cmp(struct slice a, struct slice b);

#endif
