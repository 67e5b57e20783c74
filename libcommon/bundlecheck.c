/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bundlecert.h"
#include "bundlelog.h"
#include "statement.h"

/* --- the signer --------------------------------------------------------- */

/* Who must have signed: a certificate's key or the policy's. */
static bool
check_signer(struct trial *r)
{
	const struct key *key = r->policy->key;
	struct err e = { 0 };

	if (r->b->chain_count == 0 && key == NULL) {
		err_no(&e, "the bundle was signed with a key (hint %.*s), and "
		    "no key was given", (int)r->b->hint.len,
		    r->b->hint.data != NULL ? r->b->hint.data : "");
	} else if (r->b->chain_count == 0) {
		r->signer = key;
	} else if (!r->b->chain[0].key_known) {
		err_no(&e, "the certificate's key is of a type that is not "
		    "supported");
	} else if (key != NULL && !key_equal(key, &r->b->chain[0].key)) {
		err_no(&e, "the certificate is of another key than the one "
		    "that was given");
	} else {
		r->signer = &r->b->chain[0].key;
	}
	if (r->signer == NULL) {
		trial_fail(r, "signer", &e);
		return false;
	}
	trial_pass(r, "signer");
	return true;
}

/* --- the signature ------------------------------------------------------ */

static bool
has_wide_curve(const struct key *k)
{
	return k->public.type == CRYPT_P384 || k->public.type == CRYPT_P521;
}

static enum status
check_envelope(struct trial *r, struct err *e)
{
	const struct key *k = r->signer;
	struct slice pae = buf_get(&r->pae);

	if (key_verify_as(k, key_scheme(k), key_hash(k), pae, r->b->signature,
	    NULL) == ERR_OK)
		return ERR_OK;
	/* Older clients signed with SHA-256 whatever the curve. */
	if (has_wide_curve(k) && key_verify_as(k, CRYPT_ECDSA, CRYPT_SHA256,
	    pae, r->b->signature, NULL) == ERR_OK)
		return ERR_OK;
	return err_no(e, "the envelope's signature does not verify");
}

static enum status
check_digest_as(struct trial *r, enum crypt_hash hash, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX];
	enum status status = trial_digest(r, hash, digest, e);

	if (status != ERR_OK)
		return status;
	if (key_verify_digest(r->signer, key_scheme(r->signer), hash, digest,
	    r->b->signature, NULL) == ERR_OK)
		return ERR_OK;
	return err_no(e, "the signature over the artifact does not verify");
}

static enum status
check_message(struct trial *r, struct err *e)
{
	const struct bundle_artifact *artifact = r->policy->artifact;
	enum status status;
	struct slice bytes;

	if (artifact == NULL)
		return err_no(e, "no artifact was given");
	if (r->signer->public.type == CRYPT_ED25519) {
		status = artifact->whole(artifact->ctx, &bytes, e);
		if (status != ERR_OK)
			return status;
		if (key_verify_as(r->signer, CRYPT_PREHASHED, CRYPT_SHA512,
		    bytes, r->b->signature, NULL) == ERR_OK)
			return ERR_OK;
		return err_no(e, "the Ed25519ph signature over the artifact "
		    "does not verify");
	}
	status = check_digest_as(r, key_hash(r->signer), e);
	if (status == ERR_NO && has_wide_curve(r->signer)) {
		struct err ignored;

		if (check_digest_as(r, CRYPT_SHA256, &ignored) == ERR_OK)
			return ERR_OK;
	}
	return status;
}

/* The digest beside a message signature is nobody's word, but a bundle that
 * contradicts itself is refused. */
static enum status
check_hint(struct trial *r, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX];
	enum status status = trial_digest(r, r->b->digest_hash, digest, e);

	if (status != ERR_OK)
		return status;
	return memcmp(digest, r->b->digest.data, r->b->digest.len) == 0 ?
	    ERR_OK : err_no(e, "the bundle is for another artifact: its "
	    "messageDigest differs");
}

static void
check_signature(struct trial *r)
{
	struct err e = { 0 };

	if (r->b->has_digest)
		trial_judge(r, "messageDigest", check_hint(r, &e), &e);
	e = (struct err){ 0 };
	trial_judge(r, "signature", r->b->is_dsse ? check_envelope(r, &e) :
	    check_message(r, &e), &e);
}

/* --- the statement ------------------------------------------------------ */

static enum status
check_subject(struct trial *r, const struct statement *s, struct err *e)
{
	const struct bundle_artifact *artifact = r->policy->artifact;
	enum status status = statement_about(s, (struct slice){ NULL, 0 },
	    artifact->digest, artifact->ctx, e);

	return status != ERR_NO ? status : err_no(e, "the statement is about "
	    "other artifacts: none of its %zu subjects has the artifact's "
	    "digest", json_count(s->subject));
}

