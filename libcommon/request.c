/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "canon.h"
#include "claims.h"
#include "evidence.h"
#include "request.h"
#include "timefmt.h"

/* --- evidence ------------------------------------------------------------- */

enum status
request_check(struct arena *a, struct request *r, struct err *e)
{
	enum status rc = json_parse(r->evidence_bytes, &json_own, a,
	    &r->evidence, e);

	if (rc == ERR_OK)
		rc = evidence_check(&r->evidence, e);
	return rc == ERR_OK ? claims_check(&r->evidence, e) : rc;
}

static enum status
make_canonical(struct arena *a, struct request *r, struct err *e)
{
	struct json tree;
	enum status rc;

	if (members_read(r->evidence_bytes, a, &r->evidence_text))
		return ERR_OK;
	rc = json_parse(r->evidence_bytes, &json_own, a, &tree, e);
	if (rc != ERR_OK)
		return rc;
	/* Only what is no object, or has too many members, is not split. */
	if (!members_read(canon_text(a, &tree), a, &r->evidence_text)) {
		rc = evidence_check(&tree, e);
		assert(rc != ERR_OK);
	}
	return rc;
}

/*
 * The digests of the whole and of {components,dependencies,subject}.  Both
 * begin alike, and nearly all of an SBOM stands there: it is hashed once.
 */
static bool
hash_evidence(const struct members *m, struct verikey *k)
{
	const struct slice text = m->text, subject = members_get(m,
	    "subject");
	const char *behind;
	struct sha256 h, sbom;

	if (m->count < 2 || !slice_is(m->item[0].key, "components") ||
	    !slice_is(m->item[1].key, "dependencies") || subject.data == NULL)
		return false;
	behind = m->item[1].value.data + m->item[1].value.len;
	sha256_init(&h);
	sha256_add(&h, text.data, (size_t)(behind - text.data));
	sbom = h;
	sha256_add(&h, behind, (size_t)(text.data + text.len - behind));
	k->source = digest_take(&h);
	sha256_add(&sbom, ",\"subject\":", sizeof(",\"subject\":") - 1);
	sha256_add(&sbom, subject.data, subject.len);
	sha256_add(&sbom, "}", 1);
	k->sbom = digest_take(&sbom);
	return true;
}

/* A member's value as a tree; false: it is not there, or no such type. */
static bool
read_member(struct arena *a, const struct members *m, const char *key,
    enum json_type type, struct json *out)
{
	return json_parse(members_get(m, key), &json_own, a, out, NULL) ==
	    ERR_OK && out->type == type;
}

static void
vex_sources(struct arena *a, const struct json *documents,
    struct verikey_set *set)
{
	set->item = arena_array(a, json_count(documents) + 1,
	    sizeof(*set->item));
	JSON_EACH(v, documents)
		if (json_is(json_get(v, "role"), "vex") &&
		    digest_read(json_get_text(v, "source"),
		    &set->item[set->count]))
			set->count++;
}

/* What the key takes of the evidence.  Where it cannot be had the evidence is
 * none, which the check says in full. */
static enum status
read_evidence(struct arena *a, struct request *r, struct err *e)
{
	struct json documents;
	enum status rc = make_canonical(a, r, e);

	if (rc != ERR_OK)
		return rc;
	if (!hash_evidence(&r->evidence_text, &r->verikey) ||
	    !read_member(a, &r->evidence_text, "documents", JSON_ARRAY,
	    &documents) || !read_member(a, &r->evidence_text, "feeds",
	    JSON_OBJECT, &r->feeds)) {
		rc = request_check(a, r, e);
		assert(rc != ERR_OK);
		return rc;
	}
	vex_sources(a, &documents, &r->verikey.vex);
	r->verikey.feeds = &r->feeds;
	return ERR_OK;
}

/* --- the rest ------------------------------------------------------------- */

static enum status
read_documents(struct arena *a, struct request *r, const char **fault,
    struct err *e)
{
	enum status rc;

	*fault = "policy";
	rc = policy_read(a, r->policy_doc, r->environment, &r->policy, e);
	if (rc != ERR_OK)
		return rc;
	*fault = "budget";
	r->has_budget = r->budget_doc != NULL;
	if (r->has_budget)
		rc = budget_read(a, r->budget_doc, r->environment, &r->budget,
		    e);
	if (rc != ERR_OK)
		return rc;
	*fault = "keyring";
	r->has_keyring = r->keyring_doc != NULL;
	if (r->has_keyring)
		rc = keyring_read(r->keyring_doc, a, &r->keyring, e);
	return rc;
}

static void
make_context(struct arena *a, struct request *r)
{
	struct context *c = &r->context;

	*c = (struct context){ .engine = CONTEXT_ENGINE,
	    .environment = r->environment };
	c->policy = digest_json(r->policy_doc);
	c->has_policy_jq = r->policy_jq.data != NULL;
	if (c->has_policy_jq) {
		c->policy_jq = digest_bytes(r->policy_jq);
		c->jq = r->jq_version;
	}
	c->has_budget = r->has_budget;
	if (c->has_budget)
		c->budget = digest_json(r->budget_doc);
	c->has_keyring = r->has_keyring;
	if (c->has_keyring)
		c->keyring = digest_json(r->keyring_doc);
	r->context_json = context_json(a, c);
}

enum status
request_make(struct arena *a, struct request *r, const char **fault,
    struct err *e)
{
	enum status rc;

	if (r->environment.data == NULL)
		r->environment = slice_of(CONTEXT_DEFAULT);
	rc = read_documents(a, r, fault, e);
	if (rc != ERR_OK)
		return rc;
	make_context(a, r);
	r->verikey = (struct verikey){
		.policy = digest_json(&r->context_json),
		.window = r->at_window ? r->asked_at :
		    timefmt_floor(r->asked_at, r->policy.bucket),
		.context = &r->context_json
	};
	*fault = "evidence";
	rc = read_evidence(a, r, e);
	if (rc != ERR_OK)
		return rc;
	if (r->has_keyring)
		r->verikey.signers.count = keyring_signers(&r->keyring,
		    r->verikey.window, a, &r->verikey.signers.item);
	r->key = verikey_make(&r->verikey);
	r->verikey_json = verikey_json(a, &r->verikey);
	return ERR_OK;
}

struct slice
request_id(struct arena *a, const struct request *r, struct slice id)
{
	struct slice found = id;
	struct json findings;

	if (!read_member(a, &r->evidence_text, "findings", JSON_ARRAY,
	    &findings))
		return id;
	JSON_EACH(v, &findings) {
		const struct json *aliases = json_want(v, "aliases",
		    JSON_ARRAY);

		if (slice_eq(json_get_text(v, "id"), id))
			return id;
		if (aliases != NULL)
			JSON_EACH(alias, aliases)
				if (slice_eq(json_text(alias), id))
					found = json_get_text(v, "id");
	}
	return found;
}

void
request_parts(struct arena *a, const struct request *r,
    struct slice part[MERKLEDOC_ROLES])
{
	const struct json *doc[MERKLEDOC_ROLES] = {
		[MERKLEDOC_POLICY] = r->policy_doc,
		[MERKLEDOC_BUDGET] = r->budget_doc,
		[MERKLEDOC_KEYRING] = r->keyring_doc
	};

	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		part[i] = doc[i] != NULL ? canon_text(a, doc[i]) :
		    (struct slice){ NULL, 0 };
	part[MERKLEDOC_EVIDENCE] = r->evidence_text.text;
	part[MERKLEDOC_POLICY_JQ] = r->policy_jq;
}
