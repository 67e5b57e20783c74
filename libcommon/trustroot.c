/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "b64.h"
#include "der.h"
#include "digest.h"
#include "proto.h"
#include "trustroot.h"

enum {
	SOON = 90 * TIMEFMT_DAY	/* time enough to bring a new root */
};

/* PublicKeyDetails of sigstore_common.proto, as far as crypt can. */
static const struct details {
	const char *name;
	enum crypt_type type;
	enum crypt_scheme scheme;
	enum crypt_hash hash;
	unsigned bits;		/* of an RSA key; 0: any */
	bool pkcs1;		/* rawBytes are a bare RSAPublicKey */
} details[] = {
	{ "PKIX_ECDSA_P256_SHA_256", CRYPT_P256, CRYPT_ECDSA, CRYPT_SHA256,
	    0, false },
	{ "PKIX_ECDSA_P384_SHA_384", CRYPT_P384, CRYPT_ECDSA, CRYPT_SHA384,
	    0, false },
	{ "PKIX_ECDSA_P521_SHA_512", CRYPT_P521, CRYPT_ECDSA, CRYPT_SHA512,
	    0, false },
	{ "PKIX_ECDSA_P384_SHA_256", CRYPT_P384, CRYPT_ECDSA, CRYPT_SHA256,
	    0, false },
	{ "PKIX_ECDSA_P521_SHA_256", CRYPT_P521, CRYPT_ECDSA, CRYPT_SHA256,
	    0, false },
	{ "PKIX_ED25519", CRYPT_ED25519, CRYPT_PURE, CRYPT_SHA512, 0, false },
	{ "PKIX_RSA_PKCS1V15_2048_SHA256", CRYPT_RSA, CRYPT_PKCS1,
	    CRYPT_SHA256, 2048, false },
	{ "PKIX_RSA_PKCS1V15_3072_SHA256", CRYPT_RSA, CRYPT_PKCS1,
	    CRYPT_SHA256, 3072, false },
	{ "PKIX_RSA_PKCS1V15_4096_SHA256", CRYPT_RSA, CRYPT_PKCS1,
	    CRYPT_SHA256, 4096, false },
	{ "PKIX_RSA_PKCS1V5", CRYPT_RSA, CRYPT_PKCS1, CRYPT_SHA256, 0, false },
	{ "PKCS1_RSA_PKCS1V5", CRYPT_RSA, CRYPT_PKCS1, CRYPT_SHA256, 0,
	    true },
	{ "PKIX_RSA_PSS_2048_SHA256", CRYPT_RSA, CRYPT_PSS, CRYPT_SHA256,
	    2048, false },
	{ "PKIX_RSA_PSS_3072_SHA256", CRYPT_RSA, CRYPT_PSS, CRYPT_SHA256,
	    3072, false },
	{ "PKIX_RSA_PSS_4096_SHA256", CRYPT_RSA, CRYPT_PSS, CRYPT_SHA256,
	    4096, false },
	{ "PKIX_RSA_PSS", CRYPT_RSA, CRYPT_PSS, CRYPT_SHA256, 0, false },
	{ "PKCS1_RSA_PSS", CRYPT_RSA, CRYPT_PSS, CRYPT_SHA256, 0, true },
};

static const struct details *
find_details(struct slice name)
{
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (slice_is(name, details[i].name))
			return &details[i];
	return NULL;
}

/* --- reading ------------------------------------------------------------ */

/* Whether there is such a time. */
static bool
read_time(struct proto *p, const struct json *o, const char *name,
    struct instant *out)
{
	const struct json *v = json_get(o, name);

	if (v == NULL || v->type == JSON_NULL)
		return false;
	if (!timefmt_rfc3339(json_text(v), out))
		proto_fault(p, v, "\"%s\" is not an RFC 3339 time", name);
	return true;
}

