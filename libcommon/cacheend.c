/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "cachecmd.h"
#include "epoch.h"
#include "msg.h"
#include "opt.h"
#include "tool.h"

enum {
	BATCH = 64		/* entries of one read transaction */
};

struct opts {
	const char *cache;
	const char *at;
	const char *verikey;
	const char *signer;
	const char *policy;
	const char *feed;
	const char *before;
	const char *pattern;
	bool expired;
};

/* The veriKeys that a scan chose. */
struct chosen {
	const struct opts *o;
	struct entry_invalidation item[BATCH];
	size_t n;
};

static enum status
choose(void *ctx, const struct entry *entry, enum entry_state state,
    struct err *e)
{
	struct chosen *c = ctx;
	char text[DIGEST_TEXT + 1];
	bool with = c->o->pattern != NULL &&
	    strncmp(c->o->pattern, "sha256:", 7) == 0;

	(void)e;
	if (state == ENTRY_INVALIDATED)
		return ERR_OK;
	digest_write(&entry->verikey, text);
	if (c->o->pattern != NULL ? fnmatch(c->o->pattern, with ? text :
	    text + 7, 0) != 0 : state != ENTRY_EXPIRED)
		return ERR_OK;
	c->item[c->n++] = (struct entry_invalidation){
		.cause = c->o->pattern != NULL ? ENTRY_BY_PATTERN :
		ENTRY_BY_EXPIRY, .id = entry->verikey };
	return ERR_OK;
}

static enum status
invalidate_scan(struct entry_store *s, const struct opts *o, int64_t at,
    struct err *e)
{
	struct digest from = { { 0 } };
	struct chosen c = { .o = o };
	enum status rc, scan;

	do {
		c.n = 0;
		scan = entry_scan(s, &from, BATCH, at, choose, &c, e);
		if (scan != ERR_OK && scan != ERR_NO)
			return scan;
		rc = c.n > 0 ? entry_invalidate(s, c.item, c.n, e) : ERR_OK;
	} while (rc == ERR_OK && scan == ERR_OK);
	return rc;
}

static struct entry_invalidation
one_invalidation(const struct opts *o)
{
	struct entry_invalidation i = { .feed = slice_of(o->feed),
		.before = slice_of(o->before) };
	const char *id = o->verikey != NULL ? o->verikey :
	    o->signer != NULL ? o->signer : o->policy;

	i.cause = o->verikey != NULL ? ENTRY_BY_VERIKEY :
	    o->signer != NULL ? ENTRY_BY_SIGNER :
	    o->policy != NULL ? ENTRY_BY_POLICY : ENTRY_BY_FEED;
	if (id != NULL && !digest_option(slice_of(id), &i.id))
		opt_usage_error("not 64 hex digits: '%.80s'", id);
	if ((o->feed != NULL) != (o->before != NULL))
		opt_usage_error("--feed and --before go together");
	return i;
}

int
cachecmd_invalidate(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--cache DIR] (--verikey K | --signer ID | --policy D |\n"
		"--feed NAME --before EPOCH | --pattern GLOB | --expired "
		"[--at TIME])",
		"end the validity of entries"
	};
	struct opts o = { 0 };
	const struct opt table[] = {
		CACHECMD_DIR(&o.cache), CACHECMD_AT(&o.at),
		{ 0, "verikey", OPT_TEXT, &o.verikey, "K", "of this entry" },
		{ 0, "signer", OPT_TEXT, &o.signer, "ID",
		    "of all that trusted this key" },
		{ 0, "policy", OPT_TEXT, &o.policy, "D",
		    "of all with this digest in their context" },
		{ 0, "feed", OPT_TEXT, &o.feed, "NAME", "of all from a feed" },
		{ 0, "before", OPT_TEXT, &o.before, "EPOCH",
		    "whose epoch is before this one" },
		{ 0, "pattern", OPT_TEXT, &o.pattern, "GLOB",
		    "of all whose veriKey matches" },
		{ 0, "expired", OPT_FLAG, &o.expired, NULL,
		    "of all that expired" },
		OPT_END
	};
	struct entry_invalidation one;
	struct entry_store *s;
	struct err e;
	int64_t at;
	enum status rc;

	cachecmd_no_operands(opt_parse(&usage, table, argc, argv));
	if ((o.verikey != NULL) + (o.signer != NULL) + (o.policy != NULL) +
	    (o.feed != NULL || o.before != NULL) + (o.pattern != NULL) +
	    o.expired != 1)
		opt_usage_error("want one of --verikey, --signer, --policy, "
		    "--feed, --pattern and --expired");
	one = one_invalidation(&o);
	at = tool_at(o.at, TOOL_VERIFIES);
	if (o.before != NULL && epoch_check(one.before, at, &e) != ERR_OK)
		return (int)msg_err("--before", &e);
	rc = cachecmd_open(o.cache, ENTRY_WRITE, &s);
	if (rc != ERR_OK)
		return (int)rc;
	rc = o.pattern != NULL || o.expired ?
	    invalidate_scan(s, &o, at, &e) : entry_invalidate(s, &one, 1, &e);
	if (rc != ERR_OK)
		rc = msg_err(entry_dir(s), &e);
	entry_close(s);
	return (int)rc;
}
