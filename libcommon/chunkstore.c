/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunkstore.h"
#include "input.h"
#include "merkledoc.h"
#include "msg.h"
#include "output.h"
#include "shape.h"

enum {
	NOTE_EVERY = 256 << 20,	/* bytes that a check that is interrupted does
				 * again: a tenth of a second's work */
	MANIFEST_MAX = 1 << 30,	/* some seven million chunks */
	NAME_DIGITS = 8
};

static const char manifest_name[] = "manifest.json";
static const char suffix[] = ".chunk";

static char *
chunk_path(struct arena *a, const char *dir, uint64_t index)
{
	return arena_printf(a, "%s/%0*" PRIu64 "%s", dir, NAME_DIGITS, index,
	    suffix);
}

/* --- writing ------------------------------------------------------------ */

/* True when these bytes are there already. */
static bool
is_there(const char *path, struct slice bytes, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool same;

	if (fd < 0)
		return false;
	buf_reset(b);
	same = io_read_all(fd, b, bytes.len, NULL) == ERR_OK &&
	    slice_eq(buf_get(b), bytes);
	(void)close(fd);
	return same;
}

/* Not synced one by one: the manifest, which is, says what must be there. */
static enum status
write_chunk(const char *path, struct slice bytes, struct buf *old)
{
	struct err e;
	enum status rc;
	int fd;

	if (is_there(path, bytes, old))
		return ERR_OK;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0666);
	if (fd < 0) {
		(void)err_system(&e, "cannot create");
		return msg_err(path, &e);
	}
	rc = io_write(fd, bytes.data, bytes.len, &e);
	if (close(fd) != 0 && rc == ERR_OK)
		rc = err_system(&e, "cannot write");
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

/* Of a tree that was stored before only what is its own is written. */
struct writer {
	const char *dir;
	char *manifest;
	bool again;		/* known holds what the manifest says */
	struct merkledoc_tree known;
	struct merkledoc made;
	struct arena paths;
	struct buf old;
};

static enum status
another_tree(const struct writer *w)
{
	struct err e;

	(void)err_bad(&e, "there is another tree already");
	return msg_err(w->manifest, &e);
}

static enum status
add_chunk(struct writer *w, struct slice bytes)
{
	uint64_t i = merkledoc_size(&w->made);
	struct digest leaf = merkle_leaf(bytes);
	enum status rc;

	if (w->again && (i >= w->known.size ||
	    !digest_equal(&leaf, &w->known.chunk[i].hash)))
		return another_tree(w);
	arena_reset(&w->paths);
	rc = write_chunk(chunk_path(&w->paths, w->dir, i), bytes, &w->old);
	merkledoc_chunk(&w->made, &leaf, bytes.len);
	return rc;
}

static enum status
write_chunks(struct input *in, struct writer *w)
{
	struct buf b = { 0 };
	struct slice s = { "", 0 };
	enum status rc = ERR_OK;

	for (bool end = false; rc == ERR_OK && !(end && b.len == 0); ) {
		size_t want = (size_t)w->made.chunk_size - b.len;

		if (s.len == 0 && !end) {
			rc = input_chunk(in, &s);
			end = rc == ERR_OK && s.len == 0;
		}
		want = s.len < want ? s.len : want;
		buf_add(&b, s.data, want);
		s = slice_cut(s, want, s.len);
		if (rc != ERR_OK || b.len == 0 ||
		    (b.len < w->made.chunk_size && !end))
			continue;
		rc = add_chunk(w, buf_get(&b));
		buf_reset(&b);
	}
	buf_free(&b);
	return rc;
}

static enum status
read_manifest(const char *path, struct arena *a, struct merkledoc_tree *t)
{
	const struct json_limits limits = { .max_size = MANIFEST_MAX,
		.max_depth = 8 };
	struct json doc;
	struct err e;
	enum status rc = input_document(path, &limits, a, &doc);

	if (rc == ERR_OK && merkledoc_read(&doc, a, t, &e) != ERR_OK)
		rc = msg_err(path, &e);
	if (rc == ERR_OK && t->chunk == NULL && t->size > 0) {
		(void)err_bad(&e, "the tree comes without its chunk list");
		rc = msg_err(path, &e);
	}
	return rc;
}

