/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prov-merkle - RFC 6962 trees over bytes, records and leaves: roots,
 * proofs, chunk stores.
 */
#include <stdlib.h>
#include <string.h>

#include "chunker.h"
#include "chunkstore.h"
#include "input.h"
#include "merkledoc.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "privatefile.h"
#include "proof.h"
#include "proofcmd.h"
#include "sign.h"
#include "tool.h"

enum {
	CHUNK_SIZE_MAX = 1 << 30 /* a chunk is verified in memory */
};

static const uint64_t not_given = UINT64_MAX;

struct opts {
	uint64_t chunk_size;
	const char *leaves;
	uint64_t jobs;
	const char *output;
	const char *append;
	bool chunks;
	bool peaks;
	struct opt_list index;
	uint64_t size1;
	uint64_t size2;
	const char *origin;
	const char *key;
};

#define INPUT_OPTIONS(o) \
	{ 0, "chunk-size", OPT_SIZE, &(o)->chunk_size, "N", \
	    "bytes in a chunk (64K)" }, \
	{ 0, "leaves", OPT_TEXT, &(o)->leaves, "lines|nul|hex", \
	    "records, or leaf hashes, instead of chunks" }, \
	{ 0, "jobs", OPT_UINT, &(o)->jobs, "N", \
	    "threads (as many as there are cores)" }, \
	{ 'o', "output", OPT_TEXT, &(o)->output, "FILE", \
	    "write the result to FILE" }

/* --- leaves ------------------------------------------------------------- */

/* Leaf hashes kept: 32 bytes each. */
struct leaves {
	struct digest *hash;
	size_t n, cap;
};

static void
keep_leaf(void *ctx, const struct digest *hash, uint64_t size)
{
	struct leaves *l = ctx;

	(void)size;
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 1024 : 2 * l->cap;
		l->hash = mem_array(l->hash, l->cap, sizeof(*l->hash));
	}
	l->hash[l->n++] = *hash;
}

static void
add_leaf(void *ctx, const struct digest *hash, uint64_t size)
{
	merkledoc_chunk(ctx, hash, size);
}

static struct chunker
chunker_for(const struct opts *o)
{
	struct chunker c = { .kind = CHUNKER_BYTES, .jobs = (unsigned)o->jobs,
		.chunk_size = o->chunk_size };

	if (o->leaves != NULL && o->chunk_size != not_given)
		opt_usage_error("--leaves and --chunk-size exclude each "
		    "other");
	if (o->chunk_size == not_given)
		c.chunk_size = MERKLE_CHUNK;
	if (c.chunk_size == 0 || c.chunk_size > CHUNK_SIZE_MAX)
		opt_usage_error("--chunk-size is from 1 to 1G");
	if (o->jobs > UINT16_MAX)
		opt_usage_error("--jobs is too large");
	if (o->leaves == NULL)
		return c;
	if (strcmp(o->leaves, "lines") == 0)
		c.kind = CHUNKER_LINES;
	else if (strcmp(o->leaves, "nul") == 0)
		c.kind = CHUNKER_NUL;
	else if (strcmp(o->leaves, "hex") == 0)
		c.kind = CHUNKER_HEX;
	else
		opt_usage_error("--leaves is lines, nul or hex, not '%.64s'",
		    o->leaves);
	return c;
}

static const char *
operand(int n, char **argv)
{
	if (n > 1)
		opt_usage_error("more than one operand");
	return n == 1 ? argv[0] : NULL;
}

static enum status
all_leaves(const struct opts *o, const char *name, struct leaves *l)
{
	struct chunker c = chunker_for(o);

	c.leaf = keep_leaf;
	c.ctx = l;
	return chunker_run(&c, name);
}

/* --- root --------------------------------------------------------------- */

/* Goes on from the tree that an earlier root --peaks wrote. */
static enum status
continue_tree(const struct opts *o, const struct chunker *c, struct arena *a,
    struct merkledoc *d)
{
	struct merkledoc_tree old;
	struct json doc;
	struct err e;
	enum status rc = input_document(o->append, &json_own, a, &doc);

	if (rc != ERR_OK)
		return rc;
	rc = merkledoc_read(&doc, a, &old, &e);
	if (rc == ERR_OK)
		rc = merkledoc_resume(d, &old, &e);
	if (rc == ERR_OK && d->chunk_size !=
	    (c->kind == CHUNKER_BYTES ? c->chunk_size : 0))
		rc = err_bad(&e, "its leaves are chunks of another size");
	return rc == ERR_OK ? ERR_OK : msg_err(o->append, &e);
}