/* The reason why a window is none, or NULL. */
static const char *
read_window(struct proto *p, const struct json *o, struct trust_window *w)
{
	const struct json *v = proto_object(p, o, "validFor");

	w->has_end = read_time(p, v, "end", &w->end);
	return read_time(p, v, "start", &w->start) ? NULL :
	    "its validity has no start";
}

/* "https://host:port/path" -> "host:port" */
static struct slice
name_of(struct slice url)
{
	for (size_t i = 0; i + 3 <= url.len; i++)
		if (memcmp(url.data + i, "://", 3) == 0) {
			url = slice_cut(url, i + 3, url.len);
			break;
		}
	return slice_cut(url, 0, slice_find(url, '/'));
}

/* The name without its port. */
static struct slice
host_of(struct slice name)
{
	size_t i = name.len;

	while (i > 0 && name.data[i - 1] >= '0' && name.data[i - 1] <= '9')
		i--;
	return i > 1 && name.data[i - 1] == ':' ?
	    slice_cut(name, 0, i - 1) : name;
}

/* The key of a log; the reason why it cannot be used, or NULL. */
static const char *
read_key(struct proto *p, struct slice raw, struct trust_log *log)
{
	const struct details *d = find_details(log->details);
	enum status status;

	if (d == NULL)
		return "its key is of a type that is not supported";
	status = d->pkcs1 ? key_read_pkcs1(raw, p->arena, &log->key, NULL) :
	    key_read(raw, &log->key, NULL);
	if (status != ERR_OK)
		return "its key is malformed";
	if (log->key.public.type != d->type ||
	    (d->bits != 0 && log->key.public.bits != d->bits))
		return "its key is not what keyDetails says";
	log->scheme = d->scheme;
	log->hash = d->hash;
	return NULL;
}

/* C2SP signed-note: the id of a key with a name, untruncated as Rekor v2 has
 * it; ECDSA keys have that of their SPKI. */
static struct digest
note_key_id(struct slice name, const struct key *key)
{
	struct buf b = { 0 };
	struct digest d;

	buf_slice(&b, name);
	if (key->public.type == CRYPT_ED25519) {
		buf_add(&b, "\n\1", 2);
		buf_slice(&b, key->public.point);
	} else {
		buf_text(&b, "\n\377PKIX-RSA-PKCS#1v1.5");
		buf_slice(&b, key->spki);
	}
	d = digest_bytes(buf_get(&b));
	buf_free(&b);
	return d;
}

/* The id must be the key's: it decides which key is asked. */
static const char *
check_id(const struct trust_log *log)
{
	const struct slice names[] = { log->name, log->host };

	if (memcmp(log->id.data, log->key.id.sha256, DIGEST_SIZE) == 0)
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		struct digest id = note_key_id(names[i], &log->key);

		if ((log->key.public.type == CRYPT_ED25519 ||
		    log->key.public.type == CRYPT_RSA) &&
		    memcmp(log->id.data, id.sha256, DIGEST_SIZE) == 0)
			return NULL;
	}
	return "its id is not that of its key";
}

static void
read_log(struct proto *p, const struct json *o, struct trust_log *log)
{
	const struct json *key = proto_object(p, o, "publicKey");
	struct slice raw = proto_bytes(p, key, "rawBytes");
	struct slice hash = proto_text(p, o, "hashAlgorithm");
	struct slice note = proto_bytes(p, proto_object(p, o,
	    "checkpointKeyId"), "keyId");
	const char *why;

	log->url = proto_text(p, o, "baseUrl");
	if (log->url.data == NULL)
		log->url = SLICE("");
	log->name = name_of(log->url);
	log->host = host_of(log->name);
	log->id = proto_bytes(p, proto_object(p, o, "logId"), "keyId");
	log->details = proto_text(p, key, "keyDetails");
	if (log->details.data == NULL)
		log->details = SLICE("");
	why = read_window(p, key, &log->window);
	if (p->status != ERR_OK)
		return;
	if (log->id.data == NULL)
		log->id = SLICE("");
	if (log->id.len != DIGEST_SIZE) {
		log->unusable = "its id is not 32 bytes";
		return;
	}
	if (note.data != NULL && note.len != sizeof(log->note_id)) {
		proto_fault(p, o, "a checkpointKeyId of %zu bytes, expected "
		    "%zu", note.len, sizeof(log->note_id));
		return;
	}
	memcpy(log->note_id, note.data != NULL ? note.data : log->id.data,
	    sizeof(log->note_id));
	if (why == NULL && !slice_is(hash, "SHA2_256"))
		why = "its hash algorithm is not SHA2_256";
	if (why == NULL)
		why = read_key(p, raw, log);
	if (why == NULL)
		why = check_id(log);
	log->unusable = why;
}

