/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cachecmd.h"
#include "dsse.h"
#include "epoch.h"
#include "eventcmd.h"
#include "input.h"
#include "keyring.h"
#include "ledger.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "tool.h"

enum {
	EVENTS_BATCH = 256	/* printed in one read transaction */
};

static const char event_type[] = "application/vnd.prov.event+json";

struct events {
	const char *cache;
	bool apply;
	const char *keyring;
	bool require_signed;
	const char *at;
	const char *ledger;
	bool root;
	struct opt_list prove;
	uint64_t size1;
	uint64_t size2;
	const char *output;

	struct keyring keys;
	struct key *key;	/* of those that have one */
	const struct keyring_key **owner;
	size_t count;
	int64_t now;
	struct arena run;
	struct ledger_event *event;
	size_t n, cap;
};

/* --- apply -------------------------------------------------------------- */

static enum status
read_keyring(struct events *v)
{
	struct json doc;
	struct err e;
	enum status rc = input_document(v->keyring, &json_own, &v->run, &doc);

	if (rc != ERR_OK)
		return rc;
	if (keyring_read(&doc, &v->run, &v->keys, &e) != ERR_OK)
		return msg_err(v->keyring, &e);
	v->key = arena_array(&v->run, v->keys.count + 1, sizeof(*v->key));
	v->owner = arena_array(&v->run, v->keys.count + 1,
	    sizeof(*v->owner));
	for (size_t i = 0; i < v->keys.count; i++)
		if (v->keys.keys[i].has_key) {
			v->key[v->count] = v->keys.keys[i].key;
			v->owner[v->count++] = &v->keys.keys[i];
		}
	return ERR_OK;
}

static bool
usable(void *ctx, size_t key)
{
	struct events *v = ctx;

	return keyring_trusts(v->owner[key], KEYRING_EVENT, v->now);
}

/* An envelope's event, once a trusted key's signature was verified. */
static enum status
open_envelope(struct events *v, const struct json *doc, struct json *event,
    struct err *e)
{
	struct dsse_check check = { .keys = v->key, .count = v->count,
		.threshold = 1, .usable = usable, .ctx = v };
	struct dsse d;
	enum status rc = dsse_read(doc, &v->run, &d, e);

	if (rc != ERR_OK)
		return rc;
	if (!slice_is(d.type, event_type))
		return err_bad(e, "an envelope of another type than %s",
		    event_type);
	if (v->keyring == NULL)
		return err_bad(e, "a signed event needs --keyring");
	if (v->count == 0)
		return err_no(e, "the keyring has no key");
	rc = dsse_verify(&d, &check, NULL, e);
	if (rc != ERR_OK)
		return rc;
	return json_parse(d.payload, &json_own, &v->run, event, e);
}

static enum status
add_event(struct events *v, const struct json *doc, struct err *e)
{
	bool is_signed = json_get(doc, "payloadType") != NULL;
	struct ledger_event *new;
	struct json event = *doc;
	enum status rc = ERR_OK;

	if (is_signed)
		rc = open_envelope(v, doc, &event, e);
	else if (v->require_signed)
		return err_no(e, "the event is not signed");
	if (rc != ERR_OK)
		return rc;
	if (v->n == LEDGER_EVENTS_MAX)
		return err_bad(e, "more than %d events at once",
		    LEDGER_EVENTS_MAX);
	if (v->n == v->cap) {
		v->cap = v->cap == 0 ? 64 : 2 * v->cap;
		v->event = mem_array(v->event, v->cap, sizeof(*v->event));
	}
	new = &v->event[v->n++];
	rc = ledger_read(&event, &v->run, new, e);
	new->ends.is_signed = is_signed;
	if (rc == ERR_OK && new->ends.cause == ENTRY_BY_FEED)
		rc = epoch_check(new->ends.before, v->now, e);
	return rc;
}

/* All events are read and verified before the first is applied. */
static enum status
apply(struct events *v, const char *name)
{
	struct entry_store *s;
	struct input in;
	struct json doc;
	struct err e;
	bool got;
	enum status rc = v->keyring != NULL ? read_keyring(v) : ERR_OK;

	if (rc != ERR_OK || (rc = input_open(&in, name, &json_own)) != ERR_OK)
		return rc;
	while ((rc = input_next(&in, &v->run, &doc, &got)) == ERR_OK && got)
		if ((rc = add_event(v, &doc, &e)) != ERR_OK) {
			e.has_offset = true;
			rc = input_fault(&in, &e);
			break;
		}
	input_close(&in);
	if (rc != ERR_OK)
		return rc;
	rc = cachecmd_open(v->cache, ENTRY_WRITE, &s);
	if (rc != ERR_OK)
		return rc;
	if (ledger_apply(s, v->event, v->n, &e) != ERR_OK)
		rc = msg_err(entry_dir(s), &e);
	entry_close(s);
	return rc;
}

/* --- print -------------------------------------------------------------- */

