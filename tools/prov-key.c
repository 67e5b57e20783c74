/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-key - compute the composite VeriKey of a decision.
 *
 * From digests on the command line, from JSON objects with the same members,
 * or from the evidence, policy and keyring themselves.
 */
#include <string.h>
#include <strings.h>

#include "asked.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "shape.h"
#include "timefmt.h"
#include "tool.h"

static const struct opt_usage usage = {
	"--source D --sbom D [--vex D]... --policy D [--signer D]... "
	"(--window W | --at T [--bucket SPAN])\n"
	"--from-evidence FILE --policy FILE [OPTION]...\n"
	"[FILE]...",
	"compute the composite key of a decision and list its inputs"
};

enum {
	BUCKET = 3600		/* seconds, where no policy says otherwise */
};

struct opts {
	const char *source, *sbom, *policy, *window, *at, *bucket;
	struct opt_list vex, signer;
	struct asked asked;	/* evidence: --from-evidence */
	const char *out;
};

/* A digest as people give it: prefix and case do not matter. */
static const struct shape object_shape[] = {
	{ "source", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "sbom", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "vex", SHAPE_ARRAY, NULL },
	{ "policy", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "signers", SHAPE_ARRAY, NULL },
	{ "window", SHAPE_STRING, NULL },
	{ "at", SHAPE_STRING, NULL },
	{ "bucket", SHAPE_STRING, NULL },
	SHAPE_END
};

/* "SHA256:" as well as "sha256:". */
static bool
read_digest(struct slice s, struct digest *d)
{
	const size_t prefix = sizeof("sha256:") - 1;

	if (s.len > prefix && strncasecmp(s.data, "sha256:", prefix) == 0)
		s = slice_cut(s, prefix, s.len);
	return s.len == 2 * DIGEST_SIZE && digest_option(s, d);
}

/* --- from options --------------------------------------------------------- */

static struct digest
option_digest(const char *name, const char *text)
{
	struct digest d;

	if (!read_digest(slice_of(text), &d))
		opt_usage_error("--%s wants a SHA-256 digest (64 hex digits), "
		    "not '%.80s'", name, text);
	return d;
}

static struct verikey_set
option_set(struct arena *a, const char *name, const struct opt_list *list)
{
	struct verikey_set set = { arena_array(a, list->count + 1,
	    sizeof(*set.item)), list->count };

	for (size_t i = 0; i < list->count; i++)
		set.item[i] = option_digest(name, list->item[i]);
	return set;
}

static int64_t
option_window(const struct opts *o)
{
	int64_t span = BUCKET, sec;

	if (o->window != NULL) {
		if (!timefmt_option(slice_of(o->window), &sec))
			opt_usage_error("--window wants an RFC 3339 time, "
			    "not '%.40s'", o->window);
		return sec;
	}
	if (o->bucket != NULL && !timefmt_span(slice_of(o->bucket), &span))
		opt_usage_error("--bucket wants a length of time (90s, 1h, "
		    "7d), not '%.40s'", o->bucket);
	return timefmt_floor(tool_at(o->at, TOOL_PRODUCES), span);
}

static enum status
from_options(struct arena *a, const struct opts *o, struct output *out)
{
	struct verikey k = {
		.source = option_digest("source", o->source),
		.sbom = option_digest("sbom", o->sbom),
		.vex = option_set(a, "vex", &o->vex),
		.policy = option_digest("policy", o->policy),
		.signers = option_set(a, "signer", &o->signer),
		.window = option_window(o)
	};
	struct json doc = verikey_json(a, &k);

	output_json(out, &doc);
	return ERR_OK;
}

/* --- from JSON ------------------------------------------------------------ */

static enum status
member_digest(const struct json *v, const char *name, struct digest *d,
    struct err *e)
{
	if (read_digest(json_text(v), d))
		return ERR_OK;
	return err_input(e, v->offset, "'%s' is no SHA-256 digest, expected "
	    "64 hex digits", name);
}

