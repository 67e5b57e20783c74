/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "canon.h"
#include "keyfile.h"
#include "keyringcmd.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "privatefile.h"
#include "sign.h"
#include "timefmt.h"
#include "tool.h"
#include "utf8.h"

enum {
	REASON_MAX = 1024	/* bytes */
};

/* --- putting a key in --------------------------------------------------- */

struct add_opts {
	const char *keyring;
	const char *add;
	const char *identity, *issuer;
	const char *name;
	struct opt_list roles;
	const char *from, *until;
	const char *output;
};

static int64_t
time_option(const char *option, const char *text, int64_t absent)
{
	int64_t sec = absent;

	if (text != NULL && !timefmt_option(slice_of(text), &sec))
		opt_usage_error("%s %s: expected an RFC 3339 time or @ and "
		    "seconds", option, text);
	return sec;
}

static enum status
entry_of(const struct add_opts *o, struct arena *a, struct keyring_key *k)
{
	*k = (struct keyring_key){ .name = slice_of(o->name),
	    .identity = slice_of(o->identity), .issuer = slice_of(o->issuer),
	    .from = time_option("--from", o->from, INT64_MIN),
	    .until = time_option("--until", o->until, INT64_MAX),
	    .revoked_at = INT64_MAX };
	for (size_t i = 0; i < o->roles.count; i++) {
		unsigned bit = keyring_role(slice_of(o->roles.item[i]));

		if (bit == 0)
			opt_usage_error("--role %s: expected cache, event, "
			    "policy, verdict or vex", o->roles.item[i]);
		k->roles |= bit;
	}
	if (k->roles == 0)
		k->roles = KEYRING_ANY;
	if (o->add == NULL)
		return ERR_OK;
	k->has_key = true;
	return keyfile_public(o->add, a, &k->key);
}

static enum status
do_add(const struct add_opts *o, struct arena *a)
{
	struct keyring ring = { .count = 0 };
	struct keyring_key entry;
	enum status st = ERR_OK;
	struct json doc;
	struct err e;

	if (o->keyring != NULL)
		st = keyfile_keyring(o->keyring, a, &ring);
	if (st == ERR_OK && o->name != NULL) {
		st = entry_of(o, a, &entry);
		if (st == ERR_OK) {
			st = keyring_add(&ring, a, &entry, &e);
			if (st != ERR_OK)
				(void)msg_err(o->add, &e);
		}
	}
	if (st != ERR_OK)
		return st;
	if (o->keyring == NULL)
		keyring_begin(&ring, a);
	doc = keyring_write(a, &ring);
	output_document(o->output, &doc);
	return ERR_OK;
}

int
keyringcmd_add(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--keyring FILE] (--add PUB | --identity ID --issuer URL) "
		"--name NAME\n    [--role ROLE]... [--from TIME] "
		"[--until TIME] [-o FILE]",
		"put a key into a keyring"
	};
	struct add_opts o = { .keyring = NULL };
	const struct opt table[] = {
		{ 0, "keyring", OPT_TEXT, &o.keyring, "FILE",
		    "the keyring so far; a new one without" },
		{ 0, "add", OPT_TEXT, &o.add, "PUB", "add this public key" },
		{ 0, "identity", OPT_TEXT, &o.identity, "ID",
		    "add this certificate identity" },
		{ 0, "issuer", OPT_TEXT, &o.issuer, "URL",
		    "who vouches for the identity" },
		{ 0, "name", OPT_TEXT, &o.name, "NAME",
		    "what people call it" },
		{ 0, "role", OPT_LIST, &o.roles, "ROLE",
		    "cache, event, policy, verdict or vex; without, all" },
		{ 0, "from", OPT_TEXT, &o.from, "TIME",
		    "trusted from this time on" },
		{ 0, "until", OPT_TEXT, &o.until, "TIME",
		    "no longer trusted at this time" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write the keyring to FILE" },
		OPT_END
	};
	struct arena a = { 0 };
	enum status st;

	if (opt_parse(&usage, table, argc, argv) > 0)
		opt_usage_error("keyring takes no operand");
	if ((o.identity != NULL) != (o.issuer != NULL) ||
	    (o.add != NULL && o.identity != NULL))
		opt_usage_error("either --add, or --identity and --issuer");
	if ((o.name != NULL) != (o.add != NULL || o.identity != NULL))
		opt_usage_error("--name goes with --add or --identity");
	if (o.name == NULL && o.keyring != NULL)
		opt_usage_error("nothing to add");
	if ((o.name != NULL && !utf8_valid(slice_of(o.name))) ||
	    !utf8_valid(slice_of(o.identity)) ||
	    !utf8_valid(slice_of(o.issuer)))
		opt_usage_error("names, identities and issuers are UTF-8");
	st = do_add(&o, &a);
	mem_free(o.roles.item);
	arena_free(&a);
	return (int)st;
}

