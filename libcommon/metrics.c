/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cache.h"
#include "metrics.h"

/* Bucket bounds in microseconds: from a lookup in memory to a stuck disk. */
static const uint64_t bound[] = { 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
	10000, 25000, 50000, 100000, 250000, 500000, 1000000 };

enum {
	BOUNDS = sizeof(bound) / sizeof(bound[0]),
	/* A histogram: a count per bucket, those above, and the sum. */
	HISTOGRAM = BOUNDS + 2,
	AT_REQUEST = 0,
	AT_INVALIDATION = AT_REQUEST + METRICS_SOURCES * METRICS_RESULTS,
	/* Room for causes and results that are not known yet. */
	AT_LATENCY = 64,
	AT_END = AT_LATENCY + METRICS_OPERATIONS * METRICS_SOURCES * HISTOGRAM
};

_Static_assert((int)AT_END <= (int)CACHE_COUNTERS, "counters fit their page");
_Static_assert((int)AT_INVALIDATION + (int)METRICS_CAUSES <= (int)AT_LATENCY,
    "counters do not overlap");

static const char *const source_name[] = { "lmdb", "valkey", "postgres" };
static const char *const operation_name[] = { "get", "set", "invalidate" };
static const char *const cause_name[] = { "verikey", "signer", "policy",
	"feed", "pattern", "expired" };
static const char *const miss_name[] = { NULL, "not_found", "expired",
	"invalidated" };

static unsigned
at_request(unsigned source, unsigned result)
{
	return AT_REQUEST + source * METRICS_RESULTS + result;
}

static unsigned
at_latency(unsigned operation, unsigned source)
{
	return AT_LATENCY + (operation * METRICS_SOURCES + source) * HISTOGRAM;
}

void
metrics_request(struct cache *c, enum metrics_source source,
    enum metrics_result result)
{
	cache_add(c, at_request(source, result), 1);
}

void
metrics_latency(struct cache *c, enum metrics_operation operation,
    enum metrics_source source, uint64_t nanoseconds)
{
	unsigned at = at_latency(operation, source), i = 0;

	while (i < BOUNDS && nanoseconds > bound[i] * 1000)
		i++;
	cache_add(c, at + i, 1);
	cache_add(c, at + BOUNDS + 1, nanoseconds);
}

void
metrics_invalidation(struct cache *c, enum metrics_cause cause, uint64_t n)
{
	cache_add(c, AT_INVALIDATION + cause, n);
}

/* --- text --------------------------------------------------------------- */

static void
head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    type);
}

static void
requests(struct cache *c, struct buf *out)
{
	head(out, "provcache_requests_total", "counter",
	    "Requests for an entry, by where it was looked for and what came "
	    "of it.");
	for (unsigned s = 0; s < METRICS_SOURCES; s++) {
		uint64_t hit = cache_counter(c, at_request(s, METRICS_HIT));
		uint64_t miss = cache_counter(c, at_request(s,
		    METRICS_NOT_FOUND)) + cache_counter(c, at_request(s,
		    METRICS_INVALIDATED));
		uint64_t expired = cache_counter(c, at_request(s,
		    METRICS_EXPIRED));
		const char *name = source_name[s];

		buf_printf(out, "provcache_requests_total{source=\"%s\","
		    "result=\"hit\"} %" PRIu64 "\n"
		    "provcache_requests_total{source=\"%s\","
		    "result=\"miss\"} %" PRIu64 "\n"
		    "provcache_requests_total{source=\"%s\","
		    "result=\"expired\"} %" PRIu64 "\n", name, hit, name,
		    miss, name, expired);
	}
	head(out, "provcache_hits_total", "counter",
	    "Requests that found a valid entry.");
	for (unsigned s = 0; s < METRICS_SOURCES; s++)
		buf_printf(out, "provcache_hits_total{source=\"%s\"} %" PRIu64
		    "\n", source_name[s], cache_counter(c, at_request(s,
		    METRICS_HIT)));
	head(out, "provcache_misses_total", "counter",
	    "Requests that found none, by the reason.");
	for (unsigned r = METRICS_NOT_FOUND; r < METRICS_RESULTS; r++) {
		uint64_t n = 0;

		for (unsigned s = 0; s < METRICS_SOURCES; s++)
			n += cache_counter(c, at_request(s, r));
		buf_printf(out, "provcache_misses_total{reason=\"%s\"} %"
		    PRIu64 "\n", miss_name[r], n);
	}
}

/* Nanoseconds or microseconds as seconds, without floating point. */
static void
decimal(struct buf *out, uint64_t n, unsigned places)
{
	uint64_t scale = 1;
	char digits[24];
	unsigned len = 0;

	for (unsigned i = 0; i < places; i++)
		scale *= 10;
	buf_printf(out, "%" PRIu64, n / scale);
	for (n %= scale; places > 0 && n > 0; places--, n %= scale) {
		scale /= 10;
		digits[len++] = (char)('0' + n / scale);
	}
	if (len > 0) {
		buf_byte(out, '.');
		buf_add(out, digits, len);
	}
}

static void
histogram(struct cache *c, struct buf *out, unsigned operation,
    unsigned source)
{
	unsigned at = at_latency(operation, source);
	const char *op = operation_name[operation];
	const char *where = source_name[source];
	uint64_t n = 0;

	for (unsigned i = 0; i <= BOUNDS; i++) {
		n += cache_counter(c, at + i);
		buf_printf(out, "provcache_latency_seconds_bucket{"
		    "operation=\"%s\",source=\"%s\",le=\"", op, where);
		if (i < BOUNDS)
			decimal(out, bound[i], 6);
		else
			buf_text(out, "+Inf");
		buf_printf(out, "\"} %" PRIu64 "\n", n);
	}
	buf_printf(out, "provcache_latency_seconds_sum{operation=\"%s\","
	    "source=\"%s\"} ", op, where);
	decimal(out, cache_counter(c, at + BOUNDS + 1), 9);
	buf_printf(out, "\nprovcache_latency_seconds_count{operation=\"%s\","
	    "source=\"%s\"} %" PRIu64 "\n", op, where, n);
}

static void
gauge(struct buf *out, const char *name, const char *help, uint64_t n)
{
	head(out, name, "gauge", help);
	buf_printf(out, "%s %" PRIu64 "\n", name, n);
}

void
metrics_text(struct cache *c, const struct metrics_gauges *g, struct buf *out)
{
	requests(c, out);
	head(out, "provcache_invalidations_total", "counter",
	    "Invalidations, by what they were for.");
	for (unsigned i = 0; i < METRICS_CAUSES; i++)
		buf_printf(out, "provcache_invalidations_total{type=\"%s\"} %"
		    PRIu64 "\n", cause_name[i], cache_counter(c,
		    AT_INVALIDATION + i));
	head(out, "provcache_latency_seconds", "histogram",
	    "How long an operation took.");
	for (unsigned o = 0; o < METRICS_OPERATIONS; o++)
		for (unsigned s = 0; s < METRICS_SOURCES; s++)
			histogram(c, out, o, s);
	gauge(out, "provcache_entries", "Entries there are, valid or not.",
	    g->entries);
	gauge(out, "provcache_bytes", "Bytes in use.", g->bytes);
	gauge(out, "provcache_outbox_depth",
	    "Entries that wait for prov-sync.", g->outbox);
}
