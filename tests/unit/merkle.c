/* SPDX-License-Identifier: Apache-2.0 */
/* Holds merkle.c against RFC 6962's definitions, written down naively. */
#include <string.h>

#include "hex.h"
#include "merkle.h"
#include "tap.h"

enum {
	SIZE_MAX_TRIED = 257,	/* past a power of two by one */
	SIZE_EVERY_BIT = 9,	/* up to here every bit is turned */
	HASH_BITS = 8 * DIGEST_SIZE
};

static struct digest leaf[SIZE_MAX_TRIED];

/* MTH of RFC 6962 2.1. */
static struct digest
mth(const struct digest *d, uint64_t n)
{
	struct digest left, right;
	uint64_t k = 1;

	if (n == 0)
		return merkle_empty();
	if (n == 1)
		return d[0];
	while (k * 2 < n)
		k *= 2;
	left = mth(d, k);
	right = mth(d + k, n - k);
	return merkle_node(&left, &right);
}

static struct digest roots[SIZE_MAX_TRIED + 1];

static void
turn(struct digest *d, unsigned bit)
{
	d->sha256[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

static bool
hex_is(struct digest d, const char *digits)
{
	char text[2 * DIGEST_SIZE];

	hex_write(text, d.sha256, DIGEST_SIZE);
	return memcmp(text, digits, sizeof(text)) == 0;
}

/* The tree of RFC 6962 2.1.3's shape over the leaves that Certificate
 * Transparency's reference implementations test with. */
static void
test_reference(void)
{
	static const struct slice input[] = {
		{ "", 0 }, { "\x00", 1 }, { "\x10", 1 }, { "\x20\x21", 2 },
		{ "\x30\x31", 2 }, { "\x40\x41\x42\x43", 4 },
		{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
		{ "\x60\x61\x62\x63\x64\x65\x66\x67"
		  "\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 },
	};
	static const char *const root[] = {
"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	struct merkle m = { 0 };
	struct digest d;

	ok(hex_is(merkle_root(&m), root[0]), "the empty tree's root");
	for (size_t i = 0; i < 8; i++) {
		d = merkle_leaf(input[i]);
		(void)merkle_push(&m, &d, NULL);
		ok(hex_is(merkle_root(&m), root[i + 1]),
		    "the reference tree's root at size %zu", i + 1);
	}
}

static void
test_roots(void)
{
	struct digest node[MERKLE_LEVELS], want;
	struct merkle m = { 0 };
	bool same = true, nodes = true;

	for (uint64_t n = 0; n <= SIZE_MAX_TRIED; n++)
		roots[n] = mth(leaf, n);
	for (uint64_t n = 0; n < SIZE_MAX_TRIED; n++) {
		unsigned levels = merkle_push(&m, &leaf[n], node);
		struct digest root = merkle_root(&m);

		same = same && digest_equal(&root, &roots[n + 1]);
		for (unsigned k = 0; k < levels; k++) {
			uint64_t width = UINT64_C(1) << k;

			want = mth(leaf + n + 1 - width, width);
			nodes = nodes && digest_equal(&want, &node[k]);
		}
	}
	ok(same, "appending gives MTH at every size to 257");
	ok(nodes, "appending reports every subtree it completes");
}

/* Leaf by leaf or in runs of any length behind each other: one tree. */
static void
test_runs(void)
{
	bool same = true, cut = true, two = true;

	for (uint64_t first = 0; first <= SIZE_MAX_TRIED; first++)
		for (uint64_t n = first; n <= SIZE_MAX_TRIED; n += 1 + n / 9) {
			struct digest copy[SIZE_MAX_TRIED], root;
			struct merkle m = { 0 };

			memcpy(copy, leaf, sizeof(copy));
			merkle_push_all(&m, copy, first);
			merkle_push_all(&m, copy + first, n - first);
			root = merkle_root(&m);
			same = same && m.size == n &&
			    digest_equal(&root, &roots[n]);
		}
	ok(same, "leaves in runs give MTH at every size to 257");
	for (size_t n = 0; n < sizeof(leaf); n += 1 + n / 50) {
		struct slice bytes = { (char *)leaf, n };
		struct digest out[SIZE_MAX_TRIED], want;

		memset(out, 0, sizeof(out));
		merkle_cut(bytes, 33, out);
		for (size_t i = 0; 33 * i < n; i++) {
			want = merkle_leaf(slice_cut(bytes, 33 * i,
			    33 * i + 33));
			cut = cut && digest_equal(&want, &out[i]);
		}
		merkle_leaf_two(bytes, slice_cut(bytes, n / 2, n), out);
		want = merkle_leaf(bytes);
		two = two && digest_equal(&want, &out[0]);
		want = merkle_leaf(slice_cut(bytes, n / 2, n));
		two = two && digest_equal(&want, &out[1]);
	}
	ok(cut, "chunks of every length are the leaves one by one");
	ok(two, "two leaves of two sizes are each their own");
}

/* Two proofs have one shape when they join the same things in the same
 * order: then a verifier cannot tell the sizes apart, only a checkpoint can. */
static bool
same_shape(const struct merkle_range *a, size_t an,
    const struct merkle_range *b, size_t bn)
{
	if (an != bn)
		return false;
	for (size_t i = 0; i < an; i++)
		if (a[i].begin != b[i].begin)
			return false;
	return true;
}

struct proof {
	uint64_t index, size;
	struct digest leaf, root, hash[MERKLE_PROOF_MAX];
	size_t n;
};

static bool
holds(const struct proof *p)
{
	return merkle_check_inclusion(&p->leaf, p->index, p->size, p->hash,
	    p->n, &p->root, NULL) == ERR_OK;
}

/* True if no change of one bit of p is accepted. */
static bool
inclusion_is_tight(const struct proof *p, unsigned from, unsigned step)
{
	struct merkle_range r[MERKLE_PROOF_MAX], s[MERKLE_PROOF_MAX];
	size_t n = merkle_inclusion_ranges(p->index, p->size, r);
	struct proof q = *p;
	bool tight = true;

	for (unsigned bit = from; bit < HASH_BITS; bit += step) {
		turn(&q.leaf, bit);
		tight = tight && !holds(&q);
		turn(&q.leaf, bit);
		turn(&q.root, bit);
		tight = tight && !holds(&q);
		turn(&q.root, bit);
		for (size_t i = 0; i < q.n; i++) {
			turn(&q.hash[i], bit);
			tight = tight && !holds(&q);
			turn(&q.hash[i], bit);
		}
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		q.index ^= UINT64_C(1) << bit;
		tight = tight && !holds(&q);
		q.index = p->index;
		q.size ^= UINT64_C(1) << bit;
		tight = tight && holds(&q) == (q.index < q.size &&
		    same_shape(r, n, s, merkle_inclusion_ranges(q.index,
		    q.size, s)));
		q.size = p->size;
	}
	q.n = p->n + 1;
	q.hash[p->n] = p->root;
	tight = tight && !holds(&q);
	q.n = p->n - 1;
	return tight && (p->n == 0 || !holds(&q));
}

static void
test_inclusion(void)
{
	struct merkle_source s = merkle_leaves(leaf, SIZE_MAX_TRIED);
	bool proven = true, tight = true;
	struct proof p;
	unsigned turned = 0;

	for (p.size = 1; p.size <= SIZE_MAX_TRIED; p.size++)
		for (p.index = 0; p.index < p.size; p.index++) {
			bool all = p.size <= SIZE_EVERY_BIT;

			p.leaf = leaf[p.index];
			p.root = roots[p.size];
			proven = proven && merkle_prove_inclusion(&s, p.index,
			    p.size, p.hash, &p.n, NULL) == ERR_OK &&
			    holds(&p);
			tight = tight && inclusion_is_tight(&p,
			    all ? 0 : turned++ % HASH_BITS,
			    all ? 1 : HASH_BITS);
		}
	ok(proven, "every leaf of every tree to 257 is proven");
	ok(tight, "no inclusion proof holds with one bit changed");
	ok(merkle_prove_inclusion(&s, 5, 5, p.hash, &p.n, NULL) == ERR_INPUT,
	    "an index beyond the tree is refused");
	ok(merkle_prove_inclusion(&s, 0, SIZE_MAX_TRIED + 1, p.hash, &p.n,
	    NULL) == ERR_INPUT, "a size beyond the leaves is refused");
	p = (struct proof){ .index = 0, .size = 0, .leaf = roots[0],
		.root = roots[0] };
	ok(!holds(&p), "nothing is in the empty tree");
}

static void
test_consistency(void)
{
	struct merkle_source s = merkle_leaves(leaf, SIZE_MAX_TRIED);
	struct merkle_range r[MERKLE_PROOF_MAX], r2[MERKLE_PROOF_MAX];
	struct digest hash[MERKLE_PROOF_MAX], a, b;
	bool proven = true, tight = true;
	unsigned bit = 0;
	size_t n;

	for (uint64_t n2 = 1; n2 <= SIZE_MAX_TRIED; n2++)
		for (uint64_t n1 = 1; n1 <= n2; n1++) {
			a = roots[n1];
			b = roots[n2];
			proven = proven && merkle_prove_consistency(&s, n1, n2,
			    hash, &n, NULL) == ERR_OK &&
			    merkle_check_consistency(n1, n2, &a, &b, hash, n,
			    NULL) == ERR_OK;
			bit = (bit + 1) % HASH_BITS;
			turn(&a, bit);
			tight = tight && merkle_check_consistency(n1, n2, &a,
			    &b, hash, n, NULL) == ERR_NO;
			turn(&a, bit);
			turn(&b, bit);
			tight = tight && merkle_check_consistency(n1, n2, &a,
			    &b, hash, n, NULL) == ERR_NO;
			turn(&b, bit);
			for (size_t i = 0; i < n; i++) {
				turn(&hash[i], bit);
				tight = tight && merkle_check_consistency(n1,
				    n2, &a, &b, hash, n, NULL) == ERR_NO;
				turn(&hash[i], bit);
			}
			for (unsigned i = 0; i < 63; i++) {
				uint64_t m1 = n1 ^ UINT64_C(1) << i;
				uint64_t m2 = n2 ^ UINT64_C(1) << i;

				if (m1 != n2 || n != 0)
					tight = tight &&
					    merkle_check_consistency(m1, n2,
					    &a, &b, hash, n, NULL) == ERR_NO;
				if (m2 < n1 || m2 == 0 || n2 == n1)
					continue;
				if (same_shape(r, merkle_consistency_ranges(n1,
				    n2, r), r2, merkle_consistency_ranges(n1,
				    m2, r2)))
					continue;
				tight = tight && merkle_check_consistency(n1,
				    m2, &a, &b, hash, n, NULL) == ERR_NO;
			}
		}
	ok(proven, "every growth of trees to 257 is proven");
	ok(tight, "no consistency proof holds with one bit changed");
	ok(merkle_check_consistency(0, 5, &roots[0], &roots[5], NULL, 0,
	    NULL) == ERR_NO, "growth from the empty tree is not a proof");
	ok(merkle_check_consistency(0, 0, &roots[0], &roots[0], NULL, 0,
	    NULL) == ERR_OK, "the empty tree is itself");
	ok(merkle_prove_consistency(&s, 0, 5, hash, &n, NULL) == ERR_INPUT &&
	    merkle_prove_consistency(&s, 6, 5, hash, &n, NULL) == ERR_INPUT,
	    "sizes that no proof joins are refused");
}

/* Says the 65 bytes that make a node are data of a leaf. */
static void
test_second_preimage(void)
{
	struct digest forged, node = merkle_node(&leaf[0], &leaf[1]);
	char bytes[2 * DIGEST_SIZE + 1] = { 1 };
	struct digest hash[2] = { leaf[2], node };

	memcpy(bytes + 1, leaf[0].sha256, DIGEST_SIZE);
	memcpy(bytes + 1 + DIGEST_SIZE, leaf[1].sha256, DIGEST_SIZE);
	forged = merkle_leaf((struct slice){ bytes, sizeof(bytes) });
	ok(merkle_check_inclusion(&forged, 0, 2, &leaf[2], 1, &roots[3],
	    NULL) == ERR_NO, "a node's bytes are no leaf");
	forged = merkle_leaf((struct slice){ bytes + 1, 2 * DIGEST_SIZE });
	ok(merkle_check_inclusion(&forged, 0, 2, &leaf[2], 1, &roots[3],
	    NULL) == ERR_NO, "two hashes side by side are no leaf");
	ok(merkle_check_inclusion(&node, 0, 3, hash, 2, &roots[3], NULL) ==
	    ERR_NO, "a node in a leaf's place has a path too short");
}

struct sink {
	struct digest hash[SIZE_MAX_TRIED];
	size_t n;
};

static void
collect(void *ctx, const struct digest *hash)
{
	struct sink *s = ctx;

	s->hash[s->n++] = *hash;
}

static void
test_batch(void)
{
	struct merkle_source s = merkle_leaves(leaf, SIZE_MAX_TRIED);
	struct merkle_leaf_at some[SIZE_MAX_TRIED];
	bool proven = true, tight = true, small = true;
	uint64_t seed = 1;

	for (uint64_t size = 1; size <= SIZE_MAX_TRIED; size++) {
		struct sink got = { .n = 0 };
		size_t n = 0, alone = 0;
		struct merkle_range r[MERKLE_PROOF_MAX];

		for (uint64_t i = 0; i < size; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			if (seed >> 61 < 3 || (n == 0 && i == size - 1)) {
				some[n++] = (struct merkle_leaf_at){ i,
					leaf[i] };
				alone += merkle_inclusion_ranges(i, size, r);
			}
		}
		proven = proven && merkle_prove_batch(&s, size, some, n,
		    collect, &got, NULL) == ERR_OK && merkle_check_batch(size,
		    some, n, got.hash, got.n, &roots[size], NULL) == ERR_OK;
		small = small && got.n <= alone;
		turn(&some[n / 2].hash, (unsigned)size % HASH_BITS);
		tight = tight && merkle_check_batch(size, some, n, got.hash,
		    got.n, &roots[size], NULL) == ERR_NO;
		turn(&some[n / 2].hash, (unsigned)size % HASH_BITS);
		tight = tight && merkle_check_batch(size, some, n, got.hash,
		    got.n, &roots[size - 1], NULL) == ERR_NO;
		tight = tight && merkle_check_batch(size, some, n, got.hash,
		    got.n + 1, &roots[size], NULL) == ERR_NO;
		if (got.n > 0)
			tight = tight && merkle_check_batch(size, some, n,
			    got.hash, got.n - 1, &roots[size], NULL) ==
			    ERR_NO;
		if (n > 1) {
			some[1].index = some[0].index;
			tight = tight && merkle_check_batch(size, some, n,
			    got.hash, got.n, &roots[size], NULL) == ERR_NO;
		}
	}
	ok(proven, "several leaves at once are proven in trees to 257");
	ok(tight, "no batch proof holds when changed");
	ok(small, "a batch proof is never longer than the single ones");
	ok(merkle_check_batch(3, some, 0, NULL, 0, &roots[3], NULL) == ERR_NO,
	    "a batch proof of no leaf is refused");
}

/* Sizes of which nothing can be in memory. */
static void
test_large(void)
{
	struct merkle_range r[MERKLE_PROOF_MAX];
	struct digest hash[MERKLE_PROOF_MAX], fn;
	uint64_t size = UINT64_MAX;
	size_t n = merkle_inclusion_ranges(size - 1, size, r);
	bool fits = true;

	ok(n == 63, "the last of 2^64-1 leaves has a path of 63");
	for (size_t i = 0; i < n; i++)
		hash[i] = leaf[i];
	/* The last leaf of a full tree but one: all hashes are on the left
	 * from some level on; fold them as the definition says. */
	fn = leaf[100];
	for (size_t i = 0; i < n; i++)
		fn = r[i].begin < size - 1 ? merkle_node(&hash[i], &fn) :
		    merkle_node(&fn, &hash[i]);
	ok(merkle_check_inclusion(&leaf[100], size - 1, size, hash, n, &fn,
	    NULL) == ERR_OK, "its proof is checked in 64 bits");
	for (uint64_t a = 1; a != 0 && a < UINT64_C(1) << 63; a = a * 3 + 1)
		fits = fits && merkle_consistency_ranges(a, size, r) <=
		    MERKLE_PROOF_MAX;
	ok(fits, "consistency proofs of 2^64-1 leaves fit");
}

int
main(void)
{
	char data[4];

	for (unsigned i = 0; i < SIZE_MAX_TRIED; i++) {
		(void)snprintf(data, sizeof(data), "%u", i);
		leaf[i] = merkle_leaf(slice_of(data));
	}
	test_reference();
	test_roots();
	test_runs();
	test_inclusion();
	test_consistency();
	test_second_preimage();
	test_batch();
	test_large();
	return done();
}
