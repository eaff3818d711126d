/* Every field is cleaned once more: a tab or a newline in one would make a line of its own. */
#include "probes/report/event_line.h"

#include "probes/base/text.h"

#include <string.h>

static void add(char *to, const char *field)
{
	char shown[4 * TEXT_CAP];

	text_clean(shown, sizeof(shown), field, strlen(field));
	text_add(to, EVENT_LINE_MAX, "\t%s", *shown ? shown : "-");
}

const char *event_line(const struct event *event, char *to)
{
	bool is_url = strstr(event->who, "://") != NULL;

	when_format_local(event->at, to, EVENT_LINE_MAX);
	add(to, severity_name(event->severity));
	add(to, event->code);
	add(to, event->machine);
	add(to, is_url ? event->who : "");
	add(to, event->text);
	if (event->times > 1)
		text_add(to, EVENT_LINE_MAX, " (%u times in ten minutes)", event->times);
	return to;
}
