/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "decision.h"
#include "shape.h"
#include "timefmt.h"

enum {
	TRUST_MAX = 100,
	BASIS_POINTS = 100	/* of one point of trust */
};

static const struct shape seed_shape[] = {
	{ "feeds", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "rules", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape decision_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "digestVersion", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "veriKey", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "verdictHash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "proofRoot", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "replaySeed", SHAPE_OBJECT | SHAPE_NEEDED, seed_shape },
	{ "trustScore", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "createdAt", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "expiresAt", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

int
decision_trust(int64_t basis_points)
{
	return (int)((basis_points + BASIS_POINTS / 2) / BASIS_POINTS);
}

static struct json
seed_json(struct arena *a, const struct decision *d)
{
	struct json seed = json_object();
	struct json feeds = json_array(), rules = json_array();

	if (d->feeds != NULL)
		JSON_MEMBERS(m, d->feeds)
			json_push(a, &feeds, json_z(arena_printf(a,
			    "%.*s=%.*s", (int)m->key_len, m->key,
			    (int)m->value.len, m->value.u.text)));
	for (size_t i = 0; i < d->rules; i++)
		json_push(a, &rules, digest_value(a, &d->rule[i]));
	canon_sort(a, &feeds);
	canon_sort(a, &rules);
	json_set(a, &seed, "feeds", feeds);
	json_set(a, &seed, "rules", rules);
	return seed;
}

struct json
decision_json(struct arena *a, const struct decision *d)
{
	struct json o = json_object();

	json_set_z(a, &o, "createdAt", timefmt_text(a, d->created_at));
	json_set_z(a, &o, "digestVersion", "v1");
	json_set_z(a, &o, "expiresAt", timefmt_text(a, d->expires_at));
	json_set_z(a, &o, "kind", DECISION_KIND);
	json_set(a, &o, "proofRoot", digest_value(a, &d->proof_root));
	json_set(a, &o, "replaySeed", seed_json(a, d));
	json_set(a, &o, "trustScore", json_int(a, d->trust_score));
	json_set(a, &o, "verdictHash", digest_value(a, &d->verdict));
	json_set(a, &o, "veriKey", digest_value(a, &d->verikey));
	return o;
}

/* NAME=EPOCH: the name ends at the first '='. */
static enum status
read_feeds(struct arena *a, const struct json *list, struct decision *d,
    struct err *e)
{
	struct json *feeds = arena_alloc(a, sizeof(*feeds));
	const struct json *last = NULL;

	*feeds = json_object();
	JSON_EACH(item, list) {
		struct slice text = json_text(item);
		size_t at = slice_find(text, '=');

		if (at == 0 || at + 1 >= text.len)
			return err_input(e, item->offset,
			    "'feeds' holds no NAME=EPOCH");
		if (last != NULL && canon_cmp(last, item) >= 0)
			return err_input(e, item->offset,
			    "'feeds' is not sorted, each once");
		last = item;
		json_set_slice(a, feeds, slice_cut(text, 0, at),
		    json_string(slice_cut(text, at + 1, text.len)));
	}
	d->feeds = feeds->len > 0 ? feeds : NULL;
	return ERR_OK;
}

static enum status
read_rules(const struct json *list, struct decision *d, struct err *e)
{
	if (list->len > DECISION_RULES)
		return err_input(e, list->offset, "%u 'rules', at most %d",
		    (unsigned)list->len, DECISION_RULES);
	JSON_EACH(item, list) {
		if (digest_member(item, "rules", &d->rule[d->rules], e) !=
		    ERR_OK)
			return ERR_INPUT;
		if (d->rules > 0 && digest_cmp(&d->rule[d->rules - 1],
		    &d->rule[d->rules]) >= 0)
			return err_input(e, item->offset,
			    "'rules' is not sorted, each once");
		d->rules++;
	}
	return ERR_OK;
}

enum status
decision_read(struct arena *a, const struct json *doc, struct decision *d,
    struct err *e)
{
	enum status rc = shape_check(doc, decision_shape, DECISION_KIND, e);
	const struct json *seed = json_get(doc, "replaySeed"), *v;
	int64_t trust;

	*d = (struct decision){ 0 };
	if (rc != ERR_OK)
		return rc;
	if (!json_is(json_get(doc, "digestVersion"), "v1"))
		return err_input(e, json_get(doc, "digestVersion")->offset,
		    "'digestVersion' is unknown, expected \"v1\"");
	v = json_get(doc, "trustScore");
	if (!json_int64(v, &trust) || trust < 0 || trust > TRUST_MAX)
		return err_input(e, v->offset,
		    "'trustScore' is not between 0 and %d", TRUST_MAX);
	d->trust_score = (int)trust;
	if (digest_member(json_get(doc, "veriKey"), "veriKey", &d->verikey,
	    e) != ERR_OK ||
	    digest_member(json_get(doc, "verdictHash"), "verdictHash",
	    &d->verdict, e) != ERR_OK ||
	    digest_member(json_get(doc, "proofRoot"), "proofRoot",
	    &d->proof_root, e) != ERR_OK ||
	    shape_time(json_get(doc, "createdAt"), "createdAt",
	    &d->created_at, e) != ERR_OK ||
	    shape_time(json_get(doc, "expiresAt"), "expiresAt",
	    &d->expires_at, e) != ERR_OK ||
	    read_feeds(a, json_get(seed, "feeds"), d, e) != ERR_OK)
		return ERR_INPUT;
	return read_rules(json_get(seed, "rules"), d, e);
}
