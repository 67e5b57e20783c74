/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "b64.h"
#include "canon.h"
#include "keyring.h"
#include "shape.h"
#include "timefmt.h"

static const char kind[] = "prov.keyring/v1";

static const struct shape key_shape[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "name", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "roles", SHAPE_ARRAY, NULL },
	{ "publicKey", SHAPE_STRING, NULL },
	{ "identity", SHAPE_STRING, NULL },
	{ "issuer", SHAPE_STRING, NULL },
	{ "from", SHAPE_STRING, NULL },
	{ "until", SHAPE_STRING, NULL },
	{ "revokedAt", SHAPE_STRING, NULL },
	{ "reason", SHAPE_STRING, NULL },
	SHAPE_END
};

static const struct shape ledger_shape[] = {
	{ "id", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "peaks", SHAPE_ARRAY, NULL },
	SHAPE_END
};

static const struct shape keyring_shape[] = {
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "keys", SHAPE_ARRAY | SHAPE_NEEDED, key_shape },
	{ "ledger", SHAPE_OBJECT | SHAPE_NEEDED, ledger_shape },
	SHAPE_END
};

/* Sorted, as they are written. */
static const struct {
	const char *name;
	unsigned bit;
} role_names[] = {
	{ "cache", KEYRING_CACHE },
	{ "event", KEYRING_EVENT },
	{ "policy", KEYRING_POLICY },
	{ "verdict", KEYRING_VERDICT },
	{ "vex", KEYRING_VEX },
};

enum {
	ROLES = sizeof(role_names) / sizeof(role_names[0]),
	PEAKS_MAX = 53		/* of a size that a double can hold */
};

unsigned
keyring_role(struct slice name)
{
	for (size_t i = 0; i < ROLES; i++)
		if (slice_is(name, role_names[i].name))
			return role_names[i].bit;
	return 0;
}

struct digest
keyring_identity(struct arena *a, struct slice identity, struct slice issuer)
{
	struct json o = json_object();

	json_set(a, &o, "identity", json_string(identity));
	json_set(a, &o, "issuer", json_string(issuer));
	return digest_json(&o);
}

/* --- reading ------------------------------------------------------------ */

/* An optional time; absent leaves *out as it is. */
static enum status
read_time(const struct json *o, const char *name, int64_t *out, struct err *e)
{
	const struct json *v = json_get(o, name);
	struct instant t;

	if (v == NULL)
		return ERR_OK;
	if (!timefmt_rfc3339(json_text(v), &t) || t.nsec != 0)
		return err_input(e, v->offset, "\"%s\" that is no RFC 3339 "
		    "time of whole seconds", name);
	*out = t.sec;
	return ERR_OK;
}

static enum status
read_roles(const struct json *v, unsigned *out, struct err *e)
{
	*out = v == NULL ? KEYRING_ANY : 0;
	if (v != NULL && v->len == 0)
		return err_input(e, v->offset, "\"roles\" that names none; "
		    "leave it out for all");
	for (size_t i = 0; i < json_count(v); i++) {
		unsigned bit = keyring_role(json_text(&v->u.item[i]));

		if (bit == 0)
			return err_input(e, v->u.item[i].offset, "a role that "
			    "is none of cache, event, policy, verdict, vex");
		*out |= bit;
	}
	return ERR_OK;
}

/* The key itself, or the identity that stands for it; id is checked. */
static enum status
read_signer(const struct json *o, struct arena *a, struct keyring_key *k,
    struct err *e)
{
	const struct json *public = json_get(o, "publicKey");
	struct slice der;
	struct digest id;
	enum status st;