static enum status
member_set(struct arena *a, const struct json *list, const char *name,
    struct verikey_set *set, struct err *e)
{
	set->item = arena_array(a, json_count(list) + 1, sizeof(*set->item));
	set->count = 0;
	if (list != NULL)
		JSON_EACH(v, list)
			if (member_digest(v, name, &set->item[set->count++],
			    e) != ERR_OK)
				return ERR_INPUT;
	return ERR_OK;
}

static enum status
member_window(const struct json *v, int64_t *sec, struct err *e)
{
	const struct json *window = json_get(v, "window");
	const struct json *at = json_get(v, "at");
	const struct json *bucket = json_get(v, "bucket");
	int64_t span = BUCKET;

	if ((window == NULL) == (at == NULL))
		return err_input(e, v->offset,
		    "expected either 'window' or 'at'");
	if (window != NULL && bucket != NULL)
		return err_input(e, bucket->offset,
		    "'bucket' goes with 'at', not with 'window'");
	if (!timefmt_option(json_text(window != NULL ? window : at), sec))
		return err_input(e, v->offset, "'%s' is no RFC 3339 time",
		    window != NULL ? "window" : "at");
	if (bucket != NULL && !timefmt_span(json_text(bucket), &span))
		return err_input(e, bucket->offset, "'bucket' is no length of "
		    "time, expected digits and s, m, h, d or w");
	if (at != NULL)
		*sec = timefmt_floor(*sec, span);
	return ERR_OK;
}

static enum status
from_object(struct arena *a, const struct json *v, struct json *out,
    struct err *e)
{
	enum status rc = shape_check(v, object_shape, NULL, e);
	struct verikey k = { 0 };

	if (rc != ERR_OK)
		return rc;
	if (member_digest(json_get(v, "source"), "source", &k.source, e) !=
	    ERR_OK ||
	    member_digest(json_get(v, "sbom"), "sbom", &k.sbom, e) !=
	    ERR_OK ||
	    member_digest(json_get(v, "policy"), "policy", &k.policy, e) !=
	    ERR_OK ||
	    member_set(a, json_get(v, "vex"), "vex", &k.vex, e) != ERR_OK ||
	    member_set(a, json_get(v, "signers"), "signers", &k.signers,
	    e) != ERR_OK ||
	    member_window(v, &k.window, e) != ERR_OK)
		return ERR_INPUT;
	*out = verikey_json(a, &k);
	return ERR_OK;
}

/* A key's own document is computed anew from its inputs. */
static enum status
from_document(struct arena *a, const struct json *v, struct json *out,
    struct err *e)
{
	struct digest key;
	struct verikey k;
	enum status rc = verikey_read(a, v, &k, &key, e);

	if (rc == ERR_OK)
		*out = verikey_json(a, &k);
	return rc;
}

static enum status
from_json(struct arena *a, const char *operand, struct output *out)
{
	struct json doc, result;
	struct input in;
	struct err e = { 0 };
	bool got = true;
	enum status rc = input_open(&in, operand, &json_own);

	if (rc != ERR_OK)
		return rc;
	for (;;) {
		rc = input_next(&in, a, &doc, &got);
		if (rc != ERR_OK || !got)
			break;
		rc = json_get(&doc, "kind") != NULL ?
		    from_document(a, &doc, &result, &e) :
		    from_object(a, &doc, &result, &e);
		if (rc != ERR_OK) {
			input_fault(&in, &e);
			break;
		}
		output_json(out, &result);
		arena_reset(a);
	}
	input_close(&in);
	return rc;
}

/* --- which of the three --------------------------------------------------- */

static enum status
from_evidence(struct arena *a, struct opts *o, struct output *out)
{
	enum status rc;

	o->asked.policy = o->policy;
	o->asked.at = o->at;
	rc = asked_read(a, &o->asked);
	if (rc == ERR_OK)
		rc = asked_check(a, &o->asked);
	if (rc == ERR_OK)
		output_json(out, &o->asked.request.verikey_json);
	asked_close(&o->asked);
	return rc;
}

