/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema - runs JSON-Schema-Test-Suite files against schema.h.
 *
 * The suite is other people's: $SHARED/vectors/jsonschema, and Debian's
 * json-schema-test-suite where it is installed.  One TAP line a file; what
 * cannot pass is named below with the reason.  The strict reader refuses
 * whole numbers that a double changes, so the suite is read with lossy
 * numbers.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "schemastore.h"
#include "tap.h"

/* "file|group|test" by prefix. */
static const char *const excused[] = {
	/* Content keywords annotate, as 2020-12 has it for all drafts. */
	"draft7/optional/content.json",
	/* Draft 2019-09 is not supported: a reference into it is refused. */
	"draft7/optional/cross-draft.json",
	"draft2020-12/optional/cross-draft.json",
	/* PCRE2 10.42 has no lookbehind of variable width. */
	"draft7/optional/format/ecmascript-regex.json|ECMA 262 lookbehind",
	"draft2020-12/optional/format/ecmascript-regex.json|"
	    "ECMA 262 lookbehind",
	/* IDNA 2008 needs the tables of RFC 5892: letters, digits, hyphens
	 * and lengths are checked, code points above ASCII are not. */
	"draft7/optional/format/hostname.json|validation of A-label",
	"draft2020-12/optional/format/hostname.json|validation of A-label",
	"draft7/optional/format/idn-hostname.json",
	"draft2020-12/optional/format/idn-hostname.json",
	NULL
};

static int groups, cases;

static bool
is_excused(const char *name)
{
	for (size_t i = 0; excused[i] != NULL; i++)
		if (strncmp(name, excused[i], strlen(excused[i])) == 0)
			return true;
	return false;
}

static int
run_group(const struct json *group, struct schemastore *store,
    enum schema_draft draft, bool formats, const char *file)
{
	struct schema_options options = { .draft = draft,
		.assert_format = formats, .load = schemastore_load,
		.ctx = store };
	struct schema_set *set = schema_open(&options);
	const struct json *tests = json_get(group, "tests");
	struct slice title = json_get_text(group, "description");
	const struct schema *schema;
	enum status rc;
	struct err e;
	int failed = 0;

	groups++;
	rc = schema_compile(set, json_get(group, "schema"), SLICE(""),
	    &schema, &e);
	if (rc != ERR_OK && is_excused(file)) {
		schema_close(set);
		return 0;
	}
	if (rc != ERR_OK) {
		printf("# %s: %.*s: does not compile: %s\n", file,
		    (int)title.len, title.data, e.text);
		schema_close(set);
		return 1;
	}
	JSON_EACH(test, tests) {
		struct slice name = json_get_text(test, "description");
		char full[1024];

		snprintf(full, sizeof(full), "%s|%.*s|%.*s", file,
		    (int)title.len, title.data, (int)name.len, name.data);
		cases++;
		if (is_excused(full))
			continue;
		rc = schema_check(schema, json_get(test, "data"), NULL, &e);
		if (rc == (json_true(json_get(test, "valid")) ? ERR_OK :
		    ERR_NO))
			continue;
		printf("# %s: got %d%s%s\n", full, (int)rc, rc > ERR_NO ?
		    " " : "", rc > ERR_NO ? e.text : "");
		failed++;
	}
	schema_close(set);
	return failed;
}

static int
run_file(const char *path, struct schemastore *store, enum schema_draft draft,
    bool formats, const char *file)
{
	struct json_limits limits = json_foreign;
	struct arena a = { 0 };
	struct buf bytes = { 0 };
	struct json doc;
	struct err e;
	int failed = 0;

	limits.lossy = true;
	if (io_slurp(path, &bytes, 1 << 26, &e) != ERR_OK ||
	    json_parse(buf_get(&bytes), &limits, &a, &doc, &e) != ERR_OK) {
		printf("# %s: %s\n", path, e.text);
		failed = 1;
	} else {
		JSON_EACH(group, &doc)
			failed += run_group(group, store, draft, formats,
			    file);
	}
	arena_free(&a);
	buf_free(&bytes);
	return failed;
}

static void
run_folder(const char *base, const char *name, struct schemastore *store,
    enum schema_draft draft, bool formats)
{
	struct dirent **entry;
	char path[4096], file[512];
	int n;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	n = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *z = entry[i]->d_name;

		if (strlen(z) > 5 && strcmp(z + strlen(z) - 5, ".json") == 0) {
			snprintf(path, sizeof(path), "%s/%s/%s", base, name,
			    z);
			snprintf(file, sizeof(file), "%s/%s", name, z);
			/* Formats are tested outside format/ too. */
			ok(run_file(path, store, draft, formats ||
			    (strstr(name, "optional") != NULL &&
			    (strcmp(z, "format.json") == 0 ||
			    strcmp(z, "ecmascript-regex.json") == 0)),
			    file) == 0, "%s", file);
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static void
run_suite(const char *base, const char *remotes, bool all)
{
	const char *srcdir = getenv("SRCDIR");
	struct schemastore store = { 0 };
	char map[4096], meta[4096];
	struct err e;

	snprintf(map, sizeof(map), "http://localhost:1234=%s", remotes);
	snprintf(meta, sizeof(meta), "%s/golden/schemas/meta",
	    srcdir != NULL ? srcdir : ".");
	if (schemastore_add_map(&store, map, &e) != ERR_OK)
		return;
	schemastore_add_dir(&store, meta);
	run_folder(base, "draft4", &store, SCHEMA_DRAFT4, false);
	run_folder(base, "draft7", &store, SCHEMA_DRAFT7, false);
	run_folder(base, "draft4/optional", &store, SCHEMA_DRAFT4, false);
	run_folder(base, "draft7/optional", &store, SCHEMA_DRAFT7, false);
	run_folder(base, "draft4/optional/format", &store, SCHEMA_DRAFT4,
	    true);
	run_folder(base, "draft7/optional/format", &store, SCHEMA_DRAFT7,
	    true);
	if (all) {
		run_folder(base, "draft2020-12", &store, SCHEMA_2020, false);
		run_folder(base, "draft2020-12/optional", &store, SCHEMA_2020,
		    false);
		run_folder(base, "draft2020-12/optional/format", &store,
		    SCHEMA_2020, true);
	}
	schemastore_free(&store);
}

int
main(void)
{
	static const char debian[] = "/usr/share/json-schema-test-suite";
	const char *shared = getenv("SHARED");
	char base[4096], remotes[4096 + 16];
	struct stat st;

	if (shared != NULL) {
		snprintf(base, sizeof(base), "%s/vectors/jsonschema", shared);
		snprintf(remotes, sizeof(remotes), "%s/remotes", base);
	}
	if (shared != NULL && stat(base, &st) == 0)
		run_suite(base, remotes, true);
	else
		skip("no ../shared test data here");
	if (stat(debian, &st) == 0) {
		snprintf(base, sizeof(base), "%s/tests", debian);
		snprintf(remotes, sizeof(remotes), "%s/remotes", debian);
		run_suite(base, remotes, false);
	} else {
		skip("no json-schema-test-suite package here");
	}
	printf("# %d groups, %d cases\n", groups, cases);
	return done();
}
