/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "packjudge.h"

void
packjudge_report(struct packjudge *j, const char *check, const char *entry,
    enum packcheck_result result, const char *detail)
{
	if (j->c->report != NULL)
		j->c->report(j->c->report_ctx, check, entry, result, detail);
}

void
packjudge_fail(struct packjudge *j, enum status rc, const char *check,
    const char *entry, const char *fmt, ...)
{
	char room[ERR_TEXT_MAX];
	const char *detail;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(room, sizeof(room), fmt, ap);
	va_end(ap);
	detail = arena_dup(j->arena, slice_of(room));
	if (j->worst == ERR_OK)
		(void)err_bad(j->first, "%s%s%s", entry != NULL ? entry : "",
		    entry != NULL ? ": " : "", detail);
	j->worst = err_worst(j->worst, rc);
	if (j->first != NULL)
		j->first->code = j->worst;
	packjudge_report(j, check, entry, PACKCHECK_FAIL, detail);
}

/* One equation. */
void
packjudge_holds(struct packjudge *j, bool yes, const char *check,
    const char *no)
{
	if (yes)
		packjudge_report(j, check, NULL, PACKCHECK_PASS, NULL);
	else
		packjudge_fail(j, ERR_NO, check, NULL, "%s", no);
}