/* Makes the directory, or takes up what an earlier run left in it. */
static enum status
take_up(struct writer *w, uint64_t chunk_size, struct arena *a)
{
	struct err e;
	enum status rc;

	if (mkdir(w->dir, 0777) != 0 && errno != EEXIST) {
		(void)err_system(&e, "cannot make the directory");
		return msg_err(w->dir, &e);
	}
	w->again = access(w->manifest, F_OK) == 0;
	if (!w->again)
		return ERR_OK;
	rc = read_manifest(w->manifest, a, &w->known);
	if (rc == ERR_OK && w->known.size > 0 &&
	    w->known.chunk_size != chunk_size)
		rc = another_tree(w);
	return rc;
}

enum status
chunkstore_write(const char *operand, const char *dir, uint64_t chunk_size)
{
	const struct json_limits limits = { .max_size = IO_READ_SIZE };
	struct arena a = { 0 };
	struct writer w = { .dir = dir,
		.manifest = arena_printf(&a, "%s/%s", dir, manifest_name) };
	struct input in;
	struct json doc;
	enum status rc = take_up(&w, chunk_size, &a);

	if (rc == ERR_OK)
		rc = input_open(&in, operand, &limits);
	if (rc == ERR_OK) {
		merkledoc_begin(&w.made, &a, chunk_size, true);
		rc = write_chunks(&in, &w);
		input_close(&in);
	}
	if (rc == ERR_OK && w.again && merkledoc_size(&w.made) != w.known.size)
		rc = another_tree(&w);
	if (rc == ERR_OK && !w.again) {
		doc = merkledoc_end(&w.made);
		output_document(w.manifest, &doc);
	}
	buf_free(&w.old);
	arena_free(&w.paths);
	arena_free(&a);
	return rc;
}

/* --- verifying ---------------------------------------------------------- */

static enum status
no(const char *path, const char *problem)
{
	struct err e;

	(void)err_no(&e, "%s", problem);
	return msg_err(path, &e);
}

static enum status
check_chunk(const char *path, const struct merkledoc_chunk *c, struct buf *b)
{
	struct digest leaf;
	struct err e;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum status rc;

	if (fd < 0 && errno == ENOENT)
		return no(path, "missing chunk");
	if (fd < 0) {
		(void)err_system(&e, "cannot open");
		return msg_err(path, &e);
	}
	buf_reset(b);
	rc = io_read_all(fd, b, c->size, &e);
	(void)close(fd);
	if (rc == ERR_INPUT || (rc == ERR_OK && b->len != c->size))
		return no(path, "bad chunk: its size is another");
	if (rc != ERR_OK)
		return msg_err(path, &e);
	leaf = merkle_leaf(buf_get(b));
	if (!digest_equal(&leaf, &c->hash))
		return no(path, "bad chunk: its hash is another");
	return ERR_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory, sorted. */
static enum status
list(const char *dir, struct arena *a, char ***names, size_t *n)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	size_t cap = 0;
	struct err e;

	*names = NULL;
	*n = 0;
	if (d == NULL) {
		(void)err_system(&e, "cannot open");
		return msg_err(dir, &e);
	}
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (*n == cap) {
			cap = cap == 0 ? 64 : 2 * cap;
			*names = mem_array(*names, cap, sizeof(**names));
		}
		(*names)[(*n)++] = arena_dup(a, slice_of(entry->d_name));
	}
	(void)closedir(d);
	if (*n > 0)
		qsort(*names, *n, sizeof(**names), compare_names);
	return ERR_OK;
}

