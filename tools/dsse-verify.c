/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse-verify - verify DSSE envelopes and write what they hold.
 *
 * Reads envelopes, writes the payload of each that enough different trusted
 * keys signed, byte for byte.  Exit 1: at least one is not to be trusted.
 */
#include <string.h>

#include "artifact.h"
#include "dsse.h"
#include "input.h"
#include "jobs.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "statement.h"
#include "timefmt.h"
#include "tool.h"

enum {
	BATCH_EACH = 64,	/* envelopes a thread and round: 5 ms of work */
	BATCH_SIZE = 8 * 1024 * 1024	/* bytes read, at which a round is
					 * full */
};

static const struct opt_usage usage = {
	"(-k PUB... | --keyring FILE) [--threshold N] [--role ROLE]\n"
	"    [--at TIME] [--type TYPE]\n"
	"    [--subject NAME=DIGEST | --artifact FILE]\n"
	"    [--jobs N] [--report] [-o FILE] [FILE]",
	"verify DSSE envelopes and write what they hold"
};

struct opts {
	struct opt_list keys;
	const char *keyring;
	uint64_t threshold;
	const char *role;
	const char *at;
	const char *type;
	const char *subject;
	const char *artifact;
	uint64_t jobs;
	bool report;
	const char *output;
};

/* An envelope of the round. */
struct record {
	uint64_t start, number;	/* where it stands in the stream */
	struct dsse dsse;
	struct dsse_result *results;
	enum status st;
	struct err e;
};

struct job {
	struct opts o;
	struct output out;
	struct keyring keyring;
	struct key *keys;
	size_t count;
	struct dsse_index index;	/* of keys */
	size_t *entry;		/* keys[i] is keyring.keys[entry[i]]; NULL
				 * with -k */
	unsigned role;
	int64_t at;
	bool has_subject;	/* the payload must be about: */
	struct artifact artifact;
	struct slice name;	/* may have no data: any */
	bool line_open;		/* the last payload did not end with LF */
	struct arena run;
	struct record *round;
	size_t filled, room;	/* of round */
	struct arena record;	/* reset after each round */
};

/* --- whom to trust ------------------------------------------------------ */

static bool
usable(void *ctx, size_t key)
{
	const struct job *job = ctx;

	return keyring_trusts(&job->keyring.keys[job->entry[key]], job->role,
	    job->at);
}

static enum status
load_keys(struct job *job)
{
	enum status st;

	if (job->o.keyring == NULL) {
		job->count = job->o.keys.count;
		return keyfile_public_list(&job->o.keys, &job->run,
		    &job->keys);
	}
	st = keyfile_keyring(job->o.keyring, &job->run, &job->keyring);
	if (st != ERR_OK)
		return st;
	job->keys = arena_array(&job->run, job->keyring.count,
	    sizeof(*job->keys));
	job->entry = arena_array(&job->run, job->keyring.count,
	    sizeof(*job->entry));
	for (size_t i = 0; i < job->keyring.count; i++) {
		if (!job->keyring.keys[i].has_key)
			continue;
		job->entry[job->count] = i;
		job->keys[job->count++] = job->keyring.keys[i].key;
	}
	return ERR_OK;
}

/* --- what to ask of the payload ----------------------------------------- */

/* A file that cannot be read is worth no look at the envelopes. */
static enum status
artifact_option(struct job *job)
{
	bool in = strcmp(job->o.artifact, "-") == 0;
	uint8_t digest[CRYPT_HASH_MAX];
	struct err e;

	artifact_file(&job->artifact, in ? "/dev/stdin" : job->o.artifact);
	job->has_subject = true;
	return job->artifact.as.digest(job->artifact.as.ctx, CRYPT_SHA256,
	    digest, &e) == ERR_OK ? ERR_OK : msg_err(NULL, &e);
}

static void
subject_option(struct job *job)
{
	struct statement_subject s;
	struct err e;

	if (statement_option(job->o.subject, &s, &e) != ERR_OK)
		opt_usage_error("--subject %s: %s", job->o.subject, e.text);
	artifact_digest(&job->artifact, s.hash, s.digest);
	job->has_subject = true;
	if (s.name.len > 0)
		job->name = s.name;
}

/* The payload is authentic: is it what was asked for?  *s is filled where it
 * is a Statement. */
static enum status
check_payload(struct job *job, const struct dsse *d, struct statement *s,
    struct err *e)
{
	const struct bundle_artifact *about = &job->artifact.as;
	struct json doc;
	enum status st;

	if (job->o.type != NULL && !slice_is(d->type, job->o.type))
		return err_no(e, "a payload of type \"%.*s\", expected "
		    "\"%s\"", (int)d->type.len, d->type.data, job->o.type);
	if (!slice_is(d->type, DSSE_INTOTO))
		return !job->has_subject ? ERR_OK : err_no(e, "a payload of "
		    "type \"%.*s\", which has no subject", (int)d->type.len,
		    d->type.data);
	if (!job->has_subject && !job->o.report)
		return ERR_OK;
	if (json_parse(d->payload, &json_foreign, &job->record, &doc, e) !=
	    ERR_OK || statement_read(&doc, s, e) != ERR_OK) {
		/* Offsets count in the payload, which nobody sees. */
		e->has_offset = false;
		s->subject = NULL;
		return job->has_subject ? ERR_INPUT : ERR_OK;
	}
	if (!job->has_subject)
		return ERR_OK;
	st = statement_about(s, job->name, about->digest, about->ctx, e);
	return st != ERR_NO ? st : err_no(e, "no subject of the statement is "
	    "%s", job->o.artifact != NULL ? job->o.artifact : job->o.subject);
}

