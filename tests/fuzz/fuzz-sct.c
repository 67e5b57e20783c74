/* SPDX-License-Identifier: Apache-2.0 */
/* A list of certificate timestamps that is read stays within its bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "sct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sct list[SCT_MAX];
	size_t count, sum = 2;

	if (sct_read_list((struct slice){ (const char *)data, size }, list,
	    &count, NULL) != ERR_OK)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (list[i].known)
			sum += 2 + 1 + SCT_LOG_ID + 8 + 2 +
			    list[i].extensions.len + 2 + 2 +
			    list[i].signature.len;
	if (count == 0 || sum > size)
		abort();
	return 0;
}
