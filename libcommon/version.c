/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "version.h"

/*
 * Comparators walk both strings in step with cursors and keep no lists, so
 * that a comparison allocates nothing.  A cursor is a slice that shrinks from
 * the left.
 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_alpha(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static struct slice
skip(struct slice s, size_t n)
{
	return slice_cut(s, n, s.len);
}

/* The prefix of bytes that f accepts; *s moves behind it. */
static struct slice
take(struct slice *s, bool (*f)(char))
{
	struct slice run;
	size_t n = 0;

	while (n < s->len && f(s->data[n]))
		n++;
	run = slice_cut(*s, 0, n);
	*s = skip(*s, n);
	return run;
}

static bool
take_byte(struct slice *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	*s = skip(*s, 1);
	return true;
}

/* Up to c (or the end); *s moves behind c. */
static struct slice
take_until(struct slice *s, char c)
{
	size_t n = slice_find(*s, c);
	struct slice part = slice_cut(*s, 0, n);

	*s = skip(*s, n < s->len ? n + 1 : n);
	return part;
}

static bool
all_digits(struct slice s)
{
	return s.len > 0 && take(&s, is_digit).len > 0 && s.len == 0;
}

static struct slice
strip_zeros(struct slice s)
{
	while (s.len > 0 && s.data[0] == '0')
		s = skip(s, 1);
	return s;
}

/* Runs of digits of any length; an empty one is 0. */
static int
cmp_numbers(struct slice a, struct slice b)
{
	a = strip_zeros(a);
	b = strip_zeros(b);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return sign(slice_cmp(a, b));
}

static int
cmp_bytes(struct slice a, struct slice b)
{
	return sign(slice_cmp(a, b));
}

static int
cmp_fold(struct slice a, struct slice b)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)lower(a.data[i]);
		unsigned char y = (unsigned char)lower(b.data[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static bool
is_word(struct slice s, const char *word)
{
	return cmp_fold(s, slice_of(word)) == 0;
}

/* Index of s in words (NULL ends them), case folded; -1: not there. */
static int
word_index(struct slice s, const char *const *words)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (is_word(s, words[i]))
			return i;
	return -1;
}

/* --- semver and its relatives ------------------------------------------- */

/* Pre-release or build identifiers: numeric ones first, more are greater. */
static int
cmp_identifiers(struct slice a, struct slice b,
    int (*words)(struct slice, struct slice))
{
	struct slice x, y;
	bool dx, dy;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		dx = all_digits(x);
		dy = all_digits(y);
		if (dx != dy)
			return dx ? -1 : 1;
		c = dx ? cmp_numbers(x, y) : words(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

struct semver {
	struct slice core, pre, build;
	bool has_pre;
};

/*
 * Loose reading: blanks, "=" and "v" before it are skipped; a pre-release
 * begins at the first "-" or where the core stops being digits and dots.
 */
static struct semver
read_semver(struct slice s)
{
	struct semver v = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, false };
	size_t n;

	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '=' ||
	    s.data[0] == '\t'))
		s = skip(s, 1);
	if (s.len > 0 && (s.data[0] == 'v' || s.data[0] == 'V'))
		s = skip(s, 1);
	while (s.len > 0 && s.data[0] == ' ')
		s = skip(s, 1);
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	n = slice_find(s, '+');
	v.build = skip(s, n < s.len ? n + 1 : n);
	s = slice_cut(s, 0, n);
	for (n = 0; n < s.len && (is_digit(s.data[n]) || s.data[n] == '.'); n++)
		continue;
	v.core = slice_cut(s, 0, n);
	v.has_pre = n < s.len;
	if (n < s.len && s.data[n] == '-')
		n++;
	v.pre = skip(s, n);
	return v;
}

/* Dotted numbers; a missing one is 0. */
static int
cmp_dotted(struct slice a, struct slice b)
{
	int c;

	while (a.len > 0 || b.len > 0) {
		c = cmp_numbers(take_until(&a, '.'), take_until(&b, '.'));
		if (c != 0)
			return c;
	}
	return 0;
}

static int
cmp_semver_by(struct slice a, struct slice b, bool build,
    int (*words)(struct slice, struct slice))
{
	struct semver x = read_semver(a), y = read_semver(b);
	int c = cmp_dotted(x.core, y.core);

	if (c == 0 && x.has_pre != y.has_pre)
		c = x.has_pre ? -1 : 1;
	if (c == 0)
		c = cmp_identifiers(x.pre, y.pre, words);
	if (c == 0 && build)
		c = cmp_identifiers(x.build, y.build, words);
	return c;
}

static int
cmp_semver(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, false, cmp_bytes);
}

/* Dart orders build metadata too. */
static int
cmp_pub(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, true, cmp_bytes);
}

static int
cmp_nuget(struct slice a, struct slice b)
{
	return cmp_semver_by(a, b, false, cmp_fold);
}

/* Identifiers of semver's alphabet; numeric ones of a pre-release have no
 * leading zero. */
static bool
good_identifiers(struct slice s, bool pre)
{
	struct slice id;
	size_t i;
	bool more = true;

	while (more) {
		more = slice_find(s, '.') < s.len;
		id = take_until(&s, '.');
		if (id.len == 0)
			return false;
		for (i = 0; i < id.len; i++)
			if (!is_alpha(id.data[i]) && !is_digit(id.data[i]) &&
			    id.data[i] != '-')
				return false;
		if (pre && id.len > 1 && id.data[0] == '0' && all_digits(id))
			return false;
	}
	return true;
}

