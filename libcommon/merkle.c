/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "merkle.h"

enum {
	RUN = 256,		/* leaves that are copied to be used up */
	WALK_MAX = 3 * MERKLE_LEVELS /* frames: at each level the two halves
				      * and the mark to join them */
};

struct digest
merkle_empty(void)
{
	return digest_bytes((struct slice){ "", 0 });
}

struct digest
merkle_leaf(struct slice data)
{
	struct digest d;

	sha256_pair((struct slice){ "", 1 }, data, d.sha256);
	return d;
}

struct digest
merkle_node(const struct digest *left, const struct digest *right)
{
	char bytes[1 + 2 * DIGEST_SIZE];

	bytes[0] = 1;
	memcpy(bytes + 1, left->sha256, DIGEST_SIZE);
	memcpy(bytes + 1 + DIGEST_SIZE, right->sha256, DIGEST_SIZE);
	return digest_bytes((struct slice){ bytes, sizeof(bytes) });
}

/* Two messages that begin with the same byte. */
static void
hash_two(const char *first, struct slice a, struct slice b,
    struct digest out[2])
{
	struct sha256 h[2];

	sha256_init(h);
	sha256_add(h, first, 1);
	h[1] = h[0];
	sha256_add_two(h, a.data, b.data, a.len);
	sha256_finish_two(h, out[0].sha256, out[1].sha256);
}

void
merkle_leaf_two(struct slice a, struct slice b, struct digest out[2])
{
	if (a.len == b.len) {
		hash_two("\0", a, b, out);
		return;
	}
	out[0] = merkle_leaf(a);
	out[1] = merkle_leaf(b);
}

static struct slice
two_digests(const struct digest *d)
{
	return (struct slice){ (const char *)d->sha256, 2 * sizeof(*d) };
}

void
merkle_node_two(const struct digest child[4], struct digest out[2])
{
	hash_two("\1", two_digests(child), two_digests(child + 2), out);
}

void
merkle_cut(struct slice bytes, size_t chunk, struct digest *out)
{
	size_t at = 0;

	for (; bytes.len - at >= 2 * chunk; at += 2 * chunk, out += 2)
		merkle_leaf_two(slice_cut(bytes, at, at + chunk),
		    slice_cut(bytes, at + chunk, at + 2 * chunk), out);
	for (; at < bytes.len; at += chunk)
		*out++ = merkle_leaf(slice_cut(bytes, at, at + chunk));
}

/* --- growing ------------------------------------------------------------ */

unsigned
merkle_peaks(uint64_t size)
{
	unsigned n = 0;

	for (; size != 0; size &= size - 1)
		n++;
	return n;
}

/* Appends a complete subtree of 2^level leaves, of which m->size is a
 * multiple; returns how many subtrees that finished, and them in node. */
static unsigned
push(struct merkle *m, unsigned level, struct digest h, struct digest *node)
{
	unsigned peaks = merkle_peaks(m->size), n = 0;

	for (uint64_t s = m->size >> level; s & 1; s >>= 1) {
		if (node != NULL)
			node[n] = h;
		n++;
		h = merkle_node(&m->peak[--peaks], &h);
	}
	if (node != NULL)
		node[n] = h;
	m->peak[peaks] = h;
	m->size += UINT64_C(1) << level;
	return n + 1;
}

unsigned
merkle_push(struct merkle *m, const struct digest *leaf,
    struct digest node[MERKLE_LEVELS])
{
	return push(m, 0, *leaf, node);
}

/* The root of 2^level leaf hashes, which are used up. */
static struct digest
reduce(struct digest *leaf, unsigned level)
{
	for (size_t n = (size_t)1 << level; n > 2; n /= 2)
		for (size_t i = 0; i < n; i += 4)
			merkle_node_two(&leaf[i], &leaf[i / 2]);
	return level == 0 ? leaf[0] : merkle_node(&leaf[0], &leaf[1]);
}

void
merkle_push_all(struct merkle *m, struct digest *leaf, size_t n)
{
	while (n > 0) {
		unsigned level = 63 - (unsigned)__builtin_clzll(n);
		size_t width;

		if (m->size != 0 && level > (unsigned)__builtin_ctzll(m->size))
			level = (unsigned)__builtin_ctzll(m->size);
		width = (size_t)1 << level;
		(void)push(m, level, reduce(leaf, level), NULL);
		leaf += width;
		n -= width;
	}
}

