/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "evidence.h"
#include "shape.h"

static const struct shape signer[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "provenAt", SHAPE_STRING, NULL },
	{ "logged", SHAPE_BOOL | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape document[] = {
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "format", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "formatVersion", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "role", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "origin", SHAPE_STRING, NULL },
	{ "signedBy", SHAPE_ARRAY | SHAPE_NEEDED, signer },
	{ "feeds", SHAPE_ARRAY, NULL },
	{ "subjects", SHAPE_ARRAY, NULL },
	SHAPE_END
};

static const struct shape subject[] = {
	{ "key", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "version", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "purl", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape component[] = {
	{ "key", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "purl", SHAPE_STRING, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "version", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "type", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "hashes", SHAPE_MAP | SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "licenses", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "scope", SHAPE_STRING, NULL },
	{ "qualifiers", SHAPE_MAP | SHAPE_ARRAY, NULL },
	SHAPE_END
};

static const struct shape dependency[] = {
	{ "ref", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "dependsOn", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape fix[] = {
	{ "state", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "versions", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape opinion[] = {
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "severity", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "cvss", SHAPE_INT, NULL },
	{ "vector", SHAPE_STRING, NULL },
	{ "suppressed", SHAPE_BOOL, NULL },
	SHAPE_END
};

static const struct shape finding[] = {
	{ "component", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "aliases", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "severity", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "cvss", SHAPE_INT, NULL },
	{ "vector", SHAPE_STRING, NULL },
	{ "fix", SHAPE_OBJECT | SHAPE_NEEDED, fix },
	{ "suppressed", SHAPE_BOOL, NULL },
	{ "sources", SHAPE_ARRAY | SHAPE_NEEDED, opinion },
	SHAPE_END
};

static const struct shape piece[] = {
	{ "key", SHAPE_STRING, NULL },
	{ "purl", SHAPE_STRING, NULL },
	{ "cpe", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING, NULL },
	{ "versions", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape product[] = {
	{ "key", SHAPE_STRING, NULL },
	{ "purl", SHAPE_STRING, NULL },
	{ "cpe", SHAPE_STRING, NULL },
	{ "digest", SHAPE_STRING, NULL },
	{ "versions", SHAPE_STRING, NULL },
	{ "subcomponents", SHAPE_ARRAY | SHAPE_NEEDED, piece },
	SHAPE_END
};

static const struct shape statement[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "aliases", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "products", SHAPE_ARRAY | SHAPE_NEEDED, product },
	{ "status", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "justification", SHAPE_STRING, NULL },
	{ "nativeJustification", SHAPE_STRING, NULL },
	{ "impact", SHAPE_STRING, NULL },
	{ "action", SHAPE_STRING, NULL },
	{ "timestamp", SHAPE_STRING, NULL },
	{ "updated", SHAPE_STRING, NULL },
	{ "author", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "severity", SHAPE_STRING, NULL },
	{ "cvss", SHAPE_INT, NULL },
	{ "vector", SHAPE_STRING, NULL },
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape unknown[] = {
	{ "reason", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "component", SHAPE_STRING, NULL },
	{ "detail", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape evidence[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "documents", SHAPE_ARRAY | SHAPE_NEEDED, document },
	{ "subject", SHAPE_OBJECT | SHAPE_NEEDED, subject },
	{ "components", SHAPE_ARRAY | SHAPE_NEEDED, component },
	{ "dependencies", SHAPE_ARRAY | SHAPE_NEEDED, dependency },
	{ "findings", SHAPE_ARRAY | SHAPE_NEEDED, finding },
	{ "vex", SHAPE_ARRAY | SHAPE_NEEDED, statement },
	{ "unknowns", SHAPE_ARRAY | SHAPE_NEEDED, unknown },
	{ "feeds", SHAPE_MAP | SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "diff", SHAPE_OBJECT, NULL },
	SHAPE_END
};

enum status
evidence_check(const struct json *v, struct err *e)
{
	return shape_check(v, evidence, "prov.evidence/v1", e);
}

struct digest
evidence_digest(const struct json *v, bool with_diff)
{
	struct arena a = { NULL, NULL, NULL };
	struct json plain = json_object();
	struct digest d;

	if (with_diff || json_get(v, "diff") == NULL)
		return digest_json(v);
	/* The members in their order: each is appended. */
	JSON_MEMBERS(m, v)
		if (!slice_is((struct slice){ m->key, m->key_len }, "diff"))
			json_set_slice(&a, &plain, (struct slice){ m->key,
			    m->key_len }, m->value);
	d = digest_json(&plain);
	arena_free(&a);
	return d;
}