static void
read_authority(struct proto *p, const struct json *o,
    struct trust_authority *out)
{
	const struct json *list = proto_array(p, proto_object(p, o,
	    "certChain"), "certificates");
	size_t n = 0;

	out->url = proto_text(p, o, "uri");
	out->unusable = read_window(p, o, &out->window);
	if (p->status == ERR_OK && json_count(list) > TRUSTROOT_CHAIN_MAX)
		proto_fault(p, o, "an authority with %zu certificates, "
		    "at most %d are read", json_count(list),
		    TRUSTROOT_CHAIN_MAX);
	if (p->status != ERR_OK)
		return;
	if (json_count(list) == 0) {
		out->unusable = "it has no certificate";
		return;
	}
	out->chain = arena_array(p->arena, list->len, sizeof(*out->chain));
	JSON_EACH(it, list) {
		struct slice raw = proto_bytes(p, it, "rawBytes");

		if (p->status != ERR_OK)
			return;
		if (x509_read(raw, &out->chain[n], NULL) != ERR_OK) {
			/* The anchor is the last: none, or another, is no
			 * authority. */
			out->unusable = "one of its certificates is not "
			    "X.509 version 3 in DER";
			break;
		}
		out->chain[n].trusted = true;
		n++;
	}
	out->count = n;
}

/* --- collecting --------------------------------------------------------- */

/* Room for the members of doc's list behind the *count that are in *old. */
static const struct json *
grow(struct proto *p, const struct json *doc, const char *name, void **old,
    size_t count, size_t size)
{
	const struct json *list = proto_array(p, doc, name);
	char *bigger;

	if (p->status != ERR_OK || list == NULL)
		return NULL;
	if (count + list->len > TRUSTROOT_MEMBERS_MAX) {
		proto_fault(p, list, "more than %d members in \"%s\"",
		    TRUSTROOT_MEMBERS_MAX, name);
		return NULL;
	}
	JSON_EACH(it, list)
		if (it->type != JSON_OBJECT) {
			proto_fault(p, it, "%s in \"%s\", expected an object",
			    json_type_name(it), name);
			return NULL;
		}
	bigger = arena_array(p->arena, count + list->len, size);
	memset(bigger, 0, (count + list->len) * size);
	if (count > 0)
		memcpy(bigger, *old, count * size);
	*old = bigger;
	return list;
}

static void
add_logs(struct proto *p, const struct json *doc, const char *name,
    struct trust_log **logs, size_t *count)
{
	void *grown = *logs;
	const struct json *list = grow(p, doc, name, &grown, *count,
	    sizeof(**logs));

	if (list == NULL)
		return;
	*logs = grown;
	JSON_EACH(it, list)
		read_log(p, it, &(*logs)[(*count)++]);
}

static void
add_authorities(struct proto *p, const struct json *doc, const char *name,
    struct trust_authority **list_out, size_t *count)
{
	void *grown = *list_out;
	const struct json *list = grow(p, doc, name, &grown, *count,
	    sizeof(**list_out));

	if (list == NULL)
		return;
	*list_out = grown;
	JSON_EACH(it, list)
		read_authority(p, it, &(*list_out)[(*count)++]);
}

