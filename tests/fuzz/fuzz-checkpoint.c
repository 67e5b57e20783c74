/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint that is read has one reading: its text is its first bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct checkpoint c;
	struct arena a = { 0 };

	if (checkpoint_read((struct slice){ (const char *)data, size }, &a,
	    &c, NULL) == ERR_OK && (c.text.data != (const char *)data ||
	    c.text.len >= size || data[c.text.len - 1] != '\n' ||
	    data[c.text.len] != '\n' || c.count == 0 || c.origin.len == 0))
		abort();
	arena_free(&a);
	return 0;
}
