/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "cvss.h"

/*
 * A metric: its name, its values in the order the code below counts them, and
 * whether a vector must have it.
 */
struct metric {
	const char *name;
	const char *values;	/* blanks between them */
	bool base;
};

enum { METRICS_MAX = 33 };	/* v4.0 has 32 */

/* A vector: for each metric of its table the number of its value, -1 absent. */
struct vector {
	const struct metric *metric;
	int value[METRICS_MAX];
};

static const struct metric v2_metrics[] = {
	{ "AV", "L A N", true }, { "AC", "H M L", true },
	{ "Au", "M S N", true }, { "C", "N P C", true },
	{ "I", "N P C", true }, { "A", "N P C", true },
	{ "E", "U POC F H ND", false }, { "RL", "OF TF W U ND", false },
	{ "RC", "UC UR C ND", false }, { "CDP", "N L LM MH H ND", false },
	{ "TD", "N L M H ND", false }, { "CR", "L M H ND", false },
	{ "IR", "L M H ND", false }, { "AR", "L M H ND", false },
	{ NULL, NULL, false }
};

static const struct metric v3_metrics[] = {
	{ "AV", "N A L P", true }, { "AC", "L H", true },
	{ "PR", "N L H", true }, { "UI", "N R", true }, { "S", "U C", true },
	{ "C", "N L H", true }, { "I", "N L H", true },
	{ "A", "N L H", true },
	{ "E", "X U P F H", false }, { "RL", "X O T W U", false },
	{ "RC", "X U R C", false }, { "CR", "X L M H", false },
	{ "IR", "X L M H", false }, { "AR", "X L M H", false },
	{ "MAV", "X N A L P", false }, { "MAC", "X L H", false },
	{ "MPR", "X N L H", false }, { "MUI", "X N R", false },
	{ "MS", "X U C", false }, { "MC", "X N L H", false },
	{ "MI", "X N L H", false }, { "MA", "X N L H", false },
	{ NULL, NULL, false }
};

/*
 * v4.0: values run from the most severe to the least, so that their numbers
 * are the severity distances of the specification; S (safety) is severest for
 * SI and SA and exists only as a modified value.
 */
enum v4_metric {
	AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, E, CR, IR, AR,
	MAV, MAC, MAT, MPR, MUI, MVC, MVI, MVA, MSC, MSI, MSA
};

static const struct metric v4_metrics[] = {
	{ "AV", "N A L P", true }, { "AC", "L H", true },
	{ "AT", "N P", true }, { "PR", "N L H", true },
	{ "UI", "N P A", true }, { "VC", "H L N", true },
	{ "VI", "H L N", true }, { "VA", "H L N", true },
	{ "SC", "H L N", true }, { "SI", "H L N", true },
	{ "SA", "H L N", true },
	{ "E", "A P U X", false }, { "CR", "H M L X", false },
	{ "IR", "H M L X", false }, { "AR", "H M L X", false },
	{ "MAV", "N A L P X", false }, { "MAC", "L H X", false },
	{ "MAT", "N P X", false }, { "MPR", "N L H X", false },
	{ "MUI", "N P A X", false }, { "MVC", "H L N X", false },
	{ "MVI", "H L N X", false }, { "MVA", "H L N X", false },
	{ "MSC", "H L N X", false }, { "MSI", "S H L N X", false },
	{ "MSA", "S H L N X", false },
	{ "S", "X N P", false }, { "AU", "X N Y", false },
	{ "R", "X A U I", false }, { "V", "X D C", false },
	{ "RE", "X L M H", false },
	{ "U", "X Clear Green Amber Red", false },
	{ NULL, NULL, false }
};

/* --- reading ------------------------------------------------------------ */

static struct slice
take_until(struct slice *s, char c)
{
	size_t n = slice_find(*s, c);
	struct slice part = slice_cut(*s, 0, n);

	*s = slice_cut(*s, n < s->len ? n + 1 : n, s->len);
	return part;
}

static int
value_number(const char *values, struct slice value)
{
	struct slice rest = slice_of(values);
	int i;

	for (i = 0; rest.len > 0; i++)
		if (slice_eq(take_until(&rest, ' '), value))
			return i;
	return -1;
}

static enum status
read_metric(struct vector *v, struct slice pair, uint64_t offset,
    struct err *e)
{
	struct slice value = pair, name = take_until(&value, ':');
	size_t i;
	int n = (int)(pair.len < 32 ? pair.len : 32);

