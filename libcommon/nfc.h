/* SPDX-License-Identifier: Apache-2.0 */
/* nfc - Unicode normalisation form C, by libutf8proc (layer 2). */
#ifndef NFC_H
#define NFC_H

#include "mem.h"

/* s, which must be valid UTF-8, in NFC: s itself where that is what it is,
 * else a copy in the arena. */
struct slice nfc_text(struct arena *a, struct slice s);

#endif
