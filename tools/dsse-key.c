/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse-key - make keys and keep keyrings.
 *
 * Verbs: generate, public, id, import; keyring, rotate, revoke.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "canon.h"
#include "keyfile.h"
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

/* --- private keys ------------------------------------------------------- */

static const char *
what(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0 ? "<stdout>" : path;
}

struct key_opts {
	const char *type;
	const char *format;
	struct passphrase pass;	/* of the key that is written */
	struct passphrase old;	/* import: of the key that is read */
	bool no_passphrase;
	const char *output;
};

static enum status
save(const struct private *key, struct key_opts *o)
{
	bool cosign = o->format != NULL && strcmp(o->format, "cosign") == 0;
	struct slice passphrase;
	enum status st = ERR_OK;

	if (!o->no_passphrase)
		st = passphrase_get(&o->pass, what(o->output), true,
		    &passphrase);
	if (st == ERR_OK)
		st = privatefile_save(o->output, key, cosign,
		    o->no_passphrase ? NULL : &passphrase);
	passphrase_close(&o->pass);
	return st;
}

static void
check_key_opts(const struct key_opts *o)
{
	if (o->output == NULL)
		opt_usage_error("-o is needed");
	if (o->format != NULL && strcmp(o->format, "pkcs8") != 0 &&
	    strcmp(o->format, "cosign") != 0)
		opt_usage_error("--format: expected pkcs8 or cosign");
	if (o->no_passphrase && (o->pass.file != NULL || o->pass.fd != NULL))
		opt_usage_error("--no-passphrase excludes the others");
	if (o->no_passphrase && o->format != NULL &&
	    strcmp(o->format, "cosign") == 0)
		opt_usage_error("cosign's form is always encrypted");
}

static int
do_generate(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--type TYPE (--passphrase-file FILE | --passphrase-fd N | "
		"--no-passphrase)\n    [--format pkcs8|cosign] -o FILE",
		"make a private key"
	};
	struct key_opts o = { .type = NULL };
	const struct opt table[] = {
		{ 0, "type", OPT_TEXT, &o.type, "TYPE",
		    "ed25519, ecdsa-p256, ecdsa-p384, ecdsa-p521, rsa-2048, "
		    "rsa-3072 or rsa-4096" },
		PASSPHRASE_OPTIONS(o.pass),
		{ 0, "no-passphrase", OPT_FLAG, &o.no_passphrase, NULL,
		    "do not encrypt the key" },
		{ 0, "format", OPT_TEXT, &o.format, "FORMAT",
		    "pkcs8 (the default) or cosign" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write the key to FILE, which must not exist" },
		OPT_END
	};
	struct private *key;
	enum status st;

	if (opt_parse(&usage, table, argc, argv) > 0)
		opt_usage_error("generate takes no operand");
	if (o.type == NULL)
		opt_usage_error("--type is needed");
	check_key_opts(&o);
	st = privatefile_generate(o.type, &key);
	if (st != ERR_OK)
		return (int)st;
	st = save(key, &o);
	privatefile_close(key);
	return (int)st;
}

static int
do_import(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--old-passphrase-file FILE | --old-passphrase-fd N]\n"
		"    (--passphrase-file FILE | --passphrase-fd N | "
		"--no-passphrase)\n    [--format pkcs8|cosign] -o FILE FILE",
		"convert a private key"
	};
	struct key_opts o = { .type = NULL };
	const struct opt table[] = {
		{ 0, "old-passphrase-file", OPT_TEXT, &o.old.file, "FILE",
		    "the passphrase that FILE has: the first line of this" },
		{ 0, "old-passphrase-fd", OPT_TEXT, &o.old.fd, "N",
		    "the same, from descriptor N" },
		PASSPHRASE_OPTIONS(o.pass),
		{ 0, "no-passphrase", OPT_FLAG, &o.no_passphrase, NULL,
		    "do not encrypt the key" },
		{ 0, "format", OPT_TEXT, &o.format, "FORMAT",
		    "pkcs8 (the default) or cosign" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write the key to FILE, which must not exist" },
		OPT_END
	};
	struct private *key;
	enum status st;
	bool same;

	if (opt_parse(&usage, table, argc, argv) != 1)
		opt_usage_error("import takes one FILE");
	check_key_opts(&o);
	/* One passphrase given is the passphrase of both. */
	same = o.old.file == NULL && o.old.fd == NULL &&
	    (o.pass.file != NULL || o.pass.fd != NULL);
	st = privatefile_read(argv[0], same ? &o.pass : &o.old, &key);
	passphrase_close(&o.old);
	if (st != ERR_OK)
		return (int)st;
	st = save(key, &o);
	privatefile_close(key);
	return (int)st;
}