/* Peaks are joined from the right: the smallest first. */
static struct digest
join(const struct digest *peak, unsigned n)
{
	struct digest h = peak[n - 1];

	for (unsigned i = n - 1; i > 0; i--)
		h = merkle_node(&peak[i - 1], &h);
	return h;
}

struct digest
merkle_root(const struct merkle *m)
{
	if (m->size == 0)
		return merkle_empty();
	return join(m->peak, merkle_peaks(m->size));
}

/* --- proving ------------------------------------------------------------ */

/* The largest power of two below n, which is at least 2. */
static uint64_t
split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static void
reverse(struct merkle_range *r, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct merkle_range t = r[i];

		r[i] = r[n - 1 - i];
		r[n - 1 - i] = t;
	}
}

/* PATH of RFC 6962 2.1.1, from the root down and turned round. */
size_t
merkle_inclusion_ranges(uint64_t index, uint64_t size,
    struct merkle_range out[MERKLE_PROOF_MAX])
{
	uint64_t begin = 0, end = size;
	size_t n = 0;

	while (end - begin > 1) {
		uint64_t middle = begin + split(end - begin);

		if (index < middle) {
			out[n++] = (struct merkle_range){ middle, end };
			end = middle;
		} else {
			out[n++] = (struct merkle_range){ begin, middle };
			begin = middle;
		}
	}
	reverse(out, n);
	return n;
}

/* SUBPROOF of RFC 6962 2.1.2; "whole" is its b: the old root is known. */
size_t
merkle_consistency_ranges(uint64_t size1, uint64_t size2,
    struct merkle_range out[MERKLE_PROOF_MAX])
{
	uint64_t begin = 0, end = size2;
	bool whole = true;
	size_t n = 0;

	while (size1 != end) {
		uint64_t middle = begin + split(end - begin);

		if (size1 <= middle) {
			out[n++] = (struct merkle_range){ middle, end };
			end = middle;
		} else {
			out[n++] = (struct merkle_range){ begin, middle };
			begin = middle;
			whole = false;
		}
	}
	if (!whole)
		out[n++] = (struct merkle_range){ begin, end };
	reverse(out, n);
	return n;
}

static enum status
node_of_leaves(void *ctx, unsigned level, uint64_t index, struct digest *out,
    struct err *e)
{
	const struct digest *leaf = ctx;
	struct digest run[RUN];
	struct merkle m = { 0 };
	size_t left = (size_t)1 << level, n;

	(void)e;
	leaf += index << level;
	for (; left > 0; left -= n, leaf += n) {
		n = left < RUN ? left : RUN;
		memcpy(run, leaf, n * sizeof(*run));
		merkle_push_all(&m, run, n);
	}
	*out = m.peak[0];
	return ERR_OK;
}

struct merkle_source
merkle_leaves(const struct digest *leaf, uint64_t n)
{
	/* The source is shared by readers; nothing writes through ctx. */
	return (struct merkle_source){ n, node_of_leaves,
		(void *)(uintptr_t)leaf };
}

enum status
merkle_range_root(const struct merkle_source *s, uint64_t begin, uint64_t end,
    struct digest *out, struct err *e)
{
	struct digest peak[MERKLE_LEVELS];
	unsigned n = 0;
	enum status rc;

	if (end > s->size || begin > end)
		return err_bad(e, "leaves %" PRIu64 " to %" PRIu64
		    " of a tree of %" PRIu64, begin, end, s->size);
	if (begin == end) {
		*out = merkle_empty();
		return ERR_OK;
	}
	for (uint64_t at = begin; at < end; n++) {
		unsigned level = 63 - (unsigned)__builtin_clzll(end - at);

		rc = s->node(s->ctx, level, at >> level, &peak[n], e);
		if (rc != ERR_OK)
			return rc;
		at += UINT64_C(1) << level;
	}
	*out = join(peak, n);
	return ERR_OK;
}

