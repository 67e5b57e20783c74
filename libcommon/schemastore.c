/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "schemastore.h"
#include "uri.h"

enum {
	SCHEMA_SIZE_MAX = 64 * 1024 * 1024	/* a schema document */
};

struct schemastore_file {
	char *path;
	struct slice uri;
};

void
schemastore_add_dir(struct schemastore *s, const char *dir)
{
	s->dir = mem_array(s->dir, s->dirs + 2, sizeof(*s->dir));
	s->dir[s->dirs++] = dir;
	s->dir[s->dirs++] = arena_printf(&s->arena, "%s/meta", dir);
}

enum status
schemastore_add_map(struct schemastore *s, const char *map, struct err *e)
{
	if (strchr(map, '=') == NULL)
		return err_bad(e, "--map wants URI=DIR, not '%.80s'", map);
	s->map = mem_array(s->map, s->maps + 1, sizeof(*s->map));
	s->map[s->maps++] = map;
	return ERR_OK;
}

void
schemastore_free(struct schemastore *s)
{
	mem_free(s->dir);
	mem_free(s->map);
	mem_free(s->file);
	arena_free(&s->arena);
}

/* A URI as it is compared: without query and fragment. */
static struct slice
plain(struct slice uri)
{
	uri = slice_cut(uri, 0, slice_find(uri, '#'));
	return slice_cut(uri, 0, slice_find(uri, '?'));
}

struct slice
schemastore_id(const struct json *doc)
{
	struct slice id = json_get_text(doc, "$id");

	return id.data != NULL ? id : json_get_text(doc, "id");
}

