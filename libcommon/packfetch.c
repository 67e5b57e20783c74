/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "packfetch.h"

/* --- spool ---------------------------------------------------------------- */

static enum status
spooled(void *ctx, uint64_t index, struct slice *bytes, struct err *e)
{
	struct packfetch *f = ctx;

	*bytes = (struct slice){ f->chunk,
	    (size_t)f->pack.tree.chunk[index].size };
	return spool_get(&f->spool, index, f->chunk, bytes->len, e);
}

static void
mark(struct packfetch *f, uint64_t index)
{
	f->have[index] = 1;
	f->missing--;
}

/* --- the bundle ----------------------------------------------------------- */

static enum status
own_entry(void *ctx, enum manifest_entry kind, const char *name,
    struct slice bytes, struct err *e)
{
	struct packfetch *f = ctx;
	struct packout_item *item;

	(void)name;
	(void)e;
	f->item = mem_array(f->item, f->items + 1, sizeof(*f->item));
	item = &f->item[f->items++];
	*item = (struct packout_item){ .kind = kind,
	    .bytes = arena_slice(f->arena, bytes) };
	return ERR_OK;
}

static enum status
own_source(void *ctx, const struct digest *digest, struct slice piece,
    struct err *e)
{
	struct packfetch *f = ctx;
	struct packout_item *item;
	enum status rc;
	int fd;

	if (piece.data != NULL) {
		item = &f->item[f->items - 1];
		item->size += piece.len;
		return io_write(item->fd, piece.data, piece.len, e);
	}
	rc = spool_file(&fd, e);
	if (rc != ERR_OK)
		return rc;
	f->item = mem_array(f->item, f->items + 1, sizeof(*f->item));
	f->item[f->items++] = (struct packout_item){
	    .kind = MANIFEST_SOURCE, .digest = *digest, .fd = fd };
	return ERR_OK;
}

static enum status
own_chunk(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	struct packfetch *f = ctx;

	(void)leaf;
	return spool_put(&f->spool, index, bytes, e);
}

enum status
packfetch_open(struct packfetch *f, int fd, struct arena *a, struct err *e)
{
	struct pack_sink sink = { .entry = own_entry, .chunk = own_chunk,
	    .source = own_source, .ctx = f };
	enum status rc;

	memset(f, 0, sizeof(*f));
	f->arena = a;
	rc = pack_read(fd, a, &sink, &f->pack, e);
	if (rc != ERR_OK)
		return rc;
	f->have = arena_zalloc(a, (size_t)f->pack.tree.size + 1);
	f->missing = f->pack.tree.size;
	for (uint64_t i = 0; i < f->pack.kept; i++)
		mark(f, i);
	for (size_t i = 0; i < f->items; i++)
		if (f->item[i].kind == MANIFEST_SOURCE &&
		    lseek(f->item[i].fd, 0, SEEK_SET) != 0)
			return err_system(e, "cannot read a temporary file");
	if (f->pack.events.data != NULL)
		return own_entry(f, MANIFEST_EVENTS, "", f->pack.events, e);
	return ERR_OK;
}

void
packfetch_close(struct packfetch *f)
{
	for (size_t i = 0; i < f->items; i++)
		if (f->item[i].kind == MANIFEST_SOURCE)
			(void)close(f->item[i].fd);
	mem_free(f->item);
	spool_close(&f->spool);
	f->item = NULL;
	f->items = 0;
}

/* --- where chunks come from ----------------------------------------------- */

bool
packfetch_next(const struct packfetch *f, uint64_t *index)
{
	while (*index < f->pack.tree.size && f->have[*index] != 0)
		++*index;
	return *index < f->pack.tree.size;
}

static enum status
take(struct packfetch *f, uint64_t index, struct slice bytes, struct err *e)
{
	struct digest leaf = merkle_leaf(bytes);
	enum status rc;

	if (!digest_equal(&leaf, &f->pack.tree.chunk[index].hash))
		return err_no(e, "chunk %" PRIu64 " there is another one",
		    index);
	rc = spool_put(&f->spool, index, bytes, e);
	if (rc == ERR_OK)
		mark(f, index);
	return rc;
}

