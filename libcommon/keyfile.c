/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "crypt.h"
#include "input.h"
#include "io.h"
#include "keyfile.h"
#include "msg.h"
#include "secret.h"

enum {
	KEYRING_SIZE_MAX = 16 * 1024 * 1024
};

/* Reads a file straight into secure memory of max + 1 bytes: a buffer that
 * grows would leave copies behind. */
static enum status
read_secret(int fd, size_t max, char **data, size_t *len, struct err *e)
{
	char *memory = crypt_secure_alloc(max + 1);
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
		crypt_secure_free(memory);
		return st;
	}
	*data = memory;
	return ERR_OK;
}

/* --- passphrases -------------------------------------------------------- */

/* A line without its end; one byte at a time, so that what follows stays
 * where it is. */
static enum status
read_line(int fd, struct slice *out, struct err *e)
{
	char *line = crypt_secure_alloc(SECRET_PASSPHRASE_MAX + 1);
	size_t len = 0, got;
	enum status st;

	for (;;) {
		st = io_read(fd, line + len, 1, &got, e);
		if (st != ERR_OK || got == 0 || line[len] == '\n')
			break;
		if (++len > SECRET_PASSPHRASE_MAX) {
			st = err_bad(e, "a passphrase above the limit of %d "
			    "bytes", SECRET_PASSPHRASE_MAX);
			break;
		}
	}
	if (st != ERR_OK) {
		crypt_secure_free(line);
		return st;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	*out = (struct slice){ line, len };
	return ERR_OK;
}

static enum status
ask(int tty, const char *prompt, const char *what, struct slice *out,
    struct err *e)
{
	struct termios old, quiet;
	struct buf text = { 0 };
	bool echo;
	enum status st;

	buf_printf(&text, "%s%s: ", prompt, what);
	st = io_write(tty, text.data, text.len, e);
	buf_free(&text);
	echo = tcgetattr(tty, &old) == 0;
	if (echo) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	}
	if (st == ERR_OK)
		st = read_line(tty, out, e);
	if (echo)
		(void)tcsetattr(tty, TCSAFLUSH, &old);
	if (st == ERR_OK)
		st = io_write(tty, "\n", 1, e);
	return st;
}

static enum status
prompt(const char *what, bool confirm, struct slice *out)
{
	struct slice again = { NULL, 0 };
	struct err e;
	enum status st;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0) {
		msg_say(what, "a passphrase is needed, and there is no "
		    "terminal to ask on; use --passphrase-file or "
		    "--passphrase-fd");
		return ERR_INPUT;
	}
	st = ask(tty, "Passphrase for ", what, out, &e);
	if (st == ERR_OK && confirm) {
		st = ask(tty, "Again, for ", what, &again, &e);
		if (st == ERR_OK && !slice_eq(*out, again))
			st = err_bad(&e, "the passphrases differ");
		crypt_secure_free((char *)(uintptr_t)again.data);
	}
	(void)close(tty);
	return st == ERR_OK ? st : msg_err(what, &e);
}

static bool
descriptor(const char *text, int *fd)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	*fd = (int)n;
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 &&
	    n <= 65535;
}

enum status
keyfile_passphrase(struct keyfile_pass *pass, const char *what, bool confirm,
    struct slice *out)
{
	const char *name = pass->file != NULL ? pass->file : pass->fd;
	enum status st;
	struct err e;
	int fd;

	if (pass->file != NULL && pass->fd != NULL)
		opt_usage_error("--passphrase-file and --passphrase-fd "
		    "exclude each other");
	if (name == NULL) {
		/* Each key has its own; the last is kept to be wiped. */
		keyfile_pass_close(pass);
		st = prompt(what, confirm, &pass->bytes);
		pass->have = st == ERR_OK;
		*out = pass->bytes;
		return st;
	}
	if (!pass->have) {
		if (pass->fd != NULL && !descriptor(pass->fd, &fd))
			opt_usage_error("--passphrase-fd %s: expected a "
			    "descriptor's number", pass->fd);
		st = pass->fd != NULL ? ERR_OK :
		    io_open_read(pass->file, &fd, &e);
		if (st == ERR_OK) {
			st = read_line(fd, &pass->bytes, &e);
			(void)close(fd);
		}
		if (st != ERR_OK)
			return msg_err(name, &e);
		pass->have = true;
	}
	*out = pass->bytes;
	return ERR_OK;
}

void
keyfile_pass_close(struct keyfile_pass *pass)
{
	crypt_secure_free((char *)(uintptr_t)pass->bytes.data);
	pass->bytes = (struct slice){ NULL, 0 };
	pass->have = false;
}

/* --- keys --------------------------------------------------------------- */

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
	crypt_secure_free((char *)(uintptr_t)text.data);
}

static enum status
private_from(struct slice text, const char *name, struct keyfile_pass *pass,
    struct crypt_private **out)
{
	bool encrypted = secret_is_encrypted(text);
	struct slice passphrase;
	enum status st = ERR_OK;
	struct err e;

	if (encrypted)
		st = keyfile_passphrase(pass, name, false, &passphrase);
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
keyfile_private(const char *path, struct keyfile_pass *pass,
    struct crypt_private **out)
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
keyfile_close(struct crypt_private *key)
{
	crypt_private_close(key);
}

enum status
keyfile_generate(const char *type, struct crypt_private **out)
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
		if (crypt_private_generate(types[i].type, types[i].bits, out,
		    &e) != ERR_OK)
			return msg_err(NULL, &e);
		return ERR_OK;
	}
	opt_usage_error("--type %s: expected ed25519, ecdsa-p256, ecdsa-p384, "
	    "ecdsa-p521, rsa-2048, rsa-3072 or rsa-4096", type);
}

enum status
keyfile_save(const char *path, const struct crypt_private *key, bool cosign,
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
keyfile_any(const char *path, struct keyfile_pass *pass, struct arena *a,
    struct key *out)
{
	struct crypt_private *key;
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
			st = crypt_private_public(key, a, &public, &e);
			if (st == ERR_OK)
				st = key_of(&public, a, out, &e);
			if (st != ERR_OK)
				(void)msg_err(name_of(path), &e);
			crypt_private_close(key);
		}
	}
	forget(text);
	return st;
}

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
