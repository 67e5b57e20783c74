/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "hex.h"
#include "merkledoc.h"
#include "proof.h"
#include "shape.h"

/* --- writing proofs ----------------------------------------------------- */

struct json
proof_inclusion(struct arena *a, uint64_t index, uint64_t size,
    const struct digest *leaf, const struct digest *hash, size_t n,
    const struct digest *root)
{
	struct json o = json_object();

	json_set(a, &o, "hashes", merkledoc_hashes(a, hash, n));
	json_set_z(a, &o, "kind", "prov.inclusion/v1");
	json_set(a, &o, "leafHash", merkledoc_hash_text(a, leaf));
	json_set(a, &o, "leafIndex", json_uint(a, index));
	json_set(a, &o, "root", digest_value(a, root));
	json_set(a, &o, "treeSize", json_uint(a, size));
	return o;
}

struct json
proof_batch(struct arena *a, uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    const struct digest *hash, size_t n, const struct digest *root)
{
	struct json o = json_object(), list = json_array();

	for (size_t i = 0; i < leaves; i++) {
		struct json l = json_object();

		json_set(a, &l, "leafHash",
		    merkledoc_hash_text(a, &leaf[i].hash));
		json_set(a, &l, "leafIndex", json_uint(a, leaf[i].index));
		json_push(a, &list, l);
	}
	json_set(a, &o, "hashes", merkledoc_hashes(a, hash, n));
	json_set_z(a, &o, "kind", "prov.inclusion/v1");
	json_set(a, &o, "leaves", list);
	json_set(a, &o, "root", digest_value(a, root));
	json_set(a, &o, "treeSize", json_uint(a, size));
	return o;
}

struct json
proof_consistency(struct arena *a, uint64_t size1, uint64_t size2,
    const struct digest *root1, const struct digest *root2,
    const struct digest *hash, size_t n)
{
	struct json o = json_object();

	json_set(a, &o, "hashes", merkledoc_hashes(a, hash, n));
	json_set_z(a, &o, "kind", "prov.consistency/v1");
	json_set(a, &o, "root1", digest_value(a, root1));
	json_set(a, &o, "root2", digest_value(a, root2));
	json_set(a, &o, "size1", json_uint(a, size1));
	json_set(a, &o, "size2", json_uint(a, size2));
	return o;
}

/* --- reading proofs ----------------------------------------------------- */

