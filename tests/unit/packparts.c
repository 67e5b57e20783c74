/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "packparts.h"
#include "tap.h"

enum {
	SIZE = 3 * 1024 * 1024 + 777	/* several windows, and a rest */
};

static struct arena arena;

/* A file of its own with these bytes. */
static int
file_of(struct slice bytes)
{
	char name[] = "packparts.XXXXXX";
	int fd = mkstemp(name);
	struct err e;

	if (fd < 0 || unlink(name) != 0 ||
	    io_write(fd, bytes.data, bytes.len, &e) != ERR_OK)
		exit(99);
	return fd;
}

/* Every chunk of a file is the one that the bytes have. */
static bool
same_chunks(struct packparts *p, struct slice bytes, bool backwards)
{
	uint64_t n = (bytes.len + MERKLE_CHUNK - 1) / MERKLE_CHUNK;

	for (uint64_t i = 0; i < n; i++) {
		uint64_t index = backwards ? n - 1 - i : i;
		size_t at = (size_t)index * MERKLE_CHUNK;
		struct slice piece;
		struct err e;

		if (packparts_chunk(p, index, &piece, &e) != ERR_OK ||
		    !slice_eq(piece, slice_cut(bytes, at, at + MERKLE_CHUNK)))
			return false;
	}
	return true;
}

static bool
same_tree(const struct packparts *p, const struct packparts *q)
{
	struct json a = packparts_tree(&arena, p);
	struct json b = packparts_tree(&arena, q);

	return json_equal(&a, &b);
}

int
main(void)
{
	char *text = arena_alloc(&arena, SIZE + 1);
	struct slice bytes = { text, SIZE }, with_lf = { text, SIZE + 1 };
	struct packparts held = { .at = NULL }, filed = { .at = NULL };
	struct packparts_part other;
	struct digest want;
	struct slice piece;
	struct err e;
	int fd;

	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i * i % 23 + i / 65536 % 3);
	text[SIZE] = '\n';
	want = digest_bytes(bytes);
	ok(packparts_raw(bytes, &want, &held.part[0], &e) == ERR_OK,
	    "bytes with the wanted digest");
	fd = file_of(with_lf);
	ok(packparts_file(&arena, fd, &want, &filed.part[0], &e) == ERR_OK &&
	    filed.part[0].size == SIZE, "a file of them, and a LF");
	ok(same_tree(&held, &filed), "give the same tree");
	ok(same_chunks(&filed, bytes, false) &&
	    same_chunks(&filed, bytes, true), "and the same chunks, in "
	    "whatever order they are asked for");
	ok(packparts_chunk(&filed, SIZE / MERKLE_CHUNK + 1, &piece, &e) ==
	    ERR_INPUT, "there is no chunk behind the last");
	ok(pwrite(fd, "Z", 1, 70000) == 1 &&
	    packparts_chunk(&filed, 0, &piece, &e) == ERR_OK, "what was "
	    "read before stays in the window");
	filed.at = NULL;
	ok(packparts_chunk(&filed, 1, &piece, &e) == ERR_SYSTEM,
	    "a file that changed is noticed");
	ok(ftruncate(fd, 1024 * 1024 + 5) == 0 &&
	    packparts_chunk(&filed, 17, &piece, &e) == ERR_SYSTEM,
	    "one that became shorter too");
	packparts_close(&filed);
	fd = file_of(bytes);
	ok(packparts_file(&arena, fd, &want, &other, &e) == ERR_OK &&
	    other.size == SIZE, "a file without the LF is as good");
	want.sha256[0] ^= 1;
	ok(packparts_file(&arena, fd, &want, &other, &e) == ERR_NO &&
	    other.leaf == NULL, "one with another digest is not");
	(void)close(fd);
	fd = file_of(SLICE(""));
	ok(packparts_file(&arena, fd, &want, &other, &e) == ERR_NO,
	    "nor an empty one");
	(void)close(fd);
	arena_free(&arena);
	return done();
}
