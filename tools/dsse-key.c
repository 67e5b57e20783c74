/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse-key - make keys and keep keyrings.
 *
 * Verbs: generate, public, id, import; keyring, rotate, revoke.
 */
#include <string.h>

#include "keyringcmd.h"
#include "opt.h"
#include "output.h"
#include "privatefile.h"
#include "tool.h"

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

/* How a private key is written: rows of an option table. */
#define SAVE_OPTIONS(o) \
	PASSPHRASE_OPTIONS((o).pass), \
	{ 0, "no-passphrase", OPT_FLAG, &(o).no_passphrase, NULL, \
	    "do not encrypt the key" }, \
	{ 0, "format", OPT_TEXT, &(o).format, "FORMAT", \
	    "pkcs8 (the default) or cosign" }, \
	{ 'o', "output", OPT_TEXT, &(o).output, "FILE", \
	    "write the key to FILE, which must not exist" }

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
		SAVE_OPTIONS(o),
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
		SAVE_OPTIONS(o),
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

struct public_opts {
	struct passphrase pass;
	bool id, hint;		/* what is written: these, or else PEM */
	const char *output;
};

/* The public half of the one FILE. */
static int
write_public(struct public_opts *o, int n, char **argv)
{
	struct arena a = { 0 };
	struct output out;
	struct key key;
	enum status st;

	if (n > 1)
		opt_usage_error("more than one FILE");
	st = privatefile_public(n > 0 ? argv[0] : NULL, &o->pass, &a, &key);
	passphrase_close(&o->pass);
	if (st == ERR_OK) {
		output_open(&out, o->output);
		output_bytes(&out, !o->id ? key_pem(&a, &key) :
		    o->hint ? key_hint(&a, &key) :
		    slice_of(digest_text(&a, &key.id)));
		if (o->id)
			output_bytes(&out, SLICE("\n"));
		output_commit(&out);
	}
	arena_free(&a);
	return (int)st;
}

static int
do_public(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--passphrase-file FILE | --passphrase-fd N] [-o FILE] [FILE]",
		"write a key's public half as SPKI PEM"
	};
	struct public_opts o = { .id = false };
	const struct opt table[] = {
		PASSPHRASE_OPTIONS(o.pass),
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write the public key to FILE" },
		OPT_END
	};

	return write_public(&o, opt_parse(&usage, table, argc, argv), argv);
}

static int
do_id(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--passphrase-file FILE | --passphrase-fd N] [--hint] [FILE]",
		"write a key's id: the SHA-256 of its SPKI"
	};
	struct public_opts o = { .id = true };
	const struct opt table[] = {
		PASSPHRASE_OPTIONS(o.pass),
		{ 0, "hint", OPT_FLAG, &o.hint, NULL,
		    "in base64, as Sigstore bundles name keys" },
		OPT_END
	};

	return write_public(&o, opt_parse(&usage, table, argc, argv), argv);
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
		{ "keyring", keyringcmd_add, "put a key into a keyring" },
		{ "rotate", keyringcmd_rotate,
		    "end a key whose place another takes" },
		{ "revoke", keyringcmd_revoke,
		    "end a key that can no longer be trusted" },
		{ NULL, NULL, NULL }
	};

	tool_start("dsse-key");
	return opt_verb(&usage, verbs, argc, argv);
}
