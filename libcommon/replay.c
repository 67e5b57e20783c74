/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "decide.h"
#include "differ.h"
#include "io.h"
#include "jqrun.h"
#include "msg.h"
#include "pack.h"
#include "replay.h"
#include "timefmt.h"
#include "tool.h"

/* A bundle's documents, and a request made of them. */
struct again {
	const char *path;
	struct pack_replay bundle;
	struct json doc[MERKLEDOC_ROLES];
	struct context context;
	struct request request;
};

static enum status
read_bundle(struct arena *a, struct again *r)
{
	struct err e = { 0 };
	enum status rc = ERR_OK;
	int fd = STDIN_FILENO;

	if (strcmp(r->path, "-") == 0)
		r->path = "<stdin>";
	else
		rc = io_open_read(r->path, &fd, &e);
	if (rc != ERR_OK)
		return msg_err(r->path, &e);
	rc = pack_replay(fd, a, &r->bundle, &e);
	if (fd != STDIN_FILENO)
		close(fd);
	for (int i = 0; rc == ERR_OK && i < MERKLEDOC_ROLES; i++) {
		struct slice bytes = r->bundle.part[i];

		if (bytes.data != NULL && i != MERKLEDOC_POLICY_JQ &&
		    i != MERKLEDOC_EVIDENCE)
			rc = json_parse(bytes, &json_own, a, &r->doc[i], &e);
	}
	if (rc == ERR_OK)
		rc = context_read(&r->bundle.pack.context, &r->context, &e);
	return rc == ERR_OK ? rc : msg_err(r->path, &e);
}

static const struct json *
document(const struct again *r, enum merkledoc_role role)
{
	return r->bundle.part[role].data != NULL ? &r->doc[role] : NULL;
}

static enum status
make_request(struct arena *a, struct again *r, int64_t at, bool window,
    struct err *e)
{
	struct request *q = &r->request;
	const char *fault;

	*q = (struct request){
		.evidence_bytes = r->bundle.part[MERKLEDOC_EVIDENCE],
		.policy_doc = document(r, MERKLEDOC_POLICY),
		.budget_doc = document(r, MERKLEDOC_BUDGET),
		.keyring_doc = document(r, MERKLEDOC_KEYRING),
		.policy_jq = r->bundle.part[MERKLEDOC_POLICY_JQ],
		.environment = r->context.environment,
		.asked_at = at, .at_window = window
	};
	if (q->evidence_bytes.data == NULL || q->policy_doc == NULL)
		return err_no(e, "the bundle has no evidence or no policy");
	if (q->policy_jq.data != NULL) {
		enum status rc = jqrun_version(a, &q->jq_version, e);

		if (rc != ERR_OK)
			return rc;
	}
	if (request_check(a, q, e) != ERR_OK)
		return ERR_INPUT;
	return request_make(a, q, &fault, e);
}

/* --- the first difference ------------------------------------------------- */

static enum status
compare(const char *file, const char *what, const struct json *kept,
    const struct json *made)
{
	struct buf path = { 0 };

	if (!differ(&path, kept, made))
		return ERR_OK;
	msg_say(file, "%s%.*s is not what is computed from the bundle's "
	    "inputs", what, (int)path.len, path.len > 0 ? path.data : "");
	buf_free(&path);
	return ERR_NO;
}

enum status
replay(const char *file, const char *at)
{
	struct arena a = { 0 };
	struct again r = { .path = file };
	struct decide now, later;
	struct err e = { 0 };
	struct instant window;
	enum status rc = read_bundle(&a, &r);
	const char *path = r.path;

	if (rc != ERR_OK)
		goto out;
	if (!timefmt_rfc3339(json_get_text(json_get(&r.bundle.pack.inputs,
	    "inputs"), "window"), &window))
		rc = err_bad(&e, "inputs.json has no window");
	if (rc == ERR_OK)
		rc = make_request(&a, &r, window.sec, true, &e);
	if (rc == ERR_OK)
		rc = decide_request(&a, &r.request, &now, &e);
	if (rc != ERR_OK) {
		msg_err(path, &e);
		goto out;
	}
	rc = compare(path, "context", &r.bundle.pack.context,
	    &r.request.context_json);
	if (rc == ERR_OK)
		rc = compare(path, "inputs", &r.bundle.pack.inputs,
		    &r.request.verikey_json);
	if (rc == ERR_OK)
		rc = compare(path, "verdict", &r.bundle.pack.verdict,
		    &now.verdict);
	if (rc == ERR_OK)
		rc = compare(path, "decision", &r.bundle.pack.decision,
		    &now.decision);
	if (rc != ERR_OK || at == NULL)
		goto out;
	rc = make_request(&a, &r, tool_at(at, TOOL_VERIFIES), false, &e);
	if (rc == ERR_OK)
		rc = decide_request(&a, &r.request, &later, &e);
	if (rc != ERR_OK) {
		msg_err(path, &e);
	} else if (!json_equal(json_get(&now.verdict, "status"),
	    json_get(&later.verdict, "status"))) {
		struct slice status = json_get_text(&later.verdict, "status");

		msg_say(path, "the status would be %.*s", (int)status.len,
		    status.data);
		rc = ERR_NO;
	}
out:
	arena_free(&a);
	return rc;
}
