/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purl - package URLs (layer 1).
 *
 * ECMA-427 and the registered type definitions of the purl specification:
 * parse, check, canonicalise, and the keys by which evidence knows a
 * component.  The parts of a struct purl are decoded and normalised; an
 * absent part has data NULL and len 0.  They point into the text that was
 * parsed or into the arena, so both must outlive the purl.
 */
#ifndef PURL_H
#define PURL_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "mem.h"

struct purl_qualifier {
	struct slice key;	/* lower-case */
	struct slice value;	/* decoded; never empty */
};

struct purl {
	struct slice type;	/* lower-case */
	struct slice namespace;	/* segments joined by '/' */
	struct slice name;	/* may hold '/' */
	struct slice version;
	struct slice subpath;	/* segments joined by '/' */
	struct purl_qualifier *qualifier;	/* sorted by key bytes */
	size_t qualifiers;
};

enum purl_mode {
	PURL_STRICT,	/* the syntax, and the rules of the type: namespace
			 * required or prohibited, required qualifiers */
	PURL_LENIENT	/* the syntax alone; blanks are taken as %20, a
			 * qualifier without "=" is dropped */
};

/*
 * Reads a purl.  Both modes repair what the specification's suite repairs
 * (case, slashes after the scheme, "@scope" unencoded, "+" and "/" raw) and
 * apply the type's normalisation.  Readers of foreign documents use
 * PURL_STRICT: what it refuses is an Identity unknown, not a refusal of the
 * document.  Errors are ERR_INPUT with the offset in text.
 */
enum status purl_parse(struct slice text, enum purl_mode mode, struct arena *a,
    struct purl *out, struct err *e);

/*
 * Makes a purl of parts that the caller has set in *p, decoded and in any
 * case; qualifiers may be unsorted (the array is changed) and empty values
 * are dropped.  Normalises in place; refuses as purl_parse does.
 */
enum status purl_build(struct purl *p, enum purl_mode mode, struct arena *a,
    struct err *e);

/*
 * What most purls are: canonical as they stand, of a common type, with a
 * version, without qualifiers and subpath.  Such a purl is its own key.  Here
 * are positions in the text of the '/' behind the type, of the name, and of
 * the '@' behind it.  False: purl_parse knows.
 */
struct purl_plain {
	size_t type;
	size_t name;
	size_t name_end;
	bool scoped;		/* the namespace begins with "%40", all else is
				 * not encoded */
};

bool purl_plain(struct slice text, struct purl_plain *out);

/* --- written forms ------------------------------------------------------ */

/* The canonical purl. */
struct slice purl_text(struct arena *a, const struct purl *p);

/*
 * A component's key: the canonical purl without the qualifiers that only
 * state context (purl_is_context) and without those at their type's default
 * (maven type=jar, gem platform=ruby, rpm epoch=0).
 */
struct slice purl_key(struct arena *a, const struct purl *p);

/* arch, distro, package-id, upstream, checksum, download_url, vcs_url,
 * repository_url and their like: where a package came from, not which one
 * it is.  rpm epoch and maven classifier and type are no context. */
bool purl_is_context(const struct purl *p, struct slice key);

/*
 * The key of a component without a purl or CPE: name:GROUP/NAME@VERSION, each
 * part percent-encoded as in a purl.  group and version may be empty.
 */
struct slice purl_name_key(struct arena *a, struct slice group,
    struct slice name, struct slice version);

/* Any key (pkg:, cpe:2.3:, name:) without its version; what prov-diff pairs
 * components by.  A key that has none is returned as it is. */
struct slice purl_key_unversioned(struct arena *a, struct slice key);
/* The version of a key as it is written there, decoded for pkg: and name:;
 * data NULL when it has none. */
struct slice purl_key_version(struct arena *a, struct slice key);

/* Appends s percent-encoded as a purl's part: all but A-Z a-z 0-9 . - _ ~ and
 * ":"; '/' is kept where keep_slash says so. */
void purl_encode(struct buf *out, struct slice s, bool keep_slash);

/* --- asking ------------------------------------------------------------- */

/* A qualifier's value, data NULL when it is not there. */
struct slice purl_qualifier(const struct purl *p, const char *key);

/*
 * The version as the type orders it: an rpm or deb "epoch" qualifier is put
 * before it ("1:2.4-5"), all others are p->version.
 */
struct slice purl_version(struct arena *a, const struct purl *p);

enum purl_match {
	PURL_MATCH_NO,
	PURL_MATCH_PRODUCT,	/* the statement names no version */
	PURL_MATCH_VERSION	/* the exact version */
};

/*
 * Does a statement about a purl speak of a component?  Type, namespace and
 * name must be equal (golang without regard to case, pypi with runs of
 * "-_." folded), the version too if the statement has one (golang with or
 * without "v"), and its subpath.  Context qualifiers that both state must
 * agree (package-id is never compared); those of the statement that tell
 * packages apart (maven classifier, rpm epoch) must be the component's too.
 * What the statement leaves out is not asked.
 */
enum purl_match purl_match(const struct purl *statement,
    const struct purl *component);

#endif