	for (i = 0; v->metric[i].name != NULL; i++)
		if (slice_is(name, v->metric[i].name))
			break;
	if (v->metric[i].name == NULL)
		return err_input(e, offset, "unknown CVSS metric \"%.*s\"", n,
		    pair.data);
	if (v->value[i] >= 0)
		return err_input(e, offset, "the CVSS metric %s is there "
		    "twice", v->metric[i].name);
	v->value[i] = value_number(v->metric[i].values, value);
	if (v->value[i] < 0)
		return err_input(e, offset, "unknown CVSS value \"%.*s\"; "
		    "%s has %s", n, pair.data, v->metric[i].name,
		    v->metric[i].values);
	return ERR_OK;
}

static enum status
read_vector(struct slice text, uint64_t offset, const struct metric *metric,
    struct vector *v, struct err *e)
{
	struct slice rest = text, pair;
	size_t i;
	enum status st;

	v->metric = metric;
	for (i = 0; i < METRICS_MAX; i++)
		v->value[i] = -1;
	while (rest.len > 0) {
		uint64_t at = offset + (uint64_t)(rest.data - text.data);

		pair = take_until(&rest, '/');
		/* A "/" at the end is common. */
		if (pair.len == 0 && rest.len == 0)
			break;
		st = read_metric(v, pair, at, e);
		if (st != ERR_OK)
			return st;
	}
	for (i = 0; metric[i].name != NULL; i++)
		if (metric[i].base && v->value[i] < 0)
			return err_bad(e, "the CVSS vector has no %s",
			    metric[i].name);
	return ERR_OK;
}

/* --- v2 ----------------------------------------------------------------- */

static int
score_v2(const struct vector *v)
{
	/* thousandths, hundredths, thousandths */
	static const int64_t av[] = { 395, 646, 1000 };
	static const int64_t ac[] = { 35, 61, 71 };
	static const int64_t au[] = { 450, 560, 704 };
	static const int64_t left[] = { 1000, 725, 340 };	/* 1 - impact */
	int64_t iss, impact, exploit, sum;

	/* 1e-9 */
	iss = 1000000000 - left[v->value[3]] * left[v->value[4]] *
	    left[v->value[5]];
	if (iss == 0)
		return 0;
	impact = 1041 * iss;	/* 1e-11 */
	exploit = 20 * av[v->value[0]] * ac[v->value[1]] * au[v->value[2]];
	/* 0.6 impact + 0.4 exploitability - 1.5, at 1e-12 */
	sum = 6 * impact + 4 * exploit * 1000 - 1500000000000;
	sum *= 1176;		/* 1e-15 */
	return (int)((sum + 50000000000000) / 100000000000000) * 10;
}

/* --- v3 ----------------------------------------------------------------- */

static const int64_t nano = 1000000000;

/* (x / 1e9) to the 15th, at 1e-9.  It is cut at each step; the test holds all
 * vectors against exact fractions. */
static int64_t
power15(int64_t x)
{
	int64_t x2 = x * x / nano, x4 = x2 * x2 / nano, x8 = x4 * x4 / nano;

	return x8 * x4 / nano * x2 / nano * x / nano;
}

static int
score_v3(const struct vector *v, enum cvss_version version)
{
	static const int64_t av[] = { 85, 62, 55, 20 };
	static const int64_t ac[] = { 77, 44 };
	static const int64_t pr[2][3] = { { 85, 62, 27 }, { 85, 68, 50 } };
	static const int64_t ui[] = { 85, 62 };
	static const int64_t left[] = { 100, 78, 44 };	/* 1 - impact */
	bool changed = v->value[4] == 1;
	int64_t iss, impact, exploit, sum;

	/* 1e-6 */
	iss = 1000000 - left[v->value[5]] * left[v->value[6]] *
	    left[v->value[7]];
	/* 1e-10 */
	if (changed)
		impact = 75200 * (iss - 29000) -
		    325 * power15((iss - 20000) * 1000) / 10;
	else
		impact = 64200 * iss;
	if (impact <= 0)
		return 0;
	exploit = 822 * av[v->value[0]] * ac[v->value[1]] *
	    pr[changed][v->value[2]] * ui[v->value[3]];
	/* 1e-12 */
	sum = (impact + exploit) * (changed ? 108 : 100);
	if (sum > 10 * 1000 * nano)
		sum = 10 * 1000 * nano;
	/* v3.1 rounds to five places before it rounds up to one. */
	if (version == CVSS_31)
		sum = (sum + 5000000) / 10000000 * 10000000;
	return (int)((sum + 99999999999) / 100000000000) * 10;
}

/* --- v4 ----------------------------------------------------------------- */

