/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "ustar.h"

/*
 * POSIX.1-1988 ustar, the fields in order: name 100, mode 8, uid 8, gid 8,
 * size 12, mtime 12, chksum 8, typeflag 1, linkname 100, magic 6, version 2,
 * uname 32, gname 32, devmajor 8, devminor 8, prefix 155, padding 12.
 */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_CHKSUM = 148,
	AT_TYPE = 156,
	AT_LINK = 157,
	AT_MAGIC = 257,
	AT_UNAME = 265,
	AT_GNAME = 297,
	AT_DEVMAJOR = 329,
	AT_DEVMINOR = 337,
	AT_PREFIX = 345,
	AT_PAD = 500,
	SIZE_DIGITS = 11
};

enum state {
	HEADER,
	DATA,
	PADDING,
	SECOND_ZERO,		/* one zero block was seen */
	TAIL			/* padding to a whole record */
};

struct field {
	size_t at;
	size_t len;
	const char *what;
};

size_t
ustar_padding(uint64_t size)
{
	return (size_t)(-size % USTAR_BLOCK);
}

static bool
name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool
ustar_name(struct slice name, const char **why)
{
	const char *ignored;
	size_t from = 0;

	if (why == NULL)
		why = &ignored;
	*why = "an empty name";
	if (name.len == 0)
		return false;
	*why = "a name of more than 100 bytes";
	if (name.len > USTAR_NAME_MAX)
		return false;
	*why = "an absolute path";
	if (name.data[0] == '/')
		return false;
	for (size_t i = 0; i <= name.len; i++) {
		struct slice part;

		if (i < name.len && name.data[i] != '/') {
			*why = "a byte that no name here has";
			if (!name_byte(name.data[i]))
				return false;
			continue;
		}
		part = slice_cut(name, from, i);
		*why = "an empty, '.' or '..' component";
		if (part.len == 0 || slice_is(part, ".") ||
		    slice_is(part, ".."))
			return false;
		from = i + 1;
	}
	return true;
}

static void
octal(uint8_t *at, size_t digits, uint64_t n)
{
	while (digits-- > 0) {
		at[digits] = (uint8_t)('0' + (n & 7));
		n >>= 3;
	}
}

void
ustar_header(struct slice name, uint64_t size, uint8_t out[USTAR_BLOCK])
{
	unsigned sum = 0;

	memset(out, 0, USTAR_BLOCK);
	memcpy(out, name.data, name.len);
	memcpy(out + AT_MODE, "000644 ", 7);
	memcpy(out + AT_UID, "000000 ", 7);
	memcpy(out + AT_GID, "000000 ", 7);
	octal(out + AT_SIZE, SIZE_DIGITS, size);
	out[AT_SIZE + SIZE_DIGITS] = ' ';
	memcpy(out + AT_MTIME, "00000000000 ", 12);
	memset(out + AT_CHKSUM, ' ', 8);
	out[AT_TYPE] = '0';
	memcpy(out + AT_MAGIC, "ustar\0" "00", 8);
	memcpy(out + AT_DEVMAJOR, "000000 ", 7);
	memcpy(out + AT_DEVMINOR, "000000 ", 7);
	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += out[i];
	octal(out + AT_CHKSUM, 6, sum);
	out[AT_CHKSUM + 6] = '\0';
}

static const char *
type_name(uint8_t type)
{
	switch (type) {
	case '\0':
		return "a pre-POSIX entry";
	case '1':
		return "a hard link";
	case '2':
		return "a symbolic link";
	case '3':
	case '4':
		return "a device";
	case '5':
		return "a directory";
	case '6':
		return "a FIFO";
	case '7':
		return "a contiguous file";
	case 'x':
	case 'g':
		return "a pax header";
	case 'L':
	case 'K':
		return "a GNU long name";
	case 'S':
		return "a sparse file";
	default:
		return "an entry of unknown type";
	}
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	while (n-- > 0)
		if (*p++ != 0)
			return false;
	return true;
}

static bool
read_size(const uint8_t *at, uint64_t *size)
{
	*size = 0;
	for (int i = 0; i < SIZE_DIGITS; i++) {
		if (at[i] < '0' || at[i] > '7')
			return false;
		*size = *size << 3 | (uint64_t)(at[i] - '0');
	}
	return at[SIZE_DIGITS] == ' ';
}