/* --- ending a key ------------------------------------------------------- */

struct end_opts {
	const char *keyring;
	const char *reason;
	const char *at;
	const char *key;
	const char *add;	/* rotate: the successor */
	const char *name;
	const char *until;
	struct passphrase pass;
	bool revoke;
	struct digest id;
	int64_t effective;
};

/* One writer at a time: the lock is on the directory, since the keyring
 * itself is replaced. */
static enum status
lock(const char *path, struct arena *a, int *fd)
{
	const char *slash = strrchr(path, '/');
	const char *dir = slash == NULL ? "." : slash == path ? "/" :
	    arena_dup(a, (struct slice){ path, (size_t)(slash - path) });
	struct err e;

	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || flock(*fd, LOCK_EX) != 0) {
		err_system(&e, "cannot lock");
		return msg_err(dir, &e);
	}
	return ERR_OK;
}

/* The event, in an envelope if somebody signs. */
static enum status
sign_event(struct end_opts *o, struct arena *a, struct json *event)
{
	struct private *key;
	struct dsse d = { .type = SLICE("application/vnd.prov.event+json"),
	    .payload = canon_text(a, event) };
	enum status st;
	struct err e;

	if (o->key == NULL)
		return ERR_OK;
	st = privatefile_read(o->key, &o->pass, &key);
	passphrase_close(&o->pass);
	if (st != ERR_OK)
		return st;
	st = sign_envelope(&d, a, key, &e);
	privatefile_close(key);
	if (st != ERR_OK)
		return msg_err(o->key, &e);
	*event = dsse_write(a, &d);
	return ERR_OK;
}

/* The key that takes the other's place: its roles, and its name unless it has
 * one, from the instant on at which the other ends. */
static enum status
add_successor(const struct end_opts *o, struct arena *a, struct keyring *ring)
{
	struct keyring_key k = { .has_key = true, .from = o->effective,
	    .until = time_option("--until", o->until, INT64_MAX),
	    .revoked_at = INT64_MAX };
	const struct keyring_key *old = keyring_find(ring, &o->id);
	enum status st;
	struct err e;

	if (o->add == NULL)
		return ERR_OK;
	k.name = o->name != NULL ? slice_of(o->name) : old->name;
	k.roles = old->roles;
	st = keyfile_public(o->add, a, &k.key);
	if (st == ERR_OK && keyring_add(ring, a, &k, &e) != ERR_OK)
		st = msg_err(o->add, &e);
	return st;
}

