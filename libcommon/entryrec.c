/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canon.h"
#include "decision.h"
#include "entryrec.h"
#include "timefmt.h"
#include "verikey.h"

enum {
	FLAG_FOREIGN = 1,
	FLAG_PARTS = 2,
	FLAG_TREE = 4,		/* of which the end may be missing */
	HEAD = 4 + 4 * 8 + DIGEST_SIZE,
	KEY_SIZE = 1 + DIGEST_SIZE
};

static const char magic[4] = { 'P', 'V', 'E', '1' };

void
entryrec_u64(struct buf *out, uint64_t n)
{
	char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (char)(n >> 8 * i & 0xff);
	buf_add(out, b, sizeof(b));
}

uint64_t
entryrec_get_u64(const char *p)
{
	uint64_t n = 0;

	for (int i = 7; i >= 0; i--)
		n = n << 8 | (uint8_t)p[i];
	return n;
}

/* --- what it depends on ------------------------------------------------- */

struct deps {
	struct arena *arena;
	struct entryrec_dep *item;
	size_t count;
};

static void
depend(struct deps *d, char letter, const struct digest *id)
{
	char *key = arena_alloc(d->arena, KEY_SIZE);

	key[0] = letter;
	memcpy(key + 1, id->sha256, DIGEST_SIZE);
	d->item[d->count++].key = (struct slice){ key, KEY_SIZE };
}

/* The digests among a context's members: null where there is none. */
static void
depend_on_context(struct deps *d, const struct json *context)
{
	static const char *const member[] = { "policy", "policyJq", "budget",
		"keyring" };
	struct digest digest;

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		if (digest_read(json_get_text(context, member[i]), &digest))
			depend(d, 'p', &digest);
}

static enum status
depend_on_feeds(struct deps *d, const struct json *feeds, struct err *e)
{
	if (feeds == NULL)
		return ERR_OK;
	JSON_MEMBERS(m, feeds) {
		struct entryrec_dep *dep = &d->item[d->count];

		if (m->key_len > ENTRYREC_FEED_MAX)
			return err_bad(e, "a feed's name is too long");
		dep->key = slice_of(arena_printf(d->arena, "f%.*s",
		    (int)m->key_len, m->key));
		dep->epoch = json_text(&m->value);
		if (dep->epoch.len > UINT16_MAX)
			return err_bad(e, "a feed's epoch is too long");
		d->count++;
	}
	return ERR_OK;
}

/* Documents that contradict themselves are refused like malformed ones. */
static enum status
refused(enum status rc, struct err *e)
{
	if (rc == ERR_NO)
		rc = ERR_INPUT;
	if (e != NULL)
		e->code = rc;
	return rc;
}

static bool
is_canonical(struct arena *a, const struct json *v, struct slice text)
{
	return slice_eq(canon_text(a, v), text);
}

enum status
entryrec_derive(struct entry *entry, struct arena *a,
    struct entryrec_dep **deps, size_t *count, struct err *e)
{
	struct json inputs, decision, verdict;
	struct deps d = { .arena = a };
	struct decision dec;
	struct verikey key;
	struct digest made, id;
	enum status rc;

	if ((rc = json_parse(entry->inputs, &json_own, a, &inputs, e)) !=
	    ERR_OK ||
	    (rc = json_parse(entry->decision, &json_own, a, &decision, e)) !=
	    ERR_OK ||
	    (rc = json_parse(entry->verdict, &json_own, a, &verdict, e)) !=
	    ERR_OK ||
	    (rc = verikey_read(a, &inputs, &key, &entry->verikey, e)) !=
	    ERR_OK ||
	    (rc = decision_read(a, &decision, &dec, e)) != ERR_OK)
		return refused(rc, e);
	/* What is put is what comes out: it must be in the form it has. */
	if (!is_canonical(a, &inputs, entry->inputs) ||
	    !is_canonical(a, &decision, entry->decision) ||
	    !is_canonical(a, &verdict, entry->verdict))
		return err_bad(e, "a document is not in canonical form");
	if (!digest_equal(&dec.verikey, &entry->verikey))
		return err_bad(e, "the decision is for another veriKey");
	if (!digest_read(json_get_text(&verdict, "verdictId"), &id) ||
	    !digest_equal(&id, &dec.verdict))
		return err_bad(e, "the decision is of another verdict");
	json_unset(a, &verdict, "verdictId");
	json_unset(a, &verdict, "at");
	made = digest_json(&verdict);
	if (!digest_equal(&id, &made))
		return err_bad(e, "verdictId is not the verdict's digest");
	entry->proof_root = dec.proof_root;
	entry->created = dec.created_at;
	entry->expires = dec.expires_at;
	d.item = arena_array(a, key.signers.count + json_count(key.feeds) + 8,
	    sizeof(*d.item));
	memset(d.item, 0, (key.signers.count + json_count(key.feeds) + 8) *
	    sizeof(*d.item));
	depend(&d, 'k', &entry->verikey);
	depend(&d, 'p', &key.policy);
	depend_on_context(&d, key.context);
	for (size_t i = 0; i < key.signers.count; i++)
		depend(&d, 's', &key.signers.item[i]);
	rc = depend_on_feeds(&d, key.feeds, e);
	*deps = d.item;
	*count = d.count;
	return rc;
}

/* --- bytes -------------------------------------------------------------- */

static void
put_blob(struct buf *out, struct slice s)
{
	entryrec_u64(out, s.len);
	buf_slice(out, s);
}

