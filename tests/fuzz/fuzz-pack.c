/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No bytes make the reader of bundles or the judge crash; neither the judge
 * nor replay accepts what pack_read does not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "packcheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("pack", MFD_CLOEXEC);
	struct arena a = { 0 };
	struct pack pack;
	struct pack_replay replay;
	struct packcheck check = { .integrity_only = true };
	struct json answer;
	struct err e;
	enum status rc;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	rc = pack_read(fd, &a, NULL, &pack, &e);
	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (pack_replay(fd, &a, &replay, &e) == ERR_OK && rc != ERR_OK) {
		fprintf(stderr, "broken: replay accepts what read does "
		    "not\n");
		abort();
	}
	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (packcheck_run(fd, &a, &check, &pack, &answer, &e) == ERR_OK &&
	    rc != ERR_OK) {
		fprintf(stderr, "broken: the judge accepts what read does "
		    "not\n");
		abort();
	}
	(void)close(fd);
	arena_free(&a);
	return 0;
}
