/* SPDX-License-Identifier: Apache-2.0 */
/* hex - lower-case hexadecimal (layer 0). */
#ifndef HEX_H
#define HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"

/* Writes 2 * n digits, no NUL. */
void hex_write(char *out, const uint8_t *bytes, size_t n);
/* True if s is exactly 2 * n digits; either case. */
bool hex_read(uint8_t *out, size_t n, struct slice s);
/* The value of one digit, or -1. */
int hex_digit(char c);

#endif
