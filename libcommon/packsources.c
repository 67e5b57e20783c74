/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetchrun.h"
#include "io.h"
#include "msg.h"
#include "packsources.h"

static enum status
take_from(struct packfetch *f, const char *path)
{
	struct stat st;
	struct err e;
	enum status rc;
	int fd;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = packfetch_folder(f, path, &e);
		return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
	}
	rc = io_open_read(path, &fd, &e);
	if (rc == ERR_OK) {
		rc = packfetch_bundle(f, fd, &e);
		(void)close(fd);
	}
	return rc == ERR_OK ? ERR_OK : msg_err(path, &e);
}

static enum status
take_from_cache(const struct packsources *o, struct packfetch *f)
{
	struct entry_store *store;
	struct err e;
	enum status rc = entry_open(o->cache, ENTRY_READ, &store, &e);

	if (rc == ERR_OK) {
		rc = packfetch_store(f, store, &e);
		entry_close(store);
	}
	return rc == ERR_OK ? ERR_OK : msg_err(o->cache, &e);
}

/* What was fetched before stands in the folder already. */
static enum status
take_from_server(const struct packsources *o, struct packfetch *f)
{
	struct buf list = { 0 };
	enum status rc;

	if (mkdir(o->into, 0777) != 0 && errno != EEXIST) {
		struct err e;

		(void)err_system(&e, "cannot make the folder");
		return msg_err(o->into, &e);
	}
	rc = take_from(f, o->into);
	if (rc != ERR_OK || f->missing == 0 || o->offline)
		return rc;
	for (uint64_t i = 0; packfetch_next(f, &i); i++) {
		char hash[DIGEST_TEXT + 1];

		digest_write(&f->pack.tree.chunk[i].hash, hash);
		buf_printf(&list, "%" PRIu64 " %s\n", i, hash);
	}
	rc = fetchrun(o->url, o->into, buf_get(&list));
	buf_free(&list);
	return rc == ERR_OK ? take_from(f, o->into) : rc;
}

enum status
packsources_take(const struct packsources *o, struct packfetch *f,
    const char *name)
{
	enum status rc = ERR_OK;
	struct err e;
	uint64_t first = 0;

	for (size_t i = 0; rc == ERR_OK && i < o->from.count; i++)
		rc = take_from(f, o->from.item[i]);
	if (rc == ERR_OK && o->cache != NULL && f->missing > 0)
		rc = take_from_cache(o, f);
	if (rc == ERR_OK && o->url != NULL && f->missing > 0)
		rc = take_from_server(o, f);
	if (rc != ERR_OK || !packfetch_next(f, &first))
		return rc;
	(void)err_no(&e, "%" PRIu64 " of %" PRIu64 " chunks are still "
	    "missing, the first is chunk %" PRIu64, f->missing,
	    f->pack.tree.size, first);
	return msg_err(name, &e);
}