static void
check_options(const struct opts *o, int operands)
{
	const struct asked *q = &o->asked;
	bool digests = o->source != NULL || o->sbom != NULL ||
	    o->vex.count > 0 || o->signer.count > 0 || o->window != NULL ||
	    o->bucket != NULL;
	bool files = q->policy_jq != NULL || q->budget != NULL ||
	    q->keyring != NULL || q->environment != NULL;

	if (q->evidence != NULL && digests)
		opt_usage_error("--from-evidence computes the digests itself");
	if (q->evidence == NULL && files)
		opt_usage_error("--policy-jq, --budget, --keyring and "
		    "--environment go with --from-evidence");
	if (q->evidence != NULL && o->policy == NULL)
		opt_usage_error("--from-evidence wants --policy FILE");
	if ((digests || q->evidence != NULL) && operands > 0)
		opt_usage_error("with options no operand is read");
	if (q->evidence != NULL)
		return;
	if (digests && (o->source == NULL || o->sbom == NULL ||
	    o->policy == NULL))
		opt_usage_error("--source, --sbom and --policy are needed");
	if (digests && o->window != NULL && (o->at != NULL ||
	    o->bucket != NULL))
		opt_usage_error("--window is the start of the bucket: it goes "
		    "without --at and --bucket");
	if (!digests && (o->policy != NULL || o->at != NULL))
		opt_usage_error("--source and --sbom are needed");
}

static enum status
make_key(struct opts *o, int n, char **operand, struct output *out)
{
	struct arena a = { 0 };
	enum status worst = ERR_OK;

	if (o->asked.evidence != NULL)
		worst = from_evidence(&a, o, out);
	else if (o->source != NULL)
		worst = from_options(&a, o, out);
	else if (n == 0)
		worst = from_json(&a, NULL, out);
	else
		for (int i = 0; i < n; i++)
			worst = err_worst(worst, from_json(&a, operand[i],
			    out));
	arena_free(&a);
	return worst;
}

int
main(int argc, char **argv)
{
	struct opts o = { .source = NULL };
	const struct opt table[] = {
		{ 0, "source", OPT_TEXT, &o.source, "D",
		    "digest of the source (of the evidence)" },
		{ 0, "sbom", OPT_TEXT, &o.sbom, "D", "digest of the SBOM" },
		{ 0, "vex", OPT_LIST, &o.vex, "D", "digest of a VEX document" },
		{ 0, "policy", OPT_TEXT, &o.policy, "D|FILE",
		    "digest of the policy; with --from-evidence its file" },
		{ 0, "signer", OPT_LIST, &o.signer, "D",
		    "id of a trusted signer" },
		{ 0, "window", OPT_TEXT, &o.window, "TIME",
		    "start of the time bucket" },
		{ 0, "at", OPT_TEXT, &o.at, "TIME",
		    "a time within the bucket" },
		{ 0, "bucket", OPT_TEXT, &o.bucket, "SPAN",
		    "width of the bucket; 1h" },
		{ 0, "from-evidence", OPT_TEXT, &o.asked.evidence, "FILE",
		    "compute all digests from the files themselves" },
		{ 0, "policy-jq", OPT_TEXT, &o.asked.policy_jq, "FILE",
		    "jq program that the decision will run" },
		{ 0, "budget", OPT_TEXT, &o.asked.budget, "FILE",
		    "budget of the decision" },
		{ 0, "keyring", OPT_TEXT, &o.asked.keyring, "FILE",
		    "keyring of the decision" },
		{ 0, "environment", OPT_TEXT, &o.asked.environment, "NAME",
		    "environment of the decision; default" },
		{ 'o', "output", OPT_TEXT, &o.out, "FILE",
		    "write the result there" },
		OPT_END
	};
	struct output out;
	enum status rc;
	int n;

	tool_start("prov-key");
	n = opt_parse(&usage, table, argc, argv);
	check_options(&o, n);
	output_open(&out, o.out);
	rc = make_key(&o, n, argv, &out);
	if (rc != ERR_OK && rc != ERR_NO)
		output_abandon(&out);
	else
		output_commit(&out);
	mem_free(o.vex.item);
	mem_free(o.signer.item);
	return (int)rc;
}
