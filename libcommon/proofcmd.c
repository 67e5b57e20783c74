/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "chunkstore.h"
#include "input.h"
#include "keyfile.h"
#include "merkledoc.h"
#include "msg.h"
#include "checkpoint.h"
#include "opt.h"
#include "proof.h"
#include "proofcmd.h"

enum {
	CHUNK_SIZE_MAX = 1 << 30, /* a chunk is verified in memory */
	CHECKPOINTS = 2		/* an earlier and a later one */
};

struct opts {
	const char *root;
	const char *leaf;
	struct opt_list chunk;
	uint64_t from;
	const char *resume;
	const char *data;	/* a chunk's file, the second operand */
	struct opt_list key;
	const char *origin;
	struct opt_list note;
	struct checkpoint checkpoint[CHECKPOINTS];
};

/* --- checkpoints -------------------------------------------------------- */

static enum status
verify_note(const struct checkpoint *note, const struct key *key,
    struct err *e)
{
	struct note_signer by = { .name = note->origin, .key = key,
		.scheme = CRYPT_PURE, .hash = CRYPT_SHA256 };
	uint8_t id[NOTE_KEY_ID];
	enum status rc = checkpoint_key_id(note->origin, key, id, e);

	by.key_id = id;
	return rc == ERR_OK ? checkpoint_verify(note, &by, e) : rc;
}