/* --- what became of it ---------------------------------------------------- */

static struct json
report_signature(struct job *job, const struct dsse_signature *s,
    const struct dsse_result *r)
{
	static const char *const results[] = {
		[DSSE_GOOD] = "accepted",
		[DSSE_REPEATED] = "repeated",
		[DSSE_BAD] = "invalid",
		[DSSE_UNTRUSTED] = "untrusted",
		[DSSE_UNTRIED] = "untried",
	};
	struct arena *a = &job->record;
	struct json o = json_object();
	bool found = r->key < job->count;

	if (found)
		json_set(a, &o, "key", digest_value(a,
		    &job->keys[r->key].id));
	if (s->keyid.len > 0)
		json_set(a, &o, "keyid", json_string(s->keyid));
	if (found && job->entry != NULL)
		json_set(a, &o, "name", json_string(
		    job->keyring.keys[job->entry[r->key]].name));
	json_set_z(a, &o, "result", results[r->verdict]);
	return o;
}

static void
report(struct job *job, const struct dsse *d, const struct dsse_result *r,
    const struct statement *s, enum status st, const struct err *e)
{
	struct arena *a = &job->record;
	struct json o = json_object(), signatures = json_array();
	struct digest payload = digest_bytes(d->payload);

	for (size_t i = 0; i < d->count; i++)
		json_push(a, &signatures, report_signature(job,
		    &d->signatures[i], &r[i]));
	json_set_z(a, &o, "at", timefmt_text(a, job->at));
	json_set_z(a, &o, "kind", "prov.dsse/v1");
	json_set(a, &o, "payload", digest_value(a, &payload));
	json_set(a, &o, "payloadType", json_string(d->type));
	if (s->subject != NULL)
		json_set(a, &o, "predicateType",
		    json_string(s->predicate_type));
	if (st != ERR_OK)
		json_set_z(a, &o, "reason", arena_printf(a, "%s", e->text));
	json_set(a, &o, "signatures", signatures);
	json_set(a, &o, "threshold", json_uint(a, job->o.threshold));
	json_set(a, &o, "valid", json_bool(st == ERR_OK));
	output_json(&job->out, &o);
}

/* One envelope's payload is written as it is; several are kept apart by a LF
 * where they have none of their own. */
static void
write_payload(struct job *job, struct slice payload)
{
	if (job->line_open)
		output_bytes(&job->out, SLICE("\n"));
	output_bytes(&job->out, payload);
	job->line_open = !slice_ends(payload, "\n");
}

/* Messages name the place where the envelope stands, not the reader's. */
static enum status
finish(struct job *job, const struct input *in, struct record *r)
{
	struct statement s = { .subject = NULL };
	struct input at = *in;

	at.stream.start = r->start;
	at.stream.count = r->number;
	if (r->st == ERR_OK)
		r->st = check_payload(job, &r->dsse, &s, &r->e);
	if (job->o.report && r->st <= ERR_NO)
		report(job, &r->dsse, r->results, &s, r->st, &r->e);
	else if (r->st == ERR_OK)
		write_payload(job, r->dsse.payload);
	return r->st == ERR_OK ? r->st : input_fault(&at, &r->e);
}

/* --- rounds of envelopes ------------------------------------------------ */

/* What the envelope shares with the window is copied: the next one may move
 * it. */
static void
keep(struct record *r, struct arena *a)
{
	r->dsse.type = arena_slice(a, r->dsse.type);
	for (size_t i = 0; i < r->dsse.count; i++)
		r->dsse.signatures[i].keyid = arena_slice(a,
		    r->dsse.signatures[i].keyid);
	r->results = arena_array(a, r->dsse.count, sizeof(*r->results));
}

/* Fills a round; *more is false after the last envelope. */
static enum status
fill(struct job *job, struct input *in, bool *more, struct err *e)
{
	const struct json_stream *s = &in->stream;
	uint64_t full = s->base + s->pos + BATCH_SIZE;
	enum status st = ERR_OK;
	struct json doc;

	job->filled = 0;
	*more = true;
	while (job->filled < job->room && s->base + s->pos < full) {
		struct record *r = &job->round[job->filled];

		st = input_read(in, &job->record, &doc, more, e);
		if (st != ERR_OK || !*more)
			break;
		r->start = s->start;
		r->number = s->count;
		r->st = dsse_read(&doc, &job->record, &r->dsse, &r->e);
		if (r->st == ERR_OK)
			keep(r, &job->record);
		job->filled++;
	}
	*more = *more && st == ERR_OK;
	return st;
}

