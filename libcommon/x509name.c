/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"
#include "utf8.h"
#include "x509.h"

#define OID_FULCIO_NAME SLICE("\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x07")

/* --- for people --------------------------------------------------------- */

static void
add_attribute(struct buf *out, struct slice oid, struct slice value)
{
	static const struct {
		const char *oid, *name;
	} known[] = {
		{ "\x55\x04\x03", "CN" }, { "\x55\x04\x06", "C" },
		{ "\x55\x04\x07", "L" }, { "\x55\x04\x08", "ST" },
		{ "\x55\x04\x0a", "O" }, { "\x55\x04\x0b", "OU" }
	};
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_is(oid, known[i].oid))
			name = known[i].name;
	if (out->len > 0)
		buf_byte(out, ',');
	if (name != NULL)
		buf_text(out, name);
	else
		der_oid_text(out, oid);
	buf_byte(out, '=');
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		buf_byte(out, c >= 0x20 && c < 0x7f ? c : '?');
	}
}

char *
x509_name_text(struct arena *a, struct slice name)
{
	struct buf b = { 0 };
	struct slice value, oid;
	struct der d, set, pair;
	char *text;

	if (der_only(name, DER_SEQUENCE, &d))
		while (der_enter(&d, DER_SET, &set))
			while (der_enter(&set, DER_SEQUENCE, &pair))
				if (der_take(&pair, DER_OID, &oid) &&
				    der_any(&pair, NULL, &value, NULL))
					add_attribute(&b, oid, value);
	if (b.len == 0)
		buf_text(&b, "(no name)");
	text = arena_dup(a, buf_get(&b));
	buf_free(&b);
	return text;
}

/* --- subject alternative names ------------------------------------------ */

/* otherName: [0] { OID, [0] EXPLICIT UTF8String }. */
static bool
read_other_name(struct slice body, enum x509_name_kind *kind,
    struct slice *name)
{
	struct der d = der_of(body), value;
	struct slice oid;

	if (!der_take(&d, DER_OID, &oid) || !der_is_oid(oid) ||
	    !der_enter(&d, DER_CONTEXT(0), &value) || !der_end(&d))
		return false;
	*kind = X509_UNKNOWN_NAME;
	if (!slice_eq(oid, OID_FULCIO_NAME))
		return true;
	*kind = X509_OTHER_NAME;
	return der_take(&value, DER_UTF8_STRING, name) && der_end(&value) &&
	    utf8_valid(*name);
}

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < 0x20 || s.data[i] > 0x7e)
			return false;
	return s.len > 0;
}

enum status
x509_subject_name(const struct x509 *c, size_t *count,
    enum x509_name_kind *kind, struct slice *name, struct err *e)
{
	struct der d = der_of(c->names);

	*count = 0;
	*kind = X509_UNKNOWN_NAME;
	*name = (struct slice){ NULL, 0 };
	while (!der_end(&d)) {
		enum x509_name_kind found = X509_UNKNOWN_NAME;
		struct slice body, text = { NULL, 0 };
		uint8_t tag;
		bool good = der_any(&d, &tag, &body, NULL);

		if (good && tag == DER_CONTEXT_PRIMITIVE(1))
			found = X509_EMAIL;
		else if (good && tag == DER_CONTEXT_PRIMITIVE(6))
			found = X509_URI;
		if (found != X509_UNKNOWN_NAME) {
			text = body;
			good = is_ascii(body);	/* IA5String */
		} else if (good && tag == DER_CONTEXT(0)) {
			good = read_other_name(body, &found, &text);
		}
		if (!good)
			return err_bad(e, "a certificate whose subject "
			    "alternative name is malformed");
		++*count;
		if (*kind == X509_UNKNOWN_NAME &&
		    found != X509_UNKNOWN_NAME) {
			*kind = found;
			*name = text;
		}
	}
	return ERR_OK;
}
