/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "b64.h"
#include "checkpoint.h"
#include "utf8.h"

/* An em dash and a space. */
static const char dash[] = "\xe2\x80\x94 ";

/* The next line of *rest, without the LF it must have. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	size_t n = slice_find(*rest, '\n');

	if (n == rest->len)
		return false;
	*line = slice_cut(*rest, 0, n);
	*rest = slice_cut(*rest, n + 1, rest->len);
	return true;
}

static bool
is_clean(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return false;
	}
	return utf8_valid(s);
}

/* Where the last empty line's LF is; false when there is none. */
static bool
find_separator(struct slice note, size_t *at)
{
	for (size_t i = note.len; i-- > 1;)
		if (note.data[i] == '\n' && note.data[i - 1] == '\n') {
			*at = i;
			return true;
		}
	return false;
}

static bool
read_size(struct slice s, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0 || (s.data[0] == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

static enum status
read_text(struct checkpoint *c, struct arena *a, struct err *e)
{
	struct slice rest = c->text, line, root;

	if (!next_line(&rest, &c->origin) || c->origin.len == 0)
		return err_bad(e, "a checkpoint without an origin");
	if (!next_line(&rest, &line) || !read_size(line, &c->size))
		return err_bad(e, "a checkpoint without a tree size in its "
		    "second line");
	if (!next_line(&rest, &line) || !b64_bytes(a, line, &root) ||
	    root.len != DIGEST_SIZE)
		return err_bad(e, "a checkpoint without a root hash in its "
		    "third line");
	memcpy(c->root.sha256, root.data, DIGEST_SIZE);
	while (rest.len > 0)
		if (!next_line(&rest, &line) || line.len == 0)
			return err_bad(e, "a checkpoint with an empty line");
	return ERR_OK;
}

/* "- name base64", the dash being an em dash. */
static bool
read_signature(struct slice line, struct arena *a, struct note_signature *out)
{
	struct slice bytes;
	size_t space;

	if (!slice_starts(line, dash))
		return false;
	line = slice_cut(line, sizeof(dash) - 1, line.len);
	space = slice_find(line, ' ');
	out->name = slice_cut(line, 0, space);
	if (space == 0 || space == line.len ||
	    slice_find(out->name, '+') != out->name.len ||
	    !b64_bytes(a, slice_cut(line, space + 1, line.len), &bytes) ||
	    bytes.len <= NOTE_KEY_ID)
		return false;
	memcpy(out->key_id, bytes.data, NOTE_KEY_ID);
	out->signature = slice_cut(bytes, NOTE_KEY_ID, bytes.len);
	return true;
}

static enum status
read_signatures(struct checkpoint *c, struct slice rest, struct arena *a,
    struct err *e)
{
	struct slice line;

	if (rest.len == 0)
		return err_bad(e, "a checkpoint without a signature");
	c->signatures = arena_array(a, NOTE_SIGNATURES_MAX,
	    sizeof(*c->signatures));
	while (rest.len > 0) {
		if (c->count == NOTE_SIGNATURES_MAX)
			return err_bad(e, "a checkpoint with more than %d "
			    "signatures", NOTE_SIGNATURES_MAX);
		if (!next_line(&rest, &line) ||
		    !read_signature(line, a, &c->signatures[c->count]))
			return err_bad(e, "a checkpoint with a malformed "
			    "signature line");
		c->count++;
	}
	return ERR_OK;
}

enum status
checkpoint_read(struct slice note, struct arena *a, struct checkpoint *out,
    struct err *e)
{
	struct checkpoint c = { 0 };
	enum status status;
	size_t at;

	if (note.len > NOTE_SIZE_MAX)
		return err_bad(e, "a checkpoint of %zu bytes, at most %d are "
		    "read", note.len, NOTE_SIZE_MAX);
	if (!is_clean(note))
		return err_bad(e, "a checkpoint with control characters or "
		    "invalid UTF-8");
	if (!find_separator(note, &at))
		return err_bad(e, "a checkpoint without signatures");
	c.text = slice_cut(note, 0, at);
	status = read_text(&c, a, e);
	if (status == ERR_OK)
		status = read_signatures(&c, slice_cut(note, at + 1,
		    note.len), a, e);
	if (status == ERR_OK)
		*out = c;
	return status;
}

enum status
checkpoint_verify(const struct checkpoint *c, const struct note_signer *by,
    struct err *e)
{
	const struct note_signature *namesake = NULL;
	bool found = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct note_signature *s = &c->signatures[i];

		if (!slice_eq(s->name, by->name))
			continue;
		if (memcmp(s->key_id, by->key_id, NOTE_KEY_ID) != 0) {
			namesake = s;
			continue;
		}
		if (key_verify_as(by->key, by->scheme, by->hash, c->text,
		    s->signature, NULL) != ERR_OK)
			return err_no(e, "the checkpoint's signature by "
			    "%.*s does not verify", (int)by->name.len,
			    by->name.data);
		found = true;
	}
	if (found)
		return ERR_OK;
	if (namesake != NULL)
		return err_no(e, "the checkpoint's signature by %.*s is with "
		    "another key: id %02x%02x%02x%02x, expected "
		    "%02x%02x%02x%02x", (int)by->name.len, by->name.data,
		    namesake->key_id[0], namesake->key_id[1],
		    namesake->key_id[2], namesake->key_id[3], by->key_id[0],
		    by->key_id[1], by->key_id[2], by->key_id[3]);
	return err_no(e, "the checkpoint has no signature by %.*s; the first "
	    "of its %zu is by %.*s", (int)by->name.len, by->name.data,
	    c->count, (int)c->signatures[0].name.len,
	    c->signatures[0].name.data);
}

/* --- writing ------------------------------------------------------------ */

enum {
	ED25519_NOTE = 1	/* C2SP signed-note's number for Ed25519 */
};

/* A name stands between spaces, and '+' ends it in a verifier key. */
static bool
is_name(struct slice s)
{
	return s.len > 0 && is_clean(s) && slice_find(s, ' ') == s.len &&
	    slice_find(s, '+') == s.len && slice_find(s, '\n') == s.len;
}

enum status
checkpoint_key_id(struct slice name, const struct key *key,
    uint8_t id[NOTE_KEY_ID], struct err *e)
{
	struct buf b = { 0 };
	struct digest d;

	if (key->public.type != CRYPT_ED25519)
		return err_bad(e, "checkpoints are signed with Ed25519 keys");
	if (!is_name(name))
		return err_bad(e, "an origin that is empty, or has a space "
		    "or a plus sign");
	buf_slice(&b, name);
	buf_byte(&b, '\n');
	buf_byte(&b, ED25519_NOTE);
	buf_slice(&b, key->public.point);
	d = digest_bytes(buf_get(&b));
	buf_free(&b);
	memcpy(id, d.sha256, NOTE_KEY_ID);
	return ERR_OK;
}

void
checkpoint_body(struct buf *out, struct slice origin, uint64_t size,
    const struct digest *root)
{
	buf_slice(out, origin);
	buf_printf(out, "\n%" PRIu64 "\n", size);
	b64_write(out, (struct slice){ (const char *)root->sha256,
	    DIGEST_SIZE });
	buf_byte(out, '\n');
}

void
checkpoint_line(struct buf *out, struct slice name,
    const uint8_t id[NOTE_KEY_ID], struct slice signature)
{
	struct buf bytes = { 0 };

	buf_add(&bytes, id, NOTE_KEY_ID);
	buf_slice(&bytes, signature);
	buf_text(out, dash);
	buf_slice(out, name);
	buf_byte(out, ' ');
	b64_write(out, buf_get(&bytes));
	buf_byte(out, '\n');
	buf_free(&bytes);
}
