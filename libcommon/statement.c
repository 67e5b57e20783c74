/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "hex.h"
#include "statement.h"

bool
statement_is(const struct json *doc)
{
	return doc->type == JSON_OBJECT && slice_starts(json_get_text(doc,
	    "_type"), "https://in-toto.io/Statement/");
}

static enum status
read_subject(const struct json *subject, struct err *e)
{
	const struct json *name = json_get(subject, "name");
	const struct json *digest = json_want(subject, "digest", JSON_OBJECT);

	if (subject->type != JSON_OBJECT)
		return err_input(e, subject->offset, "a subject that is %s, "
		    "expected an object", json_type_name(subject));
	if (name != NULL && name->type != JSON_STRING)
		return err_input(e, name->offset, "a subject's name that is "
		    "%s, expected a string", json_type_name(name));
	if (json_count(digest) == 0)
		return err_input(e, subject->offset, "a subject without a "
		    "digest");
	if (json_count(digest) > STATEMENT_DIGESTS_MAX)
		return err_input(e, digest->offset, "a subject of %zu "
		    "digests, above the limit of %d", json_count(digest),
		    STATEMENT_DIGESTS_MAX);
	JSON_MEMBERS(m, digest)
		if (m->value.type != JSON_STRING)
			return err_input(e, m->value.offset, "a digest that "
			    "is %s, expected a string",
			    json_type_name(&m->value));
	return ERR_OK;
}

enum status
statement_read(const struct json *doc, struct statement *out, struct err *e)
{
	const struct json *type = json_get(doc, "_type"), *predicate, *subject;
	struct statement s = { 0 };

	if (doc->type != JSON_OBJECT)
		return err_input(e, doc->offset, "a statement that is %s, "
		    "expected an object", json_type_name(doc));
	s.v01 = json_is(type, STATEMENT_V01);
	if (!s.v01 && !json_is(type, STATEMENT_V1))
		return err_input(e, type == NULL ? doc->offset : type->offset,
		    "no _type of a statement, expected %s", STATEMENT_V1);
	subject = json_want(doc, "subject", JSON_ARRAY);
	if (json_count(subject) == 0)
		return err_input(e, doc->offset, "a statement without a "
		    "subject");
	if (json_count(subject) > STATEMENT_SUBJECTS_MAX)
		return err_input(e, subject->offset, "a statement of %zu "
		    "subjects, above the limit of %d", json_count(subject),
		    STATEMENT_SUBJECTS_MAX);
	JSON_EACH(it, subject) {
		enum status st = read_subject(it, e);

		if (st != ERR_OK)
			return st;
	}
	s.subject = subject;
	s.predicate_type = json_get_text(doc, "predicateType");
	if (s.predicate_type.len == 0)
		return err_input(e, doc->offset, "a statement without a "
		    "predicateType");
	predicate = json_get(doc, "predicate");
	if (predicate != NULL && predicate->type != JSON_OBJECT &&
	    predicate->type != JSON_NULL)
		return err_input(e, predicate->offset, "a predicate that is "
		    "%s, expected an object", json_type_name(predicate));
	if (predicate != NULL && predicate->type == JSON_OBJECT)
		s.predicate = predicate;
	*out = s;
	return ERR_OK;
}

/* The members of a DigestSet that are worth something. */
static const struct {
	const char *name;
	enum crypt_hash hash;
} known[] = {
	{ "sha256", CRYPT_SHA256 }, { "sha384", CRYPT_SHA384 },
	{ "sha512", CRYPT_SHA512 }
};

enum {
	KNOWN = sizeof(known) / sizeof(known[0])
};

static enum status
is_about(const struct json *subject, enum status (*digest)(void *ctx,
    enum crypt_hash hash, uint8_t *out, struct err *e), void *ctx,
    struct err *e)
{
	const struct json *digests = json_get(subject, "digest");
	size_t same = 0;

	for (size_t i = 0; i < KNOWN; i++) {
		struct slice text = json_get_text(digests, known[i].name);
		uint8_t got[CRYPT_HASH_MAX], want[CRYPT_HASH_MAX];
		size_t len = crypt_hash_len(known[i].hash);
		enum status st;

		if (text.data == NULL)
			continue;
		if (!hex_read(want, len, text))
			return ERR_NO;
		st = digest(ctx, known[i].hash, got, e);
		if (st == ERR_NO)
			continue;
		if (st != ERR_OK)
			return st;
		if (memcmp(got, want, len) != 0)
			return ERR_NO;
		same++;
	}
	return same > 0 ? ERR_OK : ERR_NO;
}

enum status
statement_about(const struct statement *s, struct slice name,
    enum status (*digest)(void *ctx, enum crypt_hash hash, uint8_t *out,
    struct err *e), void *ctx, struct err *e)
{
	JSON_EACH(it, s->subject) {
		enum status st;

		if (name.data != NULL &&
		    !slice_eq(json_get_text(it, "name"), name))
			continue;
		st = is_about(it, digest, ctx, e);
		if (st != ERR_NO)
			return st;
	}
	return err_no(e, "no subject has this digest");
}

struct json
statement_resource(struct arena *a, struct slice name, const struct digest *d)
{
	struct json o = json_object();

	json_set(a, &o, "digest", digest_set(a, d));
	if (name.data != NULL)
		json_set(a, &o, "name", json_string(name));
	return o;
}

enum status
statement_option(const char *text, struct statement_subject *out,
    struct err *e)
{
	const char *equals = strrchr(text, '=');
	struct slice digits, algorithm = SLICE("sha256");
	size_t colon;

	if (equals == NULL)
		return err_bad(e, "expected NAME=DIGEST");
	out->name = (struct slice){ text, (size_t)(equals - text) };
	digits = slice_of(equals + 1);
	colon = slice_find(digits, ':');
	if (colon < digits.len) {
		algorithm = slice_cut(digits, 0, colon);
		digits = slice_cut(digits, colon + 1, digits.len);
	}
	for (size_t i = 0; i < KNOWN; i++) {
		size_t len = crypt_hash_len(known[i].hash);

		if (!slice_is(algorithm, known[i].name))
			continue;
		out->hash = known[i].hash;
		if (!hex_read(out->digest, len, digits))
			return err_bad(e, "expected %zu hexadecimal digits "
			    "of %s", 2 * len, known[i].name);
		return ERR_OK;
	}
	return err_bad(e, "a digest by %.*s, expected sha256, sha384 or "
	    "sha512", (int)algorithm.len, algorithm.data);
}

struct json
statement_named(struct arena *a, const struct statement_subject *s)
{
	size_t len = crypt_hash_len(s->hash);
	char *digits = arena_alloc(a, 2 * len);
	struct json o = json_object(), set = json_object();

	hex_write(digits, s->digest, len);
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].hash == s->hash)
			json_set(a, &set, known[i].name, json_string(
			    (struct slice){ digits, 2 * len }));
	json_set(a, &o, "digest", set);
	json_set(a, &o, "name", json_string(s->name));
	return o;
}

struct json
statement_write(struct arena *a, struct json subjects,
    struct slice predicate_type, struct json predicate)
{
	struct json o = json_object();

	canon_sort(a, &subjects);
	json_set_z(a, &o, "_type", STATEMENT_V1);
	json_set(a, &o, "predicate", predicate);
	json_set(a, &o, "predicateType", json_string(predicate_type));
	json_set(a, &o, "subject", subjects);
	return o;
}
