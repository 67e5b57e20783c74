/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lattice.h"

__extension__ typedef __int128 wide;

const char *const lattice_status_name[LATTICE_STATUSES] = {
	"affected", "under_investigation", "fixed", "not_affected"
};

const struct lattice_rules lattice_default = {
	.weight_p = 4500, .weight_c = 3500, .weight_r = 2000,
	.half_life = 90, .floor = 3500, .penalty = 2500, .margin = 1000
};

bool
lattice_status(struct slice name, enum lattice_status *out)
{
	for (int i = 0; i < LATTICE_STATUSES; i++) {
		if (!slice_is(name, lattice_status_name[i]))
			continue;
		*out = (enum lattice_status)i;
		return true;
	}
	return false;
}

/* --- arithmetic ----------------------------------------------------------- */

int
lattice_base(const struct lattice_rules *rules, int p, int c, int r)
{
	return (rules->weight_p * p + rules->weight_c * c +
	    rules->weight_r * r) / LATTICE_ONE;
}

int
lattice_score(int base, int strength, int freshness)
{
	return base * strength / LATTICE_ONE * freshness / LATTICE_ONE;
}

enum {
	/* 10000 < 2^14, and days < 14 * half_life when a power is asked. */
	LIMBS = LATTICE_HALF_LIFE_MAX * (14 + 14) / 32 + 2,
	HALVINGS = 14,		/* after so many, less than 1 is left */
	FRACTION = 62,		/* bits behind the point */
	DOUBT = 30		/* bits of fraction that are surely right */
};

struct power {
	uint32_t limb[LIMBS];	/* little end first */
	size_t len;
};

static void
power_multiply(struct power *n, uint32_t by)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < n->len; i++) {
		carry += (uint64_t)n->limb[i] * by;
		n->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry > 0)
		n->limb[n->len++] = (uint32_t)carry;
}

static void
power_make(struct power *n, uint32_t base, int exponent, int64_t doublings)
{
	n->limb[0] = 1;
	n->len = 1;
	for (int i = 0; i < exponent; i++)
		power_multiply(n, base);
	for (; doublings >= 16; doublings -= 16)
		power_multiply(n, 1u << 16);
	power_multiply(n, 1u << doublings);
}

static bool
power_at_most(const struct power *a, const struct power *b)
{
	if (a->len != b->len)
		return a->len < b->len;
	for (size_t i = a->len; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i];
	return true;
}

/* x^half_life * 2^days <= 10000^half_life */
static bool
is_at_most(int x, int64_t days, int half_life)
{
	struct power left, right;

	power_make(&left, (uint32_t)x, half_life, days);
	power_make(&right, LATTICE_ONE, half_life, 0);
	return power_at_most(&left, &right);
}

/*
 * 10000 * 2^(-days / half_life) in FRACTION bits, right to more than DOUBT of
 * them: e^-z by its series, z = ln 2 * (days mod half_life) / half_life < 0.7.
 */
static wide
decay(int64_t days, int half_life)
{
	static const int64_t ln2 = INT64_C(3196577161300663915);
	const wide one = (wide)1 << FRACTION;
	wide z = (wide)ln2 * (days % half_life) / half_life;
	wide term = one, sum = one;

	for (int n = 1; n <= 24; n++) {
		term = (term * z >> FRACTION) / n;
		sum += n % 2 == 1 ? -term : term;
	}
	return sum * LATTICE_ONE >> days / half_life;
}

int
lattice_freshness(int64_t days, int half_life, int floor)
{
	const wide one = (wide)1 << FRACTION, near = one >> DOUBT;
	wide value, rest;
	int x;

	if (days / half_life >= HALVINGS)
		return floor;
	value = decay(days, half_life);
	x = (int)(value >> FRACTION);
	rest = value & (one - 1);
	/* Too near a whole number to tell: decide it exactly. */
	if (rest > one - near && is_at_most(x + 1, days, half_life))
		x++;
	else if (rest < near && !is_at_most(x, days, half_life))
		x--;
	return x > floor ? x : floor;
}

/* --- merging -------------------------------------------------------------- */

static int
cmp_int(int a, int b)
{
	return (a > b) - (a < b);
}