/* ERR_NO: no such file. */
static enum status
read_file(const char *path, struct arena *a, struct json *out, struct err *e)
{
	struct buf bytes = { 0 };
	struct err inner;
	enum status rc;

	if (access(path, R_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_NO;
	rc = io_slurp(path, &bytes, SCHEMA_SIZE_MAX, &inner);
	if (rc == ERR_OK)
		rc = json_parse(arena_slice(a, buf_get(&bytes)),
		    &json_foreign, a, out, &inner);
	buf_free(&bytes);
	if (rc == ERR_OK)
		return ERR_OK;
	return inner.has_offset ? err_input(e, inner.offset, "%s: %s", path,
	    inner.text) : err_bad(e, "%s: %s", path, inner.text);
}

static int
by_path(const void *a, const void *b)
{
	const struct schemastore_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Learns the $id of every file; a file that is no JSON is passed over. */
static void
scan(struct schemastore *s)
{
	s->scanned = true;
	for (size_t i = 0; i < s->dirs; i++) {
		DIR *dir = opendir(s->dir[i]);
		size_t first = s->files;
		struct dirent *entry;

		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			struct arena scratch = { 0 };
			struct schemastore_file f = { 0 };
			struct json doc;
			struct err e;

			if (!slice_ends(slice_of(entry->d_name), ".json"))
				continue;
			f.path = arena_printf(&s->arena, "%s/%s", s->dir[i],
			    entry->d_name);
			if (read_file(f.path, &scratch, &doc, &e) == ERR_OK &&
			    schemastore_id(&doc).data != NULL) {
				f.uri = plain(arena_slice(&s->arena,
				    schemastore_id(&doc)));
				s->file = mem_array(s->file, s->files + 1,
				    sizeof(*s->file));
				s->file[s->files++] = f;
			}
			arena_free(&scratch);
		}
		if (dir != NULL)
			(void)closedir(dir);
		/* The folder's own order must not decide. */
		if (s->files > first)
			qsort(s->file + first, s->files - first,
			    sizeof(*s->file), by_path);
	}
}

static enum status
load_mapped(struct schemastore *s, struct slice uri, struct arena *a,
    struct json *out, struct err *e)
{
	const char *best = NULL;
	size_t longest = 0;
	struct slice rest;

	for (size_t i = 0; i < s->maps; i++) {
		size_t n = strcspn(s->map[i], "=");

		if (n >= longest && uri.len >= n &&
		    memcmp(uri.data, s->map[i], n) == 0) {
			longest = n;
			best = s->map[i];
		}
	}
	if (best == NULL)
		return ERR_NO;
	rest = slice_cut(uri, longest, uri.len);
	while (rest.len > 0 && rest.data[0] == '/')
		rest = slice_cut(rest, 1, rest.len);
	/* A reference must not climb out of its folder. */
	if (memmem(rest.data, rest.len, "..", 2) != NULL)
		return ERR_NO;
	return read_file(arena_printf(a, "%s/%.*s", best + longest + 1,
	    (int)rest.len, rest.data), a, out, e);
}

enum status
schemastore_load(void *ctx, struct slice uri, struct arena *a,
    struct json *out, struct err *e)
{
	struct schemastore *s = ctx;
	struct slice wanted = plain(uri), name = wanted;
	enum status rc = load_mapped(s, uri, a, out, e);
	size_t slash = wanted.len;

	if (rc != ERR_NO)
		return rc;
	while (slash > 0 && wanted.data[slash - 1] != '/')
		slash--;
	name = slice_cut(wanted, slash, wanted.len);
	for (size_t i = 0; i < s->dirs && name.len > 0; i++) {
		rc = read_file(arena_printf(a, "%s/%.*s", s->dir[i],
		    (int)name.len, name.data), a, out, e);
		if (rc != ERR_NO)
			return rc;
	}
	if (!s->scanned)
		scan(s);
	for (size_t i = 0; i < s->files; i++)
		if (slice_eq(s->file[i].uri, wanted))
			return read_file(s->file[i].path, a, out, e);
	return ERR_NO;
}

enum status
schemastore_named(struct schemastore *s, const char *name, struct json *out,
    struct slice *uri, struct err *e)
{
	for (size_t i = 0; i < s->dirs; i++) {
		enum status rc = read_file(arena_printf(&s->arena, "%s/%s",
		    s->dir[i], name), &s->arena, out, e);

		if (rc == ERR_NO)
			continue;
		if (rc == ERR_OK) {
			*uri = schemastore_id(out);
			if (uri->data == NULL)
				*uri = slice_of(name);
		}
		return rc;
	}
	return ERR_NO;
}

static const char *
text_of(struct arena *a, struct slice s)
{
	return arena_dup(a, s);
}

/* "prov.verdict/v1" -> "prov.verdict.v1.schema.json" */
static bool
own_kind(struct arena *a, struct slice kind, struct schemastore_kind *out)
{
	char *file;

	if (!slice_starts(kind, "prov.") || kind.len > 64)
		return false;
	for (size_t i = 0; i < kind.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789./",
		    kind.data[i]) == NULL || kind.data[i] == '\0')
			return false;
	if (memmem(kind.data, kind.len, "..", 2) != NULL)
		return false;
	file = arena_printf(a, "%.*s.schema.json", (int)kind.len, kind.data);
	for (char *p = file; *p != '\0'; p++)
		if (*p == '/')
			*p = '.';
	*out = (struct schemastore_kind){ text_of(a, kind), NULL, file };
	return true;
}

static bool
named(struct schemastore_kind *out, const char *format, const char *version,
    const char *file)
{
	*out = (struct schemastore_kind){ format, version, file };
	return true;
}

static bool
context_has(const struct json *context, const char *prefix)
{
	if (context == NULL)
		return false;
	if (context->type == JSON_ARRAY) {
		JSON_EACH(item, context)
			if (slice_starts(json_text(item), prefix))
				return true;
		return false;
	}
	return context->type == JSON_STRING &&
	    slice_starts(json_text(context), prefix);
}

bool
schemastore_recognise(struct arena *a, const struct json *doc,
    struct schemastore_kind *out)
{
	static const char *const cyclonedx[] = { "1.2", "1.3", "1.4", "1.5",
		"1.6", "1.7" };
	const struct json *context = json_get(doc, "@context");
	struct slice version = json_get_text(doc, "specVersion");

	if (json_is(json_get(doc, "bomFormat"), "CycloneDX"))
		for (size_t i = 0; i < 6; i++)
			if (slice_is(version, cyclonedx[i]))
				return named(out, "cyclonedx", cyclonedx[i],
				    arena_printf(a, "bom-%s.schema.json",
				    cyclonedx[i]));
	version = json_get_text(doc, "spdxVersion");
	if (slice_is(version, "SPDX-2.2"))
		return named(out, "spdx", "2.2", "spdx-2.2.schema.json");
	if (slice_is(version, "SPDX-2.3"))
		return named(out, "spdx", "2.3", "spdx-2.3.schema.json");
	if (context_has(context, "https://spdx.org/rdf/3.0"))
		return named(out, "spdx", "3.0.1", "spdx-3.0.1.schema.json");
	if (context_has(context, "https://openvex.dev/ns/v0.2.0"))
		return named(out, "openvex", "0.2.0",
		    "openvex-0.2.0.schema.json");
	if (json_is(json_get(json_get(doc, "document"), "csaf_version"),
	    "2.0"))
		return named(out, "csaf", "2.0", "csaf-2.0.schema.json");
	if (json_is(json_get(doc, "version"), "2.1.0") &&
	    json_want(doc, "runs", JSON_ARRAY) != NULL)
		return named(out, "sarif", "2.1.0", "sarif-2.1.0.schema.json");
	if (json_is(json_get(doc, "_type"), "https://in-toto.io/Statement/v1"))
		return named(out, "intoto", "1",
		    "in-toto.statement.v1.schema.json");
	return own_kind(a, json_get_text(doc, "kind"), out);
}
