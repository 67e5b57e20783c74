/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>

#include "io.h"
#include "merkle.h"
#include "web.h"
#include "webchunk.h"

static enum status
read_line(struct slice line, uint64_t *index, struct digest *hash)
{
	size_t space = slice_find(line, ' ');

	*index = 0;
	for (size_t i = 0; i < space; i++) {
		if (line.data[i] < '0' || line.data[i] > '9' || i >= 8)
			return ERR_INPUT;
		*index = *index * 10 + (uint64_t)(line.data[i] - '0');
	}
	return space > 0 && digest_read(slice_cut(line, space + 1, line.len),
	    hash) ? ERR_OK : ERR_INPUT;
}

static enum status
put_file(const char *path, struct slice bytes, struct err *e)
{
	struct io_file file;
	enum status rc = io_file_create(&file, path, 0666, false, e);

	if (rc != ERR_OK)
		return rc;
	rc = io_write(file.fd, bytes.data, bytes.len, e);
	if (rc == ERR_OK)
		return io_file_commit(&file, e);
	io_file_abandon(&file);
	return rc;
}

static enum status
fetch(const struct webchunk *w, struct web *web, struct arena *a,
    uint64_t index, const struct digest *hash, struct err *e)
{
	const char *url = arena_printf(a, "%s/%08" PRIu64 ".chunk", w->base,
	    index);
	struct buf bytes = { 0 };
	enum status rc = web_get(web, url, MERKLE_CHUNK, &bytes, e);
	struct digest leaf = merkle_leaf(buf_get(&bytes));

	if (rc == ERR_OK && !digest_equal(&leaf, hash))
		rc = err_no(e, "chunk %" PRIu64 " there is another one",
		    index);
	if (rc == ERR_OK)
		rc = put_file(arena_printf(a, "%s/%08" PRIu64 ".chunk",
		    w->dir, index), buf_get(&bytes), e);
	buf_free(&bytes);
	return rc;
}

enum status
webchunk_run(const struct webchunk *w, struct slice list, struct err *e)
{
	struct web *web = web_open();
	struct arena a = { 0 };
	enum status rc = ERR_OK;
	uint64_t done = 0;

	if (web == NULL) {
		errno = ENOMEM;
		return err_system(e, "cannot start libcurl");
	}
	while (rc == ERR_OK && list.len > 0) {
		size_t n = slice_find(list, '\n');
		struct digest hash;
		uint64_t index;

		if (read_line(slice_cut(list, 0, n), &index, &hash) != ERR_OK)
			rc = err_bad(e, "a line that is not INDEX HASH");
		else
			rc = fetch(w, web, &a, index, &hash, e);
		list = slice_cut(list, n + 1, list.len);
		arena_reset(&a);
		if (rc == ERR_OK && w->progress != NULL)
			w->progress(w->ctx, ++done);
	}
	arena_free(&a);
	web_close(web);
	return rc;
}
