/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "bundlecheck.h"
#include "der.h"
#include "hex.h"
#include "proto.h"
#include "sct.h"
#include "statement.h"
#include "timefmt.h"

/* One verification under way. */
struct run {
	const struct bundle *b;
	const struct bundle_policy *policy;
	struct arena *a;
	struct bundle_result *out;
	struct err *e;			/* the first failure */
	enum status status;		/* the worst so far */
	struct json checks;
	const struct x509 *issuer;	/* who signed the leaf */
	const struct key *signer;
	struct buf pae;
	bool no_root;			/* key policy: logs are not asked */
	const char *no_time;		/* why a promise did not count */
};

/* --- the report --------------------------------------------------------- */

static struct json *
add_check(struct run *r, const char *check, const char *result)
{
	struct json o = json_object();

	json_set_z(r->a, &o, "check", check);
	json_set_z(r->a, &o, "result", result);
	json_push(r->a, &r->checks, o);
	return &r->checks.u.item[r->checks.len - 1];
}

static void
set_text(struct run *r, struct json *o, const char *name, struct slice s)
{
	json_set(r->a, o, name, json_string(bundle_text(r->a,
	    arena_slice(r->a, s))));
}

static void
passed(struct run *r, const char *check)
{
	add_check(r, check, "pass");
}

static void
skipped(struct run *r, const char *check, const char *why)
{
	json_set_z(r->a, add_check(r, check, "skip"), "reason", why);
}

/* Records a failure; the first one is the caller's message. */
static struct json *
failed(struct run *r, const char *check, const struct err *why)
{
	struct json *o = add_check(r, check, "fail");
	enum status status = why->code == ERR_SYSTEM ? ERR_SYSTEM : ERR_NO;

	set_text(r, o, "reason", slice_of(why->text));
	if (r->status == ERR_OK && r->e != NULL)
		*r->e = *why;
	r->status = err_worst(r->status, status);
	if (r->e != NULL)
		r->e->code = r->status;
	return o;
}

/* One check's whole story. */
static bool
judge(struct run *r, const char *check, enum status status,
    const struct err *why)
{
	if (status == ERR_OK)
		passed(r, check);
	else
		failed(r, check, why);
	return status == ERR_OK;
}

static void
set_index(struct run *r, size_t i)
{
	json_set(r->a, &r->checks.u.item[r->checks.len - 1], "index",
	    json_uint(r->a, i));
}

/* --- times -------------------------------------------------------------- */

static void
add_time(struct run *r, int64_t at)
{
	for (size_t i = 0; i < r->out->time_count; i++)
		if (r->out->times[i] == at)
			return;
	r->out->times[r->out->time_count++] = at;
}

/* Of the authorities with this signing certificate, one that verifies. */
static enum status
check_timestamp(struct run *r, const struct timestamp *t, struct err *e)
{
	const struct trustroot *root = r->policy->root;
	bool named = false;

	for (size_t i = 0; i < root->tsa_count; i++) {
		const struct trust_authority *by = &root->tsas[i];

		if (!timestamp_names(t, by))
			continue;
		if (by->unusable != NULL) {
			if (!named)
				err_no(e, "the trusted root's timestamp "
				    "authority cannot be used: %s",
				    by->unusable);
			named = true;
			continue;
		}
		if (timestamp_verify(t, by, r->b->signature, e) == ERR_OK)
			return ERR_OK;
		named = true;
	}
	if (named)
		return ERR_NO;
	return err_no(e, "the timestamp is by an authority whose certificate "
	    "%s issued; the trusted root has %zu timestamp authorities, not "
	    "this one", x509_name_text(r->a, t->signer_issuer),
	    root->tsa_count);
}

static void
check_timestamps(struct run *r)
{
	for (size_t i = 0; i < r->b->timestamp_count; i++) {
		const struct timestamp *t = &r->b->timestamps[i];
		struct err e = { 0 };

		if (r->no_root) {
			skipped(r, "timestamp", "no trusted root was given");
		} else if (judge(r, "timestamp", check_timestamp(r, t, &e),
		    &e)) {
			add_time(r, t->time);
			json_set_z(r->a, &r->checks.u.item[r->checks.len - 1],
			    "time", timefmt_text(r->a, t->time));
		}
		set_index(r, i);
	}
	if (r->b->timestamp_count == 0)
		skipped(r, "timestamp", "the bundle has none");
}

/* --- the log ------------------------------------------------------------ */

