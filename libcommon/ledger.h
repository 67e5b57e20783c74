/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - what ended the validity of entries, prov.event/v1 (layer 3).
 *
 * The signed events of a keyring's ledger are the leaves of an RFC 6962 tree:
 * the RFC 8785 bytes of event i are leaf i.  A store keeps every ledger it
 * was told of, and goes along only with one that extends what it knows.
 * Anybody can make an event that is not signed: it ends the validity of
 * entries and is remembered, so that it does so once, but is in no tree.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "entry.h"

#define LEDGER_KIND "prov.event/v1"

enum {
	LEDGER_EVENTS_MAX = 1 << 20 /* in one call: they are in memory */
};

struct ledger_event {
	struct digest ledger;
	uint64_t sequence;
	struct slice bytes;	/* RFC 8785, in the arena */
	struct entry_invalidation ends; /* is_signed: the caller saw to it,
					 * ledger_read does not */
};

/* Strict; doc is prov.event/v1. */
enum status ledger_read(const struct json *doc, struct arena *a,
    struct ledger_event *out, struct err *e);

/*
 * Applies events in order in one durable transaction: all or none.  What is
 * known already is passed over.  ERR_NO: a signed event is another than the
 * one known under its number (the text has both roots), or one before it is
 * missing: this ledger does not extend the one known.
 */
enum status ledger_apply(struct entry_store *s,
    const struct ledger_event *event, size_t n, struct err *e);

/* The ledgers there are, in the order of their ids. */
enum status ledger_list(struct entry_store *s, struct arena *a,
    struct digest **id, size_t *n, struct err *e);
/* The tree of a ledger; ERR_NO when it is not known. */
enum status ledger_tree(struct entry_store *s, const struct digest *id,
    struct merkle *out, struct err *e);
/* The bytes of events [first, first + limit) that there are. */
enum status ledger_events(struct entry_store *s, const struct digest *id,
    uint64_t first, size_t limit, struct arena *a, struct slice *bytes,
    size_t *n, struct err *e);
/* prov.inclusion/v1 of an event, prov.consistency/v1 from a size; size or
 * size2 0: all there is. */
enum status ledger_inclusion(struct entry_store *s, const struct digest *id,
    uint64_t index, uint64_t size, struct arena *a, struct json *doc,
    struct err *e);
enum status ledger_consistency(struct entry_store *s, const struct digest *id,
    uint64_t size1, uint64_t size2, struct arena *a, struct json *doc,
    struct err *e);
/* Whether the tree's nodes, its state and its events agree. */
enum status ledger_check(struct entry_store *s, const struct digest *id,
    struct err *e);

#endif
