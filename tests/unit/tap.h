/* SPDX-License-Identifier: Apache-2.0 */
/* tap - the smallest TAP producer for unit tests in C. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static void
ok(bool passed, const char *fmt, ...)
{
	__builtin_va_list ap;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	__builtin_va_start(ap, fmt);
	vprintf(fmt, ap);
	__builtin_va_end(ap);
	putchar('\n');
	tap_failed += !passed;
}

__attribute__((unused)) static void
skip(const char *why)
{
	printf("ok %d # SKIP %s\n", ++tap_count, why);
}

/* main ends with: return done(); */
__attribute__((unused)) static int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0;
}

#endif
