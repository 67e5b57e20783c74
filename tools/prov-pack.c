/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-pack - write, verify and import proof bundles
 *
 * Reads the documents of a decision, or a bundle; writes a bundle, or what a
 * bundle was found to be.  Exit 1: a digest, an equation or a signature does
 * not hold, or the answer to a question is no.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "io.h"
#include "keyfile.h"
#include "msg.h"
#include "oci.h"
#include "opt.h"
#include "output.h"
#include "packcache.h"
#include "packcheck.h"
#include "packfetch.h"
#include "packfiles.h"
#include "packout.h"
#include "packsources.h"
#include "packtrust.h"
#include "tool.h"

/* --- export --------------------------------------------------------------- */

struct export {
	const char *verikey, *cache, *density, *output;
	struct keyfile_pass pass;
	struct opt_list keys;
	bool sign;
	struct packfiles files;
	struct entry_store *store;
	struct packcache cached;
	const char *oci_dir, *oci_image;
	struct oci oci;
	struct output out;
};

/* To the file, to the OCI layout, or to both. */
static enum status
to_output(void *ctx, struct slice bytes, struct err *e)
{
	struct export *o = ctx;

	if (o->output != NULL)
		output_bytes(&o->out, bytes);
	return o->oci_dir == NULL ? ERR_OK : oci_write(&o->oci, bytes, e);
}

static enum status
finish_oci(struct export *o, struct arena *a, struct err *e)
{
	const struct packout *p = &o->files.out;
	struct oci_content c = { .zstd = p->zstd, .item = p->item,
	    .items = p->items };
	struct digest subject;

	if (digest_read(json_get_text(json_get(p->verdict, "subject"),
	    "digest"), &subject))
		c.subject = &subject;
	if (o->oci_image != NULL && input_file(o->oci_image,
	    json_own.max_size, a, &c.manifest) != ERR_OK)
		return err_bad(e, "without the image's manifest nothing is "
		    "written");
	return oci_finish(&o->oci, a, &c, e);
}

static enum status
write_pack(struct export *o, struct arena *a)
{
	struct err e;
	enum status rc = ERR_OK;

	o->files.out.sink = to_output;
	o->files.out.sink_ctx = o;
	if (o->output != NULL)
		output_open(&o->out, o->output);
	if (o->oci_dir != NULL)
		rc = oci_begin(&o->oci, o->oci_dir, &e);
	if (rc == ERR_OK)
		rc = packout_write(&o->files.out, a, NULL, &e);
	if (rc == ERR_OK && o->oci_dir != NULL)
		rc = finish_oci(o, a, &e);
	if (rc != ERR_OK) {
		if (o->output != NULL)
			output_abandon(&o->out);
		oci_abandon(&o->oci);
		return msg_err(o->oci_dir, &e);
	}
	if (o->output != NULL)
		output_commit(&o->out);
	return ERR_OK;
}

static enum status
load_keys(struct export *o, struct crypt_private **keys)
{
	enum status rc = ERR_OK;

	for (size_t i = 0; i < o->keys.count && rc == ERR_OK; i++)
		rc = keyfile_private(o->keys.item[i], &o->pass, &keys[i]);
	o->files.out.key = (const struct crypt_private *const *)keys;
	o->files.out.keys = o->keys.count;
	return rc;
}

static const struct opt_usage export_usage = {
	"--verdict FILE --decision FILE --inputs FILE --evidence FILE "
	"--policy FILE --density DENSITY [OPTION]... -o FILE\n"
	"--verikey DIGEST [--cache DIR] --density DENSITY [OPTION]... "
	"-o FILE",
	"write a proof bundle of a decision"
};

