/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web - HTTP GET through libcurl (layer 2).  The only module that includes
 * curl/curl.h; only prov-fetch links it.
 */
#ifndef WEB_H
#define WEB_H

#include "err.h"
#include "mem.h"

struct web;

/* NULL when libcurl cannot start. */
struct web *web_open(void);
void web_close(struct web *w);	/* NULL is fine */
/*
 * Appends what the URL gives, at most max bytes.  ERR_NO: the server has no
 * such thing (404, 410); ERR_INPUT: more than max bytes, or no http or https
 * URL; ERR_SYSTEM: everything else.  Connections are reused.
 */
enum status web_get(struct web *w, const char *url, size_t max,
    struct buf *out, struct err *e);

#endif
