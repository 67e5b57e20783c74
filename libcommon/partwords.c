/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "ascii.h"
#include "cvss.h"
#include "nfc.h"
#include "part.h"
#include "timefmt.h"

/* Equal but for the case of ASCII letters. */
static bool
same_word(struct slice s, const char *word)
{
	size_t n = strlen(word);

	if (s.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (to_lower(s.data[i]) != word[i])
			return false;
	return true;
}

static const char *const severity_names[] = {
	"unknown", "none", "negligible", "low", "medium", "high", "critical"
};

enum severity
part_severity(struct slice word)
{
	for (int i = SEVERITY_NONE; i <= SEVERITY_CRITICAL; i++)
		if (same_word(word, severity_names[i]))
			return (enum severity)i;
	if (same_word(word, "info") || same_word(word, "informational"))
		return SEVERITY_NEGLIGIBLE;
	if (same_word(word, "moderate"))
		return SEVERITY_MEDIUM;
	if (same_word(word, "important"))
		return SEVERITY_HIGH;
	return SEVERITY_UNKNOWN;
}

const char *
part_severity_name(enum severity s)
{
	return severity_names[s];
}

enum severity
part_severity_of(int cvss)
{
	if (cvss < 0)
		return SEVERITY_UNKNOWN;
	if (cvss == 0)
		return SEVERITY_NONE;
	if (cvss < 400)
		return SEVERITY_LOW;
	if (cvss < 700)
		return SEVERITY_MEDIUM;
	return cvss < 900 ? SEVERITY_HIGH : SEVERITY_CRITICAL;
}

const char *
part_fix_name(enum fix_state s)
{
	static const char *const names[] = {
		"unknown", "not_fixed", "end_of_life", "wont_fix", "deferred",
		"fixed"
	};

	return names[s];
}

static const char *const status_names[] = {
	"affected", "under_investigation", "fixed", "not_affected"
};

const char *
part_status_name(enum vex_status s)
{
	return status_names[s];
}

bool
part_status(struct slice word, enum vex_status *out)
{
	for (int i = VEX_AFFECTED; i <= VEX_NOT_AFFECTED; i++)
		if (slice_is(word, status_names[i])) {
			*out = (enum vex_status)i;
			return true;
		}
	return false;
}

bool
part_justification(struct slice word)
{
	static const char *const words[] = {
		"component_not_present", "vulnerable_code_not_present",
		"vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary",
		"inline_mitigations_already_exist"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is(word, words[i]))
			return true;
	return false;
}

int
part_score(struct slice decimal)
{
	int hundredths;

	return cvss_decimal(decimal, &hundredths) ? hundredths : -1;
}

struct slice
part_kept(struct part *p, struct slice text)
{
	if (text.len == 0)
		return (struct slice){ NULL, 0 };
	return nfc_text(p->a, arena_slice(p->a, text));
}

void
part_cvss(struct part *p, struct slice vector, int stated, int *cvss,
    struct slice *kept)
{
	struct cvss computed;

	/* What the vector says counts, not the number beside it. */
	if (vector.len > 0 && cvss_parse(vector, &computed, NULL) == ERR_OK)
		stated = computed.score;
	else
		vector = (struct slice){ NULL, 0 };
	/* At one score the newer version, which is the greater text. */
	if (stated < 0 || stated < *cvss || (stated == *cvss &&
	    slice_cmp(vector, *kept) <= 0))
		return;
	*cvss = stated;
	*kept = arena_slice(p->a, vector);
}

struct slice
part_time(struct part *p, struct slice text)
{
	char out[TIMEFMT_LEN + 1], fraction[16];
	struct instant t;
	int n;

	if (text.len == 0 || !timefmt_rfc3339(text, &t))
		return (struct slice){ NULL, 0 };
	timefmt_write(t.sec, out);
	if (t.nsec == 0)
		return arena_slice(p->a, slice_of(out));
	n = snprintf(fraction, sizeof(fraction), "%09d", (int)t.nsec);
	while (fraction[n - 1] == '0')
		n--;
	return slice_of(arena_printf(p->a, "%.*s.%.*sZ", TIMEFMT_LEN - 1, out,
	    n, fraction));
}

/* in-toto's names, and behind them what is left of each in any spelling. */
static const char *const hash_names[][2] = {
	{ "adler32", "adler32" }, { "blake2b256", "blake2b256" },
	{ "blake2b384", "blake2b384" }, { "blake2b512", "blake2b512" },
	{ "blake3", "blake3" }, { "gitCommit", "gitcommit" },
	{ "md2", "md2" }, { "md4", "md4" }, { "md5", "md5" }, { "md6", "md6" },
	{ "sha1", "sha1" }, { "sha224", "sha224" }, { "sha256", "sha256" },
	{ "sha384", "sha384" }, { "sha3_224", "sha3224" },
	{ "sha3_256", "sha3256" }, { "sha3_384", "sha3384" },
	{ "sha3_512", "sha3512" }, { "sha512", "sha512" },
	{ "streebog256", "streebog256" }, { "streebog512", "streebog512" }
};

struct slice
part_hash_name(struct slice algorithm)
{
	enum { LONGEST = 16 };
	char out[LONGEST];
	size_t n = 0;

	for (size_t i = 0; i < algorithm.len; i++) {
		char c = algorithm.data[i];

		if (c == '-' || c == '_' || c == '/')
			continue;
		if (n == LONGEST)
			break;
		out[n++] = to_lower(c);
	}
	for (size_t i = 0; i < sizeof(hash_names) / sizeof(hash_names[0]); i++)
		if (slice_is((struct slice){ out, n }, hash_names[i][1]))
			return slice_of(hash_names[i][0]);
	return (struct slice){ NULL, 0 };
}