enum status
trustroot_add(struct trustroot *root, const struct json *doc, struct arena *a,
    struct err *e)
{
	static const char *const types[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"application/vnd.dev.sigstore.trustedroot+json;version=0.2",
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json"
	};
	struct proto p = { a, e, ERR_OK };
	struct slice type = proto_text(&p, doc, "mediaType");
	struct trustroot grown = *root;
	bool known = false;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		known = known || slice_is(type, types[i]);
	if (!known)
		return err_input(e, 0, "not a Sigstore trusted root: media "
		    "type \"%.*s\", expected \"%s\"", (int)type.len,
		    type.data != NULL ? type.data : "", types[0]);
	add_logs(&p, doc, "tlogs", &grown.tlogs, &grown.tlog_count);
	add_logs(&p, doc, "ctlogs", &grown.ctlogs, &grown.ctlog_count);
	add_authorities(&p, doc, "certificateAuthorities", &grown.cas,
	    &grown.ca_count);
	add_authorities(&p, doc, "timestampAuthorities", &grown.tsas,
	    &grown.tsa_count);
	if (p.status == ERR_OK)
		*root = grown;
	return p.status;
}

/* --- asking ------------------------------------------------------------- */

bool
trustroot_holds(const struct trust_window *w, struct instant t)
{
	return timefmt_cmp(w->start, t) <= 0 &&
	    (!w->has_end || timefmt_cmp(t, w->end) <= 0);
}

const struct trust_log *
trustroot_find(const struct trust_log *logs, size_t count, struct slice id,
    struct instant t)
{
	const struct trust_log *best = NULL;
	int rank = 0;

	for (size_t i = 0; i < count; i++) {
		int mine = 1;

		if (!slice_eq(logs[i].id, id))
			continue;
		if (logs[i].unusable == NULL)
			mine = trustroot_holds(&logs[i].window, t) ? 3 : 2;
		if (mine > rank) {
			best = &logs[i];
			rank = mine;
		}
	}
	return best;
}

/* --- showing ------------------------------------------------------------ */

static void
show_window(struct arena *a, struct json *o, const struct trust_window *w,
    const char *unusable, int64_t at)
{
	struct instant now = { at, 0 };
	bool missing = unusable != NULL && w->start.sec == 0;

	if (!missing)
		json_set_z(a, o, "validFrom", timefmt_text(a, w->start.sec));
	if (w->has_end)
		json_set_z(a, o, "validUntil", timefmt_text(a, w->end.sec));
	if (unusable != NULL) {
		json_set_z(a, o, "state", "unusable");
		json_set_z(a, o, "reason", unusable);
		return;
	}
	json_set_z(a, o, "state", trustroot_holds(w, now) ? "current" :
	    timefmt_cmp(now, w->start) < 0 ? "future" : "past");
}

static struct json
show_logs(struct arena *a, const struct trust_log *logs, size_t count,
    int64_t at)
{
	struct json list = json_array();

	for (size_t i = 0; i < count; i++) {
		struct json o = json_object();

		json_set(a, &o, "logId", json_string(b64_text(a, logs[i].id)));
		json_set(a, &o, "name", json_string(logs[i].name));
		json_set(a, &o, "keyDetails", json_string(logs[i].details));
		show_window(a, &o, &logs[i].window, logs[i].unusable, at);
		json_push(a, &list, o);
	}
	return list;
}

