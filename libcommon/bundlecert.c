/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "bundlecert.h"
#include "sct.h"

/* --- the path ----------------------------------------------------------- */

/* How near an authority is to the bundle's certificates: 2 one of its
 * certificates signed one of them, 1 one has the name of their issuer. */
static int
kinship(const struct bundle *b, const struct trust_authority *ca)
{
	int best = 0;

	for (size_t k = 0; k < ca->count; k++)
		for (size_t i = 0; i < b->chain_count; i++) {
			struct x509 *c = &b->chain[i];

			if (x509_signed(c, &ca->chain[k], NULL) == ERR_OK)
				return 2;
			if (slice_eq(c->issuer, ca->chain[k].subject))
				best = 1;
		}
	return best;
}

/* The authority's certificates, and behind them the bundle's hints. */
static void
set_pool(struct trial *r, const struct trust_authority *ca,
    struct x509_path *path)
{
	size_t hints = r->b->chain_count - 1;

	path->pool = ca->chain;
	path->pool_count = ca->count;
	if (hints == 0)
		return;
	path->pool = arena_array(r->a, ca->count + hints,
	    sizeof(*path->pool));
	path->pool_count += hints;
	memcpy(path->pool, ca->chain, ca->count * sizeof(*path->pool));
	memcpy(path->pool + ca->count, r->b->chain + 1,
	    hints * sizeof(*path->pool));
}

static enum status
check_authority(struct trial *r, const struct trust_authority *ca,
    struct instant at, struct err *e)
{
	struct x509_path path = {
		.leaf = &r->b->chain[0], .purpose = x509_code_signing,
		.at = at
	};

	if (ca->unusable != NULL)
		return err_no(e, "the trusted root's CA cannot be used: %s",
		    ca->unusable);
	if (!trustroot_holds(&ca->window, at))
		return err_no(e, "the trusted root does not trust the "
		    "certificate's CA at %s", timefmt_exact(r->a, at));
	path.anchor = &ca->chain[ca->count - 1];
	set_pool(r, ca, &path);
	return x509_path(&path, &r->issuer, e);
}

static enum status
check_path_at(struct trial *r, struct instant at, struct err *e)
{
	const struct trustroot *root = r->policy->root;
	int nearest = 0;

	for (size_t i = 0; i < root->ca_count; i++) {
		struct err inner = { 0 };
		int near;

		if (check_authority(r, &root->cas[i], at, &inner) == ERR_OK)
			return ERR_OK;
		/* The nearest authority has the best reason. */
		near = kinship(r->b, &root->cas[i]);
		if (near > nearest) {
			nearest = near;
			*e = inner;
		}
	}
	if (nearest > 0)
		return ERR_NO;
	return err_no(e, "the certificate was issued by %s, which no CA of "
	    "the trusted root leads to", x509_name_text(r->a,
	    r->b->chain[0].issuer));
}

/* Whether its path holds at every proven time. */
static bool
check_certificate(struct trial *r)
{
	enum status status = ERR_OK;
	struct err e = { 0 };

	if (r->b->chain_count == 0 || r->no_root) {
		trial_skip(r, "certificate", r->b->chain_count == 0 ?
		    "a key signed" : "no trusted root was given");
		return false;
	}
	if (r->out->time_count == 0)
		status = err_no(&e, "no verified time says when the "
		    "certificate was used%s%s", r->no_time != NULL ? ": " : "",
		    r->no_time != NULL ? r->no_time : "");
	for (size_t i = 0; status == ERR_OK && i < r->out->time_count; i++)
		status = check_path_at(r, r->times[i], &e);
	return trial_judge(r, "certificate", status, &e);
}

/* --- certificate transparency ------------------------------------------- */

static enum status
check_sct(struct trial *r, const struct sct *s, const struct trust_log *log,
    struct err *e)
{
	struct instant at = { (int64_t)(s->time / 1000),
	    (int32_t)(s->time % 1000) * 1000000 };

	if (!trustroot_holds(&log->window, at))
		return err_no(e, "the trusted root does not trust the log "
		    "%.*s at %s", (int)log->url.len, log->url.data,
		    timefmt_exact(r->a, at));
	if (sct_verify(s, &r->b->chain[0], r->issuer, &log->key, NULL) !=
	    ERR_OK)
		return err_no(e, "the certificate's timestamp by the log "
		    "%.*s does not verify", (int)log->url.len, log->url.data);
	return ERR_OK;
}

static enum status
check_scts(struct trial *r, struct err *e)
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

void
bundlecert_path(struct trial *r)
{
	struct err e = { 0 };

	if (check_certificate(r))
		trial_judge(r, "sct", check_scts(r, &e), &e);
	else if (r->b->chain_count > 0)
		trial_skip(r, "sct", "the certificate was not verified");
}

/* --- identity ----------------------------------------------------------- */

static void
mismatch(struct trial *r, const char *check, struct slice expected,
    struct slice got, const char *where)
{
	struct err e = { 0 };
	struct json *o;

	err_no(&e, "the certificate's %s is \"%.*s\" (%s), expected \"%.*s\"",
	    check, (int)got.len, got.data != NULL ? got.data : "", where,
	    (int)expected.len, expected.data != NULL ? expected.data : "");
	o = trial_fail(r, check, &e);
	trial_text(r, o, "expected", expected);
	trial_text(r, o, "got", got);
}

static void
check_identity(struct trial *r)
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
		trial_fail(r, "identity", &e);
		return;
	}
	if (count != 1 || kind == X509_UNKNOWN_NAME) {
		err_no(&e, "the certificate has %zu subject alternative "
		    "names, expected one e-mail address, URI or Fulcio name",
		    count);
		trial_fail(r, "identity", &e);
		return;
	}
	status = p->pattern != NULL ? regex_match(p->pattern, name, &e) :
	    p->identity.data != NULL && slice_eq(p->identity, name) ? ERR_OK :
	    ERR_NO;
	if (status == ERR_INPUT)
		trial_fail(r, "identity", &e);
	else if (status == ERR_NO)
		mismatch(r, "identity", p->pattern != NULL ?
		    SLICE("a match of --identity-regexp") : p->identity, name,
		    kinds[kind]);
	else
		trial_pass(r, "identity");
	r->out->identity = name;
}

static void
check_issuer(struct trial *r)
{
	struct slice issuer;
	struct err e = { 0 };

	if (!bundle_issuer(&r->b->chain[0], &issuer)) {
		err_no(&e, "the certificate's issuer extensions "
		    "(1.3.6.1.4.1.57264.1.1 and .8) differ or are malformed");
		trial_fail(r, "issuer", &e);
		return;
	}
	if (issuer.data == NULL ||
	    !slice_eq(issuer, r->policy->issuer))
		mismatch(r, "issuer", r->policy->issuer, issuer,
		    "extension 1.3.6.1.4.1.57264.1.8 or .1");
	else
		trial_pass(r, "issuer");
	r->out->issuer = issuer;
}

void
bundlecert_names(struct trial *r)
{
	check_identity(r);
	check_issuer(r);
}
