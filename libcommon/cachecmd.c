/* SPDX-License-Identifier: Apache-2.0 */
#include "cachecmd.h"
#include "msg.h"
#include "opt.h"

enum status
cachecmd_open(const char *dir, enum entry_mode mode, struct entry_store **out)
{
	struct err e;
	enum status rc = entry_open(dir, mode, out, &e);

	if (rc != ERR_OK)
		return msg_err(dir, &e);
	if (entry_renewed(*out))
		msg_say(entry_dir(*out), "the cache was damaged, and begins "
		    "anew");
	return ERR_OK;
}

enum status
cachecmd_look(const char *dir, struct entry_store **out)
{
	struct err e;
	enum status rc = entry_open(dir, ENTRY_READ, out, &e);

	return rc == ERR_OK || rc == ERR_NO ? ERR_OK : msg_err(dir, &e);
}

void
cachecmd_no_operands(int n)
{
	if (n > 0)
		opt_usage_error("too many operands");
}
