/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"
#include "x509.h"

#define OID_ANY_PURPOSE SLICE("\x55\x1d\x25\x00")

enum status
x509_signed(struct x509 *c, const struct x509 *parent, struct err *e)
{
	enum status status;

	if (c->signed_by == parent)
		return ERR_OK;
	if (!slice_eq(c->issuer, parent->subject))
		return err_no(e, "another certificate's name");
	if (!c->algorithm_known || !parent->key_known ||
	    !x509_fits(&c->algorithm, &parent->key))
		return err_no(e, "a signature algorithm that is not supported "
		    "for this key");
	status = key_verify_as(&parent->key, c->algorithm.scheme,
	    c->algorithm.hash, c->tbs, c->signature, e);
	if (status == ERR_OK && parent->trusted)
		c->signed_by = parent;
	return status == ERR_INPUT ? ERR_NO : status;
}

/* The key identifiers, where both are there, name the same key. */
static bool
may_have_signed(const struct x509 *parent, const struct x509 *c)
{
	if (!slice_eq(c->issuer, parent->subject))
		return false;
	return c->authority_key.data == NULL ||
	    parent->subject_key.data == NULL ||
	    slice_eq(c->authority_key, parent->subject_key);
}

/* "the CA CN=x", in a buffer the message copies from. */
static const char *
who(struct arena *a, const struct x509 *c, bool leaf)
{
	return leaf ? "the certificate" :
	    arena_printf(a, "the CA %s", x509_name_text(a, c->subject));
}

/* What every certificate of a path must be. */
static enum status
check_any(struct arena *a, const struct x509 *c, bool leaf,
    struct instant at, struct err *e)
{
	if (c->unknown_critical.data != NULL) {
		struct buf b = { 0 };
		enum status status;

		der_oid_text(&b, c->unknown_critical);
		status = err_no(e, "%s has a critical extension that is not "
		    "understood: %.*s", who(a, c, leaf), (int)b.len, b.data);
		buf_free(&b);
		return status;
	}
	if (!x509_valid_at(c, at))
		return err_no(e, "%s is valid from %s to %s, not at %s",
		    who(a, c, leaf), timefmt_text(a, c->not_before),
		    timefmt_text(a, c->not_after), timefmt_exact(a, at));
	return ERR_OK;
}

/* below: how many CA certificates stand between this one and the leaf. */
static enum status
check_ca(struct arena *a, const struct x509 *c, size_t below,
    struct slice purpose, struct err *e)
{
	if (!c->is_ca)
		return err_no(e, "%s is not a CA", who(a, c, false));
	if (c->has_usage && (c->usage & X509_KEY_CERT_SIGN) == 0)
		return err_no(e, "%s may not sign certificates",
		    who(a, c, false));
	if (c->has_path_len && c->path_len < below)
		return err_no(e, "%s may have %llu CAs below it, here are %zu",
		    who(a, c, false), (unsigned long long)c->path_len, below);
	if (c->purposes.data != NULL && !x509_has_purpose(c, purpose) &&
	    !x509_has_purpose(c, OID_ANY_PURPOSE))
		return err_no(e, "%s is not for this purpose",
		    who(a, c, false));
	return ERR_OK;
}

static enum status
check_leaf(const struct x509 *c, struct slice purpose, struct err *e)
{
	bool code = slice_eq(purpose, x509_code_signing);
	unsigned wanted = X509_DIGITAL_SIGNATURE |
	    (code ? 0U : X509_CONTENT_COMMITMENT);

	if (c->is_ca)
		return err_no(e, "the certificate is a CA");
	if (!c->key_known)
		return err_no(e, "the certificate's key is of a type that is "
		    "not supported");
	if (c->has_usage ? (c->usage & wanted) == 0 : code)
		return err_no(e, "the certificate's key usage lacks "
		    "digitalSignature");
	if (!x509_has_purpose(c, purpose))
		return err_no(e, "the certificate's extended key usage lacks "
		    "the purpose %s", code ? "codeSigning" : "timeStamping");
	return ERR_OK;
}

/* Who signed c: the anchor if it did, else one of the pool that is not used
 * yet.  NULL: nobody. */
static struct x509 *
find_parent(const struct x509_path *p, struct x509 *c,
    struct x509 *const *used, size_t used_count)
{
	struct x509 *late = NULL;

	if (may_have_signed(p->anchor, c) &&
	    x509_signed(c, p->anchor, NULL) == ERR_OK)
		return p->anchor;
	for (size_t i = 0; i < p->pool_count; i++) {
		struct x509 *candidate = &p->pool[i];
		bool seen = candidate == c;

		for (size_t k = 0; k < used_count; k++)
			seen = seen || used[k] == candidate;
		if (seen || !may_have_signed(candidate, c) ||
		    x509_signed(c, candidate, NULL) != ERR_OK)
			continue;
		/* A CA's key may be in a newer certificate as well. */
		if (x509_valid_at(candidate, p->at))
			return candidate;
		late = late != NULL ? late : candidate;
	}
	return late;
}

static enum status
walk(const struct x509_path *p, struct arena *a, const struct x509 **issuer,
    struct err *e)
{
	struct x509 *used[X509_PATH_MAX] = { p->anchor };
	struct x509 *c = p->leaf;
	size_t count = 0;
	enum status status = check_leaf(c, p->purpose, e);

	if (status == ERR_OK)
		status = check_any(a, c, true, p->at, e);
	while (status == ERR_OK && c != p->anchor) {
		struct x509 *parent = find_parent(p, c, used, count);

		if (parent == NULL)
			return err_no(e, "%s was issued by %s, which this "
			    "authority's certificates do not lead to",
			    who(a, c, c == p->leaf),
			    x509_name_text(a, c->issuer));
		if (count == X509_PATH_MAX)
			return err_no(e, "more than %d CAs above the "
			    "certificate", X509_PATH_MAX);
		status = check_ca(a, parent, count, p->purpose, e);
		if (status == ERR_OK)
			status = check_any(a, parent, false, p->at, e);
		used[count++] = parent;
		c = parent;
	}
	if (status == ERR_OK)
		*issuer = used[0];
	return status;
}

enum status
x509_path(const struct x509_path *p, const struct x509 **issuer,
    struct err *e)
{
	struct arena a = { 0 };
	enum status status = walk(p, &a, issuer, e);

	arena_free(&a);
	return status;
}
