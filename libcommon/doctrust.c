/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctrust.h"
#include "input.h"
#include "msg.h"
#include "rootfile.h"

enum status
doctrust_load(struct doctrust *t, struct arena *a)
{
	struct json doc;
	struct err e;
	enum status rc;

	memset(&t->trust, 0, sizeof(t->trust));
	memset(&t->root, 0, sizeof(t->root));
	for (size_t i = 0; i < t->root_files.count; i++) {
		rc = rootfile_add(&t->root, t->root_files.item[i], a);
		if (rc != ERR_OK)
			return rc;
		t->trust.root = &t->root;
	}
	if (t->keyring_file == NULL)
		return ERR_OK;
	rc = input_document(t->keyring_file, &json_own, a, &doc);
	if (rc != ERR_OK)
		return rc;
	if (keyring_read(&doc, a, &t->keyring, &e) != ERR_OK)
		return msg_err(t->keyring_file, &e);
	t->trust.keyring = &t->keyring;
	return ERR_OK;
}
