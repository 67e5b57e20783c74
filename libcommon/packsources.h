/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packsources - where the chunks a bundle left out may be, as options say it
 * (layer 4).
 */
#ifndef PACKSOURCES_H
#define PACKSOURCES_H

#include "opt.h"
#include "packfetch.h"

struct packsources {
	struct opt_list from;	/* folders of chunks, and bundles */
	const char *cache;	/* or NULL */
	const char *url;	/* or NULL; and where to keep what it gives: */
	const char *into;
	bool offline;		/* look into that folder only */
};

/* Asks each in turn, the server last.  ERR_NO when chunks are still missing;
 * that, and what goes wrong, has been said; name is the bundle's. */
enum status packsources_take(const struct packsources *o,
    struct packfetch *f, const char *name);

#endif
