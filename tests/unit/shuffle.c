/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence does not depend on order, labels, serial numbers, tools or the time
 * a document was made at: real files of others, shuffled 200 times each, give
 * the same bytes.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "digest.h"
#include "document.h"
#include "evidence.h"
#include "part.h"
#include "io.h"
#include "map.h"
#include "tap.h"

enum {
	ROUNDS = 200
};

static uint64_t state = 88172645463325252;

static size_t
below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

static bool
one_of(struct slice key, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is(key, *list))
			return true;
	return false;
}

/* Members whose values are labels of the document, or name one. */
static const char *const labels[] = { "bom-ref", "SPDXID", "spdxId", NULL };
static const char *const references[] = {
	"bom-ref", "ref", "dependsOn", "assemblies", "dependencies", "SPDXID",
	"spdxElementId", "relatedSpdxElement", "documentDescribes", "hasFiles",
	"spdxId", "from", "to", "rootElement", "element", NULL
};
/* When a document was made, which only the age of statements comes from. */
static const char *const times[] = {
	"timestamp", "created", "CreatedAt", "startTimeUtc", "endTimeUtc",
	"scanStartedOn", "scanFinishedOn", NULL
};
static bool times_count;
/* Names that a document gets anew whenever it is made. */
static const char *const names_anew[] = {
	"documentNamespace", "tooling", "ReportID", NULL
};
/* Arrays that others count into. */
static const char *const indexed[] = { "rules", "extensions", "taxa", NULL };

static void
collect(struct map *to, const struct json *v, struct slice key)
{
	bool fresh;

	if (v->type == JSON_STRING && one_of(key, labels) &&
	    !slice_is(json_text(v), "SPDXRef-DOCUMENT"))
		*map_put(to, json_text(v), &fresh) = below(1u << 30);
	if (v->type == JSON_ARRAY)
		JSON_EACH(item, v)
			collect(to, item, key);
	if (v->type == JSON_OBJECT)
		JSON_MEMBERS(m, v)
			collect(to, &m->value,
			    (struct slice){ m->key, m->key_len });
}

/* A copy with everything changed that must not matter. */
static struct json
mutate(struct arena *a, const struct map *names, const struct json *v,
    struct slice key)
{
	struct json out = *v;
	size_t *name;

	if (slice_is(key, "serialNumber"))
		return json_z(arena_printf(a,
		    "urn:uuid:00000000-0000-4000-8000-%012zu",
		    below(1u << 30)));
	if (v->type == JSON_STRING && !times_count && one_of(key, times))
		return json_z(arena_printf(a, "20%02zu-01-01T00:00:%02zuZ",
		    10 + below(80), below(60)));
	if (v->type == JSON_STRING && one_of(key, names_anew))
		return json_z(arena_printf(a, "https://example.com/%zu",
		    below(1u << 30)));
	if (slice_is(key, "tools") || slice_is(key, "creators"))
		return json_array();
	if (v->type == JSON_STRING && one_of(key, references) &&
	    (name = map_find(names, json_text(v))) != NULL)
		return json_z(arena_printf(a, "urn:label:%zu:%zu", *name,
		    json_text(v).len));
	if (v->type == JSON_ARRAY) {
		out = json_array();
		JSON_EACH(item, v)
			json_push(a, &out, mutate(a, names, item, key));
		for (size_t i = out.len; !one_of(key, indexed) && i > 1; i--) {
			size_t k = below(i);
			struct json t = out.u.item[i - 1];

			out.u.item[i - 1] = out.u.item[k];
			out.u.item[k] = t;
		}
	}
	if (v->type == JSON_OBJECT) {
		out = json_object();
		JSON_MEMBERS(m, v)
			json_set_slice(a, &out,
			    (struct slice){ m->key, m->key_len },
			    mutate(a, names, &m->value,
			    (struct slice){ m->key, m->key_len }));
	}
	return out;
}

static void
put(void *ctx, struct slice piece)
{
	buf_slice(ctx, piece);
}

/* Its text is read again, with a sieve where that is asked for. */
static enum status
normalize(const struct json *doc, bool sieve, struct buf *out, struct err *e)
{
	struct document_options options = { NULL, NULL, NULL, NULL, 0 };
	struct evidence_subject subject = { NULL, NULL };
	struct arena a = { NULL, NULL, NULL };
	struct evidence *ev = evidence_open();
	struct slice text = canon_text(&a, doc);
	struct json_stream s = {
		.window = text.data,
		.len = text.len,
		.eof = true,
		.sieve = sieve ? evidence_sieve(ev) : NULL
	};
	struct document d;
	struct json read;
	bool got;
	enum status rc = json_next(&s, &json_foreign, &a, &read, &got, e);

	if (rc == ERR_OK)
		rc = document_recognise(&read, &options, &a, &d, e);
	buf_reset(out);
	times_count = rc == ERR_OK && (d.serves & ROLE_VEX) != 0;
	if (rc == ERR_OK)
		rc = evidence_add(ev, &d, e);
	if (rc == ERR_OK)
		rc = evidence_write(ev, &subject, put, out, e);
	evidence_close(ev);
	arena_free(&a);
	return rc;
}

static void
try_file(const char *path)
{
	struct arena a = { NULL, NULL, NULL };
	struct buf text = { NULL, 0, 0 }, want = text, got = text;
	struct json doc;
	struct err e = { .text = "" };
	enum status rc = io_slurp(path, &text, 1u << 30, &e);
	size_t same = 0;

	if (rc == ERR_OK)
		rc = json_parse(buf_get(&text), &json_foreign, &a, &doc, &e);
	if (rc == ERR_OK)
		rc = normalize(&doc, false, &want, &e);
	for (int i = 0; rc == ERR_OK && i < ROUNDS; i++) {
		struct arena round = { NULL, NULL, NULL };
		struct map names = { 0 };
		struct json changed;

		collect(&names, &doc, SLICE(""));
		changed = mutate(&round, &names, &doc, SLICE(""));
		rc = normalize(&changed, true, &got, &e);
		same += rc == ERR_OK && slice_eq(buf_get(&want),
		    buf_get(&got));
		map_free(&names);
		arena_free(&round);
		if (same != (size_t)i + 1)
			break;
	}
	ok(same == ROUNDS, "%s: %d shuffles give the same evidence %s", path,
	    ROUNDS, e.text);
	buf_free(&text);
	buf_free(&want);
	buf_free(&got);
	arena_free(&a);
}

static void
try_folder(const char *path, const char *prefix)
{
	char file[4096];
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (n < 5 || strcmp(entry->d_name + n - 5, ".json") != 0 ||
		    strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		try_file(file);
	}
	closedir(dir);
}

int
main(void)
{
	static const char *const folders[] = {
		"csaf", "cyclonedx", "grype", "openvex", "osv", "sarif",
		"spdx23", "spdx3", "trivy"
	};
	const char *shared = getenv("SHARED"), *source = getenv("SRCDIR");
	char path[2048];

	for (size_t i = 0; shared != NULL &&
	    i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/vectors/inputs/%s", shared,
		    folders[i]);
		try_folder(path, "");
	}
	if (tap_count == 0)
		skip("no ../shared test data here");
	if (source != NULL) {
		snprintf(path, sizeof(path), "%s/golden/formats", source);
		try_folder(path, "good-");
	}
	return done();
}