/* Scores of the MacroVectors in tenths, by EQ1 EQ2 EQ3 EQ4 (the row) and EQ5
 * EQ6 (the column); 0: there is none. */
static const uint8_t v4_scores[] = {
	/* 0000 */ 100, 99, 98, 95, 95, 92,
	/* 0001 */ 100, 96, 93, 87, 91, 81,
	/* 0002 */ 93, 90, 89, 80, 81, 68,
	/* 0010 */ 98, 95, 95, 92, 90, 84,
	/* 0011 */ 93, 92, 89, 81, 81, 65,
	/* 0012 */ 88, 80, 78, 70, 69, 48,
	/* 0020 */ 0, 92, 0, 82, 0, 72,
	/* 0021 */ 0, 79, 0, 69, 0, 50,
	/* 0022 */ 0, 69, 0, 55, 0, 27,
	/* 0100 */ 99, 97, 95, 92, 92, 85,
	/* 0101 */ 95, 91, 90, 83, 84, 71,
	/* 0102 */ 92, 81, 82, 71, 72, 53,
	/* 0110 */ 95, 93, 92, 85, 85, 73,
	/* 0111 */ 92, 82, 80, 72, 70, 59,
	/* 0112 */ 84, 70, 71, 52, 50, 30,
	/* 0120 */ 0, 86, 0, 75, 0, 52,
	/* 0121 */ 0, 71, 0, 52, 0, 29,
	/* 0122 */ 0, 63, 0, 29, 0, 17,
	/* 1000 */ 98, 95, 94, 87, 91, 81,
	/* 1001 */ 94, 89, 86, 74, 77, 64,
	/* 1002 */ 87, 75, 74, 63, 63, 49,
	/* 1010 */ 94, 89, 88, 77, 76, 67,
	/* 1011 */ 86, 76, 74, 58, 59, 50,
	/* 1012 */ 72, 57, 57, 52, 52, 25,
	/* 1020 */ 0, 83, 0, 70, 0, 54,
	/* 1021 */ 0, 65, 0, 58, 0, 26,
	/* 1022 */ 0, 53, 0, 21, 0, 13,
	/* 1100 */ 95, 90, 88, 76, 76, 70,
	/* 1101 */ 90, 77, 75, 62, 61, 53,
	/* 1102 */ 77, 66, 68, 59, 52, 30,
	/* 1110 */ 89, 78, 76, 67, 62, 58,
	/* 1111 */ 74, 59, 57, 57, 47, 23,
	/* 1112 */ 61, 52, 57, 29, 24, 16,
	/* 1120 */ 0, 71, 0, 59, 0, 30,
	/* 1121 */ 0, 58, 0, 26, 0, 15,
	/* 1122 */ 0, 23, 0, 13, 0, 6,
	/* 2000 */ 93, 87, 86, 72, 75, 58,
	/* 2001 */ 86, 74, 74, 61, 56, 34,
	/* 2002 */ 70, 54, 52, 40, 40, 22,
	/* 2010 */ 85, 75, 74, 55, 62, 51,
	/* 2011 */ 72, 57, 55, 41, 46, 19,
	/* 2012 */ 53, 36, 34, 19, 19, 8,
	/* 2020 */ 0, 64, 0, 51, 0, 20,
	/* 2021 */ 0, 47, 0, 21, 0, 11,
	/* 2022 */ 0, 24, 0, 9, 0, 4,
	/* 2100 */ 88, 75, 73, 53, 60, 50,
	/* 2101 */ 73, 55, 59, 40, 41, 20,
	/* 2102 */ 54, 43, 45, 22, 20, 11,
	/* 2110 */ 75, 55, 58, 45, 40, 21,
	/* 2111 */ 61, 51, 48, 18, 20, 9,
	/* 2112 */ 46, 18, 17, 7, 8, 2,
	/* 2120 */ 0, 53, 0, 24, 0, 14,
	/* 2121 */ 0, 24, 0, 12, 0, 5,
	/* 2122 */ 0, 10, 0, 3, 0, 1,
};

static int
macro_score(const int eq[6])
{
	if (eq[0] > 2 || eq[1] > 1 || eq[2] > 2 || eq[3] > 2 || eq[4] > 2 ||
	    eq[5] > 1)
		return 0;
	return v4_scores[((((eq[0] * 2 + eq[1]) * 3 + eq[2]) * 3 + eq[3]) * 3 +
	    eq[4]) * 2 + eq[5]];
}

/* The values that count: modified ones over base ones, the worst for what is
 * not defined.  Distances of SI and SA begin at S, of SC at H as one. */
