/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lattice.h"
#include "tap.h"

/* A generator of our own, so that a failure can be run again. */
static uint64_t state = UINT64_C(0x2545f4914f6cdd1d);

static uint32_t
next(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % below;
}

static void
test_freshness(void)
{
	static const struct {
		int days, want;
	} golden[] = {
		{ 0, 10000 }, { 1, 9923 }, { 45, 7071 }, { 90, 5000 },
		{ 135, 3535 }, { 136, 3508 }, { 137, 3500 }, { 180, 3500 },
		{ 100000, 3500 }
	};

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		int got = lattice_freshness(golden[i].days, 90, 3500);

		ok(got == golden[i].want, "%d days give %d (%d)",
		    golden[i].days, golden[i].want, got);
	}
	ok(lattice_freshness(90, 90, 0) == 5000 &&
	    lattice_freshness(180, 90, 0) == 2500 &&
	    lattice_freshness(360, 90, 0) == 625 &&
	    lattice_freshness(1195, 90, 0) == 1 &&
	    lattice_freshness(1196, 90, 0) == 0,
	    "whole half-lives are exact, and it ends at nothing");
}

/* The definition itself, by schoolbook multiplication. */
static bool
at_most(int x, int64_t days, int half_life)
{
	static uint32_t n[2][4096];
	size_t len[2] = { 1, 1 };
	int64_t times[2] = { half_life + days, half_life };

	for (int k = 0; k < 2; k++) {
		n[k][0] = 1;
		for (int64_t t = 0; t < times[k]; t++) {
			uint64_t carry = 0, by = k == 1 ? 10000 :
			    t < half_life ? (uint64_t)x : 2;

			for (size_t i = 0; i < len[k]; i++) {
				carry += n[k][i] * by;
				n[k][i] = (uint32_t)carry;
				carry >>= 32;
			}
			if (carry > 0)
				n[k][len[k]++] = (uint32_t)carry;
		}
	}
	if (len[0] != len[1])
		return len[0] < len[1];
	for (size_t i = len[0]; i-- > 0;)
		if (n[0][i] != n[1][i])
			return n[0][i] < n[1][i];
	return true;
}

static void
test_freshness_definition(void)
{
	int bad = 0, cases = 0;

	for (int i = 0; i < 400; i++) {
		int half = 1 + (int)next(400);
		int64_t days = next((uint32_t)half * 14);
		int x = lattice_freshness(days, half, 0);

		cases++;
		if ((x > 0 && !at_most(x, days, half)) ||
		    at_most(x + 1, days, half))
			bad++;
	}
	ok(bad == 0, "x is the largest with x^H * 2^d <= 10000^H (%d cases)",
	    cases);
}

static void
test_scores(void)
{
	const struct lattice_rules *r = &lattice_default;
	static const struct {
		int p, c, r, m, f, base, score;
	} golden[] = {
		{ 10000, 10000, 10000, 10000, 10000, 10000, 10000 },
		{ 10000, 10000, 10000, 8000, 10000, 10000, 8000 },
		{ 10000, 10000, 10000, 6000, 10000, 10000, 6000 },
		{ 10000, 10000, 10000, 4000, 10000, 10000, 4000 },
		{ 7500, 10000, 6000, 8000, 10000, 8075, 6460 },
		{ 4000, 7500, 2000, 8000, 7071, 4825, 2729 },
		{ 1000, 5000, 2000, 6000, 5000, 2600, 780 },
		{ 1000, 2500, 2000, 8000, 3500, 1725, 483 },
		{ 1000, 10000, 6000, 6000, 10000, 5150, 3090 },
		{ 9000, 8500, 7000, 10000, 10000, 8425, 8425 },
		{ 8500, 9000, 7500, 10000, 10000, 8475, 8475 },
		{ 7500, 7000, 6000, 10000, 10000, 7025, 7025 },
		{ 8000, 7500, 6500, 10000, 10000, 7525, 7525 },
		{ 7000, 9500, 8500, 10000, 10000, 8175, 8175 },
		{ 0, 0, 0, 10000, 10000, 0, 0 }
	};

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		int base = lattice_base(r, golden[i].p, golden[i].c,
		    golden[i].r);
		int score = lattice_score(base, golden[i].m, golden[i].f);

		ok(base == golden[i].base && score == golden[i].score,
		    "P %d C %d R %d M %d F %d: base %d, score %d",
		    golden[i].p, golden[i].c, golden[i].r, golden[i].m,
		    golden[i].f, base, score);
	}
}

/* --- merging -------------------------------------------------------------- */

enum {
	CLAIMS_MAX = 12,
	CASES = 10000
};

struct set {
	struct lattice_claim claim[CLAIMS_MAX * 2];
	size_t count;
};

static struct lattice_claim
make(enum lattice_status status, int p, int strength, int source)
{
	struct lattice_claim c = {
		.status = status, .p = p, .c = 10000, .r = 6000,
		.strength = strength, .freshness = 10000
	};

	c.source.sha256[0] = (uint8_t)source;
	return c;
}

