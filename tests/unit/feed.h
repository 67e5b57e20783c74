/* SPDX-License-Identifier: Apache-2.0 */
/* feed - a json_stream that gets its bytes a few at a time and lets go of
 * them as soon as it may, into memory of exactly that size. */
#ifndef FEED_H
#define FEED_H

#include <stdlib.h>
#include <string.h>

#include "json.h"

struct feed {
	struct json_stream s;
	const char *rest;
	size_t left;
	size_t step;		/* bytes at a time */
	char *window;
};

static enum status
feed_more(struct json_stream *s, struct err *e)
{
	struct feed *f = s->ctx;
	size_t n = f->step < f->left ? f->step : f->left;

	(void)e;
	memcpy(f->window + s->len, f->rest, n);
	f->rest += n;
	f->left -= n;
	s->len += n;
	s->eof = n == 0;
	return ERR_OK;
}

/* What is let go of is spoilt, so that using it shows. */
static void
feed_discard(struct json_stream *s)
{
	struct feed *f = s->ctx;

	memmove(f->window, f->window + s->pos, s->len - s->pos);
	memset(f->window + s->len - s->pos, '!', s->pos);
	s->base += s->pos;
	s->len -= s->pos;
	s->pos = 0;
}

static struct json_stream *
feed_open(struct feed *f, struct slice text, size_t step)
{
	*f = (struct feed){ .rest = text.data, .left = text.len,
	    .step = step };
	f->window = malloc(text.len + 1);
	if (f->window == NULL)
		abort();
	f->s.window = f->window;
	f->s.more = feed_more;
	f->s.discard = feed_discard;
	f->s.ctx = f;
	return &f->s;
}

static void
feed_close(struct feed *f)
{
	free(f->window);
}

#endif