static enum status
artifact_digest(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	struct run *r = ctx;

	if (r->b->is_dsse) {
		crypt_digest(hash, buf_get(&r->pae), out);
		return ERR_OK;
	}
	if (r->policy->artifact == NULL)
		return err_no(e, "no artifact was given");
	return r->policy->artifact->digest(r->policy->artifact->ctx, hash,
	    out, e);
}

/* The log of an entry, judged at a time; NULL with the reason. */
static const struct trust_log *
find_log(struct run *r, const struct tlog_entry *t, struct instant at,
    struct err *e)
{
	const struct trustroot *root = r->policy->root;
	const struct trust_log *log = trustroot_find(root->tlogs,
	    root->tlog_count, t->log_id, at);
	struct slice id = b64_text(r->a, t->log_id);
	struct buf names = { 0 };

	if (log != NULL && log->unusable == NULL)
		return log;
	if (log != NULL) {
		err_no(e, "the trusted root's log %.*s cannot be used: %s",
		    (int)log->name.len, log->name.data, log->unusable);
		return NULL;
	}
	for (size_t i = 0; i < root->tlog_count; i++)
		buf_printf(&names, "%s%.*s", i > 0 ? ", " : "",
		    (int)root->tlogs[i].name.len, root->tlogs[i].name.data);
	err_no(e, "the log entry is of the log %.*s, which the trusted root "
	    "does not have; it has %.*s", (int)id.len, id.data,
	    names.len > 0 ? (int)names.len : 4,
	    names.len > 0 ? names.data : "none");
	buf_free(&names);
	return NULL;
}

static enum status
outside(struct run *r, const struct trust_log *log, int64_t at, struct err *e)
{
	return err_no(e, "the trusted root does not trust the log %.*s at %s",
	    (int)log->name.len, log->name.data, timefmt_text(r->a, at));
}

/* A promise that verifies is a proof of time. */
static void
check_promise(struct run *r, const struct tlog_entry *t)
{
	const struct trust_log *log;
	struct instant at = { t->time, 0 };
	struct err e = { 0 };

	if (t->set.data == NULL)
		return;
	if (r->no_root) {
		skipped(r, "promise", "no trusted root was given");
		return;
	}
	log = find_log(r, t, at, &e);
	if (log == NULL) {
		r->no_time = arena_printf(r->a, "%s", e.text);
		skipped(r, "promise", r->no_time);
		return;
	}
	if (!t->has_time)
		err_no(&e, "the log promised no time");
	else if (!trustroot_holds(&log->window, at))
		outside(r, log, t->time, &e);
	else if (tlog_verify_set(t, log, &e) == ERR_OK) {
		passed(r, "promise");
		json_set_z(r->a, &r->checks.u.item[r->checks.len - 1], "time",
		    timefmt_text(r->a, t->time));
		add_time(r, t->time);
		return;
	}
	failed(r, "promise", &e);
}

/* The log is trusted when the entry was made. */
static enum status
check_log_time(struct run *r, const struct tlog_entry *t,
    const struct trust_log *log, struct err *e)
{
	struct bundle_result *out = r->out;

	if (t->has_time && !trustroot_holds(&log->window,
	    (struct instant){ t->time, 0 }))
		return outside(r, log, t->time, e);
	if (t->has_time && t->set.data != NULL)
		return ERR_OK;		/* the promise is checked by itself */
	for (size_t i = 0; i < out->time_count; i++)
		if (trustroot_holds(&log->window,
		    (struct instant){ out->times[i], 0 }))
			return ERR_OK;
	/* Without a certificate no time is needed. */
	if (out->time_count == 0)
		return r->b->chain_count == 0 ? ERR_OK : err_no(e,
		    "no verified time says when the log entry was made");
	return outside(r, log, out->times[0], e);
}

static enum status
check_entry(struct run *r, const struct tlog_entry *t,
    const struct trust_log *log, struct err *e)
{
	struct tlog_claim claim = {
		.is_dsse = r->b->is_dsse,
		.signature = r->b->signature,
		.key = r->signer,
		.payload = r->b->envelope.payload,
		.type = r->b->envelope.type,
		.digest = artifact_digest,
		.ctx = r
	};
	enum status status = check_log_time(r, t, log, e);

	if (r->b->chain_count > 0)
		claim.certificate = r->b->chain[0].der;
	/* Version 0.1 may have a promise alone, which was checked. */
	if (status == ERR_OK && (t->has_proof || t->set.data == NULL))
		status = tlog_verify_proof(t, log, r->a, e);
	if (status == ERR_OK)
		status = tlog_match(t, &claim, r->a, e);
	return status;
}

