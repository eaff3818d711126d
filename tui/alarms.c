#include "tui/alarms.h"

#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/report/alarm.h"
#include "tui/on_change.h"
#include "tui/term/notify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 16

struct alarms {
	const struct settings *settings;
	struct alarm_hooks hooks;
	struct alarm *alarm;
	struct on_change *on_change; /* NULL: there is no command */
	char *said;                  /* trouble of the command that was told; "": none */
};

struct alarms *alarms_new(
	struct uv_loop_s *loop, const struct settings *settings, const struct alarm_hooks *hooks)
{
	struct alarms *alarms;

	if (!settings->has_bell && !settings->has_notify && !settings->on_change.count)
		return NULL;
	alarms = mem_alloc(sizeof(*alarms));
	alarms->settings = settings;
	alarms->hooks = *hooks;
	alarms->alarm = alarm_new();
	alarms->said = mem_copy("");
	if (settings->on_change.count)
		alarms->on_change = on_change_new(loop, settings, ON_CHANGE_MS);
	return alarms;
}

void alarms_free(struct alarms *alarms)
{
	if (!alarms)
		return;
	on_change_free(alarms->on_change);
	alarm_free(alarms->alarm);
	free(alarms->said);
	free(alarms);
}

/* The children end between two snapshots. */
static void say_trouble(struct alarms *alarms)
{
	const char *trouble = alarms->on_change ? on_change_trouble(alarms->on_change) : "";

	if (strcmp(trouble, alarms->said) == 0)
		return;
	mem_replace(&alarms->said, trouble);
	if (*trouble)
		alarms->hooks.say(alarms->hooks.data, trouble);
}

/* This machine's name in the tailnet, or its own. Returns name. */
static const char *host_of(const struct snapshot *snapshot, char *name, size_t size)
{
	name[0] = name[size - 1] = '\0';
	if (*snapshot->daemon.self)
		text_set(name, size, "%s", snapshot->daemon.self);
	else
		gethostname(name, size - 1);
	return name;
}

void alarms_see(struct alarms *alarms, const struct snapshot *snapshot)
{
	struct alert alerts[AT_ONCE];
	char bytes[NOTIFY_MAX], host[TEXT_CAP];
	size_t count;

	if (!alarms || strcmp(snapshot->source, "live") != 0)
		return;
	count = alarm_see(alarms->alarm, snapshot, alerts, ARRAY_LEN(alerts));
	for (size_t i = 0; i < count; i++) {
		log_line("alarm: %s → %s: %s", severity_name(alerts[i].previous),
			severity_name(alerts[i].severity), alerts[i].text);
		if (alarms->settings->has_notify)
			alarms->hooks.send(alarms->hooks.data, notify_bytes(alerts[i].text, bytes));
		if (alarms->on_change)
			on_change_run(alarms->on_change, &alerts[i], host_of(snapshot, host, sizeof(host)),
				snapshot->taken.wall_ms);
	}
	if (count && alarms->settings->has_bell)
		alarms->hooks.send(alarms->hooks.data, "\a");
	say_trouble(alarms);
}
