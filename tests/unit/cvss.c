/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cvss.h"
#include "tap.h"

static void
test_scores(void)
{
	static const struct {
		const char *vector;
		int score;
	} cases[] = {
		/* v2: examples of its guide, NVD */
		{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", 780 },
		{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", 1000 },
		{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", 620 },
		{ "(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 750 },
		{ "AV:N/AC:M/Au:N/C:P/I:N/A:N/E:POC/RL:OF/RC:C", 430 },
		{ "AV:L/AC:H/Au:M/C:N/I:N/A:N", 0 },
		/* v3: NVD, examples of its guide; temporal metrics do not
		 * count */
		{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 980 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 980 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 1000 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 610 },
		{ "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L", 180 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0 },
		{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P", 590 },
		{ "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/", 980 },
		{ "CVSS:3.0/AV:P/AC:H/PR:L/UI:R/S:C/C:N/I:L/A:H", 550 },
		{ "CVSS:3.1/AV:P/AC:H/PR:L/UI:R/S:C/C:N/I:L/A:H", 550 },
		/* v4: the specification's own, then a peer's (ae-cvss) */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/"
		    "SI:H/SA:H", 1000 },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/"
		    "SI:N/SA:N", 930 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/"
		    "SI:N/SA:N", 0 },
		{ "CVSS:4.0/AV:A/AC:L/AT:P/PR:N/UI:N/VC:N/VI:H/VA:N/SC:"
		    "N/SI:L/SA:N", 600 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:H/SC:"
		    "H/SI:N/SA:H/E:A/CR:X/IR:X/AR:M/MAV:L/MAC:X/MAT:N/MPR"
		    ":N/MUI:A/MVC:L/MVI:L/MVA:N/MSC:H/MSI:X/MSA:X/S:X/AU:"
		    "N/R:A/V:X/RE:X", 600 },
		{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:A/VC:N/VI:L/VA:N/SC:"
		    "N/SI:H/SA:L", 480 },
		{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:"
		    "H/SI:L/SA:N/E:P/CR:X/IR:X/MAT:N/MVA:N/MSA:X", 200 },
		{ "CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:P/VC:N/VI:L/VA:L/SC:"
		    "L/SI:N/SA:N", 100 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:N/UI:A/VC:N/VI:N/VA:H/SC:"
		    "H/SI:N/SA:H/V:X", 580 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:L/SC:"
		    "N/SI:H/SA:L/E:U/CR:M/MAV:X/MAC:X/MUI:X/MSC:L/S:X/AU:"
		    "Y/R:X/V:C", 390 },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:L/UI:A/VC:H/VI:L/VA:N/SC:"
		    "H/SI:N/SA:N/MVI:L/MSC:H/RE:M", 560 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:H/UI:N/VC:L/VI:N/VA:L/SC:"
		    "L/SI:H/SA:N", 420 },
		{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:P/VC:N/VI:N/VA:N/SC:"
		    "N/SI:H/SA:H/CR:L/MAC:H/MPR:H/MVI:L/S:N/R:I/RE:X", 480 },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:L/UI:P/VC:H/VI:N/VA:H/SC:"
		    "H/SI:N/SA:N/E:P/CR:X/IR:M/AR:H/MAV:A/MAC:L/MAT:N/MPR"
		    ":N/MUI:P/MVC:X/MVI:N/MVA:H/MSC:L/MSI:H/MSA:N/S:P/AU:"
		    "X/R:A/V:D/RE:L", 700 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:N/VC:L/VI:N/VA:N/SC:"
		    "N/SI:H/SA:L/CR:H/MPR:X", 200 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:L/SC:"
		    "N/SI:N/SA:N/E:U/CR:X/IR:M/AR:H/MAV:X/MAC:H/MAT:N/MPR"
		    ":H/MUI:X/MVC:X/MVI:N/MVA:N/MSC:X/MSI:L/MSA:S/S:P/AU:"
		    "N/R:I/V:X/RE:M", 290 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:"
		    "L/SI:L/SA:N/E:A/AR:L/MPR:H/MUI:X/MVA:H/S"
		    ":P/V:X/RE:X", 170 },
		{ "CVSS:4.0/AV:P/AC:H/AT:N/PR:H/UI:P/VC:H/VI:L/VA:N/SC:"
		    "H/SI:N/SA:L", 570 },
		{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:N/VI:N/VA:H/SC:"
		    "N/SI:H/SA:N", 700 },
		{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:L/UI:A/VC:L/VI:H/VA:H/SC:"
		    "L/SI:N/SA:N", 460 },
		{ "CVSS:4.0/AV:A/AC:L/AT:N/PR:H/UI:A/VC:H/VI:L/VA:L/SC:"
		    "L/SI:N/SA:H/E:A/CR:H/IR:L/AR:H/MAV:X/MAC:X/MAT:P/MPR"
		    ":L/MUI:X/MVC:L/MVI:L/MVA:X/MSC:L/MSI:N/MSA:X/S:N/AU:"
		    "X/R:U/V:C/RE:L", 200 },
		{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:A/VC:N/VI:H/VA:N/SC:"
		    "L/SI:L/SA:H", 580 },
		{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:P/VC:H/VI:L/VA:H/SC:"
		    "L/SI:L/SA:L", 610 },
		{ "CVSS:4.0/AV:A/AC:L/AT:P/PR:H/UI:P/VC:N/VI:H/VA:H/SC:"
		    "H/SI:L/SA:H/AR:X", 600 },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:P/VC:L/VI:L/VA:N/SC:"
		    "H/SI:H/SA:N/E:X/CR:X/IR:L/AR:L/MAV:X/MAC:X/MAT:X/MPR"
		    ":X/MUI:N/MVC:N/MVI:N/MVA:N/MSC:X/MSI:X/MSA:L/S:X/AU:"
		    "X/R:I/V:C/RE:L", 640 },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:L/UI:P/VC:N/VI:H/VA:N/SC:"
		    "L/SI:N/SA:H/E:P/CR:L/AR:H/MAV:L/MAT:N/MPR:L/MVI:H/MS"
		    "C:H/MSI:N/MSA:H/S:N/AU:Y/R:X/V:C", 380 },
		{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:H/UI:N/VC:H/VI:H/VA:H/SC:"
		    "H/SI:N/SA:N/E:A/IR:H/AR:M/MAV:L/MAC:X/MVI:L/MSC:H/MS"
		    "A:L/S:X/AU:Y/RE:H", 690 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:"
		    "H/SI:H/SA:H/AR:H/MVC:H", 850 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:"
		    "N/SI:N/SA:N/E:A/IR:L/AR:M/MAV:P/MPR:H/MUI:A/MSA:L/AU"
		    ":N/RE:H", 100 },
		{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:N/SC:"
		    "L/SI:N/SA:L", 680 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:A/VC:L/VI:H/VA:H/SC:"
		    "N/SI:L/SA:L", 460 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:N/VC:N/VI:N/VA:H/SC:"
		    "N/SI:L/SA:L/MAV:N/S:P", 590 },
		{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:H/UI:N/VC:N/VI:N/VA:H/SC:"
		    "N/SI:H/SA:N", 680 },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:"
		    "H/SI:H/SA:H/MAC:X", 730 },
		{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:H/SC:"
		    "N/SI:H/SA:L", 570 },
		{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:P/VC:H/VI:N/VA:H/SC:"
		    "H/SI:H/SA:H/MSC:L", 710 },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:L/UI:P/VC:N/VI:L/VA:N/SC:"
		    "H/SI:N/SA:L/R:I", 420 },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:"
		    "N/SI:N/SA:N", 210 },
		{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:N/VC:L/VI:L/VA:H/SC:"
		    "H/SI:L/SA:H/MAV:P/MAC:X/MPR:N/MVC:L/MVI:N/MVA:H/MSA:"
		    "X/S:X/AU:N/V:X/RE:M", 590 },
		{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:L/UI:A/VC:H/VI:H/VA:N/SC:"
		    "N/SI:H/SA:H/IR:L/AR:L/MAC:L/MPR:H/MSC:N/MSA:S/S:N/R:"
		    "I/RE:X", 820 },
		{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:N/VC:H/VI:L/VA:L/SC:"
		    "N/SI:H/SA:N/E:A/AR:H/MAV:P/MAT:N/MPR:H/MUI:A/MVA:H/M"
		    "SA:H/AU:N/R:X", 700 },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:"
		    "L/SI:N/SA:H", 690 },
		{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:L/UI:P/VC:H/VI:N/VA:N/SC:"
		    "H/SI:N/SA:L/RE:X", 570 },
	};
	struct cvss c;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c.score = -1;
		if (cvss_parse(slice_of(cases[i].vector), &c, &e) != ERR_OK)
			printf("# %s\n", e.text);
		ok(c.score == cases[i].score, "%s is %d, found %d",
		    cases[i].vector, cases[i].score, c.score);
	}
}

