/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact.h"
#include "b64.h"
#include "bundlemake.h"
#include "createcmd.h"
#include "input.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "privatefile.h"

enum {
	SIGNATURE_MAX = 16 * 1024	/* RSA-4096 in base64: 684 bytes */
};

struct create {
	bool envelope;
	const char *artifact, *signature, *key, *output;
	struct opt_list timestamps, entries;
	struct passphrase pass;
};

struct making {
	const struct create *o;
	struct bundle_parts parts;
	struct private *private;	/* NULL: only the public key */
	struct key key;
	struct artifact artifact;
	struct dsse envelope;
	struct arena a;
};

/* -k: a private key, or for what is signed already its public key. */
static enum status
load_key(struct making *m, struct create *o)
{
	struct crypt_public public;
	struct slice text;
	struct err e;
	bool public_will_do = o->envelope || o->signature != NULL;
	enum status rc = public_will_do ? input_file(o->key, KEY_FILE_MAX,
	    &m->a, &text) : ERR_OK;

	if (rc != ERR_OK)
		return rc;
	if (public_will_do && key_read_file(text, &m->a, &m->key, NULL) ==
	    ERR_OK)
		return ERR_OK;
	rc = privatefile_read(o->key, &o->pass, &m->private);
	if (rc != ERR_OK)
		return rc;
	rc = private_public(m->private, &m->a, &public, &e);
	if (rc == ERR_OK)
		rc = key_of(&public, &m->a, &m->key, &e);
	return rc == ERR_OK ? ERR_OK : msg_err(o->key, &e);
}

/* The operand's envelope, with the one signature that the key made. */
static enum status
take_envelope(struct making *m, const char *operand)
{
	struct input in;
	struct json doc, second;
	struct err e;
	bool got;
	enum status rc = input_open(&in, operand, &bundle_limits);

	if (rc == ERR_OK)
		rc = input_next(&in, &m->a, &doc, &got);
	if (rc != ERR_OK)
		return rc;
	rc = bundle_take_envelope(&doc, &m->key, &m->a, &m->envelope, &e);
	if (rc != ERR_OK)
		return err_worst(rc, input_fault(&in, &e));
	rc = input_next(&in, &m->a, &second, &got);
	if (rc == ERR_OK && got) {
		rc = err_bad(&e, "a second envelope; a bundle holds one");
		(void)input_fault(&in, &e);
	}
	m->parts.envelope = &m->envelope;
	m->parts.signature = m->envelope.signatures[0].sig;
	return rc;
}

/* The bytes of a signature's file, which may be a line of base64. */
static enum status
read_signature(struct making *m, struct slice *out)
{
	struct slice text;
	enum status rc = input_file(m->o->signature, SIGNATURE_MAX, &m->a,
	    &text);

	if (rc != ERR_OK)
		return rc;
	*out = text;
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (!b64_bytes(&m->a, text, &text))
		return ERR_OK;
	*out = text;
	return ERR_OK;
}

static enum status
sign_artifact(struct making *m)
{
	struct slice signature;
	struct err e;
	enum status rc;

	artifact_file(&m->artifact, m->o->artifact);
	if (m->o->signature == NULL) {
		rc = bundle_sign(&m->parts, m->private, &m->artifact.as,
		    &m->a, &e);
		return rc == ERR_OK ? ERR_OK : msg_err(NULL, &e);
	}
	rc = read_signature(m, &signature);
	if (rc != ERR_OK)
		return rc;
	rc = bundle_take_signature(&m->parts, signature, &m->artifact.as,
	    &m->a, &e);
	return rc == ERR_OK ? ERR_OK : msg_err(m->o->signature, &e);
}

