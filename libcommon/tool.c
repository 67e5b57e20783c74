/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io.h"
#include "msg.h"
#include "timefmt.h"
#include "tool.h"

void
tool_start(const char *name)
{
	msg_set_tool(name);
	io_guard_std();
}

/* SOURCE_DATE_EPOCH is decimal seconds and nothing else. */
static int64_t
source_date_epoch(const char *text)
{
	char option[24] = "@";
	int64_t sec;

	if (strlen(text) < sizeof(option) - 1 && text[0] != '-') {
		strcpy(option + 1, text);
		if (timefmt_option(slice_of(option), &sec))
			return sec;
	}
	msg_die(ERR_INPUT, NULL,
	    "SOURCE_DATE_EPOCH is not seconds since 1970: '%.64s'", text);
}

int64_t
tool_at(const char *option, enum tool_clock clock)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t sec;

	if (option != NULL) {
		if (!timefmt_option(slice_of(option), &sec))
			msg_die(ERR_INPUT, NULL,
			    "--at wants an RFC 3339 time or @seconds, "
			    "not '%.64s'", option);
		return sec;
	}
	if (clock == TOOL_PRODUCES && epoch != NULL && epoch[0] != '\0')
		return source_date_epoch(epoch);
	return (int64_t)time(NULL);
}
