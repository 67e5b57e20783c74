/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"
#include "keyfile.h"
#include "msg.h"

enum {
	KEYRING_SIZE_MAX = 16 * 1024 * 1024
};

enum status
keyfile_public(const char *path, struct arena *a, struct key *out)
{
	struct slice text;
	struct err e;
	enum status st = input_file(path, KEY_FILE_MAX, a, &text);

	if (st != ERR_OK)
		return st;
	st = key_read_file(text, a, out, &e);
	return st == ERR_OK ? st : msg_err(path, &e);
}

enum status
keyfile_public_list(const struct opt_list *paths, struct arena *a,
    struct key **out)
{
	*out = arena_array(a, paths->count, sizeof(**out));
	for (size_t i = 0; i < paths->count; i++) {
		enum status st = keyfile_public(paths->item[i], a,
		    &(*out)[i]);

		if (st != ERR_OK)
			return st;
	}
	return ERR_OK;
}

enum status
keyfile_keyring(const char *path, struct arena *a, struct keyring *out)
{
	struct json_limits limits = json_own;
	struct json doc;
	struct err e;
	enum status st;

	limits.max_size = KEYRING_SIZE_MAX;
	st = input_document(path, &limits, a, &doc);
	if (st != ERR_OK)
		return st;
	st = keyring_read(&doc, a, out, &e);
	return st == ERR_OK ? st : msg_err(path, &e);
}