static struct lattice_claim
any_claim(size_t order)
{
	static const int level[] = { 1000, 4000, 7500, 10000 };
	struct lattice_claim c = make((enum lattice_status)next(4),
	    level[next(4)], level[next(4)], (int)next(4));

	c.c = level[next(4)];
	c.r = level[next(4)];
	c.freshness = level[next(4)];
	c.has_signer = next(2) == 1;
	if (c.has_signer)
		c.signer.sha256[0] = (uint8_t)next(3);
	c.has_time = next(3) > 0;
	if (c.has_time)
		c.time.sec = next(3);
	c.order = order;
	return c;
}

static void
shuffle(struct set *s)
{
	for (size_t i = s->count; i > 1; i--) {
		size_t j = next((uint32_t)i);
		struct lattice_claim t = s->claim[i - 1];

		s->claim[i - 1] = s->claim[j];
		s->claim[j] = t;
	}
}

static void
add(struct set *s, const struct lattice_claim *c)
{
	s->claim[s->count++] = *c;
}

static bool
same(const struct set *a, const struct lattice_result *ra,
    const struct set *b, const struct lattice_result *rb)
{
	if (a->count != b->count || ra->winner != rb->winner ||
	    ra->score != rb->score || ra->conflict != rb->conflict)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->claim[i].order != b->claim[i].order ||
		    a->claim[i].score != b->claim[i].score ||
		    a->claim[i].aside != b->claim[i].aside)
			return false;
	return true;
}

static void
test_merge_properties(void)
{
	int commutative = 0, idempotent = 0, associative = 0;

	for (int n = 0; n < CASES; n++) {
		struct set all = { .count = 0 }, other, twice, left;
		struct lattice_result r, r2, ignored;
		size_t count = 1 + next(CLAIMS_MAX), half;

		for (size_t i = 0; i < count; i++) {
			struct lattice_claim c = any_claim(i);

			add(&all, &c);
		}
		other = all;
		shuffle(&other);
		twice = all;
		for (size_t i = 0; i < count; i++)
			add(&twice, &all.claim[next((uint32_t)count)]);
		shuffle(&twice);
		/* A part merged before, then joined with the rest. */
		half = 1 + next((uint32_t)count);
		left = all;
		left.count = half;
		lattice_merge(left.claim, &left.count, &lattice_default,
		    &ignored);
		for (size_t i = half; i < count; i++)
			add(&left, &all.claim[i]);
		lattice_merge(all.claim, &all.count, &lattice_default, &r);
		lattice_merge(other.claim, &other.count, &lattice_default,
		    &r2);
		commutative += same(&all, &r, &other, &r2);
		lattice_merge(twice.claim, &twice.count, &lattice_default,
		    &r2);
		idempotent += same(&all, &r, &twice, &r2);
		lattice_merge(left.claim, &left.count, &lattice_default, &r2);
		associative += same(&all, &r, &left, &r2);
	}
	ok(commutative == CASES, "merging is commutative (%d cases)", CASES);
	ok(idempotent == CASES, "merging is idempotent (%d cases)", CASES);
	ok(associative == CASES, "merging is associative (%d cases)", CASES);
}

static struct lattice_result
merge(struct set *s)
{
	struct lattice_result r;

	lattice_merge(s->claim, &s->count, &lattice_default, &r);
	return r;
}

static void
test_winners(void)
{
	struct set s = { .count = 0 };
	struct lattice_result r;
	struct lattice_claim c;

	c = make(LATTICE_NOT_AFFECTED, 1000, 8000, 1);
	add(&s, &c);
	c = make(LATTICE_AFFECTED, 7500, 6000, 2);
	add(&s, &c);
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_AFFECTED,
	    "an unsigned not_affected is set aside by a signed affected");

	s.count = 0;
	c = make(LATTICE_NOT_AFFECTED, 7500, 8000, 1);
	add(&s, &c);
	c = make(LATTICE_AFFECTED, 7500, 7000, 2);
	add(&s, &c);
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_NOT_AFFECTED && r.conflict &&
	    r.score == 6460 * 7500 / 10000,
	    "scores within the margin are a conflict, the winner pays");

	s.count = 0;
	c = make(LATTICE_NOT_AFFECTED, 7500, 6000, 1);
	add(&s, &c);
	c = make(LATTICE_AFFECTED, 7500, 6000, 2);
	add(&s, &c);
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_AFFECTED && r.conflict,
	    "a tie goes to the more cautious status");

	s.count = 0;
	c = make(LATTICE_UNDER_INVESTIGATION, 10000, 10000, 1);
	add(&s, &c);
	c = make(LATTICE_AFFECTED, 1000, 4000, 2);
	add(&s, &c);
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_AFFECTED && !r.conflict,
	    "under_investigation is set aside where an affected exists");

	s.count = 0;
	c = make(LATTICE_AFFECTED, 7500, 6000, 1);
	c.has_time = true;
	add(&s, &c);
	c = make(LATTICE_FIXED, 7500, 6000, 1);
	c.has_time = true;
	c.time.sec = 1;
	add(&s, &c);
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_FIXED && !r.conflict,
	    "a later word of the same speaker supersedes");
	s.claim[0].time.sec = s.claim[1].time.sec = 0;
	r = merge(&s);
	ok(s.claim[r.winner].status == LATTICE_AFFECTED,
	    "at one instant the more cautious holds");
}

int
main(void)
{
	test_freshness();
	test_freshness_definition();
	test_scores();
	test_winners();
	test_merge_properties();
	return done();
}
