/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "msg.h"
#include "privatefile.h"
#include "secret.h"
#include "secure.h"

/* Reads a file straight into secure memory of max + 1 bytes: a buffer that
 * grows would leave copies behind. */
static enum status
read_secret(int fd, size_t max, char **data, size_t *len, struct err *e)
{
	char *memory = secure_alloc(max + 1);
	size_t got;
	enum status st;

	*len = 0;
	do {
		st = io_read(fd, memory + *len, max + 1 - *len, &got, e);
		*len += got;
	} while (st == ERR_OK && got > 0 && *len <= max);
	if (st == ERR_OK && *len > max)
		st = err_bad(e, "more than the limit of %zu bytes", max);
	if (st != ERR_OK) {
		secure_free(memory);
		return st;
	}
	*data = memory;
	return ERR_OK;
}

/* Whether it is a file that users other than its owner and group may read or
 * replace.  What is no file (a pipe, a terminal) has no such users. */
static bool
is_open_to_all(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

/* A key file of either sort, in secure memory. */
static enum status
read_key_file(const char *path, struct slice *text, bool *open_to_all)
{
	bool in = path == NULL || strcmp(path, "-") == 0;
	enum status st = ERR_OK;
	struct err e;
	char *data;
	size_t len;
	int fd = STDIN_FILENO;

	if (!in)
		st = io_open_read(path, &fd, &e);
	if (st == ERR_OK) {
		*open_to_all = is_open_to_all(fd);
		st = read_secret(fd, SECRET_FILE_MAX, &data, &len, &e);
		if (!in)
			(void)close(fd);
	}
	if (st != ERR_OK)
		return msg_err(in ? "<stdin>" : path, &e);
	*text = (struct slice){ data, len };
	return ERR_OK;
}

static void
forget(struct slice text)
{
	secure_free((char *)(uintptr_t)text.data);
}

static enum status
private_from(struct slice text, const char *name, struct passphrase *pass,
    struct private **out)
{
	bool encrypted = secret_is_encrypted(text);
	struct slice passphrase;
	enum status st = ERR_OK;
	struct err e;

	if (encrypted)
		st = passphrase_get(pass, name, false, &passphrase);
	if (st != ERR_OK)
		return st;
	st = secret_read(text, encrypted ? &passphrase : NULL, out, &e);
	return st == ERR_OK ? st : msg_err(name, &e);
}

static const char *
name_of(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0 ? "<stdin>" : path;
}

enum status
privatefile_read(const char *path, struct passphrase *pass,
    struct private **out)
{
	struct slice text;
	struct err e;
	bool open_to_all;
	enum status st = read_key_file(path, &text, &open_to_all);

	if (st != ERR_OK)
		return st;
	if (open_to_all && secret_is(text) && !secret_is_encrypted(text)) {
		(void)err_bad(&e, "a private key in the clear that all users "
		    "may read or write, expected mode 0600 or less (see "
		    "chmod), or a passphrase");
		st = msg_err(name_of(path), &e);
	} else {
		st = private_from(text, name_of(path), pass, out);
	}
	forget(text);
	return st;
}

void
privatefile_close(struct private *key)
{
	private_close(key);
}

enum status
privatefile_generate(const char *type, struct private **out)
{
	static const struct {
		const char *name;
		enum crypt_type type;
		unsigned bits;
	} types[] = {
		{ "ed25519", CRYPT_ED25519, 0 },
		{ "ecdsa-p256", CRYPT_P256, 0 },
		{ "ecdsa-p384", CRYPT_P384, 0 },
		{ "ecdsa-p521", CRYPT_P521, 0 },
		{ "rsa-2048", CRYPT_RSA, 2048 },
		{ "rsa-3072", CRYPT_RSA, 3072 },
		{ "rsa-4096", CRYPT_RSA, 4096 },
	};
	struct err e;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i].name) != 0)
			continue;
		if (private_generate(types[i].type, types[i].bits, out,
		    &e) != ERR_OK)
			return msg_err(NULL, &e);
		return ERR_OK;
	}
	opt_usage_error("--type %s: expected ed25519, ecdsa-p256, ecdsa-p384, "
	    "ecdsa-p521, rsa-2048, rsa-3072 or rsa-4096", type);
}

enum status
privatefile_save(const char *path, const struct private *key, bool cosign,
    const struct slice *passphrase)
{
	bool out = strcmp(path, "-") == 0;
	struct io_file file;
	struct slice pem;
	struct err e;
	enum status st;

	st = secret_write(key, cosign ? SECRET_COSIGN : SECRET_PKCS8,
	    passphrase, &pem, &e);
	if (st != ERR_OK)
		return msg_err(path, &e);
	if (out) {
		st = io_write(STDOUT_FILENO, pem.data, pem.len, &e);
	} else {
		st = io_file_create(&file, path, 0600, true, &e);
		if (st == ERR_OK) {
			/* Whatever the umask. */
			(void)fchmod(file.fd, 0600);
			st = io_write(file.fd, pem.data, pem.len, &e);
			if (st == ERR_OK)
				st = io_file_commit(&file, &e);
			else
				io_file_abandon(&file);
		}
	}
	forget(pem);
	return st == ERR_OK ? st : msg_err(out ? "<stdout>" : path, &e);
}

enum status
privatefile_public(const char *path, struct passphrase *pass, struct arena *a,
    struct key *out)
{
	struct private *key;
	struct crypt_public public;
	struct slice text;
	struct err e;
	bool open_to_all;	/* only the public half leaves */
	enum status st = read_key_file(path, &text, &open_to_all);

	if (st != ERR_OK)
		return st;
	if (!secret_is(text)) {
		st = key_read_file(text, a, out, &e);
		if (st != ERR_OK)
			(void)msg_err(name_of(path), &e);
	} else {
		st = private_from(text, name_of(path), pass, &key);
		if (st == ERR_OK) {
			st = private_public(key, a, &public, &e);
			if (st == ERR_OK)
				st = key_of(&public, a, out, &e);
			if (st != ERR_OK)
				(void)msg_err(name_of(path), &e);
			private_close(key);
		}
	}
	forget(text);
	return st;
}
