/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "input.h"
#include "io.h"
#include "msg.h"
#include "packfiles.h"

enum {
	PART_MAX = 2000 * 1024 * 1024	/* bytes of evidence, in memory */
};

/* Of the file that an option names, or of the records. */
static enum status
load_document(struct packfiles *f, const char *path,
    enum packrecords_document which, struct arena *a, struct json *out)
{
	static const char *const option[] = {
		"verdict", "decision", "inputs", "context"
	};
	struct slice text = f->records.document[which];
	struct err e;

	if (path != NULL && text.data != NULL)
		opt_usage_error("--%s stands among the records too",
		    option[which]);
	if (path != NULL)
		return input_document(path, &json_own, a, out);
	if (text.data == NULL)
		opt_usage_error("--%s is needed", option[which]);
	return json_parse(text, &json_own, a, out, &e) == ERR_OK ? ERR_OK :
	    msg_err(NULL, &e);
}

static enum status
load_documents(struct packfiles *f, struct arena *a)
{
	const struct json *context;
	enum status rc = load_document(f, f->verdict, PACKRECORDS_VERDICT, a,
	    &f->doc_verdict);

	if (rc == ERR_OK)
		rc = load_document(f, f->decision, PACKRECORDS_DECISION, a,
		    &f->doc_decision);
	if (rc == ERR_OK)
		rc = load_document(f, f->inputs, PACKRECORDS_INPUTS, a,
		    &f->doc_inputs);
	if (rc != ERR_OK)
		return rc;
	context = json_get(json_get(&f->doc_inputs, "inputs"), "context");
	if (context == NULL || f->context != NULL ||
	    f->records.document[PACKRECORDS_CONTEXT].data != NULL)
		return load_document(f, f->context, PACKRECORDS_CONTEXT, a,
		    &f->doc_context);
	f->doc_context = *context;
	return ERR_OK;
}

/* Which digest the documents give a part; NULL: the decision took none. */
static const struct digest *
wanted(const struct context *c, const struct digest *evidence,
    enum merkledoc_role role)
{
	switch (role) {
	case MERKLEDOC_EVIDENCE:
		return evidence;
	case MERKLEDOC_POLICY:
		return &c->policy;
	case MERKLEDOC_POLICY_JQ:
		return c->has_policy_jq ? &c->policy_jq : NULL;
	case MERKLEDOC_BUDGET:
		return c->has_budget ? &c->budget : NULL;
	default:
		return c->has_keyring ? &c->keyring : NULL;
	}
}

/* A large file that is in the wanted bytes already; ERR_NO: it is not. */
static enum status
load_file(const char *path, const struct digest *want, struct arena *a,
    struct packparts_part *out)
{
	struct stat st;
	struct err e;
	enum status rc;
	int fd;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < IO_READ_SIZE)
		return ERR_NO;
	rc = io_open_read(path, &fd, &e);
	if (rc == ERR_OK) {
		rc = packparts_file(a, fd, want, out, &e);
		if (rc != ERR_OK)
			(void)close(fd);
	}
	return rc > ERR_NO ? msg_err(path, &e) : rc;
}

