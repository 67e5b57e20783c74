/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artifact.h"
#include "io.h"

enum {
	PIECE = 256 * 1024	/* stays in the second level cache */
};

/* The artifact cannot be read: its name belongs into the message, which is
 * told under the bundle's. */
static enum status
unreadable(const struct artifact *f, const struct err *why, struct err *e)
{
	(void)err_no(e, "the artifact %s: %s", f->path, why->text);
	if (e != NULL)
		e->code = why->code;
	return why->code;
}

/* Reads fd once for the hashes that are wanted. */
static enum status
hash_file(struct artifact *f, int fd, const bool want[ARTIFACT_HASHES],
    struct err *e)
{
	struct crypt_hasher *hasher[ARTIFACT_HASHES] = { NULL };
	char *piece = mem_alloc(PIECE);
	enum status status;
	size_t got;

	for (int h = 0; h < ARTIFACT_HASHES; h++)
		if (want[h])
			hasher[h] = crypt_hasher_open((enum crypt_hash)h);
	while ((status = io_read(fd, piece, PIECE, &got, e)) == ERR_OK &&
	    got > 0)
		for (int h = 0; h < ARTIFACT_HASHES; h++)
			if (want[h])
				crypt_hasher_add(hasher[h], piece, got);
	for (int h = 0; h < ARTIFACT_HASHES; h++) {
		if (want[h] && status == ERR_OK) {
			crypt_hasher_take(hasher[h], f->digest[h]);
			f->have[h] = true;
		}
		crypt_hasher_close(hasher[h]);
	}
	mem_free(piece);
	return status;
}

static enum status
get_digest(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	struct artifact *f = ctx;
	bool want[ARTIFACT_HASHES] = { false };
	struct err inner;
	struct stat st;
	enum status status;
	int fd;

	if ((unsigned)hash >= ARTIFACT_HASHES)
		return err_no(e, "no such hash of an artifact");
	if (!f->have[hash] && f->path == NULL)
		return err_no(e, "only one digest of the artifact was given, "
		    "and that of another hash is needed: name the file");
	if (!f->have[hash]) {
		status = io_open_read(f->path, &fd, &inner);
		if (status != ERR_OK)
			return unreadable(f, &inner, e);
		/* A pipe is read once only. */
		for (int h = 0; h < ARTIFACT_HASHES; h++)
			want[h] = h == (int)hash || fstat(fd, &st) != 0 ||
			    !S_ISREG(st.st_mode);
		status = hash_file(f, fd, want, &inner);
		(void)close(fd);
		if (status != ERR_OK)
			return unreadable(f, &inner, e);
	}
	memcpy(out, f->digest[hash], crypt_hash_len(hash));
	return ERR_OK;
}

static enum status
map_file(struct artifact *f, int fd, struct err *e)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0)
		return err_system(e, "cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return err_bad(e, "not a regular file, which Ed25519 needs");
	if ((uint64_t)st.st_size > ARTIFACT_WHOLE_MAX)
		return err_bad(e, "larger than 2 GiB, the most that can be "
		    "verified with Ed25519");
	f->is_mapped = true;
	if (st.st_size == 0) {
		f->mapped = SLICE("");
		return ERR_OK;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		f->is_mapped = false;
		return err_system(e, "cannot be mapped");
	}
	f->mapped = (struct slice){ p, (size_t)st.st_size };
	return ERR_OK;
}

static enum status
get_whole(void *ctx, struct slice *bytes, struct err *e)
{
	struct artifact *f = ctx;
	struct err inner;
	enum status status;
	int fd;

	if (f->path == NULL)
		return err_no(e, "an Ed25519 signature cannot be verified "
		    "from a digest: name the file");
	if (!f->is_mapped) {
		status = io_open_read(f->path, &fd, &inner);
		if (status == ERR_OK) {
			status = map_file(f, fd, &inner);
			(void)close(fd);
		}
		if (status != ERR_OK)
			return unreadable(f, &inner, e);
	}
	*bytes = f->mapped;
	return ERR_OK;
}

static void
begin(struct artifact *f)
{
	memset(f, 0, sizeof(*f));
	f->as.digest = get_digest;
	f->as.whole = get_whole;
	f->as.ctx = f;
}

void
artifact_file(struct artifact *f, const char *path)
{
	begin(f);
	f->path = path;
}

void
artifact_digest(struct artifact *f, enum crypt_hash hash,
    const uint8_t *digest)
{
	begin(f);
	memcpy(f->digest[hash], digest, crypt_hash_len(hash));
	f->have[hash] = true;
}

void
artifact_close(struct artifact *f)
{
	if (f->is_mapped && f->mapped.len > 0)
		(void)munmap((void *)(uintptr_t)f->mapped.data,
		    f->mapped.len);
	f->is_mapped = false;
}