enum status
packfetch_folder(struct packfetch *f, const char *dir, struct err *e)
{
	struct buf bytes = { 0 };
	struct arena a = { 0 };
	enum status rc = ERR_OK;

	for (uint64_t i = 0; rc == ERR_OK && packfetch_next(f, &i); i++) {
		char *path = arena_printf(&a, "%s/%08" PRIu64 ".chunk", dir,
		    i);

		buf_reset(&bytes);
		if (access(path, F_OK) != 0) {
			arena_reset(&a);
			continue;
		}
		rc = io_slurp(path, &bytes, MERKLE_CHUNK, e);
		if (rc == ERR_OK)
			rc = take(f, i, buf_get(&bytes), e);
		arena_reset(&a);
	}
	buf_free(&bytes);
	arena_free(&a);
	return rc;
}

/* Another bundle's chunks are looked up by hash: it may be of another
 * decision over the same evidence. */
struct lookup {
	struct packfetch *f;
	uint64_t *order;	/* chunks by hash */
};

static int
by_hash(const void *a, const void *b, void *ctx)
{
	const struct merkledoc_chunk *chunk = ctx;

	return digest_cmp(&chunk[*(const uint64_t *)a].hash,
	    &chunk[*(const uint64_t *)b].hash);
}

static enum status
other_chunk(void *ctx, uint64_t index, const struct digest *leaf,
    struct slice bytes, struct err *e)
{
	const struct lookup *l = ctx;
	struct packfetch *f = l->f;
	uint64_t low = 0, high = f->pack.tree.size;
	enum status rc = ERR_OK;

	(void)index;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (digest_cmp(&f->pack.tree.chunk[l->order[middle]].hash,
		    leaf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; rc == ERR_OK && low < f->pack.tree.size &&
	    digest_equal(&f->pack.tree.chunk[l->order[low]].hash, leaf);
	    low++)
		if (f->have[l->order[low]] == 0) {
			rc = spool_put(&f->spool, l->order[low], bytes, e);
			if (rc == ERR_OK)
				mark(f, l->order[low]);
		}
	return rc;
}

enum status
packfetch_bundle(struct packfetch *f, int fd, struct err *e)
{
	struct lookup l = { .f = f };
	struct pack_sink sink = { .chunk = other_chunk, .ctx = &l };
	struct arena a = { 0 };
	struct pack other;
	enum status rc;

	l.order = arena_array(&a, (size_t)f->pack.tree.size + 1,
	    sizeof(*l.order));
	for (uint64_t i = 0; i < f->pack.tree.size; i++)
		l.order[i] = i;
	qsort_r(l.order, (size_t)f->pack.tree.size, sizeof(*l.order), by_hash,
	    f->pack.tree.chunk);
	rc = pack_read(fd, &a, &sink, &other, e);
	arena_free(&a);
	return rc;
}

static enum status
stored_chunk(void *ctx, uint64_t index, const struct digest *hash,
    struct slice bytes, struct err *e)
{
	struct packfetch *f = ctx;

	(void)hash;
	return f->have[index] != 0 ? ERR_OK : take(f, index, bytes, e);
}

enum status
packfetch_store(struct packfetch *f, struct entry_store *s, struct err *e)
{
	enum { BATCH = 512 };
	enum status rc = ERR_OK;

	for (uint64_t i = 0; rc == ERR_OK && packfetch_next(f, &i);) {
		uint64_t left = f->pack.tree.size - i;
		uint64_t n = left < BATCH ? left : BATCH;
		struct arena a = { 0 };

		rc = entry_chunks(s, &f->pack.tree.root, i, n, &a,
		    stored_chunk, f, e);
		arena_free(&a);
		i += n;
	}
	/* The cache may never have had this tree. */
	return rc == ERR_NO ? ERR_OK : rc;
}

void
packfetch_fill(struct packfetch *f, struct packout *out)
{
	out->density = MANIFEST_STRICT;
	out->verdict = &f->pack.verdict;
	out->decision = &f->pack.decision;
	out->inputs = &f->pack.inputs;
	out->context = &f->pack.context;
	out->merkle = &f->pack.merkle;
	out->item = f->item;
	out->items = f->items;
	out->chunk = spooled;
	out->chunk_ctx = f;
}
