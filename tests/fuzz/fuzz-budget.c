/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-budget: any bytes as a budget, held against a few facts. */
#include <stdint.h>

#include "budget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char facts[] = "{\"byReason\":{\"Identity\":3,"
	    "\"FeedGap\":9007199254740991},\"bySeverity\":{\"high\":2},"
	    "\"newFindings\":1,\"feeds\":{\"f\":\"2026-W03\"}}";
	struct arena a = { 0 };
	struct json doc, counts, out;
	struct budget_facts f;
	struct budget b;
	struct err e;

	if (json_parse(slice_of(facts), &json_own, &a, &counts, &e) !=
	    ERR_OK || budget_counts(&counts, &f, &e) != ERR_OK)
		__builtin_trap();
	if (json_parse((struct slice){ (const char *)data, size }, &json_own,
	    &a, &doc, &e) == ERR_OK &&
	    budget_read(&a, &doc, slice_of("production"), &b, &e) == ERR_OK)
		(void)budget_check(&a, &b, &f, 1800000000, &out, &e);
	arena_free(&a);
	return 0;
}
