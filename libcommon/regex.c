/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "ecma.h"
#include "regex.h"

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static uint32_t
options(unsigned flags)
{
	uint32_t o = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
	    PCRE2_DOLLAR_ENDONLY;

	if ((flags & REGEX_WHOLE) != 0)
		o |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	if ((flags & REGEX_ECMA) != 0)
		o |= PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS;
	return o;
}

static pcre2_code *
compile(struct slice pattern, unsigned flags, int *code, PCRE2_SIZE *at)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *compiled = NULL;

	*code = PCRE2_ERROR_NOMEMORY;
	*at = 0;
	if (context == NULL)
		return NULL;
	pcre2_set_max_pattern_length(context, REGEX_PATTERN_MAX);
	compiled = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len,
	    options(flags), code, at, context);
	pcre2_compile_context_free(context);
	return compiled;
}

enum status
regex_open(struct slice pattern, unsigned flags, struct regex **out,
    struct err *e)
{
	struct regex *r;
	struct buf translated = { 0 };
	PCRE2_UCHAR text[256];
	PCRE2_SIZE at;
	int code;

	if (pattern.data == NULL)
		pattern = SLICE("");
	if ((flags & REGEX_ECMA) != 0) {
		if (ecma_translate(pattern, &translated, e) != ERR_OK) {
			buf_free(&translated);
			return ERR_INPUT;
		}
		(void)buf_room(&translated, 1);
		pattern = buf_get(&translated);
	}
	r = mem_alloc(sizeof(*r));
	*r = (struct regex){ NULL, NULL, NULL };
	r->code = compile(pattern, flags, &code, &at);
	buf_free(&translated);
	if (r->code != NULL) {
		r->data = pcre2_match_data_create(1, NULL);
		r->limits = pcre2_match_context_create(NULL);
	}
	if (r->data != NULL && r->limits != NULL) {
		pcre2_set_match_limit(r->limits, REGEX_STEPS_MAX);
		pcre2_set_heap_limit(r->limits, REGEX_HEAP_MAX);
		*out = r;
		return ERR_OK;
	}
	regex_close(r);
	pcre2_get_error_message(code, text, sizeof(text));
	return err_input(e, at, "a regular expression that does not compile: "
	    "%s", (const char *)text);
}

enum status
regex_match(const struct regex *r, struct slice subject, struct err *e)
{
	PCRE2_UCHAR text[256];
	int code = pcre2_match(r->code,
	    (PCRE2_SPTR)(subject.data != NULL ? subject.data : ""),
	    subject.len, 0, 0, r->data, r->limits);

	if (code >= 0)
		return ERR_OK;
	if (code == PCRE2_ERROR_NOMATCH)
		return ERR_NO;
	pcre2_get_error_message(code, text, sizeof(text));
	return err_bad(e, "a regular expression gave up: %s",
	    (const char *)text);
}

void
regex_close(struct regex *r)
{
	if (r == NULL)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->data);
	pcre2_code_free(r->code);
	mem_free(r);
}