/*
 * Every base vector, its score folded into x = 31 x + score.  The expected
 * numbers come from exact fractions (see the formulas of the guides), not from
 * this code.
 */
static uint32_t
fold(const char *prefix, const char *const names[], const char *const values[],
    size_t count)
{
	size_t at[8] = { 0 }, i;
	uint32_t x = 0;
	struct buf text = { 0 };
	struct cvss c;
	struct err e;

	for (;;) {
		buf_reset(&text);
		buf_text(&text, prefix);
		for (i = 0; i < count; i++)
			buf_printf(&text, "%s%s:%c", i > 0 ? "/" : "",
			    names[i], values[i][at[i]]);
		if (cvss_parse(buf_get(&text), &c, &e) != ERR_OK)
			c.score = -1;
		x = x * 31 + (uint32_t)c.score;
		for (i = count; i > 0 && values[i - 1][++at[i - 1]] == '\0';
		    i--)
			at[i - 1] = 0;
		if (i == 0)
			break;
	}
	buf_free(&text);
	return x;
}

static void
test_all(void)
{
	static const char *const n3[] = { "AV", "AC", "PR", "UI", "S", "C",
		"I", "A" };
	static const char *const v3[] = { "NALP", "LH", "NLH", "NR", "UC",
		"NLH", "NLH", "NLH" };
	static const char *const n2[] = { "AV", "AC", "Au", "C", "I", "A" };
	static const char *const v2[] = { "LAN", "HML", "MSN", "NPC", "NPC",
		"NPC" };

	ok(fold("CVSS:3.1/", n3, v3, 8) == 3514892144,
	    "all 2,592 base vectors of v3.1");
	ok(fold("CVSS:3.0/", n3, v3, 8) == 3514892144,
	    "all 2,592 base vectors of v3.0");
	ok(fold("", n2, v2, 6) == 3051633378, "all 729 base vectors of v2");
}