static int
do_root(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--chunk-size N | --leaves lines|nul|hex] [--chunks] "
		"[--peaks]\n[--append TREE] [--jobs N] [-o FILE] [FILE]",
		"print the root of a tree"
	};
	struct opts o = { .chunk_size = not_given, .size2 = not_given };
	const struct opt table[] = {
		INPUT_OPTIONS(&o),
		{ 0, "chunks", OPT_FLAG, &o.chunks, NULL,
		    "list the chunks too" },
		{ 0, "peaks", OPT_FLAG, &o.peaks, NULL,
		    "print what --append needs too" },
		{ 0, "append", OPT_TEXT, &o.append, "TREE",
		    "put the leaves behind those of TREE" },
		OPT_END
	};
	const char *name = operand(opt_parse(&usage, table, argc, argv), argv);
	struct chunker c = chunker_for(&o);
	struct arena a = { 0 };
	struct merkledoc d;
	struct json doc;
	enum status rc = ERR_OK;

	if (o.chunks && (c.kind != CHUNKER_BYTES || o.append != NULL))
		opt_usage_error("--chunks is for chunks of one input");
	merkledoc_begin(&d, &a, c.kind == CHUNKER_BYTES ? c.chunk_size : 0,
	    o.chunks);
	if (o.append != NULL)
		rc = continue_tree(&o, &c, &a, &d);
	d.peaks = o.peaks;
	c.leaf = add_leaf;
	c.ctx = &d;
	if (rc == ERR_OK)
		rc = chunker_run(&c, name);
	if (rc == ERR_OK) {
		doc = merkledoc_end(&d);
		output_document(o.output, &doc);
	}
	arena_free(&a);
	return (int)rc;
}

/* --- proofs ------------------------------------------------------------- */

static int
compare_indexes(const void *a, const void *b)
{
	const struct merkle_leaf_at *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

/* The indexes asked for, in order, each once. */
static size_t
indexes(const struct opts *o, struct merkle_leaf_at *at)
{
	size_t n = 0;

	for (size_t i = 0; i < o->index.count; i++)
		at[i].index = opt_number("index", o->index.item[i]);
	qsort(at, o->index.count, sizeof(*at), compare_indexes);
	for (size_t i = 0; i < o->index.count; i++)
		if (n == 0 || at[i].index != at[n - 1].index)
			at[n++] = at[i];
	return n;
}

static void
keep_hash(void *ctx, const struct digest *hash)
{
	keep_leaf(ctx, hash, 0);
}

static enum status
prove(const struct opts *o, const struct leaves *l, struct arena *a,
    struct json *doc, struct err *e)
{
	struct merkle_source s = merkle_leaves(l->hash, l->n);
	uint64_t size = o->size2 != not_given ? o->size2 : l->n;
	struct merkle_leaf_at *at = arena_array(a, o->index.count,
	    sizeof(*at));
	size_t n = indexes(o, at);
	struct leaves got = { 0 };
	struct digest hash[MERKLE_PROOF_MAX], root;
	enum status rc;

	if (n == 1) {
		rc = merkle_prove_inclusion(&s, at->index, size, hash,
		    &got.n, e);
		got.hash = hash;
	} else {
		rc = merkle_prove_batch(&s, size, at, n, keep_hash, &got, e);
	}
	if (rc == ERR_OK)
		rc = merkle_range_root(&s, 0, size, &root, e);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		at[i].hash = l->hash[at[i].index];
	if (n == 1) {
		*doc = proof_inclusion(a, at->index, size, &at->hash,
		    got.hash, got.n, &root);
	} else {
		*doc = proof_batch(a, size, at, n, got.hash, got.n, &root);
		mem_free(got.hash);
	}
	return ERR_OK;
}

static int
do_prove(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--index I... [--size N] [--chunk-size N | "
		"--leaves lines|nul|hex]\n[--jobs N] [-o FILE] [FILE]",
		"prove that leaves are in a tree"
	};
	struct opts o = { .chunk_size = not_given, .size2 = not_given };
	const struct opt table[] = {
		INPUT_OPTIONS(&o),
		{ 0, "index", OPT_LIST, &o.index, "I",
		    "a leaf, counted from 0; several share one proof" },
		{ 0, "size", OPT_UINT, &o.size2, "N",
		    "the tree of the first N leaves (all)" },
		OPT_END
	};
	const char *name = operand(opt_parse(&usage, table, argc, argv), argv);
	struct arena a = { 0 };
	struct leaves l = { 0 };
	struct json doc;
	struct err e;
	enum status rc;

	if (o.index.count == 0)
		opt_usage_error("--index is needed");
	rc = all_leaves(&o, name, &l);
	if (rc == ERR_OK && prove(&o, &l, &a, &doc, &e) != ERR_OK)
		rc = msg_err(name, &e);
	if (rc == ERR_OK)
		output_document(o.output, &doc);
	mem_free(l.hash);
	mem_free(o.index.item);
	arena_free(&a);
	return (int)rc;
}

static enum status
prove_growth(const struct opts *o, const struct leaves *l, struct arena *a,
    struct json *doc, struct err *e)
{
	struct merkle_source s = merkle_leaves(l->hash, l->n);
	uint64_t size2 = o->size2 != not_given ? o->size2 : l->n;
	struct digest hash[MERKLE_PROOF_MAX], root1, root2;
	size_t n;
	enum status rc;

	rc = merkle_prove_consistency(&s, o->size1, size2, hash, &n, e);
	if (rc == ERR_OK)
		rc = merkle_range_root(&s, 0, o->size1, &root1, e);
	if (rc == ERR_OK)
		rc = merkle_range_root(&s, 0, size2, &root2, e);
	if (rc == ERR_OK)
		*doc = proof_consistency(a, o->size1, size2, &root1,
		    &root2, hash, n);
	return rc;
}

static int
do_consistency(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--size1 M [--size2 N] [--chunk-size N | "
		"--leaves lines|nul|hex]\n[--jobs N] [-o FILE] [FILE]",
		"prove that a tree begins with an earlier one"
	};
	struct opts o = { .chunk_size = not_given, .size2 = not_given };
	const struct opt table[] = {
		INPUT_OPTIONS(&o),
		{ 0, "size1", OPT_UINT, &o.size1, "M",
		    "leaves of the earlier tree" },
		{ 0, "size2", OPT_UINT, &o.size2, "N",
		    "leaves of the later tree (all)" },
		OPT_END
	};
	const char *name = operand(opt_parse(&usage, table, argc, argv), argv);
	struct arena a = { 0 };
	struct leaves l = { 0 };
	struct json doc;
	struct err e;
	enum status rc;

	if (o.size1 == 0)
		opt_usage_error("--size1 is needed, and not 0");
	rc = all_leaves(&o, name, &l);
	if (rc == ERR_OK && prove_growth(&o, &l, &a, &doc, &e) != ERR_OK)
		rc = msg_err(name, &e);
	if (rc == ERR_OK)
		output_document(o.output, &doc);
	mem_free(l.hash);
	arena_free(&a);
	return (int)rc;
}

/* --- store -------------------------------------------------------------- */

static int
do_store(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--chunk-size N] FILE DIR",
		"cut a file into chunks that are verified one by one"
	};
	struct opts o = { .chunk_size = not_given, .size2 = not_given };
	const struct opt table[] = {
		{ 0, "chunk-size", OPT_SIZE, &o.chunk_size, "N",
		    "bytes in a chunk (64K)" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);

	if (n != 2)
		opt_usage_error("want FILE and DIR");
	return (int)chunkstore_write(argv[0], argv[1],
	    chunker_for(&o).chunk_size);
}