static enum status
load_part(struct packfiles *f, enum merkledoc_role role,
    const struct digest *want, struct arena *a)
{
	static const struct json_limits limits = { .max_size = PART_MAX };
	const char *path = f->part[role], *name = merkledoc_role_name[role];
	struct slice text = f->records.part[role];
	bool given = path != NULL || text.data != NULL;
	struct input *in = &f->input[role];
	struct err e;
	enum status rc;

	if (path != NULL && text.data != NULL)
		opt_usage_error("--%s stands among the records too", name);
	if (!given && want != NULL)
		opt_usage_error("the decision took the %s: --%s is needed",
		    name, name);
	if (given && want == NULL)
		opt_usage_error("the decision took no %s", name);
	if (!given)
		return ERR_OK;
	if (path == NULL) {
		rc = packparts_json(a, text, want, &f->parts.part[role], &e);
		return rc == ERR_OK ? ERR_OK : msg_err(name, &e);
	}
	rc = load_file(path, want, a, &f->parts.part[role]);
	if (rc != ERR_NO)
		return rc;
	/* The bytes stay where they were read. */
	rc = input_open(in, path, &limits);
	if (rc == ERR_OK)
		rc = input_all(in, &text);
	if (rc != ERR_OK)
		return rc;
	rc = role == MERKLEDOC_POLICY_JQ ?
	    packparts_raw(text, want, &f->parts.part[role], &e) :
	    packparts_json(a, text, want, &f->parts.part[role], &e);
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

static enum status
load_parts(struct packfiles *f, struct arena *a)
{
	struct digest evidence;
	struct context context;
	struct err e;
	enum status rc = context_read(&f->doc_context, &context, &e);

	if (rc != ERR_OK)
		return msg_err(f->context != NULL ? f->context : f->inputs,
		    &e);
	if (!digest_read(json_get_text(&f->doc_verdict, "evidence"),
	    &evidence)) {
		(void)err_bad(&e, "a verdict that names no evidence");
		return msg_err(f->verdict, &e);
	}
	for (int i = 0; i < MERKLEDOC_ROLES && rc == ERR_OK; i++)
		rc = load_part(f, (enum merkledoc_role)i, wanted(&context,
		    &evidence, (enum merkledoc_role)i), a);
	if (rc == ERR_OK)
		f->merkle = packparts_tree(a, &f->parts);
	return rc;
}

static struct packout_item *
new_item(struct packout *p)
{
	p->item = mem_array(p->item, p->items + 1, sizeof(*p->item));
	return &p->item[p->items++];
}

/* Each file holds one envelope or Sigstore bundle, or several. */
static enum status
load_envelopes(struct packfiles *f, const struct opt_list *list,
    enum manifest_entry kind, struct arena *a)
{
	for (size_t i = 0; i < list->count; i++) {
		struct input in;
		struct err e;
		bool got = true;
		enum status rc = input_open(&in, list->item[i],
		    &json_foreign);

		while (rc == ERR_OK && got) {
			struct packout_item item;
			struct json doc;

			rc = input_next(&in, a, &doc, &got);
			if (rc != ERR_OK || !got)
				break;
			rc = packout_envelope(a, &doc, &item, &e);
			if (rc == ERR_OK && item.kind != kind)
				rc = err_input(&e, doc.offset, kind ==
				    MANIFEST_BUNDLE ? "not a Sigstore bundle" :
				    "not a DSSE envelope");
			if (rc == ERR_OK && kind == MANIFEST_ATTESTATION)
				rc = packcheck_attestation(
				    &f->documents, a, item.bytes, &e);
			if (rc != ERR_OK)
				rc = input_fault(&in, &e);
			else
				*new_item(&f->out) = item;
		}
		/* The items point into the arena alone. */
		input_close(&in);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum status
load_events(struct packfiles *f, struct arena *a)
{
	struct packout_item item = { .kind = MANIFEST_EVENTS,
	    .bytes = buf_get(&f->records.events) };
	enum status rc = ERR_OK;

	if (f->events != NULL && item.bytes.len > 0)
		opt_usage_error("--events stand among the records too");
	if (f->events != NULL)
		rc = input_file(f->events, json_own.max_size, a, &item.bytes);
	if (rc == ERR_OK && (f->events != NULL || item.bytes.len > 0))
		*new_item(&f->out) = item;
	return rc;
}

/* Those that came as records are held against the decision only now. */
static enum status
load_records(struct packfiles *f, struct arena *a)
{
	for (size_t i = 0; i < f->records.items; i++) {
		const struct packout_item *item = &f->records.item[i];
		struct err e;

		if (item->kind == MANIFEST_ATTESTATION &&
		    packcheck_attestation(&f->documents, a, item->bytes, &e) !=
		    ERR_OK)
			return msg_err("an envelope", &e);
		*new_item(&f->out) = *item;
	}
	return ERR_OK;
}

static enum status
load_items(struct packfiles *f, struct arena *a)
{
	enum status rc = load_envelopes(f, &f->attestations,
	    MANIFEST_ATTESTATION, a);

	if (rc == ERR_OK)
		rc = load_envelopes(f, &f->bundles, MANIFEST_BUNDLE, a);
	if (rc == ERR_OK)
		rc = load_events(f, a);
	if (rc == ERR_OK)
		rc = load_records(f, a);
	for (size_t i = 0; i < f->sources.count && rc == ERR_OK; i++) {
		struct packout_item item;
		struct err e;
		int fd;

		rc = io_open_read(f->sources.item[i], &fd, &e);
		if (rc == ERR_OK)
			rc = packout_source(fd, &item, &e);
		if (rc != ERR_OK)
			return msg_err(f->sources.item[i], &e);
		*new_item(&f->out) = item;
	}
	return rc;
}

static void
report_failure(void *ctx, const char *check, const char *entry,
    enum packcheck_result result, const char *detail)
{
	(void)entry;
	if (result == PACKCHECK_FAIL)
		msg_say(ctx, "%s: %s", check, detail);
}

static enum status
check_documents(struct packfiles *f, struct arena *a)
{
	struct packcheck check = { .report = report_failure };
	struct err e;

	if (merkledoc_read(&f->merkle, a, &f->tree, &e) != ERR_OK)
		return msg_err(NULL, &e);
	f->documents = (struct packcheck_documents){ &f->doc_verdict,
	    &f->doc_decision, &f->doc_inputs, &f->doc_context, &f->tree };
	return packcheck_documents(&f->documents, a, &check, &e);
}

/* What is the same wherever the decision comes from. */
enum status
packfiles_add(struct packfiles *f, struct arena *a)
{
	struct packout *out = &f->out;
	struct err e;

	if (f->documents.verdict != NULL)
		return load_items(f, a);
	if (merkledoc_read(out->merkle, a, &f->tree, &e) != ERR_OK)
		return msg_err(NULL, &e);
	f->documents = (struct packcheck_documents){ out->verdict,
	    out->decision, out->inputs, out->context, &f->tree };
	return load_items(f, a);
}

enum status
packfiles_load(struct packfiles *f, struct arena *a)
{
	struct packout *out = &f->out;
	enum status rc = load_documents(f, a);

	if (rc == ERR_OK)
		rc = load_parts(f, a);
	if (rc == ERR_OK)
		rc = check_documents(f, a);
	if (rc == ERR_OK)
		rc = packfiles_add(f, a);
	out->verdict = &f->doc_verdict;
	out->decision = &f->doc_decision;
	out->inputs = &f->doc_inputs;
	out->context = &f->doc_context;
	out->merkle = &f->merkle;
	out->chunk = packparts_chunk;
	out->chunk_ctx = &f->parts;
	return rc;
}

void
packfiles_close(struct packfiles *f)
{
	for (size_t i = 0; i < f->out.items; i++)
		if (f->out.item[i].bytes.data == NULL)
			(void)close(f->out.item[i].fd);
	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		if (f->input[i].name != NULL)
			input_close(&f->input[i]);
	packparts_close(&f->parts);
	packrecords_close(&f->records);
	mem_free(f->attestations.item);
	mem_free(f->bundles.item);
	mem_free(f->sources.item);
	mem_free(f->out.item);
	f->out.item = NULL;
	f->out.items = 0;
}
