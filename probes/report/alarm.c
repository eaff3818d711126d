/* Each cause of a snapshot is compared with what was told about it last. */
#include "probes/report/alarm.h"

#include "probes/report/alarm_causes.h"

#include <stdlib.h>
#include <string.h>

struct alarm *alarm_new(void)
{
	return mem_alloc(sizeof(struct alarm));
}

void alarm_free(struct alarm *alarm)
{
	if (!alarm)
		return;
	for (size_t i = 0; i < alarm->causes.count; i++)
		alarm_causes_free(&alarm->causes.items[i]);
	for (size_t i = 0; i < alarm->rows.count; i++)
		free(alarm->rows.items[i].url);
	free(alarm->causes.items);
	free(alarm->rows.items);
	free(alarm);
}

static void add_servers(struct alert *alert)
{
	if (alert->servers)
		text_add(alert->text, sizeof(alert->text), " (%u %s with it)", alert->servers,
			alert->servers == 1 ? "server" : "servers");
}

/* The machine of a URL. */
static const char *machine_of(const struct snapshot *snapshot, const char *url)
{
	const struct endpoint *endpoint = alarm_causes_endpoint(snapshot, url);

	return endpoint && endpoint->peer >= 0 ? snapshot->peers[endpoint->peer].name : "";
}

static void fill(struct alert *alert, const struct snapshot *snapshot, const struct cause *cause)
{
	const struct verdict *verdict = cause->worst;
	bool is_here = !*cause->who;

	*alert = (struct alert){ .who = is_here       ? "this machine"
					: *cause->url ? cause->url
						      : cause->who,
		.machine = is_here       ? snapshot->daemon.self
			   : *cause->url ? machine_of(snapshot, cause->url)
					 : cause->who,
		.url = cause->url,
		.code = cause->code,
		.severity = verdict ? verdict->severity : SEVERITY_INFO,
		.previous = cause->told,
		.run = verdict ? verdict->run : "",
		.run_on = verdict ? verdict->run_on : "",
		.hint = verdict ? verdict->hint : "",
		.since = verdict ? verdict->since : snapshot->taken.wall_ms,
		.servers = *cause->url ? 0
			   : verdict   ? cause->servers
				       : cause->told_servers };
	if (verdict)
		text_set(alert->text, sizeof(alert->text), "%s", verdict->text);
	else
		text_set(alert->text, sizeof(alert->text), "%s is well again: %s is over", alert->who,
			cause->code);
	add_servers(alert);
}

static enum severity severity_of(const struct cause *cause)
{
	return cause->worst ? cause->worst->severity : SEVERITY_INFO;
}

/* What it is about; what is over keeps its name. */
static void name(struct cause *cause)
{
	if (!cause->worst)
		return;
	mem_replace(&cause->code, cause->worst->code);
	mem_replace(&cause->url, cause->worst_url);
}

/* Takes over what is told, or what need not be. */
static void take_over(struct cause *cause)
{
	name(cause);
	cause->told = severity_of(cause);
	cause->told_servers = cause->servers;
	cause->told_urls = cause->urls;
}

static bool was_told_lately(const struct cause *cause, struct when now)
{
	return when_known(cause->told_at) && when_since(cause->told_at, now) < ALARM_GAP_MS;
}

/* What stood already when it was found need not be told, nor do the other URLs of an engine that fail with it. */
static void pass_over(struct cause *cause, struct when now)
{
	enum severity severity = severity_of(cause);

	if (severity > cause->told && !cause->has_risen)
		take_over(cause);
	if (severity == cause->told && was_told_lately(cause, now) && cause->urls > cause->told_urls)
		cause->told_urls = cause->urls;
}

/* One URL of an engine that fails later than another is news: a client may have used it. */
static bool is_due(const struct cause *cause, struct when now)
{
	enum severity severity = severity_of(cause);
	bool has_news =
		severity != cause->told || (severity > SEVERITY_INFO && cause->urls > cause->told_urls);

	return cause->is_judged && has_news && !was_told_lately(cause, now);
}

size_t alarm_see(struct alarm *alarm, const struct snapshot *snapshot, struct alert *alerts, size_t most)
{
	size_t filled = 0;

	alarm_causes_see(alarm, snapshot);
	for (size_t i = 0; i < alarm->causes.count; i++)
		pass_over(&alarm->causes.items[i], snapshot->taken);
	for (int severity = SEVERITY_DOWN; severity >= SEVERITY_INFO; severity--)
		for (size_t i = 0; i < alarm->causes.count && filled < most; i++) {
			struct cause *cause = &alarm->causes.items[i];

			if ((int)severity_of(cause) != severity || !is_due(cause, snapshot->taken))
				continue;
			name(cause);
			fill(&alerts[filled], snapshot, cause);
			take_over(cause);
			cause->told_at = snapshot->taken;
			filled++;
		}
	alarm_causes_forget(alarm, snapshot);
	return filled;
}
