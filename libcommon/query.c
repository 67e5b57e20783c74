/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "query.h"

struct slice
query_version(struct arena *a)
{
	struct slice none = SLICE("unknown");
	void *function = NULL;
	char *path, *suffix;
	Dl_info info;

	/* POSIX lets a function pointer be kept as a void pointer. */
	*(jq_state *(**)(void))&function = jq_init;
	if (dladdr(function, &info) == 0 || info.dli_fname == NULL)
		return none;
	path = realpath(info.dli_fname, NULL);
	if (path == NULL)
		return none;
	suffix = strstr(path, ".so.");
	if (suffix != NULL)
		none = arena_slice(a, slice_of(suffix + 4));
	free(path);
	return none;
}

static void (*no_memory)(void *);

void
query_on_no_memory(void (*hook)(void *))
{
	no_memory = hook;
}

/* Keeps the first of jq's messages. */
static void
keep_message(void *ctx, jv message)
{
	struct err *e = ctx;

	message = jq_format_error(message);
	if (e->code == ERR_OK && jv_get_kind(message) == JV_KIND_STRING)
		err_bad(e, "%s", jv_string_value(message));
	jv_free(message);
}

/* The one result. */
static enum status
take_result(jq_state *jq, struct buf *out, struct err *e)
{
	jv result = jq_next(jq), more;

	if (!jv_is_valid(result)) {
		if (jv_invalid_has_msg(jv_copy(result)))
			keep_message(e, jv_invalid_get_msg(jv_copy(result)));
		jv_free(result);
		return e->code != ERR_OK ? e->code :
		    err_bad(e, "the program gives no result");
	}
	more = jq_next(jq);
	if (jv_is_valid(more) || jv_invalid_has_msg(jv_copy(more))) {
		if (!jv_is_valid(more))
			keep_message(e, jv_invalid_get_msg(jv_copy(more)));
		jv_free(more);
		jv_free(result);
		return e->code != ERR_OK ? e->code :
		    err_bad(e, "the program gives more than one result");
	}
	jv_free(more);
	result = jv_dump_string(result, 0);
	buf_add(out, jv_string_value(result),
	    (size_t)jv_string_length_bytes(jv_copy(result)));
	jv_free(result);
	return ERR_OK;
}

enum status
query_run(struct slice program, struct slice input, struct buf *out,
    struct err *e)
{
	jq_state *jq = jq_init();
	struct buf text = { 0 };
	enum status rc;
	jv value;

	*e = (struct err){ .code = ERR_OK };
	if (jq == NULL)
		return err_system(e, "cannot start jq");
	if (no_memory != NULL)
		jq_set_nomem_handler(jq, no_memory, NULL);
	jq_set_error_cb(jq, keep_message, e);
	buf_slice(&text, program);
	buf_byte(&text, '\0');
	if (!jq_compile(jq, text.data)) {
		rc = e->code != ERR_OK ? e->code :
		    err_bad(e, "the program does not compile");
	} else {
		value = jv_parse_sized(input.data, (int)input.len);
		if (jv_is_valid(value)) {
			jq_start(jq, value, 0);
			rc = take_result(jq, out, e);
		} else {
			jv_free(value);
			rc = err_bad(e, "jq cannot read the input");
		}
	}
	buf_free(&text);
	jq_teardown(&jq);
	return rc;
}
