/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "packrecords.h"

static enum status
keep(struct arena *a, const struct json *doc, struct slice kind,
    struct slice *out, struct err *e)
{
	if (out->data != NULL)
		return err_input(e, doc->offset, "a second %.*s",
		    (int)kind.len, kind.data);
	*out = canon_text(a, doc);
	return ERR_OK;
}

static enum status
take_envelope(struct packrecords *r, struct arena *a, const struct json *doc,
    struct err *e)
{
	struct packout_item item;
	enum status rc = packout_envelope(a, doc, &item, e);

	if (rc != ERR_OK)
		return err_input(e, doc->offset,
		    "not a record that a bundle is made of");
	r->item = mem_array(r->item, r->items + 1, sizeof(*r->item));
	r->item[r->items++] = item;
	return ERR_OK;
}

static enum status
take(struct packrecords *r, struct arena *a, const struct json *doc,
    struct err *e)
{
	static const char *const documents[] = { "prov.verdict/v1",
	    "prov.decision/v1", "prov.verikey/v1", "prov.context/v1" };
	static const char *const parts[MERKLEDOC_ROLES] = {
		[MERKLEDOC_EVIDENCE] = "prov.evidence/v1",
		[MERKLEDOC_POLICY] = "prov.policy/v1",
		[MERKLEDOC_BUDGET] = "prov.budget/v1",
		[MERKLEDOC_KEYRING] = "prov.keyring/v1"
	};
	struct slice kind = json_get_text(doc, "kind");

	for (int i = 0; i < PACKRECORDS_DOCUMENTS; i++)
		if (slice_is(kind, documents[i]))
			return keep(a, doc, kind, &r->document[i], e);
	for (int i = 0; i < MERKLEDOC_ROLES; i++)
		if (parts[i] != NULL && slice_is(kind, parts[i]))
			return keep(a, doc, kind, &r->part[i], e);
	if (!slice_is(kind, "prov.event/v1"))
		return take_envelope(r, a, doc, e);
	canon_write(&r->events, doc);
	buf_byte(&r->events, '\n');
	return ERR_OK;
}

enum status
packrecords_read(const char *operand, struct arena *a,
    struct packrecords *out)
{
	struct arena record = { 0 };
	struct input in;
	enum status rc = input_open(&in, operand, &json_own);
	bool got = true;

	if (rc != ERR_OK)
		return rc;
	while (rc == ERR_OK && got) {
		struct json doc;
		struct err e;

		rc = input_next(&in, &record, &doc, &got);
		if (rc != ERR_OK || !got)
			break;
		rc = take(out, a, &doc, &e);
		if (rc != ERR_OK)
			rc = input_fault(&in, &e);
		arena_reset(&record);
	}
	arena_free(&record);
	input_close(&in);
	return rc;
}

void
packrecords_close(struct packrecords *r)
{
	buf_free(&r->events);
	mem_free(r->item);
}