static const struct shape leaf_shape[] = {
	{ "leafHash", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "leafIndex", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape inclusion_shape[] = {
	{ "hashes", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "leafHash", SHAPE_STRING, NULL },
	{ "leafIndex", SHAPE_INT, NULL },
	{ "leaves", SHAPE_ARRAY, leaf_shape },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "treeSize", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

static const struct shape consistency_shape[] = {
	{ "hashes", SHAPE_ARRAY | SHAPE_NEEDED, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "root1", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "root2", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "size1", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "size2", SHAPE_INT | SHAPE_NEEDED, NULL },
	SHAPE_END
};

/* Others also write hexadecimal. */
static enum status
read_hash(const struct json *v, bool hex, struct arena *a,
    struct digest *out, struct err *e)
{
	if (hex && hex_read(out->sha256, DIGEST_SIZE, json_text(v)))
		return ERR_OK;
	return merkledoc_hash(v, a, out, e);
}

static enum status
read_hashes(const struct json *list, bool hex, struct arena *a,
    struct proof *p, struct err *e)
{
	p->hash = arena_array(a, json_count(list), sizeof(*p->hash));
	JSON_EACH(v, list) {
		enum status rc = read_hash(v, hex, a, &p->hash[p->hashes], e);

		if (rc != ERR_OK)
			return rc;
		p->hashes++;
	}
	return ERR_OK;
}

static enum status
read_leaf(const struct json *v, struct arena *a, struct merkle_leaf_at *leaf,
    struct err *e)
{
	const struct json *hash = json_get(v, "leafHash");
	enum status rc = merkledoc_count(v, "leafIndex", &leaf->index, e);

	return rc != ERR_OK ? rc : merkledoc_hash(hash, a, &leaf->hash, e);
}

static enum status
read_inclusion(const struct json *v, struct arena *a,
    struct proof *p, struct err *e)
{
	const struct json *leaves = json_get(v, "leaves");
	bool one = json_get(v, "leafHash") != NULL;
	enum status rc;

	if ((rc = shape_check(v, inclusion_shape, "prov.inclusion/v1", e)) !=
	    ERR_OK ||
	    (rc = digest_member(json_get(v, "root"), "root", &p->root2, e)) !=
	    ERR_OK ||
	    (rc = merkledoc_count(v, "treeSize", &p->size2, e)) != ERR_OK ||
	    (rc = read_hashes(json_get(v, "hashes"), false, a, p, e)) !=
	    ERR_OK)
		return rc;
	if (one != (json_get(v, "leafIndex") != NULL) ||
	    one == (leaves != NULL))
		return err_input(e, v->offset,
		    "want leafIndex and leafHash, or leaves");
	p->has_root2 = p->has_leaf = true;
	p->kind = one ? PROOF_INCLUSION : PROOF_BATCH;
	p->leaf = arena_array(a, one ? 1 : json_count(leaves),
	    sizeof(*p->leaf));
	if (one) {
		p->leaves = 1;
		return read_leaf(v, a, p->leaf, e);
	}
	JSON_EACH(l, leaves)
		if ((rc = read_leaf(l, a, &p->leaf[p->leaves++], e)) != ERR_OK)
			return rc;
	return ERR_OK;
}

static enum status
read_consistency(const struct json *v, struct arena *a,
    struct proof *p, struct err *e)
{
	enum status rc;

	p->kind = PROOF_CONSISTENCY;
	p->has_root1 = p->has_root2 = true;
	if ((rc = shape_check(v, consistency_shape, "prov.consistency/v1",
	    e)) != ERR_OK ||
	    (rc = digest_member(json_get(v, "root1"), "root1", &p->root1, e)) !=
	    ERR_OK ||
	    (rc = digest_member(json_get(v, "root2"), "root2", &p->root2, e)) !=
	    ERR_OK ||
	    (rc = merkledoc_count(v, "size1", &p->size1, e)) != ERR_OK ||
	    (rc = merkledoc_count(v, "size2", &p->size2, e)) != ERR_OK)
		return rc;
	return read_hashes(json_get(v, "hashes"), false, a, p, e);
}

/* --- what others write -------------------------------------------------- */

/* A whole number, or (ProtoJSON) its digits in a string; up to 2^63 - 1. */
static enum status
foreign_count(const struct json *v, const char *name, uint64_t *out,
    struct err *e)
{
	const struct json *member = json_get(v, name);
	struct slice s = json_text(member);
	int64_t n;

	*out = 0;
	if (member == NULL)
		return ERR_OK;	/* ProtoJSON leaves zero out */
	if (member->type == JSON_NUMBER)
		return merkledoc_count(v, name, out, e);
	if (member->type != JSON_STRING || s.len == 0 || s.len > 19)
		return err_input(e, member->offset, "%s is not a count", name);
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return err_input(e, member->offset,
			    "%s is not a count", name);
		*out = *out * 10 + (uint64_t)(s.data[i] - '0');
	}
	n = (int64_t)*out;
	return n >= 0 ? ERR_OK : err_input(e, member->offset,
	    "%s is not a count", name);
}

/* The hashes of a foreign proof: a list, null or not there. */
static enum status
foreign_hashes(const struct json *list, struct arena *a,
    struct proof *p, struct err *e)
{
	if (list == NULL || list->type == JSON_NULL)
		return ERR_OK;
	if (list->type != JSON_ARRAY)
		return err_input(e, list->offset, "hashes are no list");
	return read_hashes(list, true, a, p, e);
}

static enum status
foreign_root(const struct json *v, const char *name, struct arena *a,
    struct digest *out, bool *has, struct err *e)
{
	const struct json *member = json_get(v, name);

	if (member == NULL)
		return ERR_OK;
	*has = true;
	return read_hash(member, true, a, out, e);
}

/* Rekor: {logIndex, treeSize, rootHash, hashes, checkpoint}; the body is the
 * leaf. */
static enum status
read_rekor(const struct json *proof, const struct json *body,
    struct arena *a, struct proof *p, struct err *e)
{
	const struct json *note = json_get(proof, "checkpoint");
	struct slice data;
	enum status rc;

	p->kind = PROOF_INCLUSION;
	p->leaf = arena_zalloc(a, sizeof(*p->leaf));
	p->leaves = 1;
	if (note != NULL && note->type == JSON_OBJECT)
		note = json_get(note, "envelope");
	p->checkpoint = json_text(note);
	if ((rc = foreign_count(proof, "logIndex", &p->leaf->index, e)) !=
	    ERR_OK ||
	    (rc = foreign_count(proof, "treeSize", &p->size2, e)) != ERR_OK ||
	    (rc = foreign_root(proof, "rootHash", a, &p->root2, &p->has_root2,
	    e)) != ERR_OK ||
	    (rc = foreign_hashes(json_get(proof, "hashes"), a, p, e)) !=
	    ERR_OK)
		return rc;
	if (body == NULL)
		return ERR_OK;
	if (body->type != JSON_STRING || !b64_bytes(a, json_text(body), &data))
		return err_input(e, body->offset, "entry is not base64");
	p->leaf->hash = merkle_leaf(data);
	p->has_leaf = true;
	return ERR_OK;
}

/* Roots of one size are only compared with each other, so their vectors have
 * some that are no hashes: the hash of such bytes stands for them. */
static enum status
opaque_roots(const struct json *v, struct arena *a,
    struct proof *p, struct err *e)
{
	struct digest *root[] = { &p->root1, &p->root2 };
	static const char *const name[] = { "root1", "root2" };
	struct slice bytes;

	for (size_t i = 0; i < 2; i++) {
		const struct json *member = json_get(v, name[i]);

		if (member == NULL || !b64_bytes(a, json_text(member), &bytes))
			return err_input(e, v->offset, "%s is not base64",
			    name[i]);
		if (bytes.len == DIGEST_SIZE)
			memcpy(root[i]->sha256, bytes.data, DIGEST_SIZE);
		else
			*root[i] = digest_bytes(bytes);
	}
	p->has_root1 = p->has_root2 = true;
	return ERR_OK;
}

/* transparency-dev: {leafIdx, treeSize, root, leafHash, proof} or {size1,
 * size2, root1, root2, proof}. */
static enum status
read_testdata(const struct json *v, struct arena *a,
    struct proof *p, struct err *e)
{
	bool inclusion = json_get(v, "leafIdx") != NULL;
	enum status rc = foreign_hashes(json_get(v, "proof"), a, p, e);

	if (rc != ERR_OK)
		return rc;
	p->kind = inclusion ? PROOF_INCLUSION : PROOF_CONSISTENCY;
	p->leaf = arena_zalloc(a, sizeof(*p->leaf));
	p->leaves = 1;
	if (inclusion) {
		if ((rc = foreign_count(v, "leafIdx", &p->leaf->index, e)) !=
		    ERR_OK || (rc = foreign_count(v, "treeSize", &p->size2,
		    e)) != ERR_OK || (rc = foreign_root(v, "leafHash", a,
		    &p->leaf->hash, &p->has_leaf, e)) != ERR_OK)
			return rc;
		return foreign_root(v, "root", a, &p->root2, &p->has_root2, e);
	}
	if ((rc = foreign_count(v, "size1", &p->size1, e)) != ERR_OK ||
	    (rc = foreign_count(v, "size2", &p->size2, e)) != ERR_OK)
		return rc;
	if (p->size1 == p->size2)
		return opaque_roots(v, a, p, e);
	if ((rc = foreign_root(v, "root1", a, &p->root1, &p->has_root1, e)) !=
	    ERR_OK)
		return rc;
	return foreign_root(v, "root2", a, &p->root2, &p->has_root2, e);
}

/* Rekor's API answers {uuid: {body, verification: {inclusionProof}}}. */
static const struct json *
rekor_entry(const struct json *v)
{
	if (json_count(v) != 1)
		return NULL;
	v = &v->u.member[0].value;
	if (json_want(json_want(v, "verification", JSON_OBJECT),
	    "inclusionProof", JSON_OBJECT) == NULL)
		return NULL;
	return v;
}

static enum status
read_foreign(const struct json *v, struct arena *a,
    struct proof *p, struct err *e)
{
	const struct json *proof = json_want(v, "inclusionProof", JSON_OBJECT);
	const struct json *entry = rekor_entry(v);

	if (entry != NULL)
		return read_rekor(json_get(json_get(entry, "verification"),
		    "inclusionProof"), json_get(entry, "body"), a, p, e);
	if (proof != NULL)
		return read_rekor(proof, json_get(v, "canonicalizedBody"), a,
		    p, e);
	if (json_get(v, "hashes") != NULL || json_get(v, "rootHash") != NULL)
		return read_rekor(v, NULL, a, p, e);
	if (json_get(v, "leafIdx") != NULL || json_get(v, "size1") != NULL)
		return read_testdata(v, a, p, e);
	return err_input(e, v->offset, "not a proof: looked for "
	    "prov.inclusion/v1, prov.consistency/v1 and a log's proof");
}

enum status
proof_read(const struct json *v, struct arena *a,
    struct proof *out, struct err *e)
{
	struct slice kind = json_get_text(v, "kind");

	memset(out, 0, sizeof(*out));
	if (v->type != JSON_OBJECT)
		return err_input(e, v->offset, "a proof is an object, not %s",
		    json_type_name(v));
	if (slice_is(kind, "prov.inclusion/v1"))
		return read_inclusion(v, a, out, e);
	if (slice_is(kind, "prov.consistency/v1"))
		return read_consistency(v, a, out, e);
	return read_foreign(v, a, out, e);
}

enum status
proof_check(const struct proof *p, struct err *e)
{
	if (!p->has_root2 ||
	    (p->kind == PROOF_CONSISTENCY && !p->has_root1))
		return err_bad(e, "the proof comes without a root");
	if (p->kind == PROOF_CONSISTENCY)
		return merkle_check_consistency(p->size1, p->size2, &p->root1,
		    &p->root2, p->hash, p->hashes, e);
	if (!p->has_leaf)
		return err_bad(e, "the proof comes without a leaf");
	if (p->kind == PROOF_BATCH)
		return merkle_check_batch(p->size2, p->leaf, p->leaves,
		    p->hash, p->hashes, &p->root2, e);
	return merkle_check_inclusion(&p->leaf[0].hash, p->leaf[0].index,
	    p->size2, p->hash, p->hashes, &p->root2, e);
}
