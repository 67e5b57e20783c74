/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctrust - the files that prov-ingest and prov-normalize take trust from
 * (layer 4).
 */
#ifndef DOCTRUST_H
#define DOCTRUST_H

#include "opt.h"
#include "signers.h"

struct doctrust {
	const char *keyring_file;	/* NULL: none */
	struct opt_list root_files;
	struct keyring keyring;
	struct trustroot root;
	struct signers_trust trust;	/* after doctrust_load */
};

/* Reads the files; what is wrong has been said. */
enum status doctrust_load(struct doctrust *t, struct arena *a);

#endif
