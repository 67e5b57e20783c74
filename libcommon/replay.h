/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay - a proof bundle's decision, made again (layer 4).
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "err.h"

/*
 * Judges the bundle's inputs at its window: ERR_OK when VeriKey, verdict and
 * decision are the same byte for byte, ERR_NO with the first difference
 * said.  at (may be NULL) is --at's text: judged for that time too, ERR_NO
 * when the status would be another.
 */
enum status replay(const char *path, const char *at);

#endif