	k->identity = json_get_text(o, "identity");
	k->issuer = json_get_text(o, "issuer");
	if ((public != NULL) == (k->identity.len > 0 && k->issuer.len > 0) ||
	    (public != NULL && (k->identity.data != NULL ||
	    k->issuer.data != NULL)))
		return err_input(e, o->offset, "a key without \"publicKey\", "
		    "or \"identity\" and \"issuer\", or with both");
	if (public != NULL) {
		if (!b64_bytes(a, json_text(public), &der))
			return err_input(e, public->offset, "\"publicKey\" "
			    "that is not base64");
		st = key_read(der, &k->key, e);
		if (st != ERR_OK) {
			if (e != NULL) {
				e->has_offset = true;
				e->offset = public->offset;
			}
			return st;
		}
		k->has_key = true;
		id = k->key.id;
	} else {
		id = keyring_identity(a, k->identity, k->issuer);
	}
	if (!digest_read(json_get_text(o, "id"), &k->id) ||
	    !digest_equal(&id, &k->id))
		return err_input(e, json_get(o, "id")->offset, "an id that "
		    "is not this key's, %s", digest_text(a, &id));
	return ERR_OK;
}

static enum status
read_key(const struct json *o, struct arena *a, struct keyring_key *k,
    struct err *e)
{
	enum status st;

	*k = (struct keyring_key){ .from = INT64_MIN, .until = INT64_MAX,
	    .revoked_at = INT64_MAX };
	st = read_signer(o, a, k, e);
	if (st == ERR_OK)
		st = read_roles(json_get(o, "roles"), &k->roles, e);
	if (st == ERR_OK)
		st = read_time(o, "from", &k->from, e);
	if (st == ERR_OK)
		st = read_time(o, "until", &k->until, e);
	if (st == ERR_OK)
		st = read_time(o, "revokedAt", &k->revoked_at, e);
	if (st != ERR_OK)
		return st;
	k->name = json_get_text(o, "name");
	if (k->name.len == 0 || k->name.len > KEYRING_NAME_MAX)
		return err_input(e, json_get(o, "name")->offset, "a name of "
		    "%zu bytes, expected 1 to %d", k->name.len,
		    KEYRING_NAME_MAX);
	k->reason = json_get_text(o, "reason");
	if (k->from >= k->until)
		return err_input(e, o->offset, "a key whose \"until\" is not "
		    "after its \"from\"");
	return ERR_OK;
}

/* The peaks are believed because they give the root. */
static enum status
read_ledger(const struct json *o, struct keyring_ledger *out, struct err *e)
{
	const struct json *peaks = json_get(o, "peaks");
	struct digest root, got;
	enum status st;
	int64_t size;

	*out = (struct keyring_ledger){ .tree = { .size = 0 } };
	st = digest_member(json_get(o, "id"), "id", &out->id, e);
	if (st == ERR_OK)
		st = digest_member(json_get(o, "root"), "root", &root, e);
	if (st != ERR_OK)
		return st;
	if (!json_int64(json_get(o, "size"), &size) || size < 0 ||
	    size > (int64_t)1 << PEAKS_MAX)
		return err_input(e, json_get(o, "size")->offset, "a ledger of "
		    "a size below 0 or above the limit");
	out->tree.size = (uint64_t)size;
	if (json_count(peaks) != merkle_peaks(out->tree.size))
		return err_input(e, o->offset, "a ledger of %zu peaks, "
		    "expected %u", json_count(peaks),
		    merkle_peaks(out->tree.size));
	for (size_t i = 0; i < json_count(peaks) && st == ERR_OK; i++)
		st = digest_member(&peaks->u.item[i], "peaks",
		    &out->tree.peak[i], e);
	if (st != ERR_OK)
		return st;
	got = merkle_root(&out->tree);
	if (!digest_equal(&got, &root))
		return err_input(e, o->offset, "a ledger whose peaks do not "
		    "give its root");
	return ERR_OK;
}

static int
by_id(const void *a, const void *b)
{
	const struct keyring_key *x = a, *y = b;

	return digest_cmp(&x->id, &y->id);
}

enum status
keyring_read(const struct json *doc, struct arena *a, struct keyring *out,
    struct err *e)
{
	struct keyring k = { 0 };
	const struct json *keys;
	enum status st;