static void
put_short(struct buf *out, struct slice s)
{
	buf_byte(out, (char)(s.len & 0xff));
	buf_byte(out, (char)(s.len >> 8 & 0xff));
	buf_slice(out, s);
}

void
entryrec_write(struct buf *out, const struct entry *entry,
    const struct entryrec_dep *deps, size_t count)
{
	size_t start = out->len;
	struct buf list = { 0 };
	struct digest d;

	buf_add(out, magic, sizeof(magic));
	entryrec_u64(out, (entry->foreign ? FLAG_FOREIGN : 0) |
	    (entry->has_parts ? FLAG_PARTS :
	    entry->has_tree ? FLAG_TREE : 0));
	entryrec_u64(out, entry->generation);
	entryrec_u64(out, (uint64_t)entry->created);
	entryrec_u64(out, (uint64_t)entry->expires);
	buf_add(out, entry->proof_root.sha256, DIGEST_SIZE);
	put_blob(out, entry->verdict);
	put_blob(out, entry->decision);
	put_blob(out, entry->inputs);
	entryrec_u64(out, entry->envelopes * DIGEST_SIZE);
	for (size_t i = 0; i < entry->envelopes; i++)
		buf_add(out, entry->envelope[i].digest.sha256, DIGEST_SIZE);
	for (size_t i = 0; i < count; i++) {
		put_short(&list, deps[i].key);
		put_short(&list, deps[i].epoch);
	}
	put_blob(out, buf_get(&list));
	buf_free(&list);
	d = digest_bytes((struct slice){ out->data + start,
	    out->len - start });
	buf_add(out, d.sha256, DIGEST_SIZE);
}

/* A length and that many bytes; false when there are fewer. */
static bool
take_blob(struct slice *s, struct slice *out)
{
	uint64_t n;

	if (s->len < 8)
		return false;
	n = entryrec_get_u64(s->data);
	if (n > s->len - 8)
		return false;
	*out = slice_cut(*s, 8, 8 + (size_t)n);
	*s = slice_cut(*s, 8 + (size_t)n, s->len);
	return true;
}

static bool
take_short(struct slice *s, struct slice *out)
{
	size_t n;

	if (s->len < 2)
		return false;
	n = (size_t)(uint8_t)s->data[0] | (size_t)(uint8_t)s->data[1] << 8;
	if (n > s->len - 2)
		return false;
	*out = slice_cut(*s, 2, 2 + n);
	*s = slice_cut(*s, 2 + n, s->len);
	return true;
}

static bool
take_deps(struct slice list, struct arena *a, struct entryrec_dep **deps,
    size_t *count)
{
	/* A dependency takes six bytes at least. */
	*deps = arena_array(a, list.len / 4 + 1, sizeof(**deps));
	for (*count = 0; list.len > 0; (*count)++) {
		struct entryrec_dep *d = &(*deps)[*count];

		if (!take_short(&list, &d->key) ||
		    !take_short(&list, &d->epoch))
			return false;
	}
	return true;
}

enum status
entryrec_read(struct slice bytes, struct arena *a, struct entry *out,
    struct entryrec_dep **deps, size_t *count, struct err *e)
{
	struct slice s, envelopes, list;
	struct digest d, made;
	const char *p = bytes.data;
	uint64_t flags;

	memset(out, 0, sizeof(*out));
	if (bytes.len < HEAD + DIGEST_SIZE ||
	    memcmp(p, magic, sizeof(magic)) != 0)
		return err_bad(e, "an entry of another format");
	s = slice_cut(bytes, 0, bytes.len - DIGEST_SIZE);
	memcpy(d.sha256, p + s.len, DIGEST_SIZE);
	made = digest_bytes(s);
	if (!digest_equal(&d, &made))
		return err_bad(e, "an entry's hash is another");
	flags = entryrec_get_u64(p + 4);
	out->foreign = (flags & FLAG_FOREIGN) != 0;
	out->has_parts = (flags & FLAG_PARTS) != 0;
	out->has_tree = (flags & (FLAG_PARTS | FLAG_TREE)) != 0;
	out->generation = entryrec_get_u64(p + 12);
	out->created = (int64_t)entryrec_get_u64(p + 20);
	out->expires = (int64_t)entryrec_get_u64(p + 28);
	memcpy(out->proof_root.sha256, p + 36, DIGEST_SIZE);
	s = slice_cut(s, HEAD, s.len);
	if (!take_blob(&s, &out->verdict) || !take_blob(&s, &out->decision) ||
	    !take_blob(&s, &out->inputs) || !take_blob(&s, &envelopes) ||
	    !take_blob(&s, &list) || s.len != 0 ||
	    envelopes.len % DIGEST_SIZE != 0 ||
	    !take_deps(list, a, deps, count) || *count == 0 ||
	    (*deps)[0].key.len != KEY_SIZE)
		return err_bad(e, "an entry of another format");
	memcpy(out->verikey.sha256, (*deps)[0].key.data + 1, DIGEST_SIZE);
	out->envelopes = envelopes.len / DIGEST_SIZE;
	out->envelope = arena_zalloc(a, (out->envelopes + 1) *
	    sizeof(*out->envelope));
	for (size_t i = 0; i < out->envelopes; i++)
		memcpy(out->envelope[i].digest.sha256, envelopes.data +
		    i * DIGEST_SIZE, DIGEST_SIZE);
	return ERR_OK;
}
