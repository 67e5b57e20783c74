/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "markup.h"

void
markup_text(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		/* C1 is two bytes; the second alone is a control too. */
		if (c == 0xc2 && i + 1 < s.len &&
		    (unsigned char)s.data[i + 1] < 0xa0)
			buf_printf(out, "\\xc2\\x%02x",
			    (unsigned char)s.data[++i]);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_byte(out, (char)c);
	}
}

/* U+FFFE and U+FFFF, which XML 1.0 leaves out (2.2). */
static bool
is_noncharacter(struct slice s)
{
	return slice_starts(s, "\xef\xbf\xbe") ||
	    slice_starts(s, "\xef\xbf\xbf");
}

void
markup_xml(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		switch (c) {
		case '&':
			buf_text(out, "&amp;");
			break;
		case '<':
			buf_text(out, "&lt;");
			break;
		case '>':
			buf_text(out, "&gt;");
			break;
		case '"':
			buf_text(out, "&quot;");
			break;
		case '\'':
			buf_text(out, "&#39;");
			break;
		default:
			if (c < 0x20 || c == 0x7f) {
				buf_text(out, "\xef\xbf\xbd");
			} else if (is_noncharacter(slice_cut(s, i, s.len))) {
				buf_text(out, "\xef\xbf\xbd");
				i += 2;
			} else {
				buf_byte(out, (char)c);
			}
		}
	}
}

void
markup_markdown(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c < 0x20 || c == 0x7f) {
			buf_byte(out, ' ');
			continue;
		}
		if (strchr("\\`*_{}[]<>()#|!&~", c) != NULL)
			buf_byte(out, '\\');
		buf_byte(out, (char)c);
	}
}