static void
check_statement(struct trial *r)
{
	struct statement s;
	struct json doc;
	struct err e = { 0 }, why = { 0 };

	if (!slice_is(r->b->envelope.type, DSSE_INTOTO))
		err_no(&e, "the envelope's payload type is \"%.*s\", "
		    "expected \"%s\"", (int)r->b->envelope.type.len,
		    r->b->envelope.type.data, DSSE_INTOTO);
	else if (json_parse(r->b->envelope.payload, &json_foreign, r->a, &doc,
	    &why) != ERR_OK || statement_read(&doc, &s, &why) != ERR_OK)
		err_no(&e, "the payload is not an in-toto Statement: %s",
		    why.text);
	if (e.code != ERR_OK) {
		trial_fail(r, "statement", &e);
		return;
	}
	trial_pass(r, "statement");
	if (r->policy->artifact == NULL)
		trial_skip(r, "subject", "no artifact was given");
	else
		trial_judge(r, "subject", check_subject(r, &s, &e), &e);
}

/* --- all of it ---------------------------------------------------------- */

static void
check_all(struct trial *r)
{
	if (!check_signer(r))
		return;
	bundlelog_times(r);
	bundlecert_path(r);
	bundlelog_entries(r);
	if (r->b->chain_count > 0 && r->policy->key == NULL)
		bundlecert_names(r);
	check_signature(r);
	if (r->b->is_dsse)
		check_statement(r);
}

static struct json
signer_value(struct trial *r)
{
	struct json o = json_object();

	if (r->out->identity.data != NULL)
		trial_text(r, &o, "identity", r->out->identity);
	if (r->out->issuer.data != NULL)
		trial_text(r, &o, "issuer", r->out->issuer);
	if (r->signer != NULL)
		json_set(r->a, &o, "keyId", digest_value(r->a,
		    &r->signer->id));
	return o;
}

static struct json
report(struct trial *r)
{
	struct json o = json_object(), times = json_array();
	struct arena *a = r->a;

	json_set_z(a, &o, "kind", "prov.bundlecheck/v1");
	json_set(a, &o, "checks", r->checks);
	json_set_z(a, &o, "content", r->b->is_dsse ? "dsse" : "message");
	json_set(a, &o, "logged", json_bool(r->out->logged));
	json_set(a, &o, "mediaType", json_string(r->b->media_type));
	json_set_z(a, &o, "result", r->status == ERR_OK ? "pass" : "fail");
	json_set(a, &o, "signer", signer_value(r));
	for (size_t i = 0; i < r->out->time_count; i++)
		json_push(a, &times, json_z(timefmt_text(a,
		    r->out->times[i])));
	if (times.len > 0)
		json_set(a, &o, "times", times);
	return o;
}

enum status
bundle_check(const struct bundle *b, const struct bundle_policy *policy,
    struct arena *a, struct bundle_result *out, struct err *e)
{
	struct trial r = {
		.b = b, .policy = policy, .a = a, .out = out, .e = e,
		.checks = json_array(),
		.no_root = policy->root == NULL
	};

	memset(out, 0, sizeof(*out));
	trial_pass(&r, "bundle");
	if (b->unknown.len > 0)
		trial_ignored(&r, &b->unknown);
	if (b->is_dsse)
		dsse_pae(&r.pae, b->envelope.type, b->envelope.payload);
	if (policy->root == NULL && policy->key == NULL) {
		struct err why = { 0 };

		err_no(&why, "neither a trusted root nor a key was given");
		trial_fail(&r, "signer", &why);
	} else {
		check_all(&r);
	}
	buf_free(&r.pae);
	out->report = report(&r);
	if (r.status != ERR_OK)
		return r.status;
	out->signer = *r.signer;
	if (b->is_dsse) {
		out->payload = b->envelope.payload;
		out->type = b->envelope.type;
	}
	return ERR_OK;
}

struct json
bundle_refused(struct arena *a, const struct err *why)
{
	struct json o = json_object(), check = json_object();
	struct json list = json_array();

	json_set_z(a, &check, "check", "bundle");
	json_set(a, &check, "reason", json_string(bundle_text(a,
	    arena_slice(a, slice_of(why->text)))));
	json_set_z(a, &check, "result", "fail");
	json_push(a, &list, check);
	json_set_z(a, &o, "kind", "prov.bundlecheck/v1");
	json_set(a, &o, "checks", list);
	json_set(a, &o, "logged", json_bool(false));
	json_set_z(a, &o, "result", "fail");
	return o;
}