static enum status
prove(const struct merkle_source *s, const struct merkle_range *r, size_t n,
    struct digest *out, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		enum status rc = merkle_range_root(s, r[i].begin, r[i].end,
		    &out[i], e);

		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

enum status
merkle_prove_inclusion(const struct merkle_source *s, uint64_t index,
    uint64_t size, struct digest out[MERKLE_PROOF_MAX], size_t *n,
    struct err *e)
{
	struct merkle_range r[MERKLE_PROOF_MAX];

	if (size > s->size)
		return err_bad(e, "tree size %" PRIu64
		    " is beyond the %" PRIu64 " leaves there are", size,
		    s->size);
	if (index >= size)
		return err_bad(e, "index %" PRIu64
		    " is not in a tree of %" PRIu64 " leaves", index, size);
	*n = merkle_inclusion_ranges(index, size, r);
	return prove(s, r, *n, out, e);
}

enum status
merkle_prove_consistency(const struct merkle_source *s, uint64_t size1,
    uint64_t size2, struct digest out[MERKLE_PROOF_MAX], size_t *n,
    struct err *e)
{
	struct merkle_range r[MERKLE_PROOF_MAX];

	if (size2 > s->size)
		return err_bad(e, "tree size %" PRIu64
		    " is beyond the %" PRIu64 " leaves there are", size2,
		    s->size);
	if (size1 == 0 || size1 > size2)
		return err_bad(e, "no proof leads from size %" PRIu64
		    " to size %" PRIu64, size1, size2);
	*n = merkle_consistency_ranges(size1, size2, r);
	return prove(s, r, *n, out, e);
}

/* --- verifying ---------------------------------------------------------- */

static enum status
hash_count(size_t n, struct err *e)
{
	return err_no(e, "the proof does not fit its sizes: "
	    "%zu hashes", n);
}

/* RFC 9162 2.1.3.2. */
enum status
merkle_check_inclusion(const struct digest *leaf, uint64_t index,
    uint64_t size, const struct digest *hash, size_t n,
    const struct digest *root, struct err *e)
{
	struct digest r = *leaf;
	uint64_t fn = index, sn = size - 1;

	if (index >= size)
		return err_no(e, "index %" PRIu64
		    " is not in a tree of %" PRIu64 " leaves", index, size);
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return hash_count(n, e);
		if ((fn & 1) != 0 || fn == sn) {
			r = merkle_node(&hash[i], &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &hash[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return hash_count(n, e);
	if (!digest_equal(&r, root))
		return err_no(e, "the proof leads to another root");
	return ERR_OK;
}

/* RFC 9162 2.1.4.2, for 0 < size1 < size2. */
static enum status
check_growth(uint64_t size1, uint64_t size2, const struct digest *root1,
    const struct digest *root2, const struct digest *hash, size_t n,
    struct err *e)
{
	uint64_t fn = size1 - 1, sn = size2 - 1;
	struct digest fr, sr;
	size_t i = 0;

	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	if (fn == 0) {
		fr = *root1;	/* size1 is a power of two */
	} else {
		if (n == 0)
			return hash_count(n, e);
		fr = hash[i++];
	}
	sr = fr;
	for (; i < n; i++) {
		if (sn == 0)
			return hash_count(n, e);
		if ((fn & 1) != 0 || fn == sn) {
			fr = merkle_node(&hash[i], &fr);
			sr = merkle_node(&hash[i], &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &hash[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return hash_count(n, e);
	if (!digest_equal(&fr, root1))
		return err_no(e, "the proof leads to another first root");
	if (!digest_equal(&sr, root2))
		return err_no(e, "the proof leads to another second root");
	return ERR_OK;
}

enum status
merkle_check_consistency(uint64_t size1, uint64_t size2,
    const struct digest *root1, const struct digest *root2,
    const struct digest *hash, size_t n, struct err *e)
{
	struct digest empty;

	if (size1 > size2)
		return err_no(e, "the tree shrank from %" PRIu64
		    " to %" PRIu64 " leaves", size1, size2);
	if (size1 == size2) {
		empty = merkle_empty();
		if (n != 0)
			return hash_count(n, e);
		if (!digest_equal(root1, root2) ||
		    (size1 == 0 && !digest_equal(root1, &empty)))
			return err_no(e,
			    "the roots of one size differ");
		return ERR_OK;
	}
	if (size1 == 0)
		return err_no(e,
		    "consistency with the empty tree proves nothing");
	return check_growth(size1, size2, root1, root2, hash, n, e);
}

/* --- several leaves at once --------------------------------------------- */

static enum status
check_indexes(uint64_t size, const struct merkle_leaf_at *leaf, size_t n,
    enum status (*complain)(struct err *, const char *, ...), struct err *e)
{
	if (n == 0)
		return complain(e, "a proof of no leaf");
	for (size_t i = 0; i < n; i++) {
		if (leaf[i].index >= size)
			return complain(e, "index %" PRIu64
			    " is not in a tree of %" PRIu64 " leaves",
			    leaf[i].index, size);
		if (i > 0 && leaf[i].index <= leaf[i - 1].index)
			return complain(e, "leaf indexes do not rise");
	}
	return ERR_OK;
}

/* A walk over the tree from left to right, children before their parent;
 * subtrees without any of the leaves are not entered. */
struct walk {
	struct {
		struct merkle_range range;
		bool join;
	} frame[WALK_MAX];
	size_t depth;
	const struct merkle_leaf_at *leaf;
	size_t leaves, next;	/* leaf[next] is the first not passed */
};

enum step {
	STEP_END,
	STEP_LEAF,	/* leaf[next - 1] */
	STEP_OTHER,	/* *r: a subtree without leaves of the proof */
	STEP_JOIN	/* the last two results meet */
};

static void
walk_push(struct walk *w, uint64_t begin, uint64_t end, bool joins)
{
	w->frame[w->depth].range = (struct merkle_range){ begin, end };
	w->frame[w->depth++].join = joins;
}

static void
walk_start(struct walk *w, uint64_t size, const struct merkle_leaf_at *leaf,
    size_t leaves)
{
	w->depth = w->next = 0;
	w->leaf = leaf;
	w->leaves = leaves;
	walk_push(w, 0, size, false);
}

static enum step
walk_next(struct walk *w, struct merkle_range *r)
{
	while (w->depth > 0) {
		uint64_t middle;

		w->depth--;
		if (w->frame[w->depth].join)
			return STEP_JOIN;
		*r = w->frame[w->depth].range;
		if (w->next == w->leaves || w->leaf[w->next].index >= r->end)
			return STEP_OTHER;
		if (r->end - r->begin == 1) {
			w->next++;
			return STEP_LEAF;
		}
		middle = r->begin + split(r->end - r->begin);
		walk_push(w, r->begin, r->end, true);
		walk_push(w, middle, r->end, false);
		walk_push(w, r->begin, middle, false);
	}
	return STEP_END;
}

enum status
merkle_prove_batch(const struct merkle_source *s, uint64_t size,
    const struct merkle_leaf_at *leaf, size_t leaves,
    void (*sink)(void *ctx, const struct digest *hash), void *ctx,
    struct err *e)
{
	struct merkle_range r;
	struct digest h;
	struct walk w;
	enum status rc;
	enum step step;

	if (size > s->size)
		return err_bad(e, "tree size %" PRIu64
		    " is beyond the %" PRIu64 " leaves there are", size,
		    s->size);
	rc = check_indexes(size, leaf, leaves, err_bad, e);
	if (rc != ERR_OK)
		return rc;
	walk_start(&w, size, leaf, leaves);
	while ((step = walk_next(&w, &r)) != STEP_END) {
		if (step != STEP_OTHER)
			continue;
		rc = merkle_range_root(s, r.begin, r.end, &h, e);
		if (rc != ERR_OK)
			return rc;
		sink(ctx, &h);
	}
	return ERR_OK;
}

enum status
merkle_check_batch(uint64_t size, const struct merkle_leaf_at *leaf,
    size_t leaves, const struct digest *hash, size_t n,
    const struct digest *root, struct err *e)
{
	struct digest value[MERKLE_LEVELS + 1];	/* one per open level */
	size_t values = 0, used = 0;
	struct merkle_range r;
	struct walk w;
	enum step step;

	if (check_indexes(size, leaf, leaves, err_no, e) != ERR_OK)
		return ERR_NO;
	walk_start(&w, size, leaf, leaves);
	while ((step = walk_next(&w, &r)) != STEP_END) {
		switch (step) {
		case STEP_LEAF:
			value[values++] = leaf[w.next - 1].hash;
			break;
		case STEP_OTHER:
			if (used == n)
				return hash_count(n, e);
			value[values++] = hash[used++];
			break;
		default:
			values--;
			value[values - 1] = merkle_node(&value[values - 1],
			    &value[values]);
			break;
		}
	}
	if (used != n)
		return hash_count(n, e);
	if (!digest_equal(&value[0], root))
		return err_no(e, "the proof leads to another root");
	return ERR_OK;
}
