/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "checklist.h"
#include "hex.h"
#include "msg.h"

struct check {
	struct digester *d;
	struct output *out;
	struct buf name;	/* of the file that is open; NUL behind it */
};

static void
print_descriptor(struct check *c, const struct digest *found)
{
	struct json v = digester_descriptor(c->d, found);

	output_json(c->out, &v);
}

static enum status
differs(struct check *c, const struct digest *found,
    const struct digest *expected)
{
	char is[DIGEST_TEXT + 1], was[DIGEST_TEXT + 1];

	digest_write(found, is);
	digest_write(expected, was);
	msg_say(c->d->in.name, "found %s, expected %s", is, was);
	print_descriptor(c, found);
	return ERR_NO;
}

/* The file is done with: all its documents must have been in the list. */
static enum status
finish(struct check *c)
{
	struct digest found;
	bool got = false;
	enum status rc = ERR_OK;

	if (!c->d->open)
		return ERR_OK;
	rc = digester_next(c->d, &found, &got);
	if (rc == ERR_OK && got) {
		msg_say(c->d->in.name,
		    "found more documents than the list has");
		print_descriptor(c, &found);
		rc = ERR_NO;
	}
	digester_close(c->d);
	return rc;
}

static enum status
check_descriptor(struct check *c, struct slice name,
    const struct digest *expected)
{
	enum status worst = ERR_OK, rc;
	struct digest found;
	bool got = false;

	if (c->d->open && !slice_is(name, c->d->in.name))
		worst = finish(c);
	if (!c->d->open) {
		buf_reset(&c->name);
		buf_slice(&c->name, name);
		buf_byte(&c->name, '\0');
	}
	for (int tries = 0; tries < 2; tries++) {
		if (!c->d->open) {
			rc = digester_open(c->d, c->name.data);
			if (rc != ERR_OK)
				return err_worst(worst, rc);
		}
		rc = digester_next(c->d, &found, &got);
		if (rc != ERR_OK || got)
			break;
		/* Listed once more, from its beginning. */
		digester_close(c->d);
	}
	if (rc == ERR_OK && !digest_equal(&found, expected))
		rc = differs(c, &found, expected);
	if (rc == ERR_INPUT || rc == ERR_SYSTEM)
		digester_close(c->d);
	return err_worst(worst, rc);
}

static enum status
read_descriptor(const struct json *v, struct slice *name, struct digest *d,
    struct err *e)
{
	const struct json *set = json_want(v, "digest", JSON_OBJECT);
	const struct json *hash = json_want(set, "sha256", JSON_STRING);

	*name = json_get_text(v, "name");
	if (name->len == 0 || memchr(name->data, '\0', name->len) != NULL)
		return err_input(e, 0, "found a descriptor without a file's "
		    "name, expected {\"digest\":{\"sha256\":...},"
		    "\"name\":...}");
	if (hash == NULL || !hex_read(d->sha256, DIGEST_SIZE, json_text(hash)))
		return err_input(e, set == NULL ? 0 : set->offset,
		    "found no sha256 of 64 hexadecimal digits");
	return ERR_OK;
}

enum status
checklist_compare(const char *list, struct digester *d, struct output *out)
{
	struct check c = { .d = d, .out = out };
	struct arena a = { 0 };
	struct input in;
	struct json v;
	bool got;
	enum status worst, rc;

	worst = input_open(&in, list, &json_own);
	if (worst != ERR_OK)
		return worst;
	while ((rc = input_next(&in, &a, &v, &got)) == ERR_OK && got) {
		struct digest expected;
		struct slice name;
		struct err e;

		rc = read_descriptor(&v, &name, &expected, &e);
		if (rc != ERR_OK) {
			rc = input_fault(&in, &e);
			break;
		}
		worst = err_worst(worst, check_descriptor(&c, name,
		    &expected));
		arena_reset(&a);
	}
	worst = err_worst(worst, rc);
	worst = err_worst(worst, finish(&c));
	buf_free(&c.name);
	arena_free(&a);
	input_close(&in);
	return worst;
}
