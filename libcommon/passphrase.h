/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase - what private keys are encrypted with (layer 4).
 *
 * From a file, an open descriptor, or else a prompt on the terminal.
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include "mem.h"
#include "opt.h"

struct passphrase {
	const char *file;	/* --passphrase-file */
	const char *fd;		/* --passphrase-fd: decimal */
	struct slice bytes;	/* once read; secure memory */
	bool have;
};

/* Rows for a tool's option table. */
#define PASSPHRASE_OPTIONS(pass) \
	{ 0, "passphrase-file", OPT_TEXT, &(pass).file, "FILE", \
	    "the key's passphrase: the first line of FILE" }, \
	{ 0, "passphrase-fd", OPT_TEXT, &(pass).fd, "N", \
	    "the key's passphrase: the first line from descriptor N" }

/* The passphrase: from where pass says (read once), or a prompt for what,
 * asked twice if confirm.  Says on standard error what it cannot do. */
enum status passphrase_get(struct passphrase *pass, const char *what,
    bool confirm, struct slice *out);
void passphrase_close(struct passphrase *pass);

#endif
