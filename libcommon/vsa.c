/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "statement.h"
#include "timefmt.h"
#include "verdict.h"
#include "vsa.h"

/* urn:provkit:policy:NAME@VERSION, with all but RFC 3986's unreserved
 * characters percent-encoded. */
static struct slice
policy_uri(struct arena *a, const struct json *policy)
{
	static const char hex[] = "0123456789ABCDEF";
	const struct slice part[] = { json_get_text(policy, "name"),
	    json_get_text(policy, "version") };
	struct buf b = { 0 };
	struct slice uri;

	buf_text(&b, "urn:provkit:policy:");
	for (size_t i = 0; i < 2; i++) {
		if (i > 0)
			buf_byte(&b, '@');
		for (size_t j = 0; j < part[i].len; j++) {
			unsigned char c = (unsigned char)part[i].data[j];

			if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
			    c == '_' || c == '~') {
				buf_byte(&b, (char)c);
				continue;
			}
			buf_byte(&b, '%');
			buf_byte(&b, hex[c >> 4]);
			buf_byte(&b, hex[c & 15]);
		}
	}
	uri = arena_slice(a, buf_get(&b));
	buf_free(&b);
	return uri;
}

static struct slice
resource_uri(const struct json *subject)
{
	struct slice purl = json_get_text(subject, "purl");

	return purl.data != NULL ? purl : json_get_text(subject, "key");
}

enum status
vsa_write(struct arena *a, const struct json *doc, const struct vsa *options,
    struct json subjects, struct json *out, struct err *e)
{
	struct json o = json_object(), verifier = json_object();
	struct json policy = json_object(), levels = json_array();
	struct verdict v;
	bool passed;
	enum status st = verdict_read(a, doc, &v, e);

	if (st != ERR_OK)
		return st;
	passed = !slice_is(v.status, "fail");
	json_set(a, &policy, "digest", digest_set(a, &v.policy_digest));
	json_set(a, &policy, "uri", json_string(options->policy.data != NULL ?
	    options->policy : policy_uri(a, v.policy)));
	json_set(a, &verifier, "id", json_string(options->verifier));
	for (size_t i = 0; i < options->level_count && passed; i++)
		json_push(a, &levels, json_z(options->levels[i]));
	canon_sort(a, &levels);
	json_set(a, &o, "policy", policy);
	json_set(a, &o, "resourceUri", json_string(
	    options->resource.data != NULL ? options->resource :
	    resource_uri(v.subject)));
	json_set_z(a, &o, "timeVerified", timefmt_text(a, v.at));
	json_set_z(a, &o, "verificationResult", passed ? "PASSED" : "FAILED");
	json_set(a, &o, "verifiedLevels", levels);
	json_set(a, &o, "verifier", verifier);
	if (subjects.len == 0)
		subjects = verdict_subject(a, &v);
	*out = statement_write(a, subjects, SLICE(VSA_PREDICATE), o);
	return ERR_OK;
}
