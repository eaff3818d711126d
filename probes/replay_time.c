#include "probes/replay_time.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define END_SIGN "{\"k\":\"end\","
#define TIME_MOST 9e15

/* The local day of that time, with another time of day. */
static int64_t on_day_of(int64_t wall_ms, int hour, int minute, int second)
{
	time_t at = (time_t)(wall_ms / 1000);
	struct tm local;

	if (!localtime_r(&at, &local))
		return 0;
	local.tm_hour = hour;
	local.tm_min = minute;
	local.tm_sec = second;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * 1000;
}

/* "10:00" or "10:00:30"; false: it is none. */
static bool read_clock(const char *text, int *hour, int *minute, int *second)
{
	int used = 0;

	*second = 0;
	if (sscanf(text, "%2d:%2d%n", hour, minute, &used) != 2)
		return false;
	text += used;
	if (*text && (sscanf(text, ":%2d%n", second, &used) != 1 || text[used]))
		return false;
	return *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60 && *second >= 0 && *second < 61;
}

/* "2026-11-23 10:00:00" in local time; 0: it is none. */
static int64_t read_local(const char *text)
{
	struct tm local = { .tm_isdst = -1 };
	int hour, minute, second, used = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &local.tm_year, &local.tm_mon, &local.tm_mday, &used) != 3 ||
		!used || !strchr(" T", text[used]) || !read_clock(text + used + !!text[used], &hour, &minute, &second))
		return 0;
	local.tm_year -= 1900;
	local.tm_mon--;
	local.tm_hour = hour;
	local.tm_min = minute;
	local.tm_sec = second;
	return (int64_t)mktime(&local) * 1000;
}

int64_t replay_time_find(const char *text, int64_t first, int64_t last)
{
	int64_t found = when_parse(text);
	int hour, minute, second;

	if (found)
		return found;
	if (!read_clock(text, &hour, &minute, &second))
		return read_local(text);
	found = on_day_of(last, hour, minute, second);
	if (found > last)
		found = on_day_of(last - DAY_MS, hour, minute, second);
	return found < first ? on_day_of(first, hour, minute, second) : found;
}

bool replay_time_is_valid(const char *text)
{
	return replay_time_find(text, DAY_MS, 2 * DAY_MS) != 0;
}

const char *replay_time_say(int64_t wall_ms, char *text, size_t size)
{
	time_t at = (time_t)(wall_ms / 1000);
	struct tm local;

	if (!localtime_r(&at, &local) || !strftime(text, size, "%Y-%m-%d %H:%M:%S", &local))
		*text = '\0';
	return text;
}

static int64_t ms_of(const struct json *tree, const char *key)
{
	double ms = json_number(tree, key);

	return isnan(ms) || fabs(ms) > TIME_MOST ? 0 : (int64_t)ms;
}

bool replay_time_after(const char **text, const char *end, struct when *when)
{
	for (const char *line = *text, *stop; line < end; line = stop + 1) {
		struct fault fault;
		struct json *tree;

		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			return false;
		if (strncmp(line, END_SIGN, strlen(END_SIGN)) != 0)
			continue;
		tree = json_parse(line, (size_t)(stop - line), &fault);
		*when = (struct when){ ms_of(tree, "mono"), ms_of(tree, "wall") };
		json_free(tree);
		*text = stop + 1;
		return true;
	}
	return false;
}

bool replay_time_of_end(const char *text, const char *end, struct when *when)
{
	return replay_time_after(&text, end, when);
}