/* True for the name that chunk_path gives a chunk of this tree. */
static bool
is_chunk(const char *name, uint64_t size)
{
	char want[NAME_DIGITS + sizeof(suffix) + 32];
	uint64_t index = 0;
	size_t digits = strspn(name, "0123456789");

	if (digits < NAME_DIGITS || digits > 18)
		return false;
	for (size_t i = 0; i < digits; i++)
		index = index * 10 + (uint64_t)(name[i] - '0');
	(void)snprintf(want, sizeof(want), "%0*" PRIu64 "%s", NAME_DIGITS,
	    index, suffix);
	return index < size && strcmp(name, want) == 0;
}

static enum status
check_extra(const char *dir, const struct merkledoc_tree *t, struct arena *a)
{
	char **names;
	size_t n;
	enum status worst = list(dir, a, &names, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], manifest_name) != 0 &&
		    !is_chunk(names[i], t->size))
			worst = err_worst(worst, no(arena_printf(a, "%s/%s",
			    dir, names[i]), "extra file: no chunk of this "
			    "tree"));
	mem_free(names);
	return worst;
}

static enum status
check_index(const char *dir, const struct merkledoc_tree *t, uint64_t index,
    struct buf *b)
{
	struct arena a = { 0 };
	char *path = chunk_path(&a, dir, index);
	enum status rc = index >= t->size ? no(path, "no chunk of this tree") :
	    check_chunk(path, &t->chunk[index], b);

	arena_free(&a);
	return rc;
}

static enum status
check_some(const char *dir, const struct merkledoc_tree *t,
    const struct chunkstore_check *c)
{
	struct buf b = { 0 };
	enum status worst = ERR_OK;

	for (size_t i = 0; i < c->chunks; i++)
		worst = err_worst(worst, check_index(dir, t, c->chunk[i], &b));
	buf_free(&b);
	return worst;
}

/* How far a check came. */
struct progress {
	uint64_t next;		/* the first chunk that was not looked at */
	uint64_t *bad;		/* rising */
	size_t bads, cap;
};

static void
add_bad(struct progress *p, uint64_t index)
{
	if (p->bads == p->cap) {
		p->cap = p->cap == 0 ? 64 : 2 * p->cap;
		p->bad = mem_array(p->bad, p->cap, sizeof(*p->bad));
	}
	p->bad[p->bads++] = index;
}

static void
note_progress(const char *path, const struct merkledoc_tree *t,
    const struct progress *p)
{
	struct arena a = { 0 };
	struct json o = json_object(), bad = json_array();

	for (size_t i = 0; i < p->bads; i++)
		json_push(&a, &bad, json_uint(&a, p->bad[i]));
	if (p->bads > 0)
		json_set(&a, &o, "bad", bad);
	json_set_z(&a, &o, "kind", "prov.merklecheck/v1");
	json_set(&a, &o, "next", json_uint(&a, p->next));
	json_set(&a, &o, "root", digest_value(&a, &t->root));
	output_document(path, &o);
	arena_free(&a);
}

static const struct shape progress_shape[] = {
	{ "bad", SHAPE_ANY, NULL },
	{ "kind", SHAPE_STRING | SHAPE_NEEDED, NULL },
	{ "next", SHAPE_INT | SHAPE_NEEDED, NULL },
	{ "root", SHAPE_STRING | SHAPE_NEEDED, NULL },
	SHAPE_END
};

/* An index of the tree at or after *least, which becomes what follows it. */
static enum status
read_index(const struct json *v, uint64_t *least, uint64_t end, uint64_t *out,
    struct err *e)
{
	int64_t n;

	if (!json_int64(v, &n) || n < 0 || (uint64_t)n < *least ||
	    (uint64_t)n >= end)
		return err_input(e, v->offset, "no index of a chunk there");
	*out = (uint64_t)n;
	*least = *out + 1;
	return ERR_OK;
}

static enum status
parse_progress(const struct json *doc, const struct merkledoc_tree *t,
    struct progress *p, struct err *e)
{
	const struct json *bad = json_get(doc, "bad");
	enum status rc = shape_check(doc, progress_shape,
	    "prov.merklecheck/v1", e);
	uint64_t least = 0, index = 0;
	struct digest root;

