/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - what the cache counts, and its Prometheus text (layer 3).
 *
 * The numbers are cache counters, so they are added up over all processes
 * and survive them.  The order below is the file's: only append.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdint.h>

#include "mem.h"

struct cache;

enum metrics_source { METRICS_LMDB, METRICS_VALKEY, METRICS_POSTGRES,
	METRICS_SOURCES };

enum metrics_result { METRICS_HIT, METRICS_NOT_FOUND, METRICS_EXPIRED,
	METRICS_INVALIDATED, METRICS_RESULTS };

enum metrics_operation { METRICS_GET, METRICS_SET, METRICS_INVALIDATE,
	METRICS_OPERATIONS };

/* As enum entry_cause. */
enum metrics_cause { METRICS_BY_VERIKEY, METRICS_BY_SIGNER,
	METRICS_BY_POLICY, METRICS_BY_FEED, METRICS_BY_PATTERN,
	METRICS_BY_EXPIRY, METRICS_CAUSES };

void metrics_request(struct cache *c, enum metrics_source source,
    enum metrics_result result);
void metrics_latency(struct cache *c, enum metrics_operation operation,
    enum metrics_source source, uint64_t nanoseconds);
void metrics_invalidation(struct cache *c, enum metrics_cause cause,
    uint64_t n);

/* Gauges that are read from the store when they are asked for. */
struct metrics_gauges {
	uint64_t entries;
	uint64_t bytes;		/* of the data file that are in use */
	uint64_t outbox;
};

/* The exposition text, version 0.0.4. */
void metrics_text(struct cache *c, const struct metrics_gauges *g,
    struct buf *out);

#endif