/* As golang.org/x/mod/semver, but the "v" may be missing, as in OSV data. */
static bool
good_golang(struct slice s)
{
	struct slice number, rest;
	size_t parts = 0, n;
	bool pre = false;

	if (s.len > 0 && s.data[0] == 'v')
		s = skip(s, 1);
	n = slice_find(s, '+');
	if (n < s.len) {
		if (!good_identifiers(skip(s, n + 1), false))
			return false;
		pre = true;
		s = slice_cut(s, 0, n);
	}
	n = slice_find(s, '-');
	if (n < s.len) {
		if (!good_identifiers(skip(s, n + 1), true))
			return false;
		pre = true;
		s = slice_cut(s, 0, n);
	}
	rest = s;
	do {
		number = take(&rest, is_digit);
		if (number.len == 0 ||
		    (number.len > 1 && number.data[0] == '0'))
			return false;
		parts++;
	} while (take_byte(&rest, '.'));
	return rest.len == 0 && (parts == 3 || (parts < 3 && !pre));
}

static int
cmp_golang(struct slice a, struct slice b)
{
	bool x = good_golang(a), y = good_golang(b);

	if (!x || !y)
		return (int)x - (int)y;
	return cmp_semver(a, b);
}

/* --- PEP 440 ------------------------------------------------------------ */

enum pep_phase { PEP_DEV, PEP_A, PEP_B, PEP_RC, PEP_FINAL };

struct pep440 {
	struct slice epoch, release, pre_number, post_number, dev_number;
	struct slice local;
	enum pep_phase phase;	/* PEP_DEV: a dev release and nothing else */
	bool has_post, has_dev, has_local;
};

static bool
take_word(struct slice *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len < n || cmp_fold(slice_cut(*s, 0, n), slice_of(word)) != 0)
		return false;
	*s = skip(*s, n);
	return true;
}

static void
take_pep_separator(struct slice *s)
{
	if (s->len > 0 && (s->data[0] == '.' || s->data[0] == '-' ||
	    s->data[0] == '_'))
		*s = skip(*s, 1);
}

/* separator word separator number; nothing is consumed if it is not there. */
static bool
take_pep_part(struct slice *s, const char *const *words, int *which,
    struct slice *number)
{
	struct slice t = *s, before;
	int i;

	take_pep_separator(&t);
	for (i = 0; words[i] != NULL && !take_word(&t, words[i]); i++)
		continue;
	if (words[i] == NULL)
		return false;
	*which = i;
	before = t;
	take_pep_separator(&t);
	*number = take(&t, is_digit);
	*s = number->len > 0 ? t : before;
	return true;
}

static bool
good_local(struct slice s)
{
	struct slice part;
	size_t i;
	bool separator = true;

	for (i = 0; i < s.len; i++) {
		part = slice_cut(s, i, i + 1);
		if (part.data[0] == '.' || part.data[0] == '-' ||
		    part.data[0] == '_') {
			if (separator)
				return false;
			separator = true;
		} else if (is_alpha(part.data[0]) || is_digit(part.data[0])) {
			separator = false;
		} else {
			return false;
		}
	}
	return !separator;
}

static bool
read_pep440(struct slice s, struct pep440 *v)
{
	/* Longer words first: "pre" is a prefix of "preview". */
	static const char *const pre[] = { "alpha", "a", "beta", "b",
		"preview", "pre", "rc", "c", NULL };
	static const enum pep_phase phase[] = { PEP_A, PEP_A, PEP_B, PEP_B,
		PEP_RC, PEP_RC, PEP_RC, PEP_RC };
	static const char *const post[] = { "post", "rev", "r", NULL };
	static const char *const dev[] = { "dev", NULL };
	struct slice t;
	size_t n;
	int which;

	memset(v, 0, sizeof(*v));
	while (s.len > 0 && strchr(" \t\n\r\f\v", s.data[0]) != NULL &&
	    s.data[0] != '\0')
		s = skip(s, 1);
	while (s.len > 0 && strchr(" \t\n\r\f\v", s.data[s.len - 1]) != NULL &&
	    s.data[s.len - 1] != '\0')
		s.len--;
	take_word(&s, "v");
	t = s;
	v->epoch = take(&t, is_digit);
	if (v->epoch.len > 0 && take_byte(&t, '!'))
		s = t;
	else
		v->epoch.len = 0;
	for (n = 0; n < s.len; n++)
		if (!is_digit(s.data[n]) && !(s.data[n] == '.' && n > 0 &&
		    n + 1 < s.len && is_digit(s.data[n + 1]) &&
		    is_digit(s.data[n - 1])))
			break;
	v->release = slice_cut(s, 0, n);
	s = skip(s, n);
	if (v->release.len == 0)
		return false;
	v->phase = PEP_FINAL;
	if (take_pep_part(&s, pre, &which, &v->pre_number))
		v->phase = phase[which];
	t = s;
	if (take_byte(&t, '-') && t.len > 0 && is_digit(t.data[0])) {
		v->has_post = true;
		v->post_number = take(&t, is_digit);
		s = t;
	} else {
		v->has_post = take_pep_part(&s, post, &which,
		    &v->post_number);
	}
	v->has_dev = take_pep_part(&s, dev, &which, &v->dev_number);
	if (v->has_dev && v->phase == PEP_FINAL && !v->has_post)
		v->phase = PEP_DEV;
	if (take_byte(&s, '+')) {
		v->has_local = true;
		v->local = s;
		return good_local(s);
	}
	return s.len == 0;
}

static struct slice
take_local_part(struct slice *s)
{
	struct slice part;
	size_t n = 0;

	while (n < s->len && s->data[n] != '.' && s->data[n] != '-' &&
	    s->data[n] != '_')
		n++;
	part = slice_cut(*s, 0, n);
	*s = skip(*s, n < s->len ? n + 1 : n);
	return part;
}

