/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "context.h"
#include "hex.h"
#include "shape.h"
#include "timefmt.h"
#include "verikey.h"

enum {
	HEX_LEN = 2 * DIGEST_SIZE
};

static const char empty_vex[] = "empty-vex-set";
static const char empty_signers[] = "empty-signer-set";

static const struct shape inputs_shape[] = {
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "sbom", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "vex", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "policy", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "signers", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "window", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "context", SHAPE_OBJECT, NULL },
	{ "feeds", SHAPE_MAP | SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape verikey_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "veriKey", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "inputs", SHAPE_OBJECT | SHAPE_NEEDED, inputs_shape },
	SHAPE_END
};

static int
by_bytes(const void *a, const void *b)
{
	return digest_cmp(a, b);
}

void
verikey_set(struct verikey_set *set)
{
	size_t kept = 0;

	if (set->count < 2)
		return;
	qsort(set->item, set->count, sizeof(*set->item), by_bytes);
	for (size_t i = 1; i < set->count; i++)
		if (!digest_equal(&set->item[kept], &set->item[i]))
			set->item[++kept] = set->item[i];
	set->count = kept + 1;
}

static void
add_hex(struct sha256 *h, const struct digest *d)
{
	char text[HEX_LEN];

	hex_write(text, d->sha256, DIGEST_SIZE);
	sha256_add(h, text, sizeof(text));
}

struct digest
verikey_set_digest(const struct verikey_set *set, const char *empty)
{
	struct sha256 h;

	if (set->count == 0)
		return digest_bytes(slice_of(empty));
	sha256_init(&h);
	for (size_t i = 0; i < set->count; i++) {
		if (i > 0)
			sha256_add(&h, "|", 1);
		add_hex(&h, &set->item[i]);
	}
	return digest_take(&h);
}

struct digest
verikey_make(struct verikey *k)
{
	char window[TIMEFMT_LEN + 1];
	struct digest part[5];
	struct sha256 h;

	verikey_set(&k->vex);
	verikey_set(&k->signers);
	part[0] = k->source;
	part[1] = k->sbom;
	part[2] = verikey_set_digest(&k->vex, empty_vex);
	part[3] = k->policy;
	part[4] = verikey_set_digest(&k->signers, empty_signers);
	sha256_init(&h);
	sha256_add(&h, "v1|", 3);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		add_hex(&h, &part[i]);
		sha256_add(&h, "|", 1);
	}
	timefmt_write(k->window, window);
	sha256_add(&h, window, TIMEFMT_LEN);
	return digest_take(&h);
}

static struct json
set_json(struct arena *a, const struct verikey_set *set)
{
	struct json v = json_array();

	for (size_t i = 0; i < set->count; i++)
		json_push(a, &v, digest_value(a, &set->item[i]));
	return v;
}

struct json
verikey_json(struct arena *a, struct verikey *k)
{
	struct json doc = json_object(), in = json_object();
	struct digest key = verikey_make(k);

	json_set_opt(a, &in, "context", k->context);
	if (json_count(k->feeds) > 0)
		json_set_opt(a, &in, "feeds", k->feeds);
	json_set(a, &in, "policy", digest_value(a, &k->policy));
	json_set(a, &in, "sbom", digest_value(a, &k->sbom));
	json_set(a, &in, "signers", set_json(a, &k->signers));
	json_set(a, &in, "source", digest_value(a, &k->source));
	json_set(a, &in, "vex", set_json(a, &k->vex));
	json_set_z(a, &in, "window", timefmt_text(a, k->window));
	json_set(a, &doc, "inputs", in);
	json_set_z(a, &doc, "kind", VERIKEY_KIND);
	json_set(a, &doc, "veriKey", digest_value(a, &key));
	return doc;
}

static enum status
read_set(struct arena *a, const struct json *v, const char *what,
    struct verikey_set *set, struct err *e)
{
	set->count = 0;
	set->item = arena_array(a, v->len > 0 ? v->len : 1,
	    sizeof(*set->item));
	JSON_EACH(item, v) {
		if (digest_member(item, what, &set->item[set->count], e) !=
		    ERR_OK)
			return ERR_INPUT;
		if (set->count > 0 && digest_cmp(&set->item[set->count - 1],
		    &set->item[set->count]) >= 0)
			return err_input(e, item->offset,
			    "'%s' is not sorted, each member once", what);
		set->count++;
	}
	return ERR_OK;
}

static enum status
read_inputs(struct arena *a, const struct json *in, struct verikey *k,
    struct err *e)
{
	struct context context;

	if (digest_member(json_get(in, "source"), "source", &k->source, e) !=
	    ERR_OK ||
	    digest_member(json_get(in, "sbom"), "sbom", &k->sbom, e) !=
	    ERR_OK ||
	    digest_member(json_get(in, "policy"), "policy", &k->policy, e) !=
	    ERR_OK ||
	    read_set(a, json_get(in, "vex"), "vex", &k->vex, e) != ERR_OK ||
	    read_set(a, json_get(in, "signers"), "signers", &k->signers, e) !=
	    ERR_OK ||
	    shape_time(json_get(in, "window"), "window", &k->window,
	    e) != ERR_OK)
		return ERR_INPUT;
	k->context = json_get(in, "context");
	k->feeds = json_get(in, "feeds");
	if (k->feeds != NULL && k->feeds->len == 0)
		return err_input(e, k->feeds->offset,
		    "'feeds' is empty, expected it to be absent");
	return k->context != NULL ? context_read(k->context, &context, e) :
	    ERR_OK;
}

enum status
verikey_read(struct arena *a, const struct json *doc, struct verikey *k,
    struct digest *key, struct err *e)
{
	enum status rc = shape_check(doc, verikey_shape, VERIKEY_KIND, e);
	struct digest made;

	*k = (struct verikey){ 0 };
	if (rc == ERR_OK)
		rc = read_inputs(a, json_get(doc, "inputs"), k, e);
	if (rc == ERR_OK)
		rc = digest_member(json_get(doc, "veriKey"), "veriKey", key, e);
	if (rc != ERR_OK)
		return rc;
	made = verikey_make(k);
	if (!digest_equal(&made, key))
		return err_no(e, "veriKey is not the hash of its inputs, "
		    "which is %s", digest_text(a, &made));
	if (k->context != NULL) {
		made = digest_json(k->context);
		if (!digest_equal(&made, &k->policy))
			return err_no(e, "the context is not what the inputs' "
			    "policy names: its digest is %s",
			    digest_text(a, &made));
	}
	return ERR_OK;
}
