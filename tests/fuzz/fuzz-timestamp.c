/* SPDX-License-Identifier: Apache-2.0 */
/* A timestamp that is read names nobody that was not asked for. */
#include <stdint.h>
#include <stdlib.h>

#include "timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust_authority nobody = { .count = 0 };
	struct timestamp t;

	if (timestamp_read((struct slice){ (const char *)data, size }, &t,
	    NULL) != ERR_OK)
		return 0;
	if (timestamp_names(&t, &nobody) ||
	    timestamp_verify(&t, &nobody, SLICE("x"), NULL) == ERR_OK ||
	    t.imprint.len != crypt_hash_len(t.imprint_hash))
		abort();
	return 0;
}