static int
cmp_size(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Who speaks: claims of one speaker supersede each other. */
static int
cmp_speaker(const struct lattice_claim *a, const struct lattice_claim *b)
{
	if (a->has_signer != b->has_signer)
		return a->has_signer ? -1 : 1;
	return a->has_signer ? digest_cmp(&a->signer, &b->signer) :
	    digest_cmp(&a->source, &b->source);
}

/* The later first; no time is before all times. */
static int
cmp_later(const struct lattice_claim *a, const struct lattice_claim *b)
{
	if (a->has_time != b->has_time)
		return a->has_time ? -1 : 1;
	return a->has_time ? timefmt_cmp(b->time, a->time) : 0;
}

/* By speaker, the one that holds first; the rest makes the order total. */
static int
cmp_claim(const void *left, const void *right)
{
	const struct lattice_claim *a = left, *b = right;
	int d = cmp_speaker(a, b);

	if (d == 0)
		d = cmp_later(a, b);
	if (d == 0)
		d = cmp_int((int)a->status, (int)b->status);
	if (d == 0)
		d = cmp_int(b->score, a->score);
	if (d == 0)
		d = cmp_int(b->p, a->p);
	if (d == 0)
		d = cmp_int(b->c, a->c);
	if (d == 0)
		d = cmp_int(b->r, a->r);
	if (d == 0)
		d = cmp_int(b->strength, a->strength);
	if (d == 0)
		d = cmp_int(b->freshness, a->freshness);
	if (d == 0)
		d = digest_cmp(&a->source, &b->source);
	return d != 0 ? d : cmp_size(a->order, b->order);
}

static size_t
drop_equal(struct lattice_claim *claim, size_t count)
{
	size_t kept = 0;

	for (size_t i = 1; i < count; i++)
		if (cmp_claim(&claim[kept], &claim[i]) != 0)
			claim[++kept] = claim[i];
	return kept + 1;
}

static bool
is_affected(const struct lattice_claim *c)
{
	return c->status == LATTICE_AFFECTED;
}

static bool
is_clear(const struct lattice_claim *c)
{
	return c->status == LATTICE_FIXED ||
	    c->status == LATTICE_NOT_AFFECTED;
}

/* What holds of each speaker, and the best of each polarity. */
struct poles {
	int affected_p;			/* the highest P; -1: none affected */
	int best_affected, best_clear;	/* scores; -1: none */
};

static struct poles
find_poles(struct lattice_claim *claim, size_t count)
{
	struct poles poles = { -1, -1, -1 };

	for (size_t i = 0; i < count; i++) {
		struct lattice_claim *c = &claim[i];

		c->aside = LATTICE_IN;
		if (i > 0 && cmp_speaker(&claim[i - 1], c) == 0) {
			c->aside = LATTICE_SUPERSEDED;
			continue;
		}
		if (is_affected(c) && c->p > poles.affected_p)
			poles.affected_p = c->p;
		if (is_affected(c) && c->score > poles.best_affected)
			poles.best_affected = c->score;
		if (is_clear(c) && c->score > poles.best_clear)
			poles.best_clear = c->score;
	}
	return poles;
}

static bool
wins(const struct lattice_claim *a, const struct lattice_claim *b)
{
	int d = cmp_int(b->score, a->score);

	if (d == 0)
		d = cmp_int((int)a->status, (int)b->status);
	if (d == 0)
		d = digest_cmp(&a->source, &b->source);
	return d < 0;
}

void
lattice_merge(struct lattice_claim *claim, size_t *count,
    const struct lattice_rules *rules, struct lattice_result *out)
{
	struct poles poles;
	size_t winner = *count;
	int gap;

	for (size_t i = 0; i < *count; i++) {
		struct lattice_claim *c = &claim[i];

		c->base = lattice_base(rules, c->p, c->c, c->r);
		c->score = lattice_score(c->base, c->strength, c->freshness);
	}
	if (*count > 1)
		qsort(claim, *count, sizeof(*claim), cmp_claim);
	*count = drop_equal(claim, *count);
	poles = find_poles(claim, *count);
	winner = *count;
	for (size_t i = 0; i < *count; i++) {
		struct lattice_claim *c = &claim[i];

		if (c->aside == LATTICE_SUPERSEDED)
			continue;
		if (is_clear(c) && poles.affected_p > c->p)
			c->aside = LATTICE_LOWER_PROVENANCE;
		else if (c->status == LATTICE_UNDER_INVESTIGATION &&
		    poles.affected_p >= 0)
			c->aside = LATTICE_INVESTIGATING;
		else if (winner == *count || wins(c, &claim[winner]))
			winner = i;
	}
	gap = poles.best_affected - poles.best_clear;
	out->winner = winner;
	out->conflict = poles.best_affected >= 0 && poles.best_clear >= 0 &&
	    (gap < 0 ? -gap : gap) <= rules->margin;
	out->score = claim[winner].score;
	if (out->conflict)
		out->score = out->score * (LATTICE_ONE - rules->penalty) /
		    LATTICE_ONE;
}
