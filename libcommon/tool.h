/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tool - what every main begins and ends with (layer 4).
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdint.h>

#include "err.h"

/* Names the tool for messages and guards descriptors 0 to 2. */
void tool_start(const char *name);

/* Which clocks a tool may look at when --at is not given. */
enum tool_clock {
	TOOL_PRODUCES,	/* SOURCE_DATE_EPOCH, then the wall clock */
	TOOL_VERIFIES	/* the wall clock; never SOURCE_DATE_EPOCH, which
			 * would bring expired keys back to life */
};

/* The time a run is judged at; option is --at's text or NULL.  Bad text ends
 * the process with 2. */
int64_t tool_at(const char *option, enum tool_clock clock);

#endif