/* The block differs from the only header it could be: say where. */
static enum status
say_difference(const struct ustar *r, const uint8_t *want, uint64_t start,
    struct err *e)
{
	static const struct field fields[] = {
		{ AT_LINK, 100, "a link name" },
		{ AT_MODE, 8, "a mode other than 0644" },
		{ AT_UID, 8, "an owner other than 0" },
		{ AT_GID, 8, "a group other than 0" },
		{ AT_MTIME, 12, "a time other than 0" },
		{ AT_UNAME, 32, "an owner's name" },
		{ AT_GNAME, 32, "a group's name" },
		{ AT_DEVMAJOR, 16, "a device number" },
		{ AT_PREFIX, 155, "a name prefix" },
		{ AT_PAD, 12, "data in the header's padding" },
		{ AT_CHKSUM, 8, "a wrong checksum" }
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (memcmp(r->block + fields[i].at, want + fields[i].at,
		    fields[i].len) != 0)
			return err_input(e, start + fields[i].at,
			    "tar header of '%s' has %s", r->name,
			    fields[i].what);
	return err_input(e, start, "tar header of '%s' is not canonical",
	    r->name);
}

static enum status
read_header(struct ustar *r, struct err *e)
{
	const uint8_t *b = r->block;
	uint64_t start = r->offset - USTAR_BLOCK;
	uint8_t want[USTAR_BLOCK];
	const char *why;
	struct slice name;

	if (memcmp(b + AT_MAGIC, "ustar  ", 8) == 0 && b[AT_TYPE] == '0')
		return err_input(e, start + AT_MAGIC,
		    "GNU tar header, not POSIX ustar");
	if (memcmp(b + AT_MAGIC, "ustar", 5) != 0)
		return err_input(e, start + AT_MAGIC, "not a ustar header");
	if (b[AT_TYPE] != '0')
		return err_input(e, start + AT_TYPE,
		    "tar entry is %s, not a regular file",
		    type_name(b[AT_TYPE]));
	name.data = (const char *)b;
	name.len = strnlen(name.data, USTAR_NAME_MAX);
	if (!all_zero(b + name.len, USTAR_NAME_MAX - name.len))
		return err_input(e, start + name.len,
		    "tar name has a NUL in it");
	if (!ustar_name(name, &why))
		return err_input(e, start, "tar name '%.*s' has or is %s",
		    (int)name.len, name.data, why);
	memcpy(r->name, name.data, name.len);
	r->name[name.len] = '\0';
	r->name_len = name.len;
	if (!read_size(b + AT_SIZE, &r->size))
		return err_input(e, start + AT_SIZE,
		    "tar size of '%s' is not 11 octal digits", r->name);
	ustar_header(name, r->size, want);
	if (memcmp(b, want, USTAR_BLOCK) != 0)
		return say_difference(r, want, start, e);
	return ERR_OK;
}

void
ustar_init(struct ustar *r)
{
	memset(r, 0, sizeof(*r));
	r->state = HEADER;
}

static struct slice
take(struct ustar *r, struct slice *input, uint64_t most)
{
	struct slice piece = *input;

	if (piece.len > most)
		piece.len = (size_t)most;
	input->data += piece.len;
	input->len -= piece.len;
	r->offset += piece.len;
	return piece;
}

static enum status
zeros_only(const struct ustar *r, struct slice piece, const char *what,
    struct err *e)
{
	for (size_t i = 0; i < piece.len; i++)
		if (piece.data[i] != 0)
			return err_input(e, r->offset - piece.len + i,
			    "%s is not zero", what);
	return ERR_OK;
}

/* A whole block where a header may stand; *event stays USTAR_MORE if it is
 * one of the two that end the archive. */
static enum status
whole_block(struct ustar *r, enum ustar_event *event, struct err *e)
{
	bool zero = all_zero(r->block, USTAR_BLOCK);
	enum status rc;

	r->have = 0;
	if (r->state == SECOND_ZERO) {
		if (!zero)
			return err_input(e, r->offset - USTAR_BLOCK,
			    "one zero block where two end a tar");
		r->state = TAIL;
		r->left = (USTAR_RECORD - r->offset % USTAR_RECORD) %
		    USTAR_RECORD;
		return ERR_OK;
	}
	if (zero) {
		r->state = SECOND_ZERO;
		return ERR_OK;
	}
	rc = read_header(r, e);
	if (rc != ERR_OK)
		return rc;
	r->left = r->size;
	r->state = DATA;
	*event = USTAR_ENTRY;
	return ERR_OK;
}

static enum status
fill_block(struct ustar *r, struct slice *input, enum ustar_event *event,
    struct err *e)
{
	struct slice piece = take(r, input, USTAR_BLOCK - r->have);

	memcpy(r->block + r->have, piece.data, piece.len);
	r->have += piece.len;
	return r->have < USTAR_BLOCK ? ERR_OK : whole_block(r, event, e);
}

enum status
ustar_next(struct ustar *r, struct slice *input, enum ustar_event *event,
    struct slice *data, struct err *e)
{
	enum status rc = ERR_OK;

	*event = USTAR_MORE;
	*data = (struct slice){ NULL, 0 };
	/* The end of an entry needs no further input. */
	if (r->state == DATA && r->left == 0) {
		r->state = PADDING;
		r->left = ustar_padding(r->size);
		*event = USTAR_END;
		return ERR_OK;
	}
	while (rc == ERR_OK && input->len > 0 && *event == USTAR_MORE) {
		struct slice piece;

		switch (r->state) {
		case DATA:
			*data = take(r, input, r->left);
			r->left -= data->len;
			*event = USTAR_DATA;
			break;
		case PADDING:
			piece = take(r, input, r->left);
			r->left -= piece.len;
			if (r->left == 0)
				r->state = HEADER;
			rc = zeros_only(r, piece, "tar padding", e);
			break;
		case TAIL:
			if (r->left == 0)
				return err_input(e, r->offset,
				    "data after the end of the tar");
			piece = take(r, input, r->left);
			r->left -= piece.len;
			rc = zeros_only(r, piece, "the tar's end", e);
			break;
		default:
			rc = fill_block(r, input, event, e);
			break;
		}
	}
	return rc;
}

enum status
ustar_finish(const struct ustar *r, struct err *e)
{
	if (r->state == TAIL && r->left == 0)
		return ERR_OK;
	return err_input(e, r->offset, "tar ends too early");
}