static void
effective(const struct vector *v, int out[AR + 1])
{
	static const int8_t modified[AR + 1] = { MAV, MAC, MAT, MPR, MUI, MVC,
		MVI, MVA, MSC, MSI, MSA, -1, -1, -1, -1 };
	int i, m, undefined;

	for (i = AV; i <= AR; i++) {
		out[i] = v->value[i];
		if (i >= E) {
			undefined = 3;
			if (out[i] < 0 || out[i] == undefined)
				out[i] = 0;
			continue;
		}
		if (i >= SC)
			out[i]++;
		m = v->value[modified[i]];
		if (m < 0)
			continue;
		undefined = value_number(v->metric[modified[i]].values,
		    SLICE("X"));
		if (m != undefined)
			out[i] = i == SC ? m + 1 : m;
	}
}

static void
macro_vector(const int m[AR + 1], int eq[6])
{
	bool n = m[AV] == 0 || m[PR] == 0 || m[UI] == 0;

	if (m[AV] == 0 && m[PR] == 0 && m[UI] == 0)
		eq[0] = 0;
	else
		eq[0] = n && m[AV] != 3 ? 1 : 2;
	eq[1] = m[AC] == 0 && m[AT] == 0 ? 0 : 1;
	if (m[VC] == 0 && m[VI] == 0)
		eq[2] = 0;
	else
		eq[2] = m[VC] == 0 || m[VI] == 0 || m[VA] == 0 ? 1 : 2;
	if (m[SI] == 0 || m[SA] == 0)
		eq[3] = 0;
	else
		eq[3] = m[SC] == 1 || m[SI] == 1 || m[SA] == 1 ? 1 : 2;
	eq[4] = m[E];
	eq[5] = (m[CR] == 0 && m[VC] == 0) || (m[IR] == 0 && m[VI] == 0) ||
	    (m[AR] == 0 && m[VA] == 0) ? 0 : 1;
}

/*
 * The severest vectors of a class: values of `count` metrics each, -1 ends the
 * list.  The distance is counted from the first that is nowhere less severe.
 */
static int
distance(const int m[AR + 1], const int8_t *metric, int count,
    const int8_t *highest)
{
	int i, sum;

	for (; highest[0] >= 0; highest += count) {
		for (i = 0, sum = 0; i < count; i++) {
			if (m[metric[i]] < highest[i])
				break;
			sum += m[metric[i]] - highest[i];
		}
		if (i == count)
			return sum;
	}
	return 0;
}

static int
distance_of(const int m[AR + 1], const int eq[6], int class)
{
	static const int8_t eq1[] = { AV, PR, UI }, eq2[] = { AC, AT };
	static const int8_t eq36[] = { VC, VI, VA, CR, IR, AR };
	static const int8_t eq4[] = { SC, SI, SA };
	static const int8_t highest1[3][10] = {
		{ 0, 0, 0, -1 },
		{ 1, 0, 0, 0, 1, 0, 0, 0, 1, -1 },
		{ 3, 0, 0, 1, 1, 1, -1 },
	};
	static const int8_t highest2[2][5] = {
		{ 0, 0, -1 }, { 1, 0, 0, 1, -1 },
	};
	static const int8_t highest36[3][2][31] = {
		{ { 0, 0, 0, 0, 0, 0, -1 },
		  { 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, -1 } },
		{ { 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1 },
		  { 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1,
		    0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, -1 } },
		{ { -1 }, { 1, 1, 1, 0, 0, 0, -1 } },
	};
	static const int8_t highest4[3][4] = {
		{ 1, 0, 0, -1 }, { 1, 1, 1, -1 }, { 2, 2, 2, -1 },
	};

	if (class == 0)
		return distance(m, eq1, 3, highest1[eq[0]]);
	if (class == 1)
		return distance(m, eq2, 2, highest2[eq[1]]);
	if (class == 2)
		return distance(m, eq36, 6, highest36[eq[2]][eq[5]]);
	return class == 3 ? distance(m, eq4, 3, highest4[eq[3]]) : 0;
}

/* The best score one step down in a class; 0: there is no such step.  EQ3 and
 * EQ6 go together: 00 to 01 or 10, 01 and 10 to 11, 11 to 21. */
static int
next_lower(const int eq[6], int class)
{
	int low[6], other[6], a, b;

	memcpy(low, eq, sizeof(low));
	if (class != 2) {
		low[class]++;
		return macro_score(low);
	}
	memcpy(other, eq, sizeof(other));
	if (eq[2] == 0 && eq[5] == 0) {
		low[5]++;
		other[2]++;
		a = macro_score(low);
		b = macro_score(other);
		return a > b ? a : b;
	}
	if (eq[5] == 1)
		low[2]++;
	else
		low[5]++;
	return macro_score(low);
}