static void
export_options(struct export *o, int argc, char **argv)
{
	struct packfiles *f = &o->files;
	bool files;
	const struct opt table[] = {
		{ 0, "verikey", OPT_TEXT, &o->verikey, "DIGEST",
		    "take the decision from the cache" },
		{ 0, "cache", OPT_TEXT, &o->cache, "DIR",
		    "the provenance cache" },
		{ 0, "verdict", OPT_TEXT, &f->verdict, "FILE",
		    "the verdict" },
		{ 0, "decision", OPT_TEXT, &f->decision, "FILE",
		    "the decision over it" },
		{ 0, "inputs", OPT_TEXT, &f->inputs, "FILE",
		    "the VeriKey and its inputs" },
		{ 0, "context", OPT_TEXT, &f->context, "FILE",
		    "the context; default: the one in the inputs" },
		{ 0, "evidence", OPT_TEXT, &f->part[MERKLEDOC_EVIDENCE],
		    "FILE", "the evidence decided on" },
		{ 0, "policy", OPT_TEXT, &f->part[MERKLEDOC_POLICY], "FILE",
		    "the policy" },
		{ 0, "policy-jq", OPT_TEXT, &f->part[MERKLEDOC_POLICY_JQ],
		    "FILE", "the jq program, if there was one" },
		{ 0, "budget", OPT_TEXT, &f->part[MERKLEDOC_BUDGET], "FILE",
		    "the budget, if there was one" },
		{ 0, "keyring", OPT_TEXT, &f->part[MERKLEDOC_KEYRING], "FILE",
		    "the keyring, if there was one" },
		{ 0, "attestation", OPT_LIST, &f->attestations, "FILE",
		    "DSSE envelopes to carry (repeat)" },
		{ 0, "bundle", OPT_LIST, &f->bundles, "FILE",
		    "Sigstore bundles to carry (repeat)" },
		{ 0, "events", OPT_TEXT, &f->events, "FILE",
		    "revocations and rotations to carry" },
		{ 0, "sources", OPT_LIST, &f->sources, "FILE",
		    "original files to carry (repeat)" },
		{ 0, "density", OPT_TEXT, &o->density, "DENSITY",
		    "lite, standard or strict: none, a tenth or all of "
		    "the evidence" },
		{ 0, "sign", OPT_FLAG, &o->sign, NULL,
		    "sign the manifest" },
		{ 'k', "key", OPT_LIST, &o->keys, "KEY",
		    "private key to sign with (repeat)" },
		KEYFILE_PASS_OPTIONS(o->pass),
		{ 0, "zstd", OPT_FLAG, &f->out.zstd, NULL,
		    "compress the bundle" },
		{ 0, "oci", OPT_TEXT, &o->oci_dir, "DIR",
		    "an OCI image layout to put it into" },
		{ 0, "oci-image", OPT_TEXT, &o->oci_image, "FILE",
		    "the manifest of the image it is about" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "the bundle; - is standard output" },
		OPT_END
	};

	if (opt_parse(&export_usage, table, argc, argv) > 0)
		opt_usage_error("extra operand '%.64s'", argv[0]);
	files = f->verdict != NULL || f->decision != NULL ||
	    f->inputs != NULL || f->context != NULL;
	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		files |= f->part[i] != NULL;
	if (o->verikey != NULL && files)
		opt_usage_error("--verikey takes the decision from the cache, "
		    "not from files");
	if (o->verikey == NULL && (f->verdict == NULL || f->decision == NULL ||
	    f->inputs == NULL || f->part[MERKLEDOC_EVIDENCE] == NULL))
		opt_usage_error("--verikey, or --verdict, --decision, "
		    "--inputs and --evidence are needed");
	if (o->density == NULL || !manifest_density_read(slice_of(o->density),
	    &f->out.density))
		opt_usage_error("--density wants lite, standard or strict");
	if (o->sign != (o->keys.count > 0))
		opt_usage_error("--sign and --key need each other");
	if (o->output == NULL && o->oci_dir == NULL)
		opt_usage_error("--output or --oci is needed");
	if (o->oci_image != NULL && o->oci_dir == NULL)
		opt_usage_error("--oci-image wants --oci");
	if (o->output != NULL && strcmp(o->output, "-") == 0 && isatty(STDOUT_FILENO))
		opt_usage_error("no archive to a terminal");
}