	if (json_get(doc, "payloadType") != NULL)
		return err_bad(e, "a keyring in an envelope, and nothing here "
		    "says who may sign one: give what dsse-verify writes of "
		    "it");
	st = shape_check(doc, keyring_shape, kind, e);
	if (st != ERR_OK)
		return st;
	keys = json_get(doc, "keys");
	if (keys->len > KEYRING_KEYS_MAX)
		return err_input(e, keys->offset, "a keyring of %u keys, "
		    "above the limit of %d", keys->len, KEYRING_KEYS_MAX);
	k.keys = arena_array(a, keys->len, sizeof(*k.keys));
	JSON_EACH(it, keys) {
		st = read_key(it, a, &k.keys[k.count++], e);
		if (st != ERR_OK)
			return st;
	}
	if (k.count > 0)
		qsort(k.keys, k.count, sizeof(*k.keys), by_id);
	for (size_t i = 1; i < k.count; i++)
		if (digest_equal(&k.keys[i - 1].id, &k.keys[i].id))
			return err_input(e, keys->offset, "the key %s twice",
			    digest_text(a, &k.keys[i].id));
	st = read_ledger(json_get(doc, "ledger"), &k.ledger, e);
	if (st == ERR_OK)
		*out = k;
	return st;
}

/* --- writing ------------------------------------------------------------ */

static void
set_time(struct arena *a, struct json *o, const char *name, int64_t sec)
{
	if (sec != INT64_MIN && sec != INT64_MAX)
		json_set_z(a, o, name, timefmt_text(a, sec));
}

static struct json
write_key(struct arena *a, const struct keyring_key *k)
{
	struct json o = json_object(), roles = json_array();

	json_set(a, &o, "id", digest_value(a, &k->id));
	json_set(a, &o, "name", json_string(k->name));
	for (size_t i = 0; i < ROLES; i++)
		if ((k->roles & role_names[i].bit) != 0)
			json_push(a, &roles, json_z(role_names[i].name));
	if (k->roles != KEYRING_ANY)
		json_set(a, &o, "roles", roles);
	if (k->has_key) {
		json_set(a, &o, "publicKey",
		    json_string(b64_text(a, k->key.spki)));
	} else {
		json_set(a, &o, "identity", json_string(k->identity));
		json_set(a, &o, "issuer", json_string(k->issuer));
	}
	set_time(a, &o, "from", k->from);
	set_time(a, &o, "until", k->until);
	set_time(a, &o, "revokedAt", k->revoked_at);
	if (k->reason.len > 0)
		json_set(a, &o, "reason", json_string(k->reason));
	return o;
}

static struct json
write_keys(struct arena *a, const struct keyring *k)
{
	struct json keys = json_array();

	for (size_t i = 0; i < k->count; i++)
		json_push(a, &keys, write_key(a, &k->keys[i]));
	canon_sort(a, &keys);
	return keys;
}

struct json
keyring_write(struct arena *a, const struct keyring *k)
{
	struct json o = json_object(), ledger = json_object();
	struct json peaks = json_array();
	struct digest root = merkle_root(&k->ledger.tree);

	for (unsigned i = 0; i < merkle_peaks(k->ledger.tree.size); i++)
		json_push(a, &peaks, digest_value(a,
		    &k->ledger.tree.peak[i]));
	json_set(a, &ledger, "id", digest_value(a, &k->ledger.id));
	if (peaks.len > 0)
		json_set(a, &ledger, "peaks", peaks);
	json_set(a, &ledger, "root", digest_value(a, &root));
	json_set(a, &ledger, "size", json_uint(a, k->ledger.tree.size));
	json_set(a, &o, "keys", write_keys(a, k));
	json_set_z(a, &o, "kind", kind);
	json_set(a, &o, "ledger", ledger);
	return o;
}

/* --- asking ------------------------------------------------------------- */