static int
cmp_local(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take_local_part(&a);
		y = take_local_part(&b);
		if (all_digits(x) != all_digits(y))
			return all_digits(x) ? 1 : -1;
		c = all_digits(x) ? cmp_numbers(x, y) : cmp_fold(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

/*
 * The order setuptools gave versions before PEP 440: digits above words,
 * "final" where a version ends, words that come before it are pre-releases.
 */
struct legacy {
	struct slice rest;
	bool ended;
};

static struct slice
next_legacy(struct legacy *l)
{
	static const struct slice final = { "*final", 6 };
	struct slice *s = &l->rest, part;
	size_t n;

	for (;;) {
		if (s->len == 0) {
			if (l->ended)
				return (struct slice){ NULL, 0 };
			l->ended = true;
			return final;
		}
		if (is_digit(s->data[0]))
			return take(s, is_digit);
		if (is_alpha(s->data[0])) {
			part = take(s, is_alpha);
			if (is_word(part, "pre") || is_word(part, "preview") ||
			    is_word(part, "rc"))
				return SLICE("*c");
			if (is_word(part, "dev"))
				return SLICE("*@");
			return part;
		}
		if (s->data[0] == '.') {
			*s = skip(*s, 1);
			continue;
		}
		if (s->data[0] == '-') {
			*s = skip(*s, 1);
			return SLICE("*final-");
		}
		for (n = 0; n < s->len && !is_digit(s->data[n]) &&
		    !is_alpha(s->data[n]) && s->data[n] != '.' &&
		    s->data[n] != '-'; n++)
			continue;
		part = slice_cut(*s, 0, n);
		*s = skip(*s, n);
		return part;
	}
}

static int
cmp_legacy(struct slice a, struct slice b)
{
	struct legacy x = { a, false }, y = { b, false };
	struct slice p, q;
	int c;

	do {
		p = next_legacy(&x);
		q = next_legacy(&y);
		if (p.len == 0 || q.len == 0)
			return (p.len > 0) - (q.len > 0);
		if (is_digit(p.data[0]) != is_digit(q.data[0]))
			return is_digit(p.data[0]) ? 1 : -1;
		if (is_digit(p.data[0])) {
			c = cmp_numbers(p, q);
		} else {
			if (p.data[0] == '*')
				p = skip(p, 1);
			if (q.data[0] == '*')
				q = skip(q, 1);
			c = cmp_fold(p, q);
		}
	} while (c == 0);
	return c;
}

static int
cmp_pypi(struct slice a, struct slice b)
{
	struct pep440 x, y;
	bool good_x = read_pep440(a, &x), good_y = read_pep440(b, &y);
	int c;

	if (!good_x || !good_y) {
		if (good_x != good_y)
			return good_x ? 1 : -1;
		return cmp_legacy(a, b);
	}
	c = cmp_numbers(x.epoch, y.epoch);
	if (c == 0)
		c = cmp_dotted(x.release, y.release);
	if (c == 0)
		c = (x.phase > y.phase) - (x.phase < y.phase);
	if (c == 0)
		c = cmp_numbers(x.pre_number, y.pre_number);
	if (c == 0 && x.has_post != y.has_post)
		c = x.has_post ? 1 : -1;
	if (c == 0)
		c = cmp_numbers(x.post_number, y.post_number);
	if (c == 0 && x.has_dev != y.has_dev)
		c = x.has_dev ? -1 : 1;
	if (c == 0)
		c = cmp_numbers(x.dev_number, y.dev_number);
	if (c == 0 && x.has_local != y.has_local)
		c = x.has_local ? 1 : -1;
	return c != 0 ? c : cmp_local(x.local, y.local);
}

/* --- Maven -------------------------------------------------------------- */

/*
 * A version is a sequence of tokens, each with the mark before it: ".", "-",
 * or a change between digits and letters, which is as "-".  Null tokens (0,
 * "", ga, final, release) before a "-" or at the end are dropped; the shorter
 * sequence is padded with them.
 */
struct maven_token {
	struct slice text;
	char mark;
	bool number;
	bool real;		/* false: behind the end */
};

struct maven {
	struct slice rest;
	char mark;		/* before the next token */
	bool begun;
	const char *kept;	/* nulls before this are known to count; it
				 * keeps long runs of them linear */
};

static bool
is_not_split(char c)
{
	return c != '.' && c != '-' && !is_digit(c);
}

static bool
is_null_word(struct slice s)
{
	return s.len == 0 || is_word(s, "ga") || is_word(s, "final") ||
	    is_word(s, "release");
}

static bool
is_null_token(const struct maven_token *t)
{
	return t->number ? strip_zeros(t->text).len == 0 :
	    is_null_word(t->text);
}

/* The next token as it stands. */
static bool
raw_maven(struct maven *m, struct maven_token *t)
{
	struct slice *s = &m->rest;

	if (m->begun && s->len == 0 && m->mark == '\0')
		return false;
	t->real = true;
	t->mark = m->begun ? m->mark : '-';
	if (!m->begun)
		t->mark = '.';
	m->begun = true;
	m->mark = '\0';
	t->number = s->len == 0 || is_digit(s->data[0]) ||
	    s->data[0] == '.' || s->data[0] == '-';
	t->text = t->number ? take(s, is_digit) : take(s, is_not_split);
	if (s->len == 0)
		return true;
	if (s->data[0] == '.' || s->data[0] == '-') {
		m->mark = s->data[0];
		*s = skip(*s, 1);
	} else {
		m->mark = '-';
		/* a, b and m stand for a word only before a digit */
		if (!t->number && t->text.len == 1) {
			if (is_word(t->text, "a"))
				t->text = SLICE("alpha");
			else if (is_word(t->text, "b"))
				t->text = SLICE("beta");
			else if (is_word(t->text, "m"))
				t->text = SLICE("milestone");
		}
	}
	return true;
}

/* The next token that counts: a null one only if something that is no null
 * follows before the next "-". */
static void
next_maven(struct maven *m, struct maven_token *t)
{
	struct maven ahead;
	struct maven_token u;

	for (;;) {
		if (!raw_maven(m, t)) {
			memset(t, 0, sizeof(*t));
			return;
		}
		if (!is_null_token(t) || m->rest.data < m->kept)
			return;
		ahead = *m;
		for (;;) {
			if (!raw_maven(&ahead, &u)) {
				*m = ahead;
				memset(t, 0, sizeof(*t));
				return;
			}
			if (u.mark == '-' && !is_null_token(&u))
				break;
			if (!is_null_token(&u)) {
				m->kept = ahead.rest.data;
				return;
			}
		}
		/* Nulls up to a "-" that says something: all are dropped. */
		for (;;) {
			ahead = *m;
			if (!raw_maven(&ahead, &u) || !is_null_token(&u))
				break;
			*m = ahead;
		}
	}
}

static int
maven_rank(const struct maven_token *t)
{
	if (!t->number)
		return 0;
	return t->mark == '-' ? 1 : 2;
}

static int
cmp_maven_words(struct slice a, struct slice b)
{
	static const char *const words[] = { "alpha", "beta", "milestone",
		"rc", "snapshot", "", "sp", NULL };
	int x, y;

	if (is_word(a, "cr"))
		a = SLICE("rc");
	if (is_word(b, "cr"))
		b = SLICE("rc");
	if (is_null_word(a))
		a.len = 0;
	if (is_null_word(b))
		b.len = 0;
	x = word_index(a, words);
	y = word_index(b, words);
	if (x < 0 && y < 0)
		return cmp_fold(a, b);
	if (x < 0 || y < 0)
		return x < 0 ? 1 : -1;
	return (x > y) - (x < y);
}

static int
cmp_maven(struct slice a, struct slice b)
{
	struct maven x = { a, '\0', false, a.data };
	struct maven y = { b, '\0', false, b.data };
	struct maven_token p, q;
	int c;

	for (;;) {
		next_maven(&x, &p);
		next_maven(&y, &q);
		if (!p.real && !q.real)
			return 0;
		/* Padding: 0 behind ".", "" behind "-". */
		if (!p.real) {
			p.mark = q.mark;
			p.number = q.number;
		} else if (!q.real) {
			q.mark = p.mark;
			q.number = p.number;
		}
		if (maven_rank(&p) != maven_rank(&q))
			return maven_rank(&p) < maven_rank(&q) ? -1 : 1;
		c = p.number ? cmp_numbers(p.text, q.text) :
		    cmp_maven_words(p.text, q.text);
		if (c != 0)
			return c;
	}
}

/* --- Debian, RPM, Arch -------------------------------------------------- */

/* Rank of a byte among non-digits: "~" below the end, letters above it, all
 * others above letters. */
static int
deb_rank(struct slice s)
{
	if (s.len == 0 || is_digit(s.data[0]))
		return 0;
	if (s.data[0] == '~')
		return -1;
	if (is_alpha(s.data[0]))
		return (unsigned char)s.data[0];
	return 256 + (unsigned char)s.data[0];
}

static int
cmp_deb_part(struct slice a, struct slice b)
{
	int x, y, c;

	while (a.len > 0 || b.len > 0) {
		for (;;) {
			x = deb_rank(a);
			y = deb_rank(b);
			if (x != y)
				return x < y ? -1 : 1;
			if (x == 0)
				break;
			a = skip(a, 1);
			b = skip(b, 1);
		}
		c = cmp_numbers(take(&a, is_digit), take(&b, is_digit));
		if (c != 0)
			return c;
	}
	return 0;
}

static struct slice
split_last(struct slice *s, char c)
{
	struct slice tail = { NULL, 0 };
	size_t i;

	for (i = s->len; i > 0; i--)
		if (s->data[i - 1] == c) {
			tail = skip(*s, i);
			s->len = i - 1;
			break;
		}
	return tail;
}

/* The part before the first ":", taken off. */
static struct slice
split_epoch(struct slice *s)
{
	struct slice epoch = { NULL, 0 };

	if (slice_find(*s, ':') < s->len)
		epoch = take_until(s, ':');
	return epoch;
}

static int
cmp_deb(struct slice a, struct slice b)
{
	struct slice ra, rb;
	int c = cmp_deb_part(split_epoch(&a), split_epoch(&b));

	if (c != 0)
		return c;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_deb_part(a, b);
	return c != 0 ? c : cmp_deb_part(ra, rb);
}

static bool
is_rpm_separator(char c)
{
	return !is_alpha(c) && !is_digit(c) && c != '~' && c != '^';
}

static int
cmp_rpm_part(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	for (;;) {
		take(&a, is_rpm_separator);
		take(&b, is_rpm_separator);
		x = slice_cut(a, 0, 1);
		y = slice_cut(b, 0, 1);
		if (slice_is(x, "~") || slice_is(y, "~")) {
			if (!slice_eq(x, y))
				return slice_is(x, "~") ? -1 : 1;
			a = skip(a, 1);
			b = skip(b, 1);
			continue;
		}
		if (slice_is(x, "^") || slice_is(y, "^")) {
			/* above the end, below any further segment */
			if (x.len == 0)
				return -1;
			if (y.len == 0)
				return 1;
			if (!slice_eq(x, y))
				return slice_is(x, "^") ? -1 : 1;
			a = skip(a, 1);
			b = skip(b, 1);
			continue;
		}
		if (x.len == 0 || y.len == 0)
			return (int)x.len - (int)y.len;
		if (is_digit(x.data[0]) != is_digit(y.data[0]))
			return is_digit(x.data[0]) ? 1 : -1;
		c = is_digit(x.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_bytes(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
}

static int
cmp_rpm(struct slice a, struct slice b)
{
	struct slice x = split_epoch(&a), y = split_epoch(&b), ra, rb;
	size_t alen, blen;
	int c;

	c = cmp_rpm_part(strip_zeros(x), strip_zeros(y));
	if (c != 0)
		return c;
	alen = a.len;
	blen = b.len;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_rpm_part(a, b);
	if (c != 0)
		return c;
	if ((a.len == alen) != (b.len == blen))
		return a.len == alen ? -1 : 1;
	return cmp_rpm_part(ra, rb);
}

static bool
is_not_alnum(char c)
{
	return !is_alpha(c) && !is_digit(c);
}

/* pacman's: separators count by their length, and letters that remain make
 * a version older. */
static int
cmp_alpm_part(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take(&a, is_not_alnum);
		y = take(&b, is_not_alnum);
		if (a.len == 0 || b.len == 0)
			break;
		if (x.len != y.len)
			return x.len < y.len ? -1 : 1;
		if (is_digit(a.data[0]) != is_digit(b.data[0]))
			return is_digit(a.data[0]) ? 1 : -1;
		c = is_digit(a.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_bytes(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
	if (a.len == 0 && b.len == 0)
		return 0;
	if (a.len == 0)
		return is_alpha(b.data[0]) ? 1 : -1;
	return is_alpha(a.data[0]) ? -1 : 1;
}

/* An epoch is digits alone; any other ":" is a part of the version. */
static struct slice
split_alpm_epoch(struct slice *s)
{
	struct slice t = *s, epoch = take(&t, is_digit);

	if (!take_byte(&t, ':'))
		return (struct slice){ NULL, 0 };
	*s = t;
	return epoch;
}

static int
cmp_alpm(struct slice a, struct slice b)
{
	struct slice ra, rb;
	int c = cmp_numbers(split_alpm_epoch(&a), split_alpm_epoch(&b));

	if (c != 0)
		return c;
	ra = split_last(&a, '-');
	rb = split_last(&b, '-');
	c = cmp_alpm_part(a, b);
	if (c != 0 || ra.data == NULL || rb.data == NULL)
		return c;
	return cmp_alpm_part(ra, rb);
}

/* --- Alpine, Gentoo ----------------------------------------------------- */

/* number{.number}{letter}{_suffix{number}}{~hash}{-rN} */
struct apk {
	struct slice numbers, letter_number, suffixes, hash, revision;
	char letter;
	bool has_revision;
	bool bad;		/* something that does not belong there */
};

static const char *const apk_suffixes[] = { "alpha", "beta", "pre", "rc",
	"", "cvs", "svn", "git", "hg", "p", NULL };
static const char *const gentoo_suffixes[] = { "alpha", "beta", "pre", "rc",
	"", "p", NULL };

static bool
is_hash(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static int
suffix_rank(struct slice name, const char *const *names)
{
	return name.len == 0 ? -1 : word_index(name, names);
}

static void
read_apk(struct slice s, const char *const *names, struct apk *v)
{
	struct slice t;
	size_t n;

	memset(v, 0, sizeof(*v));
	for (n = 0; n < s.len && (is_digit(s.data[n]) || s.data[n] == '.'); n++)
		continue;
	v->numbers = slice_cut(s, 0, n);
	s = skip(s, n);
	if (n == 0)
		v->bad = true;
	while (v->numbers.len > 0 &&
	    v->numbers.data[v->numbers.len - 1] == '.') {
		v->numbers.len--;
		v->bad = true;
	}
	if (s.len > 0 && is_lower(s.data[0])) {
		v->letter = s.data[0];
		s = skip(s, 1);
		v->letter_number = take(&s, is_digit);
	}
	t = s;
	while (take_byte(&t, '_') &&
	    suffix_rank(take(&t, is_lower), names) >= 0) {
		take(&t, is_digit);
		v->suffixes = (struct slice){ s.data,
		    (size_t)(t.data - s.data) };
	}
	s = skip(s, v->suffixes.len);
	t = s;
	if (take_byte(&t, '~')) {
		v->hash = take(&t, is_hash);
		if (v->hash.len > 0)
			s = t;
	}
	t = s;
	if (take_byte(&t, '-') && take_byte(&t, 'r') &&
	    (t.len == 0 || is_digit(t.data[0]))) {
		v->has_revision = true;
		v->revision = take(&t, is_digit);
		s = t;
	}
	if (s.len > 0)
		v->bad = true;
}

static int
cmp_suffixes(struct slice a, struct slice b, const char *const *names)
{
	int end = word_index(SLICE(""), names), x, y, c;

	while (a.len > 0 || b.len > 0) {
		x = take_byte(&a, '_') ?
		    word_index(take(&a, is_lower), names) : end;
		y = take_byte(&b, '_') ?
		    word_index(take(&b, is_lower), names) : end;
		if (x != y)
			return x < y ? -1 : 1;
		c = cmp_numbers(take(&a, is_digit), take(&b, is_digit));
		if (c != 0)
			return c;
	}
	return 0;
}

static struct slice
strip_tail_zeros(struct slice s)
{
	while (s.len > 0 && s.data[s.len - 1] == '0')
		s.len--;
	return s;
}

/* The first as a number; later ones with a leading zero as fractions. */
static int
cmp_components(struct slice a, struct slice b, bool fraction)
{
	struct slice x, y;
	bool first = true;
	int c;

	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		if (!first && ((x.len > 0 && x.data[0] == '0') ||
		    (y.len > 0 && y.data[0] == '0')))
			c = fraction ? cmp_bytes(strip_tail_zeros(x),
			    strip_tail_zeros(y)) : cmp_bytes(x, y);
		else
			c = cmp_numbers(x, y);
		if (c != 0)
			return c;
		first = false;
	}
	return (a.len > 0) - (b.len > 0);
}

static int
cmp_apk_by(struct slice a, struct slice b, const char *const *names,
    bool gentoo)
{
	struct apk x, y;
	int c;

	read_apk(a, names, &x);
	read_apk(b, names, &y);
	c = cmp_components(x.numbers, y.numbers, gentoo);
	if (c == 0)
		c = (x.letter > y.letter) - (x.letter < y.letter);
	if (c == 0)
		c = cmp_numbers(x.letter_number, y.letter_number);
	if (c == 0)
		c = cmp_suffixes(x.suffixes, y.suffixes, names);
	if (c == 0 && (x.bad || y.bad))
		return (int)y.bad - (int)x.bad;
	if (c == 0)
		c = cmp_bytes(x.hash, y.hash);
	if (c == 0 && !gentoo && x.has_revision != y.has_revision)
		c = x.has_revision ? 1 : -1;
	return c != 0 ? c : cmp_numbers(x.revision, y.revision);
}

static int
cmp_apk(struct slice a, struct slice b)
{
	return cmp_apk_by(a, b, apk_suffixes, false);
}

static int
cmp_gentoo(struct slice a, struct slice b)
{
	return cmp_apk_by(a, b, gentoo_suffixes, true);
}

/* --- gem ---------------------------------------------------------------- */

/*
 * Segments are runs of digits or of letters; "-" is ".pre.".  Zeros before
 * the first word and at the end are dropped.
 */
struct gem {
	struct slice rest;
	bool pre;		/* a "-" was passed: ".pre." comes next */
	bool word;		/* a word was passed */
	const char *kept;	/* zeros before this are known to count */
};

static bool
raw_gem(struct gem *g, struct slice *segment)
{
	struct slice *s = &g->rest;

	while (s->len > 0 && !g->pre && is_not_alnum(s->data[0])) {
		g->pre = s->data[0] == '-';
		*s = skip(*s, 1);
	}
	if (g->pre) {
		g->pre = false;
		*segment = SLICE("pre");
		return true;
	}
	if (s->len == 0)
		return false;
	*segment = is_digit(s->data[0]) ? take(s, is_digit) :
	    take(s, is_alpha);
	return true;
}

/* Zeros that only other zeros follow up to the end or (before the first
 * word) up to a word are no segments. */
static bool
next_gem(struct gem *g, struct slice *segment)
{
	struct gem ahead;
	struct slice next;
	bool more;

	while (raw_gem(g, segment)) {
		if (!is_digit(segment->data[0])) {
			g->word = true;
			return true;
		}
		if (strip_zeros(*segment).len > 0 || g->rest.data < g->kept)
			return true;
		ahead = *g;
		while ((more = raw_gem(&ahead, &next)) &&
		    is_digit(next.data[0]) && strip_zeros(next).len == 0)
			continue;
		if (!more)
			return false;
		if (is_digit(next.data[0]) || g->word) {
			g->kept = ahead.rest.data;
			return true;
		}
		/* A word follows: all zeros before it go. */
		while (ahead = *g, raw_gem(&ahead, &next) &&
		    is_digit(next.data[0]))
			*g = ahead;
	}
	return false;
}

static int
cmp_gem(struct slice a, struct slice b)
{
	struct gem x = { a, false, false, a.data };
	struct gem y = { b, false, false, b.data };
	struct slice p, q;
	bool more_x, more_y, dx, dy;
	int c;

	for (;;) {
		more_x = next_gem(&x, &p);
		more_y = next_gem(&y, &q);
		if (!more_x && !more_y)
			return 0;
		if (!more_x)
			return is_digit(q.data[0]) ? -1 : 1;
		if (!more_y)
			return is_digit(p.data[0]) ? 1 : -1;
		dx = is_digit(p.data[0]);
		dy = is_digit(q.data[0]);
		if (dx != dy)
			return dx ? 1 : -1;
		c = dx ? cmp_numbers(p, q) : cmp_bytes(p, q);
		if (c != 0)
			return c;
	}
}

/* --- Composer ----------------------------------------------------------- */

static bool
is_php_word(char c)
{
	return !is_digit(c) && c != '.' && c != '-' && c != '_' && c != '+';
}

static bool
is_php_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '+';
}

static struct slice
next_php(struct slice *s)
{
	take(s, is_php_separator);
	return s->len > 0 && is_digit(s->data[0]) ? take(s, is_digit) :
	    take(s, is_php_word);
}

/* PHP's version_compare: other words < dev < alpha < beta < rc < a number or
 * "#" < pl. */
static int
php_rank(struct slice s)
{
	static const char *const words[] = { "dev", "alpha", "a", "beta", "b",
		"rc", "#", "pl", "p", NULL };
	static const int rank[] = { 1, 2, 2, 3, 3, 4, 5, 6, 6 };
	int i;

	if (is_digit(s.data[0]))
		return 5;
	i = word_index(s, words);
	return i < 0 ? 0 : rank[i];
}

static int
cmp_composer(struct slice a, struct slice b)
{
	struct slice p, q;
	int c;

	if (a.len > 1 && lower(a.data[0]) == 'v' && is_digit(a.data[1]))
		a = skip(a, 1);
	if (b.len > 1 && lower(b.data[0]) == 'v' && is_digit(b.data[1]))
		b = skip(b, 1);
	for (;;) {
		p = next_php(&a);
		q = next_php(&b);
		if (p.len == 0 && q.len == 0)
			return 0;
		if (p.len == 0 || q.len == 0) {
			/* A number more is greater; a word is held against
			 * "#". */
			c = p.len > 0 ? 1 : -1;
			if (is_digit((p.len > 0 ? p : q).data[0]))
				return c;
			c *= sign(php_rank(p.len > 0 ? p : q) - 5);
		} else if (is_digit(p.data[0]) && is_digit(q.data[0])) {
			c = cmp_numbers(p, q);
		} else {
			c = sign(php_rank(p) - php_rank(q));
		}
		if (c != 0)
			return c;
	}
}

/* --- lists of numbers --------------------------------------------------- */

/* Numbers with a mark between them; more of them are greater. */
static int
cmp_list(struct slice a, struct slice b, bool dash)
{
	struct slice x, y;
	size_t i;
	int c;

	while (a.len > 0 && b.len > 0) {
		for (i = 0; i < a.len && a.data[i] != '.' &&
		    !(dash && a.data[i] == '-'); i++)
			continue;
		x = slice_cut(a, 0, i);
		a = skip(a, i < a.len ? i + 1 : i);
		for (i = 0; i < b.len && b.data[i] != '.' &&
		    !(dash && b.data[i] == '-'); i++)
			continue;
		y = slice_cut(b, 0, i);
		b = skip(b, i < b.len ? i + 1 : i);
		if (all_digits(x) && all_digits(y))
			c = cmp_numbers(x, y);
		else if (all_digits(x) != all_digits(y))
			c = all_digits(x) ? 1 : -1;
		else
			c = cmp_bytes(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

static int
cmp_hackage(struct slice a, struct slice b)
{
	return cmp_list(a, b, false);
}

static int
cmp_cran(struct slice a, struct slice b)
{
	return cmp_list(a, b, true);
}

/* Dotted integers; what follows them does not count. */
static int
cmp_intdot(struct slice a, struct slice b)
{
	size_t i, j;

	for (i = 0; i < a.len && (is_digit(a.data[i]) || a.data[i] == '.'); i++)
		continue;
	for (j = 0; j < b.len && (is_digit(b.data[j]) || b.data[j] == '.'); j++)
		continue;
	return cmp_dotted(slice_cut(a, 0, i), slice_cut(b, 0, j));
}

/* --- Conan -------------------------------------------------------------- */

/* Items between dots without the zeros at the end. */
static struct slice
conan_trim(struct slice s)
{
	size_t n;

	for (;;) {
		for (n = s.len; n > 0 && s.data[n - 1] == '0'; n--)
			continue;
		if (n == s.len || n == 0 || s.data[n - 1] != '.')
			return s;
		s.len = n - 1;
	}
}

static int
cmp_conan_items(struct slice a, struct slice b)
{
	struct slice x, y;
	int c;

	a = conan_trim(a);
	b = conan_trim(b);
	while (a.len > 0 && b.len > 0) {
		x = take_until(&a, '.');
		y = take_until(&b, '.');
		c = all_digits(x) && all_digits(y) ? cmp_numbers(x, y) :
		    cmp_bytes(x, y);
		if (c != 0)
			return c;
	}
	return (a.len > 0) - (b.len > 0);
}

static int
cmp_conan(struct slice a, struct slice b)
{
	struct slice ba = { NULL, 0 }, bb = { NULL, 0 }, pa, pb;
	bool has_a, has_b;
	int c;

	ba = split_last(&a, '+');
	bb = split_last(&b, '+');
	has_a = slice_find(a, '-') < a.len;
	has_b = slice_find(b, '-') < b.len;
	pa = a;
	pb = b;
	c = cmp_conan_items(take_until(&pa, '-'), take_until(&pb, '-'));
	if (c == 0 && has_a != has_b)
		c = has_a ? -1 : 1;
	if (c == 0)
		c = cmp_conan_items(pa, pb);
	if (c == 0 && (ba.data != NULL) != (bb.data != NULL))
		c = ba.data != NULL ? 1 : -1;
	return c != 0 ? c : cmp_conan_items(ba, bb);
}

/* --- OpenSSL, times, bytes ---------------------------------------------- */

/* Segments of digits or of letters; digits above letters, letters below the
 * end ("1.0rc1" < "1.0"), separators equal. */
static int
cmp_generic(struct slice a, struct slice b)
{
	int c;

	for (;;) {
		take(&a, is_not_alnum);
		take(&b, is_not_alnum);
		if (a.len == 0 || b.len == 0)
			break;
		if (is_digit(a.data[0]) != is_digit(b.data[0]))
			return is_digit(a.data[0]) ? 1 : -1;
		c = is_digit(a.data[0]) ?
		    cmp_numbers(take(&a, is_digit), take(&b, is_digit)) :
		    cmp_fold(take(&a, is_alpha), take(&b, is_alpha));
		if (c != 0)
			return c;
	}
	if (a.len == 0 && b.len == 0)
		return 0;
	if (a.len == 0)
		return is_digit(b.data[0]) ? -1 : 1;
	return is_digit(a.data[0]) ? 1 : -1;
}

/* 1.0.2zh: numbers, letters, then perhaps "-beta1", which comes before. */
static int
cmp_openssl(struct slice a, struct slice b)
{
	struct slice pa = { NULL, 0 }, pb = { NULL, 0 }, na, nb;
	bool has_a = slice_find(a, '-') < a.len;
	bool has_b = slice_find(b, '-') < b.len;
	size_t n;
	int c;

	pa = a;
	a = take_until(&pa, '-');
	pb = b;
	b = take_until(&pb, '-');
	for (n = a.len; n > 0 && is_alpha(a.data[n - 1]); n--)
		continue;
	na = slice_cut(a, 0, n);
	a = skip(a, n);
	for (n = b.len; n > 0 && is_alpha(b.data[n - 1]); n--)
		continue;
	nb = slice_cut(b, 0, n);
	b = skip(b, n);
	c = cmp_dotted(na, nb);
	if (c == 0)
		c = cmp_fold(a, b);
	if (c == 0 && has_a != has_b)
		c = has_a ? -1 : 1;
	return c != 0 ? c : cmp_generic(pa, pb);
}

struct instant {
	int64_t minute;		/* since 0000-03-01 */
	struct slice seconds, fraction;
};

static bool
take_fixed(struct slice *s, size_t digits, int *out)
{
	size_t i;

	*out = 0;
	if (s->len < digits)
		return false;
	for (i = 0; i < digits; i++) {
		if (!is_digit(s->data[i]))
			return false;
		*out = *out * 10 + (s->data[i] - '0');
	}
	*s = skip(*s, digits);
	return true;
}

/* RFC 3339, with a bare date as its midnight in UTC. */
static bool
read_instant(struct slice s, struct instant *t)
{
	int year, month, day, hour = 0, minute = 0, second, zh, zm;
	int direction;

	memset(t, 0, sizeof(*t));
	if (!take_fixed(&s, 4, &year) || !take_byte(&s, '-') ||
	    !take_fixed(&s, 2, &month) || !take_byte(&s, '-') ||
	    !take_fixed(&s, 2, &day) || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	if (month <= 2) {
		year--;
		month += 12;
	}
	t->minute = 365 * (int64_t)year + year / 4 - year / 100 + year / 400 +
	    (153 * (month - 3) + 2) / 5 + day;
	t->minute *= 24 * 60;
	if (s.len == 0)
		return true;
	if (lower(s.data[0]) != 't' && s.data[0] != ' ')
		return false;
	s = skip(s, 1);
	if (!take_fixed(&s, 2, &hour) || !take_byte(&s, ':') ||
	    !take_fixed(&s, 2, &minute) || !take_byte(&s, ':'))
		return false;
	t->seconds = slice_cut(s, 0, 2);
	if (!take_fixed(&s, 2, &second))
		return false;
	if (take_byte(&s, '.'))
		t->fraction = strip_tail_zeros(take(&s, is_digit));
	t->minute += hour * 60 + minute;
	if (s.len == 1 && lower(s.data[0]) == 'z')
		return true;
	if (s.len == 0 || (s.data[0] != '+' && s.data[0] != '-'))
		return false;
	direction = s.data[0] == '+' ? -1 : 1;
	s = skip(s, 1);
	if (!take_fixed(&s, 2, &zh) || !take_byte(&s, ':') ||
	    !take_fixed(&s, 2, &zm) || s.len > 0)
		return false;
	t->minute += direction * (zh * 60 + zm);
	return true;
}

static int
cmp_datetime(struct slice a, struct slice b)
{
	struct instant x, y;
	bool good_x = read_instant(a, &x), good_y = read_instant(b, &y);
	int c;

	if (!good_x || !good_y)
		return good_x != good_y ? (int)good_x - (int)good_y :
		    cmp_bytes(a, b);
	if (x.minute != y.minute)
		return x.minute < y.minute ? -1 : 1;
	c = cmp_numbers(x.seconds, y.seconds);
	return c != 0 ? c : cmp_bytes(x.fraction, y.fraction);
}

/* --- the table ---------------------------------------------------------- */

struct version_scheme {
	const char *name;
	int (*cmp)(struct slice, struct slice);
};

static const struct version_scheme schemes[] = {
	{ "alpm", cmp_alpm }, { "apk", cmp_apk }, { "composer", cmp_composer },
	{ "conan", cmp_conan }, { "cran", cmp_cran },
	{ "datetime", cmp_datetime }, { "deb", cmp_deb }, { "gem", cmp_gem },
	{ "generic", cmp_generic }, { "gentoo", cmp_gentoo },
	{ "golang", cmp_golang }, { "hackage", cmp_hackage },
	{ "intdot", cmp_intdot }, { "lexicographic", cmp_bytes },
	{ "maven", cmp_maven }, { "npm", cmp_semver }, { "nuget", cmp_nuget },
	{ "openssl", cmp_openssl }, { "pub", cmp_pub }, { "pypi", cmp_pypi },
	{ "rpm", cmp_rpm }, { "semver", cmp_semver },
};

/* What else a scheme is called: purl types and ecosystems of OSV. */
static const struct {
	const char *name, *scheme;
} names[] = {
	{ "alpine", "apk" }, { "alpm", "alpm" }, { "apk", "apk" },
	{ "arch", "alpm" }, { "bazel", "semver" }, { "bitnami", "semver" },
	{ "cargo", "semver" }, { "chrome-extension", "intdot" },
	{ "cocoapods", "gem" },
	{ "composer", "composer" }, { "conan", "conan" }, { "conda", "pypi" },
	{ "cran", "cran" }, { "datetime", "datetime" }, { "deb", "deb" },
	{ "debian", "deb" }, { "ebuild", "gentoo" }, { "gem", "gem" },
	{ "generic", "generic" }, { "gentoo", "gentoo" },
	{ "github", "semver" }, { "githubactions", "semver" },
	{ "golang", "golang" }, { "hackage", "hackage" }, { "hex", "semver" },
	{ "intdot", "intdot" }, { "julia", "semver" },
	{ "lexicographic", "lexicographic" }, { "luarocks", "generic" },
	{ "maven", "maven" }, { "nginx", "intdot" }, { "npm", "npm" },
	{ "nuget", "nuget" }, { "opam", "deb" }, { "openssl", "openssl" },
	{ "otp", "intdot" }, { "packagist", "composer" }, { "pub", "pub" },
	{ "pypi", "pypi" }, { "redhat", "rpm" }, { "rpm", "rpm" },
	{ "rubygems", "gem" }, { "semver", "semver" }, { "swift", "semver" },
	{ "vcpkg", "generic" }, { "vscode-extension", "semver" },
};

const char *
version_name(size_t i)
{
	return i < sizeof(names) / sizeof(names[0]) ? names[i].name : NULL;
}

const struct version_scheme *
version_scheme(struct slice name)
{
	size_t i, j;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!is_word(name, names[i].name))
			continue;
		for (j = 0; j < sizeof(schemes) / sizeof(schemes[0]); j++)
			if (strcmp(names[i].scheme, schemes[j].name) == 0)
				return &schemes[j];
	}
	return NULL;
}

const char *
version_scheme_name(const struct version_scheme *s)
{
	return s->name;
}

int
version_cmp(const struct version_scheme *s, struct slice a, struct slice b)
{
	return s == NULL ? cmp_bytes(a, b) : s->cmp(a, b);
}
