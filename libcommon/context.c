/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "shape.h"

static const struct shape context_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "engine", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "policy", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "policyJq", SHAPE_STRING | SHAPE_NULL | SHAPE_NEEDED, NULL },
	{ "jq", SHAPE_STRING | SHAPE_NULL | SHAPE_NEEDED, NULL },
	{ "budget", SHAPE_STRING | SHAPE_NULL | SHAPE_NEEDED, NULL },
	{ "keyring", SHAPE_STRING | SHAPE_NULL | SHAPE_NEEDED, NULL },
	{ "environment", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static struct json
digest_or_null(struct arena *a, bool has, const struct digest *d)
{
	return has ? digest_value(a, d) : json_null();
}

struct json
context_json(struct arena *a, const struct context *c)
{
	struct json o = json_object();

	json_set(a, &o, "budget", digest_or_null(a, c->has_budget,
	    &c->budget));
	json_set(a, &o, "engine", json_int(a, c->engine));
	json_set(a, &o, "environment", json_string(c->environment));
	json_set(a, &o, "jq", c->jq.data != NULL ? json_string(c->jq) :
	    json_null());
	json_set(a, &o, "keyring", digest_or_null(a, c->has_keyring,
	    &c->keyring));
	json_set_z(a, &o, "kind", CONTEXT_KIND);
	json_set(a, &o, "policy", digest_value(a, &c->policy));
	json_set(a, &o, "policyJq", digest_or_null(a, c->has_policy_jq,
	    &c->policy_jq));
	return o;
}

/* has is NULL where the digest may not be null. */
static enum status
read_digest(const struct json *doc, const char *key, bool *has,
    struct digest *d, struct err *e)
{
	const struct json *v = json_get(doc, key);

	if (has != NULL) {
		*has = v->type != JSON_NULL;
		if (!*has)
			return ERR_OK;
	}
	if (!digest_read(json_text(v), d))
		return err_input(e, v->offset,
		    "'%s' is no digest, expected sha256: and 64 hex digits",
		    key);
	return ERR_OK;
}

enum status
context_read(const struct json *doc, struct context *c, struct err *e)
{
	enum status rc = shape_check(doc, context_shape, CONTEXT_KIND, e);

	*c = (struct context){ 0 };
	if (rc != ERR_OK)
		return rc;
	(void)json_int64(json_get(doc, "engine"), &c->engine);
	if (c->engine < 1)
		return err_input(e, json_get(doc, "engine")->offset,
		    "'engine' is below 1");
	if (read_digest(doc, "policy", NULL, &c->policy, e) != ERR_OK ||
	    read_digest(doc, "policyJq", &c->has_policy_jq, &c->policy_jq,
	    e) != ERR_OK ||
	    read_digest(doc, "budget", &c->has_budget, &c->budget, e) !=
	    ERR_OK ||
	    read_digest(doc, "keyring", &c->has_keyring, &c->keyring, e) !=
	    ERR_OK)
		return ERR_INPUT;
	c->jq = json_text(json_get(doc, "jq"));
	c->environment = json_get_text(doc, "environment");
	if (c->environment.len == 0)
		return err_input(e, json_get(doc, "environment")->offset,
		    "'environment' is empty");
	return ERR_OK;
}
