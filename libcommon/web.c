/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>

#include "web.h"

enum {
	CONNECT_SECONDS = 20,
	STALL_SECONDS = 60,	/* without STALL_BYTES a second: given up */
	STALL_BYTES = 1,
	REDIRECTS = 5
};

struct web {
	CURL *curl;
	struct buf *out;
	size_t start, max;
	char text[CURL_ERROR_SIZE];
};

static size_t
on_data(char *data, size_t one, size_t n, void *ctx)
{
	struct web *w = ctx;

	(void)one;
	if (w->out->len - w->start + n > w->max)
		return 0;
	buf_add(w->out, data, n);
	return n;
}

struct web *
web_open(void)
{
	struct web *w = mem_alloc(sizeof(*w));

	*w = (struct web){ .max = 0 };
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (w->curl = curl_easy_init()) == NULL) {
		mem_free(w);
		return NULL;
	}
	(void)curl_easy_setopt(w->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(w->curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    "http,https");
	(void)curl_easy_setopt(w->curl, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(w->curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	(void)curl_easy_setopt(w->curl, CURLOPT_FAILONERROR, 1L);
	(void)curl_easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT,
	    (long)CONNECT_SECONDS);
	(void)curl_easy_setopt(w->curl, CURLOPT_LOW_SPEED_TIME,
	    (long)STALL_SECONDS);
	(void)curl_easy_setopt(w->curl, CURLOPT_LOW_SPEED_LIMIT,
	    (long)STALL_BYTES);
	(void)curl_easy_setopt(w->curl, CURLOPT_USERAGENT,
	    "provkit/" PROVKIT_VERSION);
	(void)curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, w->text);
	(void)curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, on_data);
	(void)curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, w);
	return w;
}

void
web_close(struct web *w)
{
	if (w == NULL)
		return;
	curl_easy_cleanup(w->curl);
	curl_global_cleanup();
	mem_free(w);
}

enum status
web_get(struct web *w, const char *url, size_t max, struct buf *out,
    struct err *e)
{
	long code = 0;
	CURLcode rc;

	w->out = out;
	w->start = out->len;
	w->max = max;
	w->text[0] = '\0';
	(void)curl_easy_setopt(w->curl, CURLOPT_URL, url);
	rc = curl_easy_perform(w->curl);
	if (rc == CURLE_OK)
		return ERR_OK;
	(void)curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &code);
	if (rc == CURLE_HTTP_RETURNED_ERROR && (code == 404 || code == 410))
		return err_no(e, "the server does not have it");
	if (rc == CURLE_WRITE_ERROR)
		return err_bad(e, "more than %zu bytes", max);
	if (rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT)
		return err_bad(e, "neither an http nor an https URL");
	errno = EIO;
	return err_system(e, "cannot fetch (%s)", w->text[0] != '\0' ?
	    w->text : curl_easy_strerror(rc));
}
