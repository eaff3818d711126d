/* Events: what changed, newest first.
 *
 * The ledger merges repeated events; their number is shown here. An event names a peer or an endpoint, and
 * Enter opens that: there is nothing more to show for the event itself. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "tui/term/glyphs.h"
#include "tui/views/events.h"
#include "tui/views/target.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PANEL_BYTES 240 /* of an event in the panel, so that a long one leaves room for others */

static const struct event *event_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->events[row];
}

static bool is_same_day(const struct tm *one, const struct tm *other)
{
	return one->tm_year == other->tm_year && one->tm_yday == other->tm_yday;
}

/* The time of today's events; of older ones the day, as ls shows it. */
static void format_time(const struct snapshot *snapshot, size_t row, struct value *value)
{
	time_t at = (time_t)(event_of(snapshot, row)->at / 1000),
	       now = (time_t)(snapshot->taken.wall_ms / 1000);
	struct tm local, today;

	if (localtime_r(&at, &local) && localtime_r(&now, &today))
		strftime(value->text, sizeof(value->text),
			is_same_day(&local, &today) ? "%H:%M:%S" : "%b %d %H:%M", &local);
	value->role = ROLE_DIM;
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_state(value, event_of(snapshot, row)->state);
}

/* "gpu1", of a peer and of a server's URL. */
static const char *host_of(const struct event *event, struct url *url)
{
	if (!*event->who)
		return "tailscaled";
	if (url_split(url, event->who) < 0)
		return event->who;
	if (!url_host_is_address(url->host))
		url->host[strcspn(url->host, ".")] = '\0';
	return url->host;
}

/* "gpu1 s:443": a URL would leave no room for what happened. */
static void format_who(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct event *event = event_of(snapshot, row);
	struct target target = target_find(snapshot, event->who);
	struct url url;

	if (target.endpoint)
		text_set(value->text, sizeof(value->text), "%s %s",
			view_host(snapshot, target.endpoint, &url), target.endpoint->at);
	else
		value_say(value, ROLE_TEXT, host_of(event, &url));
}

/* The URL, too. */
static bool holds_who(const struct snapshot *snapshot, size_t row, const char *part)
{
	struct value value = { .text = "" };

	format_who(snapshot, row, &value);
	return text_contains_fold(value.text, part) || text_contains_fold(event_of(snapshot, row)->who, part);
}

static void format_times(const struct snapshot *snapshot, size_t row, struct value *value)
{
	if (event_of(snapshot, row)->times > 1)
		text_set(value->text, sizeof(value->text), "×%u", event_of(snapshot, row)->times);
}

static void format_text(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, event_of(snapshot, row)->text);
}

static double number_time(const struct snapshot *snapshot, size_t row)
{
	return (double)event_of(snapshot, row)->at;
}

/* The newest has the lowest row. */
static int tie(const struct snapshot *snapshot, size_t a, size_t b)
{
	(void)snapshot;
	return a < b ? -1 : a > b;
}

static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	return (int)event_of(snapshot, a)->state - (int)event_of(snapshot, b)->state;
}

static int compare_who(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(event_of(snapshot, a)->who, event_of(snapshot, b)->who);
}

static double number_times(const struct snapshot *snapshot, size_t row)
{
	return event_of(snapshot, row)->times;
}

static const struct column columns[] = {
	{ "TIME", "time", 8, 12, 100, .starts_high = true, .format = format_time, .number = number_time },
	{ "STATE", "state", 10, 10, 95, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "WHO", "peer", 8, 30, 80, .format = format_who, .compare = compare_who, .holds = holds_who },
	{ "TIMES", "times", 5, 5, 50, true, .starts_high = true, .format = format_times,
		.number = number_times },
	{ "WHAT", "what", 16, 600, 90, .stretches = true, .format = format_text },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->event_count;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct event *event = event_of(snapshot, row);

	snprintf(buffer, size, "%lld %s %s", (long long)event->at, event->who, event->text);
	return buffer;
}

static const char *target(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return event_of(snapshot, row)->who;
}

void events_write(const struct snapshot *snapshot, size_t most, struct page *page)
{
	for (size_t i = 0; i < snapshot->event_count && i < most; i++) {
		const struct event *event = event_of(snapshot, i);
		char text[PANEL_BYTES];
		struct value time, who;

		value_say(&time, ROLE_DIM, "");
		value_say(&who, ROLE_TEXT, "");
		format_time(snapshot, i, &time);
		format_who(snapshot, i, &who);
		page_line(page, ROLE_DIM, "%s ", time.text);
		page_add(page, role_of_state(event->state), "%s ", glyph_of_state(event->state));
		text_set(text, sizeof(text), "%s: %s", who.text, event->text);
		page_flow(page, ROLE_TEXT, text_cells(time.text) + 3, text);
	}
	if (!snapshot->event_count)
		page_line(page, ROLE_DIM, "Nothing has changed since the start.");
}

static bool instead(const struct snapshot *snapshot, struct page *page)
{
	if (snapshot->event_count)
		return false;
	page_line(page, ROLE_DIM, "Nothing has changed since the start.");
	return true;
}

const struct view view_events = {
	.title = "Events",
	.key = '6',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = tie,
	.row_count = row_count,
	.row_id = row_id,
	.target = target,
	.instead = instead,
};
