/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "epoch.h"
#include "timefmt.h"

enum {
	DAY_LEN = 10,		/* YYYY-MM-DD */
	WEEK_LEN = 8		/* YYYY-Www */
};

static bool
all_digits(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return s.len > 0;
}

/* A time, or a day at its midnight. */
static bool
read_time(struct slice s, struct instant *out)
{
	char text[TIMEFMT_LEN + 1] = "YYYY-MM-DDT00:00:00Z";

	if (s.len != DAY_LEN)
		return timefmt_rfc3339(s, out);
	memcpy(text, s.data, DAY_LEN);
	return timefmt_rfc3339(slice_of(text), out);
}

static bool
read_week(struct slice s, int64_t *sec)
{
	struct slice y = slice_cut(s, 0, 4), w = slice_cut(s, 6, WEEK_LEN);
	int64_t year = 0, week = 0, monday;

	if (s.len != WEEK_LEN || s.data[4] != '-' || s.data[5] != 'W' ||
	    !all_digits(y) || !all_digits(w))
		return false;
	for (size_t i = 0; i < y.len; i++)
		year = year * 10 + (y.data[i] - '0');
	for (size_t i = 0; i < w.len; i++)
		week = week * 10 + (w.data[i] - '0');
	if (week < 1 || week > 53 || year < 1)
		return false;
	/* The fourth of January is in week 1; 1970-01-01 was a Thursday. */
	monday = timefmt_days(year, 1, 4);
	monday -= ((monday + 3) % 7 + 7) % 7;
	*sec = (monday + (week - 1) * 7) * TIMEFMT_DAY;
	return true;
}

enum epoch_form
epoch_form(struct slice s)
{
	struct instant t;
	int64_t sec;

	return read_time(s, &t) ? s.len == DAY_LEN ? EPOCH_DAY : EPOCH_TIME :
	    read_week(s, &sec) ? EPOCH_WEEK :
	    all_digits(s) ? EPOCH_NUMBER : EPOCH_NONE;
}

bool
epoch_instant(struct slice s, int64_t *sec)
{
	struct instant t;

	if (!read_time(s, &t))
		return read_week(s, sec);
	*sec = t.sec;
	return true;
}

static struct slice
without_zeros(struct slice s)
{
	while (s.len > 1 && s.data[0] == '0')
		s = slice_cut(s, 1, s.len);
	return s;
}

int
epoch_cmp(struct slice a, struct slice b)
{
	struct instant x, y;
	int order;

	if (read_time(a, &x) && read_time(b, &y))
		return timefmt_cmp(x, y);
	if (all_digits(a) && all_digits(b)) {
		a = without_zeros(a);
		b = without_zeros(b);
		if (a.len != b.len)
			return a.len < b.len ? -1 : 1;
	}
	order = slice_cmp(a, b);
	return order < 0 ? -1 : order > 0;
}

enum status
epoch_check(struct slice s, int64_t now, struct err *e)
{
	int64_t sec;

	if (epoch_form(s) == EPOCH_NUMBER && s.len <= EPOCH_DIGITS_MAX)
		return ERR_OK;
	if (!epoch_instant(s, &sec))
		return err_bad(e, "a feed's epoch is no RFC 3339 time, ISO "
		    "week or decimal number of at most %d digits",
		    EPOCH_DIGITS_MAX);
	if (sec > now && sec - now > TIMEFMT_DAY)
		return err_bad(e, "a feed's epoch, %.*s, is more than a day "
		    "ahead", (int)s.len, s.data);
	return ERR_OK;
}
