/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trustroot - Sigstore trusted roots: which logs, certificate authorities
 * and timestamp authorities are believed, and for which times (layer 3).
 *
 * What is in one and cannot be used (a key of an unknown type, a validity
 * without a start) does not spoil the rest: it is kept with the reason, so
 * that a message can say "the root has this log, but ...".
 */
#ifndef TRUSTROOT_H
#define TRUSTROOT_H

#include "json.h"
#include "timefmt.h"
#include "x509.h"

enum {
	TRUSTROOT_SIZE_MAX = 16 * 1024 * 1024,	/* the public one: 7 KiB */
	TRUSTROOT_MEMBERS_MAX = 1024,		/* of each kind */
	TRUSTROOT_CHAIN_MAX = X509_PATH_MAX
};

/* Both ends are inside. */
struct trust_window {
	struct instant start, end;
	bool has_end;
};

struct trust_log {
	struct slice url;
	struct slice name;		/* the host of url, with its port */
	struct slice host;		/* without: some logs sign so */
	struct slice id;		/* 32 bytes */
	uint8_t note_id[4];		/* in checkpoints */
	struct key key;
	enum crypt_scheme scheme;
	enum crypt_hash hash;
	struct slice details;		/* keyDetails as it stands */
	struct trust_window window;
	const char *unusable;		/* why, or NULL */
};

struct trust_authority {
	struct slice url;
	struct x509 *chain;		/* as listed: the anchor is last */
	size_t count;
	struct trust_window window;
	const char *unusable;
};

struct trustroot {
	struct trust_log *tlogs, *ctlogs;
	struct trust_authority *cas, *tsas;
	size_t tlog_count, ctlog_count, ca_count, tsa_count;
};

/* Adds what doc holds to root, which is zeroed to begin; several documents
 * make one root.  Everything lives in a and in doc's text. */
enum status trustroot_add(struct trustroot *root, const struct json *doc,
    struct arena *a, struct err *e);

bool trustroot_holds(const struct trust_window *w, struct instant t);
/* NULL: no such log.  One of several with the same id whose window holds t
 * is preferred, then one that is usable. */
const struct trust_log *trustroot_find(const struct trust_log *logs,
    size_t count, struct slice id, struct instant t);

/* prov.trustroot/v1: what a root holds, for "sigbundle root", judged at a
 * time. */
struct json trustroot_show(const struct trustroot *root, struct arena *a,
    int64_t at);

#endif
