/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index misses nothing: what it finds for a statement is what comes of
 * comparing each product with each component.
 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "match.h"
#include "tap.h"
#include "vers.h"

enum {
	CASES = 400,
	COMPONENTS = 24,
	STATEMENTS = 12
};

static struct arena arena;
static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t
below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

#define ANY(list) list[below(sizeof(list) / sizeof(list[0]))]

static const char *const purls[] = {
	"pkg:npm/lodash", "pkg:npm/Lodash", "pkg:npm/%40scope/lodash",
	"pkg:pypi/my_lib", "pkg:pypi/my-lib", "pkg:pypi/My.Lib",
	"pkg:maven/org.acme/lib", "pkg:maven/org.acme/LIB",
	"pkg:deb/debian/lib", "pkg:deb/ubuntu/lib", "pkg:golang/acme.org/lib",
	"pkg:golang/acme.org/lib/v2", "pkg:github/Acme/Lib",
	"pkg:github/acme/lib"
};
static const char *const numbers[] = { "1.0.0", "1.0.1", "2.0.0", "1.0" };
static const char *const extras[] = { "", "?arch=amd64", "?epoch=1",
	"?type=jar", "?classifier=sources", "#sub", "" };
static const char *const cpes[] = {
	"a:acme:lib:1.0.0", "a:acme:lib:2.0.0", "a:acme:*:1.0.0",
	"a:acme:li?:1.0.0", "a:*:lib:*", "a:acme:lib:*", "a:acme:lib:1.*",
	"o:acme:lib:1.0.0", "a:ac\\\\:me:lib:1.0.0", "a:acme:lib:-"
};
static const char *const rests[] = { "*:*:*:*:*:*:*", "sp1:*:*:*:*:*:*",
	"*:*:*:*:node.js:*:*", "-:*:*:*:*:*:*" };
static const char *const names[] = { "name:lib", "name:Lib",
	"name:acme/lib", "name:other" };
static const char *const ranges[] = { "vers:npm/>=1.0.0|<2.0.0",
	"vers:npm/1.0.1", "vers:pypi/<2", "vers:maven/*", "not a range" };

static const char *
any_cpe(void)
{
	return arena_printf(&arena, "cpe:2.3:%s:%s", ANY(cpes), ANY(rests));
}

static const char *
any_purl(bool version)
{
	return arena_printf(&arena, "%s%s%s%s", ANY(purls), version ? "@" :
	    "", version ? ANY(numbers) : "", ANY(extras));
}

static struct json
text(const char *z)
{
	return json_z(z);
}

static struct json
any_component(void)
{
	struct json o = json_object(), hashes = json_object(), list;
	const char *key;

	json_set(&arena, &o, "version", text(ANY(numbers)));
	json_set(&arena, &o, "name", text("lib"));
	switch (below(4)) {
	case 0:
		key = any_cpe();
		break;
	case 1:
		key = arena_printf(&arena, "%s@%s", ANY(names),
		    ANY(numbers));
		break;
	default:
		key = any_purl(below(8) > 0);
		json_set(&arena, &o, "purl", text(key));
	}
	json_set(&arena, &o, "key", text(key));
	if (below(4) == 0) {
		list = json_array();
		json_push(&arena, &list, text(below(2) ? "aa" : "bb"));
		json_set(&arena, &hashes, "sha256", list);
	}
	json_set(&arena, &o, "hashes", hashes);
	return o;
}

static struct json
any_product(void)
{
	struct json o = json_object();
	const char *purl = any_purl(below(2));

	switch (below(5)) {
	case 0:
		json_set(&arena, &o, "cpe", text(any_cpe()));
		break;
	case 1:
		json_set(&arena, &o, "key", text(below(2) ? ANY(names) :
		    arena_printf(&arena, "%s@%s", ANY(names),
		    ANY(numbers))));
		break;
	case 2:
		json_set(&arena, &o, "digest", text(below(2) ? "sha256:aa" :
		    "sha256:cc"));
		break;
	default:
		json_set(&arena, &o, "purl", text(purl));
		if (below(2))
			json_set(&arena, &o, "key", text(purl));
	}
	if (below(8) == 0)
		json_set(&arena, &o, "cpe", text(any_cpe()));
	if (below(4) == 0)
		json_set(&arena, &o, "versions", text(ANY(ranges)));
	json_set(&arena, &o, "subcomponents", json_array());
	return o;
}

/* --- without an index ---------------------------------------------------- */

static enum match_kind
by_purl(struct slice product, struct slice versions,
    const struct json *component)
{
	struct slice have = json_get_text(component, "purl"), version;
	struct purl p, c;
	struct vers v;

	if (have.data == NULL || purl_parse(product, PURL_LENIENT, &arena, &p,
	    NULL) != ERR_OK || purl_parse(have, PURL_LENIENT, &arena, &c,
	    NULL) != ERR_OK)
		return MATCH_NONE;
	switch (purl_match(&p, &c)) {
	case PURL_MATCH_VERSION:
		return MATCH_VERSION;
	case PURL_MATCH_NO:
		return MATCH_NONE;
	case PURL_MATCH_PRODUCT:
		break;
	}
	if (versions.len == 0)
		return MATCH_PRODUCT;
	version = purl_version(&arena, &c);
	if (version.len == 0)
		version = json_get_text(component, "version");
	return vers_parse(versions, VERS_LENIENT, &arena, &v, NULL, NULL) ==
	    ERR_OK && vers_contains(&v, version) == VERS_IN ? MATCH_RANGE :
	    MATCH_NONE;
}