	if (rc == ERR_OK)
		rc = digest_member(json_get(doc, "root"), "root", &root, e);
	if (rc == ERR_OK && !digest_equal(&root, &t->root))
		rc = err_bad(e, "the check of another tree");
	if (rc == ERR_OK)
		rc = read_index(json_get(doc, "next"), &least, t->size + 1,
		    &p->next, e);
	if (rc != ERR_OK || bad == NULL)
		return rc;
	if (bad->type != JSON_ARRAY || bad->len == 0)
		return err_input(e, bad->offset, "'bad' is no list of chunks");
	least = 0;
	JSON_EACH(v, bad) {
		rc = read_index(v, &least, p->next, &index, e);
		if (rc != ERR_OK)
			return rc;
		add_bad(p, index);
	}
	return ERR_OK;
}

static enum status
read_progress(const char *path, const struct merkledoc_tree *t,
    struct progress *p)
{
	const struct json_limits limits = { .max_size = MANIFEST_MAX,
		.max_depth = 8 };
	struct arena a = { 0 };
	struct json doc;
	struct err e;
	enum status rc;

	if (path == NULL || access(path, F_OK) != 0)
		return ERR_OK;
	rc = input_document(path, &limits, &a, &doc);
	if (rc == ERR_OK && parse_progress(&doc, t, p, &e) != ERR_OK)
		rc = msg_err(path, &e);
	arena_free(&a);
	return rc;
}

/* Everything good: there is nothing to go on with. */
static enum status
end_progress(const char *path)
{
	struct err e;

	if (unlink(path) == 0 || errno == ENOENT)
		return ERR_OK;
	(void)err_system(&e, "cannot remove");
	return msg_err(path, &e);
}

static enum status
check_all(const char *dir, const struct merkledoc_tree *t,
    const struct chunkstore_check *c)
{
	struct progress p = { .next = c->from };
	struct arena a = { 0 };
	struct buf b = { 0 };
	uint64_t bytes = 0;
	enum status rc, worst = read_progress(c->resume, t, &p);
	size_t again = p.bads;

	if (worst != ERR_OK)
		goto out;
	p.bads = 0;
	for (size_t i = 0; i < again; i++) {
		uint64_t index = p.bad[i];

		rc = check_index(dir, t, index, &b);
		worst = err_worst(worst, rc);
		if (rc != ERR_OK)
			p.bad[p.bads++] = index;
	}
	for (; p.next < t->size; p.next++) {
		if (c->resume != NULL && bytes >= NOTE_EVERY) {
			note_progress(c->resume, t, &p);
			bytes = 0;
		}
		rc = check_index(dir, t, p.next, &b);
		worst = err_worst(worst, rc);
		if (rc != ERR_OK)
			add_bad(&p, p.next);
		bytes += t->chunk[p.next].size;
	}
	if (c->resume != NULL && p.bads > 0)
		note_progress(c->resume, t, &p);
	else if (c->resume != NULL)
		worst = err_worst(worst, end_progress(c->resume));
	worst = err_worst(worst, check_extra(dir, t, &a));
out:
	buf_free(&b);
	arena_free(&a);
	mem_free(p.bad);
	return worst;
}

enum status
chunkstore_verify(const char *dir, const struct chunkstore_check *c)
{
	struct arena a = { 0 };
	char *path = arena_printf(&a, "%s/%s", dir, manifest_name);
	struct merkledoc_tree t;
	struct err e;
	enum status rc = read_manifest(path, &a, &t);

	if (rc == ERR_OK && c->root != NULL &&
	    !digest_equal(c->root, &t.root))
		rc = no(path, "the tree has another root");
	if (rc == ERR_OK && c->from > t.size) {
		(void)err_bad(&e, "chunk %" PRIu64 " is not in a tree of %"
		    PRIu64, c->from, t.size);
		rc = msg_err(path, &e);
	}
	if (rc == ERR_OK)
		rc = c->chunks > 0 ? check_some(dir, &t, c) :
		    check_all(dir, &t, c);
	arena_free(&a);
	return rc;
}
