/* SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"
#include "timefmt.h"

/* Design: the levels of provenance, in basis points. */
enum {
	P_LOGGED = 10000,	/* signed by a trusted key, and logged */
	P_SIGNED = 7500,
	P_NAMED = 4000,		/* unsigned, of an origin the policy names */
	P_OTHER = 1000
};

/* What one document of a source is an attestation of. */
struct sources_attestation {
	const struct json *subjects;
	bool is_signed;		/* by a trusted key */
	struct sources_attestation *next;
};

/* Whether this signature is by a key that was trusted for VEX when it was
 * proven to exist, or is now.  Revocation is temporal. */
static bool
is_trusted(const struct sources *s, const struct json *signature,
    struct digest *id)
{
	struct slice proven = json_get_text(signature, "provenAt");
	const struct keyring_key *key;
	int64_t at = s->at;
	struct instant t;

	if (s->keyring == NULL ||
	    !digest_read(json_get_text(signature, "id"), id))
		return false;
	if (proven.data != NULL && timefmt_rfc3339(proven, &t))
		at = t.sec;
	key = keyring_find(s->keyring, id);
	return key != NULL && keyring_trusts(key, KEYRING_VEX, at);
}

static bool
rule_fits(const struct policy_source *rule, const struct sources_one *one,
    const struct json *doc, const struct digest *signer)
{
	if (rule->has_digest && !digest_equal(&rule->digest, &one->source))
		return false;
	if (rule->origin.data != NULL &&
	    !slice_eq(rule->origin, json_get_text(doc, "origin")))
		return false;
	return !rule->has_signer || (signer != NULL &&
	    digest_equal(&rule->signer, signer));
}

/* The first entry of the policy that fits any document or signature of this
 * source holds. */
static void
apply_rules(const struct sources *s, struct sources_one *one,
    const struct json *doc, const struct digest *signer)
{
	const struct policy *p = s->policy;

	for (size_t i = 0; i < p->sources; i++) {
		const struct policy_source *rule = &p->source[i];

		if (one->rule != NULL && rule >= one->rule)
			break;
		if (rule_fits(rule, one, doc, signer)) {
			one->rule = rule;
			break;
		}
	}
}

/* True: a trusted key signed this document. */
static bool
read_signatures(const struct sources *s, struct sources_one *one,
    const struct json *doc)
{
	const struct json *list = json_get(doc, "signedBy");
	bool is_signed = false;
	struct digest id;

	if (list == NULL)
		return false;
	JSON_EACH(signature, list) {
		if (!is_trusted(s, signature, &id))
			continue;
		apply_rules(s, one, doc, &id);
		one->logged |= json_true(json_get(signature, "logged"));
		if (!one->has_signer || digest_cmp(&id, &one->signer) < 0)
			one->signer = id;
		one->has_signer = is_signed = true;
	}
	return is_signed;
}

static void
read_document(struct sources *s, const struct json *doc)
{
	const struct json *subjects = json_get(doc, "subjects");
	struct slice source = json_get_text(doc, "source");
	struct slice origin = json_get_text(doc, "origin");
	struct sources_attestation *attestation;
	struct sources_one *one;
	bool fresh, is_signed;
	size_t *at = map_put(&s->by_digest, source, &fresh);

	if (fresh) {
		*at = s->count++;
		s->item[*at] = (struct sources_one){ .rule = NULL };
		(void)digest_read(source, &s->item[*at].source);
	}
	one = &s->item[*at];
	if (one->origin.data == NULL || (origin.data != NULL &&
	    slice_cmp(origin, one->origin) < 0))
		one->origin = origin;
	one->has_epoch |= json_count(json_get(doc, "feeds")) > 0;
	apply_rules(s, one, doc, NULL);
	is_signed = read_signatures(s, one, doc);
	if (subjects == NULL)
		return;
	attestation = arena_alloc(s->arena, sizeof(*attestation));
	*attestation = (struct sources_attestation){ subjects, is_signed,
	    one->attestation };
	one->attestation = attestation;
}

void
sources_open(struct sources *s, struct arena *a, const struct json *documents,
    const struct policy *policy, const struct keyring *keyring, int64_t at)
{
	*s = (struct sources){ .policy = policy, .keyring = keyring,
	    .at = at, .arena = a };
	s->item = arena_array(a, json_count(documents) + 1,
	    sizeof(*s->item));
	if (documents != NULL)
		JSON_EACH(doc, documents)
			read_document(s, doc);
}

void
sources_close(struct sources *s)
{
	map_free(&s->by_digest);
}

const struct sources_one *
sources_find(const struct sources *s, struct slice digest)
{
	static const struct sources_one nobody;
	const size_t *at = map_find(&s->by_digest, digest);

	return at != NULL ? &s->item[*at] : &nobody;
}

int
sources_provenance(const struct sources_one *source)
{
	if (source->rule != NULL && source->rule->p >= 0)
		return source->rule->p;
	if (source->has_signer)
		return source->logged ? P_LOGGED : P_SIGNED;
	return source->rule != NULL ? P_NAMED : P_OTHER;
}

/* Whether one of the digests is the subject's or the component's. */
static bool
is_about(const struct json *subjects, const struct json *subject,
    const struct json *component)
{
	const struct json *hashes = json_get(component, "hashes");

	JSON_EACH(v, subjects) {
		struct slice text = json_text(v);
		size_t colon = slice_find(text, ':');
		const struct json *list;

		if (slice_eq(text, json_get_text(subject, "digest")))
			return true;
		list = json_get_slice(hashes, slice_cut(text, 0, colon));
		if (list == NULL)
			continue;
		JSON_EACH(hash, list)
			if (slice_eq(json_text(hash), slice_cut(text,
			    colon + 1, text.len)))
				return true;
	}
	return false;
}

bool
sources_attested(const struct sources_one *source, const struct json *subject,
    const struct json *component, bool *is_signed)
{
	const struct sources_attestation *a = source->attestation;
	bool attested = false;

	*is_signed = false;
	for (; a != NULL; a = a->next) {
		if (!is_about(a->subjects, subject, component))
			continue;
		attested = true;
		*is_signed |= a->is_signed;
	}
	return attested;
}
