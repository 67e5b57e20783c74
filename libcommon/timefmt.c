/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "timefmt.h"

enum {
	YEAR_MIN = 1,
	YEAR_MAX = 9999,
	DAYS_0001_TO_1970 = 719162,
	DAYS_PER_ERA = 146097	/* 400 Gregorian years */
};

int64_t
timefmt_days(int64_t year, int month, int day)
{
	int64_t era, yoe, doy, doe;

	/* Years begin in March, so that the leap day is the last. */
	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * DAYS_PER_ERA + doe - 719468;
}

void
timefmt_civil(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
	doe = days - era * DAYS_PER_ERA;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* n digits at s[*pos]; moves *pos past them. */
static bool
digits(struct slice s, size_t *pos, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, (*pos)++) {
		if (*pos >= s.len || s.data[*pos] < '0' || s.data[*pos] > '9')
			return false;
		*out = *out * 10 + (s.data[*pos] - '0');
	}
	return true;
}

static bool
literal(struct slice s, size_t *pos, char upper, char lower)
{
	if (*pos >= s.len ||
	    (s.data[*pos] != upper && s.data[*pos] != lower))
		return false;
	(*pos)++;
	return true;
}

static bool
fraction(struct slice s, size_t *pos, int32_t *nsec)
{
	int32_t unit = 100000000;
	size_t start = *pos;

	*nsec = 0;
	for (; *pos < s.len && s.data[*pos] >= '0' && s.data[*pos] <= '9';
	    (*pos)++, unit /= 10)
		*nsec += (s.data[*pos] - '0') * unit;
	return *pos > start;
}

static bool
offset(struct slice s, size_t *pos, int64_t *out)
{
	int sign, hours, minutes;

	*out = 0;
	if (literal(s, pos, 'Z', 'z'))
		return true;
	if (*pos >= s.len || (s.data[*pos] != '+' && s.data[*pos] != '-'))
		return false;
	sign = s.data[(*pos)++] == '-' ? -1 : 1;
	if (!digits(s, pos, 2, &hours) || !literal(s, pos, ':', ':') ||
	    !digits(s, pos, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
timefmt_rfc3339(struct slice s, struct instant *out)
{
	int year, month, day, hour, minute, second;
	int32_t nsec = 0;
	int64_t shift, sec;
	size_t pos = 0;

	if (!digits(s, &pos, 4, &year) || !literal(s, &pos, '-', '-') ||
	    !digits(s, &pos, 2, &month) || !literal(s, &pos, '-', '-') ||
	    !digits(s, &pos, 2, &day) || !literal(s, &pos, 'T', 't') ||
	    !digits(s, &pos, 2, &hour) || !literal(s, &pos, ':', ':') ||
	    !digits(s, &pos, 2, &minute) || !literal(s, &pos, ':', ':') ||
	    !digits(s, &pos, 2, &second))
		return false;
	if (literal(s, &pos, '.', '.') && !fraction(s, &pos, &nsec))
		return false;
	if (!offset(s, &pos, &shift) || pos != s.len)
		return false;
	if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	sec = timefmt_days(year, month, day) * TIMEFMT_DAY + hour * 3600 +
	    minute * 60 + second - shift;
	/* RFC 3339 5.6: a leap second ends a day of UTC. */
	if (second == 60 && ((sec % TIMEFMT_DAY) + TIMEFMT_DAY) %
	    TIMEFMT_DAY != 0)
		return false;
	if (sec < timefmt_days(YEAR_MIN, 1, 1) * TIMEFMT_DAY ||
	    sec >= timefmt_days(YEAR_MAX + 1, 1, 1) * TIMEFMT_DAY)
		return false;
	*out = (struct instant){ sec, nsec };
	return true;
}

bool
timefmt_option(struct slice s, int64_t *sec)
{
	struct instant t;
	int64_t n = 0;

	if (s.len < 2 || s.data[0] != '@') {
		if (!timefmt_rfc3339(s, &t))
			return false;
		*sec = t.sec;
		return true;
	}
	for (size_t i = 1; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9' || i > 12)
			return false;
		n = n * 10 + (s.data[i] - '0');
	}
	if (n >= timefmt_days(YEAR_MAX + 1, 1, 1) * TIMEFMT_DAY)
		return false;
	*sec = n;
	return true;
}

static char *
put(char *out, int64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n /= 10)
		out[i] = (char)('0' + n % 10);
	return out + width;
}

void
timefmt_write(int64_t sec, char out[TIMEFMT_LEN + 1])
{
	int64_t days = sec / TIMEFMT_DAY, rest = sec % TIMEFMT_DAY, year;
	int month, day;

	if (rest < 0) {
		rest += TIMEFMT_DAY;
		days--;
	}
	timefmt_civil(days, &year, &month, &day);
	out = put(out, year, 4);
	*out++ = '-';
	out = put(out, month, 2);
	*out++ = '-';
	out = put(out, day, 2);
	*out++ = 'T';
	out = put(out, rest / 3600, 2);
	*out++ = ':';
	out = put(out, rest / 60 % 60, 2);
	*out++ = ':';
	out = put(out, rest % 60, 2);
	*out++ = 'Z';
	*out = '\0';
}

char *
timefmt_text(struct arena *a, int64_t sec)
{
	char *text = arena_alloc(a, TIMEFMT_LEN + 1);

	timefmt_write(sec, text);
	return text;
}

char *
timefmt_exact(struct arena *a, struct instant t)
{
	char text[TIMEFMT_LEN + 1], fraction[16];
	size_t n = (size_t)snprintf(fraction, sizeof(fraction), ".%09d",
	    (int)t.nsec);

	timefmt_write(t.sec, text);
	if (t.nsec == 0)
		return arena_printf(a, "%s", text);
	while (fraction[n - 1] == '0')
		fraction[--n] = '\0';
	return arena_printf(a, "%.*s%sZ", TIMEFMT_LEN - 1, text, fraction);
}

int
timefmt_cmp(struct instant a, struct instant b)
{
	if (a.sec != b.sec)
		return a.sec < b.sec ? -1 : 1;
	return (a.nsec > b.nsec) - (a.nsec < b.nsec);
}

bool
timefmt_span(struct slice s, int64_t *sec)
{
	static const struct {
		char unit;
		int64_t sec;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
		{ 'd', TIMEFMT_DAY }, { 'w', 7 * TIMEFMT_DAY } };
	int64_t n = 0;

	/* Nine digits of weeks fit 64 bits with room to spare. */
	if (s.len < 2 || s.len > 10)
		return false;
	for (size_t i = 0; i + 1 < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
		n = n * 10 + (s.data[i] - '0');
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != s.data[s.len - 1])
			continue;
		*sec = n * units[i].sec;
		return n > 0;
	}
	return false;
}

int64_t
timefmt_floor(int64_t sec, int64_t span)
{
	int64_t zero = (int64_t)-DAYS_0001_TO_1970 * TIMEFMT_DAY;

	return sec - (sec - zero) % span;
}