/* One of the keys is enough. */
static enum status
read_checkpoint(const struct opts *o, const char *path,
    const struct key *key, struct arena *a, struct checkpoint *out)
{
	struct slice text;
	struct err e;
	enum status rc = input_file(path, NOTE_SIZE_MAX, a, &text);

	if (rc != ERR_OK)
		return rc;
	rc = checkpoint_read(text, a, out, &e);
	if (rc == ERR_OK && o->origin != NULL &&
	    !slice_is(out->origin, o->origin))
		rc = err_no(&e, "the checkpoint is of another origin");
	if (rc == ERR_OK)
		rc = verify_note(out, &key[0], &e);
	for (size_t i = 1; rc == ERR_NO && i < o->key.count; i++)
		rc = verify_note(out, &key[i], &e);
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

static enum status
read_checkpoints(struct opts *o, struct arena *a)
{
	struct key *key;
	enum status rc;

	if (o->note.count == 0)
		return ERR_OK;
	rc = keyfile_public_list(&o->key, a, &key);
	for (size_t i = 0; i < o->note.count && rc == ERR_OK; i++)
		rc = read_checkpoint(o, o->note.item[i], key, a,
		    &o->checkpoint[i]);
	return rc;
}

static enum status
fits(const struct checkpoint *c, uint64_t size, const struct digest *root,
    const char *which, struct err *e)
{
	if (c->size != size)
		return err_no(e, "the %scheckpoint is of %" PRIu64
		    " leaves, not %" PRIu64, which, c->size, size);
	if (!digest_equal(&c->root, root))
		return err_no(e, "the %scheckpoint has another root", which);
	return ERR_OK;
}

/* The sizes and roots of a proof are those that were signed. */
static enum status
fits_all(const struct opts *o, struct proof *p, struct err *e)
{
	const struct checkpoint *last;
	enum status rc = ERR_OK;

	if (o->note.count == 0)
		return ERR_OK;
	last = &o->checkpoint[o->note.count - 1];
	if (o->note.count == 2 && p->kind != PROOF_CONSISTENCY)
		return err_bad(e, "two checkpoints are for a proof of "
		    "consistency");
	if (!p->has_root2)
		p->root2 = last->root;
	p->has_root2 = true;
	if (o->note.count == 2)
		rc = fits(&o->checkpoint[0], p->size1, &p->root1, "first ", e);
	return rc == ERR_OK ? fits(last, p->size2, &p->root2, "", e) : rc;
}

/* --- proofs ------------------------------------------------------------- */

/* The leaf the user brings: its hash, or its data in a file. */
static enum status
own_leaf(const struct opts *o, struct arena *a, struct digest *d)
{
	struct slice data;
	enum status rc;

	if (o->leaf != NULL) {
		if (!digest_option(slice_of(o->leaf), d))
			opt_usage_error("--leaf is 64 hex digits");
		return ERR_OK;
	}
	rc = input_file(o->data, CHUNK_SIZE_MAX, a, &data);
	if (rc == ERR_OK)
		*d = merkle_leaf(data);
	return rc;
}

/* A chunk against the chunk list of its tree. */
static enum status
verify_listed(const struct opts *o, const struct json *doc, struct arena *a,
    const struct digest *leaf, struct err *e)
{
	struct merkledoc_tree t;
	uint64_t index;
	enum status rc = merkledoc_read(doc, a, &t, e);

	if (rc != ERR_OK)
		return rc;
	if (o->root != NULL) {
		struct digest d;

		if (!digest_option(slice_of(o->root), &d))
			opt_usage_error("--root is 64 hex digits");
		if (!digest_equal(&d, &t.root))
			return err_no(e, "the tree has another root");
	}
	if (o->note.count == 2)
		return err_bad(e, "two checkpoints are for a proof of "
		    "consistency");
	if (o->note.count == 1)
		rc = fits(&o->checkpoint[0], t.size, &t.root, "", e);
	if (rc != ERR_OK || (o->note.count > 0 && leaf == NULL))
		return rc;
	if (t.chunk == NULL || leaf == NULL || o->chunk.count != 1)
		return err_bad(e, "a tree, not a proof: want a chunk list, "
		    "--chunk I and the chunk's FILE");
	index = opt_number("chunk", o->chunk.item[0]);
	if (index >= t.size)
		return err_no(e, "chunk %" PRIu64 " is not in a tree of %"
		    PRIu64, index, t.size);
	if (!digest_equal(leaf, &t.chunk[index].hash))
		return err_no(e, "chunk %" PRIu64 " has another hash", index);
	return ERR_OK;
}

static enum status
verify_proof(const struct opts *o, const struct json *doc, struct arena *a,
    const struct digest *leaf, struct err *e)
{
	struct proof p;
	struct digest d;
	enum status rc;

	if (slice_is(json_get_text(doc, "kind"), "prov.merkle/v1"))
		return verify_listed(o, doc, a, leaf, e);
	rc = proof_read(doc, a, &p, e);
	if (rc != ERR_OK)
		return rc;
	if (leaf != NULL || o->chunk.count > 0) {
		if (p.kind != PROOF_INCLUSION)
			return err_bad(e, "not the proof of one leaf");
		if (o->chunk.count > 0 && p.leaf->index !=
		    opt_number("chunk", o->chunk.item[0]))
			return err_no(e, "the proof is of leaf %" PRIu64,
			    p.leaf->index);
		if (leaf != NULL && p.has_leaf &&
		    !digest_equal(leaf, &p.leaf->hash))
			return err_no(e, "the proof is of another leaf");
		if (leaf != NULL)
			p.leaf->hash = *leaf;
		p.has_leaf = p.has_leaf || leaf != NULL;
	}
	if (o->root != NULL) {
		if (!digest_option(slice_of(o->root), &d))
			opt_usage_error("--root is 64 hex digits");
		if (p.has_root2 && !digest_equal(&d, &p.root2))
			return err_no(e, "the proof is for another root");
		p.root2 = d;
		p.has_root2 = true;
	}
	rc = fits_all(o, &p, e);
	return rc == ERR_OK ? proof_check(&p, e) : rc;
}

static enum status
verify_file(struct opts *o, const char *name)
{
	struct arena run = { 0 }, a = { 0 };
	struct digest leaf, *given = NULL;
	struct input in;
	struct json doc;
	struct err e;
	bool got;
	enum status rc, worst = ERR_OK;

	rc = read_checkpoints(o, &run);
	if (rc == ERR_OK && (o->leaf != NULL || o->data != NULL)) {
		rc = own_leaf(o, &run, &leaf);
		given = &leaf;
	}
	if (rc == ERR_OK)
		rc = input_open(&in, name, &json_own);
	if (rc != ERR_OK)
		return arena_free(&run), rc;
	while ((rc = input_next(&in, &a, &doc, &got)) == ERR_OK && got) {
		if (verify_proof(o, &doc, &a, given, &e) != ERR_OK) {
			/* A proof that fails is told by where it begins. */
			e.has_offset = true;
			worst = err_worst(worst, input_fault(&in, &e));
		}
		arena_reset(&a);
	}
	input_close(&in);
	arena_free(&a);
	arena_free(&run);
	return err_worst(worst, rc);
}

static enum status
verify_directory(const struct opts *o, const char *name)
{
	struct chunkstore_check c = { .chunks = o->chunk.count,
		.from = o->from, .resume = o->resume };
	struct digest root;
	enum status rc;

	if (o->leaf != NULL || o->note.count > 0)
		opt_usage_error("--leaf and --checkpoint are for a proof");
	if (o->root != NULL && !digest_option(slice_of(o->root), &root))
		opt_usage_error("--root is 64 hex digits");
	c.root = o->root != NULL ? &root : NULL;
	c.chunk = mem_array(NULL, o->chunk.count + 1, sizeof(*c.chunk));
	for (size_t i = 0; i < o->chunk.count; i++)
		c.chunk[i] = opt_number("chunk", o->chunk.item[i]);
	rc = chunkstore_verify(name, &c);
	mem_free(c.chunk);
	return rc;
}

int
proofcmd_verify(int argc, char **argv)
{
	static const struct opt_usage usage = {
		"[--root R] [--leaf HASH] [--checkpoint NOTE... -k PUB... "
		"[--origin NAME]] [PROOF]\n"
		"[--root R] [--chunk I] PROOF CHUNKFILE\n"
		"[--root R] [--chunk I... | --from I | --resume FILE] DIR",
		"verify a proof, or the chunks of a stored tree"
	};
	struct opts o = { 0 };
	const struct opt table[] = {
		{ 0, "root", OPT_TEXT, &o.root, "R",
		    "the root it must be (the later one)" },
		{ 0, "leaf", OPT_TEXT, &o.leaf, "HASH",
		    "the leaf hash that is proven" },
		{ 0, "chunk", OPT_LIST, &o.chunk, "I",
		    "look at this chunk only" },
		{ 0, "from", OPT_UINT, &o.from, "I",
		    "go on from this chunk of a directory (0)" },
		{ 0, "resume", OPT_TEXT, &o.resume, "FILE",
		    "keep in FILE how far the check came, and go on there" },
		{ 0, "checkpoint", OPT_LIST, &o.note, "NOTE",
		    "the signed checkpoint it must fit; two for consistency" },
		{ 'k', "key", OPT_LIST, &o.key, "PUB",
		    "a public key that may have signed the checkpoints" },
		{ 0, "origin", OPT_TEXT, &o.origin, "NAME",
		    "the origin the checkpoints must have" },
		OPT_END
	};
	int n = opt_parse(&usage, table, argc, argv);
	struct stat st;
	enum status rc;

	if (n > 2)
		opt_usage_error("more than two operands");
	if (o.note.count > CHECKPOINTS)
		opt_usage_error("more than two checkpoints");
	if ((o.note.count > 0) != (o.key.count > 0) ||
	    (o.origin != NULL && o.key.count == 0))
		opt_usage_error("--checkpoint and -k go together");
	if ((o.from > 0) + (o.chunk.count > 0) + (o.resume != NULL) > 1)
		opt_usage_error("--from, --chunk and --resume exclude each "
		    "other");
	if (n == 1 && stat(argv[0], &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = verify_directory(&o, argv[0]);
		mem_free(o.chunk.item);
		return (int)rc;
	}
	if (o.from > 0 || o.resume != NULL)
		opt_usage_error("--from and --resume are for a directory");
	if (n == 2)
		o.data = argv[1];
	if (n == 2 && o.leaf != NULL)
		opt_usage_error("--leaf and CHUNKFILE exclude each other");
	if (o.chunk.count > 1)
		opt_usage_error("only a directory has several chunks");
	rc = verify_file(&o, n > 0 ? argv[0] : NULL);
	mem_free(o.chunk.item);
	mem_free(o.note.item);
	mem_free(o.key.item);
	return (int)rc;
}
