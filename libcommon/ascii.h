/* SPDX-License-Identifier: Apache-2.0 */
/* ascii - classes of bytes, whatever the locale (layer 0). */
#ifndef ASCII_H
#define ASCII_H

#include <stdbool.h>

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_alpha(char c)
{
	return is_lower(c) || is_upper(c);
}

static inline char
to_lower(char c)
{
	return is_upper(c) ? (char)(c | 0x20) : c;
}

static inline char
to_upper(char c)
{
	return is_lower(c) ? (char)(c & ~0x20) : c;
}

#endif
