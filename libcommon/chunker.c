/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunker.h"
#include "hex.h"
#include "input.h"
#include "io.h"
#include "msg.h"

enum {
	JOBS_MAX = 64,
	SHARE = 16 * IO_READ_SIZE, /* bytes a thread does before all meet:
				    * long beside the cost of a thread */
	PIECE_MIN = 256 * 1024,	/* of one read; stays in a core's cache */
	CHUNK_MIN = 4096	/* smaller ones are not worth threads: their
				 * hashes alone would fill memory */
};

/* --- one thread --------------------------------------------------------- */

/* A leaf that does not end in the piece it began in; one of this piece that
 * waits for another, because two are hashed faster. */
struct partial {
	struct sha256 hasher;
	uint64_t size;
	bool open;
	struct slice waiting;	/* no data: none */
};

static void
partial_add(struct partial *p, struct slice bytes)
{
	if (!p->open) {
		p->open = true;
		p->size = 0;
		sha256_init(&p->hasher);
		sha256_add(&p->hasher, "", 1);
	}
	sha256_add(&p->hasher, bytes.data, bytes.len);
	p->size += bytes.len;
}

/* The piece ends: nothing waits any longer. */
static void
piece_end(const struct chunker *c, struct partial *p)
{
	struct digest d;

	if (p->waiting.data == NULL)
		return;
	d = merkle_leaf(p->waiting);
	c->leaf(c->ctx, &d, p->waiting.len);
	p->waiting.data = NULL;
}

/* The rest of a leaf, or all of it. */
static void
leaf_end(const struct chunker *c, struct partial *p, struct slice bytes)
{
	struct digest d[2];

	if (p->open) {
		partial_add(p, bytes);
		d[0] = digest_take(&p->hasher);
		p->open = false;
		c->leaf(c->ctx, d, p->size);
	} else if (p->waiting.data == NULL) {
		p->waiting = bytes;
	} else {
		merkle_leaf_two(p->waiting, bytes, d);
		c->leaf(c->ctx, &d[0], p->waiting.len);
		c->leaf(c->ctx, &d[1], bytes.len);
		p->waiting.data = NULL;
	}
}

static void
piece_of_bytes(const struct chunker *c, struct partial *p, struct slice s)
{
	while (s.len > 0) {
		uint64_t want = c->chunk_size - (p->open ? p->size : 0);

		if (want > s.len) {
			partial_add(p, s);
			return;
		}
		leaf_end(c, p, slice_cut(s, 0, (size_t)want));
		s = slice_cut(s, (size_t)want, s.len);
	}
}

static void
piece_of_records(const struct chunker *c, struct partial *p, struct slice s,
    char end)
{
	const char *data = s.data, *stop = s.data + s.len, *at;

	while (data < stop) {
		at = memchr(data, end, (size_t)(stop - data));
		if (at == NULL) {
			partial_add(p, (struct slice){ data,
			    (size_t)(stop - data) });
			return;
		}
		leaf_end(c, p, (struct slice){ data, (size_t)(at - data) });
		data = at + 1;
	}
}

/* Leaf hashes as text: line holds one that is not complete. */
static enum status
piece_of_hex(const struct chunker *c, struct slice s, uint64_t offset,
    char line[2 * DIGEST_SIZE], size_t *have, struct err *e)
{
	struct digest d;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] != '\n' && *have < 2 * DIGEST_SIZE) {
			line[(*have)++] = s.data[i];
			continue;
		}
		if (s.data[i] != '\n' || !hex_read(d.sha256, DIGEST_SIZE,
		    (struct slice){ line, *have }))
			return err_input(e, offset + i - *have,
			    "not a leaf hash: want 64 hex digits and a LF");
		c->leaf(c->ctx, &d, 0);
		*have = 0;
	}
	return ERR_OK;
}

static enum status
run_alone(const struct chunker *c, struct input *in)
{
	struct partial p = { 0 };
	char line[2 * DIGEST_SIZE];
	size_t have = 0;
	uint64_t offset = 0;
	struct slice s;
	struct err e;
	enum status rc;

	while ((rc = input_chunk(in, &s)) == ERR_OK && s.len > 0) {
		if (c->kind == CHUNKER_BYTES)
			piece_of_bytes(c, &p, s);
		else if (c->kind == CHUNKER_HEX)
			rc = piece_of_hex(c, s, offset, line, &have, &e);
		else
			piece_of_records(c, &p, s,
			    c->kind == CHUNKER_NUL ? '\0' : '\n');
		piece_end(c, &p);
		if (rc != ERR_OK) {
			rc = msg_err(in->name, &e);
			break;
		}
		offset += s.len;
	}
	/* The last line may go without its LF. */
	if (rc == ERR_OK && have > 0 && piece_of_hex(c, SLICE("\n"), offset,
	    line, &have, &e) != ERR_OK)
		rc = msg_err(in->name, &e);
	if (rc == ERR_OK && p.open)
		leaf_end(c, &p, SLICE(""));
	return rc;
}

/* --- parts of a file, by one thread or several ---------------------------- */

struct share {
	const struct chunker *c;
	int fd;
	uint64_t offset;
	uint64_t end;
	struct digest zero;	/* the leaf hash of a chunk of zeros */
	struct digest *leaf;	/* as many as the share has chunks */
	char *piece;
	size_t piece_size;
	enum status rc;
	struct err e;
};

