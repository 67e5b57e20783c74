/* SPDX-License-Identifier: Apache-2.0 */
#include "b64.h"
#include "bundlelog.h"

static const char no_root[] = "no trusted root was given";

/* --- times -------------------------------------------------------------- */

/* Of the authorities with this signing certificate, one that verifies. */
static enum status
check_timestamp(struct trial *r, const struct timestamp *t, struct err *e)
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
	    "%s issued, not this one of the trusted root's %zu",
	    x509_name_text(r->a, t->signer_issuer), root->tsa_count);
}

/* The log of an entry, judged at a time; NULL with the reason. */
static const struct trust_log *
find_log(struct trial *r, const struct tlog_entry *t, struct instant at,
    struct err *e)
{
	const struct trustroot *root = r->policy->root;
	const struct trust_log *log = trustroot_find(root->tlogs,
	    root->tlog_count, t->log_id, at);
	struct slice id = b64_text(r->a, t->log_id);
	struct checkpoint c = { 0 };
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
	(void)checkpoint_read(t->checkpoint, r->a, &c, NULL);
	err_no(e, "the log entry is of the log %.*s%s%.*s%s, which the "
	    "trusted root does not have; it has %.*s", (int)id.len, id.data,
	    c.origin.len > 0 ? " (\"" : "", (int)c.origin.len,
	    c.origin.len > 0 ? c.origin.data : "",
	    c.origin.len > 0 ? "\")" : "",
	    names.len > 0 ? (int)names.len : 4,
	    names.len > 0 ? names.data : "none");
	buf_free(&names);
	return NULL;
}

static enum status
outside(struct trial *r, const struct trust_log *log, struct instant at,
    struct err *e)
{
	return err_no(e, "the trusted root does not trust the log %.*s at %s",
	    (int)log->name.len, log->name.data, timefmt_exact(r->a, at));
}

/* A promise that verifies is a proof of time. */
static void
check_promise(struct trial *r, const struct tlog_entry *t)
{
	const struct trust_log *log;
	struct instant at = { t->time, 0 };
	struct err e = { 0 };

	if (t->set.data == NULL)
		return;
	if (r->no_root) {
		trial_skip(r, "promise", no_root);
		return;
	}
	log = find_log(r, t, at, &e);
	if (log == NULL) {
		r->no_time = arena_printf(r->a, "%s", e.text);
		trial_skip(r, "promise", r->no_time);
		return;
	}
	if (!t->has_time)
		err_no(&e, "the log promised no time");
	else if (!trustroot_holds(&log->window, at))
		outside(r, log, at, &e);
	else if (tlog_verify_set(t, log, &e) == ERR_OK) {
		trial_pass(r, "promise");
		trial_time(r, at);
		return;
	}
	trial_fail(r, "promise", &e);
}

void
bundlelog_times(struct trial *r)
{
	for (size_t i = 0; i < r->b->timestamp_count; i++) {
		const struct timestamp *t = &r->b->timestamps[i];
		struct err e = { 0 };

		if (r->no_root)
			trial_skip(r, "timestamp", no_root);
		else if (trial_judge(r, "timestamp", check_timestamp(r, t,
		    &e), &e))
			trial_time(r, t->time);
		trial_index(r, i);
	}
	if (r->b->timestamp_count == 0)
		trial_skip(r, "timestamp", "the bundle has none");
	for (size_t i = 0; i < r->b->entry_count; i++)
		check_promise(r, &r->b->entries[i]);
}

/* --- entries ------------------------------------------------------------ */

/* The log is trusted when the entry was made. */
static enum status
check_log_time(struct trial *r, const struct tlog_entry *t,
    const struct trust_log *log, struct err *e)
{
	struct instant at = { t->time, 0 };

	if (t->has_time && !trustroot_holds(&log->window, at))
		return outside(r, log, at, e);
	if (t->has_time && t->set.data != NULL)
		return ERR_OK;		/* the promise is checked by itself */
	/* A time that nobody signed proves nothing; it may not lie either. */
	if (t->has_time && r->b->chain_count > 0 &&
	    !x509_valid_at(&r->b->chain[0], at))
		return err_no(e, "the log entry is of %s, when the certificate "
		    "was not valid", timefmt_exact(r->a, at));
	for (size_t i = 0; i < r->out->time_count; i++)
		if (trustroot_holds(&log->window, r->times[i]))
			return ERR_OK;
	/* Without a certificate no time is needed. */
	if (r->out->time_count == 0)
		return r->b->chain_count == 0 ? ERR_OK : err_no(e,
		    "no verified time says when the log entry was made");
	return outside(r, log, r->times[0], e);
}

static enum status
check_entry(struct trial *r, const struct tlog_entry *t,
    const struct trust_log *log, struct err *e)
{
	struct tlog_claim claim = {
		.is_dsse = r->b->is_dsse,
		.signature = r->b->signature,
		.key = r->signer,
		.payload = r->b->envelope.payload,
		.type = r->b->envelope.type,
		.digest = trial_digest,
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

/* Whether the entry is one that counts; e is why not, where its log is not
 * known. */
static bool
judge_entry(struct trial *r, const struct tlog_entry *t, struct err *unknown)
{
	struct instant at = { t->time, 0 };
	const struct trust_log *log;
	struct err e = { 0 };
	bool good;

	if (!t->has_time && r->out->time_count > 0)
		at = r->times[0];
	log = find_log(r, t, at, unknown);
	if (log == NULL) {
		trial_skip(r, "log", unknown->text);
		return false;
	}
	good = trial_judge(r, "log", check_entry(r, t, log, &e), &e);
	trial_name(r, log->name);
	return good;
}

void
bundlelog_entries(struct trial *r)
{
	const char *unchecked = "no trusted root was given: log entries were "
	    "not checked";
	struct err unknown = { 0 };

	for (size_t i = 0; i < r->b->entry_count; i++) {
		if (r->no_root)
			trial_skip(r, "log", unchecked);
		else if (judge_entry(r, &r->b->entries[i], &unknown))
			r->out->logged = true;
		trial_index(r, i);
	}
	if (r->b->entry_count == 0 && r->no_root)
		trial_skip(r, "log", unchecked);
	if (r->no_root || r->out->logged || r->status != ERR_OK)
		return;
	if (r->b->entry_count == 0 && r->b->chain_count == 0) {
		trial_skip(r, "log", "the bundle has no log entry");
		return;
	}
	if (r->b->entry_count == 0)
		err_no(&unknown, "the bundle has no log entry");
	trial_fail(r, "log", &unknown);
}
