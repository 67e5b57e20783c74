/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "claims.h"
#include "evidence.h"
#include "request.h"
#include "timefmt.h"

/* {components,dependencies,subject}: what the sbom digest is over. */
static struct digest
sbom_digest(struct arena *a, const struct json *evidence)
{
	static const char *const member[] = { "components", "dependencies",
	    "subject" };
	struct json o = json_object();

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		json_set_opt(a, &o, member[i], json_get(evidence, member[i]));
	return digest_json(&o);
}

static void
vex_sources(struct arena *a, const struct json *evidence,
    struct verikey_set *set)
{
	const struct json *list = json_want(evidence, "documents",
	    JSON_ARRAY);

	set->item = arena_array(a, json_count(list) + 1, sizeof(*set->item));
	if (list != NULL)
		JSON_EACH(v, list)
			if (json_is(json_get(v, "role"), "vex") &&
			    digest_read(json_get_text(v, "source"),
			    &set->item[set->count]))
				set->count++;
}

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
request_check(const struct request *r, struct err *e)
{
	enum status rc = evidence_check(r->evidence, e);

	return rc == ERR_OK ? claims_check(r->evidence, e) : rc;
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
		.source = digest_json(r->evidence),
		.sbom = sbom_digest(a, r->evidence),
		.policy = digest_json(&r->context_json),
		.window = r->at_window ? r->asked_at :
		    timefmt_floor(r->asked_at, r->policy.bucket),
		.context = &r->context_json,
		.feeds = json_want(r->evidence, "feeds", JSON_OBJECT)
	};
	vex_sources(a, r->evidence, &r->verikey.vex);
	if (r->has_keyring)
		r->verikey.signers.count = keyring_signers(&r->keyring,
		    r->verikey.window, a, &r->verikey.signers.item);
	r->key = verikey_make(&r->verikey);
	r->verikey_json = verikey_json(a, &r->verikey);
	return ERR_OK;
}

void
request_parts(struct arena *a, const struct request *r,
    struct slice part[MERKLEDOC_ROLES])
{
	const struct json *doc[MERKLEDOC_ROLES] = {
		[MERKLEDOC_EVIDENCE] = r->evidence,
		[MERKLEDOC_POLICY] = r->policy_doc,
		[MERKLEDOC_BUDGET] = r->budget_doc,
		[MERKLEDOC_KEYRING] = r->keyring_doc
	};

	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		part[i] = doc[i] != NULL ? canon_text(a, doc[i]) :
		    (struct slice){ NULL, 0 };
	part[MERKLEDOC_POLICY_JQ] = r->policy_jq;
}
