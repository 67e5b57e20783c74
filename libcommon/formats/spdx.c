/* SPDX-License-Identifier: Apache-2.0 */
#include "format.h"
#include "spdx.h"

static bool
is(const struct json *doc)
{
	return spdx2_is(doc) || spdx3_is(doc);
}

static enum status
check(const struct json *doc, struct slice *version, unsigned *serves,
    struct err *e)
{
	if (spdx3_is(doc))
		return spdx3_check(doc, version, serves, e);
	if (spdx2_is(doc))
		return spdx2_check(doc, version, serves, e);
	return err_input(e, doc->offset,
	    "not SPDX (spdxVersion, or @context of SPDX 3)");
}

static void
read(struct part *p, const struct json *doc)
{
	if (spdx3_is(doc))
		spdx3_read(p, doc);
	else
		spdx2_read(p, doc);
}

const struct format format_spdx = {
	"spdx", "SPDX (spdxVersion, @context)", is, check, read, NULL, NULL
};
