/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maven - the version order of the Maven POM reference (layer 1).
 */
#include "order.h"

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

int
version_cmp_maven(struct slice a, struct slice b)
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
