/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "nfc.h"

struct slice
nfc_text(struct arena *a, struct slice s)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;
	struct slice text = s;
	size_t i = 0;

	/* Nothing below U+0300 composes or changes. */
	while (i < s.len && (unsigned char)s.data[i] < 0xcc)
		i++;
	if (i == s.len)
		return s;
	n = utf8proc_map((const utf8proc_uint8_t *)s.data,
	    (utf8proc_ssize_t)s.len, &out,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	/* It fails on invalid UTF-8, which the caller ruled out, and on want
	 * of memory, where the text stays as it was given. */
	if (n >= 0 && ((size_t)n != s.len || memcmp(out, s.data, s.len) != 0))
		text = arena_slice(a, (struct slice){ (char *)out, (size_t)n });
	free(out);
	return text;
}
