/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "keyfile.h"
#include "msg.h"
#include "oci.h"
#include "opt.h"
#include "output.h"
#include "packcache.h"
#include "packexport.h"
#include "packfiles.h"
#include "packout.h"
#include "privatefile.h"
#include "tool.h"

struct export {
	const char *verikey, *cache, *density, *output;
	const char *records;	/* NULL: standard input */
	bool take_records;
	struct passphrase pass;
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
load_keys(struct export *o, struct private **keys)
{
	enum status rc = ERR_OK;

	for (size_t i = 0; i < o->keys.count && rc == ERR_OK; i++)
		rc = privatefile_read(o->keys.item[i], &o->pass, &keys[i]);
	o->files.out.key = (const struct private *const *)keys;
	o->files.out.keys = o->keys.count;
	return rc;
}

static const struct opt_usage export_usage = {
	"--verdict FILE --decision FILE --inputs FILE --evidence FILE "
	"--policy FILE --density DENSITY [OPTION]... -o FILE\n"
	"--verikey DIGEST [--cache DIR] --density DENSITY [OPTION]... "
	"-o FILE\n"
	"--density DENSITY [OPTION]... -o FILE [RECORDS]",
	"write a proof bundle of a decision"
};

static void
export_options(struct export *o, int argc, char **argv)
{
	struct packfiles *f = &o->files;
	bool files;
	int n;
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
		PASSPHRASE_OPTIONS(o->pass),
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

	n = opt_parse(&export_usage, table, argc, argv);
	files = f->verdict != NULL || f->decision != NULL ||
	    f->inputs != NULL || f->context != NULL;
	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		files |= f->part[i] != NULL;
	if (o->verikey != NULL && files)
		opt_usage_error("--verikey takes the decision from the cache, "
		    "not from files");
	if (n > 1 || (n > 0 && o->verikey != NULL))
		opt_usage_error("extra operand '%.64s'", argv[n - 1]);
	o->records = n > 0 ? argv[0] : NULL;
	/* Files that name all there must be need no records beside them. */
	o->take_records = n > 0 || (o->verikey == NULL &&
	    (f->verdict == NULL || f->decision == NULL || f->inputs == NULL ||
	    f->part[MERKLEDOC_EVIDENCE] == NULL));
	if (o->density == NULL || !manifest_density_read(slice_of(o->density),
	    &f->out.density))
		opt_usage_error("--density wants lite, standard or strict");
	if (o->sign != (o->keys.count > 0))
		opt_usage_error("--sign and --key need each other");
	if (o->output == NULL && o->oci_dir == NULL)
		opt_usage_error("--output or --oci is needed");
	if (o->oci_image != NULL && o->oci_dir == NULL)
		opt_usage_error("--oci-image wants --oci");
	if (o->output != NULL && strcmp(o->output, "-") == 0 &&
	    isatty(STDOUT_FILENO))
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

	if (o->take_records && (rc = packrecords_read(o->records, a,
	    &o->files.records)) != ERR_OK)
		return rc;
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

int
packexport_run(int argc, char **argv)
{
	struct export o = { .sign = false };
	struct private **keys;
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
		privatefile_close(keys[i]);
	passphrase_close(&o.pass);
	packfiles_close(&o.files);
	packcache_close(&o.cached);
	entry_close(o.store);
	mem_free(o.keys.item);
	arena_free(&a);
	return (int)rc;
}
