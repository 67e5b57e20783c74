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

static struct keytrail_step *
new_step(struct keytrail *t)
{
	if (t->steps == STEPS_MAX)
		return NULL;
	t->steps++;
	return arena_zalloc(&t->arena, sizeof(struct keytrail_step));
}

struct keytrail_step *
keytrail_inside(struct keytrail *t, struct keytrail_step *step)
{
	if (step->inside == NULL)
		step->inside = new_step(t);
	return step->inside;
}

struct keytrail_step *
keytrail_add(struct keytrail *t, struct keytrail_step *from, struct slice key)
{
	struct keytrail_step *step, **end = &from->next;
	size_t others = 0;

	if (key.len + 2 > KEYTRAIL_TEXT)
		return NULL;
	for (step = from; step->count > 0; step = step->before)
		if (is_key(step, key))
			return NULL;
	for (; *end != NULL; end = &(*end)->other) {
		/* It stood too near to the end of what was there. */
		if (is_key(*end, key))
			return *end;
		if (++others == OTHERS_MAX)
			return NULL;
	}
	step = new_step(t);
	if (step == NULL)
		return NULL;
	step->text[0] = '"';
	if (key.len > 0)
		memcpy(step->text + 1, key.data, key.len);
	step->text[key.len + 1] = '"';
	step->len = (uint32_t)key.len + 2;
	step->count = from->count + 1;
	step->before = from;
	*end = step;
	return step;
}

void
keytrail_free(struct keytrail *t)
{
	arena_free(&t->arena);
}