/* What takes the time; any thread's. */
static void
check_signatures(void *ctx, size_t i)
{
	struct job *job = ctx;
	struct record *r = &job->round[i];
	const struct dsse_check check = { job->keys, job->count,
	    &job->index, job->o.threshold,
	    job->entry != NULL ? usable : NULL, job };

	if (r->st == ERR_OK)
		r->st = dsse_verify(&r->dsse, &check,
		    job->o.report ? r->results : NULL, &r->e);
}

static enum status
do_input(struct job *job, const char *operand)
{
	enum status worst, st;
	struct input in;
	struct err e;
	bool more;

	worst = input_open(&in, operand, &json_foreign);
	if (worst != ERR_OK)
		return worst;
	do {
		st = fill(job, &in, &more, &e);
		jobs_run((unsigned)job->o.jobs, job->filled,
		    check_signatures, job);
		for (size_t i = 0; i < job->filled; i++)
			worst = err_worst(worst, finish(job, &in,
			    &job->round[i]));
		arena_reset(&job->record);
	} while (more);
	if (st != ERR_OK)
		worst = err_worst(worst, msg_err(in.name, &e));
	input_close(&in);
	return worst;
}

static enum status
verify(struct job *job, const char *operand)
{
	enum status st;

	output_open(&job->out, job->o.output);
	st = do_input(job, operand);
	/* A file holds all that was asked for, or is not there. */
	if (st != ERR_OK && job->out.to_file && !job->o.report)
		output_abandon(&job->out);
	else
		output_commit(&job->out);
	return st;
}

static int
parse_options(struct opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ 'k', "key", OPT_LIST, &o->keys, "PUB",
		    "trust this public key, for everything" },
		{ 0, "keyring", OPT_TEXT, &o->keyring, "FILE",
		    "trust the keys of this keyring" },
		{ 0, "threshold", OPT_UINT, &o->threshold, "N",
		    "different keys that must have signed (1)" },
		{ 0, "role", OPT_TEXT, &o->role, "ROLE",
		    "only keys of this role: cache, event, policy, verdict, "
		    "vex" },
		{ 0, "at", OPT_TEXT, &o->at, "TIME",
		    "judge the keyring's keys at this time (now)" },
		{ 0, "type", OPT_TEXT, &o->type, "TYPE",
		    "the payload must be of this type" },
		{ 0, "subject", OPT_TEXT, &o->subject, "NAME=DIGEST",
		    "the payload must be a Statement about this subject" },
		{ 0, "artifact", OPT_TEXT, &o->artifact, "FILE",
		    "the payload must be a Statement about FILE" },
		{ 0, "jobs", OPT_UINT, &o->jobs, "N",
		    "threads that verify signatures (1)" },
		{ 0, "report", OPT_FLAG, &o->report, NULL,
		    "write what became of each signature, not the payload" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write the result to FILE" },
		OPT_END
	};
	int n;

	o->threshold = 1;
	o->jobs = 1;
	n = opt_parse(&usage, table, argc, argv);
	if (n > 1)
		opt_usage_error("more than one FILE");
	if ((o->keys.count > 0) == (o->keyring != NULL))
		opt_usage_error("either -k or --keyring is needed");
	if (o->role != NULL && (o->keyring == NULL ||
	    keyring_role(slice_of(o->role)) == 0))
		opt_usage_error("--role wants --keyring and one of cache, "
		    "event, policy, verdict, vex");
	if (o->subject != NULL && o->artifact != NULL)
		opt_usage_error("--subject and --artifact exclude each other");
	if (o->threshold == 0 || o->threshold > KEYRING_KEYS_MAX)
		opt_usage_error("--threshold: expected 1 to %d",
		    KEYRING_KEYS_MAX);
	if (o->jobs == 0 || o->jobs > JOBS_MAX)
		opt_usage_error("--jobs: expected 1 to %d", JOBS_MAX);
	if (o->artifact != NULL && strcmp(o->artifact, "-") == 0 &&
	    (n == 0 || strcmp(argv[0], "-") == 0))
		opt_usage_error("standard input is named twice");
	return n;
}

int
main(int argc, char **argv)
{
	struct job job = { .role = KEYRING_ANY };
	enum status st;
	int n;

	tool_start("dsse-verify");
	n = parse_options(&job.o, argc, argv);
	if (job.o.role != NULL)
		job.role = keyring_role(slice_of(job.o.role));
	job.at = tool_at(job.o.at, TOOL_VERIFIES);
	if (job.o.subject != NULL)
		subject_option(&job);
	st = load_keys(&job);
	if (st == ERR_OK)
		dsse_index_open(&job.index, job.keys, job.count, &job.run);
	if (st == ERR_OK && job.o.artifact != NULL)
		st = artifact_option(&job);
	job.room = job.o.jobs > 1 ? BATCH_EACH * job.o.jobs : 1;
	job.round = arena_array(&job.run, job.room, sizeof(*job.round));
	if (st == ERR_OK)
		st = verify(&job, n > 0 ? argv[0] : NULL);
	artifact_close(&job.artifact);
	arena_free(&job.record);
	arena_free(&job.run);
	mem_free(job.o.keys.item);
	return (int)st;
}