/* Files are read and checked; of the cache, what verify would refuse was
 * never put there. */
static enum status
load_decision(struct export *o, struct arena *a)
{
	struct digest verikey;
	struct err e;
	enum status rc;

	if (o->verikey == NULL)
		return packfiles_load(&o->files, a);
	if (!digest_option(slice_of(o->verikey), &verikey))
		opt_usage_error("--verikey wants a SHA-256 digest");
	rc = entry_open(o->cache, ENTRY_READ, &o->store, &e);
	if (rc == ERR_OK)
		rc = packcache_load(&o->cached, o->store, &verikey,
		    tool_at(NULL, TOOL_VERIFIES), a, &o->files.out, &e);
	if (rc != ERR_OK)
		return msg_err(o->verikey, &e);
	return packfiles_add(&o->files, a);
}

static int
do_export(int argc, char **argv)
{
	struct export o = { .sign = false };
	struct crypt_private **keys;
	struct arena a = { 0 };
	enum status rc;

	export_options(&o, argc, argv);
	keys = arena_zalloc(&a, (o.keys.count + 1) * sizeof(*keys));
	rc = load_decision(&o, &a);
	if (rc == ERR_OK)
		rc = load_keys(&o, keys);
	if (rc == ERR_OK)
		rc = write_pack(&o, &a);
	for (size_t i = 0; i < o.keys.count; i++)
		keyfile_close(keys[i]);
	keyfile_pass_close(&o.pass);
	packfiles_close(&o.files);
	packcache_close(&o.cached);
	entry_close(o.store);
	mem_free(o.keys.item);
	arena_free(&a);
	return (int)rc;
}

/* --- verify --------------------------------------------------------------- */

struct verify {
	struct packtrust trust;
	const char *require, *subject, *artifact, *policy, *environment, *at;
	const char *output, *name;
	bool current, report;
	bool failed;		/* and it was said */
	struct digest want_subject, want_policy;
	struct output out;
	struct arena lines;
};

/* A sentence per failure; with --report a line per check. */
static void
on_check(void *ctx, const char *check, const char *entry,
    enum packcheck_result result, const char *detail)
{
	static const char *const word[] = { "pass", "fail", "skip" };
	struct verify *o = ctx;
	struct json line = json_object();

	o->failed |= result == PACKCHECK_FAIL;
	if (result == PACKCHECK_FAIL)
		msg_say(o->name, "%s%s%s", entry != NULL ? entry : "",
		    entry != NULL ? ": " : "", detail);
	if (!o->report)
		return;
	json_set_z(&o->lines, &line, "check", check);
	if (detail != NULL)
		json_set_z(&o->lines, &line, "detail", detail);
	if (entry != NULL)
		json_set_z(&o->lines, &line, "entry", entry);
	json_set_z(&o->lines, &line, "kind", "prov.packreport/v1");
	json_set_z(&o->lines, &line, "result", word[result]);
	output_json(&o->out, &line);
	arena_reset(&o->lines);
}

