/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrapped - a policy, budget or keyring that may come signed (layer 3).
 *
 * A document in a DSSE envelope counts only when a key with the role policy
 * signed it.  A keyring in an envelope is held against the keys it brings
 * itself: that shows that it is whole and that its maker had such a key, not
 * whose key that is.
 */
#ifndef WRAPPED_H
#define WRAPPED_H

#include "dsse.h"
#include "json.h"
#include "keyring.h"

/* Whether doc is an envelope. */
bool wrapped_is(const struct json *doc);
/* ERR_NO: no key that the keyring trusts for this role at that time signed the
 * envelope. */
enum status wrapped_verify(struct arena *a, const struct dsse *d,
    const struct keyring *keyring, const char *role, int64_t at,
    struct err *e);
/*
 * The document itself: *doc as it is, or the verified payload of the
 * envelope it is replaced by.  ERR_NO: no key that is trusted for policies at
 * that time signed it (or keyring is NULL).
 */
enum status wrapped_open(struct arena *a, const struct keyring *keyring,
    int64_t at, struct json *doc, struct err *e);
/* The same for a keyring. */
enum status wrapped_keyring(struct arena *a, int64_t at, struct json *doc,
    struct err *e);

#endif
