/* SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"
#include "format.h"
#include "spdx.h"

/* --- licences ----------------------------------------------------------- */

struct license {
	struct slice name, text;
};

void
spdx_license_text(struct part *p, struct map *texts, struct slice id,
    struct slice name, struct slice text)
{
	struct license *l = arena_alloc(p->a, sizeof(*l));
	bool fresh;

	*l = (struct license){ name, text };
	*map_put(texts, id, &fresh) = (size_t)l;
}

static bool
is_id_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == ':';
}

/* What a LicenseRef of this document means anywhere: its text's digest. */
static struct slice
global_ref(struct part *p, const struct map *texts, struct slice ref)
{
	size_t *at = map_find(texts, ref);
	char hex[DIGEST_TEXT + 1];
	struct digest d;

	if (at == NULL)
		return ref;
	d = digest_bytes(((const struct license *)*at)->text);
	digest_write(&d, hex);
	return slice_of(arena_printf(p->a, "LicenseRef-sha256-%s",
	    hex + sizeof("sha256:") - 1));
}

static struct slice
global_expression(struct part *p, const struct map *texts, struct slice text)
{
	struct buf out = { NULL, 0, 0 };
	struct slice kept;

	for (size_t i = 0; i < text.len;) {
		size_t n = i;

		while (n < text.len && is_id_byte(text.data[n]))
			n++;
		if (n == i)
			buf_byte(&out, text.data[i++]);
		else
			buf_slice(&out, global_ref(p, texts,
			    slice_cut(text, i, n)));
		i = n > i ? n : i;
	}
	kept = arena_slice(p->a, buf_get(&out));
	buf_free(&out);
	return kept;
}

void
spdx_license(struct part *p, const struct map *texts, uint32_t c,
    struct slice expression)
{
	size_t *alone = map_find(texts, expression);
	struct slice name = { NULL, 0 };

	if (slice_is(expression, "NOASSERTION") ||
	    slice_is(expression, "NONE") || expression.len == 0)
		return;
	if (alone != NULL)
		name = ((const struct license *)*alone)->name;
	part_license(p, c, name.len > 0 && !slice_is(name, "NOASSERTION") ?
	    name : global_expression(p, texts, expression));
}

/* --- the format --------------------------------------------------------- */

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
