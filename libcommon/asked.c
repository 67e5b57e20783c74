/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "asked.h"
#include "input.h"
#include "jqscan.h"
#include "msg.h"
#include "tool.h"
#include "utf8.h"
#include "wrapped.h"

enum {
	PROGRAM_MAX = 1024 * 1024	/* bytes of a jq program */
};

static enum status
read_keyring(struct arena *a, struct asked *q, struct keyring *keyring)
{
	struct err e = { 0 };
	enum status rc = input_document(q->keyring, &json_own, a,
	    &q->keyring_doc);

	if (rc != ERR_OK)
		return rc;
	rc = wrapped_keyring(a, q->now, &q->keyring_doc, &e);
	if (rc == ERR_OK)
		rc = keyring_read(&q->keyring_doc, a, keyring, &e);
	if (rc != ERR_OK)
		return msg_err(q->keyring, &e);
	q->request.keyring_doc = &q->keyring_doc;
	return ERR_OK;
}

/* A document that may come signed. */
static enum status
read_signed(struct arena *a, const struct asked *q,
    const struct keyring *keyring, const char *path, struct json *doc)
{
	struct err e = { 0 };
	enum status rc = input_document(path, &json_own, a, doc);

	if (rc != ERR_OK)
		return rc;
	rc = wrapped_open(a, keyring, q->now, doc, &e);
	return rc == ERR_OK ? rc : msg_err(path, &e);
}

/* Refused here so that the message has the file's name. */
static enum status
read_program(struct arena *a, struct asked *q)
{
	struct slice *program = &q->request.policy_jq;
	struct err e = { 0 };
	enum status rc = input_file(q->policy_jq, PROGRAM_MAX, a, program);

	if (rc == ERR_OK && jqscan(*program, &e) != ERR_OK)
		rc = msg_err(q->policy_jq, &e);
	return rc;
}

static enum status
read_files(struct arena *a, struct asked *q)
{
	struct keyring keyring, *trusted = NULL;
	enum status rc = ERR_OK;

	if (q->keyring != NULL) {
		rc = read_keyring(a, q, &keyring);
		trusted = &keyring;
	}
	if (rc == ERR_OK)
		rc = read_signed(a, q, trusted, q->policy, &q->policy_doc);
	q->request.policy_doc = &q->policy_doc;
	if (rc == ERR_OK && q->budget != NULL) {
		rc = read_signed(a, q, trusted, q->budget, &q->budget_doc);
		q->request.budget_doc = &q->budget_doc;
	}
	if (rc == ERR_OK && q->policy_jq != NULL)
		rc = read_program(a, q);
	if (rc == ERR_OK)
		rc = input_open(&q->input, q->evidence, &json_own);
	return rc == ERR_OK ? input_all(&q->input,
	    &q->request.evidence_bytes) : rc;
}

enum status
asked_read(struct arena *a, struct asked *q)
{
	const char *fault = NULL, *name = NULL;
	struct err e = { 0 };
	enum status rc;

	q->now = tool_at(q->at, TOOL_PRODUCES);
	q->request.asked_at = q->now;
	q->request.environment = slice_of(q->environment);
	if (q->environment != NULL && (q->environment[0] == '\0' ||
	    !utf8_valid(q->request.environment)))
		return err_bad(&e, "'%s' is no name of an environment",
		    q->environment), msg_err(NULL, &e);
	rc = read_files(a, q);
	if (rc != ERR_OK)
		return rc;
	rc = request_make(a, &q->request, &fault, &e);
	if (rc == ERR_OK)
		return rc;
	if (strcmp(fault, "policy") == 0)
		name = q->policy;
	else if (strcmp(fault, "budget") == 0)
		name = q->budget;
	else if (strcmp(fault, "keyring") == 0)
		name = q->keyring;
	else
		name = q->input.name;
	return msg_err(name, &e);
}

enum status
asked_check(struct arena *a, struct asked *q)
{
	struct err e = { 0 };
	enum status rc = request_check(a, &q->request, &e);

	return rc == ERR_OK ? rc : msg_err(q->input.name, &e);
}

void
asked_close(struct asked *q)
{
	input_close(&q->input);
}
