/* SPDX-License-Identifier: Apache-2.0 */
#include "keyfile.h"
#include "packtrust.h"
#include "rootfile.h"

enum status
packtrust_load(struct packtrust *t, struct arena *a, struct packcheck *check)
{
	struct key *keys = NULL;
	enum status rc;

	if (t->keys.count == 0 && t->keyring_file == NULL &&
	    !t->integrity_only)
		opt_usage_error("whose word counts? -k, --keyring or "
		    "--integrity-only is needed");
	if (t->integrity_only && (t->keys.count > 0 ||
	    t->keyring_file != NULL))
		opt_usage_error("--integrity-only asks for no key");
	rc = keyfile_public_list(&t->keys, a, &keys);
	check->key = keys;
	check->keys = t->keys.count;
	check->integrity_only = t->integrity_only;
	for (size_t i = 0; rc == ERR_OK && i < t->roots.count; i++)
		rc = rootfile_add(&t->root, t->roots.item[i], a);
	if (t->roots.count > 0)
		check->root = &t->root;
	if (rc != ERR_OK || t->keyring_file == NULL)
		return rc;
	check->keyring = &t->keyring;
	return keyfile_keyring(t->keyring_file, a, &t->keyring);
}

void
packtrust_close(struct packtrust *t)
{
	mem_free(t->keys.item);
	mem_free(t->roots.item);
}
