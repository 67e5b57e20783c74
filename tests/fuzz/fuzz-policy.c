/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-policy: any bytes as a policy, for an environment it may name. */
#include <stdint.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environment[] = { "default", "production" };
	struct arena a = { 0 };
	struct json doc;
	struct policy p;
	struct err e;

	if (json_parse((struct slice){ (const char *)data, size }, &json_own,
	    &a, &doc, &e) == ERR_OK)
		for (int i = 0; i < 2; i++)
			if (policy_read(&a, &doc, slice_of(environment[i]),
			    &p, &e) == ERR_OK &&
			    (p.bucket <= 0 || p.ttl <= 0 ||
			    p.rules.weight_p + p.rules.weight_c +
			    p.rules.weight_r != LATTICE_ONE ||
			    p.rules.half_life < 1))
				__builtin_trap();
	arena_free(&a);
	return 0;
}
