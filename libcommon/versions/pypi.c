/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pypi - PEP 440, and what came before it (layer 1).
 */
#include "order.h"

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

int
version_cmp_pypi(struct slice a, struct slice b)
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