static enum match_kind
by_cpe(struct slice said, const struct json *component)
{
	struct cpe s, c;
	bool open = false, more = false;

	if (cpe_parse(said, &arena, &s, NULL) != ERR_OK ||
	    cpe_parse(json_get_text(component, "key"), &arena, &c, NULL) !=
	    ERR_OK || cpe_match(&s, &c) == CPE_DISJOINT)
		return MATCH_NONE;
	for (int i = 0; i < CPE_ATTRIBUTES; i++)
		if (i <= CPE_VERSION)
			open |= cpe_is_open(s.value[i]);
		else
			more |= !cpe_is_open(s.value[i]) &&
			    !slice_eq(s.value[i], c.value[i]);
	return open || more ? MATCH_FAMILY : MATCH_VERSION;
}

static enum match_kind
by_name(struct slice said, struct slice versions,
    const struct json *component)
{
	struct slice key = json_get_text(component, "key"), version;
	size_t at = slice_find(said, '@');
	struct vers v;

	if (at < said.len)
		return slice_eq(said, key) ? MATCH_VERSION : MATCH_NONE;
	if (!slice_eq(said, slice_cut(key, 0, slice_find(key, '@'))))
		return MATCH_NONE;
	if (versions.len == 0)
		return MATCH_FAMILY;
	version = json_get_text(component, "version");
	return vers_parse(versions, VERS_LENIENT, &arena, &v, NULL, NULL) ==
	    ERR_OK && vers_contains(&v, version) == VERS_IN ? MATCH_RANGE :
	    MATCH_NONE;
}

static enum match_kind
speaks(const struct json *product, const struct json *component)
{
	struct slice purl = json_get_text(product, "purl");
	struct slice key = json_get_text(product, "key");
	struct slice cpe = json_get_text(product, "cpe");
	struct slice versions = json_get_text(product, "versions");
	const struct json *hash = json_get(json_get(component, "hashes"),
	    "sha256");
	enum match_kind kind = MATCH_NONE, other;
	struct cpe readable;

	if (hash != NULL && slice_eq(slice_of(arena_printf(&arena,
	    "sha256:%.*s", (int)hash->u.item->len, hash->u.item->u.text)),
	    json_get_text(product, "digest")))
		return MATCH_DIGEST;
	if (purl.len > 0)
		kind = by_purl(purl, versions, component);
	/* A CPE that cannot be read says nothing. */
	other = cpe_parse(cpe, &arena, &readable, NULL) == ERR_OK ?
	    by_cpe(cpe, component) : purl.len == 0 && key.len > 0 ?
	    by_name(key, versions, component) : MATCH_NONE;
	return other < kind ? other : kind;
}

/* --- cases --------------------------------------------------------------- */

static struct json
evidence_of(const struct json *list, size_t n)
{
	struct json o = json_object(), subject = json_object();
	struct json components = json_array();

	for (size_t i = 0; i < n; i++)
		json_push(&arena, &components, list[i]);
	json_set(&arena, &subject, "key", text("pkg:oci/subject@1"));
	json_set(&arena, &subject, "version", text("1"));
	json_set(&arena, &o, "components", components);
	json_set(&arena, &o, "subject", subject);
	return o;
}

static size_t matches, kinds[MATCH_NONE];

static bool
agrees(struct match_index *index, const struct json *component,
    const struct json *products)
{
	struct json statement = json_object();
	struct match_miss miss;
	size_t next = 0;

	json_set(&arena, &statement, "products", *products);
	match_statement(index, &statement, &miss);
	for (size_t i = 0; i < COMPONENTS; i++) {
		enum match_kind want = MATCH_NONE, got = MATCH_NONE;

		JSON_EACH(product, products) {
			enum match_kind kind = speaks(product, &component[i]);

			want = kind < want ? kind : want;
		}
		if (next < index->found_count &&
		    index->found[next].component == i)
			got = index->found[next++].kind;
		if (got != want) {
			printf("# %.*s is found as %d, expected %d: %.*s\n",
			    (int)json_get_text(&component[i], "key").len,
			    json_get_text(&component[i], "key").data, got,
			    want, (int)canon_text(&arena, products).len,
			    canon_text(&arena, products).data);
			return false;
		}
		if (want == MATCH_NONE)
			continue;
		matches++;
		kinds[want]++;
	}
	return next == index->found_count;
}

static bool
one_case(void)
{
	struct json component[COMPONENTS], whole;
	struct match_index index;
	bool good = true;

	for (size_t i = 0; i < COMPONENTS; i++)
		component[i] = any_component();
	whole = evidence_of(component, COMPONENTS);
	match_open(&index, &arena, &whole);
	for (int i = 0; i < STATEMENTS; i++) {
		struct json products = json_array();

		for (uint32_t n = 1 + below(3); n > 0; n--)
			json_push(&arena, &products, any_product());
		good = good && agrees(&index, component, &products);
	}
	match_close(&index);
	arena_reset(&arena);
	return good;
}

int
main(void)
{
	int bad = 0;

	for (int i = 0; i < CASES; i++)
		bad += !one_case();
	ok(bad == 0, "the index finds what there is to find (%d cases, %zu "
	    "matches, %d wrong)", CASES, matches, bad);
	for (int i = 0; i < MATCH_NONE; i++)
		ok(kinds[i] > 50, "%s: %zu matches", match_kind_name[i],
		    kinds[i]);
	arena_free(&arena);
	return done();
}