static void
check_entries(struct run *r)
{
	struct err unknown = { 0 };
	bool found = false;

	for (size_t i = 0; i < r->b->entry_count; i++) {
		const struct tlog_entry *t = &r->b->entries[i];
		const struct trust_log *log;
		struct instant at = { t->time, 0 };
		struct err e = { 0 };

		if (r->no_root) {
			skipped(r, "log", "no trusted root was given: log "
			    "entries were not checked");
			set_index(r, i);
			continue;
		}
		if (!t->has_time && r->out->time_count > 0)
			at.sec = r->out->times[0];
		log = find_log(r, t, at, &e);
		if (log == NULL) {
			/* Of a log that is not known: it does not count. */
			unknown = e;
			skipped(r, "log", arena_printf(r->a, "%s", e.text));
		} else {
			found = judge(r, "log", check_entry(r, t, log, &e),
			    &e) || found;
			set_text(r, &r->checks.u.item[r->checks.len - 1],
			    "name", log->name);
		}
		set_index(r, i);
	}
	r->out->logged = found;
	if (r->no_root && r->b->entry_count == 0)
		skipped(r, "log", "no trusted root was given: log entries "
		    "were not checked");
	if (r->no_root || found || r->status != ERR_OK)
		return;
	if (r->b->entry_count > 0) {
		failed(r, "log", &unknown);
	} else if (r->b->chain_count > 0) {
		err_no(&unknown, "the bundle has no log entry");
		failed(r, "log", &unknown);
	} else {
		skipped(r, "log", "the bundle has no log entry");
	}
}

/* --- the certificate ---------------------------------------------------- */

static enum status
check_path_at(struct run *r, int64_t at, struct err *e)
{
	const struct trustroot *root = r->policy->root;
	struct x509 *leaf = &r->b->chain[0];
	bool named = false;

	for (size_t i = 0; i < root->ca_count; i++) {
		struct trust_authority *ca = &root->cas[i];
		size_t n = ca->count + r->b->chain_count - 1;
		struct x509_path path = {
			.leaf = leaf, .purpose = x509_code_signing, .at = at
		};
		const struct x509 *issuer;
		bool mine = false;
		struct err inner = { 0 };

		/* The authority that the chain names has the best reason. */
		for (size_t k = 0; k < ca->count; k++)
			for (size_t l = 0; l < r->b->chain_count; l++)
				mine = mine || slice_eq(r->b->chain[l].issuer,
				    ca->chain[k].subject);
		if (ca->unusable != NULL) {
			err_no(&inner, "the trusted root's CA cannot be used: "
			    "%s", ca->unusable);
		} else if (!trustroot_holds(&ca->window,
		    (struct instant){ at, 0 })) {
			err_no(&inner, "the trusted root does not trust the "
			    "certificate's CA at %s", timefmt_text(r->a, at));
		} else {
			path.anchor = &ca->chain[ca->count - 1];
			path.pool = ca->chain;
			path.pool_count = ca->count;
			if (r->b->chain_count > 1) {
				/* Hints go behind what is trusted. */
				path.pool = arena_array(r->a, n,
				    sizeof(*path.pool));
				path.pool_count = n;
				memcpy(path.pool, ca->chain, ca->count *
				    sizeof(*path.pool));
				memcpy(path.pool + ca->count, r->b->chain + 1,
				    (n - ca->count) * sizeof(*path.pool));
			}
			if (x509_path(&path, &issuer, &inner) == ERR_OK) {
				r->issuer = issuer;
				return ERR_OK;
			}
		}
		if (mine && !named)
			*e = inner;
		named = named || mine;
	}
	if (named)
		return ERR_NO;
	return err_no(e, "the certificate was issued by %s, which no CA of "
	    "the trusted root leads to", x509_name_text(r->a, leaf->issuer));
}

static bool
check_certificate(struct run *r)
{
	struct err e = { 0 };

	if (r->b->chain_count == 0 || r->no_root) {
		skipped(r, "certificate", r->b->chain_count == 0 ?
		    "a key signed" : "no trusted root was given");
		return false;
	}
	if (r->out->time_count == 0) {
		err_no(&e, "no verified time says when the certificate was "
		    "used%s%s", r->no_time != NULL ? ": " : "",
		    r->no_time != NULL ? r->no_time : "");
		failed(r, "certificate", &e);
		return false;
	}
	for (size_t i = 0; i < r->out->time_count; i++)
		if (check_path_at(r, r->out->times[i], &e) != ERR_OK) {
			failed(r, "certificate", &e);
			return false;
		}
	passed(r, "certificate");
	return true;
}