/* Where id is, or where it would be put. */
static size_t
place(const struct keyring *k, const struct digest *id)
{
	size_t low = 0, high = k->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (digest_cmp(&k->keys[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct keyring_key *
keyring_find(const struct keyring *k, const struct digest *id)
{
	size_t at = place(k, id);

	return at < k->count && digest_equal(&k->keys[at].id, id) ?
	    &k->keys[at] : NULL;
}

bool
keyring_trusts(const struct keyring_key *k, unsigned role, int64_t at)
{
	return (k->roles & role) != 0 && k->from <= at && at < k->until &&
	    at < k->revoked_at;
}

size_t
keyring_signers(const struct keyring *k, int64_t at, struct arena *a,
    struct digest **ids)
{
	size_t n = 0;

	*ids = arena_array(a, k->count, sizeof(**ids));
	for (size_t i = 0; i < k->count; i++)
		if (keyring_trusts(&k->keys[i], KEYRING_ANY, at))
			(*ids)[n++] = k->keys[i].id;
	return n;
}

/* --- changing ----------------------------------------------------------- */

enum status
keyring_add(struct keyring *k, struct arena *a, const struct keyring_key *key,
    struct err *e)
{
	struct digest id = key->has_key ? key->key.id :
	    keyring_identity(a, key->identity, key->issuer);
	struct keyring_key *keys;
	size_t at = place(k, &id);

	if (at < k->count && digest_equal(&k->keys[at].id, &id))
		return err_bad(e, "the key %s is in the keyring already",
		    digest_text(a, &id));
	if (k->count >= KEYRING_KEYS_MAX)
		return err_bad(e, "a keyring of more than %d keys",
		    KEYRING_KEYS_MAX);
	if (key->name.len == 0 || key->name.len > KEYRING_NAME_MAX)
		return err_bad(e, "a name of %zu bytes, expected 1 to %d",
		    key->name.len, KEYRING_NAME_MAX);
	if (key->from >= key->until)
		return err_bad(e, "an end that is not after the beginning");
	keys = arena_array(a, k->count + 1, sizeof(*keys));
	if (k->count > 0) {
		memcpy(keys, k->keys, at * sizeof(*keys));
		memcpy(keys + at + 1, k->keys + at,
		    (k->count - at) * sizeof(*keys));
	}
	keys[at] = *key;
	keys[at].id = id;
	k->keys = keys;
	k->count++;
	return ERR_OK;
}

void
keyring_begin(struct keyring *k, struct arena *a)
{
	struct json o = json_object();

	json_set(a, &o, "keys", write_keys(a, k));
	json_set_z(a, &o, "kind", kind);
	k->ledger.id = digest_json(&o);
	k->ledger.tree = (struct merkle){ .size = 0 };
}

enum status
keyring_end(struct keyring *k, struct arena *a, const struct digest *id,
    bool revoke, struct slice reason, int64_t at, struct json *event,
    struct err *e)
{
	size_t i = place(k, id);
	struct keyring_key *key;
	struct json o = json_object();
	struct digest leaf;

	if (i == k->count || !digest_equal(&k->keys[i].id, id))
		return err_bad(e, "no key %s in the keyring",
		    digest_text(a, id));
	key = &k->keys[i];
	if (key->revoked_at != INT64_MAX && key->revoked_at <= at)
		return err_bad(e, "the key %s was revoked at %s already",
		    digest_text(a, id), timefmt_text(a, key->revoked_at));
	if (!revoke && key->until <= at)
		return err_bad(e, "the key %s ended at %s already",
		    digest_text(a, id), timefmt_text(a, key->until));
	if (!revoke && at <= key->from)
		return err_bad(e, "the key %s begins at %s only",
		    digest_text(a, id), timefmt_text(a, key->from));
	json_set_z(a, &o, "effectiveAt", timefmt_text(a, at));
	json_set_z(a, &o, "event", revoke ? "SignerRevoked" :
	    "SignerRotated");
	json_set_z(a, &o, "kind", "prov.event/v1");
	json_set(a, &o, "ledger", digest_value(a, &k->ledger.id));
	json_set(a, &o, "reason", json_string(reason));
	json_set(a, &o, "sequence", json_uint(a, k->ledger.tree.size));
	json_set(a, &o, "signer", digest_value(a, id));
	leaf = merkle_leaf(canon_text(a, &o));
	merkle_push(&k->ledger.tree, &leaf, NULL);
	*(revoke ? &key->revoked_at : &key->until) = at;
	key->reason = reason;
	*event = o;
	return ERR_OK;
}