static enum status
end_key(struct end_opts *o, struct arena *a)
{
	struct output out, file;
	struct keyring ring;
	struct json event, doc;
	enum status st;
	struct err e;

	st = keyfile_keyring(o->keyring, a, &ring);
	if (st != ERR_OK)
		return st;
	st = keyring_end(&ring, a, &o->id, o->revoke, slice_of(o->reason),
	    o->effective, &event, &e);
	if (st != ERR_OK)
		return msg_err(o->keyring, &e);
	st = add_successor(o, a, &ring);
	if (st == ERR_OK)
		st = sign_event(o, a, &event);
	if (st != ERR_OK)
		return st;
	/*
	 * The event leaves before the keyring counts it: one that nobody saw
	 * would be a hole in the ledger, while one that is seen twice is the
	 * same event.
	 */
	doc = keyring_write(a, &ring);
	output_open(&file, o->keyring);
	output_json(&file, &doc);
	output_open(&out, NULL);
	output_json(&out, &event);
	output_commit(&out);
	output_commit(&file);
	return ERR_OK;
}

static int
end_verb(int argc, char **argv, bool revoke)
{
	static const struct opt_usage rotating = {
		"--keyring FILE --reason REASON [--at TIME]\n"
		"    [--add PUB [--name NAME] [--until TIME]] [-k SIGNER]\n"
		"    [--passphrase-file FILE | --passphrase-fd N] KEYID",
		"end a key whose place another takes"
	};
	static const struct opt_usage revoking = {
		"--keyring FILE --reason REASON [--at TIME] [-k SIGNER]\n"
		"    [--passphrase-file FILE | --passphrase-fd N] KEYID",
		"end a key that can no longer be trusted"
	};
	struct end_opts o = { .revoke = revoke };
	struct opt table[] = {
		{ 0, "keyring", OPT_TEXT, &o.keyring, "FILE",
		    "the keyring, which is updated" },
		{ 0, "reason", OPT_TEXT, &o.reason, "REASON",
		    "why, for the event and the keyring" },
		{ 0, "at", OPT_TEXT, &o.at, "TIME",
		    "when it takes effect (now)" },
		{ 'k', "key", OPT_TEXT, &o.key, "SIGNER",
		    "sign the event with this private key" },
		PASSPHRASE_OPTIONS(o.pass),
		{ 0, "add", OPT_TEXT, &o.add, "PUB",
		    "add this public key, which takes the other's place" },
		{ 0, "name", OPT_TEXT, &o.name, "NAME",
		    "what people call the added key (as the other)" },
		{ 0, "until", OPT_TEXT, &o.until, "TIME",
		    "the added key is no longer trusted at this time" },
		OPT_END
	};
	const size_t rows = sizeof(table) / sizeof(table[0]);
	struct arena a = { 0 };
	enum status st;
	int n, fd = -1;

	if (revoke)	/* has no successor: --add and what follows go */
		table[rows - 4] = table[rows - 1];
	n = opt_parse(revoke ? &revoking : &rotating, table, argc, argv);
	if (n != 1 || !digest_option(slice_of(argv[0]), &o.id))
		opt_usage_error("expected one KEYID, as dsse-key id writes it");
	if (o.keyring == NULL || o.reason == NULL)
		opt_usage_error("--keyring and --reason are needed");
	if (*o.reason == '\0' || strlen(o.reason) > REASON_MAX ||
	    !utf8_valid(slice_of(o.reason)))
		opt_usage_error("--reason: expected UTF-8 of 1 to %d bytes",
		    REASON_MAX);
	if (o.add == NULL && (o.name != NULL || o.until != NULL))
		opt_usage_error("--name and --until go with --add");
	if (o.name != NULL && !utf8_valid(slice_of(o.name)))
		opt_usage_error("--name: expected UTF-8");
	o.effective = tool_at(o.at, TOOL_VERIFIES);
	st = lock(o.keyring, &a, &fd);
	if (st == ERR_OK)
		st = end_key(&o, &a);
	if (fd >= 0)
		(void)close(fd);
	arena_free(&a);
	return (int)st;
}

int
keyringcmd_rotate(int argc, char **argv)
{
	return end_verb(argc, argv, false);
}

int
keyringcmd_revoke(int argc, char **argv)
{
	return end_verb(argc, argv, true);
}
