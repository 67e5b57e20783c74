/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "tarout.h"

struct tarout {
	struct archive *archive;
	struct archive_entry *entry;
	enum status (*sink)(void *, struct slice, struct err *);
	void *ctx;
	bool closing;		/* what is written now goes nowhere */
	enum status rc;		/* what the sink last said */
	struct err sunk;	/* and its error */
};

static la_ssize_t
on_write(struct archive *archive, void *ctx, const void *data, size_t size)
{
	struct tarout *t = ctx;

	if (t->closing)
		return (la_ssize_t)size;
	t->rc = t->sink(t->ctx, (struct slice){ data, size }, &t->sunk);
	if (t->rc == ERR_OK)
		return (la_ssize_t)size;
	archive_set_error(archive, EIO, "the sink failed");
	return -1;
}

/* The sink's own error is the better one. */
static enum status
fault(const struct tarout *t, struct err *e)
{
	const char *text = archive_error_string(t->archive);

	if (t->rc != ERR_OK) {
		if (e != NULL)
			*e = t->sunk;
		return t->rc;
	}
	errno = archive_errno(t->archive);
	return err_system(e, "cannot write the tar (%s)",
	    text != NULL ? text : "no reason given");
}

struct tarout *
tarout_open(enum status (*sink)(void *ctx, struct slice bytes, struct err *e),
    void *ctx)
{
	struct tarout *t = mem_alloc(sizeof(*t));

	*t = (struct tarout){ .sink = sink, .ctx = ctx };
	t->archive = archive_write_new();
	t->entry = archive_entry_new();
	if (t->archive == NULL || t->entry == NULL ||
	    archive_write_set_format_ustar(t->archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(t->archive, TAROUT_BLOCK) !=
	    ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(t->archive, 10240) !=
	    ARCHIVE_OK ||
	    archive_write_open(t->archive, t, NULL, on_write, NULL) !=
	    ARCHIVE_OK) {
		tarout_close(t);
		return NULL;
	}
	return t;
}

enum status
tarout_begin(struct tarout *t, const char *name, uint64_t size, struct err *e)
{
	archive_entry_clear(t->entry);
	archive_entry_set_pathname(t->entry, name);
	archive_entry_set_filetype(t->entry, AE_IFREG);
	archive_entry_set_perm(t->entry, 0644);
	archive_entry_set_size(t->entry, (la_int64_t)size);
	archive_entry_set_mtime(t->entry, 0, 0);
	if (archive_write_header(t->archive, t->entry) != ARCHIVE_OK)
		return fault(t, e);
	return ERR_OK;
}

enum status
tarout_data(struct tarout *t, struct slice bytes, struct err *e)
{
	la_ssize_t n = archive_write_data(t->archive, bytes.data, bytes.len);

	if (n < 0)
		return fault(t, e);
	/* Fewer bytes fit only if the entry's size was told too small. */
	if ((size_t)n != bytes.len)
		return err_bad(e, "more data than the entry's size");
	return ERR_OK;
}

enum status
tarout_finish(struct tarout *t, struct err *e)
{
	return archive_write_close(t->archive) == ARCHIVE_OK ? ERR_OK :
	    fault(t, e);
}

void
tarout_close(struct tarout *t)
{
	if (t == NULL)
		return;
	if (t->archive != NULL) {
		/* It writes the end of what was given up, and only then lets
		 * go of its memory. */
		t->closing = true;
		(void)archive_write_free(t->archive);
	}
	archive_entry_free(t->entry);
	mem_free(t);
}
