/* SPDX-License-Identifier: Apache-2.0 */
#include "digester.h"
#include "verdict.h"

enum status
digester_open(struct digester *d, const char *operand)
{
	enum status rc = input_open(&d->in, operand, &d->limits);

	d->open = rc == ERR_OK;
	d->done = false;
	return rc;
}

void
digester_close(struct digester *d)
{
	if (d->open)
		input_close(&d->in);
	d->open = false;
}

void
digester_free(struct digester *d)
{
	digester_close(d);
	arena_free(&d->record);
}

static enum status
next_canonical(struct digester *d, struct digest *out, bool *got)
{
	struct sha256 h;
	enum status rc;

	sha256_init(&h);
	rc = input_canon(&d->in, digest_piece, &h, got);
	*out = digest_take(&h);
	return rc;
}

static enum status
next_raw(struct digester *d, struct digest *out, bool *got)
{
	struct sha256 h;
	struct slice piece;

	*got = !d->done;
	if (d->done)
		return ERR_OK;
	sha256_init(&h);
	do {
		enum status rc = input_chunk(&d->in, &piece);

		if (rc != ERR_OK)
			return rc;
		sha256_add(&h, piece.data, piece.len);
	} while (piece.len > 0);
	d->done = true;
	*out = digest_take(&h);
	return ERR_OK;
}

static enum status
next_verdict(struct digester *d, struct digest *out, bool *got)
{
	struct json doc;
	struct err e;
	enum status rc = input_next(&d->in, &d->record, &doc, got);

	if (rc != ERR_OK || !*got)
		return rc;
	if (!json_is(json_get(&doc, "kind"), VERDICT_KIND)) {
		(void)err_input(&e, 0, "found %s, expected a " VERDICT_KIND,
		    json_get(&doc, "kind") == NULL ? "no kind" :
		    "another kind");
		return input_fault(&d->in, &e);
	}
	*out = verdict_id(&d->record, &doc);
	return ERR_OK;
}

enum status
digester_next(struct digester *d, struct digest *out, bool *got)
{
	arena_reset(&d->record);
	if (d->of == DIGESTER_RAW)
		return next_raw(d, out, got);
	if (d->of == DIGESTER_VERDICT)
		return next_verdict(d, out, got);
	return next_canonical(d, out, got);
}

struct json
digester_descriptor(struct digester *d, const struct digest *digest)
{
	struct arena *a = &d->record;
	struct json v = json_object(), note = json_object();

	if (d->in.stream.lossy) {
		json_set(a, &note, "lossy", json_bool(true));
		json_set(a, &v, "annotations", note);
	}
	json_set(a, &v, "digest", digest_set(a, digest));
	if (d->in.fd != 0)
		json_set_z(a, &v, "name", d->in.name);
	return v;
}
