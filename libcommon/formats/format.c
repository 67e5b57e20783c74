/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "format.h"

/* In the order of detection. */
static const struct format *const formats[] = {
	&format_intoto,
	&format_cyclonedx,
	&format_spdx,
	&format_openvex,
	&format_csaf,
	&format_trivy,
	&format_grype,
	&format_osv,
	&format_sarif
};

enum {
	FORMATS = sizeof(formats) / sizeof(formats[0])
};

const struct format *
format_named(struct slice name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (slice_is(name, formats[i]->name))
			return formats[i];
	return NULL;
}

const struct format *
format_wants(const struct json *object, struct slice key, int *array)
{
	for (size_t i = 0; i < FORMATS; i++) {
		*array = formats[i]->wants == NULL ? 0 :
		    formats[i]->wants(object, key);
		if (*array != 0)
			return formats[i];
	}
	return NULL;
}

const struct format *
format_detect(const struct json *doc, struct err *e)
{
	char marks[ERR_TEXT_MAX] = "";

	for (size_t i = 0; i < FORMATS; i++) {
		if (doc->type == JSON_OBJECT && formats[i]->is(doc))
			return formats[i];
		if (formats[i] == &format_intoto)
			continue;
		if (marks[0] != '\0')
			strcat(marks, ", ");
		strcat(marks, formats[i]->mark);
	}
	(void)err_input(e, doc->offset,
	    "no known format; looked for %s, or a Statement of one", marks);
	return NULL;
}