/* --- public keys -------------------------------------------------------- */

static int
do_public(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--passphrase-file FILE | --passphrase-fd N] [-o FILE] [FILE]",
		"write a key's public half as SPKI PEM"
	};
	struct passphrase pass = { .file = NULL };
	const char *output = NULL;
	const struct opt table[] = {
		PASSPHRASE_OPTIONS(pass),
		{ 'o', "output", OPT_TEXT, &output, "FILE",
		    "write the public key to FILE" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct arena a = { 0 };
	struct output out;
	struct key key;
	enum status st;

	if (n > 1)
		opt_usage_error("more than one FILE");
	st = privatefile_public(n > 0 ? argv[0] : NULL, &pass, &a, &key);
	passphrase_close(&pass);
	if (st == ERR_OK) {
		output_open(&out, output);
		output_bytes(&out, key_pem(&a, &key));
		output_commit(&out);
	}
	arena_free(&a);
	return (int)st;
}

static int
do_id(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--passphrase-file FILE | --passphrase-fd N] [--hint] [FILE]",
		"write a key's id: the SHA-256 of its SPKI"
	};
	struct passphrase pass = { .file = NULL };
	bool hint = false;
	const struct opt table[] = {
		PASSPHRASE_OPTIONS(pass),
		{ 0, "hint", OPT_FLAG, &hint, NULL,
		    "in base64, as Sigstore bundles name keys" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct arena a = { 0 };
	struct output out;
	struct key key;
	enum status st;

	if (n > 1)
		opt_usage_error("more than one FILE");
	st = privatefile_public(n > 0 ? argv[0] : NULL, &pass, &a, &key);
	passphrase_close(&pass);
	if (st == ERR_OK) {
		output_open(&out, NULL);
		output_bytes(&out, hint ? key_hint(&a, &key) :
		    slice_of(digest_text(&a, &key.id)));
		output_bytes(&out, SLICE("\n"));
		output_commit(&out);
	}
	arena_free(&a);
	return (int)st;
}

/* --- keyrings ----------------------------------------------------------- */

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

static int
do_keyring(int argc, char **argv)
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

static int
do_rotate(int argc, char **argv)
{
	return end_verb(argc, argv, false);
}

static int
do_revoke(int argc, char **argv)
{
	return end_verb(argc, argv, true);
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"VERB [OPTION...] [OPERAND]",
		"make keys and keep keyrings"
	};
	static const struct opt_verb verbs[] = {
		{ "generate", do_generate, "make a private key" },
		{ "public", do_public,
		    "write a key's public half as SPKI PEM" },
		{ "id", do_id, "write a key's id: the SHA-256 of its SPKI" },
		{ "import", do_import, "convert a private key" },
		{ "keyring", do_keyring, "put a key into a keyring" },
		{ "rotate", do_rotate, "end a key whose place another takes" },
		{ "revoke", do_revoke,
		    "end a key that can no longer be trusted" },
		{ NULL, NULL, NULL }
	};

	tool_start("dsse-key");
	return opt_verb(&usage, verbs, argc, argv);
}
