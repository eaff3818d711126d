/* Reads the clocks; parses and formats RFC 3339.
 *
 * Dates are computed here, not by libc: years up to 9999 must not overflow anything (Ollama prints 2319
 * for "keep for ever"). */
#include "probes/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define JUMP_MS 30000

struct when when_now(void)
{
	struct timespec mono, wall;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct when){
		.mono_ms = (int64_t)mono.tv_sec * 1000 + mono.tv_nsec / 1000000,
		.wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
	};
}

int64_t when_since(struct when then, struct when now)
{
	return now.mono_ms - then.mono_ms;
}

bool when_known(struct when moment)
{
	return moment.wall_ms != 0;
}

bool when_jumped(struct when then, struct when now)
{
	int64_t drift = now.wall_ms - then.wall_ms - when_since(then, now);

	return drift > JUMP_MS || drift < -JUMP_MS;
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years start in March here, so that a
 * leap day is the last day of its year. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* Reads exactly count digits and advances; -1 if there are fewer. */
static int digits(const char **at, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool separator(const char **at, const char *either)
{
	if (!**at || !strchr(either, **at))
		return false;
	(*at)++;
	return true;
}

/* Exactly two digits, from 0 to most; -1 otherwise. */
static int pair(const char **at, int most)
{
	int value = digits(at, 2);

	return value <= most ? value : -1;
}

/* ".123" as milliseconds; 0 if there is no point, -1 if no digits or more than 9 follow it. */
static int fraction_ms(const char **at)
{
	int ms = 0, weight = 100, count = 0;

	if (!separator(at, "."))
		return 0;
	for (; **at >= '0' && **at <= '9'; (*at)++, count++, weight /= 10)
		ms += (**at - '0') * weight;
	return count >= 1 && count <= 9 ? ms : -1;
}

#define NO_OFFSET (-10000)

/* "Z" or "+01:00": minutes to subtract. */
static int offset_minutes(const char **at)
{
	int sign = **at == '-' ? -1 : 1;
	int hours, minutes;

	if (separator(at, "Zz"))
		return 0;
	if (!separator(at, "+-"))
		return NO_OFFSET;
	hours = pair(at, 23);
	if (hours < 0 || !separator(at, ":"))
		return NO_OFFSET;
	minutes = pair(at, 59);
	return minutes < 0 ? NO_OFFSET : sign * (hours * 60 + minutes);
}

/* "2026-11-23" as days since 1970; false if there is no such day. */
static bool read_date(const char **at, int64_t *days)
{
	int year, month, day, same_year, same_month, same_day;

	year = digits(at, 4);
	if (year <= 1 || !separator(at, "-"))
		return false;
	month = pair(at, 12);
	if (month < 1 || !separator(at, "-"))
		return false;
	day = pair(at, 31);
	*days = days_of(year, month, day);
	date_of(*days, &same_year, &same_month, &same_day);
	return day >= 1 && same_day == day;
}

/* "00:45:46.123" as milliseconds of the day. Second 60 is a leap second. */
static bool read_clock(const char **at, int64_t *ms)
{
	int hour, minute, second, fraction;

	hour = pair(at, 23);
	if (hour < 0 || !separator(at, ":"))
		return false;
	minute = pair(at, 59);
	if (minute < 0 || !separator(at, ":"))
		return false;
	second = pair(at, 60);
	fraction = fraction_ms(at);
	*ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + fraction;
	return second >= 0 && fraction >= 0;
}

/* A leap second or an offset may lead beyond the years with four digits, or into Go's zero time. */
static bool is_in_years(int64_t wall_ms)
{
	return wall_ms >= days_of(2, 1, 1) * DAY_MS && wall_ms < days_of(10000, 1, 1) * DAY_MS;
}

int64_t when_parse(const char *at)
{
	int64_t days, ms;
	int offset;

	if (!read_date(&at, &days) || !separator(&at, "Tt ") || !read_clock(&at, &ms))
		return 0;
	offset = offset_minutes(&at);
	if (offset == NO_OFFSET || *at)
		return 0;
	ms += days * DAY_MS - offset * INT64_C(60000);
	return is_in_years(ms) ? ms : 0;
}

const char *when_format(int64_t wall_ms, char *text, size_t size)
{
	int64_t days = wall_ms / DAY_MS, rest = wall_ms % DAY_MS;
	int year, month, day;

	if (rest < 0) {
		days--;
		rest += DAY_MS;
	}
	date_of(days, &year, &month, &day);
	if (wall_ms == 0)
		text[0] = '\0';
	else
		snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
			(int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
			(int)(rest % 1000));
	return text;
}

const char *when_format_local(int64_t wall_ms, char *text, size_t size)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	size_t length;
	long offset;

	text[0] = '\0';
	if (!wall_ms || !localtime_r(&seconds, &local))
		return text;
	length = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &local);
	offset = local.tm_gmtoff / 60;
	snprintf(text + length, size - length, "%c%02ld:%02ld", offset < 0 ? '-' : '+', labs(offset) / 60,
		labs(offset) % 60);
	return text;
}