static uint64_t
index_of(const char *text)
{
	uint64_t n = 0;

	if (*text == '\0' || strlen(text) > 15 ||
	    strspn(text, "0123456789") != strlen(text))
		opt_usage_error("--prove wants a number, not '%.64s'", text);
	for (; *text != '\0'; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	return n;
}

static enum status
print_root(struct entry_store *s, const struct digest *id, struct output *out,
    struct err *e)
{
	struct arena a = { 0 };
	struct json o = json_object();
	struct merkle m;
	struct digest root;
	enum status rc = ledger_tree(s, id, &m, e);

	if (rc == ERR_OK) {
		root = merkle_root(&m);
		json_set_z(&a, &o, "kind", "prov.ledger/v1");
		json_set(&a, &o, "ledger", digest_value(&a, id));
		json_set(&a, &o, "root", digest_value(&a, &root));
		json_set(&a, &o, "size", json_uint(&a, m.size));
		output_json(out, &o);
	}
	arena_free(&a);
	return rc;
}

enum status
eventcmd_print(struct entry_store *s, const struct digest *id,
    struct output *out, struct err *e)
{
	struct slice bytes[EVENTS_BATCH];
	struct arena a = { 0 };
	uint64_t first = 0;
	size_t n;
	enum status rc;

	do {
		arena_reset(&a);
		rc = ledger_events(s, id, first, EVENTS_BATCH, &a, bytes, &n,
		    e);
		for (size_t i = 0; i < n; i++) {
			output_bytes(out, bytes[i]);
			output_bytes(out, SLICE("\n"));
		}
		first += n;
	} while (rc == ERR_OK && n == EVENTS_BATCH);
	arena_free(&a);
	return rc;
}

static enum status
print_one(const struct events *v, struct entry_store *s,
    const struct digest *id, struct output *out, struct err *e)
{
	struct arena a = { 0 };
	struct json doc;
	enum status rc = ERR_OK;

	if (v->root)
		return print_root(s, id, out, e);
	if (v->prove.count == 0 && v->size1 == 0)
		return eventcmd_print(s, id, out, e);
	for (size_t i = 0; i < v->prove.count && rc == ERR_OK; i++) {
		rc = ledger_inclusion(s, id, index_of(v->prove.item[i]),
		    v->size2, &a, &doc, e);
		if (rc == ERR_OK)
			output_json(out, &doc);
	}
	if (rc == ERR_OK && v->size1 != 0) {
		rc = ledger_consistency(s, id, v->size1, v->size2, &a, &doc,
		    e);
		if (rc == ERR_OK)
			output_json(out, &doc);
	}
	arena_free(&a);
	return rc;
}

static enum status
print_all(struct events *v)
{
	struct entry_store *s;
	struct digest *id, one;
	struct output out;
	struct err e;
	size_t n = 1;
	enum status rc = cachecmd_open(v->cache, ENTRY_READ, &s);

	if (rc != ERR_OK)
		return rc;
	output_open(&out, v->output);
	id = &one;
	if (v->ledger == NULL)
		rc = ledger_list(s, &v->run, &id, &n, &e);
	else if (!digest_option(slice_of(v->ledger), &one))
		opt_usage_error("--ledger is 64 hex digits");
	if (rc == ERR_OK && n > 1 && (v->prove.count > 0 || v->size1 != 0))
		rc = err_bad(&e, "there are %zu ledgers: want --ledger", n);
	for (size_t i = 0; i < n && rc == ERR_OK; i++)
		rc = print_one(v, s, &id[i], &out, &e);
	if (rc == ERR_OK) {
		output_commit(&out);
	} else {
		output_abandon(&out);
		rc = msg_err(entry_dir(s), &e);
	}
	entry_close(s);
	return rc;
}

int
eventcmd_run(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--apply [--cache DIR] [--keyring FILE [--require-signed]] "
		"[--at TIME] [FILE]\n"
		"[--cache DIR] [--ledger ID] [--root | --prove I... | "
		"--size1 M [--size2 N]]",
		"apply and print what ended validity"
	};
	struct events v = { 0 };
	const struct opt table[] = {
		CACHECMD_DIR(&v.cache),
		{ 0, "apply", OPT_FLAG, &v.apply, NULL,
		    "apply the events of FILE" },
		{ 0, "keyring", OPT_TEXT, &v.keyring, "FILE",
		    "the keys that may sign events" },
		{ 0, "require-signed", OPT_FLAG, &v.require_signed, NULL,
		    "refuse events that are not signed" },
		{ 0, "at", OPT_TEXT, &v.at, "TIME",
		    "when signing keys must be trusted (now)" },
		{ 0, "ledger", OPT_TEXT, &v.ledger, "ID",
		    "of this ledger only" },
		{ 0, "root", OPT_FLAG, &v.root, NULL,
		    "print the ledger's root" },
		{ 0, "prove", OPT_LIST, &v.prove, "I",
		    "prove that event I is in the ledger" },
		{ 0, "size1", OPT_UINT, &v.size1, "M",
		    "prove that the ledger begins with its first M events" },
		{ 0, "size2", OPT_UINT, &v.size2, "N",
		    "prove in the ledger's first N events (all)" },
		CACHECMD_OUTPUT(&v.output),
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	enum status rc;

	if (n > (v.apply ? 1 : 0))
		opt_usage_error("too many operands");
	if (!v.apply && (v.keyring != NULL || v.require_signed))
		opt_usage_error("--keyring is for --apply");
	if (v.require_signed && v.keyring == NULL)
		opt_usage_error("--require-signed needs --keyring");
	if (v.apply && (v.root || v.prove.count > 0 || v.size1 != 0 ||
	    v.ledger != NULL))
		opt_usage_error("--apply prints nothing");
	v.now = tool_at(v.at, TOOL_VERIFIES);
	rc = v.apply ? apply(&v, n == 1 ? argv[0] : NULL) : print_all(&v);
	mem_free(v.event);
	mem_free(v.prove.item);
	arena_free(&v.run);
	return (int)rc;
}