/* --- certificate transparency ------------------------------------------- */

static enum status
check_sct(struct run *r, const struct sct *s, const struct trust_log *log,
    struct err *e)
{
	struct instant at = { (int64_t)(s->time / 1000),
	    (int32_t)(s->time % 1000) * 1000000 };

	if (!trustroot_holds(&log->window, at))
		return outside(r, log, at.sec, e);
	if (sct_verify(s, &r->b->chain[0], r->issuer, &log->key, NULL) !=
	    ERR_OK)
		return err_no(e, "the certificate's timestamp by the log "
		    "%.*s does not verify", (int)log->url.len, log->url.data);
	return ERR_OK;
}

static enum status
check_scts(struct run *r, struct err *e)
{
	const struct trustroot *root = r->policy->root;
	struct sct list[SCT_MAX];
	size_t count, good = 0;
	enum status status = sct_list(&r->b->chain[0], list, &count, e);

	if (status != ERR_OK)
		return status;
	if (count == 0)
		return err_no(e, "the certificate has no timestamp of a "
		    "certificate log");
	for (size_t i = 0; i < count; i++) {
		struct instant at = { (int64_t)(list[i].time / 1000), 0 };
		const struct trust_log *log;

		if (!list[i].known)
			continue;
		log = trustroot_find(root->ctlogs, root->ctlog_count,
		    list[i].log_id, at);
		if (log == NULL || log->unusable != NULL)
			continue;
		status = check_sct(r, &list[i], log, e);
		if (status != ERR_OK)
			return status;
		good++;
	}
	if (good > 0)
		return ERR_OK;
	return err_no(e, "the certificate's timestamps are by certificate "
	    "logs that the trusted root does not have (the first is %.*s)",
	    44, list[0].known ? b64_text(r->a, list[0].log_id).data :
	    "of an unknown version");
}

/* --- identity ----------------------------------------------------------- */

static void
mismatch(struct run *r, const char *check, struct slice expected,
    struct slice got, const char *where)
{
	struct err e = { 0 };
	struct json *o;

	err_no(&e, "the certificate's %s is \"%.*s\" (%s), expected \"%.*s\"",
	    check, (int)got.len, got.data != NULL ? got.data : "", where,
	    (int)expected.len, expected.data != NULL ? expected.data : "");
	o = failed(r, check, &e);
	set_text(r, o, "expected", expected);
	set_text(r, o, "got", got);
}

static void
check_identity(struct run *r)
{
	static const char *const kinds[] = {
		[X509_EMAIL] = "e-mail address", [X509_URI] = "URI",
		[X509_OTHER_NAME] = "other name", [X509_UNKNOWN_NAME] = "none"
	};
	const struct bundle_policy *p = r->policy;
	struct slice name;
	enum x509_name_kind kind;
	struct err e = { 0 };
	enum status status;
	size_t count;

	if (x509_subject_name(&r->b->chain[0], &count, &kind, &name, &e) !=
	    ERR_OK) {
		failed(r, "identity", &e);
		return;
	}
	if (count != 1 || kind == X509_UNKNOWN_NAME) {
		err_no(&e, "the certificate has %zu subject alternative "
		    "names, expected one e-mail address, URI or Fulcio name",
		    count);
		failed(r, "identity", &e);
		return;
	}
	status = p->pattern != NULL ? regex_match(p->pattern, name, &e) :
	    p->identity.data != NULL && slice_eq(p->identity, name) ? ERR_OK :
	    ERR_NO;
	if (status == ERR_INPUT)
		failed(r, "identity", &e);
	else if (status == ERR_NO)
		mismatch(r, "identity", p->pattern != NULL ?
		    SLICE("a match of --identity-regexp") : p->identity, name,
		    kinds[kind]);
	else
		passed(r, "identity");
	r->out->identity = name;
}

static void
check_issuer(struct run *r)
{
	struct slice issuer;
	struct err e = { 0 };

	if (!bundle_issuer(&r->b->chain[0], &issuer)) {
		err_no(&e, "the certificate's issuer extensions "
		    "(1.3.6.1.4.1.57264.1.1 and .8) differ or are malformed");
		failed(r, "issuer", &e);
		return;
	}
	if (issuer.data == NULL ||
	    !slice_eq(issuer, r->policy->issuer))
		mismatch(r, "issuer", r->policy->issuer, issuer,
		    "extension 1.3.6.1.4.1.57264.1.8 or .1");
	else
		passed(r, "issuer");
	r->out->issuer = issuer;
}