static int
score_v4(const struct vector *v)
{
	static const int depth1[] = { 1, 4, 5 }, depth2[] = { 1, 2 };
	static const int depth36[3][2] = { { 7, 6 }, { 8, 8 }, { 10, 10 } };
	static const int depth4[] = { 6, 5, 4 };
	enum { COMMON = 840 };	/* a multiple of every depth */
	int m[AR + 1], eq[6], depth[5], value, lower, class, steps = 0;
	int sum = 0, tenths;

	effective(v, m);
	if (m[VC] == 2 && m[VI] == 2 && m[VA] == 2 && m[SC] == 3 &&
	    m[SI] == 3 && m[SA] == 3)
		return 0;
	macro_vector(m, eq);
	value = macro_score(eq);
	depth[0] = depth1[eq[0]];
	depth[1] = depth2[eq[1]];
	depth[2] = depth36[eq[2]][eq[5]];
	depth[3] = depth4[eq[3]];
	depth[4] = 1;
	for (class = 0; class < 5; class++) {
		lower = next_lower(eq, class);
		if (lower == 0)
			continue;
		steps++;
		sum += (value - lower) * distance_of(m, eq, class) * COMMON /
		    depth[class];
	}
	if (steps == 0)
		return value * 10;
	/* value - sum / COMMON / steps, to the nearest tenth, halves up */
	tenths = (2 * (value * COMMON * steps - sum) + COMMON * steps) /
	    (2 * COMMON * steps);
	return (tenths < 0 ? 0 : tenths) * 10;
}

/* --- the interface ------------------------------------------------------ */

enum status
cvss_parse(struct slice text, struct cvss *out, struct err *e)
{
	struct vector v;
	struct slice rest = text;
	enum status st;

	if (slice_starts(text, "CVSS:4.0/")) {
		out->version = CVSS_40;
	} else if (slice_starts(text, "CVSS:3.1/")) {
		out->version = CVSS_31;
	} else if (slice_starts(text, "CVSS:3.0/")) {
		out->version = CVSS_30;
	} else if (slice_starts(text, "CVSS:")) {
		return err_input(e, 0, "unknown CVSS version; 3.0, 3.1 and 4.0 "
		    "are known, 2.0 has no prefix");
	} else {
		out->version = CVSS_20;
		if (slice_starts(rest, "(") && slice_ends(rest, ")"))
			rest = slice_cut(rest, 1, rest.len - 1);
	}
	if (out->version != CVSS_20)
		rest = slice_cut(rest, 9, rest.len);
	st = read_vector(rest, (uint64_t)(rest.data - text.data),
	    out->version == CVSS_20 ? v2_metrics :
	    out->version == CVSS_40 ? v4_metrics : v3_metrics, &v, e);
	if (st != ERR_OK)
		return st;
	if (out->version == CVSS_20)
		out->score = score_v2(&v);
	else if (out->version == CVSS_40)
		out->score = score_v4(&v);
	else
		out->score = score_v3(&v, out->version);
	return ERR_OK;
}

const char *
cvss_severity(const struct cvss *c)
{
	if (c->version == CVSS_20)
		return c->score >= 700 ? "high" :
		    c->score >= 400 ? "medium" : "low";
	return c->score >= 900 ? "critical" : c->score >= 700 ? "high" :
	    c->score >= 400 ? "medium" : c->score > 0 ? "low" : "none";
}

bool
cvss_decimal(struct slice text, int *hundredths)
{
	struct slice whole, rest = text;
	size_t i;
	int n = 0, digit, places = 0;

	whole = take_until(&rest, '.');
	if (whole.len == 0 || (slice_find(text, '.') < text.len &&
	    rest.len == 0))
		return false;
	for (i = 0; i < whole.len; i++) {
		if (whole.data[i] < '0' || whole.data[i] > '9' || n > 10)
			return false;
		n = n * 10 + (whole.data[i] - '0');
	}
	n *= 100;
	for (i = 0; i < rest.len; i++, places++) {
		if (rest.data[i] < '0' || rest.data[i] > '9')
			return false;
		digit = rest.data[i] - '0';
		if (places == 0)
			n += digit * 10;
		else if (places == 1)
			n += digit;
		else if (places == 2 && digit >= 5)
			n++;
	}
	if (n > 1000)
		return false;
	*hundredths = n;
	return true;
}