static enum status
add_timestamps(struct making *m)
{
	const struct opt_list *files = &m->o->timestamps;
	struct slice *list = arena_array(&m->a, files->count + 1,
	    sizeof(*list));
	struct err e;

	for (size_t i = 0; i < files->count; i++) {
		enum status rc = input_file(files->item[i],
		    TIMESTAMP_SIZE_MAX, &m->a, &list[i]);

		if (rc != ERR_OK)
			return rc;
		rc = bundle_check_timestamp(&m->parts, list[i], &e);
		if (rc != ERR_OK)
			return msg_err(files->item[i], &e);
	}
	m->parts.timestamps = list;
	m->parts.timestamp_count = files->count;
	return ERR_OK;
}

static enum status
add_entries(struct making *m)
{
	const struct opt_list *files = &m->o->entries;
	struct json *list = arena_array(&m->a, files->count + 1,
	    sizeof(*list));
	struct err e;

	for (size_t i = 0; i < files->count; i++) {
		enum status rc = input_document(files->item[i],
		    &bundle_limits, &m->a, &list[i]);

		if (rc != ERR_OK)
			return rc;
		rc = bundle_check_entry(&m->parts, &m->artifact.as, &list[i],
		    &m->a, &e);
		if (rc != ERR_OK)
			return msg_err(files->item[i], &e);
	}
	m->parts.entries = list;
	m->parts.entry_count = files->count;
	return ERR_OK;
}

static enum status
make(struct making *m, const char *operand)
{
	struct bundle b;
	struct json doc;
	struct err e;
	enum status rc;

	m->parts.key = &m->key;
	rc = m->o->envelope ? take_envelope(m, operand) : sign_artifact(m);
	if (rc == ERR_OK)
		rc = add_timestamps(m);
	if (rc == ERR_OK)
		rc = add_entries(m);
	if (rc != ERR_OK)
		return rc;
	doc = bundle_write(&m->a, &m->parts);
	/* What is written is what a verifier would read. */
	rc = bundle_read(&doc, &m->a, &b, &e);
	if (rc != ERR_OK)
		return msg_err(NULL, &e);
	output_document(m->o->output, &doc);
	return ERR_OK;
}

int
createcmd_create(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--envelope -k KEY [--timestamp FILE]... "
		"[--tlog-entry FILE]... [-o FILE] [ENVELOPE]\n"
		"--artifact FILE [--signature FILE] -k KEY "
		"[--timestamp FILE]... [--tlog-entry FILE]...\n"
		"    [-o FILE]",
		"make a bundle of an envelope, or sign an artifact"
	};
	struct create o = { 0 };
	const struct opt table[] = {
		{ 0, "envelope", OPT_FLAG, &o.envelope, NULL,
		    "of a DSSE envelope that the key signed" },
		{ 0, "artifact", OPT_TEXT, &o.artifact, "FILE",
		    "sign this file" },
		{ 0, "signature", OPT_TEXT, &o.signature, "FILE",
		    "the artifact's signature by the key, if it is signed" },
		{ 'k', "key", OPT_TEXT, &o.key, "KEY",
		    "the private key; the public one is enough for what is "
		    "signed" },
		PASSPHRASE_OPTIONS(o.pass),
		{ 0, "timestamp", OPT_LIST, &o.timestamps, "FILE",
		    "an RFC 3161 response over the signature" },
		{ 0, "tlog-entry", OPT_LIST, &o.entries, "FILE",
		    "the signature's entry in a transparency log" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write there instead of standard output" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct making m = { .o = &o };
	enum status rc;

	if (o.envelope == (o.artifact != NULL))
		opt_usage_error("give one of --envelope and --artifact");
	if (o.envelope && o.signature != NULL)
		opt_usage_error("--signature is an artifact's, an envelope "
		    "has its own");
	if (o.key == NULL)
		opt_usage_error("-k is missing");
	if (n > (o.envelope ? 1 : 0))
		opt_usage_error("too many operands");
	rc = load_key(&m, &o);
	if (rc == ERR_OK)
		rc = make(&m, n > 0 ? argv[0] : NULL);
	mem_free(o.timestamps.item);
	mem_free(o.entries.item);
	privatefile_close(m.private);
	passphrase_close(&o.pass);
	artifact_close(&m.artifact);
	arena_free(&m.a);
	return (int)rc;
}