static enum status
pread_full(struct share *s, char *to, size_t want, uint64_t offset)
{
	while (want > 0) {
		ssize_t n = pread(s->fd, to, want, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(&s->e, "cannot read");
		if (n == 0) {
			(void)err_bad(&s->e, "shorter than it was when "
			    "reading began");
			return s->e.code = ERR_SYSTEM;
		}
		to += n;
		want -= (size_t)n;
		offset += (uint64_t)n;
	}
	return ERR_OK;
}

/* Whether the file has nothing stored there, so that zeros are read: disk
 * images are full of such places. */
static bool
is_hole(int fd, uint64_t offset, uint64_t size)
{
	off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data < 0 && errno == ENXIO)	/* a hole to the end, or beyond it */
		data = lseek(fd, 0, SEEK_END);
	return data >= 0 && (uint64_t)data >= offset + size;
}

/* Pieces hold whole chunks. */
static void *
work(void *arg)
{
	struct share *s = arg;
	uint64_t chunk = s->c->chunk_size;
	struct digest *leaf = s->leaf;

	for (uint64_t at = s->offset; at < s->end; ) {
		size_t n = s->piece_size;

		if (n > s->end - at)
			n = (size_t)(s->end - at);
		if (n % chunk == 0 && is_hole(s->fd, at, n)) {
			for (size_t i = 0; i < n; i += (size_t)chunk)
				*leaf++ = s->zero;
			at += n;
			continue;
		}
		s->rc = pread_full(s, s->piece, n, at);
		if (s->rc != ERR_OK)
			return NULL;
		merkle_cut((struct slice){ s->piece, n }, (size_t)chunk, leaf);
		leaf += n / chunk;
		at += n;
	}
	return NULL;
}

static void
deliver(const struct share *s)
{
	uint64_t chunk = s->c->chunk_size;
	const struct digest *leaf = s->leaf;

	for (uint64_t at = s->offset; at < s->end; at += chunk)
		s->c->leaf(s->c->ctx, leaf++, s->end - at < chunk ?
		    s->end - at : chunk);
}

/* One round: every thread a share, this one too; then in order. */
static enum status
round_of(struct share *share, unsigned n, const char *name)
{
	pthread_t thread[JOBS_MAX];
	bool started[JOBS_MAX] = { false };
	enum status rc = ERR_OK;

	for (unsigned i = 1; i < n; i++)
		started[i] = pthread_create(&thread[i], NULL, work,
		    &share[i]) == 0;
	(void)work(&share[0]);
	for (unsigned i = 1; i < n; i++) {
		if (started[i])
			(void)pthread_join(thread[i], NULL);
		else
			(void)work(&share[i]);
	}
	for (unsigned i = 0; i < n && rc == ERR_OK; i++) {
		if (share[i].rc != ERR_OK)
			rc = msg_err(name, &share[i].e);
		else
			deliver(&share[i]);
	}
	return rc;
}

static struct digest
zero_leaf(size_t chunk)
{
	char *zeros = mem_alloc(chunk);
	struct digest d;

	memset(zeros, 0, chunk);
	d = merkle_leaf((struct slice){ zeros, chunk });
	mem_free(zeros);
	return d;
}

static enum status
run_together(const struct chunker *c, unsigned jobs, struct input *in,
    uint64_t size)
{
	struct share share[JOBS_MAX] = { 0 };
	uint64_t chunk = c->chunk_size;
	size_t piece = (size_t)((PIECE_MIN + chunk - 1) / chunk * chunk);
	uint64_t bytes = size / jobs < SHARE ? size / jobs + 1 : SHARE;
	uint64_t at = 0;
	struct digest zero = zero_leaf((size_t)chunk);
	enum status rc = ERR_OK;

	bytes = (bytes + piece - 1) / piece * piece;
	for (unsigned i = 0; i < jobs; i++) {
		share[i].c = c;
		share[i].fd = in->fd;
		share[i].zero = zero;
		share[i].piece = mem_alloc(piece);
		share[i].piece_size = piece;
		share[i].leaf = mem_array(NULL, (size_t)(bytes / chunk),
		    sizeof(*share[i].leaf));
	}
	while (rc == ERR_OK && at < size) {
		unsigned n = 0;

		for (; n < jobs && at < size; n++) {
			share[n].offset = at;
			at = size - at < bytes ? size : at + bytes;
			share[n].end = at;
		}
		rc = round_of(share, n, in->name);
	}
	for (unsigned i = 0; i < jobs; i++) {
		mem_free(share[i].piece);
		mem_free(share[i].leaf);
	}
	return rc;
}

/* How many threads are worth it for this operand, and its size; 0: it has to
 * be read from front to back. */
static unsigned
jobs_for(const struct chunker *c, const struct input *in, uint64_t *size)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t jobs = c->jobs != 0 ? c->jobs : cores > 0 ?
	    (uint64_t)cores : 1;
	struct stat st;

	if (c->kind != CHUNKER_BYTES || c->chunk_size > IO_READ_SIZE ||
	    c->chunk_size < CHUNK_MIN || fstat(in->fd, &st) != 0 ||
	    !S_ISREG(st.st_mode) ||
	    lseek(in->fd, 0, SEEK_CUR) != 0)
		return 0;
	*size = (uint64_t)st.st_size;
	if (jobs > JOBS_MAX)
		jobs = JOBS_MAX;
	if (jobs > *size / IO_READ_SIZE)
		jobs = *size / IO_READ_SIZE;
	return (unsigned)jobs;
}

enum status
chunker_run(const struct chunker *c, const char *operand)
{
	const struct json_limits limits = { .max_size = IO_READ_SIZE };
	struct input in;
	uint64_t size = 0;
	unsigned jobs;
	enum status rc = input_open(&in, operand, &limits);

	if (rc != ERR_OK)
		return rc;
	jobs = jobs_for(c, &in, &size);
	if (jobs > 0)
		rc = run_together(c, jobs, &in, size);
	else
		rc = run_alone(c, &in);
	input_close(&in);
	return rc;
}
