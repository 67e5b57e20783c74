/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle - speed of the tree code beside bare libgcrypt, in one process and
 * on the same data; see ci/bench/merkle.  Prints JSON lines.
 *
 *	merkle chunks FILE	64 KiB chunks, one thread and two
 *	merkle leaves N		N leaves of 32 bytes
 *	merkle hash BYTES	SHA-256 of that many, again and again
 */
#include <fcntl.h>
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chunker.h"
#include "merkle.h"

enum {
	RUN = 256,	/* leaves that are hashed together */
	ROUNDS = 5	/* the best of them counts: others use the machine */
};

static char block[MERKLE_CHUNK];

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
push(void *ctx, const struct digest *hash, uint64_t size)
{
	(void)size;
	(void)merkle_push(ctx, hash, NULL);
}

static double
bare_chunks(const char *path)
{
	double start = seconds();
	unsigned char out[32];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		gcry_md_hash_buffer(GCRY_MD_SHA256, out, block, (size_t)n);
	(void)close(fd);
	return seconds() - start;
}

static double
our_chunks(const char *path, unsigned jobs)
{
	double start = seconds();
	struct merkle m = { 0 };
	struct chunker c = { .kind = CHUNKER_BYTES, .jobs = jobs,
		.chunk_size = MERKLE_CHUNK, .leaf = push, .ctx = &m };

	if (chunker_run(&c, path) != ERR_OK)
		exit(3);
	return seconds() - start;
}

/* As many bare hashes of 65 bytes as the tree has nodes, and of 33 as it has
 * leaves. */
static double
bare_nodes(unsigned long n)
{
	double start = seconds();
	unsigned char in[65] = { 0 }, out[32];

	for (unsigned long i = 0; i < n; i++) {
		gcry_md_hash_buffer(GCRY_MD_SHA256, out, in, 33);
		memcpy(in + 1, out, 32);
		gcry_md_hash_buffer(GCRY_MD_SHA256, out, in, 65);
		memcpy(in + 33, out, 32);
	}
	return seconds() - start;
}

static double
our_nodes(unsigned long n)
{
	double start = seconds();
	struct merkle m = { 0 };
	char data[RUN][32] = { { 0 } };
	struct digest leaf[RUN];

	for (unsigned long i = 0; i < n; i += RUN) {
		size_t run = n - i < RUN ? n - i : RUN;

		for (size_t k = 0; k < run; k++)
			memcpy(data[k], &(unsigned long){ i + k },
			    sizeof(i));
		merkle_cut((struct slice){ data[0], run * sizeof(data[0]) },
		    sizeof(data[0]), leaf);
		merkle_push_all(&m, leaf, run);
	}
	(void)merkle_root(&m);
	return seconds() - start;
}

/* 64 MiB of them, each of what the one before left. */
static double
hashes(size_t size, int ours)
{
	double start = seconds();
	unsigned char out[32];

	for (size_t done = 0; done < (size_t)64 << 20; done += size) {
		if (ours)
			sha256_bytes((struct slice){ block, size }, out);
		else
			gcry_md_hash_buffer(GCRY_MD_SHA256, out, block, size);
		memcpy(block, out, size < 32 ? size : 32);
	}
	return seconds() - start;
}

static double
best(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

int
main(int argc, char **argv)
{
	double bare = 0, one = 0, two = 0;

	(void)gcry_check_version(NULL);
	(void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (argc == 3 && strcmp(argv[1], "chunks") == 0) {
		for (int i = 0; i < ROUNDS; i++) {
			bare = best(bare, bare_chunks(argv[2]));
			one = best(one, our_chunks(argv[2], 1));
			two = best(two, our_chunks(argv[2], 2));
		}
		printf("{\"bench\":\"merkle-chunks\",\"bare\":%.4f,"
		    "\"one\":%.4f,\"two\":%.4f,\"oneOfBare\":%.2f,"
		    "\"twoOfOne\":%.2f}\n", bare, one, two, bare / one,
		    one / two);
		if (sysconf(_SC_NPROCESSORS_ONLN) > 1 && one / two < 1.6)
			return 1;
		return bare / one >= 0.9 ? 0 : 1;
	}
	if (argc == 3 && strcmp(argv[1], "leaves") == 0) {
		unsigned long n = strtoul(argv[2], NULL, 10);

		for (int i = 0; i < 2; i++) {
			bare = best(bare, bare_nodes(n));
			one = best(one, our_nodes(n));
		}
		printf("{\"bench\":\"merkle-leaves\",\"bare\":%.4f,"
		    "\"ours\":%.4f,\"ofBare\":%.2f}\n", bare, one,
		    bare / one);
		return bare / one >= 0.85 ? 0 : 1;
	}
	if (argc == 3 && strcmp(argv[1], "hash") == 0) {
		size_t size = strtoul(argv[2], NULL, 10);

		if (size == 0 || size > sizeof(block))
			return 2;
		for (int i = 0; i < ROUNDS; i++) {
			bare = best(bare, hashes(size, 0));
			one = best(one, hashes(size, 1));
		}
		printf("{\"bench\":\"sha256\",\"bytes\":%zu,\"bare\":%.4f,"
		    "\"ours\":%.4f,\"ofBare\":%.2f}\n", size, bare, one,
		    bare / one);
		return bare / one >= 0.95 ? 0 : 1;
	}
	return 2;
}