static enum status
hash_file(const char *path, struct digest *out)
{
	struct packout_item item;
	struct err e;
	int fd;
	enum status rc = io_open_read(path, &fd, &e);

	if (rc != ERR_OK)
		return msg_err(path, &e);
	rc = packout_hash(fd, &item, &e);
	(void)close(fd);
	*out = item.digest;
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

/* What is asked of the bundle beyond that it holds. */
static enum status
load_questions(struct verify *o, struct arena *a, struct packcheck *check)
{
	struct json policy;
	enum status rc = ERR_OK;

	if (o->require != NULL && strcmp(o->require, "pass") != 0 &&
	    strcmp(o->require, "warn") != 0)
		opt_usage_error("--require wants pass or warn");
	if (o->subject != NULL && o->artifact != NULL)
		opt_usage_error("--subject and --artifact ask the same");
	if (o->subject != NULL && !digest_option(slice_of(o->subject),
	    &o->want_subject))
		opt_usage_error("--subject wants a SHA-256 digest");
	check->require = slice_of(o->require);
	check->environment = slice_of(o->environment);
	check->current = o->current;
	if (o->artifact != NULL)
		rc = hash_file(o->artifact, &o->want_subject);
	if (o->subject != NULL || o->artifact != NULL)
		check->subject = &o->want_subject;
	if (rc != ERR_OK || o->policy == NULL)
		return rc;
	rc = input_document(o->policy, &json_own, a, &policy);
	if (rc == ERR_OK)
		o->want_policy = digest_json(&policy);
	check->policy = &o->want_policy;
	return rc;
}

static enum status
open_pack(const char *operand, int *fd)
{
	struct err e;

	*fd = STDIN_FILENO;
	if (operand == NULL || strcmp(operand, "-") == 0)
		return ERR_OK;
	return io_open_read(operand, fd, &e) == ERR_OK ? ERR_OK :
	    msg_err(operand, &e);
}

static const struct opt_usage verify_usage = {
	"(-k PUB... | --keyring FILE | --integrity-only) [OPTION]... [FILE]",
	"verify a proof bundle"
};

static const char *
verify_options(struct verify *o, int argc, char **argv)
{
	const struct opt table[] = {
		PACKTRUST_OPTIONS(o->trust),
		{ 0, "integrity-only", OPT_FLAG, &o->trust.integrity_only,
		    NULL, "ask for no signature at all" },
		{ 0, "require", OPT_TEXT, &o->require, "STATUS",
		    "pass, or warn: at least this verdict" },
		{ 0, "subject", OPT_TEXT, &o->subject, "DIGEST",
		    "the artifact the verdict must be about" },
		{ 0, "artifact", OPT_TEXT, &o->artifact, "FILE",
		    "the same, by the file itself" },
		{ 0, "policy", OPT_TEXT, &o->policy, "FILE",
		    "the policy it must have been made under" },
		{ 0, "environment", OPT_TEXT, &o->environment, "NAME",
		    "the environment it must be for" },
		{ 0, "require-current", OPT_FLAG, &o->current, NULL,
		    "the decision must not have expired" },
		{ 0, "at", OPT_TEXT, &o->at, "TIME",
		    "judge at this time; default: now" },
		{ 0, "report", OPT_FLAG, &o->report, NULL,
		    "write a line for every check" },
		{ 'o', "output", OPT_TEXT, &o->output, "FILE",
		    "write there" },
		OPT_END
	};
	int n = opt_parse(&verify_usage, table, argc, argv);

	if (n > 1)
		opt_usage_error("one bundle at a time");
	o->name = n == 1 && strcmp(argv[0], "-") != 0 ? argv[0] : "<stdin>";
	return n == 1 ? argv[0] : NULL;
}

static int
do_verify(int argc, char **argv)
{
	struct verify o = { .name = NULL };
	struct packcheck check = { .report = on_check, .report_ctx = &o };
	struct arena a = { 0 };
	struct json answer;
	struct pack pack;
	struct err e;
	const char *operand = verify_options(&o, argc, argv);
	enum status rc = packtrust_load(&o.trust, &a, &check);
	int fd;

	check.at = tool_at(o.at, TOOL_VERIFIES);
	if (rc == ERR_OK)
		rc = load_questions(&o, &a, &check);
	if (rc == ERR_OK)
		rc = open_pack(operand, &fd);
	if (rc == ERR_OK) {
		output_open(&o.out, o.output);
		rc = packcheck_run(fd, &a, &check, &pack, &answer, &e);
		if (rc == ERR_OK)
			output_json(&o.out, &answer);
		if (rc == ERR_OK || o.report)
			output_commit(&o.out);
		else
			output_abandon(&o.out);
	}
	packtrust_close(&o.trust);
	arena_free(&o.lines);
	arena_free(&a);
	return (int)rc;
}

/* --- import --------------------------------------------------------------- */

struct import {
	struct verify judge;
	struct packcheck check;
	const char *cache, *oci;
	struct arena arena;
};

static enum status
import_one(void *ctx, int fd, const char *name, struct err *e)
{
	struct import *o = ctx;
	struct digest verikey;
	enum status rc;

	o->judge.name = name;
	rc = packcache_import(fd, o->cache, &o->arena, &o->check, &verikey, e);
	/* What is wrong with the bundle was said; this is the cache's. */
	if (rc != ERR_OK && !o->judge.failed)
		(void)msg_err(name, e);
	o->judge.failed |= rc != ERR_OK;
	return rc;
}

static const struct opt_usage import_usage = {
	"(-k PUB... | --keyring FILE) [--cache DIR] [OPTION]... "
	"[FILE | --oci DIR]",
	"verify a proof bundle and put it into the cache"
};

static int
do_import(int argc, char **argv)
{
	struct import o = { .cache = NULL };
	struct verify *v = &o.judge;
	const struct opt table[] = {
		PACKTRUST_OPTIONS(v->trust),
		{ 0, "cache", OPT_TEXT, &o.cache, "DIR",
		    "the provenance cache" },
		{ 0, "oci", OPT_TEXT, &o.oci, "DIR",
		    "take the bundles of an OCI image layout" },
		{ 0, "at", OPT_TEXT, &v->at, "TIME",
		    "judge at this time; default: now" },
		OPT_END
	};
	struct err e = { .text = "" };
	int n = opt_parse(&import_usage, table, argc, argv), fd;
	enum status rc;

	if (n > 1 || (n == 1 && o.oci != NULL))
		opt_usage_error("one bundle at a time");
	rc = packtrust_load(&v->trust, &o.arena, &o.check);
	o.check.report = on_check;
	o.check.report_ctx = v;
	o.check.at = tool_at(v->at, TOOL_VERIFIES);
	if (rc == ERR_OK && o.oci != NULL) {
		rc = oci_each(o.oci, &o.arena, import_one, &o, &e);
		if (rc != ERR_OK && !v->failed)
			(void)msg_err(o.oci, &e);
	} else if (rc == ERR_OK) {
		rc = open_pack(n == 1 ? argv[0] : NULL, &fd);
		if (rc == ERR_OK)
			rc = import_one(&o, fd, n == 1 ? argv[0] : "<stdin>",
			    &e);
	}
	packtrust_close(&v->trust);
	arena_free(&v->lines);
	arena_free(&o.arena);
	return (int)rc;
}

/* --- list ----------------------------------------------------------------- */

struct list {
	bool json;
	const char *output;
	struct output out;
	struct arena lines;
};

static enum status
on_entry(void *ctx, enum manifest_entry kind, const char *name,
    uint64_t size, struct err *e)
{
	struct list *o = ctx;
	struct json line = json_object();
	struct buf text = { 0 };

	(void)kind;
	(void)e;
	if (o->json) {
		json_set_z(&o->lines, &line, "name", name);
		json_set(&o->lines, &line, "size",
		    json_uint(&o->lines, size));
		output_json(&o->out, &line);
		arena_reset(&o->lines);
		return ERR_OK;
	}
	buf_printf(&text, "%12" PRIu64 " %s\n", size, name);
	output_bytes(&o->out, buf_get(&text));
	buf_free(&text);
	return ERR_OK;
}

static const struct opt_usage list_usage = {
	"[--json] [FILE]",
	"list what is in a proof bundle"
};

static int
do_list(int argc, char **argv)
{
	struct list o = { .json = false };
	const struct opt table[] = {
		{ 0, "json", OPT_FLAG, &o.json, NULL,
		    "a JSON object for each entry" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write there" },
		OPT_END
	};
	struct pack_sink sink = { .begin = on_entry, .ctx = &o };
	struct arena a = { 0 };
	struct pack pack;
	struct err e;
	int n = opt_parse(&list_usage, table, argc, argv), fd;
	enum status rc;

	if (n > 1)
		opt_usage_error("one bundle at a time");
	rc = open_pack(n == 1 ? argv[0] : NULL, &fd);
	if (rc != ERR_OK)
		return (int)rc;
	output_open(&o.out, o.output);
	rc = pack_read(fd, &a, &sink, &pack, &e);
	if (rc == ERR_OK) {
		output_commit(&o.out);
	} else {
		(void)msg_err(n == 1 ? argv[0] : "<stdin>", &e);
		output_abandon(&o.out);
	}
	arena_free(&o.lines);
	arena_free(&a);
	return (int)rc;
}

/* --- fetch ---------------------------------------------------------------- */

struct fetch {
	struct packsources sources;
	const char *output;
	bool zstd;
	struct output out;
	struct packfetch pack;
};

static enum status
to_file(void *ctx, struct slice bytes, struct err *e)
{
	(void)e;
	output_bytes(ctx, bytes);
	return ERR_OK;
}

static enum status
write_complete(struct fetch *o, struct arena *a)
{
	struct packout out = { .zstd = o->zstd, .sink = to_file,
	    .sink_ctx = &o->out };
	struct err e;
	enum status rc;

	packfetch_fill(&o->pack, &out);
	output_open(&o->out, o->output);
	rc = packout_write(&out, a, NULL, &e);
	o->pack.items = out.items;
	if (rc != ERR_OK) {
		output_abandon(&o->out);
		return msg_err(o->output, &e);
	}
	output_commit(&o->out);
	return ERR_OK;
}

static const struct opt_usage fetch_usage = {
	"[--from PATH]... [--cache DIR] [--url URL --into DIR [--offline]] "
	"[--zstd] -o FILE [BUNDLE]",
	"complete a bundle with the evidence it left out"
};

static int
do_fetch(int argc, char **argv)
{
	struct fetch o = { .output = NULL };
	const struct opt table[] = {
		{ 0, "from", OPT_LIST, &o.sources.from, "PATH",
		    "a folder of chunks, or another bundle (repeat)" },
		{ 0, "cache", OPT_TEXT, &o.sources.cache, "DIR",
		    "the provenance cache" },
		{ 0, "url", OPT_TEXT, &o.sources.url, "URL",
		    "a server that has the folder of chunks" },
		{ 0, "into", OPT_TEXT, &o.sources.into, "DIR",
		    "keep what the server gives there" },
		{ 0, "offline", OPT_FLAG, &o.sources.offline, NULL,
		    "ask no server" },
		{ 0, "zstd", OPT_FLAG, &o.zstd, NULL,
		    "compress the bundle" },
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "the bundle; - is standard output" },
		OPT_END
	};
	struct arena a = { 0 };
	struct err e;
	int n = opt_parse(&fetch_usage, table, argc, argv), fd;
	const char *name = n == 1 ? argv[0] : "<stdin>";
	enum status rc;

	if (n > 1)
		opt_usage_error("one bundle at a time");
	if (o.output == NULL)
		opt_usage_error("--output is needed");
	if ((o.sources.url != NULL) != (o.sources.into != NULL))
		opt_usage_error("--url and --into need each other");
	rc = open_pack(n == 1 ? argv[0] : NULL, &fd);
	if (rc != ERR_OK)
		return (int)rc;
	rc = packfetch_open(&o.pack, fd, &a, &e);
	if (rc != ERR_OK)
		(void)msg_err(name, &e);
	if (rc == ERR_OK)
		rc = packsources_take(&o.sources, &o.pack, name);
	if (rc == ERR_OK)
		rc = write_complete(&o, &a);
	packfetch_close(&o.pack);
	mem_free(o.sources.from.item);
	arena_free(&a);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"COMMAND [OPTION]... [FILE]",
		"write, verify and import proof bundles"
	};
	static const struct opt_verb verbs[] = {
		{ "export", do_export, "write a bundle of a decision" },
		{ "verify", do_verify, "verify a bundle" },
		{ "fetch", do_fetch, "complete a bundle's evidence" },
		{ "import", do_import, "verify, and put into the cache" },
		{ "list", do_list, "list what is in a bundle" },
		{ NULL, NULL, NULL }
	};

	tool_start("prov-pack");
	return opt_verb(&usage, verbs, argc, argv);
}