/* --- checkpoint --------------------------------------------------------- */

static enum status
sign_tree(const struct opts *o, struct passphrase *pass, const char *name,
    struct arena *a, struct slice *note)
{
	struct private *key;
	struct merkledoc_tree t;
	struct json doc;
	struct err e;
	enum status rc = input_document(name != NULL ? name : "-", &json_own,
	    a, &doc);

	if (rc != ERR_OK)
		return rc;
	if (merkledoc_read(&doc, a, &t, &e) != ERR_OK)
		return msg_err(name, &e);
	rc = privatefile_read(o->key, pass, &key);
	if (rc != ERR_OK)
		return rc;
	rc = sign_checkpoint(slice_of(o->origin), t.size, &t.root, key, a,
	    note, &e);
	privatefile_close(key);
	return rc == ERR_OK ? ERR_OK : msg_err(o->key, &e);
}

static int
do_checkpoint(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"--origin NAME -k KEY [-o FILE] [TREE]",
		"sign a tree's root and size"
	};
	struct opts o = { 0 };
	struct passphrase pass = { .file = NULL };
	const struct opt table[] = {
		{ 0, "origin", OPT_TEXT, &o.origin, "NAME",
		    "the log's name, which its checkpoints begin with" },
		{ 'k', "key", OPT_TEXT, &o.key, "KEY",
		    "an Ed25519 private key" },
		PASSPHRASE_OPTIONS(pass),
		{ 'o', "output", OPT_TEXT, &o.output, "FILE",
		    "write the result to FILE" },
		OPT_END
	};
	const char *name = operand(opt_parse(&usage, table, argc, argv), argv);
	struct arena a = { 0 };
	struct output out;
	struct slice note;
	enum status rc;

	if (o.origin == NULL || o.key == NULL)
		opt_usage_error("--origin and -k are needed");
	rc = sign_tree(&o, &pass, name, &a, &note);
	passphrase_close(&pass);
	if (rc == ERR_OK) {
		output_open(&out, o.output);
		output_bytes(&out, note);
		output_commit(&out);
	}
	arena_free(&a);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"VERB ...",
		"chunk, root, prove and verify RFC 6962 Merkle trees"
	};
	static const struct opt_verb verbs[] = {
		{ "root", do_root, "print the root of a tree" },
		{ "prove", do_prove, "prove that leaves are in a tree" },
		{ "consistency", do_consistency,
		    "prove that a tree begins with an earlier one" },
		{ "checkpoint", do_checkpoint,
		    "sign a tree's root and size" },
		{ "store", do_store,
		    "cut a file into chunks that are verified one by one" },
		{ "verify", proofcmd_verify,
		    "verify a proof, or the chunks of a stored tree" },
		{ NULL, NULL, NULL }
	};

	tool_start("prov-merkle");
	return opt_verb(&usage, verbs, argc, argv);
}
