/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"
#include "msg.h"
#include "rootfile.h"

static const struct json_limits limits = { TRUSTROOT_SIZE_MAX, 64, false };

enum status
rootfile_add(struct trustroot *root, const char *path, struct arena *a)
{
	struct json doc;
	struct err e;
	enum status rc = input_document(path, &limits, a, &doc);

	if (rc == ERR_OK && trustroot_add(root, &doc, a, &e) != ERR_OK)
		rc = msg_err(path, &e);
	return rc;
}