/* Who must have signed: a certificate's key or the policy's. */
static bool
check_signer(struct run *r)
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
		failed(r, "signer", &e);
		return false;
	}
	passed(r, "signer");
	return true;
}

/* --- the signature ------------------------------------------------------ */

static bool
has_wide_curve(const struct key *k)
{
	return k->public.type == CRYPT_P384 || k->public.type == CRYPT_P521;
}

static enum status
check_envelope(struct run *r, struct err *e)
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
check_digest_as(struct run *r, enum crypt_hash hash, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX];
	enum status status = artifact_digest(r, hash, digest, e);

	if (status != ERR_OK)
		return status;
	if (key_verify_digest(r->signer, key_scheme(r->signer), hash, digest,
	    r->b->signature, NULL) == ERR_OK)
		return ERR_OK;
	return err_no(e, "the signature over the artifact does not verify");
}

static enum status
check_message(struct run *r, struct err *e)
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
check_hint(struct run *r, struct err *e)
{
	uint8_t digest[CRYPT_HASH_MAX];
	enum status status = artifact_digest(r, r->b->digest_hash, digest, e);

	if (status != ERR_OK)
		return status;
	return memcmp(digest, r->b->digest.data, r->b->digest.len) == 0 ?
	    ERR_OK : err_no(e, "the bundle is for another artifact: its "
	    "messageDigest differs");
}

static void
check_signature(struct run *r)
{
	struct err e = { 0 };

	if (r->b->has_digest)
		judge(r, "messageDigest", check_hint(r, &e), &e);
	e = (struct err){ 0 };
	judge(r, "signature", r->b->is_dsse ? check_envelope(r, &e) :
	    check_message(r, &e), &e);
}

/* --- the statement ------------------------------------------------------ */

static enum status
check_subject(struct run *r, const struct statement *s, struct err *e)
{
	const struct bundle_artifact *artifact = r->policy->artifact;
	enum status status = statement_about(s, (struct slice){ NULL, 0 },
	    artifact->digest, artifact->ctx, e);

	return status != ERR_NO ? status : err_no(e, "the statement is about "
	    "other artifacts: none of its %zu subjects has the artifact's "
	    "digest", json_count(s->subject));
}

static void
check_statement(struct run *r)
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
		failed(r, "statement", &e);
		return;
	}
	passed(r, "statement");
	if (r->policy->artifact == NULL)
		skipped(r, "subject", "no artifact was given");
	else
		judge(r, "subject", check_subject(r, &s, &e), &e);
}

/* --- all of it ---------------------------------------------------------- */

static void
check_all(struct run *r)
{
	struct err e = { 0 };

	if (!check_signer(r))
		return;
	check_timestamps(r);
	for (size_t i = 0; i < r->b->entry_count; i++)
		check_promise(r, &r->b->entries[i]);
	if (check_certificate(r))
		judge(r, "sct", check_scts(r, &e), &e);
	else if (r->b->chain_count > 0)
		skipped(r, "sct", "the certificate was not verified");
	check_entries(r);
	if (r->b->chain_count > 0 && r->policy->key == NULL) {
		check_identity(r);
		check_issuer(r);
	}
	check_signature(r);
	if (r->b->is_dsse)
		check_statement(r);
}

static struct json
signer_value(struct run *r)
{
	struct json o = json_object();

	if (r->out->identity.data != NULL)
		set_text(r, &o, "identity", r->out->identity);
	if (r->out->issuer.data != NULL)
		set_text(r, &o, "issuer", r->out->issuer);
	if (r->signer != NULL)
		json_set(r->a, &o, "keyId", digest_value(r->a,
		    &r->signer->id));
	return o;
}

static struct json
report(struct run *r)
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
	struct run r = {
		.b = b, .policy = policy, .a = a, .out = out, .e = e,
		.checks = json_array(),
		.no_root = policy->root == NULL
	};

	memset(out, 0, sizeof(*out));
	passed(&r, "bundle");
	if (b->is_dsse)
		dsse_pae(&r.pae, b->envelope.type, b->envelope.payload);
	if (policy->root == NULL && policy->key == NULL) {
		struct err why = { 0 };

		err_no(&why, "neither a trusted root nor a key was given");
		failed(&r, "signer", &why);
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