static void
test_refusals(void)
{
	static const char *const bad[] = { "", "CVSS:3.1/",
		"CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
		"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/XX:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:N//AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/"
		    "SI:H/SA:H"), "7.5" };
	struct cvss c;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(cvss_parse(slice_of(bad[i]), &c, &e) == ERR_INPUT,
		    "\"%s\" is refused", bad[i]);
	ok(cvss_parse(SLICE("CVSS:3.1/AV:N/AC:Q"), &c, &e) == ERR_INPUT &&
	    e.has_offset && e.offset == 14, "an error tells its offset");
}

static void
test_severities(void)
{
	static const struct {
		enum cvss_version version;
		int score;
		const char *name;
	} cases[] = {
		{ CVSS_31, 0, "none" }, { CVSS_31, 10, "low" },
		{ CVSS_31, 390, "low" }, { CVSS_31, 400, "medium" },
		{ CVSS_31, 690, "medium" }, { CVSS_30, 700, "high" },
		{ CVSS_40, 890, "high" }, { CVSS_40, 900, "critical" },
		{ CVSS_20, 0, "low" }, { CVSS_20, 1000, "high" },
	};
	struct cvss c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c.version = cases[i].version;
		c.score = cases[i].score;
		ok(strcmp(cvss_severity(&c), cases[i].name) == 0,
		    "%d in %d is %s", c.score, (int)c.version,
		    cases[i].name);
	}
}

static void
test_decimals(void)
{
	static const struct {
		const char *text;
		int want;	/* -1: refused */
	} cases[] = {
		{ "9.8", 980 }, { "10", 1000 }, { "10.0", 1000 },
		{ "0", 0 }, { "7.55", 755 }, { "7.555", 756 },
		{ "7.5549", 755 }, { "007", 700 }, { "", -1 }, { ".5", -1 },
		{ "5.", -1 }, { "10.01", -1 }, { "11", -1 }, { "-1", -1 },
		{ "1e1", -1 }, { "99999999999999999999", -1 }, { "9,8", -1 },
	};
	size_t i;
	int n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = -1;
		(void)cvss_decimal(slice_of(cases[i].text), &n);
		ok(n == cases[i].want, "the score \"%s\"", cases[i].text);
	}
}

int
main(void)
{
	test_scores();
	test_all();
	test_refusals();
	test_severities();
	test_decimals();
	return done();
}
