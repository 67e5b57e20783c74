/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packtrust - whom a verifier of bundles believes, as options say it
 * (layer 4).
 *
 * What a file lacks is said under its name; naming nobody ends the process
 * (2).
 */
#ifndef PACKTRUST_H
#define PACKTRUST_H

#include "opt.h"
#include "packcheck.h"

struct packtrust {
	/* As the options say. */
	struct opt_list keys;
	struct opt_list roots;
	const char *keyring_file;
	bool integrity_only;
	/* What was read. */
	struct keyring keyring;
	struct trustroot root;
};

/* Rows for an option table. */
#define PACKTRUST_OPTIONS(trust) \
	{ 'k', "key", OPT_LIST, &(trust).keys, "PUB", \
	    "public key whose word counts (repeat)" }, \
	{ 0, "keyring", OPT_TEXT, &(trust).keyring_file, "FILE", \
	    "keys with the role verdict" }, \
	{ 0, "trusted-root", OPT_LIST, &(trust).roots, "FILE", \
	    "Sigstore root for bundles with certificates (repeat)" }

/* Fills whom check believes; borrows t and a. */
enum status packtrust_load(struct packtrust *t, struct arena *a,
    struct packcheck *check);
void packtrust_close(struct packtrust *t);

#endif
