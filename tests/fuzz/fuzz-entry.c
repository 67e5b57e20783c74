/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries and events: a document that is read becomes a record, which reads
 * back as the same; and whatever a record's bytes are, with a hash that is
 * right, they are read without a fault.
 */
#include <stdint.h>
#include <stdlib.h>

#include "entrydoc.h"
#include "entryrec.h"
#include "ledger.h"

enum {
	FLIPS = 256		/* of one record */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The record with the hash that its bytes have. */
static enum status
read_record(char *record, size_t len, struct arena *a, struct entry *out,
    struct entryrec_dep **deps, size_t *n)
{
	struct slice body = { record, len - DIGEST_SIZE };
	struct digest d = digest_bytes(body);

	memcpy(record + body.len, d.sha256, DIGEST_SIZE);
	return entryrec_read((struct slice){ record, len }, a, out, deps, n,
	    NULL);
}

static void
try_record(struct entry *entry, struct arena *a)
{
	struct entryrec_dep *deps, *again;
	struct entry out;
	struct buf b = { 0 };
	size_t n, m;

	if (entryrec_derive(entry, a, &deps, &n, NULL) != ERR_OK)
		abort();
	entryrec_write(&b, entry, deps, n);
	if (read_record(b.data, b.len, a, &out, &again, &m) != ERR_OK ||
	    n != m || !digest_equal(&out.verikey, &entry->verikey) ||
	    !slice_eq(out.verdict, entry->verdict) ||
	    !slice_eq(out.inputs, entry->inputs))
		abort();
	for (size_t i = 0; i < FLIPS; i++) {
		char *at = &b.data[i * (b.len - DIGEST_SIZE) / FLIPS];
		char was = *at;

		*at = (char)(was ^ (1 << i % 8));
		(void)read_record(b.data, b.len, a, &out, &again, &m);
		*at = was;
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data, size };
	struct ledger_event event;
	struct entryrec_dep *deps;
	struct arena a = { 0 };
	struct entry entry;
	struct json doc;
	struct buf b = { 0 };
	size_t n;

	if (size > 1 << 16)
		return 0;
	if (json_parse(s, &json_own, &a, &doc, NULL) == ERR_OK) {
		(void)ledger_read(&doc, &a, &event, NULL);
		if (entrydoc_read(&doc, &a, &entry, NULL) == ERR_OK)
			try_record(&entry, &a);
	} else {
		buf_slice(&b, s);
		(void)buf_room(&b, DIGEST_SIZE);
		(void)read_record(b.data, size + DIGEST_SIZE, &a, &entry,
		    &deps, &n);
		buf_free(&b);
	}
	arena_free(&a);
	return 0;
}
