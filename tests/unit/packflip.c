/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One flipped bit at every offset of a bundle: nothing is left that could
 * change without an answer of no.  A zstd frame has bits that mean nothing
 * to who reads it (RFC 8878, 3.1.1.1.1.3); of one, the bundle that comes out
 * must be the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io.h"
#include "packcheck.h"
#include "tap.h"

enum {
	AT = 1795176000,	/* 2026-11-20T12:00:00Z */
	MOST = 1024 * 1024
};

static const char *packs;

static void
slurp(const char *name, struct buf *out)
{
	char path[4096];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", packs, name);
	if (io_slurp(path, out, MOST, &e) != ERR_OK) {
		printf("Bail out! %s: %s\n", path, e.text);
		exit(99);
	}
}

static enum status
verify(int fd, const struct key *key, struct digest *id, bool *compressed)
{
	struct packcheck check = { .key = key, .keys = 1, .at = AT };
	struct arena a = { 0 };
	struct json answer;
	struct pack pack;
	struct err e;
	enum status rc;

	if (lseek(fd, 0, SEEK_SET) != 0)
		exit(99);
	rc = packcheck_run(fd, &a, &check, &pack, &answer, &e);
	arena_free(&a);
	*id = pack.id;
	*compressed = pack.compressed;
	return rc;
}

static void
put_byte(int fd, size_t at, char byte)
{
	if (pwrite(fd, &byte, 1, (off_t)at) != 1)
		exit(99);
}

/* Every step-th offset, with a bit that differs from place to place. */
static void
flip_all(const char *name, const struct key *key, size_t step)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	struct buf good = { 0 };
	size_t flips = 0, wrong = 0;
	struct digest id, other;
	bool frame, framed;
	struct err e;

	slurp(name, &good);
	if (fd < 0 || io_write(fd, good.data, good.len, &e) != ERR_OK)
		exit(99);
	ok(verify(fd, key, &id, &frame) == ERR_OK, "%s: verifies as it is",
	    name);
	for (size_t at = 0; at < good.len; at += step, flips++) {
		int bit = step > 1 ? 0 : (int)(at * 5 % 8);
		enum status rc;

		put_byte(fd, at, (char)(good.data[at] ^ 1 << bit));
		rc = verify(fd, key, &other, &framed);
		put_byte(fd, at, good.data[at]);
		if (rc == ERR_NO || rc == ERR_INPUT || (rc == ERR_OK &&
		    frame && framed && digest_equal(&id, &other)))
			continue;
		printf("# offset %zu, bit %d: status %d\n", at, bit, (int)rc);
		wrong++;
	}
	ok(wrong == 0, "%s: %zu flips, each one refused", name, flips);
	buf_free(&good);
	(void)close(fd);
}

int
main(void)
{
	static const char *const names[] = {
		"good-lite.tar", "good-attested.tar", "good-signed.tar",
		"good-sources.tar", "good-standard.tar", "good-zstd.tar"
	};
	const char *srcdir = getenv("SRCDIR"), *step = getenv("FLIP_STRIDE");
	long stride = step != NULL ? atol(step) : 0;
	char path[4000];
	struct arena a = { 0 };
	struct buf pem = { 0 };
	struct key key;
	struct err e;

	snprintf(path, sizeof(path), "%s/golden/packs",
	    srcdir != NULL ? srcdir : ".");
	packs = path;
	slurp("key.pub", &pem);
	if (key_read_file(buf_get(&pem), &a, &key, &e) != ERR_OK)
		exit(99);
	/* The lite one whole; of the others, which have more in them, a part
	 * unless all is asked for. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		flip_all(names[i], &key, stride > 0 ? (size_t)stride :
		    i == 0 ? 1 : 61);
	buf_free(&pem);
	arena_free(&a);
	return done();
}
