/* SPDX-License-Identifier: Apache-2.0 */
#include "keytrail.h"

enum {
	STEPS_MAX = 512,	/* of a trail */
	OTHERS_MAX = 8		/* behind one step */
};

static bool
is_key(const struct keytrail_step *step, struct slice key)
{
	return slice_eq((struct slice){ step->text + 1, step->len - 2 }, key);
}

struct keytrail_step *
keytrail_add(struct keytrail *t, struct keytrail_step *from, struct slice key)
{
	struct keytrail_step *step, **end = &from->next;
	size_t others = 0;

	if (key.len + 2 > KEYTRAIL_TEXT || t->steps == STEPS_MAX)
		return NULL;
	for (step = from; step != &t->start; step = step->before)
		if (is_key(step, key))
			return NULL;
	for (; *end != NULL; end = &(*end)->other) {
		/* It stood too near to the end of what was there. */
		if (is_key(*end, key))
			return *end;
		if (++others == OTHERS_MAX)
			return NULL;
	}
	step = arena_zalloc(&t->arena, sizeof(*step));
	step->text[0] = '"';
	if (key.len > 0)
		memcpy(step->text + 1, key.data, key.len);
	step->text[key.len + 1] = '"';
	step->len = (uint32_t)key.len + 2;
	step->count = from->count + 1;
	step->before = from;
	*end = step;
	t->steps++;
	return step;
}

void
keytrail_free(struct keytrail *t)
{
	arena_free(&t->arena);
}
