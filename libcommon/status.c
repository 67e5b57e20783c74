/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "decision.h"
#include "output.h"
#include "status.h"

static int64_t
micros(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
status_start(struct status_clock *c)
{
	c->start = c->last = micros();
	for (int i = 0; i < STATUS_PHASES; i++)
		c->phase[i] = -1;
}

void
status_lap(struct status_clock *c, enum status_phase phase)
{
	int64_t now = micros();

	c->phase[phase] = now - c->last;
	c->last = now;
}

static struct json
timings(struct arena *a, const struct status_clock *c)
{
	static const char *const name[STATUS_PHASES] = { "readMicros",
	    "lookupMicros", "decideMicros" };
	struct json o = json_object();

	for (int i = 0; i < STATUS_PHASES; i++)
		if (c->phase[i] >= 0)
			json_set(a, &o, name[i], json_int(a, c->phase[i]));
	json_set(a, &o, "totalMicros", json_int(a, micros() - c->start));
	return o;
}

void
status_write(const char *path, struct arena *a, const struct status_clock *c,
    const struct asked *asked, enum recall_state state, struct slice decision)
{
	static const char *const name[] = {
		[RECALL_NONE] = "computed", [RECALL_HIT] = "cached",
		[RECALL_MISS] = "computed", [RECALL_STALE] = "stale"
	};
	struct json o = json_object(), doc;
	struct decision d;
	int64_t age;

	json_set_z(a, &o, "kind", "prov.status/v1");
	json_set_z(a, &o, "status", decision.data != NULL ? name[state] :
	    "unknown");
	json_set(a, &o, "timings", timings(a, c));
	json_set(a, &o, "veriKey", digest_value(a, &asked->request.key));
	if (state == RECALL_HIT)
		json_set_z(a, &o, "source", "lmdb");
	if (json_parse(decision, &json_own, a, &doc, NULL) == ERR_OK &&
	    decision_read(a, &doc, &d, NULL) == ERR_OK) {
		age = asked->now - d.created_at;
		json_set(a, &o, "ageSeconds", json_int(a, age > 0 ? age : 0));
		json_set(a, &o, "trustScore", json_int(a, d.trust_score));
	}
	output_document(path, &o);
}