static struct json
show_authorities(struct arena *a, const struct trust_authority *list,
    size_t count, int64_t at)
{
	struct json out = json_array();

	for (size_t i = 0; i < count; i++) {
		struct json o = json_object(), chain = json_array();

		for (size_t k = 0; k < list[i].count; k++) {
			const struct x509 *c = &list[i].chain[k];
			struct digest d = digest_bytes(c->der);
			struct json one = json_object();

			json_set(a, &one, "digest", digest_value(a, &d));
			json_set_z(a, &one, "subject",
			    x509_name_text(a, c->subject));
			json_set_z(a, &one, "notBefore",
			    timefmt_text(a, c->not_before));
			json_set_z(a, &one, "notAfter",
			    timefmt_text(a, c->not_after));
			json_push(a, &chain, one);
		}
		json_set(a, &o, "certificates", chain);
		if (list[i].url.data != NULL)
			json_set(a, &o, "uri", json_string(list[i].url));
		show_window(a, &o, &list[i].window, list[i].unusable, at);
		json_push(a, &out, o);
	}
	return out;
}

/* What an operator should know before verification begins to fail. */
static void
warn_logs(struct arena *a, struct json *list, const char *what,
    const struct trust_log *logs, size_t count, int64_t at)
{
	struct instant now = { at, 0 };
	size_t current = 0;

	for (size_t i = 0; i < count; i++)
		if (logs[i].unusable != NULL)
			json_push(a, list, json_z(arena_printf(a,
			    "the %s %.*s cannot be used: %s", what,
			    (int)logs[i].url.len, logs[i].url.data,
			    logs[i].unusable)));
		else if (trustroot_holds(&logs[i].window, now))
			current++;
	if (current == 0)
		json_push(a, list, json_z(arena_printf(a, "no %s is trusted "
		    "at %s", what, timefmt_text(a, at))));
}

static void
warn_authorities(struct arena *a, struct json *list, const char *what,
    const struct trust_authority *all, size_t count, int64_t at)
{
	struct instant now = { at, 0 };
	size_t current = 0;

	for (size_t i = 0; i < count; i++) {
		if (all[i].unusable != NULL) {
			json_push(a, list, json_z(arena_printf(a,
			    "a %s cannot be used: %s", what,
			    all[i].unusable)));
			continue;
		}
		if (!trustroot_holds(&all[i].window, now))
			continue;
		current++;
		for (size_t k = 0; k < all[i].count; k++)
			if (all[i].chain[k].not_after < at + SOON)
				json_push(a, list, json_z(arena_printf(a,
				    "the %s's certificate %s ends at %s",
				    what, x509_name_text(a,
				    all[i].chain[k].subject), timefmt_text(a,
				    all[i].chain[k].not_after))));
	}
	if (current == 0)
		json_push(a, list, json_z(arena_printf(a, "no %s is trusted "
		    "at %s", what, timefmt_text(a, at))));
}

static struct json
warnings(const struct trustroot *root, struct arena *a, int64_t at)
{
	struct json list = json_array();

	warn_logs(a, &list, "transparency log", root->tlogs,
	    root->tlog_count, at);
	warn_logs(a, &list, "certificate log", root->ctlogs,
	    root->ctlog_count, at);
	warn_authorities(a, &list, "certificate authority", root->cas,
	    root->ca_count, at);
	if (root->tsa_count > 0)
		warn_authorities(a, &list, "timestamp authority", root->tsas,
		    root->tsa_count, at);
	return list;
}

struct json
trustroot_show(const struct trustroot *root, struct arena *a, int64_t at)
{
	struct json o = json_object(), list = warnings(root, a, at);

	json_set_z(a, &o, "kind", "prov.trustroot/v1");
	json_set_z(a, &o, "at", timefmt_text(a, at));
	json_set(a, &o, "certificateAuthorities",
	    show_authorities(a, root->cas, root->ca_count, at));
	json_set(a, &o, "ctlogs", show_logs(a, root->ctlogs,
	    root->ctlog_count, at));
	json_set(a, &o, "timestampAuthorities",
	    show_authorities(a, root->tsas, root->tsa_count, at));
	json_set(a, &o, "tlogs", show_logs(a, root->tlogs, root->tlog_count,
	    at));
	if (list.len > 0)
		json_set(a, &o, "warnings", list);
	return o;
}
