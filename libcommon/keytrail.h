/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keytrail - the keys of the objects that were read before (layer 1).
 *
 * Objects in one place have the same keys in the same order.  Who has read one
 * of them knows each key of the next before it comes, that none is there
 * twice, and how the members are to be sorted.  A step stands for the keys of
 * an object so far; the steps that follow it are the keys that were met behind
 * those, and inside of it begin the objects in the last key's value.  Only
 * short keys without escapes have steps, and not too many of them: an object
 * that leaves the trail is read as if there were none.
 */
#ifndef KEYTRAIL_H
#define KEYTRAIL_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mem.h"

enum {
	KEYTRAIL_TEXT = 32	/* bytes of a key in its quotes */
};

struct keytrail_step {
	char text[KEYTRAIL_TEXT];	/* the key in its quotes */
	uint32_t len;			/* of text */
	uint32_t count;			/* keys so far; 0: an object begins */
	struct keytrail_step *inside;	/* begins the objects in its value */
	struct keytrail_step *before;
	struct keytrail_step *next;	/* the first that was met behind it */
	struct keytrail_step *other;	/* than this, behind the same */
	/* For the caller: the order of the keys so far, once it is known. */
	const uint32_t *order;
	bool sorted;			/* it is the order they come in */
};

/* Zero it to begin. */
struct keytrail {
	struct arena arena;
	size_t steps;
	struct keytrail_step start;	/* begins the outermost objects */
};

/* Does the text at p, KEYTRAIL_TEXT bytes, begin with the step's? */
static inline bool
keytrail_is(const struct keytrail_step *step, const char *p)
{
#ifdef __SSE2__
	const __m128i *text = (const __m128i *)(const void *)step->text;
	const __m128i *at = (const __m128i *)(const void *)p;
	uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(
	    _mm_loadu_si128(text), _mm_loadu_si128(at)));

	same |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(
	    _mm_loadu_si128(text + 1), _mm_loadu_si128(at + 1))) << 16;
	/* The lowest len bits are all set. */
	return (~same & (UINT32_MAX >> (KEYTRAIL_TEXT - step->len))) == 0;
#else
	return memcmp(step->text, p, step->len) == 0;
#endif
}

/* The step behind "from" whose key in quotes stands at p; NULL if none is
 * known, or what is there ends too soon to tell. */
static inline struct keytrail_step *
keytrail_follow(const struct keytrail_step *from, const char *p,
    const char *end)
{
	struct keytrail_step *step = from->next;

	if (end - p < KEYTRAIL_TEXT)
		return NULL;
	while (step != NULL && !keytrail_is(step, p))
		step = step->other;
	return step;
}

/* Where the objects in the value of a step's last key begin; NULL if that step
 * would be one too many. */
struct keytrail_step *keytrail_inside(struct keytrail *t,
    struct keytrail_step *step);
/* A new step behind "from" for a key that has no escapes.  NULL where it would
 * be one too many, the key is too long, or is among those of "from". */
struct keytrail_step *keytrail_add(struct keytrail *t,
    struct keytrail_step *from, struct slice key);
void keytrail_free(struct keytrail *t);

#endif
